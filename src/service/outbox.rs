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
use crate::events::rabbitmq::{Handed, Publisher};
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
        let ended = over_one_connection(&service, &mut committed, &all_committed).await;
        let Err(fault) = ended else { return };
        service.metrics.reconnect("outbox");
        service.health.note(Part::Events, Err(fault.to_string()));
        if matches!(fault, Fault::Fatal { .. }) {
            return service.fail(fault);
        }
        if !pause.over(&all_committed).await {
            // Another worker publishes it.
            return;
        }
    }
}

async fn over_one_connection(
    service: &Service,
    committed: &mut mpsc::Receiver<StoredEvent>,
    all_committed: &CancellationToken,
) -> Result<(), Fault> {
    let broker = connect(&service.settings, "countersign outbox").await?;
    let publisher = Publisher::open(&broker).await?;
    let ended = publish_all(service, &publisher, committed, all_committed).await;
    broker.close().await;
    ended
}

async fn publish_all(
    service: &Service,
    publisher: &Publisher,
    committed: &mut mpsc::Receiver<StoredEvent>,
    all_committed: &CancellationToken,
) -> Result<(), Fault> {
    service.health.note(Part::Events, Ok(()));
    let (mut looking, mut offering) = (every(LOOKING), every(OFFERING));
    let mut batch = Vec::new();
    loop {
        let handed = tokio::select! {
            _ = committed.recv_many(&mut batch, BATCH) => {
                in_time(hand_on(service, publisher, std::mem::take(&mut batch))).await?
            }
            _ = looking.tick() => {
                let handed = in_time(hand_on_what_stayed_behind(service, publisher)).await?;
                if handed.confirmed.len() + handed.returned.len() == BATCH {
                    // There is more of it.
                    looking.reset_immediately();
                }
                handed
            }
            _ = offering.tick() => in_time(offer_again(service, publisher)).await?,
            () = all_committed.cancelled() => break,
        };
        if !handed.refused.is_empty() {
            // Whatever takes no more is left alone for a while; the others get no repeats meanwhile.
            looking.reset_after(OFFERING);
        }
    }
    while let Ok(event) = committed.try_recv() {
        batch.push(event);
    }
    for some in batch.chunks(BATCH) {
        in_time(hand_on(service, publisher, some.to_vec())).await?;
    }
    Ok(())
}

/// A ledger or broker that hangs must not keep the chore from the other workers.
async fn in_time<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let done = tokio::time::timeout(CONFIRMING, work).await;
    done.map_err(|late| Fault::retry("publishing events", late))?
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
) -> Result<Handed, Fault> {
    let events = service.ledger().in_order(events).await?;
    publish(service, publisher, events).await
}

/// One batch at a time: the events of this worker must not wait for all of them.
async fn hand_on_what_stayed_behind(
    service: &Service,
    publisher: &Publisher,
) -> Result<Handed, Fault> {
    if !is_ours_to_do(service).await? {
        return Ok(Handed::default());
    }
    let before = Timestamp::now() - jiff::SignedDuration::try_from(BEHIND).unwrap_or_default();
    let limit = u32::try_from(BATCH).unwrap_or(u32::MAX);
    let events = service.ledger().leftover_events(before, limit).await?;
    publish(service, publisher, events).await
}

/// The oldest event of each kind that nobody wanted: if it is taken now, so are the others.
async fn offer_again(service: &Service, publisher: &Publisher) -> Result<Handed, Fault> {
    if !is_ours_to_do(service).await? {
        return Ok(Handed::default());
    }
    let unwanted = service.ledger().returned_events().await?;
    let handed = publish(service, publisher, unwanted).await?;
    for taken in &handed.confirmed {
        tracing::info!(
            kind = taken.kind.name(),
            "a queue is bound for events of this kind now"
        );
        service.ledger().offer_again(taken.kind).await?;
    }
    Ok(handed)
}

async fn is_ours_to_do(service: &Service) -> Result<bool, Fault> {
    let (ledger, now) = (service.ledger(), Timestamp::now());
    Ok(ledger.take_chore(CHORE, &service.holder, now).await?)
}

/// Publishes, and notes what became of each.
async fn publish(
    service: &Service,
    publisher: &Publisher,
    events: Vec<StoredEvent>,
) -> Result<Handed, Fault> {
    let handed = publisher.publish(events).await?;
    let (ledger, now) = (service.ledger(), Timestamp::now());
    ledger.mark_published(&handed.confirmed, now).await?;
    ledger.mark_returned(&handed.returned, now).await?;
    service.metrics.published(&handed.confirmed);
    service.metrics.returned(&handed.returned);
    if let Some(first) = handed.returned.first() {
        let (kind, events) = (first.kind.name(), handed.returned.len());
        tracing::warn!(
            kind,
            events,
            "no queue is bound for events of this kind; they are kept"
        );
    }
    if let Some(first) = handed.refused.first() {
        let (kind, events) = (first.kind.name(), handed.refused.len());
        tracing::warn!(kind, events, "a queue takes no more events; they are kept");
    }
    Ok(handed)
}
