//! How good the picture of a page is: a score and named defects (contract.md §2.1).
//!
//! In: the upright page in gray and its words. Out: a [`Quality`]. Judges the picture, not the paper: a blank page is as good as
//! a full one. A born-digital page needs no judging.

mod tiles;

use image::GrayImage;

use self::tiles::{Tile, Tiles};
use super::{Defect, Quality, Word};
use crate::document::Confidence;

/// A measure, from useless (0) to as good as print (1), and the value below which it is a defect. The values come from text
/// drawn, blurred, darkened and faded in steps, checked on some 60 scans and photos of signed pages.
struct Scale {
    useless: f32,
    defect: f32,
    good: f32,
}

/// Largest step between neighbouring pixels as a share of the contrast: a line blurred by σ pixels gives 0.6 / σ, an
/// edge 0.4 / σ.
const SHARPNESS: Scale = Scale {
    useless: 0.08,
    defect: 0.19,
    good: 0.35,
};
/// Contrast of ink and paper as a share of the paper's brightness.
const CONTRAST: Scale = Scale {
    useless: 0.12,
    defect: 0.32,
    good: 0.55,
};
/// Gray value of the paper.
const BRIGHTNESS: Scale = Scale {
    useless: 40.0,
    defect: 105.0,
    good: 150.0,
};
/// Median height of words in pixels: 12 pixels at 200 dpi are letters of about 4 points.
const TEXT_HEIGHT: Scale = Scale {
    useless: 6.0,
    defect: 12.0,
    good: 16.0,
};
/// σ of the noise, as its distance from 30 gray values.
const CALMNESS: Scale = Scale {
    useless: 0.0,
    defect: 16.0,
    good: 26.0,
};

impl Scale {
    /// 0 to 1.
    fn grade(&self, value: f32) -> f32 {
        ((value - self.useless) / (self.good - self.useless)).clamp(0.0, 1.0)
    }
}

/// What is left of the score of a page that is cut off or glared.
const FLAWED: f32 = 0.7;

/// Judges the picture of a page by its pixels and the words read on it.
#[must_use]
pub(super) fn assess(image: &GrayImage, words: &[Word]) -> Quality {
    let tiles = Tiles::of(image);
    if tiles.tiles.is_empty() {
        return Quality {
            score: Confidence::CERTAIN,
            defects: Vec::new(),
        };
    }
    let light = Light::of(&tiles);
    let mut verdict = Verdict {
        score: 1.0,
        defects: Vec::new(),
    };
    verdict.grade(Defect::Dark, &BRIGHTNESS, light.paper);
    verdict.grade(Defect::Noisy, &CALMNESS, 30.0 - light.noise);
    if let Some(ink) = ink(&tiles, &light, words) {
        verdict.grade_ink(&ink);
    }
    verdict.grade_words(image, words);
    verdict.flaw(Defect::Noisy, is_speckled(&tiles, &light));
    verdict.flaw(Defect::DocumentCutoff, paper_leaves_picture(&tiles, &light));
    verdict.flaw(Defect::TextCutoff, words_touch_edge(image, words));
    verdict.flaw(Defect::Glare, lamp_shines(&tiles, &light));
    verdict.defects.sort_unstable();
    verdict.defects.dedup();
    Quality {
        score: Confidence::new(verdict.score),
        defects: verdict.defects,
    }
}

struct Verdict {
    score: f32,
    defects: Vec<Defect>,
}

impl Verdict {
    fn grade(&mut self, defect: Defect, scale: &Scale, value: f32) {
        self.score *= scale.grade(value);
        if value < scale.defect {
            self.defects.push(defect);
        }
    }

    fn flaw(&mut self, defect: Defect, there: bool) {
        if there {
            self.score *= FLAWED;
            self.defects.push(defect);
        }
    }

    fn grade_ink(&mut self, ink: &Ink) {
        self.grade(Defect::Blurry, &SHARPNESS, ink.sharpness);
        self.grade(Defect::Faint, &CONTRAST, ink.contrast);
    }

