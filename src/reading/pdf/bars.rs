//! Where on a PDF page bar codes may be drawn, told from its rectangles and strokes.

use std::collections::HashMap;

use crate::document::BBox;

/// Bars of one row of a bar code; a table has fewer columns.
const BARS_IN_A_ROW: usize = 20;
/// Strokes that lie one above the other closer than this share of the page's height, 10 points on a letter page, may be the
/// bars of a code; lines of a table stand further apart. Three bars of Code 128 are eleven modules wide, a module one or two
/// points.
const BAR_PITCH: f32 = 0.013;
/// Small filled squares of a QR code; the smallest has some 200 dark modules in about 100 runs.
const MODULES: usize = 60;
/// Sides of a module or bar, as a share of the page's height: 6 points on a letter page.
const MODULE_SIDE: f32 = 0.0075;
/// Thickness of the box of a stroke that may be a bar, as a share of the page.
const STROKE_SIDE: f32 = 3.0 * MODULE_SIDE;

/// Filled rectangles and strokes that may be the bars or modules of a code.
#[derive(Debug, Default)]
pub(super) struct Bars {
    /// How many stand in a row, and where; a row is known by what stands in it and its two ends.
    rows: HashMap<(Bar, i32, i32), (usize, BBox)>,
    modules: usize,
    around_modules: Option<BBox>,
    many: Vec<BBox>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Bar {
    Upright,
    Lying,
    UprightStroke,
    /// As the lines of a table are.
    LyingStroke,
}

impl Bars {
    /// Adds one or more filled rectangles.
    pub(super) fn add(&mut self, place: BBox, rectangles: usize) {
        if rectangles >= BARS_IN_A_ROW {
            self.many.push(place);
        }
        let (thin, flat) = (place.width() < MODULE_SIDE, place.height() < MODULE_SIDE);
        if thin && flat {
            self.modules += rectangles;
            self.around_modules = Some(
                self.around_modules
                    .map_or(place, |around| around.union(place)),
            );
        } else if thin {
            self.count((Bar::Upright, grid(place.top), grid(place.bottom)), place);
        } else if flat {
            self.count((Bar::Lying, grid(place.left), grid(place.right)), place);
        }
    }

    /// A stroke may be a bar: some programs draw bar codes with a pen. Its box is larger than its ink by about the pen's width on
    /// all sides (PDFium), so a row is known by its middle.
    pub(super) fn add_stroke(&mut self, place: BBox) {
        let (x, y) = place.centre();
        let (across, down) = (place.width(), place.height());
        if across < STROKE_SIDE && across < down / 2.0 {
            self.count((Bar::UprightStroke, grid(y), 0), place);
        } else if down < STROKE_SIDE && down < across / 2.0 {
            self.count((Bar::LyingStroke, grid(x), 0), place);
        }
    }

    fn count(&mut self, row: (Bar, i32, i32), place: BBox) {
        let (count, around) = self.rows.entry(row).or_insert((0, place));
        *count += 1;
        *around = around.union(place);
    }

    /// Around everything that may be a code.
    pub(super) fn place(&self) -> Option<BBox> {
        let is_code = |bar: Bar, count: usize, around: BBox| {
            let close = around.height() < BAR_PITCH * count as f32;
            count >= BARS_IN_A_ROW && (bar != Bar::LyingStroke || close)
        };
        let rows = self.rows.iter();
        let rows = rows.filter(|((bar, ..), (count, around))| is_code(*bar, *count, *around));
        let rows = rows.map(|(_, (_, around))| *around);
        let modules = self.around_modules.filter(|_| self.modules >= MODULES);
        rows.chain(modules)
            .chain(self.many.iter().copied())
            .reduce(BBox::union)
    }
}

/// Edges that differ by less than a thousandth of the page are the same.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a share between 0 and 1 times 1000"
)]
fn grid(edge: f32) -> i32 {
    (edge * 1000.0).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_bars_is_a_code_and_a_table_is_none() {
        let mut code = Bars::default();
        let mut table = Bars::default();
        for i in 0_u8..30 {
            let left = 0.2 + 0.005 * f32::from(i);
            code.add(BBox::new(left, 0.5, left + 0.002, 0.55), 1);
            let top = 0.03 * f32::from(i);
            table.add(
                BBox::new(0.1, top, 0.1 + 0.01 * f32::from(i) + 0.05, top + 0.001),
                1,
            );
        }
        assert!(
            code.place()
                .is_some_and(|place| place.left >= 0.19 && place.right <= 0.4)
        );
        assert_eq!(table.place(), None);
    }

    #[test]
    fn strokes_close_together_are_a_code_and_the_rules_of_a_long_table_are_none() {
        let (mut code, mut table) = (Bars::default(), Bars::default());
        for i in 0_u8..30 {
            let left = 0.2 + 0.005 * f32::from(i);
            code.add_stroke(BBox::new(left, 0.5, left, 0.55));
            let top = 0.1 + 0.02 * f32::from(i);
            table.add_stroke(BBox::new(0.1, top, 0.9, top));
        }
        assert!(code.place().is_some());
        assert_eq!(table.place(), None);
    }

    #[test]
    fn many_small_squares_are_a_code() {
        let mut bars = Bars::default();
        for i in 0_u8..100 {
            let (x, y) = (0.004 * f32::from(i % 10), 0.004 * f32::from(i / 10));
            bars.add(BBox::new(x, y, x + 0.004, y + 0.004), 1);
        }
        assert!(bars.place().is_some());
    }
}
