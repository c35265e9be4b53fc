//! The rows of a list, by the numbers that stand below one another in it.

use crate::document::{BBox, PageNumber};

type Place = (PageNumber, BBox);

/// Numbers stand in one column where they share this much of the narrower one's width.
const SHARED_WIDTH: f32 = 0.5;
/// What lies nearer to a number than this share of the way to the next row is in its row: a mark halfway between two rows may be that of
/// either.
const NEAR: f32 = 0.35;

/// Where the rows of a list are, on level lines.
pub(super) struct Rows {
    numbers: Vec<Place>,
    /// The smallest way from one row to the next, as a share of the page's height.
    step: f32,
    /// How far the lines of each page fall.
    leans: Vec<(PageNumber, f32)>,
}

impl Rows {
    /// The rows of two or more numbers; `None` where they do not stand below one another.
    pub(super) fn of(numbers: &[Place], leans: &[(PageNumber, f32)]) -> Option<Self> {
        let level = |(page, bbox): &Place| (*page, level(leans, *page, *bbox));
        let numbers: Vec<Place> = numbers.iter().map(level).collect();
        let mut sorted = numbers.clone();
        sorted.sort_by(|(page, a), (other, b)| page.cmp(other).then(a.top.total_cmp(&b.top)));
        let pairs = || sorted.windows(2).map(|pair| (pair[0], pair[1]));
        let below = |(upper, lower): (Place, Place)| {
            let apart = upper.0 != lower.0 || middle(lower.1) > upper.1.bottom;
            in_one_column(upper, lower) && apart
        };
        let steps = pairs().filter(|(upper, lower)| upper.0 == lower.0);
        let steps = steps.map(|(upper, lower)| middle(lower.1) - middle(upper.1));
        let step = steps.min_by(f32::total_cmp)?;
        pairs().all(below).then(|| Self {
            numbers,
            step,
            leans: leans.to_vec(),
        })
    }

    fn is_in(&self, row: usize, page: PageNumber, bbox: BBox) -> bool {
        let (own, number) = self.numbers[row];
        let bbox = level(&self.leans, page, bbox);
        own == page && (middle(bbox) - middle(number)).abs() <= NEAR * self.step
    }
}

/// A box as it would stand if the lines of its page were level.
fn level(leans: &[(PageNumber, f32)], page: PageNumber, bbox: BBox) -> BBox {
    let lean = leans.iter().find(|(own, _)| *own == page);
    let fallen = lean.map_or(0.0, |(_, lean)| lean * (bbox.centre().0 - 0.5));
    BBox::new(
        bbox.left,
        bbox.top - fallen,
        bbox.right,
        bbox.bottom - fallen,
    )
}

/// The rows of a list, as seen from one of them.
pub(super) struct RowOf<'a> {
    pub(super) rows: &'a Rows,
    pub(super) own: usize,
}

impl RowOf<'_> {
    /// Does something stand in this row?
    pub(super) fn is_in(&self, page: PageNumber, bbox: BBox) -> bool {
        self.rows.is_in(self.own, page, bbox)
    }

    /// Does it stand in the row of another number?
    pub(super) fn is_of_another(&self, page: PageNumber, bbox: BBox) -> bool {
        let mut others = (0..self.rows.numbers.len()).filter(|row| *row != self.own);
        others.any(|row| self.rows.is_in(row, page, bbox))
    }

    /// Does it stand above the list, at the head of the paper? A row right above the first number may be one whose number was not read.
    pub(super) fn is_above(&self, page: PageNumber, bbox: BBox) -> bool {
        let bottom = level(&self.rows.leans, page, bbox).bottom;
        let numbers = || self.rows.numbers.iter();
        let above = |(own, number): &Place| {
            page < *own || (page == *own && bottom <= number.top - self.rows.step)
        };
        numbers().any(|(own, _)| page == *own) && numbers().all(above)
    }

    /// Does a number stand in the line of the row's own?
    pub(super) fn is_in_line(&self, page: PageNumber, number: BBox) -> bool {
        let (own, listed) = self.rows.numbers[self.own];
        let number = level(&self.rows.leans, page, number);
        let off = (middle(number) - middle(listed)).abs();
        own == page && off <= 0.5 * number.height().max(listed.height())
    }

    /// Does it stand in any row?
    pub(super) fn is_in_any(&self, page: PageNumber, bbox: BBox) -> bool {
        self.is_in(page, bbox) || self.is_of_another(page, bbox)
    }
}

/// Do two things stand in one column? A list goes on in the same place of the next page.
pub(super) fn in_one_column((_, one): Place, (_, other): Place) -> bool {
    let shared = one.right.min(other.right) - one.left.max(other.left);
    shared >= SHARED_WIDTH * one.width().min(other.width())
}

fn middle(bbox: BBox) -> f32 {
    bbox.top.midpoint(bbox.bottom)
}
