//! Documents that were confirmed become training data.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const PAPERS: [&str; 4] = [
    "clean-delivery-receipt.pdf",
    "batch.pdf",
    "origin-signed-bol.pdf",
    "phone-exif.jpg",
];

fn countersign(data: &Path, arguments: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8(ran.stdout).unwrap()
}

/// The events of four papers, and the folder with their ledger.
fn processed(data: &Path) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let papers = PAPERS.map(|name| root.join("uploads").join(name).display().to_string());
    let (feed, profiles) = (root.join("shipments.jsonl"), root.join("profiles"));
    let mut arguments = vec!["process", "--json", "--shipments", feed.to_str().unwrap()];
    arguments.extend(["--profiles", profiles.to_str().unwrap()]);
    arguments.extend(papers.iter().map(String::as_str));
    let events = countersign(data, &arguments);
    events
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn exported(data: &Path, out: &Path, more: &[&str]) -> Vec<Value> {
    let arguments = [&["dataset", "export", "--out", out.to_str().unwrap()], more].concat();
    countersign(data, &arguments);
    let pages = std::fs::read_to_string(out.join("pages.jsonl")).unwrap();
    pages
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The first number of the shape in the head of a NumPy file.
fn rows(file: &Path) -> usize {
    let bytes = std::fs::read(file).unwrap();
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(128)]).into_owned();
    let (_, shape) = head.split_once("'shape': (").unwrap();
    shape.split([',', ')']).next().unwrap().parse().unwrap()
}

#[test]
fn what_was_billed_and_what_people_ruled_about_is_exported_with_its_labels() {
    let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let events = processed(data.path());
    let billed = |event: &&Value| event["type"] == "countersign.attachment.validated.v1";
    let billed: Vec<&str> = events
        .iter()
        .filter(billed)
        .map(|event| event["subject"].as_str().unwrap())
        .collect();
    let held = events
        .iter()
        .find(|event| event["type"] == "countersign.exception.raised.v1");
    let held = held.unwrap()["subject"].as_str().unwrap();
    let full = out.path().join("full");
    let pages = exported(data.path(), &full, &[]);
    let documents: Vec<&str> = pages
        .iter()
        .map(|page| page["document"].as_str().unwrap())
        .collect();
    assert!(
        billed.iter().all(|id| documents.contains(id)),
        "{documents:?}"
    );
    assert!(!documents.contains(&held), "nobody has confirmed that one");
    assert!(pages.iter().all(|page| page["confirmed_by"] == "decision"));
    let labelled = pages
        .iter()
        .flat_map(|page| page["words"].as_array().unwrap());
    let labelled = labelled
        .filter(|word| word["field"] == "pro_number")
        .count();
    // Not every paper has one.
    assert!(labelled > 1, "{labelled}");
    for page in &pages {
        assert!(full.join(page["image"].as_str().unwrap()).is_file());
    }
    assert_eq!(rows(&full.join("features/starts.npy")), pages.len() + 1);
    assert_eq!(rows(&full.join("features/thumbnails.npy")), pages.len());
    // A person's word confirms a document as well.
    let detach = [
        "detach",
        held,
        "--by",
        "ada",
        "--why",
        "another load",
        "--from",
        "S-NONE",
    ];
    countersign(data.path(), &detach);
    let again = exported(data.path(), &out.path().join("again"), &[]);
    let confirmed = again.iter().find(|page| page["document"] == held).unwrap();
    assert_eq!(confirmed["confirmed_by"], "person");
}

#[test]
fn features_only_shows_neither_words_nor_pictures() {
    let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    processed(data.path());
    let folder = out.path().join("features-only");
    let pages = exported(data.path(), &folder, &["--features-only"]);
    assert!(!pages.is_empty());
    for page in &pages {
        assert!(
            page.get("words").is_none() && page.get("image").is_none(),
            "{page}"
        );
    }
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["features", "pages.jsonl"]);
    assert_eq!(rows(&folder.join("features/starts.npy")), pages.len() + 1);
}
