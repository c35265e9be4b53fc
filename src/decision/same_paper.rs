//! The same paper again: scanned once more, photographed, sent with another batch.
//!
//! In: two documents. Out: are they pictures of one paper? They are where what they say agrees and the ink on them looks alike. Told apart are
//! another paper on the same form, another copy that was signed by itself, and the paper as it was before somebody signed or wrote on it:
//! those may say what the first does not.

use std::collections::BTreeSet;

use crate::document::Found;
use crate::understanding::values::names_shipment;
use crate::understanding::{Document, DocumentClass, FieldName, Mark, NotationKind, Role, Value};

/// From this mean likeness on the marks of two papers are the same ink. On pairs of training families (`python -m generator again`, seed 201) the ink
/// of 33 papers that came twice was alike by 0.85 or more in all but one, that of 45 pairs of other papers by 0.82 at most but for stamps.
const SAME_INK: f32 = 0.84;
/// A mark of this confidence is there.
const SURE: f32 = 0.80;
/// Below this confidence a value decides nothing, and from [`READ`] on a value was read right (domain.md §2.2).
const LEGIBLE: f32 = 0.60;
const READ: f32 = 0.90;
/// How far apart the same mark lies on two pictures of a page, as a share of its sides.
const SAME_PLACE: f32 = 0.12;

/// Are they pictures of one paper?
#[must_use]
pub fn is_same_paper(one: &Document, other: &Document) -> bool {
    // Signed and unsigned bills are classes of their own.
    if one.pages.len() != other.pages.len() || one.class != other.class {
        return false;
    }
    match Said::by(one, other) {
        Said::Otherwise => false,
        Said::Alike { numbers, facts } if is_slip(one.class) => {
            // Nobody signs most of them; what says the same of the same matter says nothing new.
            numbers > 0 && facts > 0 && states_the_same(one, other)
        }
        Said::Alike { numbers, .. } => {
            numbers > 0 && remarks(one) == remarks(other) && has_same_ink(one, other)
        }
    }
}

/// Papers beside the proof of delivery, which no receiver signs for the freight.
fn is_slip(class: DocumentClass) -> bool {
    matches!(
        class,
        DocumentClass::LumperReceipt
            | DocumentClass::ScaleTicket
            | DocumentClass::WeightInspection
            | DocumentClass::PalletSlip
            | DocumentClass::GateInterchange
            | DocumentClass::FreightInvoice
    )
}

/// Is every day, count and sum of one slip also on the other, however well it was read? Two of one load and one day differ in nothing else, and no
/// signature tells them apart.
fn states_the_same(one: &Document, other: &Document) -> bool {
    let stated = |document: &Document, name| {
        let field = document.fields.get(name)?;
        Some(field.found.value.clone())
    };
    let mut names = one.fields.keys().chain(other.fields.keys());
    names.all(|name| match (stated(one, name), stated(other, name)) {
        (Some(a), Some(b)) => a == b || !tells_apart(*name),
        // A day may be left unread on one of them; what the slip is for may not.
        _ => !matches!(name, FieldName::Total | FieldName::Weight),
    })
}

/// What two papers say of the same fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// So many numbers, and so many dates, counts and sums are the same, and none is another.
    Alike { numbers: usize, facts: usize },
    /// One of them is another.
    Otherwise,
}

impl Said {
    fn by(one: &Document, other: &Document) -> Self {
        let (mut numbers, mut facts) = (loose_in_common(one, other), 0);
        let fields = one.fields.iter();
        let pairs =
            fields.filter_map(|(name, field)| Some((*name, field, other.fields.get(name)?)));
        for (name, field, other) in pairs {
            let (a, b) = (&field.found, &other.found);
            let least = a.confidence.get().min(b.confidence.get());
            if least < LEGIBLE {
                continue;
            }
            if names_shipment(name) {
                match nearest(a, b) {
                    Some(0) => numbers += 1,
                    // Of a number that was parted one reader has a piece; one that was hardly read has a slip.
                    Some(slips) if !has_piece(a, b) && (slips > 2 || least >= READ) => {
                        return Self::Otherwise;
                    }
                    Some(_) | None => {}
                }
            } else if tells_apart(name) {
                match a.value == b.value {
                    true => facts += 1,
                    false if least >= READ => return Self::Otherwise,
                    false => {}
                }
            }
        }
        Self::Alike { numbers, facts }
    }
}

/// Numbers under no label that stand on both.
fn loose_in_common(one: &Document, other: &Document) -> usize {
    let texts = |document: &Document| {
        let loose = document.traits.other_identifiers.iter();
        let loose: BTreeSet<String> = loose.map(|found| plain(&found.value)).collect();
        loose
    };
    texts(one).intersection(&texts(other)).count()
}

fn plain(text: &str) -> String {
    text.to_uppercase()
        .replace(|c: char| !c.is_alphanumeric(), "")
}

/// In how many characters the nearest two numbers of both sides differ.
fn nearest(one: &Found<Value>, other: &Found<Value>) -> Option<usize> {
    let pairs = one.value.texts().flat_map(|a| {
        let others = other.value.texts();
        others.map(move |b| strsim::levenshtein(&plain(a), &plain(b)))
    });
    pairs.min()
}

