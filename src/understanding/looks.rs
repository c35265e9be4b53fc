//! How a signature looks, roughly: enough to know the same ink again on another scan or photo of the same paper.
//!
//! In: a picture and a place on it. Out: [`Looks`], how dark the ink is, cell by cell, in the place and a little around it, since no two
//! boxes are drawn alike. Two are compared by laying the one over the other, in a few sizes.

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::document::BBox;

/// Cells across a page: a letter is some four of them wide, a stroke of a pen one.
const ACROSS: f32 = 425.0;
/// Cells around the place. Boxes of the same ink on two pictures differ by less; of what was tried on pairs of training families (grids over
/// trimmed or centred ink, 12 to 32 cells) nothing told signatures apart as well as laying them over one another.
const AROUND: usize = 12;
/// Most cells of a side, without those around it: larger marks are stamps.
const MOST: usize = 200;
/// Shades that are told apart, written as one hex digit.
const SHADES: f32 = 15.0;
/// Of pixels this share is paper.
const PAPER: f32 = 0.7;
/// Paper is in most cells around ink, and the sizes of a page on two pictures differ by less than this.
const SIZES: [f32; 5] = [0.92, 0.96, 1.0, 1.04, 1.08];

/// What something looks like: one hex digit for each cell, row by row, those around it included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    width: usize,
    cells: String,
}

impl Looks {
    /// Looks at a part of a page; `None` of one that is empty or far too large.
    #[must_use]
    pub fn of(page: &GrayImage, part: BBox) -> Option<Self> {
        let cells = Cells::of(page, part)?.smoothed();
        let darkest = cells.shades.iter().copied().fold(0.0, f32::max);
        if darkest <= f32::EPSILON {
            return None;
        }
        let digit = |shade: &f32| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0..15"
            )]
            let shade = (shade / darkest * SHADES).round() as u32;
            char::from_digit(shade, 16).unwrap_or('f')
        };
        Some(Self {
            width: cells.width,
            cells: cells.shades.iter().map(digit).collect(),
        })
    }

    /// How alike two are: the correlation of the one with the best place in the other, −1..1.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f32 {
        let (one, other) = (self.read(), other.read());
        one.best_in(&other).max(other.best_in(&one))
    }

    fn read(&self) -> Cells {
        let digits = self.cells.chars().filter_map(|digit| digit.to_digit(16));
        let shades = digits.map(|shade| f32::from(u8::try_from(shade).unwrap_or(u8::MAX)));
        Cells {
            width: self.width.max(1),
            shades: shades.collect(),
        }
    }
}

/// How dark each cell is, row by row; paper is 0.
struct Cells {
    width: usize,
    shades: Vec<f32>,
}

impl Cells {
    fn of(page: &GrayImage, part: BBox) -> Option<Self> {
        let (columns, rows) = (cells(part.width()), cells(part.height() * aspect(page)));
        if columns == 0 || rows == 0 || columns > MOST || rows > MOST {
            return None;
        }
        let size = pixels(page.width()) / ACROSS;
        let left = part.left * pixels(page.width()) / size;
        let top = part.top * pixels(page.height()) / size;
        let width = columns + 2 * AROUND;
        let places =
            (0..rows + 2 * AROUND).flat_map(|row| (0..width).map(move |column| (column, row)));
        let around = offset(AROUND);
        let mean = |(column, row): (usize, usize)| {
            let (x, y) = (left - around + offset(column), top - around + offset(row));
            mean_of(page, (x * size, y * size), size)
        };
        let means: Vec<Option<f32>> = places.map(mean).collect();
        let mut known: Vec<f32> = means.iter().flatten().copied().collect();
        known.sort_by(f32::total_cmp);
        let paper = *known.get(share_of(known.len(), PAPER))?;
        // Off the page it is white.
        let dark =
            |mean: Option<f32>| mean.map_or(0.0, |mean| (paper - mean).max(0.0) / paper.max(1.0));
        Some(Self {
            width,
            shades: means.into_iter().map(dark).collect(),
        })
    }

