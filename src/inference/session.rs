//! Sessions: one graph of a model, ready to run.
//!
//! In: the inputs of the task's contract by name. Out: its outputs in the contract's order. Refuses a graph whose inputs or outputs are not those
//! of contract and manifest, and outputs that are no numbers.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use half::f16;
use ndarray::{Array, ArrayD, Axis, Dimension, concatenate};
use ort::environment::Environment;
use ort::logging::LogLevel;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session as Graph, SessionInputValue};
use ort::value::{DynValue, Outlet, TensorElementType, TensorRef, ValueType};

use super::plugs::{Numbers, Plugs, Typed, narrowed};
use super::{Dim, Dtype, InferenceError, Manifest, Port};

/// ONNX Runtime, loaded. A process has one; clones share it.
#[derive(Debug, Clone)]
pub struct Runtime {
    environment: Environment,
    threads: usize,
}

/// The one environment of this process.
static LOADED: Mutex<Option<Environment>> = Mutex::new(None);

impl Runtime {
    /// Loads ONNX Runtime from `library`; graphs run on the thread that asks. Once it is loaded, later calls give the same
    /// one, whatever path they name.
    ///
    /// # Errors
    /// `RuntimeMissing` and `RuntimeRefused`.
    pub fn load(library: &Path) -> Result<Self, InferenceError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let environment = match loaded.as_ref() {
            Some(environment) => environment.clone(),
            None => loaded.insert(load(library)?).clone(),
        };
        Ok(Self {
            environment,
            threads: 1,
        })
    }

    /// The same, with each graph spread over so many threads.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }
}

fn load(library: &Path) -> Result<Environment, InferenceError> {
    // The loader takes a relative path as relative to the executable, people mean the working folder.
    let path = std::path::absolute(library)
        .ok()
        .filter(|path| path.is_file())
        .ok_or_else(|| InferenceError::RuntimeMissing {
            path: library.to_owned(),
        })?;
    let refused = |source| InferenceError::RuntimeRefused {
        path: path.clone(),
        source,
    };
    let environment = ort::init_from(&path)
        .map_err(|error| refused(error.into()))?
        .with_name("countersign")
        .with_telemetry(false)
        .build()
        .map_err(|error| refused(error.into()))?;
    environment.set_log_level(LogLevel::Error);
    Ok(environment)
}

/// Numbers in a shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Tensor {
    /// 32-bit floating point.
    F32(ArrayD<f32>),
    /// 64-bit integers.
    I64(ArrayD<i64>),
}

impl Tensor {
    /// Size of each dimension.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::F32(array) => array.shape(),
            Self::I64(array) => array.shape(),
        }
    }
}

impl<D: Dimension> From<Array<f32, D>> for Tensor {
    fn from(array: Array<f32, D>) -> Self {
        Self::F32(array.into_dyn())
    }
}

impl<D: Dimension> From<Array<i64, D>> for Tensor {
    fn from(array: Array<i64, D>) -> Self {
        Self::I64(array.into_dyn())
    }
}

/// One graph, ready to run. A slot has its own.
#[derive(Debug)]
pub struct Session {
    model: String,
    graph: String,
    plugs: Plugs,
    inner: Graph,
}

impl Session {
    /// Loads one graph of a model and checks it against the contract of its task and against what its manifest says of it.
    ///
    /// # Errors
    /// `Failed` when the graph cannot be loaded, `Mismatch` when it is not what contract and manifest say.
    pub(super) fn open(
        runtime: &Runtime,
        manifest: &Manifest,
        graph: &str,
    ) -> Result<Self, InferenceError> {
        let mismatch = |reason| InferenceError::Mismatch {
            model: manifest.id(),
            graph: graph.to_owned(),
            reason,
        };
        let plugs = Plugs::of(manifest, graph).map_err(|reasons| mismatch(reasons.join("; ")))?;
        let bytes = manifest.graph_bytes(graph)?;
        let inner = commit(runtime, &bytes).map_err(|error| InferenceError::Failed {
            model: manifest.id(),
            graph: graph.to_owned(),
            source: error.into(),
        })?;
        agree(plugs.inputs(), inner.inputs())
            .and_then(|()| all_given(plugs.inputs(), inner.inputs()))
            .and_then(|()| agree(plugs.outputs(), inner.outputs()))
            .map_err(mismatch)?;
        Ok(Self {
            model: manifest.id(),
            graph: graph.to_owned(),
            plugs,
            inner,
        })
    }

