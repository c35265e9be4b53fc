//! Answers: what models give and say of themselves, as this program understands it.

use ndarray::{ArrayD, Ix1};

use crate::inference::{InferenceError, Model};

/// The model was trained on inputs that were made as this program makes them.
pub(super) fn takes_schema(model: &Model, key: &str, known: f32) -> Result<(), InferenceError> {
    let schema = model.manifest().number(key)?;
    if (schema - known).abs() > f32::EPSILON {
        let reason = format!("its {key} is {schema}, this program makes inputs of schema {known}");
        return Err(unknown(model, reason));
    }
    Ok(())
}

/// The labels of a model's output, each as this program knows it.
pub(super) fn labelled<T>(
    model: &Model,
    output: &str,
    known: fn(&str) -> Option<T>,
) -> Result<Vec<T>, InferenceError> {
    let labels = model.manifest().labels(output)?;
    let one = |label: &String| {
        known(label).ok_or_else(|| {
            unknown(
                model,
                format!("this program does not know its label {label:?}"),
            )
        })
    };
    labels.iter().map(one).collect()
}

pub(super) fn unknown(model: &Model, reason: String) -> InferenceError {
    InferenceError::Mismatch {
        model: model.manifest().id(),
        graph: "model".to_owned(),
        reason,
    }
}

/// The contract has another number of outputs.
pub(super) fn unlike(model: &Model) -> InferenceError {
    unknown(model, "it gives another number of outputs".to_owned())
}

/// One number after another.
pub(super) fn vector(model: &Model, array: ArrayD<f32>) -> Result<Vec<f32>, InferenceError> {
    let array = array
        .into_dimensionality::<Ix1>()
        .map_err(|error| unknown(model, error.to_string()))?;
    Ok(array.to_vec())
}

/// Temperature scaling of chances: `p^(1/T)`, made to sum to 1 again.
pub(super) fn cooled(chances: &[f32], heat: f32) -> Vec<f32> {
    let powers: Vec<f32> = chances
        .iter()
        .map(|chance| chance.max(1e-9).powf(1.0 / heat))
        .collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hot_model_is_made_less_sure() {
        let cooled = cooled(&[0.9, 0.1], 2.0);
        assert!(cooled[0] < 0.9 && cooled[0] > 0.5);
        assert!((cooled.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
