//! Understanding: what each page is, where documents begin and end, what they say and who signed them.
//!
//! In: upright [`Page`]s. Out: [`Document`]s with normalised values and their evidence.

mod assemble;
mod document;
pub mod features;
pub mod fields;
pub mod marks;
pub mod normalise;
pub mod pages;
pub mod picture;
pub mod remarks;
pub mod roles;
pub mod spans;
pub mod split;
pub mod values;

pub use assemble::{Context, SURE_MARK, settle_dates};
pub use document::*;

use crate::inference::InferenceError;
use crate::reading::Page;
use pages::PageModels;

/// Cuts the pages of an upload into documents and reads each.
///
/// # Errors
/// When a model cannot be run.
pub fn understand(pages: &[Page], models: &mut PageModels, context: Context) -> Result<Vec<Document>, InferenceError> {
    let views = pages.iter().map(|page| models.view(page)).collect::<Result<Vec<_>, _>>()?;
    Ok(assemble::documents(pages, &views, context))
}
