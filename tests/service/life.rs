//! What time and people bring about, beside a real broker and database.

use std::process::Command;

use serde_json::{Value, json};

use crate::world::{SHIPMENTS, World, fixture, root};

/// The fixtures' shipment of the clean receipt, its proof due long ago.
fn overdue_shipment() -> String {
    let feed = std::fs::read_to_string(root().join("fixtures/shipments.jsonl")).unwrap();
    let mut shipments = feed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut shipment = shipments.find(|one| one["id"] == CLEAN).unwrap();
    shipment["pod_due_at"] = json!("2026-01-01T00:00:00Z");
    shipment.to_string()
}

/// Whose paper the fixture `clean-delivery-receipt.pdf` is.
const CLEAN: &str = "S-CLEAN";

#[tokio::test]
async fn an_overdue_proof_is_missed_and_its_arrival_ends_that() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    world.send(SHIPMENTS, overdue_shipment().as_bytes()).await;
    let missed = world.event().await;
    assert_eq!(missed["type"], "countersign.exception.raised.v1");
    assert_eq!(missed["data"]["exceptions"][0]["code"], "POD_NOT_RECEIVED");
    assert_eq!(missed["data"]["document"], Value::Null);
    world
        .upload("late.pdf", fixture("clean-delivery-receipt.pdf"))
        .await;
    let events = world.events(3).await;
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert!(
        kinds.contains(&"countersign.exception.resolved.v1"),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&"countersign.attachment.validated.v1"),
        "{kinds:?}"
    );
}

#[tokio::test]
async fn what_a_person_does_is_published_by_a_worker() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    world
        .upload("stray.pdf", fixture("clean-delivery-receipt.pdf"))
        .await;
    let raised = world.events(2).await.remove(1);
    let document = raised["subject"].as_str().unwrap();
    let desk = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        let output = command
            .args(arguments)
            .envs(&world.settings)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let open: Value =
        serde_json::from_str(&desk(&["exceptions", "list", "--json", "--limit", "1"])).unwrap();
    assert_eq!(open["code"], "NO_MATCH");
    assert_eq!(open["document"], document);
    let id = open["id"].as_str().unwrap();
    desk(&["exceptions", "waive", id, "--by", "pat", "--why", "a test"]);
    let resolved = world.event().await;
    assert_eq!(resolved["type"], "countersign.exception.resolved.v1");
    assert_eq!(resolved["data"]["exception"]["how"], "person");
}
