//! Keys: texts that a shipment and its papers share, so that the ledger finds candidates by equality.
//!
//! In: a shipment, a document or the hints of an upload. Out: a set of keys; two sides that share one are worth
//! comparing. The spaces: `id:` numbers of every kind but purchase orders, so that a load number printed as "BOL" meets;
//! `idf:` the same with look-alike characters folded, so that a misread one meets; `po:`, `trl:` (trailer and day),
//! `day:` (postal code and day) and `site:` (postal code and a word of the name) are weak: busy sites share them
//! by the thousand. A ledger that limits its rows looks up the strong keys first and takes the newest of the weak.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::Date;

use super::matching::{Hints, Label, expected_day, readings};
use super::numbers::{Number, in_file_name, plain};
use super::sites::{self, Destination};
use super::{ReferenceKind, Shipment};
use crate::understanding::{Document, FieldName, Value};

/// What a shipment and its papers share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// Longest key, in characters: no identifier of domain.md §2.3 has more than 34, and hostile feeds are cut.
const LONGEST: usize = 64;

impl Key {
    fn new(space: &str, text: &str) -> Self {
        Self(format!("{space}:{text}").chars().take(LONGEST).collect())
    }

    /// The key, with the space it lies in.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Many shipments share it: look it up after the strong ones, and take only the newest.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        !["id:", "idf:", "shipment:"]
            .iter()
            .any(|space| self.0.starts_with(space))
    }
}

/// The keys under which a shipment is found.
#[must_use]
pub fn shipment_keys(shipment: &Shipment) -> BTreeSet<Key> {
    let mut keys = BTreeSet::from([Key::new("shipment", &shipment.id)]);
    for reference in &shipment.refs {
        let number = Number::read(&reference.value);
        if reference.kind == ReferenceKind::Po {
            keys.extend(number.as_ref().map(order_key));
        } else {
            keys.extend(number.iter().flat_map(number_keys));
        }
    }
    let container = shipment.equipment.container.as_deref();
    keys.extend(
        container
            .and_then(Number::read)
            .iter()
            .flat_map(number_keys),
    );
    let days = expected_day(shipment).map(days_around).unwrap_or_default();
    if let Some(trailer) = &shipment.equipment.trailer {
        keys.extend(days.iter().filter_map(|day| trailer_key(trailer, *day)));
    }
    for site in sites::destinations(shipment) {
        keys.extend(site_keys(&site, &days));
    }
    keys
}

/// The keys by which a document asks for its shipment.
#[must_use]
pub fn document_keys(document: &Document) -> BTreeSet<Key> {
    let mut keys = BTreeSet::new();
    for reading in readings(document) {
        if matches!(reading.label, Label::Po | Label::Elsewhere) {
            keys.insert(order_key(&reading.number));
        }
        if reading.label != Label::Po {
            keys.extend(number_keys(&reading.number));
        }
    }
    let value = |name| Some(&document.fields.get(&name)?.found.value);
    let day = match value(FieldName::DeliveryDate) {
        Some(Value::Date(day)) => Some(*day),
        Some(_) | None => None,
    };
    if let Some((Value::Text(trailer), day)) = value(FieldName::TrailerNumber).zip(day) {
        keys.extend(trailer_key(trailer, day));
    }
    if let Some(Value::Party(consignee)) = value(FieldName::ShipTo) {
        let site = Destination {
            name: Some(consignee.name.clone()),
            postal: consignee.postal.as_deref().and_then(sites::postal),
        };
        keys.extend(site_keys(&site, day.as_slice()));
    }
    keys
}

/// The keys in what the upload notice told: the shipment's id, and every run of up to three tokens of the file name.
#[must_use]
pub fn hint_keys(hints: &Hints) -> BTreeSet<Key> {
    let told = hints.shipment_id.iter();
    let told = told.map(|id| Key::new("shipment", id));
    let named = hints.file_name.iter().flat_map(|name| in_file_name(name));
    let named = named.map(|number| Key::new("id", number.text()));
    told.chain(named).collect()
}

fn order_key(number: &Number) -> Key {
    Key::new("po", number.text())
}

fn number_keys(number: &Number) -> [Key; 2] {
    [
        Key::new("id", number.text()),
        Key::new("idf", number.folded()),
    ]
}

fn trailer_key(trailer: &str, day: Date) -> Option<Key> {
    let trailer = plain(trailer);
    (trailer.len() >= 3).then(|| Key::new("trl", &format!("{trailer}:{day}")))
}

fn site_keys(site: &Destination, days: &[Date]) -> Vec<Key> {
    /// Names have few words that tell; more only make rows.
    const WORDS: usize = 3;
    let Some(postal) = &site.postal else {
        return Vec::new();
    };
    let words = site
        .name
        .as_deref()
        .map(sites::name_words)
        .unwrap_or_default();
    let words = words.into_iter().take(WORDS);
    let words = words.map(|word| Key::new("site", &format!("{postal}:{word}")));
    let days = days
        .iter()
        .map(|day| Key::new("day", &format!("{postal}:{day}")));
    words.chain(days).collect()
}

/// The day, the one before and the one after: papers are signed after midnight, and feeds tell the day in UTC.
fn days_around(day: Date) -> Vec<Date> {
    let days = [-1, 0, 1].map(|days| day.checked_add(Span::new().days(days)));
    days.into_iter().filter_map(Result::ok).collect()
}
