//! Models that are refused, and those that are taken out of service because they fail there.

use jiff::Timestamp;

use super::InForce;
use super::rows::{facts, locked, write};
use crate::events::{Alarm, AlarmData, Data, Event, StoredEvent};
use crate::inference::{ModelName, ModelSet};
use crate::ledger::audit::Entry;
use crate::ledger::told::Told;
use crate::ledger::{Ledger, LedgerError, outbox};

impl Ledger {
    /// Tells that a model is refused or failing, once since it should have served or been tried; who serves goes on.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn tell_alarm(
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
        self.end(model, true, reason, names, now).await
    }

    /// Ends the trial of a model that does badly; `None` where it is on trial no longer.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was changed then.
    pub async fn withdraw(
        &self,
        model: &ModelName,
        reason: &str,
        names: &ModelSet,
        now: Timestamp,
    ) -> Result<Option<Vec<StoredEvent>>, LedgerError> {
        self.end(model, false, reason, names, now).await
    }

    async fn end(
        &self,
        model: &ModelName,
        also_as_champion: bool,
        reason: &str,
        names: &ModelSet,
        now: Timestamp,
    ) -> Result<Option<Vec<StoredEvent>>, LedgerError> {
        let in_force = self.models_in_force().await?;
        let retired = self.retired_models().await?;
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
        let ended = without(&was, model).filter(|(is, alarm)| {
            let may = also_as_champion || *alarm == Alarm::Withdrawn;
            may && !retired.contains(&is.champion)
        });
        let Some((is, alarm)) = ended else {
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
