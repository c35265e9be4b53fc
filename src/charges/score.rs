//! Scores: how far each billed line is out of line, and the exceptions that follow (domain.md §4.4).
//!
//! In: the pack, the shipment and its profile. Out: a [`ScoredPack`]. A line without findings scores 0; a shipment without
//! charges has no score.

use std::collections::BTreeMap;

use crate::charges::evidence::{Evidence, Place};
use crate::charges::features::{About, features_of};
use crate::charges::habits::Habits;
use crate::charges::model::{Chance, ChargeModel};
use crate::charges::rules::{Case, Finding, Line, Rule, Strength, missed};
use crate::charges::{Accessorials, Reason, ScoredCharge, patterns, unusual};
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

/// What charges are scored by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The contract.
    pub profile: &'a Profile,
    /// What is usually billed.
    pub habits: &'a Habits,
    /// What was learned; the rules alone score where there is none.
    pub model: Option<&'a ChargeModel>,
}

/// Scores what is billed on `shipment` against `pack`, all papers known for it with the document at hand first, by the terms.
#[must_use]
pub fn score_charges(pack: &[&Document], shipment: &Shipment, terms: &Terms<'_>) -> ScoredPack {
    let evidence = Evidence::gather(pack, shipment);
    let case = Case {
        evidence: &evidence,
        shipment,
        profile: terms.profile,
    };
    let judged: Vec<Judged<'_>> = judged(case, terms);
    let charges: Vec<_> = judged.iter().map(Judged::scored).collect();
    let highest = charges.iter().map(|charge| charge.score.get());
    let undisputed = judged.iter().map(|one| 1.0 - one.disputed);
    ScoredPack {
        exceptions: exceptions(&judged, missed(case)),
        accessorials: Accessorials {
            score: highest.reduce(f32::max).map(Confidence::new),
            dispute: terms.model.filter(|_| !charges.is_empty()).map(|_| {
                let all: f32 = undisputed.product();
                Confidence::new(1.0 - all)
            }),
            charges,
        },
    }
}

/// A billed line with what was found on it.
struct Judged<'a> {
    line: Line<'a>,
    /// What somebody has to look at.
    findings: Vec<Finding>,
    score: f32,
    disputed: f32,
}

/// The lines by the rules, and accessorials by the model, too.
fn judged<'a>(case: Case<'a>, terms: &Terms<'_>) -> Vec<Judged<'a>> {
    let by_rules = case.lines().map(|line| {
        let mut findings = findings_on(&line, terms.habits);
        if terms.model.is_none() && line.is_accessorial() {
            findings.extend(unusual::a10_outlier(&line, terms.habits));
        }
        Judged {
            score: risk(&findings),
            disputed: 0.0,
            findings,
            line,
        }
    });
    let mut judged: Vec<Judged<'_>> = by_rules.collect();
    let Some(model) = terms.model else {
        return judged;
    };
    let mut learned: Vec<&mut Judged<'_>> = judged
        .iter_mut()
        .filter(|one| one.line.is_accessorial())
        .collect();
    let features = learned
        .iter()
        .map(|one| features_of(&one.line, &one.findings, terms.habits));
    match model.chances(&features.collect::<Vec<_>>()) {
        Ok(chances) => {
            for (one, chance) in learned.iter_mut().zip(chances) {
                one.learn(&chance, model.outlier, terms.habits);
            }
        }
        // The rules stand without it.
        Err(error) => {
            tracing::error!(%error, "the model of charges cannot be run; they are scored by rules")
        }
    }
    judged
}

/// What speaks against a billed line by itself, and beside others that the carrier billed.
pub(crate) fn findings_on(line: &Line<'_>, habits: &Habits) -> Vec<Finding> {
    let mut findings = line.findings();
    if line.is_accessorial() {
        findings.extend(patterns::a13_pattern(line, habits));
    }
    findings
}

