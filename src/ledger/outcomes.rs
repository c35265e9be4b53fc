//! What comes of an upload, committed once: its state, documents, findings, attachments, exceptions, events and audit
//! entries in one transaction.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::audit::Entry;
use super::documents::StoredDocument;
use super::uploads::{self, State, Upload};
use super::waiting::{self, Waits};
use super::{Ledger, LedgerError, audit, documents, exceptions, outbox, sql};
use crate::document::{DocumentId, PageNumber};
use crate::events::{ClassifiedData, Data, Decided, DocumentData, Event, StoredEvent};
use crate::fault::RejectReason;
use crate::shipments::Shipment;

/// What came of an upload.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It cannot be processed.
    Rejected(RejectReason),
    /// The documents cut out of it.
    Documents(Vec<DocumentOutcome>),
    /// The documents of an upload with the same bytes, decided anew as duplicates. None of them is attached.
    Duplicate(Vec<DocumentOutcome>),
}

/// What came of one document.
#[derive(Debug, Clone)]
pub struct DocumentOutcome {
    /// What the stages found.
    pub decided: Decided,
    /// What it is to its shipment once it can be billed.
    pub serves: Serves,
    /// Which stop of the shipment it is about; 0 where the shipment has one delivery.
    pub stop: u32,
    /// Hash of its looks, where one was made.
    pub looks: Option<u64>,
    /// What it looks for, where no shipment is clearly the one.
    pub waits: Option<Waits>,
}

/// What a document is to its shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    /// It proves the delivery; there is one such document a stop.
    AsPod,
    /// It supports a charge, as a lumper receipt does.
    AsSupport,
}

/// What one stage found, for a person who asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The pages that it is about; empty for the whole upload.
    pub pages: Vec<PageNumber>,
    /// The stage, as `reading`.
    pub stage: String,
    /// How long it took, kept to the microsecond.
    pub took: Duration,
    /// What it found.
    pub found: serde_json::Value,
}

impl Finding {
    /// What a stage that began at `started` has just found on `pages`.
    #[must_use]
    pub fn new(
        pages: &[PageNumber],
        stage: &str,
        started: Instant,
        found: serde_json::Value,
    ) -> Self {
        Self {
            pages: pages.to_vec(),
            stage: stage.to_owned(),
            took: started.elapsed(),
            found,
        }
    }
}

/// What became of finishing an upload.
#[derive(Debug, Clone)]
pub enum Finish {
    /// It is committed, now or by somebody before; these are its events.
    Done(Vec<StoredEvent>),
    /// Nothing was committed: the ledger has learned something since work began. Decide again with it.
    Conflict(Conflict),
}

/// What another slot committed meanwhile.
#[derive(Debug, Clone)]
pub enum Conflict {
    /// The stop has an accepted proof of delivery.
    AlreadyAttached {
        /// Which of the outcome's documents cannot be attached, counted from 0.
        position: usize,
        /// The document that is.
        by: DocumentId,
    },
    /// The same bytes were finished under another name, with these documents.
    SameBytes(Vec<StoredDocument>),
}

impl Ledger {
    /// Commits what came of `upload`, all of it or nothing. Finishing twice commits once.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was committed then. A candidate's shipment has to be in the ledger.
    pub async fn finish_upload(
        &self,
        upload: &Upload,
        outcome: &Outcome,
        findings: &[Finding],
        now: Timestamp,
    ) -> Result<Finish, LedgerError> {
        let mut tx = self.commit_in_turn().await?;
        if uploads::is_finished(&mut tx, upload.id).await? {
            let events = outbox::events_of_upload(&mut tx, upload.id).await?;
            return Ok(Finish::Done(events));
        }
        if let Some(conflict) = settle(&mut tx, upload, outcome, now).await? {
            return Ok(Finish::Conflict(conflict));
        }
        store_findings(&mut tx, upload, findings).await?;
        let events = outbox::events_of_upload(&mut tx, upload.id).await?;
        tx.commit().await?;
        Ok(Finish::Done(events))
    }
}

