//! Remarks: the notations of domain.md §3.3 on a page.
//!
//! In: the words of a page, their tags and spans, and the marks. Out: [`Notation`]s. Only what somebody wrote, typed or stamped
//! for this delivery can say that freight is short or damaged; printed small print cannot.

use super::normalise::{is_boilerplate, read_notations};
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
        let known = found
            .iter()
            .any(|other| other.kind == notation.kind && other.qty == notation.qty);
        if !known {
            found.push(notation);
        }
    };
    for span in spans
        .iter()
        .filter(|span| span.field == FieldName::ExceptionNotation)
    {
        // Nobody writes the small print or the headers of a form by hand.
        let print = span.source != Source::Handwriting;
        notations(&span.text(), page.number, span.bbox, print).for_each(&mut add);
    }
    let mut start = 0;
    for line in page.words.chunk_by(|a, b| a.line == b.line) {
        let tags = tags.get(start..start + line.len()).unwrap_or_default();
        start += line.len();
        let (text, bbox) = text_of(line);
        let written = is_by_hand(tags) || is_stamped(bbox, page.number, marks);
        let said_here = |notation: &Notation| written || !is_negative(notation.kind);
        notations(&text, page.number, bbox, true)
            .filter(said_here)
            .for_each(&mut add);
    }
    found
}

fn notations(
    text: &str,
    page: PageNumber,
    bbox: BBox,
    may_be_print: bool,
) -> impl Iterator<Item = Notation> {
    let mut parsed = read_notations(text);
    // Asked last, and of the whole line: what stands beside ticked boxes may be printed as well.
    if may_be_print && !parsed.is_empty() && is_boilerplate(text) {
        parsed.clear();
    }
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
