//! The text layer of a PDF page as words with boxes.

use pdfium_render::prelude::{PdfPage, PdfPageTextChar};

use super::geometry::Geometry;
use crate::document::{BBox, Confidence, Source};
use crate::fault::RejectReason;
use crate::reading::Word;
use crate::reading::reading_order::put_in_order;

/// How sure the text layer is: what it says is what was typed, but not always what is seen.
const CONFIDENCE: f32 = 0.99;
/// A page of small print holds 20,000 characters; more than this many are not read.
const MAX_CHARACTERS: usize = 200_000;
/// Two characters belong to different words when they stand further apart than this share of the taller one's height,
/// even where the file has no space between them.
const WORD_GAP: f32 = 0.8;
/// What PDFium gives for a hyphen at the end of a line.
const LINE_END_HYPHEN: char = '\u{2}';

/// The words of a text layer in reading order.
#[derive(Debug, Default)]
pub(super) struct TextLayer {
    pub(super) words: Vec<Word>,
    /// Characters that are not white space.
    pub(super) characters: usize,
    /// Those of them that stand for no letter: control, private-use and replacement characters.
    pub(super) broken: usize,
}

/// Reads the text layer of a page.
pub(super) fn read(page: &PdfPage<'_>, geometry: &Geometry) -> Result<TextLayer, RejectReason> {
    let text = page.text().map_err(|_| RejectReason::Corrupt)?;
    let (width, height) = geometry.shown();
    let mut layer = TextLayer::default();
    let mut draft: Option<Draft> = None;
    for character in text.chars().iter().take(MAX_CHARACTERS) {
        let Some(letter) = letter_of(&character) else {
            layer.words.extend(draft.take().map(Draft::finish));
            continue;
        };
        let place = character
            .loose_bounds()
            .ok()
            .and_then(|rect| geometry.place(&rect));
        let Some(place) = place else { continue };
        layer.characters += 1;
        layer.broken += usize::from(letter == char::REPLACEMENT_CHARACTER);
        match &mut draft {
            Some(draft) if draft.touches(place, width, height) => draft.add(letter, place),
            _ => {
                let next = Draft::new(letter, place);
                layer.words.extend(draft.replace(next).map(Draft::finish));
            }
        }
    }
    layer.words.extend(draft.map(Draft::finish));
    layer.words = put_in_order(layer.words, f64::from(width) / f64::from(height));
    Ok(layer)
}

/// `None` for white space; the replacement character for what is no letter.
fn letter_of(character: &PdfPageTextChar<'_>) -> Option<char> {
    match character.unicode_char() {
        Some(LINE_END_HYPHEN) => Some('-'),
        Some(space) if space.is_whitespace() => None,
        Some(letter) if !is_broken(letter) => Some(letter),
        _ => Some(char::REPLACEMENT_CHARACTER),
    }
}

fn is_broken(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}' | '\u{F0000}'..)
}

struct Draft {
    text: String,
    bbox: BBox,
    last: BBox,
}

impl Draft {
    fn new(letter: char, place: BBox) -> Self {
        Self {
            text: letter.to_string(),
            bbox: place,
            last: place,
        }
    }

    fn touches(&self, place: BBox, width: f32, height: f32) -> bool {
        let apart =
            |from: f32, to: f32, from2: f32, to2: f32| (from2 - to).max(from - to2).max(0.0);
        let across = apart(self.last.left, self.last.right, place.left, place.right) * width;
        let down = apart(self.last.top, self.last.bottom, place.top, place.bottom) * height;
        let size = self.last.height().max(place.height()) * height;
        across.max(down) <= WORD_GAP * size
    }

    fn add(&mut self, letter: char, place: BBox) {
        self.text.push(letter);
        self.bbox = self.bbox.union(place);
        self.last = place;
    }

    fn finish(self) -> Word {
        Word {
            text: self.text,
            bbox: self.bbox,
            confidence: Confidence::new(CONFIDENCE),
            source: Source::TextLayer,
            line: 0,
            second: None,
            others: Vec::new(),
        }
    }
}
