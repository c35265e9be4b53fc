//! The same paper again: scanned once more, photographed, sent with another batch.
//!
//! In: two documents. Out: are they pictures of one paper? They are where what they say agrees and the ink on them looks alike. Told apart are
//! another paper on the same form, another copy that was signed by itself, and the paper as it was before somebody signed or wrote on it:
//! those may say what the first does not.

use std::collections::BTreeSet;

use super::checks::{Standing, standing};
use crate::understanding::values::names_shipment;
use crate::understanding::{Document, FieldName, Looks, Mark, MarkKind, NotationKind, Value};

/// Signatures of this likeness are one. Of pairs on training families (`python -m generator again`, README) 97 of 100 that were the same came above,
/// and none of others.
const SAME_INK: f32 = 0.80;
/// Whole pages of this likeness may be one: those on the same form are, too.
const SAME_PAGE: f32 = 0.60;
/// A mark of this confidence is there.
const SURE: f32 = 0.80;
/// Below this confidence a value decides nothing, and from [`READ`] on a number was read right (domain.md §2.2).
const LEGIBLE: f32 = 0.60;
const READ: f32 = 0.90;
/// How far apart the same mark lies on two pictures of a page, as a share of its sides.
const SAME_PLACE: f32 = 0.12;

/// Are they pictures of one paper?
#[must_use]
pub fn is_same_paper(one: &Document, other: &Document) -> bool {
    one.pages.len() == other.pages.len()
        && says_the_same(one, other)
        && remarks(one) == remarks(other)
        && looks_the_same(one, other)
}

/// A number in common, and no number, date, count or sum that is another.
fn says_the_same(one: &Document, other: &Document) -> bool {
    let fields = one.fields.iter();
    let pairs = fields.filter_map(|(name, field)| Some((*name, field, other.fields.get(name)?)));
    let (mut numbers, mut differ) = (0, false);
    for (name, field, other) in pairs {
        let (a, b) = (&field.found, &other.found);
        if a.confidence.get() < LEGIBLE || b.confidence.get() < LEGIBLE {
            continue;
        }
        if names_shipment(name) {
            let same = nearest(&a.value, &b.value);
            let both_read = a.confidence.get() >= READ && b.confidence.get() >= READ;
            numbers += usize::from(same == Some(0));
            differ |= same.is_none_or(|slips| slips > 1 || slips == 1 && both_read);
        } else {
            differ |= tells_apart(name) && a.value != b.value;
        }
    }
    numbers > 0 && !differ
}

/// In how many characters the nearest two numbers of both sides differ.
fn nearest(one: &Value, other: &Value) -> Option<usize> {
    let plain = |text: &str| {
        text.to_uppercase()
            .replace(|c: char| !c.is_alphanumeric(), "")
    };
    let pairs = one
        .texts()
        .flat_map(|a| other.texts().map(move |b| (plain(a), plain(b))));
    let slips = pairs.map(|(a, b)| strsim::levenshtein(&a, &b));
    slips.min()
}

fn tells_apart(name: FieldName) -> bool {
    matches!(
        name,
        FieldName::DeliveryDate
            | FieldName::PickupDate
            | FieldName::Pieces
            | FieldName::PiecesReceived
            | FieldName::HandlingUnits
            | FieldName::Weight
            | FieldName::Total
    )
}

fn remarks(document: &Document) -> BTreeSet<NotationKind> {
    let kinds = document.notations.iter().map(|notation| notation.kind);
    kinds.collect()
}

/// Signed papers by their signatures; slips without any as a whole. A bill without a signature may be any of its copies, one of which
/// somebody signed where nobody saw it.
fn looks_the_same(one: &Document, other: &Document) -> bool {
    if one.marks.is_empty() && other.marks.is_empty() {
        let proves_nothing = matches!(standing(one.class), Standing::Support | Standing::Nothing);
        return proves_nothing && one.class == other.class && pages_alike(one, other);
    }
    let alike = |a: &[Mark], b: &[Mark]| {
        let sure = a.iter().filter(|mark| mark.confidence.get() >= SURE);
        sure.map(|mark| b.iter().any(|other| is_same_mark(mark, other)))
            .collect::<Vec<_>>()
    };
    let (here, there) = (
        alike(&one.marks, &other.marks),
        alike(&other.marks, &one.marks),
    );
    let is_signed = !here.is_empty() && !there.is_empty();
    is_signed && here.into_iter().chain(there).all(|alike| alike)
}

