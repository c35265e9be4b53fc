//! Crops: the part of a page on which something was read otherwise than labelled.
//!
//! In: misses and the folder of uploads. Out: a small picture of each. The pages are read once more, since only reading tells
//! which side is up.

use std::io::Cursor;
use std::path::Path;

use image::{GrayImage, ImageFormat, imageops};

use super::observed::Miss;
use crate::document::{BBox, PageNumber};
use crate::fault::Fault;
use crate::reading::{Reader, TextReader, part, read_page};

/// Paper around the place, as shares of the page: enough to see the label.
const AROUND: (f32, f32) = (0.14, 0.05);
/// Width of a picture in pixels.
const WIDTH: u32 = 640;

/// A part of a page.
#[derive(Debug, Clone)]
pub struct Crop {
    /// The picture, PNG.
    pub png: Vec<u8>,
    /// Where in the picture the value was read; `None` for a whole page.
    pub place: Option<BBox>,
}

/// The crops of misses, in their order; `None` where the file or page cannot be drawn.
#[must_use]
pub fn crops(
    misses: &[&Miss],
    uploads: &Path,
    limit: u64,
    reader: &mut Reader,
    text: &mut TextReader,
) -> Vec<Option<Crop>> {
    let of = |miss: &&Miss| crop(miss, uploads, limit, reader, text).ok().flatten();
    misses.iter().map(of).collect()
}

fn crop(
    miss: &Miss,
    uploads: &Path,
    limit: u64,
    reader: &mut Reader,
    text: &mut TextReader,
) -> Result<Option<Crop>, Fault> {
    let bytes = crate::storage::folder::read_capped(&uploads.join(&miss.file), limit)?;
    reader.open(&bytes)?;
    let (number, place) = match miss.place {
        Some((page, [left, top, right, bottom])) => {
            (page, Some(BBox::new(left, top, right, bottom)))
        }
        None => (miss.page, None),
    };
    let Some(index) = number.checked_sub(1) else {
        return Ok(None);
    };
    let page = read_page(reader, text, PageNumber::from_index(index))?;
    Ok(crop_of(&page.image, place))
}

/// The part of an upright page around a place, or all of it; `None` where it cannot be drawn.
#[must_use]
pub fn crop_of(page: &GrayImage, place: Option<BBox>) -> Option<Crop> {
    let shown = place.map_or(BBox::PAGE, |place| place.grown(AROUND.0, AROUND.1));
    let part = part(page, shown);
    let tall = (part.height() * WIDTH / part.width().max(1)).max(1);
    let small = imageops::resize(&part, WIDTH, tall, imageops::FilterType::Triangle);
    let mut png = Cursor::new(Vec::new());
    small.write_to(&mut png, ImageFormat::Png).ok()?;
    let inside = |place: BBox| {
        BBox::new(
            (place.left - shown.left) / shown.width(),
            (place.top - shown.top) / shown.height(),
            (place.right - shown.left) / shown.width(),
            (place.bottom - shown.top) / shown.height(),
        )
    };
    Some(Crop {
        png: png.into_inner(),
        place: place.map(inside),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_shows_the_place_and_the_paper_around_it() {
        let page = GrayImage::from_pixel(1000, 1300, image::Luma([255]));
        let crop = crop_of(&page, Some(BBox::new(0.4, 0.5, 0.5, 0.52))).unwrap();
        let place = crop.place.unwrap();
        assert!(
            place.left > 0.3 && place.right < 0.7 && place.top > 0.3 && place.bottom < 0.7,
            "{place:?}"
        );
        assert_eq!(image::load_from_memory(&crop.png).unwrap().width(), WIDTH);
        assert!(
            crop_of(&page, None).unwrap().place.is_none(),
            "a whole page has no place"
        );
    }
}
