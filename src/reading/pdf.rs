//! PDF files through PDFium, in a reader child: opened, drawn, their text layer read, pages cut out.
//!
//! In: bytes. Out: pages. Refuses encrypted, damaged and empty files and files beyond the limits. Only this module and
//! the ones below it know PDFium.

mod bars;
mod content;
mod geometry;
mod layer;
mod path;
mod reproducible;
mod text;

use std::path::Path;
use std::sync::OnceLock;

use image::GrayImage;
use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfDocument, PdfPage, PdfPageIndex, PdfRenderConfig, Pdfium,
    PdfiumError, PdfiumInternalError, PdfiumLibraryConfig,
};

use self::content::Content;
use self::geometry::Geometry;
use self::layer::Judgement;
use self::reproducible::make_reproducible;
use super::Barcode;
use super::engines::Engines;
use super::image::size::{SCAN_DPI, fit};
use super::limits::Limits;
use super::protocol::{RawPage, Size};
use crate::document::{BBox, PageNumber};
use crate::fault::RejectReason;

/// Resolution at which a born-digital page is drawn for the models that look for marks in its pictures and drawings, and read
/// what is written there by hand. Marks need 100 dpi; handwriting is read better from more.
const DIGITAL_DPI: f32 = 150.0;
/// Resolution of a born-digital page without pictures and drawings: only its thumbnail is looked at.
const TEXT_ONLY_DPI: f32 = 50.0;

/// PDFium can be loaded once per process.
static PDFIUM: OnceLock<Pdfium> = OnceLock::new();

