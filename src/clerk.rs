//! The clerk: decides about documents with all that the ledger knows, and again whenever that changes.
//!
//! In: documents that were read, shipments that arrived, acts of people, the time. Out: committed events. What is decided follows from the
//! documents, shipments and acts alone, not from the order in which they came; documents are never read again.

mod acts;
mod due;
mod findings;
mod lay;
mod paper;
mod replaced;
mod search;
mod sketch;
mod table;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

pub use self::acts::{ActError, Supplied};
use self::paper::Paper;
use self::search::texts;
pub use self::search::{Asking, FoundInLedger, find_in_ledger};
use self::table::Table;
use crate::decision::Profiles;
use crate::document::DocumentId;
use crate::events::StoredEvent;
use crate::fault::Fault;
use crate::ledger::{
    Asks, Because, Conflict, Finding, Finish, Ledger, Outcome, StoredDocument, Upload,
};
use crate::models::InService;
use crate::shipments::Shipment;
use crate::shipments::keys::{Key, waking_keys};
use crate::shipments::matching::Weights;
use crate::storage::Location;
use crate::understanding::{Accepted, Document};

/// How often something is decided anew because the ledger learned something meanwhile.
const MOST_CONFLICTS: usize = 10;
/// For how many shipments documents are woken at once: each has some sixty keys.
const ASKED: usize = 1_000;

