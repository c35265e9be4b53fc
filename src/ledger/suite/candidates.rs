//! Which shipments every ledger finds first.

use super::shipments::{find, ids, store};
use super::*;
use crate::events::examples::shipment;

on_every_database! {
    strong_keys_come_before_any_number_of_weak_ones,
    a_key_that_few_share_comes_before_one_that_hundreds_do,
    neighbours_of_a_number_leave_room_for_those_that_share_place_and_day,
    a_named_shipment_is_found_without_a_key,
    more_keys_add_to_what_was_found,
}

fn numbered(count: usize) -> Vec<Shipment> {
    (0..count)
        .map(|n| shipment(&format!("S-{n:03}"), 1))
        .collect()
}

fn found_ids(found: &Candidates) -> Vec<&str> {
    let known = found.known().iter();
    known.map(|known| &*known.shipment.id).collect()
}

async fn strong_keys_come_before_any_number_of_weak_ones(ledger: &Ledger) {
    store(ledger, &numbered(500)).await;
    let found = find(ledger, "default", &["id:S-007"], &["day:01101"]).await;
    assert_eq!(ids(&found), ["S-007", "S-499", "S-498"]);
    let found = find(ledger, "default", &["id:none"], &["id:S-007", "day:01101"]);
    assert_eq!(found.await.len(), 3);
}

async fn a_key_that_few_share_comes_before_one_that_hundreds_do(ledger: &Ledger) {
    let keys = |shipment: &Shipment| {
        let own = match shipment.id.as_str() {
            "S-007" | "S-008" => Some("day:2"),
            "S-009" => Some("day:1"),
            _ => None,
        };
        own.into_iter().chain(["name:1"]).map(str::to_owned)
    };
    let stored = ledger.store_shipments(&numbered(300), keys, at(0)).await;
    assert_eq!(stored.unwrap().new, 300);
    let found = find(ledger, "default", &[], &["day:1", "day:2", "name:1"]).await;
    let found = ids(&found);
    assert_eq!(
        found,
        ["S-009", "S-008", "S-007"],
        "the rarer day is no likelier"
    );
}

async fn neighbours_of_a_number_leave_room_for_those_that_share_place_and_day(ledger: &Ledger) {
    // Each key of the place is shared by a hundred.
    let keys = |shipment: &Shipment| {
        let busy = match shipment.id.as_bytes()[2] {
            b'0' => return vec![format!("id:{}", shipment.id)],
            _ if shipment.id == "S-399" => ["day:1", "lot:1", "name:1"].as_slice(),
            b'1' => &["day:1"],
            b'2' => &["lot:1"],
            _ => &["name:1"],
        };
        busy.iter().map(|key| (*key).to_owned()).collect()
    };
    let stored = ledger.store_shipments(&numbered(400), keys, at(0)).await;
    assert_eq!(stored.unwrap().new, 400);
    let near: Vec<String> = (0..2_500).map(|n| format!("id:S-{n:03}")).collect();
    let search = Search {
        tenant: "default",
        named: None,
        strong: &[],
        near: &near,
        weak: &["day:1".to_owned(), "lot:1".to_owned(), "name:1".to_owned()],
    };
    let found = ledger.find_candidates(&search, 3).await.unwrap();
    assert_eq!(found_ids(&found), ["S-399", "S-099", "S-098"]);
}

async fn a_named_shipment_is_found_without_a_key(ledger: &Ledger) {
    store(ledger, &[shipment("S-1", 1), shipment("S-2", 1)]).await;
    let search = Search {
        tenant: "default",
        named: Some("S-2"),
        strong: &[],
        near: &[],
        weak: &["day:01101".to_owned()],
    };
    let found = ledger.find_candidates(&search, 3).await.unwrap();
    assert_eq!(found_ids(&found), ["S-2", "S-1"]);
}

async fn more_keys_add_to_what_was_found(ledger: &Ledger) {
    let shipments: Vec<_> = (0..5).map(|n| shipment(&format!("S-{n}"), 1)).collect();
    store(ledger, &shipments).await;
    let near = |ids: &[&str]| -> Vec<String> { ids.iter().map(|id| format!("id:{id}")).collect() };
    let search = Search {
        tenant: "default",
        named: None,
        strong: &near(&["S-1"]),
        near: &near(&["S-0"]),
        weak: &[],
    };
    let mut found = ledger.find_candidates(&search, 3).await.unwrap();
    assert_eq!(found_ids(&found), ["S-1", "S-0"]);
    let nowhere = near(&["S-7"]);
    let more = Search {
        near: &nowhere,
        ..search.clone()
    };
    assert!(!ledger.find_near(&more, &mut found).await.unwrap());
    assert_eq!(found_ids(&found), ["S-1", "S-0"]);
    let others = near(&["S-3", "S-4"]);
    let more = Search {
        near: &others,
        ..search
    };
    assert!(ledger.find_near(&more, &mut found).await.unwrap());
    assert_eq!(found_ids(&found), ["S-1", "S-4", "S-3"]);
}
