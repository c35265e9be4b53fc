//! Puts words into reading order and groups them into lines.
//!
//! In: words with boxes, in any order. Out: the same words, row by row from the top, each row from the left, with
//! [`Word::line`] counted from 0. A row is broken where a gap shows that another column begins.

mod stretches;

pub(super) use stretches::{Stretch, arrange};

use super::Word;
use crate::document::BBox;

/// Words of one row whose gap is wider than this many line heights belong to different lines: a label and the value of
/// the next box stand this far apart, words of a sentence do not.
const COLUMN_GAP: f32 = 2.0;
/// Rows looked back at when a word seeks its row. Words come sorted from the top, so its row is among the last ones.
const ROWS_BACK: usize = 8;

/// Sorts `words` and numbers their lines. `aspect` is the page's width divided by its height.
pub(super) fn put_in_order(mut words: Vec<Word>, aspect: f64) -> Vec<Word> {
    words.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let mut rows: Vec<Row> = Vec::new();
    for word in words {
        let recent = rows.iter_mut().rev().take(ROWS_BACK);
        match recent
            .filter(|row| row.takes(&word))
            .min_by(|a, b| a.distance(&word).total_cmp(&b.distance(&word)))
        {
            Some(row) => row.add(word),
            None => rows.push(Row::of(word)),
        }
    }
    rows.sort_by(|a, b| a.middle.total_cmp(&b.middle));
    number_lines(rows, aspect)
}

struct Row {
    words: Vec<Word>,
    middle: f32,
    height: f32,
}

impl Row {
    fn of(word: Word) -> Self {
        Self {
            middle: middle(&word),
            height: word.bbox.height(),
            words: vec![word],
        }
    }

    /// A word belongs to a row when its middle lies within half a height of the row's middle; of the two heights the
    /// smaller one counts, so that a tall stamp does not swallow the rows beside it.
    fn takes(&self, word: &Word) -> bool {
        self.distance(word) <= 0.5 * self.height.min(word.bbox.height())
    }

    fn distance(&self, word: &Word) -> f32 {
        (self.middle - middle(word)).abs()
    }

    /// The middle drifts with the words, so that a slightly skewed line stays one row.
    fn add(&mut self, word: Word) {
        const DRIFT: f32 = 0.6;
        self.middle += DRIFT * (middle(&word) - self.middle);
        self.height += DRIFT * (word.bbox.height() - self.height);
        self.words.push(word);
    }
}

fn number_lines(rows: Vec<Row>, aspect: f64) -> Vec<Word> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the shape of a page needs no more than an f32"
    )]
    let aspect = aspect as f32;
    let mut ordered = Vec::new();
    let mut line = 0;
    for mut row in rows {
        row.words
            .sort_by(|a, b| a.bbox.left.total_cmp(&b.bbox.left));
        let mut end: Option<BBox> = None;
        for mut word in row.words {
            if let Some(end) = end {
                let gap = (word.bbox.left - end.right) * aspect;
                line += u32::from(gap > COLUMN_GAP * row.height);
            }
            word.line = line;
            end = Some(end.map_or(word.bbox, |end| end.union(word.bbox)));
            ordered.push(word);
        }
        line += 1;
    }
    ordered
}

fn middle(word: &Word) -> f32 {
    word.bbox.centre().1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Confidence, Source};
    use proptest::prelude::*;

    fn word(text: &str, left: f32, top: f32, right: f32, bottom: f32) -> Word {
        Word {
            text: text.to_owned(),
            bbox: BBox::new(left, top, right, bottom),
            confidence: Confidence::CERTAIN,
            source: Source::TextLayer,
            line: 0,
            second: None,
            others: Vec::new(),
        }
    }

    fn lines(words: Vec<Word>) -> Vec<String> {
        let words = put_in_order(words, 0.7);
        let count = words.last().map_or(0, |word| word.line + 1);
        (0..count)
            .map(|line| {
                let texts: Vec<&str> = words
                    .iter()
                    .filter(|word| word.line == line)
                    .map(|word| word.text.as_str())
                    .collect();
                texts.join(" ")
            })
            .collect()
    }

    #[test]
    fn words_are_read_row_by_row_whatever_their_order_in_the_file() {
        let read = lines(vec![
            word("line", 0.20, 0.201, 0.25, 0.212),
            word("First", 0.10, 0.101, 0.15, 0.110),
            word("Second", 0.10, 0.200, 0.19, 0.210),
            word("line", 0.16, 0.100, 0.20, 0.112),
        ]);
        assert_eq!(read, ["First line", "Second line"]);
    }

    #[test]
    fn columns_of_one_row_are_lines_of_their_own() {
        let read = lines(vec![
            word("Shipper:", 0.10, 0.10, 0.18, 0.11),
            word("Acme", 0.185, 0.10, 0.23, 0.11),
            word("Consignee:", 0.55, 0.10, 0.65, 0.11),
        ]);
        assert_eq!(read, ["Shipper: Acme", "Consignee:"]);
    }

    #[test]
    fn a_slightly_skewed_line_stays_one_line() {
        let skewed = (0_u8..10)
            .map(|i| {
                let (left, top) = (0.08 * f32::from(i), 0.3 + 0.003 * f32::from(i));
                word(&i.to_string(), left, top, left + 0.06, top + 0.012)
            })
            .collect();
        assert_eq!(lines(skewed), ["0 1 2 3 4 5 6 7 8 9"]);
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_lines_never_go_back(
            boxes in proptest::collection::vec((0.0_f32..1.0, 0.0_f32..1.0, 0.0_f32..0.3, 0.0_f32..0.1), 0..60)
        ) {
            let words: Vec<Word> = boxes
                .iter()
                .enumerate()
                .map(|(i, (left, top, width, height))| {
                    word(&i.to_string(), *left, *top, left + width, top + height)
                })
                .collect();
            let ordered = put_in_order(words, 0.7);
            prop_assert_eq!(ordered.len(), boxes.len());
            let in_steps = ordered.windows(2).all(|pair| pair[1].line - pair[0].line <= 1);
            prop_assert!(in_steps);
        }
    }
}
