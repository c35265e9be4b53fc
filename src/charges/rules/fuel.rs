//! The rule on fuel surcharge, and its formulas (domain.md §4.2).

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::{Case, Finding, Line, Rule};
use crate::decision::profile::PerMile;
use crate::document::Money;

/// A surcharge by the contract.
struct Surcharge {
    amount: Money,
    /// How it was reckoned, for a person.
    how: String,
}

/// A14: the surcharge is not what index, table and miles (truckload) or the percentage of the linehaul (less than truckload)
/// give. Needs the mode, and for truckload miles with the rate per mile or the index of the ship date in `rates.fsc`
/// (`per_mile`, `index`, `pct_or_permile`); else a percentage there (`pct`) or in the profile, and the linehaul.
pub(super) fn a14_fuel_surcharge(line: &Line<'_>) -> Option<Finding> {
    if !line.is("FSC") {
        return None;
    }
    let mode = line.case.shipment.mode.as_deref()?;
    let due = if mode.eq_ignore_ascii_case("LTL") {
        by_percent(line)?
    } else if mode.eq_ignore_ascii_case("TL") {
        by_mile(line)?
    } else {
        return None;
    };
    let billed = line.amount();
    if line.case.agrees(billed, due.amount) {
        return None;
    }
    let detail = format!("billed {billed}, {} gives {}", due.how, due.amount);
    Some(Finding::new(Rule::FuelSurcharge, detail).expecting(due.amount))
}

/// `(index − peg) / mpg × miles`, or a given rate × miles.
fn by_mile(line: &Line<'_>) -> Option<Surcharge> {
    let rates = &line.case.shipment.rates;
    let miles = Decimal::try_from(rates.miles?).ok()?;
    let terms = rates.fsc.as_ref()?;
    if let Some(rate) = number(terms, &["per_mile", "pct_or_permile"]) {
        let amount = cents(rate.saturating_mul(miles));
        let how = format!("{rate} a mile for {miles} miles");
        return Some(Surcharge { amount, how });
    }
    let index = number(terms, &["index", "index_price"])?;
    let table = line.case.profile.fsc.tl.as_ref()?;
    let amount = per_mile(table, index, miles)?;
    let date = terms
        .get("index_date")
        .and_then(Json::as_str)
        .map(|date| format!(" of {date}"))
        .unwrap_or_default();
    let how = format!("the index{date} of {index} for {miles} miles");
    let implied = implied_index(table, line.amount(), miles)
        .map(|implied| format!(" (the bill takes {implied}, another week's or another table's)"))
        .unwrap_or_default();
    Some(Surcharge {
        amount,
        how: how + &implied,
    })
}

/// `(index − peg) / mpg × miles`, never below zero. `None` for a table without miles per gallon.
fn per_mile(table: &PerMile, index: Decimal, miles: Decimal) -> Option<Money> {
    let above = index.saturating_sub(table.peg).max(Decimal::ZERO);
    let rate = above.checked_div(table.mpg)?;
    Some(cents(rate.saturating_mul(miles)))
}

/// The index that a billed surcharge was reckoned with.
fn implied_index(table: &PerMile, billed: Money, miles: Decimal) -> Option<Decimal> {
    let rate = billed.0.checked_div(miles)?;
    let index = rate.saturating_mul(table.mpg).saturating_add(table.peg);
    Some(index.round_dp(3))
}

/// A percentage of the discounted linehaul only.
fn by_percent(line: &Line<'_>) -> Option<Surcharge> {
    let given = line.case.shipment.rates.fsc.as_ref();
    let percent = given
        .and_then(|terms| number(terms, &["pct", "pct_or_permile"]))
        .or(line.case.profile.fsc.ltl_percent_of_linehaul)?;
    let linehaul = linehaul(line.case)?;
    let amount = share(percent, linehaul);
    let on_everything = linehaul.saturating_add(accessorials(line.case));
    let hint = if line
        .case
        .agrees(line.amount(), share(percent, on_everything))
    {
        " (the bill takes it on accessorials too)"
    } else {
        ""
    };
    let how = format!("{percent} % of the linehaul of {}{hint}", Money(linehaul));
    Some(Surcharge { amount, how })
}

