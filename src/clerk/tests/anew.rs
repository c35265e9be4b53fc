//! Uploads that other models read anew.

use super::*;

const PRO: &str = "123456782";

/// What comes of an upload once other models have read it.
async fn anew(office: &Office, name: &str, documents: Vec<ReadDocument>) -> Vec<Json> {
    let mut newer = examples::origin(name, name.as_bytes());
    newer.models.marks = "marks@2".to_owned();
    let begun = office
        .clerk
        .ledger
        .begin_upload(&newer, "default", 4, at(9))
        .await;
    let Begun::New(upload) = begun.unwrap() else {
        panic!("it was read by these models");
    };
    office.file(&upload, &receipt(PRO), documents, None).await
}

fn unsigned() -> PaperSays {
    PaperSays {
        signed: false,
        ..receipt(PRO)
    }
}

fn on_pages(mut read: ReadDocument, pages: std::ops::Range<u32>) -> ReadDocument {
    read.document.pages = examples::pages(pages);
    read
}

#[tokio::test]
async fn what_other_models_make_of_a_proof_frees_the_papers_that_it_stood_before() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    office.paper("a.pdf", &receipt(PRO)).await;
    let second = PaperSays {
        received: 2,
        ..receipt(PRO)
    };
    office.paper("b.pdf", &second).await;
    let events = anew(&office, "a.pdf", vec![receipt("222333448").read()]).await;
    assert!(
        told(&events).contains(&"validated S-1".to_owned()),
        "{:?}",
        told(&events)
    );
    assert_eq!(office.stands("b.pdf").await, "S-1 billable");
}

#[tokio::test]
async fn what_other_models_do_not_miss_any_longer_is_resolved() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    office.paper("a.pdf", &unsigned()).await;
    let events = anew(&office, "a.pdf", vec![receipt(PRO).read()]).await;
    assert_eq!(
        told(&events),
        ["resolved SIGNATURE_MISSING", "validated S-1"]
    );
    let validated = events.last().unwrap();
    assert_eq!(validated["data"]["revision"], 2);
    assert!(office.open_exceptions().await.is_empty());
}

#[tokio::test]
async fn what_other_models_miss_still_stays_one_exception() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    office.paper("a.pdf", &unsigned()).await;
    let before = office.open_exceptions().await;
    let events = anew(&office, "a.pdf", vec![unsigned().read()]).await;
    assert_eq!(told(&events), ["raised SIGNATURE_MISSING"]);
    let after = office.open_exceptions().await;
    assert_eq!((after[0].id, after.len()), (before[0].id, 1));
}

#[tokio::test]
async fn of_a_document_that_other_models_cut_otherwise_is_told_that_it_is_attached_no_longer() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    office.paper("a.pdf", &receipt(PRO)).await;
    let of_two_pages = on_pages(receipt(PRO).read(), 0..2);
    let events = anew(&office, "a.pdf", vec![of_two_pages]).await;
    assert_eq!(told(&events), ["raised DUPLICATE_DOC", "validated S-1"]);
    let raised = &events[0]["data"];
    assert_eq!(raised["document"]["id"], json!(id_of("a.pdf")));
    assert_eq!(raised["revision"], 2);
    let new = &events.last().unwrap()["data"]["document"];
    let detail = raised["exceptions"][0]["detail"].as_str().unwrap();
    assert!(detail.contains(new["id"].as_str().unwrap()), "{detail}");
    // And whoever asks for what is there hears of the new one alone.
    let old = office.clerk.ledger.document(id_of("a.pdf")).await;
    assert!(old.unwrap().is_none());
    let papers = office.clerk.ledger.papers_of("default", "S-1").await;
    assert_eq!(papers.unwrap().len(), 1);
}
