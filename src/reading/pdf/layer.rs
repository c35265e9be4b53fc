//! Whether a page's text layer can be trusted, or the page has to be read by OCR.

use image::GrayImage;

use super::content::Content;
use super::geometry::pixel;
use super::text::TextLayer;
use crate::reading::Word;

/// A picture that covers more of the page is the page itself, or its background.
pub(super) const BACKGROUND_COVER: f32 = 0.7;
/// Broken characters that a good layer may hold.
const MAX_BROKEN: f64 = 0.05;
/// Share of words that look like words in a good layer.
const MIN_WORDLIKE: f64 = 0.6;
/// A page with fewer words whose drawings cover more of it than [`FEW_WORDS_COVER`] shows its text as drawings.
const FEW_WORDS: usize = 10;
const FEW_WORDS_COVER: f32 = 0.15;
/// Share of vowels in the letters of English, French, German, Spanish and Italian text: 0.37 to 0.48; in texts of many
/// abbreviations down to 0.28. A font whose codes are shifted against the alphabet gives 0.13 or less.
const VOWELS: std::ops::Range<f64> = 0.22..0.65;
/// Fewer letters than this say nothing about their share of vowels.
const MIN_LETTERS: usize = 60;
/// Text objects above the background that make it a background; a page number stamped on a scan is fewer.
const MIN_TEXT_ABOVE: usize = 5;
/// Pixels darker than this are ink.
const INK: u8 = 128;
/// Ink that a background may have outside the words: a letterhead's logo and lines.
const MAX_INK_OUTSIDE: f64 = 0.02;

/// How a page is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// By OCR.
    Scan,
    /// By its text layer.
    Digital,
    /// By its text layer, if the picture behind it turns out to be a light ground.
    DigitalOnLightGround,
}

/// Judges a text layer by what it says and what it stands on.
pub(super) fn judge(layer: &TextLayer, content: &Content) -> Judgement {
    if layer.words.is_empty() && content.is_bare() && !content.text_in_annotations {
        return Judgement::Digital; // A blank page; nothing can be read on it.
    }
    if content.text_in_annotations || !is_good(layer) {
        return Judgement::Scan;
    }
    if content.picture_cover() > BACKGROUND_COVER {
        return match content.text_above_pictures {
            0..MIN_TEXT_ABOVE => Judgement::Scan,
            _ => Judgement::DigitalOnLightGround,
        };
    }
    let few_words = layer.words.len() < FEW_WORDS;
    match few_words && content.drawn_cover() > FEW_WORDS_COVER {
        true => Judgement::Scan,
        false => Judgement::Digital,
    }
}

/// Whether the picture of a page is light outside its words, so that nothing is lost by reading the words alone.
pub(super) fn ground_is_light(image: &GrayImage, words: &[Word]) -> bool {
    let mut outside = image.clone();
    for word in words {
        let columns = pixel(word.bbox.left, image.width())..pixel(word.bbox.right, image.width());
        for y in pixel(word.bbox.top, image.height())..pixel(word.bbox.bottom, image.height()) {
            columns
                .clone()
                .for_each(|x| outside.put_pixel(x, y, image::Luma([255])));
        }
    }
    let ink = outside.pixels().filter(|pixel| pixel.0[0] < INK).count();
    share(ink, outside.len()) < MAX_INK_OUTSIDE
}

fn is_good(layer: &TextLayer) -> bool {
    let wordlike = layer
        .words
        .iter()
        .filter(|word| is_wordlike(&word.text))
        .count();
    !layer.words.is_empty()
        && share(layer.broken, layer.characters) <= MAX_BROKEN
        && share(wordlike, layer.words.len()) >= MIN_WORDLIKE
        && has_vowels(&layer.words)
}

/// A word, a number, an identifier or a form's filler, not a jumble of signs.
fn is_wordlike(text: &str) -> bool {
    let plain = text.chars().filter(|c| c.is_alphanumeric()).count();
    let all = text.chars().count();
    let filler = text.chars().all(|c| "_.-–—:/|•*#()[]$€£&+=".contains(c));
    filler || 2 * plain >= all
}

/// Text of another alphabet than the Latin one passes.
fn has_vowels(words: &[Word]) -> bool {
    let letters = || {
        let characters = words.iter().flat_map(|word| word.text.chars());
        characters
            .filter(char::is_ascii_alphabetic)
            .map(|c| c.to_ascii_lowercase())
    };
    let vowels = letters().filter(|c| "aeiouy".contains(*c)).count();
    let letters = letters().count();
    letters < MIN_LETTERS || VOWELS.contains(&share(vowels, letters))
}

fn share(some: usize, of: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(some) / number(of.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Confidence, Source};

    fn layer(text: &str) -> TextLayer {
        let words: Vec<Word> = text
            .split_whitespace()
            .map(|text| Word {
                text: text.to_owned(),
                bbox: BBox::new(0.1, 0.1, 0.2, 0.12),
                confidence: Confidence::CERTAIN,
                source: Source::TextLayer,
                line: 0,
                second: None,
                others: Vec::new(),
            })
            .collect();
        let characters = text.chars().filter(|c| !c.is_whitespace());
        TextLayer {
            characters: characters.clone().count(),
            broken: characters
                .filter(|c| *c == char::REPLACEMENT_CHARACTER)
                .count(),
            words,
        }
    }

    #[test]
    fn plain_text_and_sparse_numbers_are_good() {
        for text in [
            "DELIVERY RECEIPT PRO 123-456782 Consignee Acme Foods 12 PLT 4,310 lbs Received in good order by",
            "Lieferschein Nr. 4711 Empfänger: Müller & Söhne GmbH, Ware vollständig erhalten am 14.03.2026",
            "1 12 40x48 $135.00 _________ 2026-03-14",
            "運送状 受領書 東京",
        ] {
            assert!(is_good(&layer(text)), "{text}");
        }
    }

    #[test]
    fn shifted_letters_broken_glyphs_and_jumbles_are_bad() {
        let plain = "received in good order and condition except as noted on this delivery receipt by the consignee";
        let shifted: String = plain
            .chars()
            .map(|c| {
                if c == ' ' {
                    c
                } else {
                    char::from(u8::try_from(c).unwrap() - 29)
                }
            })
            .collect();
        for text in [
            shifted.as_str(),
            "\u{FFFD}\u{FFFD}ceived \u{FFFD}n g\u{FFFD}\u{FFFD}d",
            "~~} {{%^ \\\\;; ``'' <<>> @@!! ok",
            "",
        ] {
            assert!(!is_good(&layer(text)), "{text}");
        }
    }

    #[test]
    fn a_ground_is_light_when_only_the_words_are_dark() {
        let words = layer("word").words;
        let mut image = GrayImage::from_pixel(100, 100, image::Luma([240]));
        for (x, y) in (10..20).flat_map(|x| [(x, 10), (x, 11)]) {
            image.put_pixel(x, y, image::Luma([0]));
        }
        assert!(ground_is_light(&image, &words));
        for x in 0..100 {
            (50..55).for_each(|y| image.put_pixel(x, y, image::Luma([0])));
        }
        assert!(!ground_is_light(&image, &words));
    }
}
