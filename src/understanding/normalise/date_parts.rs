//! The numbers and month names of a date, and the ways of writing it, before anybody decides order or century.

use super::calendar::month_named;
use super::tokens::{Token, digits, fold, forced_digits, tokens};

/// A number as written: `05` has another width than `5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: i32,
    pub(super) width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A number, and what joins it to the number before: `/`, `-`, `.` or a space.
    Number(Number, char),
    Month(i8),
    /// Anything that ends a date.
    Break,
}

/// A date as written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written {
    Named {
        day: Number,
        month: i8,
        year: Option<Number>,
    },
    Numeric([Number; 3]),
    WithoutYear([Number; 2]),
}

/// Reads parts in one way of writing dates.
type Way = fn(&[Part]) -> Option<Written>;

/// From the surest way of writing to the least: a later one may find nonsense in what an earlier one reads. Each looks
/// at the beginning of the parts.
pub(super) const WAYS: [Way; 6] = [
    named,
    same_separators,
    any_separators,
    run_together,
    named_without_year,
    without_year,
];

/// The parts of a text; times of day and words that belong to no date break it.
pub(super) fn parts(raw: &str) -> Vec<Part> {
    let tokens = tokens(raw);
    let mut parts = Vec::new();
    let mut joint = ' ';
    for (index, token) in tokens.iter().enumerate() {
        match token.mark() {
            Some(mark @ ('/' | '-' | '.')) => joint = mark,
            Some('–') => joint = '-',
            Some(',' | '\'' | '’') => {}
            Some(_) => parts.push(Part::Break),
            // A time of day; ISO 8601 glues the day to it: `14T09:30`.
            None if is_clock(&tokens, index) => {
                if let Some((text, _)) = token.text.split_once('T') {
                    push_word(&mut parts, Token { text, ..*token }, joint);
                }
                parts.push(Part::Break);
            }
            None => {
                push_word(&mut parts, *token, joint);
                joint = ' ';
            }
        }
    }
    joined_years(&mut parts);
    parts
}

/// `22.4.20.22`: a speck was read in the middle of the year.
fn joined_years(parts: &mut Vec<Part>) {
    let is_parted = |parts: &[Part]| {
        let halves = |century: Number, rest: Number| {
            century.value == 20 && century.width == 2 && rest.width == 2
        };
        matches!(parts, [Part::Number(..), Part::Number(_, '.'), Part::Number(century, '.'), Part::Number(rest, '.')]
            if halves(*century, *rest))
    };
    let Some(at) = parts.windows(4).position(is_parted) else {
        return;
    };
    let Some(Part::Number(rest, _)) = parts.get(at + 3).copied() else {
        return;
    };
    let year = Number {
        value: 2000 + rest.value,
        width: 4,
    };
    parts.splice(at + 2..at + 4, [Part::Number(year, '.')]);
}

/// Whether the word at `index` is joined by a colon to another number, as those of a time of day are.
fn is_clock(tokens: &[Token<'_>], index: usize) -> bool {
    let token_at = |at: Option<usize>| at.and_then(|at| tokens.get(at));
    let joined = |colon: Option<usize>, other: Option<usize>| {
        let numeric = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_digit()) || forced_digits(text).is_some()
        };
        token_at(colon).is_some_and(|token| token.text == ":")
            && token_at(other).is_some_and(|token| numeric(token.text))
    };
    joined(index.checked_sub(1), index.checked_sub(2)) || joined(Some(index + 1), Some(index + 2))
}

fn push_word(parts: &mut Vec<Part>, token: Token<'_>, joint: char) {
    let joint = if matches!(parts.last(), Some(Part::Number(..))) {
        joint
    } else {
        ' '
    };
    // A letter for each of two digits (`OS/14/26`) is believed only inside a numeric date.
    let inside = joint != ' ' && !token.spaced && token.text.len() == 2;
    let number = digits(token.text).or_else(|| inside.then(|| forced_digits(token.text)).flatten());
    if let Some(number) = number.as_deref().and_then(number_of) {
        parts.push(Part::Number(number, joint));
        return;
    }
    // Half of a year (`22e` of 2025) would be another year.
    if joint != ' ' && !token.spaced && is_damaged_number(token.text) {
        parts.push(Part::Break);
        return;
    }
    for piece in pieces(token.text) {
        let folded = fold(piece);
        if let Some(month) = month_named(&folded) {
            parts.push(Part::Month(month));
        } else if let Some(number) = forced_digits(piece).as_deref().and_then(number_of) {
            parts.push(Part::Number(number, joint));
        } else if !FILLERS.contains(&folded.as_str()) {
            parts.push(Part::Break);
        }
    }
}

