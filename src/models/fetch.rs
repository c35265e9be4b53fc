//! Fetching: versions of models that lie below a prefix of an object store are copied beside the data.
//!
//! A version counts once its manifest is there, which is written last, and once it was examined: what may not serve is not kept. What was copied is
//! never copied again: a version does not change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::ModelName;
use super::check::check;
use crate::document::ObjectRef;
use crate::fault::Fault;
use crate::inference::LARGEST;
use crate::settings::Settings;
use crate::storage::s3::S3;
use crate::storage::{Storage, StorageError};

/// What a version's last file is called.
const MANIFEST: &str = "manifest.toml";
/// Files that a version may have; a bundle has six.
const MOST_FILES: usize = 200;

/// The prefix with models.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Prefix {
    bucket: String,
    /// Ends with a slash, unless it is empty.
    key: String,
}

/// Copies all versions that are new. Says which, and why others were not copied.
///
/// # Errors
/// [`Fault::Fatal`] for a setting that names no prefix or a folder that cannot be written, [`Fault::Retry`] for a store that does not answer.
pub async fn fetch(settings: &Settings) -> Result<Vec<(ModelName, Result<(), String>)>, Fault> {
    let Some(prefix) = Prefix::of(&settings.repository.s3)? else {
        return Ok(Vec::new());
    };
    let store = S3::open(&settings.s3).await;
    let there = prefix.versions(&store).await.map_err(Fault::from)?;
    let storage = Storage::S3(store);
    let mut fetched = Vec::new();
    for (model, files) in there {
        if place(&settings.fetched_models(), &model)
            .join(MANIFEST)
            .is_file()
        {
            continue;
        }
        let copied = copy(settings, &storage, &prefix, &model, &files).await;
        fetched.push((model, copied));
    }
    Ok(fetched)
}

impl Prefix {
    fn of(text: &str) -> Result<Option<Self>, Fault> {
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = || {
            let error = anyhow::anyhow!("{text:?} is no prefix: write it as s3://BUCKET/PREFIX");
            Fault::fatal("setting `repository.s3`", error)
        };
        let rest = text.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong());
        }
        let key = key.trim_matches('/');
        let key = if key.is_empty() {
            String::new()
        } else {
            format!("{key}/")
        };
        Ok(Some(Self {
            bucket: bucket.to_owned(),
            key,
        }))
    }

    /// The versions whose manifest is there, with the names of their files.
    async fn versions(
        &self,
        store: &S3,
    ) -> Result<BTreeMap<ModelName, BTreeSet<String>>, StorageError> {
        let mut versions: BTreeMap<ModelName, BTreeSet<String>> = BTreeMap::new();
        let mut after: Option<String> = None;
        loop {
            let page = store
                .list(&self.bucket, &self.key, after.as_deref())
                .await?;
            for object in &page {
                if let Some((model, file)) = self.parts(&object.key) {
                    versions.entry(model).or_default().insert(file);
                }
            }
            match page.last() {
                Some(last) => after = Some(last.key.clone()),
                None => break,
            }
        }
        versions.retain(|_, files| files.contains(MANIFEST));
        Ok(versions)
    }

    /// Version and file of a key, as `page-class/2/golden/input.json`.
    fn parts(&self, key: &str) -> Option<(ModelName, String)> {
        let rest = key.strip_prefix(&self.key)?;
        let (name, rest) = rest.split_once('/')?;
        let (version, file) = rest.split_once('/')?;
        let model = format!("{name}@{version}").parse().ok()?;
        let plain = file
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..");
        plain.then(|| (model, file.to_owned()))
    }
}

async fn copy(
    settings: &Settings,
    storage: &Storage,
    prefix: &Prefix,
    model: &ModelName,
    files: &BTreeSet<String>,
) -> Result<(), String> {
    if files.len() > MOST_FILES {
        return Err(format!("it has more than {MOST_FILES} files"));
    }
    let folder = settings.fetched_models();
    let said = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(said)?;
    // Beside its place, so that it gets there at once.
    let beside = tempfile::Builder::new()
        .prefix(".fetching-")
        .tempdir_in(&folder);
    let beside = beside.map_err(said)?;
    let half = place(beside.path(), model);
    let mut left = LARGEST;
    for file in files {
        let object = ObjectRef {
            bucket: prefix.bucket.clone(),
            key: format!("{}{}/{}/{file}", prefix.key, model.name, model.version),
            version: None,
            etag: None,
        };
        let fetched = storage.fetch(&object, left).await;
        let bytes = fetched.map_err(|error| format!("{file}: {error}"))?.bytes;
        left = left.saturating_sub(bytes.len() as u64);
        write(&half.join(file), &bytes).map_err(said)?;
    }
    // In a process with limits: what a stranger put there is not taken apart in this one.
    let (asked, examined) = (settings.clone(), half.clone());
    let verdict = tokio::task::spawn_blocking(move || check(&asked, &examined)).await;
    let verdict = verdict.map_err(|error| error.to_string())?;
    let verdict = verdict.map_err(|fault| fault.to_string())?;
    if !verdict.may_serve() {
        return Err(verdict.mismatches.join("; "));
    }
    let whole = place(&folder, model);
    std::fs::create_dir_all(folder.join(&model.name)).map_err(said)?;
    std::fs::rename(&half, &whole).map_err(said)
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes)
}

fn place(folder: &Path, model: &ModelName) -> PathBuf {
    folder.join(&model.name).join(model.version.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_bucket_and_what_keys_begin_with() {
        let prefix = |text| Prefix::of(text).unwrap();
        assert_eq!(prefix(""), None);
        let told = |text| prefix(text).map(|one| (one.bucket, one.key)).unwrap();
        assert_eq!(told("s3://b"), ("b".to_owned(), String::new()));
        assert_eq!(
            told("s3://b/ml/pod/"),
            ("b".to_owned(), "ml/pod/".to_owned())
        );
        for wrong in ["b/ml", "https://b/ml", "s3://", "s3:///ml"] {
            assert!(Prefix::of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_that_name_no_file_of_a_version_are_passed_over() {
        let prefix = Prefix::of("s3://b/ml").unwrap().unwrap();
        let (model, file) = prefix.parts("ml/page-class/2/golden/input.json").unwrap();
        assert_eq!(
            (model.to_string().as_str(), file.as_str()),
            ("page-class@2", "golden/input.json")
        );
        for key in [
            "ml/page-class/2/",
            "ml/page-class/two/model.onnx",
            "ml/../1/x",
            "ml/a/1/../../x",
            "other/a/1/x",
            "ml/readme",
        ] {
            assert!(prefix.parts(key).is_none(), "{key}");
        }
    }
}
