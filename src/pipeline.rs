//! The recipe: how an upload becomes decided documents. Sync, and on one screen.
//!
//! In: the bytes of an upload, then what the ledger knows. Out: documents with their papers cut out, then what was decided
//! about each.

use std::collections::BTreeSet;
use std::time::Instant;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;

use crate::charges::score_charges;
use crate::decision::{Case, Filing, Profiles, Verdict, decide, priority};
use crate::document::{Confidence, PageNumber};
use crate::events::Decided;
use crate::fault::Fault;
use crate::inference::{InferenceError, Registry};
use crate::ledger::Finding;
use crate::reading::{Page, Reader, TextReader, read_page};
use crate::settings::Settings;
use crate::shipments::matching::{Hints, Known, Weights, compare};
use crate::shipments::{
    Candidate, Match, Shipment, settle_consignee, settle_consignee_by, settle_labels,
};
use crate::storage::Location;
use crate::understanding::normalise::{OrderHint, Window, order_in};
use crate::understanding::pages::{PageModels, PageView};
use crate::understanding::values::DateContext;
use crate::understanding::{Context, Document, documents, settle_dates};

/// What reads one upload at a time: a reader child and a set of models.
#[derive(Debug)]
pub struct Slot {
    reader: Reader,
    text: TextReader,
    models: PageModels,
}

/// An upload that was read and understood.
#[derive(Debug)]
pub struct ReadUpload {
    /// Its documents, each cut out as PDF.
    pub papers: Vec<Paper>,
    /// What each stage found.
    pub findings: Vec<Finding>,
}

/// A document with its cut-out.
#[derive(Debug)]
pub struct Paper {
    /// What it is and says.
    pub document: Document,
    /// Its pages as PDF, as they were uploaded.
    pub pdf: Vec<u8>,
}

impl Slot {
    /// Starts a reader child and opens the models.
    ///
    /// # Errors
    /// [`Fault::Fatal`] where a library, a model or the sandbox is missing.
    pub fn open(settings: &Settings, registry: &Registry) -> Result<Self, Fault> {
        // At the same time; a child dies with the thread that started it, so it is the models that are opened beside.
        let (reader, models) = std::thread::scope(|scope| {
            let models = scope.spawn(|| open_models(registry));
            (Reader::spawn(&settings.reader), models.join())
        });
        let models = models.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let (text, models) = models.map_err(|error| Fault::fatal("opening the models", error))?;
        Ok(Self {
            reader: reader?,
            text,
            models,
        })
    }

    /// Reads an upload and cuts it into documents.
    ///
    /// # Errors
    /// [`Fault::Reject`] for an upload that cannot be processed, [`Fault::Fatal`] when a model cannot be run.
    pub fn read(&mut self, bytes: &[u8], context: Context) -> Result<ReadUpload, Fault> {
        let opened = self.reader.open(bytes)?;
        let (mut pages, mut views, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        for index in 0..opened.pages {
            let (page, view, found) = self.read_one(PageNumber::from_index(index))?;
            findings.extend(found);
            pages.push(page);
            views.push(view);
        }
        let documents = documents(&pages, &views, context, self.models.curves());
        let started = Instant::now();
        let papers = documents
            .into_iter()
            .map(|document| self.cut(document))
            .collect::<Result<Vec<_>, Fault>>()?;
        findings.push(Finding::new(
            &[],
            "cutting",
            started,
            json!({ "documents": papers.len() }),
        ));
        Ok(ReadUpload { papers, findings })
    }

    /// Reads one page and looks at it; its picture is dropped, so that an upload of 300 pages needs the memory of one.
    fn read_one(&mut self, number: PageNumber) -> Result<(Page, PageView, [Finding; 2]), Fault> {
        let started = Instant::now();
        let mut page = read_page(&mut self.reader, &mut self.text, number)?;
        let reading = Finding::new(&[number], "reading", started, reading_found(&page));
        let started = Instant::now();
        let view = self
            .models
            .view(&page)
            .map_err(|error| Fault::fatal("looking at a page", error))?;
        let understanding = Finding::new(&[number], "understanding", started, view_found(&view));
        page.image = image::GrayImage::default();
        Ok((page, view, [reading, understanding]))
    }

    fn cut(&mut self, document: Document) -> Result<Paper, Fault> {
        let pdf = self.reader.cut(&document.pages)?;
        Ok(Paper { document, pdf })
    }
}

fn open_models(registry: &Registry) -> Result<(TextReader, PageModels), InferenceError> {
    let text = registry.text().and_then(TextReader::new)?;
    Ok((text, PageModels::open(registry)?))
}

/// What is known about a document's shipment from elsewhere.
#[derive(Debug)]
pub struct Filed<'a> {
    /// The document.
    pub document: Document,
    /// Where it was stored.
    pub attachment: Option<Location>,
    /// Which shipment it belongs to.
    pub matched: Match,
    /// Facts about papers filed before.
    pub filing: Filing,
    /// Other papers of the same shipment.
    pub companions: Vec<&'a Document>,
}

