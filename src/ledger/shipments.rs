//! Shipments, each in its newest version, and the keys that documents find them by.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::audit;
use super::habits::Changes;
use super::key_index::{self, Place, places};
use super::{Ledger, LedgerError, sql};
use crate::charges::habits::COUNTING;
use crate::shipments::Shipment;

/// How many shipments go into one statement. With five values a shipment this stays far below the 32,766 values that SQLite
/// takes.
const BATCH: usize = 500;

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
    /// [`LedgerError`]; other batches than the failed one stay stored, and storing all of them again is safe.
    pub async fn store_shipments<K: IntoIterator<Item = String>>(
        &self,
        shipments: &[Shipment],
        keys_of: impl Fn(&Shipment) -> K,
        now: Timestamp,
    ) -> Result<Stored, LedgerError> {
        if shipments.is_empty() {
            return Ok(Stored::default());
        }
        let first = self.take_numbers(shipments.len()).await?;
        let batches = (first..).step_by(BATCH).zip(shipments.chunks(BATCH));
        let batches = batches.map(|(first, batch)| self.store_batch(first, batch, &keys_of, now));
        let batches: Vec<_> = batches.collect();
        let stored: Vec<Stored> = futures_util::stream::iter(batches)
            .buffered(self.database.writers())
            .try_collect()
            .await?;
        let stored = stored.into_iter().fold(Stored::default(), Stored::and);
        if stored.new + stored.changed > 0 {
            let mut tx = self.write().await?;
            let entry = audit::Entry::shipments_stored(stored.new, stored.changed);
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

    /// The first of so many numbers that no shipment has. Those that are not used are lost, which nobody minds.
    async fn take_numbers(&self, count: usize) -> Result<i64, LedgerError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let taken = "UPDATE heads SET seq = seq + $1 WHERE log = 'shipments' RETURNING seq";
        let taken = sqlx::query(taken).bind(count).fetch_one(&self.pool);
        Ok(taken.await?.try_get::<i64, _>("seq")? - count + 1)
    }

    async fn store_batch<K: IntoIterator<Item = String>>(
        &self,
        first: i64,
        batch: &[Shipment],
        keys_of: &impl Fn(&Shipment) -> K,
        now: Timestamp,
    ) -> Result<Stored, LedgerError> {
        let places_of = |shipment: &Shipment| {
            let keys: Vec<String> = keys_of(shipment).into_iter().collect();
            places(&shipment.tenant, keys.iter().map(String::as_str))
        };
        let (mut keys, mut habits) = (Keys::default(), Changes::default());
        let mut newest = newest(first, batch);
        let mut tx = self.write().await?;
        let added = insert(&mut tx, &newest, now).await?;
        newest.retain(|_, (number, shipment)| {
            let known = !added.contains(number);
            if !known {
                keys.change(*number, &BTreeSet::new(), &places_of(shipment));
                habits.change(None, shipment);
            }
            known
        });
        // What is left was known before.
        let mut versions = versions(&mut tx, &newest).await?;
        newest.retain(|name, (_, shipment)| {
            versions
                .get(name)
                .is_some_and(|known| *known < shipment.version)
        });
        let lock = self.database.row_lock();
        for held in hold(&mut tx, &newest, lock).await? {
            let Held {
                name,
                number,
                shipment: before,
                counting,
            } = held;
            versions.insert(name.clone(), before.version);
            match newest.get(&name) {
                Some((_, shipment)) if before.version < shipment.version => {
                    keys.change(number, &places_of(&before), &places_of(shipment));
                    habits.change(Some((&before, counting)), shipment);
                }
                // Somebody stored a newer one meanwhile.
                Some(_) | None => drop(newest.remove(&name)),
            }
        }
        replace(&mut tx, &newest, now).await?;
        keys.write(&mut tx).await?;
        habits.write(&mut tx).await?;
        tx.commit().await?;
        Ok(Stored::of(batch, versions))
    }
}

impl Stored {
    fn and(self, other: Self) -> Self {
        Self {
            new: self.new + other.new,
            changed: self.changed + other.changed,
            ignored: self.ignored + other.ignored,
        }
    }

    /// What a batch does to the known versions, as if its shipments were stored one after the other.
    fn of(batch: &[Shipment], mut versions: BTreeMap<Name, u64>) -> Self {
        let mut stored = Self::default();
        for shipment in batch {
            match versions.entry(name(shipment)) {
                Entry::Vacant(unknown) => {
                    unknown.insert(shipment.version);
                    stored.new += 1;
                }
                Entry::Occupied(mut known) if *known.get() < shipment.version => {
                    known.insert(shipment.version);
                    stored.changed += 1;
                }
                Entry::Occupied(_) => stored.ignored += 1,
            }
        }
        stored
    }
}

/// Tenant and id of a shipment. Rows are written in their order, so that no two programs wait for each other in a ring.
type Name = (String, String);

fn name(shipment: &Shipment) -> Name {
    (shipment.tenant.clone(), shipment.id.clone())
}

