//! `countersign exceptions`: what somebody has to act on, the worst first, and what was done about it.

mod crop;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::desk::{ActArgs, Desk, LedgerArgs, ledger_says};
use super::{Failure, print};
use crate::clerk::Supplied;
use crate::decision::{ExceptionCode, Life, Owner};
use crate::document::DocumentId;
use crate::ledger::{AuditEntry, Wanted};
use crate::settings::Settings;

/// Shows exceptions and acts on them.
#[derive(Debug, Args)]
pub(super) struct ExceptionsArgs {
    #[command(subcommand)]
    command: ExceptionsCommand,
}

#[derive(Debug, Subcommand)]
enum ExceptionsCommand {
    List(ListArgs),
    Show(ShowArgs),
    /// Gives an exception to somebody to work on.
    Assign {
        /// The exception's id.
        exception: Uuid,
        /// To whom.
        #[arg(long)]
        to: String,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Ends an exception: values that were missing are told, or it was settled elsewhere.
    Resolve {
        /// The exception's id.
        exception: Uuid,
        /// What a field holds, as delivery_date=2026-03-14; the document is decided again with it. Can be given several times.
        #[arg(long, value_parser = supplied)]
        set: Vec<Supplied>,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Ends an exception that does not matter. What no word replaces, as a signature, is missing all the same.
    Waive {
        /// The exception's id.
        exception: Uuid,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Takes back that a person resolved or waived an exception.
    Reopen {
        /// The exception's id.
        exception: Uuid,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Takes back what was told of a document's fields.
    TakeBack {
        /// The document's id.
        document: Uuid,
        /// The field.
        #[arg(required = true, value_parser = named::<crate::understanding::FieldName>)]
        field: Vec<crate::understanding::FieldName>,
        #[command(flatten)]
        act: ActArgs,
    },
}

/// Lists open exceptions, the worst first: by severity, then by the money at stake, then by age.
#[derive(Debug, Args)]
struct ListArgs {
    /// Of one code only, as SIGNATURE_MISSING.
    #[arg(long, value_parser = named::<ExceptionCode>)]
    code: Option<ExceptionCode>,
    /// That this owner acts on first, as carrier.
    #[arg(long, value_parser = named::<Owner>)]
    owner: Option<Owner>,
    /// Of one tenant only.
    #[arg(long)]
    tenant: Option<String>,
    /// Of one shipment only.
    #[arg(long)]
    shipment: Option<String>,
    /// Of one document only.
    #[arg(long)]
    document: Option<Uuid>,
    /// That somebody of this name works on.
    #[arg(long)]
    assigned_to: Option<String>,
    /// Those that have ended too.
    #[arg(long)]
    all: bool,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Shows one exception with what led to it and what was done about it.
#[derive(Debug, Args)]
struct ShowArgs {
    /// The exception's id.
    exception: Uuid,
    /// Write the part of the page that shows why into this file, as PNG.
    #[arg(long)]
    crop: Option<PathBuf>,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// A word that serde knows.
fn named<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let word = serde_json::Value::String(text.to_owned());
    serde_json::from_value(word).map_err(|error| error.to_string())
}

fn supplied(text: &str) -> Result<Supplied, String> {
    let (field, text) = text
        .split_once('=')
        .ok_or("write it as FIELD=VALUE, as delivery_date=2026-03-14")?;
    Ok(Supplied {
        field: named(field)?,
        text: text.to_owned(),
    })
}

/// Runs the command: 1 where an act could not be done.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: ExceptionsArgs, settings: Settings) -> Result<ExitCode, Failure> {
    match args.command {
        ExceptionsCommand::List(args) => list(args, settings).await,
        ExceptionsCommand::Show(args) => show(args, settings).await,
        ExceptionsCommand::Assign { exception, to, act } => {
            let desk = Desk::open(act, "exception.assigned", settings).await?;
            let assigned = desk.clerk.assign(exception, &to, &desk.act).await;
            let done = format!("exception {exception} is {to}'s");
            desk.tell(&done, assigned.map(|()| Vec::new())).await
        }
        ExceptionsCommand::Resolve {
            exception,
            set,
            act,
        } => resolve(exception, &set, act, settings).await,
        ExceptionsCommand::Waive { exception, act } => {
            let desk = Desk::open(act, "exception.waived", settings).await?;
            let events = desk.clerk.end(exception, Life::Waived, &desk.act).await;
            desk.tell(&format!("exception {exception} is waived"), events)
                .await
        }
        ExceptionsCommand::Reopen { exception, act } => {
            let desk = Desk::open(act, "exception.reopened", settings).await?;
            let events = desk.clerk.reopen(exception, &desk.act).await;
            let done = format!("that exception {exception} was ended is taken back");
            desk.tell(&done, events).await
        }
        ExceptionsCommand::TakeBack {
            document,
            field,
            act,
        } => {
            let desk = Desk::open(act, "field.taken_back", settings).await?;
            let document = DocumentId(document);
            let events = desk.clerk.take_back(document, &field, &desk.act).await;
            let done = format!("what was told of document {document} is taken back");
            desk.tell(&done, events).await
        }
    }
}

async fn resolve(
    exception: Uuid,
    set: &[Supplied],
    act: ActArgs,
    settings: Settings,
) -> Result<ExitCode, Failure> {
    if set.is_empty() {
        let desk = Desk::open(act, "exception.resolved", settings).await?;
        let events = desk.clerk.end(exception, Life::Resolved, &desk.act).await;
        return desk
            .tell(&format!("exception {exception} is resolved"), events)
            .await;
    }
    let desk = Desk::open(act, "field.told", settings).await?;
    let events = desk.clerk.supply(exception, set, &desk.act).await;
    let now = ledger_says(desk.clerk.ledger().exception(exception).await)?;
    let done = if now.is_some_and(|record| record.state.is_open()) {
        format!(
            "exception {exception} is still open: the values are kept, but they are not what was missing"
        )
    } else {
        format!("exception {exception} is resolved")
    };
    desk.tell(&done, events).await
}

async fn list(args: ListArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    let ledger = args.ledger.open(&mut settings).await?;
    let wanted = Wanted {
        tenant: args.tenant,
        code: args.code,
        owner: args.owner,
        shipment: args.shipment,
        document: args.document.map(DocumentId),
        assigned_to: args.assigned_to,
        ended: args.all,
    };
    let found = ledger_says(ledger.exceptions(&wanted, args.limit).await)?;
    let zone = &settings.exceptions.time_zone;
    if args.json {
        let lines = found
            .iter()
            .map(|one| table::json(one, zone).map(|line| line + "\n"));
        let lines: Result<String, _> = lines.collect();
        return print(&lines.map_err(Failure::unexpected)?);
    }
    print(&table::table(&found, zone, Timestamp::now()))
}

async fn show(args: ShowArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    let ledger = args.ledger.open(&mut settings).await?;
    let Some(record) = ledger_says(ledger.exception(args.exception).await)? else {
        eprintln!("the ledger knows no exception {}", args.exception);
        return Ok(ExitCode::from(1));
    };
    let zone = &settings.exceptions.time_zone;
    let mut text = table::record(&record, zone, Timestamp::now());
    if let Some(document) = record.document
        && let Some(stored) = ledger_says(ledger.document(document).await)?
    {
        text.push_str(&table::paper(&stored));
    }
    if let Some(path) = &args.crop {
        crop::write(&record, &ledger, &settings, path).await?;
        text.push_str(&format!("  crop       {}\n", path.display()));
    }
    let acts: Vec<AuditEntry> = ledger_says(ledger.audit_about(&args.exception.to_string()).await)?;
    text.push_str(&table::acts(&acts));
    print(&text)
}
