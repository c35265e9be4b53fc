//! Pictures of pages for the models that look at them: the one implementation that training and the worker share.

use std::ops::Range;

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};

use crate::document::BBox;

/// Width and height of the thumbnail that the `page-class` model sees, in pixels.
pub const THUMBNAIL: (u32, u32) = (96, 128);
/// Short and long side of the picture that the `marks` model sees, in pixels: about 100 dpi, multiples of 32.
pub const MARKS: (u32, u32) = (832, 1152);
/// Width and height of a cell of the `marks` model in pixels of its picture.
pub const CELL: usize = 8;
/// Edges of [`Part`]s are multiples of this, in pixels: a multiple of the model's cells that divides both sides of [`MARKS`].
const STEP: u32 = 32;
/// How far the `marks` model looks around a cell, in pixels: its dilated convolutions reach 32 cells of 8 pixels, its stem 11
/// pixels more.
const SURROUNDINGS: u32 = 288;

/// The page squeezed into [`THUMBNAIL`].
#[must_use]
pub fn thumbnail(page: &GrayImage) -> GrayImage {
    shrunk(page, THUMBNAIL.0, THUMBNAIL.1)
}

/// [`imageops::thumbnail`] for gray pictures, pixel for pixel: each pixel is the mean of those that begin in it. The library's
/// took a tenth of all time of born-digital pages (perf, `fixtures/bench/digital.pdf`).
fn shrunk(page: &GrayImage, width: u32, height: u32) -> GrayImage {
    if page.width() < width || page.height() < height {
        return imageops::thumbnail(page, width, height);
    }
    let (columns, rows) = (blocks(page.width(), width), blocks(page.height(), height));
    let stride = page.width() as usize;
    let mut pixels = Vec::with_capacity(columns.len() * rows.len());
    let mut sums = vec![0_u32; stride];
    for row in rows {
        sums.fill(0);
        for line in page.as_raw()[row.start * stride..row.end * stride].chunks_exact(stride) {
            for (sum, shade) in sums.iter_mut().zip(line) {
                // A column of 2^24 pixels would be needed to overflow, and checked sums are not vectorised.
                *sum = sum.wrapping_add(u32::from(*shade));
            }
        }
        pixels.extend(columns.iter().map(|column| {
            let sum: usize = sums[column.clone()].iter().map(|sum| *sum as usize).sum();
            let count = column.len() * row.len();
            u8::try_from((sum + count / 2) / count).unwrap_or(u8::MAX)
        }));
    }
    GrayImage::from_raw(width, height, pixels).unwrap_or_default()
}

/// The pixels that begin in each of `parts` equal parts of a side.
fn blocks(side: u32, parts: u32) -> Vec<Range<usize>> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "as the library counts, in single precision; the sides of pages are far below 2^24"
    )]
    let edges = |part: u32| {
        let (ratio, start) = (side as f32 / parts as f32, part as f32);
        let (start, side) = (start * ratio, side as usize);
        let (first, end) = (start.ceil() as usize, (start + ratio).ceil() as usize);
        first.min(side - 1)..end.min(side)
    };
    (0..parts).map(edges).collect()
}

/// The page at the size that the `marks` model takes, and how it was scaled.
#[derive(Debug, Clone)]
pub struct MarksPicture {
    /// The page in the top left corner, white beyond it. Upright or lying, as the page is.
    pub image: GrayImage,
    /// Share of the picture's width and height that the page fills, 0..1.
    pub filled: (f32, f32),
}

impl MarksPicture {
    /// Scales the page, keeping its shape, into [`MARKS`] (turned for a page that is wider than high).
    #[must_use]
    pub fn of(page: &GrayImage) -> Self {
        let (width, height) = if page.width() > page.height() {
            (MARKS.1, MARKS.0)
        } else {
            MARKS
        };
        let scale = f64::from(width) / f64::from(page.width().max(1));
        let scale = scale.min(f64::from(height) / f64::from(page.height().max(1)));
        let fitted_width = scaled(page.width(), scale).clamp(1, width);
        let fitted_height = scaled(page.height(), scale).clamp(1, height);
        let fitted = if scale < 1.0 {
            shrunk(page, fitted_width, fitted_height)
        } else {
            imageops::resize(page, fitted_width, fitted_height, FilterType::Triangle)
        };
        let mut image = GrayImage::from_pixel(width, height, Luma([255]));
        imageops::replace(&mut image, &fitted, 0, 0);
        Self {
            image,
            filled: (part(fitted_width, width), part(fitted_height, height)),
        }
    }
}

