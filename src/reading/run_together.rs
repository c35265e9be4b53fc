//! Words that were run together: a label and the value behind it, a value and the next label.
//!
//! In: the words of a page. Out: the same, those parted that a mark or a change from letters to digits shows to be two. Readers lose
//! the narrow gap, and cheap printers leave none (`PO#:4500123`, `1978433069Load`).

use super::page::{SecondReading, Word};
use crate::document::BBox;

/// Fewest letters of a label that a mark ends; one letter and a dot begin many numbers (`R.12345`).
const SHORTEST_LABEL: usize = 2;
/// Fewest letters of a label that no mark ends: container numbers and carrier codes have four letters before their digits.
const SHORTEST_BARE_LABEL: usize = 5;
/// Fewest letters in capitals behind a number that begin the next label; units have three (`1200LBS`).
const SHORTEST_NEXT_LABEL: usize = 4;
/// Fewest digits before such a label.
const SHORTEST_NUMBER: usize = 3;

/// Parts the words that are two or more.
pub(super) fn parted(words: Vec<Word>) -> Vec<Word> {
    let mut result = Vec::with_capacity(words.len());
    for word in words {
        let pieces = pieces(&word.text);
        if pieces.len() > 1 {
            result.extend((0..pieces.len()).map(|index| piece(&word, &pieces, index)));
        } else {
            result.push(word);
        }
    }
    result
}

/// One piece of a word, as wide as its share of the letters.
fn piece(word: &Word, pieces: &[&str], index: usize) -> Word {
    let letters = |pieces: &[&str]| {
        pieces
            .iter()
            .map(|piece| piece.chars().count())
            .sum::<usize>()
    };
    let width = word.bbox.right - word.bbox.left;
    let at = |count: usize| {
        word.bbox.left + width * letters(&pieces[..count]) as f32 / letters(pieces).max(1) as f32
    };
    // The same piece of another reading, if that falls into as many.
    let same = |text: &str| {
        let others = self::pieces(text);
        (others.len() == pieces.len()).then(|| others[index].to_owned())
    };
    let second = word.second.as_ref().and_then(|second| {
        Some(SecondReading {
            text: same(&second.text)?,
            confidence: second.confidence,
        })
    });
    let mut others: Vec<(String, f32)> = Vec::new();
    for (text, chance) in &word.others {
        if let Some(text) = same(text).filter(|text| text != pieces[index]) {
            others.push((text, *chance));
        }
    }
    Word {
        text: pieces[index].to_owned(),
        bbox: BBox::new(at(index), word.bbox.top, at(index + 1), word.bbox.bottom),
        second,
        others,
        ..word.clone()
    }
}

/// The words that a text is.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((first, more)) = cut(rest).and_then(|at| rest.split_at_checked(at)) {
        pieces.push(first);
        rest = more;
    }
    pieces.push(rest);
    pieces
}

/// Where the first word of a text ends, in bytes, if it is more than one.
fn cut(text: &str) -> Option<usize> {
    let is_address =
        text.contains('@') || text.contains("//") || text.to_lowercase().starts_with("www.");
    if is_address {
        return None;
    }
    behind_label(text)
        .or_else(|| behind_bare_label(text))
        .or_else(|| behind_number(text))
}

/// `Bonnr.GMM47092`, `PO#:4500123`, `CUST.P.O...679570`, `Carrier:Atlas`: behind the last mark before the first digit, or behind the
/// first colon.
fn behind_label(text: &str) -> Option<usize> {
    let digit = text.find(|c: char| c.is_ascii_digit());
    let (head, _) = text.split_at(digit.unwrap_or(text.len()));
    let has_label = |at: &usize| letters(text.split_at(*at).0) >= SHORTEST_LABEL;
    let has_value = |at: &usize| letters(text.split_at(*at).1) >= SHORTEST_LABEL;
    let last_mark = head.rfind(['.', ':', '#', 'º', '°', '_']);
    let before_digits = last_mark
        .filter(|_| digit.is_some())
        .and_then(|at| Some(at + text.split_at(at).1.chars().next()?.len_utf8()));
    let before_words = || Some(head.find(':')? + 1).filter(has_value);
    before_digits.or_else(before_words).filter(has_label)
}

