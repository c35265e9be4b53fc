//! An attempt at an upload: who reads it, and what becomes of it where they fail.
//!
//! In: the bytes of an upload that was begun. Out: what was read. A challenger that takes part costs the upload nothing: what it may have spoilt is
//! read again without it. A champion that fails on a page gives way to the one before it; where there is none, no upload stops the queue either.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Arrival, Read, Worker, to_read};
use crate::fault::{Fault, RejectReason};
use crate::inference::{InferenceError, ModelName};
use crate::ledger::Upload;
use crate::models::{OnTrialHere, Readers, Role};
use crate::pipeline::{ReadUpload, ToRead};

/// An upload on which work was begun so often is read alone: should it end the worker, it takes no other with it, which would be suspected
/// in its turn.
const SUSPECT: u32 = 3;

impl Worker {
    /// Reads an upload that was begun.
    pub(super) async fn attempt(
        &self,
        upload: Upload,
        arrival: Arrival,
        bytes: Vec<u8>,
        by: Readers,
    ) -> Result<Read, Fault> {
        let bytes = Arc::new(bytes);
        let to_read = |by| to_read(Arc::clone(&bytes), arrival.received_on(), by);
        let challenger = by.trial.clone().filter(OnTrialHere::takes_part);
        let read = match (self.read_once(&upload, to_read(by)).await, challenger) {
            (Err(Fault::Reject(reason)), Some(challenger)) if may_be_spoilt(reason) => {
                let champions = Arc::clone(&self.in_service.now().champions);
                let alone = self.read_once(&upload, to_read(Readers::of(&champions)));
                self.unspoilt(alone.await, &challenger, reason).await
            }
            (read, _) => read,
        };
        let read = match read {
            Err(fault) => Err(self.without_whom_it_fails(fault).await),
            read => read,
        };
        match read {
            Ok(read) => Ok(Read::Documents(upload, arrival, Box::new(read))),
            Err(Fault::Reject(reason)) => Ok(Read::Rejected(upload, reason)),
            Err(fault) => Err(self.not_its_fault(&upload, fault).await),
        }
    }

    /// Reads on a slot; alone where the upload is suspected of having ended its worker.
    async fn read_once(&self, upload: &Upload, to_read: ToRead) -> Result<ReadUpload, Fault> {
        let is_suspect = upload.attempts >= SUSPECT;
        let reading = async {
            if is_suspect {
                let to_read = self.without_challenger(to_read).await?;
                let _alone = self.reading.write().await;
                self.slots.read(to_read).await
            } else {
                let _with_others = self.reading.read().await;
                self.slots.read(to_read).await
            }
        };
        let read = tokio::select! {
            read = reading => read,
            () = self.given_up.cancelled() => {
                Err(Fault::retry("reading an upload", "the worker stops"))
            }
        };
        if is_suspect && read.is_ok() {
            // Cleared: should the worker end after this, it was not the upload.
            self.ledger().take_back_attempt(upload).await?;
        }
        read
    }

    /// Whatever ended the worker, this time nobody on trial takes part.
    async fn without_challenger(&self, to_read: ToRead) -> Result<ToRead, Fault> {
        match &to_read.by.trial {
            Some(trial) if matches!(trial.role, Role::Canary) => {
                let reason = "the worker ended again and again while it read an upload";
                Err(self.withdrawn(&trial.challenger, reason).await)
            }
            _ => Ok(ToRead {
                by: Readers::of(&to_read.by.serving),
                ..to_read
            }),
        }
    }

    /// What the champions alone made of an upload that was rejected while a challenger took part.
    async fn unspoilt(
        &self,
        alone: Result<ReadUpload, Fault>,
        challenger: &OnTrialHere,
        reason: RejectReason,
    ) -> Result<ReadUpload, Fault> {
        let read = alone?;
        let model = &challenger.challenger;
        if matches!(challenger.role, Role::Canary) {
            let reason = format!("it could not read an upload that the champion reads: {reason}");
            return Err(self.withdrawn(model, &reason).await);
        }
        tracing::warn!(%model, %reason, "an upload could be read without the challenger beside only");
        Ok(read)
    }

    /// A canary's trial ends, and its upload is read again.
    async fn withdrawn(&self, canary: &ModelName, reason: &str) -> Fault {
        let again = self.taken_out(canary, reason).await;
        again.unwrap_or_else(|| read_again(canary))
    }

    /// A model that cannot be run on some page is taken out of service where another can take its place; the upload is read again then.
    async fn without_whom_it_fails(&self, fault: Fault) -> Fault {
        let Some((model, reason)) = at_fault(&fault) else {
            return fault;
        };
        match self.taken_out(&model, &reason).await {
            Some(again) => again,
            None => self.page_or_model(&model, fault).await,
        }
    }

    /// Takes a model out of service; `None` where it serves and no other can take its place.
    async fn taken_out(&self, model: &ModelName, reason: &str) -> Option<Fault> {
        let lineup = self.in_service.now();
        let (names, now) = (lineup.champions.names(), Timestamp::now());
        match self.ledger().take_out(model, reason, names, now).await {
            Ok(Some(_told)) => {
                tracing::error!(%model, reason, "a model failed at work and was taken out of service");
            }
            // Somebody else may have taken it out by now.
            Ok(None) => match self.is_in_force(model).await {
                Ok(true) => return None,
                Ok(false) => {}
                Err(fault) => return Some(fault),
            },
            Err(error) => return Some(error.into()),
        }
        self.in_service.change_to(lineup.without(model));
        Some(read_again(model))
    }

    async fn is_in_force(&self, model: &ModelName) -> Result<bool, Fault> {
        let in_force = self.ledger().models_in_force().await?;
        Ok(in_force.iter().any(|one| {
            let challenger = one.challenger.as_ref();
            one.champion == *model || challenger.is_some_and(|on| on.model == *model)
        }))
    }

    /// Of a champion that nobody can stand in for. Where it computes what it should on its golden example, it is the page that it cannot look at:
    /// its upload is rejected, so that the others are read. Else the model or this machine is broken, which ends the program.
    async fn page_or_model(&self, model: &ModelName, fault: Fault) -> Fault {
        let champions = Arc::clone(&self.in_service.now().champions);
        let mut manifests = champions.manifests();
        let Some(task) = manifests
            .find(|manifest| manifest.model() == *model)
            .map(|manifest| manifest.task)
        else {
            return fault;
        };
        drop(manifests);
        let is_well = tokio::task::spawn_blocking(move || champions.warm_up(0, &[task])).await;
        if !matches!(is_well, Ok(Ok(()))) {
            return fault;
        }
        tracing::error!(%model, error = %fault, "a model that is well cannot look at a page: its upload is rejected");
        RejectReason::ParserCrashed.into()
    }
}

/// Could a challenger be the cause? It shares the reader child, its time and its pixels, and a panic of a canary is one of the stage.
fn may_be_spoilt(reason: RejectReason) -> bool {
    matches!(
        reason,
        RejectReason::ParserCrashed
            | RejectReason::TimedOut
            | RejectReason::OutOfMemory
            | RejectReason::TooManyPixels
    )
}

fn read_again(model: &ModelName) -> Fault {
    let why = format!("{model} failed and was taken out of service");
    Fault::retry("reading an upload", why)
}

/// The model that failed at work, and how.
fn at_fault(fault: &Fault) -> Option<(ModelName, String)> {
    let Fault::Fatal { source, .. } = fault else {
        return None;
    };
    let error: &InferenceError = source.downcast_ref()?;
    let model = error.at_work()?.parse().ok()?;
    Some((model, error.to_string()))
}
