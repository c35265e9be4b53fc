//! `countersign process` from the outside: the real program on the fixtures and on bad input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// A run of the program with its own data folder.
struct Run {
    data: TempDir,
}

impl Run {
    fn new() -> Self {
        Self {
            data: TempDir::new().unwrap(),
        }
    }

    fn command(&self, paths: &[&Path]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command
            .current_dir(root())
            .arg("process")
            .args(paths)
            .arg("--data")
            .arg(self.data.path());
        command.env("COUNTERSIGN_HOME", root());
        command
    }

    /// Events of `paths` with the fixtures' shipments and profiles.
    fn events(&self, paths: &[&Path]) -> Vec<Value> {
        let mut command = self.command(paths);
        command.args([
            "--json",
            "--shipments",
            "fixtures/shipments.jsonl",
            "--profiles",
            "fixtures/profiles",
        ]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        lines(&output)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    let parse = |line: &str| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in stdout line {line:?}"))
    };
    text(&output.stdout).lines().map(parse).collect()
}

/// All fixtures, processed once for all tests.
fn fixtures() -> &'static [Value] {
    static EVENTS: OnceLock<Vec<Value>> = OnceLock::new();
    EVENTS.get_or_init(|| Run::new().events(&[Path::new("fixtures/uploads")]))
}

fn expected() -> BTreeMap<String, Value> {
    serde_json::from_str(&fs::read_to_string(root().join("fixtures/expected.json")).unwrap())
        .unwrap()
}

fn file_of(event: &Value) -> String {
    let data = &event["data"];
    let object = if data["object"].is_object() {
        &data["object"]
    } else {
        &data["document"]["object"]
    };
    let key = PathBuf::from(object["key"].as_str().unwrap());
    key.file_name().unwrap().to_string_lossy().into_owned()
}

fn is_outcome(event: &Value) -> bool {
    [
        "countersign.attachment.validated.v1",
        "countersign.exception.raised.v1",
    ]
    .contains(&event["type"].as_str().unwrap())
}

/// Compares what `wanted` names; anything it does not name may be anything. Exceptions that it names must be raised, and of
/// the rules of a charge one must be among the reasons.
fn differences(path: &str, wanted: &Value, got: &Value, found: &mut Vec<String>) {
    let entries = wanted.as_object().unwrap();
    for (key, wanted) in entries {
        let (path, got) = (format!("{path} {key}"), &got[key]);
        let among = |one: &Value| got.as_array().is_some_and(|got| got.contains(one));
        let same = match key.as_str() {
            "fields" => {
                differences(&path, wanted, got, found);
                true
            }
            "charges" => {
                for wanted in wanted.as_array().unwrap() {
                    let of_line = got
                        .as_array()
                        .unwrap()
                        .iter()
                        .find(|charge| charge["line"] == wanted["line"]);
                    differences(&path, wanted, of_line.unwrap_or(&Value::Null), found);
                }
                true
            }
            "exceptions" => wanted.as_array().unwrap().iter().all(among),
            "rules" => wanted.as_array().unwrap().iter().any(among),
            _ => wanted == got,
        };
        if !same {
            found.push(format!("{path}: wanted {wanted}, got {got}"));
        }
    }
}

/// The parts of an outcome event that `fixtures/expected.json` speaks of, in its words.
fn summary(event: &Value) -> Value {
    let data = &event["data"];
    let mut codes: Vec<&str> = data["exceptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    let values = |fields: &Value| {
        let fields = fields.as_object().unwrap();
        fields
            .iter()
            .map(|(name, field)| (name.clone(), field["value"].clone()))
            .collect::<serde_json::Map<_, _>>()
    };
    let charge = |charge: &Value| {
        let reasons = charge["reasons"].as_array().unwrap();
        let rules: Vec<&str> = reasons
            .iter()
            .map(|one| one["rule"].as_str().unwrap())
            .collect();
        let expected = reasons.iter().find_map(|one| one["expected"].as_str());
        serde_json::json!({"line": charge["line"], "rules": rules, "expected": expected})
    };
    serde_json::json!({
        "pages": data["document"]["pages"], "class": data["document"]["class"], "shipment": data["shipment"]["id"],
        "state": data["decision"]["state"], "missing": data["decision"]["missing"], "condition": data["condition"]["state"],
        "exceptions": codes, "fields": values(&data["fields"]),
        "charges": data["accessorials"]["charges"].as_array().unwrap().iter().map(charge).collect::<Vec<_>>(),
    })
}

