//! What people do at the desk, from the outside: the real program on the fixtures' ledger.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A receipt that nobody signed, and one that can be billed.
const UNSIGNED: &str = "unsigned-delivery-receipt.pdf";
const CLEAN: &str = "clean-delivery-receipt.pdf";

/// A ledger with papers in it.
struct Desk(TempDir);

impl Desk {
    /// After some of the fixtures were processed.
    fn with(uploads: &[&str]) -> Self {
        let desk = Self(TempDir::new().unwrap());
        let uploads = uploads
            .iter()
            .map(|name| format!("fixtures/uploads/{name}"));
        let mut process = desk.command(&["process"]);
        process.args(uploads);
        process.args([
            "--shipments",
            "fixtures/shipments.jsonl",
            "--profiles",
            "fixtures/profiles",
        ]);
        let output = process.output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        desk
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.current_dir(root).env("COUNTERSIGN_HOME", root);
        command.args(arguments).arg("--data").arg(self.0.path());
        command
    }

    fn says(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// A person's act; the events that follow.
    fn acts(&self, arguments: &[&str]) -> Vec<Value> {
        let who = [
            "--by",
            "pat",
            "--why",
            "the carrier called",
            "--profiles",
            "fixtures/profiles",
            "--json",
        ];
        lines(&self.says(&[arguments, &who].concat()))
    }

    fn refuses(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stderr, .. } = self.command(arguments).output().unwrap();
        (status.code(), text(&stderr))
    }

    fn open(&self) -> Vec<Value> {
        lines(&self.says(&["exceptions", "list", "--json"]))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

#[test]
fn exceptions_are_listed_shown_assigned_ended_and_reopened() {
    let desk = Desk::with(&[UNSIGNED]);
    let open = desk.open();
    let id = open[0]["id"].as_str().unwrap();
    assert_eq!(open[0]["code"], "SIGNATURE_MISSING");
    assert!(
        open[0]["act_by"].is_string() && open[0]["end_by"].is_string(),
        "{}",
        open[0]
    );
    let list = desk.says(&["exceptions", "list"]);
    assert!(list.contains(id) && list.contains("act by"), "{list}");

    assert!(
        desk.acts(&["exceptions", "assign", id, "--to", "kim"])
            .is_empty()
    );
    let shown = desk.says(&["exceptions", "show", id]);
    let crop = desk.0.path().join("why.png");
    desk.says(&["exceptions", "show", id, "--crop", crop.to_str().unwrap()]);
    assert!(std::fs::read(&crop).unwrap().starts_with(b"\x89PNG"));
    for part in [
        "kim works on it",
        "exception.assigned  pat: the carrier called",
        "countersign explain",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
    let events = desk.acts(&["exceptions", "waive", id]);
    assert_eq!(events[0]["data"]["exception"]["how"], "person");
    assert!(
        !kinds(&events).contains(&"countersign.attachment.validated.v1"),
        "it is unsigned all the same"
    );
    assert!(desk.open().iter().all(|one| one["id"] != id));
    let (code, said) = desk.refuses(&["exceptions", "waive", id, "--by", "pat", "--why", "again"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("open no longer"), "{said}");
    let events = desk.acts(&["exceptions", "reopen", id]);
    assert_eq!(kinds(&events), ["countersign.exception.raised.v1"]);
    assert!(
        desk.says(&["audit", "verify"])
            .contains("the trail is whole")
    );
}

#[test]
fn a_document_is_detached_and_attached_and_the_events_lie_in_the_folder() {
    let desk = Desk::with(&[CLEAN]);
    let folder = std::fs::read_dir(desk.0.path().join("events")).unwrap();
    let file = folder.map(|entry| entry.unwrap().path()).next().unwrap();
    let events = || lines(&std::fs::read_to_string(&file).unwrap());
    let validated = events();
    let validated = validated
        .iter()
        .find(|event| event["type"] == "countersign.attachment.validated.v1");
    let validated = validated.expect("the fixture is billable");
    let document = validated["subject"].as_str().unwrap();
    let shipment = validated["data"]["shipment"]["id"].as_str().unwrap();
    let before = events().len();

    let detached = desk.acts(&["detach", document]);
    assert_eq!(kinds(&detached), ["countersign.exception.raised.v1"]);
    let attached = desk.acts(&["attach", document, shipment]);
    assert!(
        kinds(&attached).contains(&"countersign.attachment.validated.v1"),
        "{:?}",
        kinds(&attached)
    );
    assert_eq!(
        attached.last().unwrap()["data"]["shipment"]["evidence"][0]["field"],
        "person"
    );
    assert_eq!(events().len(), before + detached.len() + attached.len());
    let (code, said) = desk.refuses(&["attach", document, "S-none", "--by", "pat", "--why", "so"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("no shipment S-none"), "{said}");
}

#[test]
fn an_act_needs_a_name_a_reason_and_a_ledger() {
    let desk = Desk(TempDir::new().unwrap());
    let id = "00000000-0000-0000-0000-000000000000";
    let (code, said) = desk.refuses(&["exceptions", "waive", id, "--by", "pat"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--why"), "{said}");
    let (code, said) = desk.refuses(&["exceptions", "waive", id, "--by", " ", "--why", "so"]);
    assert_eq!((code, said.contains("--by")), (Some(2), true), "{said}");
    let (code, said) = desk.refuses(&["exceptions", "list"]);
    assert_eq!(
        (code, said.contains("there is no ledger")),
        (Some(2), true),
        "{said}"
    );
    let (code, said) = desk.refuses(&["exceptions", "list", "--code", "UNSIGNED"]);
    assert_eq!(
        (code, said.contains("SIGNATURE_MISSING")),
        (Some(2), true),
        "{said}"
    );
}
