//! Labels put right: forms call their numbers by names of their own, and the shipment knows which number is which.
//!
//! In: a document and the shipment that it was matched to. Out: the document, with each number that the shipment goes by in
//! the field that the shipment's reference names. What was read, where and by whom stays as it was; a number that differs from the
//! shipment's own in characters that look alike was misread and takes the shipment's characters (domain.md §2.2).

use std::collections::BTreeSet;

use super::Shipment;
use super::own_numbers::{Own, home_of, is_at_home, misread, own_numbers};
use crate::document::{Confidence, Found, Source};
use crate::understanding::values::{is_list, names_shipment};
use crate::understanding::{Document, Field, FieldName, Fields, Value};

/// The fields whose labels are mistaken for one another.
const IDENTIFIERS: [FieldName; 11] = [
    FieldName::ProNumber,
    FieldName::BolNumber,
    FieldName::MasterBol,
    FieldName::LoadNumber,
    FieldName::ShipperRef,
    FieldName::CustomerPo,
    FieldName::AppointmentNumber,
    FieldName::InvoiceNo,
    FieldName::TrailerNumber,
    FieldName::ContainerNumber,
    FieldName::SealNumbers,
];

/// Puts the shipment's own numbers into their fields.
pub fn settle_labels(document: &mut Document, shipment: &Shipment) {
    let own = own_numbers(shipment);
    for name in IDENTIFIERS {
        if let Some(field) = document.fields.get_mut(&name) {
            part_run_together(&mut field.found.value, &own);
        }
    }
    let mut homeless = document.traits.other_identifiers.clone();
    homeless.extend(document.traits.short_numbers.iter().cloned());
    for name in IDENTIFIERS {
        homeless.extend(take_misplaced(&mut document.fields, name, &own));
    }
    for found in homeless {
        if let Some(name) = home_of(&found.value, &own) {
            let displaced = put(&mut document.fields, name, found, &own);
            document.traits.other_identifiers.extend(displaced);
        }
    }
    drop_parts(&mut document.fields, &own);
    for name in IDENTIFIERS {
        if let Some(field) = document.fields.get_mut(&name) {
            mend(field, name, &own);
        }
    }
}

/// Drops from lists what is only the beginning or the end of a number that stands in its field: a reader had parted it.
fn drop_parts(fields: &mut Fields, own: &[Own]) {
    let texts = fields.values().flat_map(|field| field.found.value.texts());
    let whole: Vec<String> = texts
        .filter(|text| home_of(text, own).is_some())
        .map(str::to_owned)
        .collect();
    let is_part = |text: &String| {
        let mut whole = whole.iter().filter(|whole| whole.len() > text.len());
        whole.any(|whole| whole.starts_with(text) || whole.ends_with(text))
    };
    for name in IDENTIFIERS {
        let Some(Value::List(list)) = fields.get_mut(&name).map(|field| &mut field.found.value)
        else {
            continue;
        };
        list.retain(|text| is_at_home(text, name, own) || !is_part(text));
        if list.is_empty() {
            fields.remove(&name);
        }
    }
}

/// How sure a number is that the shipment has under the same label: a misreading or a wrong label would hit one of the shipment's
/// own numbers by chance alone. An assumption; the calibration of the whole is measured.
const BORNE_OUT: f32 = 0.995;

/// Puts characters right that look alike, and trusts a value more that the shipment has too. Seals and trailers stay as they were read:
/// another number there is not a slip of the reader's but a broken seal.
fn mend(field: &mut Field, name: FieldName, own: &[Own]) {
    let by_eye = matches!(field.found.source, Source::Ocr | Source::Handwriting);
    let mend = |text: &mut String| {
        let right = misread(text, name, own);
        if let Some(right) = right.filter(|_| by_eye && names_shipment(name)) {
            *text = right;
        }
    };
    match &mut field.found.value {
        Value::Text(text) => mend(text),
        Value::List(texts) => {
            texts.iter_mut().for_each(mend);
            *texts = without_repeats(std::mem::take(texts));
        }
        _ => {}
    }
    let mut texts = field.found.value.texts();
    if texts.all(|text| is_at_home(text, name, own)) {
        let sure = field.found.confidence.get().max(BORNE_OUT);
        field.found.confidence = Confidence::new(sure);
    }
}

/// Parts two of the shipment's own numbers that a reader ran together in a list.
fn part_run_together(value: &mut Value, own: &[Own]) {
    let Value::List(texts) = value else { return };
    let parts = |text: &String| -> Vec<String> {
        let mut ends = own.iter().filter_map(|first| {
            let rest = text.strip_prefix(first.value.as_str())?;
            let second = own.iter().find(|second| second.value == rest)?;
            Some(vec![first.value.clone(), second.value.clone()])
        });
        ends.next_back().unwrap_or_else(|| vec![text.clone()])
    };
    *texts = without_repeats(texts.iter().flat_map(parts).collect());
}

