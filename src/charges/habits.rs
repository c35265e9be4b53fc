//! Habits: how often and how much customers, carriers and sites are billed for each kind of charge.
//!
//! In: shipments as they are billed. Out: [`Counted`], what each adds to the counts of its month, and from the counts of the months
//! before a shipment's own what is [`Usual`] for it. Counts are whole numbers that a later version of a shipment takes back exactly, so that
//! it makes no difference how often or in which order shipments come; and no shipment is judged by itself.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::prelude::ToPrimitive as _;

use crate::document::Money;
use crate::shipments::{Charge, Shipment};

/// How many months before a shipment's own tell what is usual: one round of the seasons, after which tariffs are raised.
pub const MONTHS: i32 = 12;

/// Steps into which one of an amount's natural logarithm is divided: each is 2 % of the amount.
const STEPS: f64 = 50.0;
/// The step of ln 200,000: no accessorial is dearer.
const DEAREST: i32 = 610;
/// In place of a step where shipments are counted, with a charge or without.
const SHIPMENTS: i32 = -1;

/// Base charges are on every bill.
const BASE: [&str; 3] = ["LH", "FSC", "DSC"];

/// Whose habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Who pays, by mode.
    Customer,
    /// Who bills, by mode.
    Carrier,
    /// Where it was delivered.
    Site,
    /// Everybody, by mode.
    All,
}

impl Group {
    /// From the narrowest that is telling to the widest.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Carrier, Self::Site, Self::All];

    /// The key of a shipment's group; `None` where the feed does not tell it.
    fn key(self, shipment: &Shipment) -> Option<String> {
        let mode = shipment.mode.as_deref().unwrap_or_default();
        match self {
            Self::Customer => {
                let id = shipment.customer.id.as_ref()?;
                Some(format!("customer:{id}:{mode}"))
            }
            Self::Carrier => {
                let scac = shipment.carrier.scac.as_ref()?;
                Some(format!("carrier:{scac}:{mode}"))
            }
            Self::Site => {
                let stop = shipment.delivery_stop()?;
                Some(format!("site:{}", stop.facility_id.as_ref()?))
            }
            Self::All => Some(format!("all:{mode}")),
        }
    }
}

/// Something that is counted: a shipment of a group in a month, or a charge of some amount on one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counted {
    /// The group, and the kind of charge.
    pub habit: String,
    /// Months since the year 0.
    pub month: i32,
    /// The step of the amount's logarithm; −1 of shipments.
    pub step: i32,
}

/// What a shipment adds to the counts; nothing as long as it is not billed.
#[must_use]
pub fn counted(shipment: &Shipment) -> Vec<Counted> {
    let Some(month) = month_of(shipment).filter(|_| !shipment.billed.is_empty()) else {
        return Vec::new();
    };
    let groups = Group::ALL.iter().filter_map(|group| group.key(shipment));
    let counted = groups.flat_map(|group| {
        let lines = accessorials(shipment).filter_map(|(code, charge)| {
            let step = step_of(charge.amount)?;
            Some((format!("{group}:{code}"), step))
        });
        let lines: Vec<_> = lines.collect();
        std::iter::once((group, SHIPMENTS)).chain(lines)
    });
    let counted = counted.map(|(habit, step)| Counted { habit, month, step });
    counted.collect()
}

/// The habits that tell what is usual for a shipment's charges, in which months: from the first to before the second.
#[must_use]
pub fn asked(shipment: &Shipment) -> (Vec<String>, i32, i32) {
    let groups = Group::ALL.iter().filter_map(|group| group.key(shipment));
    let mut habits: Vec<String> = groups
        .flat_map(|group| {
            let lines = accessorials(shipment).map(|(code, _)| format!("{group}:{code}"));
            let lines: Vec<_> = lines.collect();
            std::iter::once(group).chain(lines)
        })
        .collect();
    habits.sort();
    habits.dedup();
    let month = month_of(shipment).unwrap_or_default();
    (habits, month - MONTHS, month)
}

