//! Settings: raw as written, resolved as used.
//!
//! In: the embedded `defaults.toml` (which is their documentation), a file, environment variables. Out: [`Settings`]. Refuses
//! unknown keys and wrong values by name. The only place that reads the environment.

mod service;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

pub use self::service::{
    ExceptionSettings, RabbitMqSettings, RepositorySettings, SecretUrl, SweepSettings,
    TelemetrySettings, WorkerSettings,
};
use crate::reading::ReaderSettings;
use crate::storage::s3::S3Settings;

/// The defaults, which double as documentation.
pub const DEFAULTS: &str = include_str!("defaults.toml");
/// Every variable that starts so is a setting.
const PREFIX: &str = "COUNTERSIGN_";

/// Settings as used.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder with `models/` and `native/`.
    pub home: PathBuf,
    /// Uploads read at once.
    pub slots: usize,
    /// Threads of each model's graph; more slots scale better, so more than one only after [`Settings::for_uploads`].
    #[serde(skip, default = "one")]
    pub threads: usize,
    /// Whose shipments documents are matched with.
    pub tenant: String,
    /// Billing profiles; empty for the built-in one.
    pub profiles: PathBuf,
    /// Where the ledger, events and cut-out documents are kept.
    pub data: PathBuf,
    /// URL of the ledger's database; empty for a file in `data`.
    pub ledger: SecretUrl,
    /// Lowest level of log lines.
    pub log: LogLevel,
    /// How they are written.
    pub log_format: LogFormat,
    /// Where more models are.
    pub repository: RepositorySettings,
    /// What people look at.
    pub exceptions: ExceptionSettings,
    /// Reader children.
    pub reader: ReaderSettings,
    /// The broker.
    pub rabbitmq: RabbitMqSettings,
    /// The object store.
    pub s3: S3Settings,
    /// The life of a worker.
    pub worker: WorkerSettings,
    /// Looking for what no notice told of.
    pub sweep: SweepSettings,
    /// Traces.
    pub telemetry: TelemetrySettings,
}

/// Levels of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the usual levels")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

/// Ways to write log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogFormat {
    Text,
    Json,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the settings file {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{path}: {source}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: toml::de::Error,
    },
    /// A key that no setting has.
    #[error("unknown setting `{key}` in {origin}; did you mean `{nearest}`?")]
    Unknown {
        /// Dotted key.
        key: String,
        /// File or variable.
        origin: String,
        /// The known key that looks most like it.
        nearest: String,
    },
    /// A value that its key cannot take.
    #[error("setting {0}")]
    Wrong(String),
}

impl Settings {
    /// Reads defaults, then `file`, then the environment.
    ///
    /// # Errors
    /// [`SettingsError`], naming the key and where it was set.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "settings are where the environment is read"
        )]
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::resolve(file, variables)
    }

    fn resolve(
        file: Option<&Path>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let known: Table = DEFAULTS
            .parse()
            .map_err(|error: toml::de::Error| SettingsError::Wrong(error.to_string()))?;
        let mut merged = known.clone();
        if let Some(path) = file {
            let text =
                std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable {
                    path: path.to_owned(),
                    source,
                })?;
            let table = text
                .parse::<Table>()
                .map_err(|source| SettingsError::Malformed {
                    path: path.to_owned(),
                    source,
                })?;
            merge(&mut merged, table, &known, &path.display().to_string(), "")?;
        }
        for (name, value) in variables {
            if let Some(key) = name.strip_prefix(PREFIX) {
                let keys: Vec<String> = key
                    .to_ascii_lowercase()
                    .split("__")
                    .map(str::to_owned)
                    .collect();
                merge(&mut merged, nested(&keys, &value), &known, &name, "")?;
            }
        }
        let settings = Value::Table(merged).try_into::<Self>();
        settings
            .map_err(|error| SettingsError::Wrong(error.to_string().trim().replace('\n', " ")))
            .map(Self::found)
    }

    /// Fills in what is left to be found out: home, slots, the native library.
    fn found(mut self) -> Self {
        if self.home.as_os_str().is_empty() {
            self.home = home();
        }
        if self.slots == 0 {
            self.slots = std::thread::available_parallelism().map_or(1, usize::from);
        }
        self.reader.pdfium = self.native().join("pdfium/libpdfium.so");
        self
    }

    /// With no more slots than there are uploads; the threads that this frees go to the models.
    #[must_use]
    pub fn for_uploads(self, uploads: usize) -> Self {
        let slots = self.slots.min(uploads).max(1);
        Self {
            threads: (self.slots / slots).max(1),
            slots,
            ..self
        }
    }

    /// Folder of third-party libraries and weights.
    #[must_use]
    pub fn native(&self) -> PathBuf {
        self.home.join("native")
    }

    /// Folder of models.
    #[must_use]
    pub fn models(&self) -> PathBuf {
        self.home.join("models")
    }

    /// Folder of models that were fetched from the object store.
    #[must_use]
    pub fn fetched_models(&self) -> PathBuf {
        self.data.join("models")
    }

    /// The ONNX Runtime library.
    #[must_use]
    pub fn onnx_runtime(&self) -> PathBuf {
        self.native().join("onnxruntime/libonnxruntime.so")
    }
}

