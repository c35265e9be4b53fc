//! Taking up what people decided: from what the ledger has in force to another line-up.
//!
//! Every model that is new to this worker is examined in a process with limits, opened and run on its golden example before it takes a single
//! document. What fails is refused, and who served goes on.

use std::sync::Arc;

use super::check::check;
use super::{Lineup, Repository, Serving, Trial};
use crate::fault::Fault;
use crate::inference::{Manifest, ModelName, Task};
use crate::ledger::InForce;
use crate::settings::Settings;

/// A model that may not serve or be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// For what.
    pub task: Task,
    /// The model.
    pub model: ModelName,
    /// Why.
    pub reason: String,
}

/// The line-up that is wanted, as far as it can be had.
///
/// # Errors
/// [`Fault::Fatal`] where no model can be examined at all.
pub fn take_up(
    settings: &Settings,
    now: &Lineup,
    wanted: &[InForce],
) -> Result<(Lineup, Vec<Refused>), Fault> {
    let mut refused = Vec::new();
    let mut champions = Arc::clone(&now.champions);
    for one in wanted {
        if champions.model_of(one.task).as_ref() == Some(&one.champion) {
            continue;
        }
        match replaced(settings, &champions, one.task, &one.champion)? {
            Ok(serving) => champions = Arc::new(serving),
            Err(reason) => refused.push(Refused {
                task: one.task,
                model: one.champion.clone(),
                reason,
            }),
        }
    }
    let mut trials = Vec::new();
    for (task, on) in wanted
        .iter()
        .filter_map(|one| Some((one.task, one.challenger.clone()?)))
    {
        let known = now.trials.iter().find(|trial| {
            trial.task == task && trial.on == on && Arc::ptr_eq(&champions, &now.champions)
        });
        if let Some(known) = known {
            trials.push(known.clone());
            continue;
        }
        match replaced(settings, &champions, task, &on.model)? {
            Ok(serving) => trials.push(Trial {
                task,
                on,
                serving: Arc::new(serving),
            }),
            Err(reason) => refused.push(Refused {
                task,
                model: on.model,
                reason,
            }),
        }
    }
    Ok((Lineup { champions, trials }, refused))
}

/// The same models but for one task, ready to work.
fn replaced(
    settings: &Settings,
    serving: &Serving,
    task: Task,
    model: &ModelName,
) -> Result<Result<Serving, String>, Fault> {
    let repository = Repository::of(settings);
    let verdict = check(settings, &repository.folder(model))?;
    if !verdict.may_serve() {
        return Ok(Err(verdict.mismatches.join("; ")));
    }
    let opened = repository
        .manifest(model)
        .map_err(|error| error.to_string());
    Ok(opened.and_then(|manifest| open(settings, serving, task, manifest)))
}

fn open(
    settings: &Settings,
    serving: &Serving,
    task: Task,
    manifest: Manifest,
) -> Result<Serving, String> {
    if manifest.task != task {
        return Err(format!("it is for {}, not for {task}", manifest.task));
    }
    let replaced = serving
        .with([manifest])
        .map_err(|error| error.to_string())?;
    let warm = replaced.warm_up(settings.slots, &[task]);
    warm.map_err(|error| error.to_string())?;
    Ok(replaced)
}
