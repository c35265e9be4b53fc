//! Phrases in a line of remarks: the line as folded pieces, and patterns over them.
//!
//! A pattern is a row of elements between spaces. An element lists words between `|`; a word may end in `*` (any ending),
//! `#` is a number, `_` any word; an element with `?` at its end may be missing.

use super::numerals::{Numeral, numeral, quantity_tokens};
use super::tokens::{Token, fold};
use super::units::Unit;

/// A word, number or mark of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Folded word or mark, `#` for a number.
    pub(super) word: String,
    /// The number, where it is one that counts: whole, and no part of a date, a time or a telephone number.
    pub(super) qty: Option<u32>,
    /// The unit that the word names.
    pub(super) unit: Option<Unit>,
    /// Byte offsets in the line.
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Piece {
    pub(super) fn is_number(&self) -> bool {
        self.word == "#"
    }

    pub(super) fn is_word(&self) -> bool {
        !self.is_number() && self.word.starts_with(char::is_alphanumeric)
    }
}

/// Marks that carry no meaning between words. Commas and colons stay: they part remarks from each other.
const SILENT: &[char] = &[
    '.', '-', '–', '—', '"', '*', '_', '(', ')', '[', ']', '!', '\'', '’', '#', '~', '|',
];

/// The pieces of a line.
pub(super) fn pieces(line: &str) -> Vec<Piece> {
    let tokens = quantity_tokens(line);
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let number = tokens
            .get(at..)
            .and_then(numeral)
            .or_else(|| degrees(token));
        let length = number.map_or(1, |number| number.length);
        let last = tokens.get(at + length - 1).unwrap_or(token);
        let place = |word: String, qty| {
            let unit = Unit::named(&word);
            Piece {
                word,
                qty,
                unit,
                start: token.start,
                end: last.end(),
            }
        };
        match (number, token.mark()) {
            (Some(number), _) => {
                let counts = !is_joined(&tokens, at, length);
                let qty = u32::try_from(number.value)
                    .ok()
                    .filter(|_| counts && number.value.fract().is_zero());
                pieces.push(place("#".to_owned(), qty));
            }
            (None, Some('&')) => pieces.push(place("and".to_owned(), None)),
            (None, Some(mark)) if SILENT.contains(&mark) => {}
            (None, _) => pieces.push(place(spelt(token.text), None)),
        }
        at += length;
    }
    for at in 1..pieces.len() {
        // A lone stroke in front of a unit is a one: `l plt`.
        let before_unit = pieces
            .get(at)
            .is_some_and(|piece: &Piece| piece.unit.is_some());
        if let Some(stroke) = pieces
            .get_mut(at - 1)
            .filter(|piece| before_unit && matches!(piece.word.as_str(), "l" | "i"))
        {
            stroke.word = "#".to_owned();
            stroke.qty = Some(1);
        }
    }
    pieces
}

/// `38F`.
fn degrees(token: &Token<'_>) -> Option<Numeral> {
    let value = token.text.strip_suffix(['F', 'C', 'f', 'c'])?;
    let value = value
        .parse()
        .ok()
        .filter(|_| value.bytes().all(|b| b.is_ascii_digit()))?;
    Some(Numeral { value, length: 1 })
}

