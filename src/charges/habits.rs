//! Habits: how often, how much and at which prices customers, carriers and sites are billed for each kind of charge.
//!
//! In: shipments as they are billed. Out: [`Counted`], what each adds to the counts of its month, and from the counts of the months
//! before a shipment's own what is [`Usual`] for it. Counts are whole numbers that a later version of a shipment takes back exactly, so that
//! it makes no difference how often or in which order shipments come; and no shipment is judged by itself.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::prices::{Prices, ln_price, step_of_price};
use super::usual::Usual;
use crate::document::Money;
use crate::shipments::{Charge, Shipment};

/// How many months before a shipment's own tell what is usual: one round of the seasons, after which tariffs are raised.
pub const MONTHS: i32 = 12;

/// Raised when more is counted of a shipment. A shipment that was counted by an earlier one lacks what came later.
pub const COUNTING: i64 = 2;
/// All that is counted.
pub const EVERYTHING: RangeInclusive<i64> = 1..=COUNTING;

/// Steps into which one of an amount's natural logarithm is divided: each is 2 % of the amount.
pub(super) const STEPS: f64 = 50.0;
/// The step of ln 200,000: no accessorial is dearer.
const DEAREST: i32 = 610;
/// In place of a step where shipments are counted, with a charge or without.
const SHIPMENTS: i32 = -1;

/// Base charges are on every bill.
const BASE: [&str; 3] = ["LH", "FSC", "DSC"];

/// Charges whose amounts differ with what happened; those of others, and those that some carriers bill flat, are alike by right.
const METERED: [&str; 2] = ["DET", "LUMPER"];

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
    /// Who bills whom, by mode: what they agreed on beside the customer's contract is theirs alone.
    Contract,
}

impl Group {
    /// From the narrowest that is telling to the widest.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Carrier, Self::Site, Self::All];
    /// Those of whom prices and patterns are counted.
    const PRICED: [Self; 2] = [Self::Customer, Self::Contract];

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
            Self::Contract => {
                let (id, scac) = (
                    shipment.customer.id.as_ref()?,
                    shipment.carrier.scac.as_ref()?,
                );
                Some(format!("contract:{id}:{scac}:{mode}"))
            }
        }
    }
}

/// What an honest charge has now and then, and one that is made up too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A multiple of 25.
    Round,
    /// Just below what was approved.
    BelowLimit,
}

impl Mark {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Round, Self::BelowLimit];

    fn word(self) -> &'static str {
        match self {
            Self::Round => "round",
            Self::BelowLimit => "limit",
        }
    }

    /// Does a charge bear it? `None` where it could not.
    #[must_use]
    pub fn is_on(self, shipment: &Shipment, charge: &Charge) -> Option<bool> {
        let amount = charge.amount.in_cents();
        match self {
            Self::Round => Some((amount % Decimal::from(25)).is_zero()),
            Self::BelowLimit => {
                let mut granted = shipment.rates.accessorial_auth.iter();
                let of_charge = |code: &str| code.trim().eq_ignore_ascii_case(charge.code.trim());
                let limit = granted.find(|granted| of_charge(&granted.code))?.limit?;
                // Within a twentieth of it; whoever had the very amount approved hides nothing.
                let limit = limit.in_cents();
                let least = limit - limit / Decimal::from(20);
                Some((least..limit).contains(&amount))
            }
        }
    }
}

/// Is it a charge that differs with what happened?
#[must_use]
pub fn is_metered(code: &str) -> bool {
    METERED.contains(&code)
}

/// Something that is counted: a shipment of a group in a month, or a charge of some amount on one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counted {
    /// The group, the kind of charge, and what of it.
    pub habit: String,
    /// Months since the year 0.
    pub month: i32,
    /// The step of the amount's or the price's logarithm; −1 of shipments; whether a mark is there, as 0 or 1.
    pub step: i32,
}

/// What a shipment adds to the counts, of what came with these countings; nothing as long as it is not billed.
#[must_use]
pub fn counted(shipment: &Shipment, countings: RangeInclusive<i64>) -> Vec<Counted> {
    let Some(month) = month_of(shipment).filter(|_| !shipment.billed.is_empty()) else {
        return Vec::new();
    };
    let mut counted = Vec::new();
    let mut add = |habit, step| counted.push(Counted { habit, month, step });
    if countings.contains(&1) {
        amounts(shipment, &mut add);
    }
    if countings.contains(&2) {
        contracts(shipment, &mut add);
    }
    counted
}

/// How often each group is billed, and which amounts.
fn amounts(shipment: &Shipment, add: &mut impl FnMut(String, i32)) {
    for group in Group::ALL {
        let Some(key) = group.key(shipment) else {
            continue;
        };
        for (code, charge) in accessorials(shipment) {
            if let Some(step) = step_of(charge.amount) {
                add(format!("{key}:{code}"), step);
            }
        }
        add(key, SHIPMENTS);
    }
}

