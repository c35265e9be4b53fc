//! The inbox: which uploads were begun, how often, and what came of them.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use uuid::Uuid;

use super::audit::Entry;
use super::documents::StoredDocument;
use super::told::Told;
use super::{Ledger, LedgerError, documents, outbox, sql};
use crate::decision::ExceptionCode;
use crate::document::{ObjectRef, Sha256, TraceParent, deterministic_id};
use crate::events::{Data, Event, Origin, RejectedData, StoredEvent};
use crate::fault::RejectReason;
use crate::inference::ModelSet;

/// An upload that work was begun on; hand it back with the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: Uuid,
    /// What is being read, and by whom.
    pub origin: Origin,
    /// How often work was begun on it, this time included.
    pub attempts: u32,
}

/// What the ledger knows of an upload when work on it begins.
#[derive(Debug, Clone)]
pub enum Begun {
    /// Nothing: read it.
    New(Upload),
    /// All: it was finished with the same bytes and models. These are its events, to the letter.
    Again(Vec<StoredEvent>),
    /// Its bytes, under another name of the same tenant. Decide on these documents without reading them again, and finish it as
    /// [`Outcome::Duplicate`](super::Outcome::Duplicate).
    DuplicateOf(Upload, Vec<StoredDocument>),
}

/// Where an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Work was begun; its worker may have died since.
    Started,
    /// It gave documents.
    Done,
    /// It gave documents that another upload had given before.
    Duplicate,
    /// It cannot be processed.
    Rejected,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Done => "done",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
        }
    }
}

impl Ledger {
    /// Notes that work on an upload of `bytes` bytes for `tenant` begins, and says what is known of it. Attempts are counted here,
    /// before the work, so that an upload that kills its worker is seen to.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was noted then.
    pub async fn begin_upload(
        &self,
        origin: &Origin,
        tenant: &str,
        bytes: u64,
        now: Timestamp,
    ) -> Result<Begun, LedgerError> {
        let mut tx = self.write().await?;
        let id = upload_id(&origin.object, Some(&origin.sha256), &origin.models);
        if is_finished(&mut tx, id).await? {
            return Ok(Begun::Again(outbox::events_of_upload(&mut tx, id).await?));
        }
        let attempts = count_attempt(&mut tx, id, origin, bytes, now).await?;
        let same_bytes = same_bytes_elsewhere(&mut tx, origin, tenant).await?;
        tx.commit().await?;
        let upload = Upload {
            id,
            origin: origin.clone(),
            attempts,
        };
        Ok(match same_bytes {
            None => Begun::New(upload),
            Some(documents) => Begun::DuplicateOf(upload, documents),
        })
    }

