//! How every ledger keeps what people do about exceptions.

use super::*;
use crate::decision::{ExceptionCode, Life};
use crate::events::EventType;
use crate::events::examples::{ambiguous, unsigned};
use crate::inference::ModelSet;
use crate::understanding::FieldName;

on_every_database! {
    the_worst_exception_comes_first,
    an_exception_is_assigned_ended_and_reopened_and_the_trail_says_by_whom,
    what_a_person_ended_is_kept_until_it_is_taken_back,
    the_last_word_on_each_matter_counts,
    an_act_is_to_be_followed_until_it_was,
}

fn act(what: &'static str) -> Act {
    Act {
        who: "pat".to_owned(),
        why: "the carrier called".to_owned(),
        what,
    }
}

/// An unsigned paper of a shipment; returns its document and its exception.
async fn unsigned_paper(ledger: &Ledger) -> (DocumentId, ExceptionRecord) {
    know(ledger, &["S-1"]).await;
    let upload = begun(begin(ledger, "a.pdf", b"a.pdf", at(1)).await);
    done(finish(ledger, &upload, &one(unsigned("S-1", pages(0..1))), at(2)).await);
    let open = ledger.exceptions(&Wanted::default(), 10).await.unwrap();
    (document_id("a.pdf", b"a.pdf"), open[0].clone())
}

async fn the_worst_exception_comes_first(ledger: &Ledger) {
    let (document, _) = unsigned_paper(ledger).await;
    let mut mild = ambiguous(pages(0..1));
    mild.exceptions[0].severity = 2;
    let upload = begun(begin(ledger, "b.pdf", b"b.pdf", at(3)).await);
    done(finish(ledger, &upload, &one(mild), at(4)).await);
    let listed = async |wanted: Wanted, limit| {
        let found = ledger.exceptions(&wanted, limit).await.unwrap();
        found.iter().map(|one| one.code).collect::<Vec<_>>()
    };
    let both = [
        ExceptionCode::SignatureMissing,
        ExceptionCode::AmbiguousMatch,
    ];
    assert_eq!(listed(Wanted::default(), 10).await, both);
    assert_eq!(listed(Wanted::default(), 1).await, both[..1]);
    for (wanted, expected) in [
        (
            Wanted {
                shipment: Some("S-1".to_owned()),
                ..Wanted::default()
            },
            &both[..1],
        ),
        (
            Wanted {
                document: Some(document),
                ..Wanted::default()
            },
            &both[..1],
        ),
        (
            Wanted {
                code: Some(both[1]),
                ..Wanted::default()
            },
            &both[1..],
        ),
        (
            Wanted {
                tenant: Some("other".to_owned()),
                ..Wanted::default()
            },
            &[],
        ),
        (
            Wanted {
                assigned_to: Some("pat".to_owned()),
                ..Wanted::default()
            },
            &[],
        ),
    ] {
        assert_eq!(listed(wanted.clone(), 10).await, expected, "{wanted:?}");
    }
}

