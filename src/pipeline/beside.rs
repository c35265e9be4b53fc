//! Beside: a challenger in the shadow looks at the same pages. Whatever happens to it, the upload is read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::document::PageNumber;
use crate::inference::InferenceError;
use crate::models::{Lent, OnTrialHere, Readers, Role, Serving};
use crate::reading::{Page, Reader, TextReader, read_page};
use crate::understanding::pages::{PageModels, PageView};
use crate::understanding::{Context, Document, documents};

/// A text model in the shadow draws each page once more, from the same allowance of time and pixels: on longer uploads it is not asked.
const MOST_READ_AGAIN: u32 = 20;
/// One that takes longer for a page is not asked about the others of the upload, which waits for it. The champions take 1.75 s for a scanned
/// page, reading and all (README).
const LONGEST_PAGE: Duration = Duration::from_secs(10);

/// What a challenger in the shadow made of an upload.
#[derive(Debug)]
pub struct Shadow {
    /// Its documents, or why there are none.
    pub documents: Result<Vec<Document>, String>,
    /// What looking at the pages took.
    pub took: Duration,
}

/// The challenger at work; nobody where the upload is part of no trial, or the challenger reads in the champion's place.
pub(super) struct Beside<'a> {
    models: Option<Result<Models<'a>, String>>,
    took: Duration,
}

struct Models<'a> {
    /// Where it is the reading itself that is on trial.
    text: Option<Lent<'a, TextReader>>,
    pages: Lent<'a, PageModels>,
    read: Vec<Page>,
    views: Vec<PageView>,
}

impl<'a> Beside<'a> {
    pub(super) fn of(by: &'a Readers) -> Self {
        let serving = by.trial.as_ref().and_then(|trial| match &trial.role {
            Role::Shadowed(serving) if trial.takes_part() => Some((trial, serving)),
            _ => None,
        });
        Self {
            models: serving.map(|(trial, serving)| {
                contained(|| Models::open(trial, serving).map_err(|error| error.to_string()))
            }),
            took: Duration::ZERO,
        }
    }

    /// Looks at a page that was just read.
    pub(super) fn look(&mut self, reader: &mut Reader, page: &Page) {
        if page.number.index() >= MOST_READ_AGAIN
            && matches!(&self.models, Some(Ok(models)) if models.text.is_some())
        {
            let why = format!("it has more than {MOST_READ_AGAIN} pages to be read twice");
            self.models = Some(Err(why));
        }
        let Some(Ok(models)) = &mut self.models else {
            return;
        };
        let started = Instant::now();
        let looked = contained(|| models.look(reader, page));
        let took = started.elapsed();
        self.took += took;
        if let Err(error) = looked.and_then(|()| soon_enough(took)) {
            self.models = Some(Err(error));
        }
    }

    /// What it made of the upload.
    pub(super) fn documents(&mut self, pages: &[Page], context: Context) -> Option<Shadow> {
        let documents = match self.models.as_mut()? {
            Err(error) => Err(error.clone()),
            Ok(models) => contained(|| {
                let pages = if models.text.is_some() {
                    &models.read
                } else {
                    pages
                };
                Ok(documents(
                    pages,
                    &models.views,
                    context,
                    models.pages.curves(),
                ))
            }),
        };
        Some(Shadow {
            documents,
            took: self.took,
        })
    }
}

impl<'a> Models<'a> {
    fn open(trial: &OnTrialHere, serving: &'a Serving) -> Result<Self, InferenceError> {
        let reads = trial.is_of_reading();
        Ok(Self {
            text: reads.then(|| serving.text()).transpose()?,
            pages: serving.pages()?,
            read: Vec::new(),
            views: Vec::new(),
        })
    }

    fn look(&mut self, reader: &mut Reader, page: &Page) -> Result<(), String> {
        let own = match &mut self.text {
            None => None,
            Some(text) => Some(read_again(reader, text, page.number)?),
        };
        let view = self.pages.view(own.as_ref().unwrap_or(page));
        self.views.push(view.map_err(|error| error.to_string())?);
        self.read.extend(own.map(|page| Page {
            image: image::GrayImage::default(),
            ..page
        }));
        Ok(())
    }
}

fn soon_enough(took: Duration) -> Result<(), String> {
    if took > LONGEST_PAGE {
        return Err(format!("it took {} s for a page", took.as_secs()));
    }
    Ok(())
}

fn read_again(
    reader: &mut Reader,
    text: &mut TextReader,
    number: PageNumber,
) -> Result<Page, String> {
    read_page(reader, text, number).map_err(|fault| fault.to_string())
}

/// A panic of a challenger is a failure of the challenger.
fn contained<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("it panicked".to_owned()))
}
