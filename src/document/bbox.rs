//! Places on a page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A rectangle on the upright page: left, top, right, bottom, each 0..1 of the page's width or height, origin
/// top left. Written as an array of four numbers.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(from = "[f32; 4]", into = "[f32; 4]")]
#[schemars(with = "[f32; 4]")]
pub struct BBox {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Bottom edge.
    pub bottom: f32,
}

impl BBox {
    /// The whole page.
    pub const PAGE: Self = Self {
        left: 0.0,
        top: 0.0,
        right: 1.0,
        bottom: 1.0,
    };

    /// A box from its edges, each clamped to 0..1.
    #[must_use]
    pub fn new(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        let [left, top, right, bottom] =
            [left, top, right, bottom].map(|edge| edge.clamp(0.0, 1.0));
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    /// Width, 0..1 of the page.
    #[must_use]
    pub fn width(self) -> f32 {
        self.right - self.left
    }

    /// Height, 0..1 of the page.
    #[must_use]
    pub fn height(self) -> f32 {
        self.bottom - self.top
    }

    /// The box on the page of one that is given in shares of `outer`.
    #[must_use]
    pub fn within(self, outer: Self) -> Self {
        Self::new(
            outer.left + self.left * outer.width(),
            outer.top + self.top * outer.height(),
            outer.left + self.right * outer.width(),
            outer.top + self.bottom * outer.height(),
        )
    }

    /// Centre, (x, y).
    #[must_use]
    pub fn centre(self) -> (f32, f32) {
        (
            f32::midpoint(self.left, self.right),
            f32::midpoint(self.top, self.bottom),
        )
    }

    /// The smallest box that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Area of the overlap of both.
    #[must_use]
    pub fn intersection(self, other: Self) -> f32 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        width.max(0.0) * height.max(0.0)
    }

    /// Area, 0..1 of the page.
    #[must_use]
    pub fn area(self) -> f32 {
        self.width().max(0.0) * self.height().max(0.0)
    }

    /// The box with `across` more to the left and right and `down` more above and below, within the page.
    #[must_use]
    pub fn grown(self, across: f32, down: f32) -> Self {
        Self::new(
            self.left - across,
            self.top - down,
            self.right + across,
            self.bottom + down,
        )
    }

    /// Merges boxes that are less than `near` apart. Beyond 400 boxes their places tell nothing and one box holds them all.
    #[must_use]
    pub fn merged(boxes: Vec<Self>, near: f32) -> Vec<Self> {
        const MAX_BOXES: usize = 400;
        if boxes.len() > MAX_BOXES {
            return boxes.into_iter().reduce(Self::union).into_iter().collect();
        }
        let mut merged: Vec<Self> = Vec::new();
        for mut bbox in boxes {
            while let Some(at) = merged.iter().position(|other| bbox.is_near(*other, near)) {
                bbox = bbox.union(merged.swap_remove(at));
            }
            merged.push(bbox);
        }
        merged
    }

    fn is_near(self, other: Self, near: f32) -> bool {
        self.left <= other.right + near
            && other.left <= self.right + near
            && self.top <= other.bottom + near
            && other.top <= self.bottom + near
    }
}

impl From<[f32; 4]> for BBox {
    fn from([left, top, right, bottom]: [f32; 4]) -> Self {
        Self::new(left, top, right, bottom)
    }
}

impl From<BBox> for [f32; 4] {
    /// Rounded to four decimals (0.2 pixels of a 200 dpi page), so that events stay small and stable.
    fn from(b: BBox) -> Self {
        [b.left, b.top, b.right, b.bottom].map(|edge| (edge * 1e4).round() / 1e4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_that_are_near_are_merged_also_through_a_third() {
        let boxes = vec![
            BBox::new(0.0, 0.0, 0.1, 0.1),
            BBox::new(0.3, 0.0, 0.4, 0.1),
            BBox::new(0.7, 0.7, 0.8, 0.8),
            BBox::new(0.1, 0.0, 0.295, 0.1),
        ];
        let merged = BBox::merged(boxes, 0.01);
        assert_eq!(merged.len(), 2);
        assert!(merged.contains(&BBox::new(0.0, 0.0, 0.4, 0.1)));
    }

    #[test]
    fn a_box_grows_no_further_than_the_page() {
        let grown = BBox::new(0.125, 0.5, 0.875, 0.625).grown(0.25, 0.125);
        assert_eq!(grown, BBox::new(0.0, 0.375, 1.0, 0.75));
    }
}
