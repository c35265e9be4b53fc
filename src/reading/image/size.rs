//! How large a page's picture has to be so that its text can be read, and no larger.

use crate::reading::protocol::Size;

/// Resolution at which scans are read, in dots per inch. 300 dpi read no better and cost twice as much (measured with
/// PP-OCR and Tesseract on sixteen pages).
pub(in crate::reading) const SCAN_DPI: f32 = 200.0;
/// Pictures up to this resolution are left as they are: a fax of 204 dpi loses more by scaling than it costs.
const MAX_DPI: f64 = 230.0;
/// Long side of a letter or A4 page at 200 dpi, which a picture of unknown resolution is taken for.
const LONG_SIDE: f64 = 2340.0;
/// Pixels of an A3 page at 200 dpi; no page is read larger.
const MAX_AREA: f64 = 2340.0 * 3310.0;
/// Longest side of any page: a till receipt of 35 inches.
pub(in crate::reading) const MAX_SIDE: u32 = 7000;
/// Resolutions and paper sizes (long side, inches) that a tag may claim; cameras write 72 dpi, which would make a
/// picture of theirs a poster.
const SANE_DPI: std::ops::RangeInclusive<f64> = 50.0..=1300.0;
const SANE_INCHES: std::ops::RangeInclusive<f64> = 5.0..=36.0;
/// Fax lines are up to twice as far apart as dots (204 × 98, 204 × 196 dpi); a little more is let pass.
const MAX_SQUEEZE: f64 = 2.5;

/// The size at which a picture file's page is read. Dots that are not square are made square.
pub(in crate::reading) fn for_reading(stored: Size, dpi: Option<(f64, f64)>) -> Size {
    let (width, height) = (f64::from(stored.0), f64::from(stored.1));
    fit(match sane(stored, dpi) {
        Some((across, down)) => {
            let finer = across.max(down);
            let wanted = if finer > MAX_DPI {
                f64::from(SCAN_DPI)
            } else {
                finer
            };
            (width * wanted / across, height * wanted / down)
        }
        None => {
            let scale = (LONG_SIDE / width.max(height)).min(1.0);
            (width * scale, height * scale)
        }
    })
}

/// Width and height in inches of a page of a picture file; what has no sane resolution is taken for a letter page.
pub(in crate::reading) fn inches(stored: Size, dpi: Option<(f64, f64)>) -> (f64, f64) {
    const LONG_INCHES: f64 = 11.0;
    let (width, height) = (f64::from(stored.0), f64::from(stored.1));
    match sane(stored, dpi) {
        Some((across, down)) => (width / across, height / down),
        None => {
            let scale = LONG_INCHES / width.max(height).max(1.0);
            (width * scale, height * scale)
        }
    }
}

/// A width and height in pixels, made smaller where they are beyond what is read.
pub(in crate::reading) fn fit((width, height): (f64, f64)) -> Size {
    let by_area = (MAX_AREA / (width * height)).sqrt();
    let by_side = f64::from(MAX_SIDE) / width.max(height);
    let scale = by_area.min(by_side).min(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and MAX_SIDE"
    )]
    let pixels = |side: f64| (side * scale).round().clamp(1.0, f64::from(MAX_SIDE)) as u32;
    Size(pixels(width), pixels(height))
}

fn sane(stored: Size, dpi: Option<(f64, f64)>) -> Option<(f64, f64)> {
    let (across, down) = dpi?;
    let long = (f64::from(stored.0) / across).max(f64::from(stored.1) / down);
    let squeeze = (across / down).max(down / across);
    let is_sane = SANE_DPI.contains(&across)
        && SANE_DPI.contains(&down)
        && SANE_INCHES.contains(&long)
        && squeeze <= MAX_SQUEEZE;
    is_sane.then_some((across, down))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_are_read_at_about_200_dpi_with_square_dots() {
        for (what, stored, dpi, read) in [
            (
                "scan at 300 dpi",
                Size(2550, 3300),
                Some((300.0, 300.0)),
                Size(1700, 2200),
            ),
            (
                "scan at 200 dpi",
                Size(1700, 2200),
                Some((200.0, 200.0)),
                Size(1700, 2200),
            ),
            (
                "scan at 150 dpi",
                Size(1275, 1650),
                Some((150.0, 150.0)),
                Size(1275, 1650),
            ),
            (
                "coarse fax",
                Size(1728, 1145),
                Some((204.0, 98.0)),
                Size(1728, 2383),
            ),
            (
                "fine fax",
                Size(1728, 2290),
                Some((204.0, 196.0)),
                Size(1728, 2383),
            ),
            (
                "phone, 72 dpi tag",
                Size(3024, 4032),
                Some((72.0, 72.0)),
                Size(1755, 2340),
            ),
            ("phone, no tag", Size(4032, 3024), None, Size(2340, 1755)),
            ("small picture", Size(800, 600), None, Size(800, 600)),
            (
                "broken tag",
                Size(1000, 1400),
                Some((f64::NAN, 0.0)),
                Size(1000, 1400),
            ),
            (
                "small picture with a large tag",
                Size(800, 1000),
                Some((600.0, 600.0)),
                Size(800, 1000),
            ),
        ] {
            assert_eq!(for_reading(stored, dpi), read, "{what}");
        }
    }

    #[test]
    fn a_huge_page_is_made_small_and_a_thin_one_keeps_a_pixel() {
        assert_eq!(fit((1e9, 1e9)).0, fit((1e9, 1e9)).1);
        assert_eq!(fit((1e9, 1.0)), Size(MAX_SIDE, 1));
    }

    proptest! {
        #[test]
        fn no_page_is_larger_than_can_be_read(width in 1_u32..200_000, height in 1_u32..200_000, dpi in 0.0_f64..2000.0) {
            let Size(width, height) = for_reading(Size(width, height), Some((dpi, dpi)));
            prop_assert!(width >= 1 && height >= 1 && width <= MAX_SIDE && height <= MAX_SIDE);
            prop_assert!(f64::from(width) * f64::from(height) <= MAX_AREA * 1.01);
        }
    }
}