/// The loaded PDFium library.
pub(super) struct PdfLibrary(&'static Pdfium);

impl PdfLibrary {
    /// Loads the library. No fonts of the machine are used: they cannot be read once the doors are closed, and a page
    /// must look the same on every machine. PDFium brings the fourteen standard fonts.
    pub(super) fn load(path: &Path) -> Result<Self, PdfiumError> {
        let bindings = Pdfium::bind_to_library(path)?;
        let no_fonts = PdfiumLibraryConfig::new().set_user_font_paths(&["/nonexistent"])?;
        Ok(Self(PDFIUM.get_or_init(|| {
            Pdfium::new_with_config(bindings, no_fonts)
        })))
    }
}

/// An open PDF.
pub(super) struct PdfFile {
    /// The last page that was read by its text layer. PDFium forgets a font and its drawn letters with the last open page
    /// that uses it, and the next page mostly has the same fonts.
    last: Option<PdfPage<'static>>,
    document: PdfDocument<'static>,
    pages: u32,
    page_pixels: u64,
    /// What is left of `limits.document_pixels`.
    pixels_left: u64,
}

impl PdfFile {
    pub(super) fn open(
        bytes: Vec<u8>,
        engines: &Engines,
        limits: &Limits,
    ) -> Result<Self, RejectReason> {
        let document = engines
            .pdf
            .0
            .load_pdf_from_byte_vec(bytes, None)
            .map_err(why_closed)?;
        let pages = u32::try_from(document.pages().len()).map_err(|_| RejectReason::Corrupt)?;
        match pages {
            0 => Err(RejectReason::Empty),
            pages if pages > limits.pages => Err(RejectReason::TooManyPages),
            pages => Ok(Self {
                last: None,
                document,
                pages,
                page_pixels: limits.page_pixels,
                pixels_left: limits.document_pixels,
            }),
        }
    }

    pub(super) fn pages(&self) -> u32 {
        self.pages
    }

    /// Draws a page: small where its own text can be trusted, else as a scan.
    pub(super) fn page(
        &mut self,
        number: PageNumber,
        engines: &Engines,
    ) -> Result<RawPage, RejectReason> {
        let page = self
            .document
            .pages()
            .get(index_of(number)?)
            .map_err(|_| RejectReason::Corrupt)?;
        let geometry = Geometry::of(&page)?;
        let content = Content::of(&page, &geometry, self.page_pixels)?;
        let layer = text::read(&page, &geometry)?;
        let drawn = match layer::judge(&layer, &content) {
            Judgement::Scan => draw_scan(&page, &geometry, engines)?,
            Judgement::Digital => {
                let dpi = if content.drawings().is_empty() {
                    TEXT_ONLY_DPI
                } else {
                    DIGITAL_DPI
                };
                let image = render(&page, &geometry, dpi)?;
                draw_digital(&page, &geometry, &content, layer.words, image, engines)?
            }
            Judgement::DigitalOnLightGround => {
                let image = render(&page, &geometry, DIGITAL_DPI)?;
                if layer::ground_is_light(&image, &layer.words) {
                    draw_digital(&page, &geometry, &content, layer.words, image, engines)?
                } else {
                    draw_scan(&page, &geometry, engines)?
                }
            }
        };
        let left = self
            .pixels_left
            .checked_sub(Size::of(&drawn.image).pixels());
        self.pixels_left = left.ok_or(RejectReason::TooManyPixels)?;
        self.last = drawn.text.is_some().then_some(page);
        Ok(drawn)
    }

    /// Copies pages into a new PDF with their content as it is; the same pages give the same bytes at any time.
    pub(super) fn cut(
        &self,
        pages: &[PageNumber],
        engines: &Engines,
    ) -> Result<Vec<u8>, RejectReason> {
        let corrupt = |_| RejectReason::Corrupt;
        let mut cut = engines.pdf.0.create_new_pdf().map_err(corrupt)?;
        let numbers: Vec<String> = pages.iter().map(ToString::to_string).collect();
        cut.pages_mut()
            .copy_pages_from_document(&self.document, &numbers.join(","), 0)
            .map_err(corrupt)?;
        let mut bytes = cut.save_to_bytes().map_err(corrupt)?;
        make_reproducible(&mut bytes);
        Ok(bytes)
    }
}

/// A page that has to be read by OCR.
fn draw_scan(
    page: &PdfPage<'_>,
    geometry: &Geometry,
    engines: &Engines,
) -> Result<RawPage, RejectReason> {
    let image = render(page, geometry, SCAN_DPI)?;
    Ok(RawPage {
        barcodes: engines.barcodes.find(&image),
        image,
        text: None,
        drawings: vec![BBox::PAGE],
    })
}

/// A page whose text layer is read as it is. Bar codes are only looked for where something is drawn: at 200 dpi a whole page
/// takes longer to draw than to read.
fn draw_digital(
    page: &PdfPage<'_>,
    geometry: &Geometry,
    content: &Content,
    words: Vec<super::Word>,
    image: GrayImage,
    engines: &Engines,
) -> Result<RawPage, RejectReason> {
    let mut barcodes = Vec::new();
    for place in content.where_barcodes_may_be() {
        let part = render_part(page, geometry, SCAN_DPI, place)?;
        let codes = engines.barcodes.find(&part).into_iter();
        barcodes.extend(codes.map(|code| Barcode {
            bbox: code.bbox.within(place),
            ..code
        }));
    }
    Ok(RawPage {
        image,
        text: Some(words),
        drawings: content.drawings(),
        barcodes,
    })
}

/// The page in gray, as a viewer shows it, form fields and annotations included.
fn render(page: &PdfPage<'_>, geometry: &Geometry, dpi: f32) -> Result<GrayImage, RejectReason> {
    render_part(page, geometry, dpi, BBox::PAGE)
}

/// A part of the page, as [`render`] draws it, at least one pixel large.
fn render_part(
    page: &PdfPage<'_>,
    geometry: &Geometry,
    dpi: f32,
    part: BBox,
) -> Result<GrayImage, RejectReason> {
    let pixels = |side: u32| i32::try_from(side).map_err(|_| RejectReason::TooManyPixels);
    let side = |side: i32| u32::try_from(side).map_err(|_| RejectReason::Corrupt);
    let Size(width, height) = fit(geometry.size_at(dpi));
    let edge = |share, side| pixels(geometry::pixel(share, side));
    let (left, right) = (edge(part.left, width)?, edge(part.right, width)?);
    let (top, bottom) = (edge(part.top, height)?, edge(part.bottom, height)?);
    let mut bitmap = PdfBitmap::empty(
        (right - left).max(1),
        (bottom - top).max(1),
        PdfBitmapFormat::Gray,
    )
    .map_err(|_| RejectReason::TooManyPixels)?;
    // With PDFium's default byte order a gray bitmap kills the process (FillRect traps), so the order is left as it is.
    let config = PdfRenderConfig::new()
        .set_target_size(pixels(width)?, pixels(height)?)
        .set_origin(-left, -top)
        .set_format(PdfBitmapFormat::Gray)
        .set_reverse_byte_order(false);
    page.render_into_bitmap_with_config(&mut bitmap, &config)
        .map_err(|_| RejectReason::Corrupt)?;
    unpadded(
        bitmap.as_raw_bytes(),
        side(bitmap.width())?,
        side(bitmap.height())?,
    )
    .ok_or(RejectReason::Corrupt)
}

/// PDFium pads each row of a gray bitmap to a multiple of four bytes.
fn unpadded(bytes: Vec<u8>, width: u32, height: u32) -> Option<GrayImage> {
    let row = usize::try_from(width).ok()?;
    let padded_row = bytes.len().checked_div(usize::try_from(height).ok()?)?;
    if row == padded_row {
        return GrayImage::from_raw(width, height, bytes);
    }
    let mut pixels = Vec::with_capacity(bytes.len());
    for line in bytes.chunks_exact(padded_row) {
        pixels.extend_from_slice(line.get(..row)?);
    }
    GrayImage::from_raw(width, height, pixels)
}

fn index_of(number: PageNumber) -> Result<PdfPageIndex, RejectReason> {
    PdfPageIndex::try_from(number.index()).map_err(|_| RejectReason::Corrupt)
}

fn why_closed(error: PdfiumError) -> RejectReason {
    let needs_password = matches!(
        error,
        PdfiumError::PdfiumLibraryInternalError(
            PdfiumInternalError::PasswordError | PdfiumInternalError::SecurityError
        )
    );
    match needs_password {
        true => RejectReason::Encrypted,
        false => RejectReason::Corrupt,
    }
}

/// Draws a page made here, which shows that the library works and makes it load what it loads on first use.
pub(super) fn draw_sample(engines: &Engines) -> Result<GrayImage, RejectReason> {
    let limits = Limits::default();
    let sample = include_bytes!("pdf/sample.pdf").to_vec();
    let mut file = PdfFile::open(sample, engines, &limits)?;
    let first = PageNumber::from_index(0);
    file.cut(&[first], engines)?;
    file.page(first, engines).map(|page| page.image)
}
