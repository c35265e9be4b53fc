//! Numbers that the paper hardly names, set aside: they are no field's value, but the shipment may know them.
//!
//! In: spans, and fields with calibrated confidence. Out: which of them are too doubtful to be told.

use super::fields::PageFields;
use super::loose_numbers::identifier_in;
use super::spans::Span;
use super::{Fields, values};
use crate::document::Found;

/// Beside a number of a list that the model gives this chance …
const SURE: f32 = 0.995;
/// … one of less than this is mostly none of the list's: on 200 uploads of validation families, nine of ten such purchase orders stood
/// under another label.
const STRAY: f32 = 0.98;
/// An identifier of less confidence is wrong two times in three by the calibration of the fields.
const ASIDE: f32 = 0.4;

/// Does a list hold the number of this span only by the model's doubt?
pub(super) fn is_stray(span: &Span, pages: &[PageFields<'_>]) -> bool {
    let mut spans = pages.iter().flat_map(|page| &page.spans);
    values::is_list(span.field)
        && span.chance < STRAY
        && spans.any(|other| other.field == span.field && other.chance >= SURE)
}

/// Takes the identifiers out of the fields that are more likely wrong than right.
pub(super) fn set_aside(fields: &mut Fields) -> Vec<Found<String>> {
    let mut aside = Vec::new();
    fields.retain(|name, field| {
        let told = !values::is_identifier(*name) || field.found.confidence.get() >= ASIDE;
        if !told {
            let numbers = field.found.value.texts().filter_map(identifier_in);
            aside.extend(numbers.map(|number| field.found.with(number)));
        }
        told
    });
    aside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Confidence, PageNumber, Source};
    use crate::understanding::{Field, FieldName, Value};

    fn page(chances: &[f32]) -> PageFields<'static> {
        let span = |chance: &f32| Span {
            field: FieldName::CustomerPo,
            lines: vec!["4500123".to_owned()],
            bbox: BBox::PAGE,
            chance: *chance,
            read: Confidence::new(0.9),
            source: Source::Ocr,
            second: None,
            others: Vec::new(),
        };
        PageFields {
            page: PageNumber::from_index(0),
            spans: chances.iter().map(span).collect(),
            barcodes: &[],
        }
    }

    #[test]
    fn a_doubtful_order_beside_a_sure_one_is_a_stray_and_one_alone_is_not() {
        for (chances, stray) in [
            (&[0.9, 0.999][..], true),
            (&[0.9], false),
            (&[0.9, 0.99], false),
            (&[0.99, 0.999], false),
        ] {
            let page = page(chances);
            let first = page.spans[0].clone();
            assert_eq!(is_stray(&first, &[page]), stray, "{chances:?}");
        }
    }

    #[test]
    fn an_identifier_that_is_likelier_wrong_is_kept_for_the_shipment_only() {
        let field = |confidence| Field {
            found: Found {
                value: Value::Text("703377990".to_owned()),
                raw: "703377990".to_owned(),
                confidence: Confidence::new(confidence),
                page: PageNumber::from_index(0),
                bbox: BBox::PAGE,
                source: Source::Ocr,
                second: None,
            },
            unit: None,
            kind: None,
        };
        let mut fields = Fields::from([
            (FieldName::ProNumber, field(0.3)),
            (FieldName::BolNumber, field(0.6)),
            (FieldName::ReceivedByName, field(0.1)),
        ]);
        let aside = set_aside(&mut fields);
        assert_eq!(aside.len(), 1);
        assert_eq!(aside[0].value, "703377990");
        let left: Vec<FieldName> = fields.into_keys().collect();
        assert_eq!(left, [FieldName::BolNumber, FieldName::ReceivedByName]);
    }
}
