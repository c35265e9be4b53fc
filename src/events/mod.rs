//! Events: what Countersign tells other programs, as `CloudEvents` 1.0 (contract.md §2).
//!
//! In: what the stages found about a document. Out: an [`Event`] with a deterministic id, its JSON Schema, and the ways
//! to hand committed events on. Events carry no image and no text of a page beyond the fields that were found.

mod alarm;
pub mod asyncapi;
mod data;
mod envelope;
pub mod lines;
mod outbox;
pub mod rabbitmq;
pub mod schemas;
mod scored;

#[cfg(test)]
pub(crate) mod examples;

pub use alarm::{Alarm, AlarmData};
pub use data::*;
pub use envelope::*;
pub use outbox::{Sink, drain};
pub use scored::ScoredData;
