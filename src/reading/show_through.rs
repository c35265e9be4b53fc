//! Show-through: the print of a page's other side, seen mirrored through thin paper.
//!
//! In: the words read on a page. Out: whether they are such print. The text models read dark mirrored letters as well as upright
//! ones, word by word from the wrong end ("yreviled"), so common words give it away. Pale ones they hardly read at all, and well in a
//! mirror.

use super::page::Word;

/// Words that stand on most freight papers or in most sentences, in six languages; none makes another word from the wrong end.
const COMMON: [&str; 44] = [
    "the",
    "and",
    "for",
    "with",
    "this",
    "that",
    "from",
    "date",
    "number",
    "delivery",
    "delivered",
    "shipper",
    "consignee",
    "carrier",
    "freight",
    "received",
    "signature",
    "weight",
    "pieces",
    "driver",
    "charges",
    "invoice",
    "shipment",
    "address",
    "total",
    "subject",
    "class",
    "und",
    "die",
    "mit",
    "datum",
    "lieferung",
    "unterschrift",
    "pour",
    "livraison",
    "destinataire",
    "fecha",
    "entrega",
    "firma",
    "podpis",
    "dostawa",
    "odbiorca",
    "handtekening",
    "levering",
];
/// Fewest mirrored words of a page that shows through: one or two may be codes or chance.
const FEWEST: usize = 3;

/// Whether the words of a page are the print of its other side.
pub(super) fn shows_through(words: &[Word]) -> bool {
    let (mut upright, mut mirrored) = (0, 0);
    for word in words {
        let letters: String = word.text.chars().filter(|c| c.is_alphabetic()).collect();
        let text = letters.to_lowercase();
        let reversed: String = text.chars().rev().collect();
        upright += usize::from(COMMON.contains(&text.as_str()));
        mirrored += usize::from(COMMON.contains(&reversed.as_str()));
    }
    mirrored >= FEWEST && mirrored > upright
}

/// Words that are read less surely on average may be mirrored: of the pale print on the back of a fixture they had 0.5, and 1.0 in a mirror.
const HARDLY: f32 = 0.7;
/// And surely are where a mirror shows them so well.
const CLEARLY: f32 = 0.9;

/// A word of so many letters that is clearly read was written on this side, be the rest as it may.
const WORD: usize = 4;

/// Is it worth looking at the page in a mirror?
pub(super) fn is_hardly_read(words: &[Word]) -> bool {
    let letters = |word: &Word| word.text.chars().filter(|c| c.is_alphabetic()).count();
    let is_clear = |word: &Word| letters(word) >= WORD && word.confidence.get() >= CLEARLY;
    words.len() >= FEWEST && mean_confidence(words) < HARDLY && !words.iter().any(is_clear)
}

/// Are the words of a page, read in a mirror, those of its other side?
pub(super) fn is_clear_in_mirror(mirrored: &[Word], words: &[Word]) -> bool {
    2 * mirrored.len() >= words.len() && mean_confidence(mirrored) >= CLEARLY
}

fn mean_confidence(words: &[Word]) -> f32 {
    let count = f32::from(u16::try_from(words.len().max(1)).unwrap_or(u16::MAX));
    let sum: f32 = words.iter().map(|word| word.confidence.get()).sum();
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Confidence, Source};

    fn words(text: &str) -> Vec<Word> {
        let word = |text: &str| Word {
            text: text.into(),
            bbox: BBox::new(0.1, 0.1, 0.2, 0.12),
            confidence: Confidence::new(0.9),
            source: Source::Ocr,
            line: 0,
            second: None,
            others: Vec::new(),
        };
        text.split(' ').map(word).collect()
    }

    #[test]
    fn the_print_of_the_other_side_shows_through_a_blank_back() {
        let back = words("yreviled erofeb srh 42 llaC eht rof revird yb detnuoc thgierF eengisnoc");
        assert!(shows_through(&back));
    }

    #[test]
    fn a_page_with_print_of_its_own_is_no_mere_back_and_codes_are_no_mirrored_words() {
        let front = "Call the driver for delivery of the freight and date yreviled eht thgierF";
        assert!(!shows_through(&words(front)));
        assert!(!shows_through(&words("REDNU TAD 4471 ETA SID")));
        assert!(!shows_through(&[]));
    }

    #[test]
    fn no_common_word_is_a_common_word_from_the_wrong_end() {
        for word in COMMON {
            let reversed: String = word.chars().rev().collect();
            assert!(!COMMON.contains(&reversed.as_str()), "{word}");
        }
    }

    #[test]
    fn pale_print_that_only_a_mirror_shows_well_is_the_other_sides() {
        let read = |text: &str, confidence| {
            let sure = |word: Word| Word {
                confidence: Confidence::new(confidence),
                ..word
            };
            words(text).into_iter().map(sure).collect::<Vec<_>>()
        };
        assert!(is_hardly_read(&read("Nsa bsu t evi", 0.5)));
        assert!(!is_hardly_read(&read("keep dry no forklift", 0.9)));
        assert!(!is_hardly_read(&read("Nsa", 0.5)), "a shape");
        let mut written = read("Nsa bsu t evi eqqi bsl", 0.5);
        written.extend(read("short", 0.95));
        assert!(!is_hardly_read(&written), "written on this side");
        let pale = read("Nsa bsu t evi", 0.5);
        assert!(is_clear_in_mirror(
            &read("keep dry no forklift", 0.97),
            &pale
        ));
        assert!(!is_clear_in_mirror(&read("Nsa bsu t evi", 0.6), &pale));
        assert!(!is_clear_in_mirror(&read("OXO", 0.97), &pale), "hardly any");
    }
}
