//! The shipments that a document may belong to, found by the keys that they share.

use std::collections::HashMap;

use sqlx::{AnyConnection, Row as _};

use super::key_index::{any, newest, places};
use super::{Ledger, LedgerError, sql};
use crate::document::DocumentId;
use crate::shipments::matching::Known;

/// How many shipments of one key are looked at, the newest first. A key that more shipments share tells nothing apart.
const PER_KEY: i64 = 200;

/// By what a shipment is looked for.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// Whose shipments.
    pub tenant: &'a str,
    /// The shipment that the upload notice names.
    pub named: Option<&'a str>,
    /// Keys that few shipments share, such as numbers: one of these comes before any number of the others.
    pub strong: &'a [String],
    /// Keys of numbers that the document's may have been before somebody misread them: many, of which few lead anywhere.
    pub near: &'a [String],
    /// Keys that busy sites share by the thousand.
    pub weak: &'a [String],
    /// The document that asks: that it is attached itself, read by other models, is no news to it.
    pub asking: DocumentId,
}

impl Ledger {
    /// The shipments with one of the keys, at most `limit`: those that share the most strong keys first, then the most
    /// others, then the newest.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn find_candidates(
        &self,
        search: &Search<'_>,
        limit: usize,
    ) -> Result<Vec<Known>, LedgerError> {
        let mut connection = self.pool.acquire().await?;
        let mut shared: HashMap<i64, Shared> = HashMap::new();
        let place = |keys: &[String]| places(search.tenant, keys.iter().map(String::as_str));
        let (strong, near, weak) = (place(search.strong), place(search.near), place(search.weak));
        if let Some(number) = named(&mut connection, search).await? {
            shared.entry(number).or_default().strong += 1;
        }
        for number in newest(&mut connection, &strong, PER_KEY).await? {
            shared.entry(number).or_default().strong += 1;
        }
        for number in any(&mut connection, &near).await? {
            shared.entry(number).or_default().others += Shared::NEAR;
        }
        for number in newest(&mut connection, &weak, PER_KEY).await? {
            shared.entry(number).or_default().others += 1;
        }
        let mut numbers: Vec<(Shared, i64)> = shared.into_iter().map(|(n, s)| (s, n)).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        let numbers: Vec<i64> = numbers.iter().take(limit).map(|(_, n)| *n).collect();
        known(&mut connection, search, &numbers).await
    }
}

/// How much a shipment shares with a document, by what counts first.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    strong: u32,
    others: u32,
}

impl Shared {
    /// A neighbour of a number, against one weak key. Dense sequences have up to a hundred neighbours: they must leave room for those
    /// that share the place, the day and the pieces.
    const NEAR: u32 = 2;
}

async fn named(
    connection: &mut AnyConnection,
    search: &Search<'_>,
) -> Result<Option<i64>, LedgerError> {
    let Some(id) = search.named else {
        return Ok(None);
    };
    let row = sqlx::query("SELECT number FROM shipments WHERE tenant = $1 AND id = $2")
        .bind(search.tenant)
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(row.try_get("number")?)).transpose()
}

/// The shipments with these numbers, in their order, as far as they are the tenant's.
async fn known(
    connection: &mut AnyConnection,
    search: &Search<'_>,
    numbers: &[i64],
) -> Result<Vec<Known>, LedgerError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let each: Vec<String> = numbers.iter().map(i64::to_string).collect();
    let each = each.join(",");
    // Nothing is asked of the tenant here: SQLite would read all its shipments.
    let statement = format!(
        "SELECT s.number, s.shipment, a.document FROM shipments s
         LEFT JOIN attachments a ON a.tenant = s.tenant AND a.shipment = s.id AND a.pod = 1 AND a.document <> $1
         WHERE s.number IN ({each}) ORDER BY a.accepted_at DESC, a.document DESC"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .persistent(false)
        .bind(search.asking.to_string())
        .fetch_all(connection)
        .await?;
    let mut found: HashMap<i64, Known> = HashMap::new();
    for row in rows {
        let accepted_pod = match row.try_get::<Option<&str>, _>("document")? {
            Some(_) => Some(sql::word(&row, "document")?),
            None => None,
        };
        let one = Known {
            shipment: sql::column(&row, "shipment")?,
            accepted_pod,
        };
        // Keys of two tenants may fall on one place.
        if one.shipment.tenant == search.tenant {
            // The first that was accepted comes last.
            found.insert(row.try_get("number")?, one);
        }
    }
    Ok(numbers
        .iter()
        .filter_map(|number| found.remove(number))
        .collect())
}
