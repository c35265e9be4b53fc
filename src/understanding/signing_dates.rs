//! Dates beside places to sign: on a bill of lading whoever signs a line dates it, shipper and driver at pickup, the consignee at
//! delivery; on a consignment note the goods are received in box 24. Elsewhere a date is what its own label says, where that says it.
//!
//! In: the spans, words and marks of a page. Out: the spans, their dates as the line on which they stand says, or the ink that they
//! stand beside: a paper signed and dated at origin is no proof of delivery (domain.md §0.1).

use super::cmr_boxes::CmrBoxes;
use super::roles::{self, Label};
use super::slope::Slope;
use super::spans::Span;
use super::{DocumentClass, FieldName, Mark, Role};
use crate::document::BBox;
use crate::reading::Word;

/// What stands on one line, its slope taken out, is no further apart than this, in page heights: half a line of print, and one degree
/// by which the slope may be wrong.
const LEVEL: f32 = 0.015;
/// Beginnings of words that say that a date is that of delivery, in the six languages.
const DELIVERY: [&str; 12] = [
    "deliv", "del.", "dlv", "receiv", "rec'd", "recd", "livr", "liefer", "entreg", "dostaw",
    "aflever", "ontv",
];
/// More of them, where nothing but the label is asked.
const DELIVERY_IN_A_LABEL: [&str; 12] = [
    "rcv",
    "reçu",
    "récept",
    "zugestellt",
    "zustell",
    "empfang",
    "erhalten",
    "recib",
    "dostarcz",
    "otrzym",
    "afgelev",
    "losdat",
];
/// Words by which a label of several words says that it labels a date.
const OF_A_DATE: [&str; 12] = [
    "date",
    "dt",
    "on",
    "datum",
    "am",
    "le",
    "fecha",
    "el",
    "data",
    "dnia",
    "op",
    "d'expédition",
];
/// Beginnings of words that say that it is that of pickup.
const PICKUP: [&str; 21] = [
    "ship", "shp", "pick", "p/u", "tender", "loading", "versand", "lade", "abhol", "expéd",
    "charg", "enlèv", "carga", "expedi", "recog", "załad", "wysył", "nadani", "laad", "verzend",
    "gelad",
];

/// Calls each date of pickup or delivery what the place to sign beside it says that it is.
pub(super) fn name_dates(
    spans: &mut [Span],
    class: DocumentClass,
    words: &[Word],
    marks: &[&Mark],
) {
    let is_bill = matches!(
        class,
        DocumentClass::BolUnsigned | DocumentClass::BolConsigneeSigned
    );
    let is_date =
        |span: &&mut Span| matches!(span.field, FieldName::PickupDate | FieldName::DeliveryDate);
    if class == DocumentClass::Cmr {
        return date_receipt_in_its_box(spans, words);
    }
    let slope = Slope::of(words);
    let words = slope.level_words(words);
    let level = |mark: &&Mark| Mark {
        bbox: slope.level(mark.bbox),
        ..(*mark).clone()
    };
    let marks: Vec<Mark> = marks.iter().map(level).collect();
    for span in spans.iter_mut().filter(is_date) {
        let date = slope.level(span.bbox);
        let said = match is_bill {
            true => said_by_signer(date, &words, &marks),
            false => said_by_label(date, &words),
        };
        span.field = said.unwrap_or(span.field);
    }
}

/// What whoever signs beside a date makes of it.
fn said_by_signer(date: BBox, words: &[Word], marks: &[Mark]) -> Option<FieldName> {
    match signer(date, words) {
        Some(Role::Consignee) => Some(FieldName::DeliveryDate),
        Some(Role::Shipper | Role::Driver) => Some(FieldName::PickupDate),
        None => dated_at_origin(date, words, marks).then_some(FieldName::PickupDate),
    }
}

