//! Columns that receivers sign, a row each: a manifest of stops has one heading for all of them.
//!
//! In: the words of a page. Out: where such columns stand, and for ink there the number in its row. Whose a signature there is, the row
//! says, and nobody else; where it is not clear which row it is, it is nobody's.

use super::{Label, NAMELESS, fold, label};
use crate::document::BBox;
use crate::reading::Word;
use crate::understanding::Role;
use crate::understanding::slope::Slope;

/// Headings, folded, of the columns that number what is delivered: words that they begin with.
const NUMBERS: [&str; 10] = [
    "pro",
    "bol",
    "b/l",
    "bill of lading",
    "waybill",
    "order",
    "invoice",
    "shipment",
    "load",
    "stop",
];
/// Headings of the columns that say to whom: a table of goods has none.
const PLACES: [&str; 7] = [
    "consignee",
    "customer",
    "deliver to",
    "delivered to",
    "ship to",
    "stop",
    "destination",
];
/// A heading with such a word asks for a name in print.
const PRINTED: [&str; 3] = ["print", "name", "title"];
/// Behind the name of a number such a word counts or dates it.
const NO_NUMBER: [&str; 6] = ["qty", "quantity", "date", "time", "amount", "weight"];
/// Beginnings of words by which a page speaks of a delivery, …
const DELIVERY: [&str; 4] = ["deliv", "receiv", "rec'd", "receipt"];
/// … and of a pickup: there a heading that names nobody is the driver's.
const PICKUP: [&str; 2] = ["pick", "tender"];

/// Headings of one table stand on one line, give or take half of small print, in page heights.
const ONE_LINE: f32 = 0.01;
/// Words of one heading are no further apart, in heights of their line; columns are. Letters are 0.28 of that apart in print.
const GAP: f32 = 0.7;
/// Boxes are shares of the page's sides, and paper is about 1.3 times as high as wide.
const ASPECT: f32 = 1.3;
/// A heading goes on in the line below it if that is no further off, in heights.
const LEADING: f32 = 0.8;
/// Numbers of one column differ in length by no more letters and digits.
const ALIKE: usize = 2;
/// More rows in a row whose numbers were not read end a table.
const UNREAD: f32 = 2.0;
/// How far a row may be off its place, of the way from row to row. Assumed, as the figures above are.
const UNEVEN: f32 = 0.2;
/// Ink further from the number than this share of a row may be that of the next one.
const NEAR: f32 = 0.4;
/// Ink that is higher, in rows, may be that of two.
const TALL: f32 = 1.5;

/// A column that receivers sign, on level lines.
#[derive(Debug, Clone)]
pub(in crate::understanding) struct SignedColumn {
    left: f32,
    right: f32,
    /// Where the headings end.
    top: f32,
    rows: Rows,
}

/// Rows by the numbers in them: their heights, and where they stand on the page.
#[derive(Debug, Clone)]
struct Rows {
    numbers: Vec<(f32, BBox)>,
    /// The way from row to row; `None` where rows are of all heights.
    step: Option<f32>,
}

impl SignedColumn {
    /// Those of a page.
    #[must_use]
    pub(in crate::understanding) fn of(words: &[Word], slope: &Slope) -> Vec<Self> {
        let cells = cells(words, slope);
        let delivers = speaks_of_delivery_alone(words);
        let asked = cells.iter().filter(|cell| cell.asks(&cells, delivers));
        let columns = asked.filter_map(|asked| column(asked, &cells, delivers));
        columns.collect()
    }

    /// Does ink stand in it?
    #[must_use]
    pub(in crate::understanding) fn holds(&self, ink: BBox) -> bool {
        let (across, height) = ink.centre();
        let bottom = self.rows.numbers.last().map(|(height, _)| *height);
        let bottom = bottom.map_or(self.top, |last| last + self.rows.step.unwrap_or_default());
        across > self.left && across < self.right && height > self.top && height < bottom
    }

