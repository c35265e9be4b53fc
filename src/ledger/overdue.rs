//! Proofs of delivery that are awaited: when each is due, which are overdue, and what happens when one arrives.

use std::collections::BTreeMap;

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
use crate::inference::ModelSet;
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
    /// When it is due.
    pub due_at: Timestamp,
}

/// The proofs that one version of a shipment awaits.
#[derive(Debug, Clone)]
pub struct Awaits {
    /// Whose shipment.
    pub tenant: String,
    /// Its id.
    pub shipment: String,
    /// The version that says so.
    pub version: u64,
    /// When the proof of each stop is due; no stop twice.
    pub due: BTreeMap<u32, Timestamp>,
}

impl Ledger {
    /// Notes which proofs of delivery shipments await, in place of what they awaited before. A version that is not the newest known says
    /// nothing. Who was told that a proof is overdue which nobody awaits any more is told that this has ended.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was noted then.
    pub async fn await_pods(
        &self,
        awaited: &[Awaits],
        models: &ModelSet,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, LedgerError> {
        // In turn with those who attach proofs: a proof that arrives meanwhile is seen here, or sees what is noted here.
        let mut tx = self.commit_in_turn().await?;
        let mut told = Told::default();
        for some in awaited.chunks(sql::ROWS) {
            let newest = newest_of(&mut tx, some).await?;
            forget(&mut tx, &newest).await?;
            expect(&mut tx, &newest).await?;
            for one in newest {
                give_up(&mut tx, one, models, &mut told, now).await?;
            }
        }
        let events = told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(events)
    }

    /// The proofs that are overdue and that nobody was told of, of one shipment or of all, the longest awaited first, each with its
    /// shipment.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn overdue_pods(
        &self,
        of: Option<(&str, &str)>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(AwaitedPod, Shipment)>, LedgerError> {
        let rows = sqlx::query(
            "SELECT a.tenant, a.shipment AS id, a.stop, a.due_at, s.shipment FROM awaited_pods a
             JOIN shipments s ON s.tenant = a.tenant AND s.id = a.shipment
             WHERE a.settled = 0 AND a.due_at <= $1 AND a.tenant = COALESCE($3, a.tenant) AND a.shipment = COALESCE($4, a.shipment)
             ORDER BY a.due_at, a.tenant, a.shipment, a.stop LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(i64::from(limit))
        .bind(of.map(|(tenant, _)| tenant))
        .bind(of.map(|(_, shipment)| shipment))
        .fetch_all(&self.pool)
        .await?;
        let overdue = rows.iter().map(|row| {
            let awaited = AwaitedPod {
                tenant: row.try_get("tenant")?,
                shipment: row.try_get("id")?,
                stop: number(row, "stop")?,
                due_at: sql::time(row, "due_at")?,
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
        let about = of(shipment, stop);
        let waived = exceptions::ended_by_people(&mut tx, &about).await?;
        let does_not_matter = waived.contains(&(stop, ExceptionCode::PodNotReceived));
        if taken.rows_affected() == 0 || does_not_matter {
            tx.commit().await?;
            return Ok(Vec::new());
        }
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

/// Those that are the newest version that is known, the last one of each shipment.
async fn newest_of<'a>(
    connection: &mut AnyConnection,
    awaited: &'a [Awaits],
) -> Result<Vec<&'a Awaits>, LedgerError> {
    let values = sql::rows(awaited.len(), 2, 1);
    let statement = format!(
        "SELECT tenant, id, version FROM shipments WHERE (tenant, id) IN (VALUES {values})"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for one in awaited {
        query = query.bind(one.tenant.as_str()).bind(one.shipment.as_str());
    }
    let mut versions: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in query.fetch_all(connection).await? {
        versions.insert(
            (row.try_get("tenant")?, row.try_get("id")?),
            row.try_get("version")?,
        );
    }
    let mut newest = BTreeMap::new();
    for one in awaited {
        let key = (one.tenant.clone(), one.shipment.clone());
        if versions.get(&key) == Some(&sql::signed(one.version)) {
            newest.insert(key, one);
        }
    }
    Ok(newest.into_values().collect())
}

/// What is told already is settled: that it is there, that it is overdue, or that this does not matter.
async fn expect(connection: &mut AnyConnection, awaited: &[&Awaits]) -> Result<(), LedgerError> {
    let stops = awaited
        .iter()
        .flat_map(|one| one.due.iter().map(move |due| (one, due)));
    let stops: Vec<_> = stops.collect();
    for some in stops.chunks(sql::ROWS) {
        let values = sql::rows(some.len(), 4, 1);
        let statement = format!(
            "WITH due (tenant, shipment, stop, due_at) AS (VALUES {values})
             INSERT INTO awaited_pods (tenant, shipment, stop, due_at, settled)
             SELECT d.tenant, d.shipment, d.stop, d.due_at, CASE
               WHEN EXISTS (SELECT 1 FROM attachments a
                 WHERE a.tenant = d.tenant AND a.shipment = d.shipment AND a.stop = d.stop AND a.pod = 1) THEN 1
               WHEN EXISTS (SELECT 1 FROM exceptions e
                 WHERE e.tenant = d.tenant AND e.shipment = d.shipment AND e.stop = d.stop AND e.code = 'POD_NOT_RECEIVED'
                   AND (e.state IN ('OPEN', 'ASSIGNED') OR e.ended_by IS NOT NULL)) THEN 1
               ELSE 0 END
             FROM due d"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for (one, (stop, due_at)) in some {
            query = query
                .bind(one.tenant.as_str())
                .bind(one.shipment.as_str())
                .bind(i64::from(**stop))
                .bind(due_at.as_millisecond());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn forget(connection: &mut AnyConnection, awaited: &[&Awaits]) -> Result<(), LedgerError> {
    if awaited.is_empty() {
        return Ok(());
    }
    let values = sql::rows(awaited.len(), 2, 1);
    let statement =
        format!("DELETE FROM awaited_pods WHERE (tenant, shipment) IN (VALUES {values})");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for one in awaited {
        query = query.bind(one.tenant.as_str()).bind(one.shipment.as_str());
    }
    query.execute(connection).await?;
    Ok(())
}

/// Ends what was told of proofs that are awaited no longer: the shipment was called off, or has other stops now.
async fn give_up(
    connection: &mut AnyConnection,
    awaits: &Awaits,
    models: &ModelSet,
    told: &mut Told,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let rows = sqlx::query(
        "SELECT id, stop, raised FROM exceptions WHERE tenant = $1 AND shipment = $2 AND code = 'POD_NOT_RECEIVED'
           AND state IN ('OPEN', 'ASSIGNED')",
    )
    .bind(awaits.tenant.as_str())
    .bind(awaits.shipment.as_str())
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        if awaits.due.contains_key(&number(&row, "stop")?) {
            continue;
        }
        let id = sql::word(&row, "id")?;
        exceptions::end(&mut *connection, id, Life::Resolved, now).await?;
        let data = ResolvedData {
            exception: ResolvedException {
                id,
                code: ExceptionCode::PodNotReceived,
                how: Resolution::Shipment,
                detail: format!(
                    "version {} of shipment {} awaits no such proof",
                    awaits.version, awaits.shipment
                ),
            },
            document: None,
            shipment: Some(ShipmentRef {
                id: awaits.shipment.clone(),
                tenant: awaits.tenant.clone(),
                version: awaits.version,
            }),
            revision: number(&row, "raised")?,
            models: models.clone(),
        };
        told.tell(None, Event::new(Data::Resolved(Box::new(data)), now));
    }
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
