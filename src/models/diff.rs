//! What differs between two models, as far as their manifests say.

use crate::inference::Manifest;

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Difference {
    /// What, as `thresholds.accept`.
    pub what: String,
    /// In the one; empty where it has none.
    pub one: String,
    /// In the other.
    pub other: String,
}

/// All that differs, by name.
#[must_use]
pub fn differences(one: &Manifest, other: &Manifest) -> Vec<Difference> {
    let (ones, others) = (one.facts(), other.facts());
    let names: std::collections::BTreeSet<&String> = ones.keys().chain(others.keys()).collect();
    let told = names.into_iter().map(|name| Difference {
        what: name.clone(),
        one: ones.get(name).cloned().unwrap_or_default(),
        other: others.get(name).cloned().unwrap_or_default(),
    });
    told.filter(|difference| difference.one != difference.other)
        .collect()
}
