//! The rows of a list, by the numbers that stand below one another in it.

use crate::document::{BBox, PageNumber};

type Place = (PageNumber, BBox);

/// Numbers stand in one column where they share this much of the narrower one's width.
const SHARED_WIDTH: f32 = 0.5;
/// What lies nearer to a number than this share of the way to the next row is in its row: a mark halfway between two rows may be that of
/// either.
const NEAR: f32 = 0.35;

/// Where the rows of a list are.
pub(super) struct Rows {
    numbers: Vec<Place>,
    /// The smallest way from one row to the next, as a share of the page's height.
    step: f32,
}

impl Rows {
    /// The rows of two or more numbers; `None` where they do not stand below one another.
    pub(super) fn of(numbers: &[Place]) -> Option<Self> {
        let mut sorted = numbers.to_vec();
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
            numbers: numbers.to_vec(),
            step,
        })
    }

    fn is_in(&self, row: usize, page: PageNumber, bbox: BBox) -> bool {
        let (own, number) = self.numbers[row];
        own == page && (middle(bbox) - middle(number)).abs() <= NEAR * self.step
    }
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

    /// Does it stand above the list, at the head of the paper?
    pub(super) fn is_above(&self, page: PageNumber, bbox: BBox) -> bool {
        let mut numbers = self.rows.numbers.iter();
        numbers.all(|(own, number)| page < *own || (page == *own && bbox.bottom <= number.top))
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
