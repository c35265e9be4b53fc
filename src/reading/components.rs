//! Connected patches in a map of numbers, and the rectangles around them.
//!
//! In: the detector's map, which says of each pixel how surely it lies in the core of a line of text. Out: the patches
//! above a threshold.

use super::line::Line;

/// A patch of touching pixels, as runs along the rows of the map.
#[derive(Debug, Clone, Default)]
pub(super) struct Component {
    runs: Vec<Run>,
    /// Number of pixels.
    pub(super) area: f32,
    /// Sum of the map over them.
    sum: f32,
}

/// Pixels of one row, `start` to `end` excluded.
#[derive(Debug, Clone, Copy)]
struct Run {
    y: usize,
    start: usize,
    end: usize,
}

/// The shape of a patch: the direction of its long axis, clockwise from left-to-right, and how many times longer than wide
/// it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) angle: f32,
    pub(super) elongation: f32,
}

/// The patches of `map`, whose rows are `width` long, where it is above `threshold`. Pixels that touch at a corner belong
/// together.
pub(super) fn components(map: &[f32], width: usize, threshold: f32) -> Vec<Component> {
    let mut runs: Vec<Run> = Vec::new();
    let mut parents: Vec<usize> = Vec::new();
    let mut above = 0..0;
    for (y, row) in map.chunks_exact(width).enumerate() {
        let first = runs.len();
        for (start, end) in row_runs(row, threshold) {
            let index = runs.len();
            runs.push(Run { y, start, end });
            parents.push(index);
            for other in above.clone() {
                let run = runs[other];
                if run.start <= end && start <= run.end {
                    join(&mut parents, other, index);
                }
            }
        }
        above = first..runs.len();
    }
    gather(map, width, &runs, &mut parents)
}

