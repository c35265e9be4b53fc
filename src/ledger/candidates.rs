//! The shipments that a document may belong to, found by the keys that they share.

use std::collections::{BTreeSet, HashMap};

use sqlx::{AnyConnection, Executor as _, Row as _};

use super::key_index::{Place, any, newest, places};
use super::{Ledger, LedgerError, sql};
use crate::shipments::Shipment;
use crate::shipments::matching::Known;

/// How many shipments of one strong key are looked at, the newest first. A key that more shipments share tells nothing apart.
const PER_STRONG: i64 = 200;
/// How many of a weak one: of those that so many share few are among the candidates.
const PER_WEAK: i64 = 100;

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
}

/// Shipments that were found, to be looked through, and to go on from with more keys.
#[derive(Debug)]
pub struct Candidates {
    limit: usize,
    shared: HashMap<i64, Shared>,
    /// The number of each shipment.
    numbers: Vec<i64>,
    known: Vec<Known>,
}

impl Candidates {
    /// Those that share the most strong keys first, then those whose others are shared by the fewest, then the newest.
    #[must_use]
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// The same, taken out.
    #[must_use]
    pub fn into_known(self) -> Vec<Known> {
        self.known
    }

    /// Drops those with these ids.
    pub fn rule_out(&mut self, ids: &BTreeSet<String>) {
        let known = self.numbers.drain(..).zip(self.known.drain(..));
        let (out, left): (Vec<_>, Vec<_>) =
            known.partition(|(_, known)| ids.contains(&known.shipment.id));
        for (number, _) in out {
            self.shared.remove(&number);
        }
        (self.numbers, self.known) = left.into_iter().unzip();
    }
}

impl Ledger {
    /// The shipments with one of the keys, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn find_candidates(
        &self,
        search: &Search<'_>,
        limit: usize,
    ) -> Result<Candidates, LedgerError> {
        let mut connection = self.pool.acquire().await?;
        let mut shared: HashMap<i64, Shared> = HashMap::new();
        if let Some(number) = named(&mut connection, search).await? {
            shared.entry(number).or_default().add(Shared::STRONG);
        }
        let asked = Asked::all(search);
        let limits: Vec<_> = asked.iter().map(|one| (one.place, one.limit())).collect();
        let sharing = newest(&mut connection, &limits).await?;
        let commonest = commonest(&asked, &sharing);
        for (one, numbers) in asked.iter().zip(sharing) {
            let by = one.space.and_then(|space| commonest.get(space));
            let by = by.map_or(Shared::STRONG, |count| Shared::weak(*count));
            for number in numbers {
                shared.entry(number).or_default().add(by);
            }
        }
        let mut found = Candidates {
            limit,
            shared,
            numbers: Vec::new(),
            known: Vec::new(),
        };
        found.add_near(&mut connection, search).await?;
        found.load(&mut connection, search.tenant).await?;
        Ok(found)
    }

    /// Adds the shipments with one of the keys of `search.near`, none of which was asked for before. Returns whether there are others among the
    /// first now.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn find_near(
        &self,
        search: &Search<'_>,
        candidates: &mut Candidates,
    ) -> Result<bool, LedgerError> {
        let mut connection = self.pool.acquire().await?;
        candidates.add_near(&mut connection, search).await?;
        candidates.load(&mut connection, search.tenant).await
    }
}

impl Candidates {
    async fn add_near(
        &mut self,
        connection: &mut AnyConnection,
        search: &Search<'_>,
    ) -> Result<(), LedgerError> {
        let near = places(search.tenant, search.near.iter().map(String::as_str));
        for number in any(connection, &near).await? {
            self.shared.entry(number).or_default().add(Shared::NEAR);
        }
        Ok(())
    }

