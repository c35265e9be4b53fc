//! The recipe: how an upload becomes decided documents. Sync, and on one screen.
//!
//! In: the bytes of an upload, then what the ledger knows. Out: documents with their papers cut out, then what was decided
//! about each.

mod deciding;
mod matching;

use std::time::Instant;

use serde_json::json;

pub use self::deciding::{Filed, Terms, decide_copy, decide_pack};
pub use self::matching::{MatchedDocument, attach_document, match_document, split_document};
use crate::document::PageNumber;
use crate::fault::Fault;
use crate::inference::{InferenceError, Registry};
use crate::ledger::Finding;
use crate::reading::{Page, Reader, TextReader, read_page};
use crate::settings::Settings;
use crate::understanding::pages::{PageModels, PageView};
use crate::understanding::{Context, Document, documents};

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
