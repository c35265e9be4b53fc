//! How soon a person should look at a document: a number for work queues.
//!
//! `priority = value × urgency × dispute`, each 0..1, so the product is too. It grows with each of them:
//! - *value*: `v / (v + TYPICAL)`, where `v` is the larger of what the shipment bills and its agreed linehaul; one half where
//!   neither is known;
//! - *urgency*: by the most severe exception, 1.0, 0.7, 0.4 or 0.15 for severity 1 to 4, and 0.05 without any;
//! - *dispute*: the chance that the payer refuses the bill, `1 − (1 − state)(1 − condition)(1 − accessorials)`; the last is the charges model's
//!   chance that a charge is disputed, the highest score of one where there is no model.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::{ConditionState, State, Verdict};
use crate::document::Confidence;
use crate::shipments::Shipment;

/// What a truckload typically bills: the value at which half of the weight is reached, and that of a shipment whose value is
/// unknown. An assumption, in the shipment's own currency.
const TYPICAL: f64 = 1500.0;

/// 0 (can wait) to 1 (first).
#[must_use]
pub fn priority(
    verdict: &Verdict,
    shipment: Option<&Shipment>,
    charges_disputed: Option<Confidence>,
) -> f64 {
    let value = shipment
        .and_then(at_stake)
        .map_or(0.5, |at_stake| at_stake / (at_stake + TYPICAL));
    value * urgency(verdict) * dispute(verdict, charges_disputed)
}

/// The larger of what the shipment bills and its agreed linehaul.
fn at_stake(shipment: &Shipment) -> Option<f64> {
    let billed: Decimal = shipment.billed.iter().map(|line| line.amount.0).sum();
    let linehaul = shipment.rates.linehaul.map(|linehaul| linehaul.0);
    let at_stake = linehaul.map_or(billed, |linehaul| linehaul.max(billed));
    at_stake.to_f64().filter(|at_stake| *at_stake > 0.0)
}

fn urgency(verdict: &Verdict) -> f64 {
    let severities = verdict
        .exceptions
        .iter()
        .map(|exception| exception.severity);
    match severities.min() {
        Some(0 | 1) => 1.0,
        Some(2) => 0.7,
        Some(3) => 0.4,
        Some(_) => 0.15,
        None => 0.05,
    }
}

/// The chance that the payer refuses the bill; the figures are assumptions, ordered as the trade orders them.
fn dispute(verdict: &Verdict, charges_disputed: Option<Confidence>) -> f64 {
    let state = match verdict.decision.state {
        State::Billable => 0.05,
        State::Reject => 0.10,
        State::BillableWithOsd => 0.40,
        State::HoldCustomerPolicy => 0.60,
        State::Review => 0.70,
        State::HoldMissing => 0.80,
    };
    let condition = match verdict.condition.state {
        ConditionState::Clean => 0.0,
        ConditionState::Qualified => 0.2,
        ConditionState::Foul => 0.5,
        ConditionState::Refused => 0.7,
    };
    let accessorials = charges_disputed.map_or(0.0, |chance| f64::from(chance.get()));
    1.0 - (1.0 - state) * (1.0 - condition) * (1.0 - accessorials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::samples::{Sample, shipment};
    use crate::document::Money;
    use crate::understanding::NotationKind;

    fn worth(amount: i64) -> Shipment {
        let mut shipment = shipment();
        shipment.rates.linehaul = Some(Money(Decimal::from(amount)));
        shipment
    }

    fn unsigned() -> Verdict {
        let mut sample = Sample::receipt();
        sample.document.marks.clear();
        sample.verdict()
    }

    #[test]
    fn more_money_comes_first_and_an_unknown_sum_counts_as_typical() {
        let verdict = unsigned();
        let of = |shipment: Option<&Shipment>| priority(&verdict, shipment, None);
        assert!(of(Some(&worth(5000))) > of(Some(&worth(1500))));
        assert!(of(Some(&worth(1500))) > of(Some(&worth(300))));
        assert!((of(None) - of(Some(&worth(1500)))).abs() < 1e-9);
    }

    #[test]
    fn what_blocks_cash_comes_before_what_is_merely_noted() {
        let clean = Sample::receipt();
        let mut qualified = Sample::receipt();
        qualified.remark(NotationKind::SubjectToCount, None, None);
        let mut foul = Sample::receipt();
        foul.remark(NotationKind::Damage, Some(1), None);
        let of = |verdict: &Verdict| priority(verdict, None, None);
        let order = [
            clean.verdict(),
            qualified.verdict(),
            foul.verdict(),
            unsigned(),
        ];
        let priorities: Vec<f64> = order.iter().map(of).collect();
        assert!(priorities.is_sorted_by(|a, b| a < b), "{priorities:?}");
    }

    #[test]
    fn an_unusual_charge_raises_the_priority() {
        let verdict = Sample::receipt().verdict();
        let of = |score| priority(&verdict, None, Some(Confidence::new(score)));
        assert!(of(0.9) > of(0.5) && of(0.5) > of(0.0));
    }
}
