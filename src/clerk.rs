//! The clerk: decides about documents with all that the ledger knows, and again whenever that changes.
//!
//! In: documents that were read, shipments that arrived, acts of people, the time. Out: committed events. What is decided follows from the
//! documents, shipments and acts alone, not from the order in which they came; documents are never read again.

mod acts;
mod due;
mod findings;
mod table;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

pub use self::acts::{ActError, Supplied};
use self::table::{Paper, Table};
use crate::decision::Profiles;
use crate::document::DocumentId;
use crate::events::StoredEvent;
use crate::fault::Fault;
use crate::inference::ModelSet;
use crate::ledger::{
    Asks, Because, Conflict, Finding, Finish, Ledger, Outcome, StoredDocument, Upload,
};
use crate::shipments::Shipment;
use crate::shipments::keys::{Key, shipment_keys};
use crate::storage::Location;
use crate::understanding::{Accepted, Document};

/// How often something is decided anew because the ledger learned something meanwhile.
const MOST_CONFLICTS: usize = 10;

/// Everything that decisions need beside the ledger.
#[derive(Debug)]
pub struct Clerk {
    ledger: Ledger,
    profiles: Profiles,
    /// Who reads, where that has to be told without a document.
    models: ModelSet,
    /// How long a document waits silently for its shipment.
    patience: SignedDuration,
}

/// A document that was read and stored.
#[derive(Debug, Clone)]
pub struct ReadDocument {
    /// What it is and says.
    pub document: Document,
    /// Where it was stored as PDF.
    pub attachment: Option<Location>,
}

