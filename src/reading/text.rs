//! Text: the words on the picture of a page.
//!
//! In: a page in gray, any side up. Out: the words in reading order, with boxes on the page as it stands upright, and how
//! far it had to be turned for that.

use image::{GrayImage, imageops};

use super::ctc::{self, Letter};
use super::detection::Detector;
use super::line::Line;
use super::order::{self, Stretch};
use super::orientation;
use super::page::{Turn, Word};
use super::recognition::Recogniser;
use crate::document::{Confidence, Source};
use crate::inference::{InferenceError, Model};

/// A line that is read with less certainty is no text but ink that the detector took for it. Handwriting scores 0.5 and up.
const LEGIBLE: f32 = 0.35;

/// Finds and reads text. One per slot.
#[derive(Debug)]
pub struct TextReader {
    detector: Detector,
    recogniser: Recogniser,
}

/// What a page says.
#[derive(Debug, Clone)]
pub struct TextReading {
    /// The page, upright.
    pub image: GrayImage,
    /// How far it was turned clockwise.
    pub turned: Turn,
    /// Its words in reading order.
    pub words: Vec<Word>,
}

impl TextReader {
    /// A reader that runs this model.
    ///
    /// # Errors
    /// `Mismatch` or `ConstantMissing` when the model is not made for reading.
    pub fn new(mut model: Model) -> Result<Self, InferenceError> {
        Ok(Self {
            detector: Detector::new(&mut model)?,
            recogniser: Recogniser::new(&mut model)?,
        })
    }

    /// Reads a page, whichever side is up.
    ///
    /// # Errors
    /// `Failed` when the model fails on it.
    pub fn read(&mut self, image: &GrayImage) -> Result<TextReading, InferenceError> {
        let mut page = Turned {
            image: image.clone(),
            turned: Turn::None,
        };
        let mut found = self.detector.find(&page.image)?;
        if found.sideways {
            page.turn_quarter();
            found = self.detector.find(&page.image)?;
        }
        let lines = self.recogniser.affordable(found.lines);
        let read = self.read_upright(&mut page, lines)?;
        let words = order::arrange(stretches(&read, page.image.dimensions(), found.lean));
        Ok(TextReading {
            image: page.image,
            turned: page.turned,
            words,
        })
    }

    /// Reads the lines of a page that lies level, and turns it if it stands on its head.
    fn read_upright(
        &mut self,
        page: &mut Turned,
        mut lines: Vec<Line>,
    ) -> Result<Vec<(Line, Vec<Letter>)>, InferenceError> {
        let voters = orientation::voters(&lines);
        let mut first: Vec<Line> = voters.iter().map(|index| lines[*index]).collect();
        let mut readings = self.recogniser.read(&page.image, &first)?;
        if !orientation::is_surely_upright(&readings) {
            let size = page.image.dimensions();
            let turned: Vec<Line> = first.iter().map(|line| line.turned_half(size)).collect();
            let image = imageops::rotate180(&page.image);
            let others = self.recogniser.read(&image, &turned)?;
            if orientation::is_upside_down(&readings, &others) {
                page.turned = page.turned.and_half();
                page.image = image;
                lines = lines.iter().map(|line| line.turned_half(size)).collect();
                (first, readings) = (turned, others);
            }
        }
        let rest: Vec<Line> = (0..lines.len())
            .filter(|index| !voters.contains(index))
            .map(|index| lines[index])
            .collect();
        readings.extend(self.recogniser.read(&page.image, &rest)?);
        first.extend(rest);
        Ok(first.into_iter().zip(readings).collect())
    }
}

/// A page on its way to stand upright.
struct Turned {
    image: GrayImage,
    turned: Turn,
}

impl Turned {
    fn turn_quarter(&mut self) {
        self.image = imageops::rotate90(&self.image);
        self.turned = Turn::Quarter;
    }
}

/// The legible lines as words, in pieces that stand together.
fn stretches(read: &[(Line, Vec<Letter>)], page: (u32, u32), lean: f32) -> Vec<Stretch> {
    let (sin, cos) = lean.sin_cos();
    let mut stretches = Vec::new();
    for (line, letters) in read {
        if ctc::certainty(letters) < LEGIBLE {
            continue;
        }
        for group in ctc::groups(letters, line) {
            let words: Vec<Word> = group
                .iter()
                .map(|span| Word {
                    text: span.text.clone(),
                    bbox: line.part(span.start, span.end, page),
                    confidence: Confidence::new(span.confidence),
                    source: Source::Ocr,
                    line: 0,
                    second: None,
                })
                .collect();
            let Some(first) = words.first() else { continue };
            let x = first.bbox.left * page.0 as f32;
            let y = first.bbox.centre().1 * page.1 as f32;
            stretches.push(Stretch {
                x: x * cos + y * sin,
                y: y * cos - x * sin,
                height: line.height,
                words,
            });
        }
    }
    stretches
}
