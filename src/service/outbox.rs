//! The loop that hands committed events on to the broker.
//!
//! Each worker publishes what it has committed itself. What stays behind, since its worker died or the broker was away, one worker
//! publishes for all of them, in the order of commits. What the broker has no queue for stays, and one event of each kind is offered
//! again from time to time.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::health::Part;
use super::{Pause, Service, connect};
use crate::events::StoredEvent;
use crate::events::rabbitmq::Publisher;
use crate::fault::Fault;

/// Events handed to the broker at a time.
const BATCH: usize = 200;
/// How long the broker may take to confirm a batch; one that is out of disk or memory takes for ever.
const CONFIRMING: Duration = Duration::from_secs(60);
/// How often what stayed behind is looked for, and how old it has to be: its own worker may still be at it.
const LOOKING: Duration = Duration::from_secs(1);
const BEHIND: Duration = Duration::from_secs(5);
/// How often what nobody wanted is offered again.
const OFFERING: Duration = Duration::from_secs(30);
/// The lease of whoever publishes for all.
const CHORE: &str = "outbox";

/// Goes on until `all_committed`, and then until the last events are out.
pub(super) async fn run(
    service: Arc<Service>,
    mut committed: mpsc::Receiver<StoredEvent>,
    all_committed: CancellationToken,
) {
    let mut pause = Pause::new();
    loop {
        let Err(fault) =
            over_one_connection(&service, &mut committed, &all_committed, &mut pause).await
        else {
            return;
        };
        service.metrics.reconnect("outbox");
        service.health.note(Part::Events, Err(fault.to_string()));
        if !pause.over(&all_committed).await {
            // The others publish it.
            return;
        }
    }
}

async fn over_one_connection(
    service: &Service,
    committed: &mut mpsc::Receiver<StoredEvent>,
    all_committed: &CancellationToken,
    pause: &mut Pause,
) -> Result<(), Fault> {
    let broker = connect(&service.settings, "countersign outbox").await?;
    let publisher = Publisher::open(&broker).await?;
    service.health.note(Part::Events, Ok(()));
    *pause = Pause::new();
    let (mut looking, mut offering) = (every(LOOKING), every(OFFERING));
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            _ = committed.recv_many(&mut batch, BATCH) => {
                hand_on(service, &publisher, std::mem::take(&mut batch)).await?;
            }
            _ = looking.tick() => hand_on_what_stayed_behind(service, &publisher).await?,
            _ = offering.tick() => offer_again(service, &publisher).await?,
            () = all_committed.cancelled() => break,
        }
    }
    while let Ok(event) = committed.try_recv() {
        batch.push(event);
    }
    for some in batch.chunks(BATCH) {
        hand_on(service, &publisher, some.to_vec()).await?;
    }
    broker.close().await;
    Ok(())
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

async fn hand_on(
    service: &Service,
    publisher: &Publisher,
    events: Vec<StoredEvent>,
) -> Result<(), Fault> {
    let events = service.ledger().in_order(events).await?;
    publish(service, publisher, events).await?;
    Ok(())
}

/// Returns those that the broker took.
async fn publish(
    service: &Service,
    publisher: &Publisher,
    events: Vec<StoredEvent>,
) -> Result<Vec<StoredEvent>, Fault> {
    let handed = tokio::time::timeout(CONFIRMING, publisher.publish(events)).await;
    let handed = handed.map_err(|late| Fault::retry("publishing events", late))??;
    let (ledger, now) = (service.ledger(), Timestamp::now());
    ledger.mark_published(&handed.confirmed, now).await?;
    ledger.mark_returned(&handed.returned, now).await?;
    service.metrics.published(&handed.confirmed);
    service.metrics.returned(&handed.returned);
    if let Some(first) = handed.returned.first() {
        let kind = first.kind.name();
        tracing::warn!(
            kind,
            events = handed.returned.len(),
            "no queue is bound for events of this kind; they are kept"
        );
    }
    Ok(handed.confirmed)
}

async fn is_ours_to_do(service: &Service) -> Result<bool, Fault> {
    let now = Timestamp::now();
    Ok(service
        .ledger()
        .take_chore(CHORE, &service.holder, now)
        .await?)
}

async fn hand_on_what_stayed_behind(service: &Service, publisher: &Publisher) -> Result<(), Fault> {
    if !is_ours_to_do(service).await? {
        return Ok(());
    }
    loop {
        let before = Timestamp::now() - jiff::SignedDuration::try_from(BEHIND).unwrap_or_default();
        let limit = u32::try_from(BATCH).unwrap_or(u32::MAX);
        let events = service.ledger().leftover_events(before, limit).await?;
        if events.is_empty() {
            return Ok(());
        }
        publish(service, publisher, events).await?;
    }
}

/// The oldest event of each kind that nobody wanted: if it is taken now, so are the others.
async fn offer_again(service: &Service, publisher: &Publisher) -> Result<(), Fault> {
    if !is_ours_to_do(service).await? {
        return Ok(());
    }
    let refused = service.ledger().returned_events().await?;
    for taken in publish(service, publisher, refused).await? {
        tracing::info!(
            kind = taken.kind.name(),
            "a queue is bound for events of this kind now"
        );
        service.ledger().offer_again(taken.kind).await?;
    }
    Ok(())
}
