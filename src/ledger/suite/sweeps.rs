//! What every ledger tells a sweep.

use super::*;
use crate::events::examples::object;

on_every_database! {
    a_sweep_is_told_what_no_notice_told_of,
    a_sweep_goes_on_where_it_stopped,
}

async fn a_sweep_is_told_what_no_notice_told_of(ledger: &Ledger) {
    let told = object("told.pdf");
    let change = ObjectChange {
        object: &told,
        removed: false,
        sequencer: None,
    };
    ledger.claim(change, "one", at(10)).await.unwrap();
    let bucket = told.bucket.as_str();
    let listed = [("told.pdf", at(10)), ("untold.pdf", at(10))];
    assert_eq!(
        ledger.untold(bucket, &listed).await.unwrap(),
        ["untold.pdf"]
    );
    let written_anew = [("told.pdf", at(11))];
    assert_eq!(
        ledger.untold(bucket, &written_anew).await.unwrap(),
        ["told.pdf"]
    );
    assert_eq!(
        ledger.untold("another", &listed).await.unwrap(),
        ["told.pdf", "untold.pdf"]
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
