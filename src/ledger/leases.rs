//! Leases: who works on what. A worker that dies leaves its leases to run out; whoever comes after that takes them over.
//!
//! Times are those of the workers' clocks: they may differ by less than a lease lasts.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{Ledger, LedgerError, audit, sql};
use crate::document::{ObjectRef, deterministic_id};

/// How long a lease lasts unless it is kept up.
pub const LEASE: Duration = Duration::from_secs(20);

/// What became of asking for an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is ours until it is given back or the lease runs out.
    Ours,
    /// Somebody works on it.
    Busy,
    /// The store has told of a later change of this key: nothing is to be done for this one.
    Outdated,
}

/// A change of an object, where its store numbers them.
#[derive(Debug, Clone, Copy)]
pub struct ObjectChange<'a> {
    /// The object.
    pub object: &'a ObjectRef,
    /// It was removed.
    pub removed: bool,
    /// The number, written so that text order is the order of changes.
    pub sequencer: Option<&'a str>,
}

impl Ledger {
    /// Asks to be the only one who works on an object that was written.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn claim(
        &self,
        change: ObjectChange<'_>,
        holder: &str,
        now: Timestamp,
    ) -> Result<Claim, LedgerError> {
        let mut tx = self.write().await?;
        let newest = note(&mut tx, change, now).await?;
        // A version of its own can be read whatever came after it.
        if !newest && change.object.version.is_none() {
            tx.commit().await?;
            return Ok(Claim::Outdated);
        }
        let ours = take(&mut tx, &name_of(change.object), holder, now).await?;
        tx.commit().await?;
        Ok(if ours { Claim::Ours } else { Claim::Busy })
    }

    /// Notes that an object was removed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn note_removal(
        &self,
        change: ObjectChange<'_>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let mut tx = self.commit_in_turn().await?;
        if note(&mut tx, change, now).await? {
            audit::append(&mut tx, &[audit::Entry::object_removed(change.object)], now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Gives an object back.
    ///
    /// # Errors
    /// [`LedgerError`]; the lease runs out by itself then.
    pub async fn give_back(&self, object: &ObjectRef, holder: &str) -> Result<(), LedgerError> {
        sqlx::query("DELETE FROM leases WHERE name = $1 AND holder = $2")
            .bind(name_of(object))
            .bind(holder)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Asks to be the one who does a chore, and keeps it up if that is so already. Whoever does it asks again and again.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn take_chore(
        &self,
        chore: &str,
        holder: &str,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        let mut tx = self.write().await?;
        let ours =
            keep(&mut tx, chore, holder, now).await? || take(&mut tx, chore, holder, now).await?;
        tx.commit().await?;
        Ok(ours)
    }

    /// Leaves a chore that is done.
    ///
    /// # Errors
    /// [`LedgerError`]; the lease runs out by itself then.
    pub async fn leave_chore(&self, chore: &str, holder: &str) -> Result<(), LedgerError> {
        sqlx::query("DELETE FROM leases WHERE name = $1 AND holder = $2")
            .bind(chore)
            .bind(holder)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Keeps up a worker's leases on `objects`: those that it has in hand. One that was left behind by a fault runs out.
    ///
    /// # Errors
    /// [`LedgerError`]; where this fails for as long as a lease lasts, another worker may do the same work. The ledger commits one outcome.
    pub async fn keep_leases(
        &self,
        objects: &[ObjectRef],
        holder: &str,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let names = sql::numbered(objects.len().max(1), 3);
        let statement =
            format!("UPDATE leases SET expires_at = $1 WHERE holder = $2 AND name IN ({names})");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(end_of_lease(now))
            .bind(holder);
        for object in objects {
            query = query.bind(name_of(object));
        }
        if objects.is_empty() {
            // Asked all the same: it shows that the ledger answers.
            query = query.bind("");
        }
        query.execute(&self.pool).await?;
        Ok(())
    }

    /// Gives back all leases of a worker.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn give_all_back(&self, holder: &str) -> Result<(), LedgerError> {
        sqlx::query("DELETE FROM leases WHERE holder = $1")
            .bind(holder)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn name_of(object: &ObjectRef) -> String {
    let version = object.version.as_deref().unwrap_or_default();
    deterministic_id(&["lease", &object.bucket, &object.key, version]).to_string()
}

fn end_of_lease(now: Timestamp) -> i64 {
    now.as_millisecond() + i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)
}

/// Takes a lease that is free or has run out.
async fn take(
    connection: &mut AnyConnection,
    name: &str,
    holder: &str,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let taken = sqlx::query(
        "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at WHERE leases.expires_at < $4",
    )
    .bind(name)
    .bind(holder)
    .bind(end_of_lease(now))
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() == 1)
}

async fn keep(
    connection: &mut AnyConnection,
    name: &str,
    holder: &str,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let kept = sqlx::query("UPDATE leases SET expires_at = $1 WHERE name = $2 AND holder = $3")
        .bind(end_of_lease(now))
        .bind(name)
        .bind(holder)
        .execute(connection)
        .await?;
    Ok(kept.rows_affected() == 1)
}

/// Notes that an object was told of. False where a later change of it is known, by the numbers that its store gives them.
async fn note(
    connection: &mut AnyConnection,
    change: ObjectChange<'_>,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let noted = sqlx::query(
        "INSERT INTO objects (bucket, object_key, sequencer, removed, told_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (bucket, object_key) DO UPDATE SET sequencer = COALESCE(excluded.sequencer, objects.sequencer),
           removed = excluded.removed, told_at = excluded.told_at
         WHERE excluded.sequencer IS NULL OR objects.sequencer IS NULL OR objects.sequencer <= excluded.sequencer",
    )
    .bind(change.object.bucket.as_str())
    .bind(change.object.key.as_str())
    .bind(change.sequencer)
    .bind(i64::from(change.removed))
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() == 1)
}