/// As long as a year, digits first, and letters that are neither digits misread nor the ending of a day: `22e`.
fn is_damaged_number(text: &str) -> bool {
    let (number, letters) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(0));
    let ending = fold(letters);
    let ends = |endings: &[&str]| endings.contains(&ending.as_str());
    let means_something = month_named(&ending).is_some() || ends(FILLERS) || ends(AFTER_YEAR);
    (3..=4).contains(&text.chars().count()) && number.len() >= 2 && !means_something
}

/// What follows a year without a space: `2026r.` in Polish, the hour.
const AFTER_YEAR: &[&str] = &["r", "am", "pm", "at", "h"];

/// Words and endings that may stand inside a date.
const FILLERS: &[&str] = &[
    "st", "nd", "rd", "th", "er", "de", "del", "of", "le", "den", "the", "dnia",
];

/// `14MAR26` and `14th` cut where digits and letters meet. Letters that may be digits stay with their digits: `l4MAR26`
/// gives `l4`.
fn pieces(word: &str) -> Vec<&str> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut before: Option<char> = None;
    for (offset, c) in word.char_indices() {
        match runs.last_mut() {
            Some((_, end)) if before.is_some_and(|b| b.is_ascii_digit() == c.is_ascii_digit()) => {
                *end += c.len_utf8();
            }
            _ => runs.push((offset, offset + c.len_utf8())),
        }
        before = Some(c);
    }
    let mut merged: Vec<&str> = Vec::new();
    let mut from = 0;
    for (start, end) in runs {
        let joined = word
            .get(from..end)
            .filter(|text| forced_digits(text).is_some());
        match (joined, merged.last_mut()) {
            (Some(text), Some(last)) => *last = text,
            _ => {
                merged.extend(word.get(start..end));
                from = start;
            }
        }
    }
    merged
}

fn number_of(digits: &str) -> Option<Number> {
    (digits.len() <= 8).then_some(())?;
    Some(Number {
        value: digits.parse().ok()?,
        width: digits.len(),
    })
}

fn named(parts: &[Part]) -> Option<Written> {
    match *parts {
        [
            Part::Number(year, _),
            Part::Month(month),
            Part::Number(day, _),
            ..,
        ] if year.width == 4 => Some(Written::Named {
            day,
            month,
            year: Some(year),
        }),
        [
            Part::Number(day, _),
            Part::Month(month),
            Part::Number(year, _),
            ..,
        ]
        | [
            Part::Month(month),
            Part::Number(day, _),
            Part::Number(year, _),
            ..,
        ] => Some(Written::Named {
            day,
            month,
            year: Some(year),
        }),
        _ => None,
    }
}

fn same_separators(parts: &[Part]) -> Option<Written> {
    match *parts {
        [
            Part::Number(a, _),
            Part::Number(b, one),
            Part::Number(c, two),
            ..,
        ] if one == two && one != ' ' => Some(Written::Numeric([a, b, c])),
        _ => None,
    }
}

fn any_separators(parts: &[Part]) -> Option<Written> {
    match *parts {
        [
            Part::Number(a, _),
            Part::Number(b, _),
            Part::Number(c, _),
            ..,
        ] => Some(Written::Numeric([a, b, c])),
        _ => None,
    }
}

/// `20260314`, `03142026`, `031426`, with nothing joined to it.
fn run_together(parts: &[Part]) -> Option<Written> {
    let alone = !matches!(parts.get(1), Some(Part::Number(_, joint)) if *joint != ' ');
    match *parts {
        [Part::Number(number, ' '), ..] if alone => split_number(number),
        _ => None,
    }
}

fn split_number(Number { value, width }: Number) -> Option<Written> {
    let part = |divisor: i32, width: usize| Number {
        value: value / divisor % if width == 4 { 10_000 } else { 100 },
        width,
    };
    let year_first = Written::Numeric([part(10_000, 4), part(100, 2), part(1, 2)]);
    match width {
        8 if (20_000_000..21_000_000).contains(&value) && value / 100 % 100 <= 12 => {
            Some(year_first)
        }
        8 => Some(Written::Numeric([
            part(1_000_000, 2),
            part(10_000, 2),
            part(1, 4),
        ])),
        6 => Some(Written::Numeric([
            part(10_000, 2),
            part(100, 2),
            part(1, 2),
        ])),
        _ => None,
    }
}

fn named_without_year(parts: &[Part]) -> Option<Written> {
    match *parts {
        [Part::Number(day, _), Part::Month(month), ..]
        | [Part::Month(month), Part::Number(day, _), ..] => Some(Written::Named {
            day,
            month,
            year: None,
        }),
        _ => None,
    }
}

fn without_year(parts: &[Part]) -> Option<Written> {
    match *parts {
        [Part::Number(a, _), Part::Number(b, joint), ..] if joint != ' ' => {
            Some(Written::WithoutYear([a, b]))
        }
        _ => None,
    }
}
