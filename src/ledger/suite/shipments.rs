//! How every ledger stores and finds shipments.

use proptest::prelude::*;

use super::*;
use crate::events::examples::shipment;

on_every_database! {
    versions_arrive_in_any_order_and_the_newest_stays,
    storing_again_changes_nothing,
    a_new_version_is_found_by_its_own_keys_only,
    a_status_changes_no_key_that_stays,
    keys_of_an_older_scheme_are_made_anew_by_whoever_comes,
    tenants_do_not_see_each_other,
    exact_rates_survive,
    what_is_usual_follows_the_newest_versions,
    what_earlier_programs_did_not_count_is_counted_once,
}

fn keyed(shipment: &Shipment) -> Vec<String> {
    vec![
        format!("id:{}", shipment.id),
        format!("version:{}", shipment.version),
        "day:01101".to_owned(),
    ]
}

pub(super) async fn store(ledger: &Ledger, shipments: &[Shipment]) -> Stored {
    let stored = ledger.store_shipments(shipments, keyed, at(0)).await;
    stored.unwrap()
}

pub(super) async fn find(
    ledger: &Ledger,
    tenant: &str,
    strong: &[&str],
    weak: &[&str],
) -> Vec<Shipment> {
    let owned = |keys: &[&str]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
    let search = Search {
        tenant,
        named: None,
        strong: &owned(strong),
        near: &[],
        weak: &owned(weak),
    };
    let found = ledger.find_candidates(&search, 3).await.unwrap();
    let known = found.known().iter();
    known.map(|known| known.shipment.clone()).collect()
}

pub(super) fn ids(known: &[Shipment]) -> Vec<&str> {
    known.iter().map(|known| &*known.id).collect()
}

async fn versions_arrive_in_any_order_and_the_newest_stays(ledger: &Ledger) {
    // Batches of versions, then what was new, changed and ignored.
    let table: [(&[&[u64]], (usize, usize, usize)); 6] = [
        (&[&[1], &[2], &[3]], (1, 2, 0)),
        (&[&[3], &[2], &[1]], (1, 0, 2)),
        (&[&[1, 3, 2]], (1, 1, 1)),
        (&[&[2, 2], &[2]], (1, 0, 2)),
        (&[&[2, 1], &[3, 1]], (1, 1, 2)),
        (&[&[1, 2, 3], &[3]], (1, 2, 1)),
    ];
    for (row, (batches, (new, changed, ignored))) in table.into_iter().enumerate() {
        let id = format!("S-{row}");
        let mut sum = Stored::default();
        for batch in batches {
            let batch: Vec<_> = batch
                .iter()
                .map(|version| shipment(&id, *version))
                .collect();
            let stored = store(ledger, &batch).await;
            sum.new += stored.new;
            sum.changed += stored.changed;
            sum.ignored += stored.ignored;
        }
        let expected = Stored {
            new,
            changed,
            ignored,
        };
        assert_eq!(sum, expected, "{batches:?}");
        let found = find(ledger, "default", &[&format!("id:{id}")], &[]).await;
        let newest = batches.iter().flat_map(|batch| *batch).max();
        assert_eq!(Some(&found[0].version), newest, "{batches:?}");
    }
}

async fn storing_again_changes_nothing(ledger: &Ledger) {
    let shipments: Vec<_> = (0..250).map(|n| shipment(&format!("S-{n}"), 1)).collect();
    assert_eq!(store(ledger, &shipments).await.new, 250);
    let again = store(ledger, &shipments).await;
    assert_eq!((again.new, again.changed, again.ignored), (0, 0, 250));
    let keys = "SELECT COUNT(*) FROM shipment_keys";
    assert_eq!(count(ledger, keys).await, 750);
    assert_eq!(count(ledger, "SELECT COUNT(*) FROM audit").await, 1);
}

async fn a_new_version_is_found_by_its_own_keys_only(ledger: &Ledger) {
    store(ledger, &[shipment("S-1", 1)]).await;
    store(ledger, &[shipment("S-1", 2)]).await;
    assert!(
        find(ledger, "default", &["version:1"], &[])
            .await
            .is_empty()
    );
    assert_eq!(
        ids(&find(ledger, "default", &["version:2"], &[]).await),
        ["S-1"]
    );
}

