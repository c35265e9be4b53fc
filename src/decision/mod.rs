//! Decision: is the document a valid proof of delivery for its shipment, what state is the freight in, and who has
//! to act on what.
//!
//! In: a [`Document`](crate::understanding::Document), its [`Match`](crate::shipments::Match) and the [`Profile`].
//! Out: a [`Verdict`]: a [`Decision`], the [`Condition`] of the freight, and the [`Exception`]s that follow.

pub mod checks;
pub mod condition;
pub mod exceptions;
mod life;
mod names;
pub mod pack;
pub mod priority;
pub mod profile;
mod same_paper;
mod verdict;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod states;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use checks::{Case, Filing};
pub use condition::part;
pub use exceptions::{Exception, ExceptionCode, Owner};
pub use life::{Life, Sla, after_business_hours};
pub use names::name_of;
pub use priority::priority;
pub use profile::{MissingProfile, Profile, ProfileError, Profiles};
pub use same_paper::is_same_paper;
pub use verdict::{Verdict, decide};

use crate::understanding::Notation;

/// What is to be done with the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// The verdict.
    pub state: State,
    /// Fields that the profile requires and the document lacks, by name.
    pub missing: Vec<String>,
    /// The validity tests V1–V12, in order, each with why.
    pub checks: Vec<Check>,
    /// The profile that was applied.
    pub profile: ProfileRef,
}

/// The verdict (domain.md §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The freight can be billed.
    Billable,
    /// The freight can be billed, and the shortage or damage needs a claim file.
    BillableWithOsd,
    /// Something required is missing.
    HoldMissing,
    /// The customer's own rules hold it.
    HoldCustomerPolicy,
    /// A person has to look.
    Review,
    /// It is no proof of delivery of anything we know.
    Reject,
}

/// One validity test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// `V1` … `V12`.
    pub id: String,
    /// Did it pass.
    pub passed: bool,
    /// Why, for a person.
    pub detail: String,
}

/// Which profile was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileRef {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
}

/// State of the freight, by what is written on the paper (domain.md §3.3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// The state.
    pub state: ConditionState,
    /// The remarks it follows from.
    pub notations: Vec<Notation>,
}

/// States of the freight, from good to bad.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ConditionState {
    /// Signed, no negative remark.
    Clean,
    /// Subject to count, concealed damage reserved.
    Qualified,
    /// Short, over, damaged, wrong temperature or seal.
    Foul,
    /// Not taken, all or a part of it.
    Refused,
}
