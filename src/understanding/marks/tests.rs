//! Marks by the place where they stand.

mod whose;

use super::*;
use crate::document::Source;

fn words(text: &str, left: f32, top: f32, line: u32) -> Vec<Word> {
    let mut at = left;
    let one = |text: &str| {
        let width = text.chars().map(|_| 0.011_f32).sum::<f32>();
        let bbox = BBox::new(at, top, at + width, top + 0.012);
        at += width + 0.008;
        Word {
            text: text.into(),
            bbox,
            confidence: Confidence::new(0.95),
            source: Source::Ocr,
            line,
            second: None,
            others: Vec::new(),
        }
    };
    text.split(' ').map(one).collect()
}

fn page_one() -> PageNumber {
    PageNumber::from_index(0)
}

fn ink(left: f32, top: f32) -> Seen {
    Seen {
        kind: MarkKind::Ink,
        bbox: BBox::new(left, top, left + 0.2, top + 0.03),
        chance: 0.9,
        signer: None,
    }
}

#[test]
fn a_date_by_hand_is_no_signature() {
    let mut on_page = words("Received By:", 0.1, 0.8, 0);
    on_page.extend(words("3/14/26", 0.3, 0.8, 0));
    let date = ink(0.3, 0.8);
    let over = Seen {
        bbox: on_page[2].bbox,
        ..date
    };
    assert!(
        attribute(
            page_one(),
            DocumentClass::DeliveryReceipt,
            &[over],
            &on_page
        )
        .is_empty()
    );
    let beside = attribute(
        page_one(),
        DocumentClass::DeliveryReceipt,
        &[ink(0.4, 0.8)],
        &on_page,
    );
    assert_eq!(beside[0].role, Some(Role::Consignee));
}

#[test]
fn initials_that_read_as_a_number_sign_where_the_model_is_sure_of_the_signer() {
    let mut on_page = words("Receiver", 0.1, 0.8, 0);
    on_page.extend(words("906", 0.3, 0.8, 0));
    let initials = |chance| Seen {
        bbox: on_page[1].bbox,
        signer: Some(Signer {
            role: Some(Role::Consignee),
            chance,
        }),
        ..ink(0.3, 0.8)
    };
    let signed = |chance| {
        let seen = [initials(chance)];
        !attribute(page_one(), DocumentClass::DeliveryReceipt, &seen, &on_page).is_empty()
    };
    assert!(signed(0.99));
    assert!(!signed(0.9));
}

#[test]
fn a_receivers_signature_that_the_model_doubts_is_believed_beside_the_receivers_label() {
    let sure = |label: &str| {
        let on_page = words(label, 0.1, 0.8, 0);
        let signed = Seen {
            signer: Some(Signer {
                role: Some(Role::Consignee),
                chance: 0.45,
            }),
            ..ink(0.3, 0.79)
        };
        let marks = attribute(
            page_one(),
            DocumentClass::DeliveryReceipt,
            &[signed],
            &on_page,
        );
        (marks[0].role, marks[0].confidence.get() > 0.5)
    };
    assert_eq!(sure("Receiver Signature:"), (Some(Role::Consignee), true));
    assert_eq!(sure("Driver Signature:"), (Some(Role::Consignee), false));
    assert_eq!(sure("Account Number:"), (Some(Role::Consignee), false));
}

#[test]
fn a_scribble_that_hardly_reads_as_a_number_is_a_signature() {
    let mut on_page = words("Receiver", 0.1, 0.8, 0);
    on_page.extend(words("510", 0.3, 0.8, 0));
    on_page[1].confidence = Confidence::new(0.44);
    let over = Seen {
        bbox: on_page[1].bbox,
        ..ink(0.3, 0.8)
    };
    let marks = attribute(
        page_one(),
        DocumentClass::DeliveryReceipt,
        &[over],
        &on_page,
    );
    assert_eq!(marks[0].role, Some(Role::Consignee));
}

#[test]
fn the_x_printed_before_a_line_is_no_signature_and_a_large_one_by_hand_is() {
    let page = |height: f32| {
        let mut page = words("X", 0.08, 0.8, 0);
        page[0].bbox = BBox::new(0.08, 0.8, 0.09, 0.8 + height);
        page.extend(words("(Received By)", 0.1, 0.83, 1));
        page
    };
    let signed = |page: &[Word]| {
        let seen = Seen {
            kind: MarkKind::Initials,
            bbox: page[0].bbox.grown(0.008, 0.003),
            ..ink(0.0, 0.0)
        };
        attribute(page_one(), DocumentClass::DeliveryReceipt, &[seen], page).len()
    };
    assert_eq!(signed(&page(0.014)), 0);
    assert_eq!(signed(&page(0.03)), 1);
}

