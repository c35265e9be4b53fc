//! How every ledger begins and finishes uploads.

use super::*;
use crate::events::examples::{self, ambiguous, models, object, unsigned};
use crate::events::{EventType, drain, lines};
use crate::fault::RejectReason;

on_every_database! {
    an_upload_gives_its_events_once_and_the_same_ones_again,
    a_worker_that_dies_between_begin_and_finish_loses_nothing,
    a_rejected_upload_gives_one_event_and_the_same_one_again,
    an_upload_that_was_never_read_is_rejected_once,
    an_upload_without_a_document_is_rejected_as_empty,
    only_what_can_be_billed_with_a_shipment_is_validated,
    the_same_bytes_under_another_name_are_a_duplicate,
    the_same_bytes_finished_meanwhile_are_a_conflict,
    the_same_bytes_of_another_tenant_are_another_paper,
    a_second_proof_for_a_stop_is_refused,
    another_stop_and_a_supporting_paper_are_attached_beside_the_proof,
    of_uploads_finished_at_once_one_is_attached,
    a_failed_finish_commits_nothing,
    other_models_read_an_upload_anew_and_free_its_attachments,
    an_exception_raised_again_is_counted,
    a_document_is_explained,
    the_papers_of_a_shipment_are_its_documents,
    the_outbox_is_drained_in_order_and_once,
    an_event_that_the_sink_refused_stays_pending,
}

fn json(events: &[StoredEvent]) -> Vec<&str> {
    events.iter().map(|event| &*event.json).collect()
}

fn kinds(events: &[StoredEvent]) -> Vec<EventType> {
    events.iter().map(|event| event.kind).collect()
}

async fn an_upload_gives_its_events_once_and_the_same_ones_again(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let first = bill(ledger, "a.pdf", "S-1").await;
    assert_eq!(
        kinds(&first),
        [
            EventType::DocumentClassified,
            EventType::AttachmentValidated
        ]
    );
    let Begun::Again(again) = begin(ledger, "a.pdf", b"a.pdf", at(900)).await else {
        panic!("not known");
    };
    assert_eq!(json(&again), json(&first));
    assert_eq!(again, first);
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM outbox").await, 2);
}

async fn a_worker_that_dies_between_begin_and_finish_loses_nothing(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let first = begun(begin(ledger, "a.pdf", b"bytes", at(1)).await);
    assert_eq!(first.attempts, 1);
    // Died here; another worker takes the upload, and the first one wakes up late.
    let second = begun(begin(ledger, "a.pdf", b"bytes", at(2)).await);
    assert_eq!(second.attempts, 2);
    let outcome = one(billable("S-1", pages(0..1)));
    let events = done(finish(ledger, &second, &outcome, at(3)).await);
    let late = done(finish(ledger, &first, &outcome, at(4)).await);
    assert_eq!(late, events);
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM attachments").await, 1);
    let state = "SELECT COUNT(*) FROM uploads WHERE state = 'done' AND attempts = 2";
    assert_eq!(count(ledger, state).await, 1);
}

