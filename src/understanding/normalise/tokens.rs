//! Words and marks of a line, and the folding of letters and digits that readers confuse.

/// A run of letters and digits, or one other character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// The characters.
    pub(super) text: &'a str,
    /// Byte offset in the line.
    pub(super) start: usize,
    /// White space stands before it, or nothing.
    pub(super) spaced: bool,
}

impl Token<'_> {
    /// Byte offset behind its last character.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Letters and digits, no punctuation.
    pub(super) fn is_word(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_alphanumeric)
    }

    /// The character of a punctuation mark.
    pub(super) fn mark(&self) -> Option<char> {
        self.text.chars().next().filter(|c| !c.is_alphanumeric())
    }
}

/// Cuts a line into words and marks. An apostrophe between letters belongs to its word (`rec'd`, `shipper's`).
pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let chars: Vec<(usize, char)> = line.char_indices().collect();
    let end_of = |index: usize| chars.get(index).map_or(line.len(), |(offset, _)| *offset);
    let mut found = Vec::new();
    let mut at = 0;
    let mut spaced = true;
    while let Some(&(start, c)) = chars.get(at) {
        if c.is_whitespace() {
            spaced = true;
            at += 1;
            continue;
        }
        let length = if c.is_alphanumeric() {
            word_length(chars.get(at..).unwrap_or_default())
        } else {
            1
        };
        at += length;
        if let Some(text) = line.get(start..end_of(at)) {
            found.push(Token {
                text,
                start,
                spaced,
            });
        }
        spaced = false;
    }
    found
}

/// How many characters the word at the start of `chars` has.
fn word_length(chars: &[(usize, char)]) -> usize {
    let char_at = |index: usize| chars.get(index).map(|(_, c)| *c);
    let is_letter = |index: usize| char_at(index).is_some_and(char::is_alphabetic);
    let mut length = 1;
    while let Some(c) = char_at(length) {
        let inner_apostrophe =
            matches!(c, '\'' | '’') && is_letter(length - 1) && is_letter(length + 1);
        if !c.is_alphanumeric() && !inner_apostrophe {
            break;
        }
        length += 1;
    }
    length
}

/// The digit that a reader most likely saw (domain.md §2.1).
pub(super) fn digit_for(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'O' | 'o' | 'Q' | 'D' => Some('0'),
        'I' | 'l' | 'i' => Some('1'),
        'Z' | 'z' => Some('2'),
        'S' | 's' => Some('5'),
        'G' | 'b' => Some('6'),
        'B' => Some('8'),
        _ => None,
    }
}

/// The text as digits where every character is a digit or is confused with one.
pub(super) fn forced_digits(text: &str) -> Option<String> {
    text.chars().map(digit_for).collect()
}

/// The text as digits where at least half of it is digits and the rest is confused with digits: `2O26`, `l4`, not `BOX`.
pub(super) fn digits(text: &str) -> Option<String> {
    let true_digits = text.chars().filter(char::is_ascii_digit).count();
    let enough = true_digits > 0 && 2 * true_digits >= text.chars().count();
    enough.then(|| forced_digits(text)).flatten()
}

/// Lower case, without accents and apostrophes.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' | 'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ł' => folded.push('l'),
            'ñ' | 'ń' => folded.push('n'),
            'ö' | 'ò' | 'ó' | 'ô' | 'õ' | 'ø' => folded.push('o'),
            'ü' | 'ù' | 'ú' | 'û' => folded.push('u'),
            'ś' | 'š' => folded.push('s'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            '\'' | '’' | '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
    folded
}

/// The words of a text in lower case, without accents, apostrophes and punctuation: for comparing labels and names.
#[must_use]
pub fn normalise_words(text: &str) -> Vec<String> {
    let words = tokens(text).into_iter().filter(Token::is_word);
    words.map(|token| fold(token.text)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn apostrophes_stay_inside_words_and_marks_stand_alone() {
        let texts: Vec<&str> = tokens("rec'd 22/24 ctn.").iter().map(|t| t.text).collect();
        assert_eq!(texts, ["rec'd", "22", "/", "24", "ctn", "."]);
    }

    #[test]
    fn only_words_that_are_mostly_digits_become_digits() {
        for (text, expected) in [
            ("2O26", Some("2026")),
            ("l4", Some("14")),
            ("BOX", None),
            ("SOS1", None),
            ("12A", None),
            ("", None),
        ] {
            assert_eq!(digits(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn words_are_compared_without_case_accents_and_marks() {
        assert_eq!(
            normalise_words("Réf. N° 12, GRÖßE"),
            ["ref", "n", "12", "grosse"]
        );
    }

    proptest! {
        #[test]
        fn tokens_cover_every_character_but_white_space(line in ".{0,60}") {
            let joined: String = tokens(&line).iter().map(|token| token.text).collect();
            let expected: String = line.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(joined, expected);
        }

        #[test]
        fn offsets_point_at_the_token(line in ".{0,60}") {
            for token in tokens(&line) {
                prop_assert_eq!(line.get(token.start..token.end()), Some(token.text));
            }
        }
    }
}
