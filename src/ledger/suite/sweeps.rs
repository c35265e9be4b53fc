//! What every ledger tells a sweep.

use super::*;
use crate::events::examples::{models, object};
use crate::fault::RejectReason;

on_every_database! {
    a_sweep_is_told_what_gave_no_outcome_yet,
    a_sweep_goes_on_where_it_stopped,
}

async fn a_sweep_is_told_what_gave_no_outcome_yet(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    bill(ledger, "done.pdf", "S-1").await;
    begin(ledger, "begun.pdf", b"b", at(0)).await;
    for (key, reason) in [
        ("was-not-there.pdf", RejectReason::NotFound),
        ("large.pdf", RejectReason::TooLarge),
    ] {
        ledger
            .reject_unread(&object(key), &models(), None, reason, at(0))
            .await
            .unwrap();
    }
    sqlx::query("UPDATE uploads SET etag = 'e' WHERE object_key = 'done.pdf'")
        .execute(&ledger.pool)
        .await
        .unwrap();
    let bucket = object("a").bucket;
    let etag = Some("e");
    let listed = [
        ("begun.pdf", etag),
        ("done.pdf", etag),
        ("large.pdf", etag),
        ("untold.pdf", None),
        ("was-not-there.pdf", etag),
    ];
    let new = ledger.unprocessed(&bucket, &listed).await.unwrap();
    assert_eq!(new, ["begun.pdf", "untold.pdf", "was-not-there.pdf"]);
    let written_anew = [("done.pdf", Some("another tag"))];
    assert_eq!(
        ledger.unprocessed(&bucket, &written_anew).await.unwrap(),
        ["done.pdf"]
    );
    assert_eq!(
        ledger
            .unprocessed("another bucket", &[("done.pdf", None)])
            .await
            .unwrap(),
        ["done.pdf"]
    );
}

async fn a_sweep_goes_on_where_it_stopped(ledger: &Ledger) {
    let position = || ledger.sweep_position("bucket", "in/");
    assert_eq!(position().await.unwrap(), None);
    for key in ["in/a", "in/b"] {
        ledger.note_sweep("bucket", "in/", Some(key)).await.unwrap();
    }
    assert_eq!(position().await.unwrap().as_deref(), Some("in/b"));
    assert_eq!(ledger.sweep_position("bucket", "").await.unwrap(), None);
    ledger.note_sweep("bucket", "in/", None).await.unwrap();
    assert_eq!(position().await.unwrap(), None);
}
