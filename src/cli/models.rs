//! `countersign models`: which models there are, whether one may serve, and which one does.

mod acts;
mod told;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::desk::{LedgerArgs, ledger_says};
use super::{Failure, print};
use crate::inference::{Manifest, ModelName, Task};
use crate::ledger::{Ledger, Rulings, TrialOf, TrialRecord};
use crate::models::check::{Verdict, check};
use crate::models::report::{self, Report};
use crate::models::{Repository, differences, fetch};
use crate::settings::Settings;

/// A report is of the last so many documents at most.
const REPORTED: u32 = 200_000;

/// Models: which there are, whether one may serve, and which one does.
#[derive(Debug, Args)]
pub(super) struct ModelsArgs {
    #[command(subcommand)]
    command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
    #[command(flatten)]
    Act(acts::ActCommand),
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
    /// Compares the model on trial with the one that serves, on all that both saw.
    Report {
        /// text, page-class, fields, marks or charges.
        task: String,
        /// Of a trial that has ended: who was on trial, as page-class@2.
        #[arg(long, requires = "champion")]
        challenger: Option<ModelName>,
        /// Of a trial that has ended: who served, as page-class@1.
        #[arg(long, requires = "challenger")]
        champion: Option<ModelName>,
        /// As JSON.
        #[arg(long)]
        json: bool,
        /// Write it as an HTML page with charts, too.
        #[arg(long)]
        html: Option<PathBuf>,
        #[command(flatten)]
        ledger: LedgerArgs,
    },
}

/// Runs the command: 1 where a model is refused or a change cannot be made.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: ModelsArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    // Where the store is away, what is on this machine is listed, promoted and rolled back all the same.
    let fetched = fetch(&settings).await.unwrap_or_else(|fault| {
        eprintln!("countersign: no models are fetched: {fault}");
        Vec::new()
    });
    for (model, copied) in fetched {
        if let Err(why) = copied {
            eprintln!("countersign: {model} is not fetched: {why}");
        }
    }
    match args.command {
        ModelsCommand::Act(command) => acts::run(command, settings).await,
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
        ModelsCommand::Report {
            task,
            challenger,
            champion,
            json,
            html,
            ledger,
        } => {
            let ledger = ledger.open(&mut settings).await?;
            let ended = champion.zip(challenger);
            let report = compared(&ledger, task_of(&task)?, ended).await?;
            if let Some(path) = html {
                std::fs::write(path, report::page(&report))?;
            }
            let text = if json {
                told::json(&report)?
            } else {
                report::text(&report)
            };
            print(&text)
        }
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

/// The trial of a task, as far as it has got: that of a champion and a challenger, or the one that goes on.
async fn compared(
    ledger: &Ledger,
    task: Task,
    named: Option<(ModelName, ModelName)>,
) -> Result<Report, Failure> {
    let in_force = ledger_says(ledger.models_in_force().await)?;
    let ours = in_force.into_iter().find(|one| one.task == task);
    let goes_on = ours.and_then(|one| Some((one.champion, one.challenger?.model)));
    let Some((champion, challenger)) = named.or(goes_on) else {
        return Err(Failure::unexpected(format!(
            "no model is on trial for {task}; of a trial that has ended name --champion and --challenger"
        )));
    };
    let of = TrialOf {
        task,
        champion,
        challenger,
    };
    let records = ledger_says(ledger.trial(&of, Timestamp::UNIX_EPOCH, REPORTED).await)?;
    report_of(ledger, &of, &records).await
}

/// The report of what was noted, with what people said of the documents.
pub(super) async fn report_of(
    ledger: &Ledger,
    of: &TrialOf,
    records: &[TrialRecord],
) -> Result<Report, Failure> {
    let mut rulings = Vec::with_capacity(records.len());
    for record in records {
        rulings.push(match record.document {
            Some(document) => ledger_says(ledger.rulings(document).await)?,
            None => Rulings::default(),
        });
    }
    Ok(report::report(of, records, &rulings))
}

fn examined(settings: &Settings, folder: &Path) -> Result<Verdict, Failure> {
    Ok(check(settings, folder)?)
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
