//! Stretches that were read by OCR: rows from top to bottom, in each row from left to right.
//!
//! In: stretches of words that stand together. Out: all words, with the number of their line.

use crate::reading::Word;

/// Words that stand together on one line, and where: on the page as it would be if it did not lean, in pixels.
#[derive(Debug, Clone)]
pub(in crate::reading) struct Stretch {
    pub(in crate::reading) words: Vec<Word>,
    /// Left end.
    pub(in crate::reading) x: f32,
    /// Middle of its height.
    pub(in crate::reading) y: f32,
    pub(in crate::reading) height: f32,
}

/// Stretches whose middles differ by less than this share of the smaller height stand in one row.
const SAME_ROW: f32 = 0.5;

/// Puts the stretches in reading order and numbers them as lines.
pub(in crate::reading) fn arrange(mut stretches: Vec<Stretch>) -> Vec<Word> {
    stretches.sort_by(|one, other| one.y.total_cmp(&other.y));
    let mut rows: Vec<Vec<Stretch>> = Vec::new();
    for stretch in stretches {
        match rows.last_mut() {
            Some(row) if row.iter().all(|other| same_row(&stretch, other)) => row.push(stretch),
            Some(_) | None => rows.push(vec![stretch]),
        }
    }
    for row in &mut rows {
        row.sort_by(|one, other| one.x.total_cmp(&other.x));
    }
    let numbered = rows.into_iter().flatten().zip(0..);
    numbered
        .flat_map(|(stretch, line)| {
            let words = stretch.words.into_iter();
            words.map(move |word| Word { line, ..word })
        })
        .collect()
}

fn same_row(one: &Stretch, other: &Stretch) -> bool {
    (one.y - other.y).abs() < SAME_ROW * one.height.min(other.height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Confidence, Source};

    fn stretch(text: &str, x: f32, y: f32, height: f32) -> Stretch {
        let words = text.split(' ').map(|text| Word {
            text: text.to_owned(),
            bbox: BBox::PAGE,
            confidence: Confidence::CERTAIN,
            source: Source::Ocr,
            line: 0,
            second: None,
            others: Vec::new(),
        });
        Stretch {
            words: words.collect(),
            x,
            y,
            height,
        }
    }

    #[test]
    fn rows_go_down_and_words_go_right() {
        let words = arrange(vec![
            stretch("third row", 10.0, 92.0, 20.0),
            stretch("right", 300.0, 48.0, 20.0),
            stretch("left side", 10.0, 52.0, 20.0),
            stretch("title", 100.0, 10.0, 40.0),
        ]);
        let read: Vec<(u32, &str)> = words
            .iter()
            .map(|word| (word.line, word.text.as_str()))
            .collect();
        assert_eq!(
            read,
            [
                (0, "title"),
                (1, "left"),
                (1, "side"),
                (2, "right"),
                (3, "third"),
                (3, "row")
            ]
        );
    }

    #[test]
    fn a_tall_title_does_not_swallow_the_lines_beside_it() {
        let words = arrange(vec![
            stretch("LOGO", 0.0, 50.0, 80.0),
            stretch("one", 200.0, 30.0, 16.0),
            stretch("two", 200.0, 50.0, 16.0),
            stretch("three", 200.0, 70.0, 16.0),
        ]);
        let read: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(read, ["one", "LOGO", "two", "three"]);
    }
}
