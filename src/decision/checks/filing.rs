//! V10–V12: is the paper untouched, are the papers beside it there, and is it the first of its kind.

use super::{Case, Finding, Standing, Stop, Tested, standing};
use crate::decision::profile::RequiredDoc;
use crate::decision::{Condition, ConditionState, ExceptionCode, names};
use crate::understanding::DocumentClass;

/// Proof that no other paper proves the same delivery.
#[derive(Debug, Clone)]
pub struct Unfiled(());

/// Which charges a paper supports (domain.md §4.1). A class that stands in no line supports every charge.
const SUPPORTED_CHARGES: [(DocumentClass, &[&str]); 8] = [
    (DocumentClass::LumperReceipt, &["LUMPER"]),
    (DocumentClass::ScaleTicket, &["SCALE", "REWEIGH"]),
    (
        DocumentClass::WeightInspection,
        &["SCALE", "REWEIGH", "RECLASS", "INSPECT"],
    ),
    (DocumentClass::DetentionForm, &["DET", "DETW", "LAY"]),
    (
        DocumentClass::GateInterchange,
        &["DETW", "CHASSIS", "PREPULL", "PERDIEM", "DEMURRAGE"],
    ),
    (DocumentClass::PalletSlip, &["PALLET"]),
    (DocumentClass::TempLog, &["PROT"]),
    (DocumentClass::HazmatPaper, &["HAZ"]),
];

/// Papers that state a weight, each as good as the other.
const WEIGHED: [DocumentClass; 2] = [DocumentClass::ScaleTicket, DocumentClass::WeightInspection];

/// V10: nothing was written over without initials, and the signature stands on no other shipment's paper.
#[must_use]
pub fn v10_untouched(case: &Case<'_>) -> Tested {
    let mut findings = Vec::new();
    if case.document.traits.altered {
        let detail =
            "a date or a quantity was written over without initials; compare with the original";
        findings.push(Finding::new(
            ExceptionCode::AlteredSuspect,
            Stop::Review,
            detail,
            None,
        ));
    }
    if case.filing.signature_reused {
        let detail = "the same picture of a signature stands on another shipment's paper; \
                      compare the originals";
        findings.push(Finding::new(
            ExceptionCode::SignatureReused,
            Stop::Review,
            detail,
            None,
        ));
    }
    Tested::none_of(findings, "no sign of a change")
}

/// V11: the papers beside the proof of delivery that the profile or the feed requires are there.
#[must_use]
pub fn v11_supported(case: &Case<'_>) -> Tested {
    let missing = missing_papers(case);
    if missing.is_empty() {
        return Tested::passed((), "all required papers are there");
    }
    let detail = format!(
        "required and not there: {}; ask the carrier for it",
        missing.join(", ")
    );
    let finding = Finding::new(
        ExceptionCode::SupportDocMissing,
        Stop::Missing,
        detail,
        None,
    );
    Tested::failed(finding.missing(missing))
}

/// Names of the papers that are missing. The feed may require a class outright; a name of the feed that Countersign does not know
/// counts as missing: nobody has seen it.
fn missing_papers(case: &Case<'_>) -> Vec<String> {
    let Some(shipment) = case.shipment() else {
        return Vec::new();
    };
    let entries = case
        .rules()
        .required_docs
        .iter()
        .chain(&shipment.required.docs);
    let mut missing = Vec::new();
    for entry in entries {
        let paper = match RequiredDoc::parse(entry) {
            Some(RequiredDoc::Pod) => None,
            Some(RequiredDoc::IfCharged(class)) => {
                let billed = || {
                    shipment
                        .billed
                        .iter()
                        .any(|line| supports(class, &line.code))
                };
                (!is_filed(case, class) && billed()).then(|| names::name_of(&class))
            }
            None => match names::parse(entry) {
                Some(class) if is_filed(case, class) => None,
                Some(_) | None => Some(entry.clone()),
            },
        };
        missing.extend(paper.filter(|paper| !missing.contains(paper)));
    }
    missing
}

/// Is a paper of this class, or one as good, filed with the shipment?
fn is_filed(case: &Case<'_>, class: DocumentClass) -> bool {
    let companions = &case.filing.companions;
    let as_good =
        WEIGHED.contains(&class) && WEIGHED.iter().any(|weighed| companions.contains(weighed));
    case.document.class == class || companions.contains(&class) || as_good
}

fn supports(class: DocumentClass, code: &str) -> bool {
    let charges = SUPPORTED_CHARGES.iter().find(|(paper, _)| *paper == class);
    charges.is_none_or(|(_, codes)| codes.iter().any(|known| known.eq_ignore_ascii_case(code)))
}

