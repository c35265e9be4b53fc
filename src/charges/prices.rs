//! Prices: what one unit of a charge costs, and whether that creeps up (A12 of domain.md §4.3).
//!
//! In: a billed line; or the steps of prices that [`super::habits`] counted in each month. Out: [`Prices`], against which a price is held.

use rust_decimal::prelude::ToPrimitive as _;

use super::habits::count;
use crate::shipments::Charge;

/// Steps into which one of a price's natural logarithm is divided: each is half a percent. Prices are agreed on, and do not spread.
const STEPS: f64 = 200.0;

/// The natural logarithm of what one unit costs: the rate that the bill names, else the amount by its quantity. `None` of credits.
#[must_use]
pub fn ln_price(charge: &Charge) -> Option<f64> {
    let amount = charge.amount.in_cents().to_f64();
    let amount = amount.filter(|amount| *amount > 0.0)?;
    let rate = charge.rate.and_then(|rate| rate.0.to_f64());
    let quantity = charge.qty.filter(|quantity| *quantity > 0.0);
    let price = rate.filter(|rate| *rate > 0.0);
    let price = price.unwrap_or_else(|| amount / quantity.unwrap_or(1.0));
    Some(price.clamp(0.01, 1e6).ln())
}

/// The step that a price is counted in.
pub(super) fn step_of_price(ln_price: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "prices are between a cent and a million"
    )]
    let step = (ln_price * STEPS).round() as i32;
    step
}

/// Prices of one kind of charge, the earliest month first.
#[derive(Debug, Clone, Default)]
pub struct Prices(Vec<Counted>);

/// So many charges of a month at the price of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Counted {
    month: i32,
    step: i32,
    lines: u64,
}

impl Prices {
    /// Of counts by month and step.
    pub(super) fn new(counts: impl Iterator<Item = (i32, i32, u64)>) -> Self {
        let counted = counts.map(|(month, step, lines)| Counted { month, step, lines });
        let mut counted: Vec<_> = counted.collect();
        counted.sort_unstable();
        Self(counted)
    }

    /// How many are known.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.0.iter().map(|one| one.lines).sum()
    }

    /// Logarithm of the usual one, the median.
    #[must_use]
    pub fn usual(&self) -> Option<f64> {
        median(&self.0)
    }

    /// Logarithm of the usual one among the earliest third. `None` where fewer than four are known: later ones are few, too.
    #[must_use]
    pub fn usual_at_first(&self) -> Option<f64> {
        median(&self.split().0)
    }

    /// The share of them that are this one, give or take a step.
    #[must_use]
    pub fn share_at(&self, ln_price: f64) -> Option<f64> {
        let at = step_of_price(ln_price);
        let same = self.0.iter().filter(|one| (one.step - at).abs() <= 1);
        let same: u64 = same.map(|one| one.lines).sum();
        (self.lines() > 0).then(|| count(same) / count(self.lines()))
    }

    /// Logarithm of the price at first, where it has crept up to this one: by little, and for some charges running. A cumulative sum
    /// (CUSUM) of how far each later one lies above the first, in which no single one decides; a month counts by its usual price.
    #[must_use]
    pub fn crept_from(&self, ln_price: f64) -> Option<f64> {
        /// Half of the least rise worth telling, 2 %.
        const ALLOWED: f64 = 0.01;
        /// A price counts for no more than this above the first: three running decide.
        const MOST: f64 = 0.03;
        const DECIDED: f64 = 0.055;
        /// What rises by more than a fifth does not creep.
        const SLOW: f64 = 0.2;
        let first = self.usual_at_first()?;
        let later = self.split().1;
        let months = later.chunk_by(|one, other| one.month == other.month);
        let months = months.filter_map(|month| {
            let lines = month.iter().map(|one| one.lines).sum();
            Some((median(month)?, lines))
        });
        let mut sum: f64 = 0.0;
        for (price, lines) in months.chain([(ln_price, 1)]) {
            let above = (price - first).clamp(-MOST, MOST) - ALLOWED;
            sum = count(lines).mul_add(above, sum).max(0.0);
        }
        let risen = ln_price - first;
        let creeps = sum >= DECIDED && risen > 2.0 * ALLOWED && risen <= SLOW;
        creeps.then_some(first)
    }

    /// The earliest third, and the others.
    fn split(&self) -> (Vec<Counted>, Vec<Counted>) {
        let (mut first, mut later) = (Vec::new(), Vec::new());
        if self.lines() < 4 {
            return (first, later);
        }
        let mut left = (self.lines() / 3).max(2);
        for one in &self.0 {
            let taken = left.min(one.lines);
            left -= taken;
            let lines = one.lines - taken;
            first.push(Counted {
                lines: taken,
                ..*one
            });
            later.push(Counted { lines, ..*one });
        }
        (first, later)
    }
}

