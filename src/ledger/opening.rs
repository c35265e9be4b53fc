//! Opening: SQLite for one machine, PostgreSQL for many, told apart by the location.

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, ConnectOptions as _, Executor as _};

use super::LedgerError;

/// Connections to one SQLite file: one writes while the others read.
const CONNECTIONS: u32 = 4;

/// Connections of one worker to PostgreSQL: its uploads wait for each other at the commit anyway.
const CONNECTIONS_TO_SERVER: u32 = 8;

/// A transaction that does nothing for so long has lost its worker; the others must not wait for it.
const FORSAKEN: Duration = Duration::from_secs(30);

/// What each connection to a SQLite file keeps of it in memory. With the 2 MiB that SQLite keeps by itself, looking for a
/// document's shipment among 200,000 reads most pages anew.
const CACHE_KIB: u32 = 32_768;

/// How long a call waits for its turn to write before it gives up with [`LedgerError::Busy`]. Transactions take
/// milliseconds, so that a longer wait means that something holds the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often opening is tried, and how long it pauses in between. Two programs that turn a new file to write-ahead logging
/// together fail at once, whatever `busy_timeout` says: 6 of 80 did so in a trial. It takes them a few milliseconds.
const OPENINGS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// Which database holds the ledger. Their SQL is one; how transactions take turns is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    fn at(location: &str) -> Self {
        let schemes = ["postgres://", "postgresql://"];
        if schemes.iter().any(|scheme| location.starts_with(scheme)) {
            Self::Postgres
        } else {
            Self::Sqlite
        }
    }

    /// What each connection is told first.
    fn greeting(self) -> String {
        match self {
            // FULL: an upload is acknowledged after the commit, so that the commit must survive a power cut.
            Self::Sqlite => format!(
                "PRAGMA busy_timeout = {}; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{CACHE_KIB}",
                PATIENCE.as_millis()
            ),
            Self::Postgres => format!(
                "SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}",
                PATIENCE.as_millis(),
                FORSAKEN.as_millis()
            ),
        }
    }

    /// How many of one call's batches are written at once. On a server one batch is sent while it works on the other; a file has
    /// one writer.
    pub(super) fn writers(self) -> usize {
        match self {
            Self::Sqlite => 1,
            Self::Postgres => 2,
        }
    }

    /// Ends a selection of shipments that nobody else may change until the transaction ends. Whoever writes to a file is alone anyway.
    pub(super) fn row_lock(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE OF shipments",
        }
    }

    fn connections(self) -> u32 {
        match self {
            Self::Sqlite => CONNECTIONS,
            Self::Postgres => CONNECTIONS_TO_SERVER,
        }
    }
}

/// Connections to the database at `location`; a file is made where it is missing.
pub(super) async fn open(location: &str) -> Result<(AnyPool, Database), LedgerError> {
    let database = Database::at(location);
    let options = options(&url(location, "rwc")?)?;
    if database == Database::Sqlite {
        log_ahead(&options).await?;
    }
    connect(options, database).await
}

/// Connections to look at what is there; `None` where a file is missing.
pub(super) async fn look(location: &str) -> Result<Option<(AnyPool, Database)>, LedgerError> {
    let database = Database::at(location);
    let is_url = location.starts_with("sqlite:") || location.contains("://");
    if !is_url && !Path::new(location).exists() {
        return Ok(None);
    }
    let options = options(&url(location, "rw")?)?;
    Ok(Some(connect(options, database).await?))
}

fn options(url: &str) -> Result<AnyConnectOptions, LedgerError> {
    sqlx::any::install_default_drivers();
    let options: AnyConnectOptions = url.parse().map_err(LedgerError::unusable)?;
    Ok(options.disable_statement_logging())
}

async fn connect(
    options: AnyConnectOptions,
    database: Database,
) -> Result<(AnyPool, Database), LedgerError> {
    // A pool tries again and again and hides why it failed.
    drop(options.connect().await.map_err(LedgerError::at_opening)?);
    let pool = AnyPoolOptions::new()
        .max_connections(database.connections())
        .acquire_timeout(PATIENCE)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                let greeting = sqlx::AssertSqlSafe(database.greeting());
                connection.execute(sqlx::raw_sql(greeting)).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await
        .map_err(LedgerError::at_opening)?;
    Ok((pool, database))
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

/// A path as URL, opened in this mode; a URL stays as it is.
fn url(location: &str, mode: &str) -> Result<String, LedgerError> {
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
    Ok(format!("sqlite://{escaped}?mode={mode}"))
}
