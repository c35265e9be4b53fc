//! Wordless pages: what a page can be on which nothing is written.
//!
//! In: a page and the chances of its classes. Out: the chances, without those of forms where there is no word: the `page-class` model
//! takes the boxes and strokes of a photo for those of a form.

use super::DocumentClass;
use crate::reading::{Page, Word};

/// A page with more words, read or not, may be a form that is hard to read. On 900 uploads, the photos and the blank page that were
/// taken for a form of a class below had up to four.
const FEW: usize = 4;
/// A word of less confidence, or of fewer letters and digits, is a shape.
const READ: f32 = 0.6;
const SHORTEST: usize = 3;

/// The chances of a page's classes, for a page without words only those of what needs none.
pub(super) fn without_forms(
    classes: Vec<(DocumentClass, f32)>,
    page: &Page,
) -> Vec<(DocumentClass, f32)> {
    let best = classes.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    if best.is_none_or(|(class, _)| needs_no_words(*class)) || holds_words(page) {
        return classes;
    }
    let left = classes.iter().filter(|(class, _)| needs_no_words(*class));
    let sum = left
        .map(|(_, chance)| chance)
        .sum::<f32>()
        .max(f32::MIN_POSITIVE);
    let chance = |class, chance| {
        if needs_no_words(class) {
            chance / sum
        } else {
            0.0
        }
    };
    let classes = classes.into_iter();
    classes
        .map(|(class, before)| (class, chance(class, before)))
        .collect()
}

fn needs_no_words(class: DocumentClass) -> bool {
    matches!(
        class,
        DocumentClass::BlankPage
            | DocumentClass::CoverSheet
            | DocumentClass::DeliveryPhoto
            | DocumentClass::Other
    )
}

fn holds_words(page: &Page) -> bool {
    let is_word = |word: &Word| {
        let count = word.text.chars().filter(|c| c.is_alphanumeric()).count();
        word.confidence.get() >= READ && count >= SHORTEST
    };
    page.words.len() > FEW || !page.barcodes.is_empty() || page.words.iter().any(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Confidence, Source};

    fn page(words: &[(&str, f32)]) -> Page {
        let word = |(text, confidence): &(&str, f32)| Word {
            text: (*text).to_owned(),
            bbox: BBox::PAGE,
            confidence: Confidence::new(*confidence),
            source: Source::Ocr,
            line: 0,
            second: None,
            others: Vec::new(),
        };
        Page::holding(words.iter().map(word).collect())
    }

    fn best(words: &[(&str, f32)]) -> DocumentClass {
        let classes = vec![
            (DocumentClass::ScaleTicket, 0.7),
            (DocumentClass::DeliveryPhoto, 0.2),
            (DocumentClass::BlankPage, 0.1),
        ];
        let classes = without_forms(classes, &page(words));
        let sum: f32 = classes.iter().map(|(_, chance)| chance).sum();
        assert!((sum - 1.0).abs() < 1e-5);
        let best = classes.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
        best.unwrap().0
    }

    #[test]
    fn a_page_without_a_word_is_no_form() {
        assert_eq!(best(&[]), DocumentClass::DeliveryPhoto);
        assert_eq!(best(&[("8", 0.9)]), DocumentClass::DeliveryPhoto);
        assert_eq!(best(&[("Gross", 0.9)]), DocumentClass::ScaleTicket);
    }

    #[test]
    fn a_page_of_words_that_nobody_can_read_may_be_a_form() {
        assert_eq!(best(&[("ui", 0.3); 20]), DocumentClass::ScaleTicket);
    }
}
