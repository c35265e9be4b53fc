//! Reading: from the bytes of an upload to upright pages with words, bar codes and quality.
//!
//! In: bytes. Out: [`Page`]s. Refuses what [`RejectReason`](crate::fault::RejectReason) names. Everything that parses
//! hostile bytes runs in sandboxed reader children; the text models run in the parent.

// What is handed on, and kept.
pub mod kept;
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
mod shades;
mod tesseract;
mod upload;

// What reads pictures of pages, in the parent.
mod closer_look;
mod components;
mod ctc;
mod detection;
mod line;
mod orientation;
mod quality;
mod read_page;
mod recognition;
mod run_together;
mod second_opinion;
mod show_through;
mod specks;
mod text;
mod torn_apart;

pub use limits::{Limits, ReaderSettings};
pub use page::*;
pub use pool::{Reader, children_started};
pub use protocol::{FileKind, LineReading, Opened, RawPage};
pub use read_page::read_page;
pub use sandbox::{Enforcement, OUT_OF_MEMORY_EXIT, SandboxReport, limit_to, probe_sandbox};
pub use text::{TextLine, TextReader, TextReading};
