//! Which shipment of the ledger does a document belong to?

use std::collections::BTreeSet;

use crate::ledger::{Ledger, LedgerError, Search};
use crate::pipeline::{MatchedDocument, Matcher};
use crate::shipments::Match;
use crate::shipments::keys::{Key, document_keys, hint_keys, near_keys, slip_keys};
use crate::shipments::matching::{Known, Share};
use crate::understanding::Document;

/// How many candidate shipments are compared with a document.
const CANDIDATES: usize = 50;

/// Who asks, and how.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Whose shipments.
    pub tenant: &'a str,
    /// Shipments that the document does not belong to: a person said so.
    pub ruled_out: &'a BTreeSet<String>,
    /// What compares.
    pub matcher: Matcher<'a>,
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
    let hints = asking.matcher.hints;
    let keys = document_keys(document).into_iter();
    let keys = keys.chain(hint_keys(hints));
    let (weak, strong): (Vec<Key>, Vec<Key>) = keys.partition(Key::is_weak);
    let slips = slip_keys(document);
    let search = Search {
        tenant: asking.tenant,
        named: hints.shipment_id.as_deref(),
        strong: &texts(&strong),
        near: &texts(&slips),
        weak: &texts(&weak),
    };
    let compared = |known: &[Known]| asking.matcher.compare(document.clone(), known);
    let mut candidates = ledger.find_candidates(&search, CANDIDATES).await?;
    candidates.rule_out(asking.ruled_out);
    let mut matched = compared(candidates.known());
    if !matches!(matched.matched, Match::Matched(..)) {
        let near = near_keys(document);
        let search = Search {
            near: &texts(near.difference(&slips)),
            ..search
        };
        if ledger.find_near(&search, &mut candidates).await? {
            candidates.rule_out(asking.ruled_out);
            matched = compared(candidates.known());
        }
    }
    Ok(FoundInLedger {
        matched,
        shares: asking.matcher.split(document, candidates.known()),
        known: candidates.into_known(),
    })
}

/// Keys as the ledger has them.
pub(super) fn texts<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Vec<String> {
    keys.into_iter()
        .map(|key| key.as_str().to_owned())
        .collect()
}
