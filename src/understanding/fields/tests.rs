//! Tests of gathering.

use jiff::civil::date;

use super::*;
use crate::document::BBox;

fn span(field: FieldName, text: &str, chance: f32) -> Span {
    Span {
        field,
        lines: vec![text.to_owned()],
        bbox: BBox::PAGE,
        chance,
        read: Confidence::new(0.9),
        source: Source::Ocr,
        second: None,
        others: Vec::new(),
    }
}

fn barcode(text: &str) -> Barcode {
    Barcode {
        symbology: "Code128".into(),
        text: text.into(),
        bbox: BBox::PAGE,
    }
}

fn gathered(spans: Vec<Span>, barcodes: &[Barcode]) -> Gathered {
    gather(
        &[PageFields {
            page: PageNumber::from_index(0),
            spans,
            barcodes,
        }],
        &DateContext::default(),
        &Curves::default(),
    )
}

fn text(gathered: &Gathered, name: FieldName) -> Option<&Value> {
    gathered.fields.get(&name).map(|field| &field.found.value)
}

#[test]
fn a_barcode_corrects_the_print_beside_it() {
    let found = gathered(
        vec![span(FieldName::ProNumber, "12345678Z", 0.9)],
        &[barcode("123456782")],
    );
    assert_eq!(
        text(&found, FieldName::ProNumber),
        Some(&Value::Text("123456782".into()))
    );
    assert_eq!(
        found.fields[&FieldName::ProNumber].found.source,
        Source::Barcode
    );
    assert!(found.other_identifiers.is_empty());
}

#[test]
fn the_orders_that_the_model_doubts_beside_a_sure_one_are_kept_for_matching() {
    let found = gathered(
        vec![
            span(FieldName::CustomerPo, "4500123", 0.999),
            span(FieldName::CustomerPo, "2447395, 5341595", 0.9),
        ],
        &[],
    );
    let order = Value::List(vec!["4500123".into()]);
    assert_eq!(text(&found, FieldName::CustomerPo), Some(&order));
    let aside: Vec<&str> = found
        .other_identifiers
        .iter()
        .map(|one| one.value.as_str())
        .collect();
    assert_eq!(aside, ["2447395", "5341595"]);
}

#[test]
fn a_barcode_that_is_no_fields_value_is_kept_for_matching() {
    let found = gathered(Vec::new(), &[barcode("123456782"), barcode("D12")]);
    assert_eq!(found.other_identifiers.len(), 1);
}

#[test]
fn several_purchase_orders_make_a_list_and_the_surer_of_two_loads_wins() {
    let found = gathered(
        vec![
            span(FieldName::CustomerPo, "4500123", 0.9),
            span(FieldName::CustomerPo, "4500124", 0.8),
            span(FieldName::CustomerPo, "4500123", 0.8),
            span(FieldName::LoadNumber, "L771", 0.6),
            span(FieldName::LoadNumber, "L772", 0.9),
        ],
        &[],
    );
    let pos = Value::List(vec!["4500123".into(), "4500124".into()]);
    assert_eq!(text(&found, FieldName::CustomerPo), Some(&pos));
    assert_eq!(
        text(&found, FieldName::LoadNumber),
        Some(&Value::Text("L772".into()))
    );
}

#[test]
fn numbers_run_together_are_dropped_where_each_stands_alone_too() {
    let orders = ["4500123", "UZ39005", "4500123UZ39005", "45001"];
    let spans = orders.map(|text| span(FieldName::CustomerPo, text, 0.9));
    let found = gathered(spans.to_vec(), &[]);
    let wanted = ["4500123", "UZ39005", "45001"].map(str::to_owned);
    assert_eq!(
        text(&found, FieldName::CustomerPo),
        Some(&Value::List(wanted.to_vec()))
    );
}

#[test]
fn a_number_that_loses_its_label_to_a_surer_one_is_kept_for_matching() {
    let found = gathered(
        vec![
            span(FieldName::ProNumber, "4514306502", 0.9),
            span(FieldName::ProNumber, "503433106", 0.6),
        ],
        &[],
    );
    let pro = Value::Text("4514306502".into());
    assert_eq!(text(&found, FieldName::ProNumber), Some(&pro));
    assert_eq!(found.other_identifiers[0].value, "503433106");
}

#[test]
fn a_document_is_the_page_that_its_first_page_says() {
    let says = |text, chance| span(FieldName::PageKOfN, text, chance);
    let found = gathered(vec![says("1 of 2", 0.8), says("2 of 2", 0.9)], &[]);
    let first = Value::PageOf(crate::understanding::PageOf { page: 1, of: 2 });
    assert_eq!(text(&found, FieldName::PageKOfN), Some(&first));
}

#[test]
fn what_only_a_later_page_says_is_told_of_the_first() {
    let on_second = |says| {
        let page = |number, spans| PageFields {
            page: PageNumber::from_index(number),
            spans,
            barcodes: &[],
        };
        let says = vec![span(FieldName::PageKOfN, says, 0.9)];
        let found = gather(
            &[page(0, Vec::new()), page(1, says)],
            &DateContext::default(),
            &Curves::default(),
        );
        text(&found, FieldName::PageKOfN).cloned()
    };
    let first = Value::PageOf(crate::understanding::PageOf { page: 1, of: 3 });
    assert_eq!(on_second("2 of 3"), Some(first));
    assert_eq!(on_second("1 of 3"), None, "that is another paper's");
}

#[test]
fn an_undecided_date_is_kept_as_written_until_something_settles_it() {
    let found = gathered(vec![span(FieldName::DeliveryDate, "04/05/2025", 0.9)], &[]);
    assert!(text(&found, FieldName::DeliveryDate).is_none());
    assert_eq!(found.unsettled[0].found.raw, "04/05/2025");
}

#[test]
fn doubtful_digits_say_no_day_after_the_paper_came_in() {
    let day = |received_on| {
        let mut written = span(FieldName::PickupDate, "04/30/2029", 0.9);
        written.others = vec![("04/30/2024".to_owned(), 0.3)];
        let page = PageFields {
            page: PageNumber::from_index(0),
            spans: vec![written],
            barcodes: &[],
        };
        let context = Context {
            received_on,
            ..Context::default()
        };
        let gathered = gather_in_order(&[page], context, None, &Curves::default());
        text(&gathered, FieldName::PickupDate).and_then(Value::as_date)
    };
    let (read, plausible) = (date(2029, 4, 30), date(2024, 4, 30));
    assert_eq!(day(None), Some(read));
    assert_eq!(day(Some(date(2024, 5, 9))), Some(plausible));
}
