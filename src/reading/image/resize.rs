//! Resizing: gray pictures at the size at which they are read.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{GrayImage, imageops};

/// The picture at another size, at least one pixel each way; each pixel is a triangle-weighted mean of those around it.
pub(in crate::reading) fn resized(picture: &GrayImage, width: u32, height: u32) -> GrayImage {
    let quick = quickly_resized(picture, width, height);
    quick
        .unwrap_or_else(|| imageops::resize(picture, width, height, imageops::FilterType::Triangle))
}

/// `None` for sizes that the library does not take.
fn quickly_resized(picture: &GrayImage, width: u32, height: u32) -> Option<GrayImage> {
    let (from, to) = (picture.dimensions(), PixelType::U8);
    let picture = ImageRef::new(from.0, from.1, picture.as_raw(), to).ok()?;
    let mut resized = Image::new(width, height, to);
    let triangle = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new()
        .resize(&picture, &mut resized, &triangle)
        .ok()?;
    GrayImage::from_raw(width, height, resized.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripes and a slope, odd in size.
    fn sample() -> GrayImage {
        GrayImage::from_fn(171, 93, |x, y| {
            let stripe = if x / 5 % 2 == 0 { 0 } else { 90 };
            image::Luma([u8::try_from(stripe + y).unwrap_or(u8::MAX)])
        })
    }

    #[test]
    fn the_quick_way_is_the_slow_way_but_for_rounding() {
        for (width, height) in [(64, 40), (170, 92), (300, 200), (1, 1)] {
            let quick = quickly_resized(&sample(), width, height).unwrap();
            let slow = imageops::resize(&sample(), width, height, imageops::FilterType::Triangle);
            let pairs = quick.as_raw().iter().zip(slow.as_raw());
            let most = pairs.map(|(a, b)| a.abs_diff(*b)).max();
            assert!(most <= Some(2), "{width} x {height}: {most:?}");
        }
    }
}
