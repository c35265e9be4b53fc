//! Names that are typed, ink on pages that lean, and ink in columns that receivers sign.

use super::*;

#[test]
fn a_typed_signature_is_electronic() {
    let mut page = words("Received by:", 0.1, 0.5, 0);
    page.extend(words("/s/ Jo Doe", 0.28, 0.5, 0));
    let marks = attribute(page_one(), DocumentClass::Epod, &[], &page);
    assert_eq!(
        (marks[0].kind, marks[0].role),
        (MarkKind::Electronic, Some(Role::Consignee))
    );
}

#[test]
fn on_an_electronic_proof_a_typed_signature_is_the_receivers_unless_another_is_asked_to_sign() {
    let role = |label: &str, class| {
        let mut page = words(label, 0.1, 0.45, 0);
        page.extend(words("/s/ Jo Doe", 0.12, 0.5, 1));
        attribute(page_one(), class, &[], &page)[0].role
    };
    for label in ["E SIGNATURE.", "Signature image", "Unterschrift:"] {
        let on_screen = role(label, DocumentClass::Epod);
        assert_eq!(on_screen, Some(Role::Consignee), "{label}");
        let elsewhere = role(label, DocumentClass::DeliveryReceipt);
        assert_eq!(elsewhere, None, "{label}");
    }
    let drivers = role("Driver Signature", DocumentClass::Epod);
    assert_eq!(drivers, Some(Role::Driver));
    assert_eq!(role("Prepared by:", DocumentClass::Epod), None);
}

#[test]
fn an_electronic_signature_below_the_drivers_name_is_not_the_receivers() {
    let mut page = words("Driver: Tom Hill", 0.1, 0.5, 0);
    page.extend(words("E-Signature:", 0.1, 0.53, 1));
    page.extend(words("/s/ Tom Hill", 0.28, 0.53, 1));
    let marks = attribute(page_one(), DocumentClass::Epod, &[], &page);
    assert_ne!(marks[0].role, Some(Role::Consignee));
}

#[test]
fn on_a_page_that_leans_ink_stands_on_the_line_that_leads_to_it() {
    // Two and a half degrees: where the receiver's ink begins, the driver's label is as high.
    let fall = |left: f32| 0.035 * left;
    let mut page = Vec::new();
    for (line, (label, top)) in [
        ("Shipper Signature", 0.72),
        ("Driver Signature", 0.74),
        ("Consignee Signature", 0.76),
    ]
    .into_iter()
    .enumerate()
    {
        let line = u32::try_from(line).unwrap();
        for mut word in words(label, 0.1, top, line) {
            let fallen = fall(word.bbox.left);
            word.bbox = BBox::new(
                word.bbox.left,
                top + fallen,
                word.bbox.right,
                top + 0.012 + fallen,
            );
            page.push(word);
        }
    }
    for (line, top) in [(3, 0.66), (4, 0.68), (5, 0.7)] {
        let prose = [(0.1, "Any"), (0.5, "article")];
        for (left, text) in prose {
            page.extend(words(text, left, top + fall(left), line));
        }
    }
    let seen = |top: f32| ink(0.6, top + fall(0.65) - 0.01);
    for (top, role) in [
        (0.72, Role::Shipper),
        (0.74, Role::Driver),
        (0.76, Role::Consignee),
    ] {
        let marks = attribute(
            page_one(),
            DocumentClass::DeliveryReceipt,
            &[seen(top)],
            &page,
        );
        assert_eq!(marks[0].role, Some(role), "{top}");
    }
}

#[test]
fn ink_in_a_column_that_receivers_sign_is_nobodys_until_its_row_is_known() {
    let stops = roles::stops(2);
    let mark = |top: f32, chance: f32, signer: Option<(Option<Role>, f32)>| {
        let seen = Seen {
            bbox: BBox::new(0.6, top, 0.7, top + 0.025),
            chance,
            signer: signer.map(|(role, chance)| Signer { role, chance }),
            ..ink(0.0, 0.0)
        };
        let marks = attribute(page_one(), DocumentClass::DeliveryReceipt, &[seen], &stops);
        let [mark] = marks.as_slice() else {
            panic!("{marks:?}");
        };
        (
            mark.role,
            mark.row.map(|row| row.top),
            mark.confidence.get(),
        )
    };
    let receiver = Some((Some(Role::Consignee), 0.9));
    assert_eq!(mark(0.275, 0.9, receiver), (None, Some(0.28), 0.9));
    assert_eq!(
        mark(0.248, 0.9, receiver),
        (None, None, 0.9),
        "between two rows"
    );
    let driver = Some((Some(Role::Driver), 0.9));
    assert_eq!(mark(0.275, 0.9, driver).0, Some(Role::Driver));
    let nobody = Some((None, 0.95));
    assert_eq!(mark(0.275, 0.9, nobody).2, 0.9, "surely ink");
    assert!(mark(0.275, 0.7, nobody).2 < 0.5);
}
