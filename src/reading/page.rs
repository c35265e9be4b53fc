//! What reading hands on: upright pages with their words, bar codes and quality.

use image::{GrayImage, imageops};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::line::whole;
use crate::document::{BBox, Confidence, PageNumber, Source};

/// One upright page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page {
    /// Its number in the upload.
    pub number: PageNumber,
    /// The upright page in gray. A scan at about 200 dpi, a born-digital page at 150 dpi, at 50 where
    /// nothing but text stands on it.
    #[serde(skip)]
    pub image: GrayImage,
    /// How the words were read.
    pub method: Method,
    /// How far the page had to be turned clockwise to stand upright.
    pub turned: Turn,
    /// Words in reading order.
    pub words: Vec<Word>,
    /// Bar codes and QR codes.
    pub barcodes: Vec<Barcode>,
    /// How good the picture is; a born-digital page is perfect.
    pub quality: Quality,
    /// Where a picture or a drawing lies that is no text: the whole page for a scan; for a born-digital page the boxes of
    /// its pictures and curves, so that nobody looks for signatures where there can be none.
    pub drawings: Vec<BBox>,
}

#[cfg(test)]
impl Page {
    /// A page of which nothing is known but its words.
    pub(crate) fn holding(words: Vec<Word>) -> Self {
        Self {
            number: PageNumber::from_index(0),
            image: GrayImage::new(1, 1),
            method: Method::Ocr,
            turned: Turn::None,
            words,
            barcodes: Vec::new(),
            quality: Quality {
                score: Confidence::CERTAIN,
                defects: Vec::new(),
            },
            drawings: Vec::new(),
        }
    }
}

/// How the words of a page were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// From the PDF's own text.
    TextLayer,
    /// By the ONNX text models.
    Ocr,
    /// By Tesseract, where the text models could not run.
    Tesseract,
}

/// A clockwise turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum Turn {
    /// Upright already.
    #[default]
    #[serde(rename = "0")]
    None,
    /// A quarter.
    #[serde(rename = "90")]
    Quarter,
    /// Upside down.
    #[serde(rename = "180")]
    Half,
    /// Three quarters.
    #[serde(rename = "270")]
    ThreeQuarters,
}

/// A word on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The text, without spaces.
    pub text: String,
    /// Where it stands.
    #[serde(rename = "box")]
    pub bbox: BBox,
    /// How sure the reader is.
    pub confidence: Confidence,
    /// Who read it.
    pub source: Source,
    /// Which line of the page it belongs to, counted from 0 in reading order.
    pub line: u32,
    /// What the second reader made of it, where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondReading>,
    /// What else a doubtful number may say, with the chance of each text, 0..1, the likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<(String, f32)>,
}

/// Another engine's reading of the same word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecondReading {
    /// Its text.
    pub text: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// A bar code or QR code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Barcode {
    /// The symbology, as `Code128`, `Code39`, `QRCode`, `DataMatrix`, `PDF417`, `ITF`, `EAN13`.
    pub symbology: String,
    /// What it says.
    pub text: String,
    /// Where it stands on the upright page.
    #[serde(rename = "box")]
    pub bbox: BBox,
}

/// How good a page's picture is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// 0 (useless) to 1 (as good as print).
    pub score: Confidence,
    /// What is wrong with it.
    pub defects: Vec<Defect>,
}

/// A named flaw of a picture (contract.md §2.1).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// Out of focus or moved.
    Blurry,
    /// Speckled.
    Noisy,
    /// Too little light.
    Dark,
    /// Too little contrast between ink and paper.
    Faint,
    /// Letters too small to read.
    TextTooSmall,
    /// The paper leaves the picture.
    DocumentCutoff,
    /// Text touches the edge of the picture.
    TextCutoff,
    /// A lamp shines in it.
    Glare,
}

/// A part of a page, at least one pixel large.
#[must_use]
pub fn part(page: &GrayImage, place: BBox) -> GrayImage {
    let edge = |share: f32, side: u32| whole((share * side as f32).round()).min(side);
    let (left, right) = (
        edge(place.left, page.width()),
        edge(place.right, page.width()),
    );
    let (top, bottom) = (
        edge(place.top, page.height()),
        edge(place.bottom, page.height()),
    );
    let (width, height) = ((right - left).max(1), (bottom - top).max(1));
    imageops::crop_imm(page, left, top, width, height).to_image()
}
