//! What other models cut out of an upload before: it is told of once more, as a copy of what took its place.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Clerk;
use super::paper::Paper;
use super::table::Table;
use crate::charges::habits::Habits;
use crate::document::DocumentId;
use crate::fault::Fault;
use crate::ledger::{Revision, StoredDocument};
use crate::pipeline::{Terms, decide_copy};

impl Clerk {
    /// The last decisions about the documents `before` that are none of the new ones on the table: whoever was told that they are
    /// attached has to hear that they are not any longer.
    pub(super) async fn replaced(
        &self,
        before: &[StoredDocument],
        table: &Table,
        now: Timestamp,
    ) -> Result<Vec<Revision>, Fault> {
        let new = table.laid.iter().map(|laid| &laid.paper);
        let new: Vec<&Paper> = new.filter(|paper| paper.before.is_none()).collect();
        let ids: BTreeSet<DocumentId> = new.iter().map(|paper| paper.id).collect();
        let mut replaced = Vec::new();
        for stored in before.iter().filter(|stored| !ids.contains(&stored.id)) {
            let Some(original) = in_its_place(stored, &new) else {
                continue;
            };
            let paper = Paper {
                copy_of: Some(original),
                ..Paper::from(stored.clone())
            };
            // With a paper come shares that it has no longer; each of them is among those before, too.
            let Some(laid) = self.lay(paper).await?.into_iter().next() else {
                continue;
            };
            let terms = Terms {
                profiles: &self.profiles,
                habits: &Habits::default(),
                charges: None,
            };
            let decided = decide_copy(&laid.filed, original, &terms);
            replaced.push(Revision {
                outcome: self.outcome(&laid, decided, now),
                before: stored.clone(),
            });
        }
        Ok(replaced)
    }
}

/// The new document with one of its pages, or the first.
fn in_its_place(stored: &StoredDocument, new: &[&Paper]) -> Option<DocumentId> {
    let pages = &stored.document.pages;
    let shares_a_page = |one: &&&Paper| one.read.pages.iter().any(|page| pages.contains(page));
    let found = new.iter().find(shares_a_page).or(new.first())?;
    Some(found.id)
}
