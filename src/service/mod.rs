//! The service: a worker that lives for months beside a broker, an object store and a database.
//!
//! In: settings. Out: messages settled, events published, until it is told to stop. Loops go on beside each other, each of which
//! waits and tries again when what it needs is away: one hears of uploads and shipments, one hands committed events on, one keeps leases
//! up and looks how the others are, others look at the clock and sweep the bucket. What cannot mend itself ends the service with the reason.

mod chores;
mod drift;
mod health;
mod http;
mod intake;
mod metrics;
mod models;
mod outbox;
mod shipments;
mod sweeps;
mod uploads;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;

use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::health::{Health, Part};
use self::metrics::Metrics;
use crate::broker::Topology;
use crate::broker::rabbitmq::Broker;
use crate::decision::Profiles;
use crate::events::{EventType, StoredEvent};
use crate::fault::Fault;
use crate::ledger::{LEASE, Ledger};
use crate::settings::Settings;
use crate::storage::Storage;
use crate::storage::s3::S3;
use crate::worker::{Worker, open_champions, open_ledger};

/// First and longest pause before something that is away is tried again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));
/// What went well for so long is tried again soon.
const LASTING: Duration = Duration::from_secs(60);
/// How often leases are kept up and the neighbours looked at: four times a lease's length.
const BEAT: Duration = Duration::from_secs(5);
/// How long a neighbour may take to answer when it is looked at.
const LOOK: Duration = Duration::from_secs(4);
/// How long it may take to connect to the broker and to make there what is missing.
const CONNECTING: Duration = Duration::from_secs(30);
/// How long what is in hand may take to go back into the queue once it was given up.
const RETURNING: Duration = Duration::from_secs(10);
/// Events on their way to the outbox loop. Those that find no room wait in the ledger, where the loop finds them later.
const ON_THEIR_WAY: usize = 10_000;

/// What the loops share.
#[derive(Debug)]
struct Service {
    settings: Settings,
    worker: Worker,
    store: S3,
    /// Our name on leases.
    holder: String,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
    /// Committed events, to be handed on.
    committed: mpsc::Sender<StoredEvent>,
    in_hand: TaskTracker,
    stopping: CancellationToken,
    fatal: Mutex<Option<Fault>>,
}

/// How a service ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All that was in hand was finished or went back into its queue.
    InGoodOrder,
    /// Some of it was left to its lease and to the broker, which deliver it again.
    InHaste,
}

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
/// [`Fault::Fatal`] for what does not mend itself: wrong settings, models or rights.
pub async fn run(settings: Settings, profiles: Profiles) -> Result<Ended, Fault> {
    let (health, metrics) = (Arc::new(Health::new()), Arc::new(Metrics::new()?));
    let stopping = stop_on_signals()?;
    let served = http::serve(
        settings.worker.http,
        Arc::clone(&health),
        Arc::clone(&metrics),
    )
    .await?;
    let store = S3::open(&settings.s3).await;
    let Some(ledger) = ledger_once_there(&settings, &health, &stopping).await? else {
        return Ok(Ended::InGoodOrder);
    };
    let serving = open_champions(&settings, &ledger).await?;
    let storage = Storage::S3(store.clone());
    let (committed, to_publish) = mpsc::channel(ON_THEIR_WAY);
    let service = Arc::new(Service {
        worker: Worker::new(settings.clone(), profiles, ledger, storage, serving)?,
        settings,
        store,
        holder: uuid::Uuid::new_v4().to_string(),
        health,
        metrics,
        committed,
        in_hand: TaskTracker::new(),
        stopping,
        fatal: Mutex::default(),
    });
    // Before the first upload: an attempt should be about the upload, and readiness about being able to read.
    service.worker.warm_up().await?;
    let ended = service.live(to_publish).await;
    served.abort();
    let fatal = service
        .fatal
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match fatal {
        Some(fault) => Err(fault),
        None => Ok(ended),
    }
}

/// What has to be at the broker for a service.
///
/// # Errors
/// As [`Broker::connect`] and [`Broker::declare`].
async fn connect(settings: &Settings, name: &str) -> Result<Broker, Fault> {
    let connected = async {
        let broker = Broker::connect(settings.rabbitmq.url.reveal(), name).await?;
        broker.declare(&Topology::of_worker()).await?;
        Ok::<_, Fault>(broker)
    };
    let connected = tokio::time::timeout(CONNECTING, connected).await;
    connected.map_err(|late| Fault::retry("connecting to the broker", late))?
}

impl Service {
    fn ledger(&self) -> &Ledger {
        self.worker.ledger()
    }

    async fn live(self: &Arc<Self>, to_publish: mpsc::Receiver<StoredEvent>) -> Ended {
        let all_committed = CancellationToken::new();
        let keeper = self.watched("keeping leases", Arc::clone(self).keep());
        let sweeper = self.watched("sweeping", sweeps::now_and_then(Arc::clone(self)));
        let chores = self.watched(
            "looking at the clock",
            chores::now_and_then(Arc::clone(self)),
        );
        let models = self.watched("following models", models::follow(Arc::clone(self)));
        let publishing = outbox::run(Arc::clone(self), to_publish, all_committed.clone());
        let outbox = self.watched("publishing", publishing);
        let intake = self.watched("hearing of uploads", intake::run(Arc::clone(self)));
        self.stopping.cancelled().await;
        tracing::info!("stopping: finishing what is in hand");
        let ended = self.drain(intake, outbox, &all_committed).await;
        keeper.abort();
        sweeper.abort();
        chores.abort();
        models.abort();
        // They must not keep up what is given back.
        drop((keeper.await, sweeper.await, chores.await, models.await));
        if let Err(error) = self.ledger().give_all_back(&self.holder).await {
            tracing::warn!(%error, "leases are left to run out");
        }
        ended
    }

