//! The `CloudEvents` 1.0 envelope, and the deterministic id that lets a consumer drop repeats.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use super::alarm::AlarmData;
use super::data::{
    ClassifiedData, DocumentData, DocumentPart, OverdueData, RejectedData, ResolvedData,
};
use super::scored::ScoredData;
use crate::document::{ObjectRef, Sha256, TraceParent, deterministic_id};
use crate::inference::ModelSet;

/// Every worker is the same source, so that a repeat from another worker has the same source and id.
const SOURCE: &str = "countersign";

/// Where the schemas are named from; the files lie in `src/events/schemas/`.
const SCHEMA_BASE: &str = "https://countersign.dev/schemas";

/// The event types of contract.md §2.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum EventType {
    /// A document was cut out of an upload and classified.
    #[serde(rename = "countersign.document.classified.v1")]
    DocumentClassified,
    /// The document is attached to a shipment and can be billed.
    #[serde(rename = "countersign.attachment.validated.v1")]
    AttachmentValidated,
    /// Somebody must act.
    #[serde(rename = "countersign.exception.raised.v1")]
    ExceptionRaised,
    /// An exception ended.
    #[serde(rename = "countersign.exception.resolved.v1")]
    ExceptionResolved,
    /// Charges arrived or changed after the document was decided.
    #[serde(rename = "countersign.charges.scored.v1")]
    ChargesScored,
    /// The upload cannot be processed.
    #[serde(rename = "countersign.upload.rejected.v1")]
    UploadRejected,
    /// A model was refused or taken out of service.
    #[serde(rename = "countersign.model.alarm.v1")]
    ModelAlarm,
}

impl EventType {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::DocumentClassified,
        Self::AttachmentValidated,
        Self::ExceptionRaised,
        Self::ExceptionResolved,
        Self::ChargesScored,
        Self::UploadRejected,
        Self::ModelAlarm,
    ];

    /// The `type` attribute, also the routing key.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DocumentClassified => "countersign.document.classified.v1",
            Self::AttachmentValidated => "countersign.attachment.validated.v1",
            Self::ExceptionRaised => "countersign.exception.raised.v1",
            Self::ExceptionResolved => "countersign.exception.resolved.v1",
            Self::ChargesScored => "countersign.charges.scored.v1",
            Self::UploadRejected => "countersign.upload.rejected.v1",
            Self::ModelAlarm => "countersign.model.alarm.v1",
        }
    }

    /// The type with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The URI of the JSON Schema of its `data`.
    #[must_use]
    pub fn dataschema(self) -> String {
        format!("{SCHEMA_BASE}/{}.json", self.name())
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The `data` of an event; its kind decides the `type`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Data {
    /// Of `countersign.document.classified.v1`.
    Classified(Box<ClassifiedData>),
    /// Of `countersign.attachment.validated.v1`.
    Validated(Box<DocumentData>),
    /// Of `countersign.exception.raised.v1`.
    Raised(Box<DocumentData>),
    /// Of `countersign.exception.raised.v1`, where a paper is what is missing.
    Overdue(Box<OverdueData>),
    /// Of `countersign.exception.resolved.v1`.
    Resolved(Box<ResolvedData>),
    /// Of `countersign.charges.scored.v1`.
    Scored(Box<ScoredData>),
    /// Of `countersign.upload.rejected.v1`.
    Rejected(Box<RejectedData>),
    /// Of `countersign.model.alarm.v1`.
    Alarm(Box<AlarmData>),
}

/// What identifies an event beside its type.
struct Identity<'a> {
    object: [&'a str; 3],
    sha256: &'a str,
    readers: String,
    subject: String,
    /// Tells apart events of one type and subject; empty where there can be only one.
    occurrence: String,
}

impl Data {
    fn kind(&self) -> EventType {
        match self {
            Self::Classified(_) => EventType::DocumentClassified,
            Self::Validated(_) => EventType::AttachmentValidated,
            Self::Raised(_) | Self::Overdue(_) => EventType::ExceptionRaised,
            Self::Resolved(_) => EventType::ExceptionResolved,
            Self::Scored(_) => EventType::ChargesScored,
            Self::Rejected(_) => EventType::UploadRejected,
            Self::Alarm(_) => EventType::ModelAlarm,
        }
    }

    fn identity(&self) -> Identity<'_> {
        match self {
            Self::Classified(data) => Identity::of(&data.document, &data.models),
            Self::Validated(data) | Self::Raised(data) => Identity {
                occurrence: if data.revision > 1 {
                    data.revision.to_string()
                } else {
                    String::new()
                },
                ..Identity::of(&data.document, &data.models)
            },
            Self::Resolved(data) => {
                let identity = match (&data.document, &data.shipment) {
                    (Some(document), _) => Identity::of(document, &data.models),
                    (None, Some(shipment)) => {
                        Identity::without_paper(&shipment.tenant, &shipment.id, &data.models)
                    }
                    (None, None) => Identity::without_paper("", "", &data.models),
                };
                Identity {
                    occurrence: format!("{} {}", data.exception.id, data.revision),
                    ..identity
                }
            }
            Self::Overdue(data) => {
                let shipment = &data.shipment;
                let stop = shipment.stop.unwrap_or_default();
                Identity {
                    occurrence: format!("{stop} {}", data.revision),
                    ..Identity::without_paper(&shipment.tenant, &shipment.id, &data.models)
                }
            }
            Self::Scored(data) => Identity {
                occurrence: data.shipment.version.to_string(),
                ..Identity::of(&data.document, &data.models)
            },
            Self::Rejected(data) => Identity {
                object: parts_of(&data.object),
                sha256: data.sha256.as_ref().map_or("", Sha256::as_str),
                readers: data.models.readers(),
                subject: format!("{}/{}", data.object.bucket, data.object.key),
                occurrence: String::new(),
            },
            Self::Alarm(data) => Identity {
                object: ["model", &data.task, &data.model],
                sha256: "",
                readers: String::new(),
                subject: data.model.clone(),
                occurrence: format!("{:?} {:.3}", data.alarm, data.since),
            },
        }
    }
}

