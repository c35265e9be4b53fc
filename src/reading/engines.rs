//! The engines of a reader child, loaded once and kept warm.

use std::path::Path;

use image::{GrayImage, Luma};

use super::barcode::Barcodes;
use super::limits::ReaderSettings;
use super::pdf::{self, PdfLibrary};
use super::tesseract::Tesseract;

/// Everything that parses.
pub(super) struct Engines {
    pub(super) pdf: PdfLibrary,
    pub(super) tesseract: Tesseract,
    pub(super) barcodes: Barcodes,
}

impl Engines {
    /// Loads the libraries and data that the settings name.
    pub(super) fn load(settings: &ReaderSettings) -> Result<Self, String> {
        Ok(Self {
            pdf: load_pdfium(&settings.pdfium)?,
            tesseract: Tesseract::load(&settings.tessdata, &settings.language)?,
            barcodes: Barcodes::new(),
        })
    }

    /// Uses every engine once, because libraries load tables, fonts and locales on first use, for which they need files.
    pub(super) fn warm_up(&mut self) -> Result<(), String> {
        let page = pdf::draw_sample(self).map_err(|reason| {
            format!(
                "PDFium cannot draw the sample page ({reason}): is the library the pinned version?"
            )
        })?;
        self.tesseract.page(&page);
        self.tesseract
            .line(&GrayImage::from_pixel(64, 32, Luma([255])));
        self.barcodes.find(&page);
        Ok(())
    }
}

fn load_pdfium(path: &Path) -> Result<PdfLibrary, String> {
    PdfLibrary::load(path)
        .map_err(|error| format!("loading PDFium from {}: {error}", path.display()))
}
