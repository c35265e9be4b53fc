//! Health: which neighbours are there, and whether the program still does something.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::document::ObjectRef;

/// Without a beat for so long the loops stand still: one beats every few seconds.
const STILL: Duration = Duration::from_secs(60);
/// With uploads in hand and none begun or ended for so long, they stand still. As long as RabbitMQ waits for an acknowledgement by default:
/// after that the upload is another worker's.
const STUCK: Duration = Duration::from_secs(30 * 60);
/// How long uploads are held back while a neighbour is away; far below the broker's patience. After that they go into a wait queue.
const HELD_BACK: Duration = Duration::from_secs(5 * 60);

/// What a worker needs beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Its uploads and shipments come from it.
    Broker,
    /// Its events go there.
    Events,
    /// Its ledger.
    Ledger,
    /// Its object store.
    Store,
}

impl Part {
    pub(super) const ALL: [Self; 4] = [Self::Broker, Self::Events, Self::Ledger, Self::Store];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Broker => "broker",
            Self::Events => "events",
            Self::Ledger => "ledger",
            Self::Store => "store",
        }
    }
}

/// How each part is: well, or why not.
type States = [Result<(), String>; 4];

/// How the worker is.
#[derive(Debug)]
pub(super) struct Health {
    started: Instant,
    /// Milliseconds after the start.
    beat: AtomicU64,
    states: watch::Sender<States>,
    hands: Mutex<Hands>,
}

#[derive(Debug)]
struct Hands {
    uploads: Vec<ObjectRef>,
    last_change: Instant,
}

/// An upload in hand, until this is dropped.
#[derive(Debug)]
pub(super) struct InHand<'a> {
    health: &'a Health,
    object: ObjectRef,
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        let mut hands = self.health.hands();
        if let Some(place) = hands.uploads.iter().position(|one| *one == self.object) {
            hands.uploads.swap_remove(place);
        }
        hands.last_change = Instant::now();
    }
}

impl Health {
    pub(super) fn new() -> Self {
        let not_yet = || Err("not asked yet".to_owned());
        Self {
            started: Instant::now(),
            beat: AtomicU64::new(0),
            states: watch::Sender::new([not_yet(), not_yet(), not_yet(), not_yet()]),
            hands: Mutex::new(Hands {
                uploads: Vec::new(),
                last_change: Instant::now(),
            }),
        }
    }

    pub(super) fn beat(&self) {
        let since = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.beat.store(since, Ordering::Relaxed);
    }

    /// Notes how a part is; its coming and going is logged.
    pub(super) fn note(&self, part: Part, state: Result<(), String>) {
        self.states.send_if_modified(|states| {
            let Some(known) = states.get_mut(part as usize) else {
                return false;
            };
            if known.is_ok() == state.is_ok() {
                *known = state;
                return false;
            }
            match &state {
                Ok(()) => tracing::info!(part = part.name(), "is there"),
                Err(error) => tracing::warn!(part = part.name(), %error, "is away"),
            }
            *known = state;
            true
        });
    }

    pub(super) fn is_well(&self, part: Part) -> bool {
        self.states
            .borrow()
            .get(part as usize)
            .is_some_and(Result::is_ok)
    }

    /// Waits until uploads can be worked on, or it makes no sense to wait on; false when told to stop.
    pub(super) async fn until_work_can_go_on(&self, stopping: &CancellationToken) -> bool {
        let mut states = self.states.subscribe();
        let well = states.wait_for(|states| {
            let needed = [Part::Ledger, Part::Store];
            needed
                .iter()
                .all(|part| states.get(*part as usize).is_some_and(Result::is_ok))
        });
        tokio::select! {
            () = stopping.cancelled() => false,
            _ = tokio::time::timeout(HELD_BACK, well) => true,
        }
    }

    pub(super) fn take_in_hand(&self, object: ObjectRef) -> InHand<'_> {
        let mut hands = self.hands();
        hands.uploads.push(object.clone());
        hands.last_change = Instant::now();
        InHand {
            health: self,
            object,
        }
    }

    /// The uploads that are being worked on.
    pub(super) fn in_hand(&self) -> Vec<ObjectRef> {
        self.hands().uploads.clone()
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the program still do something? Else it is to be started anew.
    pub(super) fn lives(&self) -> bool {
        let beat = Duration::from_millis(self.beat.load(Ordering::Relaxed));
        let hands = self.hands();
        let stuck = !hands.uploads.is_empty() && hands.last_change.elapsed() > STUCK;
        self.started.elapsed().saturating_sub(beat) < STILL && !stuck
    }

    /// Can uploads be worked on, and if not, why?
    pub(super) fn readiness(&self) -> (bool, Value) {
        let states = self.states.borrow();
        let parts = Part::ALL
            .into_iter()
            .zip(states.iter())
            .map(|(part, state)| {
                let word = match state {
                    Ok(()) => json!("ok"),
                    Err(why) => json!(why),
                };
                (part.name().to_owned(), word)
            });
        let parts: serde_json::Map<String, Value> = parts.collect();
        let ready = states.iter().all(Result::is_ok);
        (ready, json!({"ready": ready, "parts": parts}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_once_all_parts_are_there_and_names_those_that_are_not() {
        let health = Health::new();
        for part in [Part::Broker, Part::Events, Part::Store] {
            health.note(part, Ok(()));
        }
        health.note(Part::Ledger, Err("connection refused".to_owned()));
        let (ready, told) = health.readiness();
        assert!(!ready);
        assert_eq!(told["parts"]["ledger"], "connection refused");
        health.note(Part::Ledger, Ok(()));
        assert!(health.readiness().0);
    }

    #[tokio::test]
    async fn work_is_held_back_until_store_and_ledger_are_there() {
        let health = Health::new();
        let stopping = CancellationToken::new();
        let waiting = health.until_work_can_go_on(&stopping);
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        health.note(Part::Ledger, Ok(()));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        health.note(Part::Store, Ok(()));
        assert!(waiting.await);
        health.note(Part::Store, Err("away".to_owned()));
        stopping.cancel();
        assert!(!health.until_work_can_go_on(&stopping).await);
    }

    #[test]
    fn an_upload_is_in_hand_until_it_is_let_go() {
        let health = Health::new();
        let object = crate::events::examples::object("a.pdf");
        let one = health.take_in_hand(object.clone());
        assert_eq!(health.in_hand(), [object]);
        assert!(health.lives());
        drop(one);
        assert_eq!(health.in_hand(), []);
    }
}
