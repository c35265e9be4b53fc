//! Keys: texts that a shipment and its papers share, so that the ledger finds candidates by equality.
//!
//! In: a shipment, a document or the hints of an upload. Out: a set of keys; two sides that share one are worth
//! comparing. The spaces: `id:` numbers of every kind but purchase orders, look-alike characters folded, so that a load number
//! printed as "BOL" meets and a misread one does, too; `po:`, `day:` (day and postal code), `name:` (day and the words of the name
//! that tell) and `lot:` (postal code and pieces) are weak: busy sites share them by the
//! thousand. A ledger that limits its rows looks up the strong keys first and takes the newest of the weak.
//!
//! A shipment has few keys, since there are millions of them. It is the paper that asks for more: for the days around its own, and
//! for all numbers that one slip of a reader may have made of the right one.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::Date;

use super::matching::{Hints, LONG, Label, Reading, expected_day, readings};
use super::numbers::{Number, in_file_name};
use super::sites::{self, Destination};
use super::slips::{look_alikes, one_off, shortened};
use super::{ReferenceKind, Shipment, StopKind};
use crate::understanding::normalise::CompanyName;
use crate::understanding::{Document, FieldName, Value};

/// Which keys shipments have. A ledger whose keys are of another scheme makes them anew: raise it with every change of
/// [`shipment_keys`] or of what a key looks like.
pub const SCHEME: i64 = 1;

/// What a shipment and its papers share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// Longest key in its space, in characters: no identifier of domain.md §2.3 has more than 34, and hostile feeds are cut.
const LONGEST: usize = 64;

/// Numbers of one paper that are asked for, those under a label first. The busiest fixture has 31.
const MOST_NUMBERS: usize = 100;

/// Numbers of one paper that are asked for with all their slips. Papers have up to eight labels for numbers; each number gives
/// hundreds of keys.
const MOST_SLIPS: usize = 8;

/// Places and counts of one shipment that it is found by. More stops than these have papers of their own.
const MOST_PLACES: usize = 8;

impl Key {
    fn new(space: &str, text: &str) -> Self {
        let mut key = String::with_capacity(space.len() + 1 + text.len());
        key.push_str(space);
        key.push(':');
        match text.len() {
            0..=LONGEST => key.push_str(text),
            _ => key.extend(text.chars().take(LONGEST)),
        }
        Self(key)
    }

    /// The key, with the space it lies in.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does it name a place, and no number of anything?
    #[must_use]
    pub fn is_of_a_place(&self) -> bool {
        ["day:", "name:", "lot:"]
            .iter()
            .any(|space| self.0.starts_with(space))
    }

    /// Many shipments share it: look it up after the strong ones, and take only the newest.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        !["id:", "slip:", "shipment:"]
            .iter()
            .any(|space| self.0.starts_with(space))
    }
}

/// The keys under which a shipment is found.
#[must_use]
pub fn shipment_keys(shipment: &Shipment) -> BTreeSet<Key> {
    let mut keys: BTreeSet<Key> = numbers(shipment)
        .map(|number| number_key(&number))
        .collect();
    let orders = shipment.refs.iter();
    let orders = orders.filter(|reference| reference.kind == ReferenceKind::Po);
    let orders = orders.filter_map(|reference| Number::read(&reference.value));
    keys.extend(orders.map(|number| order_key(&number)));
    let days: Vec<Date> = expected_day(shipment).into_iter().collect();
    let pieces = pieces(shipment);
    for site in sites::destinations(shipment).iter().take(MOST_PLACES) {
        keys.extend(site_keys(site, &days));
        keys.extend(lot_keys(site, &pieces));
    }
    keys
}

/// The keys by which a shipment that arrives finds the documents that wait for it.
#[must_use]
pub fn waking_keys(shipment: &Shipment) -> BTreeSet<Key> {
    let mut keys = shipment_keys(shipment);
    keys.insert(Key::new("shipment", &shipment.id));
    let slips = numbers(shipment).flat_map(|number| shortened(&number));
    keys.extend(slips.map(|text| Key::new("slip", &text)));
    keys
}

/// The keys by which a document asks for its shipment.
#[must_use]
pub fn document_keys(document: &Document) -> BTreeSet<Key> {
    let mut keys = BTreeSet::new();
    for reading in readings(document).iter().take(MOST_NUMBERS) {
        let may_be_mislabelled = reading.number.text().len() >= LONG;
        if may_be_mislabelled || matches!(reading.label, Label::Po | Label::Elsewhere) {
            keys.insert(order_key(&reading.number));
        }
        if may_be_mislabelled || reading.label != Label::Po {
            keys.insert(number_key(&reading.number));
        }
    }
    let value = |name| Some(&document.fields.get(&name)?.found.value);
    let days = match value(FieldName::DeliveryDate) {
        Some(Value::Date(day)) => days_around(*day),
        Some(_) | None => Vec::new(),
    };
    if let Some(Value::Party(consignee)) = value(FieldName::ShipTo) {
        let site = Destination {
            name: Some(CompanyName::new(&consignee.name)),
            postal: consignee.postal.as_deref().and_then(sites::postal),
        };
        keys.extend(site_keys(&site, &days));
        let pieces = value(FieldName::Pieces).and_then(Value::as_count);
        keys.extend(lot_keys(&site, pieces.as_slice()));
    }
    keys
}

/// The keys of numbers that the reader may well have misread: what looks like those that it is sure of, and everything one
/// character away from the others. Many, and most of them lead nowhere.
#[must_use]
pub fn slip_keys(document: &Document) -> BTreeSet<Key> {
    let slips = |reading: &Reading| match reading.doubtful() {
        true => one_off(&reading.number),
        false => look_alikes(&reading.number),
    };
    neighbours(document, slips)
}

