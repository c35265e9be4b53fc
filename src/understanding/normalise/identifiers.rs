//! Identifiers: one way to write them, and the repair of one confused character.

/// An identifier in upper case without spaces and punctuation: `123-456782` and `123 456782` are the same.
#[must_use]
pub fn normalise_identifier(raw: &str) -> String {
    raw.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Did an unlike engine, if it was asked, read the same?
#[must_use]
pub fn agreed(raw: &str, second: Option<&str>) -> bool {
    second.is_some_and(|second| normalise_identifier(second) == normalise_identifier(raw))
}

/// Groups of characters that readers take for each other, in print (`0`/`O`/`Q`/`D`) and in handwriting (`1`/`7`,
/// `4`/`9`). Kept short: with a check digit modulo 7 every further pair makes a unique repair rarer.
const CONFUSED: &[&str] = &[
    "0OQD", "1IL7", "2Z", "3B8", "4A9", "5S", "56", "6G8", "8B0", "KX", "UV", "MN", "EF", "CG",
    "TY",
];

/// All values that differ from `value` (normalised) in one character that readers confuse. In a value of digits only,
/// a digit is never taken for a letter; each candidate occurs once.
#[must_use]
pub fn ocr_confusions(value: &str) -> Vec<String> {
    let digits_only = value.chars().all(|c| c.is_ascii_digit());
    let mut found = Vec::new();
    for (place, c) in value.char_indices() {
        for other in confused_with(c).filter(|other| !digits_only || other.is_ascii_digit()) {
            let mut candidate = value.to_owned();
            candidate.replace_range(place..place + c.len_utf8(), other.encode_utf8(&mut [0; 4]));
            if !found.contains(&candidate) {
                found.push(candidate);
            }
        }
    }
    found
}

fn confused_with(c: char) -> impl Iterator<Item = char> {
    let groups = CONFUSED.iter().filter(move |group| group.contains(c));
    groups
        .flat_map(|group| group.chars())
        .filter(move |other| *other != c)
}

/// `value` where one confused character is put right: only when exactly one candidate passes. A value that passes as
/// it stands needs no repair and gives `None`.
pub fn repair(value: &str, passes: impl Fn(&str) -> bool) -> Option<String> {
    if passes(value) {
        return None;
    }
    let mut passing = ocr_confusions(value)
        .into_iter()
        .filter(|candidate| passes(candidate));
    let repaired = passing.next()?;
    passing.next().is_none().then_some(repaired)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::understanding::normalise::{CheckResult, Scheme, check_pro};

    #[test]
    fn spaces_and_punctuation_do_not_make_another_identifier() {
        for raw in ["123-456782", " 123 456 782", "123.456782", "#123456782"] {
            assert_eq!(normalise_identifier(raw), "123456782");
        }
        assert_eq!(normalise_identifier("r-b 12/a"), "RB12A");
    }

    #[test]
    fn a_confused_check_letter_is_repaired() {
        let passes = |value: &str| Scheme::YrcPro.passes(value);
        assert_eq!(repair("828561881K", passes).as_deref(), Some("828561881X"));
    }

    #[test]
    fn a_pro_with_one_confused_digit_is_repaired() {
        let passes = |value: &str| check_pro(Some("XPOL"), value) == CheckResult::Passes;
        for misread in ["12345678Z", "I23456782", "l23456782"] {
            let misread = normalise_identifier(misread);
            assert_eq!(
                repair(&misread, passes).as_deref(),
                Some("123456782"),
                "{misread}"
            );
        }
    }

    #[test]
    fn a_container_with_a_digit_for_a_letter_is_repaired() {
        let passes = |value: &str| Scheme::Container.passes(value);
        assert_eq!(
            repair("C5QU3054383", passes).as_deref(),
            Some("CSQU3054383")
        );
    }

    #[test]
    fn nothing_is_repaired_by_guess() {
        assert_eq!(repair("123456789", |_| true), None, "nothing to repair");
        assert_eq!(
            repair("12345678", |value| value != "12345678"),
            None,
            "many would do"
        );
        assert_eq!(repair("12345678", |_| false), None, "none would do");
    }

    proptest! {
        #[test]
        fn candidates_differ_in_one_place_and_occur_once(value in "[A-Z0-9]{1,17}") {
            let candidates = ocr_confusions(&value);
            for (index, candidate) in candidates.iter().enumerate() {
                let differing = candidate.chars().zip(value.chars()).filter(|(a, b)| a != b).count();
                prop_assert_eq!(differing, 1);
                prop_assert_eq!(candidate.len(), value.len());
                prop_assert!(!candidates[..index].contains(candidate));
            }
        }

        #[test]
        fn a_normal_identifier_stays_as_it_is(raw in "\\PC{0,30}") {
            let normal = normalise_identifier(&raw);
            prop_assert_eq!(normalise_identifier(&normal), normal.clone());
        }
    }
}
