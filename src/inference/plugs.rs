//! Plugs: between the contract of a task and the ports of a graph that keeps it in its own way.
//!
//! In: tensors as the contract has them. Out: tensors as the graph takes them, and back. A page becomes a batch of one, rows are cut into pieces
//! of the size that the graph takes, numbers change their type.

use half::f16;
use ndarray::{ArrayD, ArrayViewD, Axis, Slice};

use super::contract::{Contract, Fit, Output};
use super::{Dim, Dtype, Manifest, Port, Tensor};

/// What connects one graph to its contract.
#[derive(Debug)]
pub(super) struct Plugs {
    contract: &'static Contract,
    inputs: Vec<Plug>,
    /// In the order of the contract.
    outputs: Vec<Plug>,
}

#[derive(Debug)]
struct Plug {
    port: Port,
    fit: Fit,
    /// Dimensions in the contract.
    rank: usize,
}

/// Inputs of one run.
#[derive(Debug)]
pub(super) struct Piece {
    /// By the graph's names.
    pub(super) tensors: Vec<(String, Typed)>,
    /// How many of its rows are no padding; none where the contract has no rows.
    rows: Option<usize>,
}

/// Numbers on their way to a graph.
#[derive(Debug)]
pub(super) enum Numbers {
    Real(ArrayD<f64>),
    Single(ArrayD<f32>),
    Whole(ArrayD<i64>),
}

/// Numbers of the type that a graph takes.
#[derive(Debug)]
pub(super) enum Typed {
    F32(ArrayD<f32>),
    F16(ArrayD<f16>),
    F64(ArrayD<f64>),
    I64(ArrayD<i64>),
    I32(ArrayD<i32>),
}

impl Plugs {
    /// Connects a graph of the manifest to its contract.
    ///
    /// # Errors
    /// All that keeps it from being one that the contract describes.
    pub(super) fn of(manifest: &Manifest, graph: &str) -> Result<Self, Vec<String>> {
        let contracts = manifest.task.contracts();
        let Some(contract) = contracts.iter().find(|one| one.graph == graph) else {
            let known: Vec<_> = contracts.iter().map(|one| one.graph).collect();
            let known = known.join(", ");
            return Err(vec![format!("{} knows only {known}", manifest.task)]);
        };
        let mut wrong = Vec::new();
        let mut inputs = Vec::new();
        for port in manifest.inputs_of(graph) {
            match contract.input(port) {
                Ok((is, fit)) => inputs.push(Plug::new(port, fit, contract.rank_of_input(is))),
                Err(reason) => wrong.push(reason),
            }
        }
        let mut outputs = Vec::new();
        for output in contract.outputs {
            match output_of(manifest, graph, output) {
                Ok(plug) => outputs.push(plug),
                Err(reason) => wrong.push(reason),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            contract,
            inputs,
            outputs,
        })
    }

    pub(super) fn inputs(&self) -> impl Iterator<Item = &Port> {
        self.inputs.iter().map(|plug| &plug.port)
    }

    pub(super) fn outputs(&self) -> impl Iterator<Item = &Port> {
        self.outputs.iter().map(|plug| &plug.port)
    }

    /// The names of the outputs in the graph, each once for each output of the contract.
    pub(super) fn output_names(&self) -> Vec<String> {
        self.outputs().map(|port| port.name.clone()).collect()
    }

    /// The size that the graph fixes of one dimension of a contract's input.
    pub(super) fn own_size(&self, is: &str, axis: usize) -> Option<usize> {
        let plug = self.inputs.iter().find(|plug| plug.port.is() == is)?;
        match plug.port.shape.get(axis + usize::from(plug.fit.batch))? {
            Dim::Fixed(size) => Some(*size),
            Dim::Free(_) => None,
        }
    }

