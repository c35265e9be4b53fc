//! The command line: one file a command. Arguments → settings → command → exit code.

mod attach;
mod audit;
mod charge_features;
mod dataset;
mod desk;
mod doctor;
mod evaluate;
mod exceptions;
mod explain;
mod features;
mod lines;
mod models;
mod process;
mod replay;
mod report;
mod sweep;
mod uploads;
mod words;
mod worker;

use std::io::{IsTerminal as _, stderr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::decision::Profiles;
use crate::fault::Fault;
use crate::settings::Settings;
use crate::telemetry::Telemetry;

/// Reads proof-of-delivery paper so that freight gets billed the same day.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Settings file (TOML); `countersign settings` prints every key with its default.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Process(process::ProcessArgs),
    Explain(explain::ExplainArgs),
    Exceptions(exceptions::ExceptionsArgs),
    Attach(attach::AttachArgs),
    Detach(attach::DetachArgs),
    Audit(audit::AuditArgs),
    Evaluate(evaluate::EvaluateArgs),
    Worker(worker::WorkerArgs),
    Sweep(sweep::SweepArgs),
    Models(models::ModelsArgs),
    Replay(replay::ReplayArgs),
    Dataset(dataset::DatasetArgs),
    /// Says what is missing or wrong on this machine, and how to mend it.
    Doctor,
    /// Prints the settings in force; with --defaults the documented defaults.
    Settings {
        /// Print the defaults with what each means.
        #[arg(long)]
        defaults: bool,
    },
    #[command(hide = true)]
    Features(features::FeaturesArgs),
    #[command(hide = true)]
    ChargeFeatures(charge_features::ChargeFeaturesArgs),
    #[command(hide = true)]
    Words(words::WordsArgs),
    #[command(hide = true)]
    Lines(lines::LinesArgs),
}

/// Why a command could not do its work, by exit code.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    reason: String,
}

impl Failure {
    /// Arguments or settings that cannot be used: exit code 2.
    fn usage(reason: impl ToString) -> Self {
        Self {
            code: 2,
            reason: reason.to_string(),
        }
    }

    /// Something broke: exit code 1.
    fn unexpected(reason: impl ToString) -> Self {
        Self {
            code: 1,
            reason: reason.to_string(),
        }
    }
}

impl From<Fault> for Failure {
    /// A fatal fault means that the program is not set up: exit code 2, as for wrong settings.
    fn from(fault: Fault) -> Self {
        match &fault {
            Fault::Fatal { .. } => Self::usage(fault),
            Fault::Retry { .. } | Fault::Reject(_) => Self::unexpected(fault),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::unexpected(error)
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(Failure { code, reason }) => {
            eprintln!("countersign: {reason}");
            ExitCode::from(code)
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    if let Command::Settings { defaults: true } = cli.command {
        return print(crate::settings::DEFAULTS);
    }
    let settings = Settings::load(cli.config.as_deref()).map_err(Failure::usage)?;
    let _telemetry = Telemetry::start(&settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    match cli.command {
        Command::Process(args) => runtime.block_on(process::run(args, settings)),
        Command::Explain(args) => runtime.block_on(explain::run(args, settings)),
        Command::Exceptions(args) => runtime.block_on(exceptions::run(args, settings)),
        Command::Attach(args) => runtime.block_on(attach::attach(args, settings)),
        Command::Detach(args) => runtime.block_on(attach::detach(args, settings)),
        Command::Audit(args) => runtime.block_on(audit::run(args, settings)),
        Command::Evaluate(args) => runtime.block_on(evaluate::run(args, settings)),
        Command::Worker(args) => runtime.block_on(worker::run(args, settings)),
        Command::Sweep(args) => runtime.block_on(sweep::run(args, settings)),
        Command::Dataset(args) => runtime.block_on(dataset::run(args, settings)),
        Command::Replay(args) => runtime.block_on(replay::run(args, settings)),
        Command::Models(args) => runtime.block_on(models::run(args, settings)),
        Command::Doctor => runtime.block_on(doctor::run(&settings)),
        Command::Settings { .. } => {
            print(&toml::to_string(&settings).map_err(Failure::unexpected)?)
        }
        Command::ChargeFeatures(args) => charge_features::run(&args)
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| Failure::usage(format!("{error:#}"))),
        Command::Features(args) => features::run(&args)
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| Failure::usage(format!("{error:#}"))),
        Command::Words(args) => words::run(&args, &settings).map(|()| ExitCode::SUCCESS),
        Command::Lines(args) => lines::run(&args, &settings).map(|()| ExitCode::SUCCESS),
    }
}

/// Profiles from the command line, else from the settings, else the built-in one.
fn profiles(named: Option<PathBuf>, settings: &Settings) -> Result<Profiles, Failure> {
    let path = named.unwrap_or_else(|| settings.profiles.clone());
    if path.as_os_str().is_empty() {
        return Ok(Profiles::default());
    }
    Profiles::load(&path).map_err(Failure::usage)
}

fn print(text: &str) -> Result<ExitCode, Failure> {
    use std::io::Write as _;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// A bar on standard error that counts files; none where nobody sees it.
fn progress_bar(files: usize) -> ProgressBar {
    let target = if stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(u64::try_from(files).ok(), target);
    let template = ProgressStyle::with_template("{bar:30} {pos} of {len} files, {eta} left  {msg}");
    bar.with_style(template.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
