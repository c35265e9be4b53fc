//! `countersign evaluate`: takes a labelled folder through the whole recipe and says how well that went.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::Failure;
use super::process::{open_feed, store_shipments};
use super::uploads::{Uploads, stop_on_ctrl_c};
use crate::decision::Profiles;
use crate::evaluation::labels::{self, Labels};
use crate::evaluation::{Observed, Report, UploadOutcome, crops, html};
use crate::reading::{Reader, TextReader};
use crate::settings::Settings;
use crate::worker::{Worker, open_registry};

/// Cases that the HTML page shows: a minute of reading, and as much as a person looks at.
const SHOWN: usize = 60;

/// Judges the worker on a labelled folder: `uploads/`, `expected.json`, and where they are there `shipments.jsonl`, `profiles/`.
#[derive(Debug, Args)]
pub(super) struct EvaluateArgs {
    /// The folder.
    folder: PathBuf,
    /// Write all figures and everything that came out otherwise than labelled to this file.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Write charts, and the worst cases with the place on the page that shows why, to this file.
    #[arg(long)]
    html: Option<PathBuf>,
    /// How many uploads are read at once.
    #[arg(long)]
    slots: Option<usize>,
}

/// Runs the command: 0 when every labelled upload was judged, 1 when one was not.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: EvaluateArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    let path = args.folder.join("expected.json");
    let labels = labels::read(&path).map_err(Failure::usage)?;
    if labels.is_empty() {
        return Err(Failure::usage(format!("{} labels no file", path.display())));
    }
    // Now, and not when an hour of work is to be written.
    let json = args.json.as_deref().map(create).transpose()?;
    let html = args.html.as_deref().map(create).transpose()?;
    // What was decided about the same papers before must not count.
    let data = TemporaryFolder::new()?;
    settings.data.clone_from(&data.0);
    settings.slots = args.slots.unwrap_or(settings.slots).max(1);
    let settings = settings.for_uploads(labels.len());
    let drawing = settings.clone();
    let profiles = match args.folder.join("profiles") {
        folder if folder.is_dir() => Profiles::load(&folder).map_err(Failure::usage)?,
        _ => Profiles::default(),
    };
    let slots = settings.slots;
    let worker = Arc::new(Worker::on_files(settings, profiles).await?);
    let feed = args.folder.join("shipments.jsonl");
    if feed.is_file() {
        store_shipments(&worker, open_feed(feed)?).await?;
    }
    let uploads = args.folder.join("uploads");
    let (seen, missed) = observe(&worker, &uploads, &labels, slots).await?;
    let report = Report::new(&seen, worker.in_service().now().champions.accepted());
    drop(worker);
    super::print(&report.to_string())?;
    if let Some(file) = json {
        serde_json::to_writer_pretty(BufWriter::new(file), &report).map_err(Failure::unexpected)?;
    }
    if let Some(mut file) = html {
        file.write_all(illustrated(&report, &uploads, &drawing)?.as_bytes())?;
    }
    Ok(ExitCode::from(u8::from(missed > 0)))
}

fn create(path: &Path) -> Result<File, Failure> {
    let named = |error| Failure::usage(format!("cannot write {}: {error}", path.display()));
    File::create(path).map_err(named)
}

/// The report as a page that shows its worst cases.
fn illustrated(report: &Report, uploads: &Path, settings: &Settings) -> Result<String, Failure> {
    let registry = open_registry(settings)?;
    let text = registry.text().and_then(TextReader::new);
    let (mut text, mut reader) = (
        text.map_err(Failure::usage)?,
        Reader::spawn(&settings.reader)?,
    );
    let misses = html::worst(&report.misses, SHOWN);
    let limit = settings.reader.limits.bytes;
    let crops = crops(&misses, uploads, limit, &mut reader, &mut text);
    Ok(html::page(report, &misses, &crops))
}

/// Takes the labelled files through the worker. Returns how many were not judged beside what was seen of the others.
async fn observe(
    worker: &Arc<Worker>,
    uploads: &Path,
    labels: &Labels,
    slots: usize,
) -> Result<(Observed, usize), Failure> {
    let files = labels.keys().map(|name| uploads.join(name)).collect();
    let mut uploads = Uploads::new(worker, files, slots, stop_on_ctrl_c());
    let (mut seen, mut missed) = (Observed::default(), 0);
    let mut names = labels.iter();
    let bar = super::progress_bar(labels.len());
    while let Some((path, events)) = uploads.next().await? {
        let Some((name, label)) = names.next() else {
            break;
        };
        bar.inc(1);
        match events {
            Ok(events) => {
                let events = events.iter().map(|event| event.json.as_str());
                let outcome = UploadOutcome::of(events).map_err(Failure::unexpected)?;
                seen.add(name, label, &outcome);
            }
            Err(fault) => {
                missed += 1;
                bar.suspend(|| eprintln!("{}: no outcome: {fault}", path.display()));
            }
        }
    }
    bar.finish_and_clear();
    let left = uploads.left();
    if left > 0 {
        eprintln!("stopped: {left} files were not judged; the figures are of the others");
    }
    Ok((seen, missed + left))
}

/// A folder that is gone when the evaluation is over.
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn new() -> Result<Self, Failure> {
        let path =
            std::env::temp_dir().join(format!("countersign-evaluate-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Best effort: a leftover in the system's temporary folder harms nobody.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
