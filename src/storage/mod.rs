//! Storage: where the bytes of uploads come from and where cut-out documents go.
//!
//! In: the name of an object. Out: its bytes, or the [`Location`] that a cut-out document was stored at. Refuses what is no plain file
//! and what has more bytes than the caller allows; nothing is read beyond that cap.

pub mod folder;
pub mod s3;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{ObjectRef, Sha256};
use crate::fault::{Cause, Fault, RejectReason};

/// Where a cut-out document was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Bucket name, `"file"` for local files.
    pub bucket: String,
    /// Object key or path.
    pub key: String,
}

/// An object as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// All of its bytes.
    pub bytes: Vec<u8>,
    /// Its entity tag without quotes, where the store gives one.
    pub etag: Option<String>,
}

/// A place for uploads and cut-out documents.
#[derive(Debug, Clone)]
pub enum Storage {
    /// Files of this machine; cut-out documents go below the folder.
    Folder(PathBuf),
    /// An S3-compatible store.
    S3(s3::S3),
}

impl Storage {
    /// An object, its bytes at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`]; an object of exactly `limit` bytes is read.
    pub async fn fetch(&self, object: &ObjectRef, limit: u64) -> Result<Fetched, StorageError> {
        match self {
            Self::Folder(_) => {
                let path = PathBuf::from(&object.key);
                let read = blocking(&object.key, move || folder::read_capped(&path, limit)).await;
                read.map(|bytes| Fetched { bytes, etag: None })
            }
            Self::S3(store) => store.fetch(object, limit).await,
        }
    }

    /// Stores a cut-out document of `object`, under a name that its content gives: the same bytes lie at the same place, once.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn store(&self, object: &ObjectRef, pdf: Vec<u8>) -> Result<Location, StorageError> {
        match self {
            Self::Folder(data) => {
                let data = data.clone();
                blocking(&object.key, move || folder::store_attachment(&data, &pdf)).await
            }
            Self::S3(store) => store.store(&object.bucket, pdf).await,
        }
    }
}

impl Storage {
    /// Keeps something beside the cut-out documents of `object`, under a name of its own.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn keep(
        &self,
        object: &ObjectRef,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<(), StorageError> {
        match self {
            Self::Folder(data) => {
                let path = data.join(name);
                blocking(&object.key, move || folder::keep(&path, &bytes)).await
            }
            Self::S3(store) => store.keep(&object.bucket, name, bytes).await,
        }
    }

    /// What was kept beside the cut-out documents of `object`, at most `limit` bytes.
    ///
    /// # Errors
    /// [`StorageError`]; `NotFound` where nothing was kept.
    pub async fn kept(
        &self,
        object: &ObjectRef,
        name: &str,
        limit: u64,
    ) -> Result<Vec<u8>, StorageError> {
        let (bucket, key) = match self {
            Self::Folder(data) => (object.bucket.clone(), data.join(name).display().to_string()),
            Self::S3(store) => store.place_of(&object.bucket, name),
        };
        let kept = ObjectRef {
            bucket,
            key,
            version: None,
            etag: None,
        };
        Ok(self.fetch(&kept, limit).await?.bytes)
    }
}

async fn blocking<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    let died = |error: tokio::task::JoinError| StorageError::Failed {
        name: name.to_owned(),
        source: error.into(),
    };
    tokio::task::spawn_blocking(work).await.map_err(died)?
}

/// The name of a cut-out document: `<first two digits>/<sha256>.pdf`, so that no folder grows too large.
fn shelved(pdf: &[u8]) -> String {
    let sha256 = Sha256::of(pdf);
    let shelf: String = sha256.as_str().chars().take(2).collect();
    format!("{shelf}/{sha256}.pdf")
}

/// Why bytes could not be read or stored.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// No such object.
    #[error("{0} does not exist")]
    NotFound(String),
    /// The store says no.
    #[error("{0} may not be accessed: check its permissions, or the credentials")]
    AccessDenied(String),
    /// More bytes than allowed.
    #[error("{name} has more than the {limit} bytes that limits.bytes allows")]
    TooLarge {
        /// The object.
        name: String,
        /// The cap, in bytes.
        limit: u64,
    },
    /// A folder, pipe, socket or device.
    #[error("{0} is no plain file")]
    NotAFile(String),
    /// The path is not UTF-8, so no event could name it.
    #[error("{0} is not UTF-8: rename it")]
    NotUtf8(String),
    /// The store does not answer, answers too slowly, or has a fault of its own; or any other failure of the file system.
    #[error("{name} failed: {source}")]
    Failed {
        /// The object.
        name: String,
        /// Why.
        source: Cause,
    },
}

impl From<StorageError> for Fault {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NotFound(_) => RejectReason::NotFound.into(),
            StorageError::TooLarge { .. } => RejectReason::TooLarge.into(),
            StorageError::NotAFile(_) => RejectReason::UnsupportedType.into(),
            // What is denied today is granted once somebody has mended a policy; the upload is no worse for that.
            StorageError::AccessDenied(_)
            | StorageError::NotUtf8(_)
            | StorageError::Failed { .. } => Self::retry("storage", error),
        }
    }
}
