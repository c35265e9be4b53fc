//! The ledger: what was uploaded, found, decided, attached and told, kept so that nothing is lost or billed twice.
//!
//! In: uploads begun and finished, shipments. Out: what is known already, candidates for a match, committed events. An
//! outcome, its events and its audit entries are one transaction. It refuses to attach a second proof of delivery to a
//! stop, and to decide the same bytes twice; who asked is told and decides again. SQL lives only here.

mod audit;
mod documents;
mod error;
mod exceptions;
mod explain;
mod outbox;
mod outcomes;
mod schema;
mod shipments;
mod sql;
mod uploads;

#[cfg(test)]
mod suite;

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyPool, ConnectOptions as _, Executor as _, Transaction};

pub use audit::{Audit, AuditEntry};
pub use documents::StoredDocument;
pub use error::LedgerError;
pub use explain::{Explanation, UploadRecord};
pub use outcomes::{Conflict, DocumentOutcome, Finding, Finish, Outcome, Serves};
pub use shipments::{Search, Stored};
pub use uploads::{Begun, Upload};

/// Connections to one SQLite file: one writes while the others read.
const CONNECTIONS: u32 = 4;

/// How long a call waits for its turn to write before it gives up with [`LedgerError::Busy`]. Transactions take
/// milliseconds, so that a longer wait means that something holds the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// A handle to the ledger; clones share its connections.
#[derive(Debug, Clone)]
pub struct Ledger {
    pool: AnyPool,
}

type Tx = Transaction<'static, Any>;

impl Ledger {
    /// Opens the ledger at `location`, a path or a `sqlite:` URL, makes it where it is missing, and brings its tables up
    /// to date. The folder must be there.
    ///
    /// # Errors
    /// [`LedgerError::Unusable`] for a location that cannot be opened or a ledger that a newer program wrote,
    /// [`LedgerError::Corrupt`] for a file that is no ledger.
    pub async fn open(location: &str) -> Result<Self, LedgerError> {
        sqlx::any::install_default_drivers();
        let options: AnyConnectOptions = url(location)?.parse().map_err(LedgerError::unusable)?;
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    let wait = PATIENCE.as_millis();
                    let wait = format!("PRAGMA busy_timeout = {wait}");
                    connection.execute(sqlx::AssertSqlSafe(wait)).await?;
                    // FULL: an upload is acknowledged after the commit, so that the commit must survive a power cut.
                    let rest = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";
                    connection.execute(sqlx::raw_sql(rest)).await?;
                    Ok(())
                })
            })
            .connect_with(options.disable_statement_logging())
            .await
            .map_err(LedgerError::at_opening)?;
        let ledger = Self { pool };
        schema::bring_up_to_date(&ledger).await?;
        Ok(ledger)
    }

    /// A transaction that may write. It takes its turn at the start: one that read first and wrote later would fail
    /// whenever another wrote in between.
    async fn write(&self) -> Result<Tx, LedgerError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// A path as URL; a URL stays as it is.
fn url(location: &str) -> Result<String, LedgerError> {
    if location.starts_with("sqlite:") || location.contains("://") {
        return Ok(location.to_owned());
    }
    let path = std::path::absolute(Path::new(location)).map_err(LedgerError::unusable)?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte);
    let escaped: String = path
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| {
            if plain(byte) {
                char::from(*byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    Ok(format!("sqlite://{escaped}?mode=rwc"))
}