impl Clerk {
    /// A clerk; `patience` is how long a document waits for its shipment before somebody is told that there is none.
    #[must_use]
    pub fn new(
        ledger: Ledger,
        profiles: Profiles,
        models: ModelSet,
        patience: SignedDuration,
    ) -> Self {
        Self {
            ledger,
            profiles,
            models,
            patience,
        }
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Decides about the documents of an upload and commits them. `copies_of` are documents with the same bytes, in the same order;
    /// `accepted` says from which confidence on values need nobody's look.
    ///
    /// # Errors
    /// [`Fault`] when it could not be committed; nothing was then.
    pub async fn file(
        &self,
        upload: &Upload,
        asks: &Asks,
        mut documents: Vec<ReadDocument>,
        mut copies_of: Option<Vec<DocumentId>>,
        mut findings: Vec<Finding>,
        accepted: &Accepted,
    ) -> Result<Vec<StoredEvent>, Fault> {
        for _ in 0..MOST_CONFLICTS {
            let papers = documents.iter().enumerate().map(|(at, one)| {
                let original = copies_of
                    .as_ref()
                    .and_then(|ids| ids.get(at).or(ids.first()));
                Paper::new(upload, asks, one, original.copied())
            });
            let now = Timestamp::now();
            let table = self.lay_out(papers.collect(), Some(upload)).await?;
            let settled = self.settle(&table, now);
            let all_findings = [findings.as_slice(), &table.findings(&settled, accepted)].concat();
            let outcome = if copies_of.is_some() {
                Outcome::Duplicate(settled.documents)
            } else {
                Outcome::Documents(settled)
            };
            match self
                .ledger
                .finish_upload(upload, &outcome, &all_findings, now)
                .await?
            {
                Finish::Done(events) => return self.look_once_more(&table, events).await,
                Finish::Conflict(Conflict::PackChanged) => {}
                Finish::Conflict(Conflict::SameBytes(theirs)) => {
                    copies_of = Some(theirs.iter().map(|one| one.id).collect());
                    documents = theirs.into_iter().map(ReadDocument::from).collect();
                    findings.clear();
                }
            }
        }
        Err(kept_changing("deciding about an upload"))
    }

    /// A shipment that was stored while a document was decided did not see it, and was not seen.
    async fn look_once_more(
        &self,
        table: &Table,
        mut events: Vec<StoredEvent>,
    ) -> Result<Vec<StoredEvent>, Fault> {
        for (paper, seen) in table.new_papers() {
            if self.candidates(paper).await?.versions() != *seen {
                let more = self.decide_again(paper.id, &Because::Shipment).await?;
                events.extend(more);
            }
        }
        Ok(events)
    }

    /// Decides again about every document that one of the shipments, which the ledger knows by now, may concern, and notes when their
    /// proofs of delivery are due.
    ///
    /// # Errors
    /// [`Fault`] when an outcome could not be committed; those before it were, and doing all of it again is safe.
    pub async fn wake(&self, shipments: &[Shipment]) -> Result<Vec<StoredEvent>, Fault> {
        self.await_pods(shipments).await?;
        let mut by_tenant: BTreeMap<&str, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
        for shipment in shipments {
            let (ids, keys) = by_tenant.entry(&shipment.tenant).or_default();
            ids.insert(shipment.id.clone());
            keys.extend(
                shipment_keys(shipment)
                    .iter()
                    .map(|key| key.as_str().to_owned()),
            );
        }
        let mut woken = BTreeSet::new();
        for (tenant, (ids, keys)) in by_tenant {
            let (ids, keys): (Vec<_>, Vec<_>) =
                (ids.into_iter().collect(), keys.into_iter().collect());
            woken.extend(self.ledger.concerned(tenant, &ids, &keys).await?);
        }
        let mut told = Vec::new();
        for document in woken {
            told.extend(self.decide_again(document, &Because::Shipment).await?);
        }
        Ok(told)
    }

    /// Decides again about a document, and about those that it makes a difference to. Nothing is told where nothing has changed.
    ///
    /// # Errors
    /// [`Fault`]; nothing was committed then.
    pub async fn decide_again(
        &self,
        document: DocumentId,
        because: &Because,
    ) -> Result<Vec<StoredEvent>, Fault> {
        for _ in 0..MOST_CONFLICTS {
            let stored = self.ledger.document(document).await?;
            let Some(stored) = stored.filter(|stored| stored.copy_of.is_none()) else {
                return Ok(Vec::new());
            };
            let now = Timestamp::now();
            let table = self.lay_out(vec![Paper::from(stored)], None).await?;
            let settled = self.settle(&table, now);
            if settled.revisions.is_empty() {
                return Ok(Vec::new());
            }
            match self.ledger.revise(&settled, because, now).await? {
                Finish::Done(events) => return Ok(events),
                Finish::Conflict(_) => {}
            }
        }
        Err(kept_changing("deciding about a document again"))
    }

    /// Tells that documents which have waited long enough have no shipment.
    ///
    /// # Errors
    /// [`Fault`]; those before it were told.
    pub async fn end_patience(&self, now: Timestamp) -> Result<Vec<StoredEvent>, Fault> {
        /// At a time; the rest follows soon.
        const SOME: u32 = 100;
        let mut told = Vec::new();
        for document in self.ledger.waited_long_enough(now, SOME).await? {
            told.extend(self.decide_again(document, &Because::Time).await?);
        }
        Ok(told)
    }
}

impl From<StoredDocument> for ReadDocument {
    fn from(stored: StoredDocument) -> Self {
        Self {
            document: stored.document,
            attachment: stored.attachment,
        }
    }
}

/// By what a document is found once a shipment that shares it arrives. Documents with a number are found by it alone: a place and a day
/// would wake them with every shipment to a busy site.
fn asked_by(strong: &[Key], weak: &[Key]) -> Vec<String> {
    let keys = if strong.is_empty() { weak } else { strong };
    keys.iter().map(|key| key.as_str().to_owned()).collect()
}

fn kept_changing(what: &'static str) -> Fault {
    Fault::retry(what, "the ledger kept changing")
}

/// Of a table's papers those of each pack, by tenant and shipment.
type Packs<T> = BTreeMap<(String, String), T>;
