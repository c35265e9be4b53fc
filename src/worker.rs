//! The worker: takes uploads through the recipe and commits what comes of them.
//!
//! In: uploads that somebody told of. Out: committed events. Reading runs on all slots at once; whoever decides one upload at a time, in
//! the order given, gets the same outcome from the same uploads.

mod arrival;
mod attempt;
mod opening;
mod replay;
mod reread;
mod trials;

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::RwLock;
use tokio_util::sync::CancellationToken;

pub use self::arrival::Arrival;
pub use self::opening::{look_at_ledger, open_champions, open_ledger, open_registry};
pub use self::replay::Replayed;
pub use self::reread::{Rereader, open_storage};
use self::trials::in_public;
use crate::clerk::{Clerk, ReadDocument};
use crate::decision::Profiles;
use crate::document::{ObjectRef, Sha256};
use crate::events::{Origin, StoredEvent};
use crate::fault::{Fault, RejectReason};
use crate::ledger::{Asks, Begun, Finish, InForce, Ledger, Outcome, StoredDocument, Upload};
use crate::models::{InService, Lineup, Readers, Refused, Serving, take_up};
use crate::pipeline::{Paper, ReadUpload, ToRead};
use crate::settings::Settings;
use crate::shipments::matching::Weights;
use crate::slots::Slots;
use crate::storage::{Fetched, Location, Storage, StorageError};
use crate::understanding::Context;

/// An upload on which work was begun more often than this has killed its worker every time. A few, because a worker may be killed for
/// other reasons.
const MOST_ATTEMPTS: u32 = 5;

/// Everything that uploads pass through.
#[derive(Debug)]
pub struct Worker {
    settings: Settings,
    clerk: Clerk,
    storage: Storage,
    slots: Slots,
    in_service: InService,
    given_up: CancellationToken,
    /// Held by all that read, and alone by whoever is suspected.
    reading: RwLock<()>,
}

/// An upload that was read, waiting for its turn to be decided.
#[derive(Debug)]
pub enum Read {
    /// It was finished before, or never could be begun: nothing is left to decide.
    Finished(Vec<StoredEvent>),
    /// It cannot be processed.
    Rejected(Upload, RejectReason),
    /// It gave documents.
    Documents(Upload, Arrival, Box<ReadUpload>),
    /// Its bytes were finished under another name.
    Duplicate(Upload, Arrival, Vec<StoredDocument>),
}

impl Worker {
    /// A worker on files of this machine, its ledger and its cut-out documents in the data folder.
    ///
    /// # Errors
    /// [`Fault::Fatal`], saying what is missing.
    pub async fn on_files(mut settings: Settings, profiles: Profiles) -> Result<Self, Fault> {
        // Whoever processes files wants to know now.
        settings.exceptions.no_match_minutes = 0;
        let ledger = open_ledger(&settings).await?;
        let serving = open_champions(&settings, &ledger).await?;
        let storage = Storage::Folder(settings.data.clone());
        Self::new(settings, profiles, ledger, storage, serving)
    }

    /// A worker; its slots are opened when uploads come.
    ///
    /// # Errors
    /// [`Fault::Fatal`] for models that cannot be used.
    pub fn new(
        settings: Settings,
        profiles: Profiles,
        ledger: Ledger,
        storage: Storage,
        serving: Serving,
    ) -> Result<Self, Fault> {
        let weights = Weights::load(&settings.models());
        let weights = weights.map_err(|error| Fault::fatal("opening the models", error))?;
        let slots = Slots::start(&settings);
        let patience = SignedDuration::from_mins(settings.exceptions.no_match_minutes.into());
        let in_service = InService::new(Lineup::of(serving));
        let clerk = Clerk::new(ledger, profiles, weights, in_service.clone(), patience);
        Ok(Self {
            clerk,
            settings,
            storage,
            slots,
            in_service,
            given_up: CancellationToken::new(),
            reading: RwLock::default(),
        })
    }

    /// Opens the slots and their models before their first uploads come.
    ///
    /// # Errors
    /// [`Fault::Fatal`] where a library, a model or the sandbox is missing.
    pub async fn warm_up(&self) -> Result<(), Fault> {
        let (lineup, readers) = (self.in_service.now(), self.settings.slots);
        let models = tokio::task::spawn_blocking(move || lineup.champions.warm_up(readers, &[]));
        let (slots, models) = tokio::join!(self.slots.warm_up(), models);
        let models = models.map_err(|error| Fault::fatal("opening the models", error))?;
        models.map_err(|error| Fault::fatal("opening the models", error))?;
        slots
    }