fn is_same_mark(one: &Mark, other: &Mark) -> bool {
    let ((x, y), (u, v)) = (one.bbox.centre(), other.bbox.centre());
    let near = (x - u).abs() <= SAME_PLACE && (y - v).abs() <= SAME_PLACE;
    let alike = match (&one.looks, &other.looks) {
        (Some(looks), Some(others)) => looks.likeness(others) >= SAME_INK,
        // Stamps and typed signatures are what they say.
        (None, None) => {
            one.kind == other.kind && one.kind != MarkKind::Ink && one.text == other.text
        }
        (Some(_), None) | (None, Some(_)) => false,
    };
    near && alike
}

fn pages_alike(one: &Document, other: &Document) -> bool {
    let pages = one.traits.looks.iter().zip(&other.traits.looks);
    let alike = |(a, b): (&Option<Looks>, &Option<Looks>)| match (a, b) {
        (Some(a), Some(b)) => a.likeness(b) >= SAME_PAGE,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let all =
        one.traits.looks.len() == one.pages.len() && other.traits.looks.len() == other.pages.len();
    all && pages.into_iter().all(alike)
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::decision::samples::{Sample, mark};
    use crate::document::{BBox, Confidence};
    use crate::understanding::{DocumentClass, Role};

    /// What strokes of a pen look like; another `hand` makes others.
    fn ink(hand: u32) -> Option<Looks> {
        let page = GrayImage::from_fn(400, 200, |x, y| {
            let wave = (x * hand % 97) + (x / 9 * hand % 61);
            let on = x > 40 && x < 360 && y.abs_diff(30 + wave) < 4;
            Luma([if on { 30 } else { 250 }])
        });
        Looks::of(&page, BBox::PAGE)
    }

    fn signed(hand: u32) -> Document {
        let mut document = Sample::receipt().document;
        let mut signature = mark(MarkKind::Ink, Some(Role::Consignee), 0.95);
        signature.looks = ink(hand);
        document.marks = vec![signature];
        document
    }

    #[test]
    fn a_paper_is_known_again_by_its_signature_and_what_it_says() {
        let paper = signed(3);
        assert!(is_same_paper(&paper, &signed(3)));
        assert!(!is_same_paper(&paper, &signed(7)), "signed by itself");
        let mut elsewhere = signed(3);
        elsewhere.marks[0].bbox = BBox::new(0.1, 0.1, 0.2, 0.15);
        assert!(!is_same_paper(&paper, &elsewhere), "another form");
        let mut unsigned = signed(3);
        unsigned.marks.clear();
        assert!(!is_same_paper(&paper, &unsigned), "before it was signed");
        assert!(
            !is_same_paper(&unsigned, &unsigned),
            "nothing to know it by"
        );
    }

    #[test]
    fn what_says_something_else_is_another_paper() {
        let paper = signed(3);
        let with = |change: fn(&mut Document)| {
            let mut other = signed(3);
            change(&mut other);
            is_same_paper(&paper, &other)
        };
        let number = |document: &mut Document, text: &str, confidence: f32| {
            let found = &mut document
                .fields
                .get_mut(&FieldName::ProNumber)
                .unwrap()
                .found;
            found.value = Value::Text(text.to_owned());
            found.confidence = Confidence::new(confidence);
        };
        assert!(paper.fields.contains_key(&FieldName::ProNumber));
        let another = signed(3);
        let is = |text: &str, confidence: f32| {
            let mut other = another.clone();
            number(&mut other, text, confidence);
            is_same_paper(&paper, &other)
        };
        assert!(!is("987654326", 0.95));
        assert!(!is("123456783", 0.95), "the next number of the day");
        assert!(!with(|other| {
            let day = other.fields.get_mut(&FieldName::DeliveryDate).unwrap();
            day.found.value = Value::Date(jiff::civil::date(2026, 3, 15));
        }));
        assert!(!with(|other| other.pages = Vec::new()));
        assert!(!with(|other| {
            other.fields.remove(&FieldName::ProNumber);
        }));
    }

    #[test]
    fn a_slip_that_nobody_signs_is_known_by_its_looks() {
        let unsigned = |class, hand| {
            let mut document = signed(hand);
            document.class = class;
            document.marks.clear();
            document.traits.looks = vec![ink(hand)];
            document
        };
        let slip = |hand| unsigned(DocumentClass::LumperReceipt, hand);
        assert!(is_same_paper(&slip(3), &slip(3)));
        let mut other = slip(3);
        let upright = GrayImage::from_fn(200, 400, |x, y| {
            Luma([if x < 60 && y > 200 { 30 } else { 250 }])
        });
        other.traits.looks = vec![Looks::of(&upright, BBox::PAGE)];
        assert!(!is_same_paper(&slip(3), &other));
        let bill = unsigned(DocumentClass::BolUnsigned, 3);
        assert!(!is_same_paper(&bill, &bill));
    }
}
