//! A feed of 2,000 near-duplicate shipments, and a damaged paper for each: how many find home, and does any go astray?
//!
//! The shipments share sites, purchase orders, days and quantities; BOL, load and half of the PRO numbers run in
//! sequence, so that a wrong character often gives another shipment's number. Candidates come by keys, as in the ledger.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::sample::{date, document, field, party};
use super::*;
use crate::document::Source;
use crate::shipments::keys::{Key, document_keys, shipment_keys};
use crate::understanding::{FieldName, Value};

/// Splitmix64: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Evenly from `low` to `high`, both in percent.
    fn confidence(&mut self, low: usize, high: usize) -> f32 {
        f32::from(u8::try_from(low + self.below(high - low + 1)).unwrap()) / 100.0
    }
}

/// What shipment and paper both say.
#[derive(Clone)]
struct Facts {
    scac: &'static str,
    pro: String,
    bol: String,
    load: String,
    so: String,
    po: String,
    site: usize,
    day: usize,
    pieces: u32,
    units: u32,
    weight: f64,
}

const NAMES: [&str; 8] = [
    "Acme Foods",
    "Birch Paper Mill",
    "Harbor Supply",
    "Lakeside Tools",
    "Quarry Stone Works",
    "Northgate Grocers",
    "Delta Pump Service",
    "Old Town Bakery",
];

fn luhn(body: u64) -> u64 {
    let digits = body.to_string().into_bytes();
    let sum: u64 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u64::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

/// A new shipment; in three of ten cases the twin of the one before, with its own numbers.
fn facts(dice: &mut Dice, at: u64, before: Option<&Facts>) -> Facts {
    let (scac, pro) = match at % 4 {
        0 => (
            "XPOL",
            format!("{}{}", 40_012_340 + at, (40_012_340 + at) % 7),
        ),
        1 => (
            "ODFL",
            format!("{}{}", 7_775_000_000 + at, luhn(7_775_000_000 + at)),
        ),
        2 => ("EXLA", format!("{}", 1_450_200_100 + at)),
        _ => ("SAIA", format!("{}", 10_450_200_100 + at)),
    };
    let twin = before.filter(|_| dice.percent(30));
    let shared = twin.cloned();
    let mut facts = shared.unwrap_or_else(|| Facts {
        scac,
        pro: String::new(),
        bol: String::new(),
        load: String::new(),
        so: format!("{}", 80_012_000 + at),
        po: format!("{}", 4_500_123_000 + dice.below(600)),
        site: dice.below(40),
        day: 1 + dice.below(28),
        pieces: 12 * u32::try_from(1 + dice.below(20)).unwrap(),
        units: u32::try_from(1 + dice.below(26)).unwrap(),
        weight: 100.0 * f64::from(u32::try_from(2 + dice.below(300)).unwrap()),
    });
    (facts.scac, facts.pro) = (scac, pro);
    facts.bol = format!("{}", 88_120_400 + at);
    facts.load = format!("{}", 4_512_000 + at);
    facts
}

fn site(site: usize) -> (&'static str, String) {
    (NAMES[site % NAMES.len()], format!("{}", 43_200 + site))
}

fn shipment(facts: &Facts, id: usize, delivered: bool) -> Shipment {
    let (name, postal) = site(facts.site);
    let day = format!("2026-03-{:02}T15:00:00Z", facts.day);
    let events = if delivered {
        json!([{"code": "D1", "at": day}])
    } else {
        json!([])
    };
    let shipment = json!({
        "id": id.to_string(), "version": 1, "carrier": {"scac": facts.scac},
        "refs": [
            {"type": "PRO", "value": facts.pro}, {"type": "BOL", "value": facts.bol},
            {"type": "LOAD", "value": facts.load}, {"type": "SO", "value": facts.so},
            {"type": "PO", "value": facts.po},
        ],
        "parties": {"consignee": {"name": name, "postal": postal}},
        "stops": [{
            "tz": "America/New_York", "appt": {"from": day, "to": day}, "events": events,
            "expected": {"pieces": facts.pieces, "hu": facts.units, "weight": facts.weight, "uom": "lb"},
        }],
    });
    serde_json::from_value(shipment).unwrap()
}

/// One wrong, missing or extra character; look-alikes are read with confidence, others are not.
fn slip(dice: &mut Dice, number: &str) -> (String, f32) {
    const LOOKS_LIKE: [&str; 10] = ["O8", "7I", "Z7", "89", "9A", "S6", "G8", "12", "B3", "84"];
    let mut letters: Vec<char> = number.chars().collect();
    let place = dice.below(letters.len());
    let digit = letters[place].to_digit(10).unwrap();
    let any = char::from(b'0' + u8::try_from(dice.below(10)).unwrap());
    let confidence = match dice.below(10) {
        0..6 => {
            let others = LOOKS_LIKE[usize::try_from(digit).unwrap()];
            letters[place] = others.chars().nth(dice.below(2)).unwrap();
            dice.confidence(55, 99)
        }
        6..8 => {
            letters[place] = any;
            dice.confidence(30, 85)
        }
        8 => {
            letters.remove(place);
            dice.confidence(30, 95)
        }
        _ => {
            letters.insert(place, any);
            dice.confidence(30, 85)
        }
    };
    (letters.into_iter().collect(), confidence)
}

/// A paper with some of the facts, and in half of the cases one slip in one number.
fn damaged(dice: &mut Dice, facts: &Facts) -> Document {
    let (name, postal) = site(facts.site);
    let day = date(&format!("2026-03-{:02}", facts.day));
    let numbers = [
        (FieldName::ProNumber, &facts.pro, 70),
        (FieldName::BolNumber, &facts.bol, 60),
        (FieldName::LoadNumber, &facts.load, 40),
        (FieldName::ShipperRef, &facts.so, 40),
        (FieldName::CustomerPo, &facts.po, 60),
    ];
    let rest = [
        (FieldName::Scac, Value::Text(facts.scac.to_owned()), 50),
        (FieldName::ShipTo, party(name, &postal), 85),
        (FieldName::DeliveryDate, day, 80),
        (FieldName::Pieces, Value::Count(facts.pieces), 60),
        (FieldName::HandlingUnits, Value::Count(facts.units), 50),
        (FieldName::Weight, Value::Number(facts.weight), 50),
    ];
    let mut paper = document(
        rest.into_iter()
            .filter(|(.., kept)| dice.percent(*kept))
            .map(|(name, value, _)| (name, value)),
    );
    let numbers: Vec<_> = numbers
        .into_iter()
        .filter(|(.., kept)| dice.percent(*kept))
        .collect();
    let slipped = dice.below(2 * numbers.len().max(1));
    for (at, (name, number, _)) in numbers.into_iter().enumerate() {
        let (read, confidence) = if at == slipped {
            slip(dice, number)
        } else {
            (number.clone(), dice.confidence(85, 100))
        };
        paper
            .fields
            .insert(name, field(Value::Text(read), Source::Ocr, confidence));
    }
    paper
}

/// The ledger's look-up: all that share a strong key, the newest fifty of each weak one.
fn candidates<'a>(
    index: &HashMap<Key, Vec<usize>>,
    known: &'a [Known],
    paper: &Document,
) -> Vec<&'a Known> {
    let found = document_keys(paper).into_iter().flat_map(|key| {
        let rows = index.get(&key).cloned().unwrap_or_default();
        let limit = if key.is_weak() { 50 } else { rows.len() };
        rows.into_iter().rev().take(limit)
    });
    found
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|at| &known[at])
        .collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one scene, told once")]
