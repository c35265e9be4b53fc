//! Scores: how far each billed line is out of line, and the exceptions that follow (domain.md §4.4).
//!
//! In: the pack, the shipment and its profile. Out: a [`ScoredPack`]. A line without findings scores 0; a shipment without
//! charges has no score.

use std::collections::BTreeMap;

use crate::charges::evidence::{Evidence, Place};
use crate::charges::rules::{Case, Finding, Line, Rule, Strength, missed};
use crate::charges::{Accessorials, Reason, ScoredCharge};
use crate::decision::{Exception, ExceptionCode, Profile};
use crate::document::Confidence;
use crate::shipments::Shipment;
use crate::understanding::Document;

/// The charges of a shipment, scored, and what somebody has to do about them.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredPack {
    /// A score per billed line, with reasons.
    pub accessorials: Accessorials,
    /// One exception per code, the most pressing first.
    pub exceptions: Vec<Exception>,
}

/// Scores what is billed on `shipment` against `pack`, all papers known for it with the document at hand first, and the
/// contract in `profile`.
#[must_use]
pub fn score_charges(pack: &[&Document], shipment: &Shipment, profile: &Profile) -> ScoredPack {
    let evidence = Evidence::gather(pack, shipment);
    let case = Case {
        evidence: &evidence,
        shipment,
        profile,
    };
    let judged: Vec<_> = case.lines().map(|line| (line.findings(), line)).collect();
    let charges: Vec<_> = judged
        .iter()
        .map(|(findings, line)| scored(line, findings))
        .collect();
    let highest = charges.iter().map(|charge| charge.score.get());
    ScoredPack {
        exceptions: exceptions(&judged, missed(case)),
        accessorials: Accessorials {
            score: highest.reduce(f32::max).map(Confidence::new),
            charges,
        },
    }
}

fn scored(line: &Line<'_>, findings: &[Finding]) -> ScoredCharge {
    let mut strongest: Vec<_> = findings.iter().collect();
    strongest.sort_by(|one, other| force(other).total_cmp(&force(one)));
    let charge = line.charge();
    ScoredCharge {
        invoice_no: charge.invoice_no.clone(),
        line: charge.line,
        code: charge.code.clone(),
        amount: charge.amount,
        score: Confidence::new(risk(findings)),
        reasons: strongest.into_iter().map(reason).collect(),
    }
}

fn reason(finding: &Finding) -> Reason {
    Reason {
        rule: finding.rule.code().to_owned(),
        detail: finding.detail.clone(),
        expected: finding.expected,
    }
}

/// `1 − Π(1 − wᵢ·sᵢ)` (domain.md §4.4): 0 without findings, higher with each. A learned score, once there is one, is one
/// more factor `1 − p` of the product.
pub(crate) fn risk(findings: &[Finding]) -> f32 {
    let usual: f32 = findings
        .iter()
        .map(|finding| 1.0 - force(finding))
        .product();
    1.0 - usual
}

fn force(finding: &Finding) -> f32 {
    weight(finding.rule) * sureness(finding.strength)
}

fn sureness(strength: Strength) -> f32 {
    match strength {
        Strength::Sure => 1.0,
        // Little better than even: another explanation is usual.
        Strength::Likely => 0.6,
    }
}

/// How likely a charge is anomalous when the rule, alone, surely finds it: estimates by kind of evidence, to be fitted to
/// labelled history with the learned score.
fn weight(rule: Rule) -> f32 {
    match rule {
        // The papers or the events say otherwise; a copy is a copy.
        Rule::Contradicted | Rule::Duplicate => 0.95,
        // The amount is exactly that of a known mistake.
        Rule::WrongFreeTime => 0.92,
        // Two witnesses disagree; the paper may still be right.
        Rule::TimeInflation => 0.9,
        // Sums against sums; a newer tariff may stand behind it.
        Rule::OverContract | Rule::FuelSurcharge => 0.8,
        // A formal lack that often blocks payment: the service itself may be real.
        Rule::Unauthorised | Rule::Entity => 0.7,
        Rule::NotInContract | Rule::LateBill | Rule::Miscoded | Rule::Overlap => 0.6,
        // The paper that shows it may still come.
        Rule::NoEvidence => 0.5,
        // Money left lying speaks against no billed line.
        Rule::MissedRevenue => 0.0,
    }
}