    /// The contract's input where it has only one.
    pub(super) fn only_input(&self) -> Option<&'static str> {
        match self.contract.inputs {
            [only] => Some(only.is),
            _ => None,
        }
    }

    /// The runs that these inputs take.
    ///
    /// # Errors
    /// An input is missing, or of another shape than the graph allows.
    pub(super) fn pieces(&self, inputs: &[(&str, Tensor)]) -> Result<Vec<Piece>, String> {
        let found = |plug: &Plug| {
            let found = inputs.iter().find(|(is, _)| *is == plug.port.is());
            let (_, tensor) = found.ok_or_else(|| format!("{} is missing", plug.port.is()))?;
            Ok(tensor)
        };
        let tensors: Vec<&Tensor> = self
            .inputs
            .iter()
            .map(found)
            .collect::<Result<_, String>>()?;
        let plugs = || self.inputs.iter().zip(&tensors);
        let whole = plugs().find_map(|(plug, tensor)| {
            let rows = *tensor.shape().first()?;
            plug.fit.rows.map(|at_once| (at_once, rows))
        });
        let Some((at_once, rows)) = whole else {
            let tensors = plugs().map(|(plug, tensor)| plug.given(tensor, None));
            let tensors = tensors.collect::<Result<_, _>>()?;
            return Ok(vec![Piece {
                tensors,
                rows: None,
            }]);
        };
        let starts = (0..rows).step_by(at_once);
        let pieces = starts.map(|start| {
            let end = (start + at_once).min(rows);
            let tensors = plugs().map(|(plug, tensor)| plug.given(tensor, Some((start, end))));
            Ok(Piece {
                tensors: tensors.collect::<Result<_, String>>()?,
                rows: Some(end - start),
            })
        });
        pieces.collect()
    }

    /// What the graph gave for one piece, as the contract has it.
    pub(super) fn outputs_of(
        &self,
        given: Vec<ArrayD<f32>>,
        piece: &Piece,
    ) -> Result<Vec<ArrayD<f32>>, String> {
        let each = self.outputs.iter().zip(given);
        each.map(|(plug, array)| plug.taken(array, piece.rows))
            .collect()
    }

    /// The first output that holds something that is no number.
    pub(super) fn not_numbers(&self, outputs: &[ArrayD<f32>]) -> Option<&str> {
        let mut each = self.outputs.iter().zip(outputs);
        let found = each.find(|(_, array)| !array.iter().all(|number| number.is_finite()));
        found.map(|(plug, _)| plug.port.name.as_str())
    }
}

impl Contract {
    fn rank_of_input(&self, is: &str) -> usize {
        let input = self.inputs.iter().find(|input| input.is == is);
        input.map_or(0, |input| input.shape.len())
    }
}

fn output_of(manifest: &Manifest, graph: &str, output: &Output) -> Result<Plug, String> {
    let port = manifest
        .outputs_of(graph)
        .find(|port| port.is() == output.is);
    let port = port.ok_or_else(|| {
        let is = output.is;
        format!("it has no output {is}; say with `is = \"{is}\"` which one it is")
    })?;
    Ok(Plug::new(port, output.fit(port)?, output.shape.len()))
}

impl Plug {
    fn new(port: &Port, fit: Fit, rank: usize) -> Self {
        Self {
            port: port.clone(),
            fit,
            rank,
        }
    }

    /// The rows of a tensor as the graph takes them.
    fn given(
        &self,
        tensor: &Tensor,
        rows: Option<(usize, usize)>,
    ) -> Result<(String, Typed), String> {
        let numbers = match tensor {
            Tensor::F32(array) => Numbers::Single(self.shaped(array.view(), rows)?),
            Tensor::I64(array) => Numbers::Whole(self.shaped(array.view(), rows)?),
        };
        Ok((self.port.name.clone(), numbers.of_type(self.port.dtype)))
    }

    fn shaped<T: Clone + Default>(
        &self,
        array: ArrayViewD<'_, T>,
        rows: Option<(usize, usize)>,
    ) -> Result<ArrayD<T>, String> {
        let mut array = match (rows, self.fit.rows) {
            (Some((start, end)), Some(at_once)) => {
                let piece = array.slice_axis(Axis(0), Slice::from(start..end));
                padded(&piece, at_once)
            }
            _ => array.to_owned(),
        };
        if self.fit.batch {
            array = array.insert_axis(Axis(0));
        }
        self.port.allows(array.shape())?;
        Ok(array)
    }

