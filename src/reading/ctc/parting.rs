//! Parting: words that the recogniser read as one.
//!
//! In: the letters between two spaces. Out: the words in them, by the gaps between letters and by what can be no one word.

use super::Letter;

/// The words that were read as one: letters further apart than `wide`, and a label from its value (`PO#4711`, `Weight:24180`,
/// `Departed12:10`, `DATE4-25-25`; identifiers have capitals before their digits).
pub(super) fn parted(mut word: &[Letter], wide: f32) -> Vec<&[Letter]> {
    let mut parts = Vec::new();
    let begins = |word: &[Letter], at: usize| {
        let (before, after) = word.split_at(at);
        let gap = after[0].at - before[at - 1].at;
        let (last, first) = (before[at - 1].letter, after[0].letter);
        gap > wide
            || first.is_alphanumeric() && ends_label(before)
            || last.is_lowercase() && first.is_ascii_digit()
            || ends_word(before) && is_date(after)
            || is_date(before) && begins_word(after)
    };
    while let Some(at) = (1..word.len()).find(|at| begins(word, *at)) {
        let (part, rest) = word.split_at(at);
        parts.push(part);
        word = rest;
    }
    parts.push(word);
    parts
}

/// Ends in a colon or number sign after a letter: `07:` of a time does not.
fn ends_label(part: &[Letter]) -> bool {
    let mut back = part.iter().rev().map(|letter| letter.letter);
    let is_tail = |c: &char| matches!(c, ':' | '#' | '.');
    matches!(back.clone().next(), Some(':' | '#'))
        && back.find(|c| !is_tail(c)).is_some_and(char::is_alphabetic)
}

/// Ends in three letters at least: identifiers have fewer in front of their digits, or no date behind them.
fn ends_word(part: &[Letter]) -> bool {
    let letters = part.iter().rev();
    let letters = letters.take_while(|letter| letter.letter.is_alphabetic());
    letters.count() >= 3
}

/// Begins with three letters at least: `26r.` and `26am` end a date.
fn begins_word(part: &[Letter]) -> bool {
    let letters = part.iter();
    let letters = letters.take_while(|letter| letter.letter.is_alphabetic());
    letters.count() >= 3
}

/// A day, a month and a year in numbers, with one mark between them: `4-25-25`.
fn is_date(part: &[Letter]) -> bool {
    let text: String = part.iter().map(|letter| letter.letter).collect();
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    ['/', '-', '.'].iter().any(|mark| {
        let numbers: Vec<&str> = text.split(*mark).collect();
        matches!(numbers.as_slice(), [a, b, c]
            if numbers.iter().all(|number| is_number(number))
                && [a, b].iter().all(|number| matches!(number.len(), 1 | 2))
                && is_day_of_year(a, b)
                && matches!(c.len(), 2 | 4))
    })
}

/// One may be a month, the other a day.
fn is_day_of_year(a: &str, b: &str) -> bool {
    let [a, b] = [a, b].map(|number| number.parse().unwrap_or(u8::MAX));
    (1..=12).contains(&a.min(b)) && a.max(b) <= 31
}
