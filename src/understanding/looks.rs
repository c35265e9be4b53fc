//! How a signature or a page looks, roughly: enough to know the same one again on another scan or photo of the same paper.
//!
//! In: a picture and a place on it. Out: [`Looks`], how dark each cell of a grid over the ink is. What a person wrote is not in it.

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::document::BBox;

/// Columns and rows of the grid.
const GRID: (usize, usize) = (16, 12);
/// Shades that are told apart, written as one hex digit.
const SHADES: f32 = 15.0;
/// The share of the ink at each side that lies outside of the grid: specks, and what the box caught of its neighbours.
const TRIMMED: f32 = 0.02;
/// Of pixels this share is paper, and paler than its shade times [`INK`] is no ink.
const PAPER: f32 = 0.7;
const INK: f32 = 0.8;
/// Fewer dark pixels make no picture.
const FEWEST: usize = 40;

/// What something looks like: one hex digit for each cell, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Looks(String);

impl Looks {
    /// Looks at a part of a page; `None` where hardly any ink is.
    #[must_use]
    pub fn of(page: &GrayImage, part: BBox) -> Option<Self> {
        let ink = Ink::of(page, part)?;
        let ink = ink.trimmed()?;
        let cells: Vec<f32> = ink.cells();
        let darkest = cells.iter().copied().fold(f32::EPSILON, f32::max);
        let digit = |cell: f32| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0..15"
            )]
            let shade = (cell / darkest * SHADES).round() as u32;
            char::from_digit(shade, 16).unwrap_or('f')
        };
        Some(Self(cells.into_iter().map(digit).collect()))
    }

    /// How alike two are: the correlation of their cells, −1..1, the best of those one cell apart, since boxes are not drawn alike twice.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f32 {
        let (one, other) = (self.shades(), other.shades());
        let shifts = (-1..=1).flat_map(|down| (-1..=1).map(move |across| (across, down)));
        shifts
            .map(|shift| correlation(&one, &other, shift))
            .fold(-1.0, f32::max)
    }

    fn shades(&self) -> Vec<f32> {
        let digits = self.0.chars().filter_map(|digit| digit.to_digit(16));
        let mut shades: Vec<f32> = digits
            .map(|shade| f32::from(u8::try_from(shade).unwrap_or(u8::MAX)))
            .collect();
        shades.resize(GRID.0 * GRID.1, 0.0);
        shades
    }
}

/// Pearson's, over the cells that both grids have where the second is shifted.
fn correlation(one: &[f32], other: &[f32], (across, down): (isize, isize)) -> f32 {
    let pairs = (0..GRID.1).flat_map(|row| (0..GRID.0).map(move |column| (row, column)));
    let pairs = pairs.filter_map(|(row, column)| {
        let there = (
            row.checked_add_signed(down)?,
            column.checked_add_signed(across)?,
        );
        let inside = there.0 < GRID.1 && there.1 < GRID.0;
        let other = inside.then(|| other[there.0 * GRID.0 + there.1])?;
        Some((one[row * GRID.0 + column], other))
    });
    let pairs: Vec<(f32, f32)> = pairs.collect();
    let count: f32 = pairs.iter().map(|_| 1.0).sum();
    let mean = |of: fn(&(f32, f32)) -> f32| pairs.iter().map(of).sum::<f32>() / count;
    let (here, there) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(f32, f32) -> f32| -> f32 {
        pairs.iter().map(|(a, b)| of(a - here, b - there)).sum()
    };
    let spread = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    sum(&|a, b| a * b) / spread.max(f32::EPSILON)
}

/// How dark the pixels of a part are, paper being 0.
struct Ink {
    width: usize,
    pixels: Vec<f32>,
}

impl Ink {
    fn of(page: &GrayImage, part: BBox) -> Option<Self> {
        let (left, right) = span(part.left, part.right, page.width());
        let (top, bottom) = span(part.top, part.bottom, page.height());
        let width = right.checked_sub(left).filter(|width| *width > 0)?;
        let stride = page.width() as usize;
        let rows = page.as_raw().chunks_exact(stride).take(bottom).skip(top);
        let shades: Vec<u8> = rows.flat_map(|row| &row[left..right]).copied().collect();
        let paper = quantile(&shades, PAPER)?;
        let lightest = paper * INK;
        let dark = |shade: &u8| (lightest - f32::from(*shade)).max(0.0) / paper.max(1.0);
        let pixels: Vec<f32> = shades.iter().map(dark).collect();
        let inked = pixels.iter().filter(|dark| **dark > 0.0).count();
        (inked >= FEWEST).then_some(Self { width, pixels })
    }

    /// The part in which nearly all of the ink lies.
    fn trimmed(&self) -> Option<Self> {
        let rows = || self.pixels.chunks_exact(self.width);
        let by_row: Vec<f32> = rows().map(|row| row.iter().sum()).collect();
        let column = |at: usize| rows().map(|row| row[at]).sum::<f32>();
        let by_column: Vec<f32> = (0..self.width).map(column).collect();
        let ((top, bottom), (left, right)) = (middle(&by_row)?, middle(&by_column)?);
        let rows = rows().take(bottom).skip(top);
        Some(Self {
            width: right - left,
            pixels: rows.flat_map(|row| &row[left..right]).copied().collect(),
        })
    }

