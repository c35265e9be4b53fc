//! Reading: from the bytes of an upload to upright pages with words, bar codes and quality.
//!
//! In: bytes. Out: [`Page`]s. Refuses what [`RejectReason`](crate::fault::RejectReason) names. Everything that parses
//! hostile bytes runs in sandboxed reader children; the text models run in the parent.

mod components;
mod ctc;
mod detection;
mod line;
mod order;
mod orientation;
mod page;
pub mod quality;
mod recognition;
mod second_opinion;
mod text;

pub use page::*;
pub use text::{TextReader, TextReading};