fn of_two_thousand_near_duplicates_none_goes_astray() {
    let mut dice = Dice(20_260_314);
    let mut all: Vec<Facts> = Vec::new();
    for at in 0..2_000 {
        let next = facts(&mut dice, at, all.last());
        all.push(next);
    }
    let mut known = Vec::new();
    let mut index: HashMap<Key, Vec<usize>> = HashMap::new();
    let mut missing = BTreeSet::new();
    for (id, facts) in all.iter().enumerate() {
        if dice.percent(5) {
            missing.insert(id);
            continue;
        }
        let shipment = shipment(facts, id, dice.percent(80));
        for key in shipment_keys(&shipment) {
            index.entry(key).or_default().push(known.len());
        }
        known.push(Known {
            shipment,
            accepted_pod: None,
        });
    }
    let mut count: HashMap<&str, u32> = HashMap::new();
    for (id, facts) in all.iter().enumerate() {
        let paper = damaged(&mut dice, facts);
        let near: Vec<_> = candidates(&index, &known, &paper)
            .into_iter()
            .cloned()
            .collect();
        let found = find_shipment(&paper, &Hints::default(), &near);
        let outcome = match &found {
            Match::Matched(candidate, _) if candidate.shipment.id == id.to_string() => "right",
            Match::Matched(candidate, _) => {
                eprintln!(
                    "astray: {id} to {} {:?}",
                    candidate.shipment.id, candidate.evidence
                );
                eprintln!(
                    "   {:?}",
                    paper
                        .fields
                        .iter()
                        .map(|(name, field)| (name, &field.found.value))
                        .collect::<Vec<_>>()
                );
                "wrong"
            }
            Match::Ambiguous(_) if missing.contains(&id) => "missing, ambiguous",
            Match::Ambiguous(_) => "ambiguous",
            Match::Conflict(_) => "conflict",
            Match::None if missing.contains(&id) => "missing, none",
            Match::None => "none",
        };
        *count.entry(outcome).or_default() += 1;
    }
    let of_known = known.len();
    eprintln!("{count:?} of {of_known} known");
    assert_eq!(count.get("wrong"), None);
    let right = f64::from(*count.get("right").unwrap());
    let recall = right / f64::from(u32::try_from(of_known).unwrap());
    assert!(recall > 0.8, "recall {recall:.3}");
}
