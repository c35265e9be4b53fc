//! A paper that comes to the table: new, or decided before.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ReadDocument;
use crate::document::DocumentId;
use crate::ledger::{Asks, Rulings, StoredDocument, Upload};
use crate::shipments::matching::Share;
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
    /// The paper that it is a shipment's share of.
    pub(super) share_of: Option<DocumentId>,
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
            share_of: None,
            before: None,
        }
    }

    /// The share that a shipment has in this paper; what it was `before`, if it had one.
    pub(super) fn share(&self, share: Share, before: Option<StoredDocument>) -> Self {
        let Share {
            shipment,
            mut document,
        } = share;
        let id = self.id.share(&shipment);
        document.share = Some(shipment);
        Self {
            id,
            read: document,
            attachment: self.attachment.clone(),
            asks: self.asks.clone(),
            copy_of: None,
            share_of: Some(self.id),
            before,
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
            share_of: stored.share_of,
            before: Some(stored),
        }
    }
}
