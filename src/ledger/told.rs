//! What one transaction tells: its events for the outbox and its entries for the audit trail, written at its end.

use jiff::Timestamp;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::audit::{self, Entry};
use super::{LedgerError, outbox};
use crate::events::{Event, StoredEvent};

/// Collected until the transaction ends, since both logs make whoever else commits wait.
#[derive(Default)]
pub(super) struct Told {
    events: Vec<(Option<Uuid>, Event)>,
    entries: Vec<Entry>,
}

impl Told {
    /// An event, about an upload where it is about one.
    pub(super) fn tell(&mut self, upload: Option<Uuid>, event: Event) {
        self.events.push((upload, event));
    }

    /// Something that was done.
    pub(super) fn act(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Writes all of it, in order, and returns the events as they were stored.
    pub(super) async fn commit(
        self,
        connection: &mut AnyConnection,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, LedgerError> {
        let stored = outbox::append(connection, &self.events, now).await?;
        audit::append(connection, &self.entries, now).await?;
        Ok(stored)
    }
}
