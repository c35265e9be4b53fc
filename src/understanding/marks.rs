//! Marks: signatures, initials and stamps, and whose they are by the place where they stand.
//!
//! In: a page with its words. Out: [`Mark`]s. The network says that there is ink ([`MarksModel`]); the nearest signing label
//! says whose ([`attribute`]). A mark near no label has no role, and acknowledges nothing.

mod seen;

pub use self::seen::{MarksModel, Seen};
use super::cmr_boxes::CmrBoxes;
use super::roles::{self, Label};
use super::spans::Span;
use super::{DocumentClass, FieldName, Mark, MarkKind, Role};
use crate::document::{BBox, Confidence, PageNumber};
use crate::reading::Word;

/// Tells whose the marks of a page are, and adds electronic ones that the words give away (`/s/ name`).
#[must_use]
pub fn attribute(
    page: PageNumber,
    class: DocumentClass,
    seen: &[Seen],
    words: &[Word],
) -> Vec<Mark> {
    let typed: Vec<_> = typed_signatures(words).collect();
    if seen.is_empty() && typed.is_empty() {
        return Vec::new();
    }
    let labels = roles::labels(words);
    let mut marks: Vec<Mark> = seen
        .iter()
        .filter(|one| !is_number(one, words))
        .filter_map(|one| mark(page, class, one, words, &labels))
        .collect();
    match class {
        DocumentClass::Cmr => by_box(&mut marks, seen, &CmrBoxes::of(words)),
        DocumentClass::DeliveryReceipt | DocumentClass::Epod => {
            by_class(&mut marks, &roles::nameless(words, Role::Consignee));
        }
        _ => {}
    }
    marks.extend(typed.into_iter().map(|(bbox, confidence)| {
        let (role, chance) = roles::nearest(bbox, &labels);
        let confidence = Confidence::new(confidence.get() * chance);
        Mark {
            kind: MarkKind::Electronic,
            role,
            page,
            bbox,
            confidence,
            text: None,
        }
    }));
    marks
}

/// A stamp that the network is less sure of needs words that the `fields` model takes for a stamp's: on validation families half of
/// what the network alone calls a stamp is none.
const SURE_STAMP: f32 = 0.9;
/// Words no further from a stamp's ink, in shares of the page, are the stamp's: one line of print.
const NEAR: f32 = 0.02;
/// What the words of a stamp count beside its ink: of words said to be a stamp's, 93 of 100 are (models/fields/1/CARD.md).
const WORDS: f32 = 0.8;

/// The marks, each stamp as large as the words that the `fields` model takes for its text: the ink of a stamp fades at its
/// edges, and its frame, if it has one, is thin. Stamps that only one of the two models sees, and not surely, are left out.
#[must_use]
pub fn whole_stamps(seen: &[Seen], spans: &[Span]) -> Vec<Seen> {
    let texts = spans
        .iter()
        .filter(|span| span.field == FieldName::StampText);
    let texts: Vec<&Span> = texts.collect();
    let whole = |one: &Seen| match one.kind {
        MarkKind::Stamp => whole_stamp(one, &texts),
        _ => Some(one.clone()),
    };
    let mut whole: Vec<Seen> = seen.iter().filter_map(whole).collect();
    // Two pieces of one stamp are one.
    whole.dedup_by(|next, kept| kept.kind == MarkKind::Stamp && next.bbox == kept.bbox);
    whole
}

fn whole_stamp(seen: &Seen, texts: &[&Span]) -> Option<Seen> {
    let own = texts
        .iter()
        .filter(|text| text.bbox.grown(NEAR, NEAR).intersection(seen.bbox) > 0.0);
    let own: Vec<&&Span> = own.collect();
    if own.is_empty() && seen.chance < SURE_STAMP {
        return None;
    }
    let said = own.iter().map(|text| text.chance).fold(0.0, f32::max);
    let bbox = own
        .iter()
        .fold(seen.bbox, |bbox, text| bbox.union(text.bbox));
    Some(Seen {
        bbox,
        chance: 1.0 - (1.0 - seen.chance) * (1.0 - WORDS * said),
        ..seen.clone()
    })
}

/// On a consignment note the box that ink stands in says whose it is; stamps that say what they are stay as they are.
fn by_box(marks: &mut [Mark], seen: &[Seen], boxes: &CmrBoxes) {
    for mark in marks.iter_mut().filter(|mark| mark.text.is_none()) {
        if let Some(role) = boxes.role(mark.bbox) {
            mark.role = Some(role);
            let ink = seen.iter().find(|one| one.bbox == mark.bbox);
            mark.confidence = ink.map_or(mark.confidence, |one| Confidence::new(one.chance));
        }
    }
}

