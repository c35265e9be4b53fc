//! Champions: the models that serve, as the ledger has it.
//!
//! A task that the ledger sees for the first time gets the newest version there is. From then on only people change it: a version that is merely
//! put into the folder, by a training run or a new release, serves nobody.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::check::check;
use super::{ModelName, Repository};
use crate::fault::Fault;
use crate::inference::{Manifest, Task};
use crate::ledger::{InForce, Ledger};
use crate::settings::Settings;

/// What serves each task, with its manifest.
pub type Champions = BTreeMap<Task, Manifest>;

/// Gives every task a champion, and says what is in force.
///
/// # Errors
/// [`Fault::Fatal`] for a newest version that is refused, [`Fault::Retry`] for a ledger that does not answer.
pub async fn in_force(
    ledger: &Ledger,
    repository: &Repository,
    now: Timestamp,
) -> Result<Vec<InForce>, Fault> {
    let known = ledger.models_in_force().await?;
    if Task::ALL
        .iter()
        .all(|task| known.iter().any(|one| one.task == *task))
    {
        return Ok(known);
    }
    let newest = repository.newest().map_err(opening)?;
    let first: Vec<_> = newest
        .iter()
        .map(|(task, one)| (*task, one.model()))
        .collect();
    ledger.first_champions(&first, now).await?;
    Ok(ledger.models_in_force().await?)
}

/// The champions, their files checked.
///
/// # Errors
/// As [`in_force`], and [`Fault::Fatal`] for a champion that is not there or is refused.
pub async fn champions(
    settings: &Settings,
    ledger: &Ledger,
    repository: &Repository,
    now: Timestamp,
) -> Result<Champions, Fault> {
    let in_force = in_force(ledger, repository, now).await?;
    let manifests = in_force.iter().map(|one| {
        let champion = may_start(settings, repository, one)?;
        let manifest = repository.manifest(champion).map_err(|error| {
            let (champion, task) = (&one.champion, one.task);
            let help = format!(
                "{champion} serves {task}; `countersign models promote` another, or put it back"
            );
            opening(anyhow::anyhow!("{error}. {help}"))
        })?;
        if manifest.task != one.task {
            let wrong = anyhow::anyhow!(
                "{} is for {}, not for {}",
                one.champion,
                manifest.task,
                one.task
            );
            return Err(opening(wrong));
        }
        Ok((one.task, manifest))
    });
    manifests.collect()
}

/// The champion, or the one before it where it may not serve on this machine: whoever follows the ledger refuses it once more, and tells.
/// One that was never promoted is what this program came with.
fn may_start<'a>(
    settings: &Settings,
    repository: &Repository,
    one: &'a InForce,
) -> Result<&'a ModelName, Fault> {
    let Some(before) = &one.before else {
        return Ok(&one.champion);
    };
    let verdict = check(settings, &repository.folder(&one.champion))?;
    if verdict.may_serve() {
        return Ok(&one.champion);
    }
    let (champion, reasons) = (&one.champion, verdict.mismatches.join("; "));
    tracing::error!(%champion, %before, reasons, "a model is refused, and the one before it serves");
    Ok(before)
}

fn opening(error: impl Into<crate::fault::Cause>) -> Fault {
    Fault::fatal("opening the models", error)
}
