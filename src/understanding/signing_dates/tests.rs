//! Whose date it is.

use super::*;
use crate::document::{Confidence, PageNumber, Source};
use crate::understanding::MarkKind;

fn word(text: &str, left: f32, top: f32, line: u32) -> Word {
    Word {
        text: text.to_owned(),
        bbox: BBox::new(left, top, left + 0.1, top + 0.012),
        confidence: Confidence::CERTAIN,
        source: Source::Ocr,
        line,
        second: None,
        others: Vec::new(),
    }
}

fn span(field: FieldName, bbox: BBox) -> Span {
    Span {
        field,
        lines: vec!["03-04-2025".to_owned()],
        bbox,
        chance: 0.9,
        read: Confidence::CERTAIN,
        source: Source::Ocr,
        second: None,
        others: Vec::new(),
    }
}

/// Who signs beside a date at the end of a line that holds these words; below it the consignee has a line.
fn signs(on_the_line: &[&str], below: &[&str]) -> Option<Role> {
    let lefts = || [0.1_f32, 0.22, 0.4, 0.52].into_iter();
    let line = |texts: &[&str], top, line| -> Vec<Word> {
        let placed = texts.iter().zip(lefts());
        placed
            .map(|(text, left)| word(text, left, top, line))
            .collect()
    };
    let mut words = line(&["Shipper", "Signature:"], 0.76, 0);
    words.extend(line(on_the_line, 0.8, 1));
    words.extend(line(below, 0.84, 2));
    signer(BBox::new(0.65, 0.8, 0.75, 0.812), &words)
}

#[test]
fn on_other_papers_a_date_is_what_the_label_right_before_it_says() {
    let date = BBox::new(0.5, 0.8, 0.6, 0.812);
    let said = |words: &[&str]| {
        let lefts = (1_u8..).map(|place| 0.5 - 0.11 * f32::from(place));
        let label: Vec<Word> = words
            .iter()
            .rev()
            .zip(lefts)
            .map(|(text, left)| word(text, left, 0.801, 0))
            .collect();
        said_by_label(date, &label)
    };
    assert_eq!(said(&["Delivered"]), Some(FieldName::DeliveryDate));
    assert_eq!(said(&["P/U", "Date:"]), Some(FieldName::PickupDate));
    assert_eq!(said(&["Rcvd", "On"]), Some(FieldName::DeliveryDate));
    assert_eq!(said(&["Del.", "Date"]), Some(FieldName::DeliveryDate));
    assert_eq!(said(&["Received", "by", "carrier:"]), None);
    assert_eq!(said(&["Shipping", "Dept"]), None);
    assert_eq!(said(&["Date"]), None);
    assert_eq!(said(&["Shipment", "received:"]), None, "both");
    assert_eq!(said(&["Delivered", "03/14", "Date"]), None, "another's");
    let far = word("Delivered", 0.2, 0.8, 0);
    assert_eq!(said_by_label(date, &[far]), None);
}

#[test]
fn the_line_that_is_dated_says_who_dated_it() {
    let below = ["Consignee", "Signature"];
    assert_eq!(
        signs(&["Driver", "Signature:", "Date:"], &below),
        Some(Role::Driver)
    );
    assert_eq!(
        signs(&["Receiver", "Signature:", "Date:"], &below),
        Some(Role::Consignee)
    );
    assert_eq!(signs(&["Date:"], &below), None, "nobody signs on its line");
    assert_eq!(
        signs(&["Carrier:", "Acme"], &below),
        None,
        "a name is no place to sign"
    );
}

#[test]
fn on_a_page_that_leans_a_date_stands_on_the_line_that_leads_to_it() {
    // Two and a half degrees: at the other edge the driver's line is as high as the receiver's label.
    let fall = |left: f32| 0.035 * left;
    let at = |text: &str, left: f32, top: f32, line| word(text, left, top + fall(left), line);
    let mut words = Vec::new();
    for (line, (label, top)) in [("Shipper", 0.76), ("Driver", 0.78), ("Receiver", 0.8)]
        .into_iter()
        .enumerate()
    {
        let line = u32::try_from(line).unwrap();
        words.push(at(label, 0.1, top, line));
        words.push(at("Signature:", 0.22, top, line));
        words.push(at("Date:", 0.52, top, line));
    }
    let date = |field, top: f32| {
        let top = top + fall(0.65);
        span(field, BBox::new(0.65, top, 0.75, top + 0.012))
    };
    let mut spans = [
        date(FieldName::DeliveryDate, 0.78),
        date(FieldName::PickupDate, 0.8),
    ];
    name_dates(&mut spans, DocumentClass::BolConsigneeSigned, &words, &[]);
    let named = spans.map(|span| span.field);
    assert_eq!(named, [FieldName::PickupDate, FieldName::DeliveryDate]);
}

#[test]
fn a_date_that_says_it_is_the_deliverys_is_believed() {
    assert_eq!(
        signs(&["Driver", "Signature:", "Delivery", "Date:"], &[]),
        None
    );
    let mut words = vec![word("Driver", 0.1, 0.8, 0), word("Signature", 0.22, 0.8, 0)];
    let date = BBox::new(0.65, 0.8, 0.75, 0.812);
    assert_eq!(signer(date, &words), Some(Role::Driver));
    words.push(word("Delivered", 0.66, 0.815, 1));
    assert_eq!(signer(date, &words), None, "a caption");
}

#[test]
fn a_date_under_the_drivers_ink_is_no_day_of_delivery_unless_its_label_says_so() {
    let mark = |role, left, top| Mark {
        kind: MarkKind::Ink,
        role: Some(role),
        page: PageNumber::from_index(0),
        bbox: BBox::new(left, top, left + 0.2, top + 0.06),
        confidence: Confidence::CERTAIN,
        text: None,
        looks: None,
        row: None,
    };
    let driver = mark(Role::Driver, 0.55, 0.74);
    let date = BBox::new(0.52, 0.815, 0.6, 0.832);
    for (receiver, label, at_origin) in [
        ((0.1, 0.85), "DATED", true),
        ((0.5, 0.835), "DATED", false),
        ((0.1, 0.85), "Delivered", false),
    ] {
        let receiver = mark(Role::Consignee, receiver.0, receiver.1);
        let words = [word(label, 0.52, 0.835, 0)];
        let marks = [driver.clone(), receiver];
        assert_eq!(
            dated_at_origin(date, &words, &marks),
            at_origin,
            "{label} {marks:?}"
        );
    }
    assert!(!dated_at_origin(date, &[], &[]));
}

#[test]
fn a_line_that_names_nobody_is_the_receivers_where_the_others_have_theirs() {
    let sign_here = ["Sign", "here"];
    assert_eq!(
        signs(&sign_here, &["Driver", "Signature:"]),
        Some(Role::Consignee)
    );
    assert_eq!(signs(&sign_here, &["Count"]), None);
}

#[test]
fn on_a_consignment_note_the_goods_are_received_in_box_24_alone() {
    let page = [
        word("22", 0.06, 0.764, 0),
        word("23", 0.35, 0.764, 1),
        word("24", 0.65, 0.764, 2),
    ];
    let field = |left, top| {
        let bbox = BBox::new(left, top, left + 0.07, top + 0.02);
        let mut spans = [span(FieldName::DeliveryDate, bbox)];
        name_dates(&mut spans, DocumentClass::Cmr, &page, &[]);
        spans[0].field
    };
    assert_eq!(field(0.7, 0.8), FieldName::DeliveryDate);
    assert_eq!(field(0.41, 0.73), FieldName::PickupDate);
    assert_eq!(field(0.1, 0.8), FieldName::PickupDate);
}
