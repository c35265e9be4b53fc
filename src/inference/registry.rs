//! The registry: which models there are, and which one serves each task.
//!
//! In: the folder `models/<name>/<version>`. Out: the newest version for each task. Refuses two names for one task.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InferenceError, Manifest, Model, Runtime, Task};

/// Who scores charges while there is no model for it.
pub const CHARGE_RULES: &str = "rules@1";

/// The models that serve, with their manifests checked. Each slot opens its own [`Model`]s from it.
#[derive(Debug, Clone)]
pub struct Registry {
    runtime: Runtime,
    folder: PathBuf,
    manifests: BTreeMap<Task, Manifest>,
}

/// The models behind an event, each `name@version` (contract.md §2.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ModelSet {
    /// Told what kind of page it is.
    pub classifier: String,
    /// Found the fields.
    pub extractor: String,
    /// Found signatures and stamps.
    pub marks: String,
    /// Read the text.
    pub recognizer: String,
    /// Scored the charges.
    pub accessorials: String,
}

impl ModelSet {
    /// Where no model had a part.
    #[must_use]
    pub fn none() -> Self {
        let none = || "none".to_owned();
        Self {
            classifier: none(),
            extractor: none(),
            marks: none(),
            recognizer: none(),
            accessorials: none(),
        }
    }

    /// Those that read, in one line: the part of an upload's and an event's id that tells model sets apart. Who scores charges is no part of it:
    /// charges are scored again and again without an upload being read again.
    #[must_use]
    pub fn readers(&self) -> String {
        [
            &self.classifier,
            &self.extractor,
            &self.marks,
            &self.recognizer,
        ]
        .map(String::as_str)
        .join(" ")
    }

    /// All of them in one line, for people.
    #[must_use]
    pub fn line(&self) -> String {
        [
            &self.classifier,
            &self.extractor,
            &self.marks,
            &self.recognizer,
            &self.accessorials,
        ]
        .map(String::as_str)
        .join(" ")
    }
}

impl Registry {
    /// Reads the manifests of the newest version of every model in `models` and checks the hashes of their files;
    /// third-party weights lie in `native`.
    ///
    /// # Errors
    /// Those of [`Manifest::load`], and `Malformed` when two models have one task.
    pub fn open(runtime: Runtime, models: &Path, native: &Path) -> Result<Self, InferenceError> {
        Ok(Self {
            runtime,
            folder: models.to_owned(),
            manifests: Self::manifests(models, native)?,
        })
    }

    /// One whose models were chosen already; `folder` is where they lie.
    #[must_use]
    pub fn of(runtime: Runtime, folder: &Path, manifests: BTreeMap<Task, Manifest>) -> Self {
        Self {
            runtime,
            folder: folder.to_owned(),
            manifests,
        }
    }

    /// The same with another model for one task.
    #[must_use]
    pub fn with(&self, manifest: Manifest) -> Self {
        let mut manifests = self.manifests.clone();
        manifests.insert(manifest.task, manifest);
        Self::of(self.runtime.clone(), &self.folder, manifests)
    }

