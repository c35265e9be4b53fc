//! How every ledger keeps proofs of delivery that are awaited.

use super::*;
use crate::decision::{Decision, ExceptionCode, Life, ProfileRef, State};
use crate::document::Confidence;
use crate::events::examples::{exception, models, shipment, unsigned};
use crate::events::{EventType, OverdueData, ShipmentPart};

on_every_database! {
    an_overdue_proof_is_told_of_once_and_again_when_it_is_lost,
    a_proof_that_is_there_or_no_longer_awaited_is_not_overdue,
    what_was_missed_and_is_awaited_no_longer_ends,
}

fn awaits(version: u64, due: &[(u32, i64)]) -> Awaits {
    Awaits {
        tenant: "default".to_owned(),
        shipment: "S-1".to_owned(),
        version,
        due: due.iter().map(|(stop, due)| (*stop, at(*due))).collect(),
    }
}

async fn await_pods(ledger: &Ledger, awaited: &[Awaits]) -> Vec<StoredEvent> {
    ledger.await_pods(awaited, &models(), at(5)).await.unwrap()
}

fn overdue() -> OverdueData {
    OverdueData {
        document: (),
        shipment: ShipmentPart::awaiting(&shipment("S-1", 1), 0),
        fields: crate::understanding::Fields::new(),
        condition: (),
        decision: Decision {
            state: State::HoldMissing,
            missing: vec!["pod".to_owned()],
            checks: Vec::new(),
            profile: ProfileRef {
                id: "default".to_owned(),
                version: 1,
            },
        },
        exceptions: vec![exception(ExceptionCode::PodNotReceived)],
        accessorials: crate::charges::Accessorials::default(),
        priority: Confidence::new(0.5),
        models: models(),
        revision: 1,
    }
}

async fn stops_overdue(ledger: &Ledger, seconds: i64) -> Vec<u32> {
    let found = ledger.overdue_pods(None, at(seconds), 10).await.unwrap();
    found.iter().map(|(awaited, _)| awaited.stop).collect()
}

async fn tell(ledger: &Ledger, seconds: i64) -> Vec<StoredEvent> {
    let shipment = shipment("S-1", 1);
    ledger
        .raise_overdue(&shipment, 0, overdue(), at(seconds))
        .await
        .unwrap()
}

async fn an_overdue_proof_is_told_of_once_and_again_when_it_is_lost(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    await_pods(ledger, &[awaits(1, &[(0, 10)])]).await;
    assert!(stops_overdue(ledger, 9).await.is_empty());
    assert_eq!(stops_overdue(ledger, 10).await, [0]);
    let told = tell(ledger, 11).await;
    assert_eq!(told[0].kind, EventType::ExceptionRaised);
    assert_eq!(told[0].subject, "S-1");
    assert_eq!(tell(ledger, 12).await, []);
    assert!(stops_overdue(ledger, 12).await.is_empty());

    let events = bill(ledger, "a.pdf", "S-1").await;
    let kinds: Vec<EventType> = events.iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&EventType::ExceptionResolved), "{kinds:?}");
    let wanted = Wanted {
        code: Some(ExceptionCode::PodNotReceived),
        ended: true,
        ..Wanted::default()
    };
    let record = ledger.exceptions(&wanted, 10).await.unwrap();
    assert_eq!(
        (record[0].state, record[0].document),
        (Life::Resolved, None)
    );

    // The paper turns out to be none.
    let document = document_id("a.pdf", b"a.pdf");
    let before = ledger.document(document).await.unwrap().unwrap();
    let settled = Settled {
        revisions: vec![Revision {
            before,
            outcome: outcome(unsigned("S-1", pages(0..1))),
        }],
        ..Settled::default()
    };
    done(
        ledger
            .revise(&settled, &Because::Shipment, at(13))
            .await
            .unwrap(),
    );
    assert_eq!(stops_overdue(ledger, 14).await, [0]);
    let again = tell(ledger, 14).await;
    assert_ne!(again[0].id, told[0].id);
    let record = ledger.exceptions(&wanted, 10).await.unwrap();
    assert_eq!((record[0].state, record[0].raised), (Life::Open, 2));
}

async fn a_proof_that_is_there_or_no_longer_awaited_is_not_overdue(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    bill(ledger, "a.pdf", "S-1").await;
    let two_versions = [
        awaits(1, &[(0, 10)]),
        awaits(1, &[(0, 10), (2, 10), (3, 20)]),
    ];
    await_pods(ledger, &two_versions).await;
    assert_eq!(stops_overdue(ledger, 15).await, [2]);
    await_pods(ledger, &[awaits(1, &[(3, 12)])]).await;
    assert_eq!(stops_overdue(ledger, 15).await, [3]);
    let older = [awaits(0, &[(7, 1)])];
    await_pods(ledger, &older).await;
    assert_eq!(
        stops_overdue(ledger, 15).await,
        [3],
        "an older version says nothing"
    );
}

async fn what_was_missed_and_is_awaited_no_longer_ends(ledger: &Ledger) {
    know(ledger, &["S-1"]).await;
    await_pods(ledger, &[awaits(1, &[(0, 10)])]).await;
    tell(ledger, 11).await;
    assert!(
        await_pods(ledger, &[awaits(1, &[(0, 12)])])
            .await
            .is_empty()
    );
    assert!(
        stops_overdue(ledger, 20).await.is_empty(),
        "it is told already"
    );
    let told = await_pods(ledger, &[awaits(1, &[])]).await;
    assert_eq!(told[0].kind, EventType::ExceptionResolved);
    assert!(told[0].json.contains(r#""document":null"#));
    let open = ledger.exceptions(&Wanted::default(), 10).await.unwrap();
    assert!(open.is_empty(), "{open:?}");
}