    /// Fetches the first of those that were found, as far as they are not there yet. Returns whether they are others now.
    async fn load(
        &mut self,
        connection: &mut AnyConnection,
        tenant: &str,
    ) -> Result<bool, LedgerError> {
        let mut best: Vec<(Shared, i64)> = self.shared.iter().map(|(n, s)| (*s, *n)).collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        let best = best.iter().take(self.limit).map(|(_, number)| *number);
        let best: Vec<i64> = best.collect();
        let there = self.numbers.drain(..).zip(self.known.drain(..));
        let mut there: HashMap<i64, Known> = there.collect();
        let before: BTreeSet<i64> = there.keys().copied().collect();
        let missing = best.iter().filter(|number| !there.contains_key(number));
        let missing: Vec<i64> = missing.copied().collect();
        there.extend(fetch(connection, tenant, &missing).await?);
        let best = best.into_iter();
        let best = best.filter_map(|number| Some((number, there.remove(&number)?)));
        (self.numbers, self.known) = best.unzip();
        let now: BTreeSet<i64> = self.numbers.iter().copied().collect();
        Ok(now != before)
    }
}

/// A place that is asked for.
struct Asked<'a> {
    place: Place,
    /// That of a weak key: what stands before its colon.
    space: Option<&'a str>,
}

impl<'a> Asked<'a> {
    fn all(search: &Search<'a>) -> Vec<Self> {
        let strong = places(search.tenant, search.strong.iter().map(String::as_str));
        let strong = strong.into_iter().map(|place| Self { place, space: None });
        let weak = search.weak.iter().map(|key| Self {
            place: Place::new(search.tenant, key),
            space: key.split(':').next(),
        });
        strong.chain(weak).collect()
    }

    fn limit(&self) -> i64 {
        match self.space {
            None => PER_STRONG,
            Some(_) => PER_WEAK,
        }
    }
}

/// Of each space how many share the key that most do. Papers ask for the days around their own, too: that fewer shipments have those speaks
/// for none of them.
fn commonest<'a>(asked: &[Asked<'a>], sharing: &[Vec<i64>]) -> HashMap<&'a str, i64> {
    let mut commonest = HashMap::new();
    for (one, numbers) in asked.iter().zip(sharing) {
        if let Some(space) = one.space {
            let most: &mut i64 = commonest.entry(space).or_default();
            *most = i64::try_from(numbers.len()).unwrap_or(PER_WEAK).max(*most);
        }
    }
    commonest
}

/// How much a shipment shares with a document, by what counts first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    strong: u32,
    others: u32,
}

impl Shared {
    const STRONG: Self = Self {
        strong: 1,
        others: 0,
    };

    /// A neighbour of a number. Dense sequences have up to a hundred neighbours: they must leave room for those that share the place,
    /// the day and the pieces.
    const NEAR: Self = Self {
        strong: 0,
        others: 2,
    };

    /// A weak key of a space that so many shipments share at most: one for the busiest, and one more for each time that half as many do. Of
    /// the shipments of a chain on one day, those to the paper's own postal code come first.
    fn weak(count: i64) -> Self {
        let halved = (PER_WEAK / count.max(1)).checked_ilog2();
        Self {
            strong: 0,
            others: 1 + halved.unwrap_or_default(),
        }
    }

    fn add(&mut self, by: Self) {
        self.strong += by.strong;
        self.others += by.others;
    }
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

/// The shipments with these numbers, as far as they are the tenant's: keys of two tenants may fall on one place.
async fn fetch(
    connection: &mut AnyConnection,
    tenant: &str,
    numbers: &[i64],
) -> Result<Vec<(i64, Known)>, LedgerError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let each: Vec<String> = numbers.iter().map(i64::to_string).collect();
    let each = each.join(",");
    // Nothing is asked of the tenant here: SQLite would read all its shipments.
    let statement = format!("SELECT number, shipment FROM shipments WHERE number IN ({each})");
    let statement = sqlx::raw_sql(sqlx::AssertSqlSafe(statement));
    let mut found = Vec::new();
    for row in connection.fetch_all(statement).await? {
        let shipment: Shipment = sql::column(&row, "shipment")?;
        if shipment.tenant == tenant {
            found.push((row.try_get("number")?, shipment.into()));
        }
    }
    Ok(found)
}
