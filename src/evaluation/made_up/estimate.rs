//! Weights estimated from labelled pairs, as Fellegi and Sunter have it: how often a level is seen on a paper's own shipment (m), how
//! often on others that were compared with it (u), and the logarithm of m through u.
//!
//! What speaks for a shipment beside its numbers is counted on others that came near by a number: among those that were found by
//! the place, nearly all share it, which says nothing about how telling it is. Each paper counts once, however many others it was
//! compared with.

use std::collections::{BTreeMap, BTreeSet};

use crate::shipments::matching::{Calibration, Level, Seen, Weights};

/// How far an estimate may lie from what domain.md §5.3 has: made-up papers say how telling a level is, not how often paper and feed
/// of real life are wrong about it.
const LEAST_SHARE: f64 = 0.5;
const MOST_SHARE: f64 = 1.5;

/// Levels that stay as domain.md §5.3 has them: what a near number may count for, and whose shipment was called off, is judged by rules before it
/// is weighed, and made-up papers are neither misread nor called off as often as real ones.
const NOT_ESTIMATED: [Level; 4] = [
    Level::Repaired,
    Level::OneOff,
    Level::NotDelivered,
    Level::Cancelled,
];

/// How many papers must show a level before it is estimated at all.
const FEWEST: f64 = 20.0;

/// Steps of the fit; it stands still after some twenty.
const STEPS: usize = 100;

/// Counts of what was seen.
#[derive(Debug, Default)]
pub struct Estimate {
    papers: f64,
    own: BTreeMap<Level, f64>,
    /// Papers that were compared with others at all, and what was seen on those.
    compared: f64,
    others: BTreeMap<Level, f64>,
    /// The same of others that came near by a number.
    compared_by_number: f64,
    others_by_number: BTreeMap<Level, f64>,
}

impl Estimate {
    /// Counts what was seen on the shipments that a paper was compared with; the one with the id is its own.
    pub fn add(&mut self, own: &str, seen: &[Seen]) {
        let levels = |seen: &Seen| seen.levels.iter().copied().collect::<BTreeSet<Level>>();
        if let Some(own) = seen.iter().find(|one| one.id == own) {
            self.papers += 1.0;
            for level in levels(own) {
                *self.own.entry(level).or_default() += 1.0;
            }
        }
        let others: Vec<_> = seen
            .iter()
            .filter(|one| one.id != own)
            .map(levels)
            .collect();
        add_shares(&others, &mut self.compared, &mut self.others);
        let near = |levels: &BTreeSet<Level>| levels.iter().any(|level| by_number(*level));
        let others: Vec<_> = others.into_iter().filter(near).collect();
        add_shares(
            &others,
            &mut self.compared_by_number,
            &mut self.others_by_number,
        );
    }

    /// The weights, where enough was seen to tell; all others as they were.
    #[must_use]
    pub fn weights(&self, before: &Weights) -> Weights {
        let mut weights = before.clone();
        for (level, weight) in &mut weights.weights {
            let estimate = self.log_ratio(*level);
            let Some(estimate) = estimate.filter(|_| !NOT_ESTIMATED.contains(level)) else {
                continue;
            };
            let (least, most) = (*weight * LEAST_SHARE, *weight * MOST_SHARE);
            *weight = rounded(estimate.clamp(least.min(most), least.max(most)));
        }
        weights
    }

    /// ln(m/u), for those levels that both sides may show.
    #[must_use]
    pub fn log_ratio(&self, level: Level) -> Option<f64> {
        let (compared, others) = match level {
            _ if self.is_about_numbers(level) => (self.compared, &self.others),
            _ => (self.compared_by_number, &self.others_by_number),
        };
        let own = self.own.get(&level).copied().unwrap_or_default();
        let other = others.get(&level).copied().unwrap_or_default();
        let rate = |seen: f64, of: f64| (seen + 0.5) / (of + 1.0);
        (own + other >= FEWEST).then(|| (rate(own, self.papers) / rate(other, compared)).ln())
    }

    fn is_about_numbers(&self, level: Level) -> bool {
        let against = [Level::OtherPro, Level::OtherNumber, Level::OtherOrder];
        by_number(level)
            || against.contains(&level)
            || matches!(level, Level::Reference | Level::Order)
    }
}

fn by_number(level: Level) -> bool {
    matches!(
        level,
        Level::Pro | Level::Bol | Level::Unit | Level::Container | Level::Repaired | Level::OneOff
    )
}

