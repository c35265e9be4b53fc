//! Features of words: the one implementation that training (through `countersign features`) and the worker share.
//!
//! In: the words of a page in reading order. Out: [`WordFeatures`], arrays that the `page-class` and `fields` models take.

use ndarray::{Array1, Array2};

use crate::document::{BBox, Confidence, Source};
use crate::inference::contract;
pub use crate::inference::contract::{GRAMS, NEIGHBOURS, SHAPE};
use crate::reading::Word;

/// Changes whenever a feature changes its meaning; models name the schema they were trained on.
pub const SCHEMA: f32 = 1.0;
/// Rows of the embedding table; id 0 means "no gram". Must fit `i16` for compact training files.
pub const GRAM_BUCKETS: u32 = 16_384;
/// Words of a page that are looked at; longer pages are small print that holds no field.
pub const MAX_WORDS: usize = 1024;
/// A signature is a word that no reader can read: this one, which no paper prints.
pub const INK: &str = "\u{270d}";

const LEFT: usize = 4;
const RIGHT: usize = 2;
const ABOVE: usize = 3;
const BELOW: usize = 2;
// 4 to the left, 2 to the right, 3 above, 2 below; and what the models' contracts say.
const _: () = assert!(LEFT + RIGHT + ABOVE + BELOW == NEIGHBOURS);
const _: () = assert!(GRAM_BUCKETS as usize == contract::GRAM_BUCKETS);

/// What the models see of the words of one page. Row `i` describes word `i`.
#[derive(Debug, Clone)]
pub struct WordFeatures {
    /// (words, [`GRAMS`]) ids of hashed character n-grams, 0 where there are fewer.
    pub grams: Array2<i64>,
    /// (words, [`SHAPE`]) what the word looks like, most entries 0..1.
    pub shape: Array2<f32>,
    /// (words, 4) centre x, centre y, width, height, 0..1 of the page.
    pub place: Array2<f32>,
    /// (words, [`NEIGHBOURS`]) row of the neighbour plus one, 0 where there is none.
    pub neighbours: Array2<i64>,
    /// (words, 2 × [`NEIGHBOURS`]) offset x, y of the neighbour's centre; 0 where there is none.
    pub offsets: Array2<f32>,
}

impl WordFeatures {
    /// Features of the words and, in the last rows, of what was signed: at most [`MAX_WORDS`] in all.
    #[must_use]
    pub fn with_ink(words: &[Word], ink: &[BBox]) -> Self {
        let ink = ink.get(..MAX_WORDS).unwrap_or(ink);
        let room = MAX_WORDS - ink.len();
        let mut all = words.get(..room).unwrap_or(words).to_vec();
        all.extend(ink.iter().map(|bbox| Word {
            text: INK.to_owned(),
            bbox: *bbox,
            confidence: Confidence::CERTAIN,
            source: Source::Handwriting,
            line: u32::MAX,
            second: None,
            others: Vec::new(),
        }));
        Self::of(&all)
    }

    /// Features of at most [`MAX_WORDS`] words.
    #[must_use]
    pub fn of(words: &[Word]) -> Self {
        let words = words.get(..MAX_WORDS).unwrap_or(words);
        let boxes: Vec<BBox> = words.iter().map(|word| word.bbox).collect();
        let mut features = Self {
            grams: Array2::zeros((words.len(), GRAMS)),
            shape: Array2::zeros((words.len(), SHAPE)),
            place: Array2::zeros((words.len(), 4)),
            neighbours: Array2::zeros((words.len(), NEIGHBOURS)),
            offsets: Array2::zeros((words.len(), 2 * NEIGHBOURS)),
        };
        for (row, word) in words.iter().enumerate() {
            for (column, gram) in grams(&word.text).into_iter().enumerate() {
                features.grams[[row, column]] = gram;
            }
            features.shape.row_mut(row).assign(&shape(word));
            features.place.row_mut(row).assign(&place(word.bbox));
            features.link(row, &boxes);
        }
        features
    }

    fn link(&mut self, row: usize, boxes: &[BBox]) {
        let (x, y) = boxes[row].centre();
        for (slot, neighbour) in neighbours(row, boxes).into_iter().enumerate() {
            let Some(other) = neighbour else { continue };
            let (other_x, other_y) = boxes[other].centre();
            self.neighbours[[row, slot]] = i64::try_from(other + 1).unwrap_or(0);
            self.offsets[[row, 2 * slot]] = other_x - x;
            self.offsets[[row, 2 * slot + 1]] = other_y - y;
        }
    }
}

