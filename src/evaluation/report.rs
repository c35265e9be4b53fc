//! The figures: shares with the counts behind them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::calibration::Calibration;
use super::observed::{Decision, FieldSeen, Match, Miss, Observed};
use crate::document::Confidence;
use crate::understanding::{Accepted, FieldName};

/// Numbers that a shipment is known by.
const IDENTIFIERS: [&str; 4] = ["pro_number", "bol_number", "load_number", "customer_po"];
/// Copies so pale that identifiers on them are counted apart.
const CARBON: &str = "carbon";

/// Figures of an evaluation.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Uploads whose documents have exactly the labelled pages.
    pub split: Share,
    /// The same of uploads with more than one document.
    pub split_of_many: Share,
    /// Documents by class.
    pub classes: BTreeMap<String, Tally>,
    /// Mean F1 of the labelled classes.
    pub class_macro_f1: Option<f64>,
    /// All fields together.
    pub fields: Tally,
    /// Fields by name.
    pub by_field: BTreeMap<String, Tally>,
    /// Fields by how the upload came in.
    pub by_degradation: BTreeMap<String, Tally>,
    /// Fields by name, then by how the upload came in.
    pub by_field_and_degradation: BTreeMap<String, BTreeMap<String, Tally>>,
    /// Labelled fields by name, then `printed` or `hand`.
    pub by_field_and_hand: BTreeMap<String, BTreeMap<String, Tally>>,
    /// Labelled fields that are printed.
    pub printed: Tally,
    /// Labelled fields that are written by hand.
    pub handwritten: Tally,
    /// PRO, bill of lading, load and order numbers, carbon copies left out.
    pub identifiers: Tally,
    /// Delivery dates that are printed; dates read where there is none count here.
    pub delivery_date_printed: Tally,
    /// Delivery dates that are written by hand.
    pub delivery_date_handwritten: Tally,
    /// Documents of known shipments that were attached to the right one, of those that tell it from others.
    pub matched: Share,
    /// Documents attached to a shipment that is not theirs, of all documents.
    pub wrong_attaches: Share,
    /// Decisions that are as labelled.
    pub decisions: Share,
    /// Documents said to be billable that are not, of those labelled.
    pub false_billable: Share,
    /// Billable documents that were said to be.
    pub straight_through: Share,
    /// States of the freight that are as labelled.
    pub conditions: Share,
    /// Values that the models' thresholds take without anybody's look, of all.
    pub accepted: Share,
    /// Accepted values that are wrong.
    pub accepted_wrong: Share,
    /// Confidence of classes.
    pub class_calibration: Calibration,
    /// Confidence of fields of documents whose labels are complete.
    pub field_calibration: Calibration,
    /// Confidence of shipments.
    pub shipment_calibration: Calibration,
    /// How sure each value was and whether it was right, by field: what the curves in manifests are fitted to.
    pub confidences: BTreeMap<String, Vec<(f64, bool)>>,
    /// The same of classes.
    pub class_confidences: BTreeMap<String, Vec<(f64, bool)>>,
    /// Everything that came out otherwise than labelled.
    pub misses: Vec<Miss>,
}

/// Some of a number of things.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many are so.
    pub some: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    fn of(all: impl Iterator<Item = bool>) -> Self {
        all.fold(Self::default(), |share, is| Self {
            some: share.some + usize::from(is),
            of: share.of + 1,
        })
    }

    /// 0..1; `None` of nothing.
    #[must_use]
    pub fn get(self) -> Option<f64> {
        (self.of > 0).then(|| self.some as f64 / self.of as f64)
    }
}

/// How often something was found and right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Labelled and found as labelled.
    pub right: usize,
    /// Labelled, and something else found.
    pub wrong: usize,
    /// Labelled and not found.
    pub missed: usize,
    /// Found and not labelled.
    pub extra: usize,
}

impl Tally {
    /// Of what was found, the share that is right.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        Share {
            some: self.right,
            of: self.right + self.wrong + self.extra,
        }
        .get()
    }

    /// Of what is labelled, the share that was found right.
    #[must_use]
    pub fn recall(self) -> Option<f64> {
        Share {
            some: self.right,
            of: self.right + self.wrong + self.missed,
        }
        .get()
    }

    /// Harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(self) -> Option<f64> {
        Share {
            some: 2 * self.right,
            of: 2 * (self.right + self.wrong) + self.missed + self.extra,
        }
        .get()
    }

    fn of<'a>(fields: impl Iterator<Item = &'a FieldSeen>) -> Self {
        let mut tally = Self::default();
        fields.for_each(|seen| tally.add(seen));
        tally
    }

    fn add(&mut self, seen: &FieldSeen) {
        match (seen.labelled, seen.got) {
            (true, Some((_, true))) => self.right += 1,
            (true, Some((_, false))) => self.wrong += 1,
            (true, None) => self.missed += 1,
            (false, _) => self.extra += 1,
        }
    }
}

