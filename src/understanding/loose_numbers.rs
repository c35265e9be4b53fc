//! Loose numbers: what looks like an identifier and is no field's value.
//!
//! In: the words of a page and their tags. Out: numbers with their evidence. A form may call its PRO a "dispatch no."; whether
//! the number is one that a shipment goes by, only the shipments can tell.

use super::normalise::normalise_identifier;
use super::spans::Tag;
use super::values::is_telephone;
use crate::document::{Confidence, Found};
use crate::reading::Page;

/// Fewest characters and digits of a number to look for; shorter numbers occur on every page.
const SHORTEST: usize = 6;
const FEWEST_DIGITS: usize = 5;
/// Fewest characters and digits of one that a known shipment may go by (domain.md §2.1).
const SHORTEST_OWN: usize = 4;
const FEWEST_OWN_DIGITS: usize = 3;
/// Longest identifier of the trade, an SSCC with its prefix.
const LONGEST: usize = 20;
/// Most numbers of one page: a packing list has hundreds of item numbers, and each costs a look into the ledger.
const MOST: usize = 40;

/// The numbers of a page that are part of no field: those to look for, and those too short for that.
pub(super) fn loose_numbers(page: &Page, tags: &[Tag]) -> (Vec<Found<String>>, Vec<Found<String>>) {
    let words = page.words.iter().zip(tags);
    let loose = words.filter(|(_, tag)| tag.field.is_none());
    let numbers = loose.filter_map(|(word, _)| Some((number_in(&word.text)?, word)));
    let found = numbers.map(|(value, word)| Found {
        value,
        raw: word.text.clone(),
        confidence: word.confidence,
        page: page.number,
        bbox: word.bbox,
        source: word.source,
        second: word.second.as_ref().map(|second| second.text.clone()),
    });
    let (mut long, mut short): (Vec<_>, Vec<_>) = found.partition(|found| is_long(&found.value));
    long.truncate(MOST);
    short.truncate(MOST);
    short.extend(in_two_words(page, tags).take(MOST));
    (long, short)
}

/// Numbers of two words side by side that are not one value: a reader parts `PZD-5757672` where the dash is pale.
fn in_two_words(page: &Page, tags: &[Tag]) -> impl Iterator<Item = Found<String>> {
    let pairs = page.words.windows(2).zip(tags.windows(2));
    let pairs = pairs.filter_map(|(words, tags)| match (words, tags) {
        ([first, second], [one, other]) if first.line == second.line => {
            (one.field.is_none() || one.field != other.field).then_some((first, second))
        }
        _ => None,
    });
    pairs.filter_map(|(first, second)| {
        let raw = format!("{} {}", first.text, second.text);
        Some(Found {
            value: number_in(&raw).filter(|_| is_part(&first.text) && is_part(&second.text))?,
            raw,
            confidence: Confidence::new(first.confidence.get().min(second.confidence.get())),
            page: page.number,
            bbox: first.bbox.union(second.bbox),
            source: first.source,
            second: None,
        })
    })
}

/// May a word be one of the parts of a number? Words of a sentence and amounts are none.
fn is_part(text: &str) -> bool {
    let belongs = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    text.chars().all(belongs)
}

/// The number to look for that a text is; amounts, dates, times, web addresses and telephone numbers are none.
pub(super) fn identifier_in(text: &str) -> Option<String> {
    number_in(text).filter(|value| is_long(value))
}

fn is_long(value: &str) -> bool {
    value.len() >= SHORTEST && digits(value) >= FEWEST_DIGITS
}

fn number_in(text: &str) -> Option<String> {
    // `DA19/20945` is a number, `9/27/17` a date.
    let has_letter = text.chars().any(char::is_alphabetic);
    let is_other = |c: char| "$€£:@%,.".contains(c) || c == '/' && !has_letter;
    if is_telephone(text) || text.chars().any(is_other) {
        return None;
    }
    let value = normalise_identifier(without_number_word(text));
    let fits = (SHORTEST_OWN..=LONGEST).contains(&value.len());
    (fits && digits(&value) >= FEWEST_OWN_DIGITS).then_some(value)
}

/// Without the "No" of a label that a reader ran into the number: `NoAAY4916`.
fn without_number_word(text: &str) -> &str {
    let rest = ["No", "Nr"].iter().find_map(|word| text.strip_prefix(word));
    let rest = rest.map(|rest| rest.trim_start_matches(['.', ':', '-', '°']));
    rest.filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit()))
        .unwrap_or(text)
}

fn digits(value: &str) -> usize {
    value.chars().filter(char::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::{identifier_in, number_in};

    #[test]
    fn short_numbers_are_kept_apart_from_those_to_look_for() {
        for (text, found) in [
            ("N-9344", Some("N9344")),
            ("97281", Some("97281")),
            ("T-12", None),
            ("Pallets", None),
        ] {
            assert_eq!(number_in(text).as_deref(), found, "{text}");
            assert_eq!(identifier_in(text), None, "{text}");
        }
    }

    #[test]
    fn identifiers_are_told_from_amounts_dates_and_words() {
        for (text, found) in [
            ("975800577", Some("975800577")),
            ("#123-456782", Some("123456782")),
            ("K2616891", Some("K2616891")),
            ("04/05/2025", None),
            ("DA19/20945", Some("DA1920945")),
            ("NoAAY4916/5", Some("AAY49165")),
            ("NOLU4711-22", Some("NOLU471122")),
            ("N-9344", None),
            ("776-792-5351", None),
            ("1,151.40", None),
            ("$21000000", None),
            ("12345", None),
            ("CARTONS", None),
            ("www.a123456.example", None),
        ] {
            assert_eq!(identifier_in(text).as_deref(), found, "{text}");
        }
    }
}
