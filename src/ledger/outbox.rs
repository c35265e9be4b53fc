//! Committed events: to be handed on, and to answer repeated uploads with.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use uuid::Uuid;

use super::{Ledger, LedgerError, sql};
use crate::events::{Event, EventType, StoredEvent};

impl Ledger {
    /// The oldest events that nobody has confirmed yet, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn pending_events(&self, limit: u32) -> Result<Vec<StoredEvent>, LedgerError> {
        let rows =
            sqlx::query("SELECT * FROM outbox WHERE published_at IS NULL AND returned_at IS NULL ORDER BY seq LIMIT $1")
                .bind(i64::from(limit))
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(read).collect()
    }

    /// The oldest events that should have been handed on long ago, committed before `before`: their worker died, or the broker was away.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn leftover_events(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, LedgerError> {
        let rows = sqlx::query(
            "SELECT * FROM outbox WHERE published_at IS NULL AND returned_at IS NULL AND committed_at < $1 ORDER BY seq LIMIT $2",
        )
        .bind(before.as_millisecond())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Those of `events` that may go out now, in the order of commits: the others wait behind an earlier event of the same subject that
    /// nobody has yet.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn in_order(
        &self,
        events: Vec<StoredEvent>,
    ) -> Result<Vec<StoredEvent>, LedgerError> {
        if events.is_empty() {
            return Ok(events);
        }
        let subjects = sql::numbered(events.len(), 1);
        let statement = format!(
            "SELECT subject, seq FROM outbox WHERE published_at IS NULL AND returned_at IS NULL AND subject IN ({subjects})"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for event in &events {
            query = query.bind(event.subject.as_str());
        }
        let given: HashSet<i64> = events.iter().map(|event| event.seq).collect();
        let mut first_waiting: HashMap<String, i64> = HashMap::new();
        for row in query.fetch_all(&self.pool).await? {
            let seq: i64 = row.try_get("seq")?;
            if !given.contains(&seq) {
                let first = first_waiting.entry(row.try_get("subject")?).or_insert(seq);
                *first = seq.min(*first);
            }
        }
        let may_go = |event: &StoredEvent| {
            first_waiting
                .get(&event.subject)
                .is_none_or(|first| event.seq < *first)
        };
        let mut events: Vec<StoredEvent> = events.into_iter().filter(may_go).collect();
        events.sort_by_key(|event| event.seq);
        Ok(events)
    }

    /// Notes that the broker had no queue for `events`. They stay, and are offered again.
    ///
    /// # Errors
    /// [`LedgerError`]; the events stay pending then and are handed on again.
    pub async fn mark_returned(
        &self,
        events: &[StoredEvent],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.mark("returned_at = $1", events, now).await
    }

    /// The oldest returned event of each type: if the broker takes it, a queue was bound meanwhile.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn returned_events(&self) -> Result<Vec<StoredEvent>, LedgerError> {
        let rows = sqlx::query(
            "SELECT * FROM outbox WHERE seq IN (SELECT MIN(seq) FROM outbox WHERE returned_at IS NOT NULL GROUP BY type) ORDER BY seq",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Makes the returned events of a type pending again.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn offer_again(&self, kind: EventType) -> Result<(), LedgerError> {
        sqlx::query(
            "UPDATE outbox SET returned_at = NULL WHERE type = $1 AND returned_at IS NOT NULL",
        )
        .bind(kind.name())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// How the outbox stands.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn outbox_state(&self) -> Result<OutboxState, LedgerError> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE published_at IS NULL AND returned_at IS NULL LIMIT 100000) AS counted) AS pending,
               (SELECT MIN(committed_at) FROM outbox WHERE published_at IS NULL AND returned_at IS NULL) AS oldest,
               (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE returned_at IS NOT NULL LIMIT 100000) AS counted) AS returned",
        )
        .fetch_one(&self.pool)
        .await?;
        let oldest: Option<i64> = row.try_get("oldest")?;
        Ok(OutboxState {
            pending: sql::unsigned(&row, "pending")?,
            oldest: oldest
                .map(Timestamp::from_millisecond)
                .transpose()
                .map_err(LedgerError::corrupt)?,
            returned: sql::unsigned(&row, "returned")?,
        })
    }

    /// Notes that whoever takes `events` has them for good.
    ///
    /// # Errors
    /// [`LedgerError`]; the events stay pending then and are handed on again.
    pub async fn mark_published(
        &self,
        events: &[StoredEvent],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.mark("published_at = $1, returned_at = NULL", events, now)
            .await
    }

    async fn mark(
        &self,
        change: &str,
        events: &[StoredEvent],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        if events.is_empty() {
            return Ok(());
        }
        let numbers = sql::numbered(events.len(), 2);
        let statement = format!("UPDATE outbox SET {change} WHERE seq IN ({numbers})");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(now.as_millisecond());
        for event in events {
            query = query.bind(event.seq);
        }
        query.execute(&self.pool).await?;
        Ok(())
    }
}