/// The words as the model reads them: lower case, every digit as `0`, so that no number is learned by heart.
fn folded(text: &str) -> Vec<char> {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect()
}

/// Ids of the whole word, its first and last three characters and its trigrams, without repeats.
fn grams(text: &str) -> Vec<i64> {
    let word = folded(text);
    let mut marked = vec!['^'];
    marked.extend(&word);
    marked.push('$');
    let mut ids = vec![hash('w', &word)];
    ids.push(hash('p', word.get(..3).unwrap_or(&word)));
    ids.push(hash(
        's',
        word.get(word.len().saturating_sub(3)..).unwrap_or(&word),
    ));
    for trigram in marked.windows(3) {
        let id = hash('t', trigram);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.truncate(GRAMS);
    ids
}

/// FNV-1a over the characters, folded into `1..GRAM_BUCKETS`.
fn hash(kind: char, characters: &[char]) -> i64 {
    let mut state: u32 = 0x811c_9dc5;
    for c in std::iter::once(&kind).chain(characters) {
        for byte in u32::from(*c).to_le_bytes() {
            state = (state ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    i64::from(1 + state % (GRAM_BUCKETS - 1))
}

fn place(bbox: BBox) -> Array1<f32> {
    let (x, y) = bbox.centre();
    Array1::from_vec(vec![x, y, bbox.width(), bbox.height()])
}

/// What a word looks like: its alphabet, its punctuation, its length in digits, and the reader's confidence.
fn shape(word: &Word) -> Array1<f32> {
    let text = word.text.as_str();
    let length = text.chars().count().max(1);
    let count = |test: fn(char) -> bool| text.chars().filter(|&c| test(c)).count();
    let digits = count(|c| c.is_ascii_digit());
    let flag = f32::from;
    let share = |part: usize| ratio(part, length);
    let starts = text.chars().next();
    let mut shape = vec![
        ratio(length.min(20), 20),
        share(digits),
        share(count(char::is_alphabetic)),
        share(count(char::is_uppercase)),
        flag(starts.is_some_and(char::is_uppercase)),
        flag(starts == Some('#')),
        flag(starts.is_some_and(|c| "$€£".contains(c))),
        flag(text.ends_with(':')),
        flag(text.contains('/')),
        flag(text.contains('-')),
        flag(text.contains('.')),
        flag(text.contains(',')),
        flag(text.contains(':')),
        flag(text.contains('@')),
        flag(is_date_like(text)),
        flag(is_time_like(text)),
        flag(is_money_like(text)),
        word.confidence.get(),
    ];
    // One flag for each length in digits that identifiers, dates, times and counts differ by.
    let lengths = [
        (1, 1),
        (2, 2),
        (3, 3),
        (4, 4),
        (5, 5),
        (6, 6),
        (7, 8),
        (9, 9),
        (10, 11),
        (12, usize::MAX),
    ];
    shape.extend(lengths.map(|(low, high)| flag((low..=high).contains(&digits))));
    Array1::from_vec(shape)
}

/// `part` of `whole`, both of them counts of things on a page.
pub(super) fn ratio(part: usize, whole: usize) -> f32 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "letters of a word and cells of a page are far below 2^23"
    )]
    let ratio = part as f32 / whole as f32;
    ratio
}

/// Two or three groups of digits, or digits and letters, between one kind of separator.
fn is_date_like(text: &str) -> bool {
    let separators = text.chars().filter(|c| "/-.".contains(*c)).count();
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    separators == 2
        && parts.iter().all(|part| (1..=4).contains(&part.len()))
        && parts
            .iter()
            .filter(|part| part.chars().all(|c| c.is_ascii_digit()))
            .count()
            >= 2
}

fn is_time_like(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let body = text.trim_end_matches(['a', 'p', 'm', '.', ',']);
    body.split_once([':', 'h']).is_some_and(|(hours, minutes)| {
        [hours, minutes]
            .iter()
            .all(|part| (1..=2).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit()))
    })
}

fn is_money_like(text: &str) -> bool {
    let body = text.trim_start_matches(['$', '€', '£']);
    body.rsplit_once(['.', ',']).is_some_and(|(whole, cents)| {
        cents.len() == 2
            && !whole.is_empty()
            && cents.chars().all(|c| c.is_ascii_digit())
            && whole
                .chars()
                .all(|c| c.is_ascii_digit() || ",.".contains(c))
    })
}

