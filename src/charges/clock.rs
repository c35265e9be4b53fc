//! Clocks: what the times on a paper mean.
//!
//! In: times without a zone, often without a day and sometimes with neither am nor pm. Out: the shortest stay that they can
//! mean, on a day. Refused: times that a person would have to check.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, date};

use crate::charges::evidence::LEGIBLE;
use crate::understanding::{Document, FieldName, Value};

const DAY: i64 = 24 * 60;

/// A time on a paper.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// Minute of the day as read.
    minute: i64,
    half: Half,
}

/// What a paper says about the half of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    /// am or pm.
    Written,
    /// Nothing: `1:10` may be at night or after lunch.
    Unknown,
    /// It counts to 24, and so do the other times of the same hand.
    TwentyFour,
}

impl Clock {
    /// `None` where it is missing or hard to read.
    pub(super) fn read(document: &Document, name: FieldName) -> Option<Self> {
        let found = &document.fields.get(&name)?.found;
        if let Value::Time(time) = found.value
            && found.confidence.get() >= LEGIBLE
        {
            return Some(Self::new(time, &found.raw));
        }
        None
    }

    fn new(time: Time, raw: &str) -> Self {
        let raw = raw.to_lowercase();
        let tail: String = raw.chars().skip_while(|c| !c.is_ascii_digit()).collect();
        let military = tail.chars().take_while(char::is_ascii_digit).count() == 4;
        let half = if tail.contains(['a', 'p']) {
            Half::Written
        } else if !(1..=12).contains(&time.hour())
            || military
            || tail.starts_with('0')
            || tail.contains('h')
        {
            Half::TwentyFour
        } else {
            Half::Unknown
        };
        Self {
            minute: minute_of_day(time),
            half,
        }
    }

    fn readings(self, counts_to_24: bool) -> Vec<i64> {
        if self.half == Half::Unknown && !counts_to_24 {
            vec![self.minute, (self.minute + DAY / 2) % DAY]
        } else {
            vec![self.minute]
        }
    }
}

fn minute_of_day(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

/// Minute of the day of arrival, and length in minutes, of the shortest stay that both times can mean; the arrival nearest
/// to `near` where several are as short.
pub(super) fn shortest(arrival: Clock, departure: Clock, near: Option<DateTime>) -> (i64, i64) {
    let counts_to_24 = [arrival, departure]
        .iter()
        .any(|clock| clock.half == Half::TwentyFour);
    let off = |minute: i64| {
        near.map_or((minute - arrival.minute).abs(), |near| {
            let around = (minute - minute_of_day(near.time())).rem_euclid(DAY);
            around.min(DAY - around)
        })
    };
    let departures = departure.readings(counts_to_24);
    arrival
        .readings(counts_to_24)
        .into_iter()
        .flat_map(|from| departures.iter().map(move |to| (from, length(from, *to))))
        .min_by_key(|(from, minutes)| (*minutes, off(*from)))
        .unwrap_or((arrival.minute, length(arrival.minute, departure.minute)))
}

/// Minutes from one time of the day to the next other time: past midnight where the second is not later.
fn length(from: i64, to: i64) -> i64 {
    match (to - from).rem_euclid(DAY) {
        0 => DAY,
        minutes => minutes,
    }
}

/// The day of the paper, or the day before where the stay runs past midnight and that is nearer to `near`. Without
/// a day the one nearest to `near`; without both any day, since nothing is there to compare with.
pub(super) fn on_calendar(
    day: Option<Date>,
    minute: i64,
    minutes: i64,
    near: Option<DateTime>,
) -> DateTime {
    let days: &[i64] = match day {
        Some(_) if minute + minutes < DAY => &[0],
        Some(_) => &[0, -1],
        None => &[0, -1, 1],
    };
    let base = day
        .or(near.map(DateTime::date))
        .unwrap_or(date(2000, 1, 1))
        .to_datetime(Time::midnight());
    days.iter()
        .map(|days| base.saturating_add(SignedDuration::from_mins(days * DAY + minute)))
        .min_by_key(|arrival| near.map(|near| arrival.duration_since(near).abs()))
        .unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::charges::examples::receipt_with_times;

    fn minutes(arrival: &str, departure: &str) -> i64 {
        let document = receipt_with_times(arrival, departure);
        let read = |name| Clock::read(&document, name).unwrap();
        let (arrival, departure) = (read(FieldName::ArrivalTime), read(FieldName::DepartureTime));
        shortest(arrival, departure, None).1
    }

    #[test]
    fn times_without_am_and_pm_mean_the_shortest_stay() {
        for (arrival, departure, expected) in [
            ("11:40", "1:10", 90),
            ("11:40a", "1:10", 90),
            ("8:00", "12:10", 250),
            ("22:00", "2:10", 250),
            ("08:00", "12:10", 250),
            ("8:00", "16:10", 490),
            ("0800", "0930", 90),
            ("10:00 PM", "12:25 AM", 145),
            ("23:50", "00:25", 35),
            ("06:00", "18:00", 720),
            ("7:00", "7:00", 720),
        ] {
            assert_eq!(
                minutes(arrival, departure),
                expected,
                "{arrival} {departure}"
            );
        }
    }

    #[test]
    fn a_time_that_is_hard_to_read_is_not_used() {
        let mut document = receipt_with_times("08:00", "12:10");
        assert!(Clock::read(&document, FieldName::ArrivalTime).is_some());
        let field = document.fields.get_mut(&FieldName::ArrivalTime).unwrap();
        field.found.confidence = 0.4.into();
        assert!(Clock::read(&document, FieldName::ArrivalTime).is_none());
    }

    proptest! {
        #[test]
        fn a_stay_on_paper_lasts_at_most_a_day(from in 0..1440i64, to in 0..1440i64) {
            let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
            let minutes = minutes(&clock(from), &clock(to));
            prop_assert!((1..=DAY).contains(&minutes));
            prop_assert_eq!((from + minutes) % (DAY / 2), to % (DAY / 2));
        }
    }
}
