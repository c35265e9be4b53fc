//! What is told of charges that came or changed after the decision.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Decided, DocumentPart, Origin, ShipmentRef};
use crate::charges::Accessorials;
use crate::inference::ModelSet;
use crate::shipments::Match;

/// `data` of `charges.scored`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ScoredData {
    /// The document whose evidence was used.
    pub document: DocumentPart,
    /// The shipment version that brought the charges.
    pub shipment: ShipmentRef,
    /// Scored charges.
    pub accessorials: Accessorials,
    /// Who read and scored.
    pub models: ModelSet,
}

impl ScoredData {
    /// The charges of a document's shipment; `None` where it has none.
    #[must_use]
    pub fn new(origin: &Origin, decided: &Decided) -> Option<Self> {
        let (Match::Matched(candidate, _) | Match::Conflict(candidate)) = &decided.matched else {
            return None;
        };
        let shipment = &candidate.shipment;
        Some(Self {
            document: DocumentPart::new(origin, &decided.document, decided.attachment.as_ref()),
            shipment: ShipmentRef {
                id: shipment.id.clone(),
                tenant: shipment.tenant.clone(),
                version: shipment.version,
            },
            accessorials: decided.accessorials.clone(),
            models: ModelSet {
                accessorials: decided.scored_by.clone(),
                ..origin.models.clone()
            },
        })
    }
}
