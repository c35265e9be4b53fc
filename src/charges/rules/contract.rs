//! Rules on the contract: what it gives for a charge, whether it knows it, and who has to approve it.

use rust_decimal::Decimal;

use super::{Finding, Line, Rule, detention};
use crate::charges::catalogue::of_code;
use crate::charges::evidence::Receipt;
use crate::document::Money;

/// Receipts are passed through; an administration fee of up to a tenth is common (domain.md §4.1).
const COMMON_FEE: Decimal = Decimal::from_parts(11, 0, 0, false, 1);

/// A03: more than the contract gives, by more than its tolerance: detention by its times, unloading by its receipt, linehaul by
/// the agreed rate, everything else by the schedule and the caps. Needs one of these.
pub(super) fn a03_over_contract(line: &Line<'_>) -> Option<Finding> {
    let over = match line.code() {
        "DET" => detention::over_times(line),
        "LUMPER" => over_receipts(line),
        "LH" => over_linehaul(line),
        "FSC" | "DSC" => None,
        _ => over_schedule(line),
    };
    over.or_else(|| over_cap(line))
}

/// More than any receipt and than all together.
fn over_receipts(line: &Line<'_>) -> Option<Finding> {
    let receipts = &line.case.evidence.receipts;
    let billed = line.amount();
    let nearest = nearest_receipt(line)?;
    let all = receipts.iter().fold(Decimal::ZERO, |sum, receipt| {
        sum.saturating_add(receipt.total.0)
    });
    if !line.case.exceeds(billed, nearest.total) || !line.case.exceeds(billed, Money(all)) {
        return None;
    }
    let paid = nearest.total;
    let is_fee = billed.0 <= paid.0.saturating_mul(COMMON_FEE);
    let hint = if is_fee {
        "; see whether the contract allows a fee"
    } else {
        ""
    };
    let finding = Finding::new(
        Rule::OverContract,
        format!("billed {billed}, the receipt gives {paid}{hint}"),
    );
    Some(finding.expecting(paid).likely_if(is_fee).at(nearest.place))
}

/// The receipt whose total comes nearest to what was billed.
pub(super) fn nearest_receipt<'a>(line: &Line<'a>) -> Option<&'a Receipt> {
    let distance = |total: Money| total.0.saturating_sub(line.amount().0).abs();
    let receipts = line.case.evidence.receipts.iter();
    receipts.min_by_key(|receipt| distance(receipt.total))
}

/// More than the agreed linehaul, net of the discount on the same invoice.
fn over_linehaul(line: &Line<'_>) -> Option<Finding> {
    let agreed = line.case.shipment.rates.linehaul?;
    let invoice = &line.charge.invoice_no;
    let discount = line
        .case
        .lines()
        .filter(|other| other.is("DSC") && other.charge.invoice_no == *invoice)
        .fold(Decimal::ZERO, |sum, other| {
            sum.saturating_add(other.amount().0.abs())
        });
    let billed = Money(line.amount().0.saturating_sub(discount));
    let detail = format!("billed {billed} net, agreed were {agreed}");
    let finding = Finding::new(Rule::OverContract, detail).expecting(agreed);
    line.case.exceeds(billed, agreed).then_some(finding)
}

/// More than the schedule gives for the billed quantity, and than anybody approved.
fn over_schedule(line: &Line<'_>) -> Option<Finding> {
    let scheduled = scheduled(line)?;
    let approved = line
        .case
        .authorisation(line.code())
        .and_then(|granted| granted.limit);
    let expected = approved.map_or(scheduled, |limit| limit.max(scheduled));
    let billed = line.amount();
    let detail = format!("billed {billed}, the contract gives {expected}");
    let finding = Finding::new(Rule::OverContract, detail).expecting(expected);
    line.case.exceeds(billed, expected).then_some(finding)
}

