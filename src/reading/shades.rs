//! How dark paper and ink are.
//!
//! In: a gray picture. Out: the shade of its paper, the share of its ink.

use image::GrayImage;

/// Ink is darker than this share of the paper's shade.
const INK: f32 = 0.65;

/// The shade of the paper: that of the lightest tenth of the pixels, at its dark end.
pub(super) fn paper(image: &GrayImage) -> u8 {
    let pixels = image.as_raw().len();
    let mut lighter = 0;
    let counts = shades(image);
    let paper = (0..=255_u8).rev().find(|shade| {
        lighter += counts[usize::from(*shade)];
        10 * lighter >= pixels
    });
    paper.unwrap_or(255)
}

/// Share of pixels much darker than the paper.
pub(super) fn ink(image: &GrayImage, paper: u8) -> f32 {
    let limit = f32::from(paper) * INK;
    let counts = shades(image);
    let dark = (0..=255_u8).take_while(|shade| f32::from(*shade) < limit);
    let dark: usize = dark.map(|shade| counts[usize::from(shade)]).sum();
    dark as f32 / image.as_raw().len().max(1) as f32
}

/// How many pixels have each shade.
fn shades(image: &GrayImage) -> [usize; 256] {
    let mut counts = [0; 256];
    for shade in image.as_raw() {
        counts[usize::from(*shade)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn ink_is_what_is_much_darker_than_the_paper() {
        for (paper, pen, wanted) in [(255, 0, 0.1), (120, 30, 0.1), (255, 240, 0.0)] {
            let image =
                GrayImage::from_fn(100, 100, |x, _| Luma([if x < 10 { pen } else { paper }]));
            assert!(
                (ink(&image, super::paper(&image)) - wanted).abs() < 1e-6,
                "{paper} {pen}"
            );
        }
    }
}