impl Report {
    /// The figures of what was seen of a worker that takes values from these confidences on.
    #[must_use]
    pub fn new(seen: &Observed, accepted: &Accepted) -> Self {
        let fields = || seen.fields.iter();
        let hand = |seen: &&FieldSeen| seen.labelled && seen.hand;
        let printed = |seen: &&FieldSeen| seen.labelled && !seen.hand;
        let is_date = |seen: &&FieldSeen| seen.field == "delivery_date";
        let is_identifier = |seen: &&FieldSeen| {
            IDENTIFIERS.contains(&seen.field.as_str()) && seen.degradation != CARBON
        };
        let classes = classes(seen);
        let judged = || fields().filter_map(|one| Some((&one.field, one.got?)));
        let taken = judged().filter(|(name, (confidence, _))| takes(accepted, name, *confidence));
        let accepted_wrong = Share::of(taken.map(|(_, (_, right))| !right));
        Self {
            split: Share::of(seen.splits.iter().map(|split| split.exact)),
            split_of_many: split_of_many(seen),
            class_macro_f1: macro_f1(&classes),
            classes,
            fields: Tally::of(fields()),
            by_field: grouped(&seen.fields, |seen| &seen.field),
            by_degradation: grouped(&seen.fields, |seen| &seen.degradation),
            by_field_and_degradation: grouped_twice(fields(), |seen| seen.degradation.clone()),
            by_field_and_hand: by_field_and_hand(seen),
            printed: Tally::of(fields().filter(printed)),
            handwritten: Tally::of(fields().filter(hand)),
            identifiers: Tally::of(fields().filter(is_identifier)),
            delivery_date_printed: Tally::of(fields().filter(is_date).filter(|seen| !hand(seen))),
            delivery_date_handwritten: Tally::of(fields().filter(is_date).filter(hand)),
            matched: matched(seen),
            wrong_attaches: Share::of(
                seen.matches
                    .iter()
                    .map(|one| one.got.is_some() && !one.is_right()),
            ),
            decisions: agreement(&seen.decisions),
            false_billable: false_billable(seen),
            straight_through: straight_through(seen),
            conditions: agreement(&seen.conditions),
            accepted: Share {
                some: accepted_wrong.of,
                of: judged().count(),
            },
            accepted_wrong,
            class_calibration: calibration(judged_classes(seen).map(|(_, one)| one)),
            field_calibration: calibration(fields().filter_map(|one| one.got)),
            shipment_calibration: calibration(seen.matches.iter().filter_map(|one| {
                let (_, confidence) = one.got.as_ref()?;
                Some((*confidence, one.is_right()))
            })),
            confidences: confidences(judged()),
            class_confidences: confidences(judged_classes(seen)),
            misses: seen.misses.clone(),
        }
    }