/// A rectangle of a [`MarksPicture`] in pixels, its edges on multiples of 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Left edge.
    pub left: u32,
    /// Top edge.
    pub top: u32,
    /// Right edge, exclusive.
    pub right: u32,
    /// Bottom edge, exclusive.
    pub bottom: u32,
}

impl MarksPicture {
    /// The parts that hold `places` of the page, with so much around them that the model sees what it would see on the whole
    /// page. No two of them overlap.
    #[must_use]
    pub fn parts(&self, places: &[BBox]) -> Vec<Part> {
        let (width, height) = self.image.dimensions();
        let (across, down) = (part(SURROUNDINGS, width), part(SURROUNDINGS, height));
        let on_picture = |place: &BBox| {
            let [left, right] = [place.left, place.right].map(|edge| edge * self.filled.0);
            let [top, bottom] = [place.top, place.bottom].map(|edge| edge * self.filled.1);
            BBox::new(left, top, right, bottom).grown(across, down)
        };
        // What is a step apart could share a step.
        let step = part(STEP, width.min(height));
        let grown = BBox::merged(places.iter().map(on_picture).collect(), step);
        let steps = |share: f32, side: u32| f64::from(share) * f64::from(side / STEP);
        let pixels = |steps: f64| scaled(STEP, steps);
        let one = |place: &BBox| Part {
            left: pixels(steps(place.left, width).floor()),
            top: pixels(steps(place.top, height).floor()),
            right: pixels(steps(place.right, width).ceil()),
            bottom: pixels(steps(place.bottom, height).ceil()),
        };
        grown.iter().map(one).collect()
    }
}

fn scaled(side: u32, scale: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive and clamped by the caller"
    )]
    let scaled = (f64::from(side) * scale).round() as u32;
    scaled
}

fn part(side: u32, whole: u32) -> f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a share of 0..1 needs no more than single precision"
    )]
    let part = (f64::from(side) / f64::from(whole)) as f32;
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lying_page_keeps_its_shape() {
        let picture = MarksPicture::of(&GrayImage::from_pixel(2200, 1100, Luma([0])));
        assert_eq!(picture.image.dimensions(), (MARKS.1, MARKS.0));
        assert!((picture.filled.0 - 1.0).abs() < 1e-6 && picture.filled.1 < 0.7);
        assert_eq!(picture.image.get_pixel(10, MARKS.0 - 1), &Luma([255]));
    }

    #[test]
    fn shrinking_is_the_librarys_pixel_for_pixel() {
        let page = GrayImage::from_fn(1701, 2203, |x, y| {
            Luma([u8::try_from((x * x + 31 * y) % 256).unwrap_or_default()])
        });
        for (width, height) in [THUMBNAIL, MARKS, (832, 1077), (1701, 1100), (1700, 2203)] {
            let wanted = imageops::thumbnail(&page, width, height);
            assert!(shrunk(&page, width, height) == wanted, "{width} x {height}");
        }
    }

    #[test]
    fn a_small_page_is_enlarged() {
        let picture = MarksPicture::of(&GrayImage::from_pixel(85, 110, Luma([0])));
        assert!(picture.filled.0 > 0.99 || picture.filled.1 > 0.99);
    }

    #[test]
    fn all_of_a_scan_is_looked_at_and_of_a_digital_page_what_lies_around_its_drawings() {
        let picture = MarksPicture::of(&GrayImage::from_pixel(850, 1100, Luma([255])));
        let (right, bottom) = picture.image.dimensions();
        let whole = picture.parts(&[BBox::PAGE]);
        assert_eq!(whole.len(), 1);
        assert_eq!((whole[0].left, whole[0].top), (0, 0));
        assert_eq!((whole[0].right, whole[0].bottom), (right, bottom));

        let logo = BBox::new(0.05, 0.03, 0.15, 0.06);
        let signature = BBox::new(0.6, 0.85, 0.9, 0.9);
        let parts = picture.parts(&[logo, signature]);
        assert_eq!(parts.len(), 2);
        for part in &parts {
            let edges = [part.left, part.top, part.right, part.bottom];
            assert!(edges.iter().all(|edge| edge % STEP == 0), "{part:?}");
            assert!(part.left < part.right && part.right <= right, "{part:?}");
            assert!(part.top < part.bottom && part.bottom <= bottom, "{part:?}");
        }
        assert!(parts[0].bottom < parts[1].top);
    }
}
