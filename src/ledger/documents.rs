//! Documents, kept so that they can be matched and decided again without being read again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use uuid::Uuid;

use super::outcomes::DocumentOutcome;
use super::{Ledger, LedgerError, sql};
use crate::decision::State;
use crate::document::{DocumentId, ObjectRef, Sha256};
use crate::events::{DocumentData, Origin};
use crate::storage::Location;
use crate::understanding::{Document, FieldName, Value};

/// A document that the ledger knows.
#[derive(Debug, Clone)]
pub struct StoredDocument {
    /// Its id.
    pub id: DocumentId,
    /// The upload that it was cut out of.
    pub object: ObjectRef,
    /// Hash of the uploaded bytes.
    pub sha256: Sha256,
    /// What it is and says.
    pub document: Document,
    /// Where it was stored as PDF.
    pub attachment: Option<Location>,
    /// Tenant and id of its shipment, where one matched.
    pub shipment: Option<(String, String)>,
    /// The verdict.
    pub state: State,
}

/// The columns that [`read`] needs.
const COLUMNS: &str = "d.id, d.document, d.stored_as, d.tenant, d.shipment, d.state,
    u.bucket, u.object_key, u.object_version, u.etag, u.sha256";

impl Ledger {
    /// The documents of a shipment, oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn companions(
        &self,
        tenant: &str,
        shipment: &str,
    ) -> Result<Vec<StoredDocument>, LedgerError> {
        let query = format!(
            "SELECT {COLUMNS} FROM documents d JOIN uploads u ON u.id = d.upload
             WHERE d.tenant = $1 AND d.shipment = $2 AND d.superseded = 0
             ORDER BY d.decided_at, d.id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(tenant)
            .bind(shipment)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }
}

