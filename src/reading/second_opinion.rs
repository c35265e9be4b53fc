//! Second opinion: what another engine makes of the lines that matter most.
//!
//! In: the words of a page. Out: the stretches of them that hold an identifier or a date, their pictures, and the other
//! engine's reading beside each word. Two engines that agree are right far more often than one that is sure.

use std::ops::Range;

use image::GrayImage;

use super::line::{Line, whole};
use super::page::{SecondReading, Word};
use crate::document::Confidence;

/// How many stretches of one page are asked about: one takes Tesseract some 15 ms.
const MOST: usize = 25;
/// A word with so many digits is taken for an identifier.
const IDENTIFIER_DIGITS: usize = 5;
/// Words that announce an identifier or a date, without what is no letter.
const LABELS: [&str; 24] = [
    "pro",
    "bol",
    "bl",
    "po",
    "date",
    "load",
    "seal",
    "trailer",
    "container",
    "order",
    "ref",
    "reference",
    "waybill",
    "invoice",
    "shipment",
    "cmr",
    "booking",
    "delivered",
    "delivery",
    "pickup",
    "arrival",
    "departure",
    "datum",
    "data",
];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
/// Readings less alike than this are of different words.
const ALIKE: f64 = 0.35;
/// Into so many pieces the other engine may part a word.
const PIECES: usize = 3;
/// Room left beyond the ends of a line, in line heights. Above and below there is none: what the words' boxes leave out there is rules and
/// other lines. Of 300 numbers on generated pages of validation families Tesseract read 255 right with this, a height of 40 pixels and a frame
/// in the paper's shade, and 223 with half of it all around, the page's size and a white frame.
const MARGIN: f32 = 0.3;
/// Height that a line is brought to, in pixels. With less room at the ends Tesseract read 254 of those numbers right from lines 48 pixels high,
/// 249 from 36 and 64, and 248 at the page's size.
const HEIGHT: f32 = 48.0;
/// No line is drawn wider than this; one that would be is squeezed as a whole.
const WIDEST: f32 = 4000.0;

