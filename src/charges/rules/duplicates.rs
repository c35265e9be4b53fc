//! The rule on what was billed before: the same charge, the same invoice, another load's receipt.

use super::{Case, Finding, Line, Rule, detention, evidence::is_site};
use crate::charges::catalogue::{Bearer, Proof, plain};
use crate::charges::evidence::Receipt;
use crate::document::Money;
use crate::shipments::{Reference, ReferenceKind, Shipment, Stop, StopKind};

/// A06: the line repeats one that was billed before, on the same or on a later invoice; or the receipt for it names another
/// load. Needs a line that came before, more often than the shipment's stops can bear it and than credits took back, or a
/// lumper receipt in the pack with a load number. (A receipt seen with another shipment is for the ledger to tell.)
pub(super) fn a06_duplicate(line: &Line<'_>) -> Option<Finding> {
    billed_again(line)
        .or_else(|| billed_twice(line))
        .or_else(|| receipt_of_another_load(line))
}

/// The whole invoice repeats an earlier one: the new number is the old one with a suffix, or the linehaul is on it again.
fn billed_again(line: &Line<'_>) -> Option<Finding> {
    let case = line.case;
    let earlier = case.lines().find(|earlier| {
        is_same_charge(earlier, line)
            && is_before(earlier, line)
            && is_other_invoice(earlier, line)
            && repeats(case, line, earlier)
    })?;
    if credits(line) > 0 {
        return None;
    }
    let detail = format!(
        "billed {} again: invoice {} repeats invoice {}",
        line.amount(),
        line.charge.invoice_no,
        earlier.charge.invoice_no
    );
    Some(Finding::new(Rule::Duplicate, detail).expecting(Money::default()))
}

fn is_other_invoice(one: &Line<'_>, other: &Line<'_>) -> bool {
    let (one, other) = (&one.charge.invoice_no, &other.charge.invoice_no);
    one != other && !one.is_empty() && !other.is_empty()
}

/// Does the invoice of `later` hold nothing but charges of the invoice of `earlier`.
fn repeats(case: Case<'_>, later: &Line<'_>, earlier: &Line<'_>) -> bool {
    let of_invoice = |number: &str| {
        let number = number.to_owned();
        case.lines()
            .filter(move |line| line.charge.invoice_no == number)
    };
    let (new, old) = (&later.charge.invoice_no, &earlier.charge.invoice_no);
    let has_linehaul = of_invoice(new).any(|line| line.is("LH"));
    (stem(new) == stem(old) || has_linehaul)
        && of_invoice(new).all(|line| of_invoice(old).any(|other| is_same_charge(&other, &line)))
}

/// An invoice number without the suffix that carriers give a second bill: `1001-R`, `1001A`, `1001-2`.
fn stem(number: &str) -> String {
    let number = number.trim().to_ascii_uppercase();
    let separated = number
        .rsplit_once(['-', '/', '.', ' '])
        .filter(|(stem, suffix)| suffix.chars().count() <= 3 && !stem.is_empty());
    if let Some((stem, _)) = separated {
        return stem.to_owned();
    }
    let bare = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let is_lettered = number.chars().count() == bare.chars().count() + 1
        && bare.ends_with(|c: char| c.is_ascii_digit());
    if is_lettered { bare.to_owned() } else { number }
}

/// The same code and amount.
fn is_same_charge(one: &Line<'_>, other: &Line<'_>) -> bool {
    one.code == other.code && one.amount() == other.amount()
}

/// The same charge, and nothing that tells both apart: quantity, rate and the carrier's own words agree where both give them.
fn is_twin(one: &Line<'_>, other: &Line<'_>) -> bool {
    fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.is_none() || other.is_none() || one == other
    }
    let words = |line: &Line<'_>| line.charge.raw_code.as_deref().map(plain);
    is_same_charge(one, other)
        && agree(one.charge.qty, other.charge.qty)
        && agree(one.charge.rate, other.charge.rate)
        && agree(words(one), words(other))
}

/// Order of billing: by date; without one the shorter invoice number (no suffix yet), then the feed's order.
fn is_before(one: &Line<'_>, other: &Line<'_>) -> bool {
    let order = |line: &Line<'_>| {
        (
            line.charge.billed_at,
            line.charge.invoice_no.chars().count(),
            line.index,
        )
    };
    order(one) < order(other)
}

/// How many lines take the charge back.
fn credits(line: &Line<'_>) -> usize {
    let takes_back =
        |other: &Line<'_>| other.code == line.code && other.amount().0 == -line.amount().0;
    line.case.lines().filter(takes_back).count()
}

