//! The rows that say which models serve.

use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{InForce, OnTrial, Share};
use crate::inference::{ModelName, Task};
use crate::ledger::{LedgerError, sql};

/// What serves a task, which nobody else changes until the transaction ends.
pub(super) async fn locked(
    connection: &mut AnyConnection,
    task: Task,
) -> Result<Option<InForce>, LedgerError> {
    // An update locks the row on both databases.
    let row = sqlx::query("UPDATE models_in_force SET task = task WHERE task = $1 RETURNING *")
        .bind(task.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn write(connection: &mut AnyConnection, is: &InForce) -> Result<(), LedgerError> {
    let challenger = is.challenger.as_ref();
    let text = |model: Option<&ModelName>| model.map(ToString::to_string).unwrap_or_default();
    let part = challenger.map(|on| sql::as_word(&on.part)).transpose()?;
    sqlx::query(
        "UPDATE models_in_force SET champion = $1, before = $2, challenger = $3, part = $4, share = $5, changed_at = $6
         WHERE task = $7",
    )
    .bind(is.champion.to_string())
    .bind(text(is.before.as_ref()))
    .bind(text(challenger.map(|on| &on.model)))
    .bind(part.unwrap_or_default())
    .bind(challenger.map_or(0, |on| i64::from(on.share.0)))
    .bind(is.changed_at.as_millisecond())
    .bind(is.task.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) fn read(row: &AnyRow) -> Result<InForce, LedgerError> {
    let optional = |column: &str| {
        let text: String = row.try_get(column)?;
        let there = (!text.is_empty()).then_some(text);
        there.map(|text| name(&text)).transpose()
    };
    let challenger = match optional("challenger")? {
        None => None,
        Some(model) => Some(OnTrial {
            model,
            part: sql::word(row, "part")?,
            share: Share(
                u16::try_from(row.try_get::<i64, _>("share")?).map_err(LedgerError::corrupt)?,
            ),
        }),
    };
    Ok(InForce {
        task: sql::word(row, "task")?,
        champion: name(row.try_get("champion")?)?,
        before: optional("before")?,
        challenger,
        changed_at: sql::time(row, "changed_at")?,
    })
}

pub(super) fn name(text: &str) -> Result<ModelName, LedgerError> {
    text.parse().map_err(LedgerError::corrupt)
}

pub(super) fn facts(in_force: &InForce) -> Value {
    let challenger = in_force.challenger.as_ref();
    json!({
        "champion": in_force.champion.to_string(),
        "challenger": challenger.map(|on| on.model.to_string()),
        "part": challenger.map(|on| on.part),
        "per_mille": challenger.map(|on| on.share.0),
    })
}
