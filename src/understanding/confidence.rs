//! Confidence: from what the models say of a value or a class to how often that was right.
//!
//! The curves are measured end to end on papers of layout families that no training saw (`python -m train calibrate`), and stand
//! in the manifests of the models that find them.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::{DocumentClass, FieldName, answers};
use crate::document::Confidence;
use crate::inference::{InferenceError, Model};

/// Points of a rising curve: what the models say, how often that was right.
type Curve = Vec<(f32, f32)>;

/// A curve for each field and for each class.
#[derive(Debug, Clone, Default)]
pub struct Curves {
    values: BTreeMap<FieldName, Curve>,
    classes: BTreeMap<DocumentClass, Curve>,
}

impl Curves {
    /// The curves in the models' manifests, under `calibration.values` and `calibration.classes`. What has none keeps what the
    /// models say.
    ///
    /// # Errors
    /// When a curve is of a field or class that this program does not know.
    pub fn of<'a>(models: impl IntoIterator<Item = &'a Model>) -> Result<Self, InferenceError> {
        let mut curves = Self::default();
        for model in models {
            curves.values.extend(named(model, "calibration.values")?);
            curves.classes.extend(named(model, "calibration.classes")?);
        }
        Ok(curves)
    }

    /// How sure a value of the field is that the models are `said` sure of, 0..1.
    #[must_use]
    pub fn confidence(&self, field: FieldName, said: f32) -> Confidence {
        let right = self
            .values
            .get(&field)
            .map_or(said, |curve| on(curve, said));
        Confidence::new(right)
    }

    /// How sure it is that a document is of the class, when the models are `said` sure.
    #[must_use]
    pub fn class(&self, class: DocumentClass, said: Confidence) -> Confidence {
        let curve = self.classes.get(&class);
        curve.map_or(said, |curve| Confidence::new(on(curve, said.get())))
    }
}

/// The curves of one table of a model's manifest.
fn named<T: DeserializeOwned>(
    model: &Model,
    table: &str,
) -> Result<Vec<(T, Curve)>, InferenceError> {
    let curves = model.manifest().curves(table);
    let one = |(name, points): (&str, &[(f32, f32)])| {
        let known = serde_json::from_value(name.into());
        let unknown = |_| {
            answers::unknown(
                model,
                format!("{table}.{name}: this program does not know the name"),
            )
        };
        Ok((known.map_err(unknown)?, points.to_vec()))
    };
    curves.map(one).collect()
}

/// The curve's height at `x`; level before its first point and after its last.
fn on(curve: &[(f32, f32)], x: f32) -> f32 {
    let after = curve.partition_point(|(at, _)| *at < x);
    let before = after.checked_sub(1).and_then(|index| curve.get(index));
    match (before, curve.get(after)) {
        (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (Some((_, y)), None) | (None, Some((_, y))) => *y,
        (None, None) => x,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::inference::{Manifest, Runtime};

    #[test]
    fn between_points_the_curve_is_straight_and_beyond_them_level() {
        let curve = [(0.2, 0.1), (0.6, 0.5), (0.9, 0.8)];
        for (said, right) in [(0.0, 0.1), (0.2, 0.1), (0.4, 0.3), (0.75, 0.65), (1.0, 0.8)] {
            assert!((on(&curve, said) - right).abs() < 1e-6, "{said}");
        }
    }

    fn model(folder: &Path) -> Model {
        let native = Path::new(env!("CARGO_MANIFEST_DIR")).join("native");
        let runtime = Runtime::load(&native.join("onnxruntime/libonnxruntime.so")).unwrap();
        let manifest = Manifest::load(folder, &native).unwrap();
        Model::open(&runtime, manifest).unwrap()
    }

    #[test]
    fn the_shipped_models_have_curves_that_rise() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        let models = ["fields/1", "marks/1", "page-class/1"].map(|name| model(&models.join(name)));
        let curves = Curves::of(&models).unwrap();
        for field in [
            FieldName::ProNumber,
            FieldName::DeliveryDate,
            FieldName::SignatureConsignee,
        ] {
            let sure = [0.3, 0.7, 0.95].map(|said| curves.confidence(field, said).get());
            assert!(
                sure.is_sorted() && sure != [0.3, 0.7, 0.95],
                "{field:?} {sure:?}"
            );
        }
        let said = Confidence::new(0.95);
        assert_ne!(curves.class(DocumentClass::BolUnsigned, said), said);
    }

    #[test]
    fn a_curve_of_no_field_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/fields/1");
        let copy = folder.path().join("fields/1");
        std::fs::create_dir_all(copy.join("golden")).unwrap();
        for name in ["model.onnx", "golden/input.json", "golden/expected.json"] {
            std::fs::copy(shipped.join(name), copy.join(name)).unwrap();
        }
        let manifest = std::fs::read_to_string(shipped.join("manifest.toml")).unwrap();
        let table = "[calibration.values]\n";
        let other = manifest.replace(table, &format!("{table}zebra = [[0.1, 0.1], [0.9, 0.9]]\n"));
        std::fs::write(copy.join("manifest.toml"), other).unwrap();
        let refused = Curves::of([&model(&copy)]).unwrap_err().to_string();
        assert!(refused.contains("zebra"), "{refused}");
    }

    #[test]
    fn a_field_without_a_curve_keeps_what_the_models_say() {
        let said = Curves::default().confidence(FieldName::Pieces, 0.7);
        assert!((said.get() - 0.7).abs() < 1e-6);
    }
}