/// The keys of all numbers one character away from those of the document: for one whose shipment is not clear.
#[must_use]
pub fn near_keys(document: &Document) -> BTreeSet<Key> {
    neighbours(document, |reading| one_off(&reading.number))
}

/// The keys that wake a document without a shipment. Papers with a number wait for it, or one that a slip made of it, alone: a
/// place and a day would wake them with every shipment to a busy site.
#[must_use]
pub fn waiting_keys(document: &Document, hints: &Hints) -> BTreeSet<Key> {
    keys_with(document, hints, |reading| {
        slips(&shortened(&reading.number))
    })
}

/// The keys that wake a document which has its shipment: another one may go by the same number, or one that is taken for it. All that
/// one slip may make of a number would wake it with every shipment of a sequence.
#[must_use]
pub fn matched_keys(document: &Document, hints: &Hints) -> BTreeSet<Key> {
    keys_with(document, hints, |reading| match reading.doubtful() {
        true => slips(&shortened(&reading.number)),
        false => ids(&look_alikes(&reading.number)),
    })
}

fn keys_with(
    document: &Document,
    hints: &Hints,
    of_misread: impl Fn(&Reading) -> Vec<Key>,
) -> BTreeSet<Key> {
    let keys = document_keys(document).into_iter().chain(hint_keys(hints));
    let (of_places, mut keys): (BTreeSet<Key>, BTreeSet<Key>) = keys.partition(Key::is_of_a_place);
    if keys.is_empty() {
        return of_places;
    }
    keys.extend(misreadable(&readings(document)).flat_map(of_misread));
    keys
}

fn slips(texts: &BTreeSet<String>) -> Vec<Key> {
    texts.iter().map(|text| Key::new("slip", text)).collect()
}

fn ids(texts: &BTreeSet<String>) -> Vec<Key> {
    texts.iter().map(|text| Key::new("id", text)).collect()
}

/// The keys in what the upload notice told: the shipment's id, and every run of up to three tokens of the file name.
#[must_use]
pub fn hint_keys(hints: &Hints) -> BTreeSet<Key> {
    let told = hints.shipment_id.iter();
    let told = told.map(|id| Key::new("shipment", id));
    let named = hints.file_name.iter().flat_map(|name| in_file_name(name));
    told.chain(named.map(|number| number_key(&number)))
        .collect()
}

/// Every number of a shipment that may name it.
fn numbers(shipment: &Shipment) -> impl Iterator<Item = Number> {
    let references = shipment.refs.iter();
    let references = references.filter(|reference| reference.kind != ReferenceKind::Po);
    let references = references.map(|reference| &reference.value);
    let all = references.chain(&shipment.equipment.container);
    all.filter_map(|raw| Number::read(raw))
}

/// The readings of which a person or a machine may have taken one character for another.
fn misreadable(readings: &[Reading]) -> impl Iterator<Item = &Reading> {
    let named = readings.iter().filter(|reading| match reading.label {
        Label::Elsewhere | Label::Po | Label::Appointment => false,
        Label::Pro
        | Label::Bol
        | Label::MasterBol
        | Label::Load
        | Label::ShipperRef
        | Label::Invoice
        | Label::Container => true,
    });
    named
        .filter(|reading| reading.by_eye() && !reading.agreed)
        .take(MOST_SLIPS)
}

fn neighbours(document: &Document, of: impl Fn(&Reading) -> BTreeSet<String>) -> BTreeSet<Key> {
    let readings = readings(document);
    let texts = misreadable(&readings).flat_map(of);
    texts.map(|text| Key::new("id", &text)).collect()
}

fn order_key(number: &Number) -> Key {
    Key::new("po", number.text())
}

fn number_key(number: &Number) -> Key {
    Key::new("id", number.folded())
}

/// By place and day, and by day and name: where a reader misread one, the other is left.
fn site_keys(site: &Destination, days: &[Date]) -> Vec<Key> {
    /// One word alone is that of many companies.
    const WORDS: usize = 2;
    let words = site.name.iter().flat_map(CompanyName::words);
    let telling = |word: &&String| word.chars().count() > 1;
    let words: Vec<&str> = words
        .filter(telling)
        .take(WORDS)
        .map(String::as_str)
        .collect();
    let name = (!words.is_empty()).then(|| words.concat());
    let keys = days.iter().flat_map(|day| {
        let place = site.postal.as_ref();
        let place = place.map(|postal| Key::new("day", &format!("{day}:{postal}")));
        let name = name.as_ref();
        place
            .into_iter()
            .chain(name.map(|name| Key::new("name", &format!("{day}:{name}"))))
    });
    keys.collect()
}

fn lot_keys(site: &Destination, pieces: &[u32]) -> Vec<Key> {
    let lots = site.postal.iter().flat_map(|postal| {
        let pieces = pieces.iter();
        pieces.map(move |pieces| Key::new("lot", &format!("{postal}:{pieces}")))
    });
    lots.collect()
}

/// The pieces of each delivery stop.
fn pieces(shipment: &Shipment) -> Vec<u32> {
    let stops = shipment.stops.iter();
    let stops = stops.filter(|stop| stop.kind == StopKind::Delivery);
    let pieces = stops.filter_map(|stop| stop.expected.pieces);
    pieces.take(MOST_PLACES).collect()
}

/// The day, the one before and the one after: papers are signed after midnight, and feeds tell the day in UTC.
fn days_around(day: Date) -> Vec<Date> {
    let days = [-1, 0, 1].map(|days| day.checked_add(Span::new().days(days)));
    days.into_iter().filter_map(Result::ok).collect()
}