/// How the outbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxState {
    /// Events that nobody has yet; counted up to 100,000.
    pub pending: u64,
    /// When the oldest of them was committed.
    pub oldest: Option<Timestamp>,
    /// Events that the broker had no queue for; counted up to 100,000.
    pub returned: u64,
}

/// Puts events, each with the upload that it is about, at the end of the outbox, in order. Returns them as they are stored.
pub(super) async fn append(
    connection: &mut AnyConnection,
    events: &[(Option<Uuid>, Event)],
    now: Timestamp,
) -> Result<Vec<StoredEvent>, LedgerError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    // Asked for by an update: whoever else wants to append waits here, so that numbers follow the order of commits.
    let head = sqlx::query(
        "UPDATE heads SET seq = seq + $1 WHERE log = 'outbox' RETURNING seq - $1 AS seq",
    )
    .bind(i64::try_from(events.len()).unwrap_or(i64::MAX))
    .fetch_one(&mut *connection)
    .await?;
    let last: i64 = head.try_get("seq")?;
    let stored = (last + 1..).zip(events).map(|(seq, (_, event))| {
        Ok(StoredEvent {
            seq,
            id: event.id,
            kind: event.kind,
            subject: event.subject.clone(),
            // As it is read back.
            time: Timestamp::from_millisecond(now.as_millisecond())
                .map_err(LedgerError::corrupt)?,
            published: false,
            json: sql::json(event)?,
        })
    });
    let stored: Vec<StoredEvent> = stored.collect::<Result<_, LedgerError>>()?;
    let rows: Vec<(&StoredEvent, Option<Uuid>)> = stored
        .iter()
        .zip(events)
        .map(|(stored, (upload, _))| (stored, *upload))
        .collect();
    for batch in rows.chunks(sql::ROWS) {
        let values = sql::rows(batch.len(), 7, 1);
        let statement = format!(
            "INSERT INTO outbox (seq, id, type, upload, subject, event, committed_at) VALUES {values}"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for (event, upload) in batch {
            query = query
                .bind(event.seq)
                .bind(event.id.to_string())
                .bind(event.kind.name())
                .bind(upload.map(|upload| upload.to_string()))
                .bind(event.subject.as_str())
                .bind(event.json.as_str())
                .bind(now.as_millisecond());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(stored)
}

pub(super) async fn events_of_upload(
    connection: &mut AnyConnection,
    upload: Uuid,
) -> Result<Vec<StoredEvent>, LedgerError> {
    let rows = sqlx::query("SELECT * FROM outbox WHERE upload = $1 ORDER BY seq")
        .bind(upload.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

pub(super) async fn events_about(
    connection: &mut AnyConnection,
    subject: &str,
) -> Result<Vec<StoredEvent>, LedgerError> {
    let rows = sqlx::query("SELECT * FROM outbox WHERE subject = $1 ORDER BY seq")
        .bind(subject)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Was this event told before?
pub(super) async fn is_there(
    connection: &mut AnyConnection,
    event: &Event,
) -> Result<bool, LedgerError> {
    let row = sqlx::query("SELECT 1 FROM outbox WHERE id = $1")
        .bind(event.id.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

fn read(row: &AnyRow) -> Result<StoredEvent, LedgerError> {
    let kind: &str = row.try_get("type")?;
    let kind = EventType::from_name(kind)
        .ok_or_else(|| LedgerError::corrupt(format!("there is no event type {kind}")))?;
    Ok(StoredEvent {
        seq: row.try_get("seq")?,
        id: sql::word(row, "id")?,
        kind,
        subject: row.try_get("subject")?,
        time: sql::time(row, "committed_at")?,
        published: row.try_get::<Option<i64>, _>("published_at")?.is_some(),
        json: row.try_get("event")?,
    })
}
