//! The audit trail: who did what to what, each entry sealed with a hash over itself and the entry before it.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use uuid::Uuid;

use super::revisions::{Act, Because};
use super::{Ledger, LedgerError, sql};
use crate::decision::ExceptionCode;
use crate::document::{DocumentId, ObjectRef, Sha256};
use crate::events::{AlarmData, DocumentData, ScoredData};
use crate::fault::RejectReason;
use crate::inference::{ModelName, Task};
use crate::shipments::Shipment;

/// Who acts: the program and its version.
const WHO: &str = concat!("countersign ", env!("CARGO_PKG_VERSION"));

/// How many entries are read at a time when the trail is verified.
const PAGE: i64 = 1000;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its place in the trail, counted from 1.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who acted.
    pub who: String,
    /// What was done, as `document.decided`.
    pub act: String,
    /// To what: an upload's, document's or shipment's id.
    pub subject: String,
    /// Why and with what.
    pub detail: Value,
}

/// Whether the trail is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// Nothing was changed, taken out or cut off.
    Intact {
        /// How many entries there are.
        entries: i64,
    },
    /// The entry with this number was changed or is missing.
    Broken {
        /// Its number.
        seq: i64,
    },
}

/// What is to be written down.
pub(super) struct Entry {
    /// A person; `None` for the program itself.
    who: Option<String>,
    act: &'static str,
    subject: String,
    detail: Value,
}

impl Entry {
    pub(super) fn upload_finished(upload: Uuid, object: &ObjectRef, documents: usize) -> Self {
        Self {
            who: None,
            act: "upload.finished",
            subject: upload.to_string(),
            detail: json!({"object": object, "documents": documents}),
        }
    }

    pub(super) fn upload_rejected(upload: Uuid, object: &ObjectRef, reason: RejectReason) -> Self {
        Self {
            who: None,
            act: "upload.rejected",
            subject: upload.to_string(),
            detail: json!({"object": object, "reason": reason}),
        }
    }

    pub(super) fn object_removed(object: &ObjectRef) -> Self {
        Self {
            who: None,
            act: "object.removed",
            subject: format!("{}/{}", object.bucket, object.key),
            detail: json!({"object": object}),
        }
    }

    /// What the verdict rests on: every test, the profile, the models, the shipment's version and the evidence.
    pub(super) fn document_decided(data: &DocumentData) -> Self {
        let codes: Vec<ExceptionCode> = data.exceptions.iter().map(|e| e.code).collect();
        Self {
            who: None,
            act: "document.decided",
            subject: data.document.id.to_string(),
            detail: json!({
                "sha256": data.document.sha256,
                "class": data.document.class,
                "class_confidence": data.document.class_confidence,
                "shipment": data.shipment,
                "decision": data.decision,
                "exceptions": codes,
                "accessorials": data.accessorials.score,
                "models": data.models,
            }),
        }
    }

    /// The same of a later decision, with what led to it; where that was a person, with who and why.
    pub(super) fn document_decided_again(data: &DocumentData, because: &Because) -> Self {
        let mut entry = Self::document_decided(data);
        entry.act = "document.decided_again";
        let (because, act) = match because {
            Because::Document => ("another document", None),
            Because::Shipment => ("a shipment", None),
            Because::Time => ("it has waited long enough", None),
            Because::Models => ("other models", None),
            Because::Person(act) => ("a person", Some(act)),
        };
        if let Value::Object(detail) = &mut entry.detail {
            detail.insert("because".to_owned(), json!(because));
            detail.insert("revision".to_owned(), json!(data.revision));
            if let Some(act) = act {
                detail.insert("who".to_owned(), json!(act.who));
                detail.insert("why".to_owned(), json!(act.why));
            }
        }
        entry
    }

    /// Charges that were scored after the document was decided.
    pub(super) fn charges_scored(data: &ScoredData) -> Self {
        let detail = json!({"shipment": data.shipment.id, "version": data.shipment.version, "score": data.accessorials.score});
        Self {
            who: None,
            act: "charges.scored",
            subject: data.document.id.to_string(),
            detail,
        }
    }

