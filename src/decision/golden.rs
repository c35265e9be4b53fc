//! The golden cases of domain.md §8, as far as this stage decides them.

use super::samples::{Sample, candidate, codes, field, mark, passed, shipment};
use super::{ConditionState, ExceptionCode as Code, State};
use crate::document::{Confidence, Found, PageNumber, Source};
use crate::reading::Defect;
use crate::shipments::Match;
use crate::understanding::{
    DocumentClass as Class, FieldName, MarkKind, NotationKind as Kind, PageOf, Role, Value,
};

#[test]
fn a_signed_and_dated_receipt_of_a_known_shipment_is_billable() {
    let verdict = Sample::receipt().verdict();
    assert_eq!(verdict.decision.state, State::Billable);
    assert_eq!(
        (codes(&verdict), &verdict.decision.missing),
        (vec![], &vec![])
    );
    let ids: Vec<_> = verdict
        .decision
        .checks
        .iter()
        .map(|check| check.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10", "V11", "V12"
        ]
    );
    assert!(verdict.decision.checks.iter().all(|check| check.passed));
    assert_eq!(verdict.condition.state, ConditionState::Clean);
}

#[test]
fn golden_1_a_bill_of_lading_signed_at_origin_is_no_pod() {
    let mut sample = Sample::clean(Class::BolUnsigned);
    sample.document.marks = vec![
        mark(MarkKind::Ink, Some(Role::Shipper), 0.95),
        mark(MarkKind::Ink, Some(Role::Driver), 0.95),
    ];
    let verdict = sample.verdict();
    assert_eq!(verdict.decision.state, State::HoldMissing);
    assert_eq!(codes(&verdict), [Code::NotAPod]);
    assert_eq!(verdict.decision.missing, ["pod", "signature_consignee"]);
    assert!(!passed(&verdict, "V1") && !passed(&verdict, "V5"));
}

#[test]
fn golden_2_a_receiving_stamp_serves_where_the_profile_takes_stamps() {
    let mut sample = Sample::clean(Class::BolConsigneeSigned);
    let mut stamp = mark(MarkKind::Stamp, None, 0.9);
    stamp.text = Some("RECEIVED 03/14".to_owned());
    sample.document.marks = vec![mark(MarkKind::Ink, Some(Role::Shipper), 0.95), stamp];
    assert_eq!(sample.verdict().decision.state, State::Billable);

    sample.rules().accept_stamp_as_signature = false;
    let verdict = sample.verdict();
    assert_eq!(verdict.decision.state, State::HoldMissing);
    assert_eq!(codes(&verdict), [Code::SignatureMissing]);
    assert!(verdict.exceptions[0].bbox.is_some(), "shows the stamp");
}

#[test]
fn golden_3_shipper_load_and_count_with_an_intact_seal_is_clean() {
    let mut sample = Sample::receipt();
    sample.remark(Kind::ShipperLoadCount, None, None);
    sample.remark(Kind::SealOk, None, None);
    sample.set(FieldName::HandlingUnits, Value::Count(24));
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, verdict.condition.state),
        (State::Billable, ConditionState::Clean)
    );
    assert_eq!(codes(&verdict), []);
}

#[test]
fn golden_4_a_foul_receipt_is_still_billed_with_its_claims() {
    let mut sample = Sample::receipt();
    sample.remark(Kind::Short, Some(2), Some("ctn"));
    sample.remark(Kind::Damage, Some(1), None);
    sample.set(FieldName::Pieces, Value::Count(24));
    sample.set(FieldName::PiecesReceived, Value::Count(22));
    let verdict = sample.verdict();
    assert_eq!(verdict.decision.state, State::BillableWithOsd);
    assert_eq!(verdict.condition.state, ConditionState::Foul);
    assert_eq!(
        verdict.condition.notations.len(),
        2,
        "the count says what the remark said"
    );
    assert_eq!(codes(&verdict), [Code::Short, Code::Damage]);
    assert!(verdict.exceptions[0].detail.starts_with("2 ctn short"));
}

