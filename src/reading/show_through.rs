//! Show-through: the print of a page's other side, seen mirrored through thin paper.
//!
//! In: the words read on a page. Out: whether they are such print. The text models read mirrored letters as well as upright
//! ones, word by word from the wrong end ("yreviled"), so common words give it away.

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
}
