//! Patterns: amounts that look made up, each of them possible and all together not (A13 of domain.md §4.3).
//!
//! In: a billed line and the [`Habits`]. Out: [`Finding`]s. What a carrier bills a customer for is held against what other carriers bill
//! the same customer, who caps and approves theirs alike. Silent for charges that may be the same at each delivery, where times, a receipt or
//! quantity and rate give the very amount, and where too few are known.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;

use super::habits::{Group, Habits, Mark, count, is_metered};
use super::rules::{Finding, Line, Rule, Strength};
use crate::document::Money;

/// Fewer charges of the carrier show no pattern.
const FEWEST: u64 = 8;
/// Fewer charges of others do not tell what is usual.
const FEWEST_OTHERS: u64 = 20;
/// Natural logarithm of how many honest carriers there are for one that is found by chance, at least: 10,000.
const UNLIKELY: f64 = 9.2;

/// A13: one of many charges of the carrier to the customer that are round, just below the approved limit or of one amount (a cap, say) far
/// more often than other carriers' are.
pub(super) fn a13_pattern(line: &Line<'_>, habits: &Habits) -> Option<Finding> {
    if !is_metered(line.code()) || is_explained(line) {
        return None;
    }
    let (shipment, charge) = (line.case().shipment, line.charge());
    let marked = Mark::ALL.into_iter().filter_map(|mark| {
        let is_on = mark.is_on(shipment, charge) == Some(true);
        let of = |group| habits.marked(group, shipment, line.code(), mark);
        let what = match mark {
            Mark::Round => "are multiples of 25".to_owned(),
            Mark::BelowLimit => "lie just below what was approved".to_owned(),
        };
        is_on.then(|| (what, of(Group::Contract), of(Group::Customer)))
    });
    let of = |group| habits.of_amount(group, shipment, line.code(), charge.amount);
    let what = format!("are of {} or within a hundredth of it", charge.amount);
    let same = (what, of(Group::Contract), of(Group::Customer));
    let mut seen = marked.chain([same]);
    let (what, own, all) = seen.find(|(_, own, all)| is_too_often(*own, without(*all, *own)))?;
    let others = without(all, own);
    let detail = format!(
        "{} of this carrier's {} {} charges to this customer {what}; of other carriers' {} of {}",
        own.0,
        own.1,
        line.code(),
        others.0,
        others.1
    );
    Some(Finding {
        rule: Rule::Pattern,
        detail,
        expected: None,
        strength: Strength::Likely,
        place: None,
    })
}

/// Does the evidence give this amount, or the bill's own quantity and rate?
fn is_explained(line: &Line<'_>) -> bool {
    let charge = line.charge();
    let amount = charge.amount.in_cents();
    let reckoned = || {
        let quantity = charge.qty.and_then(Decimal::from_f64)?;
        let product = charge.rate?.0.checked_mul(quantity)?;
        Some(product.saturating_sub(amount).abs() < Decimal::ONE)
    };
    let due = line.expected().map(Money::in_cents);
    due == Some(amount) || reckoned().unwrap_or_default()
}

fn without(all: (u64, u64), own: (u64, u64)) -> (u64, u64) {
    (all.0.saturating_sub(own.0), all.1.saturating_sub(own.1))
}

