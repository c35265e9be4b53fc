//! Manifests: what a model's folder says about it.
//!
//! `models/<name>/<version>/manifest.toml`:
//!
//! ```toml
//! schema = 1                       # of this format
//! task = "marks"                   # text, page-class, fields, marks, charges
//! name = "marks"                   # as the folder
//! version = 3                      # as the folder
//! licence = "Apache-2.0"
//! training_data_sha256 = "…"       # left out for third-party weights
//!
//! [graphs]                         # may be left out: then one graph, `model`, in model.onnx
//! model = "model.onnx"
//!
//! [files]                          # sha256 of every file; `native/…` lies in the folder of native libraries
//! "model.onnx" = "…"
//!
//! [[inputs]]                       # `graph` may be left out: `model`
//! name = "image"                   # in the graph
//! is = "page"                      # in the task's contract; may be left out where that is the name
//! dtype = "f32"                    # or f16, f64, i64, i32
//! shape = ["N", 1, 1040, 800]      # a letter where the size is free
//!
//! [[outputs]]
//! name = "heat"
//! is = "chances"
//! dtype = "f32"
//! shape = ["N", 2, 260, 200]
//! column = 1                       # where only this column of the last dimension is meant, counted from 0
//! labels = ["signature", "stamp"]  # of the last dimension, or of the dimension with as many entries
//!
//! [preprocessing]                  # each entry of these five: a number, a list of numbers, a list of [x, y]
//! mean = [0.5]                     # points, or a table of those
//! [thresholds]
//! signature = 0.4
//! [calibration]
//! signature = [[0.0, 0.0], [1.0, 0.97]]
//! [figures]
//! f1 = 0.91
//! [reference]                      # what it was made for: what comes is compared with it
//! classes = { delivery_receipt = 0.24 }
//!
//! [golden]                         # where golden/input.json and golden/expected.json stand beside the manifest
//! tolerance = 0.001
//! ```
//!
//! Where it is silent, the graph speaks: inputs and outputs are the graph's own, and its `metadata_props` hold constants and what ports are, as
//! TOML under `countersign.<dotted key>`: `countersign.thresholds.accept`, `countersign.is.<port>`, `countersign.labels.<port>`.

mod port;
mod written;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

pub use self::port::{Dim, Dtype, Port, Task};
use super::constants::{self, Constant, Section};
use super::graph;
use super::{InferenceError, ModelName};
use crate::document::Sha256;

/// The graph that a port belongs to when it names none.
pub(super) const ONLY_GRAPH: &str = "model";
/// The largest file of a model, in bytes: the largest of PP-OCR's has 170 million.
pub const LARGEST: u64 = 256 << 20;
/// Prefix of files that lie in the folder of native libraries.
const NATIVE: &str = "native/";

/// What a model says about itself, checked against the files beside it.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// What it is for.
    pub task: Task,
    /// Its name, that of the folder.
    pub name: String,
    /// Its version, that of the folder below.
    pub version: u32,
    /// Licence of the weights.
    pub licence: String,
    /// Hash of what it was trained on; none for third-party weights.
    pub training_data_sha256: Option<String>,
    /// Its graphs by name: the files that hold them.
    pub graphs: BTreeMap<String, PathBuf>,
    /// Inputs of all graphs.
    pub inputs: Vec<Port>,
    /// Outputs of all graphs.
    pub outputs: Vec<Port>,
    /// How far an output may be from the golden one; none where there are no golden files.
    pub golden_tolerance: Option<f32>,
    folder: PathBuf,
    /// The sha256 of each graph's file.
    hashes: BTreeMap<String, String>,
    sections: BTreeMap<&'static str, Section>,
}

impl Manifest {
    /// Reads `folder`/manifest.toml and checks the hash of every file that it names. Files named `native/…` are looked
    /// for in `native`.
    ///
    /// # Errors
    /// `FileUnreadable`, `FileChanged`, and `Malformed` for unknown or missing keys and for contradictions.
    pub fn load(folder: &Path, native: &Path) -> Result<Self, InferenceError> {
        let path = folder.join("manifest.toml");
        let bytes = read(&path)?;
        let malformed = |path: &Path| {
            let path = path.to_owned();
            move |reason| InferenceError::Malformed { path, reason }
        };
        let mut written = written::parse(&bytes)
            .and_then(|written| written.agrees_with_folder(folder).map(|()| written))
            .map_err(malformed(&path))?;
        for (file, wanted) in written.files.clone() {
            let place = locate(&file, folder, native);
            let bytes = verified(&place, &wanted)?;
            if written.is_graph(&file) {
                let look = graph::look(&bytes).map_err(malformed(&place))?;
                written.fill(look).map_err(malformed(&place))?;
            }
        }
        written.check_ports().map_err(malformed(&path))?;
        Ok(written.resolve(folder, native))
    }

    /// The bytes of a graph's file, once more the ones that the manifest was written for.
    pub(super) fn graph_bytes(&self, graph: &str) -> Result<Vec<u8>, InferenceError> {
        let (path, wanted) = self
            .graphs
            .get(graph)
            .zip(self.hashes.get(graph))
            .ok_or_else(|| InferenceError::Mismatch {
                model: self.id(),
                graph: graph.to_owned(),
                reason: "there is no such graph".to_owned(),
            })?;
        verified(path, wanted)
    }

    /// `name@version`, as events name it.
    #[must_use]
    pub fn id(&self) -> String {
        self.model().to_string()
    }