/// The newest version of each shipment of a batch, with the number that it gets if it is new.
fn newest(first: i64, batch: &[Shipment]) -> BTreeMap<Name, (i64, &Shipment)> {
    let mut newest: BTreeMap<Name, (i64, &Shipment)> = BTreeMap::new();
    for (number, shipment) in (first..).zip(batch) {
        let known = newest.entry(name(shipment)).or_insert((number, shipment));
        if known.1.version < shipment.version {
            *known = (number, shipment);
        }
    }
    newest
}

/// Stores those that nobody knew, and returns their numbers.
async fn insert(
    connection: &mut AnyConnection,
    shipments: &BTreeMap<Name, (i64, &Shipment)>,
    now: Timestamp,
) -> Result<BTreeSet<i64>, LedgerError> {
    let added = write(connection, shipments, "DO NOTHING", now).await?;
    let number = |row: &AnyRow| Ok(row.try_get("number")?);
    added.iter().map(number).collect()
}

/// Stores the newer version of shipments that are held. They keep their numbers.
async fn replace(
    connection: &mut AnyConnection,
    shipments: &BTreeMap<Name, (i64, &Shipment)>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let newer = "DO UPDATE SET version = excluded.version, shipment = excluded.shipment, stored_at = excluded.stored_at,
       counted = excluded.counted";
    write(connection, shipments, newer, now).await?;
    Ok(())
}

async fn write(
    connection: &mut AnyConnection,
    shipments: &BTreeMap<Name, (i64, &Shipment)>,
    where_known: &str,
    now: Timestamp,
) -> Result<Vec<AnyRow>, LedgerError> {
    if shipments.is_empty() {
        return Ok(Vec::new());
    }
    let row = |at: usize| format!("({},$1,{COUNTING})", sql::numbered(5, 5 * at + 2));
    let values: Vec<String> = (0..shipments.len()).map(row).collect();
    let values = values.join(",");
    let statement = format!(
        "INSERT INTO shipments (tenant, id, version, shipment, number, stored_at, counted) VALUES {values}
         ON CONFLICT (tenant, id) {where_known} RETURNING number"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(now.as_millisecond());
    for ((tenant, id), (number, shipment)) in shipments {
        query = query
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(sql::signed(shipment.version))
            .bind(sql::json(shipment)?)
            .bind(*number);
    }
    Ok(query.fetch_all(connection).await?)
}

async fn versions(
    connection: &mut AnyConnection,
    shipments: &BTreeMap<Name, (i64, &Shipment)>,
) -> Result<BTreeMap<Name, u64>, LedgerError> {
    let version = |row: &AnyRow| {
        let name = (row.try_get("tenant")?, row.try_get("id")?);
        Ok((name, sql::unsigned(row, "version")?))
    };
    let rows = select(connection, shipments, "tenant, id, version", "").await?;
    rows.iter().map(version).collect()
}

/// A shipment that is about to change.
struct Held {
    name: Name,
    number: i64,
    shipment: Shipment,
    /// What was billed on it was counted by this counting; 0 where not at all.
    counting: i64,
}

/// The shipments as they are; nobody else changes them meanwhile.
async fn hold(
    connection: &mut AnyConnection,
    shipments: &BTreeMap<Name, (i64, &Shipment)>,
    lock: &str,
) -> Result<Vec<Held>, LedgerError> {
    let held = |row: &AnyRow| {
        let shipment: Shipment = sql::column(row, "shipment")?;
        Ok(Held {
            name: name(&shipment),
            number: row.try_get("number")?,
            shipment,
            counting: row.try_get("counted")?,
        })
    };
    let rows = select(connection, shipments, "number, shipment, counted", lock).await?;
    rows.iter().map(held).collect()
}

async fn select(
    connection: &mut AnyConnection,
    shipments: &BTreeMap<Name, (i64, &Shipment)>,
    columns: &str,
    lock: &str,
) -> Result<Vec<AnyRow>, LedgerError> {
    if shipments.is_empty() {
        return Ok(Vec::new());
    }
    let names = sql::rows(shipments.len(), 2, 1);
    // Joined, and in this order: SQLite reads all shipments to look for pairs in a list.
    let statement = format!(
        "WITH asked (asked_tenant, asked_id) AS (VALUES {names})
         SELECT {columns} FROM asked CROSS JOIN shipments WHERE tenant = asked_tenant AND id = asked_id
         ORDER BY tenant, id{lock}"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for (tenant, id) in shipments.keys() {
        query = query.bind(tenant.as_str()).bind(id.as_str());
    }
    Ok(query.fetch_all(connection).await?)
}

/// What changes in the index.
#[derive(Default)]
struct Keys {
    gone: Vec<(Place, i64)>,
    new: Vec<(Place, i64)>,
}

impl Keys {
    fn change(&mut self, number: i64, before: &BTreeSet<Place>, now: &BTreeSet<Place>) {
        let of = |place: &Place| (*place, number);
        self.gone.extend(before.difference(now).map(of));
        self.new.extend(now.difference(before).map(of));
    }

    async fn write(self, connection: &mut AnyConnection) -> Result<(), LedgerError> {
        key_index::take_away(connection, &self.gone).await?;
        key_index::write(connection, self.new).await
    }
}
