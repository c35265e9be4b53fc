//! The table: papers laid out beside all that belong to the same shipments, then decided together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::paper::Paper;
use super::search::{Asking, FoundInLedger, find_in_ledger, texts};
use super::{Clerk, Packs};
use crate::decision::{ExceptionCode, State};
use crate::document::{DocumentId, ObjectRef};
use crate::events::{Decided, Origin};
use crate::fault::Fault;
use crate::ledger::{
    DocumentOutcome, Pack, Revision, Rulings, Serves, Settled, StoredDocument, Upload,
};
use crate::pipeline::{Filed, MatchedDocument, attach_document, decide_copy, decide_pack};
use crate::shipments::keys::{matched_keys, waiting_keys};
use crate::shipments::matching::Known;
use crate::shipments::{Candidate, Match};
use crate::understanding::Document;

/// How many papers are decided together at most: the ones that arrived, and those of the few shipments that they may have come from and go to.
const MOST_PAPERS: usize = 200;

/// A paper with its shipment, not yet decided.
pub(super) struct Laid {
    pub(super) paper: Paper,
    pub(super) filed: Filed,
    /// What the paper says, with what people told.
    told: Document,
    rulings: Rulings,
    /// The shipments that it was compared with, in which versions.
    pub(super) seen: Versions,
    pub(super) best: Vec<Candidate>,
    pub(super) took: Duration,
}

pub(super) type Versions = BTreeSet<(String, u64)>;

/// Papers that are decided together.
pub(super) struct Table {
    pub(super) laid: Vec<Laid>,
    packs: Packs<Pack>,
}

impl Table {
    /// The papers that are new and nobody's copies.
    pub(super) fn new_papers(&self) -> impl Iterator<Item = &Laid> {
        let laid = self.laid.iter();
        laid.filter(|laid| laid.paper.before.is_none() && laid.paper.copy_of.is_none())
    }

    /// Where a document lies.
    pub(super) fn place_of(&self, document: DocumentId) -> Option<&Laid> {
        self.laid.iter().find(|laid| laid.paper.id == document)
    }

    /// Papers beyond those of a full pack: they are decided in its sight, and it is not decided in theirs.
    fn mark_late(&mut self) {
        for laid in &mut self.laid {
            let Some(shipment) = shipment_id(&laid.filed.matched) else {
                continue;
            };
            let key = (laid.paper.asks.tenant.clone(), shipment.to_owned());
            let pack = self.packs.get(&key);
            laid.filed.late = pack.is_some_and(|pack| {
                pack.is_full() && !pack.papers.iter().any(|(id, _)| *id == laid.paper.id)
            });
        }
    }

    /// All that lie on it.
    pub(super) fn ids(&self) -> BTreeSet<DocumentId> {
        self.laid.iter().map(|laid| laid.paper.id).collect()
    }
}

impl Clerk {
    /// Looks for the shipments of papers, and lays beside them all that belong to the shipments that they come from or go to; but none that
    /// earlier models made of the upload that they were cut out of: those they replace.
    pub(super) async fn lay_out(
        &self,
        papers: Vec<Paper>,
        upload: Option<&Upload>,
    ) -> Result<Table, Fault> {
        let mut waiting = papers;
        let mut ids: BTreeSet<DocumentId> = waiting.iter().map(|paper| paper.id).collect();
        let given = ids.clone();
        // Those that were given stay in front, in their order.
        waiting.reverse();
        let mut table = Table {
            laid: Vec::new(),
            packs: Packs::new(),
        };
        while let Some(paper) = waiting.pop() {
            let laid = self.lay(paper).await?;
            // Where papers lead from shipment to shipment, the way ends somewhere.
            let goes_on = given.contains(&laid.paper.id) || ids.len() <= MOST_PAPERS;
            for (tenant, shipment) in packs_of(&laid).into_iter().filter(|_| goes_on) {
                let key = (tenant.clone(), shipment.clone());
                if table.packs.contains_key(&key) {
                    continue;
                }
                let Some(known) = self.ledger.shipment(&tenant, &shipment).await? else {
                    continue;
                };
                let stored = self.ledger.papers_of(&tenant, &shipment).await?;
                let pack = Pack {
                    tenant,
                    shipment,
                    version: known.version,
                    papers: stored.iter().map(|one| (one.id, one.revision)).collect(),
                };
                table.packs.insert(key, pack);
                let stays = |one: &StoredDocument| {
                    upload.is_none_or(|upload| !is_cut_out_of(one, &upload.origin))
                };
                let new = stored.into_iter().filter(stays);
                let new = new.filter(|one| ids.insert(one.id));
                waiting.splice(0..0, new.map(Paper::from));
            }
            table.laid.push(laid);
        }
        table.mark_late();
        Ok(table)
    }

