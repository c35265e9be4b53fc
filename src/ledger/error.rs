//! What can go wrong with the ledger, by what has to happen next.

use crate::fault::{Cause, Fault};

/// Why the ledger did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else holds it; the same call may work in a moment.
    #[error("the ledger is busy, try again: {0}")]
    Busy(#[source] Cause),
    /// It cannot be reached or written at the moment: its server is away, its disk is full.
    #[error("the ledger is not available: {0}")]
    Unavailable(#[source] Cause),
    /// It does not take what it was given: a text with NUL, a name too long for an index.
    #[error("the ledger does not take this: {0}")]
    Refused(#[source] Cause),
    /// The file is no ledger, or damaged.
    #[error("the ledger is damaged, restore it from a backup or move it away: {0}")]
    Corrupt(#[source] Cause),
    /// It cannot be opened, or a newer program wrote it.
    #[error("the ledger cannot be used: {0}")]
    Unusable(#[source] Cause),
    /// Anything else: a read-only file, a mistake of ours.
    #[error("the ledger failed: {0}")]
    Other(#[source] Cause),
}

/// SQLite's primary result codes (sqlite.org/rescode.html), the low byte of an extended code.
mod sqlite {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const IO: i32 = 10;
    pub(super) const FULL: i32 = 13;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const NOT_A_DATABASE: i32 = 26;
}

impl LedgerError {
    pub(super) fn unusable(source: impl Into<Cause>) -> Self {
        Self::Unusable(source.into())
    }

    pub(super) fn corrupt(source: impl Into<Cause>) -> Self {
        Self::Corrupt(source.into())
    }

    /// While opening, what is neither busy nor damaged is a wrong location.
    pub(super) fn at_opening(source: sqlx::Error) -> Self {
        match Self::from(source) {
            Self::Other(source) => Self::Unusable(source),
            known @ (Self::Busy(_)
            | Self::Refused(_)
            | Self::Unavailable(_)
            | Self::Corrupt(_)
            | Self::Unusable(_)) => known,
        }
    }
}

impl From<sqlx::Error> for LedgerError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let code = error
            .as_database_error()
            .and_then(|database| Some(database.code()?.into_owned()));
        match (&error, code) {
            (E::PoolTimedOut, _) => Self::Busy(error.into()),
            (E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolClosed | E::WorkerCrashed, _) => {
                Self::Unavailable(error.into())
            }
            (E::ColumnDecode { .. } | E::Decode(_), _) => Self::Corrupt(error.into()),
            (_, Some(code)) if code.len() == SQLSTATE => Self::of_postgres(&code, error),
            (_, Some(code)) => Self::of_sqlite(&code, error),
            (_, None) => Self::Other(error.into()),
        }
    }
}

/// PostgreSQL's codes have five characters (SQLSTATE), SQLite's numbers fewer.
const SQLSTATE: usize = 5;

impl LedgerError {
    fn of_sqlite(code: &str, error: sqlx::Error) -> Self {
        match code.parse::<i32>().map(|extended| extended & 0xff) {
            Ok(sqlite::BUSY | sqlite::LOCKED) => Self::Busy(error.into()),
            Ok(sqlite::IO | sqlite::FULL) => Self::Unavailable(error.into()),
            Ok(sqlite::CORRUPT | sqlite::NOT_A_DATABASE) => Self::Corrupt(error.into()),
            _ => Self::Other(error.into()),
        }
    }

    /// By the class of the code, its first two characters (postgresql.org/docs/15/errcodes-appendix.html).
    fn of_postgres(code: &str, error: sqlx::Error) -> Self {
        match code.get(..2).unwrap_or_default() {
            // Another transaction was in the way, or held a lock for too long.
            "40" | "55" => Self::Busy(error.into()),
            // No connection, no resources, shut down by its operator, no disk; a transaction that was given up.
            "08" | "53" | "57" | "58" | "25" => Self::Unavailable(error.into()),
            // Wrong user or password, no such database, no rights.
            "28" | "3D" | "42" => Self::Unusable(error.into()),
            "XX" if ["XX001", "XX002"].contains(&code) => Self::Corrupt(error.into()),
            "XX" => Self::Unavailable(error.into()),
            // Whatever it was given, the next may be fine.
            "22" | "54" => Self::Refused(error.into()),
            _ => Self::Other(error.into()),
        }
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Busy(_) | LedgerError::Unavailable(_) | LedgerError::Refused(_) => {
                Self::retry("ledger", error)
            }
            LedgerError::Corrupt(_) | LedgerError::Unusable(_) | LedgerError::Other(_) => {
                Self::fatal("ledger", error)
            }
        }
    }
}
