//! Acceptance: from which confidence on a value needs nobody's look.
//!
//! In: the models' manifests, whose `thresholds.accepted` says for each field from where on at most `thresholds.wrong_at_most` of the
//! values were wrong on papers of layout families that no training saw (`python -m train.calibrate`). Out: the fields to check.

use std::collections::BTreeMap;

use super::{FieldName, Fields};
use crate::document::Confidence;
use crate::inference::{InferenceError, Manifest};

/// From which calibrated confidence on the values of a field are accepted.
#[derive(Debug, Clone, Default)]
pub struct Accepted(BTreeMap<FieldName, f32>);

impl Accepted {
    /// What the manifests say.
    ///
    /// # Errors
    /// When a threshold is of a field that this program does not know.
    pub fn of<'a>(
        manifests: impl IntoIterator<Item = &'a Manifest>,
    ) -> Result<Self, InferenceError> {
        let mut accepted = BTreeMap::new();
        for manifest in manifests {
            for (name, from) in manifest.named_numbers(TABLE) {
                let field =
                    serde_json::from_value(name.into()).map_err(|_| InferenceError::Mismatch {
                        model: manifest.id(),
                        graph: "model".to_owned(),
                        reason: format!("{TABLE}.{name}: this program knows no such field"),
                    })?;
                accepted.insert(field, from);
            }
        }
        Ok(Self(accepted))
    }

    /// Is a value of the field accepted? One of a field without a threshold never is.
    #[must_use]
    pub fn accepts(&self, field: FieldName, confidence: Confidence) -> bool {
        self.0
            .get(&field)
            .is_some_and(|from| confidence.get() >= *from)
    }

    /// The fields whose values somebody should look at before they are relied on.
    #[must_use]
    pub fn to_check(&self, fields: &Fields) -> Vec<FieldName> {
        let doubtful = fields
            .iter()
            .filter(|(name, field)| !self.accepts(**name, field.found.confidence));
        doubtful.map(|(name, _)| *name).collect()
    }
}

const TABLE: &str = "thresholds.accepted";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::document::{BBox, Found, PageNumber, Source};
    use crate::inference::Registry;
    use crate::understanding::{Field, Value};

    #[test]
    fn a_value_is_checked_unless_its_field_has_a_threshold_and_it_reaches_it() {
        let accepted = Accepted(BTreeMap::from([(FieldName::ProNumber, 0.99)]));
        let with = |confidence| Field {
            found: Found {
                value: Value::Text("1".into()),
                raw: "1".to_owned(),
                confidence: Confidence::new(confidence),
                page: PageNumber::from_index(0),
                bbox: BBox::new(0.1, 0.1, 0.2, 0.2),
                source: Source::Ocr,
                second: None,
            },
            unit: None,
            kind: None,
        };
        let mut fields = Fields::from([
            (FieldName::ProNumber, with(0.98)),
            (FieldName::Weight, with(1.0)),
        ]);
        assert_eq!(
            accepted.to_check(&fields),
            [FieldName::ProNumber, FieldName::Weight]
        );
        fields.insert(FieldName::ProNumber, with(0.99));
        assert_eq!(accepted.to_check(&fields), [FieldName::Weight]);
    }

    #[test]
    fn the_shipped_models_say_what_is_accepted() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifests = Registry::manifests(&root.join("models"), &root.join("native")).unwrap();
        let accepted = Accepted::of(manifests.values()).unwrap();
        for field in [
            FieldName::ProNumber,
            FieldName::DeliveryDate,
            FieldName::SignatureConsignee,
        ] {
            assert!(!accepted.accepts(field, Confidence::new(0.6)), "{field:?}");
            assert!(accepted.accepts(field, Confidence::new(1.0)), "{field:?}");
        }
    }
}
