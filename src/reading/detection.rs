//! Detection: where the lines of text are.
//!
//! In: a page in gray. Out: the lines on it, and whether most of them run up or down the page. The network gives a map of
//! the cores of lines ("differentiable binarization", Liao et al. 2020); a patch of it grows by a share of its own size to
//! the whole line.

use std::f32::consts::{FRAC_PI_2, FRAC_PI_4};

use image::GrayImage;
use ndarray::{Array4, Axis};

use super::components::{Component, Shape, components};
use super::image::resize::resized;
use super::line::{Line, whole};
use super::shades::paper;
use super::specks::without_specks;
use crate::inference::{InferenceError, Manifest, Model, Session};

/// The network halves its input five times, so sides have to be multiples of this.
const GRAIN: u32 = 32;
/// Patches this much longer than wide show the direction of their text.
const ELONGATED: f32 = 4.0;
/// Patches at least this long show their own lean, pixels of the map: a step of one pixel then is a degree.
const LONG: f32 = 60.0;
/// The lean of a page is taken for real up to here, radians (15 degrees).
const GREATEST_LEAN: f32 = 0.26;
/// A single patch may lean so much more than its page before its own direction counts as noise, radians (5 degrees).
const OWN_LEAN: f32 = 0.09;
/// A line this many times taller than wide is read from bottom to top; a single letter never is.
const TALL: f32 = 2.5;

/// What was found on a page.
#[derive(Debug, Clone)]
pub(super) struct Detection {
    /// Lines in no order.
    pub(super) lines: Vec<Line>,
    /// Whether most text runs up or down the page.
    pub(super) sideways: bool,
    /// Lean of the page, clockwise, in radians.
    pub(super) lean: f32,
}

/// Finds lines of text.
#[derive(Debug)]
pub(super) struct Detector {
    session: Session,
    constants: Constants,
}

#[derive(Debug, Clone)]
struct Constants {
    /// Longest side of the picture that the network sees, pixels.
    side: f32,
    /// Per channel: the shades that count as 0 and as 1 away from it, of 0..1.
    mean: Vec<f32>,
    deviation: Vec<f32>,
    /// Map values above this belong to a line.
    core: f32,
    /// Mean map value that a line needs.
    line: f32,
    /// Least area of a patch, pixels of the map.
    area: f32,
    /// How far a patch grows: this times its area over its perimeter, on each side.
    growth: f32,
}

impl Detector {
    pub(super) fn new(model: &mut Model) -> Result<Self, InferenceError> {
        Ok(Self {
            session: model.take("detection")?,
            constants: Constants::from_manifest(model.manifest())?,
        })
    }

    /// Finds the lines of a page.
    pub(super) fn find(&mut self, page: &GrayImage) -> Result<Detection, InferenceError> {
        let size = self.constants.input_size(page.dimensions());
        // Specks hide text from the network. Who reads the lines sees them: a typewriter's dashes stand as alone as they do.
        let clean = without_specks(page, paper(page));
        let input = self.constants.input(clean.as_ref().unwrap_or(page), size);
        let (map, _) = self
            .session
            .run_single(input.into())?
            .into_raw_vec_and_offset();
        let scale = (
            page.width() as f32 / size.0 as f32,
            page.height() as f32 / size.1 as f32,
        );
        Ok(self.constants.lines(&map, size.0 as usize, scale))
    }
}

impl Constants {
    fn from_manifest(manifest: &Manifest) -> Result<Self, InferenceError> {
        Ok(Self {
            side: manifest.number("preprocessing.detection.side")?,
            mean: manifest.numbers("preprocessing.detection.mean")?.to_vec(),
            deviation: manifest
                .numbers("preprocessing.detection.deviation")?
                .to_vec(),
            core: manifest.number("thresholds.detection.core")?,
            line: manifest.number("thresholds.detection.line")?,
            area: manifest.number("thresholds.detection.area")?,
            growth: manifest.number("preprocessing.detection.growth")?,
        })
    }

    /// The page's size scaled down to the longest side, in multiples of the grain.
    fn input_size(&self, (width, height): (u32, u32)) -> (u32, u32) {
        let scale = (self.side / width.max(height) as f32).min(1.0);
        let fit = |length: u32| {
            let grains = (length as f32 * scale / GRAIN as f32).round();
            whole(grains).max(1) * GRAIN
        };
        (fit(width), fit(height))
    }

    fn input(&self, page: &GrayImage, (width, height): (u32, u32)) -> Array4<f32> {
        let small = resized(page, width, height);
        let mut input = Array4::zeros((1, self.mean.len(), height as usize, width as usize));
        let channels = self.mean.iter().zip(&self.deviation);
        for (mut plane, (mean, deviation)) in input.axis_iter_mut(Axis(1)).zip(channels) {
            for (value, shade) in plane.iter_mut().zip(small.as_raw()) {
                *value = (f32::from(*shade) / 255.0 - mean) / deviation;
            }
        }
        input
    }

    /// The lines in a map, in pixels of the page, which is `scale` times larger.
    fn lines(&self, map: &[f32], width: usize, scale: (f32, f32)) -> Detection {
        let found: Vec<(Component, Shape)> = components(map, width, self.core)
            .into_iter()
            .filter(|patch| patch.area >= self.area && patch.score() >= self.line)
            .map(|patch| {
                let shape = patch.shape();
                (patch, shape)
            })
            .collect();
        let lean = common_lean(&found);
        let lines = found
            .iter()
            .map(|(patch, shape)| self.line(patch, *shape, lean, scale))
            .collect();
        Detection {
            lines,
            sideways: is_sideways(&found),
            lean,
        }
    }

