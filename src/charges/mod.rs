//! Charges: are the billed accessorials usual, by the papers and the contract.
//!
//! In: the papers known for a shipment, the shipment and the profile. Out: a [`ScoredPack`]: [`Accessorials`] with a score per billed
//! line and its reasons, and the exceptions. Each rule of domain.md §4.3 that the data at hand can decide is one small function
//! in [`rules`]; one that lacks its evidence is silent.

mod catalogue;
mod clock;
pub mod detention;
pub mod evidence;
pub mod features;
pub mod habits;
pub mod model;
mod patterns;
pub mod prices;
pub mod rules;
pub mod score;
pub mod stay;
mod unusual;
pub mod usual;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod golden;

pub use model::ChargeModel;
pub use score::{ScoredPack, Terms, score_charges};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Confidence, Money};

/// The charges of a document's shipment, scored.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Accessorials {
    /// The highest score of a charge; `None` where the shipment has no charges.
    pub score: Option<Confidence>,
    /// The chance that the payer disputes one of them; `None` where no model tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<Confidence>,
    /// One entry a billed line, in the feed's order.
    pub charges: Vec<ScoredCharge>,
}

/// A billed line with its score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScoredCharge {
    /// Invoice number.
    pub invoice_no: String,
    /// Line of the invoice.
    pub line: u32,
    /// Accessorial code (domain.md §4.1).
    pub code: String,
    /// Billed amount.
    pub amount: Money,
    /// 0 usual … 1 anomalous.
    pub score: Confidence,
    /// What speaks against it; empty for a usual one.
    pub reasons: Vec<Reason>,
}

/// Why a charge is out of line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Rule code, `A01` … `A18` (domain.md §4.3).
    pub rule: String,
    /// What was found, for a person.
    pub detail: String,
    /// The amount that the evidence gives, where it gives one.
    pub expected: Option<Money>,
}
