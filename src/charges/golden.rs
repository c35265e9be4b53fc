//! The golden cases 15 to 20 of domain.md §8, and charges that look odd but are right.

use jiff::civil::date;
use serde_json::{Value as Json, json};

use crate::charges::ScoredCharge;
use crate::charges::examples::{
    delivery_receipt, field, lumper_receipt, money, one_delivery, one_delivery_seen, profile,
    receipt_with_times, shipment, sixty_an_hour,
};
use crate::charges::habits::Habits;
use crate::charges::score::{ScoredPack, Terms, score_charges};
use crate::decision::{ExceptionCode, Profile};
use crate::understanding::{Document, FieldName, Value};

fn scored(pack: &[&Document], json: Json, profile: &Profile) -> ScoredPack {
    let terms = Terms {
        profile,
        habits: &Habits::default(),
        model: None,
    };
    score_charges(pack, &shipment(json), &terms)
}

fn rules(charge: &ScoredCharge) -> Vec<&str> {
    charge
        .reasons
        .iter()
        .map(|reason| reason.rule.as_str())
        .collect()
}

fn codes(scored: &ScoredPack) -> Vec<ExceptionCode> {
    scored
        .exceptions
        .iter()
        .map(|exception| exception.code)
        .collect()
}

fn is_high(charge: &ScoredCharge) -> bool {
    charge.score.get() >= 0.9
}

fn det(amount: &str) -> Json {
    json!([{"invoice_no": "1001", "line": 1, "code": "LH", "amount": "1500.00"},
        {"invoice_no": "1001", "line": 2, "code": "DET", "amount": amount}])
}

#[test]
fn case_15_a_lumper_receipt_that_names_another_load_is_billed_twice() {
    let mut receipt = lumper_receipt("195.00", "R-1");
    let (name, value) = field(
        FieldName::LoadNumber,
        Value::Text("904417".to_owned()),
        "904417",
    );
    receipt.fields.insert(name, value);
    let mut json = one_delivery(
        &json!([{"invoice_no": "1001", "line": 3, "code": "LUMPER", "amount": "195.00"}]),
    );
    json["refs"] = json!([{"type": "LOAD", "value": "778120"}]);
    let scored = scored(&[&receipt], json, &sixty_an_hour());
    assert_eq!(rules(&scored.accessorials.charges[0]), ["A06"]);
    assert_eq!(codes(&scored), [ExceptionCode::AccessorialDuplicate]);
    assert!(
        scored.exceptions[0].page.is_some(),
        "the receipt is the document at hand"
    );
}

#[test]
fn case_16_detention_reckoned_from_arrival_is_over_the_contract() {
    let paper = receipt_with_times("08:00", "12:10");
    let scored = scored(&[&paper], one_delivery(&det("135.00")), &sixty_an_hour());
    let charge = &scored.accessorials.charges[1];
    assert_eq!(rules(charge), ["A04"]);
    assert_eq!(charge.reasons[0].expected, Some(money("105.00")));
    let detail = &charge.reasons[0].detail;
    assert!(
        detail.contains("135.00") && detail.contains("105.00"),
        "{detail}"
    );
    assert!(is_high(charge));
    assert_eq!(codes(&scored), [ExceptionCode::AccessorialOverContract]);
}

#[test]
fn case_16_times_stretched_on_the_paper_are_found_by_the_events() {
    let paper = receipt_with_times("08:00", "12:40");
    let json = one_delivery_seen(&det("135.00"), "08:05", "12:10");
    let scored = scored(&[&paper], json, &sixty_an_hour());
    let charge = &scored.accessorials.charges[1];
    assert_eq!(rules(charge), ["A05"]);
    assert_eq!(charge.reasons[0].expected, Some(money("105.00")));
}

#[test]
fn case_17_a_liftgate_at_a_distribution_centre_with_docks_is_unsupported() {
    let mut json = one_delivery(
        &json!([{"invoice_no": "1001", "line": 2, "code": "LIFT", "amount": "95.00"}]),
    );
    json["stops"][1]["flags"] = json!({"dock": true});
    let scored = scored(&[&delivery_receipt(vec![])], json, &sixty_an_hour());
    let charge = &scored.accessorials.charges[0];
    assert_eq!(rules(charge), ["A02"]);
    assert!(is_high(charge));
    assert_eq!(codes(&scored), [ExceptionCode::AccessorialUnsupported]);
}

