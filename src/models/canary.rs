//! The canary: does a challenger that is heard of some uploads do so badly that its trial has to end?
//!
//! In: what was told of the uploads that it read, and of those that the champion read meanwhile. Out: why it is withdrawn, if it is. A model that
//! cannot be run on some page is withdrawn at once, without this.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::drift::{UNLIKE, psi};
use crate::ledger::{Part, Sketch, TrialRecord};

/// Fewer documents on either side tell nothing.
const ENOUGH: usize = 50;
/// How many times as long a document may take.
const SLOWER: f64 = 2.0;
/// How much smaller the share of billable documents may be beyond what chance explains.
const FEWER_BILLED: f64 = 0.05;
/// How many standard errors chance explains.
const BY_CHANCE: f64 = 3.0;
/// How much less sure of classes it may be.
const LESS_SURE: f64 = 0.10;

/// One side of the comparison.
#[derive(Default)]
struct Side {
    documents: usize,
    billed: usize,
    confidence: f64,
    classes: BTreeMap<String, usize>,
    /// Milliseconds of each upload.
    uploads: BTreeMap<Uuid, f64>,
}

impl Side {
    fn add(&mut self, upload: Uuid, sketch: &Sketch, milliseconds: f64) {
        self.documents += 1;
        self.billed += usize::from(sketch.state.starts_with("billable"));
        self.confidence += f64::from(sketch.class_confidence);
        *self.classes.entry(sketch.class.clone()).or_default() += 1;
        self.uploads.insert(upload, milliseconds);
    }

    /// Of a document, on average.
    fn each(&self, sum: f64) -> f64 {
        sum / self.documents.max(1) as f64
    }

    fn billed(&self) -> f64 {
        self.each(self.billed as f64)
    }

    fn milliseconds(&self) -> f64 {
        self.each(self.uploads.values().sum())
    }
}

/// Why the challenger is withdrawn; `None` while it does no worse than the champion as far as can be told.
#[must_use]
pub fn withdrawn(records: &[TrialRecord]) -> Option<String> {
    let (mut champion, mut challenger) = (Side::default(), Side::default());
    for record in records {
        let compared = &record.compared;
        if record.part != Part::Canary {
            continue;
        }
        if let Some(sketch) = &compared.champion {
            champion.add(record.upload, sketch, compared.champion_ms);
        }
        if let Some(sketch) = &compared.challenger {
            challenger.add(record.upload, sketch, compared.challenger_ms);
        }
    }
    if champion.documents < ENOUGH || challenger.documents < ENOUGH {
        return None;
    }
    slower(&champion, &challenger)
        .or_else(|| bills_less(&champion, &challenger))
        .or_else(|| drifts(&champion, &challenger))
}

fn slower(champion: &Side, challenger: &Side) -> Option<String> {
    let (one, other) = (champion.milliseconds(), challenger.milliseconds());
    (one > 0.0 && other > SLOWER * one)
        .then(|| format!("it takes {other:.0} ms a document where the champion takes {one:.0}"))
}

fn bills_less(champion: &Side, challenger: &Side) -> Option<String> {
    let (one, other) = (champion.billed(), challenger.billed());
    let variance = |side: &Side, share: f64| side.each(share * (1.0 - share));
    let chance = BY_CHANCE * (variance(champion, one) + variance(challenger, other)).sqrt();
    let (percent, of_champion) = (100.0 * other, 100.0 * one);
    (one - other > FEWER_BILLED + chance).then(|| {
        format!(
            "{percent:.0} % of its documents can be billed, {of_champion:.0} % of the champion's"
        )
    })
}

fn drifts(champion: &Side, challenger: &Side) -> Option<String> {
    let (one, other) = (
        champion.each(champion.confidence),
        challenger.each(challenger.confidence),
    );
    if one - other > LESS_SURE {
        return Some(format!(
            "its classes have a confidence of {other:.2}, the champion's of {one:.2}"
        ));
    }
    let names = champion.classes.keys().chain(challenger.classes.keys());
    let names: BTreeSet<&String> = names.collect();
    let counts = |side: &Side| {
        let counts = names
            .iter()
            .map(|name| side.classes.get(*name).copied().unwrap_or(0));
        counts.map(|count| count as f64).collect::<Vec<f64>>()
    };
    let unlike = psi(&counts(champion), &counts(challenger));
    (unlike > UNLIKE)
        .then(|| format!("its classes are another mix than the champion's (PSI {unlike:.2})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Compared;

    /// A hundred documents of each, of which so many in ten can be billed, in so many milliseconds.
    fn records(champion: (usize, f64), challenger: (usize, f64)) -> Vec<TrialRecord> {
        let record = |number: usize, is_canary: bool| {
            let (billed, took) = if is_canary { challenger } else { champion };
            let is_billed = number % 10 < billed;
            let sketch = Some(Sketch {
                class: ["delivery_receipt", "cmr"][number % 2].to_owned(),
                class_confidence: 0.9,
                state: if is_billed { "billable" } else { "review" }.to_owned(),
                ..Sketch::default()
            });
            let compared = if is_canary {
                Compared {
                    challenger: sketch,
                    challenger_ms: took,
                    ..Compared::default()
                }
            } else {
                Compared {
                    champion: sketch,
                    champion_ms: took,
                    ..Compared::default()
                }
            };
            TrialRecord {
                upload: Uuid::from_u128((number * 2 + usize::from(is_canary)) as u128),
                part: Part::Canary,
                document: None,
                at: crate::events::examples::at(0),
                compared,
            }
        };
        let both = (0..100).flat_map(|number| [record(number, false), record(number, true)]);
        both.collect()
    }

    #[test]
    fn one_that_does_as_well_goes_on_and_one_that_bills_less_or_is_slow_does_not() {
        assert_eq!(withdrawn(&records((8, 50.0), (8, 60.0))), None);
        assert_eq!(withdrawn(&records((8, 50.0), (7, 60.0))), None, "by chance");
        let bills_less = withdrawn(&records((8, 50.0), (3, 60.0))).unwrap();
        assert!(bills_less.contains("30 % of its documents"), "{bills_less}");
        let slow = withdrawn(&records((8, 50.0), (8, 150.0))).unwrap();
        assert!(slow.contains("150 ms"), "{slow}");
    }

    #[test]
    fn too_few_documents_tell_nothing() {
        let few = records((10, 50.0), (0, 500.0)).into_iter().take(80);
        assert_eq!(withdrawn(&few.collect::<Vec<_>>()), None);
    }

    #[test]
    fn another_mix_of_classes_or_less_confidence_is_drift() {
        let changed = |change: fn(&mut Sketch)| {
            let mut records = records((8, 50.0), (8, 50.0));
            let sketches = records
                .iter_mut()
                .filter_map(|one| one.compared.challenger.as_mut());
            sketches.for_each(change);
            withdrawn(&records).unwrap()
        };
        assert!(changed(|sketch| sketch.class = "delivery_photo".to_owned()).contains("PSI"));
        assert!(changed(|sketch| sketch.class_confidence = 0.6).contains("confidence of 0.60"));
    }
}
