//! Strokes: the ink in a mark's box, pixel by pixel.
//!
//! In: what the network takes for ink, and the page's picture. Out: marks without punch holes, two signatures on lines below each other
//! as two, and a large one as one: the network, which sees cells of 2 mm, now takes signatures that touch for one, now parts one at the
//! rules that it is written across.

use image::GrayImage;

use super::Seen;
use crate::document::BBox;
use crate::understanding::roles::{self, Label};
use crate::understanding::{MarkKind, Role};

/// Ink is darker than this share of the paper around it, that of a thin pen too.
const INK: f32 = 0.75;
/// A hole is darker than a thin pen.
const BLACK: f32 = 0.65;
/// A hole fills so much of its box; a pen fills a third at most. An assumption.
const HOLE: f32 = 0.5;
/// Ink covers so much of its box: on 50 signatures of consignees (seed 547: scans, photos, faxes, carbon copies) it was 0.013 at least; a
/// shape in a photo of freight that was taken for a signature had none.
const INKED: f32 = 0.003;
/// Holes are no larger than this share of the page's width: 8 mm are 0.037 of a letter page.
const LARGEST_HOLE: f32 = 0.045;
/// A mark that is less high, as a share of the page, is one line: lines to sign are a quarter of an inch apart at least.
const TWO_LINES: f32 = 0.04;
/// Two signatures part where they cross so little of their width …
const CROSSING: f32 = 0.05;
/// … and each has so much of the ink and of the width. All three are assumptions; what they do is measured on the whole.
const OWN_SHARE: f32 = 0.25;
/// A row that is darker than this share of its width is a rule.
const RULE: f32 = 0.5;
/// Signatures part in the middle of their box, between these shares of its height.
const MIDDLE: (f32, f32) = (0.25, 0.75);

/// Marks above each other that are no further apart, as a share of the page's height, may be parts of one: a cell of the network and a
/// half.
const NEXT_TO: f32 = 0.011;
/// How far from their border it is looked at.
const BAND: f32 = 0.008;
/// Where so many strokes cross the border of two marks they are one. On 2,500 pages of training families, 25 of 67 pairs of signatures
/// one below the other cross so often, and 487 of 590 places in the middle of a large one.
const CROSSINGS: usize = 2;

/// Large signatures whole again: the network parts them at the rules that they are written across, where it expects another signer's.
pub(super) fn rejoined(mut found: Vec<Seen>, image: &GrayImage) -> Vec<Seen> {
    found.sort_by(|one, other| one.bbox.top.total_cmp(&other.bbox.top));
    let mut whole: Vec<Seen> = Vec::new();
    for part in found {
        match whole.iter_mut().find(|above| are_one(above, &part, image)) {
            Some(above) => {
                above.bbox = above.bbox.union(part.bbox);
                above.chance = above.chance.max(part.chance);
                above.kind = MarkKind::Ink;
            }
            None => whole.push(part),
        }
    }
    whole
}

fn are_one(above: &Seen, below: &Seen, image: &GrayImage) -> bool {
    let (upper, lower) = (above.bbox, below.bbox);
    let (left, right) = (upper.left.max(lower.left), upper.right.min(lower.right));
    let is_below = lower.centre().1 > upper.bottom.min(upper.centre().1 + upper.height() / 4.0);
    let is_next = is_below
        && lower.top - upper.bottom < NEXT_TO
        && right - left > 0.5 * upper.width().min(lower.width());
    if !is_next
        || [above, below]
            .iter()
            .any(|seen| seen.kind == MarkKind::Stamp)
    {
        return false;
    }
    let between = (upper.bottom + lower.top) / 2.0;
    let band = BBox::new(left, between - BAND, right, between + BAND);
    let strokes = Strokes::of(image, band, &[]);
    strokes
        .fewest_crossings()
        .is_some_and(|count| count >= CROSSINGS)
}

/// Is it a punch hole, or its shadow?
pub(super) fn is_hole(seen: &Seen, image: &GrayImage) -> bool {
    if seen.kind == MarkKind::Stamp || seen.bbox.width() > LARGEST_HOLE {
        return false;
    }
    Strokes::darker(BLACK, image, seen.bbox, &[]).dark_share() >= HOLE
}

/// Is anything in it darker than its lightest part, as ink is than paper? A shape in a blurred photo is not.
pub(super) fn has_ink(seen: &Seen, image: &GrayImage) -> bool {
    seen.kind == MarkKind::Stamp || Strokes::of(image, seen.bbox, &[]).dark_share() >= INKED
}