pub(super) async fn of_upload(
    connection: &mut AnyConnection,
    upload: &str,
) -> Result<Vec<StoredDocument>, LedgerError> {
    let query = format!(
        "SELECT {COLUMNS} FROM documents d JOIN uploads u ON u.id = d.upload
         WHERE d.upload = $1 AND d.superseded = 0"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(upload)
        .fetch_all(connection)
        .await?;
    let mut documents: Vec<_> = rows.iter().map(read).collect::<Result<_, _>>()?;
    documents.sort_by(|a, b| a.document.pages.cmp(&b.document.pages));
    Ok(documents)
}

pub(super) async fn one(
    connection: &mut AnyConnection,
    id: DocumentId,
) -> Result<Option<StoredDocument>, LedgerError> {
    let query = format!(
        "SELECT {COLUMNS} FROM documents d JOIN uploads u ON u.id = d.upload WHERE d.id = $1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<StoredDocument, LedgerError> {
    let tenant: Option<String> = row.try_get("tenant")?;
    let shipment: Option<String> = row.try_get("shipment")?;
    let stored_as: Option<String> = row.try_get("stored_as")?;
    Ok(StoredDocument {
        id: sql::word(row, "id")?,
        object: object(row)?,
        sha256: sql::word(row, "sha256")?,
        document: decode(row.try_get("document")?)?,
        attachment: stored_as.as_deref().map(sql::from_json).transpose()?,
        shipment: tenant.zip(shipment),
        state: sql::word(row, "state")?,
    })
}

pub(super) fn object(row: &AnyRow) -> Result<ObjectRef, LedgerError> {
    Ok(ObjectRef {
        bucket: row.try_get("bucket")?,
        key: row.try_get("object_key")?,
        version: row.try_get("object_version")?,
        etag: row.try_get("etag")?,
    })
}

pub(super) async fn store(
    connection: &mut AnyConnection,
    upload: Uuid,
    outcome: &DocumentOutcome,
    data: &DocumentData,
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query(
        "INSERT INTO documents (id, upload, class, class_confidence, tenant, shipment, state, superseded, document, stored_as, looks, decided_at,
           revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12)
         ON CONFLICT (id) DO UPDATE SET upload = excluded.upload, class = excluded.class,
           class_confidence = excluded.class_confidence, tenant = excluded.tenant, shipment = excluded.shipment,
           state = excluded.state, superseded = 0, document = excluded.document, stored_as = excluded.stored_as,
           looks = excluded.looks, decided_at = excluded.decided_at, revision = excluded.revision",
    )
    .bind(data.document.id.to_string())
    .bind(upload.to_string())
    .bind(sql::as_word(&data.document.class)?)
    .bind(f64::from(data.document.class_confidence))
    .bind(data.shipment.as_ref().map(|shipment| shipment.tenant.clone()))
    .bind(data.shipment.as_ref().map(|shipment| shipment.id.clone()))
    .bind(sql::as_word(&data.decision.state)?)
    .bind(encode(&outcome.decided.document)?)
    .bind(data.document.attachment.as_ref().map(sql::json).transpose()?)
    .bind(outcome.looks.map(u64::cast_signed))
    .bind(now.as_millisecond())
    .bind(i64::from(data.revision))
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives up what other models made of the same upload: its attachments are free again, its documents and exceptions count
/// no longer. Documents that the new models cut alike are stored over the old ones afterwards.
pub(super) async fn supersede(
    connection: &mut AnyConnection,
    origin: &Origin,
) -> Result<(), LedgerError> {
    let documents = "(SELECT d.id FROM documents d JOIN uploads u ON u.id = d.upload
        WHERE u.sha256 = $1 AND u.bucket = $2 AND u.object_key = $3 AND COALESCE(u.object_version, '') = $4)";
    let statements = [
        format!("DELETE FROM attachments WHERE document IN {documents}"),
        format!("UPDATE exceptions SET state = 'SUPERSEDED' WHERE document IN {documents}"),
        format!("DELETE FROM waiting_keys WHERE document IN {documents}"),
        format!("DELETE FROM waiting WHERE document IN {documents}"),
        format!("UPDATE documents SET superseded = 1 WHERE id IN {documents}"),
    ];
    for statement in statements {
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(origin.sha256.as_str())
            .bind(origin.object.bucket.as_str())
            .bind(origin.object.key.as_str())
            .bind(origin.object.version.clone().unwrap_or_default())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// A document beside its values that JSON does not tell apart. Values are written without their kind, as events show them,
/// so that a PRO number would come back as an amount, a bill of lading `20260314` as a date and a list as a party.
#[derive(Serialize, Deserialize)]
struct Encoded<D> {
    document: D,
    exact: BTreeMap<FieldName, Exact>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Exact {
    Text(String),
    List(Vec<String>),
}

impl Exact {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(Self::Text(text.clone())),
            Value::List(list) => Some(Self::List(list.clone())),
            Value::Flag(_)
            | Value::Count(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Money(_)
            | Value::Party(_)
            | Value::PageOf(_) => None,
        }
    }
}

fn encode(document: &Document) -> Result<String, LedgerError> {
    let exact = document
        .fields
        .iter()
        .filter_map(|(name, field)| Some((*name, Exact::of(&field.found.value)?)))
        .collect();
    sql::json(&Encoded { document, exact })
}

fn decode(text: &str) -> Result<Document, LedgerError> {
    let Encoded {
        mut document,
        exact,
    } = sql::from_json::<Encoded<Document>>(text)?;
    for (name, value) in exact {
        if let Some(field) = document.fields.get_mut(&name) {
            field.found.value = match value {
                Exact::Text(text) => Value::Text(text),
                Exact::List(list) => Value::List(list),
            };
        }
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::examples;

    #[test]
    fn a_document_comes_back_with_the_kind_of_each_value() {
        let document = examples::document(examples::pages(0..2));
        let back = decode(&encode(&document).unwrap()).unwrap();
        assert_eq!(back.fields, document.fields);
        assert_eq!(back.pages, document.pages);
        assert_eq!(back.notations, document.notations);
    }
}