    /// The size that the graph itself fixes of one dimension of a contract's input.
    #[must_use]
    pub fn own_size(&self, is: &str, axis: usize) -> Option<usize> {
        self.plugs.own_size(is, axis)
    }

    /// The labels of the output that is this one of the contract.
    #[must_use]
    pub fn labels(&self, is: &str) -> &[String] {
        let output = self.plugs.outputs().find(|port| port.is() == is);
        output.map_or(&[], |port| &port.labels)
    }

    /// Runs the graph on the contract's inputs by name, in any order; those that the graph does without are passed over. Gives the contract's
    /// outputs in the order of the contract.
    ///
    /// # Errors
    /// `Mismatch` for tensors that the graph does not allow, `NotNumbers` when it gives none, `Failed` when ONNX Runtime fails.
    pub fn run(&mut self, inputs: &[(&str, Tensor)]) -> Result<Vec<ArrayD<f32>>, InferenceError> {
        let pieces = self.plugs.pieces(inputs);
        let pieces = pieces.map_err(|reason| self.mismatch(reason))?;
        let mut joined: Option<Vec<ArrayD<f32>>> = None;
        for piece in pieces {
            let names = self.plugs.output_names();
            let given = execute(&mut self.inner, &piece.tensors, &names);
            let given = given.map_err(|error| self.failed(error))?;
            let outputs = self.plugs.outputs_of(given, &piece);
            let outputs = outputs.map_err(|reason| self.mismatch(reason))?;
            joined = Some(match joined {
                None => outputs,
                Some(before) => {
                    appended(before, &outputs).map_err(|reason| self.mismatch(reason))?
                }
            });
        }
        let outputs = joined.ok_or_else(|| self.mismatch("it was given no rows".to_owned()))?;
        match self.plugs.not_numbers(&outputs) {
            None => Ok(outputs),
            Some(output) => Err(InferenceError::NotNumbers {
                model: self.model.clone(),
                output: output.to_owned(),
            }),
        }
    }

    /// Runs a graph whose contract has one input and one output.
    ///
    /// # Errors
    /// As [`Self::run`]; `Mismatch` too when the contract has more.
    pub fn run_single(&mut self, input: Tensor) -> Result<ArrayD<f32>, InferenceError> {
        let only = self.plugs.only_input();
        let only = only.ok_or_else(|| self.mismatch("it has more than one input".to_owned()))?;
        let output = self.run(&[(only, input)])?.pop();
        output.ok_or_else(|| self.mismatch("it gave no output".to_owned()))
    }

    /// Runs the graph as it is, on inputs by its own names. Gives the outputs that the manifest lists, by the graph's names.
    ///
    /// # Errors
    /// `Failed` when ONNX Runtime fails.
    pub(super) fn run_as_it_is(
        &mut self,
        inputs: &[(&Port, ArrayD<f64>)],
    ) -> Result<Vec<(String, ArrayD<f32>)>, InferenceError> {
        let tensors = inputs.iter().map(|(port, numbers)| {
            let number = Numbers::Real(numbers.clone());
            (port.name.clone(), number.of_type(port.dtype))
        });
        let tensors: Vec<_> = tensors.collect();
        let names = self.plugs.output_names();
        let given = execute(&mut self.inner, &tensors, &names);
        let given = given.map_err(|error| self.failed(error))?;
        Ok(names.into_iter().zip(given).collect())
    }

    fn failed(&self, error: ort::Error) -> InferenceError {
        InferenceError::Failed {
            model: self.model.clone(),
            graph: self.graph.clone(),
            source: error.into(),
        }
    }

    fn mismatch(&self, reason: String) -> InferenceError {
        InferenceError::Mismatch {
            model: self.model.clone(),
            graph: self.graph.clone(),
            reason,
        }
    }
}

/// The outputs of two pieces, one after the other.
fn appended(before: Vec<ArrayD<f32>>, after: &[ArrayD<f32>]) -> Result<Vec<ArrayD<f32>>, String> {
    let pairs = before.iter().zip(after);
    let joined = pairs.map(|(one, other)| {
        concatenate(Axis(0), &[one.view(), other.view()]).map_err(|error| error.to_string())
    });
    joined.collect()
}