/// What is wrong with one file's outcome; nothing when it is as `fixtures/expected.json` says.
fn wrong_with(file: &str, wanted: &Value) -> Vec<String> {
    let of_file: Vec<&Value> = fixtures()
        .iter()
        .filter(|event| file_of(event) == file)
        .collect();
    if let Some(reason) = wanted["rejected"].as_str() {
        let got: Vec<_> = of_file
            .iter()
            .map(|event| event["data"]["reason"].as_str())
            .collect();
        return if got == [Some(reason)] {
            Vec::new()
        } else {
            vec![format!("{file}: wanted rejection {reason}, got {got:?}")]
        };
    }
    let outcomes: Vec<Value> = of_file
        .iter()
        .filter(|event| is_outcome(event))
        .map(|event| summary(event))
        .collect();
    let documents = wanted["documents"].as_array().unwrap();
    if documents.len() != outcomes.len() {
        return vec![format!(
            "{file}: wanted {} documents, got {}",
            documents.len(),
            outcomes.len()
        )];
    }
    let mut wrong = Vec::new();
    for (wanted, got) in documents.iter().zip(&outcomes) {
        differences(file, wanted, got, &mut wrong);
    }
    wrong
}

#[test]
fn every_fixture_gives_the_outcome_that_its_readme_promises() {
    let wrong: Vec<String> = expected()
        .iter()
        .flat_map(|(file, wanted)| wrong_with(file, wanted))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_event_keeps_to_its_committed_schema() {
    for event in fixtures() {
        let kind = event["type"].as_str().unwrap();
        let path = root()
            .join("src/events/schemas")
            .join(format!("{kind}.json"));
        let schema: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&event["data"])
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{kind}: {errors:?}");
    }
}

#[test]
fn every_document_gives_one_classified_event_and_one_outcome() {
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for event in fixtures() {
        let Some(id) = event["data"]["document"]["id"].as_str() else {
            continue;
        };
        let count = counts.entry(id.to_owned()).or_default();
        if is_outcome(event) {
            count.1 += 1
        } else {
            count.0 += 1
        }
    }
    assert!(counts.len() >= 24);
    assert!(counts.values().all(|count| *count == (1, 1)), "{counts:?}");
}

/// First pages of the documents of a file that may be billed, by `fixtures/expected.json`.
fn billable_pages(wanted: &Value) -> Vec<&Value> {
    let documents = wanted["documents"].as_array().into_iter().flatten();
    let billable = |one: &&Value| one["state"].as_str().unwrap().starts_with("billable");
    documents
        .filter(billable)
        .map(|one| &one["pages"][0])
        .collect()
}

#[test]
fn only_papers_that_prove_a_delivery_are_billed_each_shipment_once_and_to_the_right_one() {
    let expected = expected();
    let mut billed = BTreeMap::new();
    for event in fixtures()
        .iter()
        .filter(|event| event["type"] == "countersign.attachment.validated.v1")
    {
        let (file, data) = (file_of(event), &event["data"]);
        let shipment = data["shipment"]["id"].as_str().unwrap();
        assert_eq!(
            billed.insert(shipment, file.clone()),
            None,
            "{shipment} is billed twice"
        );
        let first = &data["document"]["pages"][0];
        assert!(
            billable_pages(&expected[&file]).contains(&first),
            "{file} is billed"
        );
        let documents = expected[&file]["documents"].as_array().unwrap();
        let is_right = |one: &Value| one["pages"][0] == *first && one["shipment"] == shipment;
        assert!(
            documents.iter().any(is_right),
            "{file} is on the wrong shipment"
        );
    }
    assert!(billed.len() >= 5, "hardly anything is billed: {billed:?}");
}

