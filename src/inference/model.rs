//! Models: a manifest with its graphs loaded.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayD;

use super::manifest::ONLY_GRAPH;
use super::{InferenceError, Manifest, Runtime, Session, Tensor};

/// A model, ready to run. One per slot: running needs `&mut`.
#[derive(Debug)]
pub struct Model {
    manifest: Manifest,
    sessions: BTreeMap<String, Session>,
}

impl Model {
    /// Loads every graph of the manifest and checks each against it and against the contract of its task.
    ///
    /// # Errors
    /// `Failed` when a graph cannot be loaded, `Mismatch` when it is not what manifest and contract say.
    pub fn open(runtime: &Runtime, manifest: Manifest) -> Result<Self, InferenceError> {
        let mut sessions = BTreeMap::new();
        let contracts = manifest.task.contracts();
        let wanted = contracts.iter().map(|contract| contract.graph);
        let given = manifest.graphs.keys().map(String::as_str);
        // What the manifest has beyond the contract is refused as well.
        for graph in wanted.chain(given).collect::<BTreeSet<_>>() {
            let session = Session::open(runtime, &manifest, graph)?;
            sessions.insert(graph.to_owned(), session);
        }
        Ok(Self { manifest, sessions })
    }

    /// Its manifest: names, labels and constants.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Runs a model of one graph; see [`Session::run`].
    ///
    /// # Errors
    /// As [`Session::run`]; `Mismatch` when the model has other graphs instead.
    pub fn run(&mut self, inputs: &[(&str, Tensor)]) -> Result<Vec<ArrayD<f32>>, InferenceError> {
        self.graph(ONLY_GRAPH)?.run(inputs)
    }

    /// One of its graphs.
    ///
    /// # Errors
    /// `Mismatch` when there is none of this name.
    pub fn graph(&mut self, name: &str) -> Result<&mut Session, InferenceError> {
        let model = self.manifest.id();
        self.sessions
            .get_mut(name)
            .ok_or_else(|| no_graph(model, name))
    }

    /// Takes one of its graphs out, to be owned by who runs it.
    ///
    /// # Errors
    /// `Mismatch` when there is none of this name.
    pub fn take(&mut self, name: &str) -> Result<Session, InferenceError> {
        let model = self.manifest.id();
        self.sessions
            .remove(name)
            .ok_or_else(|| no_graph(model, name))
    }

    /// Runs the golden inputs that lie with the model and compares with the golden outputs. Gives the greatest
    /// difference, or `None` where the model has no golden files.
    ///
    /// # Errors
    /// `GoldenDiffers` when it is above the manifest's tolerance; the errors of running and of reading the files.
    pub fn check_golden(&mut self) -> Result<Option<f32>, InferenceError> {
        super::golden::check(self)
    }
}

fn no_graph(model: String, graph: &str) -> InferenceError {
    InferenceError::Mismatch {
        model,
        graph: graph.to_owned(),
        reason: "there is no such graph".to_owned(),
    }
}
