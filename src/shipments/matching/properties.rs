//! What holds for every document and every set of shipments.

use proptest::prelude::*;
use serde_json::json;

use super::sample::{date, document, known, party, shipment, text};
use super::*;
use crate::shipments::numbers::Number;
use crate::understanding::{FieldName, Value};

const SITES: [(&str, &str); 3] = [
    ("Acme Foods", "43215"),
    ("Birch Paper Mill", "90210"),
    ("Harbor Supply", "02110"),
];

/// A few shipments of few sites, numbers and days, so that they share much.
fn shipments() -> impl Strategy<Value = Vec<Shipment>> {
    let one = (
        "[1-3]{2}",
        "[1-3]",
        "[1-3]",
        0_usize..3,
        10_u32..20,
        any::<bool>(),
    );
    prop::collection::vec(one, 1..7).prop_map(|drawn| {
        let shipments = drawn.into_iter().enumerate();
        let shipments = shipments.map(|(at, (bol, po, so, site, day, told))| {
            let (name, postal) = SITES[site];
            let delivered = format!("2026-03-{day}T12:00:00Z");
            let stop = if told {
                json!([{"events": [{"code": "D1", "at": delivered}]}])
            } else {
                json!([])
            };
            let refs = [
                ("BOL", format!("880012{bol}")),
                ("PO", format!("45001{po}")),
                ("SO", format!("70001{so}")),
            ];
            let refs = refs.each_ref().map(|(kind, value)| (*kind, value.as_str()));
            let consignee = json!({"consignee": {"name": name, "postal": postal}});
            let overrides = json!({"status": "", "parties": consignee, "stops": stop});
            shipment(&format!("s{at}"), &refs, overrides)
        });
        shipments.collect()
    })
}

/// A paper that says some of what such shipments say.
fn papers() -> impl Strategy<Value = Document> {
    let number = |pattern| prop::option::of(pattern);
    (
        number("880012[1-3]{2}"),
        number("45001[1-3]"),
        number("70001[1-3]"),
        prop::option::of(0_usize..3),
        prop::option::of(10_u32..20),
    )
        .prop_map(|(bol, po, so, site, day)| {
            let site = site.map(|site| party(SITES[site].0, SITES[site].1));
            let fields = [
                (FieldName::BolNumber, bol.map(Value::Text)),
                (FieldName::CustomerPo, po.map(Value::Text)),
                (FieldName::ShipperRef, so.map(Value::Text)),
                (FieldName::ShipTo, site),
                (
                    FieldName::DeliveryDate,
                    day.map(|day| date(&format!("2026-03-{day}"))),
                ),
            ];
            let fields = fields.into_iter();
            document(fields.filter_map(|(name, value)| Some((name, value?))))
        })
}

/// The kind of outcome, and who is named.
fn named(found: &Match) -> (&'static str, Vec<String>) {
    let id = |candidate: &Candidate| candidate.shipment.id.clone();
    match found {
        Match::Matched(candidate, _) => ("matched", vec![id(candidate)]),
        Match::Ambiguous(candidates) => ("ambiguous", candidates.iter().map(id).collect()),
        Match::Conflict(candidate) => ("conflict", vec![id(candidate)]),
        Match::None(nearest) => ("none", nearest.iter().map(id).collect()),
    }
}

proptest! {
    #[test]
    fn the_order_of_the_known_does_not_matter(
        (shipments, shuffled) in shipments().prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle())),
        paper in papers(),
    ) {
        let found = |shipments: Vec<Shipment>| find_shipment(&paper, &Hints::default(), &known(shipments));
        prop_assert_eq!(named(&found(shipments)), named(&found(shuffled)));
    }

    #[test]
    fn an_unrelated_shipment_changes_nothing(shipments in shipments(), paper in papers()) {
        let parties = json!({"consignee": {"name": "Quiet Lake Boats", "postal": "55802"}});
        let unrelated = shipment(
            "unrelated",
            &[("PRO", "600123451"), ("BOL", "31415926"), ("PO", "27182818")],
            json!({"parties": parties, "stops": []}),
        );
        let found = |shipments: Vec<Shipment>| find_shipment(&paper, &Hints::default(), &known(shipments));
        let mut more = shipments.clone();
        more.push(unrelated);
        prop_assert_eq!(named(&found(shipments)), named(&found(more)));
    }

    #[test]
    fn every_probability_is_one_and_ambiguity_never_leans(shipments in shipments(), paper in papers()) {
        match find_shipment(&paper, &Hints::default(), &known(shipments)) {
            Match::Matched(best, runner_up) => {
                let second = runner_up.map_or(0.0, |runner_up| runner_up.confidence.get());
                // Five rivals and "none of them", each just the margin behind.
                prop_assert!(best.confidence.get() > 0.7 && second < 0.1);
                prop_assert!(best.confidence.get() + second <= 1.0 + 1e-3);
            }
            Match::Ambiguous(candidates) => {
                prop_assert!((2..=3).contains(&candidates.len()));
                prop_assert!(candidates.iter().all(|one| one.confidence.get() <= 0.5));
            }
            Match::None(nearest) => prop_assert!(nearest.is_none_or(|one| one.confidence.get() <= 0.5)),
            Match::Conflict(_) => {}
        }
    }

    #[test]
    fn a_purchase_order_alone_never_matches(shipments in shipments(), po in "45001[1-3]") {
        let paper = document([(FieldName::CustomerPo, text(&po))]);
        let found = find_shipment(&paper, &Hints::default(), &known(shipments));
        prop_assert_ne!(named(&found).0, "matched");
    }

    #[test]
    fn one_confused_character_still_finds_its_shipment(
        bol in "[1-9][0-9]{7}", others in prop::collection::vec("[A-Z]{2}[1-9][0-9]{9}", 0..4), place in 0_usize..8,
    ) {
        /// Letters that look like the digits 0 to 9; a digit read for a digit is only repaired by its check digit.
        const LOOKS_LIKE: [&str; 10] = ["O", "I", "Z", "", "", "S", "G", "", "B", ""];
        let digit = bol.chars().nth(place).unwrap().to_digit(10).unwrap();
        let mut read = bol.clone();
        let letter = LOOKS_LIKE[usize::try_from(digit).unwrap()];
        read.replace_range(place..=place, letter);
        prop_assume!(!letter.is_empty());
        prop_assume!(Number::read(&bol).is_some() && Number::read(&read).is_some());
        let own = shipment("own", &[("BOL", bol.as_str())], json!({}));
        let others = others.iter().enumerate();
        let others = others.map(|(at, other)| shipment(&at.to_string(), &[("BOL", other.as_str())], json!({})));
        let paper = document([
            (FieldName::BolNumber, text(&read)),
            (FieldName::ShipTo, party("Acme Foods", "43215")),
            (FieldName::DeliveryDate, date("2026-03-14")),
        ]);
        let found = find_shipment(&paper, &Hints::default(), &known(others.chain([own])));
        prop_assert!(named(&found).1.contains(&"own".to_owned()), "{:?}", named(&found));
    }
}
