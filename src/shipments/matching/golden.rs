//! The golden cases of domain.md §8 that are about matching.

use serde_json::json;

use super::sample::{date, delivered, document, shipment, text};
use super::tests::{ACME, agreement_of, consignee, find, outcome, pro};
use super::*;
use crate::shipments::Agreement;
use crate::understanding::{FieldName, Value};

#[test]
fn golden_5_a_pro_with_the_wrong_check_digit_is_not_believed() {
    let xpo = || shipment("s", &[("PRO", "123456782")], json!({}));
    let sticker = document([pro("123-456782")]);
    assert_eq!(outcome(&find(&sticker, [xpo()])), "=s");
    let misread = document([pro("123-456789")]);
    assert_eq!(outcome(&find(&misread, [xpo()])), "-");
    let with_consignee = find(
        &document([
            pro("123-456789"),
            consignee(ACME),
            (FieldName::DeliveryDate, date("2026-03-14")),
        ]),
        [xpo()],
    );
    assert_ne!(
        agreement_of(&with_consignee, "pro_number"),
        Some(Agreement::Exact)
    );
}

#[test]
fn golden_6_a_confused_check_letter_is_repaired_when_one_shipment_fits() {
    let yrc = |id, pro| shipment(id, &[("PRO", pro)], json!({"carrier": {"scac": "RDWY"}}));
    let paper = document([
        pro("828-561881-K"),
        (FieldName::Scac, text("RDWY")),
        consignee(ACME),
    ]);
    let found = find(&paper, [yrc("a", "828561881X"), yrc("b", "1003403979")]);
    assert_eq!(outcome(&found), "=a");
    assert_eq!(
        agreement_of(&found, "pro_number"),
        Some(Agreement::Repaired)
    );
    let twice = find(&paper, [yrc("a", "828561881X"), yrc("b", "828-561881-X")]);
    assert_eq!(outcome(&twice), "?a,b");
}

#[test]
fn golden_7_a_valid_pro_of_another_carrier_is_a_conflict() {
    let odfl = shipment(
        "s",
        &[("PRO", "07209562763")],
        json!({"carrier": {"scac": "ODFL"}}),
    );
    let paper = document([pro("07209562763"), (FieldName::Scac, text("EXLA"))]);
    let found = find(&paper, [odfl.clone()]);
    assert_eq!(outcome(&found), "!s");
    assert_eq!(agreement_of(&found, "scac"), Some(Agreement::Conflict));
    let exla = shipment(
        "t",
        &[("PRO", "07209562763")],
        json!({"carrier": {"scac": "EXLA"}}),
    );
    assert_eq!(
        outcome(&find(&paper, [odfl, exla])),
        "=t",
        "the carrier tells them apart"
    );
}

#[test]
fn golden_26_a_purchase_order_of_five_shipments_is_ambiguous() {
    let five = || (0..5).map(|i| shipment(&format!("s{i}"), &[("PO", "4500123456")], json!({})));
    let po = (
        FieldName::CustomerPo,
        Value::List(vec!["4500123456".to_owned()]),
    );
    let found = find(&document([po.clone()]), five());
    let Match::Ambiguous(candidates) = &found else {
        panic!("{found:?}");
    };
    assert_eq!(candidates.len(), 3);
    assert!(
        candidates
            .iter()
            .all(|candidate| candidate.confidence.get() <= 0.5)
    );
    assert_eq!(
        outcome(&find(&document([po, consignee(ACME)]), five().take(2))),
        "?s0,s1"
    );
}

#[test]
fn golden_27_of_two_shipments_with_a_recycled_pro_the_newer_wins() {
    let on = |id, day| {
        shipment(
            id,
            &[("PRO", "123456782")],
            json!({"stops": delivered(day)}),
        )
    };
    let (old, new) = (on("old", "2025-01-10"), on("new", "2026-03-14"));
    for paper in [
        document([
            pro("123456782"),
            (FieldName::DeliveryDate, date("2026-03-14")),
        ]),
        document([pro("123456782")]),
    ] {
        assert_eq!(outcome(&find(&paper, [old.clone(), new.clone()])), "=new");
    }
    let open = shipment(
        "open",
        &[("PRO", "123456782")],
        json!({"status": "in_transit", "stops": []}),
    );
    let paper = document([
        pro("123456782"),
        (FieldName::Scac, text("XPOL")),
        (FieldName::DeliveryDate, date("2026-03-14")),
    ]);
    assert_eq!(outcome(&find(&paper, [old.clone(), open])), "=open");
    assert_eq!(outcome(&find(&paper, [old.clone()])), "-");
    let late_scan = document([
        pro("123456782"),
        (FieldName::DeliveryDate, date("2025-01-10")),
    ]);
    assert_eq!(outcome(&find(&late_scan, [old, new])), "=old");
}

#[test]
fn golden_30_a_document_waits_for_its_shipment() {
    let paper = document([
        pro("123456782"),
        consignee(ACME),
        (FieldName::CustomerPo, text("4500123456")),
    ]);
    let twin = shipment(
        "twin",
        &[
            ("PRO", "600123451"),
            ("PO", "4500123456"),
            ("SO", "80012345"),
        ],
        json!({}),
    );
    assert_eq!(outcome(&find(&paper, [])), "-");
    assert_eq!(
        outcome(&find(&paper, [twin.clone()])),
        "-",
        "never the neighbour meanwhile"
    );
    let own = shipment(
        "own",
        &[("PRO", "123456782"), ("PO", "4500123456")],
        json!({}),
    );
    assert_eq!(outcome(&find(&paper, [twin, own])), "=own");
}
