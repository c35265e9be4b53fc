//! Sessions: one graph of a model, ready to run.
//!
//! In: tensors by name. Out: tensors in the order of the manifest. Refuses a graph whose inputs or outputs are not those
//! of the manifest, and tensors that the manifest does not allow.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ndarray::{Array, ArrayD, Dimension};
use ort::environment::Environment;
use ort::logging::LogLevel;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session as Graph, SessionInputValue};
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};

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

    /// Type of the elements.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        match self {
            Self::F32(_) => Dtype::F32,
            Self::I64(_) => Dtype::I64,
        }
    }

    /// The numbers as floats; integers are converted.
    #[must_use]
    pub fn into_f32(self) -> ArrayD<f32> {
        match self {
            Self::F32(array) => array,
            Self::I64(array) => array.mapv(|number| number as f32),
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
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    inner: Graph,
}

impl Session {
    /// Loads one graph of a model and checks it against the manifest.
    ///
    /// # Errors
    /// `Failed` when the graph cannot be loaded, `Mismatch` when it is not what the manifest says.
    pub(super) fn open(
        runtime: &Runtime,
        manifest: &Manifest,
        graph: &str,
        file: &Path,
    ) -> Result<Self, InferenceError> {
        let inner = commit(runtime, file).map_err(|error| InferenceError::Failed {
            model: manifest.id(),
            graph: graph.to_owned(),
            source: error.into(),
        })?;
        let session = Self {
            model: manifest.id(),
            graph: graph.to_owned(),
            inputs: manifest.inputs_of(graph).cloned().collect(),
            outputs: manifest.outputs_of(graph).cloned().collect(),
            inner,
        };
        agree(&session.inputs, session.inner.inputs())
            .and_then(|()| agree(&session.outputs, session.inner.outputs()))
            .map_err(|reason| session.mismatch(reason))?;
        Ok(session)
    }

    /// What it takes, as the manifest has it.
    #[must_use]
    pub fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    /// What it gives, as the manifest has it.
    #[must_use]
    pub fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    /// Runs the graph on inputs by name, in any order. Gives the outputs in the order of the manifest.
    ///
    /// # Errors
    /// `Mismatch` for tensors that the manifest does not allow, `Failed` when ONNX Runtime fails.
    pub fn run(&mut self, inputs: &[(&str, Tensor)]) -> Result<Vec<Tensor>, InferenceError> {
        self.check(inputs).map_err(|reason| self.mismatch(reason))?;
        execute(&mut self.inner, inputs, &self.outputs).map_err(|error| InferenceError::Failed {
            model: self.model.clone(),
            graph: self.graph.clone(),
            source: error.into(),
        })
    }

    /// Runs a graph that has one input and one output of floats.
    ///
    /// # Errors
    /// As [`Self::run`]; `Mismatch` too when the graph has more inputs or outputs.
    pub fn run_single(&mut self, input: Tensor) -> Result<ArrayD<f32>, InferenceError> {
        let ([taken], [_]) = (self.inputs.as_slice(), self.outputs.as_slice()) else {
            return Err(self.mismatch("it has more than one input or output".to_owned()));
        };
        let name = taken.name.clone();
        let output = self.run(&[(&name, input)])?.pop();
        output
            .map(Tensor::into_f32)
            .ok_or_else(|| self.mismatch("it gave no output".to_owned()))
    }

    fn check(&self, inputs: &[(&str, Tensor)]) -> Result<(), String> {
        for port in &self.inputs {
            let (_, tensor) = inputs
                .iter()
                .find(|(name, _)| *name == port.name)
                .ok_or_else(|| format!("the input {} is missing", port.name))?;
            port.allows(tensor)?;
        }
        if inputs.len() != self.inputs.len() {
            return Err(format!(
                "{} inputs were given, it takes {}",
                inputs.len(),
                self.inputs.len()
            ));
        }
        Ok(())
    }

    fn mismatch(&self, reason: String) -> InferenceError {
        InferenceError::Mismatch {
            model: self.model.clone(),
            graph: self.graph.clone(),
            reason,
        }
    }
}

impl Port {
    fn allows(&self, tensor: &Tensor) -> Result<(), String> {
        let fits = tensor.dtype() == self.dtype
            && tensor.shape().len() == self.shape.len()
            && tensor
                .shape()
                .iter()
                .zip(&self.shape)
                .all(|(size, dim)| match dim {
                    Dim::Fixed(fixed) => fixed == size,
                    Dim::Free(_) => true,
                });
        if fits {
            return Ok(());
        }
        Err(format!(
            "{} is {:?} {:?}, but the tensor is {:?} {:?}",
            self.name,
            self.dtype,
            self.shape,
            tensor.dtype(),
            tensor.shape()
        ))
    }
}

fn commit(runtime: &Runtime, file: &Path) -> ort::Result<Graph> {
    Graph::builder(&runtime.environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(runtime.threads)?
        // Between two graphs the other threads would burn a core on waiting.
        .with_intra_op_spinning(false)?
        // Shapes change from run to run, so patterns of past runs would only hold memory.
        .with_memory_pattern(false)?
        .commit_from_file(file)
}

fn execute(
    graph: &mut Graph,
    inputs: &[(&str, Tensor)],
    outputs: &[Port],
) -> ort::Result<Vec<Tensor>> {
    let mut values: Vec<(&str, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
    for (name, tensor) in inputs {
        let value = match tensor {
            Tensor::F32(array) => TensorRef::from_array_view(array)?.into(),
            Tensor::I64(array) => TensorRef::from_array_view(array)?.into(),
        };
        values.push((name, value));
    }
    let given = graph.run(values)?;
    outputs
        .iter()
        .map(|port| {
            let value = &given[port.name.as_str()];
            Ok(match port.dtype {
                Dtype::F32 => Tensor::F32(value.try_extract_array::<f32>()?.to_owned()),
                Dtype::I64 => Tensor::I64(value.try_extract_array::<i64>()?.to_owned()),
            })
        })
        .collect()
}

/// Whether manifest and graph have the same ports: names, types, ranks and fixed dimensions.
fn agree(ports: &[Port], outlets: &[Outlet]) -> Result<(), String> {
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
    let extra = outlets
        .iter()
        .find(|outlet| ports.iter().all(|port| port.name != outlet.name()));
    match extra {
        Some(outlet) => Err(format!("the manifest has no {}", outlet.name())),
        None => Ok(()),
    }
}

/// A free dimension of the graph may be fixed by the manifest, but not the other way round.
fn same(port: &Port, value: &ValueType) -> bool {
    let dtype = match port.dtype {
        Dtype::F32 => TensorElementType::Float32,
        Dtype::I64 => TensorElementType::Int64,
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
