//! From the twelve tests to a verdict.

use super::checks::{
    Acknowledged, Attached, Case, Dated, Eligible, Finding, Outcome, Standing, Stop, Taken, Tested,
    Unfiled, is_poor, standing, taken, v1_eligible, v2_legible, v3_attached, v4_right_consignee,
    v5_acknowledged, v6_required_fields, v7_dated, v8_complete, v9_freight, v10_untouched,
    v11_supported, v12_unfiled,
};
use super::condition::condition;
use super::{Condition, Decision, Exception, ExceptionCode, ProfileRef, State};
use crate::understanding::DocumentClass;

/// What becomes of a document.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What is to be done with it.
    pub decision: Decision,
    /// In what state the freight arrived.
    pub condition: Condition,
    /// Who has to act on what; the first is the one that the first failed test names, one exception a code.
    pub exceptions: Vec<Exception>,
}

/// Applies the validity tests V1–V12 in order and draws the verdict.
#[must_use]
pub fn decide(case: &Case<'_>) -> Verdict {
    let mut condition = condition(case.document, case.expected());
    if case.filing.is_part {
        condition = condition.made_up();
    }
    let tests = Tests::of(case, &condition);
    let findings = tests.findings(case);
    let missing = missing(&findings);
    let ended = |code| case.filing.waived.contains(&code);
    let stop = findings.iter().filter(|finding| {
        let code = finding.exception.code;
        !ended(code) || holds_whatever_people_say(code)
    });
    let state = tests.state(stop.filter_map(|finding| finding.stop).max(), &missing);
    let decision = Decision {
        state,
        missing,
        checks: tests.checks(),
        profile: applied(case),
    };
    Verdict {
        decision,
        condition,
        exceptions: one_a_code(findings)
            .into_iter()
            .filter(|exception| !ended(exception.code))
            .collect(),
    }
}

/// The outcomes of the twelve tests.
struct Tests {
    eligible: Tested<Eligible>,
    legible: Tested,
    attached: Tested<Attached>,
    right_consignee: Tested,
    acknowledged: Tested<Acknowledged>,
    required_fields: Tested,
    dated: Tested<Dated>,
    complete: Tested,
    freight: Tested,
    untouched: Tested,
    supported: Tested,
    unfiled: Tested<Unfiled>,
    taken: Option<Taken>,
}

impl Tests {
    fn of(case: &Case<'_>, condition: &Condition) -> Self {
        Self {
            eligible: v1_eligible(case),
            legible: v2_legible(case),
            attached: v3_attached(case),
            right_consignee: v4_right_consignee(case),
            acknowledged: v5_acknowledged(case),
            required_fields: v6_required_fields(case),
            dated: v7_dated(case),
            complete: v8_complete(case),
            freight: v9_freight(case, condition),
            untouched: v10_untouched(case),
            supported: v11_supported(case),
            unfiled: v12_unfiled(case, condition),
            taken: taken(case, condition),
        }
    }

    /// V1–V12, in order.
    fn outcomes(&self) -> [&Outcome; 12] {
        [
            &self.eligible.outcome,
            &self.legible.outcome,
            &self.attached.outcome,
            &self.right_consignee.outcome,
            &self.acknowledged.outcome,
            &self.required_fields.outcome,
            &self.dated.outcome,
            &self.complete.outcome,
            &self.freight.outcome,
            &self.untouched.outcome,
            &self.supported.outcome,
            &self.unfiled.outcome,
        ]
    }

    fn checks(&self) -> Vec<super::Check> {
        let numbered = self.outcomes().into_iter().zip(1..);
        numbered
            .map(|(outcome, number)| outcome.check(number))
            .collect()
    }

    /// The findings that are facts about this document, in the order of the tests, then those about the profile.
    fn findings(&self, case: &Case<'_>) -> Vec<Finding> {
        let relevant = self.relevant(case).into_iter();
        let findings = relevant.flat_map(|outcome| outcome.findings.clone());
        findings.chain(self.of_profile(case)).collect()
    }

