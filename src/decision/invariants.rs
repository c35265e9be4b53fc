//! What holds for every document, profile and match, whatever stands on the paper.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::profile::FoulPolicy;
use super::samples::{Sample, candidate, field, mark, notation, shipment};
use super::{ExceptionCode, Filing, MissingProfile, State, names, priority};
use crate::document::{Confidence, DocumentId};
use crate::shipments::Match;
use crate::understanding::{
    Document, DocumentClass, FieldName, Fields, Mark, MarkKind, NotationKind, PageOf, Party, Role,
    Value,
};

fn one_of<
    T: serde::de::DeserializeOwned + schemars::JsonSchema + Clone + std::fmt::Debug + 'static,
>() -> impl Strategy<Value = T> {
    let all: Vec<T> = names::all::<T>()
        .iter()
        .filter_map(|name| names::parse(name))
        .collect();
    select(all)
}

fn class() -> impl Strategy<Value = DocumentClass> {
    prop_oneof![
        Just(DocumentClass::DeliveryReceipt),
        one_of::<DocumentClass>()
    ]
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let kind = select(vec![
        MarkKind::Ink,
        MarkKind::Stamp,
        MarkKind::Electronic,
        MarkKind::Initials,
    ]);
    let role = prop::option::of(select(vec![Role::Consignee, Role::Driver, Role::Shipper]));
    let text = prop::option::of(select(vec!["RECEIVED".to_owned(), "PAID".to_owned()]));
    let one = (kind, role, 0.0f32..1.0, text).prop_map(|(kind, role, confidence, text)| Mark {
        text,
        looks: None,
        row: None,
        ..mark(kind, role, confidence)
    });
    prop::collection::vec(one, 0..4)
}

fn day() -> impl Strategy<Value = Date> {
    (8i8..20).prop_map(|day| date(2026, 3, day))
}

fn fields() -> impl Strategy<Value = Fields> {
    let consignee = Value::Party(Party {
        name: "Zenith Steel".to_owned(),
        ..Party::default()
    });
    let all = vec![
        (FieldName::ProNumber, Value::Text("123456782".to_owned())),
        (
            FieldName::ReceivedByName,
            Value::Text("Quillfeather".to_owned()),
        ),
        (FieldName::ShipTo, consignee),
        (FieldName::Pieces, Value::Count(96)),
        (FieldName::PiecesReceived, Value::Count(94)),
        (FieldName::HandlingUnits, Value::Count(2)),
        (
            FieldName::PageKOfN,
            Value::PageOf(PageOf { page: 1, of: 2 }),
        ),
    ];
    let count = all.len();
    let some = subsequence(all, 0..=count);
    let delivered = prop::option::weighted(0.8, (day(), 0.3f32..1.0));
    (some, delivered).prop_map(|(some, delivered)| {
        let mut fields: Fields = some
            .into_iter()
            .map(|(name, value)| (name, field(value)))
            .collect();
        if let Some((day, confidence)) = delivered {
            let mut date = field(Value::Date(day));
            date.found.confidence = Confidence::new(confidence);
            fields.insert(FieldName::DeliveryDate, date);
        }
        fields
    })
}