    /// Would a paper be compared with the same shipments now?
    pub(super) async fn is_up_to_date(&self, laid: &Laid) -> Result<bool, Fault> {
        let found = self.search(&laid.paper, &laid.rulings, &laid.told).await?;
        Ok(versions(&found.known) == laid.seen)
    }

    async fn search(
        &self,
        paper: &Paper,
        rulings: &Rulings,
        told: &Document,
    ) -> Result<FoundInLedger, Fault> {
        let asking = Asking {
            tenant: &paper.asks.tenant,
            document: paper.id,
            hints: &paper.asks.hints,
            ruled_out: &rulings.is_not,
            weights: &self.weights,
            profiles: &self.profiles,
            received_on: Some(paper.received_on()),
        };
        Ok(find_in_ledger(&self.ledger, &asking, told).await?)
    }

    async fn lay(&self, mut paper: Paper) -> Result<Laid, Fault> {
        let started = Instant::now();
        let rulings = self.ledger.rulings(paper.id).await?;
        let told = paper.told(&rulings);
        let FoundInLedger { matched, known } = self.search(&paper, &rulings, &told).await?;
        let matched = match self.attached_by_hand(&paper, &rulings, &told).await? {
            Some(by_hand) => by_hand,
            None => matched,
        };
        if paper.copy_of.is_none() {
            let hints = &paper.asks.hints;
            paper.asks.keys = match matched.matched {
                Match::Matched(..) => texts(&matched_keys(&told, hints)),
                Match::Ambiguous(_) | Match::Conflict(_) | Match::None => {
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
            seen: versions(&known),
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

    /// Decides about everything on the table. Of what was decided before only that is handed on which has changed.
    pub(super) fn settle(&self, table: &Table, now: Timestamp) -> Settled {
        let mut decided: Vec<Option<Decided>> = table.laid.iter().map(|_| None).collect();
        for pack in packed(&table.laid) {
            let filed = |at: &usize| table.laid[*at].filed.clone();
            let (late, punctual): (Vec<usize>, Vec<usize>) =
                pack.into_iter().partition(|at| table.laid[*at].filed.late);
            let mut papers: Vec<Filed> = punctual.iter().map(filed).collect();
            for (at, one) in punctual.iter().zip(decide_pack(&papers, &self.profiles)) {
                decided[*at] = Some(one);
            }
            for at in late {
                papers.push(filed(&at));
                decided[at] = decide_pack(&papers, &self.profiles).pop();
                papers.pop();
            }
        }
        let mut settled = Settled {
            packs: table.packs.values().cloned().collect(),
            ..Settled::default()
        };
        for (laid, decided) in table.laid.iter().zip(decided) {
            let paper = &laid.paper;
            let decided = match (decided, paper.copy_of) {
                (Some(decided), _) => decided,
                (None, Some(original)) => decide_copy(&laid.filed, original, &self.profiles),
                (None, None) => continue,
            };
            let outcome = self.outcome(laid, decided, now);
            match &paper.before {
                None => settled.documents.push(outcome),
                Some(before) if is_news(before, &outcome) => settled.revisions.push(Revision {
                    before: before.clone(),
                    outcome,
                }),
                Some(_) => {}
            }
        }
        settled
    }

    fn outcome(&self, laid: &Laid, decided: Decided, now: Timestamp) -> DocumentOutcome {
        let paper = &laid.paper;
        let may_still_come = codes(&decided).any(|code| code == ExceptionCode::NoMatch);
        let until = match &paper.before {
            None => now.saturating_add(self.patience).ok(),
            Some(before) => before.parked_until,
        };
        DocumentOutcome {
            serves: match decided.decision.state {
                State::Billable | State::BillableWithOsd => Serves::AsPod,
                State::HoldMissing | State::HoldCustomerPolicy | State::Review | State::Reject => {
                    Serves::AsSupport
                }
            },
            parked_until: until.filter(|until| may_still_come && *until > now),
            decided,
            read: paper.read.clone(),
            asks: paper.asks.clone(),
            looks: None,
            copy_of: paper.copy_of,
        }
    }
}

fn versions(known: &[Known]) -> Versions {
    let shipments = known.iter().map(|known| &known.shipment);
    shipments
        .map(|shipment| (shipment.id.clone(), shipment.version))
        .collect()
}

fn is_cut_out_of(stored: &StoredDocument, origin: &Origin) -> bool {
    let same = |a: &ObjectRef, b: &ObjectRef| {
        a.bucket == b.bucket && a.key == b.key && a.version == b.version
    };
    same(&stored.origin.object, &origin.object) && stored.origin.sha256 == origin.sha256
}

/// Places of the papers that are decided together, those of a pack in the order in which they were received. Copies are in no pack.
fn packed(laid: &[Laid]) -> Vec<Vec<usize>> {
    let mut packs: Packs<Vec<usize>> = Packs::new();
    let mut alone = Vec::new();
    for (at, one) in laid.iter().enumerate() {
        if one.paper.copy_of.is_some() {
            continue;
        }
        match shipment_id(&one.filed.matched) {
            Some(shipment) => {
                let key = (one.paper.asks.tenant.clone(), shipment.to_owned());
                packs.entry(key).or_default().push(at);
            }
            None => alone.push(vec![at]),
        }
    }
    for pack in packs.values_mut() {
        pack.sort_by_key(|at| (laid[*at].filed.received_at, laid[*at].filed.id));
    }
    packs.into_values().chain(alone).collect()
}

/// The shipments that a paper came from and goes to.
fn packs_of(laid: &Laid) -> Vec<(String, String)> {
    if laid.paper.copy_of.is_some() {
        return Vec::new();
    }
    let tenant = &laid.paper.asks.tenant;
    let now = shipment_id(&laid.filed.matched).map(|id| (tenant.clone(), id.to_owned()));
    let before = laid
        .paper
        .before
        .as_ref()
        .and_then(|before| before.shipment.clone());
    now.into_iter().chain(before).collect()
}

fn is_news(before: &StoredDocument, outcome: &DocumentOutcome) -> bool {
    let decided = &outcome.decided;
    let shipment =
        shipment_id(&decided.matched).map(|id| (outcome.asks.tenant.clone(), id.to_owned()));
    let told_now = before.parked_until.is_some() && outcome.parked_until.is_none();
    told_now
        || before.shipment != shipment
        || before.stop != decided.stop
        || before.state != decided.decision.state
        || before.codes != codes_with_severity(decided)
}

fn codes_with_severity(decided: &Decided) -> BTreeMap<ExceptionCode, u8> {
    let exceptions = decided.exceptions.iter();
    exceptions.map(|one| (one.code, one.severity)).collect()
}

pub(super) fn codes(decided: &Decided) -> impl Iterator<Item = ExceptionCode> {
    decided.exceptions.iter().map(|exception| exception.code)
}

fn shipment_id(matched: &Match) -> Option<&str> {
    match matched {
        Match::Matched(candidate, _) | Match::Conflict(candidate) => Some(&candidate.shipment.id),
        Match::Ambiguous(_) | Match::None => None,
    }
}
