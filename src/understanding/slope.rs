//! How much the lines of a page lean: scans and photos are rarely straight, and what stands on one line is told by its height.
//!
//! In: the words of a page. Out: its [`Slope`], and boxes and words as they would stand if the lines were level. Where few lines tell, the
//! page is taken for straight.

use crate::document::BBox;
use crate::reading::Word;

/// How the lines of a page fall on their way to the right, here and there: a photo leans more at one end than at the other.
#[derive(Debug, Clone)]
pub(super) struct Slope(Vec<Line>);

#[derive(Debug, Clone, Copy)]
struct Line {
    /// Where it stands, in page heights.
    height: f32,
    /// How far it runs, in page widths.
    way: f32,
    /// How far it falls, in page heights for the whole width.
    fall: f32,
}

impl Slope {
    /// Middles of words differ by a thousandth of the page with size and accents: on lines that run no further than this it would
    /// count as a third of a degree.
    const SHORTEST: f32 = 0.2;
    /// No scanner and no hand holds paper more askew; text at an angle, such as a stamp's, is. Four degrees on upright paper.
    const STEEPEST: f32 = 0.06;
    /// Lines no further above or below tell the slope of what stands somewhere, …
    const NEAR: f32 = 0.2;
    /// … if they run so far together. Both are assumptions.
    const FEWEST: f32 = 1.0;

    pub(super) fn of(words: &[Word]) -> Self {
        let lines = words.chunk_by(|a, b| a.line == b.line);
        let mut lines: Vec<Line> = lines.filter_map(line).collect();
        lines.sort_by(|a, b| a.fall.total_cmp(&b.fall));
        Self(lines)
    }

    /// How far the lines of the whole page fall, in page heights for its width.
    pub(super) fn of_page(&self) -> f32 {
        self.middle(|_| true)
    }

    fn at(&self, height: f32) -> f32 {
        self.middle(|line| (line.height - height).abs() < Self::NEAR)
    }

    /// What half of the way along these lines does not exceed.
    fn middle(&self, counts: impl Fn(&Line) -> bool) -> f32 {
        let lines = || self.0.iter().filter(|line| counts(line));
        let way: f32 = lines().map(|line| line.way).sum();
        if way < Self::FEWEST {
            return 0.0;
        }
        let mut gone = 0.0;
        let middle = lines().find(|line| {
            gone += line.way;
            gone >= way / 2.0
        });
        middle.map_or(0.0, |line| line.fall)
    }

    /// A box, as high or low as it would be if the lines were level.
    pub(super) fn level(&self, bbox: BBox) -> BBox {
        let (across, height) = bbox.centre();
        let fallen = self.at(height) * (across - 0.5);
        BBox::new(
            bbox.left,
            bbox.top - fallen,
            bbox.right,
            bbox.bottom - fallen,
        )
    }

    /// The words on level lines.
    pub(super) fn level_words(&self, words: &[Word]) -> Vec<Word> {
        let level = |word: &Word| Word {
            bbox: self.level(word.bbox),
            ..word.clone()
        };
        words.iter().map(level).collect()
    }
}

fn line(words: &[Word]) -> Option<Line> {
    let [(from, start), (to, end)] = [words.first()?, words.last()?].map(|word| word.bbox.centre());
    let (way, fall) = (to - from, (end - start) / (to - from));
    let tells = way >= Slope::SHORTEST && fall.abs() <= Slope::STEEPEST;
    tells.then_some(Line {
        height: f32::midpoint(start, end),
        way,
        fall,
    })
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
    fn lines(top: f32, fall: f32) -> Vec<Word> {
        let line = |(number, below): (u32, f32)| {
            let at = move |left: f32| word(left, top + below + fall * left, number);
            [at(0.1), at(0.5)]
        };
        [(0, 0.0), (1, 0.05), (2, 0.1)]
            .into_iter()
            .flat_map(line)
            .collect()
    }

    #[test]
    fn lines_that_lean_come_out_level() {
        for fall in [-0.04, 0.0, 0.03] {
            let leaning = lines(0.4, fall);
            let level = Slope::of(&leaning).level_words(&leaning);
            for line in level.chunk_by(|a, b| a.line == b.line) {
                let [first, last] = [0, 1].map(|at| line[at].bbox.top);
                assert!((first - last).abs() < 1e-4, "{fall}: {first} {last}");
            }
        }
    }

    #[test]
    fn the_lines_near_by_tell_and_not_those_at_the_other_end_of_the_page() {
        let mut words = lines(0.1, 0.04);
        words.extend(lines(0.7, 0.0).into_iter().map(|word| Word {
            line: word.line + 3,
            ..word
        }));
        let slope = Slope::of(&words);
        assert!((slope.at(0.2) - 0.04).abs() < 1e-4);
        assert!(slope.at(0.75).abs() < 1e-6);
    }

    #[test]
    fn a_stamp_at_an_angle_short_lines_and_few_of_them_tell_no_slope() {
        let mut words = lines(0.4, 0.0);
        words.extend([word(0.2, 0.5, 3), word(0.6, 0.6, 3)]);
        assert!(Slope::of(&words).at(0.45).abs() < 1e-6);
        let short: Vec<Word> = (0_u8..20)
            .flat_map(|line| {
                let top = 0.4 + 0.01 * f32::from(line);
                [
                    word(0.1, top, line.into()),
                    word(0.2, top + 0.003, line.into()),
                ]
            })
            .collect();
        assert!(Slope::of(&short).at(0.45).abs() < 1e-6);
        assert!(Slope::of(&lines(0.4, 0.03)[..4]).at(0.45).abs() < 1e-6);
        assert!(Slope::of(&[]).at(0.45).abs() < 1e-6);
    }
}