    /// Takes up what people decided about models, for uploads that begin from now on. Says which models may not serve or be tried.
    ///
    /// # Errors
    /// [`Fault`] where no model can be examined at all; all stays as it is then.
    pub async fn take_up(&self, wanted: Vec<InForce>) -> Result<Vec<Refused>, Fault> {
        let (settings, now) = (self.settings.clone(), self.in_service.now());
        let taken = tokio::task::spawn_blocking(move || take_up(&settings, &now, &wanted)).await;
        let taken = taken.map_err(|error| Fault::retry("taking up models", error))?;
        let (lineup, refused) = taken?;
        self.in_service.change_to(lineup);
        Ok(refused)
    }

    /// Ends the reading of what is in hand: it is as if it had not been begun.
    pub fn give_up(&self) {
        self.given_up.cancel();
    }

    /// Who serves and who is on trial.
    #[must_use]
    pub fn in_service(&self) -> &InService {
        &self.in_service
    }

    /// Who decides.
    #[must_use]
    pub fn clerk(&self) -> &Clerk {
        &self.clerk
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.clerk.ledger()
    }

    /// Reads an upload unless it was finished before.
    ///
    /// # Errors
    /// [`Fault::Retry`] and [`Fault::Fatal`]; an upload that cannot be processed is a [`Read`].
    pub async fn read(&self, arrival: Arrival) -> Result<Read, Fault> {
        let limit = self.settings.reader.limits.bytes;
        let fetched = self.storage.fetch(&arrival.object, limit).await;
        let Fetched { bytes, etag } = match fetched.map_err(Fault::from) {
            Ok(fetched) => fetched,
            Err(Fault::Reject(reason)) => return self.reject_unread(&arrival, reason).await,
            Err(fault) => return Err(fault),
        };
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let by = self.in_service.now().readers_of(&arrival.object);
        let origin = Origin {
            // The tag of what was read: the object may have been written again since the notice.
            object: ObjectRef {
                etag: etag.or_else(|| arrival.object.etag.clone()),
                ..arrival.object.clone()
            },
            sha256: Sha256::of(&bytes),
            models: by.serving.names().clone(),
            trace: arrival.trace.clone(),
        };
        if let Some(events) = self.ledger().finished_before(&origin).await? {
            return Ok(Read::Finished(events));
        }
        let (tenant, now) = (self.tenant(&arrival), Timestamp::now());
        let begun = self.ledger().begin_upload(&origin, tenant, size, now);
        match begun.await? {
            Begun::Again(events) => Ok(Read::Finished(events)),
            Begun::DuplicateOf(upload, documents) => {
                Ok(Read::Duplicate(upload, arrival, documents))
            }
            Begun::New(upload) if upload.attempts > MOST_ATTEMPTS => {
                Ok(Read::Rejected(upload, RejectReason::ParserCrashed))
            }
            Begun::New(upload) => self.attempt(upload, arrival, bytes, by).await,
        }
    }

    async fn reject_unread(&self, arrival: &Arrival, reason: RejectReason) -> Result<Read, Fault> {
        let (object, trace) = (&arrival.object, arrival.trace.as_ref());
        let by = self.in_service.now().readers_of(object);
        let (models, now) = (by.serving.names(), Timestamp::now());
        let rejected = self
            .ledger()
            .reject_unread(object, models, trace, reason, now);
        Ok(Read::Finished(rejected.await?))
    }

    /// What failed is not the upload: the attempt does not count.
    async fn not_its_fault(&self, upload: &Upload, fault: Fault) -> Fault {
        if let Err(error) = self.ledger().take_back_attempt(upload).await {
            tracing::warn!(%error, "an attempt that failed for another reason stays counted");
        }
        fault
    }