/// Does a number of one side begin or end with one of the other?
fn has_piece(one: &Found<Value>, other: &Found<Value>) -> bool {
    let mut pairs = one.value.texts().flat_map(|a| {
        let others = other.value.texts();
        others.map(move |b| (plain(a), plain(b)))
    });
    let piece = |long: &str, short: &str| long.starts_with(short) || long.ends_with(short);
    pairs.any(|(a, b)| a.len() != b.len() && (piece(&a, &b) || piece(&b, &a)))
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

/// What the remarks say of the freight; that all is well says nothing.
fn remarks(document: &Document) -> BTreeSet<NotationKind> {
    let kinds = document.notations.iter().map(|notation| notation.kind);
    kinds
        .filter(|kind| !matches!(kind, NotationKind::Clean | NotationKind::ServiceMark))
        .collect()
}

/// The receiver's marks stand surely on both, and what is ink is the same ink. Stamps look alike on every paper that one desk stamps.
fn has_same_ink(one: &Document, other: &Document) -> bool {
    let sides = [partners(one, other), partners(other, one)];
    let receives = |mark: &Mark| mark.role == Some(Role::Consignee);
    let signed = |side: &Vec<(&Mark, Option<Partner>)>| {
        let mut received = side.iter().filter(|(mark, _)| receives(mark));
        let in_ink =
            |(_, partner): &&(&Mark, Option<Partner>)| matches!(partner, Some(Partner::Ink(_)));
        received.clone().any(|mark| in_ink(&mark)) && received.all(|(_, partner)| partner.is_some())
    };
    let ink = sides
        .iter()
        .flatten()
        .filter_map(|(_, partner)| match partner {
            Some(Partner::Ink(likeness)) => Some(*likeness),
            Some(Partner::Alike) | None => None,
        });
    let ink: Vec<f32> = ink.collect();
    let count: f32 = ink.iter().map(|_| 1.0).sum();
    let is_same = count > 0.0 && ink.iter().sum::<f32>() / count >= SAME_INK;
    is_same && sides.iter().all(signed)
}

/// What stands in a mark's place on the other paper.
#[derive(Debug, Clone, Copy)]
enum Partner {
    /// Ink, so alike.
    Ink(f32),
    /// A mark of the same kind without ink: a stamp, a typed signature.
    Alike,
}

/// The marks that are surely there, each with its partner.
fn partners<'a>(one: &'a Document, other: &Document) -> Vec<(&'a Mark, Option<Partner>)> {
    let sure = one.marks.iter();
    let sure = sure.filter(|mark| mark.confidence.get() >= SURE);
    let partners = sure.map(|mark| {
        let there = other.marks.iter().filter(|there| is_near(mark, there));
        let partner = there
            .filter_map(|there| partner(mark, there))
            .reduce(nearer);
        (mark, partner)
    });
    partners.collect()
}

fn is_near(one: &Mark, other: &Mark) -> bool {
    let ((x, y), (u, v)) = (one.bbox.centre(), other.bbox.centre());
    (x - u).abs() <= SAME_PLACE && (y - v).abs() <= SAME_PLACE
}

fn partner(one: &Mark, other: &Mark) -> Option<Partner> {
    match (&one.looks, &other.looks) {
        (Some(looks), Some(others)) => Some(Partner::Ink(looks.likeness(others))),
        (None, None) if one.kind == other.kind => Some(Partner::Alike),
        (Some(_) | None, _) => None,
    }
}

fn nearer(one: Partner, other: Partner) -> Partner {
    match (one, other) {
        (Partner::Ink(a), Partner::Ink(b)) => Partner::Ink(a.max(b)),
        (Partner::Ink(a), Partner::Alike) | (Partner::Alike, Partner::Ink(a)) => Partner::Ink(a),
        (Partner::Alike, Partner::Alike) => Partner::Alike,
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::decision::samples::{Sample, mark};
    use crate::document::{BBox, Confidence, Money};
    use crate::understanding::{DocumentClass, Looks, MarkKind};

    /// What strokes of a pen look like; another `hand` makes others.
    fn ink(hand: u32) -> Option<Looks> {
        let page = GrayImage::from_fn(850, 1100, |x, y| {
            let wave = (x * hand % 23) + (x / 9 * hand % 17);
            let on = x > 340 && x < 500 && y.abs_diff(500 + wave) < 3;
            Luma([if on { 30 } else { 250 }])
        });
        Looks::of(&page, BBox::new(0.39, 0.45, 0.6, 0.5))
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
    fn a_slip_that_nobody_signs_is_known_by_its_number_and_what_it_says() {
        let unsigned = |class| {
            let mut document = signed(3);
            document.class = class;
            document.marks.clear();
            document
        };
        let slip = unsigned(DocumentClass::LumperReceipt);
        assert!(is_same_paper(&slip, &slip));
        let mut undated = slip.clone();
        undated.fields.remove(&FieldName::DeliveryDate);
        undated.fields.remove(&FieldName::PickupDate);
        assert!(!is_same_paper(&slip, &undated), "a number alone");
        let with_total = |text: &str, confidence: f32| {
            let mut slip = slip.clone();
            let total = Value::Money(Money(text.parse().unwrap()));
            let mut field = slip.fields[&FieldName::ProNumber].clone();
            field.found.value = total;
            field.found.confidence = Confidence::new(confidence);
            slip.fields.insert(FieldName::Total, field);
            slip
        };
        let of_morning = with_total("185.00", 0.7);
        assert!(is_same_paper(&of_morning, &of_morning));
        assert!(!is_same_paper(&of_morning, &with_total("240.00", 0.7)));
        assert!(!is_same_paper(&of_morning, &with_total("240.00", 0.5)));
        assert!(!is_same_paper(&of_morning, &slip), "one total was not read");
        let bill = unsigned(DocumentClass::BolUnsigned);
        assert!(!is_same_paper(&bill, &bill), "any of its copies");
    }
}
