//! V2 and V8: can the paper be read, and are all its pages there.

use super::class::v1_eligible;
use super::receipt::consignee_mark;
use super::{Case, Finding, Stop, Tested, place_of};
use crate::decision::{ExceptionCode, names};
use crate::document::{Confidence, Source};
use crate::reading::Defect;
use crate::understanding::{DocumentClass, Field, FieldName, Notation, Value};

/// Below this quality nothing on the page can be relied on, unless it was read surely all the same.
const UNUSABLE: f32 = 0.15;

/// Mean confidence of identifiers and dates from which the picture was good enough, however faint or noisy it measures: what
/// counts is whether it can be read (domain.md §1.3, V2). On 200 uploads of validation families the measure called seven papers
/// unusable, separators aside; of their 18 numbers and dates 17 were right, and one number was read where there is none.
const SURELY_READ: f32 = 0.85;

/// Below this quality something that was not found may merely be unreadable.
const POOR: f32 = 0.35;

/// Mean confidence of identifiers and dates from which they count as legible (domain.md §1.3, V2).
const LEGIBLE_KEYS: f32 = 0.60;

/// V2: identifiers and dates are legible, and nothing that matters is lost on a poor or cut-off page.
#[must_use]
pub fn v2_legible(case: &Case<'_>) -> Tested {
    if holds_nothing_to_read(case.document.class) {
        return Tested::passed((), "nothing on it has to be read");
    }
    let quality = case.document.quality.score.get();
    let keys = case.document.traits.key_confidence.map(Confidence::get);
    let is_read = keys.is_some_and(|keys| keys >= SURELY_READ);
    if quality < UNUSABLE && !is_read {
        return illegible(&format!(
            "the page is too bad to be read (quality {quality:.2})"
        ));
    }
    if let Some(keys) = keys.filter(|keys| *keys < LEGIBLE_KEYS) {
        return illegible(&format!(
            "the numbers and dates cannot be read surely ({keys:.2})"
        ));
    }
    if let Some(remark) = unclear_remark(case) {
        let detail =
            "the remark on the freight cannot be understood; read it and say what it means";
        let place = Some(place_of(remark));
        let finding = Finding::new(
            ExceptionCode::Illegible,
            Stop::Review,
            detail.to_owned(),
            place,
        );
        return Tested::failed(finding);
    }
    let lost = lost_zones(case);
    if is_poor(case) && !lost.is_empty() {
        return lost_on_poor_page(quality, &lost);
    }
    Tested::passed((), format!("legible (quality {quality:.2})"))
}

/// From this confidence on somebody wrote a remark. Of seven such remarks that nothing was made of, on 200 uploads of validation
/// families, six were remarks, among them a refusal.
const WRITTEN: f32 = 0.6;

/// A remark by hand on a proof of delivery that says nothing that is known: it may be a damage.
fn unclear_remark<'a>(case: &Case<'a>) -> Option<&'a Field> {
    v1_eligible(case).proof?;
    let field = case.field(FieldName::ExceptionNotation)?;
    let found = &field.found;
    let understood = |notation: &Notation| {
        notation.page == found.page && notation.bbox.intersection(found.bbox) > 0.0
    };
    let written = found.source == Source::Handwriting && found.confidence.get() >= WRITTEN;
    (written && !case.document.notations.iter().any(understood)).then_some(field)
}

fn holds_nothing_to_read(class: DocumentClass) -> bool {
    matches!(
        class,
        DocumentClass::BlankPage | DocumentClass::CoverSheet | DocumentClass::TermsPage
    )
}

fn illegible(why: &str) -> Tested {
    let detail = format!("{why}; ask for a new scan");
    Tested::failed(Finding::new(
        ExceptionCode::Illegible,
        Stop::Review,
        detail,
        None,
    ))
}

