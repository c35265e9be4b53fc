//! The states of domain.md §3.4: what each shortcoming of a paper leads to.

use jiff::civil::date;

use super::profile::FoulPolicy;
use super::samples::{Sample, candidate, codes, evidence, mark, passed, shipment};
use super::{ConditionState, ExceptionCode as Code, Filing, MissingProfile, State};
use crate::document::{Confidence, DocumentId};
use crate::shipments::{Agreement, Match};
use crate::understanding::{
    DocumentClass as Class, FieldName, MarkKind, NotationKind as Kind, Role, Value,
};

#[test]
fn a_paper_that_supports_a_shipment_waits_for_its_pod() {
    for class in [
        Class::LumperReceipt,
        Class::ScaleTicket,
        Class::RateConfirmation,
        Class::FreightInvoice,
    ] {
        let mut sample = Sample::clean(class);
        sample.document.marks.clear();
        sample.document.fields.remove(&FieldName::DeliveryDate);
        let verdict = sample.verdict();
        assert_eq!(
            (verdict.decision.state, codes(&verdict)),
            (State::HoldMissing, vec![Code::NotAPod])
        );
        assert_eq!(verdict.decision.missing, ["pod"]);

        sample.filing.accepted_pod = Some(some_document());
        assert!(sample.verdict().decision.missing.is_empty(), "it is there");

        sample.matched = Match::None(None);
        let verdict = sample.verdict();
        assert_eq!(
            (verdict.decision.state, codes(&verdict)),
            (State::Review, vec![Code::NotAPod, Code::NoMatch])
        );
    }
}

#[test]
fn papers_of_no_use_are_rejected_whatever_they_match() {
    for class in [
        Class::CustomsDoc,
        Class::CoverSheet,
        Class::TermsPage,
        Class::BlankPage,
    ] {
        for matched in [Match::None(None), Sample::clean(class).matched] {
            let mut sample = Sample::clean(class);
            sample.matched = matched;
            let verdict = sample.verdict();
            assert_eq!(
                (verdict.decision.state, codes(&verdict)),
                (State::Reject, vec![Code::NotAPod])
            );
        }
    }
}

#[test]
fn a_paper_of_no_known_class_is_rejected_unless_it_names_a_shipment_or_is_signed() {
    for (named, signed, state) in [
        (false, false, State::Reject),
        (true, false, State::Review),
        (false, true, State::Review),
    ] {
        let mut sample = Sample::clean(Class::Other);
        if !named {
            sample.matched = Match::None(None);
        }
        sample.document.marks = if signed {
            vec![mark(MarkKind::Ink, Some(Role::Consignee), 0.9)]
        } else {
            Vec::new()
        };
        let verdict = sample.verdict();
        assert_eq!(
            (verdict.decision.state, codes(&verdict)),
            (state, vec![Code::NotAPod]),
            "named {named}, signed {signed}"
        );
    }
}

#[test]
fn an_unsure_class_or_an_unreadable_page_is_looked_at_before_it_is_rejected() {
    let mut sample = Sample::clean(Class::Other);
    sample.document.class_confidence = Confidence::new(0.4);
    assert_eq!(sample.verdict().decision.state, State::Review);

    let mut sample = Sample::clean(Class::Other);
    sample.document.quality.score = Confidence::new(0.05);
    sample.document.traits.key_confidence = None;
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Review, vec![Code::NotAPod, Code::Illegible])
    );
}

#[test]
fn an_unmatched_receipt_and_a_conflicting_one_go_to_review() {
    let mut sample = Sample::receipt();
    sample.matched = Match::None(None);
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Review, vec![Code::NoMatch])
    );

    for (conflict, code, failed) in [
        ("ship_to", Code::ConsigneeMismatch, "V4"),
        ("scac", Code::WrongShipment, "V3"),
    ] {
        let mut other = candidate(shipment());
        other
            .evidence
            .push(evidence(conflict, Agreement::Conflict, -4.0));
        sample.matched = Match::Conflict(other);
        let verdict = sample.verdict();
        assert_eq!(
            (verdict.decision.state, codes(&verdict)),
            (State::Review, vec![code])
        );
        assert!(!passed(&verdict, failed));
    }
}

