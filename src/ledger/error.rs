//! What can go wrong with the ledger, by what has to happen next.

use crate::fault::{Cause, Fault};

/// Why the ledger did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else holds it; the same call may work in a moment.
    #[error("the ledger is busy, try again: {0}")]
    Busy(#[source] Cause),
    /// The file is no ledger, or damaged.
    #[error("the ledger is damaged, restore it from a backup or move it away: {0}")]
    Corrupt(#[source] Cause),
    /// It cannot be opened, or a newer program wrote it.
    #[error("the ledger cannot be used: {0}")]
    Unusable(#[source] Cause),
    /// Anything else: a full disk, a read-only file, a mistake of ours.
    #[error("the ledger failed: {0}")]
    Other(#[source] Cause),
}

/// SQLite's primary result codes (sqlite.org/rescode.html), the low byte of an extended code.
mod sqlite {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
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
            known @ (Self::Busy(_) | Self::Corrupt(_) | Self::Unusable(_)) => known,
        }
    }
}

impl From<sqlx::Error> for LedgerError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return Self::Busy(error.into());
        }
        let decoding = matches!(
            error,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)
        );
        let code = error
            .as_database_error()
            .and_then(|database| database.code()?.parse::<i32>().ok())
            .map(|extended| extended & 0xff);
        match code {
            Some(sqlite::BUSY | sqlite::LOCKED) => Self::Busy(error.into()),
            Some(sqlite::CORRUPT | sqlite::NOT_A_DATABASE) => Self::Corrupt(error.into()),
            _ if decoding => Self::Corrupt(error.into()),
            _ => Self::Other(error.into()),
        }
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Busy(_) => Self::retry("ledger", error),
            LedgerError::Corrupt(_) | LedgerError::Unusable(_) | LedgerError::Other(_) => {
                Self::fatal("ledger", error)
            }
        }
    }
}
