//! A map of a page's words: what the `marks` model is told of them beside the picture.
//!
//! In: words, the fields they were tagged with, and the picture that the model sees. Out: a [`WordMap`] of its cells. Without it the
//! model cannot know a name by hand from a signature, nor whose line it is; the one implementation that training (through
//! `countersign features`) and the worker share.

use ndarray::{Array2, Array4};

use super::picture::{CELL, MarksPicture};
use super::{FieldName, Role, roles};
use crate::document::BBox;
use crate::reading::Word;

/// Changes whenever a plane changes its meaning; models name the schema they were trained on.
pub const WORD_MAP_SCHEMA: f32 = 1.0;
/// What a cell may hold. The planes of the model's input, in this order: labels that ask the consignee, the driver or the shipper to
/// sign; labels that ask nobody by name; words of any kind; words tagged as the receiver's name, as another value, as a stamp's text.
pub const PLANES: usize = crate::inference::contract::WORD_LAYERS;

const CONSIGNEE: u8 = 1;
const DRIVER: u8 = 1 << 1;
const SHIPPER: u8 = 1 << 2;
const NAMELESS: u8 = 1 << 3;
const WORD: u8 = 1 << 4;
const NAME: u8 = 1 << 5;
const VALUE: u8 = 1 << 6;
const STAMP: u8 = 1 << 7;

/// The cells of a [`MarksPicture`], each with a bit for each of the [`PLANES`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordMap(Array2<u8>);

impl WordMap {
    /// Maps the words; `fields` holds what each was tagged with, none for words beyond its end.
    #[must_use]
    pub fn of(words: &[Word], fields: &[Option<FieldName>], picture: &MarksPicture) -> Self {
        let (width, height) = picture.image.dimensions();
        let size = (height as usize / CELL, width as usize / CELL);
        let mut map = Self(Array2::zeros(size));
        let mut put = |bbox, bit| map.put(bbox, picture.filled, bit);
        let fields = fields.iter().copied().chain(std::iter::repeat(None));
        for (word, field) in words.iter().zip(fields) {
            put(word.bbox, WORD | bit_of(field));
        }
        for label in roles::labels(words) {
            put(label.bbox, role_bit(label.role));
        }
        for label in roles::nameless(words, Role::Consignee) {
            put(label.bbox, NAMELESS);
        }
        map
    }

    fn put(&mut self, bbox: BBox, filled: (f32, f32), bit: u8) {
        let (rows, columns) = self.0.dim();
        let across = cells(bbox.left * filled.0, bbox.right * filled.0, columns);
        let down = cells(bbox.top * filled.1, bbox.bottom * filled.1, rows);
        let mut place = self.0.slice_mut(ndarray::s![down, across]);
        place.mapv_inplace(|bits| bits | bit);
    }

    /// (rows, columns) of bits.
    #[must_use]
    pub fn bits(&self) -> &Array2<u8> {
        &self.0
    }

    /// (1, [`PLANES`], rows, columns) of 0 and 1, of the cells in `rows` and `columns`.
    #[must_use]
    pub fn planes(
        &self,
        rows: std::ops::Range<usize>,
        columns: std::ops::Range<usize>,
    ) -> Array4<f32> {
        let part = self.0.slice(ndarray::s![rows, columns]);
        Array4::from_shape_fn(
            (1, PLANES, part.nrows(), part.ncols()),
            |(_, plane, y, x)| f32::from(part[[y, x]] >> plane & 1),
        )
    }
}

fn role_bit(role: Role) -> u8 {
    match role {
        Role::Consignee => CONSIGNEE,
        Role::Driver => DRIVER,
        Role::Shipper => SHIPPER,
    }
}

fn bit_of(field: Option<FieldName>) -> u8 {
    match field {
        None => 0,
        Some(FieldName::ReceivedByName) => NAME,
        Some(FieldName::StampText) => STAMP,
        Some(_) => VALUE,
    }
}

/// The cells of a side of `count` of which some lies between two shares of it.
fn cells(from: f32, to: f32, count: usize) -> std::ops::Range<usize> {
    between((from, 0.0), (to, 1.0), count)
}

/// The cells of a side of `count` whose middle lies between two shares of it.
pub(super) fn nearest_cells(from: f32, to: f32, count: usize) -> std::ops::Range<usize> {
    between((from, 0.5), (to, 0.5), count)
}

/// The cells from one share of a side to another, each rounded up by a part of a cell.
fn between(from: (f32, f32), to: (f32, f32), count: usize) -> std::ops::Range<usize> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of 0..1 of some hundred cells"
    )]
    let at = |(share, up): (f32, f32)| (share.clamp(0.0, 1.0) * count as f32 + up) as usize;
    let to = at(to).min(count);
    at(from).min(to)..to
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::document::{Confidence, Source};

    fn word(text: &str, left: f32, top: f32) -> Word {
        Word {
            text: text.to_owned(),
            bbox: BBox::new(left, top, left + 0.1, top + 0.01),
            confidence: Confidence::CERTAIN,
            source: Source::Ocr,
            line: 0,
            second: None,
            others: Vec::new(),
        }
    }

    #[test]
    fn a_label_to_sign_and_the_name_beside_it_lie_in_planes_of_their_own() {
        let words = [word("Consignee:", 0.1, 0.5), word("Jo", 0.25, 0.5)];
        let picture = MarksPicture::of(&GrayImage::from_pixel(832, 1152, Luma([255])));
        let map = WordMap::of(&words, &[None, Some(FieldName::ReceivedByName)], &picture);
        assert_eq!(map.bits()[[72, 11]], CONSIGNEE | WORD);
        assert_eq!(map.bits()[[72, 27]] & !CONSIGNEE, WORD | NAME);
        assert_eq!(map.bits()[[70, 11]], 0);
        let planes = map.planes(72..73, 26..28);
        assert_eq!(planes.dim(), (1, PLANES, 1, 2));
        assert!((planes[[0, 5, 0, 1]] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn words_at_and_beyond_the_edge_stay_on_the_map() {
        let words = [word("far", 0.97, 0.995), word("out", 1.2, 1.1)];
        let picture = MarksPicture::of(&GrayImage::from_pixel(850, 1100, Luma([255])));
        let map = WordMap::of(&words, &[], &picture);
        assert!(map.bits().iter().any(|bits| *bits == WORD));
    }
}
