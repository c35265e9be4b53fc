//! Pages of uploads that were decided, from what was kept of them: words and pictures, read again only where nothing was kept.

use crate::document::{PageNumber, Sha256};
use crate::fault::Fault;
use crate::inference::LARGEST;
use crate::ledger::{StoredUpload, Upload};
use crate::models::Serving;
use crate::reading::{Page, Reader, kept, read_page};
use crate::settings::Settings;
use crate::storage::s3::S3;
use crate::storage::{Storage, StorageError};

use super::name_of_reading;

/// Where uploads lie and cut-out documents go: files beside a ledger in a file, else an object store.
pub async fn open_storage(settings: &Settings) -> Storage {
    if settings.ledger.is_empty() {
        Storage::Folder(settings.data.clone())
    } else {
        Storage::S3(S3::open(&settings.s3).await)
    }
}

/// The bytes of an upload that was decided, if they are the same by now.
///
/// # Errors
/// [`Fault::Reject`] where they are gone or others.
pub(super) async fn bytes_of(
    storage: &Storage,
    upload: &Upload,
    limit: u64,
) -> Result<Vec<u8>, Fault> {
    let fetched = storage.fetch(&upload.origin.object, limit).await?;
    if Sha256::of(&fetched.bytes) != upload.origin.sha256 {
        return Err(StorageError::NotFound(upload.origin.object.key.clone()).into());
    }
    Ok(fetched.bytes)
}

/// What was made of the pages of an upload, where it was kept and `text` made it.
pub(super) async fn reading_of(
    storage: &Storage,
    upload: &Upload,
    text: &str,
) -> Option<Vec<Page>> {
    let origin = &upload.origin;
    if origin.models.recognizer != text {
        return None;
    }
    let name = name_of_reading(origin);
    let bytes = storage.kept(&origin.object, &name, LARGEST).await.ok()?;
    kept::unpack(&bytes).ok()
}

/// Gives the pages of uploads again, with words and pictures.
#[derive(Debug)]
pub struct Rereader<'a> {
    storage: Storage,
    serving: &'a Serving,
    reader: Reader,
    limit: u64,
}

impl<'a> Rereader<'a> {
    /// Starts a reader child.
    ///
    /// # Errors
    /// [`Fault::Fatal`] where a library or the sandbox is missing.
    pub fn open(
        settings: &Settings,
        storage: Storage,
        serving: &'a Serving,
    ) -> Result<Self, Fault> {
        Ok(Self {
            storage,
            serving,
            reader: Reader::spawn(&settings.reader)?,
            limit: settings.reader.limits.bytes,
        })
    }

    /// The pages of an upload.
    ///
    /// # Errors
    /// [`Fault`] where its bytes are gone or others by now, or it cannot be read.
    pub async fn read(&mut self, stored: &StoredUpload) -> Result<Vec<Page>, Fault> {
        let upload = &stored.upload;
        let bytes = bytes_of(&self.storage, upload, self.limit).await?;
        let text = &self.serving.names().recognizer;
        let kept = reading_of(&self.storage, upload, text).await;
        let opened = self.reader.open(&bytes)?;
        if let Some(kept) = kept.filter(|kept| kept.len() == opened.pages as usize) {
            let drawn = kept.into_iter().map(|page| {
                let raw = self.reader.page(page.number)?;
                Ok(page.drawn(raw.image))
            });
            return drawn.collect();
        }
        let text = self.serving.text();
        let mut text = text.map_err(|error| Fault::fatal("opening the models", error))?;
        let numbers = (0..opened.pages).map(PageNumber::from_index);
        numbers
            .map(|number| read_page(&mut self.reader, &mut text, number))
            .collect()
    }
}
