//! How a paper is laid on the table: its shipment is looked for, and where it covers several, each gets its share.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Clerk;
use super::paper::Paper;
use super::search::{Asking, FoundInLedger, find_in_ledger, texts};
use super::table::{Laid, shipment_id, versions};
use crate::document::DocumentId;
use crate::fault::Fault;
use crate::ledger::{Rulings, StoredDocument};
use crate::pipeline::{Filed, MatchedDocument, Matcher, attach_document};
use crate::shipments::Match;
use crate::shipments::keys::{document_keys, matched_keys, waiting_keys};
use crate::shipments::matching::{Known, Share};
use crate::understanding::Document;

impl Clerk {
    /// Would a paper be compared with the same shipments now?
    pub(super) async fn is_up_to_date(&self, laid: &Laid) -> Result<bool, Fault> {
        let asking = self.asking(&laid.paper, &laid.rulings);
        let found = find_in_ledger(&self.ledger, &asking, &laid.told).await?;
        Ok(versions(&found.known) == laid.seen)
    }

    /// Looks for the shipment of a paper; where it covers several, the paper itself is the share of the first, and the others follow.
    pub(super) async fn lay(&self, paper: Paper) -> Result<Vec<Laid>, Fault> {
        let started = Instant::now();
        let rulings = self.ledger.rulings(paper.id).await?;
        let told = paper.told(&rulings);
        let asking = self.asking(&paper, &rulings);
        let FoundInLedger {
            mut matched,
            known,
            shares,
        } = find_in_ledger(&self.ledger, &asking, &told).await?;
        let mut shares = shares.into_iter().filter(|_| paper.copy_of.is_none());
        if let Some((first, known)) = shares.next() {
            matched = asking.matcher.compare(first.document, &known);
        }
        let mut before = self.shares_before(&paper).await?;
        let mut others = Vec::new();
        for (share, known) in shares {
            let stored = before.remove(&paper.id.share(&share.shipment));
            others.push(self.lay_share(&paper, share, stored, known).await?);
        }
        for gone in before.into_values() {
            others.push(self.lay_without_share(gone).await?);
        }
        let laid = self.laid(paper, told, rulings, matched, &known, started);
        Ok([vec![laid.await?], others].concat())
    }

    async fn lay_share(
        &self,
        whole: &Paper,
        share: Share,
        before: Option<StoredDocument>,
        known: Vec<Known>,
    ) -> Result<Laid, Fault> {
        let started = Instant::now();
        let paper = whole.share(share, before);
        let rulings = self.ledger.rulings(paper.id).await?;
        let known = known.into_iter();
        let known: Vec<Known> = known
            .filter(|one| !rulings.is_not.contains(&one.shipment.id))
            .collect();
        let told = paper.told(&rulings);
        let asking = self.asking(&paper, &rulings);
        let matched = asking.matcher.compare(told.clone(), &known);
        self.laid(paper, told, rulings, matched, &known, started)
            .await
    }

    /// The paper does not cover the shipment any longer that this was the share of.
    async fn lay_without_share(&self, stored: StoredDocument) -> Result<Laid, Fault> {
        let paper = Paper::from(stored);
        let rulings = self.ledger.rulings(paper.id).await?;
        let told = paper.told(&rulings);
        let matched = MatchedDocument {
            document: told.clone(),
            matched: Match::None(None),
            best: Vec::new(),
        };
        self.laid(paper, told, rulings, matched, &[], Instant::now())
            .await
    }

    async fn shares_before(
        &self,
        paper: &Paper,
    ) -> Result<BTreeMap<DocumentId, StoredDocument>, Fault> {
        if paper.before.is_none() {
            return Ok(BTreeMap::new());
        }
        let shares = self.ledger.shares_of(paper.id).await?.into_iter();
        Ok(shares.map(|share| (share.id, share)).collect())
    }

    /// Papers that have no shipment either and go by the same number: it may be the same paper.
    pub(super) async fn alike(&self, laid: &Laid) -> Result<Vec<StoredDocument>, Fault> {
        let has_none = shipment_id(&laid.filed.matched).is_none();
        if !has_none || laid.paper.copy_of.is_some() {
            return Ok(Vec::new());
        }
        let keys = document_keys(&laid.told);
        let numbers = keys.iter().filter(|key| !key.is_weak());
        let tenant = &laid.paper.asks.tenant;
        Ok(self.ledger.waiting_for(tenant, &texts(numbers)).await?)
    }

    fn asking<'a>(&'a self, paper: &'a Paper, rulings: &'a Rulings) -> Asking<'a> {
        Asking {
            tenant: &paper.asks.tenant,
            ruled_out: &rulings.is_not,
            matcher: Matcher {
                hints: &paper.asks.hints,
                profiles: &self.profiles,
                received_on: Some(paper.received_on()),
                weights: &self.weights,
            },
        }
    }

    /// Puts a paper down with its shipment, or with the one that a person told.
    async fn laid(
        &self,
        mut paper: Paper,
        told: Document,
        rulings: Rulings,
        matched: MatchedDocument,
        known: &[Known],
        started: Instant,
    ) -> Result<Laid, Fault> {
        let matched = match self.attached_by_hand(&paper, &rulings, &told).await? {
            Some(by_hand) => by_hand,
            None => matched,
        };
        if paper.copy_of.is_none() {
            let hints = &paper.asks.hints;
            paper.asks.keys = match matched.matched {
                Match::Matched(..) => texts(&matched_keys(&told, hints)),
                Match::Ambiguous(_) | Match::Conflict(_) | Match::None(_) => {
                    texts(&waiting_keys(&told, hints))
                }
            };
        }
        let (tenant, shipment) = (&paper.asks.tenant, shipment_id(&matched.matched));
        let waived = self
            .ledger
            .ended_by_people(tenant, shipment, paper.id)
            .await?;
        Ok(Laid {
            seen: versions(known),
            best: matched.best,
            filed: Filed {
                id: paper.id,
                document: matched.document,
                attachment: paper.attachment.clone(),
                matched: matched.matched,
                stop_by_hand: rulings.is.as_ref().and_then(|is| is.stop),
                received_at: paper.asks.received_at,
                waived,
                late: false,
            },
            took: started.elapsed(),
            told,
            rulings,
            paper,
        })
    }

    /// Where a person said that it belongs.
    async fn attached_by_hand(
        &self,
        paper: &Paper,
        rulings: &Rulings,
        told: &Document,
    ) -> Result<Option<MatchedDocument>, Fault> {
        let Some(is) = &rulings.is else {
            return Ok(None);
        };
        let tenant = &paper.asks.tenant;
        let shipment = self.ledger.shipment(tenant, &is.shipment).await?;
        let (profiles, received_on) = (&self.profiles, Some(paper.received_on()));
        Ok(
            shipment
                .map(|shipment| attach_document(told.clone(), &shipment, profiles, received_on)),
        )
    }
}