    /// The same, as a name.
    #[must_use]
    pub fn model(&self) -> ModelName {
        ModelName {
            name: self.name.clone(),
            version: self.version,
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file beside the manifest.
    #[must_use]
    pub fn beside(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Inputs of one graph.
    pub fn inputs_of(&self, graph: &str) -> impl Iterator<Item = &Port> {
        self.inputs.iter().filter(move |port| port.graph == graph)
    }

    /// Outputs of one graph.
    pub fn outputs_of(&self, graph: &str) -> impl Iterator<Item = &Port> {
        self.outputs.iter().filter(move |port| port.graph == graph)
    }

    /// The labels of the output that is this one of the contract.
    ///
    /// # Errors
    /// `ConstantMissing` where there is no such output or it has no labels.
    pub fn labels(&self, output: &str) -> Result<&[String], InferenceError> {
        let port = self.outputs.iter().find(|port| port.is() == output);
        port.map(|port| port.labels.as_slice())
            .filter(|labels| !labels.is_empty())
            .ok_or_else(|| self.missing(output, "output with labels"))
    }

    /// A number by its dotted name, as `thresholds.signature`.
    ///
    /// # Errors
    /// `ConstantMissing` where there is none.
    pub fn number(&self, key: &str) -> Result<f32, InferenceError> {
        self.constant(key)
            .and_then(Constant::number)
            .ok_or_else(|| self.missing(key, "number"))
    }

    /// A list of numbers by its dotted name, as `preprocessing.mean`.
    ///
    /// # Errors
    /// `ConstantMissing` where there is none.
    pub fn numbers(&self, key: &str) -> Result<&[f32], InferenceError> {
        self.constant(key)
            .and_then(Constant::numbers)
            .ok_or_else(|| self.missing(key, "list of numbers"))
    }

    /// The points of a piecewise-linear curve by its dotted name, as `calibration.signature`.
    ///
    /// # Errors
    /// `ConstantMissing` where there are none.
    pub fn points(&self, key: &str) -> Result<&[(f32, f32)], InferenceError> {
        self.constant(key)
            .and_then(Constant::points)
            .ok_or_else(|| self.missing(key, "list of [x, y] points"))
    }

    /// The curves of a table by its dotted name, as `calibration.values`: names and points. None where there is no such table.
    pub fn curves(&self, key: &str) -> impl Iterator<Item = (&str, &[(f32, f32)])> {
        let table = self.constant(key).and_then(Constant::table);
        let curves = table.into_iter().flatten();
        curves.filter_map(|(name, constant)| Some((name.as_str(), constant.points()?)))
    }

    /// The numbers of a table by its dotted name, as `thresholds.accepted`: names and numbers. None where there is no such table.
    pub fn named_numbers(&self, key: &str) -> impl Iterator<Item = (&str, f32)> {
        let table = self.constant(key).and_then(Constant::table);
        let numbers = table.into_iter().flatten();
        numbers.filter_map(|(name, constant)| Some((name.as_str(), constant.number()?)))
    }

    /// All that it says, by dotted name, as text.
    #[must_use]
    pub fn facts(&self) -> BTreeMap<String, String> {
        let mut facts = BTreeMap::from([
            ("task".to_owned(), self.task.to_string()),
            ("licence".to_owned(), self.licence.clone()),
        ]);
        let hash = self.training_data_sha256.clone();
        facts.extend(hash.map(|hash| ("training_data_sha256".to_owned(), hash)));
        let graphs = self.hashes.iter();
        facts.extend(graphs.map(|(graph, hash)| (format!("graphs.{graph}"), hash.clone())));
        for (side, ports) in [("inputs", &self.inputs), ("outputs", &self.outputs)] {
            let named = ports
                .iter()
                .map(|port| (format!("{side}.{}", port.is()), port.told()));
            facts.extend(named);
        }
        for (name, section) in &self.sections {
            constants::facts(section, name, &mut facts);
        }
        facts
    }

    fn constant(&self, key: &str) -> Option<&Constant> {
        let (section, rest) = key.split_once('.')?;
        constants::find(self.sections.get(section)?, rest)
    }

    fn missing(&self, key: &str, wanted: &'static str) -> InferenceError {
        InferenceError::ConstantMissing {
            model: self.id(),
            key: key.to_owned(),
            wanted,
        }
    }
}

/// Where a file of the manifest lies.
fn locate(file: &str, folder: &Path, native: &Path) -> PathBuf {
    match file.strip_prefix(NATIVE) {
        Some(rest) => native.join(rest),
        None => folder.join(file),
    }
}

/// The bytes of a file with this hash.
fn verified(path: &Path, wanted: &str) -> Result<Vec<u8>, InferenceError> {
    let bytes = read(path)?;
    let found = Sha256::of(&bytes);
    if found.as_str() == wanted {
        return Ok(bytes);
    }
    Err(InferenceError::FileChanged {
        path: path.to_owned(),
        wanted: wanted.to_owned(),
        found: found.to_string(),
    })
}

/// Reads a file that belongs to a model, unless it is larger than any model may be.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, InferenceError> {
    let unreadable = |source| InferenceError::FileUnreadable {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    let limited = file.take(LARGEST + 1).read_to_end(&mut bytes);
    if limited.map_err(unreadable)? as u64 > LARGEST {
        return Err(InferenceError::Malformed {
            path: path.to_owned(),
            reason: format!("it is larger than {} MiB", LARGEST >> 20),
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
