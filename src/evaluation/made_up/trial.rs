//! A trial: how papers with known shipments fared.

use serde::Serialize;

use super::feed::Feed;
use crate::pipeline::MatchedDocument;
use crate::shipments::Match;

/// Thresholds at which the curve is taken, as chances of error.
const CHANCES_OF_ERROR: [f64; 8] = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001, 0.0001];

/// What came of the papers.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Trial {
    /// Papers.
    pub papers: u32,
    /// Papers whose shipment the feed had told.
    pub told: u32,
    /// Of those, papers with their shipment as the best candidate, good enough or not.
    pub right_first: u32,
    /// Papers that were attached to their shipment.
    pub attached: u32,
    /// Papers that were attached to another one.
    pub astray: u32,
    /// Papers of which two or more shipments are as likely.
    pub ambiguous: u32,
    /// Papers that contradict the shipment that they name.
    pub conflict: u32,
    /// Papers without a likely shipment.
    pub none: u32,
    /// How both attached and astray depend on the probability that is asked for.
    pub curve: Vec<Point>,
}

/// What would be attached if more were asked of a match.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Point {
    /// The chance of error that a match is allowed.
    pub chance_of_error: f64,
    /// Papers attached to their shipment.
    pub attached: u32,
    /// Papers attached to another one.
    pub astray: u32,
    /// The same, were every best candidate attached whose probability suffices, without the rules that protect from wrong attaches.
    pub attached_by_probability_alone: u32,
    /// …and those of them that go astray.
    pub astray_by_probability_alone: u32,
}

/// What came of one paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Attached to its shipment.
    Attached,
    /// Attached to another.
    Astray,
    /// Not attached.
    Left,
}

/// How the paper of the shipment at a place fared.
#[must_use]
pub fn judged(at: u64, found: &MatchedDocument) -> Judged {
    match &found.matched {
        Match::Matched(candidate, _) if candidate.shipment.id == Feed::id(at) => Judged::Attached,
        Match::Matched(..) => Judged::Astray,
        Match::Ambiguous(_) | Match::Conflict(_) | Match::None(_) => Judged::Left,
    }
}

impl Trial {
    /// Counts the paper of the shipment at a place.
    pub fn add(&mut self, feed: &Feed, at: u64, found: &MatchedDocument) {
        if self.curve.is_empty() {
            let point = |chance_of_error: &f64| Point {
                chance_of_error: *chance_of_error,
                ..Point::default()
            };
            self.curve = CHANCES_OF_ERROR.iter().map(point).collect();
        }
        let best = found.best.first();
        let right_first = best.is_some_and(|best| best.shipment.id == Feed::id(at));
        self.papers += 1;
        self.told += u32::from(!feed.is_missing(at));
        self.right_first += u32::from(right_first);
        match &found.matched {
            Match::Matched(..) => {}
            Match::Ambiguous(_) => self.ambiguous += 1,
            Match::Conflict(_) => self.conflict += 1,
            Match::None(_) => self.none += 1,
        }
        let judged = judged(at, found);
        self.attached += u32::from(judged == Judged::Attached);
        self.astray += u32::from(judged == Judged::Astray);
        let Some(best) = best else { return };
        let error = 1.0 - f64::from(best.confidence.get());
        for point in self
            .curve
            .iter_mut()
            .filter(|point| error <= point.chance_of_error)
        {
            point.attached += u32::from(judged == Judged::Attached);
            point.astray += u32::from(judged == Judged::Astray);
            point.attached_by_probability_alone += u32::from(right_first);
            point.astray_by_probability_alone += u32::from(!right_first);
        }
    }

    /// Share of the papers with a told shipment that have it first.
    #[must_use]
    pub fn share_right_first(&self) -> f64 {
        f64::from(self.right_first) / f64::from(self.told.max(1))
    }

    /// Share of the papers with a told shipment that were attached to it.
    #[must_use]
    pub fn share_attached(&self) -> f64 {
        f64::from(self.attached) / f64::from(self.told.max(1))
    }
}
