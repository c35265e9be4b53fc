//! The directories of a TIFF file: how many pages it has and how large they are, before anything is decoded.

use std::collections::HashSet;

use super::Sheet;
use super::tags::dots_per_inch;
use crate::fault::RejectReason;
use crate::reading::protocol::Size;

/// Entries of one directory that are looked at; real files have some twenty.
const MAX_ENTRIES: u64 = 512;

/// The pages of a TIFF file in order. Thumbnails and masks are left out unless there is nothing else.
pub(super) fn sheets(bytes: &[u8], max_pages: u32) -> Result<Vec<Sheet>, RejectReason> {
    let file = File::of(bytes).ok_or(RejectReason::Corrupt)?;
    let mut at = file.first().ok_or(RejectReason::Corrupt)?;
    let mut seen = HashSet::new();
    let (mut pages, mut extras) = (Vec::new(), Vec::new());
    // A chain that bites its own tail ends there.
    while at != 0 && seen.insert(at) {
        let Some(directory) = file.directory(at) else {
            break;
        };
        match directory.is_extra {
            true => extras.push(directory.sheet),
            false => pages.push(directory.sheet),
        }
        if pages.len() + extras.len() > usize::try_from(max_pages).unwrap_or(usize::MAX) {
            return Err(RejectReason::TooManyPages);
        }
        at = directory.next;
    }
    let pages = if pages.is_empty() { extras } else { pages };
    match pages.is_empty() {
        true => Err(RejectReason::Corrupt),
        false => Ok(pages),
    }
}

/// Makes the directory at `at` the first one of the file, so that decoders, which count from the first, find it at once.
pub(super) fn select(bytes: &mut [u8], at: u64) -> Option<()> {
    let file = File::of(bytes)?;
    let (start, pointer) = match (file.big, file.big_endian) {
        (false, false) => (4, u32::try_from(at).ok()?.to_le_bytes().to_vec()),
        (false, true) => (4, u32::try_from(at).ok()?.to_be_bytes().to_vec()),
        (true, false) => (8, at.to_le_bytes().to_vec()),
        (true, true) => (8, at.to_be_bytes().to_vec()),
    };
    bytes
        .get_mut(start..start + pointer.len())?
        .copy_from_slice(&pointer);
    Some(())
}

struct Directory {
    sheet: Sheet,
    is_extra: bool,
    next: u64,
}

struct File<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    /// BigTIFF: offsets of eight bytes.
    big: bool,
}

