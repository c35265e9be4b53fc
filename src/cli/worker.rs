//! `countersign worker`: the service.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Failure;
use crate::broker::Topology;
use crate::service::{self, Ended};
use crate::settings::Settings;

/// Works on uploads as a broker tells of them, until SIGTERM.
#[derive(Debug, Args)]
pub(super) struct WorkerArgs {
    /// Print the exchanges and queues that a worker needs, as `rabbitmqctl import_definitions` takes them, and do nothing else.
    #[arg(long)]
    topology: bool,
    /// Billing profiles: a JSON or TOML file, or a folder of such files.
    #[arg(long)]
    profiles: Option<PathBuf>,
}

/// Runs the command: 0 once it was told to stop and everything in hand is settled, 1 when some of it was left to be delivered again, 2 for
/// settings, models or rights that it cannot work with.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: WorkerArgs, settings: Settings) -> Result<ExitCode, Failure> {
    if args.topology {
        return topology(&settings);
    }
    settings.check_for_worker().map_err(Failure::usage)?;
    let profiles = super::profiles(args.profiles, &settings)?;
    match service::run(settings, profiles).await? {
        Ended::InGoodOrder => Ok(ExitCode::SUCCESS),
        Ended::InHaste => Ok(ExitCode::from(1)),
    }
}

fn topology(settings: &Settings) -> Result<ExitCode, Failure> {
    let definitions = Topology::of_worker().definitions(&settings.rabbitmq.vhost());
    let text = serde_json::to_string_pretty(&definitions).map_err(Failure::unexpected)?;
    super::print(&format!("{text}\n"))
}