#[test]
fn at_a_place_that_names_nobody_the_receivers_signature_is_believed() {
    let mut page = words("Driver Signature:", 0.04, 0.63, 0);
    let seen = Seen {
        signer: Some(Signer {
            role: Some(Role::Consignee),
            chance: 0.99,
        }),
        ..ink(0.25, 0.645)
    };
    let sure = |page: &[Word]| {
        let seen = std::slice::from_ref(&seen);
        attribute(page_one(), DocumentClass::PalletSlip, seen, page)[0]
            .confidence
            .get()
    };
    assert!(sure(&page) < 0.5);
    page.extend(words("Sign Here:", 0.04, 0.665, 1));
    assert!(sure(&page) > 0.5);
}

#[test]
fn three_signature_boxes_in_a_row_are_told_apart() {
    let mut page = words("Shipper Signature", 0.05, 0.9, 0);
    page.extend(words("Driver Signature", 0.38, 0.9, 1));
    page.extend(words("Consignee Signature", 0.7, 0.9, 2));
    let marks = attribute(
        page_one(),
        DocumentClass::BolUnsigned,
        &[ink(0.05, 0.86), ink(0.38, 0.86), ink(0.7, 0.86)],
        &page,
    );
    let roles: Vec<_> = marks.iter().map(|mark| mark.role).collect();
    assert_eq!(
        roles,
        [
            Some(Role::Shipper),
            Some(Role::Driver),
            Some(Role::Consignee)
        ]
    );
    assert!(marks.iter().all(|mark| mark.confidence.get() > 0.5));
}

#[test]
fn ink_near_no_label_has_no_role() {
    let page = words("Consignee Signature", 0.7, 0.9, 2);
    let marks = attribute(
        page_one(),
        DocumentClass::BolUnsigned,
        &[ink(0.1, 0.1)],
        &page,
    );
    assert!(marks[0].role.is_none() || marks[0].confidence.get() < 0.5);
}

#[test]
fn the_model_that_sees_the_page_says_whose_ink_is_and_the_label_where_it_is_in_doubt() {
    let page = words("Driver Signature", 0.05, 0.885, 0);
    let role = |role, chance| {
        let seen = Seen {
            signer: Some(Signer { role, chance }),
            ..ink(0.08, 0.85)
        };
        let marks = attribute(page_one(), DocumentClass::BolUnsigned, &[seen], &page);
        marks[0].role
    };
    assert_eq!(role(Some(Role::Shipper), 0.7), Some(Role::Shipper));
    assert_eq!(role(None, 0.6), Some(Role::Driver));
    assert_eq!(role(None, 0.95), None);
}

#[test]
fn a_receivers_signature_at_the_drivers_label_is_doubtful() {
    let receiver = Seen {
        signer: Some(Signer {
            role: Some(Role::Consignee),
            chance: 0.99,
        }),
        ..ink(0.05, 0.85)
    };
    let sure = |label: &str| {
        let page = words(label, 0.05, 0.885, 0);
        let seen = std::slice::from_ref(&receiver);
        attribute(page_one(), DocumentClass::BolUnsigned, seen, &page)[0]
            .confidence
            .get()
    };
    assert!(sure("Driver Signature") < 0.5);
    assert!(sure("Consignee Signature") > 0.8);
    assert!(sure("Total Pieces") > 0.8);
}

#[test]
fn ink_over_the_places_of_all_three_signers_is_not_the_receivers_unless_it_stands_in_the_middle_of_his()
 {
    let lines = ["Carrier:", "Shipper:", "Received By:"]
        .into_iter()
        .zip(0_u8..);
    let page: Vec<Word> = lines
        .flat_map(|(text, line)| words(text, 0.05, 0.8 + 0.03 * f32::from(line), line.into()))
        .collect();
    let covers = |top: f32, bottom: f32| {
        covers_anothers(BBox::new(0.3, top, 0.5, bottom), &roles::labels(&page))
    };
    assert!(covers(0.79, 0.88), "its middle is the shipper's");
    assert!(!covers(0.79, 0.945), "its middle is the receiver's");
    assert!(!covers(0.82, 0.88), "of two places the model knows better");
}

#[test]
fn the_one_place_of_a_bill_of_lading_that_names_nobody_is_the_receivers() {
    let role = |places: &[&str]| {
        let lines = places.iter().zip(0_u8..);
        let page: Vec<Word> = lines
            .flat_map(|(text, line)| words(text, 0.05, 0.8 + 0.03 * f32::from(line), line.into()))
            .collect();
        let bill = DocumentClass::BolUnsigned;
        attribute(page_one(), bill, &[ink(0.28, 0.845)], &page)[0].role
    };
    let named = ["Released By:", "Carrier Signature:", "Sign Here:"];
    assert_eq!(role(&named), Some(Role::Consignee));
    assert_ne!(
        role(&["Released By:", "Pieces", "Sign Here:"]),
        Some(Role::Consignee)
    );
}

