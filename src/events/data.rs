//! The `data` of each event type, field by field as contract.md §2.1 has it.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::charges::Accessorials;
use crate::decision::{Condition, Decision, Exception, ExceptionCode, State};
use crate::document::{Confidence, DocumentId, ObjectRef, PageNumber, Sha256, TraceParent};
use crate::fault::RejectReason;
use crate::inference::ModelSet;
use crate::reading::Quality;
use crate::shipments::{Candidate, Match, MatchEvidence, RunnerUp, Shipment};
use crate::storage::Location;
use crate::understanding::{Document, DocumentClass, Fields};

/// The bytes that a document was cut out of, and the models that read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Where they lay.
    pub object: ObjectRef,
    /// Their hash.
    pub sha256: Sha256,
    /// Who read them.
    pub models: ModelSet,
    /// The trace that told of them; part of no identity.
    pub trace: Option<TraceParent>,
}

/// All that the stages found about one document.
#[derive(Debug, Clone)]
pub struct Decided {
    /// What it is and says.
    pub document: Document,
    /// Where it was stored as PDF; `None` where storage is not writable.
    pub attachment: Option<Location>,
    /// Its shipment.
    pub matched: Match,
    /// The delivery stop that it is about; 0 where the shipment has one.
    pub stop: u32,
    /// State of the freight.
    pub condition: Condition,
    /// The verdict.
    pub decision: Decision,
    /// What somebody has to act on.
    pub exceptions: Vec<Exception>,
    /// The charges of its shipment, scored.
    pub accessorials: Accessorials,
    /// Place in work queues, 0..1.
    pub priority: Confidence,
    /// Who scored the charges, `name@version`.
    pub scored_by: String,
}

impl Decided {
    /// The shipment that the document can be billed with: one that clearly matches, and a verdict that allows it.
    #[must_use]
    pub fn billable_with(&self) -> Option<&Candidate> {
        let allowed = match self.decision.state {
            State::Billable | State::BillableWithOsd => true,
            State::HoldMissing | State::HoldCustomerPolicy | State::Review | State::Reject => false,
        };
        match &self.matched {
            Match::Matched(candidate, _) if allowed => Some(candidate),
            Match::Matched(..) | Match::Ambiguous(_) | Match::Conflict(_) | Match::None(_) => None,
        }
    }
}

/// `document` of the contract.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DocumentPart {
    /// Deterministic id.
    pub id: DocumentId,
    /// Of a paper that covers several shipments, each of which has a document of its own: the document of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of: Option<DocumentId>,
    /// The upload.
    pub object: ObjectRef,
    /// Hash of the uploaded bytes.
    pub sha256: Sha256,
    /// Pages of the upload that make up the document, counted from 1.
    pub pages: Vec<PageNumber>,
    /// Class id of domain.md §1.1.
    pub class: DocumentClass,
    /// Calibrated: of documents said 0.9, nine in ten are right.
    pub class_confidence: Confidence,
    /// Quality of its worst page.
    pub quality: Quality,
    /// The document as PDF, where storage is writable.
    pub attachment: Option<Location>,
}

impl DocumentPart {
    /// The document as events name it.
    #[must_use]
    pub fn new(origin: &Origin, document: &Document, attachment: Option<&Location>) -> Self {
        let whole = DocumentId::new(&origin.object, &origin.sha256, &document.pages);
        let share = document.share.as_deref();
        Self {
            id: share.map_or(whole, |shipment| whole.share(shipment)),
            share_of: share.map(|_| whole),
            object: origin.object.clone(),
            sha256: origin.sha256.clone(),
            pages: document.pages.clone(),
            class: document.class,
            class_confidence: document.class_confidence,
            quality: document.quality.clone(),
            attachment: attachment.cloned(),
        }
    }
}

/// `shipment` of the contract.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ShipmentPart {
    /// Shipment id.
    pub id: String,
    /// Whose data it is.
    pub tenant: String,
    /// The version that was decided on.
    pub version: u64,
    /// Which of several deliveries the paper is about, by its place along the way; null where there is one.
    pub stop: Option<u32>,
    /// Probability that it is the one.
    pub confidence: Confidence,
    /// The next best one.
    pub runner_up: Option<RunnerUp>,
    /// What speaks for and against it.
    pub evidence: Vec<MatchEvidence>,
}

impl ShipmentPart {
    /// The one shipment that the paper names, be it with a conflict; `None` where nothing matched or several did.
    #[must_use]
    pub fn of(matched: &Match, stop: u32) -> Option<Self> {
        let (candidate, runner_up) = match matched {
            Match::Matched(candidate, runner_up) => (candidate, runner_up.clone()),
            Match::Conflict(candidate) => (candidate, None),
            Match::Ambiguous(_) | Match::None(_) => return None,
        };
        Some(Self {
            id: candidate.shipment.id.clone(),
            tenant: candidate.shipment.tenant.clone(),
            version: candidate.shipment.version,
            stop: (stop > 0).then_some(stop),
            confidence: candidate.confidence,
            runner_up,
            evidence: candidate.evidence.clone(),
        })
    }
}

impl ShipmentPart {
    /// A shipment whose paper is awaited.
    #[must_use]
    pub fn awaiting(shipment: &Shipment, stop: u32) -> Self {
        Self {
            id: shipment.id.clone(),
            tenant: shipment.tenant.clone(),
            version: shipment.version,
            stop: (stop > 0).then_some(stop),
            confidence: Confidence::CERTAIN,
            runner_up: None,
            evidence: Vec::new(),
        }
    }
}

