//! Other models than those that serve: they look again at documents that were decided, or take part in what is processed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod homes;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use homes::Home;
use serde_json::Value;

/// Papers of every kind: born digital, scanned, turned, photographed, and several in one file.
const PAPERS: [&str; 6] = [
    "clean-delivery-receipt.pdf",
    "foul-short-and-damaged.pdf",
    "rotated-90.pdf",
    "phone-exif.jpg",
    "batch.pdf",
    "cmr-complete.pdf",
];

fn countersign(home: &Home, data: &Path, arguments: &[&str]) -> (bool, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .env("COUNTERSIGN_HOME", home.path())
        .output()
        .unwrap();
    let said = if ran.status.success() {
        ran.stdout
    } else {
        ran.stderr
    };
    (ran.status.success(), String::from_utf8(said).unwrap())
}

fn processed(home: &Home, data: &Path) {
    process(home, data, &PAPERS);
}

fn process(home: &Home, data: &Path, papers: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let papers = papers
        .iter()
        .map(|name| root.join("uploads").join(name).display().to_string());
    let papers: Vec<String> = papers.collect();
    let (feed, profiles) = (root.join("shipments.jsonl"), root.join("profiles"));
    let mut arguments = vec![
        "process",
        "--shipments",
        feed.to_str().unwrap(),
        "--profiles",
        profiles.to_str().unwrap(),
    ];
    arguments.extend(papers.iter().map(String::as_str));
    let (done, said) = countersign(home, data, &arguments);
    assert!(done, "{said}");
}

fn replayed(home: &Home, data: &Path, model: &str) -> Value {
    let profiles = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/profiles");
    let arguments = [
        "replay",
        "--json",
        "--model",
        model,
        "--profiles",
        profiles.to_str().unwrap(),
    ];
    let (done, said) = countersign(home, data, &arguments);
    assert!(done, "{said}");
    serde_json::from_str(&said).unwrap()
}

#[test]
fn the_same_model_decides_alike_without_reading_anything_again() {
    let (home, data) = (Home::new(), tempfile::tempdir().unwrap());
    processed(&home, data.path());
    home.again("page-class", 1, 9);
    let report = replayed(&home, data.path(), "page-class@9");
    assert_eq!(report["uploads"], PAPERS.len());
    for (what, tally) in report["agree"].as_object().unwrap() {
        assert_eq!(tally["hits"], tally["of"], "{what}: {report}");
    }
    assert!(
        report["agree"]["values"]["of"].as_u64().unwrap() > 40,
        "{report}"
    );
    assert_eq!(report["only_champion"], 0);
    let (_, said) = countersign(&home, data.path(), &["replay", "--model", "page-class@9"]);
    assert!(
        said.contains("0 of 6 uploads had to be read again"),
        "{said}"
    );
    // Another text model reads for itself; this one is the same under another number.
    home.again("text", 2, 9);
    let report = replayed(&home, data.path(), "text@9");
    assert_eq!(
        report["agree"]["values"]["hits"], report["agree"]["values"]["of"],
        "{report}"
    );
    let (_, said) = countersign(&home, data.path(), &["replay", "--model", "text@9"]);
    assert!(
        said.contains("6 of 6 uploads had to be read again"),
        "{said}"
    );
}

