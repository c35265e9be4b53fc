//! Dates: numeric in any order, with month names, run together.
//!
//! In: the text of a date field, the order that the country or profile gives, and the days between which the date is
//! plausible. Out: one date, two, or none. A date that can be read in two orders is never guessed. No clock: the
//! plausible window alone says which century, and which year where none is written.

use jiff::civil::Date;

pub use super::calendar::order_in;
use super::date_order::Knowledge;
use super::date_parts::{WAYS, parts};
use crate::decision::profile::DateOrder;

/// In which order the paper writes numeric dates, as far as the country or the profile tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrderHint {
    /// The order; `None` where nothing tells.
    pub order: Option<DateOrder>,
}

impl OrderHint {
    /// The order of a country, ISO 3166 alpha-2.
    #[must_use]
    pub fn of_country(country: &str) -> Self {
        Self {
            order: order_in(country),
        }
    }
}

impl From<DateOrder> for OrderHint {
    fn from(order: DateOrder) -> Self {
        Self { order: Some(order) }
    }
}

/// The days between which a date is plausible, both included: from pickup to receipt of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Window {
    /// Whether the day lies in it.
    #[must_use]
    pub fn holds(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }
}

/// What a text says as a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateReading {
    /// One date.
    Sure(Date),
    /// Two dates, and nothing decides.
    Ambiguous {
        /// One reading: the month first, where both orders are possible.
        first: Date,
        /// The other.
        second: Date,
    },
    /// A day and a month, and nothing tells the year.
    WithoutYear,
    /// No date.
    None,
}

impl DateReading {
    /// The date, where there is no doubt.
    #[must_use]
    pub fn sure(self) -> Option<Date> {
        match self {
            Self::Sure(date) => Some(date),
            Self::Ambiguous { .. } | Self::WithoutYear | Self::None => None,
        }
    }

    /// One date, or the first two of several.
    pub(super) fn of(mut dates: Vec<Date>) -> Self {
        dates.dedup();
        match *dates.as_slice() {
            [] => Self::None,
            [date] => Self::Sure(date),
            [first, second, ..] => Self::Ambiguous { first, second },
        }
    }
}

