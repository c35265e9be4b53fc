//! Trials: runs on made-up inputs of many sizes, so that what only a long page or a second row brings out is seen before it serves.

use std::collections::BTreeMap;

use ndarray::{ArrayD, IxDyn};

use crate::inference::contract::{Contract, Input, Output, Size, Values};
use crate::inference::{InferenceError, Model, Task, Tensor};

/// How far a chance may lie outside 0..1: half-precision networks round.
const SLACK: f32 = 0.01;

/// Sizes of a trial: of rows, and of each dimension with a name.
struct Sizes {
    rows: usize,
    named: BTreeMap<&'static str, usize>,
}

/// All in which the outputs on made-up inputs are not what the contract says.
///
/// # Errors
/// When the model cannot be run, or gives what is no number.
pub(super) fn mismatches(model: &mut Model) -> Result<Vec<String>, InferenceError> {
    let task = model.manifest().task;
    let mut found = Vec::new();
    for contract in task.contracts() {
        for sizes in trials(task) {
            let inputs = contract.inputs.iter().enumerate();
            let inputs: Vec<_> = inputs
                .map(|(seed, input)| (input.is, made_up(input, &sizes, seed)))
                .collect();
            let own: Vec<_> = contract
                .outputs
                .iter()
                .map(|output| labels(model, output))
                .collect();
            let inputs = fitted(model, contract, inputs)?;
            let outputs = model.graph(contract.graph)?.run(&inputs)?;
            for ((output, array), labels) in contract.outputs.iter().zip(outputs).zip(own) {
                found.extend(mismatch(output, &array, &sizes, labels));
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// What comes at work: the shortest and the longest page, one and many rows.
fn trials(task: Task) -> Vec<Sizes> {
    let sizes = |rows: usize, named: &[(&'static str, usize)]| Sizes {
        rows,
        named: named.iter().copied().collect(),
    };
    match task {
        Task::PageClass | Task::Fields => [1, 60, 1024]
            .map(|words| sizes(1, &[("words", words)]))
            .into(),
        Task::Marks => [(208, 160), (832, 1152)]
            .map(|(height, width)| {
                let cells = [("rows", height / 8), ("columns", width / 8)];
                sizes(
                    1,
                    &[&[("height", height), ("width", width)], &cells[..]].concat(),
                )
            })
            .into(),
        Task::Text => [(1, 320, 224), (3, 64, 640)]
            .map(|(rows, height, width)| sizes(rows, &[("height", height), ("width", width)]))
            .into(),
        Task::Charges => [1, 2, 6, 100].map(|rows| sizes(rows, &[])).into(),
    }
}

fn labels(model: &Model, output: &Output) -> Option<usize> {
    let labels = model.manifest().labels(output.is);
    labels.ok().map(<[String]>::len)
}

fn made_up(input: &Input, sizes: &Sizes, seed: usize) -> Tensor {
    let shape: Vec<usize> = input
        .shape
        .iter()
        .map(|size| sizes.of(*size).unwrap_or(1))
        .collect();
    let count = shape.iter().product();
    let mut state = seed as u64 + 1;
    let mut below = |limit: u64| {
        // The multiplier of Knuth's MMIX.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit.max(1)
    };
    let shape = IxDyn(&shape);
    match input.values {
        Values::Real(from, to) => {
            let numbers = (0..count).map(|_| from + (to - from) * below(1_001) as f32 / 1_000.0);
            filled(&shape, numbers.collect()).into()
        }
        Values::Below(limit) => whole(&shape, count, || below(limit as u64)),
        Values::UpTo(name) => {
            let most = sizes.named.get(name).copied().unwrap_or_default() as u64;
            whole(&shape, count, || below(most + 1))
        }
    }
}

fn whole(shape: &IxDyn, count: usize, mut next: impl FnMut() -> u64) -> Tensor {
    let numbers = (0..count).map(|_| i64::try_from(next()).unwrap_or(0));
    filled(shape, numbers.collect()).into()
}

fn filled<T: Clone + Default>(shape: &IxDyn, numbers: Vec<T>) -> ArrayD<T> {
    ArrayD::from_shape_vec(shape.clone(), numbers)
        .unwrap_or_else(|_| ArrayD::from_elem(shape.clone(), T::default()))
}

/// Sizes that the model itself chooses are put in place.
fn fitted(
    model: &mut Model,
    contract: &Contract,
    inputs: Vec<(&'static str, Tensor)>,
) -> Result<Vec<(&'static str, Tensor)>, InferenceError> {
    let session = model.graph(contract.graph)?;
    let each = inputs.into_iter().zip(contract.inputs);
    let fitted = each.map(|((is, tensor), input)| {
        let own = input.shape.iter().position(|size| *size == Size::Own);
        let own = own.and_then(|axis| Some((axis, session.own_size(is, axis)?)));
        match (own, tensor) {
            (Some((axis, size)), Tensor::F32(array)) => {
                let mut shape = array.shape().to_vec();
                if let Some(place) = shape.get_mut(axis) {
                    *place = size;
                }
                (is, ArrayD::from_elem(shape, 0.5).into())
            }
            (_, tensor) => (is, tensor),
        }
    });
    Ok(fitted.collect())
}

fn mismatch(
    output: &Output,
    array: &ArrayD<f32>,
    sizes: &Sizes,
    labels: Option<usize>,
) -> Option<String> {
    let is = output.is;
    let dims = output.shape.iter().zip(array.shape());
    let mut dims = dims.filter_map(|(size, given)| {
        let wanted = match size {
            Size::Own => labels,
            size => sizes.of(*size),
        };
        wanted.map(|wanted| (wanted, *given))
    });
    if let Some((wanted, given)) = dims.find(|(wanted, given)| wanted != given) {
        return Some(format!(
            "{is} has {given} entries where {wanted} are wanted"
        ));
    }
    let outside = array
        .iter()
        .find(|chance| !(-SLACK..=1.0 + SLACK).contains(*chance));
    outside.map(|chance| {
        format!("{is} gives {chance}, which is no chance between 0 and 1: is a softmax or a sigmoid missing?")
    })
}

impl Sizes {
    fn of(&self, size: Size) -> Option<usize> {
        match size {
            Size::Is(size) => Some(size),
            Size::Rows => Some(self.rows),
            Size::Any(name) => self.named.get(name).copied(),
            Size::Own => None,
        }
    }
}
