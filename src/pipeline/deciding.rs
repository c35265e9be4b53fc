//! From the papers of a shipment to what is decided about each: they are decided together, since each is judged in sight of the others and
//! one of them proves the delivery.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::charges::habits::Habits;
use crate::charges::{self, Accessorials, ChargeModel, score_charges};
use crate::decision::pack::{Proof, best_proof, rank};
use crate::decision::{
    Case, Exception, ExceptionCode, Filing, Profiles, Verdict, decide, is_same_paper, part,
    priority,
};
use crate::document::{Confidence, DocumentId};
use crate::events::Decided;
use crate::inference::CHARGE_RULES as RULES;
use crate::shipments::{Match, StopOf, which_stop};
use crate::storage::Location;
use crate::understanding::{Document, FieldName, Value};

/// A document on the table, its shipment looked for.
#[derive(Debug, Clone)]
pub struct Filed {
    /// Its id.
    pub id: DocumentId,
    /// The document, settled by its shipment.
    pub document: Document,
    /// Where it was stored.
    pub attachment: Option<Location>,
    /// Which shipment it belongs to.
    pub matched: Match,
    /// The delivery that a person says it is about.
    pub stop_by_hand: Option<u32>,
    /// When its upload was received.
    pub received_at: Timestamp,
    /// Shortcomings that people have ended, with the stop that they are about.
    pub waived: Vec<(u32, ExceptionCode)>,
    /// It came when the shipment had more papers than are decided together.
    pub late: bool,
}

impl Filed {
    fn stop(&self) -> StopOf {
        let shipment = match &self.matched {
            Match::Matched(candidate, _) => &candidate.shipment,
            Match::Ambiguous(_) | Match::Conflict(_) | Match::None(_) => return StopOf::Only,
        };
        let several = shipment.deliveries().nth(1).is_some();
        match self.stop_by_hand.filter(|_| several) {
            None => which_stop(&self.document, shipment),
            Some(seq) if shipment.deliveries().any(|stop| stop.seq == seq) => StopOf::At(seq),
            // A later version has other stops than the person saw.
            Some(_) => StopOf::Unclear,
        }
    }

    fn proof(&self) -> Proof<'_> {
        Proof {
            id: self.id,
            document: &self.document,
            received_at: self.received_at,
        }
    }

    fn delivered_on(&self) -> Option<Date> {
        let day = self.document.fields.get(&FieldName::DeliveryDate)?;
        day.found.value.as_date()
    }

    fn page_of(&self) -> Option<(u32, u32)> {
        match self.document.fields.get(&FieldName::PageKOfN)?.found.value {
            Value::PageOf(page) => Some((page.page, page.of)),
            _ => None,
        }
    }
}

/// What papers are decided by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The rules of customers.
    pub profiles: &'a Profiles,
    /// What is usually billed on shipments like this one.
    pub habits: &'a Habits,
    /// What was learned of charges.
    pub charges: Option<&'a ChargeModel>,
}

/// Decides about the papers of one shipment, or about papers that have none. The order of the papers does not matter; what is decided comes in
/// their order. A paper that is `late` proves a delivery only where no other does.
#[must_use]
pub fn decide_pack(papers: &[Filed], terms: &Terms<'_>) -> Vec<Decided> {
    let mut pack = Pack::new(papers, terms);
    let mut first = pack.decide_each();
    if pack.drop_unproven_parts(&first) {
        first = pack.decide_each();
    }
    let stops = pack.stops.iter();
    let proofs: Vec<Option<DocumentId>> = stops.map(|stop| pack.proof_of(*stop, &first)).collect();
    let decided = first.into_iter().zip(papers).zip(proofs).enumerate();
    let decided = decided.map(|(at, ((first, paper), proof))| match proof {
        Some(proof) if proof != paper.id => pack.decide(at, Some(proof)),
        Some(_) | None => first,
    });
    decided.collect()
}

/// Papers that are decided together.
struct Pack<'a> {
    papers: &'a [Filed],
    /// Which delivery each is about.
    stops: Vec<StopOf>,
    /// Of one that was scanned again the first picture of it.
    originals: Vec<Option<DocumentId>>,
    /// Which show a part of a delivery that all parts together make whole.
    parts: Vec<bool>,
    terms: &'a Terms<'a>,
}

