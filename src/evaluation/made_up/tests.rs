//! A feed of near-duplicates, and a damaged paper for each: how many find home, and does any go astray?

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;

use super::*;
use crate::clerk::{Asking, find_in_ledger};
use crate::decision::Profiles;
use crate::ledger::Ledger;
use crate::pipeline::Matcher;
use crate::shipments::keys::shipment_keys;
use crate::shipments::matching::Weights;
use crate::shipments::{ReferenceKind, Shipment, Status};
use crate::understanding::FieldName;

/// Three in ten are twins, so that a wrong character often gives the number of a shipment to the same place on the same day.
const DENSE: Feed = Feed {
    seed: 20_260_314,
    count: 2_000,
    twins: 30,
};

fn told(feed: &Feed) -> Vec<Shipment> {
    (0..feed.count).filter_map(|at| feed.shipment(at)).collect()
}

async fn tried(damage: Damage, papers: u64) -> Trial {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open(path.to_str().unwrap()).await.unwrap();
    let keys = |shipment: &Shipment| {
        let keys = shipment_keys(shipment);
        keys.iter()
            .map(|key| key.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    let shipments = told(&DENSE);
    let stored = ledger.store_shipments(&shipments, keys, Timestamp::UNIX_EPOCH);
    stored.await.unwrap();
    let mut trial = Trial::default();
    let places = (0..DENSE.count).filter(|at| at % 3 == 0 && DENSE.has_papers(*at));
    for at in places.take(usize::try_from(papers).unwrap()) {
        let paper = paper(&DENSE, at, damage, 7);
        let asking = Asking {
            tenant: "default",
            ruled_out: &BTreeSet::new(),
            matcher: Matcher {
                hints: &paper.hints,
                profiles: &Profiles::default(),
                received_on: paper.hints.received_on,
                weights: Weights::shipped(),
            },
        };
        let found = find_in_ledger(&ledger, &asking, &paper.document).await;
        let found = found.unwrap();
        assert!(found.known.len() <= 50);
        let found = found.matched;
        assert_ne!(
            judged(at, &found),
            Judged::Astray,
            "{paper:?} {:?}",
            found.matched
        );
        trial.add(&DENSE, at, &found);
    }
    trial
}

#[tokio::test]
async fn of_near_duplicates_none_goes_astray_and_most_find_home() {
    let trial = tried(Damage::Usual, 500).await;
    assert!(trial.share_attached() > 0.6, "{trial:?}");
    assert!(trial.share_right_first() > 0.95, "{trial:?}");
}

#[tokio::test]
async fn a_paper_with_one_wrong_number_has_its_shipment_first() {
    let trial = tried(Damage::OneWrong, 200).await;
    assert!(trial.share_right_first() > 0.97, "{trial:?}");
}

#[tokio::test]
async fn a_paper_without_a_number_is_left_to_a_person_with_its_shipment_among_the_first() {
    let trial = tried(Damage::NoneLegible, 200).await;
    assert_eq!(trial.attached, 0, "{trial:?}");
    // Of twins without numbers every second guess is wrong.
    assert!(trial.share_right_first() > 0.6, "{trial:?}");
}

#[test]
fn a_feed_is_the_same_each_time_and_full_of_confusers() {
    let shipments = told(&DENSE);
    let again = told(&DENSE);
    let json = |shipments: &[Shipment]| serde_json::to_string(shipments).unwrap();
    assert_eq!(json(&shipments), json(&again));
    let share = |kind: ReferenceKind| {
        let mut holders: BTreeMap<&str, usize> = BTreeMap::new();
        let refs = shipments.iter().flat_map(|shipment| &shipment.refs);
        for reference in refs.filter(|reference| reference.kind == kind) {
            *holders.entry(&reference.value).or_default() += 1;
        }
        holders.values().filter(|count| **count > 1).count()
    };
    assert!(share(ReferenceKind::Pro) > 10, "numbers given again");
    assert!(share(ReferenceKind::Bol) > 5, "loads tendered again");
    assert!(share(ReferenceKind::Po) > 200, "shared orders");
    let cancelled = shipments
        .iter()
        .filter(|one| one.status() == Status::Cancelled);
    assert!(cancelled.count() > 5);
    assert!(shipments.len() < 1_950, "some are not told yet");
    let most = shipments.iter().map(|one| shipment_keys(one).len()).max();
    assert!(most <= Some(8), "{most:?}");
}

#[test]
fn a_paper_is_the_same_each_time_and_holds_what_it_says() {
    let read = |damage| {
        let paper = paper(&DENSE, 5, damage, 3);
        serde_json::to_string(&paper.document).unwrap()
    };
    for damage in [
        Damage::Usual,
        Damage::OneWrong,
        Damage::OnlyWrong,
        Damage::NoneLegible,
    ] {
        assert_eq!(read(damage), read(damage));
    }
    for at in 0..200 {
        let fields = paper(&DENSE, at, Damage::OnlyWrong, 3).document.fields;
        let numbers = [
            FieldName::ProNumber,
            FieldName::BolNumber,
            FieldName::LoadNumber,
            FieldName::ShipperRef,
            FieldName::CustomerPo,
        ];
        let read = numbers
            .iter()
            .filter(|name| fields.contains_key(name))
            .count();
        assert_eq!(read, 1);
    }
}
