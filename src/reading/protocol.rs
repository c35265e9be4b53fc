//! What the parent and a reader child say to each other: frames of a JSON header and raw bytes over a socket.
//!
//! In: messages. Out: messages. Refuses frames that are longer than both sides agreed on, because the child may have been
//! taken over by the file that it parsed.

use std::io::{self, Read, Write};

use image::GrayImage;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::limits::ReaderSettings;
use super::sandbox::SandboxReport;
use super::{Barcode, Word};
use crate::document::{BBox, Confidence, PageNumber};
use crate::fault::RejectReason;

/// Longest header: the words of a very full page (20,000 words of 150 bytes) fit in 3 MiB.
const MAX_HEADER: u32 = 16 << 20;
/// Longest raw part, either way: an upload, the picture of a page, a cut-out document.
pub(super) const MAX_BLOB: u64 = 256 << 20;

/// What an upload is, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    /// PDF.
    Pdf,
    /// TIFF, classic or big.
    Tiff,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// Windows bitmap.
    Bmp,
}

/// An upload that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// How many pages it has, at least 1.
    pub pages: u32,
    /// What it is.
    pub kind: FileKind,
}

/// A page as the reader child gives it: not yet turned upright.
#[derive(Debug, Clone)]
pub struct RawPage {
    /// In gray; see [`Page::image`](super::Page::image) for the resolution.
    pub image: GrayImage,
    /// The words of a good text layer in reading order; `None` where the page has to be read by OCR.
    pub text: Option<Vec<Word>>,
    /// Where pictures and drawings lie; the whole page for a scan.
    pub drawings: Vec<BBox>,
    /// Bar codes and QR codes.
    pub barcodes: Vec<Barcode>,
}

/// What Tesseract read in the picture of one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineReading {
    /// The words, joined by single spaces.
    pub text: String,
    /// Mean confidence of the words; 0 where there are none.
    pub confidence: Confidence,
    /// Each word.
    pub words: Vec<(String, Confidence)>,
}

/// Parent to child.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Load the engines and close the doors. The first request, sent once.
    Start(Box<ReaderSettings>),
    /// Open the upload in the raw part.
    Open,
    /// Draw a page of the open upload.
    Page(PageNumber),
    /// Read the lines whose pictures stand one after the other in the raw part.
    ReadLines(Vec<Size>),
    /// Read the page in the raw part.
    ReadPage(Size),
    /// Cut these pages out of the open upload.
    Cut(Vec<PageNumber>),
}

/// Child to parent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The engines are loaded and the doors closed.
    Ready(SandboxReport),
    /// The child cannot work as it is set up.
    Unable(String),
    /// To [`Request::Open`].
    Opened(Opened),
    /// To [`Request::Page`], with the picture in the raw part.
    Page {
        size: Size,
        text: Option<Vec<Word>>,
        drawings: Vec<BBox>,
        barcodes: Vec<Barcode>,
    },
    /// To [`Request::ReadLines`].
    Lines(Vec<LineReading>),
    /// To [`Request::ReadPage`].
    Words(Vec<Word>),
    /// To [`Request::Cut`], with the PDF in the raw part.
    Cut,
    /// The upload cannot be processed.
    Refused(RejectReason),
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Size(pub(super) u32, pub(super) u32);

impl Size {
    pub(super) fn of(image: &GrayImage) -> Self {
        Self(image.width(), image.height())
    }

    pub(super) fn pixels(self) -> u64 {
        u64::from(self.0) * u64::from(self.1)
    }
}

/// Writes one frame: lengths of both parts, header, raw bytes.
pub(super) fn send(
    out: &mut impl Write,
    header: &impl Serialize,
    blob: &[&[u8]],
) -> io::Result<()> {
    let header = serde_json::to_vec(header)?;
    let header_length = u32::try_from(header.len()).map_err(|_| too_long())?;
    let blob_length: u64 = blob.iter().map(|part| part.len() as u64).sum();
    if header_length > MAX_HEADER || blob_length > MAX_BLOB {
        return Err(too_long());
    }
    let mut start = Vec::with_capacity(12 + header.len());
    start.extend(header_length.to_le_bytes());
    start.extend(blob_length.to_le_bytes());
    start.extend(header);
    out.write_all(&start)?;
    blob.iter().try_for_each(|part| out.write_all(part))
}

/// Reads one frame.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<(T, Vec<u8>)> {
    let mut header_length = [0; 4];
    let mut blob_length = [0; 8];
    from.read_exact(&mut header_length)?;
    from.read_exact(&mut blob_length)?;
    let header_length = u32::from_le_bytes(header_length);
    let blob_length = u64::from_le_bytes(blob_length);
    if header_length > MAX_HEADER || blob_length > MAX_BLOB {
        return Err(too_long());
    }
    let header = read_exactly(from, u64::from(header_length))?;
    let blob = read_exactly(from, blob_length)?;
    Ok((serde_json::from_slice(&header)?, blob))
}

/// Memory grows with what really arrives, not with what was announced.
fn read_exactly(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(16 << 20)).unwrap_or_default());
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the frame is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_as_it_was_sent() {
        let mut wire = Vec::new();
        send(
            &mut wire,
            &Request::ReadLines(vec![Size(2, 1), Size(1, 1)]),
            &[&[1, 2], &[3]],
        )
        .unwrap();
        let (request, blob): (Request, _) = receive(&mut wire.as_slice()).unwrap();
        assert!(matches!(request, Request::ReadLines(sizes) if sizes == [Size(2, 1), Size(1, 1)]));
        assert_eq!(blob, [1, 2, 3]);
    }

    #[test]
    fn a_frame_that_announces_too_much_is_refused_before_memory_is_spent() {
        let mut wire = 2_u32.to_le_bytes().to_vec();
        wire.extend(u64::MAX.to_le_bytes());
        wire.extend(b"{}");
        let error = receive::<Request>(&mut wire.as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_frame_cut_short_is_an_end_of_file() {
        let mut wire = Vec::new();
        send(&mut wire, &Request::Open, &[b"bytes"]).unwrap();
        wire.pop();
        let error = receive::<Request>(&mut wire.as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