#[test]
fn a_model_that_knows_nothing_is_seen_to_bill_less_and_nobody_is_told() {
    let (home, data) = (Home::new(), tempfile::tempdir().unwrap());
    processed(&home, data.path());
    let events = || {
        std::fs::read_dir(data.path().join("events"))
            .unwrap()
            .count()
    };
    let before = events();
    home.add("torch-renamed", 2);
    let report = replayed(&home, data.path(), "page-class@2");
    assert!(report["billed_less"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["champion"], "page-class@1");
    assert_eq!(events(), before);
    let (_, list) = countersign(&home, data.path(), &["exceptions", "list"]);
    let (done, said) = countersign(
        &home,
        data.path(),
        &["replay", "--publish", "--model", "page-class@2"],
    );
    assert!(done, "{said}");
    let (_, listed) = countersign(&home, data.path(), &["exceptions", "list"]);
    assert_ne!(
        list, listed,
        "what the other model makes of the papers is told now"
    );
    let (_, audit) = countersign(&home, data.path(), &["audit", "verify"]);
    assert!(audit.contains("whole"), "{audit}");
    home.add("bad-missing-output", 3);
    let (done, said) = countersign(&home, data.path(), &["replay", "--model", "page-class@3"]);
    assert!(!done && said.contains("first_page"), "{said}");
}

#[test]
fn a_challenger_takes_part_in_what_is_processed_and_one_that_fails_costs_nothing() {
    let (home, data) = (Home::new(), tempfile::tempdir().unwrap());
    let models = |arguments: &[&str]| {
        let by = ["--by", "ada", "--why", "a test"];
        let by = if arguments[0] == "list" || arguments[0] == "report" {
            &[][..]
        } else {
            &by
        };
        let (done, said) = countersign(&home, data.path(), &[&["models"], arguments, by].concat());
        assert!(done, "{said}");
        said
    };
    process(&home, data.path(), &["cmr-complete.pdf"]);
    home.add("torch-renamed", 2);
    models(&["shadow", "page-class@2", "--share", "100%"]);
    process(&home, data.path(), &["rotated-90.pdf"]);
    let report: Value = serde_json::from_str(&models(&["report", "page-class", "--json"])).unwrap();
    assert_eq!(report["uploads"], 1, "{report}");
    home.add("bad-late-nan", 3);
    models(&["canary", "page-class@3", "--share", "100%"]);
    process(&home, data.path(), &["clean-delivery-receipt.pdf"]);
    let listed = models(&["list"]);
    assert!(
        listed.contains("page-class@1  page-class  serves") && !listed.contains("canary"),
        "{listed}"
    );
    let outcomes = outcomes(&told(data.path()));
    let billed = outcomes
        .values()
        .filter(|event| is(event, "attachment.validated"));
    assert_eq!(billed.count(), 3);
}

/// All events, in their order.
fn told(data: &Path) -> Vec<Value> {
    let files = std::fs::read_dir(data.join("events")).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let texts = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap());
    let texts: String = texts.collect();
    texts
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn is(event: &Value, what: &str) -> bool {
    event["type"] == format!("countersign.{what}.v1")
}

/// What was told last of each document.
fn outcomes(events: &[Value]) -> BTreeMap<String, Value> {
    let outcomes = events
        .iter()
        .filter(|event| is(event, "attachment.validated") || is(event, "exception.raised"));
    outcomes
        .map(|event| (event["subject"].as_str().unwrap().to_owned(), event.clone()))
        .collect()
}

fn codes(event: &Value) -> Vec<&str> {
    let exceptions = event["data"]["exceptions"].as_array().unwrap();
    exceptions
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect()
}

#[test]
fn what_is_decided_anew_takes_the_place_of_what_was_told() {
    let (home, data) = (Home::new(), tempfile::tempdir().unwrap());
    processed(&home, data.path());
    let before = told(data.path());
    // One that knows nothing calls all of them something else, and cuts the batch otherwise.
    home.add("torch-renamed", 2);
    let publish = || {
        let arguments = ["replay", "--publish", "--model", "page-class@2"];
        let (done, said) = countersign(&home, data.path(), &arguments);
        assert!(done, "{said}");
        told(data.path())
    };
    let all = publish();
    let now = outcomes(&all);
    let billed = outcomes(&before);
    let billed = billed
        .iter()
        .filter(|(_, event)| is(event, "attachment.validated"));
    for (document, _) in billed {
        let outcome = &now[document];
        assert!(is(outcome, "exception.raised"), "{outcome}");
        assert_eq!(outcome["data"]["revision"], 2, "{outcome}");
    }
    // Of the batch, each page is in one document that stands; the others say what took their place.
    let of_batch = now.values().filter(|event| {
        let key = &event["data"]["document"]["object"]["key"];
        key.as_str().unwrap().ends_with("batch.pdf")
    });
    let (gone, stands): (Vec<_>, Vec<_>) =
        of_batch.partition(|event| codes(event) == ["DUPLICATE_DOC"]);
    assert!(!gone.is_empty());
    let mut pages: Vec<u64> = stands
        .iter()
        .flat_map(|event| event["data"]["document"]["pages"].as_array().unwrap())
        .map(|page| page.as_u64().unwrap())
        .collect();
    pages.sort_unstable();
    assert_eq!(pages, [1, 2, 3, 4, 5, 6]);
    // What the papers say of the freight is not asked of a weight certificate.
    let resolved = all.iter().filter(|event| is(event, "exception.resolved"));
    let mut resolved: Vec<_> = resolved
        .map(|event| event["data"]["exception"]["code"].as_str().unwrap())
        .collect();
    resolved.sort_unstable();
    assert_eq!(resolved, ["DAMAGE", "SHORT"]);
    assert_eq!(publish().len(), all.len(), "it is told once");
}
