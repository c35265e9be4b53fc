//! The ledger: what was uploaded, found, decided, attached and told, kept so that nothing is lost or billed twice.
//!
//! In: uploads begun and finished, shipments. Out: what is known already, candidates for a match, committed events. An
//! outcome, its events and its audit entries are one transaction. It refuses to attach a second proof of delivery to a
//! stop, and to decide the same bytes twice; who asked is told and decides again. SQL lives only here.

mod audit;
mod candidates;
mod desk;
mod document_json;
mod document_keys;
mod documents;
mod error;
mod exceptions;
mod explain;
mod habits;
mod key_index;
mod leases;
mod models;
mod opening;
mod outbox;
mod outcomes;
mod overdue;
mod revisions;
mod rulings;
mod schema;
mod shipments;
mod sql;
mod stored_uploads;
mod sweeps;
mod told;
mod trials;
mod uploads;
mod weeks;

#[cfg(test)]
mod suite;

use sqlx::{Any, AnyPool, Transaction};

pub use audit::{Audit, AuditEntry};
pub use candidates::{Candidates, Search};
pub use desk::{ExceptionRecord, Wanted};
pub use documents::{Asks, StoredDocument};
pub use error::LedgerError;
pub use explain::{Explanation, UploadRecord};
pub use leases::{Claim, LEASE, ObjectChange};
pub use models::{Changed, InForce, NoShare, OnTrial, Part, Share};
pub use outbox::OutboxState;
pub use outcomes::{
    Conflict, DocumentOutcome, Finding, Finish, NewShare, Outcome, Serves, Settled,
};
pub use overdue::{AwaitedPod, Awaits};
pub use revisions::{Act, Because, Pack, Revision};
pub use rulings::{Belongs, Ruling, Rulings};
pub use shipments::Stored;
pub use stored_uploads::{Chosen, StoredUpload};
pub use trials::{Compared, Sketch, TrialOf, TrialRecord};
pub use uploads::{Begun, Upload};
pub use weeks::{By, Counted};

use opening::Database;

/// A handle to the ledger; clones share its connections.
#[derive(Debug, Clone)]
pub struct Ledger {
    pool: AnyPool,
    database: Database,
}

type Tx = Transaction<'static, Any>;

impl Ledger {
    /// Opens the ledger at `location` (a path, a `sqlite:` or a `postgres:` URL) and brings its tables up to date. A SQLite
    /// file is made where it is missing; its folder, or the database of PostgreSQL, must be there.
    ///
    /// # Errors
    /// [`LedgerError::Unusable`] for a location that cannot be opened or a ledger that a newer program wrote,
    /// [`LedgerError::Corrupt`] for a file that is no ledger, [`LedgerError::Unavailable`] for a server that does not answer.
    pub async fn open(location: &str) -> Result<Self, LedgerError> {
        let (pool, database) = opening::open(location).await?;
        let ledger = Self { pool, database };
        schema::bring_up_to_date(&ledger).await?;
        key_index::renew(&ledger).await?;
        Ok(ledger)
    }

    /// Opens the ledger at `location` to look at it and nothing else. `None` where it is to be made or brought up to date first.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn look(location: &str) -> Result<Option<Self>, LedgerError> {
        let Some((pool, database)) = opening::look(location).await? else {
            return Ok(None);
        };
        let ledger = Self { pool, database };
        Ok(schema::is_up_to_date(&ledger).await?.then_some(ledger))
    }

    /// A transaction that may write.
    async fn write(&self) -> Result<Tx, LedgerError> {
        Ok(match self.database {
            // It takes its turn at the start: one that read first and wrote later would fail whenever another wrote in between.
            Database::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await?,
            Database::Postgres => self.pool.begin().await?,
        })
    }

    /// A transaction that commits an outcome: whoever else has one waits until this ends, so that each sees what those before it
    /// committed, and events are numbered in the order of commits.
    async fn commit_in_turn(&self) -> Result<Tx, LedgerError> {
        let mut tx = self.write().await?;
        if self.database == Database::Postgres {
            sqlx::query("SELECT seq FROM heads WHERE log = 'outbox' FOR UPDATE")
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx)
    }
}
