//! Usual: what a group is billed for a kind of charge, how often and how much.
//!
//! In: the steps of amounts that [`super::habits`] counted. Out: [`Usual`], with robust measures of how far an amount is from it.

use std::collections::BTreeMap;

use super::habits::{STEPS, count};

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
    /// Of so many shipments, and of charges by the step of their amounts.
    pub(super) fn new(shipments: u64, steps: &BTreeMap<i32, u64>) -> Self {
        Self {
            shipments,
            lines: steps.values().sum(),
            median: quantile(steps, 0.5),
            low: quantile(steps, 0.16),
            high: quantile(steps, 0.84),
            ninetieth: quantile(steps, 0.9),
        }
    }

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

    use super::*;

    proptest! {
        #[test]
        fn quantiles_lie_in_order_and_within_what_was_counted(steps in prop::collection::btree_map(0..600_i32, 1..50_u64, 1..20)) {
            let (low, middle, high) = (quantile(&steps, 0.16), quantile(&steps, 0.5), quantile(&steps, 0.84));
            prop_assert!(low <= middle && middle <= high);
            let (first, last) = (steps.first_key_value().unwrap().0, steps.last_key_value().unwrap().0);
            prop_assert!(low >= (f64::from(*first) - 0.5) / STEPS && high <= (f64::from(*last) + 0.5) / STEPS);
        }
    }
}