    /// The shares that a reader looks at first, with their names.
    pub(super) fn shares(&self) -> [(&'static str, Share); 10] {
        [
            ("uploads split exactly", self.split),
            ("those of several documents", self.split_of_many),
            ("shipments found", self.matched),
            ("wrong attaches", self.wrong_attaches),
            ("decisions as labelled", self.decisions),
            ("billable and should not be", self.false_billable),
            ("straight through, of billable", self.straight_through),
            ("condition as labelled", self.conditions),
            ("values accepted without a look", self.accepted),
            ("wrong, of those accepted", self.accepted_wrong),
        ]
    }

    /// The groups of fields that a reader looks at first, with their names.
    pub(super) fn headlines(&self) -> [(&'static str, Tally); 6] {
        [
            ("all", self.fields),
            ("printed (recall)", self.printed),
            ("handwritten (recall)", self.handwritten),
            ("pro, bol, load, po; no carbon", self.identifiers),
            ("delivery date, printed", self.delivery_date_printed),
            ("delivery date, by hand", self.delivery_date_handwritten),
        ]
    }
}

fn takes(accepted: &Accepted, field: &str, confidence: f64) -> bool {
    let known = serde_json::from_value::<FieldName>(field.into());
    #[expect(clippy::cast_possible_truncation, reason = "0..1")]
    let confidence = Confidence::new(confidence as f32);
    known.is_ok_and(|field| accepted.accepts(field, confidence))
}

fn split_of_many(seen: &Observed) -> Share {
    let many = seen.splits.iter().filter(|split| split.documents > 1);
    Share::of(many.map(|split| split.exact))
}

fn by_field_and_hand(seen: &Observed) -> BTreeMap<String, BTreeMap<String, Tally>> {
    let labelled = seen.fields.iter().filter(|seen| seen.labelled);
    grouped_twice(labelled, |seen| {
        (if seen.hand { "hand" } else { "printed" }).to_owned()
    })
}

fn matched(seen: &Observed) -> Share {
    let matches = seen.matches.iter();
    let told = matches.filter(|one| one.wanted.is_some() && one.decidable);
    Share::of(told.map(Match::is_right))
}

fn false_billable(seen: &Observed) -> Share {
    let decisions = seen.decisions.iter();
    Share::of(
        decisions.map(|one| is_billable(one.got.as_deref()) && !is_billable(Some(&one.wanted))),
    )
}

fn straight_through(seen: &Observed) -> Share {
    let decisions = seen.decisions.iter();
    let billable = decisions.filter(|one| is_billable(Some(&one.wanted)));
    Share::of(billable.map(|one| is_billable(one.got.as_deref())))
}

/// The classes that were said, each with its confidence and whether it is right.
fn judged_classes(seen: &Observed) -> impl Iterator<Item = (&String, (f64, bool))> {
    seen.classes.iter().filter_map(|one| {
        let (class, confidence) = one.got.as_ref()?;
        Some((class, (*confidence, *class == one.wanted)))
    })
}

pub(super) fn is_billable(state: Option<&str>) -> bool {
    state.is_some_and(|state| state.starts_with("billable"))
}

fn agreement(decisions: &[Decision]) -> Share {
    let same = |one: &Decision| one.got.as_ref() == Some(&one.wanted);
    Share::of(decisions.iter().map(same))
}

fn calibration(all: impl Iterator<Item = (f64, bool)>) -> Calibration {
    let mut calibration = Calibration::default();
    all.for_each(|(confidence, right)| calibration.add(confidence, right));
    calibration
}

fn confidences<'a>(
    judged: impl Iterator<Item = (&'a String, (f64, bool))>,
) -> BTreeMap<String, Vec<(f64, bool)>> {
    let mut confidences: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (name, one) in judged {
        confidences.entry(name.clone()).or_default().push(one);
    }
    confidences
}

fn grouped(fields: &[FieldSeen], key: fn(&FieldSeen) -> &String) -> BTreeMap<String, Tally> {
    let keys: BTreeSet<&String> = fields.iter().map(key).collect();
    let of = |group: &String| Tally::of(fields.iter().filter(|seen| key(seen) == group));
    keys.into_iter()
        .map(|group| (group.clone(), of(group)))
        .collect()
}

fn grouped_twice<'a>(
    fields: impl IntoIterator<Item = &'a FieldSeen>,
    key: fn(&FieldSeen) -> String,
) -> BTreeMap<String, BTreeMap<String, Tally>> {
    let mut groups: BTreeMap<String, BTreeMap<String, Tally>> = BTreeMap::new();
    for seen in fields {
        let group = groups.entry(seen.field.clone()).or_default();
        group.entry(key(seen)).or_default().add(seen);
    }
    groups
}

fn classes(seen: &Observed) -> BTreeMap<String, Tally> {
    let mut classes: BTreeMap<String, Tally> = BTreeMap::new();
    for one in &seen.classes {
        let got = one.got.as_ref().map(|(class, _)| class);
        let wanted = classes.entry(one.wanted.clone()).or_default();
        match got {
            Some(got) if *got == one.wanted => wanted.right += 1,
            Some(got) => {
                wanted.missed += 1;
                classes.entry(got.clone()).or_default().extra += 1;
            }
            None => wanted.missed += 1,
        }
    }
    classes
}

/// Over the classes that occur in the labels.
fn macro_f1(classes: &BTreeMap<String, Tally>) -> Option<f64> {
    let labelled = classes
        .values()
        .filter(|tally| tally.right + tally.missed > 0);
    let values: Vec<f64> = labelled.filter_map(|tally| tally.f1()).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests;