fn row_runs(row: &[f32], threshold: f32) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for (x, value) in row.iter().enumerate() {
        match (*value > threshold, start) {
            (true, None) => start = Some(x),
            (false, Some(from)) => {
                found.push((from, x));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    found.extend(start.map(|from| (from, row.len())));
    found
}

fn root(parents: &mut [usize], mut index: usize) -> usize {
    while parents[index] != index {
        parents[index] = parents[parents[index]];
        index = parents[index];
    }
    index
}

fn join(parents: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(parents, one), root(parents, other));
    parents[one.max(other)] = one.min(other);
}

fn gather(map: &[f32], width: usize, runs: &[Run], parents: &mut [usize]) -> Vec<Component> {
    let mut components: Vec<Component> = Vec::new();
    let mut places = vec![usize::MAX; runs.len()];
    for (index, run) in runs.iter().enumerate() {
        let root = root(parents, index);
        if places[root] == usize::MAX {
            places[root] = components.len();
            components.push(Component::default());
        }
        let component = &mut components[places[root]];
        component.runs.push(*run);
        component.area += (run.end - run.start) as f32;
        let row = run.y * width;
        component.sum += map[row + run.start..row + run.end].iter().sum::<f32>();
    }
    components
}

impl Component {
    /// Mean of the map over the patch.
    pub(super) fn score(&self) -> f32 {
        self.sum / self.area
    }

    /// From the second moments of the patch.
    pub(super) fn shape(&self) -> Shape {
        let (mut xx, mut xy, mut yy) = (0.0_f64, 0.0_f64, 0.0_f64);
        let (cx, cy) = self.centroid();
        for run in &self.runs {
            let count = (run.end - run.start) as f64;
            let (dx, dy) = (run.middle() - cx, run.y as f64 + 0.5 - cy);
            xx += count * (dx * dx + count * count / 12.0);
            xy += count * dx * dy;
            yy += count * (dy * dy + 1.0 / 12.0);
        }
        let spread = ((xx - yy).powi(2) + 4.0 * xy * xy).sqrt();
        let (long, short) = ((xx + yy + spread) / 2.0, (xx + yy - spread) / 2.0);
        Shape {
            angle: narrow(0.5 * (2.0 * xy).atan2(xx - yy)),
            elongation: narrow((long / short.max(1e-6)).sqrt()),
        }
    }

    fn centroid(&self) -> (f64, f64) {
        let (mut x, mut y, mut area) = (0.0, 0.0, 0.0);
        for run in &self.runs {
            let count = (run.end - run.start) as f64;
            x += count * run.middle();
            y += count * (run.y as f64 + 0.5);
            area += count;
        }
        (x / area, y / area)
    }

    /// The smallest rectangle around it whose long side has this direction.
    pub(super) fn rectangle(&self, angle: f32) -> Line {
        let (sin, cos) = angle.sin_cos();
        let (mut along, mut across) = (Extent::EMPTY, Extent::EMPTY);
        for run in &self.runs {
            for x in [run.start as f32, run.end as f32] {
                for y in [run.y as f32, run.y as f32 + 1.0] {
                    along.stretch(x * cos + y * sin);
                    across.stretch(y * cos - x * sin);
                }
            }
        }
        let (u, v) = (along.middle(), across.middle());
        Line {
            centre: (u * cos - v * sin, u * sin + v * cos),
            length: along.length(),
            height: across.length(),
            angle,
        }
    }
}

impl Run {
    fn middle(self) -> f64 {
        (self.start + self.end) as f64 / 2.0
    }
}

/// From the least to the greatest of some numbers.
#[derive(Debug, Clone, Copy)]
struct Extent(f32, f32);

impl Extent {
    const EMPTY: Self = Self(f32::INFINITY, f32::NEG_INFINITY);

    fn stretch(&mut self, value: f32) {
        *self = Self(self.0.min(value), self.1.max(value));
    }

    fn middle(self) -> f32 {
        f32::midpoint(self.0, self.1)
    }

    fn length(self) -> f32 {
        self.1 - self.0
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "sums need double precision, angles and ratios do not"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map of 0.9 where there is an x.
    fn map(rows: &[&str]) -> (Vec<f32>, usize) {
        let pixels = rows.iter().flat_map(|row| row.chars());
        let map = pixels.map(|c| if c == 'x' { 0.9 } else { 0.1 }).collect();
        (map, rows[0].len())
    }

    #[test]
    fn patches_that_touch_at_a_corner_or_further_down_are_one() {
        let (pixels, width) = map(&[
            "x..x..x", //
            ".x.x..x", "...xxxx", "x......",
        ]);
        let found = components(&pixels, width, 0.5);
        let mut areas: Vec<f32> = found.iter().map(|component| component.area).collect();
        areas.sort_by(f32::total_cmp);
        assert_eq!(areas, [1.0, 2.0, 8.0]);
        assert!(
            found
                .iter()
                .all(|component| (component.score() - 0.9).abs() < 1e-6)
        );
    }

    #[test]
    fn a_patch_that_leans_gets_a_rectangle_that_leans() {
        let (width, height, angle) = (200, 60, 0.1_f32);
        let pixels: Vec<f32> = (0..width * height)
            .map(|i| {
                let (dx, dy) = ((i % width) as f32 - 99.5, (i / width) as f32 - 29.5);
                let (u, v) = (
                    dx * angle.cos() + dy * angle.sin(),
                    dy * angle.cos() - dx * angle.sin(),
                );
                if u.abs() < 80.0 && v.abs() < 5.0 {
                    1.0
                } else {
                    0.0
                }
            })
            .collect();
        let found = components(&pixels, width, 0.5);
        let shape = found[0].shape();
        assert!((shape.angle - angle).abs() < 0.01, "{}", shape.angle);
        assert!(
            (shape.elongation - 16.0).abs() < 1.0,
            "{}",
            shape.elongation
        );
        let line = found[0].rectangle(shape.angle);
        assert!((line.length - 160.0).abs() < 3.0 && (line.height - 10.0).abs() < 3.0);
        assert!((line.centre.0 - 100.0).abs() < 1.0 && (line.centre.1 - 30.0).abs() < 1.0);
    }

    #[test]
    fn nothing_above_the_threshold_gives_nothing() {
        let (pixels, width) = map(&["....", "...."]);
        assert!(components(&pixels, width, 0.5).is_empty());
    }
}
