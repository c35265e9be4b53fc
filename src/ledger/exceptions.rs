//! Open exceptions: one row for each code of a shipment's stop, or of a document that belongs to no shipment.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::{LedgerError, sql};
use crate::decision::{Exception, ExceptionCode};
use crate::document::{DocumentId, deterministic_id};
use crate::events::{DocumentData, Resolution, ResolvedException};

/// Opens the exceptions of a document. One that is open already is counted once more and takes the newer words. A code
/// that a document names twice (two charges without support) is one exception; its event tells both.
pub(super) async fn raise(
    connection: &mut AnyConnection,
    data: &DocumentData,
    stop: u32,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut by_code = BTreeMap::new();
    for exception in &data.exceptions {
        by_code.entry(exception.code).or_insert(exception);
    }
    for exception in by_code.into_values() {
        raise_one(connection, data, exception, stop, now).await?;
    }
    Ok(())
}

/// An exception that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    id: Uuid,
    pub(super) code: ExceptionCode,
}

impl Open {
    pub(super) fn resolved(&self, how: Resolution, detail: String) -> ResolvedException {
        ResolvedException {
            id: self.id,
            code: self.code,
            how,
            detail,
        }
    }
}

/// The open exceptions that a document raised last, by code.
pub(super) async fn open(
    connection: &mut AnyConnection,
    document: DocumentId,
) -> Result<Vec<Open>, LedgerError> {
    let rows = sqlx::query(
        "SELECT id, code FROM exceptions WHERE document = $1 AND state = 'OPEN' ORDER BY code",
    )
    .bind(document.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Open {
                id: sql::word(row, "id")?,
                code: sql::word(row, "code")?,
            })
        })
        .collect()
}

/// Ends the open exceptions of a document that was decided again: those of `kept` codes are raised anew in its shipment's name, the
/// others are resolved.
pub(super) async fn close(
    connection: &mut AnyConnection,
    document: DocumentId,
    kept: &BTreeSet<ExceptionCode>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    for one in open(&mut *connection, document).await? {
        let state = if kept.contains(&one.code) {
            "SUPERSEDED"
        } else {
            "RESOLVED"
        };
        sqlx::query("UPDATE exceptions SET state = $1, last_raised_at = $2 WHERE id = $3")
            .bind(state)
            .bind(now.as_millisecond())
            .bind(one.id.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn raise_one(
    connection: &mut AnyConnection,
    data: &DocumentData,
    exception: &Exception,
    stop: u32,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let code = sql::as_word(&exception.code)?;
    let document = data.document.id.to_string();
    let stop_text = stop.to_string();
    let id = match &data.shipment {
        Some(shipment) => deterministic_id(&[
            "exception",
            "shipment",
            &shipment.tenant,
            &shipment.id,
            &stop_text,
            &code,
        ]),
        None => deterministic_id(&["exception", "document", &document, &code]),
    };
    sqlx::query(
        "INSERT INTO exceptions (id, code, severity, owner, tenant, shipment, stop, document, detail, state, raised,
           first_raised_at, last_raised_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'OPEN', 1, $10, $10)
         ON CONFLICT (id) DO UPDATE SET document = excluded.document, detail = excluded.detail, state = excluded.state,
           raised = exceptions.raised + 1, last_raised_at = excluded.last_raised_at",
    )
    .bind(id.to_string())
    .bind(code)
    .bind(i64::from(exception.severity))
    .bind(sql::as_word(&exception.owner)?)
    .bind(data.shipment.as_ref().map(|shipment| shipment.tenant.clone()))
    .bind(data.shipment.as_ref().map(|shipment| shipment.id.clone()))
    .bind(i64::from(stop))
    .bind(document)
    .bind(exception.detail.as_str())
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}
