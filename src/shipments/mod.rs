//! Shipments: what a feed publishes, by which keys it is found, and which one a document belongs to.
//!
//! In: a [`Document`](crate::understanding::Document) and the candidates the ledger found by key.
//! Out: a [`Match`], with the evidence that speaks for it.

mod consignee;
pub mod feed;
mod json_path;
pub mod keys;
mod labels;
pub mod matching;
mod numbers;
mod own_numbers;
mod shipment;
mod sites;
mod slips;
mod stop;
mod which_stop;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use consignee::{settle_consignee, settle_consignee_by};
pub use labels::settle_labels;
pub use shipment::*;
pub use stop::*;
pub use which_stop::{StopOf, which_stop};

use crate::document::Confidence;

/// Which shipment a document belongs to.
#[derive(Debug, Clone)]
pub enum Match {
    /// One shipment, and clearly so.
    Matched(Candidate, Option<RunnerUp>),
    /// Two or more are nearly as likely; best first, at most three.
    Ambiguous(Vec<Candidate>),
    /// The paper names the shipment's identifier but another consignee or carrier: the best candidate, and what conflicts.
    Conflict(Candidate),
    /// None that is proven; the one that comes nearest, if one is worth a person's look.
    None(Option<Candidate>),
}

/// A shipment that may be the one.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The shipment.
    pub shipment: Shipment,
    /// Probability that it is the one, 0..1, among all candidates and none of them.
    pub confidence: Confidence,
    /// Sum of the weights of the evidence: log-odds.
    pub score: f64,
    /// What speaks for and against it.
    pub evidence: Vec<MatchEvidence>,
}

/// The next best shipment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunnerUp {
    /// Shipment id.
    pub id: String,
    /// Probability that it is the one.
    pub confidence: Confidence,
}

/// One piece of evidence for or against a shipment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MatchEvidence {
    /// What was compared: a field of the document, or `status`.
    pub field: String,
    /// How well it agrees.
    pub agreement: Agreement,
    /// Log-odds.
    pub weight: f64,
}

/// How well a field of the paper agrees with the shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The same after normalisation.
    Exact,
    /// The same after one repaired OCR confusion.
    Repaired,
    /// Part of it.
    Partial,
    /// Speaks against it.
    Conflict,
}
