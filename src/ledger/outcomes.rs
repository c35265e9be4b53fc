//! What comes of an upload, committed once: its state, documents, findings, attachments, exceptions, events and audit
//! entries in one transaction.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::audit::Entry;
use super::documents::{Asks, StoredDocument};
use super::exceptions::About;
use super::revisions::{self, Because, Pack, Revision};
use super::told::Told;
use super::uploads::{self, State, Upload};
use super::{Ledger, LedgerError, documents, exceptions, outbox, overdue, sql, weeks};
use crate::document::{DocumentId, PageNumber};
use crate::events::{ClassifiedData, Data, Decided, DocumentData, Event, Origin, StoredEvent};
use crate::fault::RejectReason;
use crate::understanding::Document;

/// What came of an upload.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It cannot be processed.
    Rejected(RejectReason),
    /// The documents cut out of it.
    Documents(Settled),
    /// The documents of an upload with the same bytes, decided anew as duplicates. None of them is attached.
    Duplicate(Vec<DocumentOutcome>),
}

/// What was decided together.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// New documents.
    pub documents: Vec<DocumentOutcome>,
    /// Documents of the same shipments that are to be told of anew.
    pub revisions: Vec<Revision>,
    /// Shares in papers that the ledger holds already, of shipments that they cover, too.
    pub shares: Vec<NewShare>,
    /// Documents of which nothing is new but the charges of their shipment.
    pub scored: Vec<Revision>,
    /// Documents that other models cut out of the upload and these do not. They are told of as copies, and count no longer.
    pub replaced: Vec<Revision>,
    /// What it all rests on.
    pub packs: Vec<Pack>,
}

impl Settled {
    /// Is there nothing to tell of documents that the ledger holds?
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        self.revisions.is_empty() && self.shares.is_empty() && self.scored.is_empty()
    }
}

/// What a shipment has in a paper that was decided before it was known.
#[derive(Debug, Clone)]
pub struct NewShare {
    /// The paper.
    pub of: StoredDocument,
    /// What came of the share.
    pub outcome: DocumentOutcome,
}

/// What came of one document.
#[derive(Debug, Clone)]
pub struct DocumentOutcome {
    /// What the stages found.
    pub decided: Decided,
    /// The document as it was read, before its shipment settled what was doubtful.
    pub read: Document,
    /// What it looks for its shipment by.
    pub asks: Asks,
    /// What it is to its shipment once it can be billed.
    pub serves: Serves,
    /// The document whose bytes it repeats.
    pub copy_of: Option<DocumentId>,
    /// Until then nobody is told that no shipment is its own.
    pub parked_until: Option<Timestamp>,
    /// Hash of the charges of its shipment; empty where there are none.
    pub scored: String,
}

impl DocumentOutcome {
    /// The delivery stop that it is about; 0 where the shipment has one.
    pub(super) fn stop(&self) -> u32 {
        self.decided.stop
    }
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
    /// The papers or the version of a shipment are others than those that were decided on.
    PackChanged,
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
        let mut told = Told::default();
        if let Some(conflict) = settle(&mut tx, upload, outcome, &mut told, now).await? {
            return Ok(Finish::Conflict(conflict));
        }
        store_findings(&mut tx, upload, findings).await?;
        let events = told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(Finish::Done(events))
    }
}

async fn settle(
    connection: &mut AnyConnection,
    upload: &Upload,
    outcome: &Outcome,
    told: &mut Told,
    now: Timestamp,
) -> Result<Option<Conflict>, LedgerError> {
    let (documents, state) = match outcome {
        Outcome::Rejected(reason) => {
            return reject(connection, upload, *reason, told, now).await;
        }
        Outcome::Documents(settled) => (&settled.documents, State::Done),
        Outcome::Duplicate(documents) => (documents, State::Duplicate),
    };
    // No upload may end in silence.
    let Some(first) = documents.first() else {
        return reject(connection, upload, RejectReason::Empty, told, now).await;
    };
    if let Outcome::Documents(settled) = outcome {
        let (origin, tenant) = (&upload.origin, &first.asks.tenant);
        if let Some(first) = uploads::same_bytes_elsewhere(connection, origin, tenant).await? {
            return Ok(Some(Conflict::SameBytes(first)));
        }
        if !revisions::still_stand(connection, settled).await? {
            return Ok(Some(Conflict::PackChanged));
        }
        for revision in &settled.revisions {
            revisions::detach(connection, revision).await?;
        }
    }
    let is_anew = documents::supersede(connection, &upload.origin).await?;
    told.act(Entry::upload_finished(
        upload.id,
        &upload.origin.object,
        documents.len(),
    ));
    if let Outcome::Documents(settled) = outcome {
        revisions::commit_replaced(connection, &settled.replaced, told, now).await?;
    }
    let origin = (upload.id, &upload.origin);
    for one in documents {
        if !commit(connection, origin, one, state, told, now).await? {
            return Ok(Some(Conflict::PackChanged));
        }
    }
    if let Outcome::Documents(settled) = outcome {
        let because = Because::Document;
        if !revisions::commit_all(connection, settled, &because, told, now).await? {
            return Ok(Some(Conflict::PackChanged));
        }
        if !is_anew {
            weeks::count(connection, documents, now).await?;
        }
    }
    uploads::close(connection, upload.id, state, None, now).await?;
    Ok(None)
}