async fn settle(
    connection: &mut AnyConnection,
    upload: &Upload,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<Option<Conflict>, LedgerError> {
    match outcome {
        Outcome::Rejected(reason) => reject(connection, upload, *reason, now).await,
        // No upload may end in silence.
        Outcome::Documents(none) | Outcome::Duplicate(none) if none.is_empty() => {
            reject(connection, upload, RejectReason::Empty, now).await
        }
        Outcome::Documents(documents) => {
            match uploads::same_bytes_elsewhere(connection, &upload.origin).await? {
                Some(first) => Ok(Some(Conflict::SameBytes(first))),
                None => commit(connection, upload, documents, State::Done, now).await,
            }
        }
        Outcome::Duplicate(documents) => {
            commit(connection, upload, documents, State::Duplicate, now).await
        }
    }
}

async fn reject(
    connection: &mut AnyConnection,
    upload: &Upload,
    reason: RejectReason,
    now: Timestamp,
) -> Result<Option<Conflict>, LedgerError> {
    let origin = &upload.origin;
    documents::supersede(connection, &upload.origin).await?;
    let event = uploads::rejection(
        &origin.object,
        Some(&origin.sha256),
        &origin.models,
        reason,
        now,
    );
    let event = event.traced(origin.trace.as_ref());
    outbox::append(connection, upload.id, &[event], now).await?;
    let entry = Entry::upload_rejected(upload.id, &origin.object, reason);
    audit::append(connection, &[entry], now).await?;
    uploads::close(connection, upload.id, State::Rejected, Some(reason), now).await?;
    Ok(None)
}

async fn commit(
    connection: &mut AnyConnection,
    upload: &Upload,
    outcomes: &[DocumentOutcome],
    state: State,
    now: Timestamp,
) -> Result<Option<Conflict>, LedgerError> {
    documents::supersede(connection, &upload.origin).await?;
    let object = &upload.origin.object;
    let mut entries = vec![Entry::upload_finished(upload.id, object, outcomes.len())];
    let mut events = Vec::new();
    for (position, outcome) in outcomes.iter().enumerate() {
        let data = DocumentData::new(&upload.origin, &outcome.decided);
        documents::store(connection, upload.id, outcome, &data, now).await?;
        exceptions::raise(connection, &data, outcome.stop, now).await?;
        waiting::forget(connection, data.document.id).await?;
        if let Some(waits) = &outcome.waits {
            waiting::remember(connection, data.document.id, waits, now).await?;
        }
        entries.push(Entry::document_decided(&data));
        let billed = outcome.decided.billable_with();
        let attach_to = billed.filter(|_| state == State::Done);
        if let Some(candidate) = attach_to {
            let shipment = &candidate.shipment;
            let document = data.document.id;
            if let Some(by) = attach(connection, document, shipment, outcome, now).await? {
                return Ok(Some(Conflict::AlreadyAttached { position, by }));
            }
            let accepted = Entry::attachment_accepted(document, shipment, outcome.stop);
            entries.push(accepted);
        }
        let told = events_of(data, attach_to.is_some(), now);
        events.extend(told.map(|event| event.traced(upload.origin.trace.as_ref())));
    }
    outbox::append(connection, upload.id, &events, now).await?;
    audit::append(connection, &entries, now).await?;
    uploads::close(connection, upload.id, state, None, now).await?;
    Ok(None)
}

fn events_of(data: DocumentData, attached: bool, now: Timestamp) -> [Event; 2] {
    let classified = ClassifiedData {
        document: data.document.clone(),
        models: data.models.clone(),
    };
    let data = Box::new(data);
    let decided = if attached {
        Data::Validated(data)
    } else {
        Data::Raised(data)
    };
    [Data::Classified(Box::new(classified)), decided].map(|data| Event::new(data, now))
}

/// Attaches a document to its shipment. Returns the document that proves the same stop's delivery already, if any.
pub(super) async fn attach(
    connection: &mut AnyConnection,
    document: DocumentId,
    shipment: &Shipment,
    outcome: &DocumentOutcome,
    now: Timestamp,
) -> Result<Option<DocumentId>, LedgerError> {
    let pod = match outcome.serves {
        Serves::AsPod => 1_i64,
        Serves::AsSupport => 0,
    };
    // The index on accepted proofs decides, so that two databases' ways of locking give the same answer.
    let inserted = sqlx::query(
        "INSERT INTO attachments (document, tenant, shipment, stop, pod, accepted_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
    )
    .bind(document.to_string())
    .bind(shipment.tenant.as_str())
    .bind(shipment.id.as_str())
    .bind(i64::from(outcome.stop))
    .bind(pod)
    .bind(now.as_millisecond())
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(None);
    }
    let row = sqlx::query(
        "SELECT document FROM attachments WHERE tenant = $1 AND shipment = $2 AND stop = $3 AND pod = 1",
    )
    .bind(shipment.tenant.as_str())
    .bind(shipment.id.as_str())
    .bind(i64::from(outcome.stop))
    .fetch_one(connection)
    .await?;
    sql::word(&row, "document").map(Some)
}

async fn store_findings(
    connection: &mut AnyConnection,
    upload: &Upload,
    findings: &[Finding],
) -> Result<(), LedgerError> {
    let numbered: Vec<(i64, &Finding)> = (0..).zip(findings).collect();
    for batch in numbered.chunks(sql::ROWS) {
        let values = sql::rows(batch.len(), 6, 1);
        let statement = format!(
            "INSERT INTO findings (upload, seq, pages, stage, took_us, found) VALUES {values}"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for (seq, finding) in batch {
            let took = u64::try_from(finding.took.as_micros()).unwrap_or(u64::MAX);
            query = query
                .bind(upload.id.to_string())
                .bind(seq)
                .bind(sql::json(&finding.pages)?)
                .bind(finding.stage.as_str())
                .bind(sql::signed(took))
                .bind(sql::json(&finding.found)?);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