fn document() -> impl Strategy<Value = Document> {
    let remarks = prop::collection::vec(
        (one_of::<NotationKind>(), prop::option::of(1u32..100)),
        0..2,
    );
    let sureness = (0.3f32..1.0, 0.0f32..1.0, prop::option::of(0.4f32..1.0));
    let traits = (
        any::<bool>(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    );
    (class(), sureness, marks(), fields(), remarks, traits).prop_map(
        |(
            class,
            (sure, quality, keys),
            marks,
            fields,
            remarks,
            (unattended, altered, screenshot),
        )| {
            let mut document = Sample::clean(class).document;
            document.class_confidence = Confidence::new(sure);
            document.quality.score = Confidence::new(quality);
            document.marks = marks;
            document.fields = fields;
            document.notations = remarks
                .into_iter()
                .map(|(kind, qty)| notation(kind, qty, None))
                .collect();
            document.traits.key_confidence = keys.map(Confidence::new);
            document.traits.unattended = unattended;
            document.traits.altered = altered;
            document.traits.screenshot = screenshot;
            document
        },
    )
}

fn matched() -> impl Strategy<Value = Match> {
    let sure = Match::Matched(candidate(shipment()), None);
    prop_oneof![
        4 => Just(sure),
        1 => Just(Match::None(None)),
        1 => Just(Match::Conflict(candidate(shipment()))),
        1 => Just(Match::Ambiguous(vec![candidate(shipment()), candidate(shipment())])),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    let rules = prop::array::uniform7(any::<bool>());
    let policy = select(vec![
        FoulPolicy::Bill,
        FoulPolicy::HoldUntilOsd,
        FoulPolicy::ShortPay,
    ]);
    let known = prop::bool::weighted(0.9);
    let filed = (
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    );
    (document(), matched(), rules, policy, known, filed).prop_map(
        |(document, matched, rules, policy, known, (accepted, copy, reused))| {
            let mut sample = Sample::receipt();
            sample.document = document;
            sample.matched = matched;
            let profile = sample.rules();
            [
                profile.accept_stamp_as_signature,
                profile.accept_unsigned_epod,
                profile.accept_driver_release,
                profile.accept_bol_as_pod,
                profile.accept_signed_packing_list,
                profile.accept_photo,
                profile.accept_screenshot,
            ] = rules;
            profile.foul_policy = policy;
            if !known {
                sample.profile = Err(MissingProfile {
                    id: "gone".to_owned(),
                });
            }
            let other = DocumentId(uuid::Uuid::from_u128(1));
            sample.filing = Filing {
                accepted_pod: accepted.then_some(other),
                duplicate_of: copy.then_some(other),
                received_on: Some(date(2026, 3, 16)),
                signature_reused: reused,
                ..Filing::default()
            };
            sample
        },
    )
}

/// Did the consignee acknowledge the receipt in a way that the profile takes? Written anew, so that it can disagree.
fn is_acknowledged(sample: &Sample) -> bool {
    let Ok(rules) = &sample.profile else {
        return false;
    };
    let document = &sample.document;
    let by_mark = document
        .marks
        .iter()
        .filter(|mark| mark.confidence.get() >= 0.5)
        .any(|mark| {
            let consignee = mark.role == Some(Role::Consignee);
            let received = mark.role.is_none() && mark.text.as_deref() == Some("RECEIVED");
            let stamp = mark.kind == MarkKind::Stamp;
            (consignee && !stamp)
                || (stamp && rules.accept_stamp_as_signature && (consignee || received))
        });
    by_mark
        || (rules.accept_driver_release && document.traits.unattended)
        || (rules.accept_unsigned_epod && document.class == DocumentClass::Epod)
        || (rules.accept_photo && document.class == DocumentClass::DeliveryPhoto)
}

fn is_eligible(sample: &Sample) -> bool {
    let Ok(rules) = &sample.profile else {
        return false;
    };
    let class = sample.document.class;
    let always = [
        DocumentClass::DeliveryReceipt,
        DocumentClass::Cmr,
        DocumentClass::Epod,
        DocumentClass::AirWaybill,
    ];
    always.contains(&class)
        || (class == DocumentClass::BolConsigneeSigned && rules.accept_bol_as_pod)
        || (class == DocumentClass::PackingList && rules.accept_signed_packing_list)
        || (class == DocumentClass::DeliveryPhoto && rules.accept_photo)
}

fn is_surely_dated(document: &Document) -> bool {
    let Some(written) = document.fields.get(&FieldName::DeliveryDate) else {
        return false;
    };
    let borne_out = written.found.value == Value::Date(super::samples::DELIVERED);
    written.found.confidence.get() >= 0.6 || borne_out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn only_an_acknowledged_dated_and_attached_proof_is_billable(sample in sample()) {
        let verdict = sample.verdict();
        if matches!(verdict.decision.state, State::Billable | State::BillableWithOsd) {
            prop_assert!(is_eligible(&sample));
            prop_assert!(is_acknowledged(&sample));
            prop_assert!(is_surely_dated(&sample.document));
            prop_assert!(matches!(sample.matched, Match::Matched(..)));
            prop_assert!(!sample.document.traits.altered && !sample.filing.signature_reused);
            prop_assert!(sample.filing.accepted_pod.is_none() && sample.filing.duplicate_of.is_none());
            prop_assert!(verdict.decision.missing.is_empty());
        }
    }

    #[test]
    fn what_is_not_billed_says_why_once_a_code(sample in sample()) {
        let verdict = sample.verdict();
        let codes: BTreeSet<ExceptionCode> = verdict.exceptions.iter().map(|exception| exception.code).collect();
        prop_assert_eq!(codes.len(), verdict.exceptions.len());
        prop_assert!(verdict.decision.state == State::Billable || !codes.is_empty());
        prop_assert_eq!(verdict.decision.checks.len(), 12);
        let held = verdict.decision.state == State::HoldMissing && sample.filing.accepted_pod.is_none();
        prop_assert!(!held || !verdict.decision.missing.is_empty(), "what is held for something missing names it");
    }

    #[test]
    fn details_hold_neither_names_nor_signatures(sample in sample()) {
        let verdict = sample.verdict();
        let checks = verdict.decision.checks.iter().map(|check| &check.detail);
        for detail in checks.chain(verdict.exceptions.iter().map(|exception| &exception.detail)) {
            prop_assert!(!detail.contains("Quillfeather") && !detail.contains("Zenith"), "{}", detail);
            prop_assert!(!detail.is_empty());
        }
    }

    #[test]
    fn priority_stays_between_nothing_and_all(sample in sample(), score in prop::option::of(0.0f32..=1.0)) {
        let priority = priority(&sample.verdict(), sample.case().shipment(), score.map(Confidence::new));
        prop_assert!((0.0..=1.0).contains(&priority));
    }
}

#[test]
fn the_random_samples_reach_every_state() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = sample();
    let states: BTreeSet<String> = (0..4000)
        .map(|_| {
            strategy
                .new_tree(&mut runner)
                .unwrap()
                .current()
                .verdict()
                .decision
                .state
        })
        .map(|state| names::name_of(&state))
        .collect();
    assert_eq!(states.len(), 6, "{states:?}");
}
