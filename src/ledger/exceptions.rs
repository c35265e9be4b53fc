//! Exceptions: one row for each code of a shipment's stop, or of a document that belongs to no shipment. One is open as long as a
//! document raises it and no person has ended it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::{LedgerError, sql};
use crate::decision::{Exception, ExceptionCode, Life};
use crate::document::{Confidence, DocumentId, deterministic_id};
use crate::events::DocumentData;

/// What an exception is about: a stop of a shipment, or else a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) tenant: &'a str,
    pub(super) shipment: Option<&'a str>,
    pub(super) stop: u32,
    pub(super) document: Option<DocumentId>,
}

impl<'a> About<'a> {
    /// What the exceptions of a decided document are about. `tenant` is whose shipments it looks for.
    pub(super) fn document(data: &'a DocumentData, tenant: &'a str, stop: u32) -> Self {
        let shipment = data.shipment.as_ref();
        Self {
            tenant: shipment.map_or(tenant, |shipment| &shipment.tenant),
            shipment: shipment.map(|shipment| shipment.id.as_str()),
            stop,
            document: Some(data.document.id),
        }
    }

    /// The exception's id: of a shipment's stop the same whichever document raises it.
    pub(super) fn exception(&self, code: ExceptionCode) -> Result<Uuid, LedgerError> {
        let code = sql::as_word(&code)?;
        Ok(match (self.shipment, self.document) {
            (Some(shipment), _) => deterministic_id(&[
                "exception",
                "shipment",
                self.tenant,
                shipment,
                &self.stop.to_string(),
                &code,
            ]),
            (None, document) => {
                let document = document.map(|id| id.to_string()).unwrap_or_default();
                deterministic_id(&["exception", "document", &document, &code])
            }
        })
    }
}

/// An exception that is no longer raised by a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Withdrawn {
    pub(super) id: Uuid,
    pub(super) code: ExceptionCode,
}

/// Opens the exceptions of a document, each code once: a code that a document names twice (two charges without support) is one
/// exception; its event tells both. Returns the ids by code.
pub(super) async fn raise(
    connection: &mut AnyConnection,
    about: &About<'_>,
    exceptions: &[Exception],
    priority: Confidence,
    now: Timestamp,
) -> Result<BTreeMap<ExceptionCode, Uuid>, LedgerError> {
    let mut by_code = BTreeMap::new();
    for exception in exceptions {
        by_code.entry(exception.code).or_insert(exception);
    }
    let mut raised = BTreeMap::new();
    for (code, exception) in by_code {
        let id = about.exception(code)?;
        raise_one(&mut *connection, id, about, exception, priority, now).await?;
        raised.insert(code, id);
    }
    Ok(raised)
}

