//! Made-up results of the stages, from which the tests of events and ledger build outcomes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{date, time};
use serde_json::json;
use uuid::Uuid;

use super::{
    Alarm, AlarmData, ClassifiedData, Data, Decided, DocumentData, DocumentPart, Event, Origin,
    OverdueData, RejectedData, Resolution, ResolvedData, ResolvedException, ScoredData,
    ShipmentPart, ShipmentRef,
};
use crate::charges::{Accessorials, Reason, ScoredCharge};
use crate::decision::{
    Check, Condition, ConditionState, Decision, Exception, ExceptionCode, Owner, ProfileRef, State,
};
use crate::document::{
    BBox, Confidence, Found, Money, ObjectRef, PageNumber, Sha256, Source, deterministic_id,
};
use crate::fault::RejectReason;
use crate::inference::ModelSet;
use crate::reading::{Defect, Quality};
use crate::shipments::{Agreement, Candidate, Match, MatchEvidence, RunnerUp, Shipment};
use crate::storage::Location;
use crate::understanding::{
    Document, DocumentClass, Field, FieldName, Fields, MarkKind, Notation, NotationKind, Party,
    Traits, Value,
};

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_773_500_000 + seconds).unwrap()
}

pub(crate) fn models() -> ModelSet {
    let named = |task: &str| format!("{task}@1");
    ModelSet {
        classifier: named("page-class"),
        extractor: named("fields"),
        marks: named("marks"),
        recognizer: named("text"),
        accessorials: named("rules"),
    }
}

pub(crate) fn object(key: &str) -> ObjectRef {
    ObjectRef {
        bucket: "file".to_owned(),
        key: key.to_owned(),
        version: None,
        etag: None,
    }
}

pub(crate) fn origin(key: &str, bytes: &[u8]) -> Origin {
    Origin {
        trace: None,
        object: object(key),
        sha256: Sha256::of(bytes),
        models: models(),
    }
}

pub(crate) fn pages(indices: std::ops::Range<u32>) -> Vec<PageNumber> {
    indices.map(PageNumber::from_index).collect()
}

fn field(value: Value, raw: &str, source: Source) -> Field {
    Field {
        found: Found {
            value,
            raw: raw.to_owned(),
            confidence: Confidence::new(0.97),
            page: PageNumber::from_index(0),
            bbox: BBox::new(0.61, 0.05, 0.83, 0.08),
            source,
            second: None,
        },
        unit: None,
        kind: None,
    }
}

/// One field of each kind of value; several texts look like a date, an amount or a time.
pub(crate) fn fields() -> Fields {
    let text = |text: &str| field(Value::Text(text.to_owned()), text, Source::Ocr);
    let consignee = Party {
        name: "Made-Up Grocers DC 4".to_owned(),
        city: Some("Springfield".to_owned()),
        postal: Some("01101".to_owned()),
        ..Party::default()
    };
    let mut weight = field(Value::Number(1204.5), "1,204.5 LB", Source::Ocr);
    weight.unit = Some("lb".to_owned());
    let mut signature = field(Value::Flag(true), "", Source::Handwriting);
    signature.kind = Some(MarkKind::Ink);
    let day = Value::Date(date(2026, 3, 14));
    let seals = Value::List(vec!["20260314".to_owned()]);
    BTreeMap::from([
        (FieldName::ProNumber, text("123456782")),
        (FieldName::BolNumber, text("20260314")),
        (FieldName::LoadNumber, text("12:30")),
        (
            FieldName::ShipTo,
            field(Value::Party(consignee), "Made-Up Grocers DC 4", Source::Ocr),
        ),
        (
            FieldName::DeliveryDate,
            field(day, "3/14/26", Source::Handwriting),
        ),
        (
            FieldName::ArrivalTime,
            field(Value::Time(time(9, 5, 0, 0)), "9:05 AM", Source::Ocr),
        ),
        (
            FieldName::Pieces,
            field(Value::Count(24), "24", Source::Barcode),
        ),
        (FieldName::Weight, weight),
        (
            FieldName::SealNumbers,
            field(seals, "20260314", Source::TextLayer),
        ),
        (
            FieldName::Total,
            field(Value::Money(money("135")), "$135.00", Source::Ocr),
        ),
        (FieldName::SignatureConsignee, signature),
    ])
}

