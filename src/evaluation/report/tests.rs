//! Reports of single uploads, told apart by what went wrong.

use super::super::labels::UploadLabel;
use super::super::outcome::UploadOutcome;
use super::*;
use serde_json::json;

fn event(
    pages: &[u32],
    class: &str,
    shipment: Option<&str>,
    state: &str,
    fields: serde_json::Value,
) -> String {
    let field = |value: serde_json::Value| json!({"value": value, "confidence": 0.9, "page": 1, "box": [0, 0, 1, 1]});
    let fields: serde_json::Map<_, _> = fields
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), field(value.clone())))
        .collect();
    let shipment = shipment.map(|id| json!({"id": id, "confidence": 0.99}));
    json!({"type": "countersign.exception.raised.v1", "data": {
        "document": {"pages": pages, "class": class, "class_confidence": 0.9}, "shipment": shipment, "fields": fields,
        "condition": {"state": "clean"}, "decision": {"state": state}}})
    .to_string()
}

fn report(label: serde_json::Value, events: &[String]) -> Report {
    let label: UploadLabel = serde_json::from_value(label).unwrap();
    let outcome = UploadOutcome::of(events.iter().map(String::as_str)).unwrap();
    let mut seen = Observed::default();
    seen.add("a.pdf", &label, &outcome);
    Report::new(&seen, &Accepted::default())
}

#[test]
fn what_is_right_wrong_missed_and_extra_is_told_apart() {
    let label = json!({"documents": [{"pages": [1], "class": "cmr", "shipment": "S", "complete": true,
        "fields": {"pro_number": "1", "bol_number": "2", "delivery_date": "2026-01-02"}, "hand": ["delivery_date"]}]});
    let got = event(
        &[1],
        "cmr",
        Some("S"),
        "review",
        json!({"pro_number": "1", "bol_number": "3", "pieces": 4}),
    );
    let report = report(label, &[got]);
    assert_eq!(
        report.fields,
        Tally {
            right: 1,
            wrong: 1,
            missed: 1,
            extra: 1
        }
    );
    assert_eq!(
        report.handwritten,
        Tally {
            missed: 1,
            ..Tally::default()
        }
    );
    assert_eq!(report.matched, Share { some: 1, of: 1 });
    assert_eq!(report.misses.len(), 3);
}

#[test]
fn what_a_partial_label_does_not_name_is_not_judged() {
    let label =
        json!({"documents": [{"pages": [1], "class": "cmr", "shipment": null, "fields": {}}]});
    let got = event(&[1], "cmr", None, "review", json!({"pieces": 4}));
    assert_eq!(report(label, &[got]).fields, Tally::default());
}

#[test]
fn an_upload_that_is_cut_otherwise_is_judged_by_the_pages_that_documents_begin_on() {
    let label = json!({"documents": [
        {"pages": [1, 2], "class": "cmr", "shipment": null, "fields": {}},
        {"pages": [3], "class": "epod", "shipment": null, "fields": {}}]});
    let got = event(&[1, 2, 3], "cmr", None, "review", json!({}));
    let report = report(label, &[got]);
    assert_eq!(report.split_of_many, Share { some: 0, of: 1 });
    assert_eq!(
        report.classes["cmr"],
        Tally {
            right: 1,
            extra: 1,
            ..Tally::default()
        }
    );
    assert_eq!(
        report.classes["epod"],
        Tally {
            missed: 1,
            ..Tally::default()
        }
    );
}

#[test]
fn a_wrong_shipment_and_an_unsigned_paper_that_is_billed_are_counted() {
    let label = json!({"documents": [{"pages": [1], "class": "cmr", "shipment": "S", "state": "hold_missing", "fields": {}}]});
    let got = event(&[1], "cmr", Some("T"), "billable", json!({}));
    let report = report(label, &[got]);
    assert_eq!(report.wrong_attaches, Share { some: 1, of: 1 });
    assert_eq!(report.false_billable, Share { some: 1, of: 1 });
    assert_eq!(report.decisions, Share { some: 0, of: 1 });
}

#[test]
fn a_paper_that_does_not_tell_its_shipment_need_not_be_attached_but_to_no_other_one() {
    let label = json!({"documents": [{"pages": [1], "class": "cmr", "shipment": "S", "undecidable": true, "fields": {}}]});
    let of = |shipment| {
        report(
            label.clone(),
            &[event(&[1], "cmr", shipment, "review", json!({}))],
        )
    };
    assert_eq!(of(None).matched, Share { some: 0, of: 0 });
    assert_eq!(of(None).wrong_attaches, Share { some: 0, of: 1 });
    assert!(of(None).misses.is_empty());
    assert_eq!(of(Some("T")).wrong_attaches, Share { some: 1, of: 1 });
}

#[test]
fn a_labelled_file_that_was_rejected_says_why() {
    let label = json!({"documents": [{"pages": [1], "class": "cmr", "fields": {}}]});
    let rejected =
        json!({"type": "countersign.upload.rejected.v1", "data": {"reason": "not_found"}});
    let report = report(label, &[rejected.to_string()]);
    assert_eq!(report.split, Share { some: 0, of: 1 });
    let miss = &report.misses[0];
    assert_eq!(
        (miss.what.as_str(), miss.got.as_str()),
        ("rejected", Some("not_found"))
    );
}
