//! The situations of everyday papers. The golden cases of domain.md are in `golden`.

use serde_json::json;

use super::sample::{date, document, field, found, known, party, shipment, text};
use super::*;
use crate::document::Source;
use crate::shipments::Agreement;
use crate::understanding::{FieldName, Value};

pub(super) const ACME: (&str, &str) = ("Acme Foods", "43215");

pub(super) fn consignee((name, postal): (&str, &str)) -> (FieldName, Value) {
    (FieldName::ShipTo, party(name, postal))
}

pub(super) fn pro(number: &str) -> (FieldName, Value) {
    (FieldName::ProNumber, text(number))
}

pub(super) fn find(document: &Document, shipments: impl IntoIterator<Item = Shipment>) -> Match {
    find_shipment(document, &Hints::default(), &known(shipments))
}

/// Short for what came out: `=id`, `?id,id`, `!id` or `-`.
pub(super) fn outcome(found: &Match) -> String {
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
        Match::None(_) => "-".to_owned(),
    }
}

pub(super) fn agreement_of(found: &Match, field: &str) -> Option<Agreement> {
    let (Match::Matched(candidate, _) | Match::Conflict(candidate)) = found else {
        return None;
    };
    let evidence = candidate.evidence.iter();
    let mut evidence = evidence.filter(|evidence| evidence.field == field);
    evidence.next().map(|evidence| evidence.agreement)
}

#[test]
fn a_legible_number_is_not_bent_into_its_neighbours() {
    let refs = [
        ("LOAD", "4512343"),
        ("SO", "80012345"),
        ("PO", "4500123456"),
    ];
    let neighbour = || shipment("neighbour", &refs, json!({}));
    let with_load = |load: &str| {
        document([
            (FieldName::LoadNumber, text(load)),
            (FieldName::ShipperRef, text("80012345")),
            (FieldName::CustomerPo, text("4500123456")),
            (FieldName::DeliveryDate, date("2026-03-14")),
            consignee(ACME),
        ])
    };
    for other in ["4512348", "4512344", "451234", "7700123"] {
        let found = find(&with_load(other), [neighbour()]);
        assert_eq!(outcome(&found), "-", "{other}");
    }
    let slip = find(&with_load("45I2343"), [neighbour()]);
    assert_eq!(outcome(&slip), "=neighbour");
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
        (candidate.score - Weights::shipped().of(Level::Bol)).abs() < 1e-9,
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
fn one_number_that_was_hardly_read_needs_the_consignee_and_a_cancelled_load_a_person() {
    let own = |status| shipment("s", &[("PRO", "700123459")], json!({"status": status}));
    let paper = |confidence, rest: Vec<(FieldName, Value)>| {
        let mut paper = document(rest);
        let number = field(text("700123459"), Source::Ocr, confidence);
        paper.fields.insert(FieldName::ProNumber, number);
        paper
            .fields
            .insert(FieldName::Scac, field(text("XPOL"), Source::Ocr, 0.95));
        paper
    };
    let same_day = || vec![(FieldName::DeliveryDate, date("2026-03-14"))];
    let found = |paper: &Document, status| outcome(&find(paper, [own(status)]));
    assert_eq!(found(&paper(0.95, same_day()), "delivered"), "=s");
    assert_eq!(found(&paper(0.65, same_day()), "delivered"), "-");
    assert_eq!(
        found(&paper(0.65, vec![consignee(ACME)]), "delivered"),
        "=s"
    );
    let all = || vec![consignee(ACME), same_day().remove(0)];
    assert_eq!(found(&paper(0.95, all()), "cancelled"), "!s");
}

#[test]
fn a_twin_is_told_apart_by_the_shippers_own_number() {
    let told = json!({"status": "delivered", "equipment": {"trailer": "53731"}});
    let twin = shipment("s", &[("PO", "4510783217"), ("SO", "80829835")], told);
    let paper = |reference: &str| {
        document([
            consignee(ACME),
            (FieldName::CustomerPo, text("4510783217")),
            (FieldName::ShipperRef, text(reference)),
            (FieldName::TrailerNumber, text("53731")),
            (FieldName::DeliveryDate, date("2026-03-14")),
        ])
    };
    let found = |reference| outcome(&find(&paper(reference), [twin.clone()]));
    assert_eq!(found("80829835"), "=s");
    assert_ne!(
        found("80829836"),
        "=s",
        "the twin's own shipment is not told yet"
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
fn a_date_that_was_hardly_read_is_not_held_against_a_shipment() {
    let one = || shipment("one", &[("PRO", "123456782")], json!({}));
    let paper = |sure| {
        let mut paper = document([pro("123456782"), consignee(ACME)]);
        let day = field(date("2020-03-14"), Source::Handwriting, sure);
        paper.fields.insert(FieldName::DeliveryDate, day);
        paper
    };
    assert_eq!(outcome(&find(&paper(0.7), [one()])), "=one");
    assert_eq!(outcome(&find(&paper(0.95), [one()])), "-");
}

#[test]
fn the_trailer_on_the_day_is_one_of_two_weak_numbers() {
    let own = json!({"equipment": {"trailer": "98233-J"}});
    let one = || shipment("one", &[("SO", "405745194")], own.clone());
    let paper = |day: &str| {
        document([
            consignee(ACME),
            (FieldName::ShipperRef, text("405745194")),
            (FieldName::TrailerNumber, text("98233J")),
            (FieldName::DeliveryDate, date(day)),
            (FieldName::Pieces, Value::Count(96)),
        ])
    };
    assert_eq!(outcome(&find(&paper("2026-03-14"), [one()])), "=one");
    assert_ne!(outcome(&find(&paper("2026-03-18"), [one()])), "=one");
}

#[test]
fn a_shipment_that_is_likely_and_not_proven_is_named_unless_it_goes_by_another_number() {
    let refs = [("SO", "405745194"), ("LOAD", "4512343")];
    let one = || shipment("one", &refs, json!({}));
    let paper = |load: Option<&str>| {
        let load = load.map(|load| (FieldName::LoadNumber, text(load)));
        let fields = [
            consignee(ACME),
            (FieldName::ShipperRef, text("405745194")),
            (FieldName::DeliveryDate, date("2026-03-14")),
            (FieldName::Pieces, Value::Count(96)),
        ];
        document(fields.into_iter().chain(load))
    };
    let nearest = |load| match find(&paper(load), [one()]) {
        Match::None(nearest) => nearest.map(|candidate| candidate.shipment.id),
        other => panic!("{other:?}"),
    };
    assert_eq!(nearest(None).as_deref(), Some("one"));
    assert_eq!(nearest(Some("7700123")), None);
}

#[test]
fn cancelled_and_open_shipments_lose_weight() {
    let score = |overrides| {
        let known = known([shipment("s", &[("PRO", "123456782")], overrides)]);
        let paper = document([pro("123456782"), consignee(ACME)]);
        match find_shipment(&paper, &Hints::default(), &known) {
            Match::Matched(candidate, _) => candidate.score,
            Match::Ambiguous(_) | Match::Conflict(_) | Match::None(_) => 0.0,
        }
    };
    let full = score(json!({}));
    let weight = |level| Weights::shipped().of(level);
    let all = weight(Level::Pro) + weight(Level::ProWithoutCarrier) + weight(Level::Site);
    assert!((full - all).abs() < 1e-9, "{full}");
    assert!((score(json!({"status": "in_transit", "stops": []})) - (full - 1.0)).abs() < 1e-9);
    assert!(
        score(json!({"status": "cancelled"})).abs() < 1e-9,
        "nobody signs for it"
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