/// More twins came before than the shipment can bear.
fn billed_twice(line: &Line<'_>) -> Option<Finding> {
    let bearable = times_bearable(line)?;
    let case = line.case;
    let mut earlier: Vec<_> = case
        .lines()
        .filter(|other| is_twin(other, line) && is_before(other, line))
        .collect();
    if earlier.len() < bearable.saturating_add(credits(line)) {
        return None;
    }
    let first = earlier.pop()?;
    let detail = format!(
        "billed {} on line {} of invoice {} already, and the shipment bears {} {bearable} time(s)",
        first.amount(),
        first.charge.line,
        first.charge.invoice_no,
        line.code()
    );
    Some(Finding::new(Rule::Duplicate, detail).expecting(Money::default()))
}

/// How often the shipment can bear the charge, at least once; `None` for any number of times.
fn times_bearable(line: &Line<'_>) -> Option<usize> {
    let kind = line.kind?;
    let stops = &line.case.shipment.stops;
    let count = |kind| stops.iter().filter(|stop| stop.kind == kind).count();
    let times = match kind.bearer {
        Bearer::Shipment => 1,
        Bearer::Delivery => count(StopKind::Delivery).max(receipts_of(line)),
        Bearer::Pickup => count(StopKind::Pickup),
        Bearer::Stop => count(StopKind::Delivery).saturating_add(pickups_showing(line)),
        Bearer::ExtraStop => stops.len().saturating_sub(2),
        Bearer::Many => return None,
    };
    Some(times.max(1))
}

/// Receipts that give exactly the billed amount.
fn receipts_of(line: &Line<'_>) -> usize {
    let receipts = line.case.evidence.receipts.iter();
    let same = receipts.filter(|receipt| line.is("LUMPER") && receipt.total == line.amount());
    same.count()
}

/// Pickups that can bear the charge beside the deliveries.
fn pickups_showing(line: &Line<'_>) -> usize {
    let proof = line.kind.map(|kind| kind.proof);
    let shows = |stop: &Stop| {
        if let Some(Proof::Site(site)) = proof {
            return is_site(stop, site) == Some(true);
        }
        matches!(proof, Some(Proof::Appointment)) && stop.appt.is_some()
    };
    let stops = line.case.shipment.stops.iter();
    let pickups = stops.filter(|stop| stop.kind == StopKind::Pickup);
    pickups.filter(|stop| shows(stop)).count() + detention::pickups_over(line)
}

/// A receipt in the pack that pays for another load: its numbers are of a kind that this shipment has, and none is near.
fn receipt_of_another_load(line: &Line<'_>) -> Option<Finding> {
    if !line.is("LUMPER") {
        return None;
    }
    let receipts = &line.case.evidence.receipts;
    let receipt = receipts
        .iter()
        .find(|receipt| line.case.agrees(line.amount(), receipt.total))?;
    let named = other_load(receipt, line.case.shipment)?;
    let detail = format!(
        "billed {} by a receipt that names load {named}: see whether it was billed there",
        line.amount()
    );
    Some(Finding::new(Rule::Duplicate, detail).at(receipt.place))
}

/// The number of the other load; `None` where the receipt names this one, or nothing that can be compared.
fn other_load(receipt: &Receipt, shipment: &Shipment) -> Option<String> {
    let is_comparable = |kind: ReferenceKind| shipment.refs.iter().any(|known| known.kind == kind);
    let is_ours = |value: &str| shipment.refs.iter().any(|known| is_near(known, value));
    if receipt.names.iter().any(|(_, value)| is_ours(value)) {
        return None;
    }
    let other = receipt
        .names
        .iter()
        .find(|(kind, _)| is_comparable(*kind))?;
    Some(other.1.clone())
}

