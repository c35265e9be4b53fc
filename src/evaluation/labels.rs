//! Labels: what is true about the uploads of a folder.
//!
//! `expected.json` maps each file name to `{"rejected": reason}` or to `{"degradation": …, "documents": […]}`. A document has
//! `pages` (counted from 1), `class` and, where they are known, `shipment` (null where nothing must be attached), `undecidable` (true
//! where the paper does not tell its shipment from others), `state`, `condition`, `family`, `fields` with normalised values as the
//! events have them, `hand` (names of the fields that are written by hand) and `complete` (true when `fields` are all that the
//! paper holds, so that any other one is an error). Keys beside these belong to others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// Labels by file name.
pub type Labels = BTreeMap<String, UploadLabel>;

/// What should become of an upload.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum UploadLabel {
    /// It cannot be processed.
    Rejected {
        /// Reason of contract.md §2.1.
        rejected: String,
    },
    /// It holds documents.
    Documents {
        /// How it came in: `scan`, `fax`, `photo` … One word of the labeller's.
        #[serde(default = "unknown")]
        degradation: String,
        /// In the order of their pages.
        documents: Vec<DocumentLabel>,
    },
}

/// What is true about a document.
#[derive(Debug, Clone, Deserialize)]
pub struct DocumentLabel {
    /// Its pages, counted from 1.
    pub pages: Vec<u32>,
    /// Class of domain.md §1.1.
    pub class: String,
    /// The shipment it belongs to, if any; the outer `None` where the label does not say.
    #[serde(default, deserialize_with = "said")]
    pub shipment: Option<Option<String>>,
    /// The paper does not tell its shipment from others: it need not be attached, but to no other one.
    #[serde(default)]
    pub undecidable: bool,
    /// The right decision, where the labeller is sure.
    pub state: Option<String>,
    /// The state of the freight, where the labeller is sure.
    pub condition: Option<String>,
    /// Normalised values by field name.
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
    /// Fields that are written by hand.
    #[serde(default)]
    pub hand: BTreeSet<String>,
    /// Whether `fields` are all that the paper holds.
    #[serde(default)]
    pub complete: bool,
}

/// A key that is there, be it null.
fn said<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// Why labels cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// No such file, or not readable.
    #[error("cannot read {path}: {source}")]
    Unread {
        /// The labels' path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not in the format above.
    #[error("{path} holds no labels: {source}")]
    Malformed {
        /// The labels' path.
        path: String,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
}

/// Reads `expected.json`.
///
/// # Errors
/// [`LabelError`], with path and place.
pub fn read(path: &Path) -> Result<Labels, LabelError> {
    let shown = || path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| LabelError::Unread {
        path: shown(),
        source,
    })?;
    serde_json::from_str(&text).map_err(|source| LabelError::Malformed {
        path: shown(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixtures_labels_are_read() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/expected.json");
        let labels = read(&path).unwrap();
        assert!(labels.len() > 24);
        assert!(matches!(
            &labels["encrypted.pdf"],
            UploadLabel::Rejected { rejected } if rejected == "encrypted"
        ));
    }
}