async fn a_status_changes_no_key_that_stays(ledger: &Ledger) {
    let keys = "SELECT COUNT(*) FROM shipment_keys";
    store(ledger, &[shipment("S-1", 1), shipment("S-2", 1)]).await;
    assert_eq!(
        count(ledger, keys).await,
        6,
        "each has two keys of its own, and one that both have counts for each"
    );
    let numbers = "SELECT MAX(number) FROM shipments";
    let before = count(ledger, numbers).await;
    store(ledger, &[shipment("S-1", 2), shipment("S-2", 1)]).await;
    assert_eq!(count(ledger, keys).await, 6);
    assert_eq!(
        count(ledger, numbers).await,
        before,
        "a shipment keeps its number"
    );
}

async fn keys_of_an_older_scheme_are_made_anew_by_whoever_comes(ledger: &Ledger) {
    let with_number = |n: u32| {
        let refs = json!([{"type": "PRO", "value": (145_020_000 + n).to_string()}]);
        let shipment = json!({"id": format!("S-{n}"), "version": 1, "refs": refs});
        serde_json::from_value::<Shipment>(shipment).unwrap()
    };
    let shipments: Vec<_> = (0..2_500).map(with_number).collect();
    store(ledger, &shipments).await;
    assert!(
        find(ledger, "default", &["id:145020017"], &[])
            .await
            .is_empty()
    );
    sqlx::query("UPDATE key_scheme SET scheme = 0")
        .execute(&ledger.pool)
        .await
        .unwrap();
    let (one, other) = tokio::join!(key_index::renew(ledger), key_index::renew(ledger));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(
        ids(&find(ledger, "default", &["id:145020017"], &[]).await),
        ["S-17"]
    );
    assert_eq!(
        count(ledger, "SELECT COUNT(*) FROM shipment_keys").await,
        2_500
    );
    // One of a newer program is left alone.
    sqlx::query("UPDATE key_scheme SET scheme = 99")
        .execute(&ledger.pool)
        .await
        .unwrap();
    let refused = key_index::renew(ledger).await.unwrap_err();
    assert!(refused.to_string().contains("newer"), "{refused}");
}

async fn tenants_do_not_see_each_other(ledger: &Ledger) {
    let mut other = shipment("S-1", 5);
    other.tenant = "other".to_owned();
    store(ledger, &[other, shipment("S-1", 1)]).await;
    let versions = async |tenant| find(ledger, tenant, &["id:S-1"], &[]).await[0].version;
    assert_eq!(versions("default").await, 1);
    assert_eq!(versions("other").await, 5);
    assert!(find(ledger, "third", &["id:S-1"], &[]).await.is_empty());
}

async fn exact_rates_survive(ledger: &Ledger) {
    let line = r#"{"id": "S-1", "version": 1, "billed": [{"code": "FSC", "rate": "0.3754", "amount": "112.62"}]}"#;
    store(ledger, &[serde_json::from_str(line).unwrap()]).await;
    let found = find(ledger, "default", &["id:S-1"], &[]).await;
    let rate = found[0].billed[0].rate.unwrap();
    assert_eq!(rate.0.to_string(), "0.3754");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// However a feed repeats, reorders and splits its versions, the newest one stays.
    #[test]
    fn any_order_of_versions_ends_at_the_newest(
        versions in proptest::collection::vec((0_u8..3, 0_u64..6), 1..30),
        split in 1_usize..10,
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let ledger = sqlite(folder.path()).await;
            let feed: Vec<_> = versions.iter().map(|(id, v)| shipment(&format!("S-{id}"), *v)).collect();
            for batch in feed.chunks(split) {
                store(&ledger, batch).await;
            }
            for id in 0..3 {
                let newest = versions.iter().filter(|(of, _)| *of == id).map(|(_, v)| *v).max();
                let found = find(&ledger, "default", &[&format!("id:S-{id}")], &[]).await;
                assert_eq!(found.first().map(|known| known.version), newest);
            }
        });
    }
}

/// Not a test of speed on a busy machine, but prints what it took: `cargo test --release thousands -- --nocapture`.
#[tokio::test]
async fn thousands_of_shipments_are_stored_in_batches() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = sqlite(folder.path()).await;
    let shipments: Vec<_> = (0..20_000)
        .map(|n| shipment(&format!("S-{n}"), 1))
        .collect();
    let keys = |shipment: &Shipment| {
        let key = |n: u32| format!("id:{}-{n}", shipment.id);
        (0..12).map(key).collect::<Vec<_>>()
    };
    let started = std::time::Instant::now();
    let stored = ledger
        .store_shipments(&shipments, keys, at(0))
        .await
        .unwrap();
    eprintln!("{stored:?} with 12 keys each in {:?}", started.elapsed());
    assert_eq!(stored.new, 20_000);
}