    /// The number in the row of the ink, where it stands on the page: the nearest one, if the ink lies as the rows do that begin under the
    /// headings.
    #[must_use]
    pub(in crate::understanding) fn number_beside(&self, ink: BBox) -> Option<BBox> {
        let step = self.rows.step.filter(|step| ink.height() < TALL * step)?;
        let height = ink.centre().1;
        let off = |number: f32| (number - height).abs();
        let numbers = self.rows.numbers.iter();
        let (number, place) = numbers.min_by(|(a, _), (b, _)| off(*a).total_cmp(&off(*b)))?;
        let (first, _) = self.rows.numbers.first()?;
        let begin = first - (first - self.top).rem_euclid(step);
        let row = |height: f32| ((height - begin) / step).floor();
        let is_clear = off(*number) < NEAR * step && (row(*number) - row(height)).abs() < 0.5;
        is_clear.then_some(*place)
    }
}

/// Does a page speak of a delivery, and of no pickup?
fn speaks_of_delivery_alone(words: &[Word]) -> bool {
    let begins = |beginnings: &[&str]| {
        words.iter().any(|word| {
            let word = fold(&word.text);
            beginnings.iter().any(|begin| word.starts_with(begin))
        })
    };
    begins(&DELIVERY) && !begins(&PICKUP)
}

/// Words of one line with no wide gap between them.
struct Cell<'a> {
    words: &'a [Word],
    text: String,
    /// Where it stands on the page.
    place: BBox,
    /// The same if the page's lines were level.
    level: BBox,
}

impl Cell<'_> {
    /// Does it ask receivers to sign? With what stands right above and below it in the same heading; one that names nobody does where the page
    /// `delivers`.
    fn asks(&self, cells: &[Cell<'_>], delivers: bool) -> bool {
        let parts = cells.iter().filter(|cell| cell.is_part_of_heading(self));
        let words: Vec<Word> = parts.flat_map(|part| part.words).cloned().collect();
        let texts: Vec<String> = words.iter().map(|word| fold(&word.text)).collect();
        let text = trimmed(&texts.join(" "));
        let named = label(&text, &texts, &words);
        let of_receiver = |label: Label| label.role == Role::Consignee && label.asks_to_sign();
        let asks = match named {
            Some(label) => of_receiver(label),
            None => {
                let nameless = NAMELESS.contains(&text.as_str()) || text == "sign";
                nameless && delivers
            }
        };
        asks && !PRINTED.iter().any(|word| text.contains(word))
    }

    fn is_part_of_heading(&self, other: &Cell<'_>) -> bool {
        let (one, other) = (self.level, other.level);
        let gap = (one.top - other.bottom).max(other.top - one.bottom);
        let shared = one.right.min(other.right) - one.left.max(other.left);
        gap < LEADING * other.height() && shared > 0.5 * one.width().min(other.width())
    }

    fn begins_with(&self, words: &[&str]) -> bool {
        words.iter().any(|begin| {
            let rest = self.text.strip_prefix(begin);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphabetic()))
        })
    }

    fn is_of_numbers(&self) -> bool {
        let counts = NO_NUMBER.iter().any(|word| self.text.contains(word));
        let digits = self.text.contains(|c: char| c.is_ascii_digit());
        self.begins_with(&NUMBERS) && !counts && !digits
    }

    fn is_level_with(&self, other: &Cell<'_>) -> bool {
        (self.level.centre().1 - other.level.centre().1).abs() < ONE_LINE
    }

    /// How many letters and digits it has, if it is a number: at least half of them are digits.
    fn length_of_number(&self) -> Option<usize> {
        let digits = self.text.chars().filter(char::is_ascii_digit).count();
        let all = self.text.chars().filter(|c| c.is_alphanumeric()).count();
        (digits > 0 && 2 * digits >= all).then_some(all)
    }
}

