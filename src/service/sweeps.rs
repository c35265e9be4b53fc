//! Sweeps on a timer: one worker at a time, and only while no notices wait that may tell of the same uploads.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Service, connect};
use crate::broker::rabbitmq::Broker;
use crate::broker::{UPLOADS, WAITS, wait};
use crate::fault::Fault;
use crate::intake::sweep::{Sweep, Swept};

/// How soon a sweep that was not its turn, or failed, is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// Goes on until the service stops.
pub(super) async fn now_and_then(service: Arc<Service>) {
    let minutes = service.settings.sweep.minutes;
    if minutes == 0 {
        return std::future::pending().await;
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
    let broker = connect(&service.settings, "countersign sweep").await?;
    let swept = sweep_unless_notices_wait(service, &broker).await;
    broker.close().await;
    swept
}

/// Notices that wait may tell of the same uploads, and more of them than a sweep knows.
async fn sweep_unless_notices_wait(
    service: &Service,
    broker: &Broker,
) -> Result<Option<Swept>, Fault> {
    let waits = WAITS.map(|delay| wait(UPLOADS, delay));
    for queue in waits.iter().map(String::as_str).chain([UPLOADS]) {
        if broker.depth(queue).await? > 0 {
            return Ok(None);
        }
    }
    let sweep = Sweep {
        store: &service.store,
        ledger: service.ledger(),
        mailbox: &broker.mailbox().await?,
        settings: &service.settings.sweep,
        bucket: &service.settings.s3.bucket,
        holder: &service.holder,
    };
    sweep.run(Timestamp::now()).await
}
