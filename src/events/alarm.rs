//! What is told of a model that may not serve, or no longer.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::inference::ModelSet;

/// What happened to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// It was to serve or to be tried, and may not; who served goes on.
    Refused,
    /// It was on trial, and its trial was ended.
    Withdrawn,
    /// It served, and the one before it serves again.
    RolledBack,
    /// It serves and cannot look at some page, and there is none before it.
    Failing,
}

/// `data` of `model.alarm`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AlarmData {
    /// The task: text, page-class, fields, marks or charges.
    pub task: String,
    /// The model, `name@version`.
    pub model: String,
    /// What happened to it.
    pub alarm: Alarm,
    /// Why, for a person.
    pub reason: String,
    /// Since when it serves, or should have served or been tried.
    pub since: Timestamp,
    /// Who serves now.
    pub models: ModelSet,
}