/// The month in which it was delivered, else first billed.
fn month_of(shipment: &Shipment) -> Option<i32> {
    let billed = shipment.billed.iter().filter_map(|line| line.billed_at);
    let billed = billed.min().map(|at| at.to_zoned(TimeZone::UTC).date());
    let day: Date = shipment.delivered_on().or(billed)?;
    Some(i32::from(day.year()) * 12 + i32::from(day.month()) - 1)
}

fn accessorials(shipment: &Shipment) -> impl Iterator<Item = (String, &Charge)> {
    let lines = shipment.billed.iter();
    let lines = lines.map(|line| (line.code.trim().to_ascii_uppercase(), line));
    lines.filter(|(code, _)| !BASE.contains(&code.as_str()))
}

/// `None` of credits.
fn step_of(amount: Money) -> Option<i32> {
    let steps = ln(amount)? * STEPS;
    #[expect(clippy::cast_possible_truncation, reason = "clamped before")]
    let step = steps.round().clamp(0.0, f64::from(DEAREST)) as i32;
    Some(step)
}

/// The natural logarithm of an amount; `None` of credits.
pub(super) fn ln(amount: Money) -> Option<f64> {
    let amount = amount.0.to_f64().filter(|amount| *amount > 0.0)?;
    Some(amount.max(1.0).ln())
}

/// Counts of the months before a shipment's own.
#[derive(Debug, Clone, Default)]
pub struct Habits(BTreeMap<String, BTreeMap<i32, u64>>);

impl Habits {
    /// Adds a count of some month.
    pub fn add(&mut self, habit: &str, step: i32, count: u64) {
        let steps = self.0.entry(habit.to_owned()).or_default();
        *steps.entry(step).or_default() += count;
    }

    /// What a group of the shipment is usually billed for a kind of charge.
    #[must_use]
    pub fn usual(&self, group: Group, shipment: &Shipment, code: &str) -> Usual {
        let Some(key) = group.key(shipment) else {
            return Usual::default();
        };
        let of_group = self.0.get(&key);
        let shipments = of_group.and_then(|steps| steps.get(&SHIPMENTS)).copied();
        let empty = BTreeMap::new();
        let steps = self.0.get(&format!("{key}:{code}")).unwrap_or(&empty);
        Usual {
            shipments: shipments.unwrap_or_default(),
            lines: steps.values().sum(),
            median: quantile(steps, 0.5),
            low: quantile(steps, 0.16),
            high: quantile(steps, 0.84),
            ninetieth: quantile(steps, 0.9),
        }
    }
}

/// What is usual for a group and a kind of charge.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usual {
    /// Shipments that were billed.
    pub shipments: u64,
    /// Charges of the kind on them.
    pub lines: u64,
    /// Natural logarithm of the amount that half of them reach.
    pub median: f64,
    low: f64,
    high: f64,
    ninetieth: f64,
}

impl Usual {
    /// By how many usual deviations an amount is above the median, robust against some that are far off.
    #[must_use]
    pub fn deviations(&self, ln_amount: f64) -> f64 {
        /// Contracts give one amount: what differs by less than a step of the counts does not.
        const LEAST: f64 = 0.1;
        let spread = ((self.high - self.low) / 2.0).max(LEAST);
        (ln_amount - self.median) / spread
    }

    /// How often the charge is billed, one a shipment being 1; drawn to `base` where few shipments are known.
    #[must_use]
    pub fn rate(&self, base: f64) -> f64 {
        /// Shipments that the base counts for.
        const WEIGHT: f64 = 20.0;
        let (lines, shipments) = (count(self.lines), count(self.shipments));
        (lines + WEIGHT * base) / (shipments + WEIGHT)
    }

