//! `countersign sweep`: enqueues what no notice told of.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::Failure;
use crate::broker::Topology;
use crate::broker::rabbitmq::Broker;
use crate::fault::Fault;
use crate::intake::sweep::Sweep;
use crate::settings::Settings;
use crate::storage::s3::S3;
use crate::worker::open_ledger;

/// Lists the bucket of uploads and enqueues those that gave no outcome yet. One that was cut short goes on where it stopped.
#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    /// Leave objects younger than so many minutes to their notices.
    #[arg(long)]
    age_minutes: Option<u32>,
}

/// Runs the command: 1 when it was cut short, 2 for settings that it cannot work with.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: SweepArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    settings.sweep.age_minutes = args.age_minutes.unwrap_or(settings.sweep.age_minutes);
    settings.check_for_worker().map_err(Failure::usage)?;
    let ledger = open_ledger(&settings).await?;
    let store = S3::open(&settings.s3).await;
    let url = settings.rabbitmq.url.reveal();
    let broker = Broker::connect(url, "countersign sweep")
        .await
        .map_err(Fault::from)?;
    let topology = Topology::of_worker();
    broker.declare(&topology).await.map_err(Fault::from)?;
    let sweep = Sweep {
        store: &store,
        ledger: &ledger,
        mailbox: &broker.mailbox().await.map_err(Fault::from)?,
        settings: &settings.sweep,
        bucket: &settings.s3.bucket,
        holder: &uuid::Uuid::new_v4().to_string(),
    };
    let swept = sweep.run(Timestamp::now()).await;
    broker.close().await;
    let Some(swept) = swept? else {
        return Err(Failure::unexpected("another sweep is under way"));
    };
    super::print(&format!(
        "{} objects listed, {} enqueued\n",
        swept.listed, swept.enqueued
    ))
}
