//! Rules on the bill itself: its words, its date, who sends it.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Finding, Line, Rule};
use crate::charges::catalogue::meant_by;

/// Days after the first bill within which a carrier may bill more (49 USC 13710, domain.md §4.3).
const ADDITIONAL_CHARGE_DAYS: i64 = 180;

/// A15: the carrier's own code or words mean another charge than the one it was billed as. Needs words that the trade knows;
/// words that only say "other" tell nothing.
pub(super) fn a15_miscoded(line: &Line<'_>) -> Option<Finding> {
    line.kind?;
    let raw = line.charge.raw_code.as_deref()?;
    let meant = meant_by(raw);
    let is_other = |code: &&str| *code != "MISC";
    let codes: Vec<_> = meant
        .iter()
        .map(|entry| entry.code)
        .filter(is_other)
        .collect();
    if codes.is_empty() || codes.contains(&line.code()) {
        return None;
    }
    let (billed, meant) = (line.amount(), codes.join(" or "));
    let detail = format!(
        "billed {billed} as {}, but the words on the bill mean {meant}",
        line.code()
    );
    Some(Finding::new(Rule::Miscoded, detail))
}

/// A16: billed later than the contract allows after delivery, or more than 180 days after the shipment's first bill. Needs
/// the date of the bill, and the day of delivery or an earlier bill.
pub(super) fn a16_late_bill(line: &Line<'_>) -> Option<Finding> {
    let billed_on = billed_on(line)?;
    let delivered_on = line.case.evidence.delivered_on.last().copied();
    let contract_days = line.case.profile.invoice_due_days.map(i64::from);
    let first_bill = line
        .case
        .lines()
        .filter_map(|line| self::billed_on(&line))
        .min()?;
    let by_contract = delivered_on.zip(contract_days);
    let (since, what, days) = by_contract
        .filter(|(since, days)| days_between(*since, billed_on) > *days)
        .map(|(since, days)| (since, "delivery", days))
        .or_else(|| {
            let after = days_between(first_bill, billed_on);
            let is_late = after > ADDITIONAL_CHARGE_DAYS;
            is_late.then_some((first_bill, "the first bill", ADDITIONAL_CHARGE_DAYS))
        })?;
    let (billed, late) = (line.amount(), days_between(since, billed_on));
    let detail = format!("billed {billed} {late} days after {what}, {days} are allowed");
    Some(Finding::new(Rule::LateBill, detail))
}

/// Day of the bill, UTC: the limits are whole weeks.
fn billed_on(line: &Line<'_>) -> Option<Date> {
    let at = line.charge.billed_at?;
    Some(at.to_zoned(TimeZone::UTC).date())
}

fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// A18: the invoice on paper bears another carrier's code than the tendered one. Needs both codes, and the invoice's number
/// where several invoices were billed.
pub(super) fn a18_entity(line: &Line<'_>) -> Option<Finding> {
    let tendered = line.case.shipment.carrier.scac.as_deref()?.trim();
    let mut invoices = line.case.evidence.invoices.iter();
    let paper = invoices.find(|paper| is_invoice_of(line, paper.number.as_deref()))?;
    let billing = paper.scac.as_deref()?.trim();
    if billing.eq_ignore_ascii_case(tendered) || ![billing, tendered].into_iter().all(is_scac) {
        return None;
    }
    let billed = line.amount();
    let detail = format!(
        "billed {billed} by {billing}, but {tendered} carries the load: call back on a known number before paying"
    );
    Some(Finding::new(Rule::Entity, detail).at(paper.place))
}

fn is_scac(code: &str) -> bool {
    (2..=4).contains(&code.chars().count()) && code.chars().all(|c| c.is_ascii_alphabetic())
}

fn is_invoice_of(line: &Line<'_>, number: Option<&str>) -> bool {
    let ours = &line.charge.invoice_no;
    match number {
        Some(number) => number.trim().eq_ignore_ascii_case(ours.trim()),
        None => line
            .case
            .lines()
            .all(|other| other.charge.invoice_no == *ours),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::charges::examples::{field, findings, one_delivery_seen, paper, profile, shipment};
    use crate::understanding::{Document, DocumentClass, FieldName, Value};

    #[test]
    fn words_that_mean_another_charge_are_miscoded() {
        for (code, raw, is_miscoded) in [
            ("MISC", "LUMPER FEE", true),
            ("LAY", "DETENTION 3 HRS", true),
            ("LIFT", "DTU", true),
            ("LIFT", "LFT", false),
            ("DASSIST", "LAB", false),
            ("LIMITED", "ZZZ", false),
            ("LIFT", "delivery service", false),
            ("OWN_CODE", "lumper", false),
        ] {
            let billed = json!([{"code": code, "raw_code": raw, "amount": "95.00"}]);
            let shipment = shipment(json!({"billed": billed}));
            let found = findings(a15_miscoded, &[], &shipment, &profile(json!({})));
            assert_eq!(found[0].is_some(), is_miscoded, "{code} {raw}");
        }
    }

    fn late(dates: &[&str], profile_json: Json) -> Vec<bool> {
        let lines: Vec<_> = dates
            .iter()
            .map(|date| json!({"code": "LIFT", "amount": "95.00", "billed_at": format!("{date}T12:00:00Z")}))
            .collect();
        let mut delivered = shipment(one_delivery_seen(&json!(lines), "08:00", "09:00"));
        delivered.stops[1].events[1].code = "D1".to_owned();
        let found = findings(a16_late_bill, &[], &delivered, &profile(profile_json));
        found.iter().map(Option::is_some).collect()
    }

    #[test]
    fn a_bill_beyond_the_contract_or_half_a_year_after_the_first_is_late() {
        assert_eq!(
            late(
                &["2026-04-13", "2026-04-14"],
                json!({"invoice_due_days": 30})
            ),
            [false, true]
        );
        assert_eq!(
            late(&["2026-03-20", "2026-09-16", "2026-09-17"], json!({})),
            [false, false, true]
        );
        assert_eq!(late(&["2027-03-20"], json!({})), [false]);
    }

    fn invoice(number: Option<&str>, scac: &str) -> Document {
        let text = |name, text: &str| field(name, Value::Text(text.to_owned()), text);
        let mut fields = vec![text(FieldName::Scac, scac)];
        fields.extend(number.map(|number| text(FieldName::InvoiceNo, number)));
        paper(DocumentClass::FreightInvoice, fields)
    }

    #[test]
    fn an_invoice_of_another_carrier_is_named_on_its_own_lines_only() {
        let shipment = shipment(json!({"carrier": {"scac": "ACMT"}, "billed": [
            {"invoice_no": "1001", "code": "LH", "amount": "900"}, {"invoice_no": "77", "code": "LIFT", "amount": "95"}]}));
        let flagged = |document: &Document| -> Vec<bool> {
            let found = findings(a18_entity, &[document], &shipment, &profile(json!({})));
            found.iter().map(Option::is_some).collect()
        };
        assert_eq!(flagged(&invoice(Some("77"), "ZZXQ")), [false, true]);
        assert_eq!(flagged(&invoice(Some("77"), "acmt")), [false, false]);
        assert_eq!(flagged(&invoice(None, "ZZXQ")), [false, false]);
        assert_eq!(
            flagged(&invoice(Some("77"), "ZZXQ LOGISTICS")),
            [false, false]
        );
    }
}