/// Logarithm of the price that half of the charges reach.
fn median(counted: &[Counted]) -> Option<f64> {
    let mut steps: Vec<_> = counted.iter().map(|one| (one.step, one.lines)).collect();
    steps.sort_unstable();
    let half = steps
        .iter()
        .map(|(_, lines)| lines)
        .sum::<u64>()
        .div_ceil(2);
    let mut below = 0;
    let middle = steps.into_iter().find(|(_, lines)| {
        below += lines;
        below >= half && *lines > 0
    });
    middle.map(|(step, _)| f64::from(step) / STEPS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn prices(by_month: &[&[f64]]) -> Prices {
        let months = (0..).zip(by_month);
        let counts = months.flat_map(|(month, prices)| {
            let steps = prices.iter().map(|price| step_of_price(price.ln()));
            steps.map(move |step| (month, step, 1))
        });
        Prices::new(counts)
    }

    fn billed(charge: serde_json::Value) -> Option<f64> {
        let charge: Charge = serde_json::from_value(charge).unwrap();
        ln_price(&charge).map(f64::exp)
    }

    #[test]
    fn a_price_is_the_rate_else_the_amount_by_its_quantity() {
        let is = |charge, price: f64| (billed(charge).unwrap() - price).abs() < 1e-6;
        assert!(is(
            json!({"code": "DET", "amount": "105", "qty": 1.75, "rate": "60"}),
            60.0
        ));
        assert!(is(
            json!({"code": "DET", "amount": "105", "qty": 1.75}),
            60.0
        ));
        assert!(is(json!({"code": "LIFT", "amount": "95"}), 95.0));
        assert!(is(
            json!({"code": "LIFT", "amount": "95", "qty": 0, "rate": "0"}),
            95.0
        ));
        assert_eq!(billed(json!({"code": "LIFT", "amount": "-95"})), None);
    }

    #[test]
    fn a_price_that_stays_a_little_higher_creeps_and_one_that_is_higher_once_does_not() {
        let agreed = [60.0; 4];
        let risen = prices(&[&agreed, &agreed, &[60.0, 63.0, 63.0], &[63.0]]);
        let first = risen.crept_from(63_f64.ln()).unwrap();
        assert!((first.exp() - 60.0).abs() < 0.2, "{}", first.exp());
        let slowly = prices(&[&agreed, &agreed, &[61.0, 61.0], &[62.0, 62.0], &[63.0]]);
        assert!(slowly.crept_from(64_f64.ln()).is_some());
        let steady = prices(&[&agreed, &agreed, &agreed]);
        assert_eq!(steady.crept_from(63_f64.ln()), None, "once");
        assert_eq!(steady.crept_from(60_f64.ln()), None);
        assert_eq!(risen.crept_from(60_f64.ln()), None, "back again");
        assert_eq!(risen.crept_from(120_f64.ln()), None, "that does not creep");
        let mixed = [60.0, 60.0, 60.0, 60.0, 60.0, 63.0, 63.0];
        let one_month = prices(&[&agreed, &agreed, &mixed]);
        assert_eq!(one_month.crept_from(63_f64.ln()), None, "some of a month");
        assert_eq!(
            prices(&[&[60.0; 3]]).crept_from(63_f64.ln()),
            None,
            "too few"
        );
    }

    #[test]
    fn months_are_taken_in_their_order() {
        let fallen = prices(&[&[63.0; 4], &[60.0; 8]]);
        assert_eq!(fallen.crept_from(63_f64.ln()), None);
        assert!((fallen.usual_at_first().unwrap().exp() - 63.0).abs() < 0.2);
        assert!((fallen.usual().unwrap().exp() - 60.0).abs() < 0.2);
        let share = fallen.share_at(60_f64.ln()).unwrap();
        assert!((share - 8.0 / 12.0).abs() < 1e-9);
    }
}
