//! Places where freight is delivered, and how alike two of them are.

use crate::shipments::{Shipment, ShipmentParty, StopKind};
use crate::understanding::normalise::{SAME_NAME, name_similarity, normalise_words};
use crate::understanding::{Party, Value};

/// How alike two names or addresses have to be.
pub(super) const SAME_PARTY: f32 = SAME_NAME;

/// Name and address of a place where freight is delivered.
#[derive(Debug, Default)]
pub(super) struct Site {
    name: String,
    address: String,
    /// Street and number alone.
    street: String,
    /// All that stands there, in whatever part it was taken for.
    whole: String,
}

/// The place that a field names; none if what was read is no name and no address.
pub(super) fn site_of_paper(value: &Value) -> Option<Site> {
    let named = |name: &str| Site {
        name: name.to_owned(),
        whole: name.to_owned(),
        ..Site::default()
    };
    value
        .as_party()
        .map(site_of_party)
        .or_else(|| value.texts().next().map(named))
        .filter(|site| is_name(&site.name) || !site.address.is_empty())
}

impl Site {
    /// Does a name stand there, and not the address alone?
    pub(super) fn is_named(&self) -> bool {
        is_name(&self.name)
    }
}

/// A number or a lone letter, torn from an address or a table, names nobody.
fn is_name(name: &str) -> bool {
    name.chars().filter(|c| c.is_alphabetic()).count() > 1
}

fn site_of_party(party: &Party) -> Site {
    let parts = [&party.address, &party.city, &party.state, &party.postal];
    let rest = parts.into_iter().flatten().cloned();
    let whole: Vec<String> = [party.name.clone()].into_iter().chain(rest).collect();
    Site {
        name: party.name.clone(),
        address: joined(parts),
        street: party.address.clone().unwrap_or_default(),
        whole: whole.join(" "),
    }
}

/// The consignee and every delivery stop.
pub(super) fn sites(shipment: &Shipment) -> Vec<Site> {
    let consignee = shipment.parties.consignee.iter().map(site_of_feed);
    let stops = shipment
        .stops
        .iter()
        .filter(|stop| stop.kind == StopKind::Delivery);
    let stops = stops.map(|stop| Site {
        name: stop.name.clone().unwrap_or_default(),
        address: stop
            .address
            .as_ref()
            .map(address_of_stop)
            .unwrap_or_default(),
        ..Site::default()
    });
    consignee
        .chain(stops)
        .filter(|site| !site.name.is_empty() || !site.address.is_empty())
        .collect()
}

/// The place of a party of the feed.
pub(super) fn site_of_feed(party: &ShipmentParty) -> Site {
    Site {
        name: party.name.clone().unwrap_or_default(),
        address: joined([&party.address, &party.city, &party.state, &party.postal]),
        street: party.address.clone().unwrap_or_default(),
        ..Site::default()
    }
}

/// Feeds write a stop's address as one text or as a table.
fn address_of_stop(address: &serde_json::Value) -> String {
    if let Some(text) = address.as_str() {
        return text.to_owned();
    }
    serde_json::from_value(address.clone())
        .map(|party: ShipmentParty| site_of_feed(&party).address)
        .unwrap_or_default()
}

/// Street, town, state and postal code in one text; empty without a street, since many sites share a town.
fn joined(parts: [&Option<String>; 4]) -> String {
    if parts[0].is_none() {
        return String::new();
    }
    parts
        .into_iter()
        .flatten()
        .cloned()
        .collect::<Vec<_>>()
        .join(" ")
}

/// How alike the place on a paper and one of the feed are, 0..1: the better of name and address; alike enough where a badly read name
/// stands above the very street.
pub(super) fn likeness(written: &Site, known: &Site) -> f32 {
    let name = name_similarity(&written.name, &known.name);
    let address = alike(&written.address, &known.address);
    // A name that was read badly, or took up the street, and below it the very street and number.
    let is_its_street =
        (name >= HARDLY_READ || !written.is_named() || written.starts_with_street(known))
            && written.has_street_of(known);
    name.max(address)
        .max(if is_its_street { SAME_PARTY } else { 0.0 })
}

/// Names that are less alike are two names, not one that was read badly. An assumption: two names that were read badly had 0.65 and 0.70.
const HARDLY_READ: f32 = 0.6;

impl Site {
    /// Do all words of the other's street, its number among them, stand here?
    fn has_street_of(&self, known: &Self) -> bool {
        let here = normalise_words(&self.whole);
        let street = normalise_words(&known.street);
        let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
        street.len() > 1
            && street.iter().any(is_number)
            && street.iter().all(|word| here.contains(word))
    }

    /// Was the street taken for the name?
    fn starts_with_street(&self, known: &Self) -> bool {
        let name = normalise_words(&self.name);
        let street = normalise_words(&known.street);
        !street.is_empty() && street.iter().all(|word| name.contains(word))
    }
}

/// How alike two addresses are by their letters, 0..1, whatever the order of their words.
fn alike(a: &str, b: &str) -> f32 {
    let sorted = |text: &str| {
        let mut words = normalise_words(text);
        words.sort();
        words.join(" ")
    };
    let (a, b) = (sorted(a), sorted(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a likeness needs no more than 24 bits"
    )]
    let alike = strsim::normalized_damerau_levenshtein(&a, &b) as f32;
    alike
}
