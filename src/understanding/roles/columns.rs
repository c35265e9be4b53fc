//! Columns that receivers sign, a row each: a manifest of stops has one heading for all of them.
//!
//! In: the words of a page, on level lines. Out: where such columns stand. Whose a signature there is, its row says, and nobody else: the
//! stage that knows which shipment stands in which row.

use super::{NAMELESS, fold, labels};
use crate::document::BBox;
use crate::reading::Word;
use crate::understanding::Role;

/// Headings of the columns that number what is delivered, folded: words that they begin with.
const NUMBERS: [&str; 11] = [
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
    "po",
];
/// More headings, as they stand, over signatures of receivers.
const SIGNED: [&str; 6] = [
    "sign",
    "signed",
    "received by",
    "rec'd by",
    "recd by",
    "receiver",
];
/// A heading with such a word asks for a name in print.
const PRINTED: [&str; 3] = ["print", "name", "title"];

/// Headings of one table stand on one line, give or take half of small print, in page heights.
const ONE_LINE: f32 = 0.01;
/// Words of one heading are no further apart, in heights of their line; columns are. Letters are 0.28 of that apart in print.
const GAP: f32 = 0.7;
/// Boxes are shares of the page's sides, and paper is about 1.3 times as high as wide.
const ASPECT: f32 = 1.3;
/// Two headings, and the one over the signatures, make a table.
const FEWEST_HEADINGS: usize = 3;

/// Words of one line with no wide gap between them.
struct Cell<'a> {
    words: &'a [Word],
    bbox: BBox,
}

impl Cell<'_> {
    fn text(&self) -> String {
        let texts: Vec<String> = self.words.iter().map(|word| fold(&word.text)).collect();
        let text = texts.join(" ");
        text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
    }

    fn asks_receiver(&self) -> bool {
        let text = self.text();
        let of_receiver = || {
            let labels = labels(self.words);
            let mut labels = labels.iter();
            labels.any(|label| label.role == Role::Consignee && label.asks_to_sign())
        };
        let asks = SIGNED.contains(&text.as_str()) || NAMELESS.contains(&text.as_str());
        !PRINTED.iter().any(|word| text.contains(word)) && (asks || of_receiver())
    }

    fn numbers(&self) -> bool {
        let text = self.text();
        NUMBERS.iter().any(|begin| {
            let rest = text.strip_prefix(begin);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphabetic()))
        })
    }

    /// Does this stand in the line of another one?
    fn is_level_with(&self, other: &Cell<'_>) -> bool {
        (self.bbox.centre().1 - other.bbox.centre().1).abs() < ONE_LINE
    }
}

/// Where receivers sign in rows: from the headings down to half a row below the last number in the table.
#[must_use]
pub fn signed_by_row(words: &[Word]) -> Vec<BBox> {
    let cells = cells(words);
    let asked = cells.iter().filter(|cell| cell.asks_receiver());
    asked.filter_map(|asked| column(asked, &cells)).collect()
}

fn column(asked: &Cell<'_>, cells: &[Cell<'_>]) -> Option<BBox> {
    let headings = cells.iter().filter(|cell| cell.is_level_with(asked));
    let headings: Vec<&Cell<'_>> = headings.collect();
    if headings.len() < FEWEST_HEADINGS {
        return None;
    }
    let numbers = headings.iter().filter(|heading| heading.numbers());
    let rows = numbers.map(|heading| rows(heading, &headings, cells));
    let rows = rows.max_by_key(Vec::len).filter(|rows| rows.len() > 1)?;
    let (first, last) = (*rows.first()?, *rows.last()?);
    let steps = u16::try_from(rows.len() - 1).ok()?;
    let step = (last - first) / f32::from(steps);
    let (left, right) = sides(asked, &headings);
    Some(BBox::new(left, asked.bbox.bottom, right, last + step / 2.0))
}

/// Heights of the numbers below a heading, each once.
fn rows(heading: &Cell<'_>, headings: &[&Cell<'_>], cells: &[Cell<'_>]) -> Vec<f32> {
    let (left, right) = sides(heading, headings);
    let below = cells.iter().filter(|cell| {
        let (across, height) = cell.bbox.centre();
        height > heading.bbox.bottom && across > left && across < right
    });
    let numbered = below.filter(|cell| cell.text().contains(|c: char| c.is_ascii_digit()));
    let mut heights: Vec<f32> = numbered.map(|cell| cell.bbox.centre().1).collect();
    heights.sort_by(f32::total_cmp);
    heights.dedup_by(|one, other| (*one - *other).abs() < ONE_LINE);
    heights
}

