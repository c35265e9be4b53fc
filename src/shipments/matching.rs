//! Which shipment does a document belong to?
//!
//! In: a [`Document`], what the upload notice told ([`Hints`]) and the shipments that share a key with it
//! ([`keys`](super::keys)). Out: a [`Match`]. Every piece of evidence is a weight in log-odds (`weights`); nothing is
//! attached by guess: too little evidence is [`Match::None`], too little lead [`Match::Ambiguous`].
//!
//! Known shipments must be those of the document's tenant. Whether one has a proof already is not asked: whose proof came first must
//! make no difference to where a paper belongs.

mod carriers;
mod circumstances;
#[cfg(test)]
mod golden;
mod identifiers;
mod level;
#[cfg(test)]
mod look_alikes;
mod paper;
#[cfg(test)]
mod properties;
mod references;
#[cfg(test)]
pub(super) mod sample;
mod shares;
#[cfg(test)]
mod tests;
mod weights;

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

use jiff::civil::Date;

pub(super) use self::circumstances::expected_day;
use self::circumstances::{Circumstances, circumstances};
use self::identifiers::{Hit, Identification, crowds, hits, identify};
use self::paper::Paper;
pub(super) use self::paper::{Label, Reading, readings};
pub(super) use self::references::LONG;
use self::references::{Held, held};
pub use self::shares::{Share, shares};
use self::weights::AMBIGUOUS_AT_MOST;
pub use self::weights::{Calibration, Level, Shares, Thresholds, Weights, WeightsError};
use super::sites::{Destination, destinations};
use super::{Agreement, Candidate, Match, MatchEvidence, RunnerUp, Shipment};
use crate::document::Confidence;
use crate::understanding::Document;

/// Sums of weights are off by rounding.
const ROUNDING: f64 = 1e-9;

/// A shipment that the ledger knows, ready to be compared time and again.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its newest version.
    pub shipment: Shipment,
    /// Where it goes.
    pub(super) destinations: Vec<Destination>,
}

impl From<Shipment> for Known {
    fn from(shipment: Shipment) -> Self {
        Self {
            destinations: destinations(&shipment),
            shipment,
        }
    }
}

/// What the upload notice told, beside the paper (contract.md §1.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hints {
    /// The shipment, by its id in the feed.
    pub shipment_id: Option<String>,
    /// The carrier's code.
    pub carrier_scac: Option<String>,
    /// Last part of the file's path or object key.
    pub file_name: Option<String>,
    /// The day the upload was received; tells old shipments with recycled numbers from new ones.
    pub received_on: Option<Date>,
}

/// Finds the shipment that `document` belongs to among the `known` ones, whose order does not matter. Returns the best three of them,
/// too, with what speaks for and against each, good enough or not: for people who ask why a document was attached, or was not.
#[must_use]
pub fn compare(
    document: &Document,
    hints: &Hints,
    known: &[Known],
    weights: &Weights,
) -> (Match, Vec<Candidate>) {
    let paper = Paper::new(document, hints, weights);
    let ranked = ranked(&paper, known);
    let best = ranked.iter().take(3);
    let best = best.map(|weighed| weighed.candidate(1.0)).collect();
    (conclude(&ranked), best)
}

/// What was seen on a known shipment, for whoever estimates the weights.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The shipment's id.
    pub id: String,
    /// What speaks for and against it, and what is near.
    pub levels: Vec<Level>,
}

/// What is seen on each of the known shipments; best first.
#[must_use]
pub fn look(document: &Document, hints: &Hints, known: &[Known], weights: &Weights) -> Vec<Seen> {
    let paper = Paper::new(document, hints, weights);
    let ranked = ranked(&paper, known);
    let seen = |weighed: &Weighed<'_>| {
        let levels = weighed.evidence().map(|evidence| evidence.level);
        let doubts = weighed.identification.doubts.iter().copied();
        Seen {
            id: weighed.shipment.id.clone(),
            levels: levels.chain(doubts).collect(),
        }
    };
    ranked.iter().map(seen).collect()
}

/// The shipment alone.
#[cfg(test)]
pub(super) fn find_shipment(document: &Document, hints: &Hints, known: &[Known]) -> Match {
    compare(document, hints, known, Weights::shipped()).0
}

