//! Recognition: what the lines of text say.
//!
//! In: a page and lines on it. Out: the letters of each line, and where they are doubtful what else they may be. Lines are read in batches of like width. A page of endless
//! small print is read only as far as its share of time goes, the largest print first.

use image::GrayImage;
use ndarray::{Array4, Axis, Ix3};

use super::ctc::{self, Reading};
use super::line::{Line, whole};
use crate::inference::{InferenceError, Model, Session};

/// Widths are rounded up to a multiple of this, so that few shapes occur and batches fill up.
const BUCKET: u32 = 32;
/// A line wider than this is squeezed: 2560 at a height of 48 is 200 letters. Squeezing other lines to save time was tried:
/// 0.85 of the width cost 0.3 % of the letters, 0.7 cost 0.8 %.
const WIDEST: u32 = 2560;
/// Width of all lines in a batch together. An assumption: batches of several sizes are still to be compared.
const BATCH: u32 = 1280;
/// Width that is recognised on one page, in pixels at the network's height. Full pages of print (invoices and bills of
/// lading at 200 dpi) took 18,800 on average and 27,500 at most; a page of terms in six-point print takes 150,000.
const MOST_WIDTH: u32 = 30_000;

/// The axis of a batch of lines that is their height, which is the network's own.
const HEIGHT: usize = 2;

/// Reads lines of text.
#[derive(Debug)]
pub(super) struct Recogniser {
    session: Session,
    alphabet: Vec<char>,
    height: u32,
    mean: f32,
    deviation: f32,
}

impl Recogniser {
    pub(super) fn new(model: &mut Model) -> Result<Self, InferenceError> {
        let session = model.take("recognition")?;
        let manifest = model.manifest();
        let Some(height) = session.own_size("picture", HEIGHT) else {
            return Err(InferenceError::ConstantMissing {
                model: manifest.id(),
                key: "inputs.shape".to_owned(),
                wanted: "fixed height",
            });
        };
        Ok(Self {
            height: u32::try_from(height).unwrap_or_default(),
            alphabet: alphabet(&session),
            mean: manifest.number("preprocessing.recognition.mean")?,
            deviation: manifest.number("preprocessing.recognition.deviation")?,
            session,
        })
    }

    /// Reads lines; the answers stand in the order of the lines.
    pub(super) fn read(
        &mut self,
        page: &GrayImage,
        lines: &[Line],
    ) -> Result<Vec<Reading>, InferenceError> {
        let mut readings = vec![Reading::default(); lines.len()];
        for batch in batches(lines.iter().map(|line| self.bucket(line))) {
            let width = self.bucket(&lines[batch[0]]);
            let shares: Vec<f32> = batch
                .iter()
                .map(|index| self.width(&lines[*index]) as f32 / width as f32)
                .collect();
            let input = self.input(page, batch.iter().map(|index| &lines[*index]), width);
            let scores = self.session.run_single(input.into())?;
            let Ok(scores) = scores.into_dimensionality::<Ix3>() else {
                continue; // the manifest fixes the rank, so this does not happen
            };
            for ((index, share), scores) in batch.iter().zip(shares).zip(scores.axis_iter(Axis(0)))
            {
                readings[*index] = ctc::reading(scores, &self.alphabet, share);
            }
        }
        Ok(readings)
    }

    /// The lines that the time for a page is enough for: the tallest first, as small print is seldom what matters.
    pub(super) fn affordable(&self, mut lines: Vec<Line>) -> Vec<Line> {
        lines.sort_by(|one, other| other.height.total_cmp(&one.height));
        let mut left = MOST_WIDTH;
        lines.retain(|line| match left.checked_sub(self.bucket(line)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        });
        lines
    }

    /// The picture of a line as the network sees it.
    pub(super) fn picture(&self, page: &GrayImage, line: &Line) -> GrayImage {
        line.picture(page, self.width(line), self.height)
    }

    /// Width of the line's picture.
    fn width(&self, line: &Line) -> u32 {
        let scale = self.height as f32 / line.height.max(1.0);
        whole((line.length * scale).round()).clamp(1, WIDEST)
    }

    /// Width of the picture with its padding.
    fn bucket(&self, line: &Line) -> u32 {
        self.width(line).next_multiple_of(BUCKET)
    }

    fn input<'a>(
        &self,
        page: &GrayImage,
        lines: impl ExactSizeIterator<Item = &'a Line>,
        width: u32,
    ) -> Array4<f32> {
        let (columns, rows) = (width as usize, self.height as usize);
        let mut input = Array4::zeros((lines.len(), 3, rows, columns));
        for (line, mut planes) in lines.zip(input.axis_iter_mut(Axis(0))) {
            let picture = self.picture(page, line);
            for mut plane in planes.axis_iter_mut(Axis(0)) {
                for (x, y, shade) in picture.enumerate_pixels() {
                    plane[[y as usize, x as usize]] =
                        (f32::from(shade.0[0]) / 255.0 - self.mean) / self.deviation;
                }
            }
        }
        input
    }
}

/// The characters behind the blank.
fn alphabet(session: &Session) -> Vec<char> {
    let labels = session.labels("letters").iter();
    labels
        .skip(1)
        .filter_map(|label| label.chars().next())
        .collect()
}

/// Groups the indices of equal widths, so that the widths in a group add up to no more than a batch.
fn batches(widths: impl Iterator<Item = u32>) -> Vec<Vec<usize>> {
    let mut order: Vec<(u32, usize)> = widths.zip(0..).collect();
    order.sort_unstable();
    order
        .chunk_by(|one, other| one.0 == other.0)
        .flat_map(|same| {
            let most = (BATCH / same[0].0).max(1) as usize;
            same.chunks(most)
        })
        .map(|batch| batch.iter().map(|(_, index)| *index).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_equal_widths_up_to_their_limit() {
        let widths = [64, 640, 64, 1280, 640, 2560, 640];
        let found = batches(widths.into_iter());
        assert_eq!(found, [vec![0, 2], vec![1, 4], vec![6], vec![3], vec![5]]);
    }
}
