//! Committed events: to be handed on, and to answer repeated uploads with.

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
            sqlx::query("SELECT * FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT $1")
                .bind(i64::from(limit))
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(read).collect()
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
        if events.is_empty() {
            return Ok(());
        }
        let numbers = sql::numbered(events.len(), 2);
        let statement = format!("UPDATE outbox SET published_at = $1 WHERE seq IN ({numbers})");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(now.as_millisecond());
        for event in events {
            query = query.bind(event.seq);
        }
        query.execute(&self.pool).await?;
        Ok(())
    }
}

/// Puts an upload's events at the end of the outbox, in order.
pub(super) async fn append(
    connection: &mut AnyConnection,
    upload: Uuid,
    events: &[Event],
    now: Timestamp,
) -> Result<(), LedgerError> {
    // Asked for by an update: whoever else wants to append waits here, so that numbers follow the order of commits.
    let head = sqlx::query(
        "UPDATE heads SET seq = seq + $1 WHERE log = 'outbox' RETURNING seq - $1 AS seq",
    )
    .bind(i64::try_from(events.len()).unwrap_or(i64::MAX))
    .fetch_one(&mut *connection)
    .await?;
    let last: i64 = head.try_get("seq")?;
    let numbered: Vec<(i64, &Event)> = (last + 1..).zip(events).collect();
    for batch in numbered.chunks(sql::ROWS) {
        let values = sql::rows(batch.len(), 7, 1);
        let statement = format!(
            "INSERT INTO outbox (seq, id, type, upload, subject, event, committed_at) VALUES {values}"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for (seq, event) in batch {
            query = query
                .bind(seq)
                .bind(event.id.to_string())
                .bind(event.kind.name())
                .bind(upload.to_string())
                .bind(event.subject.as_str())
                .bind(sql::json(event)?)
                .bind(now.as_millisecond());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
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

fn read(row: &AnyRow) -> Result<StoredEvent, LedgerError> {
    let kind: &str = row.try_get("type")?;
    let kind = EventType::from_name(kind)
        .ok_or_else(|| LedgerError::corrupt(format!("there is no event type {kind}")))?;
    Ok(StoredEvent {
        seq: row.try_get("seq")?,
        id: sql::word(row, "id")?,
        kind,
        time: sql::time(row, "committed_at")?,
        json: row.try_get("event")?,
    })
}
