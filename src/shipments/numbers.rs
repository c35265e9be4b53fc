//! Comparing identifiers the way a clerk does: punctuation, case and leading zeros do not count, and a reader may
//! have taken one character for another.
//!
//! In: identifiers as paper or feed write them. Out: how alike two are. Refused: words, placeholders and numbers too
//! short to name anything.

/// Shorter identifiers name nothing: three digits occur on every page (domain.md §2.1 gives load numbers 4 to 12).
const SHORTEST: usize = 4;

/// Below this length one wrong character is no slip but another number: in a run of 100,000 load numbers every
/// number has 45 neighbours.
pub(super) const SHORTEST_TO_REPAIR: usize = 6;

/// Two readings are of one number, character by character, where fewer than one in so many of its characters differ. An assumption.
const READ_ALIKE: usize = 3;

/// Pairs of printed digits that readers take for one another. Expert knowledge, as domain.md §2.1 has it for letters;
/// they cannot be folded into one character, because the pairs chain (3, 8, 6, 5) and would fold nearly all digits.
pub(super) const CONFUSED_DIGITS: [(u8, u8); 11] = [
    (b'1', b'7'),
    (b'3', b'8'),
    (b'5', b'6'),
    (b'0', b'8'),
    (b'6', b'8'),
    (b'4', b'9'),
    (b'0', b'6'),
    (b'3', b'5'),
    (b'8', b'9'),
    (b'2', b'7'),
    (b'3', b'9'),
];

/// An identifier, ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    text: String,
    folded: String,
}

/// How alike two identifiers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// One wrong, missing or extra character.
    OneOff,
    /// The same but for characters that look alike.
    Confused,
    /// The same.
    Same,
}

impl Number {
    /// The identifier in `raw`; `None` for words, placeholders (`0000000`, `N/A`) and short numbers.
    pub(super) fn read(raw: &str) -> Option<Self> {
        let text = without_zeros(&plain(raw));
        let placeholder = text
            .bytes()
            .all(|byte| text.as_bytes().first() == Some(&byte));
        let names_something = text.bytes().any(|byte| byte.is_ascii_digit()) && !placeholder;
        let folded = without_zeros(&text.chars().map(fold).collect::<String>());
        (text.len() >= SHORTEST && names_something).then_some(Self { text, folded })
    }

    /// Capital letters and digits, without leading zeros.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// [`Number::text`] with characters that look alike written as one of them.
    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    /// Does `second`, another reading of this number, hold every character in which this one differs from `other`, and most of the rest?
    pub(super) fn is_borne_out(&self, second: &Self, other: &Self) -> bool {
        let (own, second, other) = (&self.folded, &second.folded, &other.folded);
        if own.len() != other.len() || own.len() != second.len() {
            return false;
        }
        let unlike = |a: &str, b: &str| {
            let pairs = a.bytes().zip(b.bytes()).enumerate();
            let unlike = pairs.filter(|(_, (a, b))| a != b);
            unlike.map(|(place, _)| place).collect::<Vec<_>>()
        };
        let (misread, telling) = (unlike(own, second), unlike(own, other));
        let is_of_this = misread.len() * READ_ALIKE < own.len();
        is_of_this && !telling.is_empty() && !telling.iter().any(|at| misread.contains(at))
    }

    /// How alike the two are; `None` for different identifiers.
    pub(super) fn likeness(&self, other: &Self) -> Option<Likeness> {
        let (a, b) = (self.folded.as_bytes(), other.folded.as_bytes());
        if self.text == other.text {
            Some(Likeness::Same)
        } else if a == b {
            Some(Likeness::Confused)
        } else if a.len().min(b.len()) < SHORTEST_TO_REPAIR {
            None
        } else if a.len() == b.len() {
            one_wrong(a, b)
        } else {
            one_missing(a, b).then_some(Likeness::OneOff)
        }
    }
}

/// The identifiers that a file may be named after: its tokens, and up to three in a row (`POD_123-456782.pdf`).
pub(super) fn in_file_name(name: &str) -> Vec<Number> {
    let tokens = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let tokens: Vec<_> = tokens.filter(|token| !token.is_empty()).collect();
    let runs = (1..=3).flat_map(|length| tokens.windows(length));
    runs.filter_map(|run| Number::read(&run.concat())).collect()
}

