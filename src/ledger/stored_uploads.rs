//! Uploads that were decided, with their documents: what can be looked at again.

use jiff::Timestamp;
use sqlx::Row as _;

use super::documents::{COLUMNS, read};
use super::uploads::Upload;
use super::{Ledger, LedgerError, StoredDocument};
use crate::document::DocumentId;

/// Which uploads.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// Decided at this time or later.
    pub since: Option<Timestamp>,
    /// Those of these documents only; empty for all.
    pub documents: Vec<DocumentId>,
    /// At most so many.
    pub most: u32,
}

/// An upload with its documents, in the order of their pages; copies and shares are none.
#[derive(Debug, Clone)]
pub struct StoredUpload {
    /// The upload.
    pub upload: Upload,
    /// Its documents.
    pub documents: Vec<StoredDocument>,
}

impl Ledger {
    /// The chosen uploads, the last ones first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn stored_uploads(&self, chosen: &Chosen) -> Result<Vec<StoredUpload>, LedgerError> {
        let mut uploads = Vec::new();
        for id in self.ids_of(chosen).await? {
            let query = format!(
                "SELECT {COLUMNS} FROM documents d JOIN uploads u ON u.id = d.upload
                 WHERE d.superseded = 0 AND d.copy_of IS NULL AND d.share_of IS NULL AND d.upload = $1"
            );
            let rows = sqlx::query(sqlx::AssertSqlSafe(query))
                .bind(id)
                .fetch_all(&self.pool)
                .await?;
            let mut documents = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
            documents.sort_by_key(|one| one.document.pages.first().copied());
            if let Some(first) = documents.first() {
                let upload = Upload {
                    id: first.upload,
                    origin: first.origin.clone(),
                    attempts: 1,
                };
                uploads.push(StoredUpload { upload, documents });
            }
        }
        Ok(uploads)
    }

    async fn ids_of(&self, chosen: &Chosen) -> Result<Vec<String>, LedgerError> {
        let most = usize::try_from(chosen.most).unwrap_or(usize::MAX);
        if !chosen.documents.is_empty() {
            let mut ids: Vec<String> = Vec::new();
            for document in &chosen.documents {
                let row =
                    sqlx::query("SELECT upload FROM documents WHERE id = $1 AND superseded = 0")
                        .bind(document.to_string())
                        .fetch_optional(&self.pool)
                        .await?;
                let id = row.map(|row| row.try_get("upload")).transpose()?;
                ids.extend(id.filter(|id| !ids.contains(id)));
            }
            ids.truncate(most);
            return Ok(ids);
        }
        let since = chosen.since.unwrap_or(Timestamp::UNIX_EPOCH);
        let rows = sqlx::query(
            "SELECT upload, MAX(decided_at) AS at FROM documents
             WHERE superseded = 0 AND copy_of IS NULL AND share_of IS NULL AND decided_at >= $1
             GROUP BY upload ORDER BY at DESC, upload LIMIT $2",
        )
        .bind(since.as_millisecond())
        .bind(i64::from(chosen.most))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("upload")?)).collect()
    }
}