#[test]
fn case_18_fuel_surcharge_of_another_monday_is_recomputed() {
    let mut json = one_delivery(
        &json!([{"invoice_no": "1001", "line": 2, "code": "FSC", "amount": "207.69"}]),
    );
    json["rates"] =
        json!({"miles": 500, "fsc": {"table": "DOE", "index_date": "2026-03-09", "index": "3.85"}});
    let profile = profile(json!({"fsc": {"TL": {"peg": "1.25", "mpg": "6.5"}}}));
    let scored = scored(&[], json, &profile);
    let charge = &scored.accessorials.charges[0];
    assert_eq!(rules(charge), ["A14"]);
    assert_eq!(charge.reasons[0].expected, Some(money("200.00")));
    assert_eq!(codes(&scored), [ExceptionCode::AccessorialOverContract]);
}

#[test]
fn case_19_a_truck_not_used_on_a_delivered_load_is_contradicted() {
    let json = one_delivery(
        &json!([{"invoice_no": "1001", "line": 2, "code": "TONU", "amount": "200.00"}]),
    );
    let scored = scored(&[], json, &sixty_an_hour());
    let charge = &scored.accessorials.charges[0];
    assert_eq!(rules(charge), ["A02"]);
    assert!(is_high(charge));
}

#[test]
fn case_20_a_second_invoice_with_the_same_charges_is_a_duplicate() {
    let paper = receipt_with_times("08:00", "12:10");
    let line = |invoice: &str, code: &str, amount: &str| json!({"invoice_no": invoice, "line": 1, "code": code, "amount": amount});
    let billed = json!([
        line("1001", "LH", "1500.00"),
        line("1001", "DET", "105.00"),
        line("1001-R", "LH", "1500.00"),
        line("1001-R", "DET", "105.00")
    ]);
    let scored = scored(&[&paper], one_delivery(&billed), &sixty_an_hour());
    let charges = &scored.accessorials.charges;
    assert_eq!(
        charges.iter().map(rules).collect::<Vec<_>>(),
        [vec![], vec![], vec!["A06"], vec!["A06"]]
    );
    assert_eq!(codes(&scored), [ExceptionCode::AccessorialDuplicate]);
}

#[test]
fn detention_that_paper_events_and_contract_agree_on_is_usual() {
    let paper = receipt_with_times("8:00", "12:10");
    let json = one_delivery_seen(&det("105.00"), "08:05", "12:08");
    let scored = scored(&[&paper], json, &sixty_an_hour());
    assert_eq!(scored.accessorials.score.unwrap().get(), 0.0);
    assert_eq!(scored.exceptions, []);
}

#[test]
fn detention_of_half_a_day_in_a_storm_is_usual_when_the_times_show_it() {
    let paper = receipt_with_times("08:00", "17:30");
    let scored = scored(&[&paper], one_delivery(&det("400.00")), &sixty_an_hour());
    assert_eq!(scored.accessorials.score.unwrap().get(), 0.0);
}

#[test]
fn loading_and_unloading_on_one_line_are_usual_together() {
    let paper = receipt_with_times("08:00", "12:10");
    let mut json = one_delivery(&det("165.00"));
    json["stops"][0]["events"] = json!([
        {"code": "X3", "at": "2026-03-12T13:00:00Z"}, {"code": "AF", "at": "2026-03-12T16:00:00Z"}]);
    let scored = scored(&[&paper], json, &sixty_an_hour());
    assert_eq!(scored.accessorials.score.unwrap().get(), 0.0);
}

#[test]
fn the_same_unloading_at_two_stops_with_two_receipts_is_usual() {
    let (first, second) = (
        lumper_receipt("195.00", "R-1"),
        lumper_receipt("195.00", "R-2"),
    );
    let json = json!({"mode": "TL", "stops": [{"seq": 1, "kind": "pickup"}, {"seq": 2}, {"seq": 3}], "billed": [
        {"invoice_no": "1001", "line": 2, "code": "LUMPER", "amount": "195.00"},
        {"invoice_no": "1001", "line": 3, "code": "LUMPER", "amount": "195.00"}]});
    let scored = scored(&[&first, &second], json, &sixty_an_hour());
    assert_eq!(scored.accessorials.score.unwrap().get(), 0.0);
}

#[test]
fn detention_that_nobody_billed_is_an_exception_but_no_score() {
    let day = field(
        FieldName::DeliveryDate,
        Value::Date(date(2026, 3, 14)),
        "03/14/26",
    );
    let mut paper = receipt_with_times("08:00", "12:10");
    paper.fields.insert(day.0, day.1);
    let billed = json!([{"invoice_no": "1001", "line": 1, "code": "LH", "amount": "1500.00"}]);
    let scored = scored(&[&paper], one_delivery(&billed), &sixty_an_hour());
    assert_eq!(scored.accessorials.score.unwrap().get(), 0.0);
    assert_eq!(codes(&scored), [ExceptionCode::MissedRevenue]);
    assert!(scored.exceptions[0].detail.contains("105.00"));
}