    fn height(&self) -> usize {
        self.shades.len() / self.width
    }

    fn at(&self, column: usize, row: usize) -> f32 {
        let inside = column < self.width;
        let shade = self
            .shades
            .get(row * self.width + column)
            .filter(|_| inside);
        shade.copied().unwrap_or_default()
    }

    /// Each cell with its neighbours: a stroke that falls beside a cell's edge on another picture still meets itself.
    fn smoothed(&self) -> Self {
        let mean = |column: usize, row: usize| {
            let near = |at: usize| at.saturating_sub(1)..=at + 1;
            let cells = near(row).flat_map(|y| near(column).map(move |x| (x, y)));
            cells.map(|(x, y)| self.at(x, y)).sum::<f32>() / 9.0
        };
        let rows = 0..self.height();
        let shades = rows.flat_map(|row| (0..self.width).map(move |column| (column, row)));
        Self {
            width: self.width,
            shades: shades.map(|(column, row)| mean(column, row)).collect(),
        }
    }

    /// What is inside, without the cells around it, in another size.
    fn inside(&self, size: f32) -> Option<Self> {
        let inner = |side: usize| side.checked_sub(2 * AROUND).filter(|side| *side > 0);
        let (width, height) = (inner(self.width)?, inner(self.height())?);
        let scaled = |side: usize| round(offset(side) * size).max(1);
        let back = |at: usize| AROUND + round(offset(at) / size);
        let (columns, rows) = (scaled(width), scaled(height));
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        Some(Self {
            width: columns,
            shades: places
                .map(|(column, row)| self.at(back(column), back(row)))
                .collect(),
        })
    }

    /// The correlation of what is inside with the place of `other` that it fits best.
    fn best_in(&self, other: &Self) -> f32 {
        let sizes = SIZES.iter().filter_map(|size| self.inside(*size));
        let fits = sizes.flat_map(|inside| {
            let across = other.width.checked_sub(inside.width);
            let down = other.height().checked_sub(inside.height());
            let places = across.zip(down).into_iter().flat_map(|(across, down)| {
                (0..=down).flat_map(move |y| (0..=across).map(move |x| (x, y)))
            });
            let places: Vec<_> = places.collect();
            places
                .into_iter()
                .map(move |place| inside.correlation(other, place))
                .collect::<Vec<_>>()
        });
        fits.fold(-1.0, f32::max)
    }

    /// Pearson's, with the part of `other` that begins there.
    fn correlation(&self, other: &Self, (x, y): (usize, usize)) -> f32 {
        let (mut a, mut b, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (row, shades) in self.shades.chunks_exact(self.width).enumerate() {
            let start = (y + row) * other.width + x;
            let there = other.shades.get(start..start + self.width).unwrap_or(&[]);
            for (one, other) in shades.iter().zip(there) {
                a += one;
                b += other;
                aa += one * one;
                bb += other * other;
                ab += one * other;
            }
        }
        let count = offset(self.shades.len());
        let spread = (aa - a * a / count).max(0.0) * (bb - b * b / count).max(0.0);
        (ab - a * b / count) / spread.sqrt().max(f32::EPSILON)
    }
}

/// The mean shade of a square of pixels; `None` off the page.
fn mean_of(page: &GrayImage, (x, y): (f32, f32), size: f32) -> Option<f32> {
    let (left, right) = within(x, size, page.width())?;
    let (top, bottom) = within(y, size, page.height())?;
    let stride = page.width() as usize;
    let rows = page.as_raw().chunks_exact(stride).take(bottom).skip(top);
    let sum: u32 = rows
        .map(|row| {
            row[left..right]
                .iter()
                .map(|shade| u32::from(*shade))
                .sum::<u32>()
        })
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "a few pixels")]
    let sum = sum as f32;
    Some(sum / offset((right - left) * (bottom - top)))
}

