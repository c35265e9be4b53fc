//! Which of the paper's numbers does a shipment go by?
//!
//! A number that is the same counts in full. One that is nearly the same counts as repaired when a single known
//! shipment comes near it, none has it exactly, and the reading is likely a slip. It settles which shipment it is only
//! when the reading is surely a slip: a letter in the place of a digit, or a wrong check digit. A number that is well
//! legible may be that of a shipment the feed has not told yet, and is not bent into its neighbour's. Near numbers that
//! do not count cast doubt: two shipments one look-alike character apart are not told apart by one engine's reading, but by two
//! unlike engines that read the same, at least where the two numbers differ. Of readings that were the same as a whole none was
//! wrong: 151 of 151 (reading.md §3), and 317 of 317 on the generator's validation families, where of 155 readings on which they
//! differed five were a character off; of readings that are the same in part nothing was measured. Since the second engine
//! sees whole lines they agree on 127 of 148 (65 uploads of seed 87); of these two lacked their beginning, and none had a wrong character.

use jiff::civil::Date;

use super::Evidence;
use super::carriers::{CarrierAgreement, carrier_agreement};
use super::circumstances::expected_day;
use super::paper::{Label, Paper, Reading};
use super::references::{Held, Kind, OWN_PLACES, SHIPPERS_OWN, Weight, weigh};
use super::weights::{LEAD_OVER_LOOK_ALIKE, Level, Weights};
use crate::document::Source;
use crate::shipments::numbers::Likeness;
use crate::shipments::{Agreement, Shipment};
use crate::understanding::normalise::{CheckResult, check_pro, check_waybill};

/// A number on the paper that a shipment goes by, or nearly.
pub(super) struct Hit {
    /// Place in [`Paper::readings`].
    pub(super) reading: usize,
    /// Place among the numbers of the shipment.
    held: usize,
    pub(super) kind: Kind,
    likeness: Likeness,
    weight: Weight,
    /// Its check digit is right.
    verified: bool,
    /// The paper's number cannot be what was printed: a letter for a digit, or a wrong check digit.
    surely_slip: bool,
}

impl Hit {
    /// Is it exactly a number that names one shipment, and was the reader sure of it?
    pub(super) fn is_sure(&self, reading: &Reading) -> bool {
        self.likeness == Likeness::Same
            && self.weight.names_one
            && (!reading.doubtful() || reading.agreed || self.verified)
    }

    /// What it shows.
    fn level(&self) -> Level {
        match self.likeness {
            Likeness::Same => self.weight.level,
            Likeness::Confused => Level::Repaired,
            Likeness::OneOff => Level::OneOff,
        }
    }
}

/// How many of the known shipments one number of the paper fits.
#[derive(Default, Clone)]
pub(super) struct Crowd {
    pub(super) same: usize,
    confused: usize,
    one_off: usize,
    /// One has it exactly, with the right check digit.
    verified: bool,
    /// The newest of those that have it exactly.
    newest: Option<Date>,
}

/// What the identifiers say about one shipment.
#[derive(Default)]
pub(super) struct Identification {
    pub(super) evidence: Vec<Evidence>,
    /// What near numbers show that do not count.
    pub(super) doubts: Vec<Level>,
    /// How many identifiers agree that name one shipment.
    pub(super) strong: usize,
    /// One of them is exactly the same.
    pub(super) exact: bool,
    /// One of them is exactly the same, and the reader was sure of it.
    pub(super) sure: bool,
    /// How many others agree: purchase orders, deliveries …
    pub(super) weak: usize,
    /// A number that should name this shipment is another, as far as one can tell.
    pub(super) other_number: bool,
    /// The shipper calls it otherwise.
    pub(super) other_reference: bool,
    /// What its numbers would weigh if the paper's were slips: held against a rival, never for this shipment.
    pub(super) doubt: f64,
    /// The newest known shipment that goes by the same strong number.
    pub(super) newest: Option<Date>,
    /// Places of the readings that are this shipment's numbers beyond doubt.
    settled: Vec<usize>,
}

/// Every number of the paper that `shipment` goes by, or nearly.
pub(super) fn hits(paper: &Paper<'_>, shipment: &Shipment, held: &[Held<'_>]) -> Vec<Hit> {
    let readings = paper.readings.iter().enumerate();
    let pairs =
        readings.flat_map(|reading| held.iter().enumerate().map(move |held| (reading, held)));
    let hits = pairs.filter_map(|((reading_at, reading), (held_at, held))| {
        let weight = weigh(paper, shipment, reading, held.kind)?;
        Some(Hit {
            reading: reading_at,
            held: held_at,
            kind: held.kind,
            likeness: likeness(reading, held, &weight)?,
            weight,
            verified: held.check(&reading.raw) == CheckResult::Passes,
            surely_slip: held.check(&reading.raw) == CheckResult::Fails
                || reading.number.folded() == held.number.folded(),
        })
    });
    hits.collect()
}

