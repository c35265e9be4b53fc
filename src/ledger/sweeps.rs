//! What a sweep of a bucket needs to know: which objects nobody has processed, and how far it has come.

use std::collections::HashMap;

use sqlx::Row as _;

use super::uploads::State;
use super::{Ledger, LedgerError, sql};
use crate::fault::RejectReason;

impl Ledger {
    /// Which of `objects` (key and entity tag) of a bucket gave no outcome yet, in their order. An object that was written anew is
    /// another one; one that was not there when it was asked for has no outcome now that it is.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn unprocessed<'a>(
        &self,
        bucket: &str,
        objects: &[(&'a str, Option<&str>)],
    ) -> Result<Vec<&'a str>, LedgerError> {
        let mut known: HashMap<String, Vec<Option<String>>> = HashMap::new();
        for some in objects.chunks(sql::ROWS) {
            let keys = sql::numbered(some.len(), 4);
            let statement = format!(
                "SELECT object_key, etag FROM uploads
                 WHERE bucket = $1 AND state <> $2 AND COALESCE(reject_reason, '') <> $3 AND object_key IN ({keys})"
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(bucket)
                .bind(State::Started.name())
                .bind(sql::as_word(&RejectReason::NotFound)?);
            for (key, _) in some {
                query = query.bind(*key);
            }
            for row in query.fetch_all(&self.pool).await? {
                let etags = known.entry(row.try_get("object_key")?).or_default();
                etags.push(row.try_get("etag")?);
            }
        }
        let is_new = |key: &str, etag: Option<&str>| {
            let same =
                |seen: &Option<String>| seen.is_none() || etag.is_none() || seen.as_deref() == etag;
            !known.get(key).is_some_and(|etags| etags.iter().any(same))
        };
        let new = objects.iter().filter(|(key, etag)| is_new(key, *etag));
        Ok(new.map(|(key, _)| *key).collect())
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
