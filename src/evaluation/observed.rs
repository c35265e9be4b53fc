//! Observations: label and outcome of each upload side by side.

use serde::Serialize;
use serde_json::Value;

use super::labels::{DocumentLabel, UploadLabel};
use super::outcome::{Field, Outcome, UploadOutcome};
use super::same::same;

/// What was seen over all uploads, in their order.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    pub(super) splits: Vec<Split>,
    pub(super) classes: Vec<Class>,
    pub(super) fields: Vec<FieldSeen>,
    pub(super) matches: Vec<Match>,
    pub(super) decisions: Vec<Decision>,
    pub(super) conditions: Vec<Decision>,
    pub(super) misses: Vec<Miss>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub(super) documents: usize,
    pub(super) exact: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) wanted: String,
    /// Class and confidence.
    pub(super) got: Option<(String, f64)>,
}

#[derive(Debug, Clone)]
pub(super) struct FieldSeen {
    pub(super) field: String,
    pub(super) degradation: String,
    pub(super) hand: bool,
    pub(super) labelled: bool,
    /// Confidence, and whether the value is right.
    pub(super) got: Option<(f64, bool)>,
}

#[derive(Debug, Clone)]
pub(super) struct Match {
    pub(super) wanted: Option<String>,
    /// Whether the paper tells.
    pub(super) decidable: bool,
    pub(super) got: Option<(String, f64)>,
}

impl Match {
    /// Attached to the labelled shipment, or rightly to none.
    pub(super) fn is_right(&self) -> bool {
        self.wanted.as_ref() == self.got.as_ref().map(|(id, _)| id)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) wanted: String,
    pub(super) got: Option<String>,
}

/// Something that came out otherwise than labelled.
#[derive(Debug, Clone, Serialize)]
pub struct Miss {
    /// The upload's file name.
    pub file: String,
    /// First page of the document, counted from 1; 0 for the upload as a whole.
    pub page: u32,
    /// `rejected`, `split`, `class`, `shipment`, `state`, `condition`, or a field's name.
    pub what: String,
    /// What the label says.
    pub wanted: Value,
    /// What came out.
    pub got: Value,
    /// How sure it was, 0..1.
    pub confidence: Option<f64>,
    /// Where it was read: page of the upload and box.
    pub place: Option<(u32, [f32; 4])>,
}

impl Observed {
    /// Takes in an upload.
    pub fn add(&mut self, file: &str, label: &UploadLabel, outcome: &UploadOutcome) {
        match label {
            UploadLabel::Rejected { rejected } => {
                if outcome.rejected.as_deref() != Some(rejected) {
                    let (wanted, got) = (rejected.as_str().into(), outcome.rejected.clone().into());
                    self.miss(file, 0, "rejected", wanted, got);
                }
            }
            UploadLabel::Documents {
                degradation,
                documents,
            } => self.add_documents(file, degradation, documents, outcome),
        }
    }

    fn add_documents(
        &mut self,
        file: &str,
        degradation: &str,
        labels: &[DocumentLabel],
        outcome: &UploadOutcome,
    ) {
        let wanted: Vec<_> = labels.iter().map(|label| &label.pages).collect();
        let got: Vec<_> = outcome
            .documents
            .iter()
            .map(|one| &one.document.pages)
            .collect();
        let exact = wanted == got;
        if let Some(reason) = &outcome.rejected {
            self.miss(file, 0, "rejected", Value::Null, reason.as_str().into());
        } else if !exact {
            self.miss(
                file,
                0,
                "split",
                serde_json::json!(wanted),
                serde_json::json!(got),
            );
        }
        self.splits.push(Split {
            documents: labels.len(),
            exact,
        });
        for label in labels {
            let first = label.pages.first().copied().unwrap_or(1);
            let document = Document {
                file,
                degradation,
                first,
                label,
                outcome: outcome.at(first),
            };
            self.add_document(&document);
        }
    }

