//! Picture files in a reader child: TIFF through Leptonica and libtiff, JPEG, PNG, WebP and BMP through the `image` crate.
//!
//! In: bytes. Out: pages as a viewer shows them, in gray, at about 200 dpi. Refuses damaged files and files beyond the
//! limits; sizes are checked before a picture is decoded.

pub(super) mod jpeg;
pub(super) mod leptonica;
pub(super) mod resize;
pub(super) mod size;
mod tags;
mod tiff;

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader};

use self::resize::resized;
use self::tags::Tags;
use super::cut::PictureBook;
use super::engines::Engines;
use super::limits::Limits;
use super::protocol::{FileKind, RawPage, Size};
use crate::document::{BBox, PageNumber};
use crate::fault::RejectReason;

/// Memory that decoding one picture may take, in bytes; a picture of 100 million pixels in 16-bit RGBA takes 800 MB.
const MAX_DECODED: u64 = 900 << 20;

/// An open picture file.
pub(super) struct PictureFile {
    bytes: Vec<u8>,
    format: Format,
    tags: Tags,
    pages: Vec<Sheet>,
    /// What is left of `limits.document_pixels`.
    pixels_left: u64,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Tiff,
    Other(ImageFormat),
}

/// What is known of a page before it is decoded.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sheet {
    size: Size,
    /// Dots per inch across and down.
    dpi: Option<(f64, f64)>,
    /// Where its directory stands in a TIFF file.
    at: u64,
}

impl PictureFile {
    pub(super) fn open(
        bytes: Vec<u8>,
        kind: FileKind,
        limits: &Limits,
    ) -> Result<Self, RejectReason> {
        let format = format_of(kind);
        let (tags, pages) = match format {
            Format::Tiff => (Tags::default(), tiff::sheets(&bytes, limits.pages)?),
            Format::Other(format) => {
                let tags = Tags::of(&bytes, kind);
                let size = size_of(&bytes, format)?;
                let dpi = tags.dpi;
                (tags, vec![Sheet { size, dpi, at: 0 }])
            }
        };
        match pages.iter().map(|sheet| sheet.size.pixels()).max() {
            None => Err(RejectReason::Empty),
            Some(0) => Err(RejectReason::Corrupt),
            Some(pixels) if pixels > limits.page_pixels => Err(RejectReason::TooManyPixels),
            Some(_) => Ok(Self {
                bytes,
                format,
                tags,
                pages,
                pixels_left: limits.document_pixels,
            }),
        }
    }