#[test]
fn the_same_upload_again_gives_the_same_events_to_the_letter() {
    let run = Run::new();
    let first = first_upload();
    let once = run.events(&[&first]);
    assert_eq!(once, run.events(&[&first]));
    let elsewhere: Vec<Value> = Run::new().events(&[&first]);
    let ids = |events: &[Value]| {
        events
            .iter()
            .map(|event| event["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&once), ids(&elsewhere));
}

#[test]
fn documents_of_a_batch_that_come_again_in_other_files_are_told_to_be_the_same_papers() {
    let run = Run::new();
    let batch = run.events(&[Path::new("fixtures/uploads/batch.pdf")]);
    let known = batch
        .iter()
        .filter(|event| is_outcome(event) && event["data"]["shipment"]["id"].is_string());
    let known: Vec<_> = known.map(|event| &event["data"]["document"]).collect();
    assert_eq!(known.len(), 3, "{known:?}");
    let resent = TempDir::new().unwrap();
    for (number, document) in known.iter().enumerate() {
        let cut = document["attachment"]["key"].as_str().unwrap();
        fs::copy(cut, resent.path().join(format!("{number}.pdf"))).unwrap();
    }
    let again = run.events(&[resent.path()]);
    let again: Vec<_> = again.iter().filter(|event| is_outcome(event)).collect();
    assert_eq!(again.len(), 3);
    for event in again {
        assert_eq!(event["data"]["exceptions"][0]["code"], "DUPLICATE_DOC");
        assert_eq!(event["data"]["decision"]["state"], "reject", "{event}");
    }
}

fn first_upload() -> PathBuf {
    PathBuf::from("fixtures/uploads/foul-short-and-damaged.pdf")
}

#[test]
fn the_cut_out_document_lies_beside_the_events_and_explain_tells_how_it_came_about() {
    let run = Run::new();
    let events = run.events(&[&first_upload()]);
    let outcome = events.iter().find(|event| is_outcome(event)).unwrap();
    let attachment = outcome["data"]["document"]["attachment"]["key"]
        .as_str()
        .unwrap();
    assert!(fs::read(attachment).unwrap().starts_with(b"%PDF-"));
    let written = fs::read_dir(run.data.path().join("events"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    assert_eq!(
        fs::read_to_string(written).unwrap().lines().count(),
        events.len()
    );
    let id = outcome["data"]["document"]["id"].as_str().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .current_dir(root())
        .args(["explain", id, "--data"])
        .arg(run.data.path())
        .output()
        .unwrap();
    let told = text(&output.stdout);
    for part in [
        "reading",
        "understanding",
        "matching",
        "deciding",
        "V5",
        "S-FOUL",
        "audit",
    ] {
        assert!(told.contains(part), "{part} is not in:\n{told}");
    }
}

#[test]
fn bad_files_are_rejected_by_reason_and_the_next_file_is_read() {
    let run = Run::new();
    let folder = TempDir::new().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let empty = file("a.pdf", b"");
    let text_file = file("b.pdf", b"this is no pdf, whatever its name says");
    let header = file("c.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let missing = folder.path().join("d.pdf");
    let events = run.events(&[&empty, &text_file, &header, &missing, &first_upload()]);
    let reasons: Vec<_> = events
        .iter()
        .filter_map(|event| event["data"]["reason"].as_str())
        .collect();
    assert_eq!(
        reasons,
        ["empty", "unsupported_type", "corrupt", "not_found"]
    );
    assert_eq!(events.iter().filter(|event| is_outcome(event)).count(), 1);
}

#[test]
fn malformed_shipments_are_named_by_line_and_the_rest_counts() {
    let run = Run::new();
    let folder = TempDir::new().unwrap();
    let feed = folder.path().join("feed.jsonl");
    let good = fs::read_to_string(root().join("fixtures/shipments.jsonl")).unwrap();
    fs::write(&feed, format!("{{\"id\": \"S\"}}\nnot json\n{good}")).unwrap();
    let mut command = run.command(&[&first_upload()]);
    let output = command
        .args(["--json", "--profiles", "fixtures/profiles", "--shipments"])
        .arg(&feed)
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert!(
        said.contains("line 1: ") && said.contains("version") && said.contains("line 2: "),
        "{said}"
    );
    assert!(
        lines(&output)
            .iter()
            .any(|event| event["data"]["shipment"]["id"] == "S-FOUL")
    );
}

#[test]
fn wrong_settings_and_arguments_are_named_and_end_with_two() {
    let run = Run::new();
    let upload = first_upload();
    let output = run
        .command(&[&upload])
        .env("COUNTERSIGN_READER__LIMITS__PAGSE", "3")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("reader.limits.pagse"));
    let output = run
        .command(&[&upload])
        .args(["--profiles", "no/such/folder"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no/such/folder"));
}

#[test]
fn the_report_is_for_a_person_and_names_shipment_verdict_and_class() {
    let run = Run::new();
    let mut command = run.command(&[&first_upload()]);
    command.args([
        "--shipments",
        "fixtures/shipments.jsonl",
        "--profiles",
        "fixtures/profiles",
    ]);
    let output = command.output().unwrap();
    let report = text(&output.stdout);
    assert!(
        report.contains("delivery receipt, page 1")
            && report.contains("S-FOUL")
            && report.contains("1 upload"),
        "{report}"
    );
}

#[test]
fn ctrl_c_finishes_what_is_in_hand_and_says_what_was_not_begun() {
    let run = Run::new();
    let mut command = run.command(&[Path::new("fixtures/uploads")]);
    let child = command
        .args(["--json", "--slots", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let group = format!("-{}", child.id());
    // The first event tells that work is under way.
    let events = run.data.path().join("events");
    while !fs::read_dir(&events).is_ok_and(|mut files| files.next().is_some()) {
        std::thread::yield_now();
    }
    // A terminal sends Ctrl-C to the whole group, reader children too if they are in it.
    let sent = Command::new("kill")
        .args(["-INT", "--", &group])
        .status()
        .unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("were not begun"),
        "{}",
        text(&output.stderr)
    );
    let events = lines(&output);
    assert!(events.iter().any(is_outcome));
    let rejected = events
        .iter()
        .find(|event| event["type"] == "countersign.upload.rejected.v1");
    assert_eq!(rejected, None, "a good file is not rejected for Ctrl-C");
}