/// Capital letters and digits of `raw`, nothing else.
pub(super) fn plain(raw: &str) -> String {
    let letters_and_digits = raw.chars().filter(char::is_ascii_alphanumeric);
    letters_and_digits
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

/// Systems add and drop leading zeros freely: SAP pads delivery numbers to ten digits.
fn without_zeros(text: &str) -> String {
    text.trim_start_matches('0').to_owned()
}

/// One character for each family of look-alikes (domain.md §2.1, and golden case 6 for K and X).
fn fold(letter: char) -> char {
    match letter {
        'O' | 'Q' | 'D' => '0',
        'I' | 'L' => '1',
        'Z' => '2',
        'S' => '5',
        'G' => '6',
        'B' => '8',
        'K' => 'X',
        other => other,
    }
}

fn one_wrong(a: &[u8], b: &[u8]) -> Option<Likeness> {
    let mut wrong = a.iter().zip(b).filter(|(x, y)| x != y);
    let (&x, &y) = wrong.next()?;
    if wrong.next().is_some() {
        return None;
    }
    let confused = CONFUSED_DIGITS.contains(&(x, y)) || CONFUSED_DIGITS.contains(&(y, x));
    Some(if confused {
        Likeness::Confused
    } else {
        Likeness::OneOff
    })
}

fn one_missing(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let same = |(x, y): &(&u8, &u8)| x == y;
    let tail = short.iter().rev().zip(long.iter().rev());
    long.len() == short.len() + 1 && head + tail.take_while(same).count() >= short.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn likeness(a: &str, b: &str) -> Option<Likeness> {
        Number::read(a).unwrap().likeness(&Number::read(b).unwrap())
    }

    #[test]
    fn identifiers_are_as_alike_as_a_clerk_would_say() {
        use Likeness::{Confused, OneOff, Same};
        for (a, b, expected) in [
            ("123-456782", "123456782", Some(Same)),
            ("bol 0080012345", "BOL80012345", None),
            ("0080012345", "80012345", Some(Same)),
            ("12345678Z", "123456782", Some(Confused)),
            ("O8OO1Z345", "080012345", Some(Confused)),
            ("828-561881-K", "828-561881-X", Some(Confused)),
            ("123456783", "123456788", Some(Confused)),
            ("123456781", "123456782", Some(OneOff)),
            ("12345678", "123456782", Some(OneOff)),
            ("1234567782", "123456782", Some(OneOff)),
            ("123456711", "123456782", None),
            ("4501", "4502", None),
        ] {
            assert_eq!(likeness(a, b), expected, "{a} {b}");
            assert_eq!(likeness(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn another_reading_bears_a_number_out_against_its_neighbour_where_it_holds_what_tells_them_apart()
     {
        let read = |raw: &str| Number::read(raw).unwrap();
        let borne_out = |own, second, other| read(own).is_borne_out(&read(second), &read(other));
        assert!(borne_out("16159760", "14159740", "16159460"));
        assert!(borne_out("8346193097", "BY4GI93097", "8346193007"));
        assert!(!borne_out("LC82635", "LC42635", "LC42635"), "its neighbour");
        assert!(!borne_out("12O4567", "1204567", "1204567"), "none tells");
        assert!(!borne_out("LC82635", "LC32635", "LC42635"), "neither");
        assert!(!borne_out("625240-M", "625240", "625248-M"), "not as long");
        assert!(
            !borne_out("16159760", "74859740", "16159460"),
            "of something else"
        );
    }

    #[test]
    fn words_placeholders_and_short_numbers_name_nothing() {
        for raw in [
            "",
            "N/A",
            "see attached",
            "STOCK",
            "0000000",
            "9999999",
            "123",
            "00012",
        ] {
            assert_eq!(Number::read(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_missing_or_extra_character_is_never_another_number(
            digits in "[1-9][0-9]{6,11}", place in 1_usize..7, other in "[0-9A-Z]",
        ) {
            let mut missing = digits.clone();
            missing.remove(place);
            let mut extra = digits.clone();
            extra.insert_str(place, &other);
            let mut wrong = missing.clone();
            wrong.insert_str(place, &other);
            for slip in [missing, extra, wrong].iter().filter_map(|slip| Number::read(slip)) {
                prop_assert!(Number::read(&digits).is_none_or(|number| number.likeness(&slip).is_some()));
            }
        }
    }
}
