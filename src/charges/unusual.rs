//! Unusual: how a charge stands against what is usually billed, in words (A10 to A12 of domain.md §4.3).
//!
//! In: a billed line and the [`Habits`]. Out: [`Finding`]s. Silent where too few charges are known, of the customer, the carrier and of
//! everybody in this order.

use super::habits::{Group, Habits, count, ln};
use super::prices::{Prices, ln_price};
use super::rules::{Finding, Line, Rule, Strength};
use super::usual::Usual;

/// Fewer charges than this do not tell what is usual (domain.md §4.3, A10).
const FEWEST: u64 = 30;
/// More usual deviations than this are an outlier (domain.md §4.3, A10).
const FAR: f64 = 3.5;
/// Prices are agreed on: so few tell what they are.
const FEWEST_PRICES: u64 = 4;
/// A rate of this many times the usual one is a shift (domain.md §4.3, A11).
const OFTEN: f64 = 2.0;

/// A10: far above what the customer, else the carrier, else everybody is usually billed for it.
pub(super) fn a10_outlier(line: &Line<'_>, habits: &Habits) -> Option<Finding> {
    let (group, usual) = known(line, habits)?;
    let far = usual.deviations(ln(line.charge().amount)?);
    (far > FAR).then(|| amount_finding(line, group, &usual))
}

/// The amount beside what is usual, whether or not it is far above.
pub(super) fn amount(line: &Line<'_>, habits: &Habits) -> Option<Finding> {
    let (group, usual) = known(line, habits)?;
    Some(amount_finding(line, group, &usual))
}

/// A11: billed more often than usual, by the carrier or to the customer.
pub(super) fn frequency(line: &Line<'_>, habits: &Habits) -> Option<Finding> {
    let usual = |group| habits.usual(group, line.case().shipment, line.code());
    let all = usual(Group::All);
    let base = all.rate(0.05);
    let groups = [Group::Carrier, Group::Site, Group::Customer];
    let often = groups.into_iter().map(|group| (group, usual(group)));
    let often = often.filter(|(_, usual)| usual.lines >= 5 && usual.rate(base) > OFTEN * base);
    let (group, usual) = often.max_by(|(_, a), (_, b)| a.rate(base).total_cmp(&b.rate(base)))?;
    let detail = format!(
        "{} {} on {} of {} shipments; on {:.0} of 100 is usual",
        match group {
            Group::Carrier => "this carrier bills",
            Group::Site => "this site brings",
            Group::Customer | Group::Contract | Group::All => "this customer is billed",
        },
        line.code(),
        usual.lines,
        usual.shipments,
        base * 100.0
    );
    Some(finding(Rule::FrequencyShift, detail))
}

/// A12: a price of a unit that has crept up, of this carrier's charges to the customer, else of all of the customer's; else the price
/// beside the usual one, where it is higher. Whether a raised tariff stands behind it, which looks the same, only the model can tell by when
/// others were raised: it is said where the model takes the charge for an anomalous one.
pub(super) fn price(line: &Line<'_>, habits: &Habits) -> Option<Finding> {
    /// Passed through, or of any kind: they have no price.
    const UNPRICED: [&str; 2] = ["LUMPER", "MISC"];
    let now = ln_price(line.charge()).filter(|_| !UNPRICED.contains(&line.code()))?;
    let groups = [Group::Contract, Group::Customer].into_iter();
    let prices = groups.map(|group| {
        let prices = habits.prices(group, line.case().shipment, line.code());
        (group, prices)
    });
    let (group, prices) = prices
        .into_iter()
        .find(|(_, prices)| prices.lines() >= FEWEST_PRICES)?;
    let whose = match group {
        Group::Contract => "charges of this carrier to this customer",
        Group::Customer | Group::Carrier | Group::Site | Group::All => "charges to this customer",
    };
    crept(line, &prices, now, whose).or_else(|| dearer(line, &prices, now, whose))
}

fn crept(line: &Line<'_>, prices: &Prices, now: f64, whose: &str) -> Option<Finding> {
    let first = prices.crept_from(now)?;
    let detail = format!(
        "a unit of {} is billed at {:.2}; the first {whose} were at {:.2}, and later ones crept up",
        line.code(),
        now.exp(),
        first.exp()
    );
    Some(finding(Rule::Creep, detail))
}

fn dearer(line: &Line<'_>, prices: &Prices, now: f64, whose: &str) -> Option<Finding> {
    /// Less is somebody's rounding.
    const TOLD: f64 = 0.02;
    let usual = prices.usual().filter(|usual| now - usual > TOLD)?;
    let share = prices.share_at(usual).unwrap_or_default();
    let detail = format!(
        "a unit of {} is billed at {:.2}; {:.0} of {} {whose} were at {:.2}",
        line.code(),
        now.exp(),
        share * count(prices.lines()),
        prices.lines(),
        usual.exp()
    );
    Some(finding(Rule::Outlier, detail))
}

/// The narrowest group of which enough is known.
fn known(line: &Line<'_>, habits: &Habits) -> Option<(Group, Usual)> {
    let groups = [Group::Customer, Group::Carrier, Group::All].into_iter();
    let mut usual = groups.map(|group| {
        let usual = habits.usual(group, line.case().shipment, line.code());
        (group, usual)
    });
    usual.find(|(_, usual)| usual.lines >= FEWEST)
}

fn amount_finding(line: &Line<'_>, group: Group, usual: &Usual) -> Finding {
    let (median, ninetieth) = usual.amounts();
    let billed = line.charge().amount;
    let times = (ln(billed).unwrap_or_default() - usual.median).exp();
    let whose = match group {
        Group::Customer => "this customer's",
        Group::Carrier => "this carrier's (too few of the customer are known)",
        Group::Site => "this site's",
        Group::Contract | Group::All => {
            "everybody's (too few of the customer and the carrier are known)"
        }
    };
    let known = count(usual.lines);
    let detail = format!(
        "billed {billed}, {times:.1} times {whose} usual {}: half of {known} lie below {median:.0}, nine in ten below {ninetieth:.0}",
        line.code()
    );
    finding(Rule::Outlier, detail)
}