    fn grade_words(&mut self, image: &GrayImage, words: &[Word]) {
        // Fewer words may be a stamp or a page number.
        const LEAST_WORDS: usize = 8;
        if words.len() >= LEAST_WORDS {
            let height = to_f32(image.height());
            let heights = words.iter().map(|word| word.bbox.height() * height);
            self.grade(Defect::TextTooSmall, &TEXT_HEIGHT, percentile(heights, 0.5));
        }
    }
}

/// How the ink stands on the paper.
struct Ink {
    /// Largest step between neighbouring pixels as a share of the contrast, in the worse of both directions.
    sharpness: f32,
    /// Share of the paper's brightness.
    contrast: f32,
}

fn ink(tiles: &Tiles<'_>, light: &Light, words: &[Word]) -> Option<Ink> {
    let inked = tiles.tiles.iter().filter(|tile| light.is_inked(tile));
    let inked: Vec<&Tile> = inked.collect();
    if inked.len() < LEAST_INKED {
        return None;
    }
    // A page of ruled lines has no step along them, however sharp it is: where words are, they tell.
    let lettered = tiles.under(words);
    let lettered = lettered.into_iter().filter(|tile| light.is_inked(tile));
    let lettered: Vec<&Tile> = lettered.collect();
    let enough = lettered.len() >= LEAST_INKED;
    Some(Ink {
        sharpness: sharpness(if enough { &lettered } else { &inked }),
        contrast: contrast(&inked) / light.paper.max(1.0),
    })
}

/// Contrast of the tiles that ink fills, in gray values.
fn contrast(inked: &[&Tile]) -> f32 {
    percentile(inked.iter().map(|tile| f32::from(tile.contrast())), 0.75)
}

fn sharpness(inked: &[&Tile]) -> f32 {
    // Where a tile only grazes ink, its step says little.
    let least = contrast(inked) * 0.6;
    let strong = || {
        inked
            .iter()
            .filter(|tile| f32::from(tile.contrast()) >= least)
    };
    let in_direction = |step: fn(&Tile) -> u8| {
        let steps = strong().map(|tile| f32::from(step(tile)) / f32::from(tile.contrast()));
        percentile(steps, 0.6)
    };
    in_direction(|tile| tile.step_across).min(in_direction(|tile| tile.step_down))
}

/// Fewest tiles with ink to judge ink by: a line of text has about 40.
const LEAST_INKED: usize = 12;

/// How light falls on the page.
struct Light {
    /// Gray value of the paper.
    paper: f32,
    /// σ of the noise on even paper, in gray values.
    noise: f32,
}

impl Light {
    fn of(tiles: &Tiles<'_>) -> Self {
        // A photo may show a dark table around the paper, but hardly more than three quarters of it.
        let paper = percentile(tiles.tiles.iter().map(|tile| f32::from(tile.max)), 0.8);
        let on_paper = tiles
            .tiles
            .iter()
            .filter(|tile| f32::from(tile.max) >= ON_PAPER * paper);
        // The evenest fifth of the paper holds no ink, be the page ever so full.
        let roughness = percentile(on_paper.map(|tile| tile.roughness), 0.2);
        Self {
            paper,
            noise: roughness / 1.95,
        }
    }

    /// Holds ink: paper, and something clearly darker than its noise.
    fn is_inked(&self, tile: &Tile) -> bool {
        // The extremes of 1024 noisy pixels lie 6.5 σ apart.
        let contrast = f32::from(tile.contrast());
        f32::from(tile.max) >= ON_PAPER * self.paper
            && contrast >= 20.0
            && contrast >= 8.0 * self.noise
    }

    /// Holds no paper.
    fn is_background(&self, tile: &Tile) -> bool {
        f32::from(tile.max) < 0.6 * self.paper
    }
}

/// A tile whose brightest pixel is this share of the paper's brightness lies on paper, be it in a shadow.
const ON_PAPER: f32 = 0.65;