fn one() -> usize {
    1
}

/// The working directory, or the nearest folder above the program that has `models` and `native`.
fn home() -> PathBuf {
    let complete = |folder: &Path| folder.join("models").is_dir() && folder.join("native").is_dir();
    let here = PathBuf::from(".");
    let program = std::env::current_exe().unwrap_or_default();
    let above = program.ancestors().find(|folder| complete(folder));
    if complete(&here) {
        here
    } else {
        above.map_or(here, Path::to_owned)
    }
}

/// `["reader", "limits", "pages"], "50"` → `reader.limits.pages = 50`. What is no TOML value is text.
fn nested(keys: &[String], text: &str) -> Table {
    let parsed = format!("value = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("value"));
    let mut value = parsed.unwrap_or_else(|| Value::String(text.to_owned()));
    for key in keys.iter().skip(1).rev() {
        value = Value::Table(Table::from_iter([(key.clone(), value)]));
    }
    keys.first()
        .map(|key| Table::from_iter([(key.clone(), value)]))
        .unwrap_or_default()
}

fn merge(
    into: &mut Table,
    from: Table,
    known: &Table,
    origin: &str,
    above: &str,
) -> Result<(), SettingsError> {
    for (key, value) in from {
        let path = if above.is_empty() {
            key.clone()
        } else {
            format!("{above}.{key}")
        };
        match (known.get(&key), into.get_mut(&key), value) {
            (Some(Value::Table(known)), Some(Value::Table(into)), Value::Table(from)) => {
                merge(into, from, known, origin, &path)?;
            }
            (Some(Value::String(_)), Some(kept), Value::Integer(number)) => {
                *kept = Value::String(number.to_string())
            }
            (Some(default), Some(kept), value) if default.same_type(&value) => *kept = value,
            (Some(default), ..) => {
                return Err(SettingsError::Wrong(format!(
                    "`{path}` in {origin} must be a {}",
                    default.type_str()
                )));
            }
            (None, ..) => {
                let nearest = nearest(&key, known);
                return Err(SettingsError::Unknown {
                    key: path,
                    origin: origin.to_owned(),
                    nearest,
                });
            }
        }
    }
    Ok(())
}

fn nearest(key: &str, known: &Table) -> String {
    let near = known
        .keys()
        .max_by(|a, b| strsim::jaro(a, key).total_cmp(&strsim::jaro(b, key)));
    near.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let owned: Vec<_> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Settings::resolve(None, owned.into_iter())
    }

    #[test]
    fn the_defaults_are_complete_and_those_of_the_code() {
        let settings = with(&[]).unwrap();
        assert_eq!(settings.reader.limits, crate::reading::Limits::default());
        assert!(settings.slots >= 1);
    }

    #[test]
    fn a_variable_sets_a_nested_key() {
        let settings = with(&[
            ("COUNTERSIGN_READER__LIMITS__PAGES", "50"),
            ("COUNTERSIGN_TENANT", "acme"),
        ])
        .unwrap();
        assert_eq!(settings.reader.limits.pages, 50);
        assert_eq!(settings.tenant, "acme");
    }

    #[test]
    fn an_unknown_key_is_named_with_the_nearest_known_one() {
        let error = with(&[("COUNTERSIGN_READER__LIMITS__PAGSE", "50")])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("reader.limits.pagse") && error.contains("`pages`"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_type_is_named() {
        let error = with(&[("COUNTERSIGN_SLOTS", "many")])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("slots") && error.contains("integer"),
            "{error}"
        );
    }

    #[test]
    fn a_file_is_overridden_by_variables() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, "tenant = \"file\"\nslots = 3\n").unwrap();
        let variables = [("COUNTERSIGN_TENANT".to_owned(), "variable".to_owned())];
        let settings = Settings::resolve(Some(&path), variables.into_iter()).unwrap();
        assert_eq!((settings.tenant.as_str(), settings.slots), ("variable", 3));
    }

    #[test]
    fn fewer_uploads_than_slots_leave_their_threads_to_the_models() {
        let shared = |slots: usize, uploads: usize| {
            let slots = slots.to_string();
            let settings = with(&[("COUNTERSIGN_SLOTS", slots.as_str())]).unwrap();
            let settings = settings.for_uploads(uploads);
            (settings.slots, settings.threads)
        };
        assert_eq!(shared(2, 40), (2, 1));
        assert_eq!(shared(8, 3), (3, 2));
        assert_eq!(shared(4, 1), (1, 4));
        assert_eq!(shared(4, 0), (1, 4));
    }
}
