//! Features: a charge in numbers, for the model that says how unusual it is. The one implementation that training and the worker share
//! (`countersign charge-features`).
//!
//! In: a billed line in its case, what the rules found on it, and what is usual ([`Habits`]). Out: the values of [`charge_features`], in order. Nothing in them
//! says who drove or who signed.

use std::f64::consts::TAU;

use jiff::tz::TimeZone;
use rust_decimal::prelude::ToPrimitive as _;

use super::habits::{Group, Habits, count, ln};
use super::prices::{Prices, ln_price};
use super::rules::{Finding, Line, Rule, Strength};
use super::stay::Witness;
use super::usual::Usual;
use crate::shipments::Shipment;

/// Raised with every change of what a feature is: a model takes those that it was trained on.
pub const CHARGE_FEATURE_SCHEMA: u32 = 2;

/// The rules, each a feature: 1 where it surely found something, 0.6 where likely.
const RULES: [Rule; 13] = [
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
    Rule::Entity,
];

/// Kinds of charge that have a feature of their own; the others share one.
const CODES: [&str; 16] = [
    "DET", "DETW", "LAY", "TONU", "STOP", "LUMPER", "LIFT", "RES", "LIMITED", "APPT", "REDEL",
    "INSIDE_D", "SORTSEG", "REWEIGH", "HAZ", "MISC",
];

/// A feature, and what it is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feature {
    /// Its name.
    pub name: &'static str,
    /// What is usual takes the place of a value where its share in a score is asked for.
    pub about: About,
}

/// What a feature is about: those that are about one thing are told together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// What the rules found.
    Rules,
    /// The kind of charge and the mode: never a reason by itself.
    Kind,
    /// The amount, against the contract and the evidence.
    Expected,
    /// The amount, against what is usual.
    Amount,
    /// The price of a unit, against what is usual.
    Price,
    /// How often it is billed.
    Frequency,
    /// The papers and events.
    Evidence,
    /// Times of the stay.
    Times,
    /// When it was billed.
    Billing,
    /// The season.
    Season,
}

/// The features beside the rules and the kinds of charge.
const OTHERS: [Feature; 41] = [
    of("other_code", About::Kind),
    of("truckload", About::Kind),
    of("reefer", About::Kind),
    of("has_expected", About::Expected),
    of("ln_over_expected", About::Expected),
    of("ln_amount", About::Amount),
    of("amount_for_customer", About::Amount),
    of("amount_for_carrier", About::Amount),
    of("amount_for_site", About::Amount),
    of("amount_for_all", About::Amount),
    of("known_of_customer", About::Kind),
    of("known_of_carrier", About::Kind),
    of("known_of_site", About::Kind),
    of("rate_of_customer", About::Frequency),
    of("rate_of_carrier", About::Frequency),
    of("rate_of_site", About::Frequency),
    of("rate_of_all", About::Frequency),
    of("signed_for", About::Evidence),
    of("receipt", About::Evidence),
    of("papers", About::Evidence),
    of("authorised", About::Evidence),
    of("needs_approval", About::Evidence),
    of("paper_times", About::Times),
    of("event_times", About::Times),
    of("minutes_over", About::Times),
    of("minutes_apart", About::Times),
    of("days_to_bill", About::Billing),
    of("round_to_five", About::Billing),
    of("round_to_quarter", About::Billing),
    of("same_code_lines", About::Billing),
    of("accessorial_lines", About::Billing),
    of("later_invoice", About::Billing),
    of("season_sin", About::Season),
    of("season_cos", About::Season),
    of("has_rate", About::Kind),
    of("price_for_customer", About::Price),
    of("price_again_for_customer", About::Price),
    of("price_for_contract", About::Price),
    of("price_again_for_contract", About::Price),
    of("price_since_first", About::Price),
    of("known_of_contract", About::Kind),
];

const fn of(name: &'static str, about: About) -> Feature {
    Feature { name, about }
}

/// All features, in order.
#[must_use]
pub fn charge_features() -> Vec<Feature> {
    let rules = RULES.iter().map(|rule| of(rule.code(), About::Rules));
    let codes = CODES.iter().map(|code| of(code, About::Kind));
    rules.chain(codes).chain(OTHERS).collect()
}

