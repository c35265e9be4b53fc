//! Charges that come and change after a paper was decided.

use super::*;

const PRO: &str = "123456782";

fn billed(version: u64, lines: &[(&str, &str)]) -> Shipment {
    let lines = lines.iter().enumerate().map(|(at, (code, amount))| {
        json!({"invoice_no": "1001", "line": at + 1, "code": code, "amount": amount})
    });
    let lines: Vec<_> = lines.collect();
    changed("S-1", version, PRO, json!({"billed": lines}))
}

/// Version and score of each `charges.scored`.
fn scored(events: &[Json]) -> Vec<(u64, Option<f64>)> {
    let scored = events
        .iter()
        .filter(|event| event["type"] == "countersign.charges.scored.v1");
    let scored = scored.map(|event| {
        let data = &event["data"];
        let version = data["shipment"]["version"].as_u64().unwrap();
        (version, data["accessorials"]["score"].as_f64())
    });
    scored.collect()
}

#[tokio::test]
async fn charges_that_come_later_are_scored_once_a_version_and_the_decision_stands() {
    let office = Office::open().await;
    office.shipments(&[billed(1, &[])]).await;
    office.paper("a.pdf", &receipt(PRO)).await;
    let late = PaperSays {
        received: 2,
        ..receipt(PRO)
    };
    office.paper("b.pdf", &late).await;
    let haz = [("LH", "900.00"), ("HAZ", "45.00")];
    let events = office.shipments(&[billed(2, &haz)]).await;
    assert_eq!(
        scored(&events),
        [(2, Some(0.0))],
        "of the proof, not of its duplicate"
    );
    let document = &events.last().unwrap()["data"]["document"]["id"];
    assert_eq!(document, &json!(id_of("a.pdf")));
    assert_eq!(scored(&office.shipments(&[billed(2, &haz)]).await), []);
    assert_eq!(
        scored(&office.shipments(&[billed(3, &haz)]).await),
        [],
        "the same charges"
    );
    let events = office.shipments(&[billed(4, &haz[..1])]).await;
    assert_eq!(scored(&events), [(4, Some(0.0))], "one was taken back");
    assert_eq!(office.stands("a.pdf").await, "S-1 billable");
}

#[tokio::test]
async fn a_charge_that_raises_something_is_told_with_the_decision() {
    let office = Office::open().await;
    office.shipments(&[billed(1, &[])]).await;
    office.paper("a.pdf", &receipt(PRO)).await;
    let twice = [("HAZ", "45.00"), ("HAZ", "45.00")];
    let events = office.shipments(&[billed(2, &twice)]).await;
    assert_eq!(scored(&events), []);
    assert_eq!(told(&events), ["validated S-1"]);
    let data = &events.last().unwrap()["data"];
    assert_eq!(data["exceptions"][0]["code"], "ACCESSORIAL_DUPLICATE");
    assert!(data["accessorials"]["score"].as_f64().unwrap() > 0.9);
    assert_eq!(scored(&office.shipments(&[billed(2, &twice)]).await), []);
}
