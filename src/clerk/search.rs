//! Which shipment of the ledger does a document belong to?

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::decision::Profiles;
use crate::document::DocumentId;
use crate::ledger::{Ledger, LedgerError, Search};
use crate::pipeline::{MatchedDocument, match_document, split_document};
use crate::shipments::Match;
use crate::shipments::keys::{Key, document_keys, hint_keys, near_keys, slip_keys};
use crate::shipments::matching::{Hints, Known, Share, Weights};
use crate::understanding::Document;

/// How many candidate shipments are compared with a document.
const CANDIDATES: usize = 50;

/// What is known beside the document.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Whose shipments.
    pub tenant: &'a str,
    /// The document.
    pub document: DocumentId,
    /// What its notice told.
    pub hints: &'a Hints,
    /// Shipments that it does not belong to: a person said so.
    pub ruled_out: &'a BTreeSet<String>,
    /// What evidence weighs.
    pub weights: &'a Weights,
    /// How its customers read dates.
    pub profiles: &'a Profiles,
    /// The day it was received.
    pub received_on: Option<Date>,
}

impl Asking<'_> {
    /// Which of the known shipments a document belongs to.
    pub(super) fn compare(&self, document: Document, known: &[Known]) -> MatchedDocument {
        let (profiles, received_on) = (self.profiles, self.received_on);
        match_document(
            document,
            self.hints,
            known,
            profiles,
            received_on,
            self.weights,
        )
    }

    fn split(&self, document: &Document, known: &[Known]) -> Vec<(Share, Vec<Known>)> {
        let (profiles, received_on) = (self.profiles, self.received_on);
        split_document(
            document,
            self.hints,
            known,
            profiles,
            received_on,
            self.weights,
        )
    }
}

/// What came of looking.
#[derive(Debug)]
pub struct FoundInLedger {
    /// The document with its shipment.
    pub matched: MatchedDocument,
    /// The shipments that it was compared with.
    pub known: Vec<Known>,
    /// Of a paper that covers several shipments what each of them has in it, with the shipments that it is to be compared with.
    pub shares: Vec<(Share, Vec<Known>)>,
}

/// Compares a document with the shipments that share a key with it, and, where none is clearly the one, with all whose numbers
/// are one slip away from its own.
///
/// # Errors
/// [`LedgerError`].
pub async fn find_in_ledger(
    ledger: &Ledger,
    asking: &Asking<'_>,
    document: &Document,
) -> Result<FoundInLedger, LedgerError> {
    let compared = |known: Vec<Known>| FoundInLedger {
        matched: asking.compare(document.clone(), &known),
        shares: asking.split(document, &known),
        known,
    };
    let slips = slip_keys(document);
    let found = compared(candidates(ledger, asking, document, &slips).await?);
    if matches!(found.matched.matched, Match::Matched(..)) {
        return Ok(found);
    }
    let near = near_keys(document);
    if near == slips {
        return Ok(found);
    }
    Ok(compared(candidates(ledger, asking, document, &near).await?))
}

async fn candidates(
    ledger: &Ledger,
    asking: &Asking<'_>,
    document: &Document,
    near: &BTreeSet<Key>,
) -> Result<Vec<Known>, LedgerError> {
    let keys = document_keys(document).into_iter();
    let keys = keys.chain(hint_keys(asking.hints));
    let (weak, strong): (Vec<Key>, Vec<Key>) = keys.partition(Key::is_weak);
    let search = Search {
        tenant: asking.tenant,
        named: asking.hints.shipment_id.as_deref(),
        strong: &texts(&strong),
        near: &texts(near),
        weak: &texts(&weak),
        asking: asking.document,
    };
    let mut known = ledger.find_candidates(&search, CANDIDATES).await?;
    known.retain(|one| !asking.ruled_out.contains(&one.shipment.id));
    // Whose proof came first must make no difference to where a paper belongs.
    for one in &mut known {
        one.accepted_pod = None;
    }
    Ok(known)
}

/// Keys as the ledger has them.
pub(super) fn texts<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Vec<String> {
    keys.into_iter()
        .map(|key| key.as_str().to_owned())
        .collect()
}
