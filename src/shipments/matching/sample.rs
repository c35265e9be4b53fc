//! Made-up documents and shipments for tests.

use serde_json::json;

use crate::document::{BBox, Confidence, Found, PageNumber, Source};
use crate::reading::Quality;
use crate::shipments::Shipment;
use crate::shipments::matching::Known;
use crate::understanding::{
    Document, DocumentClass, Field, FieldName, Fields, Party, Traits, Value,
};

/// A delivery receipt with these fields, each read by OCR with confidence 0.95.
pub(in crate::shipments) fn document(
    fields: impl IntoIterator<Item = (FieldName, Value)>,
) -> Document {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name, field(value, Source::Ocr, 0.95)));
    Document {
        pages: vec![PageNumber::from_index(0)],
        class: DocumentClass::DeliveryReceipt,
        class_confidence: Confidence::CERTAIN,
        quality: Quality {
            score: Confidence::CERTAIN,
            defects: Vec::new(),
        },
        fields: fields.collect::<Fields>(),
        marks: Vec::new(),
        notations: Vec::new(),
        traits: Traits::default(),
        share: None,
    }
}

pub(in crate::shipments) fn field(value: Value, source: Source, confidence: f32) -> Field {
    Field {
        found: found(value, source, confidence),
        unit: None,
        kind: None,
    }
}

pub(in crate::shipments) fn found<T>(value: T, source: Source, confidence: f32) -> Found<T> {
    Found {
        value,
        raw: String::new(),
        confidence: Confidence::new(confidence),
        page: PageNumber::from_index(0),
        bbox: BBox::PAGE,
        source,
        second: None,
    }
}

pub(in crate::shipments) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(in crate::shipments) fn date(date: &str) -> Value {
    Value::Date(date.parse().unwrap())
}

pub(in crate::shipments) fn party(name: &str, postal: &str) -> Value {
    Value::Party(Party {
        name: name.to_owned(),
        postal: Some(postal.to_owned()),
        ..Party::default()
    })
}

/// A delivered shipment of XPO to Acme Foods in 43215, on 2026-03-14, with these references besides `overrides`.
pub(in crate::shipments) fn shipment(
    id: &str,
    refs: &[(&str, &str)],
    overrides: serde_json::Value,
) -> Shipment {
    let refs = refs
        .iter()
        .map(|(kind, value)| json!({"type": kind, "value": value}));
    let mut shipment = json!({
        "id": id, "version": 1, "status": "delivered",
        "refs": refs.collect::<Vec<_>>(),
        "carrier": {"scac": "XPOL", "name": "XPO Logistics Freight"},
        "parties": {"consignee": {"name": "Acme Foods", "postal": "43215"}},
        "stops": [{
            "seq": 1, "kind": "delivery", "tz": "America/New_York",
            "events": [{"code": "D1", "at": "2026-03-14T14:00:00Z"}],
            "expected": {"pieces": 96, "hu": 2, "weight": 1830.0, "uom": "lb"},
        }],
    });
    let own = shipment.as_object_mut().unwrap();
    own.extend(overrides.as_object().unwrap().clone());
    serde_json::from_value(shipment).unwrap()
}

/// Stops with nothing but a delivery told at noon UTC of this day.
pub(in crate::shipments) fn delivered(day: &str) -> serde_json::Value {
    json!([{"kind": "delivery", "events": [{"code": "D1", "at": format!("{day}T12:00:00Z")}]}])
}

pub(in crate::shipments) fn known(shipments: impl IntoIterator<Item = Shipment>) -> Vec<Known> {
    shipments.into_iter().map(Known::from).collect()
}