fn lost_on_poor_page(quality: f32, lost: &[Zone]) -> Tested {
    let zones = lost
        .iter()
        .map(|zone| zone.described)
        .collect::<Vec<_>>()
        .join(" and ");
    let detail = format!(
        "poor or cut off (quality {quality:.2}), and {zones} cannot be found; ask for a new scan"
    );
    let finding = Finding::new(ExceptionCode::Illegible, Stop::Review, detail, None);
    let fields = lost.iter().filter_map(|zone| zone.field.as_ref());
    Tested::failed(finding.missing(fields.map(names::name_of)))
}

/// Is the picture so bad or cut off that what was not found may be there all the same?
#[must_use]
pub fn is_poor(case: &Case<'_>) -> bool {
    let quality = &case.document.quality;
    let cut_off = [Defect::DocumentCutoff, Defect::TextCutoff];
    quality.score.get() < POOR
        || quality
            .defects
            .iter()
            .any(|defect| cut_off.contains(defect))
}

/// A part of the paper that a decision needs.
struct Zone {
    described: &'static str,
    /// The field it holds, where it is one field.
    field: Option<FieldName>,
}

/// The zones that were not found; only a proof of delivery has to have them.
fn lost_zones(case: &Case<'_>) -> Vec<Zone> {
    if v1_eligible(case).proof.is_none() {
        return Vec::new();
    }
    let identifiers = [
        FieldName::ProNumber,
        FieldName::BolNumber,
        FieldName::LoadNumber,
        FieldName::MasterBol,
        FieldName::CustomerPo,
        FieldName::ShipperRef,
        FieldName::ContainerNumber,
    ];
    let identified = identifiers.iter().any(|name| case.field(*name).is_some())
        || !case.document.traits.other_identifiers.is_empty();
    let dated = case.field(FieldName::DeliveryDate).is_some()
        || case
            .document
            .traits
            .unsettled_dates
            .iter()
            .any(|date| date.field == FieldName::DeliveryDate);
    let signed = consignee_mark(case).is_some() || case.document.traits.unattended;
    // An empty line whose label was read is empty, but where all is faint so may be the pen.
    let is_faint = case.document.quality.score.get() < POOR;
    let place_is_seen = case.document.traits.place_to_sign && !is_faint;
    let zones = [
        (identified, "a shipment number", None),
        (
            signed || place_is_seen,
            "the consignee's signature",
            Some(FieldName::SignatureConsignee),
        ),
        (
            dated || place_is_seen,
            "the delivery date",
            Some(FieldName::DeliveryDate),
        ),
    ];
    let lost = zones.into_iter().filter(|(found, ..)| !found);
    lost.map(|(_, described, field)| Zone { described, field })
        .collect()
}

/// V8: as many pages as "page k of n" says. Backs and terms pages may come on top.
#[must_use]
pub fn v8_complete(case: &Case<'_>) -> Tested {
    let Some((field, of)) = stated_pages(case) else {
        return Tested::passed((), "the paper states no number of pages");
    };
    let there = case.document.pages.len() + other_pages(case, field, of);
    let missing = of.saturating_sub(there);
    if missing == 0 {
        return Tested::passed((), format!("{there} pages of {of}"));
    }
    let detail = format!("{missing} of {of} pages are missing; ask for all pages");
    let finding = Finding::new(
        ExceptionCode::PageMissing,
        Stop::Missing,
        detail,
        Some(place_of(field)),
    );
    Tested::failed(finding.missing([names::name_of(&FieldName::PageKOfN)]))
}

/// Pages of the same paper that came as documents of their own.
fn other_pages(case: &Case<'_>, stated: &Field, of: usize) -> usize {
    let Value::PageOf(own) = stated.found.value else {
        return 0;
    };
    let last = own
        .page
        .saturating_add(u32::try_from(case.document.pages.len()).unwrap_or(u32::MAX));
    let here = own.page..last;
    let others = case.filing.other_pages.iter();
    others
        .filter(|(page, all)| !here.contains(page) && usize::try_from(*all) == Ok(of))
        .count()
}