/// Are `own` charges marked so often that chance does not explain it, if each is as likely to be as `others` are? By Chernoff's bound:
/// of n charges a share k or more is marked with a chance of at most exp(−n·KL(k‖p)).
fn is_too_often(own: (u64, u64), others: (u64, u64)) -> bool {
    if own.1 < FEWEST || others.1 < FEWEST_OTHERS {
        return false;
    }
    let share = count(own.0) / count(own.1);
    let usual = (count(others.0) + 1.0) / (count(others.1) + 2.0);
    let part = |of: f64, to: f64| if of > 0.0 { of * (of / to).ln() } else { 0.0 };
    let apart = part(share, usual) + part(1.0 - share, 1.0 - usual);
    share > usual && count(own.1) * apart > UNLIKELY
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::charges::evidence::Evidence;
    use crate::charges::examples::{profile, shipment};
    use crate::charges::habits::{EVERYTHING, asked, counted};
    use crate::charges::rules::Case;
    use crate::shipments::Shipment;

    fn billed(carrier: &str, code: &str, amount: &str, limit: Option<&str>) -> Shipment {
        let approved = limit.map(|limit| json!({"code": code, "limit": limit}));
        let approved: Vec<_> = approved.into_iter().collect();
        shipment(
            json!({"mode": "TL", "customer": {"id": "C-1"}, "carrier": {"scac": carrier},
            "rates": {"accessorial_auth": approved},
            "stops": [{"kind": "delivery", "events": [{"code": "D1", "at": "2026-02-14T12:00:00Z"}]}],
            "billed": [{"code": code, "amount": amount}]}),
        )
    }

    /// What is found on `own` a month after all of these.
    fn found(mut own: Shipment, before: &[Shipment]) -> Option<Finding> {
        own.stops[0].events[0].at = "2026-03-14T12:00:00Z".parse().unwrap();
        let (asked, from, to) = asked(&own);
        let mut habits = Habits::default();
        for one in before.iter().flat_map(|one| counted(one, EVERYTHING)) {
            if asked.contains(&one.habit) && (from..to).contains(&one.month) {
                habits.add(one, 1);
            }
        }
        let (evidence, profile) = (Evidence::gather(&[], &own), profile(json!({})));
        let case = Case {
            evidence: &evidence,
            shipment: &own,
            profile: &profile,
        };
        let line = case.lines().next().unwrap();
        a13_pattern(&line, &habits)
    }

    /// Detention as it comes, by other carriers.
    fn honest() -> Vec<Shipment> {
        let amounts = (0..40).map(|at| format!("{}.00", 61 + at * 7));
        let billed = amounts.map(|amount| billed("GOOD", "DET", &amount, Some("350.00")));
        billed.collect()
    }

    fn with(mut others: Vec<Shipment>, amounts: &[&str], limit: Option<&str>) -> Vec<Shipment> {
        let own = amounts
            .iter()
            .map(|amount| billed("BADD", "DET", amount, limit));
        others.extend(own);
        others
    }

    #[test]
    fn charges_that_are_always_round_where_other_carriers_are_not_show_a_pattern() {
        let round = ["75", "100", "125", "150", "175", "200", "225", "250"];
        let before = with(honest(), &round, None);
        let pattern = found(billed("BADD", "DET", "275.00", None), &before).unwrap();
        assert_eq!(pattern.rule, Rule::Pattern);
        let detail = &pattern.detail;
        assert!(
            detail.starts_with("8 of this carrier's 8 DET charges"),
            "{detail}"
        );
        assert!(detail.contains("multiples of 25"), "{detail}");
        let other = found(billed("BADD", "DET", "281.00", None), &before);
        assert_eq!(other, None, "this one is not round");
        let mut reckoned = billed("BADD", "DET", "300.00", None);
        reckoned.billed[0].qty = Some(4.0);
        reckoned.billed[0].rate = Some(Money(Decimal::from(75)));
        assert_eq!(found(reckoned, &before), None, "four hours at 75");
        let elsewhere = with(
            before,
            &[
                "75", "100", "125", "150", "175", "200", "225", "250", "275", "300", "325", "350",
            ],
            None,
        );
        let good = found(billed("GOOD", "DET", "275.00", None), &elsewhere);
        assert_eq!(good, None, "seldom round");
    }

    #[test]
    fn charges_that_are_always_at_the_cap_or_just_below_the_limit_show_a_pattern() {
        let before = with(honest(), &["399.00"; 9], None);
        let at_cap = found(billed("BADD", "DET", "399.00", None), &before).unwrap();
        assert!(at_cap.detail.contains("are of 399.00"), "{}", at_cap.detail);
        let approved: Vec<_> = (0..40)
            .map(|at| format!("{}.00", 61 + at * 7))
            .map(|amount| billed("BADD", "DET", &amount, Some(&amount)))
            .chain(honest())
            .collect();
        let own = billed("BADD", "DET", "341.00", Some("341.00"));
        assert_eq!(found(own, &approved), None, "approved to the cent");
        let below = ["341", "338", "346", "337", "349", "344", "339", "347"];
        let before = with(honest(), &below, Some("350.00"));
        let own = billed("BADD", "DET", "342.00", Some("350.00"));
        let below = found(own, &before).unwrap();
        assert!(below.detail.contains("just below"), "{}", below.detail);
    }

    #[test]
    fn a_rate_without_bounds_shows_none() {
        let mut hostile = billed("BADD", "DET", "275.00", None);
        hostile.billed[0].qty = Some(1.0);
        hostile.billed[0].rate = Some(Money(Decimal::MIN));
        assert_eq!(found(hostile, &[]), None);
    }

    #[test]
    fn a_few_charges_the_same_contract_and_a_flat_price_show_none() {
        let few = with(honest(), &["100"; 7], None);
        assert_eq!(found(billed("BADD", "DET", "100.00", None), &few), None);
        let contract: Vec<_> = (0..40)
            .map(|at| billed("GOOD", "DET", &format!("{}.00", 25 * (at % 9 + 1)), None))
            .collect();
        let same = with(
            contract,
            &["50", "75", "100", "125", "150", "175", "200", "225"],
            None,
        );
        assert_eq!(found(billed("BADD", "DET", "100.00", None), &same), None);
        let mut flat: Vec<_> = (0..40)
            .map(|_| billed("GOOD", "LIFT", "87.40", None))
            .collect();
        flat.extend((0..12).map(|_| billed("BADD", "LIFT", "100.00", None)));
        assert_eq!(found(billed("BADD", "LIFT", "100.00", None), &flat), None);
    }
}
