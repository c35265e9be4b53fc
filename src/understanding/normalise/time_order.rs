//! Times of one visit, in the order in which they happened: how long it took, and on which half of the day.

use jiff::civil::Time;

use super::times::TimeReading;

/// A time of a sequence, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderedTime {
    /// The time.
    pub time: Time,
    /// Days after the day of the first time.
    pub days_later: i64,
}

const HALF_DAY: i64 = 12 * 60;
const DAY: i64 = 24 * 60;

impl TimeReading {
    /// Minutes since midnight of every time that the text can mean, as written first. `beside_day_clock`: a time
    /// written by the same hand is on a 24 hour clock.
    fn meanings(self, beside_day_clock: bool) -> Vec<i64> {
        let minutes = i64::from(self.time.hour()) * 60 + i64::from(self.time.minute());
        if self.half_day_known || beside_day_clock {
            vec![minutes]
        } else {
            vec![minutes, (minutes + HALF_DAY) % DAY]
        }
    }
}

/// Minutes from `start` to `end`: the shortest time, 0 or more, that both texts allow. 11:40 to 1:10 is 90, and 22:00 to
/// 00:25 is 145.
#[must_use]
pub fn minutes_between(start: TimeReading, end: TimeReading) -> i64 {
    let day_clock = start.day_clock || end.day_clock;
    let ends = end.meanings(day_clock);
    let starts = start.meanings(day_clock).into_iter();
    let spans = starts.flat_map(|start| ends.iter().map(move |end| (end - start).rem_euclid(DAY)));
    spans.min().unwrap_or(0)
}

/// Resolves times that happened in this order: each follows the one before as soon as its text allows, and the first
/// stands where the whole takes the least time; as written, where both halves of the day do.
#[must_use]
pub fn order_times(times: &[TimeReading]) -> Vec<OrderedTime> {
    let Some((first, rest)) = times.split_first() else {
        return Vec::new();
    };
    let day_clock = times.iter().any(|reading| reading.day_clock);
    let follow = |start: i64| {
        let mut moments = vec![start];
        for reading in rest {
            let now = moments.last().copied().unwrap_or(start);
            let waits = reading
                .meanings(day_clock)
                .into_iter()
                .map(|minutes| (minutes - now).rem_euclid(DAY));
            moments.push(now + waits.min().unwrap_or(0));
        }
        moments
    };
    let span = |moments: &Vec<i64>| {
        moments.last().copied().unwrap_or(0) - moments.first().copied().unwrap_or(0)
    };
    let moments = first
        .meanings(day_clock)
        .into_iter()
        .map(follow)
        .min_by_key(span)
        .unwrap_or_default();
    moments.into_iter().filter_map(moment).collect()
}

fn moment(minutes: i64) -> Option<OrderedTime> {
    let part = |part: i64| i8::try_from(part).ok();
    let of_day = minutes.rem_euclid(DAY);
    let time = Time::new(part(of_day / 60)?, part(of_day % 60)?, 0, 0).ok()?;
    Some(OrderedTime {
        time,
        days_later: minutes.div_euclid(DAY),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::understanding::normalise::read_time;

    fn read(raw: &str) -> TimeReading {
        read_time(raw).unwrap_or_else(|| panic!("{raw} is not read"))
    }

    #[test]
    fn the_time_at_the_dock_is_the_shortest_that_both_allow() {
        for (start, end, minutes) in [
            ("11:40", "1:10", 90),
            ("22:00", "00:25", 145),
            ("8:00", "20:30", 750),
            ("8:00 am", "8:30 pm", 750),
            ("1:10", "2:40 PM", 90),
            ("9:00", "9:00", 0),
            ("0800", "1210", 250),
            ("06:00", "18:00", 720),
            ("23:30", "24:00", 30),
            ("noon", "1:30", 90),
        ] {
            assert_eq!(
                minutes_between(read(start), read(end)),
                minutes,
                "{start} to {end}"
            );
        }
    }

    #[test]
    fn a_sequence_without_halves_is_put_on_the_clock() {
        let resolve = |raws: &[&str]| {
            let times: Vec<_> = raws.iter().map(|raw| read(raw)).collect();
            let ordered = order_times(&times).into_iter();
            ordered
                .map(|t| (t.time.strftime("%H:%M").to_string(), t.days_later))
                .collect::<Vec<_>>()
        };
        let on_day = |time: &str, days: i64| (time.to_owned(), days);
        assert_eq!(
            resolve(&["11:40", "12:05", "1:10"]),
            [on_day("11:40", 0), on_day("12:05", 0), on_day("13:10", 0)]
        );
        assert_eq!(
            resolve(&["1:10", "2:40 PM"]),
            [on_day("13:10", 0), on_day("14:40", 0)]
        );
        assert_eq!(
            resolve(&["22:00", "00:25"]),
            [on_day("22:00", 0), on_day("00:25", 1)]
        );
        assert_eq!(
            resolve(&["08:00", "20:30"]),
            [on_day("08:00", 0), on_day("20:30", 0)]
        );
        assert_eq!(resolve(&[]), []);
    }

    proptest! {
        #[test]
        fn ordered_times_never_go_back(times in prop::collection::vec((0_i8..24, 0_i8..60), 0..6)) {
            let readings: Vec<_> = times.iter().filter_map(|(h, m)| read_time(&format!("{h}:{m:02}"))).collect();
            let ordered = order_times(&readings);
            prop_assert_eq!(ordered.len(), readings.len());
            let moments: Vec<_> = ordered.iter().map(|t| (t.days_later, t.time)).collect();
            prop_assert!(moments.is_sorted());
        }
    }
}
