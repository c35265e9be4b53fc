//! Documents that wait for their shipment, and what comes of them once it arrives.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::audit::{self, Entry};
use super::documents::{self, StoredDocument};
use super::outcomes::{DocumentOutcome, attach};
use super::{Conflict, Finish, Ledger, LedgerError, exceptions, outbox, sql};
use crate::document::DocumentId;
use crate::events::{
    Data, DocumentData, DocumentPart, Event, Origin, Resolution, ResolvedData, ShipmentPart,
    ShipmentRef,
};
use crate::shipments::matching::Hints;

/// What a document without a shipment looks for.
#[derive(Debug, Clone)]
pub struct Waits {
    /// Whose shipments.
    pub tenant: String,
    /// Keys that its shipment may share with it.
    pub keys: Vec<String>,
    /// What its notice told.
    pub hints: Hints,
}

/// A document that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The document.
    pub stored: StoredDocument,
    /// What it was cut out of, and by which models.
    pub origin: Origin,
    /// Whose shipments it looks for.
    pub tenant: String,
    /// What its notice told.
    pub hints: Hints,
    upload: uuid::Uuid,
    revision: u32,
}

impl Ledger {
    /// The documents that wait for a shipment with one of the keys.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn waiting_for(
        &self,
        tenant: &str,
        keys: &[String],
    ) -> Result<BTreeSet<DocumentId>, LedgerError> {
        let mut found = BTreeSet::new();
        for some in keys.chunks(sql::ROWS) {
            let numbers = sql::numbered(some.len(), 2);
            let statement = format!(
                "SELECT document FROM waiting_keys WHERE tenant = $1 AND match_key IN ({numbers})"
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(tenant);
            for key in some {
                query = query.bind(key.as_str());
            }
            for row in query.fetch_all(&self.pool).await? {
                found.insert(sql::word(&row, "document")?);
            }
        }
        Ok(found)
    }

    /// A document, if it waits for its shipment.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn waiting(&self, document: DocumentId) -> Result<Option<Waiting>, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let row = sqlx::query(
            "SELECT w.tenant, w.hints, d.upload, d.revision, u.models FROM waiting w
             JOIN documents d ON d.id = w.document JOIN uploads u ON u.id = d.upload
             WHERE w.document = $1 AND d.superseded = 0",
        )
        .bind(document.to_string())
        .fetch_optional(&mut *tx)
        .await?;
        let stored = documents::one(&mut tx, document).await?;
        let Some((row, stored)) = row.zip(stored) else {
            return Ok(None);
        };
        read(&row, stored).map(Some)
    }

    /// Commits what came of deciding a waiting document again: what ended and what is to be done now, all of it or nothing. A document
    /// that waits no longer, or about which nothing has changed, gives no event.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was committed then.
    pub async fn finish_waiting(
        &self,
        waiting: &Waiting,
        outcome: &DocumentOutcome,
        now: Timestamp,
    ) -> Result<Finish, LedgerError> {
        let mut tx = self.commit_in_turn().await?;
        let document = waiting.stored.id;
        if !still_waits(&mut tx, document, waiting.revision).await? {
            return Ok(Finish::Done(Vec::new()));
        }
        let mut data = DocumentData::new(&waiting.origin, &outcome.decided);
        data.revision = waiting.revision + 1;
        let open = exceptions::open(&mut tx, document).await?;
        let codes: BTreeSet<_> = data.exceptions.iter().map(|one| one.code).collect();
        let nothing_new = outcome.waits.is_some()
            && open.iter().map(|one| one.code).collect::<BTreeSet<_>>() == codes;
        if nothing_new {
            return Ok(Finish::Done(Vec::new()));
        }
        documents::store(&mut tx, waiting.upload, outcome, &data, now).await?;
        forget(&mut tx, document).await?;
        if let Some(waits) = &outcome.waits {
            remember(&mut tx, document, waits, now).await?;
        }
        let mut entries = vec![Entry::document_decided(&data)];
        let attach_to = outcome.decided.billable_with();
        if let Some(candidate) = attach_to {
            let shipment = &candidate.shipment;
            if let Some(by) = attach(&mut tx, document, shipment, outcome, now).await? {
                return Ok(Finish::Conflict(Conflict::AlreadyAttached {
                    position: 0,
                    by,
                }));
            }
            entries.push(Entry::attachment_accepted(document, shipment, outcome.stop));
        }
        let ended: Vec<_> = open
            .iter()
            .filter(|one| !codes.contains(&one.code))
            .collect();
        exceptions::close(&mut tx, document, &codes, now).await?;
        exceptions::raise(&mut tx, &data, outcome.stop, now).await?;
        let mut events: Vec<Event> = ended
            .into_iter()
            .map(|one| resolved(&data, one, now))
            .collect();
        let data = Box::new(data);
        let decided = if attach_to.is_some() {
            Data::Validated(data)
        } else {
            Data::Raised(data)
        };
        events.push(Event::new(decided, now));
        outbox::append(&mut tx, waiting.upload, &events, now).await?;
        audit::append(&mut tx, &entries, now).await?;
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        let told = outbox::events_about(&mut tx, &document.to_string()).await?;
        tx.commit().await?;
        Ok(Finish::Done(
            told.into_iter()
                .filter(|event| ids.contains(&event.id))
                .collect(),
        ))
    }
}

