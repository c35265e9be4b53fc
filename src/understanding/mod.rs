//! Understanding: what each page is, where documents begin and end, what they say and who signed them.
//!
//! In: upright [`Page`](crate::reading::Page)s. Out: [`Document`]s with normalised values and their evidence.

mod document;
pub mod features;
pub mod normalise;
pub mod picture;

pub use document::*;