    /// The manifest of the newest version for each task, without loading any graph.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn manifests(
        models: &Path,
        native: &Path,
    ) -> Result<BTreeMap<Task, Manifest>, InferenceError> {
        let mut manifests: BTreeMap<Task, Manifest> = BTreeMap::new();
        for name in folders(models)? {
            let versions = folders(&name)?;
            let Some(newest) = versions.into_iter().filter_map(version).max() else {
                continue; // not a model, as models/training
            };
            let newest = name.join(newest.to_string());
            if newest.join("weights.toml").is_file() {
                continue; // no graph: shipments are matched by it
            }
            let manifest = Manifest::load(&newest, native)?;
            if let Some(other) = manifests.get(&manifest.task) {
                return Err(InferenceError::Malformed {
                    path: name,
                    reason: format!("{} is for {} already", other.id(), manifest.task),
                });
            }
            manifests.insert(manifest.task, manifest);
        }
        Ok(manifests)
    }

    /// A model that finds and reads text.
    ///
    /// # Errors
    /// `ModelMissing`, and those of [`Model::open`].
    pub fn text(&self) -> Result<Model, InferenceError> {
        self.model(Task::Text)
    }

    /// A model that tells what kind of page it is.
    ///
    /// # Errors
    /// `ModelMissing`, and those of [`Model::open`].
    pub fn page_class(&self) -> Result<Model, InferenceError> {
        self.model(Task::PageClass)
    }

    /// A model that labels words as fields.
    ///
    /// # Errors
    /// `ModelMissing`, and those of [`Model::open`].
    pub fn fields(&self) -> Result<Model, InferenceError> {
        self.model(Task::Fields)
    }

    /// A model that finds signatures and stamps.
    ///
    /// # Errors
    /// `ModelMissing`, and those of [`Model::open`].
    pub fn marks(&self) -> Result<Model, InferenceError> {
        self.model(Task::Marks)
    }

    /// A model that scores charges; `None` where rules alone do.
    ///
    /// # Errors
    /// Those of [`Model::open`].
    pub fn charges(&self) -> Result<Option<Model>, InferenceError> {
        let there = self.manifests.contains_key(&Task::Charges);
        there.then(|| self.model(Task::Charges)).transpose()
    }

    /// Opens the model that serves a task.
    ///
    /// # Errors
    /// `ModelMissing`, and those of [`Model::open`].
    pub fn model(&self, task: Task) -> Result<Model, InferenceError> {
        Model::open(&self.runtime, self.manifest(task)?.clone())
    }

    /// The names of all that serve, for events.
    ///
    /// # Errors
    /// `ModelMissing` when a task but `charges` has no model; charges have rules of their own.
    pub fn set(&self) -> Result<ModelSet, InferenceError> {
        let name = |task| self.manifest(task).map(Manifest::id);
        Ok(ModelSet {
            classifier: name(Task::PageClass)?,
            extractor: name(Task::Fields)?,
            marks: name(Task::Marks)?,
            recognizer: name(Task::Text)?,
            accessorials: name(Task::Charges).unwrap_or_else(|_| CHARGE_RULES.to_owned()),
        })
    }

    /// The manifests that serve, one a task.
    pub fn serving(&self) -> impl Iterator<Item = &Manifest> {
        self.manifests.values()
    }

    fn manifest(&self, task: Task) -> Result<&Manifest, InferenceError> {
        self.manifests
            .get(&task)
            .ok_or_else(|| InferenceError::ModelMissing {
                task,
                folder: self.folder.clone(),
            })
    }
}

/// The number that a version's folder is named.
fn version(folder: PathBuf) -> Option<u32> {
    folder.file_name()?.to_str()?.parse().ok()
}

/// The folders in a folder, by name.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, InferenceError> {
    let unreadable = |source| InferenceError::FileUnreadable {
        path: folder.to_owned(),
        source,
    };
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(models: &Path, name: &str, version: u32, task: &str) {
        let folder = models.join(name).join(version.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("model.onnx"), "\x3a\0").unwrap();
        let manifest = format!(
            r#"
            schema = 1
            task = "{task}"
            name = "{name}"
            version = {version}
            licence = "Apache-2.0"
            files = {{ "model.onnx" = "7648eb81c4e9fef7b51879c6fcd6fb4b8863eea0cb2a978c508711dc52c80041" }}
            inputs = [{{ name = "a", dtype = "f32", shape = ["N"] }}]
            outputs = [{{ name = "b", dtype = "f32", shape = ["N"] }}]
            "#
        );
        std::fs::write(folder.join("manifest.toml"), manifest).unwrap();
    }

    #[test]
    fn the_newest_version_serves_and_folders_that_are_no_models_do_not_matter() {
        let models = tempfile::tempdir().unwrap();
        for version in [2, 10, 9] {
            write(models.path(), "marks", version, "marks");
        }
        write(models.path(), "fields", 1, "fields");
        std::fs::create_dir_all(models.path().join("training/recipes")).unwrap();
        let manifests = Registry::manifests(models.path(), models.path()).unwrap();
        let ids: Vec<String> = manifests.values().map(Manifest::id).collect();
        assert_eq!(ids, ["fields@1", "marks@10"]);
    }

    #[test]
    fn two_models_for_one_task_are_refused() {
        let models = tempfile::tempdir().unwrap();
        write(models.path(), "marks", 1, "marks");
        write(models.path(), "other", 1, "marks");
        let error = Registry::manifests(models.path(), models.path()).unwrap_err();
        assert!(
            error.to_string().contains("marks@1 is for marks already"),
            "{error}"
        );
    }

    /// The set-up checks the weights by one list, the program by the manifest.
    #[test]
    fn the_set_up_fetches_what_the_manifest_of_the_text_model_wants() {
        let fetched = include_str!("../../scripts/native.sha256");
        let wanted = include_str!("../../models/text/2/manifest.toml");
        let shared = fetched.lines().filter(|line| {
            let (hash, file) = line.split_once("  ").unwrap();
            wanted.contains(&format!("\"native/{file}\" = \"{hash}\""))
        });
        assert_eq!(shared.count(), 1);
    }
}