/// Everything that decisions need beside the ledger.
#[derive(Debug)]
pub struct Clerk {
    ledger: Ledger,
    profiles: Profiles,
    /// What evidence weighs.
    weights: Weights,
    /// Who scores charges, and who reads where that has to be told without a document.
    in_service: InService,
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
        weights: Weights,
        in_service: InService,
        patience: SignedDuration,
    ) -> Self {
        Self {
            ledger,
            profiles,
            weights,
            in_service,
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
            let before = self.ledger.documents_before(&upload.origin).await?;
            let papers = documents.iter().enumerate().map(|(at, one)| {
                let original = copies_of
                    .as_ref()
                    .and_then(|ids| ids.get(at).or(ids.first()));
                Paper::new(upload, asks, one, original.copied())
            });
            let now = Timestamp::now();
            let table = self.lay_out(papers.collect(), Some(upload)).await?;
            let mut settled = self.settle(&table, now);
            settled.replaced = self.replaced(&before, &table, now).await?;
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
                Finish::Done(events) => {
                    let events = self.look_once_more(&table, events).await?;
                    return self.without_what_was_replaced(&before, events).await;
                }
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
        for laid in table.new_papers() {
            if !self.is_up_to_date(laid).await? {
                let more = self.decide_again(laid.paper.id, &Because::Shipment).await?;
                events.extend(more);
            }
        }
        Ok(events)
    }

    /// Where other models read an upload anew, its papers may have left shipments whose other papers were decided in their sight.
    async fn without_what_was_replaced(
        &self,
        before: &[StoredDocument],
        events: Vec<StoredEvent>,
    ) -> Result<Vec<StoredEvent>, Fault> {
        let shipments = before.iter().filter_map(|one| one.shipment.as_ref());
        let shipments: BTreeSet<_> = shipments.collect();
        let mut left = BTreeSet::new();
        for (tenant, shipment) in shipments {
            let papers = self.ledger.papers_of(tenant, shipment).await?;
            left.extend(papers.iter().map(|paper| paper.id));
        }
        self.decide_all_again(left, &Because::Document, events, Timestamp::now())
            .await
    }

    /// Decides again about every document that one of the shipments, which the ledger knows by now, may concern, and notes when their
    /// proofs of delivery are due.
    ///
    /// # Errors
    /// [`Fault`] when an outcome could not be committed; those before it were, and doing all of it again is safe.
    pub async fn wake(&self, shipments: &[Shipment]) -> Result<Vec<StoredEvent>, Fault> {
        let told = self.await_pods(shipments).await?;
        // Mostly nobody looks for anything while a first feed is stored, which need not be asked for key by key.
        if !self.ledger.anybody_looks().await? {
            return Ok(told);
        }
        let mut woken = BTreeSet::new();
        for some in shipments.chunks(ASKED) {
            woken.extend(self.concerned(some).await?);
        }
        self.decide_all_again(woken, &Because::Shipment, told, Timestamp::now())
            .await
    }

    async fn concerned(&self, shipments: &[Shipment]) -> Result<BTreeSet<DocumentId>, Fault> {
        let mut by_tenant: BTreeMap<&str, (Vec<String>, BTreeSet<Key>)> = BTreeMap::new();
        for shipment in shipments {
            let (ids, keys) = by_tenant.entry(&shipment.tenant).or_default();
            ids.push(shipment.id.clone());
            keys.extend(waking_keys(shipment));
        }
        let mut concerned = BTreeSet::new();
        for (tenant, (ids, keys)) in by_tenant {
            concerned.extend(self.ledger.concerned(tenant, &ids, &texts(&keys)).await?);
        }
        Ok(concerned)
    }

    /// Decides again about documents, each once, and goes on where one cannot be decided.
    async fn decide_all_again(
        &self,
        mut documents: BTreeSet<DocumentId>,
        because: &Because,
        mut told: Vec<StoredEvent>,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, Fault> {
        let mut failed = None;
        while let Some(document) = documents.pop_first() {
            match self.decide_pack_of(document, because, now).await {
                Ok((events, decided)) => {
                    told.extend(events);
                    // Those of its pack were decided with it.
                    documents.retain(|other| !decided.contains(other));
                }
                Err(fault @ Fault::Fatal { .. }) => return Err(fault),
                Err(fault) => failed = Some(fault),
            }
        }
        match failed {
            // What was told is in the ledger, for whoever publishes.
            Some(fault) => Err(fault),
            None => Ok(told),
        }
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
        let now = Timestamp::now();
        let (events, _) = self.decide_pack_of(document, because, now).await?;
        Ok(events)
    }

    /// The same, with all that were decided together.
    async fn decide_pack_of(
        &self,
        document: DocumentId,
        because: &Because,
        now: Timestamp,
    ) -> Result<(Vec<StoredEvent>, BTreeSet<DocumentId>), Fault> {
        let mut told = Vec::new();
        for _ in 0..MOST_CONFLICTS {
            let stored = self.ledger.document(document).await?;
            let Some(stored) = stored.filter(|stored| stored.copy_of.is_none()) else {
                return Ok((told, BTreeSet::new()));
            };
            let whole = stored.share_of.unwrap_or(document);
            let table = self.lay_out(vec![Paper::from(stored)], None).await?;
            let settled = self.settle(&table, now);
            if !settled.changes_nothing() {
                match self.ledger.revise(&settled, because, now).await? {
                    Finish::Done(events) => told.extend(events),
                    Finish::Conflict(_) => continue,
                }
            }
            // A shipment that was stored meanwhile saw what was decided before.
            let up_to_date = match table.place_of(whole) {
                Some(laid) => self.is_up_to_date(laid).await?,
                None => true,
            };
            if up_to_date {
                return Ok((told, table.ids()));
            }
        }
        Err(kept_changing("deciding about a document again"))
    }

    /// Follows what people did and whose program ended before it could decide. Acts of the last minute are left to their own programs.
    ///
    /// # Errors
    /// [`Fault`]; those that could be followed were.
    pub async fn follow_acts(&self, now: Timestamp) -> Result<Vec<StoredEvent>, Fault> {
        /// At a time; the rest follows soon.
        const SOME: u32 = 100;
        const UNDER_WAY: SignedDuration = SignedDuration::from_mins(1);
        let (mut told, mut failed) = (Vec::new(), None);
        for document in self.ledger.acts_to_follow(now - UNDER_WAY, SOME).await? {
            match self.decide_again(document, &Because::Time).await {
                Ok(events) => {
                    told.extend(events);
                    self.ledger.acts_followed(document, now).await?;
                }
                Err(fault) => failed = Some(fault),
            }
        }
        failed.map_or(Ok(told), Err)
    }

    /// Tells that documents which have waited long enough have no shipment.
    ///
    /// # Errors
    /// [`Fault`]; those before it were told.
    pub async fn end_patience(&self, now: Timestamp) -> Result<Vec<StoredEvent>, Fault> {
        /// At a time; the rest follows soon.
        const SOME: u32 = 100;
        let waited = self.ledger.waited_long_enough(now, SOME).await?;
        self.decide_all_again(
            waited.into_iter().collect(),
            &Because::Time,
            Vec::new(),
            now,
        )
        .await
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

fn kept_changing(what: &'static str) -> Fault {
    Fault::retry(what, "the ledger kept changing")
}

/// Of a table's papers those of each pack, by tenant and shipment.
type Packs<T> = BTreeMap<(String, String), T>;
