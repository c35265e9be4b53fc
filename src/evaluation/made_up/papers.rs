//! Papers of made-up shipments, damaged as scans are.

use jiff::ToSpan as _;

use super::dice::Dice;
use super::feed::{Facts, Feed};
use crate::document::{BBox, Confidence, Found, PageNumber, Source};
use crate::reading::Quality;
use crate::shipments::matching::Hints;
use crate::understanding::{
    Document, DocumentClass, Field, FieldName, Fields, Party, Traits, Value,
};

/// What became of the paper's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Some are missing, and in half of the papers one holds a slip.
    Usual,
    /// The usual numbers, and one that names the shipment holds a slip.
    OneWrong,
    /// A single number that names the shipment is left, and it holds a slip.
    OnlyWrong,
    /// None is legible; name, place and day are there, misread as often as on others.
    NoneLegible,
    /// None is legible, and name, place or day are missing as often as on others.
    Faded,
}

/// A paper, and what its notice told.
#[derive(Debug, Clone)]
pub struct Paper {
    /// What was read.
    pub document: Document,
    /// What was told.
    pub hints: Hints,
}

/// Percent of papers on which a number was printed and read.
const NUMBERS: [(FieldName, u64); 5] = [
    (FieldName::ProNumber, 70),
    (FieldName::BolNumber, 60),
    (FieldName::LoadNumber, 40),
    (FieldName::ShipperRef, 40),
    (FieldName::CustomerPo, 60),
];
/// Those of them that name one shipment.
const NAMING: [FieldName; 3] = [
    FieldName::ProNumber,
    FieldName::BolNumber,
    FieldName::LoadNumber,
];

/// The paper of the shipment at a place.
#[must_use]
pub fn paper(feed: &Feed, at: u64, damage: Damage, seed: u64) -> Paper {
    let facts = feed.facts(at);
    let mut dice = Dice::new(seed, 17, at);
    let mut fields = Fields::new();
    let sure = damage == Damage::NoneLegible;
    add_circumstances(&mut fields, &mut dice, &facts, sure);
    add_numbers(&mut fields, &mut dice, &facts, damage);
    let received = facts.day.saturating_add(small(dice.below(4)).days());
    Paper {
        document: document(fields),
        hints: Hints {
            received_on: Some(received),
            ..Hints::default()
        },
    }
}

fn small(number: u64) -> i64 {
    i64::try_from(number).unwrap_or_default()
}

fn add_numbers(fields: &mut Fields, dice: &mut Dice, facts: &Facts, damage: Damage) {
    if matches!(damage, Damage::NoneLegible | Damage::Faded) {
        return;
    }
    let mut kept: Vec<FieldName> = NUMBERS
        .iter()
        .filter(|(_, kept)| dice.percent(*kept))
        .map(|(name, _)| *name)
        .collect();
    let naming: Vec<FieldName> = kept
        .iter()
        .copied()
        .filter(|name| NAMING.contains(name))
        .collect();
    let naming = dice.one_of(&naming).or_else(|| dice.one_of(&NAMING));
    let slipped = match damage {
        Damage::Usual if dice.percent(50) => dice.one_of(&kept),
        Damage::Usual | Damage::NoneLegible | Damage::Faded => None,
        Damage::OneWrong | Damage::OnlyWrong => naming,
    };
    match damage {
        Damage::OnlyWrong => kept = slipped.into_iter().collect(),
        Damage::OneWrong => kept.extend(slipped.filter(|name| !kept.contains(name))),
        Damage::Usual | Damage::NoneLegible | Damage::Faded => {}
    }
    for name in kept {
        let number = match name {
            FieldName::ProNumber => &facts.pro,
            FieldName::BolNumber => &facts.bol,
            FieldName::LoadNumber => &facts.load,
            FieldName::ShipperRef => &facts.so,
            _ => &facts.po,
        };
        let (read, confidence) = if Some(name) == slipped {
            slip(dice, number)
        } else {
            (number.clone(), dice.confidence(85, 100))
        };
        insert(fields, name, Value::Text(read), confidence);
    }
}

