//! Orientation: how far a page has to be turned to stand upright.
//!
//! In: lines, and how surely they could be read. Out: which lines to try, and the verdict. Whether text lies or stands shows
//! in the shapes of its lines ([`Detection`](super::detection::Detection)); which end is up shows only when it is read.

use image::{GrayImage, imageops};

use super::ctc::{Letter, Reading, certainty};
use super::line::Line;
use super::page::Turn;
use crate::document::BBox;

/// How many lines are read to see which end is up.
const VOTERS: usize = 6;
/// Lines of these lengths, in line heights, make good voters: enough letters, and quick to read.
const GOOD_LENGTH: std::ops::Range<f32> = 3.0..14.0;
/// Voters that read as surely as this stand upright; nobody reads them upside down. Clean lines scored 0.961 to 1.0 upright
/// and 0.73 on average upside down (30 lines).
const SURE: f32 = 0.9;

/// The lines to read first: the longest ones that are quick to read. Indices in `lines`.
pub(super) fn voters(lines: &[Line]) -> Vec<usize> {
    let length = |index: &usize| {
        let line: &Line = &lines[*index];
        line.length / line.height
    };
    let mut voters: Vec<usize> = (0..lines.len())
        .filter(|index| !lines[*index].is_vertical())
        .collect();
    let fitness = |index: &usize| (GOOD_LENGTH.contains(&length(index)), length(index));
    voters.sort_by(|one, other| {
        let ((good, long), (other_good, other_long)) = (fitness(one), fitness(other));
        other_good.cmp(&good).then(if good {
            other_long.total_cmp(&long)
        } else {
            long.total_cmp(&other_long)
        })
    });
    voters.truncate(VOTERS);
    voters
}

/// Whether nobody needs to try these readings upside down.
pub(super) fn is_surely_upright(readings: &[Reading]) -> bool {
    vote(readings) >= SURE
}

/// Whether the readings of the page turned upside down are better.
pub(super) fn is_upside_down(upright: &[Reading], turned: &[Reading]) -> bool {
    vote(turned) > vote(upright)
}

/// Mean certainty over all letters.
fn vote(readings: &[Reading]) -> f32 {
    let letters: Vec<Letter> = readings
        .iter()
        .flat_map(|reading| reading.letters.iter().copied())
        .collect();
    certainty(&letters)
}

impl Turn {
    /// A further turn upside down.
    pub(super) fn and_half(self) -> Self {
        match self {
            Self::None => Self::Half,
            Self::Quarter => Self::ThreeQuarters,
            Self::Half => Self::None,
            Self::ThreeQuarters => Self::Quarter,
        }
    }

    /// A picture after this turn.
    #[must_use]
    pub fn applied(self, image: GrayImage) -> GrayImage {
        match self {
            Self::None => image,
            Self::Quarter => imageops::rotate90(&image),
            Self::Half => imageops::rotate180(&image),
            Self::ThreeQuarters => imageops::rotate270(&image),
        }
    }

    /// Where a box goes when its page makes this turn.
    pub(super) fn carry(self, bbox: BBox) -> BBox {
        let BBox {
            left,
            top,
            right,
            bottom,
        } = bbox;
        match self {
            Self::None => bbox,
            Self::Quarter => BBox::new(1.0 - bottom, left, 1.0 - top, right),
            Self::Half => BBox::new(1.0 - right, 1.0 - bottom, 1.0 - left, 1.0 - top),
            Self::ThreeQuarters => BBox::new(top, 1.0 - right, bottom, 1.0 - left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(length: f32, angle: f32) -> Line {
        Line {
            centre: (0.0, 0.0),
            length,
            height: 10.0,
            angle,
        }
    }

    fn reading(confidence: f32) -> Vec<Reading> {
        let letters = vec![Letter {
            letter: 'a',
            at: 0.5,
            confidence,
        }];
        vec![Reading {
            letters,
            ..Reading::default()
        }]
    }

    #[test]
    fn long_lines_vote_before_short_ones_and_endless_ones_last() {
        let lines = [15.0, 60.0, 100.0, 20.0, 900.0, 130.0].map(|length| line(length, 0.0));
        assert_eq!(voters(&lines), [5, 2, 1, 0, 3, 4]);
        assert!(voters(&[line(100.0, -1.57)]).is_empty());
        assert_eq!(voters(&[line(100.0, 0.0); 40]).len(), VOTERS);
    }

    #[test]
    fn the_better_reading_wins() {
        assert!(is_surely_upright(&reading(0.97)));
        assert!(!is_surely_upright(&reading(0.7)));
        assert!(is_upside_down(&reading(0.6), &reading(0.9)));
        assert!(!is_upside_down(&reading(0.8), &reading(0.6)));
        assert!(!is_upside_down(&[], &[]));
    }

    #[test]
    fn four_quarter_turns_bring_a_box_home() {
        let start = BBox::new(0.1, 0.2, 0.4, 0.3);
        let quarter = Turn::Quarter.carry(start);
        assert_eq!(<[f32; 4]>::from(quarter), [0.7, 0.1, 0.8, 0.4]);
        let near = |one: BBox, other: BBox| {
            let (one, other): ([f32; 4], [f32; 4]) = (one.into(), other.into());
            assert_eq!(one, other);
        };
        near(Turn::Quarter.carry(quarter), Turn::Half.carry(start));
        let back = Turn::ThreeQuarters.carry(quarter);
        near(back, start);
        near(Turn::Half.carry(Turn::Half.carry(start)), start);
        assert_eq!(Turn::Quarter.and_half(), Turn::ThreeQuarters);
    }
}
