//! The line-up: who serves and who is on trial, at one moment.
//!
//! An upload is read from beginning to end by the line-up that was in force when it began.

use std::sync::{Arc, PoisonError, RwLock};

use super::Serving;
use crate::document::{ObjectRef, deterministic_id};
use crate::inference::{ModelName, Task};
use crate::ledger::{OnTrial, Part};

/// Who serves, and who is on trial.
#[derive(Debug, Clone)]
pub struct Lineup {
    /// The champions.
    pub champions: Arc<Serving>,
    /// The models on trial.
    pub trials: Vec<Trial>,
}

/// A model on trial.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Its task.
    pub task: Task,
    /// How it works, and on how many uploads.
    pub on: OnTrial,
    /// The champions, with it in its task's champion's place.
    pub serving: Arc<Serving>,
}

/// Who reads one upload.
#[derive(Debug, Clone)]
pub struct Readers {
    /// Those that are heard.
    pub serving: Arc<Serving>,
    /// Of a trial that this upload is part of.
    pub trial: Option<OnTrialHere>,
}

/// The trial that an upload is part of.
#[derive(Debug, Clone)]
pub struct OnTrialHere {
    /// The task.
    pub task: Task,
    /// Who serves it.
    pub champion: ModelName,
    /// Who would like to.
    pub challenger: ModelName,
    /// What this upload is in it.
    pub role: Role,
}

/// What an upload is in a trial.
#[derive(Debug, Clone)]
pub enum Role {
    /// The champion is heard; these read beside it.
    Shadowed(Arc<Serving>),
    /// The challenger is heard.
    Canary,
    /// The champion is heard, and compared with the challenger that is heard of others.
    Control,
}

impl Lineup {
    /// One without trials.
    #[must_use]
    pub fn of(champions: Serving) -> Self {
        Self {
            champions: Arc::new(champions),
            trials: Vec::new(),
        }
    }

    /// The same without the trial of a model.
    #[must_use]
    pub fn without(&self, model: &ModelName) -> Self {
        let trials = self.trials.iter();
        Self {
            champions: Arc::clone(&self.champions),
            trials: trials
                .filter(|trial| trial.on.model != *model)
                .cloned()
                .collect(),
        }
    }

    /// Who reads this upload: the same whenever it is asked.
    #[must_use]
    pub fn readers_of(&self, object: &ObjectRef) -> Readers {
        let taking = |trial: &&Trial| trial.on.share.takes(number(trial, object));
        let is_canary = |trial: &&Trial| trial.on.part == Part::Canary;
        let (trial, role, serving) = match self.trials.iter().find(taking) {
            Some(trial) => match trial.on.part {
                Part::Shadow => {
                    let beside = Role::Shadowed(Arc::clone(&trial.serving));
                    (trial, beside, &self.champions)
                }
                Part::Canary => (trial, Role::Canary, &trial.serving),
            },
            None => match self.trials.iter().find(is_canary) {
                Some(trial) => (trial, Role::Control, &self.champions),
                None => return Readers::of(&self.champions),
            },
        };
        let champion = self.champions.model_of(trial.task);
        Readers {
            serving: Arc::clone(serving),
            trial: champion.map(|champion| OnTrialHere {
                task: trial.task,
                champion,
                challenger: trial.on.model.clone(),
                role,
            }),
        }
    }
}

impl OnTrialHere {
    /// Does the challenger look at the pages of this upload? One that scores charges looks at none.
    #[must_use]
    pub fn takes_part(&self) -> bool {
        self.task != Task::Charges && !matches!(self.role, Role::Control)
    }

    /// Is it the reading of pages that is on trial, or what is made of them?
    #[must_use]
    pub fn is_of_reading(&self) -> bool {
        self.task == Task::Text
    }
}

impl Readers {
    /// Those that are heard, without a trial.
    #[must_use]
    pub fn of(serving: &Arc<Serving>) -> Self {
        Self {
            serving: Arc::clone(serving),
            trial: None,
        }
    }
}

/// A number that tells uploads apart, another one for each trial.
fn number(trial: &Trial, object: &ObjectRef) -> u64 {
    let (task, model) = (trial.task.to_string(), trial.on.model.to_string());
    let version = object.version.as_deref().unwrap_or_default();
    let id = deterministic_id(&["trial", &task, &model, &object.bucket, &object.key, version]);
    id.as_u64_pair().1
}

/// The line-up in force; clones see each other's changes.
#[derive(Debug, Clone)]
pub struct InService(Arc<RwLock<Arc<Lineup>>>);

impl InService {
    /// Begins with a line-up.
    #[must_use]
    pub fn new(lineup: Lineup) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(lineup))))
    }

    /// The line-up in force now.
    #[must_use]
    pub fn now(&self) -> Arc<Lineup> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another one in force, for uploads that begin from now on.
    pub fn change_to(&self, lineup: Lineup) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lineup);
    }
}