/// The same identifier, give or take two characters that were misread, or a part of it.
fn is_near(known: &Reference, value: &str) -> bool {
    let compact = |text: &str| {
        let signs = text.chars().filter(char::is_ascii_alphanumeric);
        signs.collect::<String>().to_ascii_uppercase()
    };
    let (known, value) = (compact(&known.value), compact(value));
    if known.is_empty() || value.is_empty() {
        return false;
    }
    known.contains(&value) || value.contains(&known) || strsim::levenshtein(&known, &value) <= 2
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::charges::examples::{
        field, findings, lumper_receipt, one_delivery, profile, shipment,
    };
    use crate::understanding::{Document, FieldName, Value};

    fn line(invoice: &str, code: &str, amount: &str) -> Json {
        json!({"invoice_no": invoice, "line": 1, "code": code, "amount": amount})
    }

    fn flagged(
        rule: fn(&Line<'_>) -> Option<Finding>,
        pack: &[&Document],
        json: Json,
    ) -> Vec<bool> {
        let found = findings(rule, pack, &shipment(json), &profile(json!({})));
        found.iter().map(Option::is_some).collect()
    }

    fn duplicates(lines: &[Json]) -> Vec<bool> {
        flagged(a06_duplicate, &[], one_delivery(&json!(lines)))
    }

    #[test]
    fn only_the_later_copy_of_a_line_is_a_duplicate() {
        let lines = [line("1001", "LIFT", "85.00"), line("1001", "LIFT", "85.00")];
        assert_eq!(duplicates(&lines), [false, true]);
        let later = json!({"invoice_no": "1001", "code": "LIFT", "amount": "85.00", "billed_at": "2026-04-01T00:00:00Z"});
        let first = json!({"invoice_no": "1001", "code": "LIFT", "amount": "85.00", "billed_at": "2026-03-01T00:00:00Z"});
        assert_eq!(duplicates(&[later, first]), [true, false]);
    }

    #[test]
    fn a_second_invoice_with_a_suffix_and_the_same_charges_is_a_duplicate() {
        for (old, new) in [
            ("INV1001", "INV1001-R"),
            ("1001A", "1001B"),
            ("1001", "1001-2"),
            ("1001", "2050"),
        ] {
            let lines = [
                line(old, "LH", "1500.00"),
                line(old, "DET", "105.00"),
                line(new, "LH", "1500.00"),
                line(new, "DET", "105.00"),
            ];
            assert_eq!(
                duplicates(&lines),
                [false, false, true, true],
                "{old} {new}"
            );
        }
    }

    #[test]
    fn a_second_invoice_with_other_charges_is_none() {
        let lines = [
            line("1001", "LH", "1500.00"),
            line("1001-A", "DET", "105.00"),
            line("1001-A", "LUMPER", "195.00"),
        ];
        assert_eq!(duplicates(&lines), [false; 3]);
    }

    #[test]
    fn a_charge_that_was_credited_may_be_billed_again() {
        let lines = [
            line("1001", "LH", "1500.00"),
            line("1001-C", "LH", "-1500.00"),
            line("1001-R", "LH", "1500.00"),
        ];
        assert!(!duplicates(&lines)[2]);
    }

    #[test]
    fn same_amounts_on_different_stops_are_no_duplicates() {
        let stops = json!([{"seq": 1, "kind": "pickup"}, {"seq": 2}, {"seq": 3}]);
        let lumper = || line("1001", "LUMPER", "195.00");
        let two = json!({"stops": stops, "billed": [lumper(), lumper()]});
        assert_eq!(flagged(a06_duplicate, &[], two), [false, false]);
        let three = json!({"stops": stops, "billed": [lumper(), lumper(), lumper()]});
        assert_eq!(flagged(a06_duplicate, &[], three), [false, false, true]);
    }

    #[test]
    fn lines_that_something_tells_apart_are_no_duplicates() {
        let with = |key: &str, value: Json| {
            let mut line = line("1001", "DET", "60.00");
            line[key] = value;
            line
        };
        assert_eq!(
            duplicates(&[
                with("raw_code", json!("DTL")),
                with("raw_code", json!("DTU"))
            ]),
            [false; 2]
        );
        assert_eq!(
            duplicates(&[with("qty", json!(1)), with("qty", json!(2))]),
            [false; 2]
        );
        assert_eq!(
            duplicates(&[line("1001", "TOLL", "12.50"), line("1001", "TOLL", "12.50")]),
            [false; 2]
        );
    }

    #[test]
    fn detention_at_the_pickup_bears_a_second_line() {
        let mut json = one_delivery(&json!([
            line("1001", "DET", "60.00"),
            line("1001", "DET", "60.00")
        ]));
        assert_eq!(flagged(a06_duplicate, &[], json.clone()), [false, true]);
        json["stops"][0]["events"] = json!([
            {"code": "X3", "at": "2026-03-13T08:00:00Z"}, {"code": "AF", "at": "2026-03-13T11:00:00Z"}]);
        assert_eq!(flagged(a06_duplicate, &[], json), [false, false]);
    }

    #[test]
    fn two_receipts_bear_two_lines() {
        let (first, second) = (
            lumper_receipt("195.00", "R-1"),
            lumper_receipt("195.00", "R-2"),
        );
        let lumper = || line("1001", "LUMPER", "195.00");
        let json = one_delivery(&json!([lumper(), lumper()]));
        assert_eq!(
            flagged(a06_duplicate, &[&first], json.clone()),
            [false, true]
        );
        assert_eq!(
            flagged(a06_duplicate, &[&first, &second], json),
            [false, false]
        );
    }

    #[test]
    fn a_receipt_that_names_another_load_is_reused_and_one_that_was_misread_is_not() {
        let names = |load: &str| {
            let mut receipt = lumper_receipt("195.00", "R-1");
            let (name, value) = field(FieldName::LoadNumber, Value::Text(load.to_owned()), load);
            receipt.fields.insert(name, value);
            let mut json = one_delivery(&json!([line("1001", "LUMPER", "195.00")]));
            json["refs"] = json!([{"type": "LOAD", "value": "L-778120"}]);
            flagged(a06_duplicate, &[&receipt], json)
        };
        assert_eq!(names("L-904417"), [true]);
        assert_eq!(names("L778120"), [false]);
        assert_eq!(names("L-77B12O"), [false]);
    }
}