/// Reads the date in a text. The order of `order` decides; else a part above 12; else the plausible window; else
/// both readings are given. Digits that readers confuse with letters are put right.
#[must_use]
pub fn read_date(raw: &str, order: OrderHint, plausible: Option<Window>) -> DateReading {
    let parts = parts(raw);
    let knowledge = Knowledge {
        order: order.order,
        plausible,
    };
    let readings = WAYS.iter().flat_map(|way| {
        let starts = (0..parts.len()).filter_map(|start| parts.get(start..));
        starts
            .filter_map(way)
            .map(|written| knowledge.resolve(written))
    });
    let mut without_year = DateReading::None;
    for reading in readings {
        match reading {
            DateReading::Sure(_) | DateReading::Ambiguous { .. } => return reading,
            // `1/2 skids 3/12`: another pair of numbers may be the date.
            DateReading::WithoutYear => without_year = reading,
            DateReading::None => {}
        }
    }
    without_year
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const NO_HINT: OrderHint = OrderHint { order: None };

    fn window(from: Date, to: Date) -> Option<Window> {
        Some(Window { from, to })
    }

    #[test]
    fn dates_are_read_however_they_are_written() {
        let day = DateReading::Sure(date(2026, 3, 14));
        for raw in [
            "03/14/2026",
            "3/14/26",
            "14.03.2026",
            "14.3.26",
            "2026-03-14",
            "2026/3/14",
            "14 03 2026",
            "14MAR26",
            "14-Mar-2026",
            "Mar 14th, 2026",
            "March 14 2026",
            "14. März 2026",
            "14.03.26r.",
            "03/14/26am",
            "le 14 mars 2026",
            "14 de marzo de 2026",
            "14 marca 2026 r.",
            "14 maart 2026",
            "14 mrt '26",
            "2026 Mar 14",
            "20260314",
            "03142026",
            "14032026",
            "031426",
            "O3/l4/2O26",
            "l4MAR26",
            "14/O3/2026",
            "03/14/202G",
            "2026-03-14T09:30:00Z",
            "03/14/2026 09:30",
            "0930 03/14/26",
            "5 03/14/2026",
            "RECEIVED MAR 14 2026 DOCK 4",
            "Date: 03/14/26",
            "Sat, 14 Mar 2026",
            "03/14-26",
            "14.3.20.26",
        ] {
            assert_eq!(read_date(raw, NO_HINT, None), day, "{raw}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for raw in [
            "",
            "PRO 123-456782",
            "45/67/89",
            "14",
            "Mar 2026",
            "30/31",
            "31.02.2026",
            "09:30",
            "2026",
            "12-34-5678",
        ] {
            assert_eq!(read_date(raw, NO_HINT, None), DateReading::None, "{raw}");
        }
    }

    #[test]
    fn a_date_without_a_year_or_with_half_of_one_takes_the_year_in_which_it_is_plausible() {
        let spring = window(date(2025, 3, 9), date(2025, 3, 15));
        for raw in ["3/12", "03/12/22e", "Mar 12", "12. März"] {
            let read = |plausible| read_date(raw, DateOrder::Mdy.into(), plausible);
            assert_eq!(read(spring), DateReading::Sure(date(2025, 3, 12)), "{raw}");
            assert_eq!(read(None), DateReading::WithoutYear, "{raw}");
        }
        let fraction = read_date("1/2 skids 3/12", NO_HINT, spring);
        assert_eq!(fraction, DateReading::Sure(date(2025, 3, 12)));
        let other_days = window(date(2025, 5, 1), date(2025, 5, 3));
        assert_eq!(
            read_date("3/12", NO_HINT, other_days),
            DateReading::WithoutYear
        );
    }

    #[test]
    fn the_country_decides_between_day_and_month() {
        let read = |country: &str| read_date("04/05/2025", OrderHint::of_country(country), None);
        assert_eq!(read("US"), DateReading::Sure(date(2025, 4, 5)));
        assert_eq!(read("PL"), DateReading::Sure(date(2025, 5, 4)));
        let both = DateReading::Ambiguous {
            first: date(2025, 4, 5),
            second: date(2025, 5, 4),
        };
        assert_eq!(read("CA"), both);
    }

    #[test]
    fn an_impossible_order_gives_way_to_the_possible_one() {
        let day = DateReading::Sure(date(2026, 3, 14));
        assert_eq!(read_date("14/03/2026", DateOrder::Mdy.into(), None), day);
        assert_eq!(read_date("03/14/2026", DateOrder::Dmy.into(), None), day);
        assert_eq!(read_date("2026-03-14", DateOrder::Dmy.into(), None), day);
    }

    #[test]
    fn the_plausible_window_decides_where_no_country_does() {
        let april = window(date(2025, 4, 1), date(2025, 4, 20));
        assert_eq!(
            read_date("04/05/2025", NO_HINT, april),
            DateReading::Sure(date(2025, 4, 5))
        );
        let year = window(date(2025, 1, 1), date(2025, 12, 31));
        assert!(matches!(
            read_date("04/05/25", NO_HINT, year),
            DateReading::Ambiguous { .. }
        ));
    }

    #[test]
    fn a_short_year_first_is_seen_when_only_that_is_plausible() {
        let spring = window(date(2026, 3, 1), date(2026, 3, 31));
        for hint in [NO_HINT, DateOrder::Dmy.into()] {
            assert_eq!(
                read_date("26-03-14", hint, spring),
                DateReading::Sure(date(2026, 3, 14))
            );
        }
    }

    #[test]
    fn a_missing_year_comes_from_the_window_only() {
        let new_year = window(date(2025, 12, 20), date(2026, 1, 10));
        assert_eq!(
            read_date("1/5", NO_HINT, new_year),
            DateReading::Sure(date(2026, 1, 5))
        );
        assert_eq!(
            read_date("Dec 28", NO_HINT, new_year),
            DateReading::Sure(date(2025, 12, 28))
        );
        let other_day = read_date("3/14", NO_HINT, new_year);
        assert_eq!(other_day, DateReading::WithoutYear);
    }

    #[test]
    fn the_century_is_that_of_the_window() {
        let old = window(date(1998, 1, 1), date(1998, 12, 31));
        assert_eq!(
            read_date("03/14/98", NO_HINT, old),
            DateReading::Sure(date(1998, 3, 14))
        );
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (2000_i16..2099, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| date(y, m, d))
    }

    proptest! {
        #[test]
        fn a_date_in_the_hinted_order_is_read_back(day in any_date(), separator in "[/.-]") {
            let formats = [(DateOrder::Mdy, "%m/%d/%Y"), (DateOrder::Dmy, "%d/%m/%Y"), (DateOrder::Ymd, "%Y/%m/%d")];
            for (order, format) in formats {
                let written = day.strftime(&format.replace('/', &separator)).to_string();
                prop_assert_eq!(read_date(&written, order.into(), None), DateReading::Sure(day));
            }
        }

        #[test]
        fn without_a_hint_the_true_date_is_never_left_out(day in any_date()) {
            match read_date(&day.strftime("%d/%m/%Y").to_string(), NO_HINT, None) {
                DateReading::Sure(read) => prop_assert_eq!(read, day),
                DateReading::Ambiguous { first, second } => prop_assert!(first == day || second == day),
                DateReading::WithoutYear | DateReading::None => prop_assert!(false, "not read"),
            }
        }

        #[test]
        fn any_text_gives_a_date_of_our_time_or_none(raw in "\\PC{0,40}") {
            let read = read_date(&raw, NO_HINT, window(date(2026, 1, 1), date(2026, 12, 31)));
            prop_assert!(read.sure().is_none_or(|day| (1990..=2099).contains(&day.year())));
        }
    }
}