impl<'a> Pack<'a> {
    fn new(papers: &'a [Filed], terms: &'a Terms<'a>) -> Self {
        let stops: Vec<StopOf> = papers.iter().map(Filed::stop).collect();
        let originals = originals(papers, &stops);
        Self {
            parts: parts(papers, &stops, &originals),
            originals,
            papers,
            stops,
            terms,
        }
    }

    fn decide_each(&self) -> Vec<Decided> {
        let each = 0..self.papers.len();
        each.map(|at| self.decide(at, None)).collect()
    }

    /// Where one part proves nothing the others are short, as if it were not there. Were there any such?
    fn drop_unproven_parts(&mut self, decided: &[Decided]) -> bool {
        let unproven = |at: &usize| self.parts[*at] && decided[*at].billable_with().is_none();
        let unproven: Vec<usize> = (0..decided.len()).filter(unproven).collect();
        for at in &unproven {
            let stop = self.stops[*at];
            let of_stop = self.parts.iter_mut().zip(&self.stops);
            for (part, _) in of_stop.filter(|(_, of)| **of == stop) {
                *part = false;
            }
        }
        !unproven.is_empty()
    }

    fn decide(&self, at: usize, accepted_pod: Option<DocumentId>) -> Decided {
        let (paper, stop) = (&self.papers[at], self.stops[at]);
        let beside: Vec<&Filed> = self.beside(at).collect();
        let waived = paper.waived.iter();
        let filing = Filing {
            accepted_pod,
            duplicate_of: self.originals[at],
            is_part: self.parts[at],
            received_on: Some(day(paper.received_at)),
            companions: beside.iter().map(|other| other.document.class).collect(),
            other_pages: beside.iter().filter_map(|other| other.page_of()).collect(),
            signature_reused: false,
            waived: waived
                .filter(|(of, _)| *of == stop.seq())
                .map(|(_, code)| *code)
                .collect(),
        };
        let beside: Vec<&Document> = beside.into_iter().map(|other| &other.document).collect();
        decide_document(paper, stop, &filing, &beside, self.terms)
    }

    /// The other papers of the delivery, each once. One that names no stop may be about any; one that conflicts with the shipment is none
    /// of its papers.
    fn beside(&self, at: usize) -> impl Iterator<Item = &'a Filed> {
        let stop = self.stops[at];
        let papers = self.papers.iter().zip(&self.stops).zip(&self.originals);
        let beside = papers
            .enumerate()
            .filter(move |(other, ((paper, of), original))| {
                let belongs = matches!(paper.matched, Match::Matched(..));
                let of_stop = **of == stop || **of == StopOf::Unclear;
                *other != at && belongs && of_stop && original.is_none()
            });
        beside.map(|(_, ((paper, _), _))| paper)
    }

    /// The paper that proves the delivery of a stop, if one does.
    fn proof_of(&self, stop: StopOf, decided: &[Decided]) -> Option<DocumentId> {
        let of_stop = self.papers.iter().zip(&self.stops).zip(decided);
        let valid = of_stop.filter(|((_, of), one)| **of == stop && one.billable_with().is_some());
        let valid: Vec<&Filed> = valid.map(|((paper, _), _)| paper).collect();
        let among = |late: bool| {
            let papers = valid.iter().filter(|paper| paper.late == late);
            let proofs: Vec<_> = papers.map(|paper| paper.proof()).collect();
            best_proof(&proofs)
        };
        among(false).or_else(|| among(true))
    }
}

/// For each paper the one that it is another picture of, where that counts before it.
fn originals(papers: &[Filed], stops: &[StopOf]) -> Vec<Option<DocumentId>> {
    let mut order: Vec<usize> = (0..papers.len()).collect();
    order.sort_by_key(|at| (papers[*at].late, rank(&papers[*at].proof())));
    let mut originals = vec![None; papers.len()];
    let mut first: Vec<usize> = Vec::new();
    for at in order {
        let paper = &papers[at];
        let same = first.iter().find(|one| {
            stops[**one] == stops[at] && is_same_paper(&papers[**one].document, &paper.document)
        });
        match same {
            Some(one) => originals[at] = Some(papers[*one].id),
            None => first.push(at),
        }
    }
    originals
}

