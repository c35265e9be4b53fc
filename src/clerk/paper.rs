//! A paper that comes to the table: new, or decided before.

use std::collections::BTreeSet;

use super::ReadDocument;
use crate::document::DocumentId;
use crate::ledger::{Asks, Rulings, StoredDocument, Upload};
use crate::shipments::keys::{Key, document_keys, hint_keys};
use crate::shipments::matching::Hints;
use crate::storage::Location;
use crate::understanding::{Document, told as told_field};

/// A document whose shipment is to be looked for.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    pub(super) id: DocumentId,
    /// As it was read.
    pub(super) read: Document,
    pub(super) attachment: Option<Location>,
    pub(super) asks: Asks,
    pub(super) copy_of: Option<DocumentId>,
    /// What it was before; `None` of a new one.
    pub(super) before: Option<StoredDocument>,
}

impl Paper {
    pub(super) fn new(
        upload: &Upload,
        asks: &Asks,
        one: &ReadDocument,
        copy_of: Option<DocumentId>,
    ) -> Self {
        let origin = &upload.origin;
        Self {
            id: DocumentId::new(&origin.object, &origin.sha256, &one.document.pages),
            read: one.document.clone(),
            attachment: one.attachment.clone(),
            asks: asks.clone(),
            copy_of,
            before: None,
        }
    }

    /// The document with what people told of its fields.
    pub(super) fn told(&self, rulings: &Rulings) -> Document {
        let mut document = self.read.clone();
        let told = rulings.fields.iter();
        let told = told.filter_map(|(name, text)| Some((*name, told_field(*name, text)?)));
        document.fields.extend(told);
        document
    }
}

/// By what a paper looks for its shipment.
pub(super) struct Keys {
    pub(super) strong: Vec<Key>,
    pub(super) weak: Vec<Key>,
}

impl Keys {
    pub(super) fn of(document: &Document, hints: &Hints) -> Self {
        let keys = document_keys(document).into_iter().chain(hint_keys(hints));
        let (weak, strong): (BTreeSet<Key>, BTreeSet<Key>) = keys.partition(Key::is_weak);
        Self {
            strong: strong.into_iter().collect(),
            weak: weak.into_iter().collect(),
        }
    }
}

impl From<StoredDocument> for Paper {
    fn from(stored: StoredDocument) -> Self {
        Self {
            id: stored.id,
            read: stored.document.clone(),
            attachment: stored.attachment.clone(),
            asks: stored.asks.clone(),
            copy_of: None,
            before: Some(stored),
        }
    }
}
