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

/// How often opening is tried, and how long it pauses in between. Two programs that turn a new file to write-ahead logging
/// together fail at once, whatever `busy_timeout` says: 6 of 80 did so in a trial. It takes them a few milliseconds.
const OPENINGS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

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
        let options = options.disable_statement_logging();
        log_ahead(&options).await?;
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // FULL: an upload is acknowledged after the commit, so that the commit must survive a power cut.
                    let each = format!(
                        "PRAGMA busy_timeout = {}; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
                        PATIENCE.as_millis()
                    );
                    connection
                        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(each)))
                        .await?;
                    Ok(())
                })
            })
            .connect_with(options)
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

/// Turns the file to write-ahead logging, which lasts. On a connection of its own, because a pool tries a connection again
/// and again and hides why it failed.
async fn log_ahead(options: &AnyConnectOptions) -> Result<(), LedgerError> {
    let mut connection = options.connect().await.map_err(LedgerError::at_opening)?;
    for _ in 0..OPENINGS {
        let turned = connection
            .execute(sqlx::raw_sql("PRAGMA journal_mode = WAL"))
            .await;
        match turned.map_err(LedgerError::at_opening) {
            Ok(_) => return Ok(()),
            Err(LedgerError::Busy(_)) => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
    Err(LedgerError::Busy(
        "another program holds it while it is made".into(),
    ))
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
