//! Places to sign, by their labels.

use super::*;

#[test]
fn a_label_is_whole_words_only() {
    assert!(position("shipper signature", "shipper").is_some());
    assert!(position("worldshippers inc", "shipper").is_none());
}

#[test]
fn a_label_with_letters_misread_still_asks_to_sign_and_plain_words_do_not() {
    let role = |text: &str| {
        let texts: Vec<String> = text.split(' ').map(str::to_owned).collect();
        let line: Vec<Word> = texts.iter().map(|text| word(text)).collect();
        label(text, &texts, &line).map(|label| label.role)
    };
    assert_eq!(role("receved by (nignature)"), Some(Role::Consignee));
    assert_eq!(role("consignce sigature / date"), Some(Role::Consignee));
    assert_eq!(role("reieased by"), Some(Role::Shipper));
    assert_eq!(role("shipped"), None, "asks for nothing");
    assert_eq!(role("river signature"), None, "too short to be told apart");
}

fn word(text: &str) -> Word {
    Word {
        text: text.to_owned(),
        bbox: BBox::new(0.1, 0.1, 0.2, 0.12),
        confidence: crate::document::Confidence::CERTAIN,
        source: crate::document::Source::Ocr,
        line: 0,
        second: None,
        others: Vec::new(),
    }
}

#[test]
fn a_place_that_names_nobody_is_known_with_the_ink_behind_it_read_as_a_word() {
    let places = |text: &str| {
        let line: Vec<Word> = text.split(' ').map(word).collect();
        nameless(&line, Role::Consignee).len()
    };
    assert_eq!(places("Sign Here: Raul"), 1);
    assert_eq!(places("Sign Here"), 1);
    assert_eq!(places("Seal: 4471 Signature"), 0);
    assert_eq!(places("Driver Signature: Raul"), 0, "names somebody");
    assert_eq!(places("Signature: Carrier Date:"), 0, "names somebody");
}

#[test]
fn accents_and_case_do_not_matter() {
    assert!(says_received("REÇU le 12"));
    assert!(says_received("Wareneingang"));
    assert!(says_received("RECEVING DEPT"), "a letter is lost");
    assert!(!says_received("RETURNED"));
    assert!(!says_received("PAID IN FULL"));
}

#[test]
fn the_label_of_the_line_itself_beats_that_of_the_line_above() {
    let label = |role, left, top, right, bottom| Label {
        role,
        bbox: BBox::new(left, top, right, bottom),
        weight: 1.0,
    };
    let above = label(Role::Consignee, 0.08, 0.83, 0.19, 0.84);
    let beside = label(Role::Driver, 0.08, 0.865, 0.15, 0.876);
    let (role, _) = nearest(BBox::new(0.173, 0.839, 0.26, 0.884), &[above, beside]);
    assert_eq!(role, Some(Role::Driver));
}

#[test]
fn words_that_ran_together_still_label() {
    assert_eq!(
        unglued("shippercertification".into()),
        "shipper certification"
    );
    assert_eq!(unglued("shippers".into()), "shippers");
    assert_eq!(unglued("driversign".into()), "driver sign");
    assert_eq!(parted("CarrierAgent"), "Carrier Agent");
    assert_eq!(parted("CONSIGNEE"), "CONSIGNEE");
}

#[test]
fn the_label_above_beats_the_one_in_the_next_column() {
    let above = Label {
        role: Role::Driver,
        bbox: BBox::new(0.1, 0.80, 0.3, 0.81),
        weight: 1.0,
    };
    let beside = Label {
        role: Role::Consignee,
        bbox: BBox::new(0.5, 0.80, 0.7, 0.81),
        weight: 1.0,
    };
    let (role, sure) = nearest(BBox::new(0.12, 0.83, 0.35, 0.86), &[above, beside]);
    assert_eq!(role, Some(Role::Driver));
    assert!(sure > 0.7);
}
