//! Outcomes: what the events say of an upload, as far as it is judged.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// What became of an upload.
#[derive(Debug, Clone, Default)]
pub struct UploadOutcome {
    /// Why it was rejected.
    pub rejected: Option<String>,
    /// The outcomes of its documents.
    pub documents: Vec<Outcome>,
}

/// What became of a document: the parts of an outcome event's data that are judged.
#[derive(Debug, Clone, Deserialize)]
pub struct Outcome {
    /// Pages, class and its confidence.
    pub document: Document,
    /// The shipment that it was attached to, or would be.
    pub shipment: Option<Shipment>,
    /// What was read.
    pub fields: BTreeMap<String, Field>,
    /// The state of the freight.
    pub condition: State,
    /// What was decided.
    pub decision: State,
}

/// The judged parts of `document`.
#[derive(Debug, Clone, Deserialize)]
pub struct Document {
    /// Its pages, counted from 1.
    pub pages: Vec<u32>,
    /// Its class.
    pub class: String,
    /// 0..1.
    pub class_confidence: f64,
}

/// The judged parts of `shipment`.
#[derive(Debug, Clone, Deserialize)]
pub struct Shipment {
    /// Its id.
    pub id: String,
    /// 0..1.
    pub confidence: f64,
}

/// The judged parts of a field.
#[derive(Debug, Clone, Deserialize)]
pub struct Field {
    /// The normalised value.
    pub value: Value,
    /// 0..1.
    pub confidence: f64,
    /// Page of the upload, counted from 1.
    pub page: u32,
    /// Left, top, right, bottom as shares of the upright page.
    #[serde(rename = "box")]
    pub bbox: [f32; 4],
}

/// The `state` of a condition or decision.
#[derive(Debug, Clone, Deserialize)]
pub struct State {
    /// Its name.
    pub state: String,
}

#[derive(Deserialize)]
struct Rejection {
    reason: String,
}

impl UploadOutcome {
    /// Takes what the events of one upload say.
    ///
    /// # Errors
    /// When an event is not as the contract has it.
    pub fn of<'a>(events: impl Iterator<Item = &'a str>) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Envelope {
            #[serde(rename = "type")]
            kind: String,
            data: Value,
        }
        let mut upload = Self::default();
        for event in events {
            let event: Envelope = serde_json::from_str(event)?;
            match event.kind.as_str() {
                "countersign.upload.rejected.v1" => {
                    let rejection: Rejection = serde_json::from_value(event.data)?;
                    upload.rejected = Some(rejection.reason);
                }
                "countersign.attachment.validated.v1" | "countersign.exception.raised.v1" => {
                    upload.documents.push(serde_json::from_value(event.data)?);
                }
                _ => {}
            }
        }
        Ok(upload)
    }

    /// The document that begins on a page, or else one that holds it.
    pub(super) fn at(&self, page: u32) -> Option<&Outcome> {
        let begins = |one: &&Outcome| one.document.pages.first() == Some(&page);
        let holds = |one: &&Outcome| one.document.pages.contains(&page);
        let all = || self.documents.iter();
        all().find(begins).or_else(|| all().find(holds))
    }
}
