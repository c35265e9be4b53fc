//! Tesseract, in a reader child: the second opinion on single lines, and the engine of last resort for whole pages.
//!
//! In: gray pictures. Out: words with confidences. An unreadable picture gives no words, never an error.

#![expect(unsafe_code, reason = "Tesseract's C interface")]

use std::ffi::{CStr, CString};
use std::path::Path;

use image::{GenericImage as _, GrayImage, Luma};
use tesseract_sys as sys;

use super::Word;
use super::protocol::LineReading;
use super::reading_order::put_in_order;
use super::shades::paper;
use crate::document::{BBox, Confidence, Source};

/// Room around a line; Tesseract misses letters that touch the edge of the picture.
const BORDER: u32 = 10;
/// What Tesseract is told about the pictures, so that it does not guess.
const DPI: i32 = 200;

/// A Tesseract engine with its language data in memory.
pub(super) struct Tesseract(*mut sys::TessBaseAPI);

/// A word as Tesseract gives it, with its box in pixels: left, top, right, bottom.
struct Reading {
    text: String,
    confidence: Confidence,
    edges: [i32; 4],
}

impl Tesseract {
    /// Loads `<language>.traineddata` from `tessdata`; no file is needed afterwards.
    pub(super) fn load(tessdata: &Path, language: &str) -> Result<Self, String> {
        let path = tessdata.join(format!("{language}.traineddata"));
        let data =
            std::fs::read(&path).map_err(|error| format!("reading {}: {error}", path.display()))?;
        let language = CString::new(language).map_err(|error| error.to_string())?;
        let length = i32::try_from(data.len()).map_err(|error| error.to_string())?;
        // SAFETY: the engine copies the data; null pointers with zero lengths mean no configuration.
        unsafe {
            let engine = Self(sys::TessBaseAPICreate());
            let failed = sys::TessBaseAPIInit5(
                engine.0,
                data.as_ptr().cast(),
                length,
                language.as_ptr(),
                sys::TessOcrEngineMode_OEM_LSTM_ONLY,
                std::ptr::null_mut(),
                0,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                0,
                0,
            );
            if failed == 0 {
                Ok(engine)
            } else {
                Err(format!("Tesseract refuses {}", path.display()))
            }
        }
    }

    /// Reads the picture of one line.
    pub(super) fn line(&mut self, picture: &GrayImage) -> LineReading {
        // Told that there is a line, Tesseract reads one out of empty paper too.
        let readings = if is_empty(picture) {
            Vec::new()
        } else {
            self.read(&framed(picture), sys::TessPageSegMode_PSM_SINGLE_LINE)
        };
        let words: Vec<(String, Confidence)> = readings
            .into_iter()
            .map(|reading| (reading.text, reading.confidence))
            .collect();
        let texts: Vec<&str> = words.iter().map(|(text, _)| text.as_str()).collect();
        LineReading {
            text: texts.join(" "),
            confidence: mean(&words),
            words,
        }
    }

    /// Reads a whole upright page. Sparse text mode: on ruled forms it loses far less than automatic layout.
    pub(super) fn page(&mut self, picture: &GrayImage) -> Vec<Word> {
        let (width, height) = (picture.width(), picture.height());
        let words = self
            .read(picture, sys::TessPageSegMode_PSM_SPARSE_TEXT)
            .into_iter()
            .map(|reading| Word {
                text: reading.text,
                bbox: normalised(reading.edges, width, height),
                confidence: reading.confidence,
                source: Source::Ocr,
                line: 0,
                second: None,
                others: Vec::new(),
            })
            .collect();
        put_in_order(words, f64::from(width) / f64::from(height))
    }

