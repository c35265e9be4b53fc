//! Replay: documents that were decided are looked at again by other models. Nothing is read again where the reading is the same, and nothing is
//! told.

use std::sync::Arc;

use jiff::Timestamp;

use super::reread::{bytes_of, reading_of};
use super::trials::{not_stored, paired};
use super::{Arrival, Worker, to_read};
use crate::clerk::ReadDocument;
use crate::events::{Origin, StoredEvent};
use crate::fault::Fault;
use crate::ledger::{Begun, Compared, Part, StoredUpload, TrialRecord};
use crate::models::{Readers, Serving};

/// An upload that was looked at again.
#[derive(Debug)]
pub struct Replayed {
    /// What was decided, beside what would be.
    pub records: Vec<TrialRecord>,
    /// Its pages were read again: no reading was kept, or by another text model.
    pub read_again: bool,
}

impl Worker {
    /// What others would make of an upload.
    ///
    /// # Errors
    /// [`Fault::Reject`] where its bytes are gone or others by now, [`Fault`] where it cannot be looked at.
    pub async fn replay(
        &self,
        stored: &StoredUpload,
        others: &Arc<Serving>,
    ) -> Result<Replayed, Fault> {
        let upload = &stored.upload;
        let (arrival, bytes) = self.arrival_of(stored).await?;
        let asks = self.asks(&arrival);
        let mut to_read = to_read(Arc::new(bytes), arrival.received_on(), Readers::of(others));
        let text = &others.names().recognizer;
        to_read.kept = reading_of(&self.storage, upload, text).await;
        let read_again = to_read.kept.is_none();
        let read = self.slots.read(to_read).await?;
        let documents = read.papers.into_iter().map(|paper| paper.document);
        let documents: Vec<_> = documents.collect();
        let charges = others.charges().map(AsRef::as_ref);
        let own = not_stored(&documents);
        let theirs = self
            .clerk
            .would_decide(upload, &asks, &own, charges)
            .await?;
        let before = stored.documents.iter().cloned().map(ReadDocument::from);
        let champions = self.in_service.now().champions.clone();
        let charges = champions.charges().map(AsRef::as_ref);
        let before: Vec<_> = before.collect();
        let ours = self
            .clerk
            .would_decide(upload, &asks, &before, charges)
            .await?;
        let records = paired(ours, theirs).into_iter();
        let records = records.map(|(document, champion, challenger)| TrialRecord {
            upload: upload.id,
            part: Part::Shadow,
            document,
            at: Timestamp::now(),
            compared: Compared {
                champion,
                challenger,
                challenger_ms: read.took.as_secs_f64() * 1e3,
                ..Compared::default()
            },
        });
        Ok(Replayed {
            records: records.collect(),
            read_again,
        })
    }
}

impl Worker {
    /// Decides anew about an upload by what others make of it, commits that and tells, as if they had been promoted before it came.
    ///
    /// # Errors
    /// As [`Self::replay`]; nothing was committed then.
    pub async fn redo(
        &self,
        stored: &StoredUpload,
        others: &Arc<Serving>,
    ) -> Result<Vec<StoredEvent>, Fault> {
        let (arrival, bytes) = self.arrival_of(stored).await?;
        let origin = Origin {
            models: others.names().clone(),
            ..stored.upload.origin.clone()
        };
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let upload = match self
            .ledger()
            .begin_upload(&origin, self.tenant(&arrival), size, Timestamp::now())
            .await?
        {
            Begun::New(upload) => upload,
            // They have decided about it before, or about a copy of it.
            Begun::Again(_) | Begun::DuplicateOf(..) => return Ok(Vec::new()),
        };
        let mut to_read = to_read(Arc::new(bytes), arrival.received_on(), Readers::of(others));
        let text = &others.names().recognizer;
        to_read.kept = reading_of(&self.storage, &stored.upload, text).await;
        let done = async {
            let read = self.slots.read(to_read).await?;
            self.store_and_file(&upload, &arrival, read).await
        };
        match done.await {
            Ok(events) => Ok(events),
            Err(fault) => Err(self.not_its_fault(&upload, fault).await),
        }
    }

    /// The upload as it arrived, with its bytes.
    async fn arrival_of(&self, stored: &StoredUpload) -> Result<(Arrival, Vec<u8>), Fault> {
        let upload = &stored.upload;
        let bytes = bytes_of(&self.storage, upload, self.settings.reader.limits.bytes).await?;
        let first = stored.documents.first();
        let asks = first
            .map(|first| first.asks.clone())
            .ok_or_else(|| Fault::retry("looking at an upload again", "it has no documents"))?;
        let arrival = Arrival {
            object: upload.origin.object.clone(),
            tenant: Some(asks.tenant),
            hints: asks.hints,
            received_at: asks.received_at,
            trace: None,
        };
        Ok((arrival, bytes))
    }
}
