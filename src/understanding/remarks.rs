//! Remarks: the notations of domain.md §3.3 on a page.
//!
//! In: the words of a page, their tags and spans, and the marks. Out: [`Notation`]s. Only what somebody wrote, typed or stamped
//! for this delivery can say that freight is short or damaged; printed small print cannot.

use super::normalise::{
    ParsedNotation, is_boilerplate, read_handwritten_notations, read_notations,
};
use super::spans::{Span, Tag};
use super::{FieldName, Mark, MarkKind, Notation, NotationKind};
use crate::document::{BBox, PageNumber, Source};
use crate::reading::{Page, Word};

/// A line is by hand when most of its words are.
const BY_HAND: f32 = 0.5;

/// The remarks on a page, without repeats.
#[must_use]
pub fn remarks(page: &Page, tags: &[Tag], spans: &[Span], marks: &[Mark]) -> Vec<Notation> {
    let mut found: Vec<Notation> = Vec::new();
    let mut add = |notation: Notation| {
        // Two remarks that all is well stay two: each is where something was written.
        let apart = |other: &Notation| {
            notation.kind == NotationKind::Clean && other.bbox.intersection(notation.bbox) <= 0.0
        };
        let known = found
            .iter()
            .any(|other| other.kind == notation.kind && other.qty == notation.qty && !apart(other));
        if !known {
            found.push(notation);
        }
    };
    for span in spans
        .iter()
        .filter(|span| span.field == FieldName::ExceptionNotation)
    {
        let parsed = if span.source == Source::Handwriting {
            read_handwritten_notations(&span.text())
        } else {
            printed_or_written(&span.text())
        };
        placed(parsed, page.number, span.bbox).for_each(&mut add);
    }
    let mut start = 0;
    for line in page.words.chunk_by(|a, b| a.line == b.line) {
        let tags = tags.get(start..start + line.len()).unwrap_or_default();
        start += line.len();
        let (text, bbox) = text_of(line);
        let written = is_by_hand(tags) || is_stamped(bbox, page.number, marks);
        let said_here = |notation: &Notation| written || !is_negative(notation.kind);
        placed(printed_or_written(&text), page.number, bbox)
            .filter(said_here)
            .for_each(&mut add);
    }
    found
}

/// What a line says that may be print: asked of the whole line, since what stands beside ticked boxes may be printed as well.
fn printed_or_written(text: &str) -> Vec<ParsedNotation> {
    let parsed = read_notations(text);
    if !parsed.is_empty() && is_boilerplate(text) {
        return Vec::new();
    }
    parsed
}

fn placed(
    parsed: Vec<ParsedNotation>,
    page: PageNumber,
    bbox: BBox,
) -> impl Iterator<Item = Notation> {
    parsed.into_iter().map(move |one| Notation {
        kind: one.kind,
        qty: one.qty,
        unit: one.unit.map(|unit| unit.to_string()),
        text: one.text,
        page,
        bbox,
    })
}

fn text_of(line: &[Word]) -> (String, BBox) {
    let text = line
        .iter()
        .map(|word| word.text.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let first = line.first().map(|word| word.bbox).unwrap_or_default();
    (
        text,
        line.iter().fold(first, |bbox, word| bbox.union(word.bbox)),
    )
}

fn is_by_hand(tags: &[Tag]) -> bool {
    let by_hand = tags.iter().filter(|tag| tag.hand > BY_HAND).count();
    !tags.is_empty() && 2 * by_hand > tags.len()
}

fn is_stamped(bbox: BBox, page: PageNumber, marks: &[Mark]) -> bool {
    let on_stamp = |mark: &&Mark| mark.kind == MarkKind::Stamp && mark.page == page;
    marks
        .iter()
        .filter(on_stamp)
        .any(|mark| mark.bbox.intersection(bbox) > 0.5 * bbox.area())
}

/// Does a remark of this kind say that something is wrong with the freight or its receipt?
fn is_negative(kind: NotationKind) -> bool {
    match kind {
        NotationKind::ShipperLoadCount
        | NotationKind::DriverCount
        | NotationKind::SaidToContain
        | NotationKind::SealOk
        | NotationKind::Clean
        | NotationKind::ServiceMark
        | NotationKind::Unattended => false,
        NotationKind::SubjectToCount
        | NotationKind::Short
        | NotationKind::Over
        | NotationKind::Damage
        | NotationKind::Refused
        | NotationKind::WrongGoods
        | NotationKind::ServiceFail
        | NotationKind::SealBroken
        | NotationKind::Temp
        | NotationKind::ConcealedReserve
        | NotationKind::Correction
        | NotationKind::Reservation => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Confidence;

    /// What is remarked on a page without other words, by hand or in print.
    fn kinds(text: &str, source: Source) -> Vec<NotationKind> {
        let page = Page::holding(Vec::new());
        let span = Span {
            field: FieldName::ExceptionNotation,
            lines: vec![text.to_owned()],
            bbox: BBox::new(0.1, 0.8, 0.4, 0.82),
            chance: 0.9,
            read: Confidence::new(0.9),
            source,
            second: None,
            others: Vec::new(),
        };
        let found = remarks(&page, &[], &[span], &[]);
        found.into_iter().map(|notation| notation.kind).collect()
    }

    #[test]
    fn what_is_the_header_of_boxes_in_print_is_a_remark_by_hand() {
        let wanted = [NotationKind::Refused, NotationKind::Damage];
        let mut by_hand = kinds("refused damaged", Source::Handwriting);
        by_hand.sort_by_key(|kind| *kind != NotationKind::Refused);
        assert_eq!(by_hand, wanted);
        assert!(kinds("refused damaged", Source::Ocr).is_empty());
    }
}
