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
}

/// The place that a field names; none if what was read is no name and no address.
pub(super) fn site_of_paper(value: &Value) -> Option<Site> {
    let named = |name: &str| Site {
        name: name.to_owned(),
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
    Site {
        name: party.name.clone(),
        address: joined(parts),
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

/// How alike two sites are, 0..1: the better of name and address.
pub(super) fn likeness(a: &Site, b: &Site) -> f32 {
    name_similarity(&a.name, &b.name).max(alike(&a.address, &b.address))
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
