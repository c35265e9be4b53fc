//! The desk: exceptions as people look at them, worst first, and what they do about them.

use jiff::Timestamp;
use serde_json::json;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use uuid::Uuid;

use super::audit::Entry;
use super::documents::{self, number};
use super::revisions::Act;
use super::told::Told;
use super::{Ledger, LedgerError, sql};
use crate::decision::{ExceptionCode, Life, Owner};
use crate::document::{BBox, DocumentId, PageNumber};
use crate::events::{
    Data, DocumentPart, Event, Resolution, ResolvedData, ResolvedException, ShipmentRef,
    StoredEvent,
};
use crate::inference::ModelSet;

/// An exception as a person looks at it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ExceptionRecord {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub code: ExceptionCode,
    /// 1 blocks cash now … 4 information.
    pub severity: u32,
    /// Who acts first.
    pub owner: Owner,
    /// Whose shipment or document.
    pub tenant: String,
    /// The shipment, where one is known.
    pub shipment: Option<String>,
    /// Its delivery stop; 0 where it has one.
    pub stop: u32,
    /// The document that raised it last; none where a paper is what is missing.
    pub document: Option<DocumentId>,
    /// What was found and what to do.
    pub detail: String,
    /// Page and box that show why.
    pub place: Option<(PageNumber, BBox)>,
    /// Where it stands.
    pub state: Life,
    /// Who works on it.
    pub assigned_to: Option<String>,
    /// Who ended it, where a person did.
    pub ended_by: Option<String>,
    /// Why.
    pub ended_why: Option<String>,
    /// Place in work queues, 0..1.
    pub priority: f64,
    /// How often it was raised.
    pub raised: u32,
    /// When it was opened the last time.
    pub opened_at: Timestamp,
    /// When somebody took it on.
    pub acted_at: Option<Timestamp>,
}

/// Which exceptions somebody wants to see.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Whose; empty for everybody's.
    pub tenant: Option<String>,
    /// Of this code only.
    pub code: Option<ExceptionCode>,
    /// That this owner acts on first.
    pub owner: Option<Owner>,
    /// Of this shipment.
    pub shipment: Option<String>,
    /// Of this document.
    pub document: Option<DocumentId>,
    /// That somebody of this name works on.
    pub assigned_to: Option<String>,
    /// Those that have ended too.
    pub ended: bool,
}

