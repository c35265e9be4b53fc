//! Exceptions for a person's eye.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::decision::after_business_hours;
use crate::ledger::{AuditEntry, ExceptionRecord, StoredDocument};

/// When somebody has to have taken an exception on, and when it has to have ended.
struct Due {
    action: Option<Timestamp>,
    resolution: Option<Timestamp>,
}

fn due(record: &ExceptionRecord, zone: &TimeZone) -> Due {
    let sla = record.code.sla();
    let after = |hours| after_business_hours(record.opened_at, hours, zone);
    Due {
        action: sla.map(|sla| after(sla.first_action)),
        resolution: sla.map(|sla| after(sla.resolution)),
    }
}

/// How an exception stands against the clock.
fn clock(record: &ExceptionRecord, zone: &TimeZone, now: Timestamp) -> String {
    let Due { action, resolution } = due(record, zone);
    let local = |at: Timestamp| {
        at.to_zoned(zone.clone())
            .strftime("%m-%d %H:%M")
            .to_string()
    };
    match (action, resolution) {
        _ if !record.state.is_open() => "ended".to_owned(),
        (_, Some(end)) if end <= now => format!("OVERDUE since {}", local(end)),
        (Some(action), _) if record.acted_at.is_none() && action <= now => {
            format!("untouched since {}", local(action))
        }
        (Some(action), _) if record.acted_at.is_none() => format!("act by {}", local(action)),
        (_, Some(end)) => format!("end by {}", local(end)),
        (_, None) => String::new(),
    }
}

/// One line an exception, and how many there are.
pub(super) fn table(found: &[ExceptionRecord], zone: &TimeZone, now: Timestamp) -> String {
    if found.is_empty() {
        return "nothing is open\n".to_owned();
    }
    let mut text = format!(
        "{:<36}  {} {:<5} {:<24} {:<26} {:<22} {}\n",
        "exception", "sev", "prio", "code", "about", "clock", "who"
    );
    for one in found {
        let who = one.assigned_to.clone();
        let who = who.unwrap_or_else(|| format!("({})", word(&one.owner)));
        let line = format!(
            "{:<36}  {:<3} {:<5.2} {:<24} {:<26} {:<22} {who}\n",
            one.id.to_string(),
            one.severity,
            one.priority,
            word(&one.code),
            about(one),
            clock(one, zone, now),
        );
        text.push_str(&line);
    }
    text
}

/// One JSON object, with the times by which it has to be acted on.
pub(super) fn json(one: &ExceptionRecord, zone: &TimeZone) -> Result<String, serde_json::Error> {
    let Due { action, resolution } = due(one, zone);
    let mut value = serde_json::to_value(one)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("act_by".to_owned(), json!(action));
        object.insert("end_by".to_owned(), json!(resolution));
    }
    Ok(value.to_string())
}

/// All about one exception.
pub(super) fn record(one: &ExceptionRecord, zone: &TimeZone, now: Timestamp) -> String {
    let mut text = format!("{} {}\n", word(&one.code), one.id);
    let mut line = |label: &str, value: String| {
        if !value.is_empty() && writeln!(text, "  {label:<10} {value}").is_err() {
            // Writing to a string cannot fail.
        }
    };
    line("about", about(one));
    line("what", one.detail.clone());
    line(
        "severity",
        format!("{}, priority {:.2}", one.severity, one.priority),
    );
    let by = one
        .assigned_to
        .as_ref()
        .map(|who| format!(", {who} works on it"));
    line(
        "state",
        format!("{}{}", word(&one.state), by.unwrap_or_default()),
    );
    line("clock", clock(one, zone, now));
    line(
        "opened",
        format!(
            "{}, raised {}×",
            one.opened_at.strftime("%F %H:%M UTC"),
            one.raised
        ),
    );
    if let Some(by) = &one.ended_by {
        line(
            "ended by",
            format!("{by}: {}", one.ended_why.as_deref().unwrap_or_default()),
        );
    }
    if let Some((page, bbox)) = one.place {
        let [left, top, right, bottom] = [bbox.left, bbox.top, bbox.right, bbox.bottom];
        line(
            "shown",
            format!("page {page} of the upload, box {left:.3} {top:.3} {right:.3} {bottom:.3}"),
        );
    }
    text
}

/// The paper that raised it.
pub(super) fn paper(stored: &StoredDocument) -> String {
    let object = &stored.origin.object;
    let mut text = format!(
        "  document   {}: {}, of {}/{}\n",
        stored.id,
        word(&stored.document.class).replace('_', " "),
        object.bucket,
        object.key
    );
    if let Some(pdf) = &stored.attachment {
        text.push_str(&format!("  as PDF     {}/{}\n", pdf.bucket, pdf.key));
    }
    text.push_str(&format!("  more       countersign explain {}\n", stored.id));
    text
}

/// What people did about it.
pub(super) fn acts(entries: &[AuditEntry]) -> String {
    let acts = entries.iter().map(|entry| {
        let why = entry.detail["why"].as_str().unwrap_or_default();
        format!(
            "  {}  {}  {}: {why}\n",
            entry.at.strftime("%F %H:%M UTC"),
            entry.act,
            entry.who
        )
    });
    acts.collect()
}

fn about(one: &ExceptionRecord) -> String {
    match (&one.shipment, one.document) {
        (Some(shipment), _) if one.stop > 0 => format!("shipment {shipment}, stop {}", one.stop),
        (Some(shipment), _) => format!("shipment {shipment}"),
        (None, Some(document)) => format!("document {}", short(&document.to_string())),
        (None, None) => String::new(),
    }
}

/// The first part of an id: enough for the eye.
fn short(id: &str) -> &str {
    id.split('-').next().unwrap_or(id)
}

fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