/// Who signs at "X" or "Sign here" on a paper that is made for the receiver is the receiver (domain.md §2.1), if it is the
/// only signature without a name beside it and the receiver signed nowhere else.
fn by_class(marks: &mut [Mark], places: &[Label]) {
    let is_ink = |mark: &&mut Mark| matches!(mark.kind, MarkKind::Ink | MarkKind::Electronic);
    let signed = |mark: &Mark| {
        mark.role == Some(Role::Consignee)
            && mark.kind != MarkKind::Stamp
            && mark.confidence.get() >= super::SURE_MARK
    };
    if marks.iter().any(signed) {
        return;
    }
    let mut nameless: Vec<&mut Mark> = marks
        .iter_mut()
        .filter(is_ink)
        .filter(|mark| mark.role.is_none())
        .collect();
    nameless.sort_by(|a, b| b.bbox.area().total_cmp(&a.bbox.area()));
    // The printed X at the beginning of the line is often taken for ink: what stands on one line is one signature.
    let Some((mark, others)) = nameless.split_first_mut() else {
        return;
    };
    let on_its_line =
        |other: &&mut Mark| (mark.bbox.top..mark.bbox.bottom).contains(&other.bbox.centre().1);
    if !others.iter().all(on_its_line) {
        return;
    }
    let (role, chance) = roles::nearest(mark.bbox, places);
    if role.is_some() {
        mark.role = role;
        mark.confidence = Confidence::new(mark.confidence.get() * chance);
    }
}

fn mark(
    page: PageNumber,
    class: DocumentClass,
    seen: &Seen,
    words: &[Word],
    labels: &[Label],
) -> Option<Mark> {
    let inside = text_inside(seen.bbox, words);
    let (role, chance) = match seen.kind {
        MarkKind::Stamp => stamp_role(&inside, seen.bbox, labels)?,
        MarkKind::Ink | MarkKind::Initials | MarkKind::Electronic => {
            roles::nearest(seen.bbox, labels)
        }
    };
    let kind = match (seen.kind, class) {
        (MarkKind::Ink, DocumentClass::Epod) => MarkKind::Electronic,
        (kind, _) => kind,
    };
    let text = (seen.kind == MarkKind::Stamp && !inside.is_empty()).then_some(inside);
    Some(Mark {
        kind,
        role,
        page,
        bbox: seen.bbox,
        confidence: Confidence::new(seen.chance * chance),
        text,
    })
}

/// Ink that reads as a number is a date or a count by hand, and signs nothing.
fn is_number(seen: &Seen, words: &[Word]) -> bool {
    let digits = |word: &Word| word.text.chars().filter(char::is_ascii_digit).count();
    let numbers = words.iter().filter(|word| digits(word) >= 3);
    let covered: f32 = numbers.map(|word| word.bbox.intersection(seen.bbox)).sum();
    seen.kind != MarkKind::Stamp && covered > 0.6 * seen.bbox.area()
}

/// A stamp that says "received" is the consignee's wherever it stands; one that says something else ("PAID", "COPY") is
/// nobody's; one that cannot be read belongs to the nearest label, which counts less.
fn stamp_role(text: &str, bbox: BBox, labels: &[Label]) -> Option<(Option<Role>, f32)> {
    let (role, chance) = roles::nearest(bbox, labels);
    if roles::says_received(text) {
        return Some((Some(Role::Consignee), 1.0));
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters >= 4 {
        Some((None, chance))
    } else {
        Some((role, chance * 0.6))
    }
}

fn text_inside(bbox: BBox, words: &[Word]) -> String {
    let inside = words
        .iter()
        .filter(|word| word.bbox.intersection(bbox) > 0.5 * word.bbox.area());
    inside
        .map(|word| word.text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Signatures typed as `/s/ name`: the box from the sign to the end of its line.
fn typed_signatures(words: &[Word]) -> impl Iterator<Item = (BBox, Confidence)> {
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.text.to_ascii_lowercase().starts_with("/s/"))
        .filter_map(|(index, word)| {
            let rest = words
                .get(index + 1..)?
                .iter()
                .take_while(|next| next.line == word.line);
            let mut named = word.text.chars().count() > 4;
            let bbox = rest.fold(word.bbox, |bbox, next| {
                named = true;
                bbox.union(next.bbox)
            });
            named.then_some((bbox, word.confidence))
        })
}

#[cfg(test)]
mod tests {
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
    fn a_nameless_place_to_sign_is_the_receivers_on_the_receivers_paper_only() {
        let page = words("X", 0.05, 0.885, 0);
        let role = |class, seen: &[Seen]| attribute(page_one(), class, seen, &page)[0].role;
        let receipt = DocumentClass::DeliveryReceipt;
        assert_eq!(role(receipt, &[ink(0.08, 0.87)]), Some(Role::Consignee));
        assert_eq!(role(DocumentClass::BolUnsigned, &[ink(0.08, 0.87)]), None);
        assert_eq!(role(receipt, &[ink(0.08, 0.2)]), None, "far from the place");
        let two = [ink(0.08, 0.87), ink(0.5, 0.2)];
        assert_eq!(role(receipt, &two), None, "which of the two?");
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
}