/// The signatures in a mark: two where it covers the places of two signers, and its ink hangs together hardly anywhere between them.
pub(super) fn signatures(seen: Seen, image: &GrayImage, labels: &[Label]) -> Vec<Seen> {
    if seen.kind != MarkKind::Ink || seen.bbox.height() < TWO_LINES {
        return vec![seen];
    }
    let print: Vec<BBox> = labels.iter().map(|label| label.bbox).collect();
    let strokes = Strokes::of(image, seen.bbox, &print);
    let halves = strokes.parted_at().map(|at| {
        let BBox {
            left,
            top,
            right,
            bottom,
        } = seen.bbox;
        let between = top + (bottom - top) * at;
        [
            BBox::new(left, top, right, between),
            BBox::new(left, between, right, bottom),
        ]
    });
    let whose = |bbox: BBox| roles::nearest(bbox, labels).0;
    match halves {
        Some([upper, lower]) if are_two(whose(upper), whose(lower)) => [upper, lower]
            .map(|bbox| Seen {
                bbox,
                ..seen.clone()
            })
            .to_vec(),
        Some(_) | None => vec![seen],
    }
}

fn are_two(one: Option<Role>, other: Option<Role>) -> bool {
    one.is_some() && other.is_some() && one != other
}

/// The dark pixels of a box on the page.
struct Strokes {
    width: usize,
    height: usize,
    dark: Vec<bool>,
}

impl Strokes {
    /// Those in `bbox`, without those in the boxes of `print`.
    fn of(image: &GrayImage, bbox: BBox, print: &[BBox]) -> Self {
        Self::darker(INK, image, bbox, print)
    }

    /// Those darker than a share of the paper.
    fn darker(than: f32, image: &GrayImage, bbox: BBox, print: &[BBox]) -> Self {
        let (columns, rows) = image.dimensions();
        let (left, right) = pixels(bbox.left, bbox.right, columns);
        let (top, bottom) = pixels(bbox.top, bbox.bottom, rows);
        let print = print.iter().map(|bbox| {
            let (left, right) = pixels(bbox.left, bbox.right, columns);
            let (top, bottom) = pixels(bbox.top, bbox.bottom, rows);
            (left..right, top..bottom)
        });
        let print: Vec<_> = print.collect();
        let paper = (top..bottom)
            .flat_map(|y| (left..right).map(move |x| image.get_pixel(x, y).0[0]))
            .max()
            .unwrap_or(u8::MAX);
        let darkest = than * f32::from(paper);
        let is_dark = |x: u32, y: u32| {
            let printed = print
                .iter()
                .any(|(across, down)| across.contains(&x) && down.contains(&y));
            !printed && f32::from(image.get_pixel(x, y).0[0]) < darkest
        };
        let dark = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
        Self {
            width: (right - left) as usize,
            height: (bottom - top) as usize,
            dark: dark.map(|(x, y)| is_dark(x, y)).collect(),
        }
    }

    fn row(&self, row: usize) -> &[bool] {
        let from = row * self.width;
        self.dark.get(from..from + self.width).unwrap_or_default()
    }

    /// Of all pixels.
    fn dark_share(&self) -> f32 {
        let dark: usize = (0..self.height).map(|row| self.dark_in(row)).sum();
        share(dark, self.width * self.height)
    }

    fn dark_in(&self, row: usize) -> usize {
        self.row(row).iter().filter(|dark| **dark).count()
    }

    /// How many strokes cross a row at least, those of rules left out; `None` where all are rules.
    fn fewest_crossings(&self) -> Option<usize> {
        let rows = (0..self.height).filter(|row| share(self.dark_in(*row), self.width) <= RULE);
        rows.map(|row| self.crossings(row)).min()
    }

    fn crossings(&self, row: usize) -> usize {
        let runs = self.row(row).chunk_by(|one, other| one == other);
        runs.filter(|run| run.first() == Some(&true)).count()
    }

    /// Where the ink parts into an upper and a lower signature, as a share of the height.
    fn parted_at(&self) -> Option<f32> {
        let rules: Vec<bool> = (0..self.height)
            .map(|row| share(self.dark_in(row), self.width) > RULE)
            .collect();
        let middle = (0..self.height).filter(|row| {
            let at = share(*row, self.height);
            at >= MIDDLE.0 && at <= MIDDLE.1 && !rules[*row]
        });
        let row = middle.min_by_key(|row| self.dark_in(*row))?;
        let written = |rows: std::ops::Range<usize>| rows.filter(|row| !rules[*row]);
        let ink = |rows| written(rows).map(|row| self.dark_in(row)).sum::<usize>();
        let columns = |rows: std::ops::Range<usize>| {
            let column_is_dark =
                |column: &usize| written(rows.clone()).any(|row| self.row(row)[*column]);
            (0..self.width).filter(column_is_dark).count()
        };
        let all = ink(0..self.height);
        let is_own = |rows: std::ops::Range<usize>| {
            share(ink(rows.clone()), all) >= OWN_SHARE
                && share(columns(rows), self.width) >= OWN_SHARE
        };
        let parts = share(self.dark_in(row), self.width) <= CROSSING
            && self.crossings(row) < CROSSINGS
            && is_own(0..row)
            && is_own(row..self.height);
        parts.then(|| share(row, self.height))
    }
}