/// The stretches of words (those of one line) that hold an identifier or a date, the least certain ones if there are too
/// many. As ranges of `words`, in their order.
pub(super) fn worth_asking(words: &[Word]) -> Vec<Range<usize>> {
    let mut found: Vec<(u8, f32, Range<usize>)> = Vec::new();
    let mut start = 0;
    for line in words.chunk_by(|one, other| one.line == other.line) {
        let range = start..start + line.len();
        start = range.end;
        let weakest = line
            .iter()
            .map(|word| word.confidence.get())
            .fold(1.0, f32::min);
        if let Some(rank) = rank(line) {
            found.push((rank, weakest, range));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    found.truncate(MOST);
    let mut ranges: Vec<Range<usize>> = found.into_iter().map(|(_, _, range)| range).collect();
    ranges.sort_by_key(|range| range.start);
    ranges
}

/// 0 for a line with a label and an identifier or date, 1 without the label, 2 for a label with any digit.
fn rank(line: &[Word]) -> Option<u8> {
    let labelled = line.iter().any(|word| is_label(&word.text));
    let valued = line.iter().any(|word| is_identifier(&word.text)) || holds_date(line);
    let digits = line.iter().any(|word| digits(&word.text) > 0);
    match (labelled, valued, digits) {
        (true, true, _) => Some(0),
        (false, true, _) => Some(1),
        (true, false, true) => Some(2),
        (_, false, _) => None,
    }
}

fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

fn is_identifier(text: &str) -> bool {
    digits(text) >= IDENTIFIER_DIGITS
}

/// A word such as 3/14/26 or 14.03.2026, or the name of a month beside digits.
fn holds_date(line: &[Word]) -> bool {
    let parted = |text: &str| {
        let parts = text.split(['/', '-', '.']);
        let numbers = parts.filter(|part| (1..=4).contains(&digits(part)));
        numbers.count() == 3
    };
    let month = |text: &str| {
        let start: String = letters(text).chars().take(3).collect();
        MONTHS.contains(&start.as_str())
    };
    line.iter().any(|word| parted(&word.text))
        || (line.iter().any(|word| month(&word.text))
            && line.iter().any(|word| digits(&word.text) > 0))
}

fn is_label(text: &str) -> bool {
    LABELS.contains(&letters(text).as_str())
}

/// The letters of a word, lower-case.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The picture of words that stand on one line, level.
pub(super) fn picture(page: &GrayImage, words: &[Word]) -> GrayImage {
    let line = line_of(words, page.dimensions());
    let scale = (HEIGHT / line.height).min(WIDEST / line.length);
    let size = |length: f32| whole((length * scale).round()).max(1);
    line.picture(page, size(line.length), size(line.height))
}

/// The rectangle around words of one line, from the way that their middles run.
fn line_of(words: &[Word], (width, height): (u32, u32)) -> Line {
    let (width, height) = (width as f32, height as f32);
    let middle = |word: &Word| {
        let (x, y) = word.bbox.centre();
        (x * width, y * height)
    };
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Line {
            centre: (0.0, 0.0),
            length: 1.0,
            height: 1.0,
            angle: 0.0,
        };
    };
    let (start, end) = (middle(first), middle(last));
    let (dx, dy) = (end.0 - start.0, end.1 - start.1);
    let angle = if dx > 0.0 { (dy / dx).atan() } else { 0.0 };
    let across = words
        .iter()
        .map(|word| word.bbox.height() * height - word.bbox.width() * width * angle.sin().abs())
        .fold(f32::INFINITY, f32::min)
        .max(1.0);
    let half = |word: &Word| word.bbox.width() * width / 2.0;
    let (before, after) = (half(first), half(last));
    // The words at the ends are of unlike width: the middle between their middles is not the line's.
    let off = (after - before) / 2.0;
    let (sin, cos) = angle.sin_cos();
    Line {
        centre: (
            f32::midpoint(start.0, end.0) + off * cos,
            f32::midpoint(start.1, end.1) + off * sin,
        ),
        length: dx.hypot(dy) + before + after + 2.0 * MARGIN * across,
        height: across,
        angle,
    }
}

/// Notes the other engine's `reading` of a line beside its words.
pub(super) fn compare(words: &mut [Word], reading: &[(String, Confidence)]) {
    for (word, pieces) in align(words, reading) {
        let pieces = &reading[pieces];
        let confidence = pieces.iter().map(|(_, confidence)| confidence.get());
        words[word].second = Some(SecondReading {
            text: pieces.iter().map(|(text, _)| text.as_str()).collect(),
            confidence: Confidence::new(confidence.fold(1.0, f32::min)),
        });
    }
}

/// How well words and readings can be paired from here on, and the next step of that.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Best {
    gain: f64,
    step: Step,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    End,
    SkipWord,
    SkipReading,
    /// The word was read as so many pieces.
    Pair(usize),
}

/// Pairs words with one to three pieces of the reading, in order, so that the pairs are as alike as can be.
fn align(words: &[Word], reading: &[(String, Confidence)]) -> Vec<(usize, Range<usize>)> {
    let end = Best {
        gain: 0.0,
        step: Step::End,
    };
    let mut table = vec![vec![end; reading.len() + 1]; words.len() + 1];
    for word in (0..words.len()).rev() {
        for at in (0..reading.len()).rev() {
            table[word][at] = best_step(words, reading, &table, (word, at));
        }
    }
    let (mut word, mut at, mut pairs) = (0, 0, Vec::new());
    loop {
        match table[word][at].step {
            Step::End => return pairs,
            Step::SkipWord => word += 1,
            Step::SkipReading => at += 1,
            Step::Pair(pieces) => {
                pairs.push((word, at..at + pieces));
                (word, at) = (word + 1, at + pieces);
            }
        }
    }
}

