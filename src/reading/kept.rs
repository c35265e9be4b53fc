//! Readings as they are kept: what was made of an upload's pages, without the pictures, so that other models can look at it again without
//! reading it again.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use image::GrayImage;
use serde::{Deserialize, Serialize};

use super::page::Page;
use crate::document::{BBox, Confidence};

/// The longest reading that is unpacked, in bytes: 300 pages of small print have a tenth.
const LONGEST: u64 = 256 << 20;

/// What is written. Pages as JSON have rounded boxes and confidences, as events have them; what models saw must come back to the last bit.
#[derive(Serialize, Deserialize)]
struct Kept {
    pages: Vec<Page>,
    boxes: Vec<[f32; 4]>,
    confidences: Vec<f32>,
}

/// The pages of an upload as compressed JSON.
///
/// # Errors
/// What cannot be written as JSON.
pub fn pack(pages: &[Page]) -> std::io::Result<Vec<u8>> {
    let mut pages = pages.to_vec();
    let exact = |place: &mut BBox| [place.left, place.top, place.right, place.bottom];
    let boxes = pages.iter_mut().flat_map(boxes).map(exact).collect();
    let confidences = pages.iter_mut().flat_map(confidences);
    let confidences = confidences.map(|confidence| confidence.get()).collect();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let kept = Kept {
        pages,
        boxes,
        confidences,
    };
    serde_json::to_writer(&mut packed, &kept)?;
    packed.flush()?;
    packed.finish()
}

/// The pages again; their pictures are empty.
///
/// # Errors
/// Bytes that [`pack`] did not give.
pub fn unpack(bytes: &[u8]) -> std::io::Result<Vec<Page>> {
    let unpacked = GzDecoder::new(bytes).take(LONGEST);
    let kept: Kept = serde_json::from_reader(std::io::BufReader::new(unpacked))?;
    let mut pages = kept.pages;
    for (place, [left, top, right, bottom]) in pages.iter_mut().flat_map(boxes).zip(kept.boxes) {
        *place = BBox::new(left, top, right, bottom);
    }
    let confidences = pages.iter_mut().flat_map(confidences);
    for (confidence, exact) in confidences.zip(kept.confidences) {
        *confidence = Confidence::new(exact);
    }
    Ok(pages)
}

/// All boxes of a page, always in the same order.
fn boxes(page: &mut Page) -> impl Iterator<Item = &mut BBox> {
    let words = page.words.iter_mut().map(|word| &mut word.bbox);
    let barcodes = page.barcodes.iter_mut().map(|barcode| &mut barcode.bbox);
    words.chain(barcodes).chain(&mut page.drawings)
}

/// All confidences of a page, always in the same order.
fn confidences(page: &mut Page) -> impl Iterator<Item = &mut Confidence> {
    let words = page.words.iter_mut().flat_map(|word| {
        let second = word.second.as_mut();
        let second = second.map(|second| &mut second.confidence);
        [Some(&mut word.confidence), second].into_iter().flatten()
    });
    words.chain([&mut page.quality.score])
}

impl Page {
    /// The page with its picture, as the reader child draws it.
    #[must_use]
    pub fn drawn(self, raw: GrayImage) -> Self {
        Self {
            image: self.turned.applied(raw),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::document::{PageNumber, Source};
    use crate::reading::{Method, Quality, SecondReading, Turn, Word};

    #[test]
    fn a_reading_is_unpacked_as_it_was_packed_and_stands_upright_again() {
        let word = Word {
            text: "PRO 123".to_owned(),
            bbox: BBox::new(0.123_456_7, 0.2, 0.3, 0.25),
            confidence: Confidence::new(0.834_567_8),
            source: Source::Ocr,
            line: 4,
            second: Some(SecondReading {
                text: "PR0".to_owned(),
                confidence: Confidence::new(0.4),
            }),
            others: vec![("128".to_owned(), 0.2)],
        };
        let page = Page {
            number: PageNumber::from_index(2),
            image: GrayImage::default(),
            method: Method::Ocr,
            turned: Turn::Quarter,
            words: vec![word.clone()],
            barcodes: Vec::new(),
            quality: Quality {
                score: Confidence::new(0.7),
                defects: Vec::new(),
            },
            drawings: vec![BBox::new(0.0, 0.0, 1.0, 1.0)],
        };
        let packed = pack(std::slice::from_ref(&page)).unwrap();
        let again = unpack(&packed).unwrap().remove(0);
        assert_eq!((again.number, again.turned), (page.number, page.turned));
        assert_eq!((again.words, again.drawings), (page.words, page.drawings));
        let lying = GrayImage::from_fn(3, 2, |x, _| Luma([u8::try_from(x).unwrap()]));
        let drawn = unpack(&packed).unwrap().remove(0).drawn(lying);
        assert_eq!(drawn.image.dimensions(), (2, 3));
        assert!(unpack(&packed[..packed.len() / 2]).is_err());
        assert!(unpack(b"no reading").is_err());
    }
}
