//! Sweeps on a timer: one worker at a time, and only while no notices wait that may tell of the same uploads.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Service, connect};
use crate::broker::UPLOADS;
use crate::fault::Fault;
use crate::intake::sweep::{Sweep, Swept};

/// How soon a sweep that was not its turn, or failed, is tried again.
const AGAIN: Duration = Duration::from_secs(60);
/// The lease of whoever sweeps.
const CHORE: &str = "sweep";

/// Goes on until the service stops.
pub(super) async fn now_and_then(service: Arc<Service>) {
    let minutes = service.settings.sweep.minutes;
    if minutes == 0 {
        return;
    }
    let period = Duration::from_secs(60 * u64::from(minutes));
    let mut wait = period;
    loop {
        tokio::time::sleep(wait).await;
        wait = match sweep_in_turn(&service).await {
            Ok(Some(swept)) => {
                tracing::info!(listed = swept.listed, enqueued = swept.enqueued, "swept");
                service.metrics.swept(swept.enqueued);
                period
            }
            Ok(None) => AGAIN.min(period),
            Err(fault) => {
                tracing::warn!(error = %fault, "a sweep was cut short");
                AGAIN.min(period)
            }
        };
    }
}

async fn sweep_in_turn(service: &Service) -> Result<Option<Swept>, Fault> {
    let now = Timestamp::now();
    if !service
        .ledger()
        .take_chore(CHORE, &service.holder, now)
        .await?
    {
        return Ok(None);
    }
    let broker = connect(&service.settings, "countersign sweep").await?;
    if broker.depth(UPLOADS).await? > 0 {
        return Ok(None);
    }
    let sweep = Sweep {
        store: &service.store,
        ledger: service.ledger(),
        mailbox: &broker.mailbox().await?,
        settings: &service.settings.sweep,
        bucket: &service.settings.s3.bucket,
    };
    let swept = sweep.run(now).await;
    broker.close().await;
    swept.map(Some)
}
