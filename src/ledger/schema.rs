//! The tables, brought up to date when the ledger is opened.

use sqlx::{AnyConnection, Row as _};

use super::opening::Database;
use super::{Ledger, LedgerError};

/// Every step of the tables' history, oldest first. Steps are only ever added.
pub(super) const STEPS: &[&str] = &[
    include_str!("migrations/0001_ledger.sql"),
    include_str!("migrations/0002_service.sql"),
    include_str!("migrations/0003_waiting.sql"),
    include_str!("migrations/0004_life.sql"),
    include_str!("migrations/0005_keys.sql"),
    include_str!("migrations/0006_shares.sql"),
    include_str!("migrations/0007_charges.sql"),
    include_str!("migrations/0008_models.sql"),
    include_str!("migrations/0009_acts.sql"),
    include_str!("migrations/0010_prices.sql"),
];

/// The number of the lock that PostgreSQL gives to one program at a time: any number that no other program uses.
const LOCK: i64 = 0x00C0_1EDE;

/// Runs the steps that this ledger has not seen. Two programs that open a new ledger at once take turns.
pub(super) async fn bring_up_to_date(ledger: &Ledger) -> Result<(), LedgerError> {
    let mut tx = ledger.write().await?;
    if ledger.database == Database::Postgres {
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(LOCK)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("CREATE TABLE IF NOT EXISTS steps (step BIGINT NOT NULL PRIMARY KEY)")
        .execute(&mut *tx)
        .await?;
    let seen = seen(&mut tx).await?;
    let unseen = unseen(seen)?;
    for (step, sql) in (seen..).zip(unseen) {
        sqlx::raw_sql(*sql).execute(&mut *tx).await?;
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        sqlx::query("INSERT INTO steps (step) VALUES ($1)")
            .bind(step)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Has it seen every step? Nothing is changed.
pub(super) async fn is_up_to_date(ledger: &Ledger) -> Result<bool, LedgerError> {
    let is_there = match ledger.database {
        Database::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'steps'",
        Database::Postgres => "SELECT COUNT(to_regclass('steps'))",
    };
    let mut connection = ledger.pool.acquire().await?;
    let row = sqlx::query(is_there).fetch_one(&mut *connection).await?;
    if row.try_get::<i64, _>(0)? == 0 {
        return Ok(false);
    }
    Ok(unseen(seen(&mut connection).await?)?.is_empty())
}

fn unseen(seen: usize) -> Result<&'static [&'static str], LedgerError> {
    STEPS.get(seen..).ok_or_else(|| {
        LedgerError::unusable("a newer countersign wrote it, use that version or a newer one")
    })
}

async fn seen(connection: &mut AnyConnection) -> Result<usize, LedgerError> {
    let row = sqlx::query("SELECT COUNT(*) FROM steps")
        .fetch_one(connection)
        .await?;
    usize::try_from(row.try_get::<i64, _>(0)?).map_err(LedgerError::corrupt)
}
