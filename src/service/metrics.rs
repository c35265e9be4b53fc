//! What Prometheus is told.

mod week;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
#[cfg(target_os = "linux")]
use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Encoder as _, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter,
    IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use self::week::Week;
use super::chores::Open;
use super::health::{Health, Part};
use crate::decision::ExceptionCode;
use crate::events::StoredEvent;
use crate::fault::Fault;
use crate::ledger::OutboxState;
use crate::reading::children_started;

/// Seconds, from a lookup to a long scan.
const STAGES: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];
/// Seconds, from live traffic to a backlog over a weekend.
const AGES: &[f64] = &[
    0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 14_400.0, 86_400.0, 259_200.0,
];

#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    queues: Queues,
    work: Work,
    outbox: Outbox,
    desk: Desk,
    week: Week,
}

#[derive(Debug)]
struct Queues {
    messages: IntCounterVec,
    age: HistogramVec,
    ready: IntGaugeVec,
    reconnects: IntCounterVec,
    swept: IntCounter,
}

#[derive(Debug)]
struct Work {
    stages: HistogramVec,
    uploads: Histogram,
    attempts: IntCounter,
    outcomes: IntCounterVec,
    in_hand: IntGauge,
    reader_starts: IntGauge,
    parts: GaugeVec,
}

#[derive(Debug)]
struct Outbox {
    published: IntCounterVec,
    returned: IntCounterVec,
    pending: IntGauge,
    kept: IntGauge,
    age: Gauge,
}

/// What people have to act on.
#[derive(Debug)]
struct Desk {
    open: IntGaugeVec,
    overdue: IntGaugeVec,
}

impl Desk {
    fn made(made: &Made<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            open: made.gauges("exceptions_open", "Open exceptions, by code.", &["code"])?,
            overdue: made.gauges(
                "exceptions_overdue",
                "Open exceptions that should have ended by now, by code.",
                &["code"],
            )?,
        })
    }
}

impl Queues {
    fn made(made: &Made<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            messages: made.counters(
                "messages_total",
                "Messages settled, by queue and what became of them.",
                &["queue", "verdict"],
            )?,
            age: made.histograms(
                "queue_age_seconds",
                "From the sending of a message to its delivery.",
                AGES,
                &["queue"],
            )?,
            ready: made.gauges("queue_messages", "Messages ready in a queue.", &["queue"])?,
            reconnects: made.counters(
                "reconnects_total",
                "Connections to the broker that were lost or not had.",
                &["loop"],
            )?,
            swept: made.counter(
                "swept_uploads_total",
                "Uploads that a sweep enqueued since no notice told of them.",
            )?,
        })
    }
}

impl Work {
    fn made(made: &Made<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            stages: made.histograms(
                "stage_seconds",
                "Time of a stage, of a page or a document.",
                STAGES,
                &["stage"],
            )?,
            uploads: made.histogram(
                "upload_seconds",
                "From the beginning of work on an upload to its commit.",
                STAGES,
            )?,
            attempts: made.counter("attempts_total", "Times that work on an upload was begun.")?,
            outcomes: made.counters(
                "outcomes_total",
                "Committed outcomes, by type of event and exception code or reason.",
                &["type", "code"],
            )?,
            in_hand: made.gauge("in_hand_uploads", "Uploads being worked on.")?,
            reader_starts: made.gauge(
                "reader_children_started",
                "Reader children started since the worker was.",
            )?,
            parts: made.floats(
                "part_up",
                "1 where what the worker needs beside it is there.",
                &["part"],
            )?,
        })
    }
}

impl Outbox {
    fn made(made: &Made<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            published: made.counters(
                "events_published_total",
                "Events that the broker has confirmed.",
                &["type"],
            )?,
            returned: made.counters(
                "events_returned_total",
                "Events that the broker had no queue for.",
                &["type"],
            )?,
            pending: made.gauge(
                "outbox_pending_events",
                "Committed events that nobody has yet.",
            )?,
            kept: made.gauge(
                "outbox_returned_events",
                "Committed events that no queue is bound for.",
            )?,
            age: made.float(
                "outbox_age_seconds",
                "Age of the oldest event that nobody has yet.",
            )?,
        })
    }
}

impl Metrics {
    /// # Errors
    /// [`Fault::Fatal`] for a name that Prometheus does not take, which no test would let pass.
    pub(super) fn new() -> Result<Self, Fault> {
        Self::made().map_err(|error| Fault::fatal("setting up metrics", error))
    }

    fn made() -> prometheus::Result<Self> {
        let registry = Registry::new();
        #[cfg(target_os = "linux")]
        registry.register(Box::new(ProcessCollector::for_self()))?;
        let made = Made(&registry);
        Ok(Self {
            queues: Queues::made(&made)?,
            work: Work::made(&made)?,
            outbox: Outbox::made(&made)?,
            desk: Desk::made(&made)?,
            week: Week::made(&made)?,
            registry: registry.clone(),
        })
    }

    pub(super) fn message(&self, queue: &str, verdict: &str) {
        self.queues
            .messages
            .with_label_values(&[queue, verdict])
            .inc();
    }

