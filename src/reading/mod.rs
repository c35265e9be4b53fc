//! Reading: from the bytes of an upload to upright pages with words, bar codes and quality.
//!
//! In: bytes. Out: [`Page`]s. Refuses what [`RejectReason`](crate::fault::RejectReason) names. Everything that parses
//! hostile bytes runs in sandboxed reader children; the text models run in the parent.

mod page;
pub mod quality;

pub use page::*;