/// One exception per code, naming the lines.
fn exceptions(judged: &[(Vec<Finding>, Line<'_>)], missed: Vec<Finding>) -> Vec<Exception> {
    let mut merged: BTreeMap<ExceptionCode, (Vec<String>, Option<Place>)> = BTreeMap::new();
    let mut note = |code, text: String, place: Option<Place>| {
        let (details, first_place) = merged.entry(code).or_default();
        details.push(text);
        *first_place = first_place.or(place);
    };
    for (findings, line) in judged {
        for finding in findings {
            let code = finding.rule.exception(line.code());
            note(code, named(line, finding), finding.place);
        }
    }
    for finding in missed {
        let code = finding.rule.exception("");
        note(code, finding.detail, finding.place);
    }
    let mut exceptions: Vec<_> = merged
        .into_iter()
        .map(|(code, (details, place))| Exception::new(code, details.join("; "), place))
        .collect();
    exceptions.sort_by_key(|exception| exception.severity);
    exceptions
}

/// `line 3 DET: billed 135.00, …`
fn named(line: &Line<'_>, finding: &Finding) -> String {
    let charge = line.charge();
    let invoice = if charge.invoice_no.is_empty() {
        String::new()
    } else {
        format!("invoice {} ", charge.invoice_no)
    };
    format!(
        "{invoice}line {} {}: {}",
        charge.line,
        line.code(),
        finding.detail
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::charges::examples::{one_delivery, profile, shipment};

    const RULES: [Rule; 14] = [
        Rule::NoEvidence,
        Rule::Contradicted,
        Rule::OverContract,
        Rule::WrongFreeTime,
        Rule::TimeInflation,
        Rule::Duplicate,
        Rule::Overlap,
        Rule::Unauthorised,
        Rule::NotInContract,
        Rule::FuelSurcharge,
        Rule::Miscoded,
        Rule::LateBill,
        Rule::MissedRevenue,
        Rule::Entity,
    ];

    fn finding(rule: Rule, strength: Strength) -> Finding {
        Finding {
            rule,
            detail: String::new(),
            expected: None,
            strength,
            place: None,
        }
    }

    fn any_finding() -> impl Strategy<Value = Finding> {
        (0..RULES.len(), any::<bool>()).prop_map(|(rule, sure)| {
            let strength = if sure {
                Strength::Sure
            } else {
                Strength::Likely
            };
            finding(RULES[rule], strength)
        })
    }

    proptest! {
        #[test]
        fn a_score_is_between_nought_and_one_and_another_finding_never_lowers_it(
            mut findings in prop::collection::vec(any_finding(), 0..12), another in any_finding(),
        ) {
            let before = risk(&findings);
            findings.push(another);
            let after = risk(&findings);
            prop_assert!((0.0..=1.0).contains(&before) && (0.0..=1.0).contains(&after));
            prop_assert!(after >= before);
        }

        #[test]
        fn no_amount_of_any_feed_is_too_large_to_score(amount in prop::num::i64::ANY, zeros in 0..10usize, qty in prop::num::f64::ANY) {
            let amount = format!("{amount}{}", "0".repeat(zeros));
            let billed: Vec<_> = ["DET", "LH", "DSC", "FSC", "LUMPER", "LIFT", "LIFT"].iter()
                .map(|code| json!({"code": code, "amount": amount, "qty": qty, "rate": amount})).collect();
            let mut json = one_delivery(&json!(billed));
            json["rates"] = json!({"linehaul": amount, "miles": 1e300, "fsc": {"index": amount}});
            let profile = profile(json!({"accessorial_schedule": {"LIFT": amount}, "detention_rate_per_hour": amount,
                "tolerance": {"abs": amount, "pct": amount}, "fsc": {"TL": {"peg": amount, "mpg": "0"}}}));
            let scored = score_charges(&[], &shipment(json), &profile);
            prop_assert!(scored.accessorials.score.is_some());
        }
    }

    #[test]
    fn a_contradicted_charge_scores_at_least_nine_tenths_and_a_missing_paper_alone_half() {
        assert!(risk(&[finding(Rule::Contradicted, Strength::Sure)]) >= 0.9);
        assert!(risk(&[finding(Rule::NoEvidence, Strength::Sure)]) <= 0.5);
    }

    #[test]
    fn a_shipment_without_charges_has_no_score() {
        let scored = score_charges(&[], &shipment(json!({})), &profile(json!({})));
        assert_eq!(scored.accessorials, Accessorials::default());
        assert_eq!(scored.exceptions, []);
    }

    #[test]
    fn base_charges_and_credits_score_nought() {
        let billed = json!([{"code": "LH", "amount": "900.00"}, {"code": "FSC", "amount": "180.00"}, {"code": "LIFT", "amount": "-85.00"}]);
        let scored = score_charges(&[], &shipment(one_delivery(&billed)), &profile(json!({})));
        assert_eq!(scored.accessorials.score, Some(Confidence::new(0.0)));
        assert_eq!(scored.exceptions, []);
    }

    #[test]
    fn one_exception_per_code_names_each_line_and_the_most_pressing_comes_first() {
        let billed = json!([{"invoice_no": "1001", "line": 1, "code": "RES", "amount": "95.00"},
            {"invoice_no": "1001", "line": 2, "code": "INSIDE_D", "amount": "80.00"},
            {"invoice_no": "1001", "line": 3, "code": "INSIDE_D", "amount": "80.00"}]);
        let scored = score_charges(&[], &shipment(one_delivery(&billed)), &profile(json!({})));
        let codes: Vec<_> = scored
            .exceptions
            .iter()
            .map(|exception| exception.code)
            .collect();
        assert_eq!(
            codes,
            [
                ExceptionCode::AccessorialDuplicate,
                ExceptionCode::AccessorialUnsupported
            ]
        );
        let detail = &scored.exceptions[1].detail;
        assert!(
            detail.contains("line 1 RES: billed 95.00") && detail.contains("line 2 INSIDE_D"),
            "{detail}"
        );
        let reasons = &scored.accessorials.charges[2].reasons;
        assert_eq!(reasons[0].rule, "A06", "the strongest reason comes first");
    }
}
