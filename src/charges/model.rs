//! The `charges` model: how likely a charge is out of line, and how likely somebody disputes it.
//!
//! In: the features of charges. Out: a [`Chance`] each, with what raised it. Refused: a model that was trained on other features.

use std::sync::{Mutex, PoisonError};

use ndarray::Array2;

use super::features::{About, CHARGE_FEATURE_SCHEMA, Feature, charge_features};
use crate::inference::{InferenceError, Model, Tensor};

/// What is left out raised a chance when that falls by this much without it.
const TELLING: f32 = 0.1;
/// How many reasons are told: more help nobody.
const REASONS: usize = 3;

/// What features can be told as reasons; the kind of charge is none, and what the rules found is told by themselves.
const REASONED: [About; 6] = [
    About::Expected,
    About::Amount,
    About::Frequency,
    About::Evidence,
    About::Times,
    About::Billing,
];

/// The model. Charges are few and it is quick, so that all slots share one.
#[derive(Debug)]
pub struct ChargeModel {
    model: Mutex<Model>,
    features: Vec<Feature>,
    /// The value of each feature on a usual charge.
    usual: Vec<f32>,
    /// From here on a charge is unusual enough to be looked at.
    pub(super) outlier: f32,
}

/// What the model says of one charge.
#[derive(Debug, Clone, PartialEq)]
pub struct Chance {
    /// That it is out of line, 0..1.
    pub anomalous: f32,
    /// That the payer disputes it, 0..1.
    pub disputed: f32,
    /// What raised the first, most telling first.
    pub because: Vec<About>,
}

impl ChargeModel {
    /// Takes an opened model.
    ///
    /// # Errors
    /// `Mismatch` when it was trained on other features, or lacks a constant.
    pub fn new(model: Model) -> Result<Self, InferenceError> {
        let features = charge_features();
        let manifest = model.manifest();
        let schema = manifest.number("preprocessing.feature_schema")?;
        let known = f64::from(CHARGE_FEATURE_SCHEMA);
        if (f64::from(schema) - known).abs() > f64::EPSILON {
            let reason =
                format!("it takes features of schema {schema}, this program makes {known}");
            return Err(refused(&model, reason));
        }
        let usual = features.iter().map(|feature| {
            let key = format!("preprocessing.usual.{}", feature.name);
            manifest.number(&key)
        });
        let usual = usual.collect::<Result<_, _>>()?;
        let outlier = manifest.number("thresholds.outlier")?;
        Ok(Self {
            features,
            usual,
            outlier,
            model: Mutex::new(model),
        })
    }

    /// What it says of charges, each with its features.
    ///
    /// # Errors
    /// When the model cannot be run.
    pub fn chances(&self, charges: &[Vec<f32>]) -> Result<Vec<Chance>, InferenceError> {
        if charges.is_empty() {
            return Ok(Vec::new());
        }
        // Each charge, followed by itself with one thing at a time as usual.
        let rows = charges.iter().flat_map(|charge| {
            let as_usual = REASONED.iter().map(|about| self.as_usual(charge, *about));
            std::iter::once(charge.clone()).chain(as_usual)
        });
        let (anomalous, disputed) = self.run(rows.flatten().collect())?;
        let each = REASONED.len() + 1;
        let chances = anomalous.chunks(each).zip(disputed.chunks(each));
        let chances = chances.filter_map(|(anomalous, disputed)| {
            let (whole, as_usual) = anomalous.split_first()?;
            let lower = REASONED.iter().zip(as_usual);
            let lower = lower.map(|(about, chance)| (*about, whole - chance));
            let mut telling: Vec<_> = lower.filter(|(_, by)| *by >= TELLING).collect();
            telling.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            telling.truncate(REASONS);
            Some(Chance {
                anomalous: *whole,
                disputed: *disputed.first()?,
                because: telling.into_iter().map(|(about, _)| about).collect(),
            })
        });
        Ok(chances.collect())
    }

    fn as_usual(&self, charge: &[f32], about: About) -> Vec<f32> {
        let values = charge.iter().zip(&self.usual).zip(&self.features);
        let value = values.map(|((value, usual), feature)| {
            if feature.about == about {
                *usual
            } else {
                *value
            }
        });
        value.collect()
    }

    fn run(&self, values: Vec<f32>) -> Result<(Vec<f32>, Vec<f32>), InferenceError> {
        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = values.len() / self.features.len();
        let shape = (rows, self.features.len());
        let features = Array2::from_shape_vec(shape, values)
            .map_err(|error| refused(&model, error.to_string()))?;
        let outputs = model.run(&[("features", features.into())])?;
        let outputs: Vec<_> = outputs.into_iter().map(Tensor::into_f32).collect();
        let [anomalous, disputed] = outputs.as_slice() else {
            let reason = format!("it gives {} outputs in place of two", outputs.len());
            return Err(refused(&model, reason));
        };
        let probability = |chance: &f32| {
            if chance.is_nan() {
                0.0
            } else {
                chance.clamp(0.0, 1.0)
            }
        };
        let all = |output: &ndarray::ArrayD<f32>| output.iter().map(probability).collect();
        Ok((all(anomalous), all(disputed)))
    }
}

fn refused(model: &Model, reason: String) -> InferenceError {
    InferenceError::Mismatch {
        model: model.manifest().id(),
        graph: "model".to_owned(),
        reason,
    }
}
