//! The `fields` model: which value each word of a page belongs to.

use ndarray::{Axis, Ix2};

use super::FieldName;
use super::answers::{cooled, labelled, takes_schema, unknown, unlike, vector};
use super::features::{SCHEMA, WordFeatures};
use super::spans::Tag;
use crate::inference::{InferenceError, Model};

/// The model of one slot.
#[derive(Debug)]
pub struct FieldsModel {
    model: Model,
    fields: Vec<Option<FieldName>>,
    heat: f32,
    accept: f32,
}

impl FieldsModel {
    /// Takes an opened model.
    ///
    /// # Errors
    /// When it was trained on other features or fields than this program knows, cannot tell who signed, or lacks a constant.
    pub fn new(model: Model) -> Result<Self, InferenceError> {
        takes_schema(&model, "preprocessing.feature_schema", SCHEMA)?;
        let fields = labelled(&model, "field", field_of)?;
        if let Some(lost) = signature_that_is_lost(&fields) {
            let reason = format!(
                "it cannot tell {lost:?}, so that every paper would seem unsigned; export it again with `make -C models/training fields`"
            );
            return Err(unknown(&model, reason));
        }
        Ok(Self {
            fields,
            heat: model.manifest().number("calibration.temperature")?,
            accept: model.manifest().number("thresholds.accept")?,
            model,
        })
    }

    /// One tag a word.
    ///
    /// # Errors
    /// When the model cannot be run.
    pub(super) fn tag(&mut self, features: &WordFeatures) -> Result<Vec<Tag>, InferenceError> {
        if features.grams.nrows() == 0 {
            return Ok(Vec::new());
        }
        let outputs = self.model.run(&[
            ("grams", features.grams.clone().into()),
            ("shape", features.shape.clone().into()),
            ("place", features.place.clone().into()),
            ("neighbours", features.neighbours.clone().into()),
            ("offsets", features.offsets.clone().into()),
        ])?;
        let [field, begin, hand] = <[_; 3]>::try_from(outputs).map_err(|_| unlike(&self.model))?;
        let field = field
            .into_dimensionality::<Ix2>()
            .map_err(|error| unknown(&self.model, error.to_string()))?;
        let (begin, hand) = (vector(&self.model, begin)?, vector(&self.model, hand)?);
        let rows = field.axis_iter(Axis(0)).zip(begin).zip(hand);
        let tags = rows.map(|((chances, begin), hand)| self.best(&chances.to_vec(), begin, hand));
        Ok(tags.collect())
    }

    fn best(&self, chances: &[f32], begin: f32, hand: f32) -> Tag {
        let best = cooled(chances, self.heat)
            .into_iter()
            .zip(&self.fields)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let (chance, field) = best.map_or((0.0, None), |(chance, field)| (chance, *field));
        Tag {
            field: field.filter(|_| chance >= self.accept),
            chance,
            begin,
            hand,
        }
    }
}

/// The first signature that a model with these labels cannot tell.
fn signature_that_is_lost(tags: &[Option<FieldName>]) -> Option<FieldName> {
    let signatures = [
        FieldName::SignatureConsignee,
        FieldName::SignatureDriver,
        FieldName::SignatureShipper,
    ];
    signatures
        .into_iter()
        .find(|field| !tags.contains(&Some(*field)))
}

fn field_of(label: &str) -> Option<Option<FieldName>> {
    if label == "none" {
        Some(None)
    } else {
        serde_json::from_value(label.into()).ok().map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fields_model_that_cannot_tell_who_signed_is_refused() {
        let all = [
            None,
            Some(FieldName::SignatureConsignee),
            Some(FieldName::SignatureDriver),
            Some(FieldName::SignatureShipper),
        ];
        assert_eq!(signature_that_is_lost(&all), None);
        let lost = Some(FieldName::SignatureShipper);
        assert_eq!(signature_that_is_lost(&all[..3]), lost);
    }

    #[test]
    fn every_label_of_the_trained_model_is_known() {
        assert_eq!(field_of("none"), Some(None));
        assert_eq!(field_of("page_k_of_n"), Some(Some(FieldName::PageKOfN)));
        assert_eq!(field_of("zebra"), None);
    }
}
