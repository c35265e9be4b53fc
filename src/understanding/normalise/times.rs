//! Times of day as papers have them: `09:30`, `9:30a`, `0930`, `14h30`, `14h 30`, `7.15`, `noon`.
//!
//! In: the text of a time field; or times already read, in the order in which they happened. Out: local times. Hand-written
//! times often lack am and pm; what the text does not say is kept as unknown until another time decides it.

use jiff::civil::Time;

use super::tokens::{Token, digits, fold, forced_digits, tokens};
use super::units::Unit;

/// A time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeReading {
    /// The time, as written where the half of the day is unknown (`7:15` is 07:15).
    pub time: Time,
    /// The text says which half of the day.
    pub half_day_known: bool,
    /// The text is written on a 24 hour clock for certain (`19:30`, `14h30`, `0930`): so is what stands beside it.
    pub day_clock: bool,
    /// The text gives the minutes, or has words for the whole hour (`9 am`, `noon`). Of `14h` they may have been lost.
    pub to_the_minute: bool,
}

/// Reads the first time in a text.
#[must_use]
pub fn read_time(raw: &str) -> Option<TimeReading> {
    let tokens = tokens(raw);
    let starts = || (0..tokens.len()).filter_map(|start| tokens.get(start..));
    let before = |start: &[Token<'_>]| {
        tokens
            .get(..tokens.len() - start.len())
            .and_then(<[_]>::last)
            .copied()
    };
    starts()
        .find_map(with_separator)
        .or_else(|| starts().find_map(|start| with_dot(before(start), start)))
        .or_else(|| {
            let minutes = |token: Token<'_>| token.mark() == Some(':');
            let mut hours = starts().filter(|start| !before(start).is_some_and(minutes));
            hours.find_map(hour_only)
        })
        .or_else(|| starts().find_map(named))
        .or_else(|| run_together(&tokens))
}

/// What follows a time and says which half of the day it is, or that it is on a 24 hour clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
    DayClock,
    Unsaid,
}

impl Half {
    fn of(word: &str) -> Option<Self> {
        match fold(word).as_str() {
            "a" | "am" => Some(Self::Morning),
            "p" | "pm" => Some(Self::Afternoon),
            "h" | "hr" | "hrs" | "hours" | "uhr" | "u" | "uur" | "godz" => Some(Self::DayClock),
            _ => None,
        }
    }

