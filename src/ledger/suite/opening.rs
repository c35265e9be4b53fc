//! How every ledger opens.

use super::*;
use crate::fault::Fault;

#[tokio::test]
async fn a_ledger_outlives_the_program_under_any_file_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("the ledger 100%?#ü.db");
    let path = path.to_str().unwrap();
    let ledger = Ledger::open(path).await.unwrap();
    know(&ledger, &["S-1"]).await;
    ledger.pool.close().await;
    assert!(Path::new(path).is_file());
    let ledger = Ledger::open(path).await.unwrap();
    assert_eq!(count(&ledger, "SELECT COUNT(*) FROM shipments").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_may_open_a_new_ledger_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = tokio::join!(sqlite(folder.path()), sqlite(folder.path()));
    know(&one, &["S-1"]).await;
    assert_eq!(count(&two, "SELECT COUNT(*) FROM shipments").await, 1);
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_refused_as_damaged() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("ledger.db"),
        b"not a ledger at all ".repeat(100),
    )
    .unwrap();
    let path = folder.path().join("ledger.db");
    let error = Ledger::open(path.to_str().unwrap()).await.unwrap_err();
    assert!(matches!(error, LedgerError::Corrupt(_)), "{error:?}");
    assert!(matches!(Fault::from(error), Fault::Fatal { .. }));
}

#[tokio::test]
async fn a_location_that_cannot_be_opened_is_unusable() {
    for location in ["/no/such/folder/ledger.db", "mysql://localhost/ledger"] {
        let error = Ledger::open(location).await.unwrap_err();
        assert!(matches!(error, LedgerError::Unusable(_)), "{error:?}");
    }
}

#[tokio::test]
async fn shipments_of_an_older_ledger_are_found_by_their_new_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let path = path.to_str().unwrap();
    let (pool, _) = crate::ledger::opening::open(path).await.unwrap();
    // Before `0005_keys.sql`.
    let older = &schema::STEPS[..4];
    sqlx::raw_sql("CREATE TABLE steps (step BIGINT NOT NULL PRIMARY KEY)")
        .execute(&pool)
        .await
        .unwrap();
    for (step, sql) in (0_i64..).zip(older) {
        sqlx::raw_sql(*sql).execute(&pool).await.unwrap();
        sqlx::query("INSERT INTO steps (step) VALUES ($1)")
            .bind(step)
            .execute(&pool)
            .await
            .unwrap();
    }
    let shipment = r#"{"id": "S-1", "version": 3, "refs": [{"type": "BOL", "value": "88120404"}]}"#;
    sqlx::query("INSERT INTO shipments (tenant, id, version, shipment, stored_at) VALUES ('default', 'S-1', 3, $1, 0)")
        .bind(shipment)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::raw_sql("INSERT INTO shipment_keys (tenant, match_key, stored_at, id) VALUES ('default', 'idf:88120404', 0, 'S-1')")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let ledger = Ledger::open(path).await.unwrap();
    let search = Search {
        tenant: "default",
        named: None,
        strong: &["id:88120404".to_owned()],
        near: &[],
        weak: &[],
    };
    let found = ledger.find_candidates(&search, 3).await.unwrap();
    assert_eq!(found.known()[0].shipment.id, "S-1");
    // And a shipment that comes now is newer.
    know(&ledger, &["S-2"]).await;
    let newest = "SELECT number FROM shipments WHERE id = 'S-2'";
    assert_eq!(count(&ledger, newest).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_looks_at_a_ledger_changes_nothing_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db").display().to_string();
    for location in [file, fresh_schema().await] {
        let look = || Ledger::look(&location);
        assert!(look().await.unwrap().is_none(), "it is to be made");
        assert!(!Path::new(&location).exists());
        let ledger = Ledger::open(&location).await.unwrap();
        assert!(look().await.unwrap().is_some());
        let run = async |statement: &'static str| {
            sqlx::raw_sql(statement)
                .execute(&ledger.pool)
                .await
                .unwrap();
        };
        let steps = count(&ledger, "SELECT COUNT(*) FROM steps").await;
        run("DELETE FROM steps WHERE step = (SELECT MAX(step) FROM steps)").await;
        assert!(look().await.unwrap().is_none(), "it is to be brought up");
        assert_eq!(
            count(&ledger, "SELECT COUNT(*) FROM steps").await,
            steps - 1
        );
        run("INSERT INTO steps (step) SELECT MAX(step) + 1 FROM steps").await;
        run("INSERT INTO steps (step) VALUES (98)").await;
        let error = look().await.unwrap_err();
        assert!(error.to_string().contains("newer"), "{error}");
    }
}

#[tokio::test]
async fn a_ledger_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = sqlite(folder.path()).await;
    sqlx::query("INSERT INTO steps (step) VALUES (98), (99)")
        .execute(&ledger.pool)
        .await
        .unwrap();
    ledger.pool.close().await;
    let path = folder.path().join("ledger.db");
    let error = Ledger::open(path.to_str().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("newer"), "{error}");
}

#[tokio::test]
async fn a_held_ledger_is_busy_and_worth_another_try() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = sqlite(folder.path()).await;
    let hasty = ledger.pool.clone();
    let held = ledger.write().await.unwrap();
    let mut connection = hasty.acquire().await.unwrap();
    sqlx::query("PRAGMA busy_timeout = 0")
        .execute(&mut *connection)
        .await
        .unwrap();
    let refused = sqlx::query("UPDATE heads SET seq = 1")
        .execute(&mut *connection)
        .await
        .unwrap_err();
    let error = LedgerError::from(refused);
    assert!(matches!(error, LedgerError::Busy(_)), "{error:?}");
    assert!(matches!(Fault::from(error), Fault::Retry { .. }));
    held.rollback().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_a_fault_that_may_pass_and_commits_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = sqlite(folder.path()).await;
    know(&ledger, &["S-1"]).await;
    let upload = begun(begin(&ledger, "a.pdf", b"a", at(1)).await);
    // As if the disk ended here; each connection has its own limit.
    let mut connections = Vec::new();
    for _ in 0..ledger.pool.options().get_max_connections() {
        connections.push(ledger.pool.acquire().await.unwrap());
    }
    for connection in &mut connections {
        sqlx::query("PRAGMA max_page_count = 1")
            .execute(&mut **connection)
            .await
            .unwrap();
    }
    drop(connections);
    let large = Finding {
        found: json!({"words": "x".repeat(1 << 20)}),
        ..finding("reading", pages(0..1))
    };
    let outcome = one(billable("S-1", pages(0..1)));
    let error = ledger
        .finish_upload(&upload, &outcome, &[large], at(2))
        .await
        .unwrap_err();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error:?}");
    assert!(matches!(Fault::from(error), Fault::Retry { .. }));
    assert_eq!(count(&ledger, "SELECT COUNT(*) FROM outbox").await, 0);
}
