//! A message of the uploads queue, from its notices to committed outcomes.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use tracing::Instrument as _;

use super::Service;
use crate::broker::UPLOADS;
use crate::document::TraceParent;
use crate::fault::Fault;
use crate::intake::rabbitmq::{Message, Verdict};
use crate::intake::{Change, Notice, Sequencer, notices};
use crate::ledger::{Claim, ObjectChange};
use crate::telemetry::continue_trace;
use crate::worker::{Arrival, Read};

/// Works on every object that the message tells of. All of them are tried; the message is done once all are.
pub(super) async fn handle(service: &Arc<Service>, message: Message) -> Verdict {
    let notices = match notices(&message.body) {
        Ok(notices) => notices,
        Err(error) => {
            return Verdict::Dead {
                reason: "no_notice",
                detail: error.to_string(),
            };
        }
    };
    if !service.health.until_work_can_go_on(&service.stopping).await {
        return Verdict::Return;
    }
    if message.sent_at.is_none()
        && message.tries == 0
        && let Some(at) = notices.iter().find_map(|notice| notice.at)
    {
        service.metrics.age(UPLOADS, at, Timestamp::now());
    }
    let mut verdict = Verdict::Done;
    for notice in notices {
        let one = on_its_own_trace(service, notice, message.trace.as_ref()).await;
        verdict = graver(verdict, one);
    }
    verdict
}

fn graver(one: Verdict, other: Verdict) -> Verdict {
    let gravity = |verdict: &Verdict| match verdict {
        Verdict::Done => 0,
        Verdict::Busy => 1,
        Verdict::Later { .. } => 2,
        Verdict::Dead { .. } => 3,
        Verdict::Return => 4,
    };
    if gravity(&other) > gravity(&one) {
        other
    } else {
        one
    }
}

async fn on_its_own_trace(
    service: &Arc<Service>,
    notice: Notice,
    sender: Option<&TraceParent>,
) -> Verdict {
    let (bucket, key) = (&notice.object.bucket, &notice.object.key);
    let span = tracing::info_span!("upload", bucket, key, trace_id = tracing::field::Empty);
    let trace = continue_trace(&span, sender);
    if let Some(id) = trace
        .as_ref()
        .and_then(|trace| trace.as_str().split('-').nth(1))
    {
        span.record("trace_id", id);
    }
    let worked = async {
        match work(service, notice, trace).await {
            Ok(verdict) => verdict,
            Err(fault) => put_off(service, fault),
        }
    };
    worked.instrument(span).await
}

fn put_off(service: &Service, fault: Fault) -> Verdict {
    match fault {
        fault @ Fault::Fatal { .. } => {
            service.fail(fault);
            Verdict::Return
        }
        _ if service.stopping.is_cancelled() => Verdict::Return,
        fault => {
            tracing::warn!(error = %fault, "an upload is tried again later");
            let reason = match &fault {
                Fault::Retry { what, .. } | Fault::Fatal { what, .. } => what,
                Fault::Reject(_) => "rejected",
            };
            Verdict::Later {
                reason,
                detail: fault.to_string(),
            }
        }
    }
}

async fn work(
    service: &Arc<Service>,
    notice: Notice,
    trace: Option<TraceParent>,
) -> Result<Verdict, Fault> {
    if service
        .store
        .is_ours(&notice.object.bucket, &notice.object.key)
    {
        return Ok(Verdict::Done);
    }
    let now = Timestamp::now();
    let (object, ledger) = (notice.object.clone(), service.ledger());
    let sequencer = notice.sequencer.clone();
    let change = ObjectChange {
        object: &object,
        removed: notice.change == Change::Removed,
        sequencer: sequencer.as_ref().map(Sequencer::as_text),
    };
    if notice.change == Change::Removed {
        ledger.note_removal(change, now).await?;
        return Ok(Verdict::Done);
    }
    match ledger.claim(change, &service.holder, now).await? {
        Claim::Ours => {}
        Claim::Busy => return Ok(Verdict::Busy),
        Claim::Outdated => {
            tracing::info!("a later change of this object is known");
            return Ok(Verdict::Done);
        }
    }
    let finished = finish(service, Arrival::of_notice(notice, trace)).await;
    if let Err(error) = ledger.give_back(&object, &service.holder).await {
        tracing::warn!(%error, "a lease is left to run out");
    }
    finished?;
    Ok(Verdict::Done)
}

async fn finish(service: &Arc<Service>, arrival: Arrival) -> Result<(), Fault> {
    let _in_hand = service.health.take_in_hand(arrival.object.clone());
    let started = Instant::now();
    service.metrics.attempt();
    let reading = tracing::info_span!("read");
    let read = service.worker.read(arrival).instrument(reading).await?;
    if let Read::Documents(_, _, upload) = &read {
        for finding in &upload.findings {
            service.metrics.stage(&finding.stage, finding.took);
        }
    }
    let deciding = Instant::now();
    let events = service
        .worker
        .decide(read)
        .instrument(tracing::info_span!("decide"))
        .await?;
    service.metrics.stage("deciding", deciding.elapsed());
    service.metrics.upload(started.elapsed());
    service.tell("an upload is finished", events);
    Ok(())
}