async fn a_rejected_upload_gives_one_event_and_the_same_one_again(ledger: &Ledger) {
    let upload = begun(begin(ledger, "torn.pdf", b"torn", at(1)).await);
    let outcome = Outcome::Rejected(RejectReason::Corrupt);
    let events = done(finish(ledger, &upload, &outcome, at(2)).await);
    assert_eq!(kinds(&events), [EventType::UploadRejected]);
    assert!(events[0].json.contains(r#""reason":"corrupt""#));
    let Begun::Again(again) = begin(ledger, "torn.pdf", b"torn", at(3)).await else {
        panic!("not known");
    };
    assert_eq!(again, events);
    // A rejection is nobody's original: the same bytes elsewhere are looked at for themselves.
    assert!(matches!(
        begin(ledger, "other.pdf", b"torn", at(4)).await,
        Begun::New(_)
    ));
}

async fn an_upload_that_was_never_read_is_rejected_once(ledger: &Ledger) {
    let (object, models) = (object("gone.pdf"), models());
    let reject = async |seconds| {
        let reason = RejectReason::NotFound;
        let rejected = ledger
            .reject_unread(&object, &models, None, reason, at(seconds))
            .await;
        rejected.unwrap()
    };
    let first = reject(1).await;
    assert_eq!(kinds(&first), [EventType::UploadRejected]);
    assert_eq!(reject(2).await, first);
    // Once the bytes are there, they are read.
    assert!(matches!(
        begin(ledger, "gone.pdf", b"here", at(3)).await,
        Begun::New(_)
    ));
}

async fn an_upload_without_a_document_is_rejected_as_empty(ledger: &Ledger) {
    let upload = begun(begin(ledger, "a.pdf", b"bytes", at(1)).await);
    let events = done(finish(ledger, &upload, &all(Vec::new()), at(2)).await);
    assert_eq!(kinds(&events), [EventType::UploadRejected]);
    assert!(events[0].json.contains(r#""reason":"empty""#));
}

async fn only_what_can_be_billed_with_a_shipment_is_validated(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    for (name, decided) in [
        ("unsigned", unsigned("S-1", pages(0..1))),
        ("ambiguous", ambiguous(pages(0..1))),
    ] {
        let upload = begun(begin(ledger, name, name.as_bytes(), at(1)).await);
        let events = done(finish(ledger, &upload, &one(decided), at(2)).await);
        assert_eq!(
            kinds(&events),
            [EventType::DocumentClassified, EventType::ExceptionRaised]
        );
    }
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM attachments").await, 0);
}

async fn the_same_bytes_under_another_name_are_a_duplicate(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let upload = begun(begin(ledger, "a.pdf", b"bytes", at(1)).await);
    finish(ledger, &upload, &one(billable("S-1", pages(0..1))), at(2)).await;
    for name in ["b.pdf", "c.pdf"] {
        let Begun::DuplicateOf(upload, first) = begin(ledger, name, b"bytes", at(3)).await else {
            panic!("not seen to be the same");
        };
        let [first] = &first[..] else {
            panic!("{first:?}")
        };
        assert_eq!(first.id, document_id("a.pdf", b"bytes"));
        assert_eq!(first.document.fields, examples::fields());
        assert_eq!(first.shipment, Some(("default".into(), "S-1".into())));
        let Outcome::Documents(Settled { documents, .. }) = one(billable("S-1", pages(0..1)))
        else {
            unreachable!("built as documents");
        };
        let events = done(finish(ledger, &upload, &Outcome::Duplicate(documents), at(4)).await);
        // Whatever the verdict says, a duplicate bills nothing.
        assert_eq!(
            kinds(&events),
            [EventType::DocumentClassified, EventType::ExceptionRaised]
        );
    }
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM attachments").await, 1);
}

async fn the_same_bytes_finished_meanwhile_are_a_conflict(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let first = begun(begin(ledger, "a.pdf", b"bytes", at(1)).await);
    let second = begun(begin(ledger, "b.pdf", b"bytes", at(1)).await);
    let outcome = one(unsigned("S-1", pages(0..1)));
    done(finish(ledger, &first, &outcome, at(2)).await);
    let refused = finish(ledger, &second, &outcome, at(3)).await;
    let Finish::Conflict(Conflict::SameBytes(documents)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(documents[0].id, document_id("a.pdf", b"bytes"));
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM documents").await, 1);
}

async fn the_same_bytes_of_another_tenant_are_another_paper(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let upload = begun(begin(ledger, "a.pdf", b"bytes", at(1)).await);
    done(finish(ledger, &upload, &one(billable("S-1", pages(0..1))), at(2)).await);
    let theirs = |key| {
        let origin = origin(key, b"bytes");
        async move {
            ledger
                .begin_upload(&origin, "other", 4, at(3))
                .await
                .unwrap()
        }
    };
    let Begun::New(upload) = theirs("b.pdf").await else {
        panic!("told of another tenant's paper");
    };
    let asks = Asks {
        tenant: "other".to_owned(),
        ..asks(&[])
    };
    let outcome = all(vec![DocumentOutcome {
        asks,
        ..outcome(ambiguous(pages(0..1)))
    }]);
    done(finish(ledger, &upload, &outcome, at(4)).await);
    let Begun::DuplicateOf(_, first) = theirs("c.pdf").await else {
        panic!("not seen to be the same");
    };
    assert_eq!(first[0].id, document_id("b.pdf", b"bytes"));
}

async fn a_second_proof_for_a_stop_is_refused(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    bill(ledger, "a.pdf", "S-1").await;
    let upload = begun(begin(ledger, "b.pdf", b"other", at(3)).await);
    let outcome = one(billable("S-1", pages(0..1)));
    let refused = finish(ledger, &upload, &outcome, at(4)).await;
    assert!(
        matches!(refused, Finish::Conflict(Conflict::PackChanged)),
        "{refused:?}"
    );
    let outcome = one(unsigned("S-1", pages(0..1)));
    let decided_again = done(finish(ledger, &upload, &outcome, at(5)).await);
    assert_eq!(decided_again[1].kind, EventType::ExceptionRaised);
}

async fn another_stop_and_a_supporting_paper_are_attached_beside_the_proof(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    bill(ledger, "a.pdf", "S-1").await;
    let document = |page, serves, stop| {
        let mut decided = billable("S-1", pages(page..page + 1));
        decided.stop = stop;
        DocumentOutcome {
            serves,
            ..outcome(decided)
        }
    };
    let outcome = all(vec![
        document(0, Serves::AsPod, 2),
        document(1, Serves::AsSupport, 0),
        document(2, Serves::AsSupport, 0),
    ]);
    let upload = begun(begin(ledger, "b.pdf", b"other", at(3)).await);
    let events = done(finish(ledger, &upload, &outcome, at(4)).await);
    assert_eq!(events.len(), 6);
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM attachments").await, 4);
}

async fn of_uploads_finished_at_once_one_is_attached(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let mut slots = tokio::task::JoinSet::new();
    for slot in 0..8 {
        let ledger = ledger.clone();
        slots.spawn(async move {
            let name = format!("{slot}.pdf");
            let upload = begun(begin(&ledger, &name, name.as_bytes(), at(1)).await);
            finish(&ledger, &upload, &one(billable("S-1", pages(0..1))), at(2)).await
        });
    }
    let finished = slots.join_all().await;
    let attached = finished.iter().filter(|f| matches!(f, Finish::Done(_)));
    assert_eq!(attached.count(), 1);
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM attachments").await, 1);
    assert!(matches!(
        ledger.verify_audit().await,
        Ok(Audit::Intact { .. })
    ));
}

async fn a_failed_finish_commits_nothing(ledger: &Ledger) {
    let upload = begun(begin(ledger, "a.pdf", b"bytes", at(1)).await);
    // The candidate's shipment is not in the ledger.
    let outcome = one(billable("S-unknown", pages(0..1)));
    let failed = ledger.finish_upload(&upload, &outcome, &[], at(2)).await;
    assert!(matches!(failed, Err(LedgerError::Other(_))), "{failed:?}");
    for table in [
        "SELECT COUNT(*) FROM documents",
        "SELECT COUNT(*) FROM outbox",
        "SELECT COUNT(*) FROM audit",
        "SELECT COUNT(*) FROM exceptions",
    ] {
        assert_eq!(count(ledger, table).await, 0, "{table}");
    }
}

async fn other_models_read_an_upload_anew_and_free_its_attachments(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let old = bill(ledger, "a.pdf", "S-1").await;
    let mut origin = origin("a.pdf", b"a.pdf");
    origin.models.marks = "marks@2".to_owned();
    let upload = begun(
        ledger
            .begin_upload(&origin, "default", 4, at(3))
            .await
            .unwrap(),
    );
    // The new models cut it at another page and miss the signature.
    let outcome = one(unsigned("S-1", pages(0..2)));
    let new = done(finish(ledger, &upload, &outcome, at(4)).await);
    assert!(new.iter().all(|event| old.iter().all(|o| o.id != event.id)));
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM attachments").await, 0);
    let companions = ledger.papers_of("default", "S-1").await.unwrap();
    assert_eq!(companions.len(), 1);
    assert_eq!(companions[0].document.pages, pages(0..2));
}

async fn an_exception_raised_again_is_counted(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    for name in ["a.pdf", "b.pdf"] {
        let mut decided = unsigned("S-1", pages(0..1));
        let twice = decided.exceptions[0].clone();
        decided.exceptions.push(twice);
        let upload = begun(begin(ledger, name, name.as_bytes(), at(1)).await);
        done(finish(ledger, &upload, &one(decided), at(2)).await);
    }
    let open = "SELECT raised FROM exceptions WHERE state = 'OPEN' AND code = 'SIGNATURE_MISSING'";
    assert_eq!(count(ledger, open).await, 2);
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM exceptions").await, 1);
}

async fn a_document_is_explained(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let upload = begun(begin(ledger, "a.pdf", b"bytes", at(1)).await);
    let findings = [
        finding("reading", Vec::new()),
        finding("page", pages(0..1)),
        finding("decision", pages(0..2)),
        finding("decision", pages(2..3)),
    ];
    let outcome = one(billable("S-1", pages(0..2)));
    let finished = ledger
        .finish_upload(&upload, &outcome, &findings, at(2))
        .await;
    let events = done(finished.unwrap());
    let origin = &upload.origin;
    let id = DocumentId::new(&origin.object, &origin.sha256, &pages(0..2));
    let explained = ledger.explain(id).await.unwrap().unwrap();
    assert_eq!(explained.findings, findings[..3]);
    assert_eq!(explained.events, events);
    assert_eq!(explained.document.id, id);
    assert_eq!(explained.upload.object, object("a.pdf"));
    assert_eq!(explained.upload.bytes, Some(4));
    assert_eq!(explained.upload.finished_at, Some(at(2)));
    let acts: Vec<_> = explained.audit.iter().map(|entry| &*entry.act).collect();
    assert_eq!(
        acts,
        ["upload.finished", "document.decided", "attachment.accepted"]
    );
    assert_eq!(
        explained.audit[1].detail["decision"]["checks"][0]["id"],
        "V5"
    );
    let unknown = document_id("none", b"none");
    assert!(ledger.explain(unknown).await.unwrap().is_none());
}

async fn the_papers_of_a_shipment_are_its_documents(ledger: &Ledger) {
    know(ledger, &["S-1", "S-2"]).await;
    bill(ledger, "a.pdf", "S-1").await;
    bill(ledger, "b.pdf", "S-2").await;
    let companions = ledger.papers_of("default", "S-1").await.unwrap();
    let [companion] = &companions[..] else {
        panic!("{companions:?}")
    };
    assert_eq!(companion.id, document_id("a.pdf", b"a.pdf"));
    assert_eq!(companion.document.fields, examples::fields());
    assert!(ledger.papers_of("other", "S-1").await.unwrap().is_empty());
}

async fn the_outbox_is_drained_in_order_and_once(ledger: &Ledger) {
    know(ledger, &["S-1", "S-2"]).await;
    let mut expected = bill(ledger, "a.pdf", "S-1").await;
    expected.extend(bill(ledger, "b.pdf", "S-2").await);
    let mut sink = lines::Writer(Vec::new());
    assert_eq!(drain(ledger, &mut sink, at(3)).await.unwrap(), 4);
    assert_eq!(drain(ledger, &mut sink, at(4)).await.unwrap(), 0);
    let text = String::from_utf8(sink.0).unwrap();
    assert_eq!(text.lines().collect::<Vec<_>>(), json(&expected));
}

async fn an_event_that_the_sink_refused_stays_pending(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let events = bill(ledger, "a.pdf", "S-1").await;
    let mut full = [0_u8; 10];
    let mut sink = lines::Writer(&mut full[..]);
    assert!(drain(ledger, &mut sink, at(3)).await.is_err());
    assert_eq!(ledger.pending_events(10).await.unwrap(), events);
}
