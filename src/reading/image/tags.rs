//! What a picture file says about itself: which way up it is, and its resolution.

use std::io::Cursor;

use exif::{Exif, In, Tag, Value};
use image::metadata::Orientation;

use super::jpeg;
use crate::reading::protocol::FileKind;

/// The tags of a JPEG, PNG, WebP or BMP file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tags {
    /// How the picture has to be turned to be shown.
    pub(super) orientation: Orientation,
    /// Dots per inch across and down, as stored.
    pub(super) dpi: Option<(f64, f64)>,
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            orientation: Orientation::NoTransforms,
            dpi: None,
        }
    }
}

impl Tags {
    /// Reads the tags; damaged ones count as missing.
    pub(super) fn of(bytes: &[u8], kind: FileKind) -> Self {
        let from_header = match kind {
            FileKind::Jpeg => jpeg::density(bytes),
            FileKind::Png => png_density(bytes),
            FileKind::Pdf | FileKind::Tiff | FileKind::WebP | FileKind::Bmp => None,
        };
        let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
            return Self {
                dpi: from_header,
                ..Self::default()
            };
        };
        Self {
            orientation: orientation(&exif).unwrap_or(Orientation::NoTransforms),
            dpi: from_header.or_else(|| exif_density(&exif)),
        }
    }
}

fn orientation(exif: &Exif) -> Option<Orientation> {
    let value = exif
        .get_field(Tag::Orientation, In::PRIMARY)?
        .value
        .get_uint(0)?;
    Orientation::from_exif(u8::try_from(value).ok()?)
}

fn exif_density(exif: &Exif) -> Option<(f64, f64)> {
    let ratio = |tag| {
        let Value::Rational(values) = &exif.get_field(tag, In::PRIMARY)?.value else {
            return None;
        };
        values.first().map(exif::Rational::to_f64)
    };
    let unit = exif.get_field(Tag::ResolutionUnit, In::PRIMARY);
    let per_inch = dots_per_inch(unit.and_then(|unit| unit.value.get_uint(0)).unwrap_or(2))?;
    Some((
        ratio(Tag::XResolution)? * per_inch,
        ratio(Tag::YResolution)? * per_inch,
    ))
}

/// What a resolution in TIFF's unit has to be multiplied with: 2 is inches, 3 centimetres.
pub(super) fn dots_per_inch(unit: u32) -> Option<f64> {
    match unit {
        2 => Some(1.0),
        3 => Some(2.54),
        _ => None,
    }
}

/// The pHYs chunk, which stands before the first picture data.
fn png_density(bytes: &[u8]) -> Option<(f64, f64)> {
    const PER_METRE: u8 = 1;
    const INCHES_PER_METRE: f64 = 39.3701;
    let mut rest = bytes.get(8..)?;
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let data = after.get(..length)?;
        match name {
            b"pHYs" => {
                let (across, data) = data.split_first_chunk::<4>()?;
                let (down, unit) = data.split_first_chunk::<4>()?;
                let dpi = |dots: [u8; 4]| f64::from(u32::from_be_bytes(dots)) / INCHES_PER_METRE;
                return (unit == [PER_METRE]).then(|| (dpi(*across), dpi(*down)));
            }
            b"IDAT" | b"IEND" => return None,
            _ => rest = after.get(length + 4..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_says_its_resolution_in_dots_per_metre() {
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        png.extend(b"\0\0\0\x01tEXtx\0\0\0\0");
        png.extend(b"\0\0\0\x09pHYs\0\0\x1e\xc2\0\0\x1e\xc2\x01\0\0\0\0");
        let (across, down) = png_density(&png).unwrap();
        assert!((across - 200.0).abs() < 0.1 && (down - 200.0).abs() < 0.1);
    }

    #[test]
    fn a_png_cut_short_says_nothing() {
        assert_eq!(png_density(b"\x89PNG\r\n\x1a\n\0\0\0\x09pHYs\0\0"), None);
    }
}
