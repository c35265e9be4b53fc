//! What every database has to do as the ledger: each behaviour is one function over [`Ledger`], run on SQLite and on the
//! PostgreSQL that `scripts/services.sh` started.

mod audit;
mod candidates;
mod desk;
mod leases;
mod models;
mod opening;
mod outbox;
mod overdue;
mod revisions;
mod shipments;
mod sweeps;
mod uploads;

use jiff::Timestamp;
use serde_json::json;

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::document::DocumentId;
use crate::events::examples::{at, billable, origin, pages};
use crate::events::{Decided, StoredEvent};
use crate::shipments::Shipment;
use crate::shipments::matching::Hints;

/// Makes each named behaviour a test on a fresh ledger.
macro_rules! on_every_database {
    ($($behaviour:ident),* $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $behaviour() {
                    let folder = tempfile::tempdir().unwrap();
                    let ledger = crate::ledger::suite::sqlite(folder.path()).await;
                    super::$behaviour(&ledger).await;
                }
            )*
        }
        mod on_postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $behaviour() {
                    let ledger = crate::ledger::suite::postgres().await;
                    super::$behaviour(&ledger).await;
                }
            )*
        }
    };
}
use on_every_database;

async fn sqlite(folder: &Path) -> Ledger {
    let path = folder.join("ledger.db");
    Ledger::open(path.to_str().unwrap()).await.unwrap()
}

/// A fresh ledger in a schema of its own.
async fn postgres() -> Ledger {
    let url = fresh_schema().await;
    Ledger::open(&url).await.unwrap()
}

/// The URL of a new, empty schema.
async fn fresh_schema() -> String {
    use sqlx::{Connection as _, Executor as _};
    sqlx::any::install_default_drivers();
    let url = crate::services::Services::running().postgres;
    let mut admin = sqlx::AnyConnection::connect(&url).await.unwrap();
    let schema = format!("s{}", uuid::Uuid::new_v4().simple());
    let create = format!("CREATE SCHEMA {schema}");
    admin
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(create)))
        .await
        .unwrap();
    format!("{url}?options=-csearch_path%3D{schema}")
}

/// What came of one document that nobody waits for.
fn outcome(decided: Decided) -> DocumentOutcome {
    DocumentOutcome {
        read: decided.document.clone(),
        decided,
        asks: asks(&[]),
        serves: Serves::AsPod,
        copy_of: None,
        parked_until: None,
        scored: String::new(),
    }
}

fn asks(keys: &[&str]) -> Asks {
    Asks {
        tenant: "default".to_owned(),
        hints: Hints {
            file_name: Some("a.pdf".to_owned()),
            ..Hints::default()
        },
        received_at: at(0),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
    }
}

fn all(documents: Vec<DocumentOutcome>) -> Outcome {
    Outcome::Documents(Settled {
        documents,
        ..Settled::default()
    })
}

fn one(decided: Decided) -> Outcome {
    all(vec![outcome(decided)])
}

fn finding(stage: &str, pages: Vec<crate::document::PageNumber>) -> Finding {
    Finding {
        pages,
        stage: stage.to_owned(),
        took: Duration::from_micros(1_250),
        found: json!({"words": 12}),
    }
}

/// Stores shipments by id, in version 1, each under its id as key.
async fn know(ledger: &Ledger, ids: &[&str]) {
    let shipments: Vec<Shipment> = ids
        .iter()
        .map(|id| crate::events::examples::shipment(id, 1))
        .collect();
    let keys_of = |shipment: &Shipment| [shipment.id.clone()];
    ledger
        .store_shipments(&shipments, keys_of, at(0))
        .await
        .unwrap();
}

async fn begin(ledger: &Ledger, key: &str, bytes: &[u8], now: Timestamp) -> Begun {
    let origin = origin(key, bytes);
    ledger
        .begin_upload(&origin, "default", 4, now)
        .await
        .unwrap()
}

fn begun(begun: Begun) -> Upload {
    match begun {
        Begun::New(upload) | Begun::DuplicateOf(upload, _) => upload,
        Begun::Again(events) => panic!("finished already: {events:?}"),
    }
}

async fn finish(ledger: &Ledger, upload: &Upload, outcome: &Outcome, now: Timestamp) -> Finish {
    ledger
        .finish_upload(upload, outcome, &[], now)
        .await
        .unwrap()
}

fn done(finish: Finish) -> Vec<StoredEvent> {
    match finish {
        Finish::Done(events) => events,
        Finish::Conflict(conflict) => panic!("{conflict:?}"),
    }
}

/// One upload with one billable document for `shipment`, from begin to end.
async fn bill(ledger: &Ledger, key: &str, shipment: &str) -> Vec<StoredEvent> {
    let upload = begun(begin(ledger, key, key.as_bytes(), at(1)).await);
    done(
        finish(
            ledger,
            &upload,
            &one(billable(shipment, pages(0..1))),
            at(2),
        )
        .await,
    )
}

fn document_id(key: &str, bytes: &[u8]) -> DocumentId {
    let origin = origin(key, bytes);
    DocumentId::new(&origin.object, &origin.sha256, &pages(0..1))
}

async fn count(ledger: &Ledger, what: &'static str) -> i64 {
    use sqlx::Row as _;
    let row = sqlx::query(what).fetch_one(&ledger.pool).await.unwrap();
    row.try_get(0).unwrap()
}