fn read(row: &AnyRow, stored: StoredDocument) -> Result<Waiting, LedgerError> {
    let origin = Origin {
        object: stored.object.clone(),
        sha256: stored.sha256.clone(),
        models: sql::column(row, "models")?,
        trace: None,
    };
    Ok(Waiting {
        origin,
        tenant: row.try_get("tenant")?,
        hints: sql::column(row, "hints")?,
        upload: sql::word(row, "upload")?,
        revision: u32::try_from(sql::unsigned(row, "revision")?).map_err(LedgerError::corrupt)?,
        stored,
    })
}

fn resolved(data: &DocumentData, exception: &exceptions::Open, now: Timestamp) -> Event {
    let document: DocumentPart = data.document.clone();
    let shipment = data.shipment.as_ref().map(
        |ShipmentPart {
             id,
             tenant,
             version,
             ..
         }| ShipmentRef {
            id: id.clone(),
            tenant: tenant.clone(),
            version: *version,
        },
    );
    let detail = match &shipment {
        Some(shipment) => format!("shipment {} arrived and is the one", shipment.id),
        None => "shipments that arrived changed what is known".to_owned(),
    };
    let ended = exception.resolved(Resolution::Shipment, detail);
    let data = ResolvedData {
        exception: ended,
        document,
        shipment,
        models: data.models.clone(),
    };
    Event::new(Data::Resolved(Box::new(data)), now)
}

/// Nobody else has decided it meanwhile.
async fn still_waits(
    connection: &mut AnyConnection,
    document: DocumentId,
    revision: u32,
) -> Result<bool, LedgerError> {
    let row = sqlx::query(
        "SELECT 1 FROM waiting w JOIN documents d ON d.id = w.document WHERE w.document = $1 AND d.revision = $2 AND d.superseded = 0",
    )
    .bind(document.to_string())
    .bind(i64::from(revision))
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

pub(super) async fn remember(
    connection: &mut AnyConnection,
    document: DocumentId,
    waits: &Waits,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let document = document.to_string();
    sqlx::query("INSERT INTO waiting (document, tenant, hints, since) VALUES ($1, $2, $3, $4)")
        .bind(document.as_str())
        .bind(waits.tenant.as_str())
        .bind(sql::json(&waits.hints)?)
        .bind(now.as_millisecond())
        .execute(&mut *connection)
        .await?;
    let keys: Vec<&String> = waits
        .keys
        .iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    for some in keys.chunks(sql::ROWS) {
        let values = sql::rows(some.len(), 3, 1);
        let statement =
            format!("INSERT INTO waiting_keys (tenant, match_key, document) VALUES {values}");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for key in some {
            query = query
                .bind(waits.tenant.as_str())
                .bind(key.as_str())
                .bind(document.as_str());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) async fn forget(
    connection: &mut AnyConnection,
    document: DocumentId,
) -> Result<(), LedgerError> {
    for statement in [
        "DELETE FROM waiting_keys WHERE document = $1",
        "DELETE FROM waiting WHERE document = $1",
    ] {
        sqlx::query(statement)
            .bind(document.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