    fn add_document(&mut self, document: &Document<'_>) {
        let (label, outcome) = (document.label, document.outcome);
        let class = outcome.map(|one| (one.document.class.clone(), one.document.class_confidence));
        self.compare(
            document,
            "class",
            Some(&label.class),
            class.as_ref().map(|(class, _)| class),
        );
        self.classes.push(Class {
            wanted: label.class.clone(),
            got: class,
        });
        if let Some(wanted) = &label.shipment {
            let got = outcome.and_then(|one| one.shipment.as_ref());
            let got = got.map(|one| (one.id.clone(), one.confidence));
            let id = got.as_ref().map(|(id, _)| id);
            if !label.undecidable || id.is_some() {
                self.compare(document, "shipment", wanted.as_ref(), id);
            }
            self.matches.push(Match {
                wanted: wanted.clone(),
                decidable: !label.undecidable,
                got,
            });
        }
        if let Some(wanted) = &label.state {
            let got = outcome.map(|one| one.decision.state.clone());
            self.compare(document, "state", Some(wanted), got.as_ref());
            let wanted = wanted.clone();
            self.decisions.push(Decision { wanted, got });
        }
        if let Some(wanted) = &label.condition {
            let got = outcome.map(|one| one.condition.state.clone());
            self.compare(document, "condition", Some(wanted), got.as_ref());
            let wanted = wanted.clone();
            self.conditions.push(Decision { wanted, got });
        }
        self.add_fields(document);
    }

    fn add_fields(&mut self, document: &Document<'_>) {
        let label = document.label;
        for (name, wanted) in &label.fields {
            self.add_field(document, name, Some(wanted), document.read(name));
        }
        let read = document.outcome.map(|one| &one.fields);
        let extra = read.into_iter().flatten();
        for (name, got) in
            extra.filter(|(name, _)| label.complete && !label.fields.contains_key(*name))
        {
            self.add_field(document, name, None, Some(got));
        }
    }

    fn add_field(
        &mut self,
        document: &Document<'_>,
        name: &str,
        wanted: Option<&Value>,
        got: Option<&Field>,
    ) {
        let right = |got: &Field| wanted.is_some_and(|wanted| same(name, wanted, &got.value));
        let seen = got.map(|got| (got.confidence, right(got)));
        if !seen.is_some_and(|(_, right)| right) {
            self.misses.push(Miss {
                file: document.file.to_owned(),
                page: document.first,
                what: name.to_owned(),
                wanted: wanted.cloned().unwrap_or_default(),
                got: got.map(|got| got.value.clone()).unwrap_or_default(),
                confidence: got.map(|got| got.confidence),
                place: got.map(|got| (got.page, got.bbox)),
            });
        }
        self.fields.push(FieldSeen {
            field: name.to_owned(),
            degradation: document.degradation.to_owned(),
            hand: document.label.hand.contains(name),
            labelled: wanted.is_some(),
            got: seen,
        });
    }

    fn compare(
        &mut self,
        document: &Document<'_>,
        what: &str,
        wanted: Option<&String>,
        got: Option<&String>,
    ) {
        if wanted != got {
            let value = |one: Option<&String>| one.map_or(Value::Null, |one| one.as_str().into());
            self.miss(
                document.file,
                document.first,
                what,
                value(wanted),
                value(got),
            );
        }
    }

    fn miss(&mut self, file: &str, page: u32, what: &str, wanted: Value, got: Value) {
        self.misses.push(Miss {
            file: file.to_owned(),
            page,
            what: what.to_owned(),
            wanted,
            got,
            confidence: None,
            place: None,
        });
    }
}

struct Document<'a> {
    file: &'a str,
    degradation: &'a str,
    first: u32,
    label: &'a DocumentLabel,
    outcome: Option<&'a Outcome>,
}

impl Document<'_> {
    fn read(&self, field: &str) -> Option<&Field> {
        self.outcome.and_then(|one| one.fields.get(field))
    }
}
