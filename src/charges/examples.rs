//! Made-up shipments, papers and profiles for the tests of this folder.

use jiff::civil::Time;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::charges::evidence::Evidence;
use crate::charges::rules::{Case, Finding};
use crate::decision::Profile;
use crate::document::{BBox, Confidence, Found, Money, PageNumber, Source};
use crate::reading::Quality;
use crate::shipments::Shipment;
use crate::understanding::{
    Document, DocumentClass, Field, FieldName, Notation, NotationKind, Traits, Value,
};

pub(super) fn money(text: &str) -> Money {
    Money(Decimal::from_str_exact(text).unwrap())
}

/// A shipment from what matters to the test.
pub(super) fn shipment(mut json: Json) -> Shipment {
    let fields = json.as_object_mut().unwrap();
    fields.entry("id").or_insert(json!("S-1"));
    fields.entry("version").or_insert(json!(1));
    serde_json::from_value(json).unwrap()
}

/// A profile from what matters to the test.
pub(super) fn profile(mut json: Json) -> Profile {
    json.as_object_mut()
        .unwrap()
        .entry("id")
        .or_insert(json!("customer"));
    serde_json::from_value(json).unwrap()
}

/// The contract of the vectors in domain.md §4.2: two hours free from the later, 60 an hour in quarters.
pub(super) fn sixty_an_hour() -> Profile {
    profile(
        json!({"free_time": {"TL": 120}, "detention_rate_per_hour": "60.00", "increment": 15,
        "rounding": "up", "detention_start": "later", "caps": {"DET": "400.00"}}),
    )
}

/// One delivery in Chicago, expected at 08:30; no events.
pub(super) fn one_delivery(billed: &Json) -> Json {
    json!({"mode": "TL", "status": "delivered", "stops": [
        {"seq": 1, "kind": "pickup", "tz": "America/Chicago"},
        {"seq": 2, "kind": "delivery", "tz": "America/Chicago", "appt": {"from": "2026-03-14T08:30:00-05:00", "to": "2026-03-14T08:30:00-05:00"}}],
        "billed": billed})
}

/// [`one_delivery`] with when the truck came and left by its geofence.
pub(super) fn one_delivery_seen(billed: &Json, arrival: &str, departure: &str) -> Json {
    let mut shipment = one_delivery(billed);
    let at = |clock: &str| format!("2026-03-14T{clock}:00-05:00");
    shipment["stops"][1]["events"] = json!([
        {"code": "X1", "source": "geofence", "at": at(arrival)},
        {"code": "CD", "source": "geofence", "at": at(departure)}]);
    shipment
}

/// A delivery receipt of Saturday 14 March 2026 with times in and out.
pub(super) fn receipt_with_times(arrival: &str, departure: &str) -> Document {
    delivery_receipt(vec![
        time(FieldName::ArrivalTime, arrival),
        time(FieldName::DepartureTime, departure),
    ])
}

pub(super) fn delivery_receipt(fields: Vec<(FieldName, Field)>) -> Document {
    paper(DocumentClass::DeliveryReceipt, fields)
}

pub(super) fn lumper_receipt(total: &str, number: &str) -> Document {
    paper(
        DocumentClass::LumperReceipt,
        vec![
            field(FieldName::Total, Value::Money(money(total)), total),
            field(FieldName::InvoiceNo, Value::Text(number.to_owned()), number),
        ],
    )
}

pub(super) fn paper(class: DocumentClass, fields: Vec<(FieldName, Field)>) -> Document {
    Document {
        pages: vec![PageNumber::from_index(0)],
        class,
        class_confidence: Confidence::CERTAIN,
        quality: Quality {
            score: Confidence::CERTAIN,
            defects: Vec::new(),
        },
        fields: fields.into_iter().collect(),
        marks: Vec::new(),
        notations: Vec::new(),
        traits: Traits::default(),
        share: None,
    }
}

pub(super) fn remark(text: &str) -> Notation {
    Notation {
        kind: NotationKind::ServiceMark,
        qty: None,
        unit: None,
        text: text.to_owned(),
        page: PageNumber::from_index(0),
        bbox: BBox::PAGE,
    }
}

pub(super) fn field(name: FieldName, value: Value, raw: &str) -> (FieldName, Field) {
    let found = Found {
        value,
        raw: raw.to_owned(),
        confidence: Confidence::new(0.95),
        page: PageNumber::from_index(0),
        bbox: BBox::new(0.1, 0.8, 0.3, 0.85),
        source: Source::Handwriting,
        second: None,
    };
    (
        name,
        Field {
            found,
            unit: None,
            kind: None,
        },
    )
}

/// A time as written: `8:00`, `0930`, `10:15 PM`.
pub(super) fn time(name: FieldName, raw: &str) -> (FieldName, Field) {
    let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
    let clock: i16 = digits.parse().unwrap();
    let evening = raw.contains('P') && clock / 100 < 12;
    let midnight = raw.contains('A') && clock / 100 == 12;
    let hour = clock / 100 + if evening { 12 } else { 0 } - if midnight { 12 } else { 0 };
    let hour = i8::try_from(hour).unwrap();
    let value = Time::new(hour, i8::try_from(clock % 100).unwrap(), 0, 0).unwrap();
    field(name, Value::Time(value), raw)
}

/// What one rule finds on the first billed line.
pub(super) fn found(
    rule: fn(&crate::charges::rules::Line<'_>) -> Option<Finding>,
    pack: &[&Document],
    shipment: &Shipment,
    profile: &Profile,
) -> Option<Finding> {
    findings(rule, pack, shipment, profile).remove(0)
}

/// What one rule finds on each billed line.
pub(super) fn findings(
    rule: fn(&crate::charges::rules::Line<'_>) -> Option<Finding>,
    pack: &[&Document],
    shipment: &Shipment,
    profile: &Profile,
) -> Vec<Option<Finding>> {
    let evidence = Evidence::gather(pack, shipment);
    let case = Case {
        evidence: &evidence,
        shipment,
        profile,
    };
    case.lines().map(|line| rule(&line)).collect()
}
