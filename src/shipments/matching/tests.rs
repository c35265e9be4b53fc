//! The golden cases of domain.md §8 that are about matching, and the situations of everyday papers.

use serde_json::json;

use super::sample::{date, delivered, document, field, found, known, party, shipment, text};
use super::*;
use crate::document::Source;
use crate::shipments::Agreement;
use crate::understanding::{FieldName, Value};

const ACME: (&str, &str) = ("Acme Foods", "43215");

fn consignee((name, postal): (&str, &str)) -> (FieldName, Value) {
    (FieldName::ShipTo, party(name, postal))
}

fn pro(number: &str) -> (FieldName, Value) {
    (FieldName::ProNumber, text(number))
}

fn find(document: &Document, shipments: impl IntoIterator<Item = Shipment>) -> Match {
    find_shipment(document, &Hints::default(), &known(shipments))
}

/// Short for what came out: `=id`, `?id,id`, `!id` or `-`.
fn outcome(found: &Match) -> String {
    let ids = |candidates: &[Candidate]| {
        let mut ids: Vec<_> = candidates
            .iter()
            .map(|one| one.shipment.id.clone())
            .collect();
        ids.sort();
        ids.join(",")
    };
    match found {
        Match::Matched(candidate, _) => format!("={}", candidate.shipment.id),
        Match::Ambiguous(candidates) => format!("?{}", ids(candidates)),
        Match::Conflict(candidate) => format!("!{}", candidate.shipment.id),
        Match::None => "-".to_owned(),
    }
}

fn agreement_of(found: &Match, field: &str) -> Option<Agreement> {
    let (Match::Matched(candidate, _) | Match::Conflict(candidate)) = found else {
        return None;
    };
    let evidence = candidate.evidence.iter();
    let mut evidence = evidence.filter(|evidence| evidence.field == field);
    evidence.next().map(|evidence| evidence.agreement)
}

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

#[test]
fn twins_need_a_strong_identifier() {
    let twins = || {
        [("123456782", "776782"), ("123456793", "776793")].map(|(pro, load)| {
            shipment(
                pro,
                &[
                    ("PRO", pro),
                    ("LOAD", load),
                    ("PO", "4500123456"),
                    ("SO", "80012345"),
                ],
                json!({}),
            )
        })
    };
    let shared = || {
        vec![
            consignee(ACME),
            (FieldName::CustomerPo, text("4500123456")),
            (FieldName::ShipperRef, text("80012345")),
            (FieldName::DeliveryDate, date("2026-03-14")),
            (FieldName::Pieces, Value::Count(96)),
        ]
    };
    assert_eq!(
        outcome(&find(&document(shared()), twins())),
        "?123456782,123456793"
    );
    let [one, _] = twins();
    assert_eq!(
        outcome(&find(&document(shared()), [one])),
        "=123456782",
        "V3: two weak ones and the consignee"
    );
    let mut with_load = shared();
    with_load.push((FieldName::LoadNumber, text("776793")));
    assert_eq!(outcome(&find(&document(with_load), twins())), "=123456793");
}

#[test]
fn one_look_alike_character_does_not_tell_two_shipments_apart() {
    let loads = || {
        ["7700123", "7700128", "7700145"].map(|load| shipment(load, &[("LOAD", load)], json!({})))
    };
    let by_eye = document([(FieldName::LoadNumber, text("7700128")), consignee(ACME)]);
    assert_eq!(outcome(&find(&by_eye, loads())), "?7700123,7700128");
    let mut by_machine = by_eye;
    by_machine.fields.insert(
        FieldName::LoadNumber,
        field(text("7700128"), Source::Barcode, 1.0),
    );
    assert_eq!(outcome(&find(&by_machine, loads())), "=7700128");
}

#[test]
fn another_consignee_elsewhere_is_a_conflict_unless_two_numbers_agree() {
    let own = || shipment("s", &[("PRO", "123456782"), ("BOL", "88001234")], json!({}));
    let elsewhere = consignee(("Birch Paper Mill", "90210"));
    let found = find(&document([pro("123456782"), elsewhere.clone()]), [own()]);
    assert_eq!(outcome(&found), "!s");
    assert_eq!(agreement_of(&found, "ship_to"), Some(Agreement::Conflict));
    let bol = (FieldName::BolNumber, text("88001234"));
    assert_eq!(
        outcome(&find(
            &document([pro("123456782"), bol, elsewhere]),
            [own()]
        )),
        "=s"
    );
}

#[test]
fn a_pro_without_carrier_counts_and_two_carriers_with_it_are_ambiguous() {
    let by = |id, scac| {
        shipment(
            id,
            &[("PRO", "700123459")],
            json!({"carrier": {"scac": scac}}),
        )
    };
    let paper = document([pro("700123459")]);
    assert_eq!(outcome(&find(&paper, [by("a", "SEFL")])), "=a");
    assert_eq!(
        outcome(&find(&paper, [by("a", "SEFL"), by("b", "DAFG")])),
        "?a,b"
    );
    let hints = Hints {
        carrier_scac: Some("DAFG".to_owned()),
        ..Hints::default()
    };
    let told = find_shipment(&paper, &hints, &known([by("a", "SEFL"), by("b", "DAFG")]));
    assert_eq!(
        outcome(&told),
        "?a,b",
        "a told carrier does not outweigh the rival by enough"
    );
}

