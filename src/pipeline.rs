//! The recipe: how an upload becomes decided documents. Sync, and on one screen.
//!
//! In: the bytes of an upload, then what the ledger knows. Out: documents with their papers cut out, then what was decided
//! about each.

mod beside;
mod deciding;
mod matching;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use self::beside::Beside;
pub use self::beside::Shadow;
pub use self::deciding::{Filed, Terms, decide_copy, decide_pack};
pub use self::matching::{MatchedDocument, Matcher, attach_document};
use crate::document::PageNumber;
use crate::fault::Fault;
use crate::ledger::Finding;
use crate::models::{Lent, OnTrialHere, Readers};
use crate::reading::{Page, Reader, TextReader, kept, read_page};
use crate::settings::Settings;
use crate::understanding::pages::{PageModels, PageView};
use crate::understanding::{Context, Document, documents};

/// What reads one upload at a time: a reader child, with the models that each upload brings.
#[derive(Debug)]
pub struct Slot {
    reader: Reader,
}

/// An upload to be read.
#[derive(Debug)]
pub struct ToRead {
    /// Its bytes.
    pub bytes: Arc<Vec<u8>>,
    /// What helps to understand it.
    pub context: Context,
    /// Who reads it.
    pub by: Readers,
    /// What was made of its pages before by the same text model; they are only looked at again.
    pub kept: Option<Vec<Page>>,
}

/// An upload that was read and understood.
#[derive(Debug)]
pub struct ReadUpload {
    /// Its documents, each cut out as PDF.
    pub papers: Vec<Paper>,
    /// What each stage found.
    pub findings: Vec<Finding>,
    /// Who read it.
    pub by: Readers,
    /// What a challenger in the shadow made of it.
    pub shadow: Option<Shadow>,
    /// What looking at its pages took; reading them, too, where it is the reading that is on trial.
    pub took: Duration,
    /// What was made of its pages, packed; `None` where it was kept before.
    pub reading: Option<Vec<u8>>,
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
    /// Starts a reader child.
    ///
    /// # Errors
    /// [`Fault::Fatal`] where a library or the sandbox is missing.
    pub fn open(settings: &Settings) -> Result<Self, Fault> {
        Ok(Self {
            reader: Reader::spawn(&settings.reader)?,
        })
    }

    /// Reads an upload and cuts it into documents.
    ///
    /// # Errors
    /// [`Fault::Reject`] for an upload that cannot be processed, [`Fault::Fatal`] when a model cannot be run.
    pub fn read(&mut self, upload: ToRead) -> Result<ReadUpload, Fault> {
        let ToRead {
            bytes,
            context,
            by,
            kept,
        } = upload;
        let opening = |error| Fault::fatal("opening the models", error);
        let mut models = by.serving.pages().map_err(opening)?;
        let mut beside = Beside::of(&by);
        let opened = self.reader.open(&bytes)?;
        let mut source = match kept.filter(|kept| kept.len() == opened.pages as usize) {
            Some(kept) => PagesFrom::Kept(kept.into_iter()),
            None => PagesFrom::Reading(Box::new(by.serving.text().map_err(opening)?)),
        };
        let is_timed = by.trial.as_ref().is_some_and(OnTrialHere::is_of_reading);
        let (mut pages, mut views, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        let mut took = Duration::ZERO;
        for index in 0..opened.pages {
            let number = PageNumber::from_index(index);
            let started = Instant::now();
            let mut page = self.page(number, &mut source)?;
            let reading = Finding::new(&[number], "reading", started, reading_found(&page));
            let started = Instant::now();
            let view = look(&mut models, &page)?;
            let found = view_found(&view);
            let looking = Finding::new(&[number], "understanding", started, found);
            took += looking.took
                + if is_timed {
                    reading.took
                } else {
                    Duration::ZERO
                };
            findings.extend([reading, looking]);
            beside.look(&mut self.reader, &page);
            // An upload of 300 pages needs the memory of one.
            page.image = image::GrayImage::default();
            pages.push(page);
            views.push(view);
        }
        let documents = documents(&pages, &views, context, models.curves());
        let shadow = beside.documents(&pages, context);
        let (papers, cutting) = self.cut_all(documents)?;
        findings.push(cutting);
        let was_kept = matches!(source, PagesFrom::Kept(_));
        let reading = (!was_kept).then(|| kept::pack(&pages).ok()).flatten();
        drop((models, beside, source));
        Ok(ReadUpload {
            papers,
            findings,
            by,
            shadow,
            took,
            reading,
        })
    }

    fn page(&mut self, number: PageNumber, source: &mut PagesFrom<'_>) -> Result<Page, Fault> {
        match source {
            PagesFrom::Reading(text) => read_page(&mut self.reader, text, number),
            PagesFrom::Kept(pages) => {
                let raw = self.reader.page(number)?;
                let page = pages.next();
                let missing = || Fault::retry("looking at a page again", "its reading is missing");
                Ok(page.ok_or_else(missing)?.drawn(raw.image))
            }
        }
    }

    fn cut_all(&mut self, documents: Vec<Document>) -> Result<(Vec<Paper>, Finding), Fault> {
        let started = Instant::now();
        let papers = documents.into_iter().map(|document| self.cut(document));
        let papers = papers.collect::<Result<Vec<_>, Fault>>()?;
        let found = json!({ "documents": papers.len() });
        let finding = Finding::new(&[], "cutting", started, found);
        Ok((papers, finding))
    }

    fn cut(&mut self, document: Document) -> Result<Paper, Fault> {
        let pdf = self.reader.cut(&document.pages)?;
        Ok(Paper { document, pdf })
    }
}

/// Where the words of pages come from.
enum PagesFrom<'a> {
    Reading(Box<Lent<'a, TextReader>>),
    Kept(std::vec::IntoIter<Page>),
}

fn look(models: &mut PageModels, page: &Page) -> Result<PageView, Fault> {
    let seen = models.view(page);
    seen.map_err(|error| Fault::fatal("looking at a page", error))
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