fn best_step(
    words: &[Word],
    reading: &[(String, Confidence)],
    table: &[Vec<Best>],
    (word, at): (usize, usize),
) -> Best {
    let mut best = Best {
        gain: table[word + 1][at].gain,
        step: Step::SkipWord,
    };
    if table[word][at + 1].gain > best.gain {
        best = Best {
            gain: table[word][at + 1].gain,
            step: Step::SkipReading,
        };
    }
    for pieces in 1..=PIECES.min(reading.len() - at) {
        let text: String = reading[at..at + pieces]
            .iter()
            .map(|(text, _)| text.as_str())
            .collect();
        let alike = strsim::normalized_levenshtein(&words[word].text, &text);
        let gain = table[word + 1][at + pieces].gain + alike - ALIKE;
        if alike >= ALIKE && gain > best.gain {
            best = Best {
                gain,
                step: Step::Pair(pieces),
            };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::document::{BBox, Source};

    fn words(line: u32, text: &str) -> Vec<Word> {
        let place = |index: usize| 0.05 + 0.1 * index as f32;
        let words = text.split(' ').enumerate().map(|(index, text)| Word {
            text: text.to_owned(),
            bbox: BBox::new(place(index), 0.1, place(index) + 0.08, 0.12),
            confidence: Confidence::new(0.9),
            source: Source::Ocr,
            line,
            second: None,
            others: Vec::new(),
        });
        words.collect()
    }

    #[test]
    fn lines_with_identifiers_and_dates_are_worth_asking_about() {
        for (text, wanted) in [
            ("PRO 123456782", true),
            ("Ship to Acme Tools", false),
            ("PO# 4471", true),
            ("P.O. Box", false),
            ("Delivered 3/14/26", true),
            ("14.03.2026", true),
            ("March 14 2026", true),
            ("Mary Miller", false),
            ("12 pallets", false),
        ] {
            assert_eq!(worth_asking(&words(0, text)).len() == 1, wanted, "{text}");
        }
    }

    #[test]
    fn of_too_many_lines_the_labelled_and_the_uncertain_are_asked_about() {
        let mut page: Vec<Word> = (0..40).flat_map(|line| words(line, "9876543")).collect();
        page[7].confidence = Confidence::new(0.2);
        page.extend(words(40, "BOL 12345"));
        let found = worth_asking(&page);
        assert_eq!(found.len(), MOST);
        assert!(found.contains(&(7..8)) && found.contains(&(40..42)));
        assert!(found.is_sorted_by_key(|range| range.start));
    }

    #[test]
    fn words_are_paired_with_what_the_other_engine_made_of_them() {
        for (ours, theirs, wanted) in [
            ("PRO 12345", "PRO 12346", vec![Some("PRO"), Some("12346")]),
            ("PRO:12345", "PRO: 12345", vec![Some("PRO:12345")]),
            ("PRO 12345", "12345", vec![None, Some("12345")]),
            (
                "PRO 12345",
                "| = PRO x 12345",
                vec![Some("PRO"), Some("12345")],
            ),
            ("12345", "quite else", vec![None]),
            ("12345", "", vec![None]),
        ] {
            let mut ours = words(0, ours);
            let theirs: Vec<(String, Confidence)> = theirs
                .split_whitespace()
                .map(|text| (text.to_owned(), Confidence::new(0.5)))
                .collect();
            compare(&mut ours, &theirs);
            let seconds: Vec<Option<&str>> = ours
                .iter()
                .map(|word| word.second.as_ref().map(|second| second.text.as_str()))
                .collect();
            assert_eq!(seconds, wanted);
        }
    }

    #[test]
    fn the_picture_holds_all_words_and_as_little_else_before_as_after_them() {
        let mut row = words(0, "PO 123456789012 7");
        row[0].bbox = BBox::new(0.1, 0.1, 0.13, 0.12);
        row[1].bbox = BBox::new(0.14, 0.1, 0.5, 0.12);
        row[2].bbox = BBox::new(0.51, 0.1, 0.52, 0.12);
        for ends in [0..2, 1..3, 0..3] {
            let row = &row[ends];
            let page = GrayImage::from_fn(1000, 1000, |x, y| {
                let (x, y) = (x as f32 / 1000.0, y as f32 / 1000.0);
                let within = |word: &Word| {
                    (word.bbox.left..word.bbox.right).contains(&x)
                        && (word.bbox.top..word.bbox.bottom).contains(&y)
                };
                Luma([if row.iter().any(within) { 0 } else { 255 }])
            });
            let picture = picture(&page, row);
            let middle = picture.height() / 2;
            let empty = |x: &u32| picture.get_pixel(*x, middle).0[0] > 128;
            let before = (0..picture.width()).take_while(empty).count();
            let after = (0..picture.width()).rev().take_while(empty).count();
            assert_eq!(picture.height(), 48);
            assert!((13..=16).contains(&before), "{before}");
            assert!((13..=16).contains(&after), "{after}");
        }
    }
}