/// A shipment that may be the one, of an `AMBIGUOUS_MATCH` or a `NO_MATCH`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CandidatePart {
    /// Shipment id.
    pub id: String,
    /// Probability that it is the one.
    pub confidence: Confidence,
    /// What speaks for and against it.
    pub evidence: Vec<MatchEvidence>,
}

impl CandidatePart {
    fn all(matched: &Match) -> Vec<Self> {
        let candidates = match matched {
            Match::Ambiguous(candidates) => candidates.as_slice(),
            Match::None(nearest) => nearest.as_slice(),
            Match::Matched(..) | Match::Conflict(_) => &[],
        };
        candidates
            .iter()
            .map(|candidate| Self {
                id: candidate.shipment.id.clone(),
                confidence: candidate.confidence,
                evidence: candidate.evidence.clone(),
            })
            .collect()
    }
}

/// `data` of `validated` and `raised`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DocumentData {
    /// The document.
    pub document: DocumentPart,
    /// Its shipment; null where nothing matched.
    pub shipment: Option<ShipmentPart>,
    /// The shipments between which nothing decides, best first, or the likeliest where none is proven; absent where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<CandidatePart>,
    /// The fields found.
    #[schemars(transform = open_to_new_fields)]
    pub fields: Fields,
    /// State of the freight.
    pub condition: Condition,
    /// The verdict.
    pub decision: Decision,
    /// What somebody has to act on.
    pub exceptions: Vec<Exception>,
    /// Scored charges.
    pub accessorials: Accessorials,
    /// Place in work queues: value at stake × urgency × chance of a dispute.
    pub priority: Confidence,
    /// Who read it.
    pub models: ModelSet,
    /// How often the document was decided, this time included: it is decided again when its shipment arrives later.
    pub revision: u32,
}

/// Consumers that validate must survive a field name that a later version adds.
fn open_to_new_fields(schema: &mut schemars::Schema) {
    schema.remove("additionalProperties");
}

impl DocumentData {
    /// The common data of both outcomes.
    #[must_use]
    pub fn new(origin: &Origin, decided: &Decided) -> Self {
        Self {
            document: DocumentPart::new(origin, &decided.document, decided.attachment.as_ref()),
            shipment: ShipmentPart::of(&decided.matched, decided.stop),
            candidates: CandidatePart::all(&decided.matched),
            fields: decided.document.fields.clone(),
            condition: decided.condition.clone(),
            decision: decided.decision.clone(),
            exceptions: decided.exceptions.clone(),
            accessorials: decided.accessorials.clone(),
            priority: decided.priority,
            models: ModelSet {
                accessorials: decided.scored_by.clone(),
                ..origin.models.clone()
            },
            revision: 1,
        }
    }
}

/// `data` of `classified`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ClassifiedData {
    /// The document.
    pub document: DocumentPart,
    /// Who read it.
    pub models: ModelSet,
}

/// `data` of `rejected`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RejectedData {
    /// The upload.
    pub object: ObjectRef,
    /// Hash of its bytes; null where they were never read.
    pub sha256: Option<Sha256>,
    /// Always `TECH_UNREADABLE`.
    pub code: ExceptionCode,
    /// Why.
    pub reason: RejectReason,
    /// Why, for a person.
    pub detail: String,
    /// Who would have read it.
    pub models: ModelSet,
}

/// `data` of `resolved`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ResolvedData {
    /// The exception that ended.
    pub exception: ResolvedException,
    /// The document that it was raised for; null where a paper was missing and none came.
    pub document: Option<DocumentPart>,
    /// The shipment, where one is known.
    pub shipment: Option<ShipmentRef>,
    /// How often the document was decided, this time included; of a missing paper how often it was missed.
    pub revision: u32,
    /// Who read it.
    pub models: ModelSet,
}

impl ResolvedData {
    /// The end of an exception of a document that was decided again.
    #[must_use]
    pub fn new(data: &DocumentData, exception: ResolvedException) -> Self {
        let shipment = data.shipment.as_ref().map(|shipment| ShipmentRef {
            id: shipment.id.clone(),
            tenant: shipment.tenant.clone(),
            version: shipment.version,
        });
        Self {
            exception,
            document: Some(data.document.clone()),
            shipment,
            revision: data.revision,
            models: data.models.clone(),
        }
    }
}

/// `data` of `raised` where a paper is what is missing: all that a document would tell is null or empty.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct OverdueData {
    /// Null: there is none.
    pub document: (),
    /// The shipment whose proof of delivery is overdue.
    pub shipment: ShipmentPart,
    /// None.
    pub fields: Fields,
    /// Null: nobody knows.
    pub condition: (),
    /// Held for want of `pod`.
    pub decision: Decision,
    /// `POD_NOT_RECEIVED`.
    pub exceptions: Vec<Exception>,
    /// Not scored.
    pub accessorials: Accessorials,
    /// Place in work queues.
    pub priority: Confidence,
    /// Who would have read it.
    pub models: ModelSet,
    /// How often it was missed, this time included.
    pub revision: u32,
}

/// What `raised` may hold.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes the two")]
pub(super) enum RaisedData {
    Document(Box<DocumentData>),
    Overdue(Box<OverdueData>),
}

/// An exception that ended.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ResolvedException {
    /// Its id.
    #[schemars(with = "String")]
    pub id: Uuid,
    /// What it was.
    pub code: ExceptionCode,
    /// What ended it.
    pub how: Resolution,
    /// For a person. Holds neither names nor signatures.
    pub detail: String,
}

/// What ended an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// A later document supplied what was missing.
    Document,
    /// A shipment or a later version of it did.
    Shipment,
    /// A person did.
    Person,
}

/// One version of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShipmentRef {
    /// Shipment id.
    pub id: String,
    /// Whose data it is.
    pub tenant: String,
    /// Its version.
    pub version: u64,
}