    /// Decides about an upload that was read, and commits it.
    ///
    /// # Errors
    /// [`Fault`] when it could not be committed; nothing was then.
    pub async fn decide(&self, read: Read) -> Result<Vec<StoredEvent>, Fault> {
        let (upload, decided) = match read {
            Read::Finished(events) => return Ok(events),
            Read::Rejected(upload, reason) => {
                let rejected = self.reject(&upload, reason).await;
                (upload, rejected)
            }
            Read::Documents(upload, arrival, read) => {
                let decided = self.store_and_file(&upload, &arrival, *read).await;
                (upload, decided)
            }
            Read::Duplicate(upload, arrival, first) => {
                let asks = self.asks(&arrival);
                let copies_of = first.iter().map(|one| one.id).collect();
                let documents = first.into_iter().map(ReadDocument::from).collect();
                let decided = self
                    .clerk
                    .file(
                        &upload,
                        &asks,
                        documents,
                        Some(copies_of),
                        Vec::new(),
                        self.in_service.now().champions.accepted(),
                    )
                    .await;
                (upload, decided)
            }
        };
        match decided {
            Ok(events) => Ok(events),
            Err(fault) => Err(self.not_its_fault(&upload, fault).await),
        }
    }

    async fn reject(
        &self,
        upload: &Upload,
        reason: RejectReason,
    ) -> Result<Vec<StoredEvent>, Fault> {
        let (outcome, now) = (Outcome::Rejected(reason), Timestamp::now());
        match self
            .ledger()
            .finish_upload(upload, &outcome, &[], now)
            .await?
        {
            Finish::Done(events) => Ok(events),
            Finish::Conflict(_) => Err(Fault::retry(
                "rejecting an upload",
                "the ledger gave a conflict",
            )),
        }
    }

    async fn store_and_file(
        &self,
        upload: &Upload,
        arrival: &Arrival,
        mut read: ReadUpload,
    ) -> Result<Vec<StoredEvent>, Fault> {
        let mut documents = Vec::with_capacity(read.papers.len());
        for Paper { document, pdf } in std::mem::take(&mut read.papers) {
            let stored = self.storage.store(&upload.origin.object, pdf).await;
            documents.push(ReadDocument {
                document,
                attachment: where_stored(stored)?,
            });
        }
        self.keep(upload, &mut read).await;
        let asks = self.asks(arrival);
        let noted = self.compare(upload, &asks, &documents, &read).await;
        let public = in_public(&read);
        let accepted = read.by.serving.accepted();
        let filed = self
            .clerk
            .file(upload, &asks, documents, None, read.findings, accepted);
        let events = filed.await?;
        self.note(upload, noted).await;
        self.note_told(upload, public, &events).await;
        Ok(events)
    }

    /// Keeps what was read, for models to come. Where that fails they read it again.
    async fn keep(&self, upload: &Upload, read: &mut ReadUpload) {
        let reading = read.reading.take();
        let wanted = self.settings.repository.keep_readings;
        let Some(reading) = reading.filter(|_| wanted) else {
            return;
        };
        let (object, name) = (&upload.origin.object, name_of_reading(&upload.origin));
        let kept = self.storage.keep(object, &name, reading);
        if let Err(error) = kept.await {
            tracing::warn!(%error, "what was read is not kept");
        }
    }

    fn tenant<'a>(&'a self, arrival: &'a Arrival) -> &'a str {
        arrival.tenant.as_ref().unwrap_or(&self.settings.tenant)
    }

    fn asks(&self, arrival: &Arrival) -> Asks {
        Asks {
            tenant: self.tenant(arrival).to_owned(),
            hints: arrival.hints.clone(),
            received_at: arrival.received_at,
            keys: Vec::new(),
        }
    }
}

fn to_read(bytes: Arc<Vec<u8>>, received_on: Date, by: Readers) -> ToRead {
    ToRead {
        bytes,
        context: Context {
            date_order: None,
            received_on: Some(received_on),
        },
        by,
        kept: None,
    }
}

/// Where the reading of an upload is kept: it follows from its bytes and from who read it.
fn name_of_reading(origin: &Origin) -> String {
    let (sha256, text) = (origin.sha256.as_str(), &origin.models.recognizer);
    format!("readings/{sha256}/{text}.json.gz")
}

/// Where a store may not be written to, the events say so, and work goes on; one that is down is waited for.
fn where_stored(stored: Result<Location, StorageError>) -> Result<Option<Location>, Fault> {
    match stored {
        Ok(location) => Ok(Some(location)),
        Err(error @ (StorageError::AccessDenied(_) | StorageError::NotUtf8(_))) => {
            tracing::warn!(%error, "a cut-out document is stored nowhere");
            Ok(None)
        }
        Err(error) => Err(Fault::retry("storing a cut-out document", error)),
    }
}
