//! The repository: which models there are.
//!
//! In: folders `<name>/<version>` with a manifest, which is written last. Out: shelves, one for each version. A version whose files are not the
//! ones in its manifest is there, but refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use crate::inference::ModelName;
use crate::inference::{InferenceError, Manifest, Registry, Task};
use crate::settings::Settings;

/// Folders with models; a version in an earlier one hides the same in a later one.
#[derive(Debug, Clone)]
pub struct Repository {
    folders: Vec<PathBuf>,
    native: PathBuf,
}

/// One version of a model.
#[derive(Debug)]
pub struct Shelf {
    /// Its name.
    pub model: ModelName,
    /// Its manifest, or why it is refused.
    pub manifest: Result<Manifest, InferenceError>,
}

impl Repository {
    /// The one that the settings name.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            folders: vec![settings.models(), settings.fetched_models()],
            native: settings.native(),
        }
    }

    /// One in a folder.
    #[must_use]
    pub fn at(folder: &Path, native: &Path) -> Self {
        Self {
            folders: vec![folder.to_owned()],
            native: native.to_owned(),
        }
    }

    /// All versions whose manifest is there, by name and version.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn shelves(&self) -> std::io::Result<Vec<Shelf>> {
        let mut models = Vec::new();
        for folder in &self.folders {
            for (name, folder) in folders_if_there(folder)? {
                let versions = folders_if_there(&folder)?.into_iter();
                let versions =
                    versions.filter(|(_, folder)| folder.join("manifest.toml").is_file());
                models.extend(versions.filter_map(|(version, _)| {
                    format!("{name}@{version}").parse::<ModelName>().ok()
                }));
            }
        }
        models.sort();
        models.dedup();
        let shelves = models.into_iter().map(|model| Shelf {
            manifest: self.manifest(&model),
            model,
        });
        Ok(shelves.collect())
    }

    /// The newest version for each task.
    ///
    /// # Errors
    /// Those of [`Registry::manifests`].
    pub fn newest(&self) -> Result<BTreeMap<Task, Manifest>, InferenceError> {
        // What was fetched from elsewhere serves only where somebody says so.
        let own = self.folders.first();
        own.map_or_else(
            || Ok(BTreeMap::new()),
            |own| Registry::manifests(own, &self.native),
        )
    }

    /// The manifest of a version, its files checked.
    ///
    /// # Errors
    /// Those of [`Manifest::load`].
    pub fn manifest(&self, model: &ModelName) -> Result<Manifest, InferenceError> {
        Manifest::load(&self.folder(model), &self.native)
    }

    /// Where a version lies, or would lie.
    #[must_use]
    pub fn folder(&self, model: &ModelName) -> PathBuf {
        let place = |folder: &PathBuf| folder.join(&model.name).join(model.version.to_string());
        let there = self.folders.iter().map(place);
        let there = there
            .clone()
            .find(|folder| folder.join("manifest.toml").is_file());
        there.unwrap_or_else(|| self.folders.first().map(place).unwrap_or_default())
    }
}

/// The folders in a folder with their names; none where it is not there.
fn folders_if_there(folder: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    match folders(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

fn folders(folder: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path.is_dir() {
            found.push((entry.file_name().to_string_lossy().into_owned(), path));
        }
    }
    Ok(found)
}