/// What the schedule gives for the billed quantity.
pub(super) fn scheduled(line: &Line<'_>) -> Option<Money> {
    let each = of_code(&line.case.profile.accessorial_schedule, line.code())?;
    let quantity = line
        .charge
        .qty
        .and_then(|qty| Decimal::try_from(qty).ok())
        .unwrap_or_default()
        .max(Decimal::ONE);
    Some(Money(each.0.saturating_mul(quantity).round_dp(2)))
}

fn over_cap(line: &Line<'_>) -> Option<Finding> {
    let cap = *of_code(&line.case.profile.caps, line.code())?;
    let billed = line.amount();
    let detail = format!("billed {billed}, the contract caps it at {cap}");
    let finding = Finding::new(Rule::OverContract, detail).expecting(cap);
    line.case.exceeds(billed, cap).then_some(finding)
}

/// A08: the contract wants an approval and there is none, it covers less than was billed, or it came after the bill. Needs a
/// profile that asks for approval, or an approval with a limit.
pub(super) fn a08_unauthorised(line: &Line<'_>) -> Option<Finding> {
    let billed = line.amount();
    let Some(granted) = line.case.authorisation(line.code()) else {
        let who = of_code(&line.case.profile.accessorial_preapproval, line.code())?;
        let detail = format!("billed {billed}, but nobody approved it: {who} has to");
        return Some(Finding::new(Rule::Unauthorised, detail));
    };
    if let Some(limit) = granted.limit.filter(|limit| billed > *limit) {
        let detail = format!("billed {billed}, approved were {limit}");
        return Some(Finding::new(Rule::Unauthorised, detail).expecting(limit));
    }
    let is_late = granted.at? > line.charge.billed_at?;
    let detail = format!("billed {billed} before it was approved");
    is_late.then(|| Finding::new(Rule::Unauthorised, detail).likely_if(true))
}

