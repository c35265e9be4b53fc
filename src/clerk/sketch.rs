//! Sketches: what would be decided about documents, without telling anybody.

use super::paper::Paper;
use super::table::packed;
use super::{Clerk, ReadDocument};
use crate::charges::ChargeModel;
use crate::decision::name_of;
use crate::document::DocumentId;
use crate::events::Decided;
use crate::fault::Fault;
use crate::ledger::{Asks, Sketch, Upload};
use crate::shipments::Match;

impl Clerk {
    /// What would be decided about the documents of an upload, with these charges model; the ledger stays as it is.
    ///
    /// # Errors
    /// [`Fault`] when the ledger cannot be asked.
    pub async fn would_decide(
        &self,
        upload: &Upload,
        asks: &Asks,
        documents: &[ReadDocument],
        charges: Option<&ChargeModel>,
    ) -> Result<Vec<(DocumentId, Sketch)>, Fault> {
        let papers = documents
            .iter()
            .map(|one| Paper::new(upload, asks, one, None));
        let table = self.lay_out(papers.collect(), Some(upload)).await?;
        let decided = self.decide(&table, &packed(&table.laid), charges);
        let new = decided
            .into_iter()
            .zip(&table.laid)
            .filter_map(|(decided, laid)| {
                let is_new = laid.paper.before.is_none();
                Some((laid.paper.id, sketch(&decided?))).filter(|_| is_new)
            });
        Ok(new.collect())
    }
}

/// What tells one decision from another.
fn sketch(decided: &Decided) -> Sketch {
    let document = &decided.document;
    let fields = document.fields.iter().map(|(name, field)| {
        let value = serde_json::to_string(&field.found.value).unwrap_or_default();
        (name_of(name), (value, field.found.confidence.get()))
    });
    let shipment = match &decided.matched {
        Match::Matched(candidate, _) => Some(candidate.shipment.id.clone()),
        Match::Ambiguous(_) | Match::Conflict(_) | Match::None(_) => None,
    };
    Sketch {
        pages: document.pages.iter().map(|page| page.index() + 1).collect(),
        class: name_of(&document.class),
        class_confidence: document.class_confidence.get(),
        fields: fields.collect(),
        shipment,
        state: name_of(&decided.decision.state),
        codes: decided
            .exceptions
            .iter()
            .map(|one| name_of(&one.code))
            .collect(),
        charges: decided.accessorials.score.map(|score| score.get()),
    }
}