    /// First what is in hand is finished, then it is given up, then it is left: the broker delivers again what it has no word of.
    async fn drain(
        self: &Arc<Self>,
        intake: JoinHandle<()>,
        outbox: JoinHandle<()>,
        all_committed: &CancellationToken,
    ) -> Ended {
        let loops = [intake.abort_handle(), outbox.abort_handle()];
        let finished = async {
            self.in_hand.close();
            self.in_hand.wait().await;
            drop(intake.await);
            all_committed.cancel();
            drop(outbox.await);
        };
        tokio::pin!(finished);
        let patience = Duration::from_secs(self.settings.worker.drain_seconds.into());
        if tokio::time::timeout(patience, &mut finished).await.is_ok() {
            return Ended::InGoodOrder;
        }
        tracing::warn!("what is in hand goes back into its queue");
        self.worker.give_up();
        // Its slots are still reading, and nobody waits for them: they end with the program.
        std::mem::forget(Arc::clone(self));
        let ended = match tokio::time::timeout(RETURNING, finished).await {
            Ok(()) => Ended::InGoodOrder,
            Err(_) => Ended::InHaste,
        };
        for one in loops {
            one.abort();
        }
        ended
    }

    /// Runs a loop that has to go on until the service stops: one that ends before takes the service with it, which is started anew then.
    fn watched(
        self: &Arc<Self>,
        what: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> JoinHandle<()> {
        let service = Arc::clone(self);
        tokio::spawn(async move {
            let ended = AssertUnwindSafe(work).catch_unwind().await;
            if ended.is_err() || !service.stopping.is_cancelled() {
                service.fail(Fault::fatal(what, "its loop has ended"));
            }
        })
    }

    /// Keeps leases up, looks at the neighbours, and shows that the program lives.
    async fn keep(self: Arc<Self>) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            self.health.beat();
            let kept = look(self.ledger().keep_leases(
                &self.health.in_hand(),
                &self.holder,
                Timestamp::now(),
            ))
            .await;
            self.health.note(Part::Ledger, kept);
            self.health.note(
                Part::Store,
                look(self.store.check(&self.settings.s3.bucket)).await,
            );
            if let Ok(Ok(outbox)) = tokio::time::timeout(LOOK, self.ledger().outbox_state()).await {
                self.metrics.outbox(outbox, Timestamp::now());
            }
        }
    }

    /// Hands committed events to the loop that publishes them. Where it has no room or is behind, it finds them in the ledger.
    fn tell(&self, what: &str, events: Vec<StoredEvent>) {
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.name()).collect();
        tracing::info!(events = %kinds.join(" "), "{what}");
        // An upload that was finished before has told its events.
        for event in events.into_iter().filter(|event| !event.published) {
            if event.kind != EventType::DocumentClassified {
                self.metrics.outcome(&event);
            }
            drop(self.committed.try_send(event));
        }
    }

    /// Ends the service: this does not mend itself.
    fn fail(&self, fault: Fault) {
        tracing::error!(error = %fault, "the worker cannot go on");
        let mut fatal = self.fatal.lock().unwrap_or_else(PoisonError::into_inner);
        // The first reason counts.
        fatal.get_or_insert(fault);
        self.stopping.cancel();
    }
}

async fn look<E: std::fmt::Display>(
    asked: impl Future<Output = Result<(), E>>,
) -> Result<(), String> {
    match tokio::time::timeout(LOOK, asked).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer".to_owned()),
    }
}

/// The ledger, once its server answers; `None` when told to stop before that.
async fn ledger_once_there(
    settings: &Settings,
    health: &Health,
    stopping: &CancellationToken,
) -> Result<Option<Ledger>, Fault> {
    let mut pause = Pause::new();
    loop {
        let fault = match open_ledger(settings).await {
            Ok(ledger) => return Ok(Some(ledger)),
            Err(fault @ Fault::Fatal { .. }) => return Err(fault),
            Err(fault) => fault,
        };
        tracing::warn!(error = %fault, "waiting for the ledger");
        health.beat();
        health.note(Part::Ledger, Err(fault.to_string()));
        if !pause.over(stopping).await {
            return Ok(None);
        }
    }
}

fn stop_on_signals() -> Result<CancellationToken, Fault> {
    let stopping = CancellationToken::new();
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut signals =
            signal(kind).map_err(|error| Fault::fatal("listening for signals", error))?;
        let stop = stopping.clone();
        tokio::spawn(async move {
            signals.recv().await;
            stop.cancel();
        });
    }
    Ok(stopping)
}

/// Pauses that grow while something stays away, or comes back only to go again.
struct Pause {
    next: Duration,
    tried: Instant,
}

impl Pause {
    fn new() -> Self {
        Self {
            next: PAUSES.0,
            tried: Instant::now(),
        }
    }

    /// Waits; false when told to stop meanwhile.
    async fn over(&mut self, stopping: &CancellationToken) -> bool {
        if self.tried.elapsed() > LASTING {
            self.next = PAUSES.0;
        }
        let pause = self.next;
        self.next = (pause * 2).min(PAUSES.1);
        let waited = tokio::select! {
            () = tokio::time::sleep(pause) => true,
            () = stopping.cancelled() => false,
        };
        self.tried = Instant::now();
        waited
    }
}

/// A lease is kept up several times before it runs out.
const _: () = assert!(BEAT.as_secs() * 3 < LEASE.as_secs());
