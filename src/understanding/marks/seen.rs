//! Seeing marks: the `marks` model over a page's picture.
//!
//! In: a page. Out: what the network takes for ink and stamps, with boxes. Only what lies near something drawn is looked
//! at: all of a scan, and of a born-digital page its pictures and drawings.

use image::imageops;
use ndarray::{Array2, Array3, Array4, ArrayView2, Axis, Ix4, s};

use crate::document::BBox;
use crate::inference::{InferenceError, Model};
use crate::reading::Page;
use crate::understanding::MarkKind;
use crate::understanding::features::ratio;
use crate::understanding::pages::{labelled, picture, unknown};
use crate::understanding::picture::{CELL, MarksPicture, Part};
use crate::understanding::spans::Tag;
use crate::understanding::word_map::{WORD_MAP_SCHEMA, WordMap};

/// The `marks` model of one slot.
#[derive(Debug)]
pub struct MarksModel {
    model: Model,
    kinds: Vec<Option<MarkKind>>,
    thresholds: Vec<f32>,
}

impl MarksModel {
    /// Takes an opened model.
    ///
    /// # Errors
    /// When it gives kinds of marks that this program does not know, or no threshold for one, or was trained on another word map.
    pub fn new(model: Model) -> Result<Self, InferenceError> {
        let schema = model.manifest().number("preprocessing.word_map_schema")?;
        if (schema - WORD_MAP_SCHEMA).abs() > f32::EPSILON {
            let reason = format!(
                "it takes word maps of schema {schema}, this program makes {WORD_MAP_SCHEMA}"
            );
            return Err(unknown(&model, reason));
        }
        let kinds = labelled(&model, "chances", kind_of)?;
        let labels = model.manifest().labels("chances")?;
        let threshold = |label: &String| model.manifest().number(&format!("thresholds.{label}"));
        let thresholds = labels.iter().map(threshold).collect::<Result<_, _>>()?;
        Ok(Self {
            model,
            kinds,
            thresholds,
        })
    }

    /// The marks that it sees on a page whose words have these tags.
    ///
    /// # Errors
    /// When the model cannot be run.
    pub fn see(&mut self, page: &Page, tags: &[Tag]) -> Result<Vec<Seen>, InferenceError> {
        if page.drawings.is_empty() {
            return Ok(Vec::new());
        }
        let picture = MarksPicture::of(&page.image);
        let fields: Vec<_> = tags.iter().map(|tag| tag.field).collect();
        let words = WordMap::of(&page.words, &fields, &picture);
        let chances = self.chances(&picture, &words, &page.drawings)?;
        let mut found = self.signed(&chances, picture.filled);
        found.extend(self.stamps(&chances, picture.filled));
        found.retain(|mark| on_drawing(mark, page));
        Ok(found)
    }

    fn layer(&self, kind: MarkKind) -> Option<usize> {
        self.kinds.iter().position(|known| *known == Some(kind))
    }

    /// Signatures and initials: the same pen in the same places, so that only the whole patch tells which of the two it is.
    fn signed(&self, chances: &Array3<f32>, filled: (f32, f32)) -> Vec<Seen> {
        let layers = [MarkKind::Ink, MarkKind::Initials].map(|kind| self.layer(kind));
        let [Some(ink), Some(initials)] = layers else {
            return Vec::new();
        };
        let of = |layer| chances.index_axis(Axis(0), layer);
        let mut either = of(ink).to_owned();
        either.zip_mut_with(&of(initials), |chance, other| *chance = chance.max(*other));
        let patches = patches(either.view(), SEEN).into_iter();
        let lines = patches.flat_map(|patch| patch.lines(either.view()));
        let mark = |patch: Patch| {
            let (kind, layer) = if patch.mean(of(initials)) > patch.mean(of(ink)) {
                (MarkKind::Initials, initials)
            } else {
                (MarkKind::Ink, ink)
            };
            let chance = patch.mean(either.view());
            let sure = chance >= self.thresholds[layer] && patch.0.len() >= FEWEST;
            sure.then(|| Seen {
                kind,
                bbox: patch.bbox(either.dim(), filled),
                chance,
            })
        };
        lines.filter_map(mark).collect()
    }

    /// Stamps; a few cells of one are enough, since its words have to be found as well.
    fn stamps(&self, chances: &Array3<f32>, filled: (f32, f32)) -> Vec<Seen> {
        let Some(layer) = self.layer(MarkKind::Stamp) else {
            return Vec::new();
        };
        let cells = chances.index_axis(Axis(0), layer);
        let patches = patches(cells, SEEN_OF_STAMP).into_iter();
        let large = patches.filter(|patch| patch.0.len() >= FEWEST_OF_STAMP);
        let marks = large.map(|patch| Seen {
            kind: MarkKind::Stamp,
            bbox: patch.bbox(cells.dim(), filled),
            chance: patch.mean(cells),
        });
        marks
            .filter(|mark| mark.chance >= self.thresholds[layer])
            .collect()
    }