#[test]
fn a_number_meets_under_another_label_and_counts_once() {
    let own = shipment("s", &[("LOAD", "4512345"), ("BOL", "4512345")], json!({}));
    let mut paper = document([
        (FieldName::BolNumber, text("4512345")),
        (FieldName::LoadNumber, text("4512345")),
    ]);
    paper
        .traits
        .other_identifiers
        .push(found("4512345".to_owned(), Source::Ocr, 0.95));
    let Match::Matched(candidate, _) = find(&paper, [own]) else {
        panic!("no match");
    };
    assert!(
        (candidate.score - 6.0).abs() < 1e-9,
        "{:?}",
        candidate.evidence
    );
}

#[test]
fn a_bar_code_without_label_says_what_it_is_and_print_elsewhere_counts_half() {
    let own = || shipment("s", &[("PRO", "123456782")], json!({}));
    for (source, expected) in [(Source::Barcode, "=s"), (Source::Ocr, "-")] {
        let mut paper = document([]);
        paper
            .traits
            .other_identifiers
            .push(found("123456782".to_owned(), source, 0.99));
        assert_eq!(outcome(&find(&paper, [own()])), expected);
    }
}

#[test]
fn hints_help_but_never_decide() {
    let own = || known([shipment("s", &[("PRO", "123456782")], json!({}))]);
    let hints = Hints {
        shipment_id: Some("s".to_owned()),
        file_name: Some("POD_123-456782.pdf".to_owned()),
        ..Hints::default()
    };
    assert_eq!(outcome(&find_shipment(&document([]), &hints, &own())), "-");
    let with_consignee = document([consignee(ACME)]);
    assert_eq!(
        outcome(&find_shipment(&with_consignee, &hints, &own())),
        "=s"
    );
}

#[test]
fn a_container_counts_near_its_delivery_only() {
    let own = || shipment("s", &[], json!({"equipment": {"container": "CSQU3054383"}}));
    let on = |day| {
        document([
            (FieldName::ContainerNumber, text("CSQU 305438-3")),
            (FieldName::DeliveryDate, date(day)),
        ])
    };
    assert_eq!(outcome(&find(&on("2026-03-14"), [own()])), "=s");
    assert_eq!(outcome(&find(&on("2026-04-20"), [own()])), "-");
}

#[test]
fn cancelled_open_and_already_attached_shipments_lose_weight() {
    let score = |overrides, attached: bool| {
        let mut known = known([shipment("s", &[("PRO", "123456782")], overrides)]);
        let pod = DocumentId(crate::document::deterministic_id(&["pod"]));
        known[0].accepted_pod = attached.then_some(pod);
        let paper = document([pro("123456782"), consignee(ACME)]);
        match find_shipment(&paper, &Hints::default(), &known) {
            Match::Matched(candidate, _) => candidate.score,
            Match::Ambiguous(_) | Match::Conflict(_) | Match::None => 0.0,
        }
    };
    let full = score(json!({}), false);
    assert!((full - 8.5).abs() < 1e-9, "{full}");
    assert!((score(json!({}), true) - (full - 2.0)).abs() < 1e-9);
    assert!(
        (score(json!({"status": "in_transit", "stops": []}), false) - (full - 1.0)).abs() < 1e-9
    );
    assert!(
        score(json!({"status": "cancelled"}), false).abs() < 1e-9,
        "5.5 is not enough"
    );
}

#[test]
fn evidence_comes_heaviest_first_and_adds_up() {
    let own = shipment(
        "s",
        &[("PRO", "123456782"), ("PO", "4500123456")],
        json!({}),
    );
    let other = shipment(
        "t",
        &[("PRO", "600123451"), ("PO", "4500123456")],
        json!({}),
    );
    let paper = document([
        pro("123456782"),
        (FieldName::CustomerPo, text("4500123456")),
        (FieldName::DeliveryDate, date("2026-03-15")),
        (FieldName::Weight, Value::Number(1820.0)),
        consignee(ACME),
    ]);
    let Match::Matched(candidate, Some(runner_up)) = find(&paper, [own, other]) else {
        panic!("no match");
    };
    let weights: Vec<_> = candidate.evidence.iter().map(|one| one.weight).collect();
    assert!(
        weights.is_sorted_by(|a, b| a.abs() >= b.abs()),
        "{weights:?}"
    );
    assert!((weights.iter().sum::<f64>() - candidate.score).abs() < 1e-9);
    assert_eq!(runner_up.id, "t");
    assert!(candidate.confidence.get() > 0.95 && runner_up.confidence.get() < 0.05);
}
