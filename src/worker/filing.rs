//! One upload's documents: each matched with what the ledger knows, then decided beside its companions.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::json;

use super::search::{Asking, find_in_ledger, texts};
use super::{Arrival, Worker};
use crate::decision::{Filing, State};
use crate::document::DocumentId;
use crate::events::{Decided, Origin};
use crate::fault::Fault;
use crate::ledger::{DocumentOutcome, Finding, Serves, Waits};
use crate::pipeline::{Filed, MatchedDocument, decide_document};
use crate::shipments::keys::waiting_keys;
use crate::shipments::matching::Known;
use crate::shipments::{Candidate, Match};
use crate::storage::Location;
use crate::understanding::{Accepted, Document};

impl Worker {
    /// Matches all papers first, so that each is decided in sight of the others; what an earlier one attaches is taken for
    /// the later ones.
    pub(super) async fn decide_papers(
        &self,
        origin: &Origin,
        arrival: &Arrival,
        papers: Vec<(Document, Option<Location>)>,
        duplicate_of: Option<&[DocumentId]>,
    ) -> Result<(Vec<Decided>, Vec<Finding>), Fault> {
        let (mut matched, mut findings) = (Vec::new(), Vec::new());
        for (document, attachment) in papers {
            let (paper, found) = self.matched(origin, arrival, document, attachment).await?;
            matched.push(paper);
            findings.push(found);
        }
        let mut taken: BTreeMap<String, DocumentId> = BTreeMap::new();
        let mut decided = Vec::new();
        for (position, paper) in matched.iter().enumerate() {
            let duplicate = duplicate_of
                .and_then(|ids| ids.get(position).or(ids.first()))
                .copied();
            let started = Instant::now();
            let one = self
                .decided(arrival, paper, &matched, position, &taken, duplicate)
                .await?;
            if let Some(candidate) = one.billable_with() {
                let id = DocumentId::new(&origin.object, &origin.sha256, &one.document.pages);
                taken.insert(candidate.shipment.id.clone(), id);
            }
            let pages = &one.document.pages;
            findings.push(Finding::new(
                pages,
                "deciding",
                started,
                decided_found(&one, &self.accepted),
            ));
            decided.push(one);
        }
        Ok((decided, findings))
    }

    /// What a decided document looks for, where no shipment is clearly the one and some may yet come.
    pub(super) fn waits(&self, decided: &Decided, arrival: &Arrival) -> Option<Waits> {
        match decided.matched {
            Match::Matched(..) | Match::Conflict(_) => return None,
            Match::Ambiguous(_) | Match::None => {}
        }
        let keys = waiting_keys(&decided.document, &arrival.hints);
        (!keys.is_empty()).then(|| Waits {
            tenant: self.tenant(arrival).to_owned(),
            keys: texts(&keys),
            hints: arrival.hints.clone(),
        })
    }

    fn tenant<'a>(&'a self, arrival: &'a Arrival) -> &'a str {
        arrival.tenant.as_deref().unwrap_or(&self.settings.tenant)
    }

    async fn matched(
        &self,
        origin: &Origin,
        arrival: &Arrival,
        document: Document,
        attachment: Option<Location>,
    ) -> Result<(MatchedPaper, Finding), Fault> {
        let started = Instant::now();
        let asking = DocumentId::new(&origin.object, &origin.sha256, &document.pages);
        let asking = Asking {
            tenant: self.tenant(arrival),
            document: asking,
            hints: &arrival.hints,
            weights: &self.weights,
            profiles: &self.profiles,
            received_on: Some(arrival.received_on()),
        };
        let (found, known) = find_in_ledger(&self.ledger, &asking, document).await?;
        let MatchedDocument {
            document,
            matched,
            best,
        } = found;
        let found = matched_found(known.len(), &best, &matched);
        let finding = Finding::new(&document.pages, "matching", started, found);
        let accepted_pod = shipment_id(&matched).and_then(|id| accepted_pod(&known, id));
        let paper = MatchedPaper {
            document,
            attachment,
            matched,
            accepted_pod,
        };
        Ok((paper, finding))
    }

