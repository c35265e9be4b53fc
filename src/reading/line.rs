//! Lines of text as rectangles that may lean, and their pictures.
//!
//! In: a page and a rectangle on it. Out: the rectangle's picture with the text running from left to right, and boxes of
//! its parts.

use image::{GrayImage, Luma};

use crate::document::BBox;

/// A line of text on a page: a rectangle in pixels that may lean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// Centre, (x, y).
    pub(super) centre: (f32, f32),
    /// Extent along the text.
    pub(super) length: f32,
    /// Extent across the text.
    pub(super) height: f32,
    /// Direction of the text, clockwise from left-to-right, in radians.
    pub(super) angle: f32,
}

impl Line {
    /// The point so far along the line from its start and across it from its top.
    fn point(&self, along: f32, across: f32) -> (f32, f32) {
        let (sin, cos) = self.angle.sin_cos();
        let (u, v) = (along - self.length / 2.0, across - self.height / 2.0);
        (
            self.centre.0 + u * cos - v * sin,
            self.centre.1 + u * sin + v * cos,
        )
    }

    /// The upright box around the part from `start` to `end`, each 0..1 of the length, on a page of this size.
    pub(super) fn part(&self, start: f32, end: f32, page: (u32, u32)) -> BBox {
        let corners = [
            (start, 0.0),
            (end, 0.0),
            (start, self.height),
            (end, self.height),
        ]
        .map(|(share, across)| self.point(share * self.length, across));
        let (width, height) = (page.0 as f32, page.1 as f32);
        let [xs, ys] = [
            corners.map(|(x, _)| x / width),
            corners.map(|(_, y)| y / height),
        ];
        let least = |values: [f32; 4]| values.into_iter().fold(f32::INFINITY, f32::min);
        let most = |values: [f32; 4]| values.into_iter().fold(f32::NEG_INFINITY, f32::max);
        BBox::new(least(xs), least(ys), most(xs), most(ys))
    }

    /// The part of it from `start` to `end`, 0..1 of its length.
    pub(super) fn between(&self, start: f32, end: f32) -> Self {
        let along = (f32::midpoint(start, end) - 0.5) * self.length;
        let (sin, cos) = self.angle.sin_cos();
        Self {
            centre: (self.centre.0 + along * cos, self.centre.1 + along * sin),
            length: (end - start) * self.length,
            ..*self
        }
    }

    /// Whether the text runs up or down the page.
    pub(super) fn is_vertical(&self) -> bool {
        self.angle.sin().abs() > 0.7
    }

    /// The same line on the page of this size after it was turned upside down.
    pub(super) fn turned_half(&self, page: (u32, u32)) -> Self {
        Self {
            centre: (page.0 as f32 - self.centre.0, page.1 as f32 - self.centre.1),
            ..*self
        }
    }

    /// Its picture, stretched to this size.
    pub(super) fn picture(&self, page: &GrayImage, width: u32, height: u32) -> GrayImage {
        let step = (self.length / width as f32, self.height / height as f32);
        // One sample for each page pixel that falls into a pixel of the picture, so that small dots do not vanish.
        let samples = whole(step.0.max(step.1).round()).clamp(1, 4);
        GrayImage::from_fn(width, height, |x, y| {
            let mut sum = 0.0;
            for i in 0..samples {
                for j in 0..samples {
                    let inside =
                        |pixel: u32, part: u32| pixel as f32 + (part as f32 + 0.5) / samples as f32;
                    let (along, across) = (inside(x, i) * step.0, inside(y, j) * step.1);
                    sum += sample(page, self.point(along, across));
                }
            }
            Luma([shade(sum / (samples * samples) as f32)])
        })
    }
}

/// The shade at a point between pixels; beyond the edge, that of the edge.
fn sample(page: &GrayImage, (x, y): (f32, f32)) -> f32 {
    let (right, bottom) = (page.width() - 1, page.height() - 1);
    let (x, y) = (
        (x - 0.5).clamp(0.0, right as f32),
        (y - 0.5).clamp(0.0, bottom as f32),
    );
    let (left, top) = (whole(x), whole(y));
    let (dx, dy) = (x - left as f32, y - top as f32);
    let shade = |x: u32, y: u32| f32::from(page.get_pixel(x.min(right), y.min(bottom)).0[0]);
    let row = |y: u32| shade(left, y) * (1.0 - dx) + shade(left + 1, y) * dx;
    row(top) * (1.0 - dy) + row(top + 1) * dy
}

/// The whole part of a length in pixels; less than 0 counts as 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, which is what a length on a page needs"
)]
pub(super) fn whole(pixels: f32) -> u32 {
    pixels as u32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates at black and white"
)]
fn shade(value: f32) -> u8 {
    value.round() as u8
}

#[cfg(test)]
mod tests {
    use std::f32::consts::{FRAC_PI_2, FRAC_PI_4};

    use super::*;

    fn line(angle: f32) -> Line {
        Line {
            centre: (50.0, 30.0),
            length: 40.0,
            height: 10.0,
            angle,
        }
    }

    fn near(found: BBox, wanted: [f32; 4]) {
        let found: [f32; 4] = found.into();
        for (found, wanted) in found.into_iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-3, "{found} is not {wanted}");
        }
    }

    #[test]
    fn the_box_of_a_part_follows_the_direction_of_the_text() {
        near(line(0.0).part(0.0, 0.5, (100, 100)), [0.3, 0.25, 0.5, 0.35]);
        // Text that runs up the page starts at the bottom.
        near(
            line(-FRAC_PI_2).part(0.0, 0.5, (100, 100)),
            [0.45, 0.3, 0.55, 0.5],
        );
        assert!(line(-FRAC_PI_2).is_vertical() && !line(0.1).is_vertical());
    }

    #[test]
    fn a_line_is_found_again_on_the_page_turned_upside_down() {
        let turned = line(0.1).turned_half((100, 100));
        assert_eq!((turned.centre, turned.angle), ((50.0, 70.0), 0.1));
    }

    #[test]
    fn the_picture_of_a_leaning_line_is_straight() {
        let leaning = line(FRAC_PI_4);
        let (sin, cos) = FRAC_PI_4.sin_cos();
        // Black above the axis of the line, white below.
        let page = GrayImage::from_fn(100, 60, |x, y| {
            let (dx, dy) = (x as f32 + 0.5 - 50.0, y as f32 + 0.5 - 30.0);
            Luma([if dy * cos - dx * sin < 0.0 { 0 } else { 255 }])
        });
        let picture = leaning.picture(&page, 40, 10);
        for x in 0..40 {
            assert_eq!(picture.get_pixel(x, 1).0, [0]);
            assert_eq!(picture.get_pixel(x, 8).0, [255]);
        }
    }

    #[test]
    fn a_line_that_leaves_the_page_continues_with_its_edge() {
        let page = GrayImage::from_pixel(20, 20, Luma([200]));
        let picture = line(0.0).picture(&page, 80, 20);
        assert!(picture.pixels().all(|pixel| pixel.0 == [200]));
    }
}
