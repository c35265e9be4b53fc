//! `countersign process`: takes files and folders through the whole recipe (contract.md §1.3).

use std::fs::File;
use std::io::{BufReader, IsTerminal as _, Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use indicatif::ProgressBar;
use jiff::Timestamp;

use super::Failure;
use super::report::{self, Style, Tally};
use super::uploads::{Uploads, stop_on_ctrl_c};
use crate::events::{StoredEvent, drain, lines};
use crate::settings::Settings;
use crate::shipments::feed;
use crate::shipments::keys::shipment_keys;
use crate::storage::folder::files_under;
use crate::worker::Worker;

/// Reads files and folders and says what became of each document.
#[derive(Debug, Args)]
pub(super) struct ProcessArgs {
    /// PDF, TIFF, JPEG, PNG, WebP or BMP files, or folders of them.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Shipments to match with, one JSON object a line.
    #[arg(long)]
    shipments: Option<PathBuf>,
    /// Billing profiles: a JSON or TOML file, or a folder of such files.
    #[arg(long)]
    profiles: Option<PathBuf>,
    /// Where ledger, events and cut-out documents are kept.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many uploads are read at once.
    #[arg(long)]
    slots: Option<usize>,
    /// Print the events, one a line, and nothing else.
    #[arg(long)]
    json: bool,
}

/// Runs the command: 0 when every file reached an outcome, 1 when one could not, 2 for unusable arguments or settings.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: ProcessArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    settings.data = args.data.clone().unwrap_or(settings.data);
    settings.slots = args.slots.unwrap_or(settings.slots).max(1);
    let profiles = super::profiles(args.profiles.clone(), &settings)?;
    let files = files_under(&args.paths).map_err(Failure::usage)?;
    let settings = settings.for_uploads(files.len());
    let shipments = args.shipments.clone().map(open_feed).transpose()?;
    let worker = Arc::new(Worker::on_files(settings.clone(), profiles).await?);
    try_challengers(&worker).await?;
    let mut output = Output::new(&args, files.len(), &settings)?;
    if let Some(feed) = shipments {
        let woken = store_shipments(&worker, feed).await?;
        if !woken.is_empty() {
            output
                .tell(&worker, "papers that are decided again", &woken)
                .await?;
        }
    }
    let missed = process(&worker, files, settings.slots, &mut output).await?;
    output.finish(&worker).await?;
    Ok(if missed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Models that people put on trial take part here, too.
async fn try_challengers(worker: &Worker) -> Result<(), Failure> {
    let in_force = worker.ledger().models_in_force().await;
    let in_force = in_force.map_err(crate::fault::Fault::from)?;
    if in_force.iter().all(|one| one.challenger.is_none()) {
        return Ok(());
    }
    for refused in worker.take_up(in_force).await? {
        eprintln!(
            "{} takes no part in {}: {}",
            refused.model, refused.task, refused.reason
        );
    }
    Ok(())
}

pub(super) fn open_feed(path: PathBuf) -> Result<BufReader<File>, Failure> {
    let opened = File::open(&path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())));
    opened.map(BufReader::new)
}

/// Loads the feed; lines that cannot be read are named, the rest counts. Returns what became of documents that they concern.
pub(super) async fn store_shipments(
    worker: &Worker,
    feed: BufReader<File>,
) -> Result<Vec<StoredEvent>, Failure> {
    let (shipments, bad_lines) = feed::read_lines(feed);
    for line in &bad_lines {
        eprintln!("shipments, line {}: {}", line.number, line.reason);
    }
    let keys = |shipment: &_| {
        shipment_keys(shipment)
            .into_iter()
            .map(|key| key.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    let stored = worker
        .ledger()
        .store_shipments(&shipments, keys, Timestamp::now())
        .await;
    stored.map_err(crate::fault::Fault::from)?;
    Ok(worker.clerk().wake(&shipments).await?)
}

/// Prints what becomes of each file. Returns how many files reached no outcome.
async fn process(
    worker: &Arc<Worker>,
    files: Vec<PathBuf>,
    slots: usize,
    output: &mut Output,
) -> Result<usize, Failure> {
    let mut uploads = Uploads::new(worker, files, slots, stop_on_ctrl_c());
    let mut missed = 0;
    while let Some((path, events)) = uploads.next().await? {
        match events {
            Ok(events) => {
                output
                    .tell(worker, &path.display().to_string(), &events)
                    .await?;
            }
            Err(fault) => {
                missed += 1;
                output.warn(&format!("{}: no outcome: {fault}", path.display()));
            }
        }
    }
    let left = uploads.left();
    if left > 0 {
        output.warn(&format!("stopped: {left} files were not begun"));
    }
    Ok(missed + left)
}

/// Where results go: the events' folder, and standard output as report or as JSON lines.
struct Output {
    json: bool,
    style: Style,
    folder: lines::Folder,
    bar: ProgressBar,
    tally: Tally,
}

impl Output {
    fn new(args: &ProcessArgs, files: usize, settings: &Settings) -> Result<Self, Failure> {
        let bar = super::progress_bar(files);
        let folder = lines::Folder::open(&settings.data)
            .map_err(|error| Failure::usage(error.to_string()))?;
        let colour = stdout().is_terminal();
        Ok(Self {
            json: args.json,
            style: Style { colour },
            folder,
            bar,
            tally: Tally::default(),
        })
    }

    async fn tell(
        &mut self,
        worker: &Worker,
        name: &str,
        events: &[StoredEvent],
    ) -> Result<(), Failure> {
        drain(worker.ledger(), &mut self.folder, Timestamp::now()).await?;
        let text = if self.json {
            events
                .iter()
                .map(|event| format!("{}\n", event.json))
                .collect()
        } else {
            let parsed: Vec<_> = events
                .iter()
                .filter_map(|event| serde_json::from_str(&event.json).ok())
                .collect();
            report::upload(name, &parsed, self.style, &mut self.tally) + "\n"
        };
        self.print(&text)?;
        self.bar.inc(1);
        Ok(())
    }

    fn print(&self, text: &str) -> Result<(), Failure> {
        self.bar.suspend(|| {
            let mut out = stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        })?;
        Ok(())
    }

    fn warn(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
        self.bar.inc(1);
    }

    async fn finish(mut self, worker: &Worker) -> Result<(), Failure> {
        drain(worker.ledger(), &mut self.folder, Timestamp::now()).await?;
        self.bar.finish_and_clear();
        if self.json {
            Ok(())
        } else {
            self.print(&format!("{}\n", self.tally.summary()))
        }
    }
}
