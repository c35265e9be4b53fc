//! What the commands of people who look at exceptions share: where the ledger lies, who acts and why, and the events that follow.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::report::{self, Style, Tally};
use super::{Failure, print};
use crate::clerk::{ActError, Clerk};
use crate::events::{StoredEvent, drain, lines};
use crate::fault::Fault;
use crate::ledger::{Act, Ledger};
use crate::models::{InService, Lineup};
use crate::settings::Settings;
use crate::shipments::matching::Weights;
use crate::worker::{open_champions, open_ledger};

/// Where the ledger lies.
#[derive(Debug, Default, Args)]
pub(super) struct LedgerArgs {
    /// Where the ledger is kept.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Who acts, and why: both are kept for ever.
#[derive(Debug, Args)]
pub(super) struct WhoArgs {
    /// Who acts.
    #[arg(long)]
    by: String,
    /// Why.
    #[arg(long)]
    why: String,
}

impl WhoArgs {
    /// # Errors
    /// [`Failure`] where one of them says nothing.
    pub(super) fn act(self, what: &'static str) -> Result<Act, Failure> {
        for (name, text) in [("--by", &self.by), ("--why", &self.why)] {
            if text.trim().is_empty() || text.contains('\0') {
                return Err(Failure::usage(format!("{name} must say something")));
            }
        }
        Ok(Act {
            who: self.by,
            why: self.why,
            what,
        })
    }
}

/// An act at the desk.
#[derive(Debug, Args)]
pub(super) struct ActArgs {
    #[command(flatten)]
    who: WhoArgs,
    /// Billing profiles: a JSON or TOML file, or a folder of such files.
    #[arg(long)]
    profiles: Option<PathBuf>,
    /// Print the events that follow, one a line, and nothing else.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    ledger: LedgerArgs,
}

impl LedgerArgs {
    /// The ledger, where there is one.
    ///
    /// # Errors
    /// [`Failure`].
    pub(super) async fn open_if_there(
        self,
        settings: &mut Settings,
    ) -> Result<Option<Ledger>, Failure> {
        let data = self.data.as_ref().unwrap_or(&settings.data);
        if settings.ledger.is_empty() && !data.join("ledger.sqlite").exists() {
            return Ok(None);
        }
        self.open(settings).await.map(Some)
    }

    /// Opens the ledger, which has to be there.
    ///
    /// # Errors
    /// [`Failure`].
    pub(super) async fn open(self, settings: &mut Settings) -> Result<Ledger, Failure> {
        if let Some(data) = self.data {
            settings.data = data;
        }
        if settings.ledger.is_empty() && !settings.data.join("ledger.sqlite").exists() {
            return Err(Failure::usage(format!(
                "there is no ledger in {}: name its folder with --data, or its database with the setting `ledger`",
                settings.data.display()
            )));
        }
        Ok(open_ledger(settings).await?)
    }
}

/// A person at work: a clerk to act with, and the act's name.
pub(super) struct Desk {
    pub(super) clerk: Clerk,
    pub(super) act: Act,
    json: bool,
    /// Of a ledger in a file, where its events are written to; those of a database are published by its workers.
    folder: Option<lines::Folder>,
}

impl Desk {
    /// # Errors
    /// [`Failure`].
    pub(super) async fn open(
        args: ActArgs,
        what: &'static str,
        mut settings: Settings,
    ) -> Result<Self, Failure> {
        let act = args.who.act(what)?;
        let profiles = super::profiles(args.profiles, &settings)?;
        let ledger = args.ledger.open(&mut settings).await?;
        let folder = if settings.ledger.is_empty() {
            Some(lines::Folder::open(&settings.data)?)
        } else {
            None
        };
        let weights = Weights::load(&settings.models());
        let weights = weights.map_err(|error| Fault::fatal("opening the models", error))?;
        let serving = open_champions(&settings, &ledger).await?;
        let patience = jiff::SignedDuration::from_mins(settings.exceptions.no_match_minutes.into());
        Ok(Self {
            clerk: Clerk::new(
                ledger,
                profiles,
                weights,
                InService::new(Lineup::of(serving)),
                patience,
            ),
            act,
            json: args.json,
            folder,
        })
    }

    /// Tells what followed from the act.
    ///
    /// # Errors
    /// [`Failure`].
    pub(super) async fn tell(
        mut self,
        done: &str,
        events: Result<Vec<StoredEvent>, ActError>,
    ) -> Result<std::process::ExitCode, Failure> {
        let events = events.map_err(refused)?;
        if let Some(folder) = &mut self.folder {
            drain(self.clerk.ledger(), folder, Timestamp::now()).await?;
        }
        let text: String = if self.json {
            let lines = events.iter().map(|event| format!("{}\n", event.json));
            lines.collect()
        } else {
            format!("{done}\n{}", followed(&events))
        };
        print(&text)
    }
}

fn refused(error: ActError) -> Failure {
    match error {
        ActError::Fault(fault) => fault.into(),
        error => Failure {
            code: 1,
            reason: error.to_string(),
        },
    }
}

/// The events for a person: what ended, then where the documents stand.
fn followed(events: &[StoredEvent]) -> String {
    let parsed: Vec<serde_json::Value> = events
        .iter()
        .filter_map(|event| serde_json::from_str(&event.json).ok())
        .collect();
    let ended = parsed
        .iter()
        .filter(|event| event["type"] == "countersign.exception.resolved.v1")
        .filter_map(|event| event["data"]["exception"]["code"].as_str());
    let ended: String = ended.map(|code| format!("  ended: {code}\n")).collect();
    let style = Style { colour: false };
    let documents = report::documents(&parsed, style, &mut Tally::default());
    format!("{ended}{documents}")
}

/// What the ledger says, or why not.
pub(super) fn ledger_says<T>(answer: Result<T, crate::ledger::LedgerError>) -> Result<T, Failure> {
    answer.map_err(|error| Fault::from(error).into())
}
