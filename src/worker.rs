//! The worker: takes uploads through the recipe and commits what comes of them.
//!
//! In: paths. Out: committed events. Reading runs on all slots at once; deciding runs one upload at a time in the order given,
//! so that the same uploads in the same order give the same outcome.

mod filing;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::decision::Profiles;
use crate::document::{DocumentId, ObjectRef, Sha256};
use crate::events::{Origin, StoredEvent};
use crate::fault::{Fault, RejectReason};
use crate::inference::{ModelSet, Registry, Runtime};
use crate::ledger::{Begun, Conflict, Finding, Finish, Ledger, Outcome, StoredDocument, Upload};
use crate::pipeline::{Paper, ReadUpload};
use crate::settings::Settings;
use crate::shipments::matching::Hints;
use crate::slots::Slots;
use crate::storage::{Location, folder};
use crate::understanding::{Accepted, Context, Document};

/// An upload on which work was begun more often than this has killed its worker every time.
const MOST_ATTEMPTS: u32 = 3;
/// How often an outcome is decided anew because the ledger learned something meanwhile.
const MOST_CONFLICTS: usize = 10;

/// Everything that uploads pass through.
#[derive(Debug)]
pub struct Worker {
    settings: Settings,
    profiles: Profiles,
    ledger: Ledger,
    slots: Slots,
    models: ModelSet,
    accepted: Accepted,
}

/// An upload that was read, waiting for its turn to be decided.
#[derive(Debug)]
pub enum Read {
    /// It was finished before, or never could be begun: nothing is left to decide.
    Finished(Vec<StoredEvent>),
    /// It cannot be processed.
    Rejected(Upload, RejectReason),
    /// It gave documents.
    Documents(Upload, Hints, ReadUpload),
    /// Its bytes were finished under another name.
    Duplicate(Upload, Hints, Vec<StoredDocument>),
}

impl Worker {
    /// Opens ledger, models and slots.
    ///
    /// # Errors
    /// [`Fault::Fatal`], saying what is missing.
    pub async fn open(settings: Settings, profiles: Profiles) -> Result<Self, Fault> {
        let ledger = open_ledger(&settings).await?;
        let registry = open_registry(&settings)?;
        let opened = |error| Fault::fatal("opening the models", error);
        let models = registry.set().map_err(opened)?;
        let accepted = Accepted::of(registry.serving()).map_err(opened)?;
        let slots = Slots::start(&settings, &Arc::new(registry));
        Ok(Self {
            settings,
            profiles,
            ledger,
            slots,
            models,
            accepted,
        })
    }

    /// From which confidence on values need nobody's look.
    #[must_use]
    pub fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Reads the upload at `path` unless it was finished before.
    ///
    /// # Errors
    /// [`Fault::Retry`] and [`Fault::Fatal`]; an upload that cannot be processed is a [`Read`].
    pub async fn read(&self, path: &Path) -> Result<Read, Fault> {
        let object = ObjectRef {
            bucket: folder::FILE_BUCKET.to_owned(),
            key: path.display().to_string(),
            version: None,
            etag: None,
        };
        let bytes = match self.fetch(path).await {
            Ok(bytes) => bytes,
            Err(Fault::Reject(reason)) => {
                let events = self
                    .ledger
                    .reject_unread(&object, &self.models, reason, Timestamp::now())
                    .await?;
                return Ok(Read::Finished(events));
            }
            Err(fault) => return Err(fault),
        };
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let origin = Origin {
            object,
            sha256: Sha256::of(&bytes),
            models: self.models.clone(),
        };
        let hints = Hints {
            file_name: file_name(path),
            // When a file came into its folder, nobody can tell: it may be one of last year's.
            received_on: None,
            ..Hints::default()
        };
        match self
            .ledger
            .begin_upload(&origin, size, Timestamp::now())
            .await?
        {
            Begun::Again(events) => Ok(Read::Finished(events)),
            Begun::DuplicateOf(upload, documents) => Ok(Read::Duplicate(upload, hints, documents)),
            Begun::New(upload) if upload.attempts > MOST_ATTEMPTS => {
                Ok(Read::Rejected(upload, RejectReason::ParserCrashed))
            }
            Begun::New(upload) => match self.slots.read(bytes, context()).await {
                Ok(read) => Ok(Read::Documents(upload, hints, read)),
                Err(Fault::Reject(reason)) => Ok(Read::Rejected(upload, reason)),
                Err(fault) => Err(fault),
            },
        }
    }

    async fn fetch(&self, path: &Path) -> Result<Vec<u8>, Fault> {
        let (path, limit) = (path.to_owned(), self.settings.reader.limits.bytes);
        let read = tokio::task::spawn_blocking(move || folder::read_capped(&path, limit)).await;
        Ok(read.map_err(|died| Fault::retry("reading a file", died))??)
    }

