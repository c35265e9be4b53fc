//! Which models serve, which are on trial, and which never serve again: one row a task, changed at once and written into the audit trail.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::audit::Entry;
use super::revisions::Act;
use super::told::Told;
use super::{Ledger, LedgerError, outbox, sql};
use crate::events::{Alarm, AlarmData, Data, Event, StoredEvent};
use crate::inference::{ModelName, ModelSet, Task};

/// How a model on trial works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Beside the champion; nobody but the ledger hears what it says.
    Shadow,
    /// In the champion's place.
    Canary,
}

/// Of a thousand uploads so many; those that follow from an upload's name, so that an upload read again is treated alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u16);

/// A text that is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no share: write it as 5%, at least 0.1% and at most 100%")]
pub struct NoShare(String);

impl Share {
    /// Uploads of a thousand.
    #[must_use]
    pub fn per_mille(self) -> u16 {
        self.0
    }

    /// Is what has this number among those?
    #[must_use]
    pub fn takes(self, number: u64) -> bool {
        number % 1_000 < u64::from(self.0)
    }
}

impl FromStr for Share {
    type Err = NoShare;

    fn from_str(text: &str) -> Result<Self, NoShare> {
        let percent = text
            .trim()
            .strip_suffix('%')
            .and_then(|number| number.trim().parse::<f64>().ok());
        let per_mille = percent.map(|percent| (percent * 10.0).round());
        let taken = (1_u16..=1_000).find(|taken| per_mille == Some(f64::from(*taken)));
        taken.map(Self).ok_or_else(|| NoShare(text.to_owned()))
    }
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

    /// Tells that a model is refused, once since it should have served or been tried; who served goes on.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn tell_refused(
        &self,
        alarm: AlarmData,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, LedgerError> {
        let mut tx = self.commit_in_turn().await?;
        let event = Event::new(Data::Alarm(Box::new(alarm)), now);
        if outbox::is_there(&mut tx, &event).await? {
            return Ok(Vec::new());
        }
        let mut told = Told::default();
        told.tell(None, event);
        let events = told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(events)
    }

    /// Takes a model out of service because it fails there: its trial ends, or the champion before it serves again. Tells what was done; `None`
    /// where the model is neither on trial nor can be replaced.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was changed then.
    pub async fn take_out(
        &self,
        model: &ModelName,
        reason: &str,
        names: &ModelSet,
        now: Timestamp,
    ) -> Result<Option<Vec<StoredEvent>>, LedgerError> {
        let in_force = self.models_in_force().await?;
        let concerned = in_force.iter().find(|one| {
            one.champion == *model || one.challenger.as_ref().is_some_and(|on| on.model == *model)
        });
        let Some(task) = concerned.map(|one| one.task) else {
            return Ok(None);
        };
        let mut tx = self.commit_in_turn().await?;
        let Some(was) = locked(&mut tx, task).await? else {
            return Ok(None);
        };
        let Some((is, alarm)) = without(&was, model) else {
            return Ok(None);
        };
        write(
            &mut tx,
            &InForce {
                changed_at: now,
                ..is.clone()
            },
        )
        .await?;
        let alarm = AlarmData {
            task: task.to_string(),
            model: model.to_string(),
            alarm,
            reason: reason.to_owned(),
            since: was.changed_at,
            models: names.clone(),
        };
        let mut told = Told::default();
        told.act(Entry::model_taken_out(task, &alarm, facts(&is)));
        told.tell(None, Event::new(Data::Alarm(Box::new(alarm)), now));
        let events = told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(Some(events))
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

/// What is in force once a model is taken out.
fn without(was: &InForce, model: &ModelName) -> Option<(InForce, Alarm)> {
    if was.challenger.as_ref().is_some_and(|on| on.model == *model) {
        let is = InForce {
            challenger: None,
            ..was.clone()
        };
        return Some((is, Alarm::Withdrawn));
    }
    let before = was.before.clone().filter(|_| was.champion == *model)?;
    let is = InForce {
        champion: before,
        before: None,
        ..was.clone()
    };
    Some((is, Alarm::RolledBack))
}

fn may_serve(model: &ModelName, retired: &BTreeSet<ModelName>) -> Result<(), String> {
    if retired.contains(model) {
        return Err(format!("{model} is retired"));
    }
    Ok(())
}

/// What serves a task, which nobody else changes until the transaction ends.
async fn locked(
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

async fn write(connection: &mut AnyConnection, is: &InForce) -> Result<(), LedgerError> {
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

fn read(row: &AnyRow) -> Result<InForce, LedgerError> {
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

fn name(text: &str) -> Result<ModelName, LedgerError> {
    text.parse().map_err(LedgerError::corrupt)
}

fn facts(in_force: &InForce) -> Value {
    let challenger = in_force.challenger.as_ref();
    json!({
        "champion": in_force.champion.to_string(),
        "challenger": challenger.map(|on| on.model.to_string()),
        "part": challenger.map(|on| on.part),
        "per_mille": challenger.map(|on| on.share.0),
    })
}