/// The features of one billed line.
#[must_use]
pub fn features_of(line: &Line<'_>, findings: &[Finding], habits: &Habits) -> Vec<f32> {
    let rules = RULES.iter().map(|rule| {
        let found = findings.iter().filter(|finding| finding.rule == *rule);
        let strength = found.map(|finding| match finding.strength {
            Strength::Sure => 1.0,
            Strength::Likely => 0.6,
        });
        strength.fold(0.0, f64::max)
    });
    let codes = CODES.iter().map(|code| flag(line.code() == *code));
    let others = others(line, habits).into_iter().chain(prices(line, habits));
    let values = rules.chain(codes).chain(others);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "single precision is what the model takes"
    )]
    let values = values.map(|value| value as f32).collect();
    values
}

fn others(line: &Line<'_>, habits: &Habits) -> [f64; OTHERS.len() - PRICES] {
    let (case, charge) = (line.case(), line.charge());
    let (shipment, evidence) = (case.shipment, case.evidence);
    let expected = line.expected();
    let ln_amount = ln(charge.amount).unwrap_or_default();
    let over = expected.and_then(ln).map_or(0.0, |due| ln_amount - due);
    let usual = |group| habits.usual(group, shipment, line.code());
    let [customer, carrier, site, all] = Group::ALL.map(usual);
    let above = |usual: Usual| match usual.lines {
        0..MOST_UNKNOWN => 0.0,
        _ => usual.deviations(ln_amount).clamp(-6.0, 6.0),
    };
    let base = all.rate(0.05);
    let rate = |usual: Usual| (usual.rate(base) / base).ln();
    let (sin, cos) = season(shipment);
    let stays = |by: Witness| evidence.stays.iter().any(|stay| stay.witness == by);
    [
        flag(!CODES.contains(&line.code())),
        flag(shipment.mode.as_deref() == Some("TL")),
        flag(shipment.equipment.kind.as_deref() == Some("reefer")),
        flag(expected.is_some()),
        over.clamp(-3.0, 3.0),
        ln_amount,
        above(customer),
        above(carrier),
        above(site),
        above(all),
        count(customer.lines).ln_1p(),
        count(carrier.lines).ln_1p(),
        count(site.lines).ln_1p(),
        rate(customer),
        rate(carrier),
        rate(site),
        base.ln(),
        flag(evidence.is_signed_for),
        count(evidence.receipts.len() as u64).min(3.0),
        count(evidence.papers.len() as u64).min(5.0),
        flag(line.is_authorised()),
        flag(line.needs_approval()),
        flag(stays(Witness::Paper)),
        flag(stays(Witness::Events) || stays(Witness::EventsWithoutZone)),
        line.minutes_over().map_or(-60.0, f64::from) / 60.0,
        minutes_apart(line) / 60.0,
        days_to_bill(line),
        flag(is_multiple(line, 5)),
        flag(is_multiple(line, 25)),
        same_code(line),
        accessorials(line),
        flag(is_later_invoice(line)),
        sin,
        cos,
    ]
}

/// Amounts of fewer charges than this tell nothing of what is usual.
const MOST_UNKNOWN: u64 = 5;

/// The last of the features are about the price.
const PRICES: usize = 7;

/// The price of a unit beside those that the customer pays, and pays to this carrier: how far it is from the usual one, and from the
/// first ones, as logarithms, and how many were the same. Prices are agreed on, so that a few tell; -1 where none do.
fn prices(line: &Line<'_>, habits: &Habits) -> [f64; PRICES] {
    let price = ln_price(line.charge()).unwrap_or_default();
    let above = |usual: Option<f64>| usual.map_or(0.0, |usual| (price - usual).clamp(-3.0, 3.0));
    let known = |group, fewest: u64| {
        let prices = habits.prices(group, line.case().shipment, line.code());
        let lines = prices.lines();
        (lines, Some(prices).filter(|_| lines >= fewest))
    };
    let usual = |prices: &Option<Prices>| above(prices.as_ref().and_then(Prices::usual));
    let again = |prices: &Option<Prices>| {
        let share = prices.as_ref().and_then(|prices| prices.share_at(price));
        share.unwrap_or(-1.0)
    };
    let (_, customer) = known(Group::Customer, 3);
    let (lines, contract) = known(Group::Contract, 2);
    let first = contract.as_ref().and_then(Prices::usual_at_first);
    [
        flag(line.charge().rate.is_some()),
        usual(&customer),
        again(&customer),
        usual(&contract),
        again(&contract),
        above(first),
        count(lines).ln_1p(),
    ]
}