async fn reject(
    connection: &mut AnyConnection,
    upload: &Upload,
    reason: RejectReason,
    told: &mut Told,
    now: Timestamp,
) -> Result<Option<Conflict>, LedgerError> {
    let origin = &upload.origin;
    let event = uploads::rejection(
        &origin.object,
        Some(&origin.sha256),
        &origin.models,
        reason,
        now,
    );
    told.tell(Some(upload.id), event.traced(origin.trace.as_ref()));
    told.act(Entry::upload_rejected(upload.id, &origin.object, reason));
    uploads::close(connection, upload.id, State::Rejected, Some(reason), now).await?;
    Ok(None)
}

/// Commits a new document; of a duplicate none is attached, whatever the verdict says. False where another document proves the same
/// delivery already.
pub(super) async fn commit(
    connection: &mut AnyConnection,
    (upload, origin): (Uuid, &Origin),
    outcome: &DocumentOutcome,
    state: State,
    told: &mut Told,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let mut data = DocumentData::new(origin, &outcome.decided);
    data.revision = documents::revision(connection, data.document.id).await? + 1;
    documents::store(connection, upload, outcome, &data, now).await?;
    told.act(Entry::document_decided(&data));
    let classified = ClassifiedData {
        document: data.document.clone(),
        models: data.models.clone(),
    };
    let classified = Event::new(Data::Classified(Box::new(classified)), now);
    told.tell(Some(upload), classified.traced(origin.trace.as_ref()));
    let is_parked = outcome.parked_until.is_some();
    let raised: &[_] = if is_parked { &[] } else { &data.exceptions };
    let about = About::document(&data, &outcome.asks.tenant, outcome.stop());
    let kept = exceptions::raise(connection, &about, raised, data.priority, now).await?;
    if data.revision > 1 {
        let upload = Some(upload);
        revisions::end_others(
            connection,
            upload,
            &data,
            &kept,
            &Because::Models,
            told,
            now,
        )
        .await?;
    }
    if is_parked {
        return Ok(true);
    }
    let attached = match state {
        State::Done => attach(connection, data.document.id, outcome, told, now).await?,
        State::Started | State::Duplicate | State::Rejected => Attached::No,
    };
    let data = Box::new(data);
    let decided = match attached {
        Attached::Taken => return Ok(false),
        Attached::To => Data::Validated(data),
        Attached::No => Data::Raised(data),
    };
    let decided = Event::new(decided, now).traced(origin.trace.as_ref());
    told.tell(Some(upload), decided);
    Ok(true)
}

/// Whether a document was attached.
pub(super) enum Attached {
    /// To its shipment.
    To,
    /// It is nothing that is billed.
    No,
    /// Another document proves the delivery of the same stop.
    Taken,
}

/// Attaches a document that can be billed to its shipment.
pub(super) async fn attach(
    connection: &mut AnyConnection,
    document: DocumentId,
    outcome: &DocumentOutcome,
    told: &mut Told,
    now: Timestamp,
) -> Result<Attached, LedgerError> {
    let Some(candidate) = outcome.decided.billable_with() else {
        return Ok(Attached::No);
    };
    let (shipment, stop) = (&candidate.shipment, outcome.stop());
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
    .bind(i64::from(stop))
    .bind(pod)
    .bind(now.as_millisecond())
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(Attached::Taken);
    }
    told.act(Entry::attachment_accepted(document, shipment, stop));
    if pod == 1 {
        overdue::arrived(connection, document, outcome, told, now).await?;
    }
    Ok(Attached::To)
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