/// What a paper says beside its numbers; name, place and day `surely`.
fn add_circumstances(fields: &mut Fields, dice: &mut Dice, facts: &Facts, surely: bool) {
    if dice.percent(50) {
        insert(
            fields,
            FieldName::Scac,
            Value::Text(facts.scac.to_owned()),
            0.95,
        );
    }
    if dice.percent(95) || surely {
        let consignee = Party {
            name: misread_name(dice, &facts.name),
            postal: Some(misread(dice, &facts.postal, 2)),
            ..Party::default()
        };
        insert(fields, FieldName::ShipTo, Value::Party(consignee), 0.95);
    }
    if dice.percent(90) || surely {
        let off = match dice.below(100) {
            0..3 => 1,
            3 => -1,
            4 => 10,
            _ => 0,
        };
        let day = facts.day.saturating_add(off.days());
        let sure = dice.confidence(80, 99);
        insert(fields, FieldName::DeliveryDate, Value::Date(day), sure);
    }
    if let Some(trailer) = facts.trailer.as_ref().filter(|_| dice.percent(40)) {
        let trailer = misread(dice, trailer, 5);
        insert(fields, FieldName::TrailerNumber, Value::Text(trailer), 0.95);
    }
    if dice.percent(70) {
        let pieces = misread(dice, &facts.pieces.to_string(), 3);
        let pieces = Value::Count(pieces.parse().unwrap_or(facts.pieces));
        insert(fields, FieldName::Pieces, pieces, 0.95);
    }
    if dice.percent(60) {
        let units = misread(dice, &facts.units.to_string(), 3);
        let units = Value::Count(units.parse().unwrap_or(facts.units));
        insert(fields, FieldName::HandlingUnits, units, 0.95);
    }
    if dice.percent(60) {
        // Carriers weigh again.
        let share = match dice.below(100) {
            0..3 => 1.1,
            3..13 => 1.01,
            _ => 1.0,
        };
        insert(
            fields,
            FieldName::Weight,
            Value::Number(facts.weight * share),
            0.95,
        );
    }
}

/// The digits, in so many percent with one of them wrong.
fn misread(dice: &mut Dice, digits: &str, percent: u64) -> String {
    match dice.percent(percent) {
        true => slip(dice, digits).0,
        false => digits.to_owned(),
    }
}

/// In one name of twenty a letter is another.
fn misread_name(dice: &mut Dice, name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    if dice.percent(5) {
        let count = u64::try_from(letters.len()).unwrap_or_default();
        let at = usize::try_from(dice.below(count)).unwrap_or_default();
        if let Some(letter) = letters.get_mut(at) {
            *letter = dice.one_of(&['n', 'r', 'c', 'i', 'l', 't']).unwrap_or('n');
        }
    }
    letters.into_iter().collect()
}

/// One wrong, missing or extra character; look-alikes are read with confidence, others are not.
fn slip(dice: &mut Dice, number: &str) -> (String, f32) {
    const LOOKS_LIKE: [[char; 2]; 10] = [
        ['O', '8'],
        ['7', 'I'],
        ['Z', '7'],
        ['8', '9'],
        ['9', 'A'],
        ['S', '6'],
        ['G', '8'],
        ['1', '2'],
        ['B', '3'],
        ['8', '4'],
    ];
    let mut letters: Vec<char> = number.chars().collect();
    let count = u64::try_from(letters.len()).unwrap_or_default();
    let at = usize::try_from(dice.below(count)).unwrap_or_default();
    let Some(letter) = letters.get_mut(at) else {
        return (String::new(), 0.5);
    };
    let own = *letter;
    let other = loop {
        let other = dice.one_of(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        if let Some(other) = other.filter(|other| *other != own) {
            break other;
        }
    };
    let alike = own
        .to_digit(10)
        .and_then(|digit| LOOKS_LIKE.get(usize::try_from(digit).ok()?));
    let confidence = match dice.below(10) {
        0..6 => {
            *letter = alike.and_then(|alike| dice.one_of(alike)).unwrap_or(other);
            dice.confidence(55, 99)
        }
        6..8 => {
            *letter = other;
            dice.confidence(30, 85)
        }
        8 => {
            letters.remove(at);
            dice.confidence(30, 95)
        }
        _ => {
            letters.insert(at, other);
            dice.confidence(30, 85)
        }
    };
    (letters.into_iter().collect(), confidence)
}

fn insert(fields: &mut Fields, name: FieldName, value: Value, confidence: f32) {
    let found = Found {
        value,
        raw: String::new(),
        confidence: Confidence::new(confidence),
        page: PageNumber::from_index(0),
        bbox: BBox::PAGE,
        source: Source::Ocr,
        second: None,
    };
    let field = Field {
        found,
        unit: None,
        kind: None,
    };
    fields.insert(name, field);
}

fn document(fields: Fields) -> Document {
    Document {
        pages: vec![PageNumber::from_index(0)],
        class: DocumentClass::DeliveryReceipt,
        class_confidence: Confidence::CERTAIN,
        quality: Quality {
            score: Confidence::CERTAIN,
            defects: Vec::new(),
        },
        fields,
        marks: Vec::new(),
        notations: Vec::new(),
        traits: Traits::default(),
        share: None,
    }
}
