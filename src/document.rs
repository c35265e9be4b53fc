//! The nouns that every stage shares: what an upload, a page, a place on a page, a value with its evidence and
//! an amount of money are. Plain data, no behaviour that belongs to a stage.

mod bbox;

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::bbox::BBox;

/// Name space of every UUIDv5 that Countersign makes, itself the v5 of the DNS name space and `countersign`.
const NAMESPACE: Uuid = Uuid::from_u128(0x2f0c_6b3e_93c1_5d0a_9f53_5b8f_4b0f_7c11);

/// A UUIDv5 over the parts, joined by a character that occurs in none of them: the same parts give the same id
/// on every machine and in every run.
#[must_use]
pub fn deterministic_id(parts: &[&str]) -> Uuid {
    Uuid::new_v5(&NAMESPACE, parts.join("\u{1f}").as_bytes())
}

/// Where the uploaded bytes lie. For local files `bucket` is `"file"` and `key` the path as given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ObjectRef {
    /// Bucket name, `"file"` for local files.
    pub bucket: String,
    /// Object key or path.
    pub key: String,
    /// Version id where the store keeps versions.
    pub version: Option<String>,
    /// Entity tag as the store gave it, without quotes.
    pub etag: Option<String>,
}

/// SHA-256 of the uploaded bytes, written as 64 lower-case hex digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sha256(String);

impl Sha256 {
    /// Hashes `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(bytes);
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The 64 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Does a text in it hold the character NUL? PostgreSQL keeps no such text.
#[must_use]
pub fn holds_nul(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Which trace something belongs to, in the words of W3C Trace Context: `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TraceParent(String);

impl TraceParent {
    /// What a sender wrote; `None` where it is no trace context, which is no reason to refuse what came with it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let [version, trace, span, flags] = parts.as_slice() else {
            return None;
        };
        let hex = |text: &str, length| {
            text.len() == length
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let set = |text: &str| text.bytes().any(|byte| byte != b'0');
        let valid = *version == "00"
            && hex(trace, 32)
            && hex(span, 16)
            && hex(flags, 2)
            && set(trace)
            && set(span);
        valid.then(|| Self(text.to_owned()))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One document cut out of an upload. Deterministic: the same object version and pages give the same id.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
#[schemars(with = "String")]
pub struct DocumentId(pub Uuid);

impl DocumentId {
    /// The id of the document that `pages` of `object` (whose bytes hash to `sha256`) make up.
    #[must_use]
    pub fn new(object: &ObjectRef, sha256: &Sha256, pages: &[PageNumber]) -> Self {
        let pages = pages
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",");
        let version = object.version.as_deref().unwrap_or_default();
        Self(deterministic_id(&[
            "document",
            &object.bucket,
            &object.key,
            version,
            sha256.as_str(),
            &pages,
        ]))
    }

    /// The id of the share that a shipment has in this document.
    #[must_use]
    pub fn share(self, shipment: &str) -> Self {
        Self(deterministic_id(&["share", &self.to_string(), shipment]))
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A page of the upload, counted from 1.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct PageNumber(NonZeroU32);

impl PageNumber {
    /// The page with this 0-based index.
    #[must_use]
    pub fn from_index(index: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index))
    }

    /// 0-based index.
    #[must_use]
    pub fn index(self) -> u32 {
        self.0.get() - 1
    }
}

impl fmt::Display for PageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How sure a reader, model or match is: 0 (not at all) to 1 (certain). Written with three decimals.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(from = "f32", into = "f64")]
pub struct Confidence(f32);

impl Confidence {
    /// Certain.
    pub const CERTAIN: Self = Self(1.0);

    /// Clamped to 0..1; NaN counts as 0.
    #[must_use]
    pub fn new(value: f32) -> Self {
        Self(if value.is_nan() {
            0.0
        } else {
            value.clamp(0.0, 1.0)
        })
    }

    /// As [`Confidence::new`], of a double.
    #[must_use]
    pub fn from_f64(value: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a chance of 0..1 needs no more than single precision"
        )]
        let value = value as f32;
        Self::new(value)
    }

    /// 0..1.
    #[must_use]
    pub fn get(self) -> f32 {
        self.0
    }
}

impl From<f32> for Confidence {
    fn from(value: f32) -> Self {
        Self::new(value)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> Self {
        (f64::from(confidence.0) * 1e3).round() / 1e3
    }
}

/// An amount in the shipment's currency. Written as a decimal string with two places, `"135.00"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money(pub Decimal);

impl Money {
    /// The amount as it is written: a feed may give more decimals.
    #[must_use]
    pub fn in_cents(self) -> Decimal {
        self.0
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.in_cents())
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    /// Reads `"135.00"`, `135` and `135.5`; feeds write amounts in all three ways.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Number(serde_json::Number),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Text(text) => text,
            Written::Number(number) => number.to_string(),
        };
        let plain = Decimal::from_str_exact(text.trim());
        plain
            .or_else(|_| Decimal::from_scientific(text.trim()))
            .map(Money)
            .map_err(|_| {
                serde::de::Error::custom(format!(
                    "{text:?} is not an amount: write it as \"135.00\" or 135.00"
                ))
            })
    }
}

/// Who read a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Printed text, read by an OCR engine.
    Ocr,
    /// A bar code or QR code.
    Barcode,
    /// The text layer of a PDF.
    TextLayer,
    /// Text written by hand, read by an OCR engine.
    Handwriting,
    /// Told by the upload notice.
    Hint,
}

/// A value with its evidence: what was read where, by whom, and how sure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Found<T> {
    /// The normalised value.
    pub value: T,
    /// What stood on the paper.
    pub raw: String,
    /// How sure.
    pub confidence: Confidence,
    /// The page of the upload.
    pub page: PageNumber,
    /// Where on that page.
    #[serde(rename = "box")]
    pub bbox: BBox,
    /// Who read it.
    pub source: Source,
    /// What an unlike engine made of the same words, where it was asked. The ledger keeps it, events do not tell it.
    #[serde(skip)]
    pub second: Option<String>,
}

impl<T> Found<T> {
    /// Another value from the same place on the paper.
    #[must_use]
    pub fn with<U>(&self, value: U) -> Found<U> {
        Found {
            value,
            raw: self.raw.clone(),
            confidence: self.confidence,
            page: self.page,
            bbox: self.bbox,
            source: self.source,
            second: self.second.clone(),
        }
    }
}

/// Schemas that say more than the written type does.
macro_rules! written_as {
    ($($noun:ident: $schema:tt),* $(,)?) => {
        $(
            impl JsonSchema for $noun {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($noun).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            }
        )*
    };
}

written_as! {
    Sha256: {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256, lower-case hex."},
    Confidence: {"type": "number", "minimum": 0, "maximum": 1, "description": "0 not at all … 1 certain."},
    Money: {"type": "string", "pattern": r"^-?\d+\.\d\d$", "description": "An amount in the shipment's currency."},
}
