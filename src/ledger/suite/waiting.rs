//! How every ledger keeps documents that wait for their shipment.

use super::*;
use crate::events::EventType;
use crate::events::examples::{ambiguous, unsigned};
use crate::shipments::matching::Hints;

on_every_database! {
    a_document_waits_for_any_of_its_keys_until_its_shipment_is_there,
    what_ended_is_resolved_before_the_attachment_is_told,
    nothing_new_gives_no_event,
    of_two_who_decide_again_at_once_one_commits,
    a_document_that_other_models_read_anew_waits_no_longer,
}

fn waits(keys: &[&str]) -> Option<Waits> {
    Some(Waits {
        tenant: "default".to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        hints: Hints {
            file_name: Some("a.pdf".to_owned()),
            ..Hints::default()
        },
    })
}

fn outcome(decided: Decided, waits: Option<Waits>) -> DocumentOutcome {
    DocumentOutcome {
        decided,
        serves: Serves::AsPod,
        stop: 0,
        looks: None,
        waits,
    }
}

/// An upload whose one document nobody can tell the shipment of.
async fn park(ledger: &Ledger, key: &str, keys: &[&str]) -> DocumentId {
    let upload = begun(begin(ledger, key, key.as_bytes(), at(1)).await);
    let parked = Outcome::Documents(vec![outcome(ambiguous(pages(0..1)), waits(keys))]);
    done(finish(ledger, &upload, &parked, at(2)).await);
    document_id(key, key.as_bytes())
}

async fn woken(ledger: &Ledger, keys: &[&str]) -> Vec<DocumentId> {
    let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    ledger
        .waiting_for("default", &keys)
        .await
        .unwrap()
        .into_iter()
        .collect()
}

async fn decide_again(ledger: &Ledger, document: DocumentId, decided: Decided) -> Vec<StoredEvent> {
    let waiting = ledger.waiting(document).await.unwrap().unwrap();
    done(
        ledger
            .finish_waiting(&waiting, &outcome(decided, None), at(9))
            .await
            .unwrap(),
    )
}

async fn a_document_waits_for_any_of_its_keys_until_its_shipment_is_there(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let document = park(ledger, "a.pdf", &["id:1", "id:2", "id:1"]).await;
    assert_eq!(woken(ledger, &["id:3", "id:2"]).await, [document]);
    assert_eq!(woken(ledger, &["id:3"]).await, []);
    let waiting = ledger.waiting(document).await.unwrap().unwrap();
    assert_eq!(waiting.hints.file_name.as_deref(), Some("a.pdf"));
    decide_again(ledger, document, billable("S-1", pages(0..1))).await;
    assert_eq!(woken(ledger, &["id:1", "id:2"]).await, []);
    assert!(ledger.waiting(document).await.unwrap().is_none());
}

async fn what_ended_is_resolved_before_the_attachment_is_told(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let document = park(ledger, "a.pdf", &["id:1"]).await;
    let told = decide_again(ledger, document, billable("S-1", pages(0..1))).await;
    let kinds: Vec<EventType> = told.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [EventType::ExceptionResolved, EventType::AttachmentValidated]
    );
    let resolved: serde_json::Value = serde_json::from_str(&told[0].json).unwrap();
    assert_eq!(resolved["data"]["exception"]["code"], "AMBIGUOUS_MATCH");
    assert_eq!(resolved["data"]["exception"]["how"], "shipment");
    let validated: serde_json::Value = serde_json::from_str(&told[1].json).unwrap();
    assert_eq!(validated["data"]["revision"], 2);
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM attachments").await, 1);
    assert_eq!(
        count(
            ledger,
            "SELECT COUNT(*) FROM exceptions WHERE state = 'OPEN' AND code = 'AMBIGUOUS_MATCH'"
        )
        .await,
        0
    );
    // An exception that is raised in the second place has an id of its own.
    let other = park(ledger, "b.pdf", &["id:2"]).await;
    let told = decide_again(ledger, other, unsigned("S-1", pages(0..1))).await;
    let again = told
        .iter()
        .find(|event| event.kind == EventType::ExceptionRaised)
        .unwrap();
    let ids =
        "SELECT COUNT(DISTINCT id) FROM outbox WHERE type = 'countersign.exception.raised.v1'";
    assert_eq!(count(ledger, ids).await, 3, "{again:?}");
}

async fn nothing_new_gives_no_event(ledger: &Ledger) {
    let document = park(ledger, "a.pdf", &["id:1"]).await;
    let waiting = ledger.waiting(document).await.unwrap().unwrap();
    let same = outcome(ambiguous(pages(0..1)), waits(&["id:1"]));
    let told = done(ledger.finish_waiting(&waiting, &same, at(9)).await.unwrap());
    assert_eq!(told, []);
    assert_eq!(woken(ledger, &["id:1"]).await, [document]);
}

async fn of_two_who_decide_again_at_once_one_commits(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let document = park(ledger, "a.pdf", &["id:1"]).await;
    let waiting = ledger.waiting(document).await.unwrap().unwrap();
    let decided = outcome(billable("S-1", pages(0..1)), None);
    let (one, other) = tokio::join!(
        ledger.finish_waiting(&waiting, &decided, at(8)),
        ledger.finish_waiting(&waiting, &decided, at(9)),
    );
    let told = done(one.unwrap()).len() + done(other.unwrap()).len();
    assert_eq!(told, 2, "one resolved, one validated");
}

async fn a_document_that_other_models_read_anew_waits_no_longer(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let document = park(ledger, "a.pdf", &["id:1"]).await;
    let mut newer = origin("a.pdf", b"a.pdf");
    newer.models.marks = "marks@2".to_owned();
    let upload = begun(ledger.begin_upload(&newer, 5, at(3)).await.unwrap());
    let found = Outcome::Documents(vec![outcome(billable("S-1", pages(0..1)), None)]);
    done(finish(ledger, &upload, &found, at(4)).await);
    assert!(ledger.waiting(document).await.unwrap().is_none());
    assert_eq!(woken(ledger, &["id:1"]).await, []);
}
