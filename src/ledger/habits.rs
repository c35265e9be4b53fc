//! What is usually billed, counted by month as shipments are stored.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Row as _};

use super::{Ledger, LedgerError, sql};
use crate::charges::habits::{Counted, Habits, asked, counted};
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
            let statement = format!(
                "SELECT habit, step, CAST(SUM(times) AS BIGINT) AS times FROM habits
                 WHERE tenant = $1 AND month >= $2 AND month < $3 AND habit IN ({numbers}) GROUP BY habit, step"
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(shipment.tenant.as_str())
                .bind(i64::from(from))
                .bind(i64::from(to));
            for habit in some {
                query = query.bind(habit.as_str());
            }
            for row in query.fetch_all(&self.pool).await? {
                let step: i64 = row.try_get("step")?;
                let step = i32::try_from(step).map_err(LedgerError::corrupt)?;
                habits.add(row.try_get("habit")?, step, sql::unsigned(&row, "times")?);
            }
        }
        Ok(habits)
    }
}

/// What changes in the counts.
#[derive(Default)]
pub(super) struct Changes(BTreeMap<(String, Counted), i64>);

impl Changes {
    /// A shipment that was not counted before, or a version that takes the place of `before`.
    pub(super) fn change(&mut self, before: Option<&Shipment>, now: &Shipment) {
        let mut add = |shipment: &Shipment, times: i64| {
            for one in counted(shipment) {
                let key = (shipment.tenant.clone(), one);
                *self.0.entry(key).or_default() += times;
            }
        };
        if let Some(before) = before {
            add(before, -1);
        }
        add(now, 1);
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
