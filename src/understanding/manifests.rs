//! Manifests: a page that lists shipments for their receivers to sign, a row each, is a receipt. The `page-class` model, which has seen
//! none, takes most for what is signed on a screen.

use super::DocumentClass;
use super::page_class::at_least;
use super::roles::SignedColumn;
use super::slope::Slope;
use crate::reading::Page;

/// Chance that such a page is a delivery receipt: an assumption.
const SIGNED_BY_ROW: f32 = 0.9;

/// What such pages were taken for. Of others, such as statements, which list shipments, too, the model knows better.
const TAKEN_FOR: [DocumentClass; 3] = [
    DocumentClass::Epod,
    DocumentClass::BolUnsigned,
    DocumentClass::Other,
];

/// The chances of a page's classes, where receivers sign in its rows.
pub(super) fn by_rows(
    classes: Vec<(DocumentClass, f32)>,
    page: &Page,
) -> Vec<(DocumentClass, f32)> {
    let best = classes.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let may_be = best.is_some_and(|(class, _)| TAKEN_FOR.contains(class));
    if !may_be || SignedColumn::of(&page.words, &Slope::of(&page.words)).is_empty() {
        return classes;
    }
    at_least(SIGNED_BY_ROW, DocumentClass::DeliveryReceipt, classes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understanding::roles::stops;

    #[test]
    fn what_receivers_sign_by_row_is_a_receipt_and_a_list_of_numbers_is_not() {
        let class = |page: &Page, before: DocumentClass| {
            let classes = vec![(DocumentClass::DeliveryReceipt, 0.02), (before, 0.98)];
            let classes = by_rows(classes, page);
            let best = classes.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
            best.unwrap()
        };
        let manifest = Page::holding(stops(2));
        let epod = DocumentClass::Epod;
        assert_eq!(
            class(&manifest, epod),
            (DocumentClass::DeliveryReceipt, 0.9)
        );
        let invoice = DocumentClass::FreightInvoice;
        assert_eq!(class(&manifest, invoice).0, invoice);
        assert_eq!(class(&Page::holding(stops(1)), epod), (epod, 0.98));
    }
}
