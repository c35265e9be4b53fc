//! What one slip of a reader makes of a number: the neighbours by which a misread number finds the right one.
//!
//! In: a [`Number`]. Out: folded texts, each one slip away. Refused: numbers so short that a slip makes another number, and so
//! long that no identifier is.

use std::collections::BTreeSet;

use super::numbers::{CONFUSED_DIGITS, Number, SHORTEST_TO_REPAIR};

/// Characters that are left when look-alikes are folded.
const SYMBOLS: &[u8] = b"0123456789ACEFHJMNPRTUVWXY";
const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"ACEFHJMNPRTUVWXY";

/// For each digit the letters that readers take for it, beside those that are folded into it. Expert knowledge, as
/// [`CONFUSED_DIGITS`].
const LETTERS_LIKE: [&[u8]; 10] = [
    b"CU", b"JTY", b"R", b"EJ", b"AHY", b"EF", b"CE", b"FJTVY", b"AEHR", b"AP",
];

/// Identifiers of domain.md §2.3 that people print and readers misread have at most 18 characters; the longest is a bar code's.
const LONGEST_TO_REPAIR: usize = 20;

/// The number with one digit taken for another that looks like it.
pub(super) fn look_alikes(number: &Number) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Some(folded) = repairable(number) else {
        return found;
    };
    for (at, own) in folded.iter().enumerate() {
        let pairs = CONFUSED_DIGITS.iter().flat_map(|(a, b)| [(a, b), (b, a)]);
        for (_, other) in pairs.filter(|(one, _)| *one == own) {
            found.extend(text(&[&folded[..at], &[*other], &folded[at + 1..]]));
        }
    }
    found
}

/// The number with one wrong, missing or extra character: some 230 for ten digits. Digits are taken for one another whatever they look like,
/// a letter only for a digit that looks like it; and letters are lost beside letters.
pub(super) fn one_off(number: &Number) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Some(folded) = repairable(number) else {
        return found;
    };
    for at in 0..=folded.len() {
        let (head, tail) = folded.split_at(at);
        let beside = head.last().into_iter().chain(tail.first());
        let lost = match beside.copied().any(|byte| byte.is_ascii_uppercase()) {
            true => SYMBOLS,
            false => DIGITS,
        };
        found.extend(lost.iter().filter_map(|own| text(&[head, &[*own], tail])));
        if let Some((read, rest)) = tail.split_first() {
            let own = read_for(*read).chain(DIGITS);
            found.extend(own.filter_map(|own| text(&[head, &[*own], rest])));
            found.extend(text(&[head, rest]).filter(|_| folded.len() > SHORTEST_TO_REPAIR));
        }
    }
    found.remove(number.folded());
    found
}

/// The letters that may have stood where a character was read.
fn read_for(read: u8) -> impl Iterator<Item = &'static u8> {
    let digit = DIGITS.iter().position(|digit| *digit == read);
    let letters = digit.map_or(LETTERS, |digit| LETTERS_LIKE[digit]);
    letters.iter()
}

/// The number, and the number without one of its characters. Two numbers that are one slip apart have one of these in common,
/// so that few texts on both sides do what all of [`one_off`] would on one.
pub(super) fn shortened(number: &Number) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(folded) = repairable(number) {
        let shorter = |at: usize| text(&[&folded[..at], &folded[at + 1..]]);
        found.extend((0..folded.len()).filter_map(shorter));
        found.insert(number.folded().to_owned());
    }
    found
}

fn repairable(number: &Number) -> Option<&[u8]> {
    let folded = number.folded().as_bytes();
    (SHORTEST_TO_REPAIR..=LONGEST_TO_REPAIR)
        .contains(&folded.len())
        .then_some(folded)
}

/// The parts as text, without leading zeros as all numbers are compared.
fn text(parts: &[&[u8]]) -> Option<String> {
    let mut text = Vec::with_capacity(LONGEST_TO_REPAIR + 1);
    for part in parts {
        let leading = part
            .iter()
            .take_while(|byte| text.is_empty() && **byte == b'0');
        let leading = leading.count();
        text.extend_from_slice(&part[leading..]);
    }
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(raw: &str) -> Number {
        Number::read(raw).unwrap()
    }

    #[test]
    fn look_alike_digits_lead_to_each_other() {
        let found = look_alikes(&number("1234560"));
        for own in [
            "7234560", "1734560", "1284560", "1294560", "1234580", "1234568",
        ] {
            assert!(found.contains(own), "{own} {found:?}");
        }
        assert!(!found.contains("1234561"));
    }

    #[test]
    fn short_and_endless_numbers_have_no_neighbours() {
        for raw in ["45023", "123456789012345678901"] {
            let number = number(raw);
            assert!(look_alikes(&number).is_empty() && one_off(&number).is_empty());
            assert!(shortened(&number).is_empty());
        }
    }

    #[test]
    fn a_number_of_ten_digits_has_some_two_hundred_neighbours() {
        let count = one_off(&number("1450200173")).len();
        assert!((200..250).contains(&count), "{count}");
    }

    proptest! {
        #[test]
        fn every_slip_leads_back_to_the_number(
            own in "[1-9][0-9A-Z]{2}[0-9]{4,12}", place in 0_usize..7, other in "[0-9A-Z]",
        ) {
            let Some(own) = Number::read(&own) else { return Ok(()) };
            let text = own.text().to_owned();
            let mut wrong = text.clone();
            wrong.replace_range(place..=place, &other);
            let mut missing = text.clone();
            missing.remove(place);
            let mut extra = text;
            extra.insert_str(place, &other);
            // A letter is lost beside letters only, and taken for no digit but one that looks like it.
            let was_letter = own.folded().as_bytes()[place].is_ascii_uppercase();
            for (slip, is_missing) in [(wrong, false), (missing, true), (extra, false)] {
                let Some(slip) = Number::read(&slip) else { continue };
                let is_digit = slip.folded().as_bytes().get(place);
                let is_digit = is_digit.is_some_and(u8::is_ascii_digit);
                let excused = was_letter && (is_missing || is_digit);
                // Two zeros fewer in front are two slips.
                let alike = own.likeness(&slip).is_some();
                let met = slip.folded() == own.folded() || one_off(&slip).contains(own.folded());
                prop_assert!(!alike || met || excused, "{own:?} {slip:?}");
                let shared = shortened(&slip).intersection(&shortened(&own)).count();
                prop_assert!(!alike || slip.folded() == own.folded() || shared > 0, "{own:?} {slip:?}");
            }
        }
    }
}