/// The known shipments, weighed, best first.
fn ranked<'a>(paper: &Paper<'a>, known: &'a [Known]) -> Vec<Weighed<'a>> {
    let found = found(paper, known);
    let crowds = crowds(paper, &found);
    let weighed = known
        .iter()
        .zip(&found)
        .map(|(known, (shipment, held, hits))| {
            let identification = identify(paper, shipment, held, hits, &crowds);
            Weighed::new(paper, known, identification)
        });
    let mut ranked: Vec<_> = weighed.collect();
    ranked.sort_by(Weighed::best_first);
    spread_probability(&mut ranked, paper.weights);
    ranked
}

/// The numbers of each known shipment, and where on the paper they stand.
fn found<'a>(
    paper: &Paper<'_>,
    known: &'a [Known],
) -> Vec<(&'a Shipment, Vec<Held<'a>>, Vec<Hit>)> {
    let found = known.iter().map(|Known { shipment, .. }| {
        let held = held(shipment);
        let hits = hits(paper, shipment, &held);
        (shipment, held, hits)
    });
    found.collect()
}

/// Softmax of the standings of all candidates and of "none of them", calibrated so that the best is right as often as it says.
fn spread_probability(ranked: &mut [Weighed<'_>], weights: &Weights) {
    let highest = ranked.first().map_or(0.0, Weighed::standing);
    let highest = highest.max(weights.none_of_them());
    let none = (weights.none_of_them() - highest).exp();
    let odds = |weighed: &Weighed<'_>| (weighed.standing() - highest).exp();
    let sum = none + ranked.iter().map(odds).sum::<f64>();
    let Some((best, others)) = ranked.split_first_mut() else {
        return;
    };
    let rest = sum - odds(best);
    best.probability = weights.calibrated(odds(best).ln() - rest.max(f64::MIN_POSITIVE).ln());
    for weighed in others {
        weighed.probability = (1.0 - best.probability) * odds(weighed) / rest;
    }
}

/// `ranked` comes best first.
fn conclude(ranked: &[Weighed<'_>]) -> Match {
    let Some(best) = ranked.first() else {
        return Match::None(None);
    };
    let second = ranked.get(1);
    if best.is_acceptable() {
        return if second.is_some_and(|second| second.is_near(best)) {
            ambiguous(ranked.iter().filter(|weighed| weighed.is_near(best)))
        } else {
            Match::Matched(best.candidate(1.0), second.and_then(Weighed::runner_up))
        };
    }
    let conflict = ranked.iter().find(|weighed| weighed.is_conflict());
    let supported = ranked.iter().find(|weighed| weighed.has_support());
    match (conflict, supported) {
        (None, None) => Match::None(None),
        (Some(conflict), None) => Match::Conflict(conflict.candidate(1.0)),
        (Some(conflict), Some(supported)) if conflict.standing() >= supported.standing() => {
            Match::Conflict(conflict.candidate(1.0))
        }
        (conflict, Some(supported)) => {
            let near = |weighed: &&Weighed<'_>| weighed.is_near(supported) && weighed.has_support();
            let near: Vec<_> = ranked.iter().filter(near).collect();
            match conflict {
                _ if near.len() > 1 => ambiguous(near.into_iter()),
                Some(conflict) => Match::Conflict(conflict.candidate(1.0)),
                None => {
                    let named = !supported.identification.other_number;
                    Match::None(named.then(|| supported.candidate(AMBIGUOUS_AT_MOST)))
                }
            }
        }
    }
}

fn ambiguous<'a>(near: impl Iterator<Item = &'a Weighed<'a>>) -> Match {
    let candidate = |weighed: &Weighed<'_>| weighed.candidate(AMBIGUOUS_AT_MOST);
    Match::Ambiguous(near.take(3).map(candidate).collect())
}

/// One piece of evidence, with what it shows.
#[derive(Clone)]
struct Evidence {
    field: &'static str,
    agreement: Agreement,
    level: Level,
    /// Log-odds: what the level weighs, or a share of it.
    weight: f64,
}

/// A known shipment with the evidence for and against it.
struct Weighed<'a> {
    weights: &'a Weights,
    shipment: &'a Shipment,
    identification: Identification,
    circumstances: Circumstances,
    /// Sum of the evidence.
    score: f64,
    /// Probability that it is the one.
    probability: f64,
    /// The paper has numbers, and none of them is nearly the shipment's.
    goes_by_another: bool,
}