#[test]
fn a_missing_profile_holds_and_is_named() {
    let mut sample = Sample::receipt();
    sample.profile = Err(MissingProfile {
        id: "acme".to_owned(),
    });
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::HoldCustomerPolicy, vec![Code::ProfileMissing])
    );
    assert_eq!(
        (
            verdict.decision.profile.id.as_str(),
            verdict.decision.profile.version
        ),
        ("acme", 0)
    );
}

#[test]
fn every_missing_fact_is_listed_and_the_first_leads() {
    let mut sample = Sample::receipt();
    sample.rules().required_fields = vec!["received_by_name".to_owned(), "bol_number".to_owned()];
    sample.document.marks.clear();
    sample.document.fields.remove(&FieldName::DeliveryDate);
    let verdict = sample.verdict();
    assert_eq!(verdict.decision.state, State::HoldMissing);
    let expected = [
        Code::SignatureMissing,
        Code::NameMissing,
        Code::RefMissing,
        Code::DeliveryDateMissing,
    ];
    assert_eq!(codes(&verdict), expected);
    let missing = [
        "signature_consignee",
        "received_by_name",
        "bol_number",
        "delivery_date",
    ];
    assert_eq!(verdict.decision.missing, missing);
}

#[test]
fn a_foul_receipt_follows_the_foul_policy() {
    let mut sample = Sample::receipt();
    sample.remark(Kind::Damage, Some(3), Some("ctn"));
    let states = [
        (FoulPolicy::Bill, State::BillableWithOsd),
        (FoulPolicy::ShortPay, State::BillableWithOsd),
        (FoulPolicy::HoldUntilOsd, State::HoldCustomerPolicy),
    ];
    for (policy, state) in states {
        sample.rules().foul_policy = policy;
        let verdict = sample.verdict();
        assert_eq!(
            (verdict.decision.state, codes(&verdict)),
            (state, vec![Code::Damage])
        );
    }
    sample.filing.companions.insert(Class::OsdReport);
    assert_eq!(
        sample.verdict().decision.state,
        State::BillableWithOsd,
        "the claim file is there"
    );
}

#[test]
fn a_qualified_receipt_is_billed_and_followed_up() {
    let mut sample = Sample::receipt();
    sample.remark(Kind::SubjectToCount, None, None);
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Billable, vec![Code::SubjectToCount])
    );
    assert_eq!(
        (verdict.condition.state, verdict.exceptions[0].severity),
        (ConditionState::Qualified, 3)
    );
    assert!(passed(&verdict, "V9"));
}

#[test]
fn nothing_is_billed_twice() {
    let mut sample = Sample::receipt();
    sample.filing.accepted_pod = Some(some_document());
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Reject, vec![Code::DuplicatePod])
    );

    sample.remark(Kind::Short, Some(1), Some("ctn"));
    let verdict = sample.verdict();
    assert_eq!(
        verdict.decision.state,
        State::Review,
        "it says what the first may not"
    );

    sample.filing = Filing {
        duplicate_of: Some(some_document()),
        ..Filing::default()
    };
    sample.document.marks.clear();
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::Reject, vec![Code::DuplicateDoc])
    );
    assert!(verdict.decision.missing.is_empty());
}

#[test]
fn a_customer_that_wants_the_paper_itself_holds_a_clean_receipt() {
    let mut sample = Sample::receipt();
    sample.rules().original_paper_required = true;
    let verdict = sample.verdict();
    assert_eq!(
        (verdict.decision.state, codes(&verdict)),
        (State::HoldCustomerPolicy, vec![Code::SupportDocMissing])
    );
}

#[test]
fn fraud_outweighs_what_is_missing() {
    let mut sample = Sample::receipt();
    sample.filing.signature_reused = true;
    sample.set(FieldName::DeliveryDate, Value::Date(date(2026, 3, 1)));
    sample.document.marks.clear();
    let verdict = sample.verdict();
    assert_eq!(verdict.decision.state, State::Review);
    assert_eq!(
        codes(&verdict),
        [
            Code::SignatureMissing,
            Code::DeliveryDateConflict,
            Code::SignatureReused
        ]
    );
}

fn some_document() -> DocumentId {
    DocumentId(uuid::Uuid::from_u128(7))
}