    pub(super) fn pages(&self) -> u32 {
        u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn page(
        &mut self,
        number: PageNumber,
        engines: &Engines,
    ) -> Result<RawPage, RejectReason> {
        let sheet = self.sheet(number)?;
        let left = self.pixels_left.checked_sub(sheet.size.pixels());
        self.pixels_left = left.ok_or(RejectReason::TooManyPixels)?;
        let mut picture = self.decode(sheet)?;
        picture.apply_orientation(self.tags.orientation);
        let full = gray(picture);
        let barcodes = engines.barcodes.find(&full);
        Ok(RawPage {
            image: at_reading_size(full, self.shown_dpi(sheet)),
            text: None,
            drawings: vec![BBox::PAGE],
            barcodes,
        })
    }

    /// Puts pages into a PDF without loss.
    pub(super) fn cut(&mut self, pages: &[PageNumber]) -> Result<Vec<u8>, RejectReason> {
        let mut book = PictureBook::new();
        for number in pages {
            let sheet = self.sheet(*number)?;
            match jpeg::Frame::of(&self.bytes).filter(|_| self.is_jpeg()) {
                Some(frame) => book.add_jpeg(
                    &self.bytes,
                    frame,
                    self.tags.orientation,
                    self.shown_dpi(sheet),
                )?,
                None => {
                    let mut picture = self.decode(sheet)?;
                    picture.apply_orientation(self.tags.orientation);
                    book.add_picture(picture, self.shown_dpi(sheet))?;
                }
            }
        }
        Ok(book.finish())
    }

    fn is_jpeg(&self) -> bool {
        matches!(self.format, Format::Other(ImageFormat::Jpeg))
    }

    fn sheet(&self, number: PageNumber) -> Result<Sheet, RejectReason> {
        let index = usize::try_from(number.index()).map_err(|_| RejectReason::Corrupt)?;
        self.pages.get(index).copied().ok_or(RejectReason::Corrupt)
    }

    /// Dots per inch across and down, after the picture was turned.
    fn shown_dpi(&self, sheet: Sheet) -> Option<(f64, f64)> {
        let (across, down) = sheet.dpi?;
        match lies_on_its_side(self.tags.orientation) {
            true => Some((down, across)),
            false => Some((across, down)),
        }
    }

    fn decode(&mut self, sheet: Sheet) -> Result<DynamicImage, RejectReason> {
        match self.format {
            Format::Tiff => {
                tiff::select(&mut self.bytes, sheet.at).ok_or(RejectReason::Corrupt)?;
                match leptonica::read_tiff(&self.bytes) {
                    Some(picture) => Ok(picture),
                    // Leptonica knows neither tiles nor floating point numbers.
                    None => decode(&self.bytes, ImageFormat::Tiff),
                }
            }
            Format::Other(format) => decode(&self.bytes, format),
        }
    }
}

fn format_of(kind: FileKind) -> Format {
    match kind {
        FileKind::Jpeg => Format::Other(ImageFormat::Jpeg),
        FileKind::Png => Format::Other(ImageFormat::Png),
        FileKind::WebP => Format::Other(ImageFormat::WebP),
        FileKind::Bmp => Format::Other(ImageFormat::Bmp),
        // A PDF is opened as what it is, before this is asked.
        FileKind::Tiff | FileKind::Pdf => Format::Tiff,
    }
}

fn reader(bytes: &[u8], format: ImageFormat) -> ImageReader<Cursor<&[u8]>> {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODED);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    reader
}

fn size_of(bytes: &[u8], format: ImageFormat) -> Result<Size, RejectReason> {
    let decoder = reader(bytes, format)
        .into_decoder()
        .map_err(|error| why_undecodable(&error))?;
    let (width, height) = decoder.dimensions();
    Ok(Size(width, height))
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, RejectReason> {
    reader(bytes, format)
        .decode()
        .map_err(|error| why_undecodable(&error))
}

fn why_undecodable(error: &ImageError) -> RejectReason {
    match error {
        ImageError::Limits(_) => RejectReason::OutOfMemory,
        ImageError::Unsupported(_) => RejectReason::UnsupportedType,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::IoError(_) => RejectReason::Corrupt,
    }
}

/// Whether width and height change places when the picture is shown.
pub(super) fn lies_on_its_side(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// The picture in gray on white paper; what is transparent shows the paper.
fn gray(picture: DynamicImage) -> GrayImage {
    if picture.color().has_alpha() {
        on_white(picture).into_luma8()
    } else {
        picture.into_luma8()
    }
}

/// An opaque picture: gray stays gray, colour becomes RGB.
pub(super) fn on_white(picture: DynamicImage) -> DynamicImage {
    let blend = |value: u8, alpha: u8| {
        let (value, alpha) = (u16::from(value), u16::from(alpha));
        u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    if picture.color().has_color() {
        let rgba = picture.into_rgba8();
        let blended = rgba
            .pixels()
            .flat_map(|p| [0, 1, 2].map(|i| blend(p.0[i], p.0[3])))
            .collect();
        let rgb = image::RgbImage::from_raw(rgba.width(), rgba.height(), blended);
        DynamicImage::ImageRgb8(rgb.unwrap_or_default())
    } else {
        let gray = picture.into_luma_alpha8();
        let blended = gray.pixels().map(|p| blend(p.0[0], p.0[1])).collect();
        let gray = GrayImage::from_raw(gray.width(), gray.height(), blended);
        DynamicImage::ImageLuma8(gray.unwrap_or_default())
    }
}

fn at_reading_size(full: GrayImage, dpi: Option<(f64, f64)>) -> GrayImage {
    let Size(width, height) = size::for_reading(Size::of(&full), dpi);
    if full.dimensions() == (width, height) {
        return full;
    }
    resized(&full, width, height)
}
