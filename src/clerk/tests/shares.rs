//! Papers that cover several shipments.

use super::*;
use crate::ledger::Act;
use crate::understanding::Document;

const PROS: [&str; 3] = ["703377990", "481920364", "558102937"];

/// A manifest of one trip to Acme Foods: its numbers below one another, signed at the foot.
fn manifest(numbers: &[&str]) -> ReadDocument {
    let mut read = PaperSays {
        pro: None,
        ..receipt("")
    }
    .read();
    let rows = numbers.iter().zip([0.3, 0.4, 0.5, 0.6]);
    read.document.traits.other_identifiers = rows
        .map(|(number, top)| Found {
            value: (*number).to_owned(),
            raw: (*number).to_owned(),
            confidence: Confidence::new(0.99),
            page: PageNumber::from_index(0),
            bbox: BBox::new(0.1, top, 0.25, top + 0.02),
            source: Source::TextLayer,
            second: None,
        })
        .collect();
    read
}

fn on_the_trip(at: usize, more: Json) -> Shipment {
    let mut told = json!({"carrier": {"scac": "XPOL"}});
    for (key, value) in more.as_object().unwrap() {
        told[key] = value.clone();
    }
    changed(&format!("S-{at}"), 1, PROS[at], told)
}

impl Office {
    async fn whole(&self, name: &str, read: ReadDocument) -> Vec<Json> {
        let origin = examples::origin(name, name.as_bytes());
        let begun = self
            .clerk
            .ledger
            .begin_upload(&origin, "default", 4, at(1))
            .await;
        let Begun::New(upload) = begun.unwrap() else {
            panic!("{name} is new");
        };
        self.file(&upload, &receipt(""), vec![read], None).await
    }

    async fn share_stands(&self, name: &str, shipment: &str) -> Option<String> {
        let share = id_of(name).share(shipment);
        let stored = self.clerk.ledger.document(share).await.unwrap()?;
        let codes: Vec<String> = stored.codes.keys().map(word).collect();
        let text = format!("{} {}", word(&stored.state), codes.join("+"));
        Some(text.trim_end().to_owned())
    }
}

fn of_type<'a>(events: &'a [Json], kind: &str) -> Vec<&'a Json> {
    let events = events.iter();
    events
        .filter(|event| event["type"].as_str().unwrap().contains(kind))
        .collect()
}

fn sorted(mut told: Vec<String>) -> Vec<String> {
    told.sort();
    told
}

#[tokio::test]
async fn each_shipment_of_a_manifest_gets_its_attachment_and_each_document_its_events() {
    let office = Office::open().await;
    let trip: Vec<Shipment> = (0..3).map(|at| on_the_trip(at, json!({}))).collect();
    office.shipments(&trip).await;
    let events = office.whole("trip.pdf", manifest(&PROS)).await;
    assert_eq!(
        sorted(told(&events)),
        ["validated S-0", "validated S-1", "validated S-2"]
    );
    assert_eq!(of_type(&events, "classified").len(), 3);
    let whole = id_of("trip.pdf").to_string();
    for event in of_type(&events, "validated") {
        let document = &event["data"]["document"];
        let shipment = event["data"]["shipment"]["id"].as_str().unwrap();
        let at: usize = shipment.strip_prefix("S-").unwrap().parse().unwrap();
        assert_eq!(event["data"]["fields"]["pro_number"]["value"], PROS[at]);
        assert_eq!(document["share_of"].is_null(), document["id"] == *whole);
    }
    let again = office.shipments(&trip).await;
    assert_eq!(told(&again), [""; 0], "nothing has changed");
}

#[tokio::test]
async fn the_order_in_which_the_shipments_of_a_manifest_come_makes_no_difference() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let office = Office::open().await;
        office.whole("trip.pdf", manifest(&PROS)).await;
        let mut told_last = Vec::new();
        for at in order {
            told_last = told(&office.shipments(&[on_the_trip(at, json!({}))]).await);
        }
        assert!(told_last.iter().any(|told| told.starts_with("validated")));
        assert_eq!(office.stands("trip.pdf").await, "S-0 billable", "{order:?}");
        for shipment in ["S-1", "S-2"] {
            let share = office.share_stands("trip.pdf", shipment).await;
            assert_eq!(share.as_deref(), Some("billable"), "{order:?} {shipment}");
        }
        assert!(office.open_exceptions().await.is_empty(), "{order:?}");
    }
}

