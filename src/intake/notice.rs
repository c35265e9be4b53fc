//! Upload notices (contract.md §1.1): what a message says has happened to which objects.
//!
//! In: the body of a message. Out: a [`Notice`] for each object that came or went, in the order in which that happened to each. Three
//! shapes are told apart by their content: S3 events, CloudEvents that carry one, and our own. What S3 says of other matters (its test
//! event, tags, restored objects) gives no notice; what is none of the three is refused whole.

use std::cmp::Ordering;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use crate::document::{ObjectRef, holds_nul};

/// What the types of CloudEvents that tell of S3 objects begin with.
const S3_CLOUD_EVENT: &str = "com.amazonaws.s3.";

/// The longest key of an object and name of a bucket that S3 allows, in bytes.
const LONGEST_KEY: usize = 1024;
const LONGEST_BUCKET: usize = 255;

/// Something that happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The object.
    pub object: ObjectRef,
    /// What happened.
    pub change: Change,
    /// Its size in bytes, where the notice says it.
    pub size: Option<u64>,
    /// When it happened, where the notice says it.
    pub at: Option<Timestamp>,
    /// Where this stands among the changes of the same key.
    pub sequencer: Option<Sequencer>,
    /// What the uploader knows of the paper.
    pub hints: NoticeHints,
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was written: read it.
    Created,
    /// It was removed.
    Removed,
}

/// What an uploader may know of the paper.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NoticeHints {
    /// Whose shipments it belongs to.
    pub tenant: Option<String>,
    /// The shipment, by its id in the feed.
    pub shipment_id: Option<String>,
    /// The customer.
    pub customer: Option<String>,
    /// The carrier's code.
    pub carrier_scac: Option<String>,
    /// IANA name of the time zone where the paper was signed.
    pub facility_tz: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// When the upload was received.
    pub received_at: Option<Timestamp>,
}

/// Orders the changes of one key: hexadecimal digits, of which the shorter is filled up with zeros on its right.
#[derive(Debug, Clone)]
pub struct Sequencer(String);

impl Sequencer {
    /// As the store wrote it.
    #[must_use]
    pub fn new(digits: &str) -> Self {
        Self(digits.to_ascii_uppercase())
    }

    /// As the ledger keeps it: without the zeros on its right, so that plain text order is the order of changes.
    #[must_use]
    pub fn as_text(&self) -> &str {
        self.0.trim_end_matches('0')
    }
}

impl Ord for Sequencer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_text().cmp(other.as_text())
    }
}

impl PartialOrd for Sequencer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sequencer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Sequencer {}

/// Why a message is no upload notice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// No JSON object.
    #[error("the message is no JSON object: {0}")]
    NotJson(String),
    /// None of the three shapes.
    #[error(
        "the message is no S3 event (`Records`), no CloudEvent of type com.amazonaws.s3.*, and names no `bucket` and `key`"
    )]
    UnknownShape,
    /// One of the shapes, with a part missing or of a wrong type.
    #[error("the message looks like {shape}, but {reason}")]
    Malformed {
        /// Which shape.
        shape: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// What a message says.
///
/// # Errors
/// [`NoticeError`] for a message that is no notice; sending it again would not help.
pub fn notices(body: &[u8]) -> Result<Vec<Notice>, NoticeError> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| NoticeError::NotJson(error.to_string()))?;
    if holds_nul(&value) {
        return Err(malformed("a text in it holds the character NUL"));
    }
    let told = told_by(value)?;
    let is_named_too_long = |notice: &Notice| {
        notice.object.key.len() > LONGEST_KEY || notice.object.bucket.len() > LONGEST_BUCKET
    };
    if told.iter().any(is_named_too_long) {
        return Err(malformed("an object's name is longer than stores allow"));
    }
    // An S3 event hides characters in its keys' encoding.
    if told.iter().any(|notice| notice.object.key.contains('\0')) {
        return Err(malformed("an object's name holds the character NUL"));
    }
    Ok(told)
}

fn malformed(reason: &str) -> NoticeError {
    NoticeError::Malformed {
        shape: "a notice",
        reason: reason.to_owned(),
    }
}