impl Ledger {
    /// Exceptions, the worst first: by severity, then by priority, then by age; at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn exceptions(
        &self,
        wanted: &Wanted,
        limit: u32,
    ) -> Result<Vec<ExceptionRecord>, LedgerError> {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        let mut narrow = |column: &str, value: Option<String>| {
            if let Some(value) = value {
                values.push(value);
                conditions.push(format!("{column} = ${}", values.len() + 1));
            }
        };
        narrow("tenant", wanted.tenant.clone());
        narrow("code", wanted.code.as_ref().map(sql::as_word).transpose()?);
        narrow(
            "owner",
            wanted.owner.as_ref().map(sql::as_word).transpose()?,
        );
        narrow("shipment", wanted.shipment.clone());
        narrow(
            "document",
            wanted.document.map(|document| document.to_string()),
        );
        narrow("assigned_to", wanted.assigned_to.clone());
        if !wanted.ended {
            conditions.push("state IN ('OPEN', 'ASSIGNED')".to_owned());
        }
        // What is mere information nobody has to act on: it is shown to those who ask for it.
        let mere_information = wanted.ended || wanted.code.is_some();
        conditions.push(format!(
            "severity < {}",
            if mere_information { 5 } else { 4 }
        ));
        let statement = format!(
            "SELECT * FROM exceptions WHERE {} ORDER BY severity, priority DESC, opened_at, id LIMIT $1",
            conditions.join(" AND ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(i64::from(limit));
        for value in values {
            query = query.bind(value);
        }
        let rows = query.fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// The open exceptions by code, and when each was opened; at most 100,000, the oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn open_exceptions(&self) -> Result<Vec<(ExceptionCode, Timestamp)>, LedgerError> {
        let rows = sqlx::query(
            "SELECT code, opened_at FROM exceptions WHERE state IN ('OPEN', 'ASSIGNED') AND severity < 4
             ORDER BY opened_at LIMIT 100000",
        )
        .fetch_all(&self.pool)
        .await?;
        let open = rows
            .iter()
            .map(|row| Ok((sql::word(row, "code")?, sql::time(row, "opened_at")?)));
        open.collect()
    }

    /// One exception; `None` where it is unknown.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn exception(&self, id: Uuid) -> Result<Option<ExceptionRecord>, LedgerError> {
        let mut connection = self.pool.acquire().await?;
        one(&mut connection, id).await
    }

    /// Gives an open exception to somebody. False where it is open no longer.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was committed then.
    pub async fn assign(
        &self,
        id: Uuid,
        to: &str,
        act: &Act,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        let mut tx = self.write().await?;
        let assigned = sqlx::query(
            "UPDATE exceptions SET state = 'ASSIGNED', assigned_to = $1, acted_at = COALESCE(acted_at, $2)
             WHERE id = $3 AND state IN ('OPEN', 'ASSIGNED')",
        )
        .bind(to)
        .bind(now.as_millisecond())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        if assigned.rows_affected() == 0 {
            return Ok(false);
        }
        let mut told = Told::default();
        told.act(Entry::act_of(act, id, json!({"to": to})));
        told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends an open exception because a person says so, and tells. Empty where it is open no longer. The documents that raise it are
    /// decided again afterwards.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was committed then.
    pub async fn end_exception(
        &self,
        id: Uuid,
        life: Life,
        act: &Act,
        models: &ModelSet,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, LedgerError> {
        let mut tx = self.commit_in_turn().await?;
        let ended = sqlx::query(
            "UPDATE exceptions SET state = $1, ended_by = $2, ended_why = $3, ended_at = $4, acted_at = COALESCE(acted_at, $4)
             WHERE id = $5 AND state IN ('OPEN', 'ASSIGNED')",
        )
        .bind(sql::as_word(&life)?)
        .bind(act.who.as_str())
        .bind(act.why.as_str())
        .bind(now.as_millisecond())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        let record = one(&mut tx, id).await?;
        let Some(record) = record.filter(|_| ended.rows_affected() == 1) else {
            return Ok(Vec::new());
        };
        touch(&mut tx, id, now).await?;
        let mut told = Told::default();
        told.act(Entry::act_of(act, id, json!({"code": record.code})));
        let (upload, data) = resolved(&mut tx, &record, models).await?;
        told.tell(upload, Event::new(Data::Resolved(Box::new(data)), now));
        let events = told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(events)
    }

    /// Takes back that a person ended an exception. False where no person had. It is open again where a document raises it, which is
    /// decided again afterwards.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was committed then.
    pub async fn reopen_exception(
        &self,
        id: Uuid,
        act: &Act,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        let mut tx = self.write().await?;
        let reopened = sqlx::query(
            "UPDATE exceptions SET ended_by = NULL, ended_why = NULL, ended_at = NULL, acted_at = NULL, assigned_to = NULL, opened_at = $2,
               state = CASE WHEN EXISTS (SELECT 1 FROM raised_by r WHERE r.exception = exceptions.id) THEN 'OPEN' ELSE 'RESOLVED' END
             WHERE id = $1 AND ended_by IS NOT NULL",
        )
        .bind(id.to_string())
        .bind(now.as_millisecond())
        .execute(&mut *tx)
        .await?;
        if reopened.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE awaited_pods SET settled = 0 WHERE (tenant, shipment, stop) IN
               (SELECT tenant, shipment, stop FROM exceptions WHERE id = $1 AND code = 'POD_NOT_RECEIVED')
             AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.tenant = awaited_pods.tenant
               AND a.shipment = awaited_pods.shipment AND a.stop = awaited_pods.stop AND a.pod = 1)",
        )
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
        touch(&mut tx, id, now).await?;
        let mut told = Told::default();
        told.act(Entry::act_of(act, id, json!({})));
        told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Whoever decides about a document that raises the exception just now, without knowing of the act, has to do so anew; a worker does where
/// nobody else does ([`Ledger::acts_to_follow`]).
async fn touch(
    connection: &mut AnyConnection,
    exception: Uuid,
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query(
        "UPDATE documents SET revision = revision + 1, acted_at = $2
         WHERE id IN (SELECT document FROM raised_by WHERE exception = $1)",
    )
    .bind(exception.to_string())
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

async fn one(
    connection: &mut AnyConnection,
    id: Uuid,
) -> Result<Option<ExceptionRecord>, LedgerError> {
    let row = sqlx::query("SELECT * FROM exceptions WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// What there is to tell of an exception that a person ended, and the upload that it is about.
async fn resolved(
    connection: &mut AnyConnection,
    record: &ExceptionRecord,
    models: &ModelSet,
) -> Result<(Option<Uuid>, ResolvedData), LedgerError> {
    let stored = match record.document {
        Some(document) => documents::one(&mut *connection, document, false).await?,
        None => None,
    };
    let part = stored.as_ref().map(|stored| {
        DocumentPart::new(&stored.origin, &stored.document, stored.attachment.as_ref())
    });
    let version = sqlx::query("SELECT version FROM shipments WHERE tenant = $1 AND id = $2")
        .bind(record.tenant.as_str())
        .bind(record.shipment.as_deref())
        .fetch_optional(connection)
        .await?;
    let version = version
        .map(|row| sql::unsigned(&row, "version"))
        .transpose()?;
    let shipment = record.shipment.clone().zip(version);
    let data = ResolvedData {
        exception: ResolvedException {
            id: record.id,
            code: record.code,
            how: Resolution::Person,
            detail: match record.state {
                Life::Waived => "a person says that it does not matter",
                _ => "a person settled it",
            }
            .to_owned(),
        },
        document: part,
        shipment: shipment.map(|(id, version)| ShipmentRef {
            id,
            tenant: record.tenant.clone(),
            version,
        }),
        revision: stored
            .as_ref()
            .map_or(record.raised, |stored| stored.revision),
        models: stored
            .as_ref()
            .map_or_else(|| models.clone(), |stored| stored.origin.models.clone()),
    };
    Ok((stored.map(|stored| stored.upload), data))
}

fn read(row: &AnyRow) -> Result<ExceptionRecord, LedgerError> {
    let known = |name: &str| row.try_get::<Option<String>, _>(name);
    let at = |name: &str| match row.try_get::<Option<i64>, _>(name)? {
        Some(_) => sql::time(row, name).map(Some),
        None => Ok::<_, LedgerError>(None),
    };
    Ok(ExceptionRecord {
        id: sql::word(row, "id")?,
        code: sql::word(row, "code")?,
        severity: number(row, "severity")?,
        owner: sql::word(row, "owner")?,
        tenant: row.try_get("tenant")?,
        shipment: known("shipment")?,
        stop: number(row, "stop")?,
        document: known("document")?
            .map(|_| sql::word(row, "document"))
            .transpose()?,
        detail: row.try_get("detail")?,
        place: known("place")?.as_deref().map(sql::from_json).transpose()?,
        state: sql::word(row, "state")?,
        assigned_to: known("assigned_to")?,
        ended_by: known("ended_by")?,
        ended_why: known("ended_why")?,
        priority: row.try_get("priority")?,
        raised: number(row, "raised")?,
        opened_at: sql::time(row, "opened_at")?,
        acted_at: at("acted_at")?,
    })
}
