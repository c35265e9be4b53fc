//! What was found about the papers on a table, for a person who asks.

use std::time::Duration;

use serde_json::json;

use super::table::{Laid, Table, codes};
use crate::events::Decided;
use crate::ledger::{Finding, Settled};
use crate::shipments::Match;
use crate::understanding::Accepted;

impl Table {
    /// What was found about the new papers, for a person who asks.
    pub(super) fn findings(&self, settled: &Settled, accepted: &Accepted) -> Vec<Finding> {
        let new = self.laid.iter();
        let new = new.filter(|laid| laid.paper.before.is_none() && self.grown_from(laid).is_none());
        let found = new.zip(&settled.documents).flat_map(|(laid, outcome)| {
            let pages = laid.paper.read.pages.clone();
            let matching = Finding {
                pages: pages.clone(),
                stage: "matching".to_owned(),
                took: laid.took,
                found: matched_found(laid),
            };
            let deciding = Finding {
                pages,
                stage: "deciding".to_owned(),
                took: Duration::ZERO,
                found: decided_found(&outcome.decided, accepted),
            };
            [matching, deciding]
        });
        found.collect()
    }
}

/// What was compared: the best candidates with their evidence, also where none was good enough.
fn matched_found(laid: &Laid) -> serde_json::Value {
    let outcome = match laid.filed.matched {
        Match::Matched(..) => "matched",
        Match::Ambiguous(_) => "ambiguous",
        Match::Conflict(_) => "conflict",
        Match::None(_) => "none",
    };
    let best = laid.best.iter().map(|candidate| {
        json!({
            "shipment": candidate.shipment.id, "chance": candidate.confidence, "score": candidate.score,
            "evidence": candidate.evidence,
        })
    });
    json!({ "outcome": outcome, "compared": laid.seen.len(), "best": best.collect::<Vec<_>>() })
}

fn decided_found(decided: &Decided, accepted: &Accepted) -> serde_json::Value {
    json!({
        "state": decided.decision.state, "condition": decided.condition, "exceptions": codes(decided).collect::<Vec<_>>(),
        "charges": decided.accessorials.score, "to_check": accepted.to_check(&decided.document.fields),
    })
}
