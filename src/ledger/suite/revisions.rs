//! How every ledger keeps what documents look for, and later decisions about them.

use super::*;
use crate::decision::{Exception, ExceptionCode};
use crate::events::EventType;
use crate::events::examples::{ambiguous, unsigned};

on_every_database! {
    a_document_is_found_by_what_it_looks_for_and_by_its_shipment,
    what_ended_is_resolved_before_the_attachment_is_told,
    of_two_who_decide_again_at_once_one_commits,
    what_rests_on_papers_or_a_version_that_changed_is_a_conflict,
    a_better_proof_takes_the_place_of_the_first,
    an_exception_is_open_as_long_as_a_document_raises_it,
    a_document_that_other_models_cut_otherwise_is_no_longer_looked_for,
    a_parked_document_is_told_of_once_its_time_has_come,
}

/// An upload with one document that looks for its shipment by `keys`.
async fn file(ledger: &Ledger, key: &str, decided: Decided, keys: &[&str]) -> DocumentId {
    let upload = begun(begin(ledger, key, key.as_bytes(), at(1)).await);
    let filed = DocumentOutcome {
        asks: asks(keys),
        ..outcome(decided)
    };
    done(finish(ledger, &upload, &all(vec![filed]), at(2)).await);
    document_id(key, key.as_bytes())
}

async fn concerned(ledger: &Ledger, shipment: &str, keys: &[&str]) -> Vec<DocumentId> {
    let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    let shipments = [shipment.to_owned()];
    let found = ledger.concerned("default", &shipments, &keys).await;
    found.unwrap().into_iter().collect()
}

async fn again(ledger: &Ledger, document: DocumentId, decided: Decided) -> Settled {
    Settled {
        revisions: vec![Revision {
            before: ledger.document(document).await.unwrap().unwrap(),
            outcome: outcome(decided),
        }],
        ..Settled::default()
    }
}

async fn revise(ledger: &Ledger, settled: &Settled) -> Finish {
    let because = Because::Shipment;
    ledger.revise(settled, &because, at(9)).await.unwrap()
}

fn kinds(events: &[StoredEvent]) -> Vec<EventType> {
    events.iter().map(|event| event.kind).collect()
}

async fn open_codes(ledger: &Ledger) -> Vec<String> {
    let open = ledger.exceptions(&Wanted::default(), 10).await.unwrap();
    open.iter().map(|one| format!("{:?}", one.code)).collect()
}

async fn a_document_is_found_by_what_it_looks_for_and_by_its_shipment(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let document = file(
        ledger,
        "a.pdf",
        ambiguous(pages(0..1)),
        &["id:1", "id:2", "id:1"],
    )
    .await;
    assert_eq!(
        concerned(ledger, "S-1", &["id:3", "id:2"]).await,
        [document]
    );
    assert_eq!(concerned(ledger, "S-1", &["id:3"]).await, []);
    let stored = ledger.document(document).await.unwrap().unwrap();
    assert_eq!(stored.asks.hints.file_name.as_deref(), Some("a.pdf"));
    let settled = again(ledger, document, billable("S-1", pages(0..1))).await;
    done(revise(ledger, &settled).await);
    assert_eq!(concerned(ledger, "S-1", &[]).await, [document]);
    assert_eq!(concerned(ledger, "S-2", &["id:1"]).await, [document]);
}

async fn what_ended_is_resolved_before_the_attachment_is_told(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let document = file(ledger, "a.pdf", ambiguous(pages(0..1)), &[]).await;
    let settled = again(ledger, document, billable("S-1", pages(0..1))).await;
    let told = done(revise(ledger, &settled).await);
    assert_eq!(
        kinds(&told),
        [EventType::ExceptionResolved, EventType::AttachmentValidated]
    );
    let resolved: serde_json::Value = serde_json::from_str(&told[0].json).unwrap();
    assert_eq!(resolved["data"]["exception"]["code"], "AMBIGUOUS_MATCH");
    assert_eq!(resolved["data"]["exception"]["how"], "shipment");
    let validated: serde_json::Value = serde_json::from_str(&told[1].json).unwrap();
    assert_eq!(validated["data"]["revision"], 2);
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM attachments").await, 1);
    assert_eq!(open_codes(ledger).await, ["Short"]);
    // What ends and comes back has an id of its own each time.
    for decided in [ambiguous(pages(0..1)), billable("S-1", pages(0..1))] {
        let settled = again(ledger, document, decided).await;
        done(revise(ledger, &settled).await);
    }
    let ids =
        "SELECT COUNT(DISTINCT id) FROM outbox WHERE type = 'countersign.exception.resolved.v1'";
    assert_eq!(count(ledger, ids).await, 3);
}

async fn of_two_who_decide_again_at_once_one_commits(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let document = file(ledger, "a.pdf", ambiguous(pages(0..1)), &[]).await;
    let settled = again(ledger, document, billable("S-1", pages(0..1))).await;
    let (one, other) = tokio::join!(revise(ledger, &settled), revise(ledger, &settled));
    let committed = [one, other]
        .into_iter()
        .filter(|finish| matches!(finish, Finish::Done(_)));
    assert_eq!(committed.count(), 1);
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM outbox").await, 4);
}

