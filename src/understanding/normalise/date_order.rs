//! From a date as written to the days it can mean: order, century and missing year.

use jiff::civil::Date;

use super::date_parts::{Number, Written};
use super::dates::{DateReading, Window};
use crate::decision::profile::DateOrder;

/// What is known beside the text.
pub(super) struct Knowledge {
    pub(super) order: Option<DateOrder>,
    pub(super) plausible: Option<Window>,
}

impl Knowledge {
    /// What the writing means.
    pub(super) fn resolve(&self, written: Written) -> DateReading {
        match written {
            Written::Named {
                day,
                month,
                year: Some(year),
            } => DateReading::of(self.date(year, i32::from(month), day).into_iter().collect()),
            Written::Named {
                day,
                month,
                year: None,
            } => some_year(
                DateReading::of(self.in_window(i32::from(month), day)),
                is_day_of_year(i32::from(month), day),
            ),
            Written::Numeric(numbers) => self.decide(&self.readings(numbers)),
            Written::WithoutYear([a, b]) => {
                let month_first = self.in_window(a.value, b);
                let day_first = self.in_window(b.value, a);
                let is_day = is_day_of_year(a.value, b) || is_day_of_year(b.value, a);
                let reading = match self.order {
                    Some(DateOrder::Mdy | DateOrder::Ymd) if !month_first.is_empty() => {
                        DateReading::of(month_first)
                    }
                    Some(DateOrder::Dmy) if !day_first.is_empty() => DateReading::of(day_first),
                    _ => DateReading::of([month_first, day_first].concat()),
                };
                some_year(reading, is_day)
            }
        }
    }

    /// All dates that three numbers can mean, with the order that gives them.
    fn readings(&self, [a, b, c]: [Number; 3]) -> Vec<(DateOrder, Date)> {
        let year_first = (DateOrder::Ymd, self.date(a, b.value, c));
        let month_first = (DateOrder::Mdy, self.date(c, a.value, b));
        let day_first = (DateOrder::Dmy, self.date(c, b.value, a));
        let readings = if b.width > 2 {
            vec![]
        } else if a.width == 4 {
            vec![year_first]
        } else if c.width == 4 {
            vec![month_first, day_first]
        } else {
            vec![month_first, day_first, year_first]
        };
        readings
            .into_iter()
            .filter_map(|(order, date)| Some((order, date?)))
            .collect()
    }

    fn decide(&self, readings: &[(DateOrder, Date)]) -> DateReading {
        let plausible: Vec<Date> = readings
            .iter()
            .map(|(_, date)| *date)
            .filter(|d| self.is_plausible(*d))
            .collect();
        let hinted = readings
            .iter()
            .find(|(order, _)| Some(*order) == self.order);
        if let Some((_, date)) = hinted
            && (plausible.is_empty() || !self.is_years_off(*date))
        {
            return DateReading::Sure(*date);
        }
        if !plausible.is_empty() {
            return DateReading::of(plausible);
        }
        // The year first, in two digits, is rare: it counts only when nothing else is a date.
        let only = readings.len() == 1;
        let usual = readings
            .iter()
            .filter(|(order, _)| only || *order != DateOrder::Ymd);
        DateReading::of(usual.map(|(_, date)| *date).collect())
    }

    fn is_plausible(&self, date: Date) -> bool {
        self.plausible.is_some_and(|window| window.holds(date))
    }

    /// Day and month in the wrong order stay within a year; more means that another part is the year.
    fn is_years_off(&self, date: Date) -> bool {
        self.plausible
            .is_some_and(|w| date.year() < w.from.year() - 1 || date.year() > w.to.year() + 1)
    }

    /// The days of the window with this month and day.
    fn in_window(&self, month: i32, day: Number) -> Vec<Date> {
        let Some(window) = self.plausible else {
            return Vec::new();
        };
        let years = window.from.year()..=window.to.year();
        let days = years.filter_map(|year| date_of(i32::from(year), month, day));
        days.filter(|date| window.holds(*date)).collect()
    }

    fn date(&self, year: Number, month: i32, day: Number) -> Option<Date> {
        match year.width {
            4 => date_of(year.value, month, day),
            2 => date_of(self.century(year.value) + year.value, month, day),
            _ => None,
        }
    }

    /// The century that puts a two-digit year nearest to the window; without a window, this one.
    fn century(&self, year: i32) -> i32 {
        let Some(window) = self.plausible else {
            return 2000;
        };
        let middle = i32::midpoint(i32::from(window.from.year()), i32::from(window.to.year()));
        [2000, 1900, 2100]
            .into_iter()
            .min_by_key(|century| (century + year - middle).abs())
            .unwrap_or(2000)
    }
}

/// A day of the year that falls into no known time is still a day of some year.
fn some_year(reading: DateReading, is_day: bool) -> DateReading {
    match reading {
        DateReading::None if is_day => DateReading::WithoutYear,
        reading => reading,
    }
}

fn is_day_of_year(month: i32, day: Number) -> bool {
    const LEAP_YEAR: i32 = 2024;
    date_of(LEAP_YEAR, month, day).is_some()
}

fn date_of(year: i32, month: i32, day: Number) -> Option<Date> {
    // No freight paper in use is older, and no year in four digits beyond is anything but a misreading.
    let known = (1990..=2099).contains(&year) && day.width <= 2;
    let [month, day] = [month, day.value].map(|part| i8::try_from(part).ok());
    known
        .then(|| Date::new(i16::try_from(year).ok()?, month?, day?).ok())
        .flatten()
}
