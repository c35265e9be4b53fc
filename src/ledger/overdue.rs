//! Proofs of delivery that are awaited: when each is due, which are overdue, and what happens when one arrives.

use jiff::Timestamp;
use sqlx::{AnyConnection, Row as _};

use super::audit::Entry;
use super::documents::number;
use super::exceptions::{self, About};
use super::outcomes::DocumentOutcome;
use super::told::Told;
use super::{Ledger, LedgerError, sql};
use crate::decision::{ExceptionCode, Life};
use crate::document::DocumentId;
use crate::events::{
    Data, DocumentPart, Event, OverdueData, Resolution, ResolvedData, ResolvedException,
    ShipmentRef, StoredEvent,
};
use crate::shipments::Shipment;

/// A proof of delivery that is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwaitedPod {
    /// Whose shipment.
    pub tenant: String,
    /// Its id.
    pub shipment: String,
    /// The delivery stop; 0 where there is one.
    pub stop: u32,
    /// When it is due; `None` where none is awaited (any more).
    pub due_at: Option<Timestamp>,
}

impl Ledger {
    /// Notes when proofs of delivery are due.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was noted then.
    pub async fn await_pods(&self, awaited: &[AwaitedPod]) -> Result<(), LedgerError> {
        let (due, not): (Vec<_>, Vec<_>) = awaited.iter().partition(|one| one.due_at.is_some());
        let mut tx = self.write().await?;
        for some in due.chunks(sql::ROWS) {
            expect(&mut tx, some).await?;
        }
        for some in not.chunks(sql::ROWS) {
            forget(&mut tx, some).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The proofs that are overdue and that nobody was told of, the longest awaited first, each with its shipment.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn overdue_pods(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(AwaitedPod, Shipment)>, LedgerError> {
        let rows = sqlx::query(
            "SELECT a.tenant, a.shipment AS id, a.stop, a.due_at, s.shipment FROM awaited_pods a
             JOIN shipments s ON s.tenant = a.tenant AND s.id = a.shipment
             WHERE a.settled = 0 AND a.due_at <= $1 ORDER BY a.due_at, a.tenant, a.shipment, a.stop LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let overdue = rows.iter().map(|row| {
            let awaited = AwaitedPod {
                tenant: row.try_get("tenant")?,
                shipment: row.try_get("id")?,
                stop: number(row, "stop")?,
                due_at: Some(sql::time(row, "due_at")?),
            };
            Ok((awaited, sql::column(row, "shipment")?))
        });
        overdue.collect()
    }

    /// Tells that a proof of delivery is overdue; nothing, if it has arrived meanwhile or somebody has told.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was committed then.
    pub async fn raise_overdue(
        &self,
        shipment: &Shipment,
        stop: u32,
        mut data: OverdueData,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, LedgerError> {
        let mut tx = self.commit_in_turn().await?;
        let taken = sqlx::query(
            "UPDATE awaited_pods SET settled = 1 WHERE tenant = $1 AND shipment = $2 AND stop = $3 AND settled = 0",
        )
        .bind(shipment.tenant.as_str())
        .bind(shipment.id.as_str())
        .bind(i64::from(stop))
        .execute(&mut *tx)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(Vec::new());
        }
        let about = of(shipment, stop);
        let raised =
            exceptions::raise(&mut tx, &about, &data.exceptions, data.priority, now).await?;
        if let Some(id) = raised.get(&ExceptionCode::PodNotReceived) {
            data.revision = times_raised(&mut tx, *id).await?;
        }
        let mut told = Told::default();
        told.act(Entry::pod_overdue(shipment, stop));
        told.tell(None, Event::new(Data::Overdue(Box::new(data)), now));
        let events = told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(events)
    }
}

async fn expect(
    connection: &mut AnyConnection,
    awaited: &[&AwaitedPod],
) -> Result<(), LedgerError> {
    let values = sql::rows(awaited.len(), 4, 1);
    let statement = format!(
        "WITH due (tenant, shipment, stop, due_at) AS (VALUES {values})
         INSERT INTO awaited_pods (tenant, shipment, stop, due_at, settled)
         SELECT d.tenant, d.shipment, d.stop, d.due_at,
           (SELECT COUNT(*) FROM attachments a WHERE a.tenant = d.tenant AND a.shipment = d.shipment AND a.stop = d.stop AND a.pod = 1)
         FROM due d WHERE true
         ON CONFLICT (tenant, shipment, stop) DO UPDATE SET due_at = excluded.due_at"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for one in awaited {
        query = query
            .bind(one.tenant.as_str())
            .bind(one.shipment.as_str())
            .bind(i64::from(one.stop))
            .bind(one.due_at.map(Timestamp::as_millisecond));
    }
    query.execute(connection).await?;
    Ok(())
}

async fn forget(
    connection: &mut AnyConnection,
    awaited: &[&AwaitedPod],
) -> Result<(), LedgerError> {
    let values = sql::rows(awaited.len(), 3, 1);
    let statement =
        format!("DELETE FROM awaited_pods WHERE (tenant, shipment, stop) IN (VALUES {values})");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for one in awaited {
        query = query
            .bind(one.tenant.as_str())
            .bind(one.shipment.as_str())
            .bind(i64::from(one.stop));
    }
    query.execute(connection).await?;
    Ok(())
}

fn of(shipment: &Shipment, stop: u32) -> About<'_> {
    About {
        tenant: &shipment.tenant,
        shipment: Some(&shipment.id),
        stop,
        document: None,
    }
}

async fn times_raised(
    connection: &mut AnyConnection,
    exception: uuid::Uuid,
) -> Result<u32, LedgerError> {
    let row = sqlx::query("SELECT raised FROM exceptions WHERE id = $1")
        .bind(exception.to_string())
        .fetch_one(connection)
        .await?;
    number(&row, "raised")
}

/// A stop has its proof of delivery: nobody waits for it any more, and who was told that it is overdue is told that it came.
pub(super) async fn arrived(
    connection: &mut AnyConnection,
    document: DocumentId,
    outcome: &DocumentOutcome,
    told: &mut Told,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(candidate) = outcome.decided.billable_with() else {
        return Ok(());
    };
    let (shipment, stop) = (&candidate.shipment, outcome.stop());
    sqlx::query(
        "UPDATE awaited_pods SET settled = 1 WHERE tenant = $1 AND shipment = $2 AND stop = $3",
    )
    .bind(shipment.tenant.as_str())
    .bind(shipment.id.as_str())
    .bind(i64::from(stop))
    .execute(&mut *connection)
    .await?;
    let code = ExceptionCode::PodNotReceived;
    let id = of(shipment, stop).exception(code)?;
    let ended = sqlx::query(
        "UPDATE exceptions SET state = $1, ended_at = $2 WHERE id = $3 AND state IN ('OPEN', 'ASSIGNED')",
    )
    .bind(sql::as_word(&Life::Resolved)?)
    .bind(now.as_millisecond())
    .bind(id.to_string())
    .execute(&mut *connection)
    .await?;
    if ended.rows_affected() == 0 {
        return Ok(());
    }
    let stored = super::documents::one(connection, document, true).await?;
    let Some(stored) = stored else {
        return Ok(());
    };
    let exception = ResolvedException {
        id,
        code,
        how: Resolution::Document,
        detail: format!("the proof of delivery arrived as document {document}"),
    };
    let decided = &outcome.decided;
    let data = ResolvedData {
        exception,
        document: Some(DocumentPart::new(
            &stored.origin,
            &decided.document,
            decided.attachment.as_ref(),
        )),
        shipment: Some(ShipmentRef {
            id: shipment.id.clone(),
            tenant: shipment.tenant.clone(),
            version: shipment.version,
        }),
        revision: times_raised(connection, id).await?,
        models: stored.origin.models,
    };
    let event = Event::new(Data::Resolved(Box::new(data)), now);
    told.tell(Some(stored.upload), event);
    Ok(())
}