impl<'a> Weighed<'a> {
    fn new(paper: &Paper<'a>, known: &'a Known, identification: Identification) -> Self {
        let circumstances = circumstances(paper, known, identification.newest);
        let evidence = || {
            let numbers = identification.evidence.iter();
            numbers.chain(&circumstances.evidence)
        };
        let names_it = |evidence: &Evidence| evidence.level.names_it();
        let is_named = evidence().any(names_it) || !identification.doubts.is_empty();
        Self {
            weights: paper.weights,
            shipment: &known.shipment,
            score: evidence().map(|evidence| evidence.weight).sum(),
            goes_by_another: !paper.readings.is_empty() && !is_named,
            identification,
            circumstances,
            probability: 0.0,
        }
    }

    fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        let numbers = self.identification.evidence.iter();
        numbers.chain(&self.circumstances.evidence)
    }

    /// The score a rival has to beat: what it would be if the paper's near misses were slips.
    fn standing(&self) -> f64 {
        self.score + self.identification.doubt
    }

    /// Too near to `leader` to be told apart from it.
    fn is_near(&self, leader: &Self) -> bool {
        leader.standing() - self.standing() < self.weights.thresholds.margin - ROUNDING
    }

    fn best_first(&self, other: &Self) -> Ordering {
        let by_standing = other.standing().total_cmp(&self.standing());
        by_standing.then_with(|| self.shipment.id.cmp(&other.shipment.id))
    }

    /// V3 of domain.md §1.3: one strong identifier, or two weak ones, the trailer on the day among them, and the consignee. Repaired and weak ones are ruled
    /// out by a number in the place of the shipment's own that is another; weak ones by another number of the shipper's, too.
    fn is_identified(&self) -> bool {
        let identification = &self.identification;
        let weak = identification.weak + usize::from(self.circumstances.same_trailer);
        let by_weak = weak >= 2 && self.circumstances.same_site && !identification.other_reference;
        let by_less = (identification.strong >= 1 || by_weak) && !identification.other_number;
        let on_paper = identification.weak >= 1 || self.circumstances.same_site;
        let by_hint = self.circumstances.hinted && on_paper;
        identification.exact || by_less || by_hint
    }

    /// One number that the reader was not sure of may be another shipment's, and its own not told yet: the consignee has to agree.
    fn is_backed(&self) -> bool {
        let identification = &self.identification;
        let numbers = identification.strong + identification.weak;
        identification.sure
            || numbers > 1
            || self.circumstances.same_site
            || self.circumstances.hinted
    }

    /// The paper names another consignee or carrier, and no second identifier outweighs that.
    fn is_contradicted(&self) -> bool {
        self.circumstances.contradicted && self.identification.strong < 2
    }

    fn is_acceptable(&self) -> bool {
        self.score >= self.weights.thresholds.accept - ROUNDING
            && self.is_identified()
            && self.is_backed()
            && !self.is_contradicted()
            && !self.circumstances.called_off
    }

    /// Worth a person's look: near to acceptance, or it shares a number and only its standing speaks against it. A paper that has numbers, of
    /// which the shipment has none, is another's, however well the place agrees; it waits for that one ([`waiting_keys`](super::keys::waiting_keys)).
    fn has_support(&self) -> bool {
        let shares_a_number = self.identification.strong + self.identification.weak > 0;
        let near = self.standing() >= self.weights.support() && !self.goes_by_another;
        let number_alone = shares_a_number && self.score >= self.weights.of(Level::NotDelivered);
        (near || number_alone) && !self.is_contradicted()
    }

    /// The paper names its identifier, today's and not one that was given again, but contradicts it, or it was called off.
    fn is_conflict(&self) -> bool {
        let speaks_against = self.is_contradicted() || self.circumstances.called_off;
        speaks_against && self.identification.exact && !self.circumstances.recycled
    }

    fn candidate(&self, at_most: f32) -> Candidate {
        let evidence = self.evidence().map(|evidence| MatchEvidence {
            field: evidence.field.to_owned(),
            agreement: evidence.agreement,
            weight: evidence.weight,
        });
        let mut evidence: Vec<_> = evidence.collect();
        evidence.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        Candidate {
            shipment: self.shipment.clone(),
            confidence: Confidence::new(self.confidence().get().min(at_most)),
            score: self.score,
            evidence,
        }
    }

    /// Worth naming only when something speaks for it.
    fn runner_up(&self) -> Option<RunnerUp> {
        (self.standing() > 0.0).then(|| RunnerUp {
            id: self.shipment.id.clone(),
            confidence: self.confidence(),
        })
    }

    fn confidence(&self) -> Confidence {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a probability of 0..1 loses nothing that matters"
        )]
        Confidence::new(self.probability as f32)
    }
}
