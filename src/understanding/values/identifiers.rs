//! Identifiers as readers give them: with labels and neighbours run into them, several in one place.
//!
//! In: the text of a span. Out: the normalised number, or numbers. Refused: what names nothing, and telephone numbers.

use super::super::Value;
use super::super::normalise::normalise_identifier;

/// An identifier holds a digit and three characters at least; words beside it are no part of it.
pub(super) fn identifier(text: &str, is_list: bool) -> Option<Value> {
    if is_list {
        let values: Vec<String> = text
            .split([',', ';', '&'])
            .flat_map(|part| apart(part, " / ", 3, 2))
            .flat_map(|part| apart(part, "/", 4, 4))
            .flat_map(|part| apart(part, " ", 5, 3))
            .filter_map(one_identifier)
            .collect();
        return (!values.is_empty()).then_some(Value::List(values));
    }
    one_identifier(text).map(Value::Text)
}

/// The parts between marks that may also stand inside an identifier: only if each part has so many characters and digits.
fn apart<'a>(text: &'a str, mark: &str, characters: usize, digits: usize) -> Vec<&'a str> {
    let parts: Vec<&str> = text
        .split(mark)
        .filter(|part| !part.trim().is_empty())
        .collect();
    let is_one = |part: &&str| {
        let count = |test: fn(&char) -> bool| part.chars().filter(test).count();
        count(char::is_ascii_alphanumeric) >= characters && count(char::is_ascii_digit) >= digits
    };
    if parts.iter().all(is_one) {
        parts
    } else {
        vec![text]
    }
}

fn one_identifier(text: &str) -> Option<String> {
    let value = without_number_word(&normalise_identifier(&without_words(text)));
    let has_digit = value.chars().any(|c| c.is_ascii_digit());
    ((3..=30).contains(&value.len()) && has_digit && !is_telephone(text)).then_some(value)
}

/// Without what readers run into a number: its label up to the mark behind it (`Bonnr.GMM47092`), and words of the next column.
fn without_words(text: &str) -> String {
    let is_label = |label: &str| {
        label.chars().filter(|c| c.is_alphabetic()).count() >= 2
            && !label.chars().any(|c| c.is_ascii_digit())
    };
    let marks = text.char_indices().filter(|(_, c)| ".:#°º".contains(*c));
    let behind = marks
        .filter(|(at, _)| text.get(..*at).is_some_and(is_label))
        .filter_map(|(at, mark)| text.get(at + mark.len_utf8()..))
        .next_back();
    let number = behind.filter(|rest| rest.chars().any(|c| c.is_ascii_digit()));
    let letters = |part: &str| part.chars().filter(|c| c.is_alphabetic()).count();
    let has_digit = |part: &str| part.chars().any(|c| c.is_ascii_digit());
    let mut begun = false;
    let belongs = |part: &&str| {
        begun |= has_digit(part);
        // A container begins with four letters.
        has_digit(part) || letters(part) < if begun { 4 } else { 5 }
    };
    let parts = number.unwrap_or(text).split_whitespace();
    let kept: Vec<&str> = parts.filter(belongs).collect();
    kept.join(" ")
}

/// Without the "No" that a reader ran into digits: `NO8211453075868`.
fn without_number_word(value: &str) -> String {
    let digits = ["NO", "NR", "NBR", "NUM"]
        .iter()
        .find_map(|word| value.strip_prefix(word));
    let long =
        digits.filter(|rest| rest.len() >= 5 && rest.bytes().all(|byte| byte.is_ascii_digit()));
    long.unwrap_or(value).to_owned()
}

/// Three, three and four digits, as North America writes telephone numbers; no carrier groups its numbers so (domain.md §2.3). With
/// spaces alone between them they may be an order's.
pub(in crate::understanding) fn is_telephone(text: &str) -> bool {
    let is_joint = |c: char| c.is_whitespace() || "()-.+/".contains(c);
    let groups: Vec<&str> = text
        .split(is_joint)
        .filter(|group| !group.is_empty())
        .collect();
    let digits = groups
        .iter()
        .all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let marked = text.contains(['(', ')', '-', '.', '+', '/']);
    digits && (marked && lengths == [3, 3, 4] || lengths == [1, 3, 3, 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_run_into_a_number_is_no_part_of_it() {
        for (raw, wanted) in [
            ("NO8211453075868", "8211453075868"),
            ("No.8211453075868", "8211453075868"),
            ("Bonnr.GMM47092", "GMM47092"),
            ("68170652272 UNIT", "68170652272"),
            ("WVM 176", "WVM176"),
            ("CSQU 305438-3", "CSQU3054383"),
            ("R.12345", "R12345"),
            ("NOLU4711", "NOLU4711"),
            ("1979.63.2047", "1979632047"),
        ] {
            assert_eq!(one_identifier(raw).as_deref(), Some(wanted), "{raw}");
        }
    }

    #[test]
    fn orders_are_parted_at_marks_that_stand_between_whole_numbers() {
        for (raw, wanted) in [
            ("2805909005/2805909028", vec!["2805909005", "2805909028"]),
            ("2805909005 2805909028", vec!["2805909005", "2805909028"]),
            ("4500 123 456", vec!["4500123456"]),
            ("12345/67", vec!["1234567"]),
            ("VW-76 / PJN767", vec!["VW76", "PJN767"]),
            ("12345 / 6", vec!["123456"]),
        ] {
            let list = Value::List(wanted.into_iter().map(str::to_owned).collect());
            assert_eq!(identifier(raw, true), Some(list), "{raw}");
        }
    }
}
