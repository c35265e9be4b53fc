//! The life of documents, on real ledgers: what becomes of papers as papers, shipments, corrections and acts come.

mod acts;
mod again;
mod anew;
mod charges;
mod packs;
mod shares;
mod shuffled;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::date;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::*;
use crate::decision::ExceptionCode;
use crate::document::{BBox, Confidence, Found, PageNumber, Source};
use crate::events::examples::{self, at};
use crate::ledger::{Begun, Wanted};
use crate::models::{InService, Lineup, Serving};
use crate::shipments::keys::shipment_keys;
use crate::shipments::matching::Hints;
use crate::understanding::{
    DocumentClass, Field, FieldName, Mark, MarkKind, Party, Role, Traits, Value,
};

/// A clerk with a ledger of his own.
struct Office {
    clerk: Clerk,
    _folder: TempDir,
}

impl Office {
    async fn open() -> Self {
        Self::with(Profiles::default(), 0).await
    }

    async fn with(profiles: Profiles, patience_minutes: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let ledger = Ledger::open(path.to_str().unwrap()).await.unwrap();
        let patience = SignedDuration::from_mins(patience_minutes);
        Self {
            clerk: Clerk::new(
                ledger,
                profiles,
                Weights::shipped().clone(),
                InService::new(Lineup::of(Serving::named(examples::models()))),
                patience,
            ),
            _folder: folder,
        }
    }

    /// A paper comes; the events that follow.
    async fn paper(&self, name: &str, paper: &PaperSays) -> Vec<Json> {
        let bytes = paper.bytes.unwrap_or(name);
        let origin = examples::origin(name, bytes.as_bytes());
        let begun = self
            .clerk
            .ledger
            .begin_upload(&origin, "default", 4, at(1))
            .await
            .unwrap();
        let (upload, copies_of, documents) = match begun {
            Begun::New(upload) => (upload, None, vec![paper.read()]),
            Begun::DuplicateOf(upload, first) => {
                let ids = first.iter().map(|one| one.id).collect();
                (
                    upload,
                    Some(ids),
                    first.into_iter().map(ReadDocument::from).collect(),
                )
            }
            Begun::Again(events) => return parsed(&events),
        };
        self.file(&upload, paper, documents, copies_of).await
    }

    async fn file(
        &self,
        upload: &Upload,
        paper: &PaperSays,
        documents: Vec<ReadDocument>,
        copies_of: Option<Vec<DocumentId>>,
    ) -> Vec<Json> {
        let asks = Asks {
            tenant: "default".to_owned(),
            hints: Hints::default(),
            received_at: at(paper.received),
            keys: Vec::new(),
        };
        let accepted = Accepted::default();
        let filed = self
            .clerk
            .file(upload, &asks, documents, copies_of, Vec::new(), &accepted);
        parsed(&filed.await.unwrap())
    }

    /// Shipments come; the events that follow.
    async fn shipments(&self, shipments: &[Shipment]) -> Vec<Json> {
        let keys = |shipment: &Shipment| {
            let keys = shipment_keys(shipment).into_iter();
            keys.map(|key| key.as_str().to_owned()).collect::<Vec<_>>()
        };
        let ledger = &self.clerk.ledger;
        ledger
            .store_shipments(shipments, keys, at(1))
            .await
            .unwrap();
        parsed(&self.clerk.wake(shipments).await.unwrap())
    }

    /// Where a paper stands: its shipment and stop, the verdict, what is open.
    async fn stands(&self, name: &str) -> String {
        let bytes = name.as_bytes();
        let origin = examples::origin(name, bytes);
        let id = DocumentId::new(&origin.object, &origin.sha256, &examples::pages(0..1));
        let stored = self.clerk.ledger.document(id).await.unwrap().unwrap();
        let shipment = stored.shipment.map_or("-".to_owned(), |(_, id)| id);
        let stop = if stored.stop > 0 {
            format!("/{}", stored.stop)
        } else {
            String::new()
        };
        let codes: Vec<String> = stored.codes.keys().map(word).collect();
        format!(
            "{shipment}{stop} {} {}",
            word(&stored.state),
            codes.join("+")
        )
        .trim_end()
        .to_owned()
    }

    async fn open_exceptions(&self) -> Vec<crate::ledger::ExceptionRecord> {
        self.clerk
            .ledger
            .exceptions(&Wanted::default(), 100)
            .await
            .unwrap()
    }
}

fn id_of(name: &str) -> DocumentId {
    let origin = examples::origin(name, name.as_bytes());
    DocumentId::new(&origin.object, &origin.sha256, &examples::pages(0..1))
}

fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

fn parsed(events: &[StoredEvent]) -> Vec<Json> {
    events
        .iter()
        .map(|event| serde_json::from_str(&event.json).unwrap())
        .collect()
}