/// Rows of the nearest words to the left and right in the same band, then above and below in the same column.
fn neighbours(row: usize, boxes: &[BBox]) -> Vec<Option<usize>> {
    let here = boxes[row];
    let others = || boxes.iter().enumerate().filter(|(other, _)| *other != row);
    let in_band = |other: BBox| {
        (other.centre().1 - here.centre().1).abs() < 0.6 * here.height().max(other.height())
    };
    // A value may start a little left or right of the label above it: 2 % of the page's width.
    let in_column = |other: BBox| other.left < here.right + 0.02 && other.right > here.left - 0.02;
    let (mut left, mut right) = (Nearest::<LEFT>::default(), Nearest::<RIGHT>::default());
    let (mut above, mut below) = (Nearest::<ABOVE>::default(), Nearest::<BELOW>::default());
    for (index, other) in others() {
        if in_band(*other) {
            if other.centre().0 < here.centre().0 {
                left.add(here.left - other.right, index);
            } else {
                right.add(other.left - here.right, index);
            }
        } else if in_column(*other) {
            if other.centre().1 < here.centre().1 {
                above.add(here.top - other.bottom, index);
            } else {
                below.add(other.top - here.bottom, index);
            }
        }
    }
    let rows = left.rows().chain(right.rows());
    rows.chain(above.rows()).chain(below.rows()).collect()
}

/// The `COUNT` nearest rows, the nearest first; of two as near the one that was added first.
#[derive(Clone, Copy)]
struct Nearest<const COUNT: usize>([Option<(f32, usize)>; COUNT]);

impl<const COUNT: usize> Default for Nearest<COUNT> {
    fn default() -> Self {
        Self([None; COUNT])
    }
}

impl<const COUNT: usize> Nearest<COUNT> {
    fn add(&mut self, distance: f32, row: usize) {
        let further = |kept: &Option<(f32, usize)>| kept.is_none_or(|(kept, _)| distance < kept);
        if let Some(after) = self
            .0
            .iter()
            .position(further)
            .and_then(|at| self.0.get_mut(at..))
        {
            after.rotate_right(1);
            after[0] = Some((distance, row));
        }
    }

    fn rows(self) -> impl Iterator<Item = Option<usize>> {
        self.0.into_iter().map(|kept| kept.map(|(_, row)| row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, left: f32, top: f32) -> Word {
        Word {
            text: text.to_owned(),
            bbox: BBox::new(left, top, left + 0.1, top + 0.02),
            confidence: Confidence::new(0.9),
            source: Source::Ocr,
            line: 0,
            second: None,
            others: Vec::new(),
        }
    }

    #[test]
    fn numbers_of_the_same_form_look_alike() {
        let features =
            WordFeatures::of(&[word("123456782", 0.1, 0.1), word("987654321", 0.1, 0.1)]);
        assert_eq!(features.grams.row(0), features.grams.row(1));
        assert_eq!(features.shape.row(0), features.shape.row(1));
    }

    #[test]
    fn the_label_to_the_left_is_the_first_neighbour_and_the_one_above_the_first_above() {
        let words = [
            word("PRO", 0.1, 0.1),
            word("12345", 0.3, 0.1),
            word("Date", 0.3, 0.05),
            word("x", 0.8, 0.9),
        ];
        let features = WordFeatures::of(&words);
        assert_eq!(features.neighbours[[1, 0]], 1);
        assert_eq!(features.neighbours[[1, LEFT + RIGHT]], 3);
        assert!(features.offsets[[1, 0]] < 0.0);
    }

    #[test]
    fn a_date_a_time_and_an_amount_are_told_apart() {
        assert!(is_date_like("03/14/2026") && is_date_like("14-MAR-26") && !is_date_like("1234"));
        assert!(is_time_like("9:30a") && is_time_like("14h30") && !is_time_like("9:3:0"));
        assert!(is_money_like("$1,234.50") && !is_money_like("12.345"));
    }

    #[test]
    fn what_was_signed_stands_in_the_last_rows_and_is_a_neighbour_of_its_label() {
        let words = [word("Consignee", 0.1, 0.8), word("Date", 0.6, 0.8)];
        let features = WordFeatures::with_ink(&words, &[BBox::new(0.25, 0.79, 0.5, 0.83)]);
        assert_eq!(features.grams.nrows(), 3);
        assert_eq!(features.neighbours[[2, 0]], 1);
        let many = vec![word("small", 0.1, 0.1); MAX_WORDS + 5];
        let features = WordFeatures::with_ink(&many, &[BBox::PAGE]);
        assert_eq!(features.grams.nrows(), MAX_WORDS);
        assert_eq!(features.place[[MAX_WORDS - 1, 2]], 1.0);
    }

    #[test]
    fn a_page_without_words_has_no_rows() {
        assert_eq!(WordFeatures::of(&[]).grams.dim(), (0, GRAMS));
    }
}
