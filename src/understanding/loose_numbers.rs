//! Loose numbers: what looks like an identifier and belongs to no field.
//!
//! In: the words of a page and their tags. Out: numbers with their evidence. A form may call its PRO a "dispatch no."; whether
//! the number is one that a shipment goes by, only the shipments can tell.

use super::normalise::normalise_identifier;
use super::spans::Tag;
use super::values::is_telephone;
use crate::document::Found;
use crate::reading::{Page, Word};

/// Fewest characters and digits; shorter numbers occur on every page.
const SHORTEST: usize = 6;
const FEWEST_DIGITS: usize = 5;
/// Longest identifier of the trade, an SSCC with its prefix.
const LONGEST: usize = 20;
/// Most numbers of one page: a packing list has hundreds of item numbers, and each costs a look into the ledger.
const MOST: usize = 40;

/// The numbers of a page that are part of no field.
pub(super) fn loose_numbers<'a>(
    page: &'a Page,
    tags: &'a [Tag],
) -> impl Iterator<Item = Found<String>> + 'a {
    let loose = page
        .words
        .iter()
        .zip(tags)
        .filter(|(_, tag)| tag.field.is_none());
    let found = loose.filter_map(|(word, _)| {
        Some(Found {
            value: identifier_in(&word.text)?,
            raw: word.text.clone(),
            confidence: word.confidence,
            page: page.number,
            bbox: word.bbox,
            source: word.source,
            agreed: is_agreed(word),
        })
    });
    found.take(MOST)
}

fn is_agreed(word: &Word) -> bool {
    let same = |text: &str| normalise_identifier(text) == normalise_identifier(&word.text);
    word.second
        .as_ref()
        .is_some_and(|second| same(&second.text))
}

/// The number that a text is; amounts, dates, times, web addresses and telephone numbers are none.
pub(super) fn identifier_in(text: &str) -> Option<String> {
    if is_telephone(text) || text.chars().any(|c| "$€£/:@%,.".contains(c)) {
        return None;
    }
    let value = normalise_identifier(text);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    ((SHORTEST..=LONGEST).contains(&value.len()) && digits >= FEWEST_DIGITS).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::identifier_in;

    #[test]
    fn identifiers_are_told_from_amounts_dates_and_words() {
        for (text, found) in [
            ("975800577", Some("975800577")),
            ("#123-456782", Some("123456782")),
            ("K2616891", Some("K2616891")),
            ("04/05/2025", None),
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
