//! Places where freight is delivered, and how alike two of them are.

use crate::shipments::{Shipment, ShipmentParty, StopKind};
use crate::understanding::{Party, Value};

/// How alike two names or addresses have to be (domain.md §1.3, V4).
pub(super) const SAME_PARTY: f64 = 0.80;

/// Name and address of a place where freight is delivered.
#[derive(Debug, Default)]
pub(super) struct Site {
    name: String,
    address: String,
}

/// The place that a field names.
pub(super) fn site_of_paper(value: &Value) -> Option<Site> {
    let named = |name: &str| Site {
        name: name.to_owned(),
        ..Site::default()
    };
    value
        .as_party()
        .map(site_of_party)
        .or_else(|| value.texts().next().map(named))
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
pub(super) fn likeness(a: &Site, b: &Site) -> f64 {
    let (name_a, name_b) = (words(&a.name), words(&b.name));
    let by_letters = alike(&name_a, &name_b).max(alike(&words(&a.address), &words(&b.address)));
    if contains(&name_a, &name_b) || contains(&name_b, &name_a) {
        return by_letters.max(SAME_PARTY);
    }
    by_letters
}

/// How alike two texts are by their letters, 0..1, whatever the order of their words.
fn alike(a: &[String], b: &[String]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    strsim::normalized_damerau_levenshtein(&a.join(" "), &b.join(" "))
}

/// Is `short` the same name as `long`, only shorter ("Acme Foods" and "Acme Foods Distribution Center 12")?
fn contains(long: &[String], short: &[String]) -> bool {
    /// A shorter lone word ("FOODS") occurs in too many names.
    const TELLING: usize = 6;
    let telling = short.len() > 1 || short.iter().any(|word| word.chars().count() >= TELLING);
    telling && short.iter().all(|word| long.contains(word))
}

/// Upper-case words in order of the alphabet, without legal forms.
fn words(text: &str) -> Vec<String> {
    const LEGAL_FORMS: [&str; 13] = [
        "INC", "LLC", "LTD", "CO", "CORP", "COMPANY", "GMBH", "AG", "SA", "BV", "SPZOO", "SARL",
        "PLC",
    ];
    let mut words: Vec<_> = text
        .to_uppercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty() && !LEGAL_FORMS.contains(word))
        .map(str::to_owned)
        .collect();
    words.sort();
    words
}
