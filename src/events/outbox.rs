//! Handing committed events on.
//!
//! In: the ledger's outbox. Out: each event to a [`Sink`], at least once and in the order of commits. An event counts as
//! published only after the sink has it for good; whoever dies in between hands it on again, with the same id.

use std::future::Future;

use jiff::Timestamp;

use super::StoredEvent;
use crate::fault::Fault;
use crate::ledger::Ledger;

/// How many events are handed on at a time: a few hundred kilobytes.
const BATCH: u32 = 100;

/// Takes events for other programs.
pub trait Sink {
    /// Returns once the events are safe with whoever reads them.
    fn accept(&mut self, events: &[StoredEvent]) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Hands every pending event to `sink` and returns how many there were.
///
/// # Errors
/// What the sink or the ledger says; what was not confirmed stays in the outbox.
pub async fn drain(ledger: &Ledger, sink: &mut impl Sink, now: Timestamp) -> Result<usize, Fault> {
    let mut drained = 0;
    loop {
        let events = ledger.pending_events(BATCH).await?;
        if events.is_empty() {
            return Ok(drained);
        }
        sink.accept(&events).await?;
        ledger.mark_published(&events, now).await?;
        drained += events.len();
    }
}
