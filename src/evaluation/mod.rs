//! Judging: how well the worker read a labelled folder.
//!
//! In: labels and the events that the worker emitted. Out: a [`Report`] of shares, each with the counts behind it, and every
//! [`Miss`]; on demand an HTML page with the worst of them as [`Crop`]s. Sees only what the events say, as their consumers do. The
//! label format is described in [`labels`].

mod calibration;
mod crops;
pub mod html;
pub mod labels;
pub mod made_up;
mod observed;
mod outcome;
mod report;
mod same;
mod text;

pub use calibration::Calibration;
pub use crops::{Crop, crop_of, crops};
pub use labels::Labels;
pub use observed::{Miss, Observed};
pub use outcome::{Outcome, UploadOutcome};
pub use report::{Report, Tally};
