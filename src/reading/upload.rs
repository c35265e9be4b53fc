//! The upload that a reader child has open: a PDF or a picture file, asked in the same way.

use super::engines::Engines;
use super::image::PictureFile;
use super::limits::Limits;
use super::pdf::PdfFile;
use super::protocol::{FileKind, RawPage};
use crate::document::PageNumber;
use crate::fault::RejectReason;

/// First bytes in which a PDF's header must stand; what scanners and mail gateways put before it is shorter, and PDFium
/// looks no further.
const PDF_HEADER_WITHIN: usize = 1024;

impl FileKind {
    /// Tells a file's type by its first bytes; its name says nothing.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let starts_with = |magic: &[u8]| bytes.starts_with(magic);
        let start = bytes.get(..PDF_HEADER_WITHIN).unwrap_or(bytes);
        if starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else if [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]
            .iter()
            .any(|magic| starts_with(*magic))
        {
            Some(Self::Tiff)
        } else if starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]) {
            Some(Self::Bmp)
        } else if start.windows(5).any(|window| window == b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }
}

/// An open upload.
pub(super) enum Upload {
    Pdf(Box<PdfFile>),
    Picture(PictureFile),
}

impl Upload {
    pub(super) fn open(
        bytes: Vec<u8>,
        kind: FileKind,
        engines: &Engines,
        limits: &Limits,
    ) -> Result<Self, RejectReason> {
        match kind {
            FileKind::Pdf => {
                PdfFile::open(bytes, engines, limits).map(|pdf| Self::Pdf(Box::new(pdf)))
            }
            FileKind::Tiff | FileKind::Jpeg | FileKind::Png | FileKind::WebP | FileKind::Bmp => {
                PictureFile::open(bytes, kind, limits).map(Self::Picture)
            }
        }
    }

    /// Number of pages, at least 1.
    pub(super) fn pages(&self) -> u32 {
        match self {
            Self::Pdf(pdf) => pdf.pages(),
            Self::Picture(picture) => picture.pages(),
        }
    }

    pub(super) fn page(
        &mut self,
        number: PageNumber,
        engines: &Engines,
    ) -> Result<RawPage, RejectReason> {
        match self {
            Self::Pdf(pdf) => pdf.page(number, engines),
            Self::Picture(picture) => picture.page(number, engines),
        }
    }

    pub(super) fn cut(
        &mut self,
        pages: &[PageNumber],
        engines: &Engines,
    ) -> Result<Vec<u8>, RejectReason> {
        match self {
            Self::Pdf(pdf) => pdf.cut(pages, engines),
            Self::Picture(picture) => picture.cut(pages),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let cases: &[(&[u8], Option<FileKind>)] = &[
            (b"%PDF-1.4\n", Some(FileKind::Pdf)),
            (b"\xef\xbb\xbf\r\n%PDF-1.7", Some(FileKind::Pdf)),
            (b"II*\0\x08\0\0\0", Some(FileKind::Tiff)),
            (b"MM\0+\0\x08\0\0", Some(FileKind::Tiff)),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some(FileKind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0\0", Some(FileKind::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(FileKind::WebP)),
            (b"BM\x10\0\0\0\0\0\0\0\x36\0", Some(FileKind::Bmp)),
            (b"BMW sent us a letter", None),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"PK\x03\x04", None),
            (b"<html>", None),
            (b"", None),
        ];
        for (bytes, kind) in cases {
            assert_eq!(FileKind::of(bytes), *kind, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_pdf_header_after_the_first_kibibyte_does_not_count() {
        let behind = |garbage: usize| [vec![b' '; garbage], b"%PDF-1.4".to_vec()].concat();
        assert_eq!(FileKind::of(&behind(900)), Some(FileKind::Pdf));
        assert_eq!(FileKind::of(&behind(1100)), None);
    }
}
