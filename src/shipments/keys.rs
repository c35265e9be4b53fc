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

use super::matching::{Hints, LONG, Label, expected_day, readings};
use super::numbers::{Number, in_file_name, plain};
use super::sites::{self, Destination};
use super::{ReferenceKind, Shipment};
use crate::understanding::normalise::name_words;
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

    /// Does it name a place, and no number of anything?
    #[must_use]
    pub fn is_of_a_place(&self) -> bool {
        ["day:", "site:"]
            .iter()
            .any(|space| self.0.starts_with(space))
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
        let may_be_mislabelled = reading.number.text().len() >= LONG;
        if may_be_mislabelled || matches!(reading.label, Label::Po | Label::Elsewhere) {
            keys.insert(order_key(&reading.number));
        }
        if may_be_mislabelled || reading.label != Label::Po {
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
    let words = site.name.as_deref().map(name_words).unwrap_or_default();
    let telling = |word: &String| word.chars().count() > 1;
    let words = words.into_iter().filter(telling).take(WORDS);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::matching::sample::{date, document, found, party, shipment, text};
    use super::*;
    use crate::document::Source;

    fn shared(paper: &Document, shipment: &Shipment) -> Vec<String> {
        let own = shipment_keys(shipment);
        let shared = document_keys(paper)
            .into_iter()
            .filter(|key| own.contains(key));
        shared.map(|key| key.as_str().to_owned()).collect()
    }

    #[test]
    fn papers_and_shipments_meet_however_the_number_is_written_and_called() {
        for (field, on_paper, kind, in_feed, expected) in [
            (
                FieldName::ProNumber,
                "123-456782",
                "PRO",
                "123456782",
                vec!["id:123456782", "idf:123456782"],
            ),
            (
                FieldName::ProNumber,
                "12345678Z",
                "PRO",
                "123456782",
                vec!["idf:123456782"],
            ),
            (
                FieldName::BolNumber,
                "SID 4512345",
                "LOAD",
                "SID4512345",
                vec!["id:SID4512345", "idf:5104512345"],
            ),
            (
                FieldName::ShipperRef,
                "80012345",
                "DELIVERY",
                "0080012345",
                vec!["id:80012345", "idf:80012345"],
            ),
            (
                FieldName::CustomerPo,
                "45-001234",
                "PO",
                "45001234",
                vec!["po:45001234"],
            ),
            (FieldName::CustomerPo, "4500123", "BOL", "4500123", vec![]),
            (
                FieldName::CustomerPo,
                "45001234",
                "BOL",
                "45001234",
                vec!["id:45001234", "idf:45001234"],
            ),
            (FieldName::BolNumber, "N/A", "BOL", "N/A", vec![]),
        ] {
            let paper = document([(field, text(on_paper))]);
            let shipment = shipment("s", &[(kind, in_feed)], json!({}));
            assert_eq!(shared(&paper, &shipment), expected, "{on_paper} {in_feed}");
        }
    }

    #[test]
    fn a_number_anywhere_meets_every_kind() {
        let mut paper = document([]);
        for number in ["CSQU3054383", "45001234", "106141412345678908"] {
            paper
                .traits
                .other_identifiers
                .push(found(number.to_owned(), Source::Ocr, 0.9));
        }
        let equipment = json!({"equipment": {"container": "CSQU 305438-3"}});
        let shipment = shipment(
            "s",
            &[("PO", "45001234"), ("SSCC", "(00)106141412345678908")],
            equipment,
        );
        for key in ["id:CSQU3054383", "po:45001234", "id:106141412345678908"] {
            assert!(shared(&paper, &shipment).contains(&key.to_owned()), "{key}");
        }
    }

    #[test]
    fn a_paper_without_numbers_meets_by_place_and_day() {
        let consignee = (FieldName::ShipTo, party("ACME FOODS, INC", "43215-0001"));
        let trailer = json!({"equipment": {"trailer": "TR-5301"}});
        let mut own = shipment("s", &[], trailer);
        own.parties.consignee = None;
        own.stops[0].name = Some("Acme Foods".to_owned());
        own.stops[0].address = Some(json!({"zip": "43215"}));
        let paper = document([
            consignee.clone(),
            (FieldName::DeliveryDate, date("2026-03-15")),
            (FieldName::TrailerNumber, text("TR 5301")),
        ]);
        let keys = [
            "day:43215:2026-03-15",
            "site:43215:acme",
            "site:43215:foods",
            "trl:TR5301:2026-03-15",
        ];
        assert_eq!(shared(&paper, &own), keys);
        assert!(document_keys(&paper).iter().all(Key::is_weak));
    }

    #[test]
    fn hints_lead_to_the_shipment_they_name() {
        let own = shipment_keys(&shipment("s-1", &[("PRO", "123456782")], json!({})));
        let hints = Hints {
            shipment_id: Some("s-1".to_owned()),
            file_name: Some("POD_123-456782 (2).pdf".to_owned()),
            ..Hints::default()
        };
        let met: Vec<_> = hint_keys(&hints)
            .into_iter()
            .filter(|key| own.contains(key))
            .collect();
        assert_eq!(met.len(), 2, "{met:?}");
        assert!(met.iter().all(|key| !key.is_weak()));
    }

    proptest! {
        #[test]
        fn keys_stay_short_and_few(values in prop::collection::vec("\\PC{0,200}", 0..20)) {
            let refs: Vec<_> = values.iter().map(|value| ("BOL", value.as_str())).collect();
            let keys = shipment_keys(&shipment("s", &refs, json!({})));
            prop_assert!(keys.len() <= 2 * values.len() + 10);
            prop_assert!(keys.iter().all(|key| key.as_str().chars().count() <= LONGEST));
        }
    }
}
