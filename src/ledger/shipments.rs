//! Shipments and the keys that documents find them by.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::audit::{self, Entry};
use super::{Ledger, LedgerError, sql};
use crate::document::DocumentId;
use crate::shipments::Shipment;
use crate::shipments::matching::Known;

/// How many shipments go into one statement. With five values a shipment and some twenty keys of three values this stays
/// far below the 32,766 values that SQLite takes; larger batches were no faster.
const BATCH: usize = 100;

/// How many keys go into one statement.
const KEYS: usize = 1000;

/// How many keys are asked for at once; SQLite takes 500 in one statement.
const ASKED: usize = 100;

/// How many shipments of one key are looked at, the newest first. A key that more shipments share tells nothing apart.
const PER_KEY: i64 = 200;

/// By what a shipment is looked for.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// Whose shipments.
    pub tenant: &'a str,
    /// Keys that few shipments share, such as numbers: one of these comes before any number of weak ones.
    pub strong: &'a [String],
    /// Keys that busy sites share by the thousand.
    pub weak: &'a [String],
    /// The document that asks: that it is attached itself, read by other models, is no news to it.
    pub asking: DocumentId,
}

/// What storing shipments did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stored {
    /// Shipments never seen before.
    pub new: usize,
    /// Newer versions of known shipments.
    pub changed: usize,
    /// Versions that are known already, or older than what is known: they change nothing.
    pub ignored: usize,
}

impl Ledger {
    /// Stores shipments under the keys that `keys_of` gives each. Idempotent on tenant, id and version; an older version
    /// that arrives late changes nothing.
    ///
    /// # Errors
    /// [`LedgerError`]; the batches before the failed one stay stored, and storing all of them again is safe.
    pub async fn store_shipments<K: IntoIterator<Item = String>>(
        &self,
        shipments: &[Shipment],
        keys_of: impl Fn(&Shipment) -> K,
        now: Timestamp,
    ) -> Result<Stored, LedgerError> {
        let mut stored = Stored::default();
        for batch in shipments.chunks(BATCH) {
            let mut tx = self.write().await?;
            let known = known_versions(&mut tx, batch).await?;
            let newest = newest(batch, known, &mut stored);
            let newest = upsert(&mut tx, newest, now).await?;
            replace_keys(&mut tx, &newest, &keys_of, now).await?;
            tx.commit().await?;
        }
        if stored.new + stored.changed > 0 {
            let mut tx = self.write().await?;
            let entry = Entry::shipments_stored(stored.new, stored.changed);
            audit::append(&mut tx, &[entry], now).await?;
            tx.commit().await?;
        }
        Ok(stored)
    }

    /// The newest version of a shipment.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn shipment(&self, tenant: &str, id: &str) -> Result<Option<Shipment>, LedgerError> {
        let row = sqlx::query("SELECT shipment FROM shipments WHERE tenant = $1 AND id = $2")
            .bind(tenant)
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| sql::column(&row, "shipment")).transpose()
    }

    /// The shipments with one of the keys, at most `limit`: those that share the most strong keys first, then the most
    /// weak ones, then the newest.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn find_candidates(
        &self,
        search: &Search<'_>,
        limit: usize,
    ) -> Result<Vec<Known>, LedgerError> {
        let mut tx = self.pool.begin().await?;
        let mut shared: HashMap<String, Shared> = HashMap::new();
        let strong = search.strong.chunks(ASKED);
        let weak = search.weak.chunks(ASKED);
        let asked = strong.map(|keys| (keys, Shared::STRONG));
        for (keys, weight) in asked.chain(weak.map(|keys| (keys, Shared::WEAK))) {
            for (id, stored_at) in with_keys(&mut tx, search.tenant, keys).await? {
                shared.entry(id).or_default().add(weight, stored_at);
            }
        }
        let mut ids: Vec<(Shared, String)> = shared.into_iter().map(|(id, s)| (s, id)).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        let mut found = Vec::new();
        for (_, id) in ids.iter().take(limit) {
            found.push(known(&mut tx, search, id).await?);
        }
        Ok(found)
    }
}

/// How much a shipment shares with a document, by what counts first.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    strong: u32,
    weak: u32,
    stored_at: i64,
}

impl Shared {
    const STRONG: Self = Self {
        strong: 1,
        weak: 0,
        stored_at: 0,
    };
    const WEAK: Self = Self {
        strong: 0,
        weak: 1,
        stored_at: 0,
    };

    fn add(&mut self, other: Self, stored_at: i64) {
        self.strong += other.strong;
        self.weak += other.weak;
        self.stored_at = stored_at;
    }
}

type Versions = HashMap<(String, String), u64>;

async fn known_versions(
    connection: &mut AnyConnection,
    batch: &[Shipment],
) -> Result<Versions, LedgerError> {
    let wanted = sql::rows(batch.len(), 2, 1);
    let statement = format!(
        "SELECT tenant, id, version FROM shipments WHERE (tenant, id) IN (VALUES {wanted})"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for shipment in batch {
        query = query
            .bind(shipment.tenant.as_str())
            .bind(shipment.id.as_str());
    }
    let rows = query.fetch_all(connection).await?;
    let version = |row: &AnyRow| {
        let key = (row.try_get("tenant")?, row.try_get("id")?);
        Ok((key, sql::unsigned(row, "version")?))
    };
    rows.iter().map(version).collect()
}

/// The newest version of each shipment that is newer than what is known, as if they had been stored one after the other.
fn newest<'a>(
    batch: &'a [Shipment],
    mut versions: Versions,
    stored: &mut Stored,
) -> Vec<&'a Shipment> {
    let mut newest = BTreeMap::new();
    for shipment in batch {
        let key = (shipment.tenant.clone(), shipment.id.clone());
        match versions.insert(key.clone(), shipment.version) {
            None => stored.new += 1,
            Some(known) if known < shipment.version => stored.changed += 1,
            Some(known) => {
                stored.ignored += 1;
                versions.insert(key, known);
                continue;
            }
        }
        newest.insert(key, shipment);
    }
    newest.into_values().collect()
}

