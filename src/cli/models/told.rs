//! What `countersign models` tells, as text and as JSON.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::cli::Failure;
use crate::inference::{Manifest, ModelName};
use crate::ledger::{InForce, Part};
use crate::models::check::Verdict;
use crate::models::{Difference, Shelf};

/// A version in the list.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    model: String,
    task: String,
    /// What it does.
    state: String,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

pub(super) fn rows(
    shelves: &[Shelf],
    in_force: &[InForce],
    retired: &BTreeSet<ModelName>,
) -> Vec<Row> {
    let row = |shelf: &Shelf| {
        let manifest = shelf.manifest.as_ref();
        Row {
            model: shelf.model.to_string(),
            task: manifest.map_or_else(|_| "?".to_owned(), |one| one.task.to_string()),
            state: state(&shelf.model, in_force, retired),
            refused: manifest.err().map(ToString::to_string),
        }
    };
    shelves.iter().map(row).collect()
}

fn state(model: &ModelName, in_force: &[InForce], retired: &BTreeSet<ModelName>) -> String {
    if retired.contains(model) {
        return "retired".to_owned();
    }
    let states = in_force.iter().filter_map(|one| match &one.challenger {
        _ if one.champion == *model => Some("serves".to_owned()),
        Some(on) if on.model == *model => {
            let part = match on.part {
                Part::Shadow => "shadow",
                Part::Canary => "canary",
            };
            Some(format!("{part} of {}", percent(on.share.per_mille())))
        }
        _ if one.before.as_ref() == Some(model) => Some("served before".to_owned()),
        _ => None,
    });
    states.collect::<Vec<_>>().join(", ")
}

fn percent(per_mille: u16) -> String {
    format!("{} %", f64::from(per_mille) / 10.0)
}

pub(super) fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.model.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let (model, task) = (&row.model, &row.task);
        let state = match &row.refused {
            Some(why) => format!("refused: {why}"),
            None => row.state.clone(),
        };
        let line = format!("{model:width$}  {task:10}  {state}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

pub(super) fn in_force(is: &InForce) -> String {
    let (champion, task) = (&is.champion, is.task);
    let mut text = format!("{champion} serves {task}");
    if let Some(before) = &is.before {
        text.push_str(&format!("; before: {before}"));
    }
    if let Some(on) = &is.challenger {
        let how = match on.part {
            Part::Shadow => "runs beside it on",
            Part::Canary => "serves in its place for",
        };
        let share = percent(on.share.per_mille());
        text.push_str(&format!("; {} {how} {share} of the uploads", on.model));
    }
    text + "\n"
}

pub(super) fn verdict(verdict: &Verdict) -> String {
    let Verdict {
        model,
        task,
        mismatches,
        golden_off,
        load_ms,
        run_ms,
        peak_mb,
    } = verdict;
    if verdict.may_serve() {
        let off = golden_off.map(|off| format!("golden example off by {off:.1e}, "));
        return format!(
            "{model} may serve {task}: {}loaded in {load_ms:.0} ms, golden example in {run_ms:.2} ms, {peak_mb} MiB at most\n",
            off.unwrap_or_default()
        );
    }
    let mut text = format!("{model} may not serve:\n");
    for mismatch in mismatches {
        text.push_str(&format!("  - {mismatch}\n"));
    }
    text
}

pub(super) fn facts(manifest: &Manifest) -> String {
    let facts = manifest.facts();
    let width = facts.keys().map(String::len).max().unwrap_or(0);
    let lines = facts
        .iter()
        .map(|(name, value)| format!("{name:width$}  {value}\n"));
    format!("{}\n{}", manifest.id(), lines.collect::<String>())
}

pub(super) fn differences(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return "nothing differs\n".to_owned();
    }
    let missing = |text: &String| {
        if text.is_empty() {
            "—".to_owned()
        } else {
            text.clone()
        }
    };
    let lines = differences.iter().map(|one| {
        format!(
            "{}\n  - {}\n  + {}\n",
            one.what,
            missing(&one.one),
            missing(&one.other)
        )
    });
    lines.collect()
}

pub(super) fn json(what: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(what).map_err(Failure::unexpected)?;
    Ok(text + "\n")
}
