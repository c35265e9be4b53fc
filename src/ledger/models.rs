//! Which models serve, which are on trial, and which never serve again: one row a task, changed at once and written into the audit trail.

mod alarms;
mod rows;
mod share;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row as _;

use self::rows::{facts, locked, name, read, write};
pub use self::share::{NoShare, Share};
use super::audit::Entry;
use super::revisions::Act;
use super::told::Told;
use super::{Ledger, LedgerError};
use crate::inference::{ModelName, Task};

/// How a model on trial works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Beside the champion; nobody but the ledger hears what it says.
    Shadow,
    /// In the champion's place.
    Canary,
}

/// A model on trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTrial {
    /// The model.
    pub model: ModelName,
    /// How it works.
    pub part: Part,
    /// On how many uploads.
    pub share: Share,
}

/// Which models serve a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// The task.
    pub task: Task,
    /// Serves.
    pub champion: ModelName,
    /// Served before it.
    pub before: Option<ModelName>,
    /// Would like to.
    pub challenger: Option<OnTrial>,
    /// Since when it is so.
    pub changed_at: Timestamp,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is so now.
    To(InForce),
    /// It cannot be; why, for people.
    No(String),
}

impl Ledger {
    /// The models in force, by task.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn models_in_force(&self) -> Result<Vec<InForce>, LedgerError> {
        let rows = sqlx::query("SELECT * FROM models_in_force ORDER BY task")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    /// The models that never serve again.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn retired_models(&self) -> Result<BTreeSet<ModelName>, LedgerError> {
        let rows = sqlx::query("SELECT model FROM models_retired")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| name(row.try_get("model")?)).collect()
    }

    /// Makes models champions of tasks that have none yet; the others stay as they are.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn first_champions(
        &self,
        first: &[(Task, ModelName)],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let known = self.models_in_force().await?;
        let missing: Vec<_> = first
            .iter()
            .filter(|(task, _)| known.iter().all(|known| known.task != *task))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        let mut told = Told::default();
        for (task, model) in missing {
            let new = sqlx::query(
                "INSERT INTO models_in_force (task, champion, changed_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            )
            .bind(task.to_string())
            .bind(model.to_string())
            .bind(now.as_millisecond())
            .execute(&mut *tx)
            .await?;
            // Another worker that started at the same time may have been first.
            if new.rows_affected() == 1 {
                told.act(Entry::first_champion(*task, model));
            }
        }
        told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes a model the champion of its task. The one before is kept for [`Self::roll_back`]; a trial of the same model ends.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn promote(
        &self,
        task: Task,
        model: &ModelName,
        act: &Act,
        now: Timestamp,
    ) -> Result<Changed, LedgerError> {
        self.change(task, act, now, |was, retired| {
            may_serve(model, retired)?;
            if was.champion == *model {
                return Err(format!("{model} serves {task} already"));
            }
            Ok(InForce {
                before: Some(was.champion.clone()),
                champion: model.clone(),
                challenger: was.challenger.clone().filter(|on| on.model != *model),
                ..was.clone()
            })
        })
        .await
    }

    /// Makes the champion before the champion again.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn roll_back(
        &self,
        task: Task,
        act: &Act,
        now: Timestamp,
    ) -> Result<Changed, LedgerError> {
        self.change(task, act, now, |was, retired| {
            let before = was.before.clone().ok_or_else(|| {
                format!(
                    "{} has served {task} from the start: there is none before",
                    was.champion
                )
            })?;
            may_serve(&before, retired)?;
            Ok(InForce {
                champion: before,
                before: None,
                ..was.clone()
            })
        })
        .await
    }

    /// Puts a model on trial beside or in place of the champion; `None` ends the trial.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn put_on_trial(
        &self,
        task: Task,
        challenger: Option<OnTrial>,
        act: &Act,
        now: Timestamp,
    ) -> Result<Changed, LedgerError> {
        self.change(task, act, now, |was, retired| {
            match &challenger {
                Some(on) if task == Task::Charges && on.part == Part::Canary => {
                    // Shipments are scored again and again: half of them by one model, half by another would help nobody.
                    return Err(format!("{} can be tried in the shadow only", on.model));
                }
                Some(on) if on.model == was.champion => {
                    return Err(format!("{} is the champion itself", on.model));
                }
                Some(on) => may_serve(&on.model, retired)?,
                None if was.challenger.is_none() => {
                    return Err(format!("no model is on trial for {task}"));
                }
                None => {}
            }
            Ok(InForce {
                challenger: challenger.clone(),
                ..was.clone()
            })
        })
        .await
    }

    /// Says that a model shall never serve again.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn retire(
        &self,
        model: &ModelName,
        act: &Act,
        now: Timestamp,
    ) -> Result<Result<(), String>, LedgerError> {
        let mut tx = self.write().await?;
        for row in sqlx::query("SELECT * FROM models_in_force")
            .fetch_all(&mut *tx)
            .await?
        {
            let InForce {
                task,
                champion,
                challenger,
                ..
            } = read(&row)?;
            if champion == *model {
                return Ok(Err(format!(
                    "{model} serves {task}: promote another one first"
                )));
            }
            if challenger.is_some_and(|on| on.model == *model) {
                return Ok(Err(format!(
                    "{model} is on trial for {task}: end that first"
                )));
            }
        }
        let new = sqlx::query(
            "INSERT INTO models_retired (model, retired_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(model.to_string())
        .bind(now.as_millisecond())
        .execute(&mut *tx)
        .await?;
        if new.rows_affected() == 0 {
            return Ok(Err(format!("{model} is retired already")));
        }
        let mut told = Told::default();
        told.act(Entry::act_of(act, model, json!({})));
        told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    async fn change(
        &self,
        task: Task,
        act: &Act,
        now: Timestamp,
        to: impl FnOnce(&InForce, &BTreeSet<ModelName>) -> Result<InForce, String>,
    ) -> Result<Changed, LedgerError> {
        let retired = self.retired_models().await?;
        let mut tx = self.write().await?;
        let Some(was) = locked(&mut tx, task).await? else {
            let why =
                format!("no model serves {task} yet: start a worker first, or process something");
            return Ok(Changed::No(why));
        };
        let is = match to(&was, &retired) {
            Ok(is) => InForce {
                changed_at: now,
                ..is
            },
            Err(why) => return Ok(Changed::No(why)),
        };
        write(&mut tx, &is).await?;
        let mut told = Told::default();
        told.act(Entry::act_of(
            act,
            task,
            json!({"was": facts(&was), "is": facts(&is)}),
        ));
        told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(Changed::To(is))
    }
}

fn may_serve(model: &ModelName, retired: &BTreeSet<ModelName>) -> Result<(), String> {
    if retired.contains(model) {
        return Err(format!("{model} is retired"));
    }
    Ok(())
}