impl Held<'_> {
    /// What the rule of this number says of a text: that of air waybills where it is written as one, else its carrier's.
    fn check(&self, text: &str) -> CheckResult {
        match check_waybill(self.raw) {
            CheckResult::Unknown => check_pro(self.scac, text),
            CheckResult::Passes | CheckResult::Fails => check_waybill(text),
        }
    }
}

/// Nearly the same number is a slip only when the shipment's has a right check digit and the paper's has not.
fn likeness(reading: &Reading, held: &Held<'_>, weight: &Weight) -> Option<Likeness> {
    let likeness = reading.number.likeness(&held.number)?;
    let may_be_slip = match likeness {
        Likeness::Same => return Some(likeness),
        // Any number of the page may come near some shipment's.
        _ if reading.label == Label::Elsewhere => false,
        Likeness::Confused => reading.source != Source::Barcode,
        Likeness::OneOff => reading.source != Source::Barcode && weight.names_one,
    };
    let right = held.check(held.raw) != CheckResult::Fails;
    let misread = held.check(&reading.raw) != CheckResult::Passes;
    (may_be_slip && right && misread).then_some(likeness)
}

/// Counts, for every reading, how many of the known shipments it fits.
pub(super) fn crowds(
    paper: &Paper<'_>,
    found: &[(&Shipment, Vec<Held<'_>>, Vec<Hit>)],
) -> Vec<Crowd> {
    let readings = 0..paper.readings.len();
    readings.map(|reading| crowd(reading, found)).collect()
}

fn crowd(reading: usize, found: &[(&Shipment, Vec<Held<'_>>, Vec<Hit>)]) -> Crowd {
    let mut crowd = Crowd::default();
    for (shipment, _, hits) in found {
        let of_reading = hits.iter().filter(|hit| hit.reading == reading);
        let Some(best) = of_reading.max_by_key(|hit| hit.likeness) else {
            continue;
        };
        match best.likeness {
            Likeness::Confused => crowd.confused += 1,
            Likeness::OneOff => crowd.one_off += 1,
            Likeness::Same => {
                crowd.same += 1;
                crowd.verified |= best.verified;
                crowd.newest = crowd.newest.max(expected_day(shipment));
            }
        }
    }
    crowd
}

/// What a hit is worth.
#[derive(Clone, Copy)]
enum Credit {
    For(f64, Agreement),
    Doubt(f64),
}

impl Credit {
    fn log_odds(self) -> f64 {
        match self {
            Self::For(log_odds, _) | Self::Doubt(log_odds) => log_odds,
        }
    }
}

fn credit(
    weights: &Weights,
    hit: &Hit,
    reading: &Reading,
    held: &Held<'_>,
    crowd: &Crowd,
) -> Option<Credit> {
    let unique = match hit.likeness {
        Likeness::Same => return Some(Credit::For(shared(&hit.weight, crowd), Agreement::Exact)),
        Likeness::Confused => crowd.confused == 1,
        Likeness::OneOff => crowd.confused == 0 && crowd.one_off == 1,
    };
    let share = weights.of(hit.level()) / weights.of(Level::Pro);
    let repaired = hit.weight.log_odds * share;
    if crowd.same > 0 {
        let one_engine = reading.by_eye() && !reading.agreed_against(&held.number);
        let may_be_it = hit.likeness == Likeness::Confused || reading.is_second(&held.number);
        let slip = one_engine && (reading.doubtful() || may_be_it);
        let doubt = hit.weight.log_odds - LEAD_OVER_LOOK_ALIKE;
        (slip && !crowd.verified && doubt > 0.0).then_some(Credit::Doubt(doubt))
    } else if unique && hit.weight.in_place && (hit.surely_slip || reading.doubtful()) {
        Some(Credit::For(repaired, Agreement::Repaired))
    } else {
        Some(Credit::Doubt(repaired))
    }
}

/// A number that names one shipment counts in full; any other is divided by the log of those that share it, so that
/// one that nobody shares keeps its weight.
fn shared(weight: &Weight, crowd: &Crowd) -> f64 {
    if weight.names_one {
        return weight.log_odds;
    }
    let sharing = u32::try_from(crowd.same.max(1)).unwrap_or(u32::MAX);
    weight.log_odds / (1.0 + f64::from(sharing).ln())
}

/// Weighs the hits of one shipment: every number, on the paper and of the shipment, and every kind counts once.
pub(super) fn identify(
    paper: &Paper<'_>,
    shipment: &Shipment,
    held: &[Held<'_>],
    hits: &[Hit],
    crowds: &[Crowd],
) -> Identification {
    let credits = hits.iter().filter_map(|hit| {
        let reading = paper.readings.get(hit.reading)?;
        let crowd = crowds.get(hit.reading)?;
        Some((
            hit,
            reading,
            crowd,
            credit(paper.weights, hit, reading, held.get(hit.held)?, crowd)?,
        ))
    });
    let mut credits: Vec<_> = credits.collect();
    credits.sort_by(|(.., a), (.., b)| b.log_odds().total_cmp(&a.log_odds()));

    let mut identification = Identification::default();
    let mut used: Vec<(&Hit, &Reading)> = Vec::new();
    for (hit, reading, crowd, credit) in credits {
        let spent = |(other, seen): &(&Hit, &Reading)| {
            other.held == hit.held || other.kind == hit.kind || seen.number == reading.number
        };
        if !used.iter().any(spent) {
            identification.add(hit, reading, crowd, credit);
            used.push((hit, reading));
        }
    }
    identification.add_other_numbers(paper, shipment, held, hits);
    identification.other_reference = names_another_reference(paper, held);
    identification
}

/// The shipper's own number on the paper is legible and none of the shipment's, which has one.
fn names_another_reference(paper: &Paper<'_>, held: &[Held<'_>]) -> bool {
    let readings = paper.readings.iter();
    let mut here = readings
        .filter(|reading| reading.label == Label::ShipperRef && !reading.hardly_legible())
        .peekable();
    let has_one = held.iter().any(|held| SHIPPERS_OWN.contains(&held.kind));
    let is_own = |reading: &Reading| {
        let mut numbers = held.iter().map(|held| &held.number);
        numbers.any(|own| reading.number.likeness(own) == Some(Likeness::Same))
    };
    has_one && here.peek().is_some() && !here.any(is_own)
}

impl Identification {
    fn add(&mut self, hit: &Hit, reading: &Reading, crowd: &Crowd, credit: Credit) {
        let (log_odds, agreement) = match credit {
            Credit::Doubt(log_odds) => {
                self.doubts.push(hit.level());
                self.doubt += log_odds;
                return;
            }
            Credit::For(log_odds, agreement) => (log_odds, agreement),
        };
        self.push(reading.label, agreement, hit.level(), log_odds);
        let settles = match hit.likeness {
            Likeness::Same => true,
            Likeness::Confused => hit.surely_slip,
            Likeness::OneOff => false,
        };
        if settles {
            self.settle(hit, reading, crowd);
        }
    }

    fn settle(&mut self, hit: &Hit, reading: &Reading, crowd: &Crowd) {
        self.settled.push(hit.reading);
        if hit.weight.names_one {
            self.strong += 1;
            let same = hit.likeness == Likeness::Same;
            self.exact |= same;
            self.sure |= hit.is_sure(reading);
            self.newest = self.newest.max(crowd.newest);
        } else {
            self.weak += 1;
        }
    }

    fn push(&mut self, label: Label, agreement: Agreement, level: Level, weight: f64) {
        self.evidence.push(Evidence {
            field: label.field(),
            agreement,
            level,
            weight,
        });
    }

    /// Numbers that stand where the shipment's own should stand, and are others.
    fn add_other_numbers(
        &mut self,
        paper: &Paper<'_>,
        shipment: &Shipment,
        held: &[Held<'_>],
        hits: &[Hit],
    ) {
        let same_carrier = carrier_agreement(paper, shipment) == CarrierAgreement::Same;
        for place in OWN_PLACES {
            let own = held.iter().filter(|held| place.kinds.contains(&held.kind));
            let own: Vec<_> = own.map(|held| held.scac.filter(|_| same_carrier)).collect();
            let fits = |at: usize| hits.iter().any(|hit| hit.reading == at);
            let same = |hit: &Hit| hit.likeness == Likeness::Same;
            let settled = |at: usize| {
                let mut hits = hits.iter();
                self.settled.contains(&at) || hits.any(|hit| hit.reading == at && same(hit))
            };
            let readings = paper.readings.iter().enumerate();
            // A number that the shipment goes by under another name stands under a wrong label; it is no other number.
            let owned = |reading: &Reading| {
                let mut numbers = held.iter().map(|held| &held.number);
                numbers.any(|own| reading.number.likeness(own) == Some(Likeness::Same))
            };
            let here: Vec<_> = readings
                .filter(|(_, reading)| reading.label == place.label)
                .filter(|(at, reading)| fits(*at) || !owned(reading))
                .collect();
            let credible = here.iter().any(|(_, reading)| reading.credible(&own));
            if own.is_empty() || !credible {
                continue;
            }
            let none_settled = !here.iter().any(|(at, _)| settled(*at));
            let none_fits = !here.iter().any(|(at, _)| fits(*at));
            self.other_number |= none_settled && place.label != Label::Po;
            if none_fits {
                let weight = paper.weights.of(place.other_number);
                self.push(place.label, Agreement::Conflict, place.other_number, weight);
            }
        }
    }
}

impl Reading {
    /// Legible, and not rejected by the check digit of one of these carriers, which the paper names (golden case 5).
    fn credible(&self, scacs: &[Option<&str>]) -> bool {
        let rejected = |scac: &Option<&str>| check_pro(*scac, &self.raw) == CheckResult::Fails;
        !self.hardly_legible() && !scacs.iter().any(rejected)
    }
}
