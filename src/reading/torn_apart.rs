//! Numbers that were torn apart behind the mark between their thousands: wide print looks to a reader as if a word ended there.
//!
//! In: the words of a page. Out: the same, `56,` and `780` right behind it as `56,780`.

use super::page::{SecondReading, Word};
use crate::document::Confidence;

/// How far the rest stands behind the mark at most, in letters of its own. Two that were torn had none and a fifth; the box of a word takes
/// half a letter of the space behind it, so that words of a list in usual print stand some 0.3 apart, as reckoned from widths of letters.
const GAP: f32 = 0.25;

/// Joins the numbers that are one.
pub(super) fn joined(words: Vec<Word>) -> Vec<Word> {
    let mut result: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        match result.last_mut() {
            Some(last) if are_one(last, &word) => join(last, word),
            Some(_) | None => result.push(word),
        }
    }
    result
}

fn are_one(head: &Word, rest: &Word) -> bool {
    let letter = rest.bbox.width() / rest.text.chars().count().max(1) as f32;
    head.line == rest.line
        && (rest.bbox.left - head.bbox.right).abs() < GAP * letter
        && ![head, rest].into_iter().any(is_doubted)
        && begins_a_number(&head.text)
        && goes_on_with_thousands(&rest.text)
}

/// Did the second reader read something else?
fn is_doubted(word: &Word) -> bool {
    let second = word.second.as_ref();
    second.is_some_and(|second| second.text != word.text)
}

/// `56,` and `1,056,`.
fn begins_a_number(text: &str) -> bool {
    let Some(groups) = text.strip_suffix([',', '.']) else {
        return false;
    };
    let mut groups = groups.split([',', '.']);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && are_digits(first) && groups.all(is_thousand)
}

/// `780` and `780.50`.
fn goes_on_with_thousands(text: &str) -> bool {
    let mut groups = text.split([',', '.']);
    groups.next().is_some_and(is_thousand) && groups.all(are_digits)
}

fn is_thousand(group: &str) -> bool {
    group.len() == 3 && are_digits(group)
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn join(head: &mut Word, rest: Word) {
    let second = head.second.take().zip(rest.second);
    head.second = second.map(|(one, other)| SecondReading {
        text: one.text + &other.text,
        confidence: lower(one.confidence, other.confidence),
    });
    head.text += &rest.text;
    head.bbox = head.bbox.union(rest.bbox);
    head.confidence = lower(head.confidence, rest.confidence);
    head.others.clear();
}

fn lower(one: Confidence, other: Confidence) -> Confidence {
    Confidence::new(one.get().min(other.get()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Source};

    /// What becomes of two words so far apart, each letter 0.01 wide.
    fn read(head: &str, gap: f32, rest: &str) -> Vec<String> {
        let word = |text: &str, left: f32| {
            let width = text.chars().map(|_| 0.01_f32).sum::<f32>();
            Word {
                text: text.to_owned(),
                bbox: BBox::new(left, 0.3, left + width, 0.31),
                confidence: Confidence::CERTAIN,
                source: Source::Ocr,
                line: 0,
                second: None,
                others: Vec::new(),
            }
        };
        let first = word(head, 0.1);
        let second = word(rest, first.bbox.right + gap);
        let words = joined(vec![first, second]);
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_number_torn_behind_its_thousands_is_whole_again() {
        assert_eq!(read("56,", 0.0, "780"), ["56,780"]);
        assert_eq!(read("1.056,", 0.002, "780"), ["1.056,780"]);
        assert_eq!(read("2.", -0.001, "025,85"), ["2.025,85"]);
    }

    #[test]
    fn numbers_of_a_list_stay_apart() {
        assert_eq!(read("56,", 0.0029, "780"), ["56,", "780"]);
        for (head, rest) in [
            ("4512,", "780"),
            ("56,", "7801"),
            ("56", "780"),
            ("A56,", "780"),
            (",", "780"),
            ("56,", "780x"),
        ] {
            assert_eq!(read(head, 0.0, rest), [head, rest]);
        }
    }
}