/// Which papers show a part of their stop's pieces as received, each on a day of its own, where all that do make up the whole. Two of one day may
/// tell of one shortage, and where they do not add up, nobody knows whether one corrects another.
fn parts(papers: &[Filed], stops: &[StopOf], originals: &[Option<DocumentId>]) -> Vec<bool> {
    let part_of = |at: usize| {
        let Match::Matched(candidate, _) = &papers[at].matched else {
            return None;
        };
        let stop = candidate.shipment.delivery(stops[at].seq())?;
        originals[at].is_none().then_some(())?;
        let (received, total) = part(&papers[at].document, Some(&stop.expected))?;
        Some((
            u64::from(received),
            u64::from(total),
            papers[at].delivered_on(),
        ))
    };
    let shown: Vec<_> = (0..papers.len()).map(part_of).collect();
    let is_whole = |stop: StopOf| {
        let of_stop = shown.iter().zip(stops).filter(|(_, of)| **of == stop);
        let of_stop: Vec<_> = of_stop.filter_map(|(shown, _)| *shown).collect();
        let all: u64 = of_stop.iter().map(|(received, ..)| received).sum();
        let days: BTreeSet<Date> = of_stop.iter().filter_map(|(.., day)| *day).collect();
        days.len() == of_stop.len() && of_stop.iter().all(|(_, total, _)| *total == all)
    };
    let each = shown.iter().zip(stops);
    each.map(|(shown, stop)| shown.is_some() && is_whole(*stop))
        .collect()
}

/// A document with the bytes of `original`: it says nothing new.
#[must_use]
pub fn decide_copy(paper: &Filed, original: DocumentId, terms: &Terms<'_>) -> Decided {
    let filing = Filing {
        duplicate_of: Some(original),
        received_on: Some(day(paper.received_at)),
        ..Filing::default()
    };
    let stop = paper.stop();
    decide_document(paper, stop, &filing, &[], terms)
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// Decides about a document: is it a valid POD, are its shipment's charges usual, how urgent is it.
fn decide_document(
    paper: &Filed,
    stop: StopOf,
    filing: &Filing,
    companions: &[&Document],
    terms: &Terms<'_>,
) -> Decided {
    let (document, matched) = (&paper.document, &paper.matched);
    let shipment = match matched {
        Match::Matched(candidate, _) | Match::Conflict(candidate) => Some(&candidate.shipment),
        Match::Ambiguous(_) | Match::None(_) => None,
    };
    let named = shipment.and_then(|shipment| shipment.customer.profile_id.as_deref());
    let profile = terms.profiles.find(named);
    let case = Case {
        document,
        matched,
        profile: profile.as_deref(),
        stop,
        filing,
    };
    let mut verdict = decide(&case);
    let mut accessorials = Accessorials::default();
    if let (Match::Matched(candidate, _), Ok(profile)) = (matched, &profile) {
        let pack: Vec<&Document> = std::iter::once(document)
            .chain(companions.iter().copied())
            .collect();
        let terms = charges::Terms {
            profile,
            habits: terms.habits,
            model: terms.charges,
        };
        let scored = score_charges(&pack, &candidate.shipment, &terms);
        accessorials = scored.accessorials;
        let waived = |exception: &Exception| filing.waived.contains(&exception.code);
        let exceptions = scored.exceptions.into_iter();
        add_charge_exceptions(&mut verdict, exceptions.filter(|one| !waived(one)));
    }
    let disputed = accessorials.dispute.or(accessorials.score);
    let priority = priority(&verdict, shipment, disputed);
    let Verdict {
        decision,
        condition,
        exceptions,
    } = verdict;
    Decided {
        document: document.clone(),
        attachment: paper.attachment.clone(),
        matched: matched.clone(),
        stop: stop.seq(),
        condition,
        decision,
        exceptions,
        accessorials,
        priority: Confidence::from_f64(priority),
        scored_by: terms
            .charges
            .map_or_else(|| RULES.to_owned(), |model| model.id().to_owned()),
    }
}

/// One exception a code (domain.md §5.4).
fn add_charge_exceptions(verdict: &mut Verdict, more: impl Iterator<Item = Exception>) {
    let known: BTreeSet<_> = verdict
        .exceptions
        .iter()
        .map(|exception| exception.code)
        .collect();
    verdict
        .exceptions
        .extend(more.filter(|exception| !known.contains(&exception.code)));
}