/// The pixels of a side of `count` between two shares of it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of 0..1 of some thousand pixels"
)]
fn pixels(from: f32, to: f32, count: u32) -> (u32, u32) {
    let at = |share: f32| ((share.clamp(0.0, 1.0) * count as f32) as u32).min(count);
    (at(from), at(to).max(at(from)))
}

#[expect(clippy::cast_precision_loss, reason = "counts of some thousand pixels")]
fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// A page of 1000 × 1000 with ink in these boxes of pixels: left, top, right, bottom.
    fn page(ink: &[[u32; 4]]) -> GrayImage {
        GrayImage::from_fn(1000, 1000, |x, y| {
            let inked = ink.iter().any(|[left, top, right, bottom]| {
                (*left..*right).contains(&x) && (*top..*bottom).contains(&y)
            });
            Luma([if inked { 20 } else { 230 }])
        })
    }

    fn seen(left: f32, top: f32, right: f32, bottom: f32) -> Seen {
        Seen {
            kind: MarkKind::Ink,
            bbox: BBox::new(left, top, right, bottom),
            chance: 0.95,
            signer: None,
        }
    }

    fn labels() -> [Label; 2] {
        let label = |role, top| Label {
            role,
            bbox: BBox::new(0.05, top, 0.2, top + 0.015),
            weight: 1.0,
        };
        [label(Role::Consignee, 0.515), label(Role::Driver, 0.565)]
    }

    /// Three strokes across a line, from `top` to `bottom`.
    fn signature(top: u32, bottom: u32) -> Vec<[u32; 4]> {
        let stroke = |left| [left, top, left + 6, bottom];
        vec![
            stroke(310),
            stroke(350),
            stroke(390),
            [300, (top + bottom) / 2, 340, (top + bottom) / 2 + 4],
        ]
    }

    #[test]
    fn two_signatures_on_lines_below_each_other_are_two() {
        let mut ink = signature(500, 528);
        ink.extend(signature(550, 578));
        ink.push([290, 530, 420, 532]);
        let parts = signatures(seen(0.29, 0.49, 0.42, 0.59), &page(&ink), &labels());
        assert_eq!(parts.len(), 2);
        assert!((parts[0].bbox.bottom - 0.54).abs() < 0.015, "{parts:?}");
    }

    #[test]
    fn one_large_signature_over_two_lines_stays_whole() {
        let ink = signature(500, 578);
        let parts = signatures(seen(0.29, 0.49, 0.42, 0.59), &page(&ink), &labels());
        assert_eq!(parts.len(), 1);
    }

    #[test]
    fn a_large_signature_that_the_network_parted_is_whole_again_and_two_stay_two() {
        let parts = || vec![seen(0.29, 0.49, 0.42, 0.54), seen(0.29, 0.54, 0.42, 0.59)];
        let mut one = signature(500, 578);
        one.push([100, 538, 700, 541]);
        let whole = rejoined(parts(), &page(&one));
        assert_eq!(whole.len(), 1);
        assert!((whole[0].bbox.bottom - 0.59).abs() < 1e-6);
        let mut two = signature(500, 528);
        two.extend(signature(550, 578));
        assert_eq!(rejoined(parts(), &page(&two)).len(), 2);
    }

    #[test]
    fn two_signatures_in_the_place_of_one_signer_stay_together() {
        let mut ink = signature(500, 528);
        ink.extend(signature(550, 578));
        let [consignee, _] = labels();
        let parts = signatures(seen(0.29, 0.49, 0.42, 0.59), &page(&ink), &[consignee]);
        assert_eq!(parts.len(), 1);
    }

    #[test]
    fn a_shape_in_a_blurred_photo_has_no_ink_and_a_thin_pen_has() {
        let photo = GrayImage::from_fn(1000, 1000, |x, y| {
            Luma([if x / 8 % 2 == y / 8 % 2 { 178 } else { 150 }])
        });
        let mark = seen(0.29, 0.49, 0.42, 0.54);
        assert!(!has_ink(&mark, &photo));
        assert!(has_ink(&mark, &page(&[[300, 510, 302, 530]])));
    }

    #[test]
    fn a_filled_disc_is_a_hole_and_initials_are_none() {
        let disc = page(&[[40, 500, 66, 526]]);
        assert!(is_hole(&seen(0.037, 0.497, 0.069, 0.529), &disc));
        let pen = page(&[[40, 500, 44, 526], [40, 512, 66, 516]]);
        assert!(!is_hole(&seen(0.037, 0.497, 0.069, 0.529), &pen));
    }
}
