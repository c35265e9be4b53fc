//! Drift: how what comes this week compares with what the models were made for, and how much of it goes straight through.

use std::collections::BTreeMap;

use crate::inference::{Manifest, Task};
use crate::ledger::{By, Counted};
use crate::models::Serving;
use crate::models::drift::psi;

/// So many carriers and customers are told of, those with the most documents: a metric for each of thousands would be no metric.
const TOLD: usize = 50;

/// What is told of a week.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Week {
    /// Population stability index of the classes against the reference in the manifest; `None` where that has none, or nothing came.
    pub(super) class_psi: Option<f64>,
    /// Mean confidence of classes.
    pub(super) class_confidence: Option<f64>,
    /// Share of documents billed straight through, by kind and name.
    pub(super) straight_through: BTreeMap<(&'static str, String), f64>,
    /// Documents, by class.
    pub(super) classes: BTreeMap<String, u64>,
}

/// What is told of what was counted.
pub(super) fn week(counted: &BTreeMap<(By, String), Counted>, serving: &Serving) -> Week {
    let classes: BTreeMap<String, Counted> = of(counted, By::Class).collect();
    let documents: u64 = classes.values().map(|counted| counted.documents).sum();
    if documents == 0 {
        return Week::default();
    }
    let confidence: f64 = classes.values().map(|counted| counted.confidence).sum();
    let mut manifests = serving.manifests();
    let classifier = manifests.find(|manifest| manifest.task == Task::PageClass);
    let mut straight_through = BTreeMap::new();
    for (by, label) in [(By::Carrier, "carrier"), (By::Customer, "customer")] {
        let mut names: Vec<(String, Counted)> = of(counted, by).collect();
        names.sort_by_key(|(_, counted)| std::cmp::Reverse(counted.documents));
        names.truncate(TOLD);
        let shares = names.into_iter().map(|(name, counted)| {
            let share = counted.straight as f64 / counted.documents.max(1) as f64;
            ((label, name), share)
        });
        straight_through.extend(shares);
    }
    let counts = classes
        .iter()
        .map(|(name, counted)| (name.clone(), counted.documents));
    let classes: BTreeMap<String, u64> = counts.collect();
    Week {
        class_psi: classifier.and_then(|manifest| unlike(manifest, &classes)),
        class_confidence: Some(confidence / documents as f64),
        straight_through,
        classes,
    }
}

fn of(
    counted: &BTreeMap<(By, String), Counted>,
    by: By,
) -> impl Iterator<Item = (String, Counted)> {
    let ours = counted.iter().filter(move |((kind, _), _)| *kind == by);
    ours.map(|((_, name), counted)| (name.clone(), *counted))
}

/// How unlike the classes are to those that the model was made for.
fn unlike(manifest: &Manifest, classes: &BTreeMap<String, u64>) -> Option<f64> {
    let reference: BTreeMap<&str, f64> = manifest
        .named_numbers("reference.classes")
        .map(|(name, share)| (name, f64::from(share)))
        .collect();
    if reference.is_empty() {
        return None;
    }
    let names = reference
        .keys()
        .copied()
        .chain(classes.keys().map(String::as_str));
    let names: std::collections::BTreeSet<&str> = names.collect();
    let expected = names
        .iter()
        .map(|name| reference.get(name).copied().unwrap_or(0.0));
    let found = names
        .iter()
        .map(|name| classes.get(*name).map_or(0.0, |count| *count as f64));
    let (expected, found): (Vec<f64>, Vec<f64>) = (expected.collect(), found.collect());
    Some(psi(&expected, &found))
}
