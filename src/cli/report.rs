//! The report for a person: what became of each upload, from its events.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// How the report is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// With colours, for a terminal.
    pub colour: bool,
}

/// Counts of what was reported, for the last lines.
#[derive(Debug, Default)]
pub(super) struct Tally {
    uploads: usize,
    outcomes: BTreeMap<String, usize>,
}

impl Tally {
    /// One line: how many uploads gave how many documents of each state.
    #[must_use]
    pub(super) fn summary(&self) -> String {
        let documents: usize = self.outcomes.values().sum();
        let parts: Vec<String> = self
            .outcomes
            .iter()
            .map(|(state, count)| format!("{count} {state}"))
            .collect();
        format!(
            "{}, {}: {}",
            counted(self.uploads, "upload"),
            counted(documents, "outcome"),
            parts.join(", ")
        )
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// What became of one upload.
#[must_use]
pub(super) fn upload(name: &str, events: &[Value], style: Style, tally: &mut Tally) -> String {
    tally.uploads += 1;
    format!("{}\n{}", style.bold(name), documents(events, style, tally))
}

/// What became of documents, by their events.
#[must_use]
pub(super) fn documents(events: &[Value], style: Style, tally: &mut Tally) -> String {
    let mut text = String::new();
    for event in events {
        match event["type"].as_str().unwrap_or_default() {
            "countersign.upload.rejected.v1" => {
                text.push_str(&rejected(&event["data"], style, tally))
            }
            "countersign.attachment.validated.v1" | "countersign.exception.raised.v1" => {
                text.push_str(&document(&event["data"], style, tally));
            }
            _ => {}
        }
    }
    text
}

fn rejected(data: &Value, style: Style, tally: &mut Tally) -> String {
    *tally.outcomes.entry("rejected".to_owned()).or_default() += 1;
    let reason = data["reason"].as_str().unwrap_or_default();
    let detail = data["detail"].as_str().unwrap_or_default();
    format!("  {} {}: {detail}\n", style.bad("✖ rejected"), reason)
}

fn document(data: &Value, style: Style, tally: &mut Tally) -> String {
    let state = data["decision"]["state"]
        .as_str()
        .unwrap_or_default()
        .replace('_', " ");
    *tally.outcomes.entry(state.clone()).or_default() += 1;
    let verdict = match state.as_str() {
        "billable" | "billable with osd" => style.good(&format!("✔ {state}")),
        "reject" => style.bad("✖ reject"),
        _ => style.wait(&format!("● {state}")),
    };
    let mut text = format!(
        "  {verdict}  {}, {}\n",
        words(&data["document"]["class"]),
        pages(&data["document"]["pages"])
    );
    line(&mut text, "shipment", &shipment(data));
    line(&mut text, "read", &fields(&data["fields"]));
    line(&mut text, "freight", &freight(&data["condition"]));
    line(&mut text, "missing", &list(&data["decision"]["missing"]));
    for exception in array(&data["exceptions"]) {
        let code = exception["code"].as_str().unwrap_or_default();
        let who = words(&exception["owner"]);
        let detail = exception["detail"].as_str().unwrap_or_default();
        line(
            &mut text,
            "",
            &format!(
                "{code} (severity {}, {who}): {detail}",
                exception["severity"]
            ),
        );
    }
    for charge in array(&data["accessorials"]["charges"]) {
        line(&mut text, "charge", &self::charge(charge));
    }
    let id = data["document"]["id"].as_str().unwrap_or_default();
    line(
        &mut text,
        "document",
        &format!(
            "{id}  priority {:.2}",
            data["priority"].as_f64().unwrap_or(0.0)
        ),
    );
    text
}

fn line(text: &mut String, label: &str, value: &str) {
    if !value.is_empty() && writeln!(text, "      {label:<9} {value}").is_err() {
        // Writing to a string cannot fail.
    }
}

fn shipment(data: &Value) -> String {
    let Some(id) = data["shipment"]["id"].as_str() else {
        let candidates: Vec<&str> = array(&data["candidates"])
            .filter_map(|one| one["id"].as_str())
            .collect();
        return match candidates.as_slice() {
            [] => "none".to_owned(),
            [nearest] => format!("none; {nearest} comes nearest"),
            several => format!("one of {}", several.join(", ")),
        };
    };
    let why: Vec<String> = array(&data["shipment"]["evidence"])
        .take(4)
        .map(|one| {
            let weight = one["weight"].as_f64().unwrap_or(0.0);
            format!(
                "{} {} {weight:+.1}",
                words(&one["field"]),
                words(&one["agreement"])
            )
        })
        .collect();
    format!(
        "{id}  sure {:.3}: {}",
        data["shipment"]["confidence"].as_f64().unwrap_or(0.0),
        why.join(", ")
    )
}

/// The fields a billing clerk looks for first; the event holds them all.
const SHOWN: [&str; 12] = [
    "pro_number",
    "bol_number",
    "load_number",
    "customer_po",
    "pickup_date",
    "delivery_date",
    "pieces",
    "handling_units",
    "weight",
    "invoice_no",
    "total",
    "signature_consignee",
];

fn fields(fields: &Value) -> String {
    let shown = SHOWN.iter().filter_map(|name| {
        let value = match &fields[*name]["value"] {
            Value::Null => return None,
            Value::Bool(_) => words(&fields[*name]["kind"]),
            Value::String(text) => text.clone(),
            Value::Array(values) => values
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join("+"),
            // A whole number is written as one, be it a count or a weight.
            Value::Number(number) => number.as_f64().unwrap_or_default().to_string(),
            other @ Value::Object(_) => other.to_string(),
        };
        let unit = fields[*name]["unit"].as_str().unwrap_or_default();
        let text = format!("{} {value} {unit}", name.replace('_', " "));
        Some(text.trim_end().to_owned())
    });
    shown.collect::<Vec<_>>().join(" · ")
}

fn freight(condition: &Value) -> String {
    let notations: Vec<&str> = array(&condition["notations"])
        .filter_map(|one| one["text"].as_str())
        .collect();
    let state = condition["state"].as_str().unwrap_or_default();
    if notations.is_empty() {
        state.to_owned()
    } else {
        format!("{state}: {}", notations.join("; "))
    }
}

fn charge(charge: &Value) -> String {
    let reasons: Vec<String> = array(&charge["reasons"])
        .map(|one| {
            format!(
                "{} {}",
                one["rule"].as_str().unwrap_or_default(),
                one["detail"].as_str().unwrap_or_default()
            )
        })
        .collect();
    let score = charge["score"].as_f64().unwrap_or(0.0);
    let head = format!(
        "{} {}  anomaly {score:.2}",
        charge["code"].as_str().unwrap_or_default(),
        charge["amount"].as_str().unwrap_or_default()
    );
    if reasons.is_empty() {
        head
    } else {
        format!("{head}  {}", reasons.join("; "))
    }
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn list(value: &Value) -> String {
    array(value).map(words).collect::<Vec<_>>().join(", ")
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('_', " ")
}

fn pages(value: &Value) -> String {
    let pages: Vec<u64> = array(value).filter_map(Value::as_u64).collect();
    match (pages.first(), pages.last()) {
        (Some(first), Some(last)) if first != last => format!("pages {first}–{last}"),
        (Some(first), _) => format!("page {first}"),
        _ => "no page".to_owned(),
    }
}

impl Style {
    fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    fn wait(self, text: &str) -> String {
        self.paint("33", text)
    }

    fn bad(self, text: &str) -> String {
        self.paint("31", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_tells_its_class_shipment_and_what_is_missing() {
        let event = json!({"type": "countersign.exception.raised.v1", "data": {
            "document": {"id": "d1", "class": "delivery_receipt", "pages": [1, 2]},
            "shipment": {"id": "S-1", "confidence": 0.99, "evidence": [{"field": "pro_number", "agreement": "exact", "weight": 7.0}]},
            "fields": {"pro_number": {"value": "123456782"}, "pieces": {"value": 60, "unit": "CTN"}, "weight": {"value": 3936.0}},
            "condition": {"state": "clean", "notations": []},
            "decision": {"state": "hold_missing", "missing": ["signature_consignee"]},
            "exceptions": [{"code": "SIGNATURE_MISSING", "severity": 1, "owner": "carrier", "detail": "ask for a signed copy"}],
            "accessorials": {"charges": []}, "priority": 0.5}});
        let mut tally = Tally::default();
        let text = upload("a.pdf", &[event], Style { colour: false }, &mut tally);
        for part in [
            "hold missing",
            "delivery receipt, pages 1–2",
            "S-1",
            "pro number exact +7.0",
            "pro number 123456782 · pieces 60 CTN · weight 3936\n",
            "missing   signature consignee",
            "SIGNATURE_MISSING",
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        assert_eq!(tally.summary(), "1 upload, 1 outcome: 1 hold missing");
    }
}