    fn read(&mut self, picture: &GrayImage, mode: sys::TessPageSegMode) -> Vec<Reading> {
        let (Ok(width), Ok(height)) = (
            i32::try_from(picture.width()),
            i32::try_from(picture.height()),
        ) else {
            return Vec::new();
        };
        // SAFETY: the picture holds width × height bytes and outlives the calls; Tesseract copies it.
        unsafe {
            sys::TessBaseAPISetPageSegMode(self.0, mode);
            sys::TessBaseAPISetImage(self.0, picture.as_ptr(), width, height, 1, width);
            sys::TessBaseAPISetSourceResolution(self.0, DPI);
            let readings = match sys::TessBaseAPIRecognize(self.0, std::ptr::null_mut()) {
                0 => collect_words(self.0),
                _ => Vec::new(),
            };
            sys::TessBaseAPIClear(self.0);
            readings
        }
    }
}

impl Drop for Tesseract {
    fn drop(&mut self) {
        // SAFETY: the engine was created by TessBaseAPICreate and is used nowhere else.
        unsafe {
            sys::TessBaseAPIEnd(self.0);
            sys::TessBaseAPIDelete(self.0);
        }
    }
}

/// # Safety
/// `engine` must have recognised a picture.
unsafe fn collect_words(engine: *mut sys::TessBaseAPI) -> Vec<Reading> {
    const WORD: sys::TessPageIteratorLevel = sys::TessPageIteratorLevel_RIL_WORD;
    let mut readings = Vec::new();
    // SAFETY: the iterator lives until it is deleted below, and every text is freed after it was copied.
    unsafe {
        let words = sys::TessBaseAPIGetIterator(engine);
        if words.is_null() {
            return readings;
        }
        let places = sys::TessResultIteratorGetPageIterator(words);
        loop {
            let text = sys::TessResultIteratorGetUTF8Text(words, WORD);
            if !text.is_null() {
                let [mut left, mut top, mut right, mut bottom] = [0; 4];
                sys::TessPageIteratorBoundingBox(
                    places,
                    WORD,
                    &raw mut left,
                    &raw mut top,
                    &raw mut right,
                    &raw mut bottom,
                );
                readings.push(Reading {
                    text: CStr::from_ptr(text).to_string_lossy().trim().to_owned(),
                    confidence: Confidence::new(
                        sys::TessResultIteratorConfidence(words, WORD) / 100.0,
                    ),
                    edges: [left, top, right, bottom],
                });
                sys::TessDeleteText(text);
            }
            if sys::TessResultIteratorNext(words, WORD) == 0 {
                break;
            }
        }
        sys::TessResultIteratorDelete(words);
    }
    readings.retain(|reading| !reading.text.is_empty());
    readings
}

/// In the shade of its paper: a white frame around grey paper is an edge that Tesseract takes for ink.
fn framed(picture: &GrayImage) -> GrayImage {
    let mut framed = GrayImage::from_pixel(
        picture.width() + 2 * BORDER,
        picture.height() + 2 * BORDER,
        Luma([paper(picture)]),
    );
    // Cannot fail: the frame is larger than the picture on all sides.
    drop(framed.copy_from(picture, BORDER, BORDER));
    framed
}

fn mean(words: &[(String, Confidence)]) -> Confidence {
    let sum: f64 = words
        .iter()
        .map(|(_, confidence)| f64::from(*confidence))
        .sum();
    let count = u32::try_from(words.len()).unwrap_or(u32::MAX).max(1);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a mean of values between 0 and 1"
    )]
    Confidence::new((sum / f64::from(count)) as f32)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a share of the page needs no more than an f32"
)]
fn normalised([left, top, right, bottom]: [i32; 4], width: u32, height: u32) -> BBox {
    let share = |edge: i32, of: u32| (f64::from(edge) / f64::from(of)) as f32;
    BBox::new(
        share(left, width),
        share(top, height),
        share(right, width),
        share(bottom, height),
    )
}

/// Paper without ink: no pixel much darker than the lightest.
fn is_empty(picture: &GrayImage) -> bool {
    let lightest = picture.as_raw().iter().max().copied().unwrap_or(0);
    picture.as_raw().iter().all(|pixel| lightest - pixel < 40)
}