/// Counts an exception once more if it is news from this document; one that a person has ended stays ended, and one that ended of itself
/// is opened again.
async fn raise_one(
    connection: &mut AnyConnection,
    id: Uuid,
    about: &About<'_>,
    exception: &Exception,
    priority: Confidence,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let place = exception.page.zip(exception.bbox);
    sqlx::query(
        "INSERT INTO exceptions (id, code, severity, owner, tenant, shipment, stop, document, detail, place, state, priority, raised,
           first_raised_at, last_raised_at, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'OPEN', $11, 0, $12, $12, $12)
         ON CONFLICT (id) DO UPDATE SET document = excluded.document, detail = excluded.detail, place = excluded.place,
           severity = excluded.severity, priority = excluded.priority, last_raised_at = excluded.last_raised_at",
    )
    .bind(id.to_string())
    .bind(sql::as_word(&exception.code)?)
    .bind(i64::from(exception.severity))
    .bind(sql::as_word(&exception.owner)?)
    .bind(about.tenant)
    .bind(about.shipment)
    .bind(i64::from(about.stop))
    .bind(about.document.map(|document| document.to_string()))
    .bind(exception.detail.as_str())
    .bind(place.as_ref().map(sql::json).transpose()?)
    .bind(f64::from(priority.get()))
    .bind(now.as_millisecond())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE exceptions SET state = 'OPEN', opened_at = $1, acted_at = NULL, ended_at = NULL, assigned_to = NULL
         WHERE id = $2 AND state IN ('RESOLVED', 'SUPERSEDED') AND ended_by IS NULL",
    )
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .execute(&mut *connection)
    .await?;
    let is_news = match about.document {
        Some(document) => note_raiser(&mut *connection, id, document).await?,
        None => true,
    };
    sqlx::query("UPDATE exceptions SET raised = raised + $1 WHERE id = $2")
        .bind(i64::from(is_news))
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// False where the document raised it already.
async fn note_raiser(
    connection: &mut AnyConnection,
    exception: Uuid,
    document: DocumentId,
) -> Result<bool, LedgerError> {
    let noted = sqlx::query(
        "INSERT INTO raised_by (exception, document) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    )
    .bind(exception.to_string())
    .bind(document.to_string())
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// The exceptions that a document raises and that are not among `kept` end, unless another document raises them too. Returns those
/// that ended; one whose code the document still raises, in another shipment's name or its own, was merely replaced.
pub(super) async fn withdraw(
    connection: &mut AnyConnection,
    document: DocumentId,
    kept: &BTreeMap<ExceptionCode, Uuid>,
    now: Timestamp,
) -> Result<Vec<Withdrawn>, LedgerError> {
    let rows = sqlx::query(
        "SELECT e.id, e.code, e.state FROM exceptions e JOIN raised_by r ON r.exception = e.id WHERE r.document = $1 ORDER BY e.code",
    )
    .bind(document.to_string())
    .fetch_all(&mut *connection)
    .await?;
    let mut withdrawn = Vec::new();
    for row in rows {
        let (id, code): (Uuid, ExceptionCode) = (sql::word(&row, "id")?, sql::word(&row, "code")?);
        let life: Life = sql::word(&row, "state")?;
        // What a person ended stays noted: whose shortcoming it was, and who raises it again once that is taken back.
        if kept.values().any(|one| *one == id) || !life.is_open() {
            continue;
        }
        if is_raised_by_another(&mut *connection, id, document).await? {
            continue;
        }
        let replaced = kept.contains_key(&code);
        let life = if replaced {
            Life::Superseded
        } else {
            Life::Resolved
        };
        end(&mut *connection, id, life, now).await?;
        if !replaced {
            withdrawn.push(Withdrawn { id, code });
        }
    }
    Ok(withdrawn)
}

/// Takes back that `document` raises an exception. True where another document still does, which the exception is about from now on.
async fn is_raised_by_another(
    connection: &mut AnyConnection,
    exception: Uuid,
    document: DocumentId,
) -> Result<bool, LedgerError> {
    sqlx::query("DELETE FROM raised_by WHERE exception = $1 AND document = $2")
        .bind(exception.to_string())
        .bind(document.to_string())
        .execute(&mut *connection)
        .await?;
    let passed_on = sqlx::query(
        "UPDATE exceptions SET document = (SELECT MIN(document) FROM raised_by WHERE exception = $1)
         WHERE id = $1 AND EXISTS (SELECT 1 FROM raised_by WHERE exception = $1)",
    )
    .bind(exception.to_string())
    .execute(connection)
    .await?;
    Ok(passed_on.rows_affected() == 1)
}

/// Ends an exception of itself, not by a person.
pub(super) async fn end(
    connection: &mut AnyConnection,
    exception: Uuid,
    life: Life,
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query("UPDATE exceptions SET state = $1, ended_at = $2, ended_by = NULL, ended_why = NULL WHERE id = $3")
        .bind(sql::as_word(&life)?)
        .bind(now.as_millisecond())
        .bind(exception.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// The codes that a person has ended, by stop: those of the shipment, and those of this very document. That one paper's shortcoming does not
/// matter says nothing of another paper's.
pub(super) async fn ended_by_people(
    connection: &mut AnyConnection,
    about: &About<'_>,
) -> Result<Vec<(u32, ExceptionCode)>, LedgerError> {
    let which = match about.shipment {
        Some(_) => "e.tenant = $1 AND e.shipment = $2",
        None => "e.tenant = $1 AND e.shipment IS NULL AND $2 IS NULL AND e.document = $3",
    };
    let statement = format!(
        "SELECT e.stop, e.code, CAST((SELECT COUNT(*) FROM raised_by r WHERE r.exception = e.id AND r.document = $3) AS BIGINT) AS own
         FROM exceptions e WHERE {which} AND e.ended_by IS NOT NULL"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(about.tenant)
        .bind(about.shipment)
        .bind(about.document.map(|document| document.to_string()))
        .fetch_all(connection)
        .await?;
    let mut ended = Vec::new();
    for row in &rows {
        let stop = u32::try_from(sql::unsigned(row, "stop")?).map_err(LedgerError::corrupt)?;
        let code: ExceptionCode = sql::word(row, "code")?;
        if code.is_about_the_shipment() || sql::unsigned(row, "own")? > 0 {
            ended.push((stop, code));
        }
    }
    Ok(ended)
}
