//! Inference: ONNX models behind their manifests. The only code that knows `ort`.
//!
//! In: tensors by name. Out: arrays in the order of the task's contract. A model is refused, by name, when its manifest, the
//! hashes of its files, the inputs and outputs of its graph and the contract do not agree.

mod constants;
pub mod contract;
mod golden;
mod graph;
mod manifest;
mod model;
mod name;
mod plugs;
mod registry;
mod session;

pub use manifest::{Dim, Dtype, LARGEST, Manifest, Port, Task};
pub use model::Model;
pub use name::{ModelName, NoModelName};
pub use registry::{CHARGE_RULES, ModelSet, Registry};
pub use session::{Runtime, Session, Tensor};

use std::path::PathBuf;

use crate::fault::Cause;

/// Why a model cannot be used, by what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// ONNX Runtime is not where the settings say.
    #[error("there is no ONNX Runtime at {path}: run `make native`, or `countersign doctor` for help", path = path.display())]
    RuntimeMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// What lies there is no ONNX Runtime, or one too old.
    #[error("ONNX Runtime at {path} cannot be used: {source}", path = path.display())]
    RuntimeRefused {
        /// Where it lies.
        path: PathBuf,
        /// Why.
        source: Cause,
    },
    /// No folder for a task that is needed.
    #[error("{folder} holds no model for the task {task}", folder = folder.display())]
    ModelMissing {
        /// The task.
        task: Task,
        /// The folder with the models.
        folder: PathBuf,
    },
    /// A file that belongs to a model cannot be read.
    #[error("{path} cannot be read: {source}; third-party weights come with `make native`", path = path.display())]
    FileUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not the one that the manifest was written for.
    #[error("{path} has the sha256 {found}, the manifest wants {wanted}: fetch or build it again", path = path.display())]
    FileChanged {
        /// The file.
        path: PathBuf,
        /// The hash in the manifest.
        wanted: String,
        /// The hash of the file.
        found: String,
    },
    /// The manifest or a golden file does not follow its format, or contradicts itself.
    #[error("{path}: {reason}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Code asked the manifest for something that it does not hold.
    #[error("the manifest of {model} has no {wanted} under {key}")]
    ConstantMissing {
        /// `name@version`.
        model: String,
        /// Dotted name, as `preprocessing.mean`.
        key: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// Manifest and graph, or tensor and manifest, do not agree.
    #[error("{graph} of {model}: {reason}")]
    Mismatch {
        /// `name@version`.
        model: String,
        /// Which of its graphs.
        graph: String,
        /// What differs.
        reason: String,
    },
    /// ONNX Runtime could not load or run the graph.
    #[error("{graph} of {model} failed: {source}")]
    Failed {
        /// `name@version`.
        model: String,
        /// Which of its graphs.
        graph: String,
        /// Why.
        source: Cause,
    },
    /// An output holds something that is no number.
    #[error("{model} gives something in {output} that is no number (NaN or infinite)")]
    NotNumbers {
        /// `name@version`.
        model: String,
        /// The output.
        output: String,
    },
    /// The model does not give the outputs that were stored with it.
    #[error(
        "{model} gives {output} off by {off} where the golden outputs allow {tolerance}: this machine or library computes differently"
    )]
    GoldenDiffers {
        /// `name@version`.
        model: String,
        /// The output.
        output: String,
        /// Greatest difference.
        off: f32,
        /// Greatest difference allowed.
        tolerance: f32,
    },
}

impl InferenceError {
    /// The model that failed at work, `name@version`; `None` where the fault is nobody's or was found before work began.
    #[must_use]
    pub fn at_work(&self) -> Option<&str> {
        match self {
            Self::Mismatch { model, .. }
            | Self::NotNumbers { model, .. }
            | Self::Failed { model, .. } => Some(model),
            _ => None,
        }
    }
}
