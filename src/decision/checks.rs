//! The validity tests V1–V12 of domain.md §1.3, each a function from the [`Case`] to a [`Tested`].
//!
//! In: a document, the shipment it belongs to, the profile, and what is filed already. Out: for each test whether it passed,
//! why, and what follows when it did not. The tests that billing rests on (V1, V3, V5, V7, V12) hand out a proof when they pass;
//! nothing else can make one.

mod class;
mod dates;
mod filing;
mod freight;
mod legible;
mod receipt;
mod shipment;
mod site;

use std::collections::BTreeSet;

use jiff::civil::Date;

pub use class::{Eligible, Rule, Standing, standing, v1_eligible};
pub use dates::{Dated, v7_dated};
pub use filing::{Unfiled, v10_untouched, v11_supported, v12_unfiled};
pub use freight::{Taken, taken, v9_freight};
pub use legible::{is_poor, v2_legible, v8_complete};
pub use receipt::{Acknowledged, v5_acknowledged, v6_required_fields};
pub use shipment::{Attached, v3_attached, v4_right_consignee};

use super::condition::Counts;
use super::profile::{MissingProfile, Profile};
use super::{Check, Exception, ExceptionCode, State};
use crate::document::{BBox, Confidence, DocumentId, PageNumber};
use crate::shipments::{Expected, Match, Shipment, Stop as DeliveryStop, StopOf};
use crate::understanding::{Document, DocumentClass, Field, FieldName, Value};

/// Below this a reading needs a person (domain.md §2.2).
const READABLE: f32 = 0.60;

/// The severity of what nobody has to act on.
const INFORMATION: u8 = 4;

/// A place on the paper.
pub type Place = (PageNumber, BBox);

/// Everything that a decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The paper.
    pub document: &'a Document,
    /// Which shipment it belongs to.
    pub matched: &'a Match,
    /// The profile of the shipment's customer.
    pub profile: Result<&'a Profile, &'a MissingProfile>,
    /// Which of the shipment's deliveries it is about.
    pub stop: StopOf,
    /// What is filed already.
    pub filing: &'a Filing,
}

/// What is known from other documents.
#[derive(Debug, Clone, Default)]
pub struct Filing {
    /// Another document that was accepted as proof of delivery of the same stop.
    pub accepted_pod: Option<DocumentId>,
    /// A document with the same bytes and pages that came under another name.
    pub duplicate_of: Option<DocumentId>,
    /// It shows a part of the pieces as received, and other proofs of the stop show the rest.
    pub is_part: bool,
    /// The day on which the upload came in, on the clock of the delivery site.
    pub received_on: Option<Date>,
    /// Classes of the other documents of the same shipment.
    pub companions: BTreeSet<DocumentClass>,
    /// Numbered pages of the same paper that came as documents of their own: which, and of how many.
    pub other_pages: BTreeSet<(u32, u32)>,
    /// The picture of the signature stands on another shipment's paper too.
    pub signature_reused: bool,
    /// Shortcomings that a person has ended: they stop nothing and are told of no more.
    pub waived: BTreeSet<ExceptionCode>,
}

impl<'a> Case<'a> {
    /// The shipment, where exactly one fits.
    #[must_use]
    pub fn shipment(&self) -> Option<&'a Shipment> {
        match self.matched {
            Match::Matched(candidate, _) => Some(&candidate.shipment),
            Match::Ambiguous(_) | Match::Conflict(_) | Match::None(_) => None,
        }
    }

    /// What was to be delivered, by the feed.
    #[must_use]
    pub fn expected(&self) -> Option<&'a Expected> {
        Some(&self.stop()?.expected)
    }

    /// The delivery that it is about, where that is clear.
    fn stop(&self) -> Option<&'a DeliveryStop> {
        match self.stop {
            StopOf::Unclear => None,
            StopOf::Only | StopOf::At(_) => self.shipment()?.delivery(self.stop.seq()),
        }
    }

    /// The customer's rules; the built-in ones where they are missing, which is a finding of its own.
    fn rules(&self) -> &'a Profile {
        self.profile.unwrap_or_else(|_| Profile::builtin())
    }

    fn counts(&self) -> Counts {
        Counts::of(self.document, self.expected())
    }

    fn field(&self, name: FieldName) -> Option<&'a Field> {
        self.document.fields.get(&name)
    }
}

