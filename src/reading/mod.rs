//! Reading: from the bytes of an upload to upright pages with words, bar codes and quality.
//!
//! In: bytes. Out: [`Page`]s. Refuses what [`RejectReason`](crate::fault::RejectReason) names. Everything that parses
//! hostile bytes runs in sandboxed reader children; the text models run in the parent.

mod page;

// The warm, sandboxed children that parse.
pub mod child;
mod limits;
mod pool;
mod process;
mod protocol;
mod sandbox;

// What runs inside a child only.
mod barcode;
mod cut;
mod engines;
mod image;
mod pdf;
mod reading_order;
mod tesseract;
mod upload;

pub use limits::{Limits, ReaderSettings};
pub use page::*;
pub use pool::Reader;
pub use protocol::{FileKind, LineReading, Opened, RawPage};
pub use sandbox::{Enforcement, SandboxReport, probe_sandbox};
