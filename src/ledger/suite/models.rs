//! How every ledger keeps which models serve.

use super::*;
use crate::inference::{ModelName, Task};

on_every_database! {
    the_first_champion_stays_until_somebody_promotes_another,
    what_was_promoted_is_rolled_back_once,
    a_challenger_is_tried_and_what_is_retired_never_serves,
    every_change_is_in_the_trail,
    a_week_counts_what_came_once,
    what_was_noted_in_a_trial_is_given_again_until_it_is_forgotten,
}

fn named(text: &str) -> ModelName {
    text.parse().unwrap()
}

fn act(what: &'static str) -> Act {
    Act {
        who: "ada".to_owned(),
        why: "better on hands".to_owned(),
        what,
    }
}

async fn with_champion(ledger: &Ledger) {
    let first = [
        (Task::PageClass, named("page-class@1")),
        (Task::Marks, named("marks@1")),
    ];
    ledger.first_champions(&first, at(0)).await.unwrap();
}

async fn serving(ledger: &Ledger) -> InForce {
    let all = ledger.models_in_force().await.unwrap();
    all.into_iter()
        .find(|one| one.task == Task::PageClass)
        .unwrap()
}

async fn promote(ledger: &Ledger, task: Task, model: &str, seconds: i64) -> Changed {
    let act = act("model.promoted");
    let promoted = ledger.promote(task, &named(model), &act, at(seconds)).await;
    promoted.unwrap()
}

fn refused(changed: Changed) -> String {
    match changed {
        Changed::No(why) => why,
        Changed::To(is) => panic!("{is:?}"),
    }
}

async fn the_first_champion_stays_until_somebody_promotes_another(ledger: &Ledger) {
    with_champion(ledger).await;
    let newer = [(Task::PageClass, named("page-class@2"))];
    ledger.first_champions(&newer, at(1)).await.unwrap();
    assert_eq!(serving(ledger).await.champion, named("page-class@1"));
    let first = promote(ledger, Task::PageClass, "page-class@2", 2).await;
    assert!(matches!(first, Changed::To(_)));
    let is = serving(ledger).await;
    assert_eq!(
        (is.champion, is.before),
        (named("page-class@2"), Some(named("page-class@1")))
    );
    let again = promote(ledger, Task::PageClass, "page-class@2", 2).await;
    assert!(refused(again).contains("already"));
    let unknown = promote(ledger, Task::Charges, "charges@1", 3).await;
    assert!(refused(unknown).contains("no model serves charges"));
}

async fn what_was_promoted_is_rolled_back_once(ledger: &Ledger) {
    with_champion(ledger).await;
    let back = || async {
        let act = act("model.rolled_back");
        ledger
            .roll_back(Task::PageClass, &act, at(3))
            .await
            .unwrap()
    };
    assert!(refused(back().await).contains("none before"));
    let promoted = promote(ledger, Task::PageClass, "page-class@2", 1).await;
    assert!(matches!(promoted, Changed::To(_)));
    assert!(matches!(back().await, Changed::To(_)));
    assert_eq!(serving(ledger).await.champion, named("page-class@1"));
    assert!(refused(back().await).contains("none before"));
}

async fn a_challenger_is_tried_and_what_is_retired_never_serves(ledger: &Ledger) {
    with_champion(ledger).await;
    let on = |model: &str| OnTrial {
        model: named(model),
        part: Part::Shadow,
        share: "12.5%".parse().unwrap(),
    };
    let put = |challenger| async {
        let act = act("model.on_trial");
        ledger
            .put_on_trial(Task::PageClass, challenger, &act, at(1))
            .await
            .unwrap()
    };
    assert!(refused(put(None).await).contains("no model is on trial"));
    assert!(refused(put(Some(on("page-class@1"))).await).contains("champion itself"));
    put(Some(on("page-class@2"))).await;
    assert_eq!(serving(ledger).await.challenger, Some(on("page-class@2")));
    let retire = |model: &'static str| async move {
        ledger
            .retire(&named(model), &act("model.retired"), at(2))
            .await
            .unwrap()
    };
    assert!(
        retire("page-class@2")
            .await
            .unwrap_err()
            .contains("on trial")
    );
    assert!(
        retire("page-class@1")
            .await
            .unwrap_err()
            .contains("serves page-class")
    );
    put(None).await;
    retire("page-class@2").await.unwrap();
    assert!(refused(put(Some(on("page-class@2"))).await).contains("retired"));
    let promoted = promote(ledger, Task::PageClass, "page-class@2", 3).await;
    assert!(refused(promoted).contains("retired"));
}