fn money(amount: &str) -> Money {
    serde_json::from_value(json!(amount)).unwrap()
}

pub(crate) fn document(pages: Vec<PageNumber>) -> Document {
    Document {
        pages,
        class: DocumentClass::DeliveryReceipt,
        class_confidence: Confidence::new(0.998),
        quality: Quality {
            score: Confidence::new(0.81),
            defects: vec![Defect::Faint],
        },
        fields: fields(),
        marks: Vec::new(),
        notations: vec![short()],
        traits: Traits::default(),
        share: None,
    }
}

fn short() -> Notation {
    Notation {
        kind: NotationKind::Short,
        qty: Some(2),
        unit: Some("ctn".to_owned()),
        text: "2 ctn short".to_owned(),
        page: PageNumber::from_index(0),
        bbox: BBox::new(0.1, 0.7, 0.4, 0.74),
    }
}

pub(crate) fn shipment(id: &str, version: u64) -> Shipment {
    serde_json::from_value(json!({"id": id, "version": version})).unwrap()
}

pub(crate) fn candidate(id: &str, confidence: f32) -> Candidate {
    Candidate {
        shipment: shipment(id, 1),
        confidence: Confidence::new(confidence),
        score: 9.5,
        evidence: vec![MatchEvidence {
            field: "pro_number".to_owned(),
            agreement: Agreement::Exact,
            weight: 7.0,
        }],
    }
}

fn decision(state: State, missing: &[&str]) -> Decision {
    Decision {
        state,
        missing: missing.iter().map(ToString::to_string).collect(),
        checks: vec![Check {
            id: "V5".to_owned(),
            passed: missing.is_empty(),
            detail: "a mark in the consignee zone is asked for".to_owned(),
        }],
        profile: ProfileRef {
            id: "default".to_owned(),
            version: 1,
        },
    }
}

pub(crate) fn exception(code: ExceptionCode) -> Exception {
    Exception {
        code,
        severity: 1,
        owner: Owner::Carrier,
        detail: "ask the carrier for a signed copy".to_owned(),
        page: Some(PageNumber::from_index(0)),
        bbox: Some(BBox::new(0.5, 0.8, 0.9, 0.9)),
    }
}

fn detention() -> Accessorials {
    Accessorials {
        dispute: Some(Confidence::new(0.41)),
        score: Some(Confidence::new(0.93)),
        charges: vec![ScoredCharge {
            invoice_no: "INV-7".to_owned(),
            line: 1,
            code: "DET".to_owned(),
            amount: money("135"),
            score: Confidence::new(0.93),
            reasons: vec![Reason {
                rule: "A04".to_owned(),
                detail: "billed 135.00, the times on the document give 105.00".to_owned(),
                expected: Some(money("105")),
            }],
        }],
    }
}

/// A document that can be billed with shipment `id`, though two cartons are short.
pub(crate) fn billable(id: &str, pages: Vec<PageNumber>) -> Decided {
    let runner_up = RunnerUp {
        id: "S-2".to_owned(),
        confidence: Confidence::new(0.004),
    };
    Decided {
        document: document(pages),
        attachment: Some(Location {
            bucket: "file".to_owned(),
            key: "data/attachments/ab/abc.pdf".to_owned(),
        }),
        matched: Match::Matched(candidate(id, 0.99), Some(runner_up)),
        stop: 0,
        condition: Condition {
            state: ConditionState::Foul,
            notations: vec![short()],
        },
        decision: decision(State::BillableWithOsd, &[]),
        exceptions: vec![exception(ExceptionCode::Short)],
        accessorials: detention(),
        priority: Confidence::new(0.4),
        scored_by: models().accessorials,
    }
}