fn commit(runtime: &Runtime, bytes: &[u8]) -> ort::Result<Graph> {
    Graph::builder(&runtime.environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(runtime.threads)?
        // Between two graphs the other threads would burn a core on waiting.
        .with_intra_op_spinning(false)?
        // Shapes change from run to run, so patterns of past runs would only hold memory.
        .with_memory_pattern(false)?
        .commit_from_memory(bytes)
}

fn execute(
    graph: &mut Graph,
    inputs: &[(String, Typed)],
    outputs: &[String],
) -> ort::Result<Vec<ArrayD<f32>>> {
    let mut values: Vec<(&str, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
    for (name, tensor) in inputs {
        let value = match tensor {
            Typed::F32(array) => TensorRef::from_array_view(array)?.into(),
            Typed::F16(array) => TensorRef::from_array_view(array)?.into(),
            Typed::F64(array) => TensorRef::from_array_view(array)?.into(),
            Typed::I64(array) => TensorRef::from_array_view(array)?.into(),
            Typed::I32(array) => TensorRef::from_array_view(array)?.into(),
        };
        values.push((name, value));
    }
    let given = graph.run(values)?;
    let each = outputs.iter().map(|name| real(&given[name.as_str()]));
    each.collect()
}

/// Numbers of any type as 32-bit floating point.
fn real(value: &DynValue) -> ort::Result<ArrayD<f32>> {
    Ok(match value.dtype().tensor_type() {
        Some(TensorElementType::Float16) => value.try_extract_array::<f16>()?.mapv(f16::to_f32),
        Some(TensorElementType::Float64) => value.try_extract_array::<f64>()?.mapv(narrowed),
        Some(TensorElementType::Int64) => {
            value.try_extract_array::<i64>()?.mapv(|whole| whole as f32)
        }
        Some(TensorElementType::Int32) => {
            value.try_extract_array::<i32>()?.mapv(|whole| whole as f32)
        }
        _ => value.try_extract_array::<f32>()?.to_owned(),
    })
}

/// Whether manifest and graph have the same ports: names, types, ranks and fixed dimensions.
fn agree<'a>(ports: impl Iterator<Item = &'a Port>, outlets: &[Outlet]) -> Result<(), String> {
    for port in ports {
        let outlet = outlets
            .iter()
            .find(|outlet| outlet.name() == port.name)
            .ok_or_else(|| format!("the graph has no {}", port.name))?;
        if !same(port, outlet.dtype()) {
            return Err(format!(
                "{} is {:?} {:?} in the manifest and {} in the graph",
                port.name,
                port.dtype,
                port.shape,
                outlet.dtype()
            ));
        }
    }
    Ok(())
}

/// Whether the manifest lists all that the graph wants.
fn all_given<'a>(ports: impl Iterator<Item = &'a Port>, outlets: &[Outlet]) -> Result<(), String> {
    let names: Vec<&str> = ports.map(|port| port.name.as_str()).collect();
    match outlets
        .iter()
        .find(|outlet| !names.contains(&outlet.name()))
    {
        Some(outlet) => Err(format!("the manifest has no {}", outlet.name())),
        None => Ok(()),
    }
}

/// A free dimension of the graph may be fixed by the manifest, but not the other way round.
fn same(port: &Port, value: &ValueType) -> bool {
    let dtype = match port.dtype {
        Dtype::F32 => TensorElementType::Float32,
        Dtype::F16 => TensorElementType::Float16,
        Dtype::F64 => TensorElementType::Float64,
        Dtype::I64 => TensorElementType::Int64,
        Dtype::I32 => TensorElementType::Int32,
    };
    let Some(shape) = value.tensor_shape() else {
        return false;
    };
    value.tensor_type() == Some(dtype)
        && shape.len() == port.shape.len()
        && shape.iter().zip(&port.shape).all(|(size, dim)| match dim {
            Dim::Fixed(fixed) => *size < 0 || usize::try_from(*size) == Ok(*fixed),
            Dim::Free(_) => *size < 0,
        })
}
