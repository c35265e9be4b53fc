//! Models on trial: what they made of an upload, beside what the champions made of it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::Worker;
use crate::clerk::ReadDocument;
use crate::document::DocumentId;
use crate::events::{EventType, StoredEvent};
use crate::fault::Fault;
use crate::ledger::{Asks, Compared, Part, Sketch, TrialOf, Upload};
use crate::models::{OnTrialHere, Role, Serving};
use crate::pipeline::{ReadUpload, Shadow};

/// What a trial made of an upload.
pub(super) struct Noted {
    of: TrialOf,
    part: Part,
    records: Vec<(Option<DocumentId>, Compared)>,
}

/// A trial that compares what is told of some uploads with what is told of others.
pub(super) struct InPublic {
    of: TrialOf,
    is_canary: bool,
    took: Duration,
}

impl Worker {
    /// What a challenger in the shadow made of an upload that was read, and of which nothing is committed yet; `None` where there is none.
    /// What goes wrong here costs a note and nothing else.
    pub(super) async fn compare(
        &self,
        upload: &Upload,
        asks: &Asks,
        documents: &[ReadDocument],
        read: &ReadUpload,
    ) -> Option<Noted> {
        let trial = read.by.trial.as_ref()?;
        let Role::Shadowed(beside) = &trial.role else {
            return None;
        };
        match self
            .side_by_side(upload, asks, documents, read, beside)
            .await
        {
            Ok(records) => Some(Noted {
                of: trial_of(trial),
                part: Part::Shadow,
                records,
            }),
            Err(fault) => {
                tracing::warn!(error = %fault, "what a trial made of an upload is not noted");
                None
            }
        }
    }

    /// Of a challenger in the champion's shadow.
    async fn side_by_side(
        &self,
        upload: &Upload,
        asks: &Asks,
        documents: &[ReadDocument],
        read: &ReadUpload,
        beside: &Serving,
    ) -> Result<Vec<(Option<DocumentId>, Compared)>, Fault> {
        let charges = read.by.serving.charges().map(AsRef::as_ref);
        let champions = self
            .clerk
            .would_decide(upload, asks, documents, charges)
            .await?;
        let (own, failed) = match &read.shadow {
            // One that scores charges has looked at no page.
            None => (Some(documents.to_vec()), None),
            Some(Shadow {
                documents: Ok(own), ..
            }) => (Some(not_stored(own)), None),
            Some(Shadow {
                documents: Err(why),
                ..
            }) => (None, Some(why.clone())),
        };
        let charges = beside.charges().map(AsRef::as_ref);
        let challengers = match own {
            Some(own) => self.clerk.would_decide(upload, asks, &own, charges).await?,
            None => Vec::new(),
        };
        let took = read
            .shadow
            .as_ref()
            .map_or(Duration::ZERO, |shadow| shadow.took);
        let records = paired(champions, challengers).into_iter();
        let records = records.map(|(document, champion, challenger)| {
            let compared = Compared {
                champion,
                challenger,
                failed: failed.clone(),
                champion_ms: milliseconds(read.took),
                challenger_ms: milliseconds(took),
            };
            (document, compared)
        });
        Ok(records.collect())
    }

    /// Keeps what a trial made of an upload.
    pub(super) async fn note(&self, upload: &Upload, noted: Option<Noted>) {
        let Some(Noted { of, part, records }) = noted else {
            return;
        };
        let now = Timestamp::now();
        if let Err(error) = self
            .ledger()
            .note_trial(&of, part, upload.id, &records, now)
            .await
        {
            tracing::warn!(%error, "what a trial made of an upload is not noted");
        }
    }
}

impl Worker {
    /// Keeps what was told of an upload while a canary is in service.
    pub(super) async fn note_told(
        &self,
        upload: &Upload,
        trial: Option<InPublic>,
        events: &[StoredEvent],
    ) {
        let Some(InPublic {
            of,
            is_canary,
            took,
        }) = trial
        else {
            return;
        };
        let records = sketches(events).into_iter().map(|(document, sketch)| {
            let (sketch, took) = (Some(sketch), milliseconds(took));
            let compared = if is_canary {
                Compared {
                    challenger: sketch,
                    challenger_ms: took,
                    ..Compared::default()
                }
            } else {
                Compared {
                    champion: sketch,
                    champion_ms: took,
                    ..Compared::default()
                }
            };
            (Some(document), compared)
        });
        let noted = Noted {
            of,
            part: Part::Canary,
            records: records.collect(),
        };
        self.note(upload, Some(noted)).await;
    }
}

/// The trial in public that an upload is part of.
pub(super) fn in_public(read: &ReadUpload) -> Option<InPublic> {
    let trial = read.by.trial.as_ref()?;
    let is_canary = match trial.role {
        Role::Canary => true,
        Role::Control => false,
        Role::Shadowed(_) => return None,
    };
    Some(InPublic {
        of: trial_of(trial),
        is_canary,
        took: read.took,
    })
}

/// What was told of each document, as far as it is in the events.
fn sketches(events: &[StoredEvent]) -> Vec<(DocumentId, Sketch)> {
    let mut sketches: BTreeMap<DocumentId, Sketch> = BTreeMap::new();
    for event in events {
        let Some((id, told)) = sketch_of(event) else {
            continue;
        };
        // One that waits for its shipment is told of by its class alone.
        let sketch = sketches.entry(id).or_default();
        if event.kind == EventType::DocumentClassified {
            sketch.class = told.class;
            sketch.class_confidence = told.class_confidence;
        } else {
            *sketch = told;
        }
    }
    sketches.into_iter().collect()
}

fn sketch_of(event: &StoredEvent) -> Option<(DocumentId, Sketch)> {
    let event: Value = serde_json::from_str(&event.json).ok()?;
    let (document, data) = (event.pointer("/data/document")?, event.get("data")?);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let sketch = Sketch {
        class: text(&document["class"]),
        class_confidence: serde_json::from_value(document["class_confidence"].clone()).ok()?,
        shipment: data["shipment"]["id"].as_str().map(str::to_owned),
        state: text(&data["decision"]["state"]),
        ..Sketch::default()
    };
    Some((DocumentId(document["id"].as_str()?.parse().ok()?), sketch))
}

fn trial_of(trial: &OnTrialHere) -> TrialOf {
    TrialOf {
        task: trial.task,
        champion: trial.champion.clone(),
        challenger: trial.challenger.clone(),
    }
}

pub(super) fn not_stored(documents: &[crate::understanding::Document]) -> Vec<ReadDocument> {
    let each = documents.iter().map(|document| ReadDocument {
        document: document.clone(),
        attachment: None,
    });
    each.collect()
}

/// Documents of both that begin on the same page, and those that only one has.
pub(super) fn paired(
    champions: Vec<(DocumentId, Sketch)>,
    mut challengers: Vec<(DocumentId, Sketch)>,
) -> Vec<(Option<DocumentId>, Option<Sketch>, Option<Sketch>)> {
    let mut pairs = Vec::new();
    for (document, sketch) in champions {
        let same = |other: &(DocumentId, Sketch)| other.1.pages.first() == sketch.pages.first();
        let place = challengers.iter().position(same);
        let partner = place.map(|place| challengers.remove(place).1);
        pairs.push((Some(document), Some(sketch), partner));
    }
    pairs.extend(
        challengers
            .into_iter()
            .map(|(_, sketch)| (None, None, Some(sketch))),
    );
    pairs
}

fn milliseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}