fn flag(set: bool) -> f64 {
    f64::from(u8::from(set))
}

/// How much longer the truck stayed by the paper than by the events; 0 where one of them is silent.
fn minutes_apart(line: &Line<'_>) -> f64 {
    let longest = |paper: bool| {
        let stays = line.case().evidence.stays.iter();
        let stays = stays.filter(|stay| (stay.witness == Witness::Paper) == paper);
        stays.map(|stay| stay.minutes).max()
    };
    let apart = longest(true).zip(longest(false));
    apart.map_or(0.0, |(paper, events)| {
        (f64::from(paper) - f64::from(events)).clamp(-240.0, 240.0)
    })
}

/// Days from the delivery to the bill, as ln(1 + days).
fn days_to_bill(line: &Line<'_>) -> f64 {
    let billed = line.charge().billed_at;
    let billed = billed.map(|at| at.to_zoned(TimeZone::UTC).date());
    let days = billed.zip(line.case().shipment.delivered_on());
    let days = days.map(|(billed, delivered)| billed.duration_since(delivered).as_hours() / 24);
    days.map_or(0.0, |days| count(days.max(0).unsigned_abs()).ln_1p())
}

fn is_multiple(line: &Line<'_>, of: u32) -> bool {
    let amount = line.charge().amount.0;
    (amount % rust_decimal::Decimal::from(of)).is_zero()
}

fn same_code(line: &Line<'_>) -> f64 {
    let lines = line.case().lines();
    let same = lines.filter(|other| other.code() == line.code() && !other.is_credit());
    count(same.count() as u64).min(6.0)
}

fn accessorials(line: &Line<'_>) -> f64 {
    let lines = line.case().lines().filter(Line::is_accessorial);
    count(lines.count() as u64).min(12.0)
}

/// Was another line of the shipment billed on an earlier invoice?
fn is_later_invoice(line: &Line<'_>) -> bool {
    let own = line.charge();
    let lines = line.case().shipment.billed.iter();
    let mut earlier = lines.filter(|other| other.invoice_no != own.invoice_no);
    earlier.any(|other| other.billed_at < own.billed_at)
}

/// The day of the year, on a circle.
fn season(shipment: &Shipment) -> (f64, f64) {
    let day = shipment.delivered_on();
    day.map_or((0.0, 0.0), |day| {
        let angle = f64::from(day.day_of_year()) / 365.25 * TAU;
        angle.sin_cos()
    })
}

/// The amount in dollars and cents as a number, for sums.
#[must_use]
pub fn dollars(line: &Line<'_>) -> f64 {
    line.charge().amount.0.to_f64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::charges::evidence::Evidence;
    use crate::charges::examples::{one_delivery, receipt_with_times, shipment, sixty_an_hour};
    use crate::charges::rules::Case;

    #[test]
    fn every_feature_has_a_name_of_its_own_and_a_value() {
        let features = charge_features();
        let names: BTreeSet<_> = features.iter().map(|feature| feature.name).collect();
        assert_eq!(names.len(), features.len());
        let paper = receipt_with_times("08:00", "12:10");
        let billed = json!([{"invoice_no": "1", "line": 1, "code": "LH", "amount": "900"},
            {"invoice_no": "1", "line": 2, "code": "DET", "amount": "135.00"}]);
        let (shipment, profile) = (shipment(one_delivery(&billed)), sixty_an_hour());
        let evidence = Evidence::gather(&[&paper], &shipment);
        let case = Case {
            evidence: &evidence,
            shipment: &shipment,
            profile: &profile,
        };
        let line = case.lines().nth(1).unwrap();
        let values = features_of(&line, &line.findings(), &Habits::default());
        assert_eq!(values.len(), features.len());
        assert!(values.iter().all(|value| value.is_finite()));
        let value = |name: &str| {
            let at = features.iter().position(|feature| feature.name == name);
            f64::from(values[at.unwrap()])
        };
        assert!((value("ln_over_expected") - (135.0_f64 / 105.0).ln()).abs() < 1e-6);
        assert!(
            (value("minutes_over") - 100.0 / 60.0).abs() < 0.2,
            "{}",
            value("minutes_over")
        );
        assert!((value("DET") - 1.0).abs() < 1e-6 && value("LUMPER").abs() < 1e-6);
        assert!((value("A04") - 1.0).abs() < 1e-6, "billed from arrival on");
    }
}