#[test]
fn an_x_over_a_caption_is_the_place_of_whom_the_caption_names() {
    let mut page = words("X", 0.065, 0.75, 0);
    page.extend(words("(Shipper Per)", 0.08, 0.765, 1));
    page.extend(words("X", 0.065, 0.84, 2));
    page.extend(words("(Driver's Signature)", 0.08, 0.855, 3));
    let receiver = Some(Role::Consignee);
    let seen = Seen {
        signer: Some(Signer {
            role: receiver,
            chance: 0.99,
        }),
        ..ink(0.1, 0.82)
    };
    let signed = |page: &[Word]| {
        let seen = std::slice::from_ref(&seen);
        let marks = attribute(page_one(), DocumentClass::BolUnsigned, seen, page);
        marks[0].role == receiver && marks[0].confidence.get() >= 0.5
    };
    assert!(!signed(&page));
    // The same places with nobody named below the second X, and the driver elsewhere: then it is the receiver's.
    page.truncate(4);
    page.extend(words("Driver's Signature", 0.5, 0.65, 3));
    assert!(signed(&page));
}

#[test]
fn where_the_receiver_has_no_place_in_reach_the_next_label_makes_his_signature_doubtful() {
    let mut page = words("Shipper Signature", 0.05, 0.83, 0);
    page.extend(words("Driver Signature", 0.05, 0.89, 1));
    // As far from the one as from the other, so that neither label is sure of it.
    let between = Seen {
        signer: Some(Signer {
            role: Some(Role::Consignee),
            chance: 0.99,
        }),
        ..ink(0.05, 0.85)
    };
    let sure = |page: &[Word]| {
        let seen = std::slice::from_ref(&between);
        attribute(page_one(), DocumentClass::BolUnsigned, seen, page)[0]
            .confidence
            .get()
    };
    assert!(sure(&page) < 0.5);
    page.extend(words("Consignee Signature", 0.3, 0.9, 2));
    assert!(sure(&page) > 0.5, "{}", sure(&page));
}

#[test]
fn a_place_with_a_name_is_not_the_receivers_for_its_x() {
    let mut page = words("X", 0.05, 0.885, 0);
    page.extend(words("Driver Signature", 0.07, 0.905, 1));
    let marks = attribute(
        page_one(),
        DocumentClass::DeliveryReceipt,
        &[ink(0.08, 0.87)],
        &page,
    );
    assert_eq!(marks[0].role, Some(Role::Driver));
}

#[test]
fn a_received_stamp_is_the_consignees_and_a_paid_stamp_is_nobodys() {
    let stamp = |top| Seen {
        kind: MarkKind::Stamp,
        bbox: BBox::new(0.5, top, 0.8, top + 0.1),
        chance: 0.9,
        signer: None,
    };
    let mut page = words("RECEIVED", 0.55, 0.43, 0);
    page.extend(words("PAID", 0.55, 0.73, 1));
    let marks = attribute(
        page_one(),
        DocumentClass::DeliveryReceipt,
        &[stamp(0.4), stamp(0.7)],
        &page,
    );
    assert_eq!(marks[0].role, Some(Role::Consignee));
    assert_eq!(marks[1].role, None);
}

#[test]
fn a_stamp_seen_in_part_is_as_large_as_its_words() {
    let half = Seen {
        kind: MarkKind::Stamp,
        bbox: BBox::new(0.64, 0.46, 0.75, 0.52),
        chance: 0.95,
        signer: None,
    };
    let stamp_text = Span {
        field: FieldName::StampText,
        lines: vec!["SHIPPING & RECEIVING".to_owned()],
        bbox: BBox::new(0.5, 0.47, 0.83, 0.5),
        chance: 0.9,
        read: Confidence::CERTAIN,
        source: Source::Ocr,
        second: None,
        others: Vec::new(),
    };
    let words = words("SHIPPING & RECEIVING", 0.51, 0.478, 0);
    let seen = whole_stamps(&[half, ink(0.1, 0.1)], &[stamp_text]);
    let marks = attribute(page_one(), DocumentClass::DeliveryReceipt, &seen, &words);
    assert_eq!(marks[0].text.as_deref(), Some("SHIPPING & RECEIVING"));
    assert_eq!(marks[0].role, Some(Role::Consignee));
    assert_eq!(marks[1].bbox, ink(0.1, 0.1).bbox);
}

fn stamp_words(bbox: BBox) -> Span {
    Span {
        field: FieldName::StampText,
        lines: vec!["RECEIVED".to_owned()],
        bbox,
        chance: 0.9,
        read: Confidence::CERTAIN,
        source: Source::Ocr,
        second: None,
        others: Vec::new(),
    }
}

#[test]
fn a_faint_stamp_is_believed_only_where_its_words_are_read() {
    let faint = Seen {
        kind: MarkKind::Stamp,
        bbox: BBox::new(0.5, 0.5, 0.55, 0.52),
        chance: 0.4,
        signer: None,
    };
    let of = |spans: &[Span]| whole_stamps(std::slice::from_ref(&faint), spans);
    let beside = of(&[stamp_words(BBox::new(0.45, 0.47, 0.6, 0.495))]);
    assert!(beside[0].chance > 0.8, "{beside:?}");
    assert!(of(&[]).is_empty());
    assert!(of(&[stamp_words(BBox::new(0.1, 0.1, 0.2, 0.12))]).is_empty());
}
