//! The table: papers laid out beside all that belong to the same shipments, then decided together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::paper::Paper;
use super::{Clerk, Packs};
use crate::charges::ChargeModel;
use crate::charges::habits::Habits;
use crate::decision::{ExceptionCode, State};
use crate::document::{DocumentId, ObjectRef, Sha256};
use crate::events::{Decided, Origin};
use crate::fault::Fault;
use crate::ledger::{
    DocumentOutcome, NewShare, Pack, Revision, Rulings, Serves, Settled, StoredDocument, Upload,
};
use crate::pipeline::{Filed, Terms, decide_copy, decide_pack};
use crate::shipments::matching::Known;
use crate::shipments::{Candidate, Match};
use crate::understanding::Document;

/// How many papers are decided together at most: the ones that arrived, and those of the few shipments that they may have come from and go to.
const MOST_PAPERS: usize = 200;

/// A paper with its shipment, not yet decided.
#[derive(Clone)]
pub(super) struct Laid {
    pub(super) paper: Paper,
    pub(super) filed: Filed,
    /// What the paper says, with what people told.
    pub(super) told: Document,
    pub(super) rulings: Rulings,
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
    /// What is usually billed on shipments like each.
    habits: Packs<Habits>,
}

impl Table {
    /// The papers that are new and nobody's copies.
    pub(super) fn new_papers(&self) -> impl Iterator<Item = &Laid> {
        let laid = self.laid.iter();
        laid.filter(|laid| {
            laid.paper.before.is_none()
                && laid.paper.copy_of.is_none()
                && laid.paper.share_of.is_none()
        })
    }

    /// The paper before that a new share is one of; `None` of what comes with its upload.
    pub(super) fn grown_from(&self, laid: &Laid) -> Option<&StoredDocument> {
        self.place_of(laid.paper.share_of?)?.paper.before.as_ref()
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
        let mut given = ids.clone();
        // Those that were given stay in front, in their order.
        waiting.reverse();
        let mut table = Table {
            laid: Vec::new(),
            packs: Packs::new(),
            habits: Packs::new(),
        };
        while let Some(paper) = waiting.pop() {
            let is_given = given.contains(&paper.id);
            let Some(paper) = self.whole(paper, &ids).await? else {
                continue;
            };
            ids.insert(paper.id);
            if is_given {
                given.insert(paper.id);
            }
            // Where papers lead from shipment to shipment, the way ends somewhere.
            let goes_on = given.contains(&paper.id) || ids.len() <= MOST_PAPERS;
            for laid in self.lay(paper).await? {
                ids.insert(laid.paper.id);
                let alike = self.alike(&laid).await?.into_iter().filter(|_| goes_on);
                let alike = alike.filter(|one| ids.insert(one.id));
                waiting.splice(0..0, alike.map(Paper::from));
                for (tenant, shipment) in packs_of(&laid).into_iter().filter(|_| goes_on) {
                    let stored = self.add_pack(&mut table, tenant, shipment).await?;
                    let stays = |one: &StoredDocument| {
                        upload.is_none_or(|upload| !is_cut_out_of(one, &upload.origin))
                    };
                    let new = stored.into_iter().filter(stays);
                    let new = new.filter(|one| ids.insert(one.id));
                    waiting.splice(0..0, new.map(Paper::from));
                }
                table.laid.push(laid);
            }
        }
        table.mark_late();
        Ok(table)
    }

    /// A share comes to the table with the whole paper; `None` where that is there already.
    async fn whole(
        &self,
        paper: Paper,
        there: &BTreeSet<DocumentId>,
    ) -> Result<Option<Paper>, Fault> {
        let Some(whole) = paper.share_of else {
            return Ok(Some(paper));
        };
        if there.contains(&whole) {
            return Ok(None);
        }
        Ok(self.ledger.document(whole).await?.map(Paper::from))
    }

    /// Notes on what the decisions about a shipment's papers rest; gives the papers that were not asked for before.
    async fn add_pack(
        &self,
        table: &mut Table,
        tenant: String,
        shipment: String,
    ) -> Result<Vec<StoredDocument>, Fault> {
        let key = (tenant.clone(), shipment.clone());
        if table.packs.contains_key(&key) {
            return Ok(Vec::new());
        }
        let Some(known) = self.ledger.shipment(&tenant, &shipment).await? else {
            return Ok(Vec::new());
        };
        let habits = self.ledger.habits(&known).await?;
        table.habits.insert(key.clone(), habits);
        let stored = self.ledger.papers_of(&tenant, &shipment).await?;
        let pack = Pack {
            tenant,
            shipment,
            version: known.version,
            papers: stored.iter().map(|one| (one.id, one.revision)).collect(),
        };
        table.packs.insert(key, pack);
        Ok(stored)
    }

    /// Decides about everything on the table. Of what was decided before only that is handed on which has changed.
    pub(super) fn settle(&self, table: &Table, now: Timestamp) -> Settled {
        let packs = packed(&table.laid);
        let champions = &self.in_service.now().champions;
        let charges = champions.charges().map(AsRef::as_ref);
        let decided = self.decide(table, &packs, charges).into_iter();
        let decided = decided.zip(&table.laid);
        let outcomes = decided.map(|(decided, laid)| Some(self.outcome(laid, decided?, now)));
        let outcomes: Vec<Option<DocumentOutcome>> = outcomes.collect();
        let mut settled = Settled {
            packs: table.packs.values().cloned().collect(),
            scored: scored_anew(table, &packs, &outcomes),
            ..Settled::default()
        };
        for (laid, outcome) in table.laid.iter().zip(outcomes) {
            let Some(outcome) = outcome else {
                continue;
            };
            match &laid.paper.before {
                None => match table.grown_from(laid) {
                    None => settled.documents.push(outcome),
                    Some(whole) => settled.shares.push(NewShare {
                        of: whole.clone(),
                        outcome,
                    }),
                },
                Some(before) if is_news(before, &outcome) => settled.revisions.push(Revision {
                    before: before.clone(),
                    outcome,
                }),
                Some(_) => {}
            }
        }
        settled
    }

