//! Unusual: how a charge stands against what is usually billed, in words (A10 and A11 of domain.md §4.3).
//!
//! In: a billed line and the [`Habits`]. Out: [`Finding`]s. Silent where too few charges are known, of the customer, the carrier and of
//! everybody in this order.

use super::habits::{Group, Habits, Usual, count, ln};
use super::rules::{Finding, Line, Rule, Strength};

/// Fewer charges than this do not tell what is usual (domain.md §4.3, A10).
const FEWEST: u64 = 30;
/// More usual deviations than this are an outlier (domain.md §4.3, A10).
const FAR: f64 = 3.5;
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
            Group::Customer | Group::All => "this customer is billed",
        },
        line.code(),
        usual.lines,
        usual.shipments,
        base * 100.0
    );
    Some(finding(Rule::FrequencyShift, detail))
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
        Group::All => "everybody's (too few of the customer and the carrier are known)",
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
    use crate::charges::habits::{asked, counted};
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
        for one in before.iter().flat_map(counted) {
            if asked.contains(&one.habit) && (from..to).contains(&one.month) {
                habits.add(&one.habit, one.step, 1);
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
}
