//! What people do about models: promote, roll back, try out, retire. Each is an act with who and why.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::{examined, task_of, told};
use crate::cli::desk::{LedgerArgs, WhoArgs, ledger_says};
use crate::cli::{Failure, print};
use crate::inference::{ModelName, Task};
use crate::ledger::{Act, Changed, Ledger, LedgerError, OnTrial, Part, Share};
use crate::models::{Repository, in_force};
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum ActCommand {
    /// Makes a model the one that serves, after it was examined. Running workers take it between two documents.
    Promote(OfModel),
    /// Makes the model before the one that serves, again.
    Rollback {
        /// text, page-class, fields, marks or charges.
        task: String,
        #[command(flatten)]
        act: Acting,
    },
    /// Runs a model beside the one that serves, on a share of the uploads; only the ledger hears what it says.
    Shadow(Trial),
    /// Runs a model in place of the one that serves, on a share of the uploads.
    Canary(Trial),
    /// Ends the trial of a model.
    EndTrial {
        /// text, page-class, fields, marks or charges.
        task: String,
        #[command(flatten)]
        act: Acting,
    },
    /// Says that a model shall never serve again.
    Retire(OfModel),
}

#[derive(Debug, Args)]
pub(super) struct OfModel {
    /// As page-class@2.
    model: ModelName,
    #[command(flatten)]
    act: Acting,
}

#[derive(Debug, Args)]
pub(super) struct Trial {
    /// As page-class@2.
    model: ModelName,
    /// Of the uploads, as 5%.
    #[arg(long)]
    share: Share,
    #[command(flatten)]
    act: Acting,
}

#[derive(Debug, Args)]
pub(super) struct Acting {
    #[command(flatten)]
    who: WhoArgs,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Runs the command: 1 where a model is refused or a change cannot be made.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(command: ActCommand, mut settings: Settings) -> Result<ExitCode, Failure> {
    match command {
        ActCommand::Promote(OfModel { model, act }) => {
            let task = examined_for(&settings, &model)?;
            let (ledger, act) = act.begin("model.promoted", &mut settings).await?;
            give_champions(&settings, &ledger).await?;
            changed(ledger.promote(task, &model, &act, Timestamp::now()).await)
        }
        ActCommand::Rollback { task, act } => {
            let task = task_of(&task)?;
            let (ledger, act) = act.begin("model.rolled_back", &mut settings).await?;
            changed(ledger.roll_back(task, &act, Timestamp::now()).await)
        }
        ActCommand::Shadow(trial) => try_out(trial, Part::Shadow, settings).await,
        ActCommand::Canary(trial) => try_out(trial, Part::Canary, settings).await,
        ActCommand::EndTrial { task, act } => {
            let task = task_of(&task)?;
            let (ledger, act) = act.begin("model.trial_ended", &mut settings).await?;
            let ended = ledger.put_on_trial(task, None, &act, Timestamp::now());
            changed(ended.await)
        }
        ActCommand::Retire(OfModel { model, act }) => {
            let (ledger, act) = act.begin("model.retired", &mut settings).await?;
            retired(ledger.retire(&model, &act, Timestamp::now()).await, &model)
        }
    }
}

impl Acting {
    /// Opens the ledger to act in.
    async fn begin(
        self,
        what: &'static str,
        settings: &mut Settings,
    ) -> Result<(Ledger, Act), Failure> {
        let act = self.who.act(what)?;
        Ok((self.ledger.open(settings).await?, act))
    }
}

fn retired(
    retired: Result<Result<(), String>, LedgerError>,
    model: &ModelName,
) -> Result<ExitCode, Failure> {
    match ledger_says(retired)? {
        Ok(()) => print(&format!("{model} never serves again\n")),
        Err(why) => Err(Failure::unexpected(why)),
    }
}

async fn try_out(trial: Trial, part: Part, mut settings: Settings) -> Result<ExitCode, Failure> {
    let Trial { model, share, act } = trial;
    let task = examined_for(&settings, &model)?;
    let (ledger, act) = act.begin("model.on_trial", &mut settings).await?;
    give_champions(&settings, &ledger).await?;
    let on = OnTrial { model, part, share };
    changed(
        ledger
            .put_on_trial(task, Some(on), &act, Timestamp::now())
            .await,
    )
}

/// A ledger that no worker has used yet learns what serves.
async fn give_champions(settings: &Settings, ledger: &Ledger) -> Result<(), Failure> {
    in_force(ledger, &Repository::of(settings), Timestamp::now()).await?;
    Ok(())
}

fn changed(changed: Result<Changed, LedgerError>) -> Result<ExitCode, Failure> {
    match ledger_says(changed)? {
        Changed::To(is) => print(&told::in_force(&is)),
        Changed::No(why) => Err(Failure::unexpected(why)),
    }
}

/// The task of a model that may serve.
fn examined_for(settings: &Settings, model: &ModelName) -> Result<Task, Failure> {
    let verdict = examined(settings, &Repository::of(settings).folder(model))?;
    if !verdict.may_serve() {
        return Err(Failure::unexpected(told::verdict(&verdict).trim_end()));
    }
    task_of(&verdict.task)
}
