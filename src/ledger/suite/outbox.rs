//! How every ledger keeps events until somebody has them.

use super::*;
use crate::events::EventType;

on_every_database! {
    what_was_returned_is_offered_again_by_kind,
    what_stayed_behind_is_found_once_it_is_old,
    an_event_waits_for_an_earlier_one_of_its_subject,
    an_attempt_that_was_not_the_uploads_fault_is_taken_back,
}

async fn what_was_returned_is_offered_again_by_kind(ledger: &Ledger) {
    know(ledger, &["S-1", "S-2"]).await;
    let events = [
        bill(ledger, "a.pdf", "S-1").await,
        bill(ledger, "b.pdf", "S-2").await,
    ]
    .concat();
    ledger.mark_returned(&events, at(3)).await.unwrap();
    let state = ledger.outbox_state().await.unwrap();
    assert_eq!((state.pending, state.returned, state.oldest), (0, 4, None));
    let offered = ledger.returned_events().await.unwrap();
    assert_eq!(offered, events[..2], "the oldest of each kind");
    ledger.mark_published(&offered[..1], at(4)).await.unwrap();
    ledger
        .offer_again(EventType::DocumentClassified)
        .await
        .unwrap();
    let pending = ledger.pending_events(10).await.unwrap();
    assert_eq!(pending, events[2..3]);
    assert_eq!(ledger.outbox_state().await.unwrap().returned, 2);
}

async fn what_stayed_behind_is_found_once_it_is_old(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    let events = bill(ledger, "a.pdf", "S-1").await;
    assert_eq!(ledger.leftover_events(at(2), 10).await.unwrap(), []);
    assert_eq!(ledger.leftover_events(at(3), 10).await.unwrap(), events);
    assert_eq!(ledger.leftover_events(at(3), 1).await.unwrap(), events[..1]);
    assert_eq!(ledger.outbox_state().await.unwrap().oldest, Some(at(2)));
}

async fn an_event_waits_for_an_earlier_one_of_its_subject(ledger: &Ledger) {
    know(ledger, &["S-1", "S-2"]).await;
    let a = bill(ledger, "a.pdf", "S-1").await;
    let b = bill(ledger, "b.pdf", "S-2").await;
    let all = [b.clone(), a.clone()].concat();
    let in_order = ledger.in_order(all).await.unwrap();
    assert_eq!(in_order, [a.clone(), b.clone()].concat());
    let without_the_first = [a[1..].to_vec(), b.clone()].concat();
    assert_eq!(ledger.in_order(without_the_first.clone()).await.unwrap(), b);
    // What no queue is bound for holds nobody up.
    ledger.mark_returned(&a[..1], at(3)).await.unwrap();
    assert_eq!(
        ledger.in_order(without_the_first.clone()).await.unwrap(),
        without_the_first
    );
}

async fn an_attempt_that_was_not_the_uploads_fault_is_taken_back(ledger: &Ledger) {
    let upload = begun(begin(ledger, "a.pdf", b"a", at(1)).await);
    ledger.take_back_attempt(&upload).await.unwrap();
    ledger.take_back_attempt(&upload).await.unwrap();
    let again = begun(begin(ledger, "a.pdf", b"a", at(2)).await);
    assert_eq!(again.attempts, 1);
}