#[tokio::test]
async fn who_has_not_signed_his_row_has_not_received() {
    let office = Office::open().await;
    let places = [
        ("Acme Foods", "43215"),
        ("Birch Paper Mill", "45402"),
        ("Cedar Supply", "46204"),
    ];
    let trip = places.iter().enumerate().map(|(at, (name, postal))| {
        on_the_trip(
            at,
            json!({"parties": {"consignee": {"name": name, "postal": postal}}}),
        )
    });
    office.shipments(&trip.collect::<Vec<_>>()).await;
    let mut read = manifest(&PROS);
    // Beside the second number.
    read.document.marks[0].bbox = BBox::new(0.6, 0.395, 0.8, 0.425);
    let events = office.whole("trip.pdf", read).await;
    assert_eq!(
        sorted(told(&events)),
        [
            "raised SIGNATURE_MISSING",
            "raised SIGNATURE_MISSING",
            "validated S-1"
        ]
    );
}

#[tokio::test]
async fn a_share_follows_its_shipment_and_other_papers_of_it() {
    let office = Office::open().await;
    let trip: Vec<Shipment> = (0..3).map(|at| on_the_trip(at, json!({}))).collect();
    office.shipments(&trip).await;
    office.whole("trip.pdf", manifest(&PROS)).await;
    // A receipt of one of them comes, too.
    let late = PaperSays {
        received: 9,
        ..receipt(PROS[1])
    };
    let events = office.paper("own.pdf", &late).await;
    assert_eq!(told(&events), ["raised DUPLICATE_POD"]);
    // One is called off; the two others stand.
    let mut gone = on_the_trip(2, json!({"status": "cancelled"}));
    gone.version = 2;
    let events = office.shipments(&[gone]).await;
    assert_eq!(told(&events), ["raised WRONG_SHIPMENT"]);
    let stands = office.share_stands("trip.pdf", "S-2").await;
    assert_eq!(stands.as_deref(), Some("review WRONG_SHIPMENT"));
    assert_eq!(office.stands("trip.pdf").await, "S-0 billable");
    let stands = office.share_stands("trip.pdf", "S-1").await;
    assert_eq!(stands.as_deref(), Some("billable"));
}

#[tokio::test]
async fn a_shipment_that_goes_by_another_number_loses_its_share() {
    let office = Office::open().await;
    let trip: Vec<Shipment> = (0..3).map(|at| on_the_trip(at, json!({}))).collect();
    office.shipments(&trip).await;
    office.whole("trip.pdf", manifest(&PROS)).await;
    let corrected = json!({"carrier": {"scac": "XPOL"}});
    let corrected = changed("S-2", 2, "999888777", corrected);
    let events = office.shipments(&[corrected]).await;
    assert_eq!(told(&events), ["raised NO_MATCH"]);
    let stands = office.share_stands("trip.pdf", "S-2").await;
    assert_eq!(stands.as_deref(), Some("review NO_MATCH"));
    assert_eq!(office.stands("trip.pdf").await, "S-0 billable");
}

#[tokio::test]
async fn the_same_manifest_again_is_one_duplicate() {
    let office = Office::open().await;
    let trip: Vec<Shipment> = (0..3).map(|at| on_the_trip(at, json!({}))).collect();
    office.shipments(&trip).await;
    office.whole("trip.pdf", manifest(&PROS)).await;
    let origin = examples::origin("again.pdf", b"trip.pdf");
    let begun = office
        .clerk
        .ledger
        .begin_upload(&origin, "default", 4, at(2))
        .await;
    let Begun::DuplicateOf(upload, first) = begun.unwrap() else {
        panic!("it has the bytes of the first");
    };
    assert_eq!(first.len(), 1, "the paper itself, whole");
    let ids = first.iter().map(|one| one.id).collect();
    let documents: Vec<ReadDocument> = first.into_iter().map(ReadDocument::from).collect();
    let numbers = |document: &Document| document.traits.other_identifiers.len();
    assert_eq!(numbers(&documents[0].document), 3);
    let events = office
        .file(&upload, &receipt(""), documents, Some(ids))
        .await;
    assert_eq!(told(&events), ["raised DUPLICATE_DOC"]);
}

#[tokio::test]
async fn what_people_say_of_a_share_holds_for_that_share() {
    let office = Office::open().await;
    let trip: Vec<Shipment> = (0..3).map(|at| on_the_trip(at, json!({}))).collect();
    office.shipments(&trip).await;
    office.whole("trip.pdf", manifest(&PROS)).await;
    let act = Act {
        who: "kim".to_owned(),
        why: "was left out".to_owned(),
        what: "document.detached",
    };
    let share = id_of("trip.pdf").share("S-1");
    let events = office.clerk.detach(share, None, &act).await.unwrap();
    assert_eq!(told(&parsed(&events)), ["raised NO_MATCH"]);
    let stands = office.share_stands("trip.pdf", "S-1").await;
    assert_eq!(stands.as_deref(), Some("review NO_MATCH"));
    assert_eq!(office.stands("trip.pdf").await, "S-0 billable");
    // And it still does when something else changes.
    office.shipments(&trip).await;
    let stands = office.share_stands("trip.pdf", "S-1").await;
    assert_eq!(stands.as_deref(), Some("review NO_MATCH"));
}
