//! `countersign evaluate` from the outside: the real program on a small labelled folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const FILE: &str = "clean-delivery-receipt.pdf";

/// A folder with one of the fixtures, labelled as given.
fn folder(labels: &Value) -> TempDir {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folder = TempDir::new().unwrap();
    let uploads = folder.path().join("uploads");
    fs::create_dir(&uploads).unwrap();
    fs::copy(fixtures.join("uploads").join(FILE), uploads.join(FILE)).unwrap();
    let feed = "shipments.jsonl";
    fs::copy(fixtures.join(feed), folder.path().join(feed)).unwrap();
    fs::write(folder.path().join("expected.json"), labels.to_string()).unwrap();
    folder
}

fn evaluate(folder: &TempDir) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign"))
        .env("COUNTERSIGN_HOME", env!("CARGO_MANIFEST_DIR"))
        .arg("evaluate")
        .arg(folder.path())
        .arg("--json")
        .arg(folder.path().join("figures.json"))
        .arg("--html")
        .arg(folder.path().join("figures.html"))
        .output()
        .unwrap()
}

#[test]
fn what_was_read_is_held_against_the_labels_and_what_differs_is_listed() {
    let folder = folder(&json!({FILE: {"degradation": "scan", "documents": [{
        "pages": [1], "class": "delivery_receipt", "shipment": "S-CLEAN", "state": "hold_missing",
        "fields": {"pro_number": "464795163", "delivery_date": "2025-03-07"}}]}}));
    let output = evaluate(&folder);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("uploads split exactly"), "{text}");

    let figures: Value =
        serde_json::from_slice(&fs::read(folder.path().join("figures.json")).unwrap()).unwrap();
    assert_eq!(figures["matched"], json!({"some": 1, "of": 1}));
    assert_eq!(figures["false_billable"], json!({"some": 1, "of": 1}));
    assert_eq!(figures["by_field"]["pro_number"]["right"], 1);
    assert_eq!(figures["by_field"]["delivery_date"]["wrong"], 1);
    let misses = figures["misses"].as_array().unwrap();
    let what: Vec<_> = misses.iter().map(|miss| &miss["what"]).collect();
    assert_eq!(what, ["state", "delivery_date"]);
    assert_eq!(misses[1]["got"], "2025-03-06");
    assert_eq!(misses[1]["place"][0], 1, "with the place that shows why");

    let page = fs::read_to_string(folder.path().join("figures.html")).unwrap();
    let crops = page.matches("data:image/png;base64,").count();
    assert_eq!(crops, misses.len(), "each miss is shown on its page");
    assert!(
        page.contains("2025-03-06") && page.contains("ECE"),
        "{page}"
    );
}

#[test]
fn labels_that_cannot_be_read_are_named_with_their_place() {
    let folder = folder(&json!({FILE: {"documents": "none"}}));
    let output = evaluate(&folder);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("expected.json holds no labels"), "{text}");
}
