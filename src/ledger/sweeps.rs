//! What a sweep of a bucket needs to know: which objects no notice told of, and how far it has come.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::Row as _;

use super::{Ledger, LedgerError, sql};

impl Ledger {
    /// Which of `objects` (key, and when it was written) of a bucket no notice told of, in their order. What a notice told of has its
    /// outcome, or waits, or lies in the dead-letter queue; an object that was written again since is another one.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn untold<'a>(
        &self,
        bucket: &str,
        objects: &[(&'a str, Timestamp)],
    ) -> Result<Vec<&'a str>, LedgerError> {
        let mut told: HashMap<String, Timestamp> = HashMap::new();
        for some in objects.chunks(sql::ROWS) {
            let keys = sql::numbered(some.len(), 2);
            let statement = format!(
                "SELECT object_key, told_at FROM objects WHERE bucket = $1 AND object_key IN ({keys})"
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(bucket);
            for (key, _) in some {
                query = query.bind(*key);
            }
            for row in query.fetch_all(&self.pool).await? {
                told.insert(row.try_get("object_key")?, sql::time(&row, "told_at")?);
            }
        }
        let is_untold =
            |key: &str, written: Timestamp| told.get(key).is_none_or(|told| *told < written);
        let untold = objects
            .iter()
            .filter(|(key, written)| is_untold(key, *written));
        Ok(untold.map(|(key, _)| *key).collect())
    }

    /// The last key that the sweep under way has dealt with; `None` where none is under way.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn sweep_position(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> Result<Option<String>, LedgerError> {
        let row = sqlx::query("SELECT after_key FROM sweeps WHERE bucket = $1 AND prefix = $2")
            .bind(bucket)
            .bind(prefix)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get("after_key")).transpose()?)
    }

    /// Notes how far a sweep has come: a sweep that is begun again goes on there. `None`: it is through.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn note_sweep(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<(), LedgerError> {
        let statement = match after {
            Some(_) => {
                "INSERT INTO sweeps (bucket, prefix, after_key) VALUES ($1, $2, $3)
                 ON CONFLICT (bucket, prefix) DO UPDATE SET after_key = excluded.after_key"
            }
            None => "DELETE FROM sweeps WHERE bucket = $1 AND prefix = $2",
        };
        let query = sqlx::query(statement).bind(bucket).bind(prefix);
        match after {
            Some(key) => query.bind(key),
            None => query,
        }
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
