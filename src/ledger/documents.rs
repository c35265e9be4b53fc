//! Documents, kept so that they can be matched and decided again without being read again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use uuid::Uuid;

use super::document_json::{decode, encode};
use super::outcomes::DocumentOutcome;
use super::{Ledger, LedgerError, document_keys, sql};
use crate::decision::{ExceptionCode, State};
use crate::document::{DocumentId, ObjectRef};
use crate::events::{DocumentData, Origin};
use crate::shipments::matching::Hints;
use crate::storage::Location;
use crate::understanding::Document;

/// A document that the ledger knows.
#[derive(Debug, Clone)]
pub struct StoredDocument {
    /// Its id.
    pub id: DocumentId,
    /// The upload that it was cut out of, and the models that read it.
    pub origin: Origin,
    /// What it is and says, as it was read.
    pub document: Document,
    /// Where it was stored as PDF.
    pub attachment: Option<Location>,
    /// Whose shipments it looks for, and by what.
    pub asks: Asks,
    /// The document whose bytes it repeats.
    pub copy_of: Option<DocumentId>,
    /// The paper that it is a shipment's share of.
    pub share_of: Option<DocumentId>,
    /// Tenant and id of its shipment, where one matched.
    pub shipment: Option<(String, String)>,
    /// The delivery stop that it is about; 0 where the shipment has one.
    pub stop: u32,
    /// The verdict.
    pub state: State,
    /// The codes of its exceptions, with the severity of each.
    pub codes: BTreeMap<ExceptionCode, u8>,
    /// Hash of the charges that the last event about it scored; empty where there were none.
    pub scored: String,
    /// How often it was decided.
    pub revision: u32,
    /// Until then nobody is told that it has no shipment; `None` where its outcome was told.
    pub parked_until: Option<Timestamp>,
    /// The row of its upload.
    pub(super) upload: Uuid,
}

/// What a document looks for its shipment by, beside what it says.
#[derive(Debug, Clone)]
pub struct Asks {
    /// Whose shipments.
    pub tenant: String,
    /// What its notice told.
    pub hints: Hints,
    /// When its upload was received.
    pub received_at: Timestamp,
    /// Keys that its shipment may share with it; empty of one that was stored before.
    pub keys: Vec<String>,
}

/// The columns that [`read`] needs.
pub(super) const COLUMNS: &str = "d.id, d.document, d.stored_as, d.tenant, d.shipment, d.state, d.asks_of, d.hints, d.received_at, d.copy_of, d.share_of,
    d.stop, d.codes, d.scored, d.revision, d.parked_until, d.upload, u.bucket, u.object_key, u.object_version, u.etag, u.sha256, u.models";

/// How many papers of a shipment are decided together. A stop has a handful.
pub(super) const PACK: u32 = 50;

/// The papers of a shipment that are decided together: those that prove a delivery already, then the first that were received.
pub(super) const OF_A_PACK: &str = "d.superseded = 0 AND d.tenant = $1 AND d.shipment = $2 AND d.copy_of IS NULL
    ORDER BY CASE WHEN EXISTS (SELECT 1 FROM attachments a WHERE a.document = d.id) THEN 0 ELSE 1 END, d.received_at, d.id LIMIT $3";

/// Documents that other models replaced are no longer there.
const LIVE: &str = "documents d JOIN uploads u ON u.id = d.upload WHERE d.superseded = 0";

/// Cut out of one object with the same bytes.
const SAME_OBJECT: &str =
    "u.sha256 = $1 AND u.bucket = $2 AND u.object_key = $3 AND COALESCE(u.object_version, '') = $4";

