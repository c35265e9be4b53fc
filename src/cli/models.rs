//! `countersign models`: which models there are, whether one may serve, and which one does.

mod told;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::desk::{LedgerArgs, WhoArgs, ledger_says};
use super::{Failure, print};
use crate::inference::{Manifest, ModelName, Task};
use crate::ledger::{Act, Changed, Ledger, LedgerError, OnTrial, Part, Share};
use crate::models::check::{Verdict, check};
use crate::models::{Repository, differences, in_force};
use crate::settings::Settings;

/// Models: which there are, whether one may serve, and which one does.
#[derive(Debug, Args)]
pub(super) struct ModelsArgs {
    #[command(subcommand)]
    command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
    /// Lists every version of every model, and what it does.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        ledger: LedgerArgs,
    },
    /// Shows all that a model says of itself.
    Show {
        /// As page-class@2, or a folder.
        model: String,
    },
    /// Examines a model in a process with limits: files, graph, contract, golden example, made-up inputs, time.
    Check {
        /// A folder, or as page-class@2.
        model: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows what differs between two models.
    Diff {
        /// As page-class@1, or a folder.
        one: String,
        /// As page-class@2, or a folder.
        other: String,
    },
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
struct OfModel {
    /// As page-class@2.
    model: ModelName,
    #[command(flatten)]
    act: Acting,
}

#[derive(Debug, Args)]
struct Trial {
    /// As page-class@2.
    model: ModelName,
    /// Of the uploads, as 5%.
    #[arg(long)]
    share: Share,
    #[command(flatten)]
    act: Acting,
}

#[derive(Debug, Args)]
struct Acting {
    #[command(flatten)]
    who: WhoArgs,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Runs the command: 1 where a model is refused or a change cannot be made.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: ModelsArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    match args.command {
        ModelsCommand::List { json, ledger } => {
            let there = ledger.open_if_there(&mut settings).await?;
            list(&settings, there.as_ref(), json).await
        }
        ModelsCommand::Show { model } => print(&told::facts(&manifest(&settings, &model)?)),
        ModelsCommand::Check { model, json } => {
            let verdict = examined(&settings, &folder(&settings, &model))?;
            let text = if json {
                told::json(&verdict)?
            } else {
                told::verdict(&verdict)
            };
            print(&text)?;
            Ok(ExitCode::from(u8::from(!verdict.may_serve())))
        }
        ModelsCommand::Diff { one, other } => {
            let (one, other) = (manifest(&settings, &one)?, manifest(&settings, &other)?);
            print(&told::differences(&differences(&one, &other)))
        }
        ModelsCommand::Promote(OfModel { model, act }) => {
            let task = examined_for(&settings, &model)?;
            let (ledger, act) = act.begin("model.promoted", &mut settings).await?;
            give_champions(&settings, &ledger).await?;
            changed(ledger.promote(task, &model, &act, Timestamp::now()).await)
        }
        ModelsCommand::Rollback { task, act } => {
            let task = task_of(&task)?;
            let (ledger, act) = act.begin("model.rolled_back", &mut settings).await?;
            changed(ledger.roll_back(task, &act, Timestamp::now()).await)
        }
        ModelsCommand::Shadow(trial) => try_out(trial, Part::Shadow, settings).await,
        ModelsCommand::Canary(trial) => try_out(trial, Part::Canary, settings).await,
        ModelsCommand::EndTrial { task, act } => {
            let task = task_of(&task)?;
            let (ledger, act) = act.begin("model.trial_ended", &mut settings).await?;
            let ended = ledger.put_on_trial(task, None, &act, Timestamp::now());
            changed(ended.await)
        }
        ModelsCommand::Retire(OfModel { model, act }) => {
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

async fn list(
    settings: &Settings,
    ledger: Option<&Ledger>,
    json: bool,
) -> Result<ExitCode, Failure> {
    let shelves = Repository::of(settings).shelves()?;
    let (in_force, retired) = match ledger {
        Some(ledger) => (
            ledger_says(ledger.models_in_force().await)?,
            ledger_says(ledger.retired_models().await)?,
        ),
        None => Default::default(),
    };
    let rows = told::rows(&shelves, &in_force, &retired);
    let text = if json {
        told::json(&rows)?
    } else {
        told::table(&rows)
    };
    print(&text)
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

fn examined(settings: &Settings, folder: &Path) -> Result<Verdict, Failure> {
    Ok(check(settings, folder)?)
}

/// The task of a model that may serve.
fn examined_for(settings: &Settings, model: &ModelName) -> Result<Task, Failure> {
    let verdict = examined(settings, &Repository::of(settings).folder(model))?;
    if !verdict.may_serve() {
        return Err(Failure::unexpected(told::verdict(&verdict).trim_end()));
    }
    task_of(&verdict.task)
}

fn task_of(text: &str) -> Result<Task, Failure> {
    let task = Task::ALL.into_iter().find(|task| task.to_string() == text);
    task.ok_or_else(|| {
        let known = Task::ALL.map(|task| task.to_string());
        Failure::usage(format!("{text:?} is no task: {}", known.join(", ")))
    })
}

/// The folder of a model that is named or is a folder.
fn folder(settings: &Settings, model: &str) -> PathBuf {
    match model.parse::<ModelName>() {
        Ok(model) => Repository::of(settings).folder(&model),
        Err(_) => std::path::absolute(model).unwrap_or_else(|_| PathBuf::from(model)),
    }
}

fn manifest(settings: &Settings, model: &str) -> Result<Manifest, Failure> {
    Manifest::load(&folder(settings, model), &settings.native()).map_err(Failure::unexpected)
}
