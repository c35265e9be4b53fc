//! Dates of origin: on a bill of lading the date beside the line where shipper or driver signed is the day of pickup.
//!
//! In: a document's fields and the words of its pages. Out: the fields, without a delivery date that stands there: a paper signed and
//! dated at origin is no proof of delivery (domain.md §0.1).

use super::roles::{self, Label};
use super::{DocumentClass, Field, FieldName, Fields, Role};
use crate::document::BBox;
use crate::reading::{Page, Word};

/// What stands on one line is no further apart than this, in page heights: half a line of print, and a slope of one degree.
const LEVEL: f32 = 0.015;
/// Beginnings of words that say that a date is that of delivery, in the six languages.
const DELIVERY: [&str; 12] = [
    "deliv", "del.", "dlv", "receiv", "rec'd", "recd", "livr", "liefer", "entreg", "dostaw",
    "aflever", "ontv",
];

/// Drops a delivery date that is one of origin.
pub(super) fn drop_date_of_origin(fields: &mut Fields, class: DocumentClass, pages: &[Page]) {
    let signed_at_origin = matches!(
        class,
        DocumentClass::BolUnsigned | DocumentClass::BolConsigneeSigned
    );
    let stands_at_origin = |date: &Field| {
        let page = pages.iter().find(|page| page.number == date.found.page);
        page.is_some_and(|page| is_of_origin(date.found.bbox, &page.words))
    };
    if signed_at_origin
        && fields
            .get(&FieldName::DeliveryDate)
            .is_some_and(stands_at_origin)
    {
        fields.remove(&FieldName::DeliveryDate);
    }
}

fn is_of_origin(date: BBox, words: &[Word]) -> bool {
    let level = |bbox: BBox| (bbox.centre().1 - date.centre().1).abs() < LEVEL;
    let before = |bbox: BBox| level(bbox) && bbox.left < date.left;
    let mut labels = roles::labels(words);
    labels.retain(Label::asks_to_sign);
    // A place that names nobody may be the receiver's.
    labels.extend(roles::nameless(words, Role::Consignee));
    let off_line = |label: &Label| (label.bbox.centre().1 - date.centre().1).abs();
    let asking = labels.iter().filter(|label| before(label.bbox));
    let nearest = asking.min_by(|a, b| off_line(a).total_cmp(&off_line(b)));
    let Some(Label { role, bbox, .. }) = nearest else {
        return false;
    };
    let mut between = words
        .iter()
        .filter(|word| before(word.bbox) && word.bbox.left > bbox.left);
    let says_delivery = |word: &Word| {
        let word = word.text.to_lowercase();
        DELIVERY.iter().any(|begin| word.contains(begin))
    };
    *role != Role::Consignee && !between.any(says_delivery)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Confidence, Source};

    fn word(text: &str, left: f32, top: f32, line: u32) -> Word {
        Word {
            text: text.to_owned(),
            bbox: BBox::new(left, top, left + 0.1, top + 0.012),
            confidence: Confidence::CERTAIN,
            source: Source::Ocr,
            line,
            second: None,
            others: Vec::new(),
        }
    }

    fn of_origin(on_the_line: &[&str]) -> bool {
        let texts = on_the_line.iter().zip([0.1_f32, 0.22, 0.4, 0.52]);
        let words: Vec<Word> = texts
            .map(|(text, left)| word(text, left, 0.8, 0))
            .chain([
                word("Consignee", 0.1, 0.84, 1),
                word("Signature", 0.22, 0.84, 1),
            ])
            .collect();
        is_of_origin(BBox::new(0.65, 0.8, 0.75, 0.812), &words)
    }

    #[test]
    fn the_date_beside_the_drivers_signature_is_no_delivery_date() {
        assert!(of_origin(&["Driver", "Signature:", "Date:"]));
        assert!(!of_origin(&["Receiver", "Signature:", "Date:"]));
        assert!(!of_origin(&["Date:"]), "nobody signs on its line");
    }

    #[test]
    fn a_date_that_says_it_is_the_deliverys_is_believed() {
        assert!(!of_origin(&["Driver", "Signature:", "Delivery", "Date:"]));
        assert!(
            !of_origin(&["Carrier:", "Acme"]),
            "a name is no place to sign"
        );
    }
}