/// Between which heights across the page the column under a heading lies: between the headings beside it.
fn sides(heading: &Cell<'_>, headings: &[&Cell<'_>]) -> (f32, f32) {
    let before = headings.iter().map(|one| one.bbox.right);
    let before = before.filter(|right| *right <= heading.bbox.left);
    let behind = headings.iter().map(|one| one.bbox.left);
    let behind = behind.filter(|left| *left >= heading.bbox.right);
    (before.fold(0.0, f32::max), behind.fold(1.0, f32::min))
}

fn cells(words: &[Word]) -> Vec<Cell<'_>> {
    let lines = words.chunk_by(|a, b| a.line == b.line);
    let parts = lines.flat_map(|line| {
        line.chunk_by(|a, b| {
            let gap = b.bbox.left - a.bbox.right;
            gap < GAP * ASPECT * a.bbox.height().min(b.bbox.height())
        })
    });
    let cell = |words| {
        let bbox = super::around(words)?;
        Some(Cell { words, bbox })
    };
    parts.filter_map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Confidence, Source};

    /// Words at places of a page, one a line but for those that stand close together.
    fn page(texts: &[(&str, f32, f32)]) -> Vec<Word> {
        let texts = texts.iter().enumerate();
        let words = texts.flat_map(|(line, (text, left, top))| {
            let mut at = *left;
            text.split(' ').map(move |part| {
                let width = 0.008 * part.chars().map(|_| 1.0).sum::<f32>();
                let bbox = BBox::new(at, *top, at + width, top + 0.012);
                at += width + 0.004;
                Word {
                    text: part.to_owned(),
                    bbox,
                    confidence: Confidence::CERTAIN,
                    source: Source::Ocr,
                    line: u32::try_from(line).unwrap(),
                    second: None,
                    others: Vec::new(),
                }
            })
        });
        words.collect()
    }

    const TABLE: [(&str, f32, f32); 6] = [
        ("PRO #", 0.05, 0.2),
        ("Deliver to", 0.25, 0.2),
        ("Received by (signature)", 0.5, 0.201),
        ("Date", 0.85, 0.199),
        ("4471903", 0.05, 0.25),
        ("4471917", 0.05, 0.3),
    ];

    #[test]
    fn receivers_sign_in_the_column_under_the_heading_as_far_as_the_numbers_go() {
        let columns = signed_by_row(&page(&TABLE));
        let [column] = columns.as_slice() else {
            panic!("{columns:?}");
        };
        assert!(column.left < 0.4 && column.left > 0.3, "{column:?}");
        assert!((column.right - 0.85).abs() < 1e-4, "{column:?}");
        assert!(column.bottom > 0.32 && column.bottom < 0.34, "{column:?}");
    }

    #[test]
    fn one_row_is_a_receipt_and_no_list() {
        assert!(signed_by_row(&page(&TABLE[..5])).is_empty());
    }

    #[test]
    fn places_of_others_and_columns_of_names_are_none() {
        for heading in [
            "Driver signature",
            "Received by (print)",
            "Shipper signature",
            "Pieces",
        ] {
            let mut table = TABLE;
            table[2].0 = heading;
            assert!(signed_by_row(&page(&table)).is_empty(), "{heading}");
        }
        let mut goods = TABLE;
        goods[0].0 = "Product";
        assert!(
            signed_by_row(&page(&goods)).is_empty(),
            "numbers no shipment"
        );
    }

    #[test]
    fn places_to_sign_side_by_side_are_no_table_of_shipments() {
        let places = [
            ("Shipper signature", 0.05, 0.8),
            ("Driver signature", 0.35, 0.8),
            ("Consignee signature", 0.65, 0.8),
            ("3/4/26", 0.05, 0.85),
            ("3/6/26", 0.05, 0.9),
        ];
        assert!(signed_by_row(&page(&places)).is_empty());
    }
}