/// How one test came out.
#[derive(Debug, Clone)]
pub struct Tested<T = ()> {
    /// What passing proves.
    pub proof: Option<T>,
    /// For the record.
    pub outcome: Outcome,
}

/// A test's outcome for the record and what follows from it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Why it came out so, for a person. Holds neither names nor signatures.
    pub detail: String,
    /// Did it pass.
    pub passed: bool,
    /// What follows; never empty for a failed test.
    pub findings: Vec<Finding>,
}

impl<T> Tested<T> {
    fn passed(proof: T, detail: impl Into<String>) -> Self {
        Self {
            proof: Some(proof),
            outcome: Outcome {
                detail: detail.into(),
                passed: true,
                findings: Vec::new(),
            },
        }
    }

    fn failed(finding: Finding) -> Self {
        Self {
            proof: None,
            outcome: Outcome {
                detail: finding.exception.detail.clone(),
                passed: false,
                findings: vec![finding],
            },
        }
    }

    /// The same, told as mere information: there is nothing to do about it.
    fn told_as_information(mut self) -> Self {
        for finding in &mut self.outcome.findings {
            finding.exception.severity = INFORMATION;
        }
        self
    }

    /// With further findings beside those of the test's own outcome.
    fn and(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.outcome.findings.extend(findings);
        self
    }
}

impl Tested {
    /// Failed with all `findings`, the first of which says why; passed where there are none.
    fn none_of(findings: Vec<Finding>, passed: impl Into<String>) -> Self {
        let mut findings = findings.into_iter();
        match findings.next() {
            Some(first) => Self::failed(first).and(findings),
            None => Self::passed((), passed),
        }
    }
}

impl Outcome {
    /// As the decision records it, `number` 1–12.
    #[must_use]
    pub fn check(&self, number: usize) -> Check {
        Check {
            id: format!("V{number}"),
            passed: self.passed,
            detail: self.detail.clone(),
        }
    }
}

/// An exception and what it does to billing.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What a person or another system must act on.
    pub exception: Exception,
    /// Why the document cannot be billed; `None` where it can all the same.
    pub stop: Option<Stop>,
    /// Names of what is missing.
    pub missing: Vec<String>,
}

impl Finding {
    fn new(
        code: ExceptionCode,
        stop: impl Into<Option<Stop>>,
        detail: impl Into<String>,
        place: Option<Place>,
    ) -> Self {
        Self {
            exception: Exception::new(code, detail, place),
            stop: stop.into(),
            missing: Vec::new(),
        }
    }

    /// What the customer's own rules hold.
    pub(super) fn held(code: ExceptionCode, detail: impl Into<String>) -> Self {
        Self::new(code, Stop::CustomerPolicy, detail, None)
    }

    fn missing(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.missing.extend(names);
        self
    }
}

/// Why a document is not billed, from the mildest to the one that a person has to settle before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Something required is missing.
    Missing,
    /// The customer's own rules hold it.
    CustomerPolicy,
    /// It bills nothing: no proof of delivery, or one that is filed already.
    Reject,
    /// A person has to look.
    Review,
}

impl From<Stop> for State {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Missing => Self::HoldMissing,
            Stop::CustomerPolicy => Self::HoldCustomerPolicy,
            Stop::Reject => Self::Reject,
            Stop::Review => Self::Review,
        }
    }
}

/// Does the field say anything?
fn says_something(field: &Field) -> bool {
    match &field.found.value {
        Value::Flag(there) => *there,
        Value::Text(text) => !text.trim().is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Count(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Money(_)
        | Value::Party(_)
        | Value::PageOf(_) => true,
    }
}

fn place_of(field: &Field) -> Place {
    (field.found.page, field.found.bbox)
}

fn is_readable(confidence: Confidence) -> bool {
    confidence.get() >= READABLE
}
