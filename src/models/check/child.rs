//! The process that examines one model: takes limits upon itself, then loads the graph and runs it.
//!
//! In: a request on standard input. Out: what it does, line by line, and a verdict on standard output.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use super::{Request, Told, Verdict, trial};
use crate::charges::ChargeModel;
use crate::inference::{InferenceError, Manifest, Model, Runtime, Task};
use crate::reading::{TextReader, limit_to};
use crate::understanding::{Accepted, Curves, FieldsModel, MarksModel, PageClassModel};

/// First argument that makes this program examine a model.
pub const ARGUMENT: &str = "model-check-child";
/// Exit code of a child whose memory was used up.
pub(super) const OUT_OF_MEMORY_EXIT: i32 = crate::reading::OUT_OF_MEMORY_EXIT;

/// How often the golden inputs are run to time them, and for how long at most.
const TIMED: (usize, f64) = (30, 2_000.0);

/// Runs this process as a check. `main` calls it when the first argument is [`ARGUMENT`].
#[must_use]
pub fn main() -> ExitCode {
    match examine() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The parent takes the last words of a child as the reason.
            drop(writeln!(std::io::stderr(), "{error}"));
            ExitCode::FAILURE
        }
    }
}

fn examine() -> Result<(), String> {
    let request: Request = serde_json::from_reader(std::io::stdin())
        .map_err(|error| format!("a check is started by its parent, never by hand ({error})"))?;
    let runtime = Runtime::load(&request.library).map_err(|error| error.to_string())?;
    let readable = [request.folder.as_path(), request.native.as_path()];
    // Later it may not be opened any more.
    let status = File::open("/proc/self/status").map_err(|error| error.to_string())?;
    limit_to(&readable, request.memory_mb)?;
    let mut verdict = Verdict {
        model: request.folder.display().to_string(),
        ..Verdict::default()
    };
    if let Err(error) = judge(&request.folder, &request.native, &runtime, &mut verdict) {
        verdict.mismatches.push(error.to_string());
    }
    verdict.peak_mb = peak_mb(status);
    tell(&Told::Verdict(verdict))
}

fn tell(told: &Told) -> Result<(), String> {
    let line = serde_json::to_string(told).map_err(|error| error.to_string())?;
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    written.map_err(|error| error.to_string())
}

fn doing(what: &str) {
    // A parent that is gone needs no word.
    drop(tell(&Told::Doing(what.to_owned())));
}

/// Writes into the verdict what is found; the error is what ended it early.
fn judge(
    folder: &Path,
    native: &Path,
    runtime: &Runtime,
    verdict: &mut Verdict,
) -> Result<(), InferenceError> {
    doing("reading the files");
    let manifest = Manifest::load(folder, native)?;
    verdict.model = manifest.id();
    verdict.task = manifest.task.to_string();
    if manifest.golden_tolerance.is_none() {
        let missing = "it has no golden example: without one nobody can tell whether it computes here what it computed where it was made";
        verdict.mismatches.push(missing.to_owned());
    }
    let accepted = Accepted::of([&manifest]);
    verdict
        .mismatches
        .extend(accepted.err().map(|error| error.to_string()));
    doing("loading the graph");
    let started = Instant::now();
    let mut model = Model::open(runtime, manifest.clone())?;
    verdict.load_ms = milliseconds(started);
    doing("running the golden example");
    match model.check_golden() {
        Ok(off) => verdict.golden_off = off,
        Err(error @ InferenceError::GoldenDiffers { .. }) => {
            verdict.mismatches.push(error.to_string());
        }
        Err(error) => return Err(error),
    }
    doing("running on made-up inputs");
    verdict.mismatches.extend(trial::mismatches(&mut model)?);
    doing("timing the golden example");
    verdict.run_ms = timed(&mut model)?;
    doing("comparing labels and constants");
    takes_up_work(model)
}

/// The code that works with models of the task takes this one.
fn takes_up_work(model: Model) -> Result<(), InferenceError> {
    Curves::of([&model])?;
    match model.manifest().task {
        Task::Text => TextReader::new(model).map(drop),
        Task::PageClass => PageClassModel::new(model).map(drop),
        Task::Fields => FieldsModel::new(model).map(drop),
        Task::Marks => MarksModel::new(model).map(drop),
        Task::Charges => ChargeModel::new(model).map(drop),
    }
}

fn timed(model: &mut Model) -> Result<f64, InferenceError> {
    let mut took = Vec::new();
    while took.len() < TIMED.0 && took.iter().sum::<f64>() < TIMED.1 {
        let started = Instant::now();
        // What is off was told before.
        match model.check_golden() {
            Ok(_) | Err(InferenceError::GoldenDiffers { .. }) => took.push(milliseconds(started)),
            Err(error) => return Err(error),
        }
    }
    took.sort_by(f64::total_cmp);
    Ok(took.get(took.len() / 2).copied().unwrap_or_default())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// The most memory that this process held, as Linux counts it.
fn peak_mb(mut status: File) -> u64 {
    let mut text = String::new();
    if status.read_to_string(&mut text).is_err() {
        return 0;
    }
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes
        .and_then(|number| number.trim().parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes >> 10)
}