/// The same document, unsigned.
pub(crate) fn unsigned(id: &str, pages: Vec<PageNumber>) -> Decided {
    Decided {
        decision: decision(State::HoldMissing, &["signature_consignee"]),
        exceptions: vec![exception(ExceptionCode::SignatureMissing)],
        ..billable(id, pages)
    }
}

/// The same document, between two shipments.
pub(crate) fn ambiguous(pages: Vec<PageNumber>) -> Decided {
    Decided {
        matched: Match::Ambiguous(vec![candidate("S-1", 0.5), candidate("S-2", 0.49)]),
        attachment: None,
        decision: decision(State::Review, &[]),
        exceptions: vec![exception(ExceptionCode::AmbiguousMatch)],
        accessorials: Accessorials::default(),
        ..billable("S-1", pages)
    }
}

fn data(decided: &Decided) -> Box<DocumentData> {
    Box::new(DocumentData::new(&origin("in/scan.pdf", b"scan"), decided))
}

pub(crate) fn validated() -> Event {
    Event::new(Data::Validated(data(&billable("S-1", pages(0..2)))), at(0))
}

pub(crate) fn raised() -> Event {
    Event::new(Data::Raised(data(&unsigned("S-1", pages(0..2)))), at(0))
}

pub(crate) fn rejected() -> Event {
    let data = RejectedData {
        object: object("in/torn.pdf"),
        sha256: None,
        code: ExceptionCode::TechUnreadable,
        reason: RejectReason::Corrupt,
        detail: RejectReason::Corrupt.to_string(),
        models: models(),
    };
    Event::new(Data::Rejected(Box::new(data)), at(0))
}

pub(crate) fn overdue() -> Event {
    let missing = exception(ExceptionCode::PodNotReceived);
    let data = OverdueData {
        document: (),
        shipment: ShipmentPart {
            stop: Some(2),
            ..ShipmentPart::awaiting(&shipment("S-1", 1), 0)
        },
        fields: Fields::new(),
        condition: (),
        decision: decision(State::HoldMissing, &["pod"]),
        exceptions: vec![Exception {
            page: None,
            bbox: None,
            ..missing
        }],
        accessorials: Accessorials::default(),
        priority: Confidence::new(0.4),
        models: models(),
        revision: 1,
    };
    Event::new(Data::Overdue(Box::new(data)), at(0))
}

/// One event of each type, an ambiguous one, and one that is about no document.
pub(crate) fn events() -> Vec<Event> {
    let origin = origin("in/scan.pdf", b"scan");
    let part = || DocumentPart::new(&origin, &document(pages(0..2)), None);
    let shipment = ShipmentRef {
        id: "S-1".to_owned(),
        tenant: "default".to_owned(),
        version: 2,
    };
    let classified = ClassifiedData {
        document: part(),
        models: models(),
    };
    let resolved = ResolvedData {
        exception: ResolvedException {
            id: example_id(),
            code: ExceptionCode::SignatureMissing,
            how: Resolution::Document,
            detail: "a signed copy arrived".to_owned(),
        },
        document: Some(part()),
        shipment: Some(shipment.clone()),
        revision: 2,
        models: models(),
    };
    let scored = ScoredData {
        document: part(),
        shipment,
        accessorials: detention(),
        models: models(),
    };
    vec![
        Event::new(Data::Classified(Box::new(classified)), at(0)),
        validated(),
        raised(),
        Event::new(Data::Raised(data(&ambiguous(pages(0..1)))), at(0)),
        Event::new(Data::Resolved(Box::new(resolved)), at(0)),
        Event::new(Data::Scored(Box::new(scored)), at(0)),
        rejected(),
        overdue(),
        alarm(),
    ]
}

fn alarm() -> Event {
    let data = AlarmData {
        task: "page-class".to_owned(),
        model: "page-class@2".to_owned(),
        alarm: Alarm::Refused,
        reason: "it has no output first_page".to_owned(),
        since: at(0),
        models: models(),
    };
    Event::new(Data::Alarm(Box::new(data)), at(0))
}

fn example_id() -> Uuid {
    deterministic_id(&["exception", "example"])
}
