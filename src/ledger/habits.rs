//! What is usually billed, counted by month as shipments are stored.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use sqlx::{AnyConnection, Row as _};

use super::{Ledger, LedgerError, sql};
use crate::charges::habits::{COUNTING, Counted, EVERYTHING, Habits, PRICE, asked, counted};
use crate::shipments::Shipment;

impl Ledger {
    /// What was usual for the charges of a shipment in the months before its own.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn habits(&self, shipment: &Shipment) -> Result<Habits, LedgerError> {
        let (asked, from, to) = asked(shipment);
        let mut habits = Habits::default();
        for some in asked.chunks(sql::ROWS) {
            let numbers = sql::numbered(some.len(), 4);
            // Of most, what counts is the whole time.
            let statement = format!(
                "SELECT habit, step, CASE WHEN habit LIKE '%:{PRICE}' THEN month ELSE 0 END AS since,
                   CAST(SUM(times) AS BIGINT) AS times
                 FROM habits WHERE tenant = $1 AND month >= $2 AND month < $3 AND habit IN ({numbers}) GROUP BY 1, 2, 3
                 HAVING SUM(times) > 0"
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(shipment.tenant.as_str())
                .bind(i64::from(from))
                .bind(i64::from(to));
            for habit in some {
                query = query.bind(habit.as_str());
            }
            for row in query.fetch_all(&self.pool).await? {
                let number = |name| {
                    let number: i64 = row.try_get(name)?;
                    i32::try_from(number).map_err(LedgerError::corrupt)
                };
                let counted = Counted {
                    habit: row.try_get("habit")?,
                    month: number("since")?,
                    step: number("step")?,
                };
                habits.add(counted, sql::unsigned(&row, "times")?);
            }
        }
        Ok(habits)
    }

    /// Counts what is billed on shipments that earlier programs did not count, or not all of: at most so many, and says how many. Each
    /// is counted once, whoever looks beside.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was counted then.
    pub async fn count_earlier(&self, most: u32) -> Result<usize, LedgerError> {
        let mut tx = self.write().await?;
        let statement = format!(
            "SELECT shipment, counted FROM shipments WHERE counted < {COUNTING} ORDER BY tenant, id LIMIT $1{}",
            self.database.row_lock()
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(i64::from(most))
            .fetch_all(&mut *tx)
            .await?;
        let mut changes = Changes::default();
        for row in &rows {
            let shipment: Shipment = sql::column(row, "shipment")?;
            let by: i64 = row.try_get("counted")?;
            changes.add(&shipment, by + 1..=COUNTING, 1);
            let noted =
                format!("UPDATE shipments SET counted = {COUNTING} WHERE tenant = $1 AND id = $2");
            sqlx::query(sqlx::AssertSqlSafe(noted))
                .bind(shipment.tenant.as_str())
                .bind(shipment.id.as_str())
                .execute(&mut *tx)
                .await?;
        }
        changes.write(&mut tx).await?;
        tx.commit().await?;
        Ok(rows.len())
    }
}

/// What changes in the counts.
#[derive(Default)]
pub(super) struct Changes(BTreeMap<(String, Counted), i64>);

impl Changes {
    /// A new shipment, or a version that takes the place of another, which was counted by some counting.
    pub(super) fn change(&mut self, before: Option<(&Shipment, i64)>, now: &Shipment) {
        if let Some((before, counting)) = before {
            self.add(before, 1..=counting, -1);
        }
        self.add(now, EVERYTHING, 1);
    }

    fn add(&mut self, shipment: &Shipment, countings: RangeInclusive<i64>, times: i64) {
        for one in counted(shipment, countings) {
            let key = (shipment.tenant.clone(), one);
            *self.0.entry(key).or_default() += times;
        }
    }

    /// Adds them to the counts, in their order, so that no two programs wait for each other in a ring.
    pub(super) async fn write(mut self, connection: &mut AnyConnection) -> Result<(), LedgerError> {
        self.0.retain(|_, times| *times != 0);
        let changes: Vec<_> = self.0.iter().collect();
        for batch in changes.chunks(sql::ROWS) {
            let values = sql::rows(batch.len(), 5, 1);
            let statement = format!(
                "INSERT INTO habits (tenant, habit, month, step, times) VALUES {values}
                 ON CONFLICT (tenant, habit, month, step) DO UPDATE SET times = habits.times + excluded.times"
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
            for ((tenant, one), times) in batch {
                query = query
                    .bind(tenant.as_str())
                    .bind(one.habit.as_str())
                    .bind(i64::from(one.month))
                    .bind(i64::from(one.step))
                    .bind(**times);
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}
