//! Replay: documents that were decided are looked at again by other models. Nothing is read again where the reading is the same, and nothing is
//! told.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::reread::{bytes_of, reading_of};
use super::trials::{not_stored, paired};
use super::{Worker, to_read};
use crate::clerk::ReadDocument;
use crate::fault::Fault;
use crate::ledger::{Compared, Part, StoredUpload, TrialRecord};
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
        others: &std::sync::Arc<Serving>,
    ) -> Result<Replayed, Fault> {
        let (upload, limit) = (&stored.upload, self.settings.reader.limits.bytes);
        let bytes = bytes_of(&self.storage, upload, limit).await?;
        let asks = stored.documents.first().map(|first| first.asks.clone());
        let Some(asks) = asks else {
            return Err(Fault::retry(
                "looking at an upload again",
                "it has no documents",
            ));
        };
        let by = Readers::of(others);
        let received_on = asks.hints.received_on;
        let received_on = received_on.unwrap_or_else(|| day(asks.received_at));
        let mut to_read = to_read(bytes, received_on, by);
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

fn day(at: Timestamp) -> jiff::civil::Date {
    at.to_zoned(TimeZone::UTC).date()
}