    /// What a person did to a document, an exception or a shipment.
    pub(super) fn act_of(act: &Act, subject: impl ToString, detail: Value) -> Self {
        let mut detail = detail;
        if let Value::Object(detail) = &mut detail {
            detail.insert("why".to_owned(), json!(act.why));
        }
        Self {
            who: Some(act.who.clone()),
            act: act.what,
            subject: subject.to_string(),
            detail,
        }
    }

    /// The model that serves a task from the start.
    pub(super) fn first_champion(task: Task, model: &ModelName) -> Self {
        Self {
            who: None,
            act: "model.promoted",
            subject: task.to_string(),
            detail: json!({"is": {"champion": model.to_string()}, "why": "the newest when the ledger first saw the task"}),
        }
    }

    /// A model that failed at its work.
    pub(super) fn model_taken_out(task: Task, alarm: &AlarmData, is: Value) -> Self {
        Self {
            who: None,
            act: "model.taken_out",
            subject: task.to_string(),
            detail: json!({"model": alarm.model, "alarm": alarm.alarm, "why": alarm.reason, "is": is}),
        }
    }

    /// A proof of delivery that is overdue.
    pub(super) fn pod_overdue(shipment: &Shipment, stop: u32) -> Self {
        let Shipment { tenant, id, .. } = shipment;
        Self {
            who: None,
            act: "pod.overdue",
            subject: format!("{tenant}/{id}"),
            detail: json!({"tenant": tenant, "shipment": id, "stop": stop}),
        }
    }

    pub(super) fn attachment_accepted(
        document: DocumentId,
        shipment: &Shipment,
        stop: u32,
    ) -> Self {
        let Shipment { tenant, id, .. } = shipment;
        Self {
            who: None,
            act: "attachment.accepted",
            subject: document.to_string(),
            detail: json!({"tenant": tenant, "shipment": id, "stop": stop}),
        }
    }

    pub(super) fn shipments_stored(new: usize, changed: usize) -> Self {
        Self {
            who: None,
            act: "shipments.stored",
            subject: "shipments".to_owned(),
            detail: json!({"new": new, "changed": changed}),
        }
    }
}