/// Specks in a third of all tiles on paper: dust lies everywhere, dotted lines do not.
fn is_speckled(tiles: &Tiles<'_>, light: &Light) -> bool {
    const SHARE: f32 = 0.33;
    let [dark, bright] = [0.65, 0.8].map(|share| level(share * light.paper));
    let on_paper: Vec<&Tile> = tiles
        .tiles
        .iter()
        .filter(|tile| f32::from(tile.max) >= ON_PAPER * light.paper)
        .collect();
    let speckled = on_paper
        .iter()
        .filter(|tile| tile.min <= dark && tiles.specks(tile, dark, bright) > 0)
        .count();
    share(speckled, on_paper.len()) >= SHARE
}

/// The picture shows what lies around the paper on two sides at least, but on another side the paper fills it to the edge.
fn paper_leaves_picture(tiles: &Tiles<'_>, light: &Light) -> bool {
    let sides = sides(tiles).map(|side| {
        let background = side.iter().filter(|tile| light.is_background(tile)).count();
        share(background, side.len())
    });
    let shows_table = sides.iter().filter(|share| **share >= 0.5).count();
    let filled = sides.iter().any(|share| *share <= 0.4);
    shows_table >= 2 && filled
}

/// The outer two tiles along each edge: the black border of a copy is thinner.
fn sides<'a>(tiles: &'a Tiles<'_>) -> [Vec<&'a Tile>; 4] {
    let along = |near: &dyn Fn(usize, usize) -> bool| {
        let places = tiles
            .tiles
            .iter()
            .enumerate()
            .map(|(at, tile)| (at % tiles.columns, at / tiles.columns, tile));
        places
            .filter(|(column, row, _)| near(*column, *row))
            .map(|(_, _, tile)| tile)
            .collect::<Vec<_>>()
    };
    [
        along(&|column, _| column < 2),
        along(&|column, _| column + 2 >= tiles.columns),
        along(&|_, row| row < 2),
        along(&|_, row| row + 2 >= tiles.rows),
    ]
}

/// Two words or more end at the same edge of the picture.
fn words_touch_edge(image: &GrayImage, words: &[Word]) -> bool {
    // Two pixels: the boxes of readers are that exact.
    let [across, down] = [image.width(), image.height()].map(|edge| 2.0 / to_f32(edge.max(1)));
    let touching =
        |touches: &dyn Fn(&Word) -> bool| words.iter().filter(|word| touches(word)).count() >= 2;
    touching(&|word| word.bbox.left <= across)
        || touching(&|word| word.bbox.right >= 1.0 - across)
        || touching(&|word| word.bbox.top <= down)
        || touching(&|word| word.bbox.bottom >= 1.0 - down)
}

/// A patch of pure white on paper that is gray elsewhere.
fn lamp_shines(tiles: &Tiles<'_>, light: &Light) -> bool {
    // Smaller patches hide no more than a word; of larger ones the paper itself is white.
    const PATCH: std::ops::Range<f32> = 0.005..0.3;
    let usual = percentile(
        tiles
            .tiles
            .iter()
            .filter(|tile| !light.is_background(tile))
            .map(|tile| f32::from(tile.max)),
        0.5,
    );
    let white = tiles.tiles.iter().filter(|tile| tile.min >= 250).count();
    usual < 235.0 && PATCH.contains(&share(white, tiles.tiles.len()))
}

/// The value below which the share `rank` of the values lies; 0 without values.
fn percentile(values: impl Iterator<Item = f32>, rank: f32) -> f32 {
    let mut values: Vec<f32> = values.collect();
    let last = values.len().saturating_sub(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list of tiles or words"
    )]
    let place = (rank * to_f32(u32::try_from(last).unwrap_or(u32::MAX))) as usize;
    values.sort_unstable_by(f32::total_cmp);
    values.get(place).copied().unwrap_or(0.0)
}

fn share(part: usize, whole: usize) -> f32 {
    let [part, whole] = [part, whole].map(|count| to_f32(u32::try_from(count).unwrap_or(u32::MAX)));
    part / whole.max(1.0)
}

/// A count of tiles or an edge in pixels: far below 24 bits.
fn to_f32(count: u32) -> f32 {
    count as f32
}

fn level(value: f32) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to a gray value"
    )]
    let level = value.clamp(0.0, 255.0) as u8;
    level
}

#[cfg(test)]
mod tests;