/// At which prices, and which marks charges bear.
fn contracts(shipment: &Shipment, add: &mut impl FnMut(String, i32)) {
    for group in Group::PRICED {
        let Some(key) = group.key(shipment) else {
            continue;
        };
        for (code, charge) in accessorials(shipment) {
            let Some((price, step)) = ln_price(charge).zip(step_of(charge.amount)) else {
                continue;
            };
            add(format!("{key}:{code}:{PRICE}"), step_of_price(price));
            if !is_metered(&code) {
                continue;
            }
            // Of customers, amounts are counted anyhow.
            if group == Group::Contract {
                add(format!("{key}:{code}"), step);
            }
            for mark in Mark::ALL {
                if let Some(is_on) = mark.is_on(shipment, charge) {
                    add(format!("{key}:{code}:{}", mark.word()), i32::from(is_on));
                }
            }
        }
    }
}

/// The end of habits that keep their months: others are told of the whole time.
pub const PRICE: &str = "price";

/// The habits that tell what is usual for a shipment's charges, in which months: from the first to before the second.
#[must_use]
pub fn asked(shipment: &Shipment) -> (Vec<String>, i32, i32) {
    let mut habits = Vec::new();
    let mut ask = |habit, _| habits.push(habit);
    amounts(shipment, &mut ask);
    contracts(shipment, &mut ask);
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
    let amount = amount.in_cents().to_f64();
    Some(amount.filter(|amount| *amount > 0.0)?.max(1.0).ln())
}

/// Counts of the months before a shipment's own: of each habit by step and, of prices, by month.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Habits(BTreeMap<String, BTreeMap<(i32, i32), u64>>);

impl Habits {
    /// Adds a count of some month.
    pub fn add(&mut self, counted: Counted, count: u64) {
        let Counted { habit, month, step } = counted;
        let keeps_months = habit.rsplit(':').next() == Some(PRICE);
        let month = if keeps_months { month } else { 0 };
        let steps = self.0.entry(habit).or_default();
        *steps.entry((step, month)).or_default() += count;
    }

    /// What a group of the shipment is usually billed for a kind of charge.
    #[must_use]
    pub fn usual(&self, group: Group, shipment: &Shipment, code: &str) -> Usual {
        let Some(key) = group.key(shipment) else {
            return Usual::default();
        };
        let shipments = self.steps(&key).remove(&SHIPMENTS).unwrap_or_default();
        Usual::new(shipments, &self.steps(&format!("{key}:{code}")))
    }

    /// At which prices a group of the shipment was billed for a kind of charge.
    #[must_use]
    pub fn prices(&self, group: Group, shipment: &Shipment, code: &str) -> Prices {
        let key = group.key(shipment);
        let counts = key.and_then(|key| self.0.get(&format!("{key}:{code}:{PRICE}")));
        let counts = counts.into_iter().flatten();
        Prices::new(counts.map(|((step, month), count)| (*month, *step, *count)))
    }

    /// How many of a group's charges of a kind bear a mark, and how many could.
    #[must_use]
    pub fn marked(&self, group: Group, shipment: &Shipment, code: &str, mark: Mark) -> (u64, u64) {
        let Some(key) = group.key(shipment) else {
            return (0, 0);
        };
        let steps = self.steps(&format!("{key}:{code}:{}", mark.word()));
        let marked = steps.get(&1).copied().unwrap_or_default();
        (marked, steps.values().sum())
    }

    /// How many of a group's charges of a kind are of this amount, and how many there are.
    #[must_use]
    pub fn of_amount(
        &self,
        group: Group,
        shipment: &Shipment,
        code: &str,
        amount: Money,
    ) -> (u64, u64) {
        let Some((key, step)) = group.key(shipment).zip(step_of(amount)) else {
            return (0, 0);
        };
        let steps = self.steps(&format!("{key}:{code}"));
        let same = steps.get(&step).copied().unwrap_or_default();
        (same, steps.values().sum())
    }

    /// The counts of a habit by step, of all months together.
    fn steps(&self, habit: &str) -> BTreeMap<i32, u64> {
        let mut steps = BTreeMap::new();
        for ((step, _), count) in self.0.get(habit).into_iter().flatten() {
            *steps.entry(*step).or_default() += count;
        }
        steps
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn count(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
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
        for one in all.iter().flat_map(|one| counted(one, EVERYTHING)) {
            if asked.contains(&one.habit) && (from..to).contains(&one.month) {
                habits.add(one, 1);
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
        assert_eq!(counted(&open, EVERYTHING), []);
        let credited = counted(&billed("credited", "2026-03-14", &["-100"]), EVERYTHING);
        assert!(credited.iter().all(|one| one.step == SHIPMENTS));
    }
}
