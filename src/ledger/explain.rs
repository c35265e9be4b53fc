//! What is known of one document, for a person who asks how it came about.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use uuid::Uuid;

use super::audit::{self, AuditEntry};
use super::documents::{self, StoredDocument};
use super::outcomes::Finding;
use super::{Ledger, LedgerError, outbox, sql, uploads};
use crate::document::{DocumentId, ObjectRef, Sha256};
use crate::events::StoredEvent;
use crate::inference::ModelSet;

/// All that the ledger knows of a document.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The document.
    pub document: StoredDocument,
    /// The upload that it was cut out of.
    pub upload: UploadRecord,
    /// What each stage found about the upload and the document, in order.
    pub findings: Vec<Finding>,
    /// The events that told of it.
    pub events: Vec<StoredEvent>,
    /// The audit entries about it and its upload.
    pub audit: Vec<AuditEntry>,
}

/// What is known of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRecord {
    /// Its id.
    pub id: Uuid,
    /// Where the bytes lay.
    pub object: ObjectRef,
    /// Their hash.
    pub sha256: Option<Sha256>,
    /// How many there are.
    pub bytes: Option<u64>,
    /// Who read them.
    pub models: ModelSet,
    /// How often work was begun on it.
    pub attempts: u32,
    /// When work began, the last time.
    pub started_at: Timestamp,
    /// When its outcome was committed.
    pub finished_at: Option<Timestamp>,
}

impl Ledger {
    /// How a document came about; `None` where it is unknown.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn explain(&self, id: DocumentId) -> Result<Option<Explanation>, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let Some(document) = documents::one(&mut tx, id, false).await? else {
            return Ok(None);
        };
        let upload = upload_of(&mut tx, id).await?;
        let subjects = [&*upload.id.to_string(), &*id.to_string()];
        Ok(Some(Explanation {
            findings: findings(&mut tx, &upload, &document).await?,
            events: outbox::events_about(&mut tx, &id.to_string()).await?,
            audit: audit::about(&mut tx, subjects).await?,
            document,
            upload,
        }))
    }
}

async fn upload_of(
    connection: &mut AnyConnection,
    id: DocumentId,
) -> Result<UploadRecord, LedgerError> {
    let row = sqlx::query(
        "SELECT u.* FROM uploads u JOIN documents d ON d.upload = u.id WHERE d.id = $1",
    )
    .bind(id.to_string())
    .fetch_one(connection)
    .await?;
    let known = |name: &str| row.try_get::<Option<i64>, _>(name);
    let finished_at = known("finished_at")?;
    Ok(UploadRecord {
        id: sql::word(&row, "id")?,
        object: documents::object(&row)?,
        sha256: known_word(&row, "sha256")?,
        bytes: known("bytes")?.map(i64::unsigned_abs),
        models: sql::column(&row, "models")?,
        attempts: uploads::attempts(&row)?,
        started_at: sql::time(&row, "started_at")?,
        finished_at: match finished_at {
            Some(_) => Some(sql::time(&row, "finished_at")?),
            None => None,
        },
    })
}

fn known_word(row: &AnyRow, name: &str) -> Result<Option<Sha256>, LedgerError> {
    match row.try_get::<Option<&str>, _>(name)? {
        Some(_) => sql::word(row, name).map(Some),
        None => Ok(None),
    }
}

/// The findings about the whole upload and about pages of the document.
async fn findings(
    connection: &mut AnyConnection,
    upload: &UploadRecord,
    document: &StoredDocument,
) -> Result<Vec<Finding>, LedgerError> {
    let rows = sqlx::query("SELECT * FROM findings WHERE upload = $1 ORDER BY seq")
        .bind(upload.id.to_string())
        .fetch_all(connection)
        .await?;
    let mut findings = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let pages = &document.document.pages;
    findings.retain(|finding| finding.pages.iter().all(|page| pages.contains(page)));
    Ok(findings)
}

fn read(row: &AnyRow) -> Result<Finding, LedgerError> {
    Ok(Finding {
        pages: sql::column(row, "pages")?,
        stage: row.try_get("stage")?,
        took: Duration::from_micros(sql::unsigned(row, "took_us")?),
        found: sql::column(row, "found")?,
    })
}