fn finding(rule: Rule, detail: String) -> Finding {
    Finding {
        rule,
        detail,
        expected: None,
        strength: Strength::Likely,
        place: None,
    }
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

    fn billed(customer: &str, carrier: &str, day: &str, amount: Option<&str>) -> Shipment {
        let mut lines = vec![json!({"code": "LH", "amount": "900"})];
        lines.extend(amount.map(|amount| json!({"code": "DET", "amount": amount})));
        shipment(
            json!({"mode": "TL", "customer": {"id": customer}, "carrier": {"scac": carrier},
            "stops": [{"kind": "delivery", "events": [{"code": "D1", "at": format!("{day}T12:00:00Z")}]}],
            "billed": lines}),
        )
    }

    /// What is found on the detention of `own` after all of these.
    fn found<T>(own: &Shipment, before: &[Shipment], find: impl Fn(&Line<'_>, &Habits) -> T) -> T {
        let (asked, from, to) = asked(own);
        let mut habits = Habits::default();
        for one in before.iter().flat_map(|one| counted(one, EVERYTHING)) {
            if asked.contains(&one.habit) && (from..to).contains(&one.month) {
                habits.add(one, 1);
            }
        }
        let (evidence, profile) = (Evidence::gather(&[], own), profile(json!({})));
        let case = Case {
            evidence: &evidence,
            shipment: own,
            profile: &profile,
        };
        let line = case.lines().nth(1).unwrap();
        find(&line, &habits)
    }

    fn many(count: usize, customer: &str, carrier: &str, amount: Option<&str>) -> Vec<Shipment> {
        vec![billed(customer, carrier, "2026-02-14", amount); count]
    }

    #[test]
    fn an_amount_far_above_the_customers_usual_one_is_an_outlier_and_a_usual_one_is_not() {
        let before = many(40, "C-1", "AAAA", Some("105"));
        let own = |amount| billed("C-1", "BBBB", "2026-03-14", Some(amount));
        let far = found(&own("480.00"), &before, a10_outlier).unwrap();
        assert!(
            far.detail.contains("4.5 times this customer's usual DET"),
            "{}",
            far.detail
        );
        assert_eq!(found(&own("120.00"), &before, a10_outlier), None);
        assert_eq!(found(&own("20.00"), &before, a10_outlier), None, "cheap");
    }

    #[test]
    fn a_new_customer_is_compared_with_the_carriers_or_everybodys_and_says_so() {
        let own = billed("new", "AAAA", "2026-03-14", Some("480.00"));
        let of_carrier = found(&own, &many(40, "C-1", "AAAA", Some("105")), a10_outlier);
        let detail = of_carrier.unwrap().detail;
        assert!(
            detail.contains("too few of the customer are known"),
            "{detail}"
        );
        let of_all = found(&own, &many(40, "C-1", "BBBB", Some("105")), a10_outlier);
        let detail = of_all.unwrap().detail;
        assert!(detail.contains("everybody's"), "{detail}");
        assert_eq!(
            found(&own, &many(20, "C-1", "BBBB", Some("105")), a10_outlier),
            None
        );
    }

    #[test]
    fn a_carrier_that_bills_far_more_often_than_others_is_told() {
        let mut before = many(300, "C-1", "BBBB", None);
        before.extend(many(30, "C-1", "BBBB", Some("105")));
        before.extend(many(30, "C-2", "AAAA", Some("105")));
        before.extend(many(20, "C-2", "AAAA", None));
        let own = |carrier| billed("C-3", carrier, "2026-03-14", Some("105"));
        let often = found(&own("AAAA"), &before, frequency).unwrap();
        assert!(
            often
                .detail
                .starts_with("this carrier bills DET on 30 of 50"),
            "{}",
            often.detail
        );
        assert_eq!(found(&own("BBBB"), &before, frequency), None);
    }

    #[test]
    fn a_price_that_creeps_up_is_told_with_the_first_one_and_a_dearer_one_with_the_usual_one() {
        let at = |month, amount| billed("C-1", "AAAA", &format!("2026-0{month}-14"), Some(amount));
        let own = |amount| billed("C-1", "AAAA", "2026-05-14", Some(amount));
        let mut before = vec![at(1, "60"); 6];
        before.extend(vec![at(2, "60"); 3]);
        let dearer = found(&own("66.00"), &before, price).unwrap();
        assert_eq!(dearer.rule, Rule::Outlier);
        assert!(
            dearer.detail.contains(
                "billed at 66.00; 9 of 9 charges of this carrier to this customer were at 6"
            ),
            "{}",
            dearer.detail
        );
        before.extend(vec![at(3, "63"); 3]);
        let crept = found(&own("63.00"), &before, price).unwrap();
        assert_eq!(crept.rule, Rule::Creep);
        let first = "the first charges of this carrier to this customer were at";
        assert!(crept.detail.contains(first), "{}", crept.detail);
        assert_eq!(found(&own("60.00"), &before, price), None);
        let elsewhere = billed("C-1", "BBBB", "2026-05-14", Some("63.00"));
        let of_customer = found(&elsewhere, &before, price).unwrap();
        assert!(
            of_customer
                .detail
                .contains("first charges to this customer"),
            "{}",
            of_customer.detail
        );
        assert_eq!(
            found(
                &billed("C-2", "AAAA", "2026-05-14", Some("90")),
                &before,
                price
            ),
            None
        );
    }
}
