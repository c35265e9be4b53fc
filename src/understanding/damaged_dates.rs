//! Damaged dates: what a misread date says, where the carrier has told on which day the freight came.
//!
//! In: the reader's text of a written date, and the day of the delivery message. Out: the one day around it whose writing the
//! text is by far the closest to. A reader loses strokes and takes slashes for ones (`9/1V2024` for `9/11/2024`); it does not invent
//! the other five characters of the right day. A text that is close to two days, or that shows another year, says nothing.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::decision::profile::DateOrder;

/// Days around the message that are thought of: signers write the wrong day, messages are sent the next one (domain.md §1.3, V7).
const AROUND: i64 = 3;
/// Furthest that a text may be from the writing of a day, in wrong characters. An assumption, see the tests for what it lets in.
const FURTHEST: f32 = 1.3;
/// By so much every other day has to be further.
const CLEARLY: f32 = 0.6;
/// How much nearer the day of the message itself counts.
const TOLD: f32 = 0.2;
/// Cost of a digit that is missing or too many: readers lose the last stroke of a date more often than they invent one. It is so small
/// that a lost digit and the told day read with another digit stay less than [`CLEARLY`] apart.
const LOST: f32 = 0.8;
/// Cost of a slash that is missing or too many, or taken for a one.
const SLASH: f32 = 0.4;
/// Cost of a digit for one that looks like it, or of a letter for a digit.
const ALIKE: f32 = 0.6;
/// Digits that readers take for one another.
const LOOK_ALIKES: [(char, char); 10] = [
    ('1', '7'),
    ('4', '9'),
    ('3', '8'),
    ('5', '6'),
    ('0', '6'),
    ('6', '8'),
    ('0', '8'),
    ('3', '5'),
    ('2', '7'),
    ('0', '9'),
];

/// The day that a text most likely says, if one stands out.
pub(super) fn likeliest_day(text: &str, told: Date, order: Option<DateOrder>) -> Option<Date> {
    let text = plain(text);
    let is_written = text.chars().filter(char::is_ascii_digit).count() >= 3;
    if !is_written || shows_another_year(&text, told) {
        return None;
    }
    let days = (-AROUND..=AROUND).filter_map(|days| told.checked_add(days.days()).ok());
    let mut costs: Vec<(f32, Date)> = days
        .map(|day| {
            (
                cost(&text, day, order) - if day == told { TOLD } else { 0.0 },
                day,
            )
        })
        .collect();
    costs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (best, second) = (costs.first()?, costs.get(1)?);
    (best.0 <= FURTHEST && second.0 - best.0 >= CLEARLY).then_some(best.1)
}

/// Digits, slashes and letters: marks between numbers are slashes, letters that look like digits are those.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        match letter {
            'O' | 'o' | 'Q' | 'D' => plain.push('0'),
            'I' | 'i' | 'L' | 'l' | '|' | '!' => plain.push('1'),
            'S' | 's' => plain.push('5'),
            'Z' | 'z' => plain.push('2'),
            'B' => plain.push('8'),
            'G' | 'b' => plain.push('6'),
            'g' | 'q' => plain.push('9'),
            other if other.is_alphanumeric() => plain.push(other),
            _ if plain.ends_with('/') || plain.is_empty() => {}
            _ => plain.push('/'),
        }
    }
    plain.trim_end_matches('/').to_owned()
}

/// Does the text end in a whole year that is not this one?
fn shows_another_year(text: &str, told: Date) -> bool {
    let mut parts = text.rsplit('/');
    let (last, before) = (parts.next().unwrap_or_default(), parts.count());
    let year: Option<i16> = last.parse().ok().filter(|_| before >= 2);
    let near = |year: i16| year != told.year() && (year - told.year()).abs() <= 2;
    match last.len() {
        4 => year.is_some_and(near),
        2 => year.is_some_and(|year| near(2000 + year)),
        _ => false,
    }
}

/// Wrong characters between a text and the nearest way to write a day.
fn cost(text: &str, day: Date, order: Option<DateOrder>) -> f32 {
    let text: Vec<char> = text.chars().collect();
    let costs = forms(day, order).map(|form| distance(&text, &form.chars().collect::<Vec<_>>()));
    costs.fold(f32::INFINITY, f32::min)
}

/// The ways to write a day in numbers.
fn forms(day: Date, order: Option<DateOrder>) -> impl Iterator<Item = String> {
    let (d, m, y) = (day.day(), day.month(), day.year());
    let orders = match order {
        Some(DateOrder::Mdy) => vec![(m, d)],
        Some(DateOrder::Dmy) => vec![(d, m)],
        Some(DateOrder::Ymd) | None => vec![(m, d), (d, m)],
    };
    let years = [format!("{y}"), format!("{:02}", y % 100)];
    orders.into_iter().flat_map(move |(a, b)| {
        let firsts = [format!("{a}"), format!("{a:02}")];
        let seconds = [format!("{b}"), format!("{b:02}")];
        let years = years.clone();
        let pairs = firsts
            .into_iter()
            .flat_map(move |a| seconds.clone().map(|b| format!("{a}/{b}")));
        pairs.flat_map(move |pair| years.clone().map(|year| format!("{pair}/{year}")))
    })
}

