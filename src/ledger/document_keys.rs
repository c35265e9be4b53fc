//! What documents look for their shipments by: each is found again when a shipment arrives that shares a key with it.

use std::collections::BTreeSet;

use sqlx::AnyConnection;

use super::documents::Asks;
use super::{Ledger, LedgerError, sql};
use crate::document::DocumentId;

impl Ledger {
    /// The documents that look for a shipment with one of the keys, and those that belong to one of the shipments already.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn concerned(
        &self,
        tenant: &str,
        shipments: &[String],
        keys: &[String],
    ) -> Result<BTreeSet<DocumentId>, LedgerError> {
        let belong =
            "SELECT id FROM documents WHERE superseded = 0 AND tenant = $1 AND shipment IN";
        let look_for =
            "SELECT document AS id FROM document_keys WHERE tenant = $1 AND match_key IN";
        let mut found = BTreeSet::new();
        for (which, values) in [(belong, shipments), (look_for, keys)] {
            for some in values.chunks(sql::ROWS) {
                let numbers = sql::numbered(some.len(), 2);
                let statement = format!("{which} ({numbers})");
                let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(tenant);
                for value in some {
                    query = query.bind(value.as_str());
                }
                for row in query.fetch_all(&self.pool).await? {
                    found.insert(sql::word(&row, "id")?);
                }
            }
        }
        Ok(found)
    }

    /// Does any document look for a shipment?
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn anybody_looks(&self) -> Result<bool, LedgerError> {
        let one =
            sqlx::query("SELECT document FROM document_keys LIMIT 1").fetch_optional(&self.pool);
        Ok(one.await?.is_some())
    }
}

/// Notes what a document looks for, in place of what it looked for before.
pub(super) async fn remember(
    connection: &mut AnyConnection,
    document: DocumentId,
    asks: &Asks,
) -> Result<(), LedgerError> {
    let document = document.to_string();
    sqlx::query("DELETE FROM document_keys WHERE document = $1")
        .bind(document.as_str())
        .execute(&mut *connection)
        .await?;
    let keys: BTreeSet<&String> = asks.keys.iter().collect();
    for some in keys.into_iter().collect::<Vec<_>>().chunks(sql::ROWS) {
        let values = sql::rows(some.len(), 3, 1);
        let statement =
            format!("INSERT INTO document_keys (tenant, match_key, document) VALUES {values}");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for key in some {
            query = query
                .bind(asks.tenant.as_str())
                .bind(key.as_str())
                .bind(document.as_str());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