/// V12: no other proof of delivery was accepted for the stop, and the same bytes did not come before.
#[must_use]
pub fn v12_unfiled(case: &Case<'_>, condition: &Condition) -> Tested<Unfiled> {
    let (filing, class) = (case.filing, case.document.class);
    if let Some(original) = filing.duplicate_of {
        let detail = format!("the same paper is filed as document {original}; nothing to do");
        return Tested::failed(Finding::new(
            ExceptionCode::DuplicateDoc,
            Stop::Reject,
            detail,
            None,
        ));
    }
    let proof = !matches!(standing(class), Standing::Support | Standing::Nothing);
    match filing.accepted_pod.filter(|_| proof) {
        Some(accepted) if filing.is_part => {
            let whose = format!(
                "the stop has its proof of delivery, document {accepted}, for another part of the pieces"
            );
            Tested::failed(second_proof(condition, &whose))
        }
        Some(accepted) => {
            let whose = format!("the stop has its proof of delivery, document {accepted}");
            Tested::failed(second_proof(condition, &whose))
        }
        None => Tested::passed(Unfiled(()), "no other proof of delivery is filed"),
    }
}

/// A second proof of delivery is linked to the first; one with a remark may say what the first did not, so a person has to look.
fn second_proof(condition: &Condition, whose: &str) -> Finding {
    let (stop, todo) = if condition.state == ConditionState::Clean {
        (Stop::Reject, "linked to it, nothing to do")
    } else {
        (Stop::Review, "compare the remarks of both")
    };
    let detail = format!("{whose}; {todo}");
    Finding::new(ExceptionCode::DuplicatePod, stop, detail, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::samples::{Sample, codes};

    #[test]
    fn changes_and_reused_signatures_are_suspect() {
        let mut sample = Sample::receipt();
        assert!(v10_untouched(&sample.case()).outcome.passed);
        sample.document.traits.altered = true;
        sample.filing.signature_reused = true;
        let findings = v10_untouched(&sample.case()).outcome.findings;
        let found: Vec<_> = findings
            .iter()
            .map(|finding| finding.exception.code)
            .collect();
        assert_eq!(
            found,
            [
                ExceptionCode::AlteredSuspect,
                ExceptionCode::SignatureReused
            ]
        );
    }

    #[test]
    fn a_paper_is_required_only_for_the_charge_that_it_supports() {
        let charge = |code: &str| {
            serde_json::from_value(serde_json::json!({"code": code, "amount": 1})).unwrap()
        };
        let cases = [
            (
                "lumper_receipt_if_charged",
                "LUMPER",
                DocumentClass::LumperReceipt,
            ),
            (
                "scale_ticket_if_charged",
                "reweigh",
                DocumentClass::WeightInspection,
            ),
            (
                "detention_form_if_charged",
                "DET",
                DocumentClass::DetentionForm,
            ),
            (
                "rate_confirmation_if_charged",
                "LH",
                DocumentClass::RateConfirmation,
            ),
        ];
        for (entry, code, class) in cases {
            let mut sample = Sample::receipt();
            sample.rules().required_docs = vec!["pod".to_owned(), entry.to_owned()];
            assert!(
                v11_supported(&sample.case()).outcome.passed,
                "{entry}: nothing is charged"
            );
            sample.shipment().billed = vec![charge(code)];
            assert!(!v11_supported(&sample.case()).outcome.passed, "{entry}");
            sample.filing.companions.insert(class);
            assert!(
                v11_supported(&sample.case()).outcome.passed,
                "{entry}: it is there"
            );
        }
    }

    #[test]
    fn a_paper_for_another_charge_is_not_asked_for() {
        let mut sample = Sample::receipt();
        sample.rules().required_docs = vec!["lumper_receipt_if_charged".to_owned()];
        sample.shipment().billed =
            vec![serde_json::from_value(serde_json::json!({"code": "FSC", "amount": 1})).unwrap()];
        assert!(v11_supported(&sample.case()).outcome.passed);
    }

    #[test]
    fn the_feed_may_require_a_paper_outright() {
        let mut sample = Sample::receipt();
        sample.shipment().required.docs = vec!["pod".to_owned(), "temp_log".to_owned()];
        let verdict = sample.verdict();
        assert_eq!(codes(&verdict), [ExceptionCode::SupportDocMissing]);
        assert_eq!(verdict.decision.missing, ["temp_log"]);
    }
}
