//! Models that fail at work, and those on trial.

use jiff::Timestamp;

use super::Worker;
use crate::fault::Fault;
use crate::inference::{InferenceError, ModelName};
use crate::models::Lineup;

impl Worker {
    /// A model that cannot be run on some page is taken out of service where another can take its place; the upload is read again then.
    pub(super) async fn without_whom_it_fails(&self, fault: Fault) -> Fault {
        let Some((model, reason)) = at_fault(&fault) else {
            return fault;
        };
        let lineup = self.in_service.now();
        let names = lineup.champions.names();
        let taken = self
            .ledger()
            .take_out(&model, &reason, names, Timestamp::now());
        match taken.await {
            Ok(Some(_told)) => {
                tracing::error!(%model, reason, "a model failed at work and was taken out of service");
                let trials = lineup.trials.iter();
                let trials = trials.filter(|trial| trial.on.model != model).cloned();
                self.in_service.change_to(Lineup {
                    champions: lineup.champions.clone(),
                    trials: trials.collect(),
                });
                Fault::retry(
                    "reading an upload",
                    format!("{model} failed and was taken out of service"),
                )
            }
            Ok(None) => fault,
            Err(error) => error.into(),
        }
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
