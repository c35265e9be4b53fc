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
    let keys = document_keys(document).into_iter().chain(hint_keys(hints));
    let (weak, mut strong): (BTreeSet<Key>, BTreeSet<Key>) = keys.partition(Key::is_weak);
    if strong.is_empty() {
        return weak;
    }
    let readings = readings(document);
    let slips = misreadable(&readings).flat_map(|reading| shortened(&reading.number));
    strong.extend(slips.map(|text| Key::new("slip", &text)));
    strong
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
                vec!["id:123456782"],
            ),
            (
                FieldName::ProNumber,
                "12345678Z",
                "PRO",
                "123456782",
                vec!["id:123456782"],
            ),
            (
                FieldName::BolNumber,
                "SID 4512345",
                "LOAD",
                "SID4512345",
                vec!["id:5104512345"],
            ),
            (
                FieldName::ShipperRef,
                "80012345",
                "DELIVERY",
                "0080012345",
                vec!["id:80012345"],
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
                vec!["id:45001234"],
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
        for key in ["id:C50U3054383", "po:45001234", "id:106141412345678908"] {
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
            (FieldName::Pieces, Value::Count(96)),
        ]);
        let keys = [
            "day:2026-03-14:43215",
            "lot:43215:96",
            "name:2026-03-14:acmefoods",
        ];
        assert_eq!(shared(&paper, &own), keys);
        assert!(document_keys(&paper).iter().all(Key::is_weak));
    }

    #[test]
    fn hints_lead_to_the_shipment_they_name() {
        let own = waking_keys(&shipment("s-1", &[("PRO", "123456782")], json!({})));
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

    #[test]
    fn a_misread_number_asks_for_the_right_one() {
        let own = shipment_keys(&shipment("s", &[("BOL", "88120404")], json!({})));
        let met = |read: &str, confidence: f32| {
            let mut paper = document([]);
            let read = super::super::matching::sample::field(text(read), Source::Ocr, confidence);
            paper.fields.insert(FieldName::BolNumber, read);
            let asks = |keys: BTreeSet<Key>| keys.iter().any(|key| own.contains(key));
            [slip_keys(&paper), near_keys(&paper)].map(asks)
        };
        assert_eq!(met("88120409", 0.95), [true, true], "4 looks like 9");
        assert_eq!(
            met("88120403", 0.95),
            [false, true],
            "4 does not look like 3"
        );
        assert_eq!(met("88120403", 0.85), [true, true], "but who knows");
        assert_eq!(met("8812044", 0.95), [false, true]);
        assert_eq!(met("881290404", 0.95), [false, true]);
        assert_eq!(met("88120333", 0.85), [false, false]);
    }

    #[test]
    fn a_shipment_wakes_a_document_whose_number_holds_one_slip() {
        let own = waking_keys(&shipment("s", &[("BOL", "88120404")], json!({})));
        for (read, woken) in [
            ("8812O4O4", true),
            ("8812044", true),
            ("88120403", true),
            ("88120333", false),
        ] {
            let paper = document([(FieldName::BolNumber, text(read))]);
            let waits = waiting_keys(&paper, &Hints::default());
            assert_eq!(waits.intersection(&own).next().is_some(), woken, "{read}");
        }
    }

    #[test]
    fn a_paper_full_of_numbers_asks_for_a_bounded_number_of_keys() {
        let mut paper = document([]);
        let orders = (0..5_000)
            .map(|at| format!("{}", 45_001_234 + at))
            .collect();
        let listed = super::super::matching::sample::field(Value::List(orders), Source::Ocr, 0.5);
        paper.fields.insert(FieldName::BolNumber, listed);
        assert!(document_keys(&paper).len() <= 2 * MOST_NUMBERS);
        assert!(near_keys(&paper).len() < 400 * MOST_SLIPS);
        assert!(waiting_keys(&paper, &Hints::default()).len() < 400);
    }

    proptest! {
        #[test]
        fn keys_stay_short_and_few(values in prop::collection::vec("\\PC{0,200}", 0..20)) {
            let refs: Vec<_> = values.iter().map(|value| ("BOL", value.as_str())).collect();
            let keys = shipment_keys(&shipment("s", &refs, json!({})));
            prop_assert!(keys.len() <= values.len() + 10);
            prop_assert!(keys.iter().all(|key| key.as_str().chars().count() <= LONGEST + 10));
        }
    }
}