/// Whether the number is glued to others, as those of a date, a time or a telephone number are. One slash is none of
/// these: `22/24`.
fn is_joined(tokens: &[Token<'_>], at: usize, length: usize) -> bool {
    let glue = |mark: Option<usize>, number: Option<usize>| {
        let [mark, number] = [mark, number].map(|at| at.and_then(|at| tokens.get(at)));
        let digits =
            number.is_some_and(|token| token.text.starts_with(|c: char| c.is_ascii_digit()));
        mark.filter(|_| digits)
            .and_then(Token::mark)
            .filter(|mark| "./-:".contains(*mark))
    };
    let before = glue(at.checked_sub(1), at.checked_sub(2));
    let behind = glue(Some(at + length), Some(at + length + 1));
    let far_before = glue(at.checked_sub(3), at.checked_sub(4)).filter(|_| before.is_some());
    let far_behind =
        glue(Some(at + length + 2), Some(at + length + 3)).filter(|_| behind.is_some());
    let glued = |at: usize| tokens.get(at).is_some_and(|token| !token.spaced);
    let slashes = [before, behind, far_before, far_behind]
        .iter()
        .filter(|mark| **mark == Some('/'))
        .count();
    let close = |mark: Option<char>, at: usize| {
        mark.is_some_and(|mark| mark != '/') && glued(at) && glued(at + 1)
    };
    slashes >= 2 || close(before, at.saturating_sub(1)) || close(behind, at + length)
}

/// The folded word, with digits in the midst of letters turned into the letters they look like: `sh0rt`.
fn spelt(word: &str) -> String {
    let folded = fold(word);
    let letters = folded.chars().filter(|c| c.is_alphabetic()).count();
    let digits = folded.chars().filter(char::is_ascii_digit).count();
    if letters < 2 * digits {
        return folded;
    }
    let letter = |c: char| match c {
        '0' => 'o',
        '1' => 'l',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '6' => 'g',
        '7' => 't',
        '8' => 'b',
        other => other,
    };
    folded.chars().map(letter).collect()
}

/// A row of elements that a phrase is recognised by.
struct Pattern {
    elements: Vec<Element>,
    /// What it may begin with: rules out almost every pattern at a glance.
    begins: Letters,
}

/// A set of first characters, one bit each; all those beyond ASCII share the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letters(u128);

impl Letters {
    const ANY: Self = Self(u128::MAX);

    fn first_of(word: &str) -> Self {
        Self(1 << word.bytes().next().unwrap_or_default().min(127))
    }

    fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

struct Element {
    words: Vec<Meant>,
    optional: bool,
}

/// What an element stands for.
enum Meant {
    Word(&'static str),
    Beginning(&'static str),
    Number,
    /// This number.
    Exactly(u32),
    AnyWord,
}

/// Patterns in their order.
pub(super) struct Patterns(Vec<Pattern>);

impl Patterns {
    /// The patterns of a text, which stand between semicolons.
    pub(super) fn new(text: &'static str) -> Self {
        Self(text.split("; ").map(Pattern::new).collect())
    }

    /// How many pieces the first fitting pattern takes at the beginning of `pieces`.
    pub(super) fn length_at(&self, pieces: &[Piece]) -> Option<usize> {
        let first = Letters::first_of(&pieces.first()?.word);
        self.0
            .iter()
            .filter(|pattern| pattern.begins.meets(first))
            .find_map(|pattern| taken(&pattern.elements, pieces))
    }

    /// Whether one of them stands anywhere in the pieces.
    pub(super) fn stand_in(&self, pieces: &[Piece]) -> bool {
        (0..pieces.len())
            .filter_map(|at| pieces.get(at..))
            .any(|rest| self.length_at(rest).is_some())
    }
}

impl Pattern {
    fn new(text: &'static str) -> Self {
        let elements: Vec<Element> = text.split(' ').map(Element::new).collect();
        let begins = begins(&elements);
        Self { elements, begins }
    }
}

/// What a row of elements may begin with: its first element, and those behind it as long as elements may be missing.
fn begins(elements: &[Element]) -> Letters {
    let Some(needed) = elements.iter().position(|element| !element.optional) else {
        return Letters::ANY;
    };
    let may_be_first = elements.iter().take(needed + 1);
    let words = may_be_first.flat_map(|element| &element.words);
    words.fold(Letters(0), |letters, word| {
        Letters(letters.0 | word.begins().0)
    })
}

impl Element {
    fn new(text: &'static str) -> Self {
        let (words, optional) = text
            .strip_suffix('?')
            .map_or((text, false), |words| (words, true));
        let meant = |word: &'static str| match (word, word.strip_suffix('*')) {
            ("#", _) => Meant::Number,
            ("_", _) => Meant::AnyWord,
            (word, _) if word.parse::<u32>().is_ok() => {
                Meant::Exactly(word.parse().unwrap_or_default())
            }
            (_, Some(beginning)) => Meant::Beginning(beginning),
            (word, None) => Meant::Word(word),
        };
        Self {
            words: words.split('|').map(meant).collect(),
            optional,
        }
    }
}

/// How many pieces the elements take at the beginning; an element that may be missing is taken where it is there, unless the
/// rest fits only without it.
fn taken(elements: &[Element], pieces: &[Piece]) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else {
        return Some(0);
    };
    let with = pieces.split_first().and_then(|(piece, behind)| {
        let fits = element.words.iter().any(|word| word.is(piece));
        fits.then(|| taken(rest, behind)).flatten()
    });
    with.map(|length| length + 1)
        .or_else(|| element.optional.then(|| taken(rest, pieces)).flatten())
}

/// Words one letter away from a word of the vocabulary that are other words.
const OTHER_WORDS: &[&str] = &["reused"];

/// Shortest word of the vocabulary that a misspelt one may stand for: below, too many words are one letter away.
const FORGIVING_LENGTH: usize = 7;

impl Meant {
    /// What the pieces that it stands for begin with, as [`Meant::is`] sees them.
    fn begins(&self) -> Letters {
        match self {
            Self::AnyWord => Letters::ANY,
            Self::Number | Self::Exactly(_) => Letters::first_of("#"),
            Self::Word(word) | Self::Beginning(word) => Letters::first_of(word),
        }
    }

    fn is(&self, piece: &Piece) -> bool {
        match self {
            Self::Number => piece.is_number(),
            Self::Exactly(number) => piece.qty == Some(*number),
            Self::AnyWord => piece.is_word(),
            Self::Beginning(beginning) => piece.word.starts_with(beginning),
            Self::Word(word) => {
                piece.word == *word
                    || (word.len() >= FORGIVING_LENGTH && is_misspelt(&piece.word, word))
            }
        }
    }
}

/// Readers see `rn` for `m`, and hands forget or swap letters, but hardly the first.
fn is_misspelt(seen: &str, meant: &str) -> bool {
    let close = |seen: &str| {
        seen.len().abs_diff(meant.len()) <= 1 && strsim::osa_distance(seen, meant) <= 1
    };
    let same_start = seen.as_bytes().first() == meant.as_bytes().first();
    same_start
        && !OTHER_WORDS.contains(&seen)
        && (close(seen) || (seen.contains("rn") && close(&seen.replace("rn", "m"))))
}

/// Whether the piece is one of the words of a list.
pub(super) fn is_one_of(list: &str, piece: &Piece) -> bool {
    list.split(' ').any(|word| word == piece.word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(pattern: &'static str, line: &str) -> Option<usize> {
        Patterns::new(pattern).length_at(&pieces(line))
    }

    #[test]
    fn elements_may_be_missing_and_words_may_have_any_ending() {
        let pattern = "subject to _? count|recount*";
        assert_eq!(taken(pattern, "Subject to count"), Some(3));
        assert_eq!(taken(pattern, "subject to carton recounting"), Some(4));
        assert_eq!(taken(pattern, "subject to the tariff"), None);
    }

    #[test]
    fn misread_words_are_recognised_and_other_words_are_not() {
        for word in ["damaged", "darnaged", "dmaged", "damagad", "d4maged"] {
            assert_eq!(taken("damaged", word), Some(1), "{word}");
        }
        for word in ["managed", "damask"] {
            assert_eq!(taken("damaged", word), None, "{word}");
        }
        assert_eq!(taken("refused", "reused"), None);
    }

    #[test]
    fn numbers_count_unless_they_are_part_of_a_date_or_a_telephone_number() {
        let counts = |line: &str| {
            pieces(line)
                .into_iter()
                .filter_map(|piece| piece.qty)
                .collect::<Vec<_>>()
        };
        assert_eq!(counts("22/24 rec'd - 2ctn short"), [22, 24, 2]);
        assert_eq!(counts("short 1,200"), [1200]);
        for line in ["03/14/26", "14.03.2026", "800-555-1234", "9:30", "12.5"] {
            assert_eq!(counts(line), [0_u32; 0], "{line}");
        }
    }
}
