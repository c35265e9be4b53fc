//! The boxes at the foot of a CMR consignment note: 22 is the sender's, 23 the carrier's, 24 the consignee's.
//!
//! In: the words of a page. Out: the columns that the printed numbers head. The numbers are the same in every language, and
//! the boxes are so high that the printed label is far from the ink.

use super::{Role, roles};
use crate::document::BBox;
use crate::reading::Word;

/// The columns at the foot of the form, from left to right.
#[derive(Debug, Clone, Default)]
pub(super) struct CmrBoxes(Vec<Column>);

#[derive(Debug, Clone, Copy)]
struct Column {
    role: Role,
    left: f32,
    top: f32,
}

const BOXES: [(&str, Role); 3] = [
    ("22", Role::Shipper),
    ("23", Role::Driver),
    ("24", Role::Consignee),
];
/// The boxes lie below this share of the page's height.
const FOOT: f32 = 0.55;
/// The numbers of the three boxes stand on one line, within this share of the page's height.
const LEVEL: f32 = 0.03;
/// A label begins no further than this share of the page's width from its number.
const LABELLED: f32 = 0.08;
/// Ink may leave its box by this share of the page's width or height.
const SLACK: f32 = 0.02;

impl CmrBoxes {
    /// Finds the boxes; none unless the consignee's is found, and another one beside it, from left to right and level, or its label.
    pub(super) fn of(words: &[Word]) -> Self {
        let columns: Vec<Column> = BOXES
            .iter()
            .filter_map(|(number, role)| {
                let at_foot = |word: &&Word| word.text == *number && word.bbox.top > FOOT;
                let word = words.iter().find(at_foot)?;
                let (left, top) = (word.bbox.left, word.bbox.top);
                Some(Column {
                    role: *role,
                    left,
                    top,
                })
            })
            .collect();
        let in_order = columns
            .windows(2)
            .all(|pair| pair[0].left < pair[1].left && (pair[0].top - pair[1].top).abs() < LEVEL);
        let consignees = columns.iter().find(|one| one.role == Role::Consignee);
        let complete = consignees.is_some_and(|one| columns.len() > 1 || is_labelled(one, words));
        Self(if in_order && complete {
            columns
        } else {
            Vec::new()
        })
    }

    /// Were the boxes found?
    pub(super) fn are_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whose box the middle of a mark lies in.
    pub(super) fn role(&self, mark: BBox) -> Option<Role> {
        let (middle, _) = mark.centre();
        let column = self
            .0
            .iter()
            .rev()
            .find(|column| middle > column.left - SLACK)?;
        (mark.bottom > column.top - SLACK).then_some(column.role)
    }
}

/// Does the consignee's label stand beside or below the number of a column?
fn is_labelled(column: &Column, words: &[Word]) -> bool {
    let labels = roles::labels(words);
    labels.iter().any(|label| {
        label.role == column.role
            && (label.bbox.left - column.left).abs() < LABELLED
            && (label.bbox.top - column.top).abs() < LEVEL
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Confidence, Source};

    fn number(text: &str, left: f32, top: f32) -> Word {
        Word {
            text: text.into(),
            bbox: BBox::new(left, top, left + 0.02, top + 0.01),
            confidence: Confidence::new(0.9),
            source: Source::Ocr,
            line: 0,
            second: None,
            others: Vec::new(),
        }
    }

    fn ink(left: f32, top: f32) -> BBox {
        BBox::new(left, top, left + 0.15, top + 0.05)
    }

    fn form() -> CmrBoxes {
        CmrBoxes::of(&[
            number("24", 0.3, 0.2),
            number("22", 0.06, 0.764),
            number("23", 0.35, 0.764),
            number("24", 0.63, 0.761),
        ])
    }

    #[test]
    fn ink_belongs_to_the_box_it_stands_in_however_far_from_the_label() {
        let boxes = form();
        assert_eq!(boxes.role(ink(0.1, 0.9)), Some(Role::Shipper));
        assert_eq!(boxes.role(ink(0.38, 0.89)), Some(Role::Driver));
        assert_eq!(boxes.role(ink(0.66, 0.88)), Some(Role::Consignee));
        assert_eq!(boxes.role(ink(0.66, 0.3)), None, "far above the boxes");
    }

    #[test]
    fn the_consignees_box_alone_counts_where_its_label_stands_by() {
        let mut words = vec![number("24", 0.63, 0.764)];
        assert_eq!(
            CmrBoxes::of(&words).role(ink(0.66, 0.9)),
            None,
            "a quantity?"
        );
        words.extend(["Goods", "received"].map(|text| Word {
            line: 1,
            ..number(text, 0.66, 0.764)
        }));
        let boxes = CmrBoxes::of(&words);
        assert_eq!(boxes.role(ink(0.66, 0.9)), Some(Role::Consignee));
        assert_eq!(boxes.role(ink(0.3, 0.9)), None, "another's box");
    }

    #[test]
    fn numbers_elsewhere_on_the_page_make_no_boxes() {
        let goods = [number("22", 0.06, 0.6), number("24", 0.06, 0.7)];
        assert_eq!(CmrBoxes::of(&goods).role(ink(0.1, 0.8)), None);
        let alone = [number("22", 0.06, 0.764), number("23", 0.35, 0.764)];
        assert_eq!(CmrBoxes::of(&alone).role(ink(0.66, 0.88)), None);
    }
}
