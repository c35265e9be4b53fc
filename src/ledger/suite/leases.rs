//! How every ledger lends work.

use super::*;
use crate::events::examples::object;

on_every_database! {
    one_of_many_who_ask_at_once_gets_an_object,
    a_lease_that_is_not_kept_up_is_taken_over,
    what_is_given_back_is_free_at_once,
    a_late_notice_of_an_earlier_change_gives_no_work,
    a_version_of_its_own_is_read_whatever_came_after_it,
    a_removal_is_noted_once_for_each_change,
    a_chore_stays_with_whoever_has_it,
}

fn change<'a>(
    object: &'a crate::document::ObjectRef,
    sequencer: Option<&'a str>,
) -> ObjectChange<'a> {
    ObjectChange {
        object,
        removed: false,
        sequencer,
    }
}

/// Seconds after which a lease has run out.
fn run_out() -> i64 {
    i64::try_from(LEASE.as_secs()).unwrap() + 1
}

async fn one_of_many_who_ask_at_once_gets_an_object(ledger: &Ledger) {
    let object = object("a.pdf");
    let holders: Vec<String> = (0..8).map(|number| format!("worker {number}")).collect();
    let asked = holders
        .iter()
        .map(|holder| ledger.claim(change(&object, None), holder, at(0)));
    let answers = futures_util::future::join_all(asked).await;
    let ours = answers
        .iter()
        .filter(|answer| matches!(answer, Ok(Claim::Ours)));
    assert_eq!(ours.count(), 1, "{answers:?}");
}

async fn a_lease_that_is_not_kept_up_is_taken_over(ledger: &Ledger) {
    let object = object("a.pdf");
    let claim = |holder, seconds| ledger.claim(change(&object, None), holder, at(seconds));
    assert_eq!(claim("one", 0).await.unwrap(), Claim::Ours);
    ledger
        .keep_leases(std::slice::from_ref(&object), "one", at(10))
        .await
        .unwrap();
    assert_eq!(claim("two", run_out()).await.unwrap(), Claim::Busy);
    assert_eq!(claim("two", 10 + run_out()).await.unwrap(), Claim::Ours);
    // What is in hand no longer is kept up no longer.
    ledger
        .keep_leases(&[], "two", at(15 + run_out()))
        .await
        .unwrap();
    let late = 2 * run_out() + 11;
    assert_eq!(claim("three", late).await.unwrap(), Claim::Ours);
    ledger.give_back(&object, "three").await.unwrap();
    assert_eq!(claim("two", late).await.unwrap(), Claim::Ours);
    // The first one wakes up and gives back what is no longer its own.
    ledger.give_back(&object, "one").await.unwrap();
    assert_eq!(claim("three", late + 1).await.unwrap(), Claim::Busy);
}

async fn what_is_given_back_is_free_at_once(ledger: &Ledger) {
    let (one, other) = (object("a.pdf"), object("b.pdf"));
    for object in [&one, &other] {
        ledger
            .claim(change(object, None), "one", at(0))
            .await
            .unwrap();
    }
    ledger.give_back(&one, "one").await.unwrap();
    let claim = |object| ledger.claim(change(object, None), "two", at(1));
    assert_eq!(claim(&one).await.unwrap(), Claim::Ours);
    assert_eq!(claim(&other).await.unwrap(), Claim::Busy);
    ledger.give_all_back("one").await.unwrap();
    assert_eq!(claim(&other).await.unwrap(), Claim::Ours);
}

async fn a_late_notice_of_an_earlier_change_gives_no_work(ledger: &Ledger) {
    let object = object("a.pdf");
    let claim = |sequencer| ledger.claim(change(&object, Some(sequencer)), "one", at(0));
    assert_eq!(claim("0055").await.unwrap(), Claim::Ours);
    ledger.give_back(&object, "one").await.unwrap();
    assert_eq!(claim("0054").await.unwrap(), Claim::Outdated);
    // The same one again is a repeat, which the inbox knows.
    assert_eq!(claim("0055").await.unwrap(), Claim::Ours);
}

async fn a_version_of_its_own_is_read_whatever_came_after_it(ledger: &Ledger) {
    let mut object = object("a.pdf");
    let newer = change(&object, Some("2"));
    assert_eq!(
        ledger.claim(newer, "one", at(0)).await.unwrap(),
        Claim::Ours
    );
    object.version = Some("v1".to_owned());
    let older = change(&object, Some("1"));
    assert_eq!(
        ledger.claim(older, "one", at(0)).await.unwrap(),
        Claim::Ours
    );
}

async fn a_removal_is_noted_once_for_each_change(ledger: &Ledger) {
    let object = object("a.pdf");
    let removed = |sequencer| ObjectChange {
        removed: true,
        ..change(&object, Some(sequencer))
    };
    for sequencer in ["2", "1"] {
        ledger
            .note_removal(removed(sequencer), at(0))
            .await
            .unwrap();
    }
    let audited = "SELECT COUNT(*) FROM audit WHERE act = 'object.removed'";
    assert_eq!(count(ledger, audited).await, 1);
}

async fn a_chore_stays_with_whoever_has_it(ledger: &Ledger) {
    let take = |holder, seconds| ledger.take_chore("outbox", holder, at(seconds));
    assert!(take("one", 0).await.unwrap());
    assert!(take("one", 15).await.unwrap());
    assert!(!take("two", run_out()).await.unwrap());
    assert!(take("two", 15 + run_out()).await.unwrap());
    ledger.leave_chore("outbox", "one").await.unwrap();
    assert!(!take("one", 16 + run_out()).await.unwrap());
    ledger.leave_chore("outbox", "two").await.unwrap();
    assert!(take("one", 16 + run_out()).await.unwrap());
}
