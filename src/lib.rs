//! Countersign reads proof-of-delivery paper so that freight gets billed the same day.
//!
//! The modules stand in the order in which a document passes through them. Each stage takes plain data and returns plain
//! data; only `broker`, `intake`, `storage`, `ledger`, `events`, the clerk, the worker and the service around them wait for anything.

// What every stage shares.
pub mod document;
pub mod fault;

// The way of a document.
pub mod broker;

pub mod intake;

pub mod storage;

pub mod reading;

pub mod inference;

pub mod understanding;

pub mod shipments;

pub mod decision;

pub mod charges;

// Where outcomes go.
pub mod ledger;

pub mod events;

// Which models serve.
pub mod models;

// The recipe, who decides by it, the loop around them, and the command line.
pub mod clerk;
pub mod pipeline;
pub mod slots;
pub mod worker;

pub mod service;

// How well it went, judged by labels.
pub mod evaluation;

pub mod settings;
pub mod telemetry;

pub mod cli;

#[cfg(test)]
mod services;
