//! Writes pages of picture files into a PDF without loss: JPEG data as it is, everything else packed with zlib.
//!
//! In: pictures, one at a time. Out: the bytes of a PDF. Refuses to grow beyond what the parent takes.

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage};
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref};

use super::image::jpeg::Frame;
use super::image::leptonica::deflate;
use super::image::{on_white, size};
use super::protocol::{MAX_BLOB, Size};
use crate::fault::RejectReason;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
/// PDF points per inch.
const POINTS_PER_INCH: f64 = 72.0;

/// A PDF of one picture per page.
pub(super) struct PictureBook {
    pdf: Pdf,
    pages: Vec<Ref>,
    next: Ref,
}

/// A picture ready to be written.
struct Packed<'a> {
    data: &'a [u8],
    filter: Filter,
    size: Size,
    color_space: &'static [u8],
    bits: i32,
    inverted: bool,
}

impl PictureBook {
    pub(super) fn new() -> Self {
        Self {
            pdf: Pdf::new(),
            pages: Vec::new(),
            next: Ref::new(3),
        }
    }

    /// Adds the data of a JPEG file as it is; the page turns it as `orientation` says.
    pub(super) fn add_jpeg(
        &mut self,
        data: &[u8],
        frame: Frame,
        orientation: Orientation,
        shown_dpi: Option<(f64, f64)>,
    ) -> Result<(), RejectReason> {
        let packed = Packed {
            data,
            filter: Filter::DctDecode,
            size: frame.size,
            color_space: match frame.components {
                1 => b"DeviceGray",
                4 => b"DeviceCMYK",
                _ => b"DeviceRGB",
            },
            bits: 8,
            inverted: frame.components == 4 && frame.adobe,
        };
        self.add(&packed, orientation, shown_dpi)
    }

    /// Adds a picture that already stands upright: with one bit per pixel where it is black and white, in gray where it has
    /// no colour, else in RGB.
    pub(super) fn add_picture(
        &mut self,
        picture: DynamicImage,
        shown_dpi: Option<(f64, f64)>,
    ) -> Result<(), RejectReason> {
        let size = Size(picture.width(), picture.height());
        let (bytes, color_space, bits) = plain(picture);
        let data = deflate(&bytes).ok_or(RejectReason::OutOfMemory)?;
        drop(bytes);
        let packed = Packed {
            data: &data,
            filter: Filter::FlateDecode,
            size,
            color_space,
            bits,
            inverted: false,
        };
        self.add(&packed, Orientation::NoTransforms, shown_dpi)
    }

    fn add(
        &mut self,
        packed: &Packed<'_>,
        orientation: Orientation,
        shown_dpi: Option<(f64, f64)>,
    ) -> Result<(), RejectReason> {
        if self.pdf.len() as u64 + packed.data.len() as u64 > MAX_BLOB {
            return Err(RejectReason::OutOfMemory);
        }
        let [page, image, content] = [self.next.bump(), self.next.bump(), self.next.bump()];
        self.write_image(image, packed)?;
        let (width, height) = points(packed.size, orientation, shown_dpi);
        let mut drawing = Content::new();
        drawing.transform(placed(orientation, width, height));
        drawing.x_object(Name(b"Im"));
        self.pdf.stream(content, &drawing.finish());
        let mut dictionary = self.pdf.page(page);
        dictionary
            .parent(PAGES)
            .media_box(Rect::new(0.0, 0.0, width, height))
            .contents(content);
        dictionary.resources().x_objects().pair(Name(b"Im"), image);
        dictionary.finish();
        self.pages.push(page);
        Ok(())
    }

    fn write_image(&mut self, image: Ref, packed: &Packed<'_>) -> Result<(), RejectReason> {
        let side = |side: u32| i32::try_from(side).map_err(|_| RejectReason::TooManyPixels);
        let (width, height) = (side(packed.size.0)?, side(packed.size.1)?);
        let mut object = self.pdf.image_xobject(image, packed.data);
        object.filter(packed.filter);
        object.width(width).height(height);
        object
            .color_space_name(Name(packed.color_space))
            .bits_per_component(packed.bits);
        if packed.inverted {
            object.decode([1.0, 0.0].repeat(4));
        }
        Ok(())
    }

