//! Golden files: inputs that lie with a model, and what it made of them where it was built.
//!
//! `golden/input.json` and `golden/expected.json` map the names of inputs and outputs to `{"shape": […], "data": […]}`,
//! row by row; a name in another graph than `model` is written `graph.name`.

use std::collections::BTreeMap;

use ndarray::ArrayD;
use serde::Deserialize;

use super::manifest::{ONLY_GRAPH, read};
use super::plugs::narrowed;
use super::{InferenceError, Manifest, Model, Port};

/// A tensor as written in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    shape: Vec<usize>,
    data: Vec<f64>,
}

type File = BTreeMap<String, Stored>;

/// See [`Model::check_golden`].
pub(super) fn check(model: &mut Model) -> Result<Option<f32>, InferenceError> {
    let manifest = model.manifest().clone();
    let Some(tolerance) = manifest.golden_tolerance else {
        return Ok(None);
    };
    let (given, expected) = (
        load(&manifest, "golden/input.json")?,
        load(&manifest, "golden/expected.json")?,
    );
    let mut worst = 0.0_f32;
    for graph in manifest.graphs.keys() {
        let inputs = manifest.inputs_of(graph);
        let inputs = inputs.map(|port| Ok((port, tensor(&manifest, port, &given)?)));
        let inputs = inputs.collect::<Result<Vec<_>, InferenceError>>()?;
        let outputs = model.graph(graph)?.run_as_it_is(&inputs)?;
        for (name, output) in outputs {
            let port = manifest.outputs_of(graph).find(|port| port.name == name);
            let Some(port) = port else { continue };
            let wanted = tensor(&manifest, port, &expected)?.mapv(narrowed);
            let off = difference(&output, &wanted);
            if off.is_nan() || off > tolerance {
                return Err(InferenceError::GoldenDiffers {
                    model: manifest.id(),
                    output: qualified(port),
                    off,
                    tolerance,
                });
            }
            worst = worst.max(off);
        }
    }
    Ok(Some(worst))
}

fn qualified(port: &Port) -> String {
    if port.graph == ONLY_GRAPH {
        port.name.clone()
    } else {
        format!("{}.{}", port.graph, port.name)
    }
}

/// Greatest difference of two tensors, infinite where their shapes differ.
fn difference(one: &ArrayD<f32>, other: &ArrayD<f32>) -> f32 {
    if one.shape() != other.shape() {
        return f32::INFINITY;
    }
    one.iter()
        .zip(other)
        .map(|(one, other)| (one - other).abs())
        .fold(0.0, |worst: f32, off| {
            if worst.is_nan() || off <= worst {
                worst
            } else {
                off
            }
        })
}

fn load(manifest: &Manifest, file: &str) -> Result<File, InferenceError> {
    let path = manifest.beside(file);
    serde_json::from_slice(&read(&path)?).map_err(|error| InferenceError::Malformed {
        path,
        reason: error.to_string(),
    })
}

fn tensor(manifest: &Manifest, port: &Port, file: &File) -> Result<ArrayD<f64>, InferenceError> {
    let name = qualified(port);
    let malformed = |reason: String| InferenceError::Malformed {
        path: manifest.beside("golden"),
        reason,
    };
    let stored = file
        .get(&name)
        .ok_or_else(|| malformed(format!("{name} is missing")))?;
    ArrayD::from_shape_vec(stored.shape.clone(), stored.data.clone())
        .map_err(|error| malformed(format!("{name}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_tensors_is_their_greatest_one_and_nan_is_never_near() {
        let tensor = |numbers: [f32; 3]| ArrayD::from_shape_vec(vec![3], numbers.to_vec()).unwrap();
        let one = tensor([0.0, 1.0, 2.0]);
        assert_eq!(difference(&one, &tensor([0.0, 1.5, 2.25])), 0.5);
        assert!(difference(&one, &tensor([f32::NAN, 1.0, 2.0])).is_nan());
        let flat = ArrayD::from_shape_vec(vec![1, 3], vec![0.0, 1.0, 2.0]).unwrap();
        assert_eq!(difference(&one, &flat), f32::INFINITY);
    }
}