    pub(super) fn age(&self, queue: &str, sent: Timestamp, now: Timestamp) {
        let age = (now.as_duration() - sent.as_duration()).as_secs_f64();
        self.queues
            .age
            .with_label_values(&[queue])
            .observe(age.max(0.0));
    }

    pub(super) fn waiting(&self, queue: &str, messages: u32) {
        self.queues
            .ready
            .with_label_values(&[queue])
            .set(messages.into());
    }

    pub(super) fn stage(&self, stage: &str, took: Duration) {
        self.work
            .stages
            .with_label_values(&[stage])
            .observe(took.as_secs_f64());
    }

    pub(super) fn attempt(&self) {
        self.work.attempts.inc();
    }

    pub(super) fn upload(&self, took: Duration) {
        self.work.uploads.observe(took.as_secs_f64());
    }

    /// Counts an outcome once for each exception that it names; what has none counts under an empty code.
    pub(super) fn outcome(&self, event: &StoredEvent) {
        let value: serde_json::Value = serde_json::from_str(&event.json).unwrap_or_default();
        let data = &value["data"];
        let codes = data["exceptions"].as_array().into_iter().flatten();
        let mut codes: Vec<&str> = codes
            .filter_map(|exception| exception["code"].as_str())
            .collect();
        codes.extend(data["reason"].as_str());
        if codes.is_empty() {
            codes.push("");
        }
        for code in codes {
            self.work
                .outcomes
                .with_label_values(&[event.kind.name(), code])
                .inc();
        }
    }

    pub(super) fn published(&self, events: &[StoredEvent]) {
        for event in events {
            self.outbox
                .published
                .with_label_values(&[event.kind.name()])
                .inc();
        }
    }

    pub(super) fn returned(&self, events: &[StoredEvent]) {
        for event in events {
            self.outbox
                .returned
                .with_label_values(&[event.kind.name()])
                .inc();
        }
    }

    pub(super) fn outbox(&self, state: OutboxState, now: Timestamp) {
        self.outbox.pending.set(signed(state.pending));
        self.outbox.kept.set(signed(state.returned));
        let age = state.oldest.map_or(0.0, |oldest| {
            (now.as_duration() - oldest.as_duration()).as_secs_f64()
        });
        self.outbox.age.set(age.max(0.0));
    }

    pub(super) fn exceptions(&self, by_code: &BTreeMap<ExceptionCode, Open>) {
        self.desk.open.reset();
        self.desk.overdue.reset();
        for (code, Open { all, overdue }) in by_code {
            let code = serde_json::to_value(code).unwrap_or_default();
            let labels = [code.as_str().unwrap_or_default()];
            self.desk.open.with_label_values(&labels).set(signed(*all));
            self.desk
                .overdue
                .with_label_values(&labels)
                .set(signed(*overdue));
        }
    }

    pub(super) fn reconnect(&self, which: &str) {
        self.queues.reconnects.with_label_values(&[which]).inc();
    }

    pub(super) fn swept(&self, uploads: u64) {
        self.queues.swept.inc_by(uploads);
    }

    /// All of it, in the text format.
    pub(super) fn text(&self, health: &Health) -> String {
        for part in Part::ALL {
            let up = f64::from(u8::from(health.is_well(part)));
            self.work.parts.with_label_values(&[part.name()]).set(up);
        }
        self.work
            .in_hand
            .set(i64::try_from(health.in_hand().len()).unwrap_or(i64::MAX));
        self.work.reader_starts.set(signed(children_started()));
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "metrics could not be written");
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn named(name: &str, help: &str) -> Opts {
    Opts::new(name, help).namespace("countersign")
}

/// Metrics that belong to a registry.
struct Made<'a>(&'a Registry);

impl Made<'_> {
    fn register<C: prometheus::core::Collector + Clone + 'static>(
        &self,
        metric: C,
    ) -> prometheus::Result<C> {
        self.0.register(Box::new(metric.clone()))?;
        Ok(metric)
    }

    fn counter(&self, name: &str, help: &str) -> prometheus::Result<IntCounter> {
        self.register(IntCounter::with_opts(named(name, help))?)
    }

    fn counters(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> prometheus::Result<IntCounterVec> {
        self.register(IntCounterVec::new(named(name, help), labels)?)
    }

    fn gauge(&self, name: &str, help: &str) -> prometheus::Result<IntGauge> {
        self.register(IntGauge::with_opts(named(name, help))?)
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntGaugeVec> {
        self.register(IntGaugeVec::new(named(name, help), labels)?)
    }

    fn float(&self, name: &str, help: &str) -> prometheus::Result<Gauge> {
        self.register(Gauge::with_opts(named(name, help))?)
    }

    fn floats(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<GaugeVec> {
        self.register(GaugeVec::new(named(name, help), labels)?)
    }

    fn histogram(&self, name: &str, help: &str, bounds: &[f64]) -> prometheus::Result<Histogram> {
        let options = HistogramOpts::from(named(name, help)).buckets(bounds.to_vec());
        self.register(Histogram::with_opts(options)?)
    }

    fn histograms(
        &self,
        name: &str,
        help: &str,
        bounds: &[f64],
        labels: &[&str],
    ) -> prometheus::Result<HistogramVec> {
        let options = HistogramOpts::from(named(name, help)).buckets(bounds.to_vec());
        self.register(HistogramVec::new(options, labels)?)
    }
}
