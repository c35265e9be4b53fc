//! Holds the map of `src/lib.rs`: who may know what, and how big a file may grow.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules in the order of a document's way; a stage may use those before it, never one after it.
const STAGES: [&str; 6] = [
    "reading",
    "understanding",
    "shipments",
    "decision",
    "charges",
    "ledger",
];
/// What only one part of the tree may name.
const SECRETS: [(&str, &str); 9] = [
    ("lapin::", "/rabbitmq.rs"),
    ("aws_sdk_s3::", "src/storage/s3"),
    ("axum::", "src/service/http.rs"),
    ("prometheus::", "src/service/metrics"),
    ("sqlx::", "src/ledger/"),
    ("ort::", "src/inference/"),
    ("pdfium_render::", "src/reading/pdf"),
    ("tesseract_sys::", "src/reading/"),
    ("zxingcpp::", "src/reading/barcode"),
];
/// Lines of a file, tests included.
const LONGEST: usize = 420;

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

fn all() -> Vec<(PathBuf, String)> {
    sources(Path::new("src"))
}

#[test]
fn each_foreign_library_is_known_in_one_place_only() {
    for (path, text) in all() {
        for (name, home) in SECRETS {
            let names = text
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && uses(line, name));
            let at_home = path.to_string_lossy().contains(home);
            assert!(
                !names || at_home,
                "{} names {name}, which only {home} may know",
                path.display()
            );
        }
    }
}

/// Does the line name the crate (and no longer name that ends so, as `port::`)?
fn uses(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
    })
}

#[test]
fn no_stage_knows_a_later_one_or_the_worker() {
    // The order of dates is a billing profile's key, and reading a date needs it.
    let allowed = [("understanding", "decision::profile::DateOrder")];
    for (path, text) in all() {
        let stage = path
            .components()
            .nth(1)
            .map(|part| part.as_os_str().to_string_lossy().into_owned());
        let Some(position) = STAGES
            .iter()
            .position(|name| Some(*name) == stage.as_deref())
        else {
            continue;
        };
        for line in text.lines().filter(|line| line.contains("crate::")) {
            let excused = allowed
                .iter()
                .any(|(who, what)| *who == STAGES[position] && line.contains(what));
            let forbidden = STAGES[position + 1..]
                .iter()
                .chain(&["worker", "cli", "pipeline"]);
            for later in forbidden {
                let named = line.contains(&format!("crate::{later}::"));
                assert!(!named || excused, "{} uses {later}: {line}", path.display());
            }
        }
    }
}

#[test]
fn stages_have_no_clock_and_no_async() {
    for (path, text) in all() {
        let stage = path
            .components()
            .nth(1)
            .map(|part| part.as_os_str().to_string_lossy().into_owned());
        let sync = STAGES[..5]
            .iter()
            .any(|name| Some(*name) == stage.as_deref());
        for word in ["async fn", "Timestamp::now", "Zoned::now", "tracing::info"] {
            assert!(
                !sync || !text.contains(word),
                "{} has {word}",
                path.display()
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_fits_a_few_screens() {
    for (path, text) in all() {
        assert!(
            text.starts_with("//!"),
            "{} does not say what it is",
            path.display()
        );
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
    }
}