    fn after(tokens: &[Token<'_>]) -> Self {
        tokens
            .first()
            .and_then(|token| Self::of(token.text))
            .unwrap_or(Self::Unsaid)
    }
}

/// `9:30`, `9:30a`, `9;30 PM`, `14h30`, `14h 30`, `14:30h`.
fn with_separator(tokens: &[Token<'_>]) -> Option<TimeReading> {
    let [first, rest @ ..] = tokens else {
        return None;
    };
    if let Some((hour, minute)) = first.text.split_once(['h', 'H']) {
        let minute = match minute {
            "" => apart(rest)?,
            glued => forced_digits(glued)?,
        };
        return time(&forced_digits(hour)?, &minute, Half::DayClock);
    }
    if let [sign, behind @ ..] = rest
        && fold(sign.text) == "h"
        && let (Some(hour), Some(minute)) = (digits(first.text), apart(behind))
    {
        return time(&hour, &minute, Half::DayClock);
    }
    let [mark, minute, behind @ ..] = rest else {
        return None;
    };
    if !matches!(mark.mark(), Some(':' | ';')) {
        return None;
    }
    let behind = match behind {
        [seconds, _, behind @ ..] if seconds.mark() == Some(':') => behind,
        _ => behind,
    };
    // A label may have run into the hour: `Departed12:10`.
    let alone = || first.text.trim_start_matches(char::is_alphabetic);
    let hour = forced_digits(first.text).or_else(|| forced_digits(alone()))?;
    clock(&hour, minute, behind)
}

/// Minutes that stand apart from their hour, `14h 30`: two digits that are not part of a date or a number, and no count of something.
fn apart(tokens: &[Token<'_>]) -> Option<String> {
    let [minute, behind @ ..] = tokens else {
        return None;
    };
    let minutes = digits(minute.text).filter(|digits| digits.len() == 2)?;
    let counts = behind.first().is_some_and(|next| {
        let joint = matches!(next.mark(), Some('.' | ',' | '/' | '-')) && !next.spaced;
        joint || Unit::named(&fold(next.text)).is_some()
    });
    (!counts).then_some(minutes)
}

/// `7.15`, `9,30 am`; not a part of a date or of a number.
fn with_dot(before: Option<Token<'_>>, tokens: &[Token<'_>]) -> Option<TimeReading> {
    let [hour, mark, minute, behind @ ..] = tokens else {
        return None;
    };
    let is_joint = |token: Token<'_>| matches!(token.mark(), Some('.' | ',' | '/' | '-' | '$'));
    let more_digits =
        |rest: &[Token<'_>]| matches!(rest, [mark, next, ..] if is_joint(*mark) && !next.spaced);
    let part_of_more =
        before.is_some_and(|token| is_joint(token) && !hour.spaced) || more_digits(behind);
    if !matches!(mark.mark(), Some('.' | ',')) || minute.spaced || part_of_more {
        return None;
    }
    clock(&digits(hour.text)?, minute, behind)
}

/// The minutes, which may carry their half of the day (`30a`), and what stands behind them.
fn clock(hour: &str, minute: &Token<'_>, behind: &[Token<'_>]) -> Option<TimeReading> {
    let (minutes, glued) = minute.text.split_at_checked(2)?;
    let half = if glued.is_empty() {
        Half::after(behind)
    } else {
        Half::of(glued)?
    };
    time(hour, &forced_digits(minutes)?, half)
}

/// `9 am`, `9pm`, `9h`, `9 Uhr`.
fn hour_only(tokens: &[Token<'_>]) -> Option<TimeReading> {
    let [first, rest @ ..] = tokens else {
        return None;
    };
    let end = first
        .text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(first.text.len());
    let (hour, glued) = first.text.split_at_checked(end)?;
    let half = if glued.is_empty() {
        Half::after(rest)
    } else {
        Half::of(glued)?
    };
    match hour.len() {
        1 | 2 if half != Half::Unsaid => {
            let hour = time(hour, "00", half)?;
            Some(TimeReading {
                to_the_minute: half != Half::DayClock,
                ..hour
            })
        }
        3 | 4 if half != Half::Unsaid => split_time(hour, half),
        _ => None,
    }
}

fn named(tokens: &[Token<'_>]) -> Option<TimeReading> {
    match fold(tokens.first()?.text).as_str() {
        "noon" | "midday" | "mittag" | "mittags" | "midi" | "mediodia" | "poludnie" | "middag" => {
            time("12", "00", Half::Afternoon)
        }
        "midnight" | "mitternacht" | "minuit" | "medianoche" | "polnoc" | "middernacht" => {
            time("12", "00", Half::Morning)
        }
        _ => None,
    }
}

/// `0930` and `930`, where it is the only number of the text: beside others it may be a year or an identifier.
fn run_together(tokens: &[Token<'_>]) -> Option<TimeReading> {
    let mut numbers = tokens.iter().filter_map(|token| digits(token.text));
    let number = numbers.next()?;
    if numbers.next().is_some() || !(3..=4).contains(&number.len()) {
        return None;
    }
    // Only who thinks in 24 hours writes the leading zero.
    let half = if number.starts_with('0') {
        Half::DayClock
    } else {
        Half::Unsaid
    };
    split_time(&number, half)
}

fn split_time(number: &str, half: Half) -> Option<TimeReading> {
    let (hour, minute) = number.split_at_checked(number.len().checked_sub(2)?)?;
    time(hour, minute, half)
}

fn time(hour: &str, minute: &str, half: Half) -> Option<TimeReading> {
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let written_hour = if (hour, minute) == (24, 0) { 0 } else { hour };
    let in_half = (1..=12).contains(&hour);
    let actual_hour = match half {
        Half::Morning if in_half => hour % 12,
        Half::Afternoon if in_half => hour % 12 + 12,
        Half::Morning | Half::Afternoon | Half::DayClock | Half::Unsaid => written_hour,
    };
    let day_clock = half == Half::DayClock || !in_half;
    let time = Time::new(actual_hour, minute, 0, 0).ok()?;
    Some(TimeReading {
        time,
        half_day_known: day_clock || half != Half::Unsaid,
        day_clock,
        to_the_minute: true,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::time as at;
    use proptest::prelude::*;

    use super::*;

    fn read(raw: &str) -> TimeReading {
        read_time(raw).unwrap_or_else(|| panic!("{raw} is not read"))
    }

    #[test]
    fn times_are_read_however_they_are_written() {
        for (raw, hour, minute, known) in [
            ("09:30", 9, 30, false),
            ("9:30a", 9, 30, true),
            ("9:30 A.M.", 9, 30, true),
            ("0930", 9, 30, true),
            ("930", 9, 30, false),
            ("14h30", 14, 30, true),
            ("23h 49", 23, 49, true),
            ("5h 50 dock 4", 5, 50, true),
            ("15 h 09", 15, 9, true),
            ("14h il manque 2 colis", 14, 0, true),
            ("14h 12.03.2026", 14, 0, true),
            ("14h 20 colis", 14, 0, true),
            ("9h", 9, 0, true),
            ("7.15", 7, 15, false),
            ("7:15 PM", 19, 15, true),
            ("7:15p", 19, 15, true),
            ("1930 hrs", 19, 30, true),
            ("10.15 Uhr", 10, 15, true),
            ("noon", 12, 0, true),
            ("12 noon", 12, 0, true),
            ("12:30 am", 0, 30, true),
            ("12:30 pm", 12, 30, true),
            ("12:05", 12, 5, false),
            ("24:00", 0, 0, true),
            ("00:25", 0, 25, true),
            ("9 am", 9, 0, true),
            ("3PM", 15, 0, true),
            ("O9:3O", 9, 30, false),
            ("l:10", 1, 10, false),
            ("9;45", 9, 45, false),
            ("15:20:33", 15, 20, true),
            ("7:15:00 PM", 19, 15, true),
            ("Time in 09:30 dock 4", 9, 30, false),
            ("14.03.2026 10:15", 10, 15, false),
            ("03/14/26 @ 1:10p", 13, 10, true),
            ("730am", 7, 30, true),
        ] {
            let expected = (at(hour, minute, 0, 0), known);
            let reading = read(raw);
            assert_eq!((reading.time, reading.half_day_known), expected, "{raw}");
        }
    }

    #[test]
    fn an_hour_on_the_day_clock_may_have_lost_its_minutes() {
        for (raw, whole) in [
            ("14h", false),
            ("14 Uhr", false),
            ("9 am", true),
            ("noon", true),
            ("14h00", true),
            ("1400", true),
        ] {
            assert_eq!(read(raw).to_the_minute, whole, "{raw}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for raw in [
            "",
            "9",
            "25:10",
            "9:75",
            "14.03.2026",
            "03/14/2026",
            "Mar 14 2026",
            "$7.15",
            "dock 12",
            "123456",
            "7.5",
        ] {
            assert_eq!(read_time(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn a_time_on_a_24_hour_clock_is_read_back(hour in 0_i8..24, minute in 0_i8..60) {
            let time = at(hour, minute, 0, 0);
            for format in ["%H:%M", "%H%M hrs", "%Hh%M", "%I:%M %p"] {
                let raw = time.strftime(format).to_string();
                prop_assert_eq!(read_time(&raw).map(|reading| reading.time), Some(time), "{}", raw);
            }
        }

        #[test]
        fn any_text_gives_a_whole_minute_or_none(raw in "\\PC{0,40}") {
            prop_assert!(read_time(&raw).is_none_or(|reading| reading.time.second() == 0));
        }
    }
}
