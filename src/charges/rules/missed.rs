//! The rule on what was earned and not billed.

use super::{Case, Finding, Rule, detention};
use crate::charges::catalogue::meant_by;
use crate::charges::detention::{DetentionTerms, minutes_late};
use crate::charges::stay::Witness;
use crate::document::Money;
use crate::shipments::StopKind;

/// A17: the papers show detention or unloading that is on no bill. Needs a shipment that was billed at all; for detention a
/// contract with a rate and free time, and times at the delivery; for unloading a receipt.
pub(super) fn a17_missed_revenue(case: Case<'_>) -> Vec<Finding> {
    if case.shipment.billed.is_empty() {
        return Vec::new();
    }
    missed_detention(case)
        .into_iter()
        .chain(missed_unloading(case))
        .collect()
}

/// The least that any witness of the delivery gives; nothing where the truck came too late.
fn missed_detention(case: Case<'_>) -> Option<Finding> {
    if is_billed(case, &["DET", "DETW", "LAY"]) || case.profile.detention_rate_per_hour.is_none() {
        return None;
    }
    let terms = DetentionTerms::of(case.profile, case.shipment.mode.as_deref(), None);
    if !terms.assumed.is_empty() || deliveries(case) > 1 {
        return None;
    }
    let least = detention::waits(case, &terms)
        .into_iter()
        .filter(|wait| wait.stay.at == StopKind::Delivery)
        .min_by_key(|wait| wait.due.amount)?;
    let amount = least.due.amount;
    if amount == Money::default()
        || minutes_late(least.stay.arrival, least.stay.appointment).is_some()
    {
        return None;
    }
    let whose = match least.stay.witness {
        Witness::Paper => "the times on the paper",
        Witness::Events | Witness::EventsWithoutZone => "the stop events",
    };
    let over = least.due.minutes_over;
    let detail = format!(
        "no detention is billed, but {whose} show {over} min beyond the free time: {amount} by {terms}"
    );
    let finding = Finding::new(Rule::MissedRevenue, detail).expecting(amount);
    Some(finding.at(least.stay.place))
}

fn deliveries(case: Case<'_>) -> usize {
    let stops = case.shipment.stops.iter();
    stops.filter(|stop| stop.kind == StopKind::Delivery).count()
}

/// Receipts whose amount is on no line, where no line is for unloading.
fn missed_unloading(case: Case<'_>) -> Vec<Finding> {
    if is_billed(case, &["LUMPER"]) {
        return Vec::new();
    }
    let receipts = case.evidence.receipts.iter();
    receipts
        .filter(|receipt| {
            receipt.total > Money::default()
                && !case.lines().any(|line| line.amount() == receipt.total)
        })
        .map(|receipt| {
            let total = receipt.total;
            let detail = format!("no unloading is billed, but a receipt gives {total}");
            Finding::new(Rule::MissedRevenue, detail)
                .expecting(total)
                .at(receipt.place)
        })
        .collect()
}

/// Is one of `codes` billed, under its own code or under its words.
fn is_billed(case: Case<'_>, codes: &[&str]) -> bool {
    case.lines().any(|line| {
        let raw = line.charge.raw_code.as_deref().unwrap_or_default();
        codes.contains(&line.code())
            || meant_by(raw)
                .iter()
                .any(|entry| codes.contains(&entry.code))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::charges::evidence::Evidence;
    use crate::charges::examples::{
        lumper_receipt, money, one_delivery, one_delivery_seen, receipt_with_times, shipment,
        sixty_an_hour,
    };
    use crate::decision::Profile;
    use crate::understanding::Document;

    fn missed(pack: &[&Document], json: Json, profile: &Profile) -> Vec<Option<Money>> {
        let shipment = shipment(json);
        let case = Case {
            evidence: &Evidence::gather(pack, &shipment),
            shipment: &shipment,
            profile,
        };
        let found = a17_missed_revenue(case);
        found.iter().map(|finding| finding.expected).collect()
    }

    fn linehaul_only() -> Json {
        json!([{"code": "LH", "amount": "900.00"}])
    }

    #[test]
    fn detention_on_the_paper_that_nobody_billed_is_missed_revenue() {
        let times = receipt_with_times("08:00", "12:10");
        let found = |json| missed(&[&times], json, &sixty_an_hour());
        assert_eq!(found(one_delivery(&linehaul_only())), [Some(money("105"))]);
        let shorter = one_delivery_seen(&linehaul_only(), "08:00", "11:40");
        assert_eq!(found(shorter), [Some(money("75"))]);
        assert_eq!(
            found(one_delivery(&json!([{"code": "DET", "amount": "60"}]))),
            []
        );
        assert_eq!(
            found(one_delivery(
                &json!([{"code": "MISC", "raw_code": "detention", "amount": "60"}])
            )),
            []
        );
    }

    #[test]
    fn nothing_is_missed_before_the_first_bill_without_terms_or_when_the_truck_was_late() {
        let times = receipt_with_times("08:00", "12:10");
        assert_eq!(
            missed(&[&times], one_delivery(&json!([])), &sixty_an_hour()),
            []
        );
        let mut open = sixty_an_hour();
        open.detention_rate_per_hour = None;
        assert_eq!(missed(&[&times], one_delivery(&linehaul_only()), &open), []);
        let late = receipt_with_times("09:10", "13:10");
        assert_eq!(
            missed(&[&late], one_delivery(&linehaul_only()), &sixty_an_hour()),
            []
        );
    }

    #[test]
    fn an_unloading_receipt_that_is_on_no_line_is_missed_revenue() {
        let receipt = lumper_receipt("195.00", "R-1");
        let found = |billed: Json| missed(&[&receipt], one_delivery(&billed), &sixty_an_hour());
        assert_eq!(found(linehaul_only()), [Some(money("195"))]);
        assert_eq!(found(json!([{"code": "LUMPER", "amount": "195"}])), []);
        assert_eq!(found(json!([{"code": "MISC", "amount": "195.00"}])), []);
    }
}
