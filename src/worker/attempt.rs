//! An attempt at an upload: who reads it, and what becomes of it where they fail.
//!
//! In: the bytes of an upload that was begun. Out: what was read. A challenger that takes part costs the upload nothing: what it may have spoilt is
//! read again without it. A champion that fails on a page gives way to the one before it; where there is none, an upload with such a page is tried
//! and tried again, as one that ends its worker, and the others are read.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Arrival, Read, Worker, to_read};
use crate::events::{Alarm, AlarmData};
use crate::fault::{Fault, RejectReason};
use crate::inference::{InferenceError, ModelName};
use crate::ledger::{InForce, LedgerError, Upload};
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
        // Nobody takes part where an upload is suspected.
        let challenger = challenger.filter(|_| upload.attempts < SUSPECT);
        let read = match (
            self.read_once(&upload, to_read(by.clone())).await,
            challenger,
        ) {
            (Err(Fault::Reject(reason)), Some(challenger)) if may_spoil(&challenger, reason) => {
                self.read_again(&upload, &challenger, by, to_read).await
            }
            (read, _) => read,
        };
        let fault = match read {
            Ok(read) => return Ok(Read::Documents(upload, arrival, Box::new(read))),
            Err(Fault::Reject(reason)) => return Ok(Read::Rejected(upload, reason)),
            Err(fault) => fault,
        };
        match self.without_whom_it_fails(&fault).await {
            Some(again) => Err(self.not_its_fault(&upload, again).await),
            None => match self.page_that_fails(&fault).await {
                // The attempt counts: an upload with such a page does not come for ever.
                Some(again) => Err(again),
                None => Err(self.not_its_fault(&upload, fault).await),
            },
        }
    }

    /// Reads once more what was rejected while a challenger took part: with a canary, since a reader child may have failed by itself, then
    /// without.
    async fn read_again(
        &self,
        upload: &Upload,
        challenger: &OnTrialHere,
        by: Readers,
        to_read: impl Fn(Readers) -> ToRead,
    ) -> Result<ReadUpload, Fault> {
        let model = &challenger.challenger;
        if !matches!(challenger.role, Role::Canary) {
            let alone = to_read(Readers::of(&by.serving));
            let read = self.read_once(upload, alone).await?;
            tracing::warn!(%model, "an upload could be read without the challenger beside only");
            return Ok(read);
        }
        let reason = match self.read_once(upload, to_read(by)).await {
            Err(Fault::Reject(reason)) => reason,
            read => return read,
        };
        let champions = Arc::clone(&self.in_service.now().champions);
        self.read_once(upload, to_read(Readers::of(&champions)))
            .await?;
        let reason = format!("it could not read an upload that the champion reads: {reason}");
        Err(self.withdrawn(model, &reason).await)
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

    /// A canary's trial ends, and its upload is read again.
    async fn withdrawn(&self, canary: &ModelName, reason: &str) -> Fault {
        let (lineup, now) = (self.in_service.now(), Timestamp::now());
        let names = lineup.champions.names();
        match self.ledger().withdraw(canary, reason, names, now).await {
            Ok(_told) => self.gone(canary, reason),
            Err(error) => error.into(),
        }
    }

    /// A model that cannot be run on some page is taken out of service, and the upload is read again; `None` where no model failed, or none can
    /// take its place.
    async fn without_whom_it_fails(&self, fault: &Fault) -> Option<Fault> {
        let (model, reason) = at_fault(fault)?;
        let (lineup, now) = (self.in_service.now(), Timestamp::now());
        let names = lineup.champions.names();
        match self.ledger().take_out(&model, &reason, names, now).await {
            Ok(Some(_told)) => Some(self.gone(&model, &reason)),
            // Somebody else may have taken it out by now.
            Ok(None) => match self.in_force(&model).await {
                Ok(Some(_)) => None,
                Ok(None) => Some(self.gone(&model, &reason)),
                Err(error) => Some(error.into()),
            },
            Err(error) => Some(error.into()),
        }
    }

    fn gone(&self, model: &ModelName, reason: &str) -> Fault {
        tracing::error!(%model, reason, "a model failed at work and is out of service");
        self.in_service
            .change_to(self.in_service.now().without(model));
        let why = format!("{model} failed and was taken out of service");
        Fault::retry("reading an upload", why)
    }

    async fn in_force(&self, model: &ModelName) -> Result<Option<InForce>, LedgerError> {
        let in_force = self.ledger().models_in_force().await?;
        let mut concerned = in_force.into_iter().filter(|one| {
            let challenger = one.challenger.as_ref();
            one.champion == *model || challenger.is_some_and(|on| on.model == *model)
        });
        Ok(concerned.next())
    }

    /// Of a champion that nobody can stand in for: where it computes what it should on its golden example, it is this page that it cannot look
    /// at. `None` where the model or this machine is broken, which ends the program.
    async fn page_that_fails(&self, fault: &Fault) -> Option<Fault> {
        let (model, reason) = at_fault(fault)?;
        let in_force = match self.in_force(&model).await {
            Ok(in_force) => in_force?,
            Err(error) => return Some(error.into()),
        };
        let champions = Arc::clone(&self.in_service.now().champions);
        let (golden, task) = (Arc::clone(&champions), in_force.task);
        let golden = tokio::task::spawn_blocking(move || golden.warm_up(0, &[task])).await;
        if !matches!(golden, Ok(Ok(()))) {
            return None;
        }
        tracing::error!(%model, reason, "a model that is well cannot look at a page");
        let alarm = AlarmData {
            task: task.to_string(),
            model: model.to_string(),
            alarm: Alarm::Failing,
            reason: reason.clone(),
            since: in_force.changed_at,
            models: champions.names().clone(),
        };
        if let Err(error) = self.ledger().tell_alarm(alarm, Timestamp::now()).await {
            tracing::warn!(%error, "the alarm is not told");
        }
        Some(Fault::retry("reading an upload", reason))
    }
}

/// Could a challenger be the cause? One for text shares the reader child, its time and its pixels; a panic of a canary is one of the stage.
fn may_spoil(challenger: &OnTrialHere, reason: RejectReason) -> bool {
    match reason {
        RejectReason::ParserCrashed => {
            challenger.is_of_reading() || matches!(challenger.role, Role::Canary)
        }
        RejectReason::TimedOut | RejectReason::OutOfMemory | RejectReason::TooManyPixels => {
            challenger.is_of_reading()
        }
        _ => false,
    }
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
