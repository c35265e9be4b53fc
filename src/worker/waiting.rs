//! Documents that wait for their shipment, decided again when one arrives that may be it. They are not read again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Arrival, MOST_CONFLICTS, Worker, filing};
use crate::document::DocumentId;
use crate::events::StoredEvent;
use crate::fault::Fault;
use crate::ledger::{Finish, Waiting};
use crate::shipments::Shipment;
use crate::shipments::keys::waking_keys;

/// For how many shipments documents are woken at once: each has some sixty keys.
const ASKED: usize = 1_000;

impl Worker {
    /// Decides again about every document that waits for one of the shipments, which the ledger knows by now.
    ///
    /// # Errors
    /// [`Fault`] when an outcome could not be committed; those before it were, and doing all of it again is safe.
    pub async fn wake(&self, shipments: &[Shipment]) -> Result<Vec<StoredEvent>, Fault> {
        let mut woken = BTreeSet::new();
        if !self.ledger.anybody_waits().await? {
            return Ok(Vec::new());
        }
        for some in shipments.chunks(ASKED) {
            woken.extend(self.waiting_for_any(some).await?);
        }
        let mut told = Vec::new();
        for document in woken {
            told.extend(self.decide_waiting(document).await?);
        }
        Ok(told)
    }

    async fn waiting_for_any(&self, shipments: &[Shipment]) -> Result<BTreeSet<DocumentId>, Fault> {
        let mut keys_of: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for shipment in shipments {
            let keys = waking_keys(shipment).into_iter();
            let keys = keys.map(|key| key.as_str().to_owned());
            keys_of.entry(&shipment.tenant).or_default().extend(keys);
        }
        let mut woken = BTreeSet::new();
        for (tenant, keys) in keys_of {
            let keys: Vec<String> = keys.into_iter().collect();
            woken.extend(self.ledger.waiting_for(tenant, &keys).await?);
        }
        Ok(woken)
    }

    /// Decides again about a document if it waits.
    ///
    /// # Errors
    /// [`Fault`]; nothing was committed then.
    pub async fn decide_waiting(&self, document: DocumentId) -> Result<Vec<StoredEvent>, Fault> {
        for _ in 0..MOST_CONFLICTS {
            let Some(waiting) = self.ledger.waiting(document).await? else {
                return Ok(Vec::new());
            };
            let arrival = told_then(&waiting);
            let stored = &waiting.stored;
            let papers = vec![(stored.document.clone(), stored.attachment.clone())];
            let (decided, _) = self
                .decide_papers(&waiting.origin, &arrival, papers, None)
                .await?;
            let Some(decided) = decided.into_iter().next() else {
                return Ok(Vec::new());
            };
            let waits = self.waits(&decided, &arrival);
            let outcome = filing::outcome(decided, waits);
            match self
                .ledger
                .finish_waiting(&waiting, &outcome, Timestamp::now())
                .await?
            {
                Finish::Done(events) => return Ok(events),
                // Decide again with what was learned.
                Finish::Conflict(_) => {}
            }
        }
        Err(Fault::retry(
            "deciding about a waiting document",
            "the ledger kept changing",
        ))
    }
}

fn told_then(waiting: &Waiting) -> Arrival {
    Arrival {
        object: waiting.origin.object.clone(),
        tenant: Some(waiting.tenant.clone()),
        hints: waiting.hints.clone(),
        trace: None,
    }
}
