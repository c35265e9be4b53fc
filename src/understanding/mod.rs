//! Understanding: what each page is, where documents begin and end, what they say and who signed them.
//!
//! In: upright [`Page`](crate::reading::Page)s. Out: [`Document`]s with normalised values and their evidence.

mod accepted;
mod answers;
mod assemble;
mod bar_codes;
mod cmr_boxes;
mod confidence;
mod country;
mod damaged_dates;
mod decode;
mod document;
pub mod features;
pub mod fields;
mod looks;
mod loose_numbers;
mod manifests;
pub mod marks;
pub mod normalise;
mod page_class;
pub mod pages;
mod party_blocks;
pub mod picture;
pub mod remarks;
pub mod roles;
mod set_aside;
mod settle;
mod signing_dates;
mod slope;
pub mod spans;
pub mod split;
mod terms_pages;
mod told;
pub mod values;
pub mod word_map;
mod word_tags;
mod wordless;

pub use accepted::Accepted;
pub use assemble::{Context, SURE_MARK, documents};
pub use confidence::Curves;
pub use document::*;
pub use looks::Looks;
pub use marks::MarksModel;
pub use page_class::PageClassModel;
pub use settle::settle_dates;
pub use told::told;
pub use word_tags::FieldsModel;
