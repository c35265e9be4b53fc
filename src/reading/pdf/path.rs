//! What a path on a PDF page is: a rule, a bar of a bar code, or a drawing.

use pdfium_render::prelude::{PdfPagePathObject, PdfPathSegmentType, PdfPathSegments as _};

/// Segments looked at per path; a drawing shows itself within the first few.
const MAX_SEGMENTS: u32 = 512;
/// A line is a slant when it runs further than this many units both ways.
const SLANT: f32 = 1.0;
/// Segments of a rectangle: a move and three or four lines.
const RECTANGLE: usize = 4;
/// Control points of the four rounded corners of a frame.
const ROUNDED_CORNERS: usize = 12;

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Straight lines along the page's edges, frames with rounded corners among them.
    Rules,
    /// One or more filled rectangles.
    Filled { rectangles: usize },
    /// Curves and slants: filled as in a logo or a bar code that stands askew, or drawn with a pen as in a signature.
    Drawing { filled: bool },
}

/// Tells what a path is.
pub(super) fn kind_of(path: &PdfPagePathObject<'_>) -> Kind {
    let filled = path
        .fill_mode()
        .is_ok_and(|mode| mode != pdfium_render::prelude::PdfPathFillMode::None);
    kind_of_segments(segments(path).into_iter(), filled)
}

fn segments(path: &PdfPagePathObject<'_>) -> Vec<(PdfPathSegmentType, f32, f32)> {
    let segments = path.segments();
    (0..segments.len().min(MAX_SEGMENTS))
        .filter_map(|index| segments.get(index).ok())
        .map(|segment| {
            let (x, y) = segment.point();
            (segment.segment_type(), x.value, y.value)
        })
        .collect()
}

fn kind_of_segments(
    segments: impl Iterator<Item = (PdfPathSegmentType, f32, f32)>,
    filled: bool,
) -> Kind {
    let (mut moves, mut lines, mut curves) = (0, 0, 0);
    let mut from = (0.0, 0.0);
    for (kind, x, y) in segments {
        match kind {
            PdfPathSegmentType::MoveTo => moves += 1,
            PdfPathSegmentType::BezierTo => curves += 1,
            PdfPathSegmentType::LineTo => {
                lines += 1;
                if (x - from.0).abs() > SLANT && (y - from.1).abs() > SLANT {
                    return Kind::Drawing { filled };
                }
            }
            PdfPathSegmentType::Unknown => {}
        }
        from = (x, y);
    }
    let rounded_frame = curves <= ROUNDED_CORNERS && lines >= RECTANGLE - 1;
    match (curves, filled) {
        (1.., _) if !rounded_frame => Kind::Drawing { filled },
        (0, true) if lines + moves >= RECTANGLE => Kind::Filled {
            rectangles: moves.max(1),
        },
        _ => Kind::Rules,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PdfPathSegmentType::{BezierTo, LineTo, MoveTo};

    const RECTANGLE_AT_0: [(PdfPathSegmentType, f32, f32); 4] = [
        (MoveTo, 0.0, 0.0),
        (LineTo, 50.0, 0.0),
        (LineTo, 50.0, 9.0),
        (LineTo, 0.0, 9.0),
    ];

    #[test]
    fn frames_and_rules_are_no_drawings() {
        let rule = [(MoveTo, 0.0, 0.0), (LineTo, 500.0, 0.2)];
        assert_eq!(kind_of_segments(rule.into_iter(), false), Kind::Rules);
        assert_eq!(
            kind_of_segments(RECTANGLE_AT_0.into_iter(), false),
            Kind::Rules
        );
        let corner = [
            (LineTo, 90.0, 0.0),
            (BezierTo, 95.0, 0.0),
            (BezierTo, 99.0, 4.0),
            (BezierTo, 99.0, 9.0),
        ];
        let rounded: Vec<_> = [(MoveTo, 9.0, 0.0)]
            .into_iter()
            .chain([corner; 4].into_iter().flat_map(|side| {
                // Each side starts where the one before ended, so that no line slants.
                side.into_iter()
                    .enumerate()
                    .map(|(i, segment)| if i == 0 { (LineTo, 99.0, 9.0) } else { segment })
            }))
            .skip(2)
            .collect();
        assert_eq!(kind_of_segments(rounded.into_iter(), false), Kind::Rules);
    }

    #[test]
    fn filled_rectangles_are_counted() {
        let two = RECTANGLE_AT_0.into_iter().chain(RECTANGLE_AT_0);
        assert_eq!(kind_of_segments(two, true), Kind::Filled { rectangles: 2 });
    }

    #[test]
    fn curves_and_slants_are_drawings() {
        let circle = [(MoveTo, 0.0, 0.0)]
            .into_iter()
            .chain([(BezierTo, 5.0, 5.0); 12]);
        let pen = [(MoveTo, 0.0, 0.0), (LineTo, 3.0, 4.0)].into_iter();
        for filled in [false, true] {
            let drawing = Kind::Drawing { filled };
            assert_eq!(kind_of_segments(circle.clone(), filled), drawing);
            assert_eq!(kind_of_segments(pen.clone(), filled), drawing);
        }
    }
}