    async fn decided(
        &self,
        arrival: &Arrival,
        paper: &MatchedPaper,
        all: &[MatchedPaper],
        position: usize,
        taken: &BTreeMap<String, DocumentId>,
        duplicate_of: Option<DocumentId>,
    ) -> Result<Decided, Fault> {
        let shipment = shipment_id(&paper.matched);
        let filed_before = match shipment {
            Some(id) => self.ledger.companions(self.tenant(arrival), id).await?,
            None => Vec::new(),
        };
        let beside = all
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != position)
            .map(|(_, other)| other);
        let beside =
            beside.filter(|other| shipment.is_some() && shipment_id(&other.matched) == shipment);
        let companions: Vec<&Document> = beside
            .map(|other| &other.document)
            .chain(filed_before.iter().map(|stored| &stored.document))
            .collect();
        let filing = Filing {
            accepted_pod: paper.accepted_pod.or_else(|| taken.get(shipment?).copied()),
            duplicate_of,
            received_on: Some(arrival.received_on()),
            companions: companions
                .iter()
                .map(|document| document.class)
                .collect::<BTreeSet<_>>(),
            signature_reused: false,
        };
        let filed = Filed {
            document: paper.document.clone(),
            attachment: paper.attachment.clone(),
            matched: paper.matched.clone(),
            filing,
            companions,
        };
        Ok(decide_document(filed, &self.profiles))
    }
}

/// A document on its way from matching to deciding: where it was stored, its shipment, and the POD that was accepted before.
#[derive(Debug)]
struct MatchedPaper {
    document: Document,
    attachment: Option<Location>,
    matched: Match,
    accepted_pod: Option<DocumentId>,
}

/// What was compared: the best candidates with their evidence, also where none was good enough.
fn matched_found(compared: usize, best: &[Candidate], matched: &Match) -> serde_json::Value {
    let outcome = match matched {
        Match::Matched(..) => "matched",
        Match::Ambiguous(_) => "ambiguous",
        Match::Conflict(_) => "conflict",
        Match::None => "none",
    };
    let best = best.iter().map(|candidate| {
        json!({
            "shipment": candidate.shipment.id, "chance": candidate.confidence, "score": candidate.score,
            "evidence": candidate.evidence,
        })
    });
    json!({ "outcome": outcome, "compared": compared, "best": best.collect::<Vec<_>>() })
}

fn decided_found(decided: &Decided, accepted: &Accepted) -> serde_json::Value {
    let codes = decided.exceptions.iter().map(|exception| exception.code);
    json!({
        "state": decided.decision.state, "condition": decided.condition, "exceptions": codes.collect::<Vec<_>>(),
        "charges": decided.accessorials.score, "to_check": accepted.to_check(&decided.document.fields),
    })
}

fn shipment_id(matched: &Match) -> Option<&str> {
    match matched {
        Match::Matched(candidate, _) | Match::Conflict(candidate) => Some(&candidate.shipment.id),
        Match::Ambiguous(_) | Match::None => None,
    }
}

fn accepted_pod(known: &[Known], id: &str) -> Option<DocumentId> {
    known.iter().find(|one| one.shipment.id == id)?.accepted_pod
}

/// What the ledger keeps of a decided document.
pub(super) fn outcome(decided: Decided, waits: Option<Waits>) -> DocumentOutcome {
    let serves = match decided.decision.state {
        State::Billable | State::BillableWithOsd => Serves::AsPod,
        State::HoldMissing | State::HoldCustomerPolicy | State::Review | State::Reject => {
            Serves::AsSupport
        }
    };
    DocumentOutcome {
        decided,
        serves,
        stop: 0,
        looks: None,
        waits,
    }
}
