//! Patches: cells of a page that touch, and the signatures in them.
//!
//! In: chances of cells. Out: [`Patch`]es. Signatures on lines below each other often touch, and each has its own signer.

use ndarray::{Array2, ArrayView2};

use crate::document::BBox;
use crate::understanding::features::ratio;

/// Chances at which a patch is looked at again for signatures that touch: between two of them the network is less sure. The last two part
/// the signatures of one fixture; on 200 uploads of validation families they changed nothing.
const SURER: [f32; 7] = [0.7, 0.85, 0.95, 0.98, 0.99, 0.995, 0.998];
/// A patch of fewer cells (2 mm each) is a speck; an X or two letters by hand have more.
pub(super) const FEWEST: usize = 4;
/// A part of a patch that is a signature of its own has so many cells that are surer.
const FEWEST_OF_PART: usize = 8;
/// Two signatures stand on lines that are so many cells apart: a quarter of an inch.
const LINE: f32 = 3.0;

/// Cells that touch, in rows and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Patch(pub(super) Vec<(usize, usize)>);

impl Patch {
    pub(super) fn mean(&self, chances: ArrayView2<'_, f32>) -> f32 {
        let sum: f32 = self.0.iter().map(|&cell| chances[cell]).sum();
        sum / ratio(self.0.len(), 1)
    }

    /// The box around the cells of a grid of (rows, columns). `filled` is the share of the grid that the page covers.
    pub(super) fn bbox(&self, (rows, columns): (usize, usize), filled: (f32, f32)) -> BBox {
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

    /// The patch without its cells under `print`: a pen runs into what is written below it. Where print is more than half of it, or a speck
    /// would be left, the pen may be what was read, or runs over it, and nothing is cut.
    pub(super) fn without(self, print: &Array2<bool>) -> Patch {
        let own: Vec<_> = self
            .0
            .iter()
            .copied()
            .filter(|&cell| !print[cell])
            .collect();
        if 2 * own.len() < self.0.len() || own.len() < FEWEST {
            return self;
        }
        Patch(own)
    }

    /// Mean row of the cells.
    fn middle(&self) -> f32 {
        let sum: usize = self.0.iter().map(|cell| cell.0).sum();
        ratio(sum, self.0.len())
    }

    /// The signatures in a patch: those that stand on lines below each other often touch, and each has its own signer. They part
    /// where the network is less sure, never between columns: a signature that runs into the next box stays whole.
    pub(super) fn lines(self, chances: ArrayView2<'_, f32>) -> Vec<Patch> {
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
pub(super) fn patches(chances: ArrayView2<'_, f32>, threshold: f32) -> Vec<Patch> {
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
    use super::*;

    #[test]
    fn signatures_on_two_lines_that_touch_are_two_and_a_first_and_last_name_are_one() {
        let parted = |place: fn(usize, usize) -> bool| {
            let chance = |(row, column)| if place(row, column) { 0.99 } else { 0.6 };
            let chances = Array2::from_shape_fn((12, 12), chance);
            let whole = patches(chances.view(), 0.5).remove(0);
            whole.lines(chances.view()).len()
        };
        assert_eq!(parted(|row, _| !(4..=6).contains(&row)), 2);
        assert_eq!(
            parted(|_, column| !(5..=6).contains(&column)),
            1,
            "beside each other"
        );
        assert_eq!(parted(|row, _| row < 8), 1, "a tail");
    }

    #[test]
    fn print_that_a_pen_runs_into_is_cut_off_and_a_pen_that_was_read_stays() {
        let patch = Patch((0..10).map(|row| (row, 0)).collect());
        let print = |from: usize| Array2::from_shape_fn((10, 1), |(row, _)| row >= from);
        let rows = |print| patch.clone().without(&print).0.len();
        assert_eq!(rows(print(7)), 7);
        assert_eq!(rows(print(3)), 10);
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
        found.retain(|patch| patch.0.len() > 1);
        assert_eq!(found.len(), 1);
        assert!((found[0].mean(chances.view()) - 0.8).abs() < 1e-3);
        let bbox = found[0].bbox((100, 80), (1.0, 0.5));
        assert!((bbox.left - 0.125).abs() < 1e-3 && (bbox.top - 1.0).abs() < 1e-3);
    }
}