    /// An output of the graph as the contract has it.
    fn taken(&self, mut array: ArrayD<f32>, rows: Option<usize>) -> Result<ArrayD<f32>, String> {
        if let Some(column) = self.port.column {
            let last = array.ndim().checked_sub(1).map(Axis);
            let last = last.filter(|axis| column < array.len_of(*axis));
            let last = last.ok_or_else(|| format!("{} has no column {column}", self.port.name))?;
            array = array.index_axis_move(last, column);
        }
        if self.fit.batch && array.ndim() == self.rank + 1 {
            if array.len_of(Axis(0)) != 1 {
                let (name, pages) = (&self.port.name, array.len_of(Axis(0)));
                return Err(format!("{name} holds {pages} pages where one was given"));
            }
            array = array.index_axis_move(Axis(0), 0);
        }
        if array.ndim() != self.rank {
            let (name, rank) = (&self.port.name, array.ndim());
            return Err(format!(
                "{name} has {rank} dimensions in place of {}",
                self.rank
            ));
        }
        match rows {
            Some(rows) if array.ndim() > 0 && array.len_of(Axis(0)) >= rows => {
                Ok(array.slice_axis(Axis(0), Slice::from(..rows)).to_owned())
            }
            _ => Ok(array),
        }
    }
}

fn padded<T: Clone + Default>(rows: &ArrayViewD<'_, T>, at_once: usize) -> ArrayD<T> {
    let mut shape = rows.shape().to_vec();
    if let Some(first) = shape.first_mut() {
        *first = at_once;
    }
    let mut padded = ArrayD::from_elem(shape, T::default());
    let there = rows.len_of(Axis(0));
    padded
        .slice_axis_mut(Axis(0), Slice::from(..there))
        .assign(rows);
    padded
}

impl Port {
    fn allows(&self, shape: &[usize]) -> Result<(), String> {
        let sizes = shape.iter().zip(&self.shape);
        let mut fits = sizes.map(|(size, dim)| match dim {
            Dim::Fixed(fixed) => fixed == size,
            Dim::Free(_) => true,
        });
        if shape.len() == self.shape.len() && fits.all(|fits| fits) {
            return Ok(());
        }
        let (name, own) = (&self.name, &self.shape);
        Err(format!("{name} is {own:?}, but the tensor is {shape:?}"))
    }
}

impl Numbers {
    pub(super) fn of_type(self, dtype: Dtype) -> Typed {
        match (self, dtype) {
            (Self::Single(array), Dtype::F32) => Typed::F32(array),
            (Self::Whole(array), Dtype::I64) => Typed::I64(array),
            (Self::Whole(array), Dtype::I32) => {
                Typed::I32(array.mapv(|whole| i32::try_from(whole).unwrap_or(i32::MAX)))
            }
            (numbers, dtype) => match (numbers.real(), dtype) {
                (array, Dtype::F32) => Typed::F32(array.mapv(narrowed)),
                (array, Dtype::F16) => Typed::F16(array.mapv(f16::from_f64)),
                (array, Dtype::F64) => Typed::F64(array),
                (array, Dtype::I64) => Typed::I64(array.mapv(whole)),
                (array, Dtype::I32) => Typed::I32(
                    array.mapv(|number| i32::try_from(whole(number)).unwrap_or(i32::MAX)),
                ),
            },
        }
    }

    fn real(self) -> ArrayD<f64> {
        match self {
            Self::Real(array) => array,
            Self::Single(array) => array.mapv(f64::from),
            Self::Whole(array) => array.mapv(|whole| whole as f64),
        }
    }
}

/// The nearest number of 32 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "models give chances and scores, for which 32 bits are plenty"
)]
pub(super) fn narrowed(number: f64) -> f32 {
    number as f32
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "integers written as JSON numbers; word and label ids are far below 2^24"
)]
fn whole(number: f64) -> i64 {
    number.round() as i64
}