impl Judged<'_> {
    /// Takes in what the model says. A charge that the papers contradict and one that was billed before stay what they are, however usual
    /// they look; of patterns the model knows nothing.
    fn learn(&mut self, chance: &Chance, outlier: f32, habits: &Habits) {
        let stays = self.findings.iter().filter(|finding| {
            let contradicts = matches!(finding.rule, Rule::Contradicted | Rule::Duplicate);
            (contradicts && finding.strength == Strength::Sure) || finding.rule == Rule::Pattern
        });
        let floor = stays.map(force).fold(0.0, f32::max);
        self.score = chance.anomalous.max(floor);
        self.disputed = chance.disputed;
        if self.score < outlier {
            return;
        }
        let line = &self.line;
        let reasons = chance.because.iter().filter_map(|about| match about {
            About::Amount => unusual::amount(line, habits),
            About::Price => unusual::price(line, habits),
            About::Frequency => unusual::frequency(line, habits),
            About::Rules
            | About::Kind
            | About::Expected
            | About::Evidence
            | About::Times
            | About::Billing
            | About::Season => None,
        });
        let reasons: Vec<Finding> = reasons.collect();
        if reasons.is_empty() && self.findings.is_empty() {
            self.findings.push(Finding {
                rule: Rule::Outlier,
                detail: format!(
                    "billed {}: lines like this one were mostly found wrong",
                    line.charge().amount
                ),
                expected: None,
                strength: Strength::Likely,
                place: None,
            });
        }
        self.findings.extend(reasons);
    }

    fn scored(&self) -> ScoredCharge {
        let mut strongest: Vec<_> = self.findings.iter().collect();
        strongest.sort_by(|one, other| force(other).total_cmp(&force(one)));
        let charge = self.line.charge();
        ScoredCharge {
            invoice_no: charge.invoice_no.clone(),
            line: charge.line,
            code: charge.code.clone(),
            amount: charge.amount,
            score: Confidence::new(self.score),
            reasons: strongest.into_iter().map(reason).collect(),
        }
    }
}

fn reason(finding: &Finding) -> Reason {
    Reason {
        rule: finding.rule.code().to_owned(),
        detail: finding.detail.clone(),
        expected: finding.expected,
    }
}

/// `1 − Π(1 − wᵢ·sᵢ)` (domain.md §4.4): 0 without findings, higher with each. What the rules say where no model was learned; a model has
/// their findings among its features.
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
        // It is out of line, and may be right all the same.
        Rule::Outlier | Rule::Creep | Rule::Pattern => 0.5,
        // Somebody may have good reason to.
        Rule::FrequencyShift => 0.3,
        // Money left lying speaks against no billed line.
        Rule::MissedRevenue => 0.0,
    }
}

/// One exception per code, naming the lines.
fn exceptions(judged: &[Judged<'_>], missed: Vec<Finding>) -> Vec<Exception> {
    let mut merged: BTreeMap<ExceptionCode, (Vec<String>, Option<Place>)> = BTreeMap::new();
    let mut note = |code, text: String, place: Option<Place>| {
        let (details, first_place) = merged.entry(code).or_default();
        details.push(text);
        *first_place = first_place.or(place);
    };
    for one in judged {
        for finding in &one.findings {
            let code = finding.rule.exception(one.line.code());
            note(code, named(&one.line, finding), finding.place);
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

    const RULES: [Rule; 18] = [
        Rule::NoEvidence,
        Rule::Contradicted,
        Rule::OverContract,
        Rule::WrongFreeTime,
        Rule::TimeInflation,
        Rule::Duplicate,
        Rule::Overlap,
        Rule::Unauthorised,
        Rule::NotInContract,
        Rule::Outlier,
        Rule::FrequencyShift,
        Rule::Creep,
        Rule::Pattern,
        Rule::FuelSurcharge,
        Rule::Miscoded,
        Rule::LateBill,
        Rule::MissedRevenue,
        Rule::Entity,
    ];

    fn by_rules(shipment: &Shipment, profile: &Profile) -> ScoredPack {
        let terms = Terms {
            profile,
            habits: &Habits::default(),
            model: None,
        };
        score_charges(&[], shipment, &terms)
    }

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
            let scored = by_rules(&shipment(json), &profile);
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
        let scored = by_rules(&shipment(json!({})), &profile(json!({})));
        assert_eq!(scored.accessorials, Accessorials::default());
        assert_eq!(scored.exceptions, []);
    }

    #[test]
    fn base_charges_and_credits_score_nought() {
        let billed = json!([{"code": "LH", "amount": "900.00"}, {"code": "FSC", "amount": "180.00"}, {"code": "LIFT", "amount": "-85.00"}]);
        let scored = by_rules(&shipment(one_delivery(&billed)), &profile(json!({})));
        assert_eq!(scored.accessorials.score, Some(Confidence::new(0.0)));
        assert_eq!(scored.exceptions, []);
    }

    #[test]
    fn one_exception_per_code_names_each_line_and_the_most_pressing_comes_first() {
        let billed = json!([{"invoice_no": "1001", "line": 1, "code": "RES", "amount": "95.00"},
            {"invoice_no": "1001", "line": 2, "code": "INSIDE_D", "amount": "80.00"},
            {"invoice_no": "1001", "line": 3, "code": "INSIDE_D", "amount": "80.00"}]);
        let scored = by_rules(&shipment(one_delivery(&billed)), &profile(json!({})));
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