    /// The mean of each cell.
    fn cells(&self) -> Vec<f32> {
        let height = self.pixels.len() / self.width;
        let edge = |at: usize, cells: usize, length: usize| at * length / cells;
        let cells = (0..GRID.1).flat_map(|row| (0..GRID.0).map(move |column| (row, column)));
        let mean = |(row, column): (usize, usize)| {
            let (top, bottom) = (edge(row, GRID.1, height), edge(row + 1, GRID.1, height));
            let from = edge(column, GRID.0, self.width);
            let to = edge(column + 1, GRID.0, self.width).max(from + 1);
            let rows = self.pixels.chunks_exact(self.width);
            let rows = rows.take(bottom.max(top + 1)).skip(top);
            let sums = rows.map(|row| {
                let cell = &row[from.min(row.len())..to.min(row.len())];
                (
                    cell.iter().sum::<f32>(),
                    cell.iter().map(|_| 1.0).sum::<f32>(),
                )
            });
            let (sum, count) = sums.fold((0.0, 0.0), |all, row| (all.0 + row.0, all.1 + row.1));
            if count > 0.0 { sum / count } else { 0.0 }
        };
        cells.map(mean).collect()
    }
}

/// First and last pixel of a part of a side.
fn span(from: f32, to: f32, side: u32) -> (usize, usize) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "shares of a side of a picture, which is far below 2^24"
    )]
    let at = |share: f32| (share.clamp(0.0, 1.0) * side as f32).round() as usize;
    (at(from), at(to))
}

/// The shade below which this share of the pixels is.
fn quantile(shades: &[u8], share: f32) -> Option<f32> {
    let mut counts = [0_usize; 256];
    for shade in shades {
        counts[usize::from(*shade)] += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of pixels")]
    let wanted = share * shades.len() as f32;
    let mut below = 0;
    let found = counts.iter().position(|count| {
        below += count;
        #[expect(clippy::cast_precision_loss, reason = "counts of pixels")]
        let reached = below as f32 >= wanted;
        reached
    });
    found
        .and_then(|shade| u8::try_from(shade).ok())
        .map(f32::from)
}

/// Where the middle of a sum lies, without [`TRIMMED`] at each end.
fn middle(sums: &[f32]) -> Option<(usize, usize)> {
    let trimmed = sums.iter().sum::<f32>() * TRIMMED;
    let first = begins(sums.iter(), trimmed)?;
    let after_last = sums.len() - begins(sums.iter().rev(), trimmed)?;
    (first < after_last).then_some((first, after_last))
}

/// Where a sum begins to be above `trimmed`.
fn begins<'a>(mut sums: impl Iterator<Item = &'a f32>, trimmed: f32) -> Option<usize> {
    let mut so_far = 0.0;
    sums.position(|sum| {
        so_far += sum;
        so_far > trimmed
    })
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// A page with a stroke through these points, in shares of the page.
    fn page(shade: u8, points: &[(f32, f32)], (dx, dy): (f32, f32)) -> GrayImage {
        let mut page = GrayImage::from_pixel(800, 1000, Luma([250]));
        for pair in points.windows(2) {
            for step in 0_u8..=200 {
                let along = f32::from(step) / 200.0;
                let at = |a: f32, b: f32, shift: f32| a + (b - a) * along + shift;
                let (x, y) = (at(pair[0].0, pair[1].0, dx), at(pair[0].1, pair[1].1, dy));
                let (column, row) = span(x, y, 1000);
                for (across, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let x = u32::try_from(column * 8 / 10 + across).unwrap();
                    page.put_pixel(x, u32::try_from(row + down).unwrap(), Luma([shade]));
                }
            }
        }
        page
    }

    const SIGNATURE: [(f32, f32); 6] = [
        (0.30, 0.52),
        (0.34, 0.44),
        (0.37, 0.55),
        (0.42, 0.46),
        (0.50, 0.50),
        (0.66, 0.48),
    ];
    const ANOTHER: [(f32, f32); 5] = [
        (0.30, 0.46),
        (0.45, 0.55),
        (0.52, 0.44),
        (0.58, 0.56),
        (0.60, 0.45),
    ];

    fn looks(page: &GrayImage) -> Looks {
        Looks::of(page, BBox::new(0.25, 0.4, 0.75, 0.6)).unwrap()
    }

    #[test]
    fn a_signature_looks_the_same_paler_and_elsewhere_and_another_one_does_not() {
        let first = looks(&page(40, &SIGNATURE, (0.0, 0.0)));
        let again = looks(&page(120, &SIGNATURE, (0.03, 0.02)));
        let other = looks(&page(40, &ANOTHER, (0.0, 0.0)));
        assert!(first.likeness(&again) > 0.9, "{}", first.likeness(&again));
        assert!(first.likeness(&other) < 0.5, "{}", first.likeness(&other));
        assert!((first.likeness(&first) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn an_empty_place_looks_like_nothing() {
        let page = page(40, &SIGNATURE, (0.0, 0.0));
        assert_eq!(Looks::of(&page, BBox::new(0.1, 0.7, 0.9, 0.9)), None);
        assert_eq!(Looks::of(&page, BBox::new(0.5, 0.5, 0.5, 0.5)), None);
        assert_eq!(Looks::of(&GrayImage::default(), BBox::PAGE), None);
    }
}