impl Ledger {
    /// The papers of a shipment that are nobody's copies, at most [`Pack::is_full`](super::Pack::is_full): those that prove a delivery, then
    /// in the order in which they were received.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn papers_of(
        &self,
        tenant: &str,
        shipment: &str,
    ) -> Result<Vec<StoredDocument>, LedgerError> {
        let query = format!(
            "SELECT {COLUMNS} FROM documents d JOIN uploads u ON u.id = d.upload WHERE {OF_A_PACK}"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(tenant)
            .bind(shipment)
            .bind(i64::from(PACK))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    /// A document; `None` where it is unknown, or other models have read its upload anew.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn document(&self, id: DocumentId) -> Result<Option<StoredDocument>, LedgerError> {
        let mut tx = self.pool.begin().await?;
        one(&mut tx, id, true).await
    }

    /// The papers without a shipment that look for one by one of the keys, at most as many as are decided together, in the order in which
    /// they were received.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn waiting_for(
        &self,
        tenant: &str,
        keys: &[String],
    ) -> Result<Vec<StoredDocument>, LedgerError> {
        let keys = &keys[..keys.len().min(sql::ROWS)];
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let numbers = sql::numbered(keys.len(), 3);
        let query = format!(
            "SELECT {COLUMNS} FROM {LIVE} AND d.asks_of = $1 AND d.shipment IS NULL AND d.copy_of IS NULL AND d.share_of IS NULL
               AND d.id IN (SELECT k.document FROM document_keys k WHERE k.tenant = $1 AND k.match_key IN ({numbers}))
             ORDER BY d.received_at, d.id LIMIT $2"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(tenant)
            .bind(i64::from(PACK));
        for key in keys {
            query = query.bind(key.as_str());
        }
        let rows = query.fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// The shares of a paper beside its own.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn shares_of(&self, paper: DocumentId) -> Result<Vec<StoredDocument>, LedgerError> {
        let query = format!("SELECT {COLUMNS} FROM {LIVE} AND d.share_of = $1 ORDER BY d.id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(paper.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    /// What other models cut out of the same upload before.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn documents_before(
        &self,
        origin: &Origin,
    ) -> Result<Vec<StoredDocument>, LedgerError> {
        let query = format!("SELECT {COLUMNS} FROM {LIVE} AND {SAME_OBJECT} ORDER BY d.id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(origin.sha256.as_str())
            .bind(origin.object.bucket.as_str())
            .bind(origin.object.key.as_str())
            .bind(origin.object.version.clone().unwrap_or_default())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    /// The documents whose time to wait silently for a shipment is over, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn waited_long_enough(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DocumentId>, LedgerError> {
        let rows = sqlx::query(
            "SELECT id FROM documents WHERE parked_until <= $1 AND superseded = 0 ORDER BY parked_until, id LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| sql::word(row, "id")).collect()
    }
}

/// The papers cut out of an upload, whole.
pub(super) async fn of_upload(
    connection: &mut AnyConnection,
    upload: &str,
) -> Result<Vec<StoredDocument>, LedgerError> {
    let query = format!("SELECT {COLUMNS} FROM {LIVE} AND d.upload = $1 AND d.share_of IS NULL");
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(upload)
        .fetch_all(connection)
        .await?;
    let mut documents: Vec<_> = rows.iter().map(read).collect::<Result<_, _>>()?;
    documents.sort_by(|a, b| a.document.pages.cmp(&b.document.pages));
    Ok(documents)
}

/// A document; only one that counts still, if `live`.
pub(super) async fn one(
    connection: &mut AnyConnection,
    id: DocumentId,
    live: bool,
) -> Result<Option<StoredDocument>, LedgerError> {
    let query = format!(
        "SELECT {COLUMNS} FROM documents d JOIN uploads u ON u.id = d.upload WHERE d.id = $1 AND d.superseded <= $2"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(id.to_string())
        .bind(i64::from(!live))
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

pub(super) fn read(row: &AnyRow) -> Result<StoredDocument, LedgerError> {
    let tenant: Option<String> = row.try_get("tenant")?;
    let shipment: Option<String> = row.try_get("shipment")?;
    let stored_as: Option<String> = row.try_get("stored_as")?;
    let copy_of: Option<String> = row.try_get("copy_of")?;
    let share_of: Option<String> = row.try_get("share_of")?;
    Ok(StoredDocument {
        id: sql::word(row, "id")?,
        origin: Origin {
            object: object(row)?,
            sha256: sql::word(row, "sha256")?,
            models: sql::column(row, "models")?,
            trace: None,
        },
        document: decode(row.try_get("document")?)?,
        attachment: stored_as.as_deref().map(sql::from_json).transpose()?,
        asks: Asks {
            tenant: row.try_get("asks_of")?,
            hints: sql::column(row, "hints")?,
            received_at: sql::time(row, "received_at")?,
            keys: Vec::new(),
        },
        copy_of: copy_of.map(|_| sql::word(row, "copy_of")).transpose()?,
        share_of: share_of.map(|_| sql::word(row, "share_of")).transpose()?,
        shipment: tenant.zip(shipment),
        stop: number(row, "stop")?,
        state: sql::word(row, "state")?,
        codes: sql::column(row, "codes")?,
        scored: row.try_get("scored")?,
        revision: number(row, "revision")?,
        parked_until: match row.try_get::<Option<i64>, _>("parked_until")? {
            Some(_) => Some(sql::time(row, "parked_until")?),
            None => None,
        },
        upload: sql::word(row, "upload")?,
    })
}

pub(super) fn number(row: &AnyRow, name: &str) -> Result<u32, LedgerError> {
    u32::try_from(sql::unsigned(row, name)?).map_err(LedgerError::corrupt)
}

pub(super) fn object(row: &AnyRow) -> Result<ObjectRef, LedgerError> {
    Ok(ObjectRef {
        bucket: row.try_get("bucket")?,
        key: row.try_get("object_key")?,
        version: row.try_get("object_version")?,
        etag: row.try_get("etag")?,
    })
}

pub(super) async fn store(
    connection: &mut AnyConnection,
    upload: Uuid,
    outcome: &DocumentOutcome,
    data: &DocumentData,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let exceptions = data.exceptions.iter();
    let codes: BTreeMap<ExceptionCode, u8> =
        exceptions.map(|one| (one.code, one.severity)).collect();
    sqlx::query(
        "INSERT INTO documents (id, upload, class, class_confidence, tenant, shipment, state, superseded, document, stored_as, decided_at,
           revision, asks_of, hints, received_at, copy_of, stop, codes, parked_until,
           share_of, scored)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         ON CONFLICT (id) DO UPDATE SET upload = excluded.upload, class = excluded.class,
           class_confidence = excluded.class_confidence, tenant = excluded.tenant, shipment = excluded.shipment,
           state = excluded.state, superseded = 0, document = excluded.document, stored_as = excluded.stored_as,
           decided_at = excluded.decided_at, revision = excluded.revision, asks_of = excluded.asks_of,
           hints = excluded.hints, received_at = excluded.received_at, copy_of = excluded.copy_of, stop = excluded.stop,
           codes = excluded.codes, parked_until = excluded.parked_until, share_of = excluded.share_of,
           scored = excluded.scored",
    )
    .bind(data.document.id.to_string())
    .bind(upload.to_string())
    .bind(sql::as_word(&data.document.class)?)
    .bind(f64::from(data.document.class_confidence))
    .bind(data.shipment.as_ref().map(|shipment| shipment.tenant.clone()))
    .bind(data.shipment.as_ref().map(|shipment| shipment.id.clone()))
    .bind(sql::as_word(&data.decision.state)?)
    .bind(encode(&outcome.read)?)
    .bind(data.document.attachment.as_ref().map(sql::json).transpose()?)
    .bind(now.as_millisecond())
    .bind(i64::from(data.revision))
    .bind(outcome.asks.tenant.as_str())
    .bind(sql::json(&outcome.asks.hints)?)
    .bind(outcome.asks.received_at.as_millisecond())
    .bind(outcome.copy_of.map(|original| original.to_string()))
    .bind(i64::from(outcome.stop()))
    .bind(sql::json(&codes)?)
    .bind(outcome.parked_until.map(Timestamp::as_millisecond))
    .bind(data.document.share_of.map(|whole| whole.to_string()))
    .bind(outcome.scored.as_str())
    .execute(&mut *connection)
    .await?;
    if !outcome.asks.keys.is_empty() {
        document_keys::remember(connection, data.document.id, &outcome.asks).await?;
    }
    Ok(())
}

/// How often a document was decided; 0 of one that nobody knows.
pub(super) async fn revision(
    connection: &mut AnyConnection,
    id: DocumentId,
) -> Result<u32, LedgerError> {
    let row = sqlx::query("SELECT revision FROM documents WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    row.map_or(Ok(0), |row| number(&row, "revision"))
}

/// Gives up what other models made of the same upload: its attachments are free again, and its documents count no longer. Those that the
/// new models cut alike are stored over the old ones afterwards, and the others told of. Returns whether there were any.
pub(super) async fn supersede(
    connection: &mut AnyConnection,
    origin: &Origin,
) -> Result<bool, LedgerError> {
    let documents = format!(
        "(SELECT d.id FROM documents d JOIN uploads u ON u.id = d.upload WHERE {SAME_OBJECT})"
    );
    let statements = [
        format!("UPDATE awaited_pods SET settled = 0 WHERE (tenant, shipment, stop) IN
            (SELECT tenant, shipment, stop FROM attachments WHERE pod = 1 AND document IN {documents})"),
        format!("DELETE FROM attachments WHERE document IN {documents}"),
        format!("DELETE FROM document_keys WHERE document IN {documents}"),
        format!("UPDATE documents SET superseded = 1, parked_until = NULL WHERE id IN {documents}"),
    ];
    let mut superseded = 0;
    for statement in statements {
        let done = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(origin.sha256.as_str())
            .bind(origin.object.bucket.as_str())
            .bind(origin.object.key.as_str())
            .bind(origin.object.version.clone().unwrap_or_default())
            .execute(&mut *connection)
            .await?;
        superseded = done.rows_affected();
    }
    Ok(superseded > 0)
}

/// A document that was told of for the last time.
pub(super) async fn leave_behind(
    connection: &mut AnyConnection,
    id: DocumentId,
) -> Result<(), LedgerError> {
    sqlx::query("UPDATE documents SET superseded = 1 WHERE id = $1")
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}
