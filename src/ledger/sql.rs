//! What every table needs: time and JSON in and out, and lists of placeholders.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::LedgerError;

/// How many rows one statement writes: a statement costs more than a row, and PostgreSQL takes at most 65,535 values.
pub(super) const ROWS: usize = 500;

/// `($1,$2),($3,$4)`: one bracket a row, counted from `first`. Both databases take numbered placeholders.
pub(super) fn rows(count: usize, columns: usize, first: usize) -> String {
    let row = |row: usize| {
        let start = first + row * columns;
        format!("({})", numbered(columns, start))
    };
    (0..count).map(row).collect::<Vec<_>>().join(",")
}

/// `$3,$4,$5`.
pub(super) fn numbered(count: usize, first: usize) -> String {
    (first..first + count)
        .map(|number| format!("${number}"))
        .collect::<Vec<_>>()
        .join(",")
}

pub(super) fn json(value: &impl Serialize) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|error| LedgerError::Other(error.into()))
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, LedgerError> {
    serde_json::from_str(text).map_err(LedgerError::corrupt)
}

/// A column that holds JSON.
pub(super) fn column<T: DeserializeOwned>(row: &AnyRow, name: &str) -> Result<T, LedgerError> {
    from_json(row.try_get::<&str, _>(name)?)
}

/// A column that holds a plain word which serde knows, such as an enum's name or an id.
pub(super) fn word<T: DeserializeOwned>(row: &AnyRow, name: &str) -> Result<T, LedgerError> {
    let word: String = row.try_get(name)?;
    serde_json::from_value(serde_json::Value::String(word)).map_err(LedgerError::corrupt)
}

/// The plain word that serde writes for an enum without data or an id.
pub(super) fn as_word(value: &impl Serialize) -> Result<String, LedgerError> {
    let written = serde_json::to_value(value).map_err(|error| LedgerError::Other(error.into()))?;
    match written.as_str() {
        Some(word) => Ok(word.to_owned()),
        None => Err(LedgerError::Other(format!("{written} is no word").into())),
    }
}

pub(super) fn time(row: &AnyRow, name: &str) -> Result<Timestamp, LedgerError> {
    Timestamp::from_millisecond(row.try_get(name)?).map_err(LedgerError::corrupt)
}

/// An unsigned number, kept as BIGINT. Beyond the signed range nothing real is counted.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(row: &AnyRow, name: &str) -> Result<u64, LedgerError> {
    u64::try_from(row.try_get::<i64, _>(name)?).map_err(LedgerError::corrupt)
}