    /// (kinds, rows, columns): the chances of each cell, 0 where the model did not look.
    fn chances(
        &mut self,
        picture: &MarksPicture,
        words: &WordMap,
        drawings: &[BBox],
    ) -> Result<Array3<f32>, InferenceError> {
        let cells = |pixels: u32| pixels as usize / CELL;
        let (width, height) = picture.image.dimensions();
        let mut chances = Array3::zeros((self.kinds.len(), cells(height), cells(width)));
        for part in picture.parts(drawings) {
            let [rows, columns] = [(part.top, part.bottom), (part.left, part.right)]
                .map(|(from, to)| cells(from)..cells(to));
            let planes = words.planes(rows.clone(), columns.clone());
            let mut place = chances.slice_mut(s![.., rows, columns]);
            let seen = self.run(picture, part, planes)?;
            if seen.dim() != place.dim() {
                return Err(unknown(
                    &self.model,
                    format!(
                        "it gives {:?} cells for {:?}, not {:?}",
                        seen.dim(),
                        part,
                        place.dim()
                    ),
                ));
            }
            place.assign(&seen);
        }
        Ok(chances)
    }

    fn run(
        &mut self,
        page: &MarksPicture,
        part: Part,
        words: Array4<f32>,
    ) -> Result<Array3<f32>, InferenceError> {
        let size = (part.right - part.left, part.bottom - part.top);
        let view = imageops::crop_imm(&page.image, part.left, part.top, size.0, size.1);
        let outputs = self.model.run(&[
            ("page", picture(&view.to_image()).into()),
            ("words", words.into()),
        ])?;
        let output = outputs
            .into_iter()
            .next()
            .ok_or_else(|| unknown(&self.model, "it gives no output".to_owned()))?;
        let chances = output
            .into_f32()
            .into_dimensionality::<Ix4>()
            .map_err(|error| unknown(&self.model, error.to_string()))?;
        Ok(chances.index_axis_move(ndarray::Axis(0), 0))
    }
}

/// The kind of mark a label stands for; hand-made checks are seen so that they are not taken for signatures.
fn kind_of(label: &str) -> Option<Option<MarkKind>> {
    match label {
        "signature" => Some(Some(MarkKind::Ink)),
        "initials" => Some(Some(MarkKind::Initials)),
        "stamp" => Some(Some(MarkKind::Stamp)),
        "check" => Some(None),
        _ => None,
    }
}

/// A born-digital page has ink only where it has drawings.
fn on_drawing(mark: &Seen, page: &Page) -> bool {
    page.drawings
        .iter()
        .any(|drawing| drawing.intersection(mark.bbox) > 0.2 * mark.bbox.area())
}

/// A mark as the network sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What it is.
    pub kind: MarkKind,
    /// Where.
    pub bbox: BBox,
    /// Mean chance of its cells.
    pub chance: f32,
}

// The figures below were searched for on the 756 pages of the validation families, with 431 signatures and initials of which FOUND are
// found with precision SAID at a mean chance of 0.85.

/// A cell of less chance belongs to no signature.
const SEEN: f32 = 0.5;
/// A cell of less chance belongs to no stamp: lower, since the worker asks for a stamp's words too before it believes one.
const SEEN_OF_STAMP: f32 = 0.3;
/// A patch of fewer cells (2 mm each) is a speck; an X or two letters by hand have more.
const FEWEST: usize = 4;
/// A stamp of fewer cells is a speck.
const FEWEST_OF_STAMP: usize = 3;
/// Chances at which a patch is looked at again for signatures that touch: between two of them the network is less sure.
const SURER: [f32; 5] = [0.7, 0.85, 0.95, 0.98, 0.99];
/// A part of a patch that is a signature of its own has so many cells that are surer.
const FEWEST_OF_PART: usize = 8;
/// Two signatures stand on lines that are so many cells apart: a quarter of an inch.
const LINE: f32 = 3.0;

/// Cells that touch, in rows and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Patch(Vec<(usize, usize)>);

impl Patch {
    fn mean(&self, chances: ArrayView2<'_, f32>) -> f32 {
        let sum: f32 = self.0.iter().map(|&cell| chances[cell]).sum();
        sum / ratio(self.0.len(), 1)
    }

    /// The box around the cells of a grid of (rows, columns). `filled` is the share of the grid that the page covers.
    fn bbox(&self, (rows, columns): (usize, usize), filled: (f32, f32)) -> BBox {
        let along =
            |index: usize, count: usize, filled: f32| ratio(index, count) / filled.max(1e-3);
        let edge = |of: fn(&(usize, usize)) -> usize| {
            let low = self.0.iter().map(of).min().unwrap_or(0);
            let high = self.0.iter().map(of).max().unwrap_or(0);
            (low, high + 1)
        };
        let ((top, bottom), (left, right)) = (edge(|cell| cell.0), edge(|cell| cell.1));
        BBox::new(
            along(left, columns, filled.0),
            along(top, rows, filled.1),
            along(right, columns, filled.0),
            along(bottom, rows, filled.1),
        )
    }

    /// Mean row of the cells.
    fn middle(&self) -> f32 {
        let sum: usize = self.0.iter().map(|cell| cell.0).sum();
        ratio(sum, self.0.len())
    }

