//! The manifest as it is written, and what may be wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::constants;
use super::super::graph::Look;
use super::port::only_graph;
use super::{Dim, Manifest, ONLY_GRAPH, Port, Section, Task, locate};

/// What the keys of our metadata in a graph begin with.
const METADATA: &str = "countersign.";

/// The format that this code reads.
const SCHEMA: u32 = 1;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    tolerance: f32,
}

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    schema: u32,
    task: Task,
    name: String,
    version: u32,
    licence: String,
    training_data_sha256: Option<String>,
    #[serde(default)]
    graphs: BTreeMap<String, String>,
    pub(super) files: BTreeMap<String, String>,
    #[serde(default)]
    inputs: Vec<Port>,
    #[serde(default)]
    outputs: Vec<Port>,
    #[serde(default)]
    preprocessing: Section,
    #[serde(default)]
    thresholds: Section,
    #[serde(default)]
    calibration: Section,
    #[serde(default)]
    figures: Section,
    #[serde(default)]
    reference: Section,
    golden: Option<Golden>,
}

impl Written {
    /// What the file says that its folder or the rest of the file contradicts.
    pub(super) fn agrees_with_folder(&self, folder: &Path) -> Result<(), String> {
        let mut names = folder.iter().rev().map(|name| name.to_string_lossy());
        let (version, name) = (names.next(), names.next());
        if version != Some(self.version.to_string().into())
            || name != Some(self.name.as_str().into())
        {
            return Err(format!(
                "it says {}/{}, which is not the folder that it lies in",
                self.name, self.version
            ));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        if self.schema != SCHEMA {
            return Err(format!(
                "schema is {}, this program reads {SCHEMA}",
                self.schema
            ));
        }
        self.check_files()?;
        for (graph, file) in &self.graphs {
            if !self.files.contains_key(file) {
                return Err(format!(
                    "graphs.{graph} is {file}, which files does not list"
                ));
            }
        }
        Ok(())
    }

    /// Whether a file holds a graph.
    pub(super) fn is_graph(&self, file: &str) -> bool {
        self.graphs.values().any(|graph| graph == file)
    }

    /// Takes from the only graph what the manifest is silent about.
    pub(super) fn fill(&mut self, look: Look) -> Result<(), String> {
        if self.graphs.len() != 1 {
            return Ok(());
        }
        for (ports, own) in [
            (&mut self.inputs, look.inputs),
            (&mut self.outputs, look.outputs),
        ] {
            if ports.is_empty() {
                *ports = own;
            }
        }
        for (key, text) in &look.metadata {
            if let Some(key) = key.strip_prefix(METADATA) {
                self.fill_in(key, text)
                    .map_err(|reason| format!("its metadata {METADATA}{key}: {reason}"))?;
            }
        }
        Ok(())
    }

    fn fill_in(&mut self, key: &str, text: &str) -> Result<(), String> {
        let (section, rest) = key.split_once('.').unwrap_or((key, ""));
        let ports = self.inputs.iter_mut().chain(&mut self.outputs);
        let ports = ports.filter(|port| port.name == rest);
        let section = match section {
            "is" => {
                let is: String = value(text)?;
                ports.for_each(|port| port.is = port.is.take().or_else(|| Some(is.clone())));
                return Ok(());
            }
            "labels" => {
                let labels: Vec<String> = value(text)?;
                ports
                    .filter(|port| port.labels.is_empty())
                    .for_each(|port| port.labels.clone_from(&labels));
                return Ok(());
            }
            "preprocessing" => &mut self.preprocessing,
            "thresholds" => &mut self.thresholds,
            "calibration" => &mut self.calibration,
            "figures" => &mut self.figures,
            "reference" => &mut self.reference,
            _ => {
                return Err(
                    "it is none of is, labels, preprocessing, thresholds, calibration, figures, reference"
                        .to_owned(),
                );
            }
        };
        constants::fill(section, rest, value(text)?);
        Ok(())
    }

    /// What the manifest and its graphs together say of inputs and outputs.
    pub(super) fn check_ports(&self) -> Result<(), String> {
        for graph in self.graphs.keys() {
            for (side, ports) in [("inputs", &self.inputs), ("outputs", &self.outputs)] {
                if !ports.iter().any(|port| port.graph == *graph) {
                    return Err(format!("{side} has none of the graph {graph}"));
                }
            }
        }
        self.inputs
            .iter()
            .chain(&self.outputs)
            .try_for_each(|port| {
                if !self.graphs.contains_key(&port.graph) {
                    return Err(format!("{}: there is no graph {}", port.name, port.graph));
                }
                port.check_labels()
            })
    }

    /// Files stay inside the model's folder or the native one.
    fn check_files(&self) -> Result<(), String> {
        let inside = |file: &str| {
            Path::new(file)
                .components()
                .all(|part| matches!(part, Component::Normal(_)))
        };
        match self.files.keys().find(|file| !inside(file)) {
            Some(file) => Err(format!(
                "files.{file} leaves the folder: write a name beside the manifest, or native/…"
            )),
            None => Ok(()),
        }
    }

    pub(super) fn resolve(self, folder: &Path, native: &Path) -> Manifest {
        let graphs = self.graphs.iter();
        let located = graphs.map(|(graph, file)| (graph.clone(), locate(file, folder, native)));
        let hashes = self.graphs.iter();
        let hashes =
            hashes.filter_map(|(graph, file)| Some((graph.clone(), self.files.get(file)?.clone())));
        Manifest {
            task: self.task,
            graphs: located.collect(),
            hashes: hashes.collect(),
            name: self.name,
            version: self.version,
            licence: self.licence,
            training_data_sha256: self.training_data_sha256,
            inputs: self.inputs,
            outputs: self.outputs,
            golden_tolerance: self.golden.map(|golden| golden.tolerance),
            folder: folder.to_owned(),
            sections: BTreeMap::from([
                ("preprocessing", self.preprocessing),
                ("thresholds", self.thresholds),
                ("calibration", self.calibration),
                ("figures", self.figures),
                ("reference", self.reference),
            ]),
        }
    }
}

impl Port {
    /// Labels are told apart, and are as many as one fixed dimension has entries.
    fn check_labels(&self) -> Result<(), String> {
        let count = self.labels.len();
        let distinct = self.labels.iter().collect::<BTreeSet<_>>().len();
        if distinct != count {
            return Err(format!("{}: a label stands there twice", self.name));
        }
        if count != 0 && !self.shape.contains(&Dim::Fixed(count)) {
            return Err(format!(
                "{}: has {count} labels, but no dimension of that size",
                self.name
            ));
        }
        Ok(())
    }
}

/// A value as TOML writes it.
fn value<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    #[derive(Deserialize)]
    struct Line<T> {
        value: T,
    }
    let line: Line<T> =
        toml::from_str(&format!("value = {text}")).map_err(|error| error.to_string())?;
    Ok(line.value)
}

/// Parses a manifest and checks what it says against itself.
pub(super) fn parse(bytes: &[u8]) -> Result<Written, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let mut written: Written = toml::from_str(text).map_err(|error| error.to_string())?;
    if written.graphs.is_empty() {
        written.graphs = BTreeMap::from([(only_graph(), format!("{ONLY_GRAPH}.onnx"))]);
    }
    written.check()?;
    Ok(written)
}