fn told_by(value: Value) -> Result<Vec<Notice>, NoticeError> {
    let Value::Object(fields) = &value else {
        return Err(NoticeError::NotJson("it is another JSON value".to_owned()));
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if fields.contains_key("Records") {
        return of_s3(value);
    }
    if text("Event") == Some("s3:TestEvent") {
        return Ok(Vec::new());
    }
    match text("type") {
        Some(kind) if fields.contains_key("specversion") && kind.starts_with(S3_CLOUD_EVENT) => {
            of_cloud_event(&value, kind)
        }
        _ if text("bucket").is_some() && text("key").is_some() => of_ours(value),
        _ => Err(NoticeError::UnknownShape),
    }
}

/// JSON Schemas of two shapes: an S3 event, and our own notice. A CloudEvent carries the former or a part of it as its data.
pub fn schemas(generator: &mut SchemaGenerator) -> [Schema; 2] {
    [
        generator.root_schema_for::<S3Event>(),
        generator.root_schema_for::<Ours>(),
    ]
}

/// What a store publishes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
struct S3Event {
    records: Vec<Record>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    event_time: Option<String>,
    s3: Entity,
}

#[derive(Deserialize, JsonSchema)]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize, JsonSchema)]
struct Bucket {
    name: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    size: Option<u64>,
    e_tag: Option<String>,
    version_id: Option<String>,
    sequencer: Option<String>,
}

/// Our own notice.
#[derive(Deserialize, JsonSchema)]
struct Ours {
    bucket: String,
    key: String,
    version: Option<String>,
    etag: Option<String>,
    size: Option<u64>,
    #[serde(default)]
    hints: NoticeHints,
}

fn of_s3(value: Value) -> Result<Vec<Notice>, NoticeError> {
    let event: S3Event = read(value, "an S3 event")?;
    let notices = event.records.into_iter().map(|record| {
        record
            .s3
            .notice(&record.event_name, record.event_time.as_deref())
    });
    let mut notices: Vec<Notice> = notices
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
    // Only the order of changes of one key means anything.
    notices.sort_by(|one, other| place(one).cmp(&place(other)));
    Ok(notices)
}

fn place(notice: &Notice) -> (&str, &str, Option<&Sequencer>) {
    (
        &notice.object.bucket,
        &notice.object.key,
        notice.sequencer.as_ref(),
    )
}

/// Adapters put the record, the event with its one record, or only the record's `s3` part into `data`.
fn of_cloud_event(value: &Value, kind: &str) -> Result<Vec<Notice>, NoticeError> {
    let shape = "a CloudEvent of S3";
    let name = kind.strip_prefix(S3_CLOUD_EVENT).unwrap_or(kind);
    let data = value.get("data").cloned().unwrap_or_default();
    if data.get("Records").is_some() {
        return of_s3(data);
    }
    let entity = data.get("s3").cloned().unwrap_or(data);
    let entity: Entity = read(entity, shape)?;
    let time = value.get("time").and_then(Value::as_str);
    Ok(entity.notice(name, time)?.into_iter().collect())
}

fn of_ours(value: Value) -> Result<Vec<Notice>, NoticeError> {
    let ours: Ours = read(value, "our own notice")?;
    Ok(vec![Notice {
        object: ObjectRef {
            bucket: ours.bucket,
            key: ours.key,
            version: told(ours.version),
            etag: told(ours.etag).map(unquoted),
        },
        change: Change::Created,
        size: ours.size,
        at: None,
        sequencer: None,
        hints: ours.hints,
    }])
}

impl Entity {
    /// The notice of an event with this name; `None` where it tells of neither writing nor removing.
    fn notice(self, event: &str, time: Option<&str>) -> Result<Option<Notice>, NoticeError> {
        let Some(change) = change(event) else {
            return Ok(None);
        };
        let object = self.object;
        Ok(Some(Notice {
            object: ObjectRef {
                bucket: self.bucket.name,
                key: decoded(&object.key)?,
                version: told(object.version_id),
                etag: told(object.e_tag).map(unquoted),
            },
            change,
            size: object.size,
            at: time.and_then(|time| time.parse().ok()),
            sequencer: told(object.sequencer).as_deref().map(Sequencer::new),
            hints: NoticeHints::default(),
        }))
    }
}

/// By the name that S3, MinIO (`s3:` before it) and adapters (lower case) give an event.
fn change(event: &str) -> Option<Change> {
    let name = event
        .strip_prefix("s3:")
        .unwrap_or(event)
        .to_ascii_lowercase();
    match name.split([':', '.']).next() {
        Some("objectcreated") => Some(Change::Created),
        Some("objectremoved") => Some(Change::Removed),
        _ => None,
    }
}

/// Keys in S3 events are encoded as in a form: `+` is a space.
fn decoded(key: &str) -> Result<String, NoticeError> {
    let spaced = key.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(|key| key.into_owned())
        .map_err(|_| NoticeError::Malformed {
            shape: "an S3 event",
            reason: "an object's key is not UTF-8 once it is URL-decoded".to_owned(),
        })
}

fn read<T: for<'de> Deserialize<'de>>(value: Value, shape: &'static str) -> Result<T, NoticeError> {
    serde_json::from_value(value).map_err(|error| NoticeError::Malformed {
        shape,
        reason: error.to_string(),
    })
}

/// Some stores write an empty text for what they do not know.
fn told(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn unquoted(etag: String) -> String {
    etag.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests;
