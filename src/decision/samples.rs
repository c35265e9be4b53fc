//! Made-up papers and shipments for the tests of this stage.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde_json::json;

use super::profile::{MissingProfile, Profile};
use super::{Case, ExceptionCode, Filing, Verdict, decide};
use crate::document::{BBox, Confidence, Found, PageNumber, Source};
use crate::reading::Quality;
use crate::shipments::{Agreement, Candidate, Match, MatchEvidence, Shipment, StopOf};
use crate::understanding::{
    Document, DocumentClass, Field, FieldName, Mark, MarkKind, Notation, NotationKind, Party, Role,
    Traits, Value,
};

/// The day on which the sample freight is delivered.
pub(super) const DELIVERED: Date = date(2026, 3, 14);

/// A case that owns its parts, so that a test can change one and ask for the verdict.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) document: Document,
    pub(super) matched: Match,
    pub(super) profile: Result<Profile, MissingProfile>,
    pub(super) stop: StopOf,
    pub(super) filing: Filing,
}

impl Sample {
    /// A clean, signed and dated paper of `class` on one page that belongs to a shipment: billable by the built-in profile.
    pub(super) fn clean(class: DocumentClass) -> Self {
        Self {
            document: signed_paper(class),
            matched: Match::Matched(candidate(shipment()), None),
            profile: Ok(Profile::default()),
            stop: StopOf::Only,
            filing: Filing {
                received_on: Some(date(2026, 3, 15)),
                ..Filing::default()
            },
        }
    }

    pub(super) fn receipt() -> Self {
        Self::clean(DocumentClass::DeliveryReceipt)
    }

    pub(super) fn case(&self) -> Case<'_> {
        Case {
            document: &self.document,
            matched: &self.matched,
            profile: self.profile.as_ref(),
            stop: self.stop,
            filing: &self.filing,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        decide(&self.case())
    }

    pub(super) fn rules(&mut self) -> &mut Profile {
        self.profile.as_mut().unwrap()
    }

    pub(super) fn shipment(&mut self) -> &mut Shipment {
        match &mut self.matched {
            Match::Matched(candidate, _) => &mut candidate.shipment,
            Match::Ambiguous(_) | Match::Conflict(_) | Match::None(_) => panic!("not matched"),
        }
    }

    pub(super) fn set(&mut self, name: FieldName, value: Value) {
        self.document.fields.insert(name, field(value));
    }

    pub(super) fn remark(&mut self, kind: NotationKind, qty: Option<u32>, unit: Option<&str>) {
        self.document.notations.push(notation(kind, qty, unit));
    }
}

/// The codes of a verdict's exceptions, in order.
pub(super) fn codes(verdict: &Verdict) -> Vec<ExceptionCode> {
    verdict
        .exceptions
        .iter()
        .map(|exception| exception.code)
        .collect()
}

/// Did test `id` pass?
pub(super) fn passed(verdict: &Verdict, id: &str) -> bool {
    let mut checks = verdict.decision.checks.iter();
    checks.find(|check| check.id == id).unwrap().passed
}

pub(super) fn field(value: Value) -> Field {
    let found = Found {
        value,
        raw: "as written".to_owned(),
        confidence: Confidence::new(0.95),
        page: PageNumber::from_index(0),
        bbox: BBox::new(0.1, 0.8, 0.3, 0.85),
        source: Source::Ocr,
        second: None,
    };
    Field {
        found,
        unit: None,
        kind: None,
    }
}

pub(super) fn mark(kind: MarkKind, role: Option<Role>, confidence: f32) -> Mark {
    Mark {
        kind,
        role,
        page: PageNumber::from_index(0),
        bbox: BBox::new(0.5, 0.85, 0.8, 0.92),
        confidence: Confidence::new(confidence),
        text: None,
        looks: None,
        row: None,
    }
}

pub(super) fn notation(kind: NotationKind, qty: Option<u32>, unit: Option<&str>) -> Notation {
    Notation {
        kind,
        qty,
        unit: unit.map(str::to_owned),
        text: String::new(),
        page: PageNumber::from_index(0),
        bbox: BBox::new(0.2, 0.6, 0.6, 0.65),
    }
}

fn signed_paper(class: DocumentClass) -> Document {
    let consignee = Party {
        name: "Acme Foods Inc.".to_owned(),
        postal: Some("60601".to_owned()),
        ..Party::default()
    };
    let fields = BTreeMap::from([
        (
            FieldName::ProNumber,
            field(Value::Text("123456782".to_owned())),
        ),
        (FieldName::ShipTo, field(Value::Party(consignee))),
        (FieldName::PickupDate, field(Value::Date(date(2026, 3, 12)))),
        (FieldName::DeliveryDate, field(Value::Date(DELIVERED))),
    ]);
    Document {
        pages: vec![PageNumber::from_index(0)],
        class,
        class_confidence: Confidence::new(0.98),
        quality: Quality {
            score: Confidence::new(0.9),
            defects: Vec::new(),
        },
        fields,
        marks: vec![mark(MarkKind::Ink, Some(Role::Consignee), 0.9)],
        notations: Vec::new(),
        traits: Traits {
            key_confidence: Some(Confidence::new(0.93)),
            ..Traits::default()
        },
        share: None,
    }
}

pub(super) fn shipment() -> Shipment {
    let shipment = json!({
        "id": "S-1", "version": 1, "mode": "LTL",
        "refs": [{"type": "PRO", "value": "123456782", "scac": "XPOL"}],
        "parties": {"consignee": {"name": "ACME FOODS", "postal": "60601"}},
        "stops": [
            {"seq": 1, "kind": "pickup", "events": [{"code": "CP", "at": "2026-03-12T15:00:00Z"}]},
            {"seq": 2, "kind": "delivery", "events": [{"code": "D1", "at": "2026-03-14T16:00:00Z"}]},
        ],
    });
    serde_json::from_value(shipment).unwrap()
}

pub(super) fn candidate(shipment: Shipment) -> Candidate {
    Candidate {
        shipment,
        confidence: Confidence::new(0.99),
        score: 8.5,
        evidence: vec![evidence("pro_number", Agreement::Exact, 7.0)],
    }
}

pub(super) fn evidence(field: &str, agreement: Agreement, weight: f64) -> MatchEvidence {
    MatchEvidence {
        field: field.to_owned(),
        agreement,
        weight,
    }
}