fn share(percent: Decimal, base: Decimal) -> Money {
    cents(percent.saturating_mul(base) / Decimal::ONE_HUNDRED)
}

fn cents(amount: Decimal) -> Money {
    let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    Money(amount.round_dp_with_strategy(2, strategy))
}

/// The billed linehaul net of its discount, else the agreed one.
fn linehaul(case: Case<'_>) -> Option<Decimal> {
    let gross = sum(case, |line| line.is("LH"));
    let discount = sum(case, |line| line.is("DSC"));
    let billed = gross.saturating_sub(discount.abs());
    if billed > Decimal::ZERO {
        return Some(billed);
    }
    case.shipment.rates.linehaul.map(|agreed| agreed.0)
}

fn accessorials(case: Case<'_>) -> Decimal {
    sum(case, |line| !matches!(line.code(), "LH" | "DSC" | "FSC"))
}

fn sum(case: Case<'_>, wanted: impl Fn(&Line<'_>) -> bool) -> Decimal {
    case.lines()
        .filter(wanted)
        .fold(Decimal::ZERO, |sum, line| {
            sum.saturating_add(line.amount().0)
        })
}

/// A number of the feed's free-form surcharge terms, written as number or text.
fn number(terms: &Json, keys: &[&str]) -> Option<Decimal> {
    let written = keys.iter().find_map(|key| terms.get(*key))?;
    let text = match written {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.trim().to_owned(),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => return None,
    };
    Decimal::from_str_exact(&text).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::charges::examples::{findings, profile, shipment};

    fn fuel(mode: &str, rates: &Json, billed: &[(&str, &str)]) -> Option<Finding> {
        let lines: Vec<_> = billed
            .iter()
            .map(|(code, amount)| json!({"code": code, "amount": amount}))
            .collect();
        let shipment = shipment(json!({"mode": mode, "rates": rates, "billed": lines}));
        let profile = profile(
            json!({"fsc": {"TL": {"peg": "1.25", "mpg": "6.5"}, "LTL_percent_of_linehaul": "30"}}),
        );
        findings(a14_fuel_surcharge, &[], &shipment, &profile).pop()?
    }

    fn expected(finding: &Finding) -> String {
        finding.expected.unwrap().to_string()
    }

    #[test]
    fn the_vector_of_the_domain_reference_comes_out_to_the_cent() {
        let rates = json!({"miles": 500, "fsc": {"index": 3.85, "index_date": "2026-03-09"}});
        assert_eq!(fuel("TL", &rates, &[("FSC", "200.00")]), None);
        let wrong = fuel("TL", &rates, &[("FSC", "215.38")]).unwrap();
        assert_eq!(expected(&wrong), "200.00");
        assert!(wrong.detail.contains("4.050"), "{}", wrong.detail);
    }

    #[test]
    fn a_rate_per_mile_of_the_feed_counts_before_the_index() {
        let rates = json!({"miles": 500.0, "fsc": {"per_mile": "0.42", "index": 3.85}});
        assert_eq!(fuel("TL", &rates, &[("FSC", "210.00")]), None);
    }

    #[test]
    fn less_than_truckload_pays_its_percentage_on_the_discounted_linehaul_only() {
        let lines = |fsc| {
            [
                ("LH", "1000.00"),
                ("DSC", "-200.00"),
                ("LIFT", "100.00"),
                ("FSC", fsc),
            ]
        };
        assert_eq!(fuel("LTL", &json!({}), &lines("240.00")), None);
        let wrong = fuel("LTL", &json!({}), &lines("270.00")).unwrap();
        assert_eq!(expected(&wrong), "240.00");
        assert!(wrong.detail.contains("accessorials"));
    }

    #[test]
    fn without_miles_index_or_mode_the_rule_is_silent() {
        for (mode, rates) in [
            ("TL", json!({"miles": 500})),
            ("TL", json!({"fsc": {"index": 3.85}})),
            ("AIR", json!({"miles": 500, "fsc": {"index": 3.85}})),
            ("TL", json!({"miles": 500, "fsc": "table 7"})),
        ] {
            assert_eq!(
                fuel(mode, &rates, &[("FSC", "999.00")]),
                None,
                "{mode} {rates}"
            );
        }
    }
}