#[test]
fn golden_9_a_date_in_two_orders_is_not_guessed() {
    let mut sample = Sample::receipt();
    sample.document.fields.remove(&FieldName::DeliveryDate);
    let found = Found {
        value: "04/05/2025".to_owned(),
        raw: "04/05/2025".to_owned(),
        confidence: Confidence::new(0.97),
        page: PageNumber::from_index(0),
        bbox: field(Value::Flag(true)).found.bbox,
        source: Source::Ocr,
        second: None,
    };
    let unsettled = crate::understanding::UnsettledDate {
        others: Vec::new(),
        field: FieldName::DeliveryDate,
        found,
    };
    sample.document.traits.unsettled_dates = vec![unsettled];
    let verdict = sample.verdict();
    assert_eq!(verdict.decision.state, State::HoldMissing);
    assert_eq!(codes(&verdict), [Code::DateAmbiguous]);
    assert_eq!(verdict.decision.missing, ["delivery_date"]);
}

#[test]
fn golden_12_a_cmr_without_box_24_is_held() {
    let mut sample = Sample::clean(Class::Cmr);
    sample.document.marks = vec![mark(MarkKind::Stamp, Some(Role::Shipper), 0.95)];
    let verdict = sample.verdict();
    assert_eq!(verdict.decision.state, State::HoldMissing);
    assert_eq!(codes(&verdict), [Code::SignatureMissing]);
    assert!(passed(&verdict, "V1") && verdict.exceptions[0].detail.contains("box 24"));
}

#[test]
fn golden_13_an_ocean_bill_of_lading_proves_no_delivery() {
    let verdict = Sample::clean(Class::OceanBolDo).verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Reject, vec![Code::NotAPod])
    );
    assert!(verdict.decision.missing.is_empty());
}

#[test]
fn golden_14_a_missing_page_is_asked_for() {
    let mut sample = Sample::clean(Class::BolConsigneeSigned);
    sample.document.pages = vec![PageNumber::from_index(1), PageNumber::from_index(2)];
    sample.set(
        FieldName::PageKOfN,
        Value::PageOf(PageOf { page: 1, of: 3 }),
    );
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::HoldMissing, vec![Code::PageMissing])
    );
    assert!(verdict.exceptions[0].detail.starts_with("1 of 3 pages"));

    sample.document.pages.push(PageNumber::from_index(3));
    assert_eq!(sample.verdict().decision.state, State::Billable);
}

#[test]
fn golden_21_a_full_refusal_is_signed_but_not_delivered() {
    let mut sample = Sample::receipt();
    sample.remark(Kind::Refused, None, None);
    let verdict = sample.verdict();
    assert_eq!(verdict.condition.state, ConditionState::Refused);
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Review, vec![Code::Refused])
    );
}

#[test]
fn golden_24_a_screenshot_serves_by_the_profile() {
    let mut sample = Sample::clean(Class::Epod);
    sample.document.traits.screenshot = true;
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::HoldCustomerPolicy, vec![Code::NotAPod])
    );

    sample.rules().accept_screenshot = true;
    assert_eq!(sample.verdict().decision.state, State::Billable);
}

#[test]
fn golden_25_a_date_written_over_without_initials_is_looked_at() {
    let mut sample = Sample::receipt();
    sample.document.traits.altered = true;
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Review, vec![Code::AlteredSuspect])
    );
}

#[test]
fn golden_26_a_document_that_fits_several_shipments_is_not_attached() {
    let mut sample = Sample::receipt();
    sample.matched = Match::Ambiguous(vec![candidate(shipment()), candidate(shipment())]);
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Review, vec![Code::AmbiguousMatch])
    );
}

#[test]
fn golden_28_a_shadow_on_the_signature_is_illegible_and_not_a_missing_signature() {
    let mut sample = Sample::receipt();
    sample.document.quality.score = Confidence::new(0.25);
    sample.document.quality.defects = vec![Defect::Dark, Defect::Faint];
    sample.document.marks.clear();
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Review, vec![Code::Illegible])
    );
    assert!(
        verdict.exceptions[0]
            .detail
            .contains("the consignee's signature")
    );
    assert_eq!(verdict.decision.missing, ["signature_consignee"]);
}

#[test]
fn golden_29_two_short_of_pallets_and_cartons_is_asked_about() {
    let mut sample = Sample::receipt();
    sample.set(FieldName::HandlingUnits, Value::Count(2));
    sample.set(FieldName::Pieces, Value::Count(96));
    sample.remark(Kind::Short, Some(2), None);
    let verdict = sample.verdict();
    assert_eq!(verdict.decision.state, State::BillableWithOsd);
    assert_eq!(codes(&verdict), [Code::Short, Code::QtyUnreadable]);

    sample.set(FieldName::PiecesReceived, Value::Count(94));
    assert_eq!(
        codes(&sample.verdict()),
        [Code::Short],
        "the count received tells"
    );
}
