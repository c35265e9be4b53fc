//! How much the lines of a page lean: scans and photos are rarely straight, and what stands on one line is told by its height.
//!
//! In: the words of a page. Out: its [`Slope`], and boxes and words as they would stand if the lines were level.

use crate::document::BBox;
use crate::reading::Word;

/// How far lines fall on their way across the page, in heights of the page for its whole width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slope(f32);

impl Slope {
    /// A line whose words stand closer together says little: an accent or a descender moves the middle of a word.
    const SHORTEST: f32 = 0.04;
    /// No scanner and no hand holds paper more askew; text at an angle, such as a stamp's, is. Four degrees on upright paper.
    const STEEPEST: f32 = 0.06;

    /// The slope that half of the way along all lines does not exceed.
    pub(super) fn of(words: &[Word]) -> Self {
        let lines = words.chunk_by(|a, b| a.line == b.line);
        let mut slopes: Vec<(f32, f32)> = lines.filter_map(of_line).collect();
        slopes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half = slopes.iter().map(|(_, way)| way).sum::<f32>() / 2.0;
        let mut gone = 0.0;
        let middle = slopes.iter().find(|(_, way)| {
            gone += way;
            gone >= half
        });
        Self(middle.map_or(0.0, |(slope, _)| *slope))
    }

    /// A box, as high or low as it would be if the lines were level.
    pub(super) fn level(self, bbox: BBox) -> BBox {
        let fallen = self.0 * (bbox.centre().0 - 0.5);
        BBox::new(
            bbox.left,
            bbox.top - fallen,
            bbox.right,
            bbox.bottom - fallen,
        )
    }

    /// The words on level lines.
    pub(super) fn level_words(self, words: &[Word]) -> Vec<Word> {
        let level = |word: &Word| Word {
            bbox: self.level(word.bbox),
            ..word.clone()
        };
        words.iter().map(level).collect()
    }
}

/// How a line falls, and how far it runs.
fn of_line(line: &[Word]) -> Option<(f32, f32)> {
    let [(from, start), (to, end)] = [line.first()?, line.last()?].map(|word| word.bbox.centre());
    let way = to - from;
    let slope = (end - start) / way;
    (way >= Slope::SHORTEST && slope.abs() <= Slope::STEEPEST).then_some((slope, way))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Confidence, Source};

    fn word(left: f32, top: f32, line: u32) -> Word {
        Word {
            text: "word".to_owned(),
            bbox: BBox::new(left, top, left + 0.05, top + 0.01),
            confidence: Confidence::CERTAIN,
            source: Source::Ocr,
            line,
            second: None,
            others: Vec::new(),
        }
    }

    /// Three lines that fall by so much, each in two words far apart.
    fn lines(fall: f32) -> Vec<Word> {
        let line = |(number, top): (u32, f32)| {
            let at = move |left: f32| word(left, top + fall * left, number);
            [at(0.1), at(0.5)]
        };
        [(0, 0.2), (1, 0.4), (2, 0.6)]
            .into_iter()
            .flat_map(line)
            .collect()
    }

    #[test]
    fn lines_that_lean_come_out_level() {
        for fall in [-0.04, 0.0, 0.03] {
            let slope = Slope::of(&lines(fall));
            for line in slope
                .level_words(&lines(fall))
                .chunk_by(|a, b| a.line == b.line)
            {
                let [first, last] = [0, 1].map(|at| line[at].bbox.top);
                assert!((first - last).abs() < 1e-4, "{fall}: {first} {last}");
            }
        }
    }

    #[test]
    fn a_stamp_at_an_angle_and_a_page_without_lines_tell_no_slope() {
        let mut words = lines(0.0);
        words.extend([word(0.2, 0.8, 3), word(0.6, 0.9, 3)]);
        assert_eq!(Slope::of(&words), Slope(0.0));
        assert_eq!(Slope::of(&[word(0.1, 0.1, 0)]), Slope(0.0));
        assert_eq!(Slope::of(&[]), Slope(0.0));
    }
}