impl<'a> File<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (big_endian, big) = match bytes.get(..4)? {
            b"II*\0" => (false, false),
            b"MM\0*" => (true, false),
            b"II+\0" => (false, true),
            b"MM\0+" => (true, true),
            _ => return None,
        };
        Some(Self {
            bytes,
            big_endian,
            big,
        })
    }

    fn first(&self) -> Option<u64> {
        match self.big {
            true => self.number(8, 8),
            false => self.number(4, 4),
        }
    }

    fn directory(&self, at: u64) -> Option<Directory> {
        let (count_bytes, entry_bytes, pointer_bytes) =
            if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.number(at, count_bytes)?;
        if count > MAX_ENTRIES {
            return None;
        }
        let entries = at + count_bytes;
        let entry = |tag: u64| {
            let at = (0..count).map(|index| entries + index * entry_bytes);
            at.into_iter().find(|at| self.number(*at, 2) == Some(tag))
        };
        let value = |tag| entry(tag).and_then(|at| self.value(at));
        let ratio = |tag| entry(tag).and_then(|at| self.ratio(at));
        let side = |tag| value(tag).and_then(|side| u32::try_from(side).ok());
        let unit = u32::try_from(value(296).unwrap_or(2)).unwrap_or_default();
        let dpi = || {
            let per_inch = dots_per_inch(unit)?;
            Some((ratio(282)? * per_inch, ratio(283)? * per_inch))
        };
        let is_extra = value(254).is_some_and(|kind| kind & 0b101 != 0) || value(255) == Some(2);
        Some(Directory {
            sheet: Sheet {
                size: Size(side(256)?, side(257)?),
                dpi: dpi(),
                at,
            },
            is_extra,
            next: self
                .number(entries + count * entry_bytes, pointer_bytes)
                .unwrap_or(0),
        })
    }

    /// The first number of an entry, which stands in the entry itself.
    fn value(&self, entry: u64) -> Option<u64> {
        let at = entry + if self.big { 12 } else { 8 };
        match self.number(entry + 2, 2)? {
            1 => self.number(at, 1),
            3 => self.number(at, 2),
            4 => self.number(at, 4),
            16 => self.number(at, 8),
            _ => None,
        }
    }

    fn ratio(&self, entry: u64) -> Option<f64> {
        const RATIONAL: u64 = 5;
        let at = match self.big {
            true => entry + 12,
            false => self.number(entry + 8, 4)?,
        };
        let part = |at| {
            self.number(at, 4)
                .and_then(|part| u32::try_from(part).ok())
                .map(f64::from)
        };
        let is_ratio = self.number(entry + 2, 2)? == RATIONAL;
        Some(part(at)? / part(at.checked_add(4)?)?).filter(|_| is_ratio)
    }

    fn number(&self, at: u64, length: u64) -> Option<u64> {
        let start = usize::try_from(at).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        let bytes = self.bytes.get(start..end)?.iter();
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(match self.big_endian {
            true => bytes.fold(0, add),
            false => bytes.rev().fold(0, add),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A directory with sizes, a resolution and a subfile type, at `at`, followed by its rational number.
    fn directory(at: u32, width: u32, height: u32, subfile: u32, next: u32) -> Vec<u8> {
        let ratio_at = at + 2 + 6 * 12 + 4;
        let entries: [(u16, u16, u32); 6] = [
            (254, 4, subfile),
            (256, 4, width),
            (257, 4, height),
            (282, 5, ratio_at),
            (283, 5, ratio_at),
            (296, 3, 2),
        ];
        let mut bytes = 6_u16.to_le_bytes().to_vec();
        for (tag, kind, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(next.to_le_bytes());
        bytes.extend(200_u32.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes
    }

    const LENGTH: u32 = 2 + 6 * 12 + 4 + 8;

    fn file(directories: &[(u32, u32, u32)], last_next: u32) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        for (index, (width, height, subfile)) in directories.iter().enumerate() {
            let at = 8 + u32::try_from(index).unwrap() * LENGTH;
            let next = if index + 1 == directories.len() {
                last_next
            } else {
                at + LENGTH
            };
            bytes.extend(directory(at, *width, *height, *subfile, next));
        }
        bytes
    }

    #[test]
    fn pages_come_with_size_and_resolution_and_thumbnails_are_left_out() {
        let bytes = file(&[(1728, 2200, 2), (90, 110, 1), (1728, 1100, 2)], 0);
        let sheets = sheets(&bytes, 10).unwrap();
        let sizes: Vec<Size> = sheets.iter().map(|sheet| sheet.size).collect();
        assert_eq!(sizes, [Size(1728, 2200), Size(1728, 1100)]);
        assert_eq!(sheets[0].dpi, Some((200.0, 200.0)));
    }

    #[test]
    fn a_chain_in_a_circle_ends_and_a_long_one_is_refused() {
        assert_eq!(
            sheets(&file(&[(10, 10, 0), (10, 10, 0)], 8), 10)
                .unwrap()
                .len(),
            2
        );
        assert_eq!(
            sheets(&file(&[(10, 10, 0); 4], 0), 3),
            Err(RejectReason::TooManyPages)
        );
    }

    #[test]
    fn selecting_a_page_makes_it_the_first() {
        let mut bytes = file(&[(10, 10, 0), (20, 20, 0)], 0);
        let second = sheets(&bytes, 10).unwrap()[1];
        select(&mut bytes, second.at).unwrap();
        assert_eq!(sheets(&bytes, 10).unwrap()[0].size, Size(20, 20));
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked_without_panic(tail in proptest::collection::vec(any::<u8>(), 0..200), start in 0_usize..4) {
            let magic = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"][start];
            let bytes = [magic.as_slice(), &tail].concat();
            prop_assert!(sheets(&bytes, 5).is_ok_and(|pages| !pages.is_empty()) || sheets(&bytes, 5).is_err());
        }
    }
}
