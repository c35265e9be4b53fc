//! Where things stand on a PDF page: from PDF points (origin bottom left, before the page is turned) to shares of the
//! page as a viewer shows it.

use pdfium_render::prelude::{PdfPage, PdfPageRenderRotation, PdfRect};

use crate::document::BBox;
use crate::fault::RejectReason;
use crate::reading::image::size::MAX_SIDE;

/// PDF points per inch.
const POINTS_PER_INCH: f32 = 72.0;

/// The visible part of a page (its crop box) and how it is turned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Geometry {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
    turn: PdfPageRenderRotation,
}

impl Geometry {
    pub(super) fn of(page: &PdfPage<'_>) -> Result<Self, RejectReason> {
        let corrupt = |_| RejectReason::Corrupt;
        let shown = page.boundaries().bounding().map_err(corrupt)?.bounds;
        let geometry = Self {
            left: shown.left().value,
            top: shown.top().value,
            width: shown.width().value,
            height: shown.height().value,
            turn: page.rotation().map_err(corrupt)?,
        };
        let sides = [geometry.width, geometry.height];
        if sides.iter().all(|side| side.is_finite() && *side > 0.0) {
            Ok(geometry)
        } else {
            Err(RejectReason::Corrupt)
        }
    }

    /// Width and height in points, as shown.
    pub(super) fn shown(&self) -> (f32, f32) {
        match self.turn {
            PdfPageRenderRotation::None | PdfPageRenderRotation::Degrees180 => {
                (self.width, self.height)
            }
            PdfPageRenderRotation::Degrees90 | PdfPageRenderRotation::Degrees270 => {
                (self.height, self.width)
            }
        }
    }

    /// Width and height in pixels at `dpi`, as shown.
    pub(super) fn size_at(&self, dpi: f32) -> (f64, f64) {
        let (width, height) = self.shown();
        let scale = f64::from(dpi / POINTS_PER_INCH);
        (f64::from(width) * scale, f64::from(height) * scale)
    }

    /// A rectangle on the page as shown; `None` where it lies wholly outside or is no rectangle at all.
    pub(super) fn place(&self, rect: &PdfRect) -> Option<BBox> {
        let corners = [
            (rect.left().value, rect.top().value),
            (rect.right().value, rect.bottom().value),
        ];
        let [(x1, y1), (x2, y2)] = corners
            .map(|(x, y)| self.turned((x - self.left) / self.width, (self.top - y) / self.height));
        let (left, right) = (x1.min(x2), x1.max(x2));
        let (top, bottom) = (y1.min(y2), y1.max(y2));
        let finite = [x1, x2, y1, y2].iter().all(|edge| edge.is_finite());
        let inside = left <= 1.0 && top <= 1.0 && right >= 0.0 && bottom >= 0.0;
        (finite && inside).then(|| BBox::new(left, top, right, bottom))
    }

    fn turned(&self, x: f32, y: f32) -> (f32, f32) {
        match self.turn {
            PdfPageRenderRotation::None => (x, y),
            PdfPageRenderRotation::Degrees90 => (1.0 - y, x),
            PdfPageRenderRotation::Degrees180 => (1.0 - x, 1.0 - y),
            PdfPageRenderRotation::Degrees270 => (y, 1.0 - x),
        }
    }
}

/// The pixel at a share of a side.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share between 0 and 1 of a u32 fits in a u32"
)]
pub(super) fn pixel(share: f32, side: u32) -> u32 {
    (f64::from(share.clamp(0.0, 1.0)) * f64::from(side.min(MAX_SIDE))) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_follows_the_page_when_it_is_turned() {
        // A page of 200 × 100 points whose crop box starts at (10, 20); the box stands at its top left.
        let rect = PdfRect::new_from_values(100.0, 10.0, 120.0, 50.0);
        for (turn, shown) in [
            (PdfPageRenderRotation::None, [0.0, 0.0, 0.2, 0.2]),
            (PdfPageRenderRotation::Degrees90, [0.8, 0.0, 1.0, 0.2]),
            (PdfPageRenderRotation::Degrees180, [0.8, 0.8, 1.0, 1.0]),
            (PdfPageRenderRotation::Degrees270, [0.0, 0.8, 0.2, 1.0]),
        ] {
            let geometry = Geometry {
                left: 10.0,
                top: 120.0,
                width: 200.0,
                height: 100.0,
                turn,
            };
            let placed: [f32; 4] = geometry.place(&rect).unwrap().into();
            assert_eq!(placed, shown, "{turn:?}");
        }
    }

    #[test]
    fn what_lies_outside_the_crop_box_has_no_place() {
        let geometry = Geometry {
            left: 0.0,
            top: 100.0,
            width: 100.0,
            height: 100.0,
            turn: PdfPageRenderRotation::None,
        };
        assert_eq!(
            geometry.place(&PdfRect::new_from_values(110.0, 0.0, 120.0, 10.0)),
            None
        );
        assert_eq!(
            geometry.place(&PdfRect::new_from_values(0.0, f32::NAN, 1.0, 1.0)),
            None
        );
    }
}
