//! Open exceptions: one row for each code of a shipment's stop, or of a document that belongs to no shipment.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{LedgerError, sql};
use crate::decision::Exception;
use crate::document::deterministic_id;
use crate::events::DocumentData;

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
