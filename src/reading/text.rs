//! Text: the words on the picture of a page.
//!
//! In: a page in gray, any side up. Out: the words in reading order, with boxes on the page as it stands upright, and how
//! far it had to be turned for that.

use image::{GrayImage, imageops};

use super::closer_look;
use super::ctc::{self, Reading};
use super::detection::Detector;
use super::line::Line;
use super::orientation;
use super::page::{Turn, Word, part};
use super::reading_order::{Stretch, arrange};
use super::recognition::Recogniser;
use crate::document::{BBox, Confidence, Source};
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

/// A line of text on an upright page.
#[derive(Debug, Clone)]
pub struct TextLine {
    /// As the recogniser sees it: text from left to right.
    pub picture: GrayImage,
    /// Its middle on the page, (x, y) in pixels.
    pub centre: (f32, f32),
    /// Extent along the text, pixels of the page.
    pub length: f32,
    /// Extent across the text, pixels of the page.
    pub height: f32,
    /// Direction of the text, clockwise from left-to-right, in radians.
    pub angle: f32,
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
        let mut read = self.read_upright(&mut page, lines)?;
        self.look_closer(&page.image, &mut read)?;
        let words = arrange(stretches(&read, page.image.dimensions(), found.lean));
        Ok(TextReading {
            image: page.image,
            turned: page.turned,
            words,
        })
    }

    /// The lines of an upright page, in no order and unread: what the recogniser is trained with.
    ///
    /// # Errors
    /// `Failed` when the model fails on the page.
    pub fn lines(&mut self, page: &GrayImage) -> Result<Vec<TextLine>, InferenceError> {
        let found = self.detector.find(page)?;
        let lines = found.lines.into_iter().map(|line| TextLine {
            picture: self.recogniser.picture(page, &line),
            centre: line.centre,
            length: line.length,
            height: line.height,
            angle: line.angle,
        });
        Ok(lines.collect())
    }

    /// Reads what is written in these places of an upright page, in no order.
    ///
    /// # Errors
    /// `Failed` when the model fails on one.
    pub fn read_places(
        &mut self,
        page: &GrayImage,
        places: &[BBox],
    ) -> Result<Vec<Word>, InferenceError> {
        let mut words = Vec::new();
        for place in places {
            let part = part(page, *place);
            let found = self.detector.find(&part)?;
            let readings = self.recogniser.read(&part, &found.lines)?;
            let read: Vec<_> = found.lines.into_iter().zip(readings).collect();
            let stretches = stretches(&read, part.dimensions(), found.lean);
            let on_part = stretches.into_iter().flat_map(|stretch| stretch.words);
            words.extend(on_part.map(|word| Word {
                bbox: word.bbox.within(*place),
                ..word
            }));
        }
        Ok(words)
    }

    /// Reads the lines of a page that lies level, and turns it if it stands on its head.
    fn read_upright(
        &mut self,
        page: &mut Turned,
        mut lines: Vec<Line>,
    ) -> Result<Vec<(Line, Reading)>, InferenceError> {
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

    fn look_closer(
        &mut self,
        page: &GrayImage,
        read: &mut [(Line, Reading)],
    ) -> Result<(), InferenceError> {
        let parts = closer_look::worth_it(read);
        let lines: Vec<Line> = parts.iter().map(|(_, line)| *line).collect();
        let again = self.recogniser.read(page, &lines)?;
        for ((part, _), again) in parts.into_iter().zip(&again) {
            closer_look::put(&mut read[part.line].1, part, again);
        }
        Ok(())
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
fn stretches(read: &[(Line, Reading)], page: (u32, u32), lean: f32) -> Vec<Stretch> {
    let (sin, cos) = lean.sin_cos();
    let mut stretches = Vec::new();
    for (line, reading) in read {
        if ctc::certainty(&reading.letters) < LEGIBLE {
            continue;
        }
        for group in ctc::groups(&reading.letters, line) {
            let words: Vec<Word> = group
                .iter()
                .map(|span| Word {
                    text: span.text.clone(),
                    bbox: line.part(span.start, span.end, page),
                    confidence: Confidence::new(span.confidence),
                    source: Source::Ocr,
                    line: 0,
                    second: None,
                    others: reading.others(span),
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::inference::{Manifest, Runtime};
    use crate::reading::specks::without_specks;

    /// The reader with the real weights, which `make native` fetches.
    fn model() -> Model {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let native = repository.join("native");
        let runtime = Runtime::load(&native.join("onnxruntime/libonnxruntime.so")).unwrap();
        let manifest = Manifest::load(&repository.join("models/text/2"), &native).unwrap();
        Model::open(&runtime, manifest).unwrap()
    }

    fn receipt() -> GrayImage {
        image::load_from_memory(include_bytes!("../../tests/data/receipt.png"))
            .unwrap()
            .into_luma8()
    }

    fn find<'a>(reading: &'a TextReading, text: &str) -> &'a Word {
        let words: Vec<&str> = reading
            .words
            .iter()
            .map(|word| word.text.as_str())
            .collect();
        let word = reading.words.iter().find(|word| word.text == text);
        word.unwrap_or_else(|| panic!("no {text} in {words:?}"))
    }

    #[test]
    fn a_receipt_is_read_whichever_side_is_up() {
        let mut reader = TextReader::new(model()).unwrap();
        let upright = receipt();
        for (image, turned) in [
            (upright.clone(), Turn::None),
            (imageops::rotate270(&upright), Turn::Quarter),
            (imageops::rotate180(&upright), Turn::Half),
            (imageops::rotate90(&upright), Turn::ThreeQuarters),
        ] {
            let reading = reader.read(&image).unwrap();
            assert_eq!(reading.turned, turned);
            assert_eq!(reading.image.dimensions(), upright.dimensions());
            for (text, place) in [
                ("123456782", BBox::new(0.05, 0.2, 0.237, 0.238)),
                ("03/14/2026", BBox::new(0.516, 0.2, 0.705, 0.238)),
                ("450018832", BBox::new(0.088, 0.31, 0.214, 0.338)),
            ] {
                let word = find(&reading, text);
                let shared = word.bbox.intersection(place) / place.area();
                assert!(shared > 0.8, "{turned:?}: {text} at {:?}", word.bbox);
                assert!(word.confidence.get() > 0.8, "{turned:?}: {word:?}");
            }
        }
    }

    /// The receipt with a number printed as a typewriter does, its dash far from the digits, and dirt below.
    fn typewritten() -> GrayImage {
        let mut page = receipt();
        let digits = imageops::crop_imm(&page, 165, 190, 60, 25).to_image();
        imageops::replace(&mut page, &digits, 173, 190);
        for (x, y, width, height, shade) in [(156, 190, 17, 25, 255), (162, 204, 4, 2, 0)] {
            let patch = GrayImage::from_pixel(width, height, image::Luma([shade]));
            imageops::replace(&mut page, &patch, x, y);
        }
        for (x, y) in (100..900)
            .step_by(12)
            .flat_map(|x| [520, 540, 560].map(|y| (x, y)))
        {
            let speck = GrayImage::from_pixel(2, 2, image::Luma([20]));
            imageops::replace(&mut page, &speck, x, y);
        }
        page
    }

    #[test]
    fn a_dash_that_stands_as_alone_as_a_speck_is_read() {
        let page = typewritten();
        let clean = without_specks(&page, 255).unwrap();
        assert_eq!(clean.get_pixel(163, 204).0, [255], "taken for a speck");
        let reading = TextReader::new(model()).unwrap().read(&page).unwrap();
        find(&reading, "7741-");
    }

    #[test]
    fn only_what_stands_in_the_places_is_read_and_stands_where_it_does_on_the_page() {
        let mut reader = TextReader::new(model()).unwrap();
        let date = BBox::new(0.516, 0.2, 0.705, 0.238);
        let words = reader
            .read_places(&receipt(), &[date.grown(0.02, 0.02)])
            .unwrap();
        let found = words.iter().find(|word| word.text == "03/14/2026");
        let found = found.unwrap_or_else(|| panic!("{words:?}"));
        assert!(
            found.bbox.intersection(date) / date.area() > 0.8,
            "{found:?}"
        );
        assert!(words.iter().all(|word| word.text != "123456782"));
    }

    #[test]
    fn lines_come_in_reading_order_and_columns_apart() {
        let mut reader = TextReader::new(model()).unwrap();
        let reading = reader.read(&receipt()).unwrap();
        let line = |text: &str| find(&reading, text).line;
        assert!(line("Harbor") < line("RECEIPT") && line("RECEIPT") < line("123456782"));
        assert_eq!(line("PO"), line("450018832"));
        assert!(line("486") > line("hand"));
        assert_eq!(line("Received"), line("short"));
    }

    #[test]
    fn an_empty_page_has_no_words() {
        let mut reader = TextReader::new(model()).unwrap();
        let white = GrayImage::from_pixel(600, 800, image::Luma([255]));
        let reading = reader.read(&white).unwrap();
        assert!(reading.words.is_empty());
        assert_eq!(reading.turned, Turn::None);
    }

    #[test]
    fn this_machine_computes_what_the_golden_files_hold() {
        assert!(model().check_golden().unwrap().is_some());
    }
}
