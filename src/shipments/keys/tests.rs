//! Do shipments and their papers share keys, and not too many?

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