/// First and last pixel of a stretch of a side.
fn within(from: f32, length: f32, side: u32) -> Option<(usize, usize)> {
    let is_on = from >= 0.0 && from < pixels(side);
    let first = is_on.then(|| round(from.floor()))?;
    let last = round((from + length).floor()).max(first + 1);
    let last = last.min(side as usize);
    (first < last).then_some((first, last))
}

fn aspect(page: &GrayImage) -> f32 {
    pixels(page.height()) / pixels(page.width()).max(1.0)
}

fn cells(share: f32) -> usize {
    round(share * ACROSS)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sides of pictures are far below 2^24"
)]
fn pixels(side: u32) -> f32 {
    side as f32
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of cells are far below 2^24"
)]
fn offset(cells: usize) -> f32 {
    cells as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places on a page are not below 0"
)]
fn round(place: f32) -> usize {
    place.round() as usize
}

fn share_of(count: usize, share: f32) -> usize {
    round(offset(count) * share).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// A page with a stroke through these points, in shares of the page.
    fn page(shade: u8, points: &[(f32, f32)], (dx, dy): (f32, f32), size: f32) -> GrayImage {
        let mut page = GrayImage::from_pixel(1700, 2200, Luma([250]));
        for pair in points.windows(2) {
            for step in 0_u16..=800 {
                let along = f32::from(step) / 800.0;
                let at = |a: f32, b: f32, shift: f32| (a + (b - a) * along) * size + shift;
                let x = round(at(pair[0].0, pair[1].0, dx) * 1700.0);
                let y = round(at(pair[0].1, pair[1].1, dy) * 2200.0);
                for (across, down) in (0..4).flat_map(|a| (0..4).map(move |d| (a, d))) {
                    let (x, y) = (x + across, y + down);
                    let place = (u32::try_from(x).unwrap(), u32::try_from(y).unwrap());
                    page.put_pixel(place.0, place.1, Luma([shade]));
                }
            }
        }
        page
    }

    const SIGNATURE: [(f32, f32); 6] = [
        (0.30, 0.52),
        (0.34, 0.48),
        (0.37, 0.53),
        (0.42, 0.49),
        (0.50, 0.51),
        (0.58, 0.50),
    ];
    const ANOTHER: [(f32, f32); 5] = [
        (0.30, 0.49),
        (0.45, 0.53),
        (0.50, 0.48),
        (0.55, 0.53),
        (0.58, 0.48),
    ];
    const PLACE: BBox = BBox {
        left: 0.29,
        top: 0.475,
        right: 0.6,
        bottom: 0.535,
    };

    #[test]
    fn a_signature_looks_the_same_paler_elsewhere_and_larger_and_another_one_does_not() {
        let looks = |page: &GrayImage, place| Looks::of(page, place).unwrap();
        let first = looks(&page(40, &SIGNATURE, (0.0, 0.0), 1.0), PLACE);
        let moved = BBox::new(0.3, 0.49, 0.62, 0.56);
        let again = looks(&page(140, &SIGNATURE, (0.02, 0.02), 1.0), moved);
        let larger = looks(&page(40, &SIGNATURE, (-0.012, -0.02), 1.04), PLACE);
        let other = looks(&page(40, &ANOTHER, (0.0, 0.0), 1.0), PLACE);
        assert!(first.likeness(&again) > 0.8, "{}", first.likeness(&again));
        assert!(first.likeness(&larger) > 0.8, "{}", first.likeness(&larger));
        assert!(first.likeness(&other) < 0.6, "{}", first.likeness(&other));
        assert!((first.likeness(&first) - 1.0).abs() < 1e-2);
    }

    #[test]
    fn an_empty_place_looks_like_nothing() {
        let page = page(40, &SIGNATURE, (0.0, 0.0), 1.0);
        assert_eq!(Looks::of(&page, BBox::new(0.1, 0.7, 0.4, 0.8)), None);
        assert_eq!(Looks::of(&page, BBox::new(0.5, 0.5, 0.5, 0.5)), None);
        assert_eq!(Looks::of(&page, BBox::PAGE), None);
        assert_eq!(Looks::of(&GrayImage::default(), PLACE), None);
    }
}
