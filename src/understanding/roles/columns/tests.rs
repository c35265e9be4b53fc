//! Tables that receivers sign, and such as look like one.

use super::*;
use crate::document::{Confidence, Source};

/// Words at places of a page, those of one text a line.
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

fn columns(texts: &[(&str, f32, f32)]) -> Vec<SignedColumn> {
    let words = page(texts);
    SignedColumn::of(&words, &Slope::of(&words))
}

/// Two stops, their rows a twentieth of the page high.
const TABLE: [(&str, f32, f32); 6] = [
    ("PRO #", 0.05, 0.2),
    ("Deliver to", 0.25, 0.2),
    ("Received by (signature)", 0.5, 0.201),
    ("Date", 0.85, 0.199),
    ("4471903", 0.05, 0.23),
    ("4471917", 0.05, 0.28),
];

/// A manifest of so many stops, at most two.
pub(in crate::understanding) fn stops(count: usize) -> Vec<Word> {
    page(&TABLE[..4 + count])
}

fn ink(top: f32, height: f32) -> BBox {
    BBox::new(0.6, top, 0.7, top + height)
}

#[test]
fn ink_under_the_heading_stands_beside_the_number_of_its_row() {
    let columns = columns(&TABLE);
    let [column] = columns.as_slice() else {
        panic!("{columns:?}");
    };
    let beside = |ink| column.number_beside(ink).map(|number| number.top);
    assert_eq!(beside(ink(0.225, 0.025)), Some(0.23));
    assert_eq!(beside(ink(0.275, 0.03)), Some(0.28));
    assert_eq!(beside(ink(0.245, 0.03)), None, "between them");
    assert_eq!(beside(ink(0.2, 0.09)), None, "may be that of both");
    assert!(column.holds(ink(0.245, 0.03)));
    assert!(!column.holds(ink(0.4, 0.03)), "below the table");
    assert!(!column.holds(BBox::new(0.86, 0.23, 0.95, 0.25)));
}

#[test]
fn ink_beside_a_number_that_was_not_read_is_beside_none() {
    let mut table = TABLE.to_vec();
    table.push(("4471955", 0.05, 0.38));
    let column = &columns(&table)[0];
    assert_eq!(column.number_beside(ink(0.325, 0.025)), None);
    assert!(column.number_beside(ink(0.375, 0.025)).is_some());
}

#[test]
fn where_rows_are_of_all_heights_or_begin_elsewhere_no_row_is_clear() {
    let mut table = TABLE.to_vec();
    table.push(("4471955", 0.05, 0.355));
    let column = &columns(&table)[0];
    assert!(column.holds(ink(0.23, 0.02)));
    assert_eq!(
        column.number_beside(ink(0.23, 0.02)),
        None,
        "a step and a half"
    );
    // Numbers right under the rule, receivers sign at the foot of their row.
    let mut hanging = TABLE;
    (hanging[4].2, hanging[5].2) = (0.214, 0.264);
    let column = &columns(&hanging)[0];
    assert_eq!(column.number_beside(ink(0.24, 0.02)), None);
}

#[test]
fn a_page_that_leans_has_its_rows_where_the_lines_are_level() {
    let lean = 0.04;
    let mut words = page(&TABLE);
    // Lines of print long enough to tell the slope.
    for (line, top) in [(90, 0.1), (91, 0.35), (92, 0.4)] {
        let prose = page(&[("as noted in good order and condition", 0.05, top); 1]);
        let far = page(&[("unless said otherwise hereon", 0.7, top); 1]);
        words.extend(
            prose
                .into_iter()
                .chain(far)
                .map(|word| Word { line, ..word }),
        );
    }
    for word in &mut words {
        let fall = lean * (word.bbox.centre().0 - 0.5);
        let BBox {
            left,
            top,
            right,
            bottom,
        } = word.bbox;
        word.bbox = BBox::new(left, top + fall, right, bottom + fall);
    }
    let slope = Slope::of(&words);
    let column = &SignedColumn::of(&words, &slope)[0];
    let fallen = ink(0.225 + lean * 0.15, 0.025);
    let number = column.number_beside(slope.level(fallen)).unwrap();
    assert!((number.top - (0.23 + lean * (0.078 - 0.5))).abs() < 1e-4);
}

#[test]
fn one_row_is_a_receipt_and_no_list_whatever_stands_below() {
    let mut strip = TABLE.to_vec();
    strip[5] = ("4410 Dock Street", 0.05, 0.28);
    strip.push(("555 123 4567", 0.05, 0.3));
    strip.push(("Page 1 of 2", 0.05, 0.9));
    assert!(columns(&strip).is_empty());
    assert!(columns(&TABLE[..5]).is_empty());
}

#[test]
fn places_of_others_and_columns_of_names_are_none() {
    for heading in [
        "Driver signature",
        "Received by (print)",
        "Shipper signature",
        "Receiver",
        "Pieces",
    ] {
        let mut table = TABLE;
        table[2].0 = heading;
        assert!(columns(&table).is_empty(), "{heading}");
    }
    let mut below = TABLE.to_vec();
    below[2].0 = "Received by";
    below.push(("(print name)", 0.5, 0.215));
    assert!(columns(&below).is_empty());
    let mut beside = TABLE.to_vec();
    beside[2].0 = "Received by";
    beside.push(("Signature", 0.7, 0.2));
    let columns = columns(&beside);
    assert_eq!(columns.len(), 1);
    assert!(columns[0].left > 0.5, "that of the signature");
}

#[test]
fn tables_of_goods_and_of_numbers_with_their_labels_are_none() {
    let mut goods = TABLE;
    (goods[0].0, goods[1].0) = ("Order #", "Description");
    assert!(columns(&goods).is_empty(), "says to nobody");
    let mut counted = TABLE;
    counted[0].0 = "Order qty";
    assert!(columns(&counted).is_empty());
    let mut labelled = TABLE;
    labelled[0].0 = "PRO # 4471903";
    assert!(columns(&labelled).is_empty());
}

#[test]
fn a_heading_that_names_nobody_is_the_receivers_where_the_page_speaks_of_a_delivery_alone() {
    let mut table = TABLE.to_vec();
    (table[1].0, table[2].0) = ("Consignee", "Signature");
    assert!(columns(&table).is_empty());
    table.push(("DELIVERY MANIFEST", 0.3, 0.05));
    assert_eq!(columns(&table).len(), 1);
    table.push(("Pickup date", 0.3, 0.1));
    assert!(columns(&table).is_empty());
}
