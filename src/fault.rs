//! What can go wrong with an upload, by what has to happen next: try again, reject the upload with a reason, or
//! stop the program. What a document *lacks* is no fault but a value of the decision.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why an upload cannot be processed; the `reason` of `countersign.upload.rejected.v1` (contract.md §2.1).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// Damaged or cut short.
    #[error("the file is damaged or cut short")]
    Corrupt,
    /// Needs a password.
    #[error("the file is encrypted and needs a password")]
    Encrypted,
    /// No type that Countersign reads.
    #[error("the file is no PDF, TIFF, JPEG, PNG, WebP or BMP")]
    UnsupportedType,
    /// More bytes than `limits.bytes`.
    #[error("the file has more bytes than limits.bytes allows")]
    TooLarge,
    /// More pages than `limits.pages`.
    #[error("the file has more pages than limits.pages allows")]
    TooManyPages,
    /// More pixels than `limits.page_pixels` or `limits.document_pixels`.
    #[error("the file has more pixels than limits.page_pixels or limits.document_pixels allows")]
    TooManyPixels,
    /// Took longer than `limits.page_seconds` or `limits.document_seconds`.
    #[error(
        "reading the file took longer than limits.page_seconds or limits.document_seconds allows"
    )]
    TimedOut,
    /// Needed more memory than `limits.reader_memory_mb`.
    #[error("reading the file needs more memory than limits.reader_memory_mb allows")]
    OutOfMemory,
    /// The reader child died on it.
    #[error("a parser crashed on the file; the reader child that ran it was replaced")]
    ParserCrashed,
    /// No bytes or no pages.
    #[error("the file holds no page")]
    Empty,
    /// No such object.
    #[error("there is no such file")]
    NotFound,
}

/// A fault of the machinery, by what has to happen next.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Something around the upload is down; the same upload may work later.
    #[error("{what}: {source}")]
    Retry {
        /// What was being done.
        what: &'static str,
        /// Why it failed.
        source: Cause,
    },
    /// The upload itself cannot be processed: an outcome, with a reason.
    #[error("{0}")]
    Reject(RejectReason),
    /// The program cannot work as it is set up: stop with a non-zero exit code.
    #[error("{what}: {source}")]
    Fatal {
        /// What was being done.
        what: &'static str,
        /// Why it failed.
        source: Cause,
    },
}

/// The error under a fault.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Fault {
    /// A fault that may pass.
    pub fn retry(what: &'static str, source: impl Into<Cause>) -> Self {
        Self::Retry {
            what,
            source: source.into(),
        }
    }

    /// A fault that will not pass.
    pub fn fatal(what: &'static str, source: impl Into<Cause>) -> Self {
        Self::Fatal {
            what,
            source: source.into(),
        }
    }
}

impl From<RejectReason> for Fault {
    fn from(reason: RejectReason) -> Self {
        Self::Reject(reason)
    }
}