fn column(asked: &Cell<'_>, cells: &[Cell<'_>], delivers: bool) -> Option<SignedColumn> {
    let headings = cells.iter().filter(|cell| cell.is_level_with(asked));
    let headings: Vec<&Cell<'_>> = headings.collect();
    let signs = |cell: &Cell<'_>| cell.text.contains("sign");
    // Beside a column for signatures, `Received by` asks for a name.
    let mut surer = headings.iter().filter(|cell| signs(cell));
    if !signs(asked) && surer.any(|cell| cell.asks(cells, delivers)) {
        return None;
    }
    let mut to_whom = headings.iter();
    if !to_whom.any(|heading| heading.begins_with(&PLACES)) {
        return None;
    }
    let top = headings.iter().map(|heading| heading.level.bottom);
    let top = top.fold(asked.level.bottom, f32::max);
    let numbers = headings.iter().filter(|heading| heading.is_of_numbers());
    let numbers = numbers.map(|heading| numbers_below(heading, &headings, cells));
    let numbers = numbers.max_by_key(Vec::len)?;
    let rows = Rows::of(numbers)?;
    let (left, right) = sides(asked, &headings);
    Some(SignedColumn {
        left,
        right,
        top,
        rows,
    })
}

impl Rows {
    /// Those of two or more numbers, from the top down to the first wide gap.
    fn of(mut numbers: Vec<(f32, BBox)>) -> Option<Self> {
        let steps = numbers.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let steps: Vec<f32> = steps.collect();
        let least = steps.iter().copied().min_by(f32::total_cmp)?;
        let end = steps
            .iter()
            .position(|step| *step > (UNREAD + 1.0 + UNEVEN) * least);
        let kept = end.unwrap_or(steps.len());
        numbers.truncate(kept + 1);
        let is_even = |step: &f32| {
            let rows = step / least;
            (rows - rows.round()).abs() < UNEVEN
        };
        let even = steps.iter().take(kept).all(is_even);
        (numbers.len() > 1).then_some(Self {
            numbers,
            step: even.then_some(least),
        })
    }
}

/// The numbers in the column under a heading, from above: those that are as long as the first.
fn numbers_below(
    heading: &Cell<'_>,
    headings: &[&Cell<'_>],
    cells: &[Cell<'_>],
) -> Vec<(f32, BBox)> {
    let (left, right) = sides(heading, headings);
    let mut numbers: Vec<(f32, usize, BBox)> = cells
        .iter()
        .filter(|cell| {
            let (across, height) = cell.level.centre();
            height > heading.level.bottom && across > left && across < right
        })
        .filter_map(|cell| Some((cell.level.centre().1, cell.length_of_number()?, cell.place)))
        .collect();
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    numbers.dedup_by(|next, one| (next.0 - one.0).abs() < ONE_LINE);
    let length = numbers.first().map_or(0, |(_, length, _)| *length);
    numbers.retain(|(_, own, _)| own.abs_diff(length) <= ALIKE);
    let numbers = numbers.into_iter();
    numbers.map(|(height, _, place)| (height, place)).collect()
}

/// From where to where across the page the column under a heading reaches: to the headings beside it.
fn sides(heading: &Cell<'_>, headings: &[&Cell<'_>]) -> (f32, f32) {
    let before = headings.iter().map(|one| one.level.right);
    let before = before.filter(|right| *right <= heading.level.left);
    let behind = headings.iter().map(|one| one.level.left);
    let behind = behind.filter(|left| *left >= heading.level.right);
    (before.fold(0.0, f32::max), behind.fold(1.0, f32::min))
}

fn cells<'a>(words: &'a [Word], slope: &Slope) -> Vec<Cell<'a>> {
    let lines = words.chunk_by(|a, b| a.line == b.line);
    let parts = lines.flat_map(|line| {
        line.chunk_by(|a, b| {
            let gap = b.bbox.left - a.bbox.right;
            gap < GAP * ASPECT * a.bbox.height().min(b.bbox.height())
        })
    });
    let cell = |words: &'a [Word]| {
        let place = super::around(words)?;
        let texts: Vec<String> = words.iter().map(|word| fold(&word.text)).collect();
        Some(Cell {
            words,
            text: trimmed(&texts.join(" ")),
            place,
            level: slope.level(place),
        })
    };
    parts.filter_map(cell).collect()
}

fn trimmed(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

#[cfg(test)]
pub(super) mod tests;
