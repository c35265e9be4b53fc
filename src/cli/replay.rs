//! `countersign replay`: what other models would make of documents that were decided.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::desk::{LedgerArgs, ledger_says};
use super::models::report_of;
use super::{Failure, print};
use crate::document::DocumentId;
use crate::events::{drain, lines};
use crate::inference::ModelName;
use crate::ledger::{Chosen, StoredUpload, TrialOf, TrialRecord};
use crate::models::check::check;
use crate::models::report;
use crate::models::{Repository, Serving};
use crate::settings::Settings;
use crate::worker::{Worker, open_champions, open_storage};

/// Looks at documents that were decided with other models, and says what would differ. Nothing is told to anybody without --publish.
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// A model to use instead of the one that serves its task, as page-class@2. May be given several times.
    #[arg(long = "model", required = true)]
    models: Vec<ModelName>,
    /// Those decided since this day.
    #[arg(long)]
    since: Option<Date>,
    /// These documents only, by their ids.
    #[arg(long = "document")]
    documents: Vec<Uuid>,
    /// At most so many uploads, the last ones first.
    #[arg(long, default_value_t = 100)]
    limit: u32,
    /// Billing profiles: a JSON or TOML file, or a folder of such files.
    #[arg(long)]
    profiles: Option<PathBuf>,
    /// Decide anew by these models, and tell: events go out as if they had served when the uploads came. Promote them, too, or an upload that is
    /// delivered again is read by those that serve.
    #[arg(long)]
    publish: bool,
    /// Print the comparison as JSON and nothing else.
    #[arg(long)]
    json: bool,
    /// Write it as an HTML page with charts, too.
    #[arg(long)]
    html: Option<PathBuf>,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Runs the command: 1 where a model is refused or an upload could not be looked at.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(mut args: ReplayArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    let ledger = std::mem::take(&mut args.ledger);
    let ledger = ledger.open(&mut settings).await?;
    let profiles = super::profiles(args.profiles.clone(), &settings)?;
    let champions = open_champions(&settings, &ledger).await?;
    let others = Arc::new(others(&settings, &champions, &args.models)?);
    if args.publish && others.names().readers() == champions.names().readers() {
        let reason = "there is nothing to decide anew: these models serve, or they score charges, which are scored anew as they change once promoted";
        return Err(Failure::usage(reason));
    }
    let of = trial_of(&champions, &args.models)?;
    let uploads = ledger_says(ledger.stored_uploads(&args.chosen()).await)?;
    let storage = open_storage(&settings).await;
    // Of a ledger in a file, where its events are written to; those of a database are published by its workers.
    let own = settings.ledger.is_empty() && args.publish;
    let folder = own
        .then(|| lines::Folder::open(&settings.data))
        .transpose()?;
    let settings = settings.for_uploads(uploads.len());
    let worker = Worker::new(settings, profiles, ledger.clone(), storage, champions)?;
    let seen = replay_all(&worker, &others, &uploads, args.json).await;
    let report = report_of(&ledger, &of, &seen.records).await?;
    if args.publish {
        let told = publish(&worker, &others, &uploads, folder).await?;
        eprintln!("countersign: {told} events are told");
    }
    if let Some(path) = &args.html {
        std::fs::write(path, report::page(&report))?;
    }
    if args.json {
        let text = serde_json::to_string_pretty(&report).map_err(Failure::unexpected)?;
        print(&format!("{text}\n"))?;
    } else {
        let again = seen.read_again;
        print(&format!(
            "{}{again} of {} uploads had to be read again\n",
            report::text(&report),
            uploads.len()
        ))?;
    }
    Ok(ExitCode::from(u8::from(seen.failed > 0)))
}

impl ReplayArgs {
    fn chosen(&self) -> Chosen {
        let since = self.since.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
        Chosen {
            since: since.map(|day| day.timestamp()),
            documents: self.documents.iter().copied().map(DocumentId).collect(),
            most: self.limit,
        }
    }
}