/// A09: the schedule of the contract does not know the charge, and nobody approved it. Needs a profile with a schedule.
pub(super) fn a09_not_in_contract(line: &Line<'_>) -> Option<Finding> {
    let profile = line.case.profile;
    let code = line.code();
    let is_base = matches!(code, "LH" | "FSC" | "DSC");
    let is_known = of_code(&profile.accessorial_schedule, code).is_some()
        || of_code(&profile.caps, code).is_some()
        || of_code(&profile.accessorial_preapproval, code).is_some()
        || (code == "DET" && profile.detention_rate_per_hour.is_some())
        || line.case.authorisation(code).is_some();
    if is_base || is_known || profile.accessorial_schedule.is_empty() {
        return None;
    }
    let billed = line.amount();
    let detail = format!("billed {billed}, but the contract has no {code}");
    Some(Finding::new(Rule::NotInContract, detail))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::charges::examples::{found, lumper_receipt, one_delivery, profile, shipment};
    use crate::charges::rules::Strength;
    use crate::understanding::Document;

    fn line(code: &str, amount: &str) -> Json {
        json!({"invoice_no": "1001", "line": 2, "code": code, "amount": amount})
    }

    fn over(line: &Json, pack: &[&Document], profile_json: Json) -> Option<Finding> {
        let mut json = one_delivery(&json!([line]));
        json["rates"] = json!({"linehaul": "1000.00"});
        found(
            a03_over_contract,
            pack,
            &shipment(json),
            &profile(profile_json),
        )
    }

    fn expected(finding: Option<Finding>) -> Option<String> {
        Some(finding?.expected?.to_string())
    }

    #[test]
    fn an_amount_above_the_schedule_is_over_the_contract_and_one_within_the_tolerance_is_not() {
        let schedule =
            json!({"accessorial_schedule": {"LIFT": "85.00"}, "caps": {"DASSIST": "100"}});
        let two = json!({"code": "LIFT", "qty": 2, "amount": "170.00"});
        assert_eq!(
            expected(over(&line("LIFT", "127.50"), &[], schedule.clone())),
            Some("85.00".into())
        );
        assert_eq!(over(&line("LIFT", "86.00"), &[], schedule.clone()), None);
        assert_eq!(over(&line("lift", "85.00"), &[], schedule.clone()), None);
        assert_eq!(over(&two, &[], schedule.clone()), None);
        assert_eq!(over(&line("RES", "500.00"), &[], schedule.clone()), None);
        assert_eq!(
            expected(over(&line("DASSIST", "150"), &[], schedule)),
            Some("100.00".into())
        );
    }

    #[test]
    fn unloading_is_measured_by_its_receipts() {
        let (one, two) = (
            lumper_receipt("195.00", "R-1"),
            lumper_receipt("80.00", "R-2"),
        );
        let lumper =
            |amount: &str, pack: &[&Document]| over(&line("LUMPER", amount), pack, json!({}));
        assert_eq!(expected(lumper("250.00", &[&one])), Some("195.00".into()));
        assert_eq!(lumper("195.00", &[&one, &two]), None);
        assert_eq!(lumper("275.00", &[&one, &two]), None);
        assert_eq!(lumper("250.00", &[]), None);
        assert_eq!(
            lumper("210.00", &[&one]).unwrap().strength,
            Strength::Likely
        );
    }

    #[test]
    fn the_linehaul_is_measured_net_of_its_discount() {
        let billed = |discount: &str| {
            let mut json = one_delivery(&json!([line("LH", "1500.00"), line("DSC", discount)]));
            json["rates"] = json!({"linehaul": "1000.00"});
            found(a03_over_contract, &[], &shipment(json), &profile(json!({})))
        };
        assert_eq!(billed("-500.00"), None);
        assert_eq!(expected(billed("-400.00")), Some("1000.00".into()));
    }

    #[test]
    fn hours_at_a_rate_above_the_contract_are_over_it_even_without_times() {
        let contract = json!({"detention_rate_per_hour": "60.00"});
        let hours = json!({"code": "DET", "qty": 2, "rate": "75.00", "amount": "150.00"});
        let flat = json!({"code": "DET", "qty": 1, "rate": "150.00", "amount": "150.00"});
        assert_eq!(
            expected(over(&hours, &[], contract.clone())),
            Some("120.00".into())
        );
        assert_eq!(over(&flat, &[], contract), None);
    }

    fn approval(granted: &Json, profile_json: Json) -> Option<Finding> {
        let mut json = one_delivery(
            &json!([{"code": "DET", "amount": "105.00", "billed_at": "2026-03-20T00:00:00Z"}]),
        );
        json["rates"] = json!({"accessorial_auth": granted});
        found(
            a08_unauthorised,
            &[],
            &shipment(json),
            &profile(profile_json),
        )
    }

    #[test]
    fn an_approval_that_the_contract_wants_must_be_there_and_cover_the_amount() {
        let wanted = || json!({"accessorial_preapproval": {"DET": "the broker"}});
        assert!(approval(&json!([]), wanted()).is_some());
        assert_eq!(approval(&json!([]), json!({})), None);
        assert_eq!(
            approval(&json!([{"code": "DET", "limit": "105.00"}]), wanted()),
            None
        );
        let over = approval(&json!([{"code": "DET", "limit": "60"}]), wanted());
        assert_eq!(expected(over), Some("60.00".into()));
        let late = approval(
            &json!([{"code": "DET", "at": "2026-03-21T00:00:00Z"}]),
            wanted(),
        );
        assert_eq!(late.unwrap().strength, Strength::Likely);
    }

    #[test]
    fn a_charge_that_the_schedule_lacks_is_not_in_the_contract() {
        let find = |code: &str, profile_json: Json| {
            let shipment = shipment(one_delivery(&json!([line(code, "95.00")])));
            found(a09_not_in_contract, &[], &shipment, &profile(profile_json)).is_some()
        };
        let schedule =
            || json!({"accessorial_schedule": {"LIFT": "85.00"}, "detention_rate_per_hour": "60"});
        assert!(find("RES", schedule()));
        for known in ["LIFT", "DET", "LH", "FSC"] {
            assert!(!find(known, schedule()), "{known}");
        }
        assert!(!find("RES", json!({})));
    }
}