/// What the label right before a date says that it is; `None` where it says neither or both, or more: `Received by carrier`.
fn said_by_label(date: BBox, words: &[Word]) -> Option<FieldName> {
    let label = label_of(date, words).into_iter();
    let label: Vec<String> = label
        .map(|word| word.text.to_lowercase())
        .map(|word| word.trim_end_matches([':', '#']).to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    let labels_a_date = |word: &String| OF_A_DATE.contains(&word.trim_end_matches('.'));
    if label.len() > 1 && !label.iter().any(labels_a_date) {
        return None;
    }
    let says = |beginnings: &[&str]| {
        let mut begun = label.iter();
        begun.any(|word| beginnings.iter().any(|begin| word.starts_with(begin)))
    };
    let delivery = says(&DELIVERY) || says(&DELIVERY_IN_A_LABEL);
    match (delivery, says(&PICKUP)) {
        (true, false) => Some(FieldName::DeliveryDate),
        (false, true) => Some(FieldName::PickupDate),
        (true, true) | (false, false) => None,
    }
}

/// A label has no more words, …
const LABEL_WORDS: usize = 3;
/// … and no wider gap, as a share of the page's width, between them and to what it names. Both are assumptions.
const LABEL_GAP: f32 = 0.04;

/// The words of the label right before what stands in `place`, on its line; the last one first.
fn label_of(place: BBox, words: &[Word]) -> Vec<&Word> {
    let mut label = Vec::new();
    let mut left = place.left;
    while label.len() < LABEL_WORDS {
        let next = words.iter().find(|word| {
            let bbox = word.bbox;
            let level = (bbox.centre().1 - place.centre().1).abs() < LEVEL / 2.0;
            level && bbox.left < left && (left - bbox.right).abs() < LABEL_GAP
        });
        match next.filter(|word| !word.text.contains(|c: char| c.is_ascii_digit())) {
            Some(word) => label.push(word),
            None => break,
        }
        left = label.last().map_or(left, |word| word.bbox.left);
    }
    label
}

/// How far from the words of a stamp its date may stand, as a share of the page.
const ON_STAMP: f32 = 0.03;

/// On a consignment note a date outside box 24 and off any stamp is that of taking over or of making out (boxes 4 and 21).
fn date_receipt_in_its_box(spans: &mut [Span], words: &[Word]) {
    let boxes = CmrBoxes::of(words);
    let stamps = spans
        .iter()
        .filter(|span| span.field == FieldName::StampText);
    let stamps: Vec<BBox> = stamps
        .map(|span| span.bbox.grown(ON_STAMP, ON_STAMP))
        .collect();
    let elsewhere = |date: BBox| {
        let stamped = stamps.iter().any(|stamp| stamp.intersection(date) > 0.0);
        boxes.are_known() && boxes.role(date) != Some(Role::Consignee) && !stamped
    };
    for span in spans {
        if span.field == FieldName::DeliveryDate && elsewhere(span.bbox) {
            span.field = FieldName::PickupDate;
        }
    }
}

/// Who signs on the line on which a date stands; nobody where its own label says that it is the day of delivery.
fn signer(date: BBox, words: &[Word]) -> Option<Role> {
    let level = |bbox: BBox| (bbox.centre().1 - date.centre().1).abs() < LEVEL;
    let before = |bbox: BBox| level(bbox) && bbox.left < date.left;
    let mut labels = roles::labels(words);
    labels.retain(Label::asks_to_sign);
    let named = roles::only_the_receivers_is_unnamed(&labels);
    let unnamed = roles::nameless(words, Role::Consignee).into_iter();
    let places = labels.iter().map(|label| (Some(label.role), label.bbox));
    let places = places.chain(unnamed.map(|label| (named.then_some(label.role), label.bbox)));
    let off_line = |bbox: BBox| (bbox.centre().1 - date.centre().1).abs();
    let (role, bbox) = places
        .filter(|(_, bbox)| before(*bbox))
        .min_by(|a, b| off_line(a.1).total_cmp(&off_line(b.1)))?;
    role.filter(|role| *role == Role::Consignee || !says_delivery(date, words, bbox.left))
}

/// Does a date's own label say that it is the day of delivery? It stands before the date on the line, no further left than this, or as
/// a caption below or above.
fn says_delivery(date: BBox, words: &[Word], left: f32) -> bool {
    let caption = date.grown(0.0, LEVEL);
    let on_line = |bbox: BBox| {
        let level = (bbox.centre().1 - date.centre().1).abs() < LEVEL;
        level && bbox.left < date.left && bbox.left > left
    };
    let mut own = words
        .iter()
        .filter(|word| on_line(word.bbox) || caption.intersection(word.bbox) > 0.0);
    own.any(|word| {
        let word = word.text.to_lowercase();
        DELIVERY.iter().any(|begin| word.contains(begin))
    })
}

/// How near the ink of who dated it must stand to a date, as a share of the page: a line of a form. Assumed.
const BESIDE: f32 = 0.03;
/// How far left of a date its own label may stand, as a share of the page's width. Assumed.
const LABEL: f32 = 0.3;

/// Do shipper or driver sign right beside a date, and the consignee far from it? Then they wrote it, whatever became of its label.
fn dated_at_origin(date: BBox, words: &[Word], marks: &[Mark]) -> bool {
    let gap = |mark: &&Mark| gap(mark.bbox, date);
    let signs = |role| marks.iter().filter(move |mark| mark.role == Some(role));
    let origin = signs(Role::Shipper)
        .chain(signs(Role::Driver))
        .map(|mark| gap(&mark));
    let nearest = origin.fold(f32::INFINITY, f32::min);
    let receiver = signs(Role::Consignee).map(|mark| gap(&mark));
    let receiver = receiver.fold(f32::INFINITY, f32::min);
    nearest < BESIDE
        && receiver > nearest + BESIDE
        && !says_delivery(date, words, date.left - LABEL)
}

/// How far two boxes are apart, along the longer way.
fn gap(one: BBox, other: BBox) -> f32 {
    let across = (one.left - other.right).max(other.left - one.right);
    let down = (one.top - other.bottom).max(other.top - one.bottom);
    across.max(down).max(0.0)
}

#[cfg(test)]
mod tests;
