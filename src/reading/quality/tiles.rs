//! A page in tiles: what the quality of a picture is judged by, in one pass over its pixels.

use std::ops::Range;

use image::GrayImage;

use crate::reading::Word;

/// Edge of a tile in pixels: about a line of text at 200 dpi, so that a tile on text holds ink and paper.
pub(super) const TILE: usize = 32;

/// What was measured in a tile. Levels are gray values, 0 black to 255 white.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile {
    /// Darkest pixel.
    pub(super) min: u8,
    /// Brightest pixel.
    pub(super) max: u8,
    /// Largest step from a pixel to its right neighbour.
    pub(super) step_across: u8,
    /// Largest step from a pixel to the one below.
    pub(super) step_down: u8,
    /// Mean absolute second difference along the rows: 0 on an even surface, 1.95 σ under Gaussian noise.
    pub(super) roughness: f32,
    /// Offset of the first pixel.
    offset: usize,
}

impl Tile {
    /// Difference of its brightest and darkest pixel.
    pub(super) fn contrast(&self) -> u8 {
        self.max - self.min
    }
}

/// The tiles of a picture, row by row; a rest smaller than a tile at the right and the bottom edge is left out.
pub(super) struct Tiles<'a> {
    pixels: &'a [u8],
    width: usize,
    /// Tiles in a row.
    pub(super) columns: usize,
    /// Rows of tiles.
    pub(super) rows: usize,
    /// All tiles.
    pub(super) tiles: Vec<Tile>,
}

impl<'a> Tiles<'a> {
    /// Measures all tiles.
    pub(super) fn of(image: &'a GrayImage) -> Self {
        let pixels = image.as_raw().as_slice();
        let [width, height] =
            [image.width(), image.height()].map(|edge| usize::try_from(edge).unwrap_or(0));
        let (columns, rows) = (width / TILE, height / TILE);
        let offsets = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| row * TILE * width + column * TILE));
        let tiles = offsets
            .map(|offset| measure(pixels, width, offset))
            .collect();
        Self {
            pixels,
            width,
            columns,
            rows,
            tiles,
        }
    }

    /// The tiles that words lie on, each once.
    pub(super) fn under(&self, words: &[Word]) -> Vec<&Tile> {
        let mut lettered = vec![false; self.tiles.len()];
        for word in words {
            let columns = tiles_along(word.bbox.left, word.bbox.right, self.columns);
            for row in tiles_along(word.bbox.top, word.bbox.bottom, self.rows) {
                for column in columns.clone() {
                    lettered[row * self.columns + column] = true;
                }
            }
        }
        let under = self.tiles.iter().zip(lettered);
        under
            .filter_map(|(tile, lettered)| lettered.then_some(tile))
            .collect()
    }

    /// How many specks a tile holds: dark spots of up to 2 by 2 pixels with nothing but light around them. Periods and the
    /// dots of letters are larger at 200 dpi.
    pub(super) fn specks(&self, tile: &Tile, dark: u8, light: u8) -> usize {
        let inner = (2..TILE - 2).flat_map(|y| (2..TILE - 2).map(move |x| (x, y)));
        let at = |x: usize, y: usize| {
            self.pixels
                .get(tile.offset + y * self.width + x)
                .copied()
                .unwrap_or(0)
        };
        let is_speck = |(x, y): &(usize, usize)| {
            // The darkest of its spot, the first of equals: each spot counts once.
            let centre = at(*x, *y);
            let first = centre < at(x - 1, *y)
                && centre < at(*x, y - 1)
                && centre <= at(x + 1, *y)
                && centre <= at(*x, y + 1);
            let ring = || {
                (0..5).all(|i| {
                    [
                        at(x + i - 2, y - 2),
                        at(x + i - 2, y + 2),
                        at(x - 2, y + i - 2),
                        at(x + 2, y + i - 2),
                    ]
                    .iter()
                    .all(|p| *p >= light)
                })
            };
            centre <= dark && first && ring()
        };
        inner.filter(is_speck).count()
    }
}

fn measure(pixels: &[u8], width: usize, offset: usize) -> Tile {
    let mut tile = Tile {
        min: 255,
        max: 0,
        step_across: 0,
        step_down: 0,
        roughness: 0.0,
        offset,
    };
    let mut bends: u32 = 0;
    for y in 0..TILE {
        let start = offset + y * width;
        let row = pixels.get(start..start + TILE).unwrap_or_default();
        let below = pixels
            .get(start + width..start + width + TILE)
            .unwrap_or(row);
        let right = row.get(1..).unwrap_or_default();
        tile.min = row.iter().copied().fold(tile.min, u8::min);
        tile.max = row.iter().copied().fold(tile.max, u8::max);
        tile.step_across = largest_step(row, right).max(tile.step_across);
        tile.step_down = largest_step(row, below).max(tile.step_down);
        let twice_right = row.get(2..).unwrap_or_default();
        let bend = |((a, b), c): ((&u8, &u8), &u8)| {
            (i16::from(*a) - 2 * i16::from(*b) + i16::from(*c)).unsigned_abs()
        };
        bends += row
            .iter()
            .zip(right)
            .zip(twice_right)
            .map(|triple| u32::from(bend(triple)))
            .sum::<u32>();
    }
    let count = u16::try_from(TILE * (TILE - 2)).unwrap_or(u16::MAX);
    // At most 960 bends of 510 each: exact in the 24 bits of a float.
    tile.roughness =
        f32::from(u16::try_from(bends / 8).unwrap_or(u16::MAX)) * 8.0 / f32::from(count);
    tile
}

/// The tiles from `start` to `end`, shares of the edge, of `count` along it. The rest at the edge that no tile covers is less
/// than a tile, which makes no difference here.
fn tiles_along(start: f32, end: f32, count: usize) -> Range<usize> {
    let edge = u16::try_from(count).map_or(f32::from(u16::MAX), f32::from);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "floats are cut to the range of the type, which is what is wanted"
    )]
    let [first, last] = [(start * edge).floor(), (end * edge).ceil()].map(|at| at as usize);
    first.min(count)..last.min(count)
}

fn largest_step(from: &[u8], to: &[u8]) -> u8 {
    from.iter()
        .zip(to)
        .map(|(a, b)| a.abs_diff(*b))
        .fold(0, u8::max)
}
