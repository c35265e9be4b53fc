//! A paper that comes to the table: new, or decided before.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ReadDocument;
use crate::document::DocumentId;
use crate::ledger::{Asks, Rulings, StoredDocument, Upload};
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

    /// The day it was received.
    pub(super) fn received_on(&self) -> Date {
        self.asks.received_at.to_zoned(TimeZone::UTC).date()
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