/// Returns those that were stored: a newer version may have been stored since the known ones were asked for.
async fn upsert<'a>(
    connection: &mut AnyConnection,
    shipments: Vec<&'a Shipment>,
    now: Timestamp,
) -> Result<Vec<&'a Shipment>, LedgerError> {
    if shipments.is_empty() {
        return Ok(shipments);
    }
    let values = sql::rows(shipments.len(), 5, 1);
    let statement = format!(
        "INSERT INTO shipments (tenant, id, version, shipment, stored_at) VALUES {values}
         ON CONFLICT (tenant, id) DO UPDATE SET version = excluded.version, shipment = excluded.shipment,
           stored_at = excluded.stored_at WHERE excluded.version > shipments.version
         RETURNING tenant, id"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for shipment in &shipments {
        query = query
            .bind(shipment.tenant.as_str())
            .bind(shipment.id.as_str())
            .bind(sql::signed(shipment.version))
            .bind(sql::json(shipment)?)
            .bind(now.as_millisecond());
    }
    let mut stored: BTreeSet<(String, String)> = BTreeSet::new();
    for row in query.fetch_all(connection).await? {
        stored.insert((row.try_get("tenant")?, row.try_get("id")?));
    }
    let is_stored =
        |shipment: &&Shipment| stored.contains(&(shipment.tenant.clone(), shipment.id.clone()));
    Ok(shipments.into_iter().filter(is_stored).collect())
}

async fn replace_keys<K: IntoIterator<Item = String>>(
    connection: &mut AnyConnection,
    shipments: &[&Shipment],
    keys_of: &impl Fn(&Shipment) -> K,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if shipments.is_empty() {
        return Ok(());
    }
    let wanted = sql::rows(shipments.len(), 2, 1);
    let statement = format!("DELETE FROM shipment_keys WHERE (tenant, id) IN (VALUES {wanted})");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for shipment in shipments {
        query = query
            .bind(shipment.tenant.as_str())
            .bind(shipment.id.as_str());
    }
    query.execute(&mut *connection).await?;
    let keyed: Vec<(&Shipment, String)> = shipments
        .iter()
        .flat_map(|shipment| {
            // Each key once, whatever the caller gives.
            let keys: BTreeSet<String> = keys_of(shipment).into_iter().collect();
            keys.into_iter().map(|key| (*shipment, key))
        })
        .collect();
    for keyed in keyed.chunks(KEYS) {
        insert_keys(connection, keyed, now).await?;
    }
    Ok(())
}

async fn insert_keys(
    connection: &mut AnyConnection,
    keyed: &[(&Shipment, String)],
    now: Timestamp,
) -> Result<(), LedgerError> {
    let values = sql::rows(keyed.len(), 4, 1);
    let statement =
        format!("INSERT INTO shipment_keys (tenant, match_key, stored_at, id) VALUES {values}");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for (shipment, key) in keyed {
        query = query
            .bind(shipment.tenant.as_str())
            .bind(key.as_str())
            .bind(now.as_millisecond())
            .bind(shipment.id.as_str());
    }
    query.execute(connection).await?;
    Ok(())
}

/// The newest shipments with each of the keys, and when they were stored; one that has several of the keys comes several times.
async fn with_keys(
    connection: &mut AnyConnection,
    tenant: &str,
    keys: &[String],
) -> Result<Vec<(String, i64)>, LedgerError> {
    // A limit for each key, so that a key which thousands share costs no more than its newest.
    let newest = |at: usize| {
        let key = at + 3;
        format!(
            "SELECT id, stored_at FROM (SELECT id, stored_at FROM shipment_keys WHERE tenant = $1 AND match_key = ${key}
             ORDER BY stored_at DESC, id DESC LIMIT $2) AS newest_{key}"
        )
    };
    let statement = (0..keys.len())
        .map(newest)
        .collect::<Vec<_>>()
        .join(" UNION ALL ");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(tenant)
        .bind(PER_KEY);
    for key in keys {
        query = query.bind(key.as_str());
    }
    let rows = query.fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("id")?, row.try_get("stored_at")?)))
        .collect()
}

async fn known(
    connection: &mut AnyConnection,
    search: &Search<'_>,
    id: &str,
) -> Result<Known, LedgerError> {
    let row = sqlx::query("SELECT shipment FROM shipments WHERE tenant = $1 AND id = $2")
        .bind(search.tenant)
        .bind(id)
        .fetch_one(&mut *connection)
        .await?;
    let pod = sqlx::query(
        "SELECT document FROM attachments WHERE tenant = $1 AND shipment = $2 AND pod = 1 AND document <> $3
         ORDER BY accepted_at, document LIMIT 1",
    )
    .bind(search.tenant)
    .bind(id)
    .bind(search.asking.to_string())
    .fetch_optional(connection)
    .await?;
    Ok(Known {
        shipment: sql::column(&row, "shipment")?,
        accepted_pod: pod.map(|row| sql::word(&row, "document")).transpose()?,
    })
}
