//! The few facts of a JPEG file's header that the `image` crate does not tell: its components, and its resolution.

use crate::reading::protocol::Size;

/// The frame of a JPEG file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reading) struct Frame {
    pub(in crate::reading) size: Size,
    /// 1 gray, 3 colour, 4 CMYK.
    pub(in crate::reading) components: u8,
    /// Written by Adobe's convention, in which CMYK values are inverted.
    pub(in crate::reading) adobe: bool,
}

impl Frame {
    /// The frame, where the file has one with 8 bits per sample, which is what a PDF may hold.
    pub(in crate::reading) fn of(bytes: &[u8]) -> Option<Self> {
        let mut adobe = false;
        for (marker, data) in segments(bytes) {
            match marker {
                0xee => adobe |= data.starts_with(b"Adobe"),
                // Baseline, extended and progressive frames; the others are lossless or arithmetic.
                0xc0..=0xc2 => {
                    let [8, h1, h0, w1, w0, components, ..] = *data else {
                        return None;
                    };
                    let size = Size(
                        u16::from_be_bytes([w1, w0]).into(),
                        u16::from_be_bytes([h1, h0]).into(),
                    );
                    let known = matches!(components, 1 | 3 | 4) && size.pixels() > 0;
                    return known.then_some(Self {
                        size,
                        components,
                        adobe,
                    });
                }
                _ => {}
            }
        }
        None
    }
}

/// Dots per inch across and down, from the JFIF segment.
pub(super) fn density(bytes: &[u8]) -> Option<(f64, f64)> {
    let (_, data) =
        segments(bytes).find(|(marker, data)| *marker == 0xe0 && data.starts_with(b"JFIF\0"))?;
    let [unit, x1, x0, y1, y0] = *data.get(7..12)? else {
        return None;
    };
    let per_inch = match unit {
        1 => 1.0,
        2 => 2.54,
        _ => return None,
    };
    let across = f64::from(u16::from_be_bytes([x1, x0]));
    let down = f64::from(u16::from_be_bytes([y1, y0]));
    Some((across * per_inch, down * per_inch))
}

/// The segments before the picture data: marker and content.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        while let [0xff, 0xff, ..] = rest {
            rest = rest.get(1..)?; // fill bytes
        }
        let [0xff, marker, l1, l0, ..] = *rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([l1, l0]));
        let data = rest.get(4..2 + length)?;
        rest = rest.get(2 + length..)?;
        (marker != 0xda).then_some((marker, data))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\x01\0\xc8\0\x64\0\0\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\x01\
        \xff\xff\xc0\0\x11\x08\0\x10\0\x20\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xda";

    #[test]
    fn size_components_and_resolution_are_read_from_the_header() {
        assert_eq!(density(HEADER), Some((200.0, 100.0)));
        let frame = Frame {
            size: Size(32, 16),
            components: 3,
            adobe: true,
        };
        assert_eq!(Frame::of(HEADER), Some(frame));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let file = [b"\xff\xd8".as_slice(), &bytes].concat();
            prop_assert!(Frame::of(&file).is_none_or(|frame| frame.size.pixels() > 0));
            prop_assert!(density(&file).is_none_or(|(across, _)| across >= 0.0));
        }
    }
}