fn parts_of(object: &ObjectRef) -> [&str; 3] {
    let version = object.version.as_deref().unwrap_or_default();
    [&object.bucket, &object.key, version]
}

impl<'a> Identity<'a> {
    fn of(document: &'a DocumentPart, models: &'a ModelSet) -> Self {
        Self {
            object: parts_of(&document.object),
            sha256: document.sha256.as_str(),
            readers: models.readers(),
            subject: document.id.to_string(),
            occurrence: String::new(),
        }
    }

    /// Of an event about a shipment that has no paper.
    fn without_paper(tenant: &'a str, shipment: &'a str, models: &'a ModelSet) -> Self {
        Self {
            object: ["shipment", tenant, shipment],
            sha256: "",
            readers: models.readers(),
            subject: shipment.to_owned(),
            occurrence: String::new(),
        }
    }

    fn event_id(&self, kind: EventType) -> Uuid {
        let [bucket, key, version] = self.object;
        deterministic_id(&[
            "event",
            bucket,
            key,
            version,
            self.sha256,
            kind.name(),
            &self.subject,
            &self.readers,
            &self.occurrence,
        ])
    }
}

/// A `CloudEvents` 1.0 event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    specversion: &'static str,
    /// The same upload, type, subject and model set give the same id.
    pub id: Uuid,
    source: &'static str,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The document's id; of a rejected upload its bucket and key.
    pub subject: String,
    /// When it was committed, in milliseconds.
    #[serde(serialize_with = "in_milliseconds")]
    pub time: Timestamp,
    datacontenttype: &'static str,
    dataschema: String,
    /// The trace that it belongs to (CloudEvents, distributed tracing extension).
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<TraceParent>,
    /// What there is to know.
    pub data: Data,
}

fn in_milliseconds<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{time:.3}"))
}

impl Event {
    /// The event that tells of `data`, committed at `time`.
    #[must_use]
    pub fn new(data: Data, time: Timestamp) -> Self {
        let kind = data.kind();
        let identity = data.identity();
        Self {
            specversion: "1.0",
            id: identity.event_id(kind),
            source: SOURCE,
            kind,
            subject: identity.subject,
            time,
            datacontenttype: "application/json",
            dataschema: kind.dataschema(),
            traceparent: None,
            data,
        }
    }

    /// The same event as part of a trace.
    #[must_use]
    pub fn traced(self, trace: Option<&TraceParent>) -> Self {
        Self {
            traceparent: trace.cloned(),
            ..self
        }
    }
}

/// An event as it was committed. Its JSON never changes, whenever and however often it is handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the order of commits.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// What happened.
    pub kind: EventType,
    /// What it is about: events of one subject go out in their order.
    pub subject: String,
    /// When it was committed.
    pub time: Timestamp,
    /// Somebody has it for good.
    pub published: bool,
    /// The whole event on one line.
    pub json: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Confidence;
    use crate::events::{DocumentData, examples};

    fn id_of(change: impl FnOnce(&mut DocumentData)) -> Uuid {
        let origin = examples::origin("in/scan.pdf", b"scan");
        let decided = examples::unsigned("S-1", examples::pages(0..2));
        let mut data = DocumentData::new(&origin, &decided);
        change(&mut data);
        Event::new(Data::Raised(Box::new(data)), examples::at(0)).id
    }

    #[test]
    fn events_are_written_as_the_contract_has_them() {
        for (place, event) in examples::events().into_iter().enumerate() {
            let name = format!("{place}-{}", event.kind);
            insta::assert_json_snapshot!(name, event);
        }
    }

    #[test]
    fn the_id_tells_apart_uploads_kinds_subjects_and_model_sets_and_nothing_else() {
        let plain = id_of(|_| ());
        assert_eq!(plain, examples::raised().id);
        assert_eq!(plain, id_of(|data| data.priority = Confidence::new(0.9)));
        assert_eq!(
            plain,
            id_of(|data| data.document.object.etag = Some("e".to_owned()))
        );
        let others = [
            examples::validated().id,
            id_of(|data| data.document.object.key = "in/other.pdf".to_owned()),
            id_of(|data| data.document.object.version = Some("v2".to_owned())),
            id_of(|data| data.document.sha256 = Sha256::of(b"other")),
            id_of(|data| data.document.id.0 = Uuid::nil()),
            id_of(|data| data.models.marks = "marks@2".to_owned()),
        ];
        assert!(!others.contains(&plain));
        let mut distinct = others.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), others.len());
    }

    #[test]
    fn names_are_those_that_are_serialised() {
        for kind in EventType::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(EventType::from_name(kind.name()), Some(kind));
        }
    }
}