/// Levenshtein's distance with cheaper slips of the reader.
fn distance(text: &[char], form: &[char]) -> f32 {
    let mut above: Vec<f32> = vec![0.0];
    for letter in form {
        above.push(above[above.len() - 1] + extra(*letter));
    }
    for read in text {
        let mut row = vec![above[0] + extra(*read)];
        for (column, written) in form.iter().enumerate() {
            let changed = above[column] + changed(*read, *written);
            let lost = row[column] + extra(*written);
            let added = above[column + 1] + extra(*read);
            row.push(changed.min(lost).min(added));
        }
        above = row;
    }
    above[form.len()]
}

/// Cost of a character that is missing or too many.
fn extra(letter: char) -> f32 {
    match letter {
        '/' => SLASH,
        _ if letter.is_ascii_digit() => LOST,
        _ => ALIKE,
    }
}

fn changed(read: char, written: char) -> f32 {
    let alike = |a, b| LOOK_ALIKES.contains(&(a, b)) || LOOK_ALIKES.contains(&(b, a));
    match (read, written) {
        _ if read == written => 0.0,
        ('1', '/') | ('/', '1') => SLASH,
        _ if alike(read, written) || !read.is_ascii_digit() && read != '/' => ALIKE,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn strokes_that_a_reader_lost_are_put_back() {
        let (mdy, dmy) = (Some(DateOrder::Mdy), Some(DateOrder::Dmy));
        for (text, told, order) in [
            ("28/7/2 2", date(2022, 7, 28), dmy),
            ("11.20.2.5", date(2025, 11, 20), mdy),
            ("9/1V2024", date(2024, 11, 9), dmy),
            ("7724", date(2024, 7, 7), dmy),
            ("48.22", date(2022, 8, 4), dmy),
            ("04/0/22", date(2022, 8, 4), dmy),
            ("9/2717", date(2017, 9, 27), mdy),
            ("3/I7/Z5", date(2025, 3, 17), mdy),
            ("g/11/2022", date(2022, 11, 9), dmy),
        ] {
            assert_eq!(likeliest_day(text, told, order), Some(told), "{text}");
        }
    }

    #[test]
    fn what_fits_two_days_or_none_says_nothing() {
        let mdy = Some(DateOrder::Mdy);
        for (text, told) in [
            ("8 /24", date(2024, 8, 2)),
            ("1/23", date(2023, 1, 1)),
            ("17/25", date(2025, 11, 21)),
            ("01/1 /26", date(2026, 1, 7)),
            ("12:30", date(2024, 12, 30)),
            ("", date(2024, 12, 30)),
            ("Davis", date(2024, 12, 30)),
        ] {
            assert_eq!(likeliest_day(text, told, mdy), None, "{text}");
        }
    }

    #[test]
    fn the_day_on_the_paper_beats_the_day_of_the_message() {
        let told = date(2026, 3, 12);
        let day = likeliest_day("3/13/Z6", told, Some(DateOrder::Mdy));
        assert_eq!(day, Some(date(2026, 3, 13)));
        assert_eq!(likeliest_day("2/27/26", told, Some(DateOrder::Mdy)), None);
    }

    #[test]
    fn another_year_is_another_year() {
        let told = date(2026, 1, 3);
        for text in ["1/3/25", "1/3/2025", "01.03.2025"] {
            assert_eq!(
                likeliest_day(text, told, Some(DateOrder::Mdy)),
                None,
                "{text}"
            );
        }
    }

    proptest! {
        /// However the writing was damaged by one character, no day but the written one comes out.
        #[test]
        fn one_wrong_character_never_makes_another_day(
            month in 1i8..=12, day in 1i8..=28, off in -3i64..=3, at in 0usize..8, letter in "[0-9/ ]",
        ) {
            let written = date(2026, month, day);
            let told = written.checked_add(off.days()).unwrap();
            let mut text: Vec<char> = written.strftime("%m/%d/%y").to_string().chars().collect();
            text[at] = letter.chars().next().unwrap();
            let text: String = text.into_iter().collect();
            let found = likeliest_day(&text, told, Some(DateOrder::Mdy));
            let clean = text.split('/').count() == 3 && !text.contains(' ');
            prop_assert!(clean || found.is_none() || found == Some(written), "{} {:?}", text, found);
        }
    }
}
