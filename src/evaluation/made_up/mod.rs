//! Matching judged at scale, on made-up shipments and damaged papers of them.
//!
//! In: a [`Feed`] of any size, and how the papers are [`Damage`]d. Out: a [`Trial`]: which papers found their shipment, which went
//! astray, and how both depend on what is asked of a match. All of it follows from seeds. Tests, benches and the estimator of
//! the weights share it.

mod dice;
mod estimate;
mod feed;
mod papers;
#[cfg(test)]
mod tests;
mod trial;

pub use estimate::{Estimate, calibration};
pub use feed::Feed;
pub use papers::{Damage, Paper, paper};
pub use trial::{Judged, Point, Trial, judged};
