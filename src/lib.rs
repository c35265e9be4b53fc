//! Countersign reads proof-of-delivery paper so that freight gets billed the same day.
//!
//! The modules stand in the order in which a document passes through them. Each stage takes plain data and returns plain
//! data; only `intake`, `storage`, `ledger`, `events` and the worker loop wait for anything.

// What every stage shares.
pub mod document;
pub mod fault;
pub mod inference;

// The way of a document.
pub mod reading;

pub mod understanding;

pub mod shipments;

pub mod decision;

pub mod charges;