    fn line(&self, patch: &Component, shape: Shape, lean: f32, scale: (f32, f32)) -> Line {
        let own = lean_of(shape.angle);
        let mut line = patch.rectangle(lean);
        if shape.elongation >= ELONGATED && line.length >= LONG && (own - lean).abs() <= OWN_LEAN {
            line = patch.rectangle(own);
        }
        let growth = line.length * line.height * self.growth / (line.length + line.height);
        line.length += growth;
        line.height += growth;
        if line.height >= TALL * line.length {
            std::mem::swap(&mut line.length, &mut line.height);
            line.angle -= FRAC_PI_2;
        }
        let (along, across) = if line.is_vertical() {
            (scale.1, scale.0)
        } else {
            scale
        };
        Line {
            centre: (line.centre.0 * scale.0, line.centre.1 * scale.1),
            length: line.length * along,
            height: line.height * across,
            angle: line.angle,
        }
    }
}

/// How far a long patch leans from the nearer of level and upright, radians.
fn lean_of(angle: f32) -> f32 {
    (angle + FRAC_PI_4).rem_euclid(FRAC_PI_2) - FRAC_PI_4
}

/// The lean that most text has: the median over the long patches, weighted by their area.
fn common_lean(found: &[(Component, Shape)]) -> f32 {
    let mut leans: Vec<(f32, f32)> = found
        .iter()
        .filter(|(_, shape)| shape.elongation >= ELONGATED)
        .map(|(patch, shape)| (lean_of(shape.angle), patch.area))
        .collect();
    leans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half = leans.iter().map(|(_, area)| area).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    let median = leans.iter().find(|(_, area)| {
        sum += area;
        sum >= half
    });
    median.map_or(0.0, |(lean, _)| lean.clamp(-GREATEST_LEAN, GREATEST_LEAN))
}

/// Whether more of the long patches stand than lie.
fn is_sideways(found: &[(Component, Shape)]) -> bool {
    let (mut standing, mut lying) = (0.0, 0.0);
    for (patch, shape) in found {
        if shape.elongation < ELONGATED {
            continue;
        }
        if shape.angle.sin().abs() > 0.7 {
            standing += patch.area;
        } else {
            lying += patch.area;
        }
    }
    standing > lying
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONSTANTS: Constants = Constants {
        side: 1280.0,
        mean: Vec::new(),
        deviation: Vec::new(),
        core: 0.3,
        line: 0.6,
        area: 10.0,
        growth: 1.5,
    };

    /// A map with patches of `value` at (left, top, width, height).
    fn map(patches: &[(usize, usize, usize, usize)], value: f32) -> Vec<f32> {
        let mut map = vec![0.0; 320 * 320];
        for (left, top, width, height) in patches {
            for y in *top..top + height {
                map[y * 320 + left..y * 320 + left + width].fill(value);
            }
        }
        map
    }

    #[test]
    fn a_page_is_scaled_down_to_the_longest_side_and_never_up() {
        for (page, wanted) in [
            ((1700, 2200), (992, 1280)),
            ((2200, 1700), (1280, 992)),
            ((850, 1100), (864, 1088)),
            ((3, 9000), (32, 1280)),
        ] {
            assert_eq!(CONSTANTS.input_size(page), wanted);
        }
    }

    #[test]
    fn a_patch_grows_to_its_line_in_pixels_of_the_page() {
        let found = CONSTANTS.lines(&map(&[(100, 50, 100, 10)], 0.9), 320, (2.0, 2.0));
        let [line] = found.lines[..] else {
            panic!("{found:?}");
        };
        assert_eq!(line.centre, (300.0, 110.0));
        let growth = 1.5 * 1000.0 / 110.0;
        assert!(
            (line.height - 2.0 * (10.0 + growth)).abs() < 0.01,
            "{line:?}"
        );
        assert!(
            (line.length - 2.0 * (100.0 + growth)).abs() < 0.01,
            "{line:?}"
        );
        assert!(!found.sideways);
    }

    #[test]
    fn faint_and_tiny_patches_are_no_lines() {
        assert!(
            CONSTANTS
                .lines(&map(&[(9, 9, 90, 9)], 0.5), 320, (1.0, 1.0))
                .lines
                .is_empty()
        );
        assert!(
            CONSTANTS
                .lines(&map(&[(9, 9, 3, 3)], 0.9), 320, (1.0, 1.0))
                .lines
                .is_empty()
        );
    }

    #[test]
    fn a_page_whose_text_stands_lies_on_its_side() {
        let standing = [(50, 20, 9, 200), (90, 20, 9, 200), (130, 20, 60, 9)];
        let found = CONSTANTS.lines(&map(&standing, 0.9), 320, (1.0, 1.0));
        assert!(found.sideways);
        assert_eq!(
            found.lines.iter().filter(|line| line.is_vertical()).count(),
            2
        );
    }

    #[test]
    fn short_patches_take_the_lean_of_the_page() {
        let mut leaning = vec![0.0; 320 * 320];
        for x in 20..300 {
            for y in 0..8 {
                leaning[(y + 40 + x / 20) * 320 + x] = 0.9; // 2.9 degrees
            }
        }
        for y in 200..206 {
            leaning[y * 320 + 100..y * 320 + 112].fill(0.9);
        }
        let found = CONSTANTS.lines(&leaning, 320, (1.0, 1.0));
        assert!((found.lean - 0.05).abs() < 0.005, "{}", found.lean);
        assert!(
            found
                .lines
                .iter()
                .all(|line| (line.angle - 0.05).abs() < 0.01)
        );
    }
}