async fn every_change_is_in_the_trail(ledger: &Ledger) {
    with_champion(ledger).await;
    let promoted = promote(ledger, Task::Marks, "marks@2", 1).await;
    assert!(matches!(promoted, Changed::To(_)));
    // One for each first champion, one for the promotion.
    assert_eq!(
        ledger.verify_audit().await.unwrap(),
        Audit::Intact { entries: 3 }
    );
    let trail = ledger.audit_about("marks").await.unwrap();
    assert_eq!(trail.last().unwrap().who, "ada");
}

async fn what_was_noted_in_a_trial_is_given_again_until_it_is_forgotten(ledger: &Ledger) {
    with_champion(ledger).await;
    let of = TrialOf {
        task: Task::PageClass,
        champion: named("page-class@1"),
        challenger: named("page-class@2"),
    };
    let noted = |took: f64| {
        let compared = Compared {
            challenger_ms: took,
            ..Compared::default()
        };
        [(None, compared.clone()), (None, compared)]
    };
    let uploads = [1, 2].map(uuid::Uuid::from_u128);
    let note = async |upload: usize, took, seconds| {
        let records = noted(took);
        let noted = ledger.note_trial(&of, Part::Shadow, uploads[upload], &records, at(seconds));
        noted.await.unwrap();
    };
    let times = async |since, most| {
        let records = ledger.trial(&of, at(since), most).await.unwrap();
        let times = records.iter().map(|record| record.compared.challenger_ms);
        times.collect::<Vec<_>>()
    };
    note(0, 1.0, 1).await;
    note(1, 2.0, 2).await;
    // Read again: the last word counts.
    note(0, 3.0, 3).await;
    assert_eq!(times(0, 9).await, [3.0, 3.0, 2.0, 2.0]);
    assert_eq!(times(3, 9).await, [3.0, 3.0]);
    assert_eq!(times(0, 3).await, [3.0, 3.0, 2.0]);
    assert_eq!(ledger.forget_trials(at(3)).await.unwrap(), 2);
    assert_eq!(times(0, 9).await, [3.0, 3.0]);
}

async fn a_week_counts_what_came_once(ledger: &Ledger) {
    const WEEK: i64 = 7 * 86_400;
    know(ledger, &["S-1", "S-2"]).await;
    bill(ledger, "a.pdf", "S-1").await;
    let unsigned = crate::events::examples::unsigned("S-2", pages(0..1));
    let upload = begun(begin(ledger, "b.pdf", b"b.pdf", at(1)).await);
    done(finish(ledger, &upload, &one(unsigned), at(2)).await);
    // The same bytes once more are counted nowhere, nor is what other models read anew.
    let copy = begun(begin(ledger, "copy.pdf", b"a.pdf", at(3)).await);
    let again = Outcome::Duplicate(vec![outcome(billable("S-1", pages(0..1)))]);
    done(finish(ledger, &copy, &again, at(3)).await);
    let mut newer = origin("a.pdf", b"a.pdf");
    newer.models.marks = "marks@2".to_owned();
    let anew = begun(
        ledger
            .begin_upload(&newer, "default", 5, at(4))
            .await
            .unwrap(),
    );
    done(finish(ledger, &anew, &one(billable("S-1", pages(0..1))), at(4)).await);
    let counted = ledger.week(at(0)).await.unwrap();
    let classes = counted.iter().filter(|((by, _), _)| *by == By::Class);
    let classes: Vec<_> = classes
        .map(|(_, one)| (one.documents, one.straight))
        .collect();
    assert_eq!(classes, [(2, 1)]);
    let sure = counted
        .values()
        .all(|one| one.confidence <= one.documents as f64);
    assert!(sure, "{counted:?}");
    assert!(ledger.week(at(WEEK)).await.unwrap().is_empty());
}