    /// The signatures in a patch: those that stand on lines below each other often touch, and each has its own signer. They part
    /// where the network is less sure, never between columns: a signature that runs into the next box stays whole.
    fn lines(self, chances: ArrayView2<'_, f32>) -> Vec<Patch> {
        for surer in SURER {
            let mut parts = patches_among(&self.0, chances, surer);
            parts.retain(|part| part.0.len() >= FEWEST_OF_PART);
            if parts.is_empty() {
                break;
            }
            if let Some(between) = widest_gap(&parts) {
                let (above, below): (Vec<Patch>, Vec<Patch>) =
                    parts.into_iter().partition(|part| part.middle() < between);
                let (above, below) = self.shared_among(&above, &below);
                let mut lines = above.lines(chances);
                lines.extend(below.lines(chances));
                return lines;
            }
        }
        vec![self]
    }

    /// Every cell to the nearer of two groups of parts.
    fn shared_among(self, above: &[Patch], below: &[Patch]) -> (Patch, Patch) {
        let (upper, lower) = self
            .0
            .into_iter()
            .partition(|cell| distance(*cell, above) <= distance(*cell, below));
        (Patch(upper), Patch(lower))
    }
}

/// Squared distance in cells to the nearest cell of some parts.
fn distance(from: (usize, usize), parts: &[Patch]) -> usize {
    let cells = parts.iter().flat_map(|part| &part.0);
    let to =
        |cell: &(usize, usize)| from.0.abs_diff(cell.0).pow(2) + from.1.abs_diff(cell.1).pow(2);
    cells.map(to).min().unwrap_or(usize::MAX)
}

/// The row between the two lines on which parts stand furthest apart, if that is a line's height.
fn widest_gap(parts: &[Patch]) -> Option<f32> {
    let mut middles: Vec<f32> = parts.iter().map(Patch::middle).collect();
    middles.sort_by(f32::total_cmp);
    let gaps = middles
        .windows(2)
        .map(|pair| (pair[1] - pair[0], f32::midpoint(pair[0], pair[1])));
    let (gap, between) = gaps.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (gap >= LINE).then_some(between)
}

/// Joins neighbouring cells above `threshold`.
fn patches(chances: ArrayView2<'_, f32>, threshold: f32) -> Vec<Patch> {
    let cells: Vec<(usize, usize)> = chances.indexed_iter().map(|(cell, _)| cell).collect();
    patches_among(&cells, chances, threshold)
}

/// Joins those of the `cells` above `threshold` that are neighbours.
fn patches_among(
    cells: &[(usize, usize)],
    chances: ArrayView2<'_, f32>,
    threshold: f32,
) -> Vec<Patch> {
    let mut open = Array2::from_elem(chances.dim(), false);
    for &cell in cells {
        open[cell] = chances[cell] > threshold;
    }
    let mut found = Vec::new();
    for &cell in cells {
        if open[cell] {
            found.push(Patch(flood(cell, &mut open)));
        }
    }
    found
}

/// The open cells that can be reached from `start`, which are closed.
fn flood(start: (usize, usize), open: &mut Array2<bool>) -> Vec<(usize, usize)> {
    let (rows, columns) = open.dim();
    let mut cells = vec![start];
    open[start] = false;
    let mut next = 0;
    while let Some(&(row, column)) = cells.get(next) {
        next += 1;
        for near_row in row.saturating_sub(1)..(row + 2).min(rows) {
            for near_column in column.saturating_sub(1)..(column + 2).min(columns) {
                let near = (near_row, near_column);
                if std::mem::take(&mut open[near]) {
                    cells.push(near);
                }
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn signatures_on_two_lines_that_touch_are_two_and_a_first_and_last_name_are_one() {
        let parted = |place: fn(usize, usize) -> bool| {
            let chance = |(row, column)| if place(row, column) { 0.99 } else { 0.6 };
            let chances = Array2::from_shape_fn((12, 12), chance);
            let whole = patches(chances.view(), SEEN).remove(0);
            whole.lines(chances.view()).len()
        };
        assert_eq!(parted(|row, _| row < 4 || row > 6), 2);
        assert_eq!(
            parted(|_, column| column < 5 || column > 6),
            1,
            "beside each other"
        );
        assert_eq!(parted(|row, _| row < 8), 1, "a tail");
    }

    #[test]
    fn cells_that_touch_are_one_mark_and_specks_are_none() {
        let mut chances = Array2::zeros((100, 80));
        for column in 10..20 {
            chances[[50, column]] = 0.9;
            chances[[51, column]] = 0.7;
        }
        chances[[5, 5]] = 0.9;
        let mut found = patches(chances.view(), 0.5);
        found.retain(|patch| patch.0.len() >= FEWEST);
        assert_eq!(found.len(), 1);
        assert!((found[0].mean(chances.view()) - 0.8).abs() < 1e-3);
        let bbox = found[0].bbox((100, 80), (1.0, 0.5));
        assert!((bbox.left - 0.125).abs() < 1e-3 && (bbox.top - 1.0).abs() < 1e-3);
    }
}