/// Appends entries at the end of the trail, in order.
pub(super) async fn append(
    connection: &mut AnyConnection,
    entries: &[Entry],
    now: Timestamp,
) -> Result<(), LedgerError> {
    if entries.is_empty() {
        return Ok(());
    }
    // Asked for by an update: whoever else wants to append waits here until this transaction ends.
    let head = sqlx::query(
        "UPDATE heads SET seq = seq + $1 WHERE log = 'audit' RETURNING seq - $1 AS seq, hash",
    )
    .bind(i64::try_from(entries.len()).unwrap_or(i64::MAX))
    .fetch_one(&mut *connection)
    .await?;
    let last: i64 = head.try_get("seq")?;
    let mut hash: String = head.try_get("hash")?;
    let mut numbered = (last + 1..).zip(entries);
    loop {
        let batch: Vec<(i64, &Entry)> = numbered.by_ref().take(sql::ROWS).collect();
        if batch.is_empty() {
            break;
        }
        hash = insert(connection, &batch, hash, now).await?;
    }
    sqlx::query("UPDATE heads SET hash = $1 WHERE log = 'audit'")
        .bind(hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes entries, each sealed over the one before it, and returns the hash of the last.
async fn insert(
    connection: &mut AnyConnection,
    batch: &[(i64, &Entry)],
    mut prev_hash: String,
    now: Timestamp,
) -> Result<String, LedgerError> {
    let at = now.as_millisecond();
    let who = |entry: &Entry| entry.who.clone().unwrap_or_else(|| WHO.to_owned());
    let values = sql::rows(batch.len(), 8, 1);
    let statement = format!(
        "INSERT INTO audit (seq, at, who, act, subject, detail, prev_hash, hash) VALUES {values}"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for (seq, entry) in batch {
        let detail = sql::json(&entry.detail)?;
        let who = who(entry);
        let sealed = (
            *seq,
            at,
            who.as_str(),
            entry.act,
            entry.subject.as_str(),
            detail.as_str(),
        );
        let hash = seal(&prev_hash, &sealed)?;
        query = query
            .bind(seq)
            .bind(at)
            .bind(who)
            .bind(entry.act)
            .bind(entry.subject.as_str())
            .bind(detail)
            .bind(prev_hash)
            .bind(hash.clone());
        prev_hash = hash;
    }
    query.execute(connection).await?;
    Ok(prev_hash)
}

/// SHA-256 over the hash before and the entry, written as one JSON array so that no two entries are written alike.
fn seal(
    prev_hash: &str,
    entry: &(i64, i64, &str, &str, &str, &str),
) -> Result<String, LedgerError> {
    let sealed = Sha256::of(sql::json(&(prev_hash, entry))?.as_bytes());
    Ok(sealed.to_string())
}

impl Ledger {
    /// The entries about an upload, a document, a shipment or an exception, in order.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn audit_about(&self, subject: &str) -> Result<Vec<AuditEntry>, LedgerError> {
        let mut connection = self.pool.acquire().await?;
        about(&mut connection, [subject, subject]).await
    }

    /// Recomputes every seal of the trail.
    ///
    /// # Errors
    /// [`LedgerError`] where the trail cannot be read; a broken one is [`Audit::Broken`].
    pub async fn verify_audit(&self) -> Result<Audit, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let mut seq = 0;
        let mut hash = String::new();
        loop {
            let rows = sqlx::query("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2")
                .bind(seq)
                .bind(PAGE)
                .fetch_all(&mut *tx)
                .await?;
            for row in &rows {
                seq += 1;
                match unbroken(row, seq, &hash)? {
                    Some(next) => hash = next,
                    None => return Ok(Audit::Broken { seq }),
                }
            }
            if rows.is_empty() {
                break;
            }
        }
        let head = sqlx::query("SELECT seq, hash FROM heads WHERE log = 'audit'")
            .fetch_one(&mut *tx)
            .await?;
        let whole =
            head.try_get::<i64, _>("seq")? == seq && head.try_get::<&str, _>("hash")? == hash;
        Ok(if whole {
            Audit::Intact { entries: seq }
        } else {
            Audit::Broken { seq: seq + 1 }
        })
    }
}

/// The row's hash, if it is entry `seq`, follows `prev_hash` and was not changed.
fn unbroken(row: &AnyRow, seq: i64, prev_hash: &str) -> Result<Option<String>, LedgerError> {
    let at: i64 = row.try_get("at")?;
    let text = |name: &str| row.try_get::<String, _>(name);
    let (who, act, subject) = (text("who")?, text("act")?, text("subject")?);
    let entry = (
        row.try_get("seq")?,
        at,
        &*who,
        &*act,
        &*subject,
        &*text("detail")?,
    );
    let sealed = seal(prev_hash, &entry)?;
    let intact = entry.0 == seq && text("prev_hash")? == prev_hash && text("hash")? == sealed;
    Ok(intact.then_some(sealed))
}

/// The entries about `subjects`, in order.
pub(super) async fn about(
    connection: &mut AnyConnection,
    subjects: [&str; 2],
) -> Result<Vec<AuditEntry>, LedgerError> {
    let [first, second] = subjects;
    let rows = sqlx::query("SELECT * FROM audit WHERE subject = $1 OR subject = $2 ORDER BY seq")
        .bind(first)
        .bind(second)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<AuditEntry, LedgerError> {
    Ok(AuditEntry {
        seq: row.try_get("seq")?,
        at: sql::time(row, "at")?,
        who: row.try_get("who")?,
        act: row.try_get("act")?,
        subject: row.try_get("subject")?,
        detail: sql::column(row, "detail")?,
    })
}
