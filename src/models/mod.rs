//! Models as they come and go: which there are, whether one may serve, and which one does.
//!
//! In: folders of models, and what people decide about them. Out: the models that serve. A model that breaks its task's contract is refused by
//! name, whoever asks for it, and the one before goes on serving.

pub mod canary;
mod champions;
pub mod check;
mod diff;
pub mod drift;
mod fetch;
mod lineup;
mod memory;
mod pool;
pub mod report;
mod repository;
mod serving;
mod take_up;

pub use champions::{Champions, champions, in_force};
pub use diff::{Difference, differences};
pub use fetch::fetch;
pub use lineup::{InService, Lineup, OnTrialHere, Readers, Role, Trial};
pub use pool::Lent;
pub use repository::{ModelName, Repository, Shelf};
pub use serving::Serving;
pub use take_up::{Refused, take_up};