async fn what_rests_on_papers_or_a_version_that_changed_is_a_conflict(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let document = file(ledger, "a.pdf", unsigned("S-1", pages(0..1)), &[]).await;
    let pack = |version, papers: &[(DocumentId, u32)]| Pack {
        tenant: "default".to_owned(),
        shipment: "S-1".to_owned(),
        version,
        papers: papers.to_vec(),
    };
    for stale in [
        pack(2, &[(document, 1)]),
        pack(1, &[]),
        pack(1, &[(document, 2)]),
    ] {
        let upload = begun(begin(ledger, "b.pdf", b"b", at(3)).await);
        let settled = Settled {
            documents: vec![outcome(unsigned("S-1", pages(0..1)))],
            packs: vec![stale],
            ..Settled::default()
        };
        let refused = finish(ledger, &upload, &Outcome::Documents(settled), at(4)).await;
        assert!(
            matches!(refused, Finish::Conflict(Conflict::PackChanged)),
            "{refused:?}"
        );
    }
    let settled = Settled {
        packs: vec![pack(1, &[(document, 1)])],
        ..again(ledger, document, billable("S-1", pages(0..1))).await
    };
    done(revise(ledger, &settled).await);
}

async fn a_better_proof_takes_the_place_of_the_first(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let first = file(ledger, "a.pdf", billable("S-1", pages(0..1)), &[]).await;
    let upload = begun(begin(ledger, "b.pdf", b"b", at(3)).await);
    let settled = Settled {
        documents: vec![outcome(billable("S-1", pages(0..1)))],
        ..again(ledger, first, unsigned("S-1", pages(0..1))).await
    };
    let told = done(finish(ledger, &upload, &Outcome::Documents(settled), at(4)).await);
    // The remark of the first is the second one's too: it has not ended.
    assert_eq!(
        kinds(&told),
        [
            EventType::DocumentClassified,
            EventType::AttachmentValidated,
            EventType::ExceptionRaised
        ]
    );
    assert_eq!(told[2].subject, first.to_string());
    let attached = "SELECT COUNT(*) FROM attachments WHERE pod = 1 AND shipment = 'S-1'";
    assert_eq!(count(ledger, attached).await, 1);
    assert!(matches!(
        ledger.verify_audit().await,
        Ok(Audit::Intact { .. })
    ));
}

async fn an_exception_is_open_as_long_as_a_document_raises_it(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let first = file(ledger, "a.pdf", unsigned("S-1", pages(0..1)), &[]).await;
    let second = file(ledger, "b.pdf", unsigned("S-1", pages(0..1)), &[]).await;
    let settled = again(ledger, first, ambiguous(pages(0..1))).await;
    let told = done(revise(ledger, &settled).await);
    assert_eq!(kinds(&told), [EventType::ExceptionRaised]);
    assert_eq!(
        open_codes(ledger).await.len(),
        2,
        "the second still lacks its signature"
    );
    let settled = again(ledger, second, ambiguous(pages(0..1))).await;
    let told = done(revise(ledger, &settled).await);
    assert_eq!(
        kinds(&told),
        [EventType::ExceptionResolved, EventType::ExceptionRaised]
    );
}

async fn a_document_that_other_models_cut_otherwise_is_no_longer_looked_for(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let document = file(ledger, "a.pdf", ambiguous(pages(0..1)), &["id:1"]).await;
    let copy = ExceptionCode::DuplicateDoc;
    let replaced = Decided {
        exceptions: vec![Exception::new(copy, "the same paper", None)],
        ..ambiguous(pages(0..1))
    };
    let mut newer = origin("a.pdf", b"a.pdf");
    newer.models.marks = "marks@2".to_owned();
    let upload = begun(
        ledger
            .begin_upload(&newer, "default", 5, at(3))
            .await
            .unwrap(),
    );
    let anew = Settled {
        documents: vec![outcome(billable("S-1", pages(0..2)))],
        replaced: again(ledger, document, replaced).await.revisions,
        ..Settled::default()
    };
    let anew = Outcome::Documents(anew);
    let told = done(finish(ledger, &upload, &anew, at(4)).await);
    assert_eq!(
        kinds(&told),
        [
            EventType::ExceptionResolved,
            EventType::ExceptionRaised,
            EventType::DocumentClassified,
            EventType::AttachmentValidated,
        ]
    );
    assert!(ledger.document(document).await.unwrap().is_none());
    assert_eq!(concerned(ledger, "S-2", &["id:1"]).await, []);
    // That it was replaced is for information.
    assert_eq!(open_codes(ledger).await, ["Short"]);
}

async fn a_parked_document_is_told_of_once_its_time_has_come(ledger: &Ledger) {
    let upload = begun(begin(ledger, "a.pdf", b"a.pdf", at(1)).await);
    let parked = DocumentOutcome {
        parked_until: Some(at(60)),
        ..outcome(ambiguous(pages(0..1)))
    };
    let told = done(finish(ledger, &upload, &all(vec![parked]), at(2)).await);
    assert_eq!(kinds(&told), [EventType::DocumentClassified]);
    assert!(open_codes(ledger).await.is_empty());
    let due = async |seconds| ledger.waited_long_enough(at(seconds), 10).await.unwrap();
    assert_eq!(due(59).await, []);
    let document = document_id("a.pdf", b"a.pdf");
    assert_eq!(due(60).await, [document]);
    let settled = again(ledger, document, ambiguous(pages(0..1))).await;
    let told = done(revise(ledger, &settled).await);
    assert_eq!(kinds(&told), [EventType::ExceptionRaised]);
    assert_eq!(due(60).await, []);
}