/// A shipment of February 2026 that was billed for waiting.
fn waited(id: &str, version: u64, amount: Option<&str>) -> Shipment {
    let mut billed = vec![serde_json::json!({"code": "LH", "amount": "900"})];
    billed.extend(amount.map(|amount| serde_json::json!({"code": "DET", "amount": amount})));
    serde_json::from_value(serde_json::json!({
        "id": id, "version": version, "mode": "TL", "customer": {"id": "C-1"}, "carrier": {"scac": "ABCD"},
        "stops": [{"kind": "delivery", "events": [{"code": "D1", "at": "2026-02-14T12:00:00Z"}]}],
        "billed": billed,
    }))
    .unwrap()
}

async fn what_is_usual_follows_the_newest_versions(ledger: &Ledger) {
    use crate::charges::habits::Group;
    let mut own = waited("own", 1, Some("500"));
    own.stops[0].events[0].at = "2026-03-14T12:00:00Z".parse().unwrap();
    let usual = async || {
        let habits = ledger.habits(&own).await.unwrap();
        let usual = habits.usual(Group::Carrier, &own, "DET");
        (usual.shipments, usual.lines, usual.amounts().0)
    };
    assert_eq!(usual().await.1, 0);
    let first = [
        waited("a", 1, None),
        waited("b", 1, Some("100")),
        own.clone(),
    ];
    store(ledger, &first).await;
    let (shipments, lines, median) = usual().await;
    assert_eq!((shipments, lines), (2, 1), "its own month does not count");
    assert!((98.0..=102.0).contains(&median), "{median}");
    // Charges arrive, are corrected and taken back; late and repeated versions change nothing.
    store(ledger, &[waited("a", 2, Some("100"))]).await;
    store(
        ledger,
        &[waited("b", 3, Some("220")), waited("b", 2, Some("900"))],
    )
    .await;
    store(ledger, &first).await;
    assert_eq!(usual().await.0, 2);
    assert_eq!(usual().await.1, 2);
    store(ledger, &[waited("a", 3, None)]).await;
    let (shipments, lines, median) = usual().await;
    assert_eq!((shipments, lines), (2, 1));
    assert!((215.0..=225.0).contains(&median), "{median}");
}

async fn what_earlier_programs_did_not_count_is_counted_once(ledger: &Ledger) {
    use crate::charges::habits::Group;
    let mut own = waited("own", 1, Some("500"));
    own.stops[0].events[0].at = "2026-03-14T12:00:00Z".parse().unwrap();
    let first = [waited("a", 1, Some("100")), waited("b", 1, Some("120"))];
    store(ledger, &first).await;
    store(ledger, std::slice::from_ref(&own)).await;
    let alter = async |statement: &'static str| {
        sqlx::raw_sql(statement)
            .execute(&ledger.pool)
            .await
            .unwrap();
    };
    // As the program before left it.
    alter(
        "DELETE FROM habits WHERE habit LIKE 'contract:%' OR habit LIKE '%:price' OR habit LIKE '%:round';
         UPDATE shipments SET counted = 1",
    )
    .await;
    let prices = async || {
        let habits = ledger.habits(&own).await.unwrap();
        habits.prices(Group::Contract, &own, "DET").lines()
    };
    assert_eq!(prices().await, 0);
    store(ledger, &[waited("a", 2, Some("110"))]).await;
    assert_eq!(prices().await, 1);
    assert_eq!(ledger.count_earlier(1).await.unwrap(), 1);
    assert_eq!(ledger.count_earlier(100).await.unwrap(), 1);
    assert_eq!(ledger.count_earlier(100).await.unwrap(), 0);
    assert_eq!(prices().await, 2);
    let added = ledger.habits(&own).await.unwrap();
    // As one left it that counted nothing.
    alter("DELETE FROM habits; UPDATE shipments SET counted = 0").await;
    assert_eq!(ledger.count_earlier(100).await.unwrap(), 3);
    assert_eq!(ledger.habits(&own).await.unwrap(), added);
    store(ledger, &[waited("a", 3, None), waited("b", 2, None)]).await;
    assert_eq!(prices().await, 0);
    // More decimals than are kept count as what is kept.
    let mut noisy = waited("c", 1, Some("75.00000000000001"));
    store(ledger, std::slice::from_ref(&noisy)).await;
    noisy.version = 2;
    store(ledger, &[noisy]).await;
    let below = sqlx::query("SELECT habit FROM habits WHERE times < 0");
    assert!(below.fetch_all(&ledger.pool).await.unwrap().is_empty());
}
