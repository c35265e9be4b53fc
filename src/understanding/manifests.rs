//! Manifests: a page that lists shipments for their receivers to sign, a row each, is a receipt. The `page-class` model, which has seen
//! none, takes most for something else.

use super::DocumentClass;
use super::page_class::at_least;
use super::roles::signed_by_row;
use super::slope::Slope;
use crate::reading::Page;

/// Chance that such a page is a delivery receipt: an assumption.
const SIGNED_BY_ROW: f32 = 0.9;

/// The chances of a page's classes, where receivers sign in its rows.
pub(super) fn by_rows(
    classes: Vec<(DocumentClass, f32)>,
    page: &Page,
) -> Vec<(DocumentClass, f32)> {
    let level = Slope::of(&page.words).level_words(&page.words);
    if signed_by_row(&level).is_empty() {
        classes
    } else {
        at_least(SIGNED_BY_ROW, DocumentClass::DeliveryReceipt, classes)
    }
}