fn stated_pages<'a>(case: &Case<'a>) -> Option<(&'a Field, usize)> {
    let field = case.field(FieldName::PageKOfN)?;
    let Value::PageOf(page) = field.found.value else {
        return None;
    };
    Some((field, usize::try_from(page.of.max(page.page)).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::samples::{Sample, field};
    use crate::document::PageNumber;
    use crate::understanding::PageOf;

    fn is_legible(sample: &Sample) -> bool {
        v2_legible(&sample.case()).outcome.passed
    }

    #[test]
    fn unsure_numbers_and_dates_are_illegible() {
        let mut sample = Sample::receipt();
        for (keys, legible) in [(Some(0.59), false), (Some(0.61), true), (None, true)] {
            sample.document.traits.key_confidence = keys.map(Confidence::new);
            assert_eq!(is_legible(&sample), legible, "{keys:?}");
        }
    }

    #[test]
    fn a_poor_page_is_legible_while_nothing_is_lost_on_it() {
        let mut sample = Sample::receipt();
        sample.document.quality.score = Confidence::new(0.2);
        assert!(is_legible(&sample));
        sample.document.quality.score = Confidence::new(0.1);
        sample.document.traits.key_confidence = Some(Confidence::new(0.8));
        assert!(!is_legible(&sample), "too bad for anything");
        sample.document.traits.key_confidence = None;
        assert!(!is_legible(&sample), "nothing was read");
        sample.document.traits.key_confidence = Some(Confidence::new(0.95));
        assert!(is_legible(&sample), "read all the same");
    }

    #[test]
    fn a_cut_off_page_that_lost_its_date_is_illegible_and_names_the_zone() {
        let mut sample = Sample::receipt();
        sample.document.quality.defects = vec![Defect::TextCutoff];
        assert!(is_legible(&sample));
        sample.document.fields.remove(&FieldName::DeliveryDate);
        let tested = v2_legible(&sample.case());
        assert!(!tested.outcome.passed && tested.outcome.detail.contains("the delivery date"));
        sample.document.traits.place_to_sign = true;
        assert!(is_legible(&sample), "the line was read, and it is empty");
        sample.document.quality.score = Confidence::new(0.3);
        assert!(!is_legible(&sample), "on a faint page the pen may be lost");
    }

    #[test]
    fn a_remark_by_hand_that_says_nothing_known_is_looked_at() {
        let mut sample = Sample::receipt();
        let mut remark = field(Value::Text("wrap tora to es do g".into()));
        remark.found.source = Source::Handwriting;
        let (page, bbox) = (remark.found.page, remark.found.bbox);
        let fields = &mut sample.document.fields;
        fields.insert(FieldName::ExceptionNotation, remark);
        assert!(!is_legible(&sample));
        sample.document.notations = vec![Notation {
            kind: crate::understanding::NotationKind::Damage,
            qty: None,
            unit: None,
            text: "dmg".into(),
            page,
            bbox,
        }];
        assert!(is_legible(&sample), "it is understood");
    }

    #[test]
    fn blank_pages_need_not_be_legible() {
        let mut sample = Sample::clean(DocumentClass::BlankPage);
        sample.document.quality.score = Confidence::new(0.0);
        assert!(is_legible(&sample));
    }

    #[test]
    fn all_stated_pages_have_to_be_there() {
        let cases = [
            ((1, 1), 1, true),
            ((1, 3), 2, false),
            ((1, 2), 3, true),
            ((2, 2), 1, false),
        ];
        for ((page, of), there, complete) in cases {
            let mut sample = Sample::receipt();
            let stated = field(Value::PageOf(PageOf { page, of }));
            sample.document.fields.insert(FieldName::PageKOfN, stated);
            sample.document.pages = (0..there).map(PageNumber::from_index).collect();
            let tested = v8_complete(&sample.case());
            assert_eq!(
                tested.outcome.passed, complete,
                "page {page} of {of}, {there} there"
            );
        }
    }
}