    /// Decides about the packs, and about copies by themselves.
    pub(super) fn decide(
        &self,
        table: &Table,
        packs: &[Vec<usize>],
        charges: Option<&ChargeModel>,
    ) -> Vec<Option<Decided>> {
        let mut decided: Vec<Option<Decided>> = table.laid.iter().map(|_| None).collect();
        let filed = |at: &usize| table.laid[*at].filed.clone();
        let unknown = Habits::default();
        for pack in packs {
            let key = pack.first().and_then(|at| pack_of(&table.laid[*at]));
            let terms = Terms {
                profiles: &self.profiles,
                habits: key
                    .and_then(|key| table.habits.get(&key))
                    .unwrap_or(&unknown),
                charges,
            };
            let (late, punctual): (Vec<usize>, Vec<usize>) =
                pack.iter().partition(|at| table.laid[**at].filed.late);
            let mut papers: Vec<Filed> = punctual.iter().map(filed).collect();
            for (at, one) in punctual.iter().zip(decide_pack(&papers, &terms)) {
                decided[*at] = Some(one);
            }
            for at in late {
                papers.push(filed(&at));
                decided[at] = decide_pack(&papers, &terms).pop();
                papers.pop();
            }
        }
        let terms = Terms {
            profiles: &self.profiles,
            habits: &unknown,
            charges,
        };
        for (laid, decided) in table.laid.iter().zip(&mut decided) {
            if let (Some(original), None) = (laid.paper.copy_of, &decided) {
                *decided = Some(decide_copy(&laid.filed, original, &terms));
            }
        }
        decided
    }

    pub(super) fn outcome(&self, laid: &Laid, decided: Decided, now: Timestamp) -> DocumentOutcome {
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
            copy_of: paper.copy_of,
            scored: hash_of_charges(&laid.filed.matched),
        }
    }
}

/// Of each shipment whose charges are others than those that were scored last, and of whose papers nothing else is told, the paper that proves
/// the delivery, or else the first.
fn scored_anew(
    table: &Table,
    packs: &[Vec<usize>],
    outcomes: &[Option<DocumentOutcome>],
) -> Vec<Revision> {
    let scored = packs.iter().filter_map(|pack| {
        let papers = pack.iter().map(|at| {
            let before = table.laid[*at].paper.before.as_ref()?;
            let outcome = outcomes[*at].as_ref()?;
            (!is_news(before, outcome)).then_some((before, outcome))
        });
        let papers: Vec<(&StoredDocument, &DocumentOutcome)> = papers.collect::<Option<_>>()?;
        let proves = |(_, outcome): &&(&StoredDocument, &DocumentOutcome)| {
            outcome.serves == Serves::AsPod && outcome.decided.billable_with().is_some()
        };
        let (before, outcome) = papers.iter().find(proves).or(papers.first())?;
        let is_told = outcome.parked_until.is_none();
        (is_told && before.scored != outcome.scored).then(|| Revision {
            before: (*before).clone(),
            outcome: (*outcome).clone(),
        })
    });
    scored.collect()
}

/// Tells the charges of one version of a shipment from those of another; empty where there are none.
fn hash_of_charges(matched: &Match) -> String {
    let (Match::Matched(candidate, _) | Match::Conflict(candidate)) = matched else {
        return String::new();
    };
    let billed = &candidate.shipment.billed;
    let text = serde_json::to_vec(billed).unwrap_or_default();
    if billed.is_empty() {
        String::new()
    } else {
        Sha256::of(&text).as_str().to_owned()
    }
}

pub(super) fn versions(known: &[Known]) -> Versions {
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

/// Places of the papers that are decided together, those of a pack in the order in which they were received: the papers of a shipment, and
/// those that have none. Copies are in no pack.
pub(super) fn packed(laid: &[Laid]) -> Vec<Vec<usize>> {
    let mut packs: Packs<Vec<usize>> = Packs::new();
    let mut without: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in laid.iter().enumerate() {
        if one.paper.copy_of.is_some() {
            continue;
        }
        let tenant = one.paper.asks.tenant.clone();
        match pack_of(one) {
            Some(key) => packs.entry(key).or_default().push(at),
            None => without.entry(tenant).or_default().push(at),
        }
    }
    for pack in packs.values_mut() {
        pack.sort_by_key(|at| (laid[*at].filed.received_at, laid[*at].filed.id));
    }
    packs.into_values().chain(without.into_values()).collect()
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

fn pack_of(laid: &Laid) -> Option<(String, String)> {
    let shipment = shipment_id(&laid.filed.matched)?;
    Some((laid.paper.asks.tenant.clone(), shipment.to_owned()))
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

pub(super) fn shipment_id(matched: &Match) -> Option<&str> {
    match matched {
        Match::Matched(candidate, _) | Match::Conflict(candidate) => Some(&candidate.shipment.id),
        Match::Ambiguous(_) | Match::None(_) => None,
    }
}
