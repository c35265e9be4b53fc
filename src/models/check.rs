//! The check: may a model serve?
//!
//! In: a model's folder. Out: a [`Verdict`] that names every mismatch with the task's contract. The graph is loaded and run in a child process
//! with limits on time, memory and files: whatever it does there, it does to that process.

pub mod child;
mod trial;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::settings::Settings;

/// What a model may take to be checked, twenty times what the shipped ones take.
const LONGEST: Duration = Duration::from_secs(30);
/// Address space of the child, in MiB.
const MEMORY_MB: u64 = 1_500;
/// The last words of a child that are kept.
const LAST_WORDS: usize = 2_000;

/// Whether a model may serve.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// `name@version`; the folder where the manifest cannot be read.
    pub model: String,
    /// What it is for; empty where the manifest cannot be read.
    pub task: String,
    /// All that speaks against it. Empty: it may serve.
    pub mismatches: Vec<String>,
    /// Greatest difference from its golden outputs.
    pub golden_off: Option<f32>,
    /// Milliseconds that loading took.
    pub load_ms: f64,
    /// Milliseconds that a run on its golden inputs takes, in the middle.
    pub run_ms: f64,
    /// MiB that the child had in memory at most.
    pub peak_mb: u64,
}

impl Verdict {
    /// Nothing speaks against it.
    #[must_use]
    pub fn may_serve(&self) -> bool {
        self.mismatches.is_empty()
    }
}

/// What a child is to examine.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    library: PathBuf,
    folder: PathBuf,
    native: PathBuf,
    memory_mb: u64,
}

/// What a child says, a line each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    /// What it begins to do.
    Doing(String),
    /// What came out.
    Verdict(Verdict),
}

/// Examines the model in `folder`.
///
/// # Errors
/// [`Fault::Fatal`] where no child can be started.
pub fn check(settings: &Settings, folder: &Path) -> Result<Verdict, Fault> {
    let request = Request {
        library: settings.onnx_runtime(),
        folder: folder.to_owned(),
        native: settings.native(),
        memory_mb: MEMORY_MB,
    };
    let started = start(&settings.reader.program, &request);
    let mut child =
        started.map_err(|error| Fault::fatal("starting the check of a model", error))?;
    let verdict = hear(&mut child);
    Ok(verdict.unwrap_or_else(|reason| Verdict {
        model: folder.display().to_string(),
        mismatches: vec![reason],
        ..Verdict::default()
    }))
}

fn start(program: &Path, request: &Request) -> std::io::Result<Child> {
    let mut child = Command::new(program)
        .arg(child::ARGUMENT)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        serde_json::to_writer(&mut pipe, request)?;
        pipe.flush()?;
    }
    Ok(child)
}

/// Listens to a child until it has its verdict, has died or has taken too long.
fn hear(child: &mut Child) -> Result<Verdict, String> {
    let (said, lines) = channel();
    let out = child.stdout.take();
    std::thread::spawn(move || {
        let lines = out.into_iter().flat_map(|out| BufReader::new(out).lines());
        for line in lines.map_while(Result::ok) {
            let told = serde_json::from_str::<Told>(&line);
            if told.is_ok_and(|told| said.send(told).is_err()) {
                return;
            }
        }
    });
    let (started, mut doing) = (Instant::now(), "starting".to_owned());
    loop {
        match lines.recv_timeout(LONGEST.saturating_sub(started.elapsed())) {
            Ok(Told::Doing(next)) => doing = next,
            Ok(Told::Verdict(verdict)) => {
                drop(child.wait());
                return Ok(verdict);
            }
            Err(RecvTimeoutError::Timeout) => {
                drop(child.kill());
                drop(child.wait());
                return Err(format!(
                    "{doing} took longer than {} seconds",
                    LONGEST.as_secs()
                ));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(death(child, &doing)),
        }
    }
}

/// Why a child died, as well as can be told.
fn death(child: &mut Child, doing: &str) -> String {
    let mut last_words = Vec::new();
    if let Some(pipe) = child.stderr.take() {
        drop(pipe.take(LAST_WORDS as u64).read_to_end(&mut last_words));
    }
    let last_words = String::from_utf8_lossy(&last_words);
    let status = child.wait();
    match status {
        Ok(status) if status.code() == Some(child::OUT_OF_MEMORY_EXIT) => {
            format!("{doing} took more than {MEMORY_MB} MiB of memory")
        }
        Ok(status) => {
            let how = status.signal().map_or_else(
                || format!("code {}", status.code().unwrap_or_default()),
                |signal| format!("signal {signal}"),
            );
            format!("{doing} ended the process ({how}): {}", last_words.trim())
        }
        Err(error) => format!("{doing} failed: {error}"),
    }
}