/// `NUMBER27236`: behind the letters, where only digits follow.
fn behind_bare_label(text: &str) -> Option<usize> {
    let at = text.find(|c: char| !c.is_alphabetic())?;
    let (label, number) = text.split_at(at);
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    (letters(label) >= SHORTEST_BARE_LABEL && is_number).then_some(at)
}

/// `1978433069Load`, `9136738TEMP`: behind a number, before a capital and two small letters or before many capitals.
fn behind_number(text: &str) -> Option<usize> {
    let mut pairs = text.char_indices().zip(text.chars().skip(1));
    let ((last, _), _) = pairs.find(|((_, c), next)| c.is_ascii_digit() && next.is_uppercase())?;
    let (number, label) = text.split_at(last + 1);
    let digits = number.bytes().rev().take_while(u8::is_ascii_digit).count();
    let small = label
        .chars()
        .skip(1)
        .take_while(|c| c.is_lowercase())
        .count();
    let has_digit = label.contains(|c: char| c.is_ascii_digit());
    let is_label = small >= 2 || letters(label) >= SHORTEST_NEXT_LABEL && !has_digit;
    (digits >= SHORTEST_NUMBER && is_label).then_some(last + 1)
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::{Confidence, Source};

    fn word(text: &str) -> Word {
        Word {
            text: text.to_owned(),
            bbox: BBox::new(0.2, 0.1, 0.6, 0.12),
            confidence: Confidence::new(0.9),
            source: Source::Ocr,
            line: 3,
            second: None,
            others: Vec::new(),
        }
    }

    #[test]
    fn a_label_and_its_value_are_parted() {
        for (text, wanted) in [
            ("Bonnr.GMM47092", vec!["Bonnr.", "GMM47092"]),
            ("PO#:4500123", vec!["PO#:", "4500123"]),
            (
                "CUST.P.O...679570,679584",
                vec!["CUST.P.O...", "679570,679584"],
            ),
            ("NUMBER27236", vec!["NUMBER", "27236"]),
            ("Carrier:Atlas", vec!["Carrier:", "Atlas"]),
            ("DeliveryDate_11MAR25", vec!["DeliveryDate_", "11MAR25"]),
            ("Ordered.2026-02-21", vec!["Ordered.", "2026-02-21"]),
            ("1978433069Load", vec!["1978433069", "Load"]),
            ("XDT-9136738TEMP", vec!["XDT-9136738", "TEMP"]),
            (
                "Load:5274Date:12/03/26",
                vec!["Load:", "5274", "Date:", "12/03/26"],
            ),
        ] {
            assert_eq!(pieces(text), wanted, "{text}");
        }
    }

    #[test]
    fn numbers_addresses_and_times_stay_whole() {
        for text in [
            "R.12345",
            "MSCU1234567",
            "ABCD12345678",
            "12:30",
            "1-800-555-0100",
            "www.a123.example",
            "a.b1@c.example",
            "https://x.example/p1",
            "1200LBS",
            "2ND",
            "12Dec2025",
            "St.Louis",
            "T:0530",
            "1979.63.2047",
            "B/L",
            "",
        ] {
            assert_eq!(pieces(text), vec![text], "{text}");
        }
    }

    #[test]
    fn pieces_share_the_place_and_both_readings() {
        let mut word = word("PO#:4500123");
        word.second = Some(SecondReading {
            text: "PO#:4500128".into(),
            confidence: Confidence::new(0.8),
        });
        word.others = vec![("PO#:4500128".into(), 0.2)];
        let parts = parted(vec![word]);
        assert_eq!(parts[0].bbox.right, parts[1].bbox.left);
        assert!((parts[0].bbox.right - (0.2 + 0.4 * 4.0 / 11.0)).abs() < 1e-6);
        assert_eq!(parts[1].second.as_ref().unwrap().text, "4500128");
        assert_eq!(parts[1].others, vec![("4500128".to_owned(), 0.2)]);
        assert!(parts[0].others.is_empty());
    }

    proptest! {
        #[test]
        fn no_letter_is_lost(text in "\\PC{0,20}") {
            prop_assert_eq!(pieces(&text).concat(), text);
        }
    }
}
