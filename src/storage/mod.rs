//! Storage: where the bytes of uploads come from and where cut-out documents go.
//!
//! In: a path. Out: its bytes, or the [`Location`] that a cut-out document was stored at. Refuses what is no plain file
//! and what has more bytes than the caller allows; nothing is read beyond that cap.

pub mod folder;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, RejectReason};

/// Where a cut-out document was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Bucket name, `"file"` for local files.
    pub bucket: String,
    /// Object key or path.
    pub key: String,
}

/// Why bytes could not be read or stored.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// No such file.
    #[error("{0} does not exist")]
    NotFound(PathBuf),
    /// The file system says no.
    #[error("{0} may not be accessed: check its permissions")]
    AccessDenied(PathBuf),
    /// More bytes than allowed.
    #[error("{path} has more than the {limit} bytes that limits.bytes allows")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The cap, in bytes.
        limit: u64,
    },
    /// A folder, pipe, socket or device.
    #[error("{0} is no plain file")]
    NotAFile(PathBuf),
    /// The path is not UTF-8, so no event could name it.
    #[error("{0} is not UTF-8: rename it")]
    NotUtf8(PathBuf),
    /// Any other failure of the file system.
    #[error("{path} failed: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl From<StorageError> for Fault {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NotFound(_) => RejectReason::NotFound.into(),
            StorageError::TooLarge { .. } => RejectReason::TooLarge.into(),
            StorageError::NotAFile(_) => RejectReason::UnsupportedType.into(),
            StorageError::AccessDenied(_) | StorageError::NotUtf8(_) | StorageError::Io { .. } => {
                Self::retry("storage", error)
            }
        }
    }
}
