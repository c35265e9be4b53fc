//! The figures: shares with the counts behind them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::calibration::Calibration;
use super::observed::{Decision, FieldSeen, Miss, Observed};

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
    /// Documents of known shipments that were attached to the right one.
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
    /// Confidence of classes.
    pub class_calibration: Calibration,
    /// Confidence of fields of documents whose labels are complete.
    pub field_calibration: Calibration,
    /// Confidence of shipments.
    pub shipment_calibration: Calibration,
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
        for seen in fields {
            match (seen.labelled, seen.got) {
                (true, Some((_, true))) => tally.right += 1,
                (true, Some((_, false))) => tally.wrong += 1,
                (true, None) => tally.missed += 1,
                (false, _) => tally.extra += 1,
            }
        }
        tally
    }
}

impl From<&Observed> for Report {
    fn from(seen: &Observed) -> Self {
        let fields = || seen.fields.iter();
        let hand = |seen: &&FieldSeen| seen.labelled && seen.hand;
        let printed = |seen: &&FieldSeen| seen.labelled && !seen.hand;
        let is_date = |seen: &&FieldSeen| seen.field == "delivery_date";
        let is_identifier = |seen: &&FieldSeen| {
            IDENTIFIERS.contains(&seen.field.as_str()) && seen.degradation != CARBON
        };
        let classes = classes(seen);
        let of_shipments = seen.matches.iter().filter(|one| one.wanted.is_some());
        let right = |wanted: &Option<String>, got: &Option<(String, f64)>| {
            wanted.as_ref() == got.as_ref().map(|(id, _)| id)
        };
        Self {
            split: Share::of(seen.splits.iter().map(|split| split.exact)),
            split_of_many: Share::of(
                seen.splits
                    .iter()
                    .filter(|split| split.documents > 1)
                    .map(|split| split.exact),
            ),
            class_macro_f1: macro_f1(&classes),
            classes,
            fields: Tally::of(fields()),
            by_field: grouped(&seen.fields, |seen| &seen.field),
            by_degradation: grouped(&seen.fields, |seen| &seen.degradation),
            printed: Tally::of(fields().filter(printed)),
            handwritten: Tally::of(fields().filter(hand)),
            identifiers: Tally::of(fields().filter(is_identifier)),
            delivery_date_printed: Tally::of(fields().filter(is_date).filter(|seen| !hand(seen))),
            delivery_date_handwritten: Tally::of(fields().filter(is_date).filter(hand)),
            matched: Share::of(of_shipments.map(|one| right(&one.wanted, &one.got))),
            wrong_attaches: Share::of(
                seen.matches
                    .iter()
                    .map(|one| one.got.is_some() && !right(&one.wanted, &one.got)),
            ),
            decisions: agreement(&seen.decisions),
            false_billable: Share::of(
                seen.decisions
                    .iter()
                    .map(|one| is_billable(one.got.as_deref()) && !is_billable(Some(&one.wanted))),
            ),
            straight_through: Share::of(
                seen.decisions
                    .iter()
                    .filter(|one| is_billable(Some(&one.wanted)))
                    .map(|one| is_billable(one.got.as_deref())),
            ),
            conditions: agreement(&seen.conditions),
            class_calibration: calibration(seen.classes.iter().filter_map(|one| {
                let (class, confidence) = one.got.as_ref()?;
                Some((*confidence, *class == one.wanted))
            })),
            field_calibration: calibration(seen.fields.iter().filter_map(|one| one.got)),
            shipment_calibration: calibration(seen.matches.iter().filter_map(|one| {
                let (_, confidence) = one.got.as_ref()?;
                Some((*confidence, right(&one.wanted, &one.got)))
            })),
            misses: seen.misses.clone(),
        }
    }
}