/// The champions, with the models that were asked for in their places.
fn others(
    settings: &Settings,
    champions: &Serving,
    models: &[ModelName],
) -> Result<Serving, Failure> {
    let repository = Repository::of(settings);
    let mut manifests = Vec::new();
    for model in models {
        let verdict = check(settings, &repository.folder(model))?;
        if !verdict.may_serve() {
            let reasons = verdict.mismatches.join("; ");
            return Err(Failure::unexpected(format!(
                "{model} may not serve: {reasons}"
            )));
        }
        manifests.push(repository.manifest(model).map_err(Failure::unexpected)?);
    }
    champions.with(manifests).map_err(Failure::unexpected)
}

/// What the comparison is of: the first of the models names it.
fn trial_of(champions: &Serving, models: &[ModelName]) -> Result<TrialOf, Failure> {
    let named = |model: &ModelName| {
        let mut manifests = champions.manifests();
        let champion = manifests.find(|manifest| manifest.name == model.name);
        champion.map(|manifest| (manifest.task, manifest.model()))
    };
    let first = models
        .first()
        .and_then(|model| Some((model, named(model)?)));
    let Some((challenger, (task, champion))) = first else {
        return Err(Failure::usage(
            "no model of this name serves: promote it or give another",
        ));
    };
    Ok(TrialOf {
        task,
        champion,
        challenger: challenger.clone(),
    })
}

/// Decides anew about all, and says how many events came of it.
async fn publish(
    worker: &Worker,
    others: &Arc<Serving>,
    uploads: &[StoredUpload],
    folder: Option<lines::Folder>,
) -> Result<usize, Failure> {
    let mut told = 0;
    for stored in uploads {
        match worker.redo(stored, others).await {
            Ok(events) => told += events.len(),
            Err(fault) => {
                let key = &stored.upload.origin.object.key;
                return Err(Failure::unexpected(format!(
                    "{key}: {fault}; those before it are told"
                )));
            }
        }
    }
    if let Some(mut folder) = folder {
        drain(worker.ledger(), &mut folder, Timestamp::now()).await?;
    }
    Ok(told)
}

/// What came of all.
#[derive(Default)]
struct Seen {
    records: Vec<TrialRecord>,
    read_again: usize,
    failed: usize,
}

async fn replay_all(
    worker: &Worker,
    others: &Arc<Serving>,
    uploads: &[StoredUpload],
    quiet: bool,
) -> Seen {
    let mut seen = Seen::default();
    let bar = super::progress_bar(uploads.len());
    for stored in uploads {
        bar.inc(1);
        match worker.replay(stored, others).await {
            Ok(replayed) => {
                seen.read_again += usize::from(replayed.read_again);
                if !quiet {
                    bar.suspend(|| drop(print(&differences(stored, &replayed.records))));
                }
                seen.records.extend(replayed.records);
            }
            Err(fault) => {
                seen.failed += 1;
                let key = &stored.upload.origin.object.key;
                bar.suspend(|| eprintln!("{key}: not looked at: {fault}"));
            }
        }
    }
    seen
}

/// A line for each document that would be decided otherwise.
fn differences(stored: &StoredUpload, records: &[TrialRecord]) -> String {
    let key = &stored.upload.origin.object.key;
    let lines = records.iter().filter_map(|record| {
        let (one, other) = (&record.compared.champion, &record.compared.challenger);
        let told = |sketch: &Option<crate::ledger::Sketch>| match sketch {
            None => "no such document".to_owned(),
            Some(sketch) => format!(
                "{} {} {} {}",
                sketch.class,
                sketch.shipment.as_deref().unwrap_or("no shipment"),
                sketch.state,
                sketch.codes.join(" ")
            ),
        };
        let (one, other) = (told(one), told(other));
        (one != other).then(|| format!("{key}: {} → {}\n", one.trim_end(), other.trim_end()))
    });
    lines.collect()
}
