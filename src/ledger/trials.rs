//! Trials: what a challenger made of an upload, beside what the champion made of it. Nobody hears of it but whoever compares the two.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::models::Part;
use super::{Ledger, LedgerError, sql};
use crate::document::DocumentId;
use crate::inference::{ModelName, Task};

/// Which trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialOf {
    /// The task.
    pub task: Task,
    /// Who serves.
    pub champion: ModelName,
    /// Who would like to.
    pub challenger: ModelName,
}

/// What somebody made of a document, as far as models differ in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// Its pages.
    pub pages: Vec<u32>,
    /// Its class.
    pub class: String,
    /// How sure that is, 0..1.
    pub class_confidence: f32,
    /// Each field that was found, with its value and how sure that is.
    pub fields: BTreeMap<String, (String, f32)>,
    /// The shipment that it goes to.
    pub shipment: Option<String>,
    /// Its state.
    pub state: String,
    /// The codes of its exceptions.
    pub codes: Vec<String>,
    /// The score of its shipment's charges.
    pub charges: Option<f32>,
}

/// One document as both made it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// `None` where the champion cut no such document, or was not asked.
    pub champion: Option<Sketch>,
    /// `None` where the challenger cut no such document.
    pub challenger: Option<Sketch>,
    /// Why the challenger made nothing of the upload.
    pub failed: Option<String>,
    /// Milliseconds that the champion took for the whole upload.
    pub champion_ms: f64,
    /// Milliseconds that the challenger took for the whole upload.
    pub challenger_ms: f64,
}

/// A line of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialRecord {
    /// The upload.
    pub upload: Uuid,
    /// How the challenger worked.
    pub part: Part,
    /// The document that was told of.
    pub document: Option<DocumentId>,
    /// When.
    pub at: Timestamp,
    /// What both made of it.
    pub compared: Compared,
}

impl Ledger {
    /// Notes what came of an upload in a trial; of one that is read again the last word counts.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was noted then.
    pub async fn note_trial(
        &self,
        of: &TrialOf,
        part: Part,
        upload: Uuid,
        records: &[(Option<DocumentId>, Compared)],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "DELETE FROM trials WHERE task = $1 AND champion = $2 AND challenger = $3 AND upload = $4",
        )
        .bind(of.task.to_string())
        .bind(of.champion.to_string())
        .bind(of.challenger.to_string())
        .bind(upload.to_string())
        .execute(&mut *tx)
        .await?;
        for (place, (document, compared)) in (0_i64..).zip(records) {
            sqlx::query(
                "INSERT INTO trials (task, champion, challenger, upload, place, part, document, at, compared)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(of.task.to_string())
            .bind(of.champion.to_string())
            .bind(of.challenger.to_string())
            .bind(upload.to_string())
            .bind(place)
            .bind(sql::as_word(&part)?)
            .bind(document.map(|id| id.to_string()))
            .bind(now.as_millisecond())
            .bind(sql::json(compared)?)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Forgets what was noted before some time, and says of how many documents that was.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was forgotten then.
    pub async fn forget_trials(&self, before: Timestamp) -> Result<u64, LedgerError> {
        let forgotten = sqlx::query(
            "DELETE FROM trials WHERE task IN (SELECT task FROM models_in_force) AND at < $1",
        )
        .bind(before.as_millisecond())
        .execute(&self.pool)
        .await?;
        Ok(forgotten.rows_affected())
    }

    /// What was noted in a trial since some time, at most the last so many documents, the last first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn trial(
        &self,
        of: &TrialOf,
        since: Timestamp,
        most: u32,
    ) -> Result<Vec<TrialRecord>, LedgerError> {
        let rows = sqlx::query(
            "SELECT upload, part, document, at, compared FROM trials
             WHERE task = $1 AND champion = $2 AND challenger = $3 AND at >= $4 ORDER BY at DESC, upload, place LIMIT $5",
        )
        .bind(of.task.to_string())
        .bind(of.champion.to_string())
        .bind(of.challenger.to_string())
        .bind(since.as_millisecond())
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<TrialRecord, LedgerError> {
    let document: Option<String> = row.try_get("document")?;
    let document = document.map(|id| id.parse().map(DocumentId));
    Ok(TrialRecord {
        upload: sql::word(row, "upload")?,
        part: sql::word(row, "part")?,
        document: document.transpose().map_err(LedgerError::corrupt)?,
        at: sql::time(row, "at")?,
        compared: sql::column(row, "compared")?,
    })
}