fn is_billable(state: Option<&str>) -> bool {
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

fn grouped(fields: &[FieldSeen], key: fn(&FieldSeen) -> &String) -> BTreeMap<String, Tally> {
    let keys: BTreeSet<&String> = fields.iter().map(key).collect();
    let of = |group: &String| Tally::of(fields.iter().filter(|seen| key(seen) == group));
    keys.into_iter()
        .map(|group| (group.clone(), of(group)))
        .collect()
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
mod tests {
    use super::super::labels::UploadLabel;
    use super::super::outcome::UploadOutcome;
    use super::*;
    use serde_json::json;

    fn event(
        pages: &[u32],
        class: &str,
        shipment: Option<&str>,
        state: &str,
        fields: serde_json::Value,
    ) -> String {
        let field = |value: serde_json::Value| json!({"value": value, "confidence": 0.9, "page": 1, "box": [0, 0, 1, 1]});
        let fields: serde_json::Map<_, _> = fields
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), field(value.clone())))
            .collect();
        let shipment = shipment.map(|id| json!({"id": id, "confidence": 0.99}));
        json!({"type": "countersign.exception.raised.v1", "data": {
            "document": {"pages": pages, "class": class, "class_confidence": 0.9}, "shipment": shipment, "fields": fields,
            "condition": {"state": "clean"}, "decision": {"state": state}}})
        .to_string()
    }

    fn report(label: serde_json::Value, events: &[String]) -> Report {
        let label: UploadLabel = serde_json::from_value(label).unwrap();
        let outcome = UploadOutcome::of(events.iter().map(String::as_str)).unwrap();
        let mut seen = Observed::default();
        seen.add("a.pdf", &label, &outcome);
        Report::from(&seen)
    }

    #[test]
    fn what_is_right_wrong_missed_and_extra_is_told_apart() {
        let label = json!({"documents": [{"pages": [1], "class": "cmr", "shipment": "S", "complete": true,
            "fields": {"pro_number": "1", "bol_number": "2", "delivery_date": "2026-01-02"}, "hand": ["delivery_date"]}]});
        let got = event(
            &[1],
            "cmr",
            Some("S"),
            "review",
            json!({"pro_number": "1", "bol_number": "3", "pieces": 4}),
        );
        let report = report(label, &[got]);
        assert_eq!(
            report.fields,
            Tally {
                right: 1,
                wrong: 1,
                missed: 1,
                extra: 1
            }
        );
        assert_eq!(
            report.handwritten,
            Tally {
                missed: 1,
                ..Tally::default()
            }
        );
        assert_eq!(report.matched, Share { some: 1, of: 1 });
        assert_eq!(report.misses.len(), 3);
    }

    #[test]
    fn what_a_partial_label_does_not_name_is_not_judged() {
        let label =
            json!({"documents": [{"pages": [1], "class": "cmr", "shipment": null, "fields": {}}]});
        let got = event(&[1], "cmr", None, "review", json!({"pieces": 4}));
        assert_eq!(report(label, &[got]).fields, Tally::default());
    }

    #[test]
    fn an_upload_that_is_cut_otherwise_is_judged_by_the_pages_that_documents_begin_on() {
        let label = json!({"documents": [
            {"pages": [1, 2], "class": "cmr", "shipment": null, "fields": {}},
            {"pages": [3], "class": "epod", "shipment": null, "fields": {}}]});
        let got = event(&[1, 2, 3], "cmr", None, "review", json!({}));
        let report = report(label, &[got]);
        assert_eq!(report.split_of_many, Share { some: 0, of: 1 });
        assert_eq!(
            report.classes["cmr"],
            Tally {
                right: 1,
                extra: 1,
                ..Tally::default()
            }
        );
        assert_eq!(
            report.classes["epod"],
            Tally {
                missed: 1,
                ..Tally::default()
            }
        );
    }

    #[test]
    fn a_wrong_shipment_and_an_unsigned_paper_that_is_billed_are_counted() {
        let label = json!({"documents": [{"pages": [1], "class": "cmr", "shipment": "S", "state": "hold_missing", "fields": {}}]});
        let got = event(&[1], "cmr", Some("T"), "billable", json!({}));
        let report = report(label, &[got]);
        assert_eq!(report.wrong_attaches, Share { some: 1, of: 1 });
        assert_eq!(report.false_billable, Share { some: 1, of: 1 });
        assert_eq!(report.decisions, Share { some: 0, of: 1 });
    }
}