fn without_repeats(texts: Vec<String>) -> Vec<String> {
    let mut known = BTreeSet::new();
    let is_new = |text: &String| known.insert(text.clone());
    texts.into_iter().filter(is_new).collect()
}

/// Takes the numbers out of a field that belong into another.
fn take_misplaced(fields: &mut Fields, name: FieldName, own: &[Own]) -> Vec<Found<String>> {
    let Some(field) = fields.get_mut(&name) else {
        return Vec::new();
    };
    let (misplaced, kept): (Vec<String>, Vec<String>) = field
        .found
        .value
        .texts()
        .map(str::to_owned)
        .partition(|text| !is_at_home(text, name, own) && home_of(text, own).is_some());
    let found = |value| field.found.with(value);
    let taken: Vec<_> = misplaced.into_iter().map(found).collect();
    if kept.is_empty() && !taken.is_empty() {
        fields.remove(&name);
    } else if !taken.is_empty() {
        field.found.value = Value::List(kept);
    }
    taken
}

/// Puts a number into its field, unless the field holds one of the shipment's own; gives what it took the place of.
fn put(
    fields: &mut Fields,
    name: FieldName,
    found: Found<String>,
    own: &[Own],
) -> Option<Found<String>> {
    let is_list = is_list(name);
    let before = fields.get_mut(&name);
    if let Some(Field { found: held, .. }) = before {
        let texts: Vec<String> = held.value.texts().map(str::to_owned).collect();
        if texts.contains(&found.value) {
            return None;
        }
        if is_list {
            held.value = Value::List(texts.into_iter().chain([found.value]).collect());
            return None;
        }
        if texts.iter().any(|text| is_at_home(text, name, own)) {
            return None;
        }
    }
    let value = if is_list {
        Value::List(vec![found.value.clone()])
    } else {
        Value::Text(found.value.clone())
    };
    let field = Field {
        found: found.with(value),
        unit: None,
        kind: None,
    };
    let displaced = fields.insert(name, field)?.found;
    let text = displaced.value.texts().next()?.to_owned();
    Some(displaced.with(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::matching::sample::{document, found, shipment, text};
    use super::*;
    use crate::document::Source;

    fn settled(fields: &[(FieldName, Value)], refs: &[(&str, &str)]) -> Document {
        let mut document = document(fields.iter().cloned());
        settle_labels(&mut document, &shipment("S", refs, json!({})));
        document
    }

    fn value(document: &Document, name: FieldName) -> Option<&Value> {
        document.fields.get(&name).map(|field| &field.found.value)
    }

    #[test]
    fn numbers_under_each_others_labels_change_places() {
        let paper = settled(
            &[
                (FieldName::BolNumber, text("703377990")),
                (FieldName::ShipperRef, text("C2646235")),
                (FieldName::ProNumber, text("4562482589")),
            ],
            &[
                ("PRO", "703-377-990"),
                ("BOL", "C2646235"),
                ("PO", "4562482589"),
            ],
        );
        assert_eq!(
            value(&paper, FieldName::ProNumber),
            Some(&text("703377990"))
        );
        assert_eq!(value(&paper, FieldName::BolNumber), Some(&text("C2646235")));
        assert_eq!(value(&paper, FieldName::ShipperRef), None);
        let order = Value::List(vec!["4562482589".into()]);
        assert_eq!(value(&paper, FieldName::CustomerPo), Some(&order));
    }

    #[test]
    fn a_number_that_the_shipment_does_not_know_stays_where_it_stood() {
        let fields = [
            (FieldName::ProNumber, text("111222333")),
            (
                FieldName::CustomerPo,
                Value::List(vec!["987654".into(), "55443322".into()]),
            ),
        ];
        let paper = settled(&fields, &[("PRO", "999888777"), ("LOAD", "55443322")]);
        assert_eq!(
            value(&paper, FieldName::ProNumber),
            Some(&text("111222333"))
        );
        let orders = Value::List(vec!["987654".into()]);
        assert_eq!(value(&paper, FieldName::CustomerPo), Some(&orders));
        assert_eq!(
            value(&paper, FieldName::LoadNumber),
            Some(&text("55443322"))
        );
    }

    #[test]
    fn a_number_that_a_reader_parted_is_whole_again_where_the_shipment_goes_by_it() {
        let mut paper = document([
            (FieldName::ProNumber, text("3736")),
            (FieldName::CustomerPo, Value::List(vec!["747460".into()])),
        ]);
        let parted = found("3736747460".to_owned(), Source::Ocr, 0.9);
        paper.traits.short_numbers.push(parted);
        settle_labels(
            &mut paper,
            &shipment("S", &[("PRO", "3736 747460")], json!({})),
        );
        assert_eq!(
            value(&paper, FieldName::ProNumber),
            Some(&text("3736747460"))
        );
        assert_eq!(value(&paper, FieldName::CustomerPo), None);
    }

    #[test]
    fn a_short_number_without_a_label_and_one_taken_for_a_seal_are_the_shipments_own() {
        let seal = (FieldName::SealNumbers, Value::List(vec!["55443322".into()]));
        let mut paper = document([seal]);
        paper.traits.short_numbers = vec![found("N9344".to_owned(), Source::Ocr, 0.9)];
        let refs = [("BOL", "55443322"), ("LOAD", "N-9344")];
        settle_labels(&mut paper, &shipment("S", &refs, json!({})));
        assert_eq!(value(&paper, FieldName::BolNumber), Some(&text("55443322")));
        assert_eq!(value(&paper, FieldName::LoadNumber), Some(&text("N9344")));
        assert_eq!(value(&paper, FieldName::SealNumbers), None);
    }

    #[test]
    fn a_seal_of_another_number_is_not_put_right() {
        let seal = (
            FieldName::SealNumbers,
            Value::List(vec!["7O3377990".into()]),
        );
        let mut paper = document([seal.clone()]);
        let equipment = json!({"equipment": {"seals": ["703377990"]}});
        settle_labels(&mut paper, &shipment("S", &[], equipment));
        assert_eq!(value(&paper, FieldName::SealNumbers), Some(&seal.1));
    }

    #[test]
    fn an_order_that_was_read_twice_once_wrongly_is_one() {
        let read = Value::List(vec!["7O3377990".into(), "703377990".into()]);
        let paper = settled(&[(FieldName::CustomerPo, read)], &[("PO", "703377990")]);
        let order = Value::List(vec!["703377990".into()]);
        assert_eq!(value(&paper, FieldName::CustomerPo), Some(&order));
    }

    #[test]
    fn two_orders_of_the_shipment_that_were_run_together_are_parted() {
        let read = Value::List(vec!["6312ECW45".into(), "9876543".into()]);
        let refs = [("PO", "6312"), ("PO", "ECW-45")];
        let paper = settled(&[(FieldName::CustomerPo, read)], &refs);
        let orders = ["6312", "ECW45", "9876543"].map(str::to_owned);
        let orders = Value::List(orders.to_vec());
        assert_eq!(value(&paper, FieldName::CustomerPo), Some(&orders));
    }

    #[test]
    fn a_number_that_is_load_and_order_at_once_stays() {
        let fields = [(FieldName::LoadNumber, text("4711471"))];
        let paper = settled(&fields, &[("PO", "4711471"), ("LOAD", "4711471")]);
        assert_eq!(value(&paper, FieldName::LoadNumber), Some(&text("4711471")));
        assert_eq!(value(&paper, FieldName::CustomerPo), None);
    }

    #[test]
    fn the_shipments_number_in_a_bar_code_takes_the_place_of_a_misread_one() {
        let mut paper = document([(FieldName::ProNumber, text("488"))]);
        paper.traits.other_identifiers =
            vec![found("597966802".to_owned(), Source::Barcode, 0.999)];
        settle_labels(
            &mut paper,
            &shipment("S", &[("PRO", "597966802")], json!({})),
        );
        assert_eq!(
            value(&paper, FieldName::ProNumber),
            Some(&text("597966802"))
        );
        assert_eq!(
            paper.fields[&FieldName::ProNumber].found.source,
            Source::Barcode
        );
        assert!(
            paper
                .traits
                .other_identifiers
                .iter()
                .any(|found| found.value == "488")
        );
    }

    #[test]
    fn a_misread_number_takes_the_shipments_characters_unless_it_was_read_from_a_bar_code() {
        let refs = [("PRO", "703377990"), ("BOL", "C2646235")];
        for (source, read) in [(Source::Ocr, "703377990"), (Source::Barcode, "7O3377990")] {
            let mut paper = document([(FieldName::ProNumber, text("7O3377990"))]);
            paper
                .fields
                .get_mut(&FieldName::ProNumber)
                .unwrap()
                .found
                .source = source;
            settle_labels(&mut paper, &shipment("S", &refs, json!({})));
            assert_eq!(value(&paper, FieldName::ProNumber), Some(&text(read)));
        }
    }

    #[test]
    fn a_number_that_the_shipment_has_under_the_same_label_is_surer_than_one_that_it_does_not_know()
    {
        let fields = [
            (FieldName::ProNumber, text("703377990")),
            (FieldName::LoadNumber, text("55443322")),
        ];
        let before = document(fields.iter().cloned());
        let paper = settled(&fields, &[("PRO", "703377990")]);
        let sure = |paper: &Document, name| paper.fields[&name].found.confidence.get();
        assert!(sure(&paper, FieldName::ProNumber) > sure(&before, FieldName::ProNumber));
        assert_eq!(
            sure(&paper, FieldName::LoadNumber),
            sure(&before, FieldName::LoadNumber)
        );
    }

    #[test]
    fn settling_twice_changes_nothing_more() {
        let refs = [("PRO", "703377990"), ("BOL", "C2646235")];
        let mut paper = settled(&[(FieldName::BolNumber, text("703377990"))], &refs);
        let once = paper.fields.clone();
        settle_labels(&mut paper, &shipment("S", &refs, json!({})));
        assert_eq!(paper.fields, once);
    }
}