    /// The median and the ninetieth percentile in money, of people's interest.
    #[must_use]
    pub fn amounts(&self) -> (f64, f64) {
        (self.median.exp(), self.ninetieth.exp())
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn count(count: u64) -> f64 {
    count as f64
}

/// The logarithm below which this share lies, even within a step.
fn quantile(steps: &BTreeMap<i32, u64>, share: f64) -> f64 {
    let wanted = share * count(steps.values().sum());
    let mut below = 0.0;
    for (step, lines) in steps {
        let lines = count(*lines);
        if below + lines >= wanted && lines > 0.0 {
            let within = (wanted - below) / lines - 0.5;
            return (f64::from(*step) + within) / STEPS;
        }
        below += lines;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::charges::examples::shipment;

    fn billed(id: &str, day: &str, amounts: &[&str]) -> Shipment {
        let lines = amounts
            .iter()
            .map(|amount| json!({"code": "DET", "amount": amount}));
        let lines: Vec<_> = std::iter::once(json!({"code": "LH", "amount": "900"}))
            .chain(lines)
            .collect();
        shipment(
            json!({"id": id, "mode": "TL", "customer": {"id": "C-1"}, "carrier": {"scac": "ABCD"},
            "stops": [{"seq": 1, "kind": "delivery", "facility_id": "F-1", "events": [{"code": "D1", "at": format!("{day}T12:00:00Z")}]}],
            "billed": lines}),
        )
    }

    fn habits_for(own: &Shipment, all: &[Shipment]) -> Habits {
        let (asked, from, to) = asked(own);
        let mut habits = Habits::default();
        for one in all.iter().flat_map(counted) {
            if asked.contains(&one.habit) && (from..to).contains(&one.month) {
                habits.add(&one.habit, one.step, 1);
            }
        }
        habits
    }

    #[test]
    fn the_months_before_tell_what_is_usual_and_its_own_does_not() {
        let own = billed("own", "2026-03-14", &["500"]);
        let mut all = vec![own.clone(), billed("same month", "2026-03-02", &["900"])];
        for at in 0..40 {
            let day = format!("2026-0{}-1{}", 1 + at % 2, at % 9);
            all.push(billed(
                &format!("{at}"),
                &day,
                if at % 2 == 0 { &["100"] } else { &[] },
            ));
        }
        all.push(billed("long ago", "2025-02-14", &["900"]));
        let habits = habits_for(&own, &all);
        for group in Group::ALL {
            let usual = habits.usual(group, &own, "DET");
            assert_eq!((usual.shipments, usual.lines), (40, 20), "{group:?}");
            assert!((usual.amounts().0 - 100.0).abs() < 5.0, "{usual:?}");
            assert!((usual.rate(0.1) - (20.0 + 2.0) / 60.0).abs() < 1e-9);
            assert!(usual.deviations(500_f64.ln()) > 10.0);
            assert!(usual.deviations(100_f64.ln()).abs() < 0.5);
        }
        assert_eq!(habits.usual(Group::Customer, &own, "LUMPER").lines, 0);
    }

    #[test]
    fn what_is_not_billed_counts_nothing_and_a_credit_is_no_charge() {
        let mut open = billed("open", "2026-03-14", &[]);
        open.billed.clear();
        assert_eq!(counted(&open), []);
        let credited = counted(&billed("credited", "2026-03-14", &["-100"]));
        assert!(credited.iter().all(|one| one.step == SHIPMENTS));
    }

    proptest! {
        #[test]
        fn quantiles_lie_in_order_and_within_what_was_counted(steps in prop::collection::btree_map(0..DEAREST, 1..50_u64, 1..20)) {
            let (low, middle, high) = (quantile(&steps, 0.16), quantile(&steps, 0.5), quantile(&steps, 0.84));
            prop_assert!(low <= middle && middle <= high);
            let (first, last) = (steps.first_key_value().unwrap().0, steps.last_key_value().unwrap().0);
            prop_assert!(low >= (f64::from(*first) - 0.5) / STEPS && high <= (f64::from(*last) + 0.5) / STEPS);
        }
    }
}
