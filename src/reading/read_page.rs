//! One page from the reader child to words: its text layer, or the text models, or Tesseract.
//!
//! In: the number of a page of the upload that the reader has open. Out: the page upright, with words, bar codes and
//! quality. Refuses what the reader refuses.

use image::{GrayImage, imageops};

use super::page::{Method, Page, Quality, Turn, Word};
use super::pool::Reader;
use super::reading_order::put_in_order;
use super::run_together::parted;
use super::shades::{ink, paper};
use super::show_through::{is_clear_in_mirror, is_hardly_read, shows_through};
use super::text::{TextReader, TextReading};
use super::torn_apart::joined;
use super::{quality, second_opinion};
use crate::document::{BBox, Confidence, PageNumber};
use crate::fault::Fault;

/// A page with less ink is blank: at 200 dpi about four letters, or the specks of a scanner.
const BLANK: f32 = 1e-4;
/// With so much ink a page should give words; a line of print on letter paper at 200 dpi has more.
const SHOULD_HAVE_TEXT: f32 = 2e-3;
/// What is drawn with its middle in the uppermost share of a born-digital page is its letterhead. What is filled in by pen right below
/// may begin there.
const LETTERHEAD: f32 = 0.12;
/// A drawing that covers more of a born-digital page is no handwriting: a signature covers a hundredth of a letter page, a column filled
/// in by pen on a narrow receipt up to a fifth.
const PEN: f32 = 0.25;
/// Paper around a drawing that lets its edges be seen, as a share of the page.
const PAPER: f32 = 0.008;
/// A page with more drawings is a plan or a chart.
const MOST_PLACES: usize = 40;

/// Reads a page of the upload that `reader` has open.
///
/// # Errors
/// Those of the reader. When the text models fail on a page, Tesseract reads it: see [`Method`].
pub fn read_page(
    reader: &mut Reader,
    text: &mut TextReader,
    number: PageNumber,
) -> Result<Page, Fault> {
    let mut raw = reader.page(number)?;
    let (method, reading) = match raw.text.take() {
        Some(words) => {
            let words = with_written(text, &raw.image, &raw.drawings, words);
            (Method::TextLayer, as_it_lies(raw.image, words))
        }
        None => read_image(reader, text, raw.image)?,
    };
    let quality = match method {
        Method::TextLayer => Quality {
            score: Confidence::CERTAIN,
            defects: Vec::new(),
        },
        Method::Ocr | Method::Tesseract => quality::assess(&reading.image, &reading.words),
    };
    let turned = reading.turned;
    for barcode in &mut raw.barcodes {
        barcode.bbox = turned.carry(barcode.bbox);
    }
    Ok(Page {
        number,
        image: reading.image,
        method,
        turned,
        words: joined(parted(reading.words)),
        barcodes: raw.barcodes,
        quality,
        drawings: raw
            .drawings
            .iter()
            .map(|drawing| turned.carry(*drawing))
            .collect(),
    })
}

fn as_it_lies(image: GrayImage, words: Vec<Word>) -> TextReading {
    TextReading {
        image,
        turned: Turn::None,
        words,
    }
}

/// Adds what was written by hand to the words of a text layer: on a born-digital page that is drawn. Where the models fail, the
/// text layer stands as it is.
fn with_written(
    text: &mut TextReader,
    image: &GrayImage,
    drawings: &[BBox],
    mut words: Vec<Word>,
) -> Vec<Word> {
    let below_head = |place: &&BBox| place.centre().1 > LETTERHEAD && place.area() < PEN;
    let places = drawings.iter().filter(below_head);
    let places: Vec<BBox> = places.map(|place| place.grown(PAPER, PAPER)).collect();
    if places.is_empty() || places.len() > MOST_PLACES {
        return words;
    }
    let mut written = text.read_places(image, &places).unwrap_or_default();
    let is_typed = |one: &Word| {
        let shared = |typed: &Word| typed.bbox.intersection(one.bbox);
        words
            .iter()
            .any(|typed| shared(typed) > 0.5 * one.bbox.area())
    };
    written.retain(|one| !is_typed(one));
    if written.is_empty() {
        return words;
    }
    words.extend(written);
    put_in_order(
        words,
        f64::from(image.width()) / f64::from(image.height().max(1)),
    )
}

/// Reads the picture of a page: with the text models, with Tesseract where they fail or see nothing in plenty of ink.
fn read_image(
    reader: &mut Reader,
    text: &mut TextReader,
    image: GrayImage,
) -> Result<(Method, TextReading), Fault> {
    let ink = ink(&image, paper(&image));
    if ink < BLANK {
        return Ok((Method::Ocr, as_it_lies(image, Vec::new())));
    }
    match text.read(&image) {
        Ok(reading) if shows_through(&reading.words) || shows_in_mirror(text, &reading) => {
            let words = Vec::new();
            Ok((Method::Ocr, TextReading { words, ..reading }))
        }
        Ok(mut reading) if !reading.words.is_empty() || ink < SHOULD_HAVE_TEXT => {
            ask_again(reader, &reading.image, &mut reading.words)?;
            if is_shape(&reading.words) {
                reading.words.clear();
            }
            Ok((Method::Ocr, reading))
        }
        Ok(_) | Err(_) => {
            let words = reader.read_page(&image)?;
            Ok((Method::Tesseract, as_it_lies(image, words)))
        }
    }
}

/// Is what can hardly be read on a page the pale print of its other side?
fn shows_in_mirror(text: &mut TextReader, reading: &TextReading) -> bool {
    is_hardly_read(&reading.words)
        && text
            .read(&imageops::flip_horizontal(&reading.image))
            .is_ok_and(|mirrored| is_clear_in_mirror(&mirrored.words, &reading.words))
}

/// A single word on a page is a shape in a picture unless it was read more surely: a corner of a box on a photo of freight was `5` with
/// 0.50.
const SURE_ALONE: f32 = 0.6;

fn is_shape(words: &[Word]) -> bool {
    matches!(words, [only] if only.confidence.get() < SURE_ALONE)
}

/// Lets Tesseract read the lines that hold an identifier or a date.
fn ask_again(reader: &mut Reader, page: &GrayImage, words: &mut [Word]) -> Result<(), Fault> {
    let ranges = second_opinion::worth_asking(words);
    if ranges.is_empty() {
        return Ok(());
    }
    let pictures: Vec<GrayImage> = ranges
        .iter()
        .map(|range| second_opinion::picture(page, &words[range.clone()]))
        .collect();
    let readings = reader.read_lines(&pictures)?;
    for (range, reading) in ranges.into_iter().zip(readings) {
        second_opinion::compare(&mut words[range], &reading.words);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubtful_word_alone_on_a_page_is_a_shape() {
        let word = |confidence| Word {
            text: "5".to_owned(),
            bbox: BBox::PAGE,
            confidence: Confidence::new(confidence),
            source: crate::document::Source::Ocr,
            line: 0,
            second: None,
            others: Vec::new(),
        };
        assert!(is_shape(&[word(0.5)]));
        assert!(!is_shape(&[word(0.9)]) && !is_shape(&[word(0.5), word(0.5)]));
        assert!(!is_shape(&[]));
    }
}