async fn an_exception_is_assigned_ended_and_reopened_and_the_trail_says_by_whom(ledger: &Ledger) {
    let (_, exception) = unsigned_paper(ledger).await;
    let (id, models) = (exception.id, ModelSet::none());
    let assign = async || {
        ledger
            .assign(id, "kim", &act("exception.assigned"), at(3))
            .await
            .unwrap()
    };
    let waive = async || {
        let act = act("exception.waived");
        let ended = ledger
            .end_exception(id, Life::Waived, &act, &models, at(4))
            .await;
        ended.unwrap()
    };
    let reopen = async || {
        let act = act("exception.reopened");
        ledger.reopen_exception(id, &act, at(6)).await.unwrap()
    };
    let now = async || ledger.exception(id).await.unwrap().unwrap();
    assert!(assign().await);
    assert_eq!(now().await.assigned_to.as_deref(), Some("kim"));
    assert_eq!(
        (now().await.state, now().await.acted_at),
        (Life::Assigned, Some(at(3)))
    );
    let told = waive().await;
    assert_eq!(told[0].kind, EventType::ExceptionResolved);
    assert!(told[0].json.contains(r#""how":"person""#));
    assert!(
        waive().await.is_empty() && !assign().await,
        "it is open no longer"
    );
    assert_eq!(
        (now().await.state, now().await.ended_by.as_deref()),
        (Life::Waived, Some("pat"))
    );
    assert!(reopen().await && !reopen().await);
    let trail = ledger.audit_about(&id.to_string()).await.unwrap();
    let acts: Vec<&str> = trail.iter().map(|entry| &*entry.act).collect();
    assert_eq!(
        acts,
        [
            "exception.assigned",
            "exception.waived",
            "exception.reopened"
        ]
    );
    assert!(trail.iter().all(|entry| entry.who == "pat"));
    assert!(matches!(
        ledger.verify_audit().await,
        Ok(Audit::Intact { .. })
    ));
}

async fn what_a_person_ended_is_kept_until_it_is_taken_back(ledger: &Ledger) {
    let (document, exception) = unsigned_paper(ledger).await;
    let ended = async || {
        let ended = ledger
            .ended_by_people("default", Some("S-1"), document)
            .await;
        ended.unwrap()
    };
    assert_eq!(ended().await, []);
    let (models, waived) = (ModelSet::none(), act("exception.waived"));
    let told = ledger
        .end_exception(exception.id, Life::Waived, &waived, &models, at(4))
        .await;
    assert_eq!(told.unwrap().len(), 1);
    assert_eq!(ended().await, [(0, ExceptionCode::SignatureMissing)]);
    // That this paper's signature does not matter says nothing of another paper's; yet it is the same exception, and stays ended.
    let upload = begun(begin(ledger, "b.pdf", b"b.pdf", at(5)).await);
    let other = document_id("b.pdf", b"b.pdf");
    let of_other = ledger.ended_by_people("default", Some("S-1"), other);
    assert!(of_other.await.unwrap().is_empty());
    done(finish(ledger, &upload, &one(unsigned("S-1", pages(0..1))), at(6)).await);
    assert_eq!(ended().await, [(0, ExceptionCode::SignatureMissing)]);
    let reopened = act("exception.reopened");
    let reopened = ledger
        .reopen_exception(exception.id, &reopened, at(7))
        .await;
    assert!(reopened.unwrap());
    assert_eq!(ended().await, []);
    let open = ledger.exception(exception.id).await.unwrap().unwrap();
    assert_eq!(open.state, Life::Open, "both papers still lack it");
}

async fn an_act_is_to_be_followed_until_it_was(ledger: &Ledger) {
    let (document, exception) = unsigned_paper(ledger).await;
    let to_follow = async |until| ledger.acts_to_follow(at(until), 9).await.unwrap();
    assert_eq!(to_follow(9).await, []);
    let (ruling, by) = (Ruling::IsNot("S-3".to_owned()), act("document.detached"));
    ledger.rule(document, &ruling, &by, at(5)).await.unwrap();
    assert_eq!(
        (to_follow(4).await, to_follow(5).await),
        (vec![], vec![document])
    );
    // Whoever followed an earlier act has not seen this one.
    ledger.acts_followed(document, at(4)).await.unwrap();
    assert_eq!(to_follow(5).await, [document]);
    ledger.acts_followed(document, at(5)).await.unwrap();
    assert_eq!(to_follow(9).await, []);
    let (models, waived) = (ModelSet::none(), act("exception.waived"));
    let told = ledger.end_exception(exception.id, Life::Waived, &waived, &models, at(6));
    told.await.unwrap();
    assert_eq!(to_follow(6).await, [document], "those that raise it");
}

async fn the_last_word_on_each_matter_counts(ledger: &Ledger) {
    let (document, _) = unsigned_paper(ledger).await;
    let rule = async |ruling: Ruling, seconds| {
        let act = act("document.attached");
        ledger
            .rule(document, &ruling, &act, at(seconds))
            .await
            .unwrap();
    };
    let to = |shipment: &str, stop| Belongs {
        shipment: shipment.to_owned(),
        stop,
    };
    rule(Ruling::Is(to("S-2", None)), 3).await;
    rule(Ruling::Is(to("S-1", Some(2))), 4).await;
    rule(Ruling::IsNot("S-3".to_owned()), 5).await;
    rule(
        Ruling::Holds(FieldName::DeliveryDate, "2026-03-14".to_owned()),
        6,
    )
    .await;
    let rulings = ledger.rulings(document).await.unwrap();
    assert_eq!(rulings.is, Some(to("S-1", Some(2))));
    assert_eq!(rulings.is_not.iter().collect::<Vec<_>>(), ["S-3"]);
    assert_eq!(rulings.fields[&FieldName::DeliveryDate], "2026-03-14");
    rule(Ruling::IsNot("S-1".to_owned()), 7).await;
    rule(Ruling::SaysNothingOf(FieldName::DeliveryDate), 8).await;
    let rulings = ledger.rulings(document).await.unwrap();
    assert_eq!(
        (rulings.is, rulings.is_not.len(), rulings.fields.len()),
        (None, 2, 0)
    );
    // What a field holds may be a name: the trail does not say it.
    let trail = ledger.audit_about(&document.to_string()).await.unwrap();
    assert!(
        trail
            .iter()
            .all(|entry| !entry.detail.to_string().contains("2026-03-14"))
    );
}