/// `validated S-1`, `raised NO_MATCH`, `resolved NO_MATCH` …, without the classified ones.
fn told(events: &[Json]) -> Vec<String> {
    let told = events.iter().filter_map(|event| {
        let data = &event["data"];
        let codes = || {
            let codes = data["exceptions"].as_array().into_iter().flatten();
            codes
                .filter_map(|one| one["code"].as_str())
                .collect::<Vec<_>>()
                .join("+")
        };
        match event["type"].as_str().unwrap() {
            "countersign.attachment.validated.v1" => Some(format!(
                "validated {}",
                data["shipment"]["id"].as_str().unwrap()
            )),
            "countersign.exception.raised.v1" => Some(format!("raised {}", codes())),
            "countersign.exception.resolved.v1" => Some(format!(
                "resolved {}",
                data["exception"]["code"].as_str().unwrap()
            )),
            _ => None,
        }
    });
    told.collect()
}

/// What a made-up paper says.
#[derive(Debug, Clone)]
struct PaperSays {
    bytes: Option<&'static str>,
    class: DocumentClass,
    pro: Option<&'static str>,
    order: Option<&'static str>,
    consignee: (&'static str, &'static str),
    signed: bool,
    dated: bool,
    quality: f32,
    received: i64,
    /// So many of twenty pieces, on this day of March.
    part: Option<(u32, i8)>,
}

/// A signed and dated delivery receipt for the shipment with this PRO number.
fn receipt(pro: &'static str) -> PaperSays {
    PaperSays {
        bytes: None,
        class: DocumentClass::DeliveryReceipt,
        pro: Some(pro),
        order: None,
        consignee: ("Acme Foods", "43215"),
        signed: true,
        dated: true,
        quality: 0.9,
        received: 1,
        part: None,
    }
}

impl PaperSays {
    fn read(&self) -> ReadDocument {
        let field = |value| Field {
            found: Found {
                value,
                raw: String::new(),
                confidence: Confidence::new(0.99),
                page: PageNumber::from_index(0),
                bbox: BBox::new(0.1, 0.1, 0.2, 0.2),
                source: Source::TextLayer,
                second: None,
            },
            unit: None,
            kind: None,
        };
        let (name, postal) = self.consignee;
        let consignee = Party {
            name: name.to_owned(),
            postal: Some(postal.to_owned()),
            ..Party::default()
        };
        let mut fields = BTreeMap::from([(FieldName::ShipTo, field(Value::Party(consignee)))]);
        let pro = self
            .pro
            .map(|pro| (FieldName::ProNumber, field(Value::Text(pro.to_owned()))));
        fields.extend(pro);
        let order = self.order.map(|order| Value::List(vec![order.to_owned()]));
        fields.extend(order.map(|order| (FieldName::CustomerPo, field(order))));
        if self.dated {
            fields.insert(
                FieldName::DeliveryDate,
                field(Value::Date(date(2026, 3, 14))),
            );
        }
        let part = self.part.map(|(received, day)| {
            let day = Value::Date(date(2026, 3, day));
            [
                (FieldName::PiecesReceived, field(Value::Count(received))),
                (FieldName::Pieces, field(Value::Count(20))),
                (FieldName::DeliveryDate, field(day)),
            ]
        });
        fields.extend(part.into_iter().flatten());
        let mut document = examples::document(examples::pages(0..1));
        document.class = self.class;
        document.quality.score = Confidence::new(self.quality);
        document.quality.defects.clear();
        document.fields = fields;
        document.marks = if self.signed {
            vec![signature()]
        } else {
            Vec::new()
        };
        document.notations.clear();
        document.traits = Traits {
            place_to_sign: true,
            ..Traits::default()
        };
        ReadDocument {
            document,
            attachment: None,
        }
    }
}

/// Of the consignee.
fn signature() -> Mark {
    Mark {
        kind: MarkKind::Ink,
        role: Some(Role::Consignee),
        page: PageNumber::from_index(0),
        bbox: BBox::new(0.6, 0.8, 0.8, 0.85),
        confidence: Confidence::new(0.99),
        text: None,
        looks: None,
        row: None,
    }
}

/// A delivered shipment to Acme Foods.
fn shipment(id: &str, version: u64, pro: &str) -> Shipment {
    changed(id, version, pro, json!({}))
}

/// The same with other or more of what a feed tells.
fn changed(id: &str, version: u64, pro: &str, more: Json) -> Shipment {
    let mut shipment = json!({
        "id": id, "version": version, "refs": [{"type": "PRO", "value": pro}], "status": "delivered",
        "parties": {"consignee": {"name": "Acme Foods", "postal": "43215"}},
        "stops": [{"seq": 1, "kind": "delivery", "events": [{"code": "D1", "at": "2026-03-14T15:00:00Z"}]}],
    });
    for (key, value) in more.as_object().unwrap() {
        shipment[key] = value.clone();
    }
    serde_json::from_value(shipment).unwrap()
}
