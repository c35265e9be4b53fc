//! What time brings: papers that have waited long enough for their shipment, proofs of delivery that are overdue, acts of people that nothing
//! has followed, charges that are not counted, and how old open exceptions are. Every worker looks; the ledger lets each thing be told once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Service;
use super::drift::week;
use crate::decision::{ExceptionCode, after_business_hours};
use crate::fault::Fault;

/// How often: a customer who waits for minutes does not mind seconds.
const PERIOD: Duration = Duration::from_secs(10);
/// How many rounds pass between two counts of what is open, which reads all of it.
const COUNTED: u32 = 6;

/// How many rounds pass before old trials are looked for.
const FORGOTTEN: u32 = 360;
/// How long what a challenger made of a document is kept: longer than people take to say what was right.
const TRIALS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Open exceptions of a code, and how many of them should have ended by now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) all: u64,
    pub(super) overdue: u64,
}

/// Goes on until the service stops.
pub(super) async fn now_and_then(service: Arc<Service>) {
    let mut rounds = tokio::time::interval(PERIOD);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0_u32.. {
        rounds.tick().await;
        let now = Timestamp::now();
        let chores = [
            end_patience(&service, now).await,
            miss_pods(&service, now).await,
            follow_acts(&service, now).await,
            count_earlier(&service).await,
            if round % COUNTED == 0 {
                count(&service, now).await
            } else {
                Ok(())
            },
            if round % FORGOTTEN == 0 {
                forget(&service, now).await
            } else {
                Ok(())
            },
        ];
        for fault in chores.into_iter().filter_map(Result::err) {
            tracing::warn!(error = %fault, "what time brings is looked at again later");
        }
    }
}

async fn end_patience(service: &Service, now: Timestamp) -> Result<(), Fault> {
    let waited = service.worker.clerk().end_patience(now).await?;
    if !waited.is_empty() {
        service.tell("papers have waited long enough for their shipment", waited);
    }
    Ok(())
}

async fn miss_pods(service: &Service, now: Timestamp) -> Result<(), Fault> {
    let missed = service.worker.clerk().miss_pods(None, now).await?;
    if !missed.is_empty() {
        service.tell("proofs of delivery are overdue", missed);
    }
    Ok(())
}

async fn follow_acts(service: &Service, now: Timestamp) -> Result<(), Fault> {
    let followed = service.worker.clerk().follow_acts(now).await?;
    if !followed.is_empty() {
        service.tell("what people did is followed", followed);
    }
    Ok(())
}

/// Shipments that an earlier program stored.
async fn count_earlier(service: &Service) -> Result<(), Fault> {
    /// At a time; the rest follows soon.
    const SOME: u32 = 1000;
    let counted = service.ledger().count_earlier(SOME).await?;
    if counted > 0 {
        tracing::info!(counted, "what is billed on earlier shipments is counted");
    }
    Ok(())
}

async fn count(service: &Service, now: Timestamp) -> Result<(), Fault> {
    let open = service.ledger().open_exceptions().await?;
    service.metrics.exceptions(&aged(&open, service, now));
    let counted = service.ledger().week(now).await?;
    let serving = service.worker.in_service().now().champions.clone();
    service.metrics.week(&week(&counted, &serving));
    Ok(())
}

async fn forget(service: &Service, now: Timestamp) -> Result<(), Fault> {
    let forgotten = service.ledger().forget_trials(now - TRIALS_KEPT).await?;
    if forgotten > 0 {
        tracing::info!(
            forgotten,
            "what challengers made of old documents is forgotten"
        );
    }
    Ok(())
}

fn aged(
    open: &[(ExceptionCode, Timestamp)],
    service: &Service,
    now: Timestamp,
) -> BTreeMap<ExceptionCode, Open> {
    let zone = &service.settings.exceptions.time_zone;
    let mut by_code: BTreeMap<ExceptionCode, Open> = BTreeMap::new();
    for (code, opened_at) in open {
        let counted = by_code.entry(*code).or_default();
        counted.all += 1;
        let due = code
            .sla()
            .map(|sla| after_business_hours(*opened_at, sla.resolution, zone));
        counted.overdue += u64::from(due.is_some_and(|due| due <= now));
    }
    by_code
}
