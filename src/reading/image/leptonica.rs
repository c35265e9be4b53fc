//! Leptonica, which Tesseract brings along: reads TIFF files with every compression that fax machines and scanners write
//! (through libtiff), and packs bytes (through zlib).

#![expect(unsafe_code, reason = "Leptonica's C interface")]

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};
use leptonica_sys as sys;

/// Decodes the first page of a TIFF file, turned as its orientation tag says. `None` where Leptonica cannot.
pub(super) fn read_tiff(bytes: &[u8]) -> Option<DynamicImage> {
    // SAFETY: the bytes outlive the call, which copies what it needs.
    let pix = unsafe {
        sys::setMsgSeverity(sys::L_SEVERITY_NONE.try_into().ok()?);
        Pix::owned(sys::pixReadMemTiff(bytes.as_ptr(), bytes.len(), 0))?
    };
    pix.into_plain()?.to_picture()
}

/// Packs bytes as PDF's `FlateDecode` and PNG unpack them.
pub(in crate::reading) fn deflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut length = 0;
    // SAFETY: the result is a malloc'ed buffer of `length` bytes or null; it is freed after it was copied.
    unsafe {
        let packed = sys::zlibCompress(bytes.as_ptr(), bytes.len(), &raw mut length);
        if packed.is_null() {
            return None;
        }
        let copy = std::slice::from_raw_parts(packed, length).to_vec();
        libc::free(packed.cast());
        Some(copy)
    }
}

/// A picture that Leptonica holds.
struct Pix(*mut sys::Pix);

impl Pix {
    /// # Safety
    /// `pix` must be null or a picture that nobody else destroys.
    unsafe fn owned(pix: *mut sys::Pix) -> Option<Self> {
        (!pix.is_null()).then_some(Self(pix))
    }

    fn depth(&self) -> i32 {
        // SAFETY: the picture lives as long as self.
        unsafe { sys::pixGetDepth(self.0) }
    }

    /// The same picture without palette, in 1, 8 or 32 bits per pixel.
    fn into_plain(self) -> Option<Self> {
        // SAFETY: the picture lives as long as self; the calls return new pictures.
        unsafe {
            let plain = match sys::pixGetColormap(self.0).is_null() {
                false => Self::owned(sys::pixRemoveColormap(
                    self.0,
                    sys::REMOVE_CMAP_BASED_ON_SRC.try_into().ok()?,
                ))?,
                true => self,
            };
            match plain.depth() {
                1 | 8 | 32 => Some(plain),
                _ => Self::owned(sys::pixConvertTo8(plain.0, 0)),
            }
        }
    }

    fn to_picture(&self) -> Option<DynamicImage> {
        let (width, height, row_words, samples) = self.layout()?;
        let pixels = usize::try_from(width)
            .ok()?
            .checked_mul(usize::try_from(height).ok()?)?;
        // SAFETY: Leptonica keeps `height` rows of `row_words` words.
        let words = unsafe {
            let data = sys::pixGetData(self.0);
            if data.is_null() {
                return None;
            }
            std::slice::from_raw_parts(data, row_words.checked_mul(usize::try_from(height).ok()?)?)
        };
        let rows = words.chunks_exact(row_words);
        let row_pixels = usize::try_from(width).ok()?;
        let mut bytes = Vec::with_capacity(pixels);
        match (self.depth(), samples) {
            (1, _) => {
                rows.for_each(|row| {
                    bytes.extend(row.iter().flat_map(|word| bits(*word)).take(row_pixels))
                });
                GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8)
            }
            (8, _) => {
                rows.for_each(|row| {
                    bytes.extend(
                        row.iter()
                            .flat_map(|word| word.to_be_bytes())
                            .take(row_pixels),
                    )
                });
                GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8)
            }
            (_, 4) => {
                rows.for_each(|row| bytes.extend(row.iter().flat_map(|word| word.to_be_bytes())));
                RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8)
            }
            _ => {
                rows.for_each(|row| bytes.extend(row.iter().flat_map(|word| rgb(*word))));
                RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
            }
        }
    }

    /// Width, height, words per row, samples per pixel.
    fn layout(&self) -> Option<(u32, u32, usize, i32)> {
        // SAFETY: the picture lives as long as self.
        let (width, height, row_words, samples) = unsafe {
            (
                sys::pixGetWidth(self.0),
                sys::pixGetHeight(self.0),
                sys::pixGetWpl(self.0),
                sys::pixGetSpp(self.0),
            )
        };
        let row_words = usize::try_from(row_words).ok().filter(|words| *words > 0)?;
        Some((
            u32::try_from(width).ok()?,
            u32::try_from(height).ok()?,
            row_words,
            samples,
        ))
    }
}

impl Drop for Pix {
    fn drop(&mut self) {
        // SAFETY: nobody else destroys the picture.
        unsafe { sys::pixDestroy(&raw mut self.0) };
    }
}

/// 32 pixels of one bit each, the highest bit first, 1 is black.
fn bits(word: u32) -> impl Iterator<Item = u8> {
    (0..u32::BITS).map(move |index| if word << index >> 31 == 0 { u8::MAX } else { 0 })
}

fn rgb(word: u32) -> [u8; 3] {
    let [red, green, blue, _] = word.to_be_bytes();
    [red, green, blue]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bit_is_the_first_pixel_and_one_is_black() {
        let pixels: Vec<u8> = bits(0b1010 << 28).take(5).collect();
        assert_eq!(pixels, [0, 255, 0, 255, 255]);
    }

    #[test]
    fn packed_bytes_are_a_zlib_stream() {
        let packed = deflate(&[7; 10_000]).unwrap();
        assert!(packed.len() < 100);
        assert_eq!(packed[0], 0x78);
    }

    #[test]
    fn garbage_is_no_picture() {
        assert!(read_tiff(b"II*\0\x08\0\0\0\xff\xff\xff\xff").is_none());
    }
}