fn add_shares(others: &[BTreeSet<Level>], papers: &mut f64, seen: &mut BTreeMap<Level, f64>) {
    let Ok(count) = u32::try_from(others.len()) else {
        return;
    };
    if count > 0 {
        *papers += 1.0;
        for level in others.iter().flatten() {
            *seen.entry(*level).or_default() += 1.0 / f64::from(count);
        }
    }
}

/// Two decimals are more than such counts can tell.
fn rounded(weight: f64) -> f64 {
    (weight * 100.0).round() / 100.0
}

/// The calibration that fits best candidates, each with what the scores alone say of it in log-odds, and whether it was right: Platt's,
/// by Newton's method.
#[must_use]
pub fn calibration(best: &[(f64, bool)]) -> Calibration {
    let (mut slope, mut intercept) = (1.0, 0.0);
    for _ in 0..STEPS {
        // A little weight on the slope of 1 keeps the fit from running away where nothing was wrong.
        let (mut ds, mut di) = (1.0 - slope, 0.0);
        let (mut ss, mut si, mut ii) = (1.0, 0.0, 1e-6);
        for (odds, right) in best {
            let chance = 1.0 / (1.0 + (-(slope * odds + intercept)).exp());
            let (off, spread) = (
                f64::from(u8::from(*right)) - chance,
                chance * (1.0 - chance),
            );
            ds += off * odds;
            di += off;
            ss += spread * odds * odds;
            si += spread * odds;
            ii += spread;
        }
        let determinant = ss * ii - si * si;
        if determinant.abs() < 1e-12 {
            break;
        }
        slope = (slope + (ii * ds - si * di) / determinant).clamp(0.1, 3.0);
        intercept = (intercept + (ss * di - si * ds) / determinant).clamp(-5.0, 5.0);
    }
    Calibration {
        slope: rounded(slope),
        intercept: rounded(intercept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(id: &str, levels: &[Level]) -> Seen {
        Seen {
            id: id.to_owned(),
            levels: levels.to_vec(),
        }
    }

    #[test]
    fn a_level_weighs_by_how_much_oftener_it_is_seen_on_the_right_one() {
        let mut estimate = Estimate::default();
        for at in 0..1_000 {
            let own = seen("own", &[Level::Pro, Level::Site, Level::Pieces]);
            // One in ten others goes to the same place, half of them have as many pieces.
            let mut levels = vec![Level::OneOff];
            levels.extend((at % 10 == 0).then_some(Level::Site));
            levels.extend((at % 2 == 0).then_some(Level::Pieces));
            // Found by the place, they share it: that tells nothing.
            let by_place = seen("by place", &[Level::Site, Level::OtherPro]);
            estimate.add("own", &[own, seen("other", &levels), by_place]);
        }
        let near = |level, expected: f64| {
            let ratio = estimate.log_ratio(level).unwrap();
            assert!((ratio - expected).abs() < 0.05, "{level:?} {ratio}");
        };
        near(Level::Site, 10_f64.ln());
        near(Level::Pieces, 2_f64.ln());
        assert!(estimate.log_ratio(Level::Pro).unwrap() > 6.0);
        assert!(estimate.log_ratio(Level::OtherPro).unwrap() < -6.0);
        assert_eq!(estimate.log_ratio(Level::Container), None, "never seen");
    }

    #[test]
    fn an_estimate_stays_near_what_the_trade_knows() {
        let mut estimate = Estimate::default();
        for _ in 0..1_000 {
            estimate.add(
                "own",
                &[
                    seen("own", &[Level::Pieces]),
                    seen("other", &[Level::OneOff]),
                ],
            );
        }
        let before = Weights::shipped();
        let after = estimate.weights(before);
        let pieces = before.weights[&Level::Pieces] * MOST_SHARE;
        assert!((after.weights[&Level::Pieces] - pieces).abs() < 0.01);
        assert_eq!(
            after.weights[&Level::Cancelled],
            before.weights[&Level::Cancelled]
        );
    }

    #[test]
    fn calibration_finds_the_line_that_the_outcomes_follow() {
        // Of those with log-odds x, as many are right as slope 0.5 and intercept 0.2 say.
        let mut best = Vec::new();
        for step in -40..=40 {
            let odds = f64::from(step) / 5.0;
            let chance = 1.0 / (1.0 + (-(0.5 * odds + 0.2)).exp());
            best.extend((0..1_000).map(|at| (odds, f64::from(at) / 1_000.0 < chance)));
        }
        let Calibration { slope, intercept } = calibration(&best);
        assert!(
            (slope - 0.5).abs() < 0.02 && (intercept - 0.2).abs() < 0.02,
            "{slope} {intercept}"
        );
    }
}