    /// A copy says nothing new. A paper that is no proof of delivery lacks no signature, and neither does a second one of a delivery that
    /// is proven. On a page too poor to be read nobody knows what is missing.
    fn relevant(&self, case: &Case<'_>) -> Vec<&Outcome> {
        if case.filing.duplicate_of.is_some() {
            return vec![&self.unfiled.outcome];
        }
        if self.eligible.proof.is_none() {
            return self.relevant_without_proof(case);
        }
        if !self.unfiled.outcome.passed {
            let outcomes = self.outcomes();
            return [&outcomes[2..4], &outcomes[8..10], &outcomes[11..]].concat();
        }
        if is_poor(case) && !self.legible.outcome.passed {
            let outcomes = self.outcomes();
            let (seen, unseen) = (&outcomes[..4], &outcomes[8..]);
            return [seen, unseen].concat();
        }
        self.outcomes().to_vec()
    }

    fn relevant_without_proof(&self, case: &Case<'_>) -> Vec<&Outcome> {
        let class = case.document.class;
        let mut relevant = vec![&self.eligible.outcome, &self.legible.outcome];
        if standing(class) != Standing::Nothing {
            relevant.extend([&self.attached.outcome, &self.untouched.outcome]);
        }
        if class == DocumentClass::OsdReport {
            relevant.push(&self.freight.outcome);
        }
        relevant
    }

    /// What the customer's own rules hold, whatever the paper says.
    fn of_profile(&self, case: &Case<'_>) -> Option<Finding> {
        if case.filing.duplicate_of.is_some() || self.eligible.proof.is_none() {
            return None;
        }
        match case.profile {
            Err(missing) => Some(Finding::held(
                ExceptionCode::ProfileMissing,
                missing.to_string(),
            )),
            Ok(profile) if profile.original_paper_required => Some(Finding::held(
                ExceptionCode::SupportDocMissing,
                "the customer wants the original paper; have it posted with the invoice",
            )),
            Ok(_) => None,
        }
    }

    /// The strongest reason not to bill; where there is none, what the proofs allow. Without all of them it is held for what is missing,
    /// whatever a person waived, or a person looks.
    fn state(&self, stop: Option<Stop>, missing: &[String]) -> State {
        let held = if missing.is_empty() {
            State::Review
        } else {
            State::HoldMissing
        };
        match stop {
            Some(stop) => stop.into(),
            None => self.billed().unwrap_or(held),
        }
    }

    fn billed(&self) -> Option<State> {
        Some(billed(
            self.eligible.proof.as_ref()?,
            self.attached.proof.as_ref()?,
            self.acknowledged.proof.as_ref()?,
            self.dated.proof.as_ref()?,
            self.unfiled.proof.as_ref()?,
            self.taken?,
        ))
    }
}

/// What no person's word replaces: which delivery is billed, by whose rules, and that it is billed once.
fn holds_whatever_people_say(code: ExceptionCode) -> bool {
    matches!(
        code,
        ExceptionCode::StopMissing
            | ExceptionCode::ProfileMissing
            | ExceptionCode::DuplicatePod
            | ExceptionCode::DuplicateDoc
    )
}

/// The only function that says "billable". It takes the proofs of V1, V3, V5, V7 and V12, which nothing but the passed tests can make,
/// and that the freight was taken.
fn billed(
    _: &Eligible,
    _: &Attached,
    _: &Acknowledged,
    _: &Dated,
    _: &Unfiled,
    taken: Taken,
) -> State {
    match taken {
        Taken::Sound => State::Billable,
        Taken::WithClaim => State::BillableWithOsd,
    }
}

/// The applied profile; version 0 of the named one where it is missing.
fn applied(case: &Case<'_>) -> ProfileRef {
    let (id, version) = match case.profile {
        Ok(profile) => (profile.id.clone(), profile.version),
        Err(missing) => (missing.id.clone(), 0),
    };
    ProfileRef { id, version }
}

fn missing(findings: &[Finding]) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    for name in findings.iter().flat_map(|finding| &finding.missing) {
        if !missing.contains(name) {
            missing.push(name.clone());
        }
    }
    missing
}

fn one_a_code(findings: Vec<Finding>) -> Vec<Exception> {
    let mut exceptions: Vec<Exception> = Vec::new();
    for Finding { exception, .. } in findings {
        if !exceptions.iter().any(|known| known.code == exception.code) {
            exceptions.push(exception);
        }
    }
    exceptions
}