    /// Decides about an upload that was read, and commits it.
    ///
    /// # Errors
    /// [`Fault`] when it could not be committed; nothing was then.
    pub async fn decide(&self, read: Read) -> Result<Vec<StoredEvent>, Fault> {
        match read {
            Read::Finished(events) => Ok(events),
            Read::Rejected(upload, reason) => {
                match self
                    .ledger
                    .finish_upload(&upload, &Outcome::Rejected(reason), &[], Timestamp::now())
                    .await?
                {
                    Finish::Done(events) => Ok(events),
                    Finish::Conflict(_) => Err(Fault::retry(
                        "rejecting an upload",
                        "the ledger gave a conflict",
                    )),
                }
            }
            Read::Documents(upload, hints, read) => {
                let papers = self.store(read.papers).await?;
                self.finish(&upload, &hints, papers, None, read.findings)
                    .await
            }
            Read::Duplicate(upload, hints, documents) => {
                let first = documents.iter().map(|document| document.id).collect();
                let papers = documents
                    .into_iter()
                    .map(|one| (one.document, one.attachment))
                    .collect();
                self.finish(&upload, &hints, papers, Some(first), Vec::new())
                    .await
            }
        }
    }

    /// Stores the cut-out documents; where storage is not writable the events say so, and work goes on.
    async fn store(&self, papers: Vec<Paper>) -> Result<Vec<(Document, Option<Location>)>, Fault> {
        let data = self.settings.data.clone();
        let store = move |paper: Paper| match folder::store_attachment(&data, &paper.pdf) {
            Ok(location) => (paper.document, Some(location)),
            Err(error) => {
                tracing::warn!(%error, "a cut-out document could not be stored");
                (paper.document, None)
            }
        };
        let stored =
            tokio::task::spawn_blocking(move || papers.into_iter().map(store).collect()).await;
        stored.map_err(|died| Fault::retry("storing cut-out documents", died))
    }

    /// Decides and commits; when the ledger has learned something meanwhile, decides again with it.
    async fn finish(
        &self,
        upload: &Upload,
        hints: &Hints,
        mut papers: Vec<(Document, Option<Location>)>,
        mut duplicate_of: Option<Vec<DocumentId>>,
        mut findings: Vec<Finding>,
    ) -> Result<Vec<StoredEvent>, Fault> {
        for _ in 0..MOST_CONFLICTS {
            let (decided, more) = self
                .decide_papers(upload, hints, papers.clone(), duplicate_of.as_deref())
                .await?;
            let all_findings = [findings.as_slice(), &more].concat();
            let outcomes = decided.into_iter().map(filing::outcome).collect();
            let outcome = if duplicate_of.is_some() {
                Outcome::Duplicate(outcomes)
            } else {
                Outcome::Documents(outcomes)
            };
            match self
                .ledger
                .finish_upload(upload, &outcome, &all_findings, Timestamp::now())
                .await?
            {
                Finish::Done(events) => return Ok(events),
                Finish::Conflict(Conflict::AlreadyAttached { .. }) => {}
                Finish::Conflict(Conflict::SameBytes(documents)) => {
                    duplicate_of = Some(documents.iter().map(|document| document.id).collect());
                    papers = documents
                        .into_iter()
                        .map(|one| (one.document, one.attachment))
                        .collect();
                    findings.clear();
                }
            }
        }
        Err(Fault::retry(
            "deciding about an upload",
            "the ledger kept changing",
        ))
    }
}

/// Opens the ledger in the data folder, which is made where it is missing.
///
/// # Errors
/// [`Fault::Fatal`] when the folder cannot be made or the ledger not opened.
pub async fn open_ledger(settings: &Settings) -> Result<Ledger, Fault> {
    std::fs::create_dir_all(&settings.data).map_err(|error| {
        let folder = settings.data.display();
        let error = anyhow::anyhow!("{folder}: {error}; set `data` to one that can be written");
        Fault::fatal("making the data folder", error)
    })?;
    let path = settings.data.join("ledger.sqlite");
    Ok(Ledger::open(&path.display().to_string()).await?)
}

/// Loads ONNX Runtime and lists the models.
///
/// # Errors
/// [`Fault::Fatal`] when the library or a model is missing or refused.
pub fn open_registry(settings: &Settings) -> Result<Registry, Fault> {
    let opened = Runtime::load(&settings.onnx_runtime()).and_then(|runtime| {
        let runtime = runtime.with_threads(settings.threads);
        Registry::open(runtime, &settings.models(), &settings.native())
    });
    opened.map_err(|error| Fault::fatal("opening the models", error))
}

fn context() -> Context {
    Context {
        date_order: None,
        received_on: Some(today()),
    }
}

fn today() -> Date {
    Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
}
