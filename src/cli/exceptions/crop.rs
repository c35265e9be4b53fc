//! The part of a page that shows why an exception was raised, drawn from the cut-out document.

use std::path::Path;

use super::{Failure, ledger_says};
use crate::document::{BBox, ObjectRef, PageNumber};
use crate::evaluation::crop_of;
use crate::fault::Fault;
use crate::ledger::{ExceptionRecord, Explanation, Ledger};
use crate::reading::{Reader, Turn};
use crate::settings::Settings;
use crate::storage::folder::FILE_BUCKET;
use crate::storage::s3::S3;
use crate::storage::{Location, Storage};

/// Writes the crop as PNG; of an exception that no single place shows the whole first page.
pub(super) async fn write(
    record: &ExceptionRecord,
    ledger: &Ledger,
    settings: &Settings,
    path: &Path,
) -> Result<(), Failure> {
    let none = |why: &str| Failure::unexpected(format!("there is no crop: {why}"));
    let document = record
        .document
        .ok_or_else(|| none("a paper is what is missing"))?;
    let explained = ledger_says(ledger.explain(document).await)?;
    let explained = explained.ok_or_else(|| none("the document is not in the ledger"))?;
    let stored = &explained.document;
    let attachment = stored.attachment.as_ref();
    let attachment = attachment.ok_or_else(|| none("the document was not stored"))?;
    let pages = &stored.document.pages;
    let first = pages.first().copied().unwrap_or(PageNumber::from_index(0));
    let (page, place) = match record.place {
        Some((page, bbox)) => (page, Some(bbox)),
        None => (first, None),
    };
    let within = pages.iter().position(|one| *one == page).unwrap_or(0);
    let within = PageNumber::from_index(u32::try_from(within).unwrap_or(0));
    let pdf = fetch(attachment, settings).await?;
    let png = draw(&pdf, within, turned(&explained, page), place, settings)?;
    std::fs::write(path, png)?;
    Ok(())
}

async fn fetch(attachment: &Location, settings: &Settings) -> Result<Vec<u8>, Failure> {
    let storage = if attachment.bucket == FILE_BUCKET {
        Storage::Folder(settings.data.clone())
    } else {
        Storage::S3(S3::open(&settings.s3).await)
    };
    let object = ObjectRef {
        bucket: attachment.bucket.clone(),
        key: attachment.key.clone(),
        version: None,
        etag: None,
    };
    let fetched = storage.fetch(&object, settings.reader.limits.bytes).await;
    Ok(fetched.map_err(Fault::from)?.bytes)
}

/// How far the page was turned when it was read.
fn turned(explained: &Explanation, page: PageNumber) -> Turn {
    let reading = explained
        .findings
        .iter()
        .find(|finding| finding.stage == "reading" && finding.pages.first() == Some(&page));
    let turned = reading.and_then(|finding| finding.found.get("turned").cloned());
    turned
        .and_then(|turned| serde_json::from_value(turned).ok())
        .unwrap_or(Turn::None)
}

fn draw(
    pdf: &[u8],
    page: PageNumber,
    turned: Turn,
    place: Option<BBox>,
    settings: &Settings,
) -> Result<Vec<u8>, Failure> {
    let mut reader = Reader::spawn(&settings.reader)?;
    reader.open(pdf)?;
    let upright = turned.applied(reader.page(page)?.image);
    let crop = crop_of(&upright, place);
    let crop = crop.ok_or_else(|| Failure::unexpected("the page cannot be drawn"))?;
    Ok(crop.png)
}