    /// The bytes of the PDF.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let count = i32::try_from(self.pages.len()).unwrap_or(i32::MAX);
        self.pdf.catalog(CATALOG).pages(PAGES);
        self.pdf.pages(PAGES).kids(self.pages).count(count);
        self.pdf.finish()
    }
}

/// Samples of a picture in the fewest bits that lose nothing, with their colour space.
fn plain(picture: DynamicImage) -> (Vec<u8>, &'static [u8], i32) {
    let picture = match picture.color().has_alpha() {
        true => on_white(picture),
        false => picture,
    };
    if picture.color().has_color() {
        let rgb = picture.into_rgb8();
        if rgb
            .pixels()
            .any(|pixel| pixel.0[0] != pixel.0[1] || pixel.0[1] != pixel.0[2])
        {
            return (rgb.into_raw(), b"DeviceRGB", 8);
        }
        return plain_gray(&DynamicImage::ImageRgb8(rgb).into_luma8());
    }
    plain_gray(&picture.into_luma8())
}

fn plain_gray(gray: &GrayImage) -> (Vec<u8>, &'static [u8], i32) {
    if gray.pixels().any(|pixel| !matches!(pixel.0[0], 0 | 255)) {
        return (gray.as_raw().clone(), b"DeviceGray", 8);
    }
    let rows = gray
        .rows()
        .map(|row| row.map(|pixel| pixel.0[0] == 255).collect::<Vec<bool>>());
    let bytes = rows
        .flat_map(|row| row.chunks(8).map(byte_of).collect::<Vec<u8>>())
        .collect();
    (bytes, b"DeviceGray", 1)
}

/// Up to eight bits, the first one highest; the row is filled up with zeros.
fn byte_of(bits: &[bool]) -> u8 {
    let set = bits.iter().enumerate().filter(|(_, bit)| **bit);
    set.fold(0, |byte, (index, _)| byte | 0x80 >> index)
}

/// Width and height of the page in points.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a paper size needs no more than an f32"
)]
fn points(size: Size, orientation: Orientation, shown_dpi: Option<(f64, f64)>) -> (f32, f32) {
    let shown = match super::image::lies_on_its_side(orientation) {
        true => Size(size.1, size.0),
        false => size,
    };
    let (width, height) = size::inches(shown, shown_dpi);
    (
        (width * POINTS_PER_INCH) as f32,
        (height * POINTS_PER_INCH) as f32,
    )
}

/// The matrix that puts a picture on the whole page, turned as its EXIF data says.
fn placed(orientation: Orientation, w: f32, h: f32) -> [f32; 6] {
    match orientation {
        Orientation::NoTransforms => [w, 0.0, 0.0, h, 0.0, 0.0],
        Orientation::FlipHorizontal => [-w, 0.0, 0.0, h, w, 0.0],
        Orientation::Rotate180 => [-w, 0.0, 0.0, -h, w, h],
        Orientation::FlipVertical => [w, 0.0, 0.0, -h, 0.0, h],
        Orientation::Rotate90FlipH => [0.0, -h, -w, 0.0, w, h],
        Orientation::Rotate90 => [0.0, -h, w, 0.0, 0.0, h],
        Orientation::Rotate270FlipH => [0.0, h, w, 0.0, 0.0, 0.0],
        Orientation::Rotate270 => [0.0, h, -w, 0.0, w, 0.0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb, RgbImage};

    #[test]
    fn pictures_are_kept_in_the_fewest_bits_that_lose_nothing() {
        let mut black_and_white = GrayImage::from_pixel(9, 2, Luma([255]));
        black_and_white.put_pixel(8, 1, Luma([0]));
        let (bytes, space, bits) = plain(black_and_white.clone().into());
        assert_eq!(
            (bytes.as_slice(), space, bits),
            (
                [0xff, 0x80, 0xff, 0x00].as_slice(),
                b"DeviceGray".as_slice(),
                1
            )
        );

        black_and_white.put_pixel(0, 0, Luma([7]));
        assert_eq!(plain(black_and_white.into()).2, 8);

        let mut colour = RgbImage::from_pixel(4, 4, Rgb([9, 9, 9]));
        assert_eq!(plain(colour.clone().into()).1, b"DeviceGray");
        colour.put_pixel(1, 1, Rgb([9, 9, 10]));
        assert_eq!(plain(colour.into()).1, b"DeviceRGB");
    }
}
