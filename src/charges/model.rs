//! The `charges` model: how likely a charge is out of line, and how likely somebody disputes it.
//!
//! In: the features of charges. Out: a [`Chance`] each, with what raised it. Refused: a model that was trained on other features.

use std::sync::{Mutex, PoisonError};

use ndarray::Array2;

use super::features::{About, CHARGE_FEATURE_SCHEMA, Feature, charge_features};
use crate::inference::{InferenceError, Model};

/// What is left out raised a chance when that falls by this much without it.
const TELLING: f32 = 0.1;
/// How many reasons are told: more help nobody.
const REASONS: usize = 3;

/// What features can be told as reasons; the kind of charge is none, and what the rules found is told by themselves.
const REASONED: [About; 7] = [
    About::Expected,
    About::Amount,
    About::Price,
    About::Frequency,
    About::Evidence,
    About::Times,
    About::Billing,
];

/// The model. Charges are few and it is quick, so that all slots share one.
#[derive(Debug)]
pub struct ChargeModel {
    model: Mutex<Model>,
    id: String,
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
        let outlier = manifest.number("thresholds.anomalous")?;
        Ok(Self {
            features,
            usual,
            outlier,
            id: manifest.id(),
            model: Mutex::new(model),
        })
    }

    /// `name@version`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::charges::examples::{
        one_delivery, one_delivery_seen, receipt_with_times, shipment, sixty_an_hour,
    };
    use crate::charges::habits::Habits;
    use crate::charges::{ScoredPack, Terms, score_charges};
    use crate::inference::{Registry, Runtime};
    use crate::understanding::Document;

    fn shipped() -> ChargeModel {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let native = root.join("native");
        let runtime = Runtime::load(&native.join("onnxruntime/libonnxruntime.so")).unwrap();
        let registry = Registry::open(runtime, &root.join("models"), &native).unwrap();
        let mut model = registry.charges().unwrap().unwrap();
        assert!(model.check_golden().unwrap().is_some());
        ChargeModel::new(model).unwrap()
    }

    /// Detention by these times on paper, beside what a device saw.
    fn scored(paper: (&str, &str), seen: (&str, &str), amount: &str) -> ScoredPack {
        let billed = json!([{"invoice_no": "1", "line": 1, "code": "LH", "amount": "900.00", "billed_at": "2026-03-16T12:00:00Z"},
            {"invoice_no": "1", "line": 2, "code": "DET", "amount": amount, "billed_at": "2026-03-16T12:00:00Z"}]);
        let shipment = shipment(one_delivery_seen(&billed, seen.0, seen.1));
        let (paper, profile) = (receipt_with_times(paper.0, paper.1), sixty_an_hour());
        let terms = Terms {
            profile: &profile,
            habits: &Habits::default(),
            model: Some(&shipped()),
        };
        score_charges(&[&paper], &shipment, &terms)
    }

    fn score(pack: &ScoredPack) -> f32 {
        pack.accessorials.score.unwrap().get()
    }

    #[test]
    fn what_the_times_give_is_usual_and_what_they_contradict_is_not() {
        let right = scored(("08:00", "12:10"), ("08:02", "12:08"), "105.00");
        assert!(score(&right) < 0.3, "{right:?}");
        let within_free_time = scored(("08:00", "10:00"), ("08:02", "10:01"), "105.00");
        assert!(score(&within_free_time) >= 0.9, "{within_free_time:?}");
        let wrong_start = scored(("08:00", "12:10"), ("08:02", "12:08"), "135.00");
        assert!(score(&wrong_start) > 0.5, "{wrong_start:?}");
        let disputed = |pack: &ScoredPack| pack.accessorials.dispute.unwrap();
        assert!(disputed(&wrong_start) > disputed(&right));
    }

    #[test]
    fn a_shipment_without_accessorials_is_disputed_by_nobody() {
        let paper: [&Document; 0] = [];
        let shipment = shipment(one_delivery(&json!([{"code": "LH", "amount": "900.00"}])));
        let (profile, model) = (sixty_an_hour(), shipped());
        let terms = Terms {
            profile: &profile,
            habits: &Habits::default(),
            model: Some(&model),
        };
        let scored = score_charges(&paper, &shipment, &terms);
        assert_eq!(
            scored.accessorials.dispute.map(|chance| chance.get()),
            Some(0.0)
        );
    }
}