    /// The events of an upload of the same object and bytes that was finished, by whichever models: a notice that comes again gives the same
    /// outcome, whatever serves by now. `None` where there is none.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn finished_before(
        &self,
        origin: &Origin,
    ) -> Result<Option<Vec<StoredEvent>>, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let object = &origin.object;
        let row = sqlx::query(
            "SELECT id FROM uploads WHERE sha256 = $1 AND bucket = $2 AND object_key = $3 AND COALESCE(object_version, '') = $4
               AND state <> $5 ORDER BY started_at DESC, id LIMIT 1",
        )
        .bind(origin.sha256.as_str())
        .bind(object.bucket.as_str())
        .bind(object.key.as_str())
        .bind(object.version.as_deref().unwrap_or_default())
        .bind(State::Started.name())
        .fetch_optional(&mut *tx)
        .await?;
        match row {
            None => Ok(None),
            Some(row) => {
                let id = sql::word(&row, "id")?;
                Ok(Some(outbox::events_of_upload(&mut tx, id).await?))
            }
        }
    }

    /// Takes back the attempt that `upload` was begun with: it ended for a reason that is not the upload's, and its worker lives.
    ///
    /// # Errors
    /// [`LedgerError`]; the attempt stays counted then.
    pub async fn take_back_attempt(&self, upload: &Upload) -> Result<(), LedgerError> {
        sqlx::query("UPDATE uploads SET attempts = attempts - 1 WHERE id = $1 AND state = $2 AND attempts > 0")
            .bind(upload.id.to_string())
            .bind(State::Started.name())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Commits the rejection of an upload whose bytes never came: it is not there, or has too many. Rejecting it again
    /// gives the same event.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was committed then.
    pub async fn reject_unread(
        &self,
        object: &ObjectRef,
        models: &ModelSet,
        trace: Option<&TraceParent>,
        reason: RejectReason,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, LedgerError> {
        let mut tx = self.commit_in_turn().await?;
        let id = upload_id(object, None, models);
        if !is_finished(&mut tx, id).await? {
            insert_unread(&mut tx, id, object, models, now).await?;
            close(&mut tx, id, State::Rejected, Some(reason), now).await?;
            let event = rejection(object, None, models, reason, now).traced(trace);
            let mut told = Told::default();
            told.tell(Some(id), event);
            told.act(Entry::upload_rejected(id, object, reason));
            told.commit(&mut tx, now).await?;
        }
        let events = outbox::events_of_upload(&mut tx, id).await?;
        tx.commit().await?;
        Ok(events)
    }
}

pub(super) fn rejection(
    object: &ObjectRef,
    sha256: Option<&Sha256>,
    models: &ModelSet,
    reason: RejectReason,
    now: Timestamp,
) -> Event {
    let data = RejectedData {
        object: object.clone(),
        sha256: sha256.cloned(),
        code: ExceptionCode::TechUnreadable,
        reason,
        detail: reason.to_string(),
        models: models.clone(),
    };
    Event::new(Data::Rejected(Box::new(data)), now)
}

/// An upload is a version of an object, its bytes, and the models that read it. The entity tag is no part of it: stores
/// give several to the same bytes.
fn upload_id(object: &ObjectRef, sha256: Option<&Sha256>, models: &ModelSet) -> Uuid {
    deterministic_id(&[
        "upload",
        &object.bucket,
        &object.key,
        object.version.as_deref().unwrap_or_default(),
        sha256.map_or("", Sha256::as_str),
        &models.readers(),
    ])
}

pub(super) async fn is_finished(
    connection: &mut AnyConnection,
    id: Uuid,
) -> Result<bool, LedgerError> {
    let row = sqlx::query("SELECT state FROM uploads WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    let state = row
        .map(|row| sql::word::<State>(&row, "state"))
        .transpose()?;
    Ok(state.is_some_and(|state| state != State::Started))
}

async fn count_attempt(
    connection: &mut AnyConnection,
    id: Uuid,
    origin: &Origin,
    bytes: u64,
    now: Timestamp,
) -> Result<u32, LedgerError> {
    let row = sqlx::query(
        "INSERT INTO uploads (id, bucket, object_key, object_version, etag, sha256, bytes, models, state, attempts, started_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)
         ON CONFLICT (id) DO UPDATE SET attempts = uploads.attempts + 1, started_at = excluded.started_at
         RETURNING attempts",
    )
    .bind(id.to_string())
    .bind(origin.object.bucket.as_str())
    .bind(origin.object.key.as_str())
    .bind(origin.object.version.clone())
    .bind(origin.object.etag.clone())
    .bind(origin.sha256.as_str())
    .bind(sql::signed(bytes))
    .bind(sql::json(&origin.models)?)
    .bind(State::Started.name())
    .bind(now.as_millisecond())
    .fetch_one(connection)
    .await?;
    attempts(&row)
}

pub(super) fn attempts(row: &AnyRow) -> Result<u32, LedgerError> {
    u32::try_from(sql::unsigned(row, "attempts")?).map_err(LedgerError::corrupt)
}

async fn insert_unread(
    connection: &mut AnyConnection,
    id: Uuid,
    object: &ObjectRef,
    models: &ModelSet,
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query(
        "INSERT INTO uploads (id, bucket, object_key, object_version, etag, models, state, attempts, started_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)",
    )
    .bind(id.to_string())
    .bind(object.bucket.as_str())
    .bind(object.key.as_str())
    .bind(object.version.clone())
    .bind(object.etag.clone())
    .bind(sql::json(models)?)
    .bind(State::Started.name())
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn close(
    connection: &mut AnyConnection,
    id: Uuid,
    state: State,
    reason: Option<RejectReason>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query(
        "UPDATE uploads SET state = $1, reject_reason = $2, finished_at = $3 WHERE id = $4",
    )
    .bind(state.name())
    .bind(reason.map(|reason| sql::as_word(&reason)).transpose()?)
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

/// The documents of the tenant's first upload with these bytes under another name that was finished with documents of its own. What
/// another tenant sent is none of its business: the paper is read and decided about for each.
pub(super) async fn same_bytes_elsewhere(
    connection: &mut AnyConnection,
    origin: &Origin,
    tenant: &str,
) -> Result<Option<Vec<StoredDocument>>, LedgerError> {
    let first = sqlx::query(
        "SELECT id FROM uploads
         WHERE sha256 = $1 AND state = $2
           AND NOT (bucket = $3 AND object_key = $4 AND COALESCE(object_version, '') = $5)
           AND EXISTS (SELECT 1 FROM documents d WHERE d.upload = uploads.id AND d.asks_of = $6)
         ORDER BY finished_at, id LIMIT 1",
    )
    .bind(origin.sha256.as_str())
    .bind(State::Done.name())
    .bind(origin.object.bucket.as_str())
    .bind(origin.object.key.as_str())
    .bind(origin.object.version.clone().unwrap_or_default())
    .bind(tenant)
    .fetch_optional(&mut *connection)
    .await?;
    match first {
        None => Ok(None),
        Some(row) => {
            let first: String = row.try_get("id")?;
            documents::of_upload(connection, &first).await.map(Some)
        }
    }
}