/// A document whose shipment was looked for.
#[derive(Debug)]
pub struct MatchedDocument {
    /// The document, its dates and numbers settled by the shipment.
    pub document: Document,
    /// Its shipment.
    pub matched: Match,
    /// The best of what was compared, for people who ask why.
    pub best: Vec<Candidate>,
}

/// Finds the shipment of a document, tells which of its parties is the consignee, reads the dates that only the shipment or its
/// profile can decide, and puts its numbers under the labels that the shipment knows them by.
#[must_use]
pub fn match_document(
    mut document: Document,
    hints: &Hints,
    known: &[Known],
    profiles: &Profiles,
    received_on: Option<Date>,
    weights: &Weights,
) -> MatchedDocument {
    settle_consignee_by(&mut document, known.iter().map(|one| &one.shipment));
    let (mut matched, mut best) = compare(&document, hints, known, weights);
    let mut read = document.fields.clone();
    if let Match::Matched(candidate, _) | Match::Conflict(candidate) = &matched {
        settle_consignee(&mut document, &candidate.shipment);
        if document.fields != read {
            (matched, best) = compare(&document, hints, known, weights);
            read.clone_from(&document.fields);
        }
    }
    if let Match::Matched(candidate, _) = &matched {
        let dates = dates_of(&candidate.shipment, profiles, received_on);
        settle_dates(&mut document, &dates, candidate.shipment.delivered_on());
        if document.fields != read {
            (matched, best) = compare(&document, hints, known, weights);
        }
    }
    if let Match::Matched(candidate, _) = &matched {
        settle_labels(&mut document, &candidate.shipment);
    }
    MatchedDocument {
        document,
        matched,
        best,
    }
}

fn dates_of(shipment: &Shipment, profiles: &Profiles, received_on: Option<Date>) -> DateContext {
    let profile = profiles.find(shipment.customer.profile_id.as_deref()).ok();
    let country = shipment
        .parties
        .consignee
        .as_ref()
        .and_then(|party| party.country.as_deref());
    let order = profile
        .and_then(|profile| profile.date_order)
        .or_else(|| country.and_then(order_in));
    DateContext {
        order: OrderHint { order },
        plausible: plausible(shipment, received_on),
    }
}

/// A delivery lies within three days of the carrier's own message (domain.md §1.3, V7), else between pickup and receipt.
fn plausible(shipment: &Shipment, received_on: Option<Date>) -> Option<Window> {
    if let Some(day) = shipment.delivered_on() {
        return Some(Window {
            from: day.saturating_sub(3.days()),
            to: day.saturating_add(3.days()),
        });
    }
    Some(Window {
        from: shipment.picked_up_on()?,
        to: received_on?,
    })
}

/// Decides about a document: is it a valid POD, are its shipment's charges usual, how urgent is it.
#[must_use]
pub fn decide_document(filed: Filed<'_>, profiles: &Profiles) -> Decided {
    let Filed {
        document,
        attachment,
        matched,
        filing,
        companions,
    } = filed;
    let shipment = match &matched {
        Match::Matched(candidate, _) | Match::Conflict(candidate) => Some(&candidate.shipment),
        Match::Ambiguous(_) | Match::None => None,
    };
    let profile =
        profiles.find(shipment.and_then(|shipment| shipment.customer.profile_id.as_deref()));
    let case = Case {
        document: &document,
        matched: &matched,
        profile: profile.as_deref(),
        filing: &filing,
    };
    let mut verdict = decide(&case);
    let mut accessorials = crate::charges::Accessorials::default();
    if let (Match::Matched(candidate, _), Ok(profile)) = (&matched, &profile) {
        let pack: Vec<&Document> = std::iter::once(&document).chain(companions).collect();
        let scored = score_charges(&pack, &candidate.shipment, profile);
        accessorials = scored.accessorials;
        add_charge_exceptions(&mut verdict, scored.exceptions);
    }
    let priority = priority(&verdict, shipment, accessorials.score);
    let Verdict {
        decision,
        condition,
        exceptions,
    } = verdict;
    let priority = Confidence::from_f64(priority);
    Decided {
        document,
        attachment,
        matched,
        condition,
        decision,
        exceptions,
        accessorials,
        priority,
    }
}

/// One exception a code (domain.md §5.4).
fn add_charge_exceptions(verdict: &mut Verdict, more: Vec<crate::decision::Exception>) {
    let known: BTreeSet<_> = verdict
        .exceptions
        .iter()
        .map(|exception| exception.code)
        .collect();
    verdict.exceptions.extend(
        more.into_iter()
            .filter(|exception| !known.contains(&exception.code)),
    );
}

fn reading_found(page: &Page) -> serde_json::Value {
    json!({
        "page": page.number, "method": page.method, "turned": page.turned, "words": page.words.len(),
        "barcodes": page.barcodes.len(), "quality": page.quality,
    })
}

fn view_found(view: &PageView) -> serde_json::Value {
    let best = view.classes.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    json!({
        "class": best.map(|(class, _)| class), "chance": best.map(|(_, chance)| chance), "begins": view.first,
        "tagged": view.tags.iter().filter(|tag| tag.field.is_some()).count(), "marks": view.marks.len(),
    })
}
