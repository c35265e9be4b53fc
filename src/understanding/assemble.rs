//! Assembling: from pages and what the models say of them to documents.
//!
//! In: the pages of an upload with their [`PageView`]s. Out: [`Document`]s. Says which words are remarks on the freight, who
//! signed, and whether a bill of lading is signed by its consignee.

use std::ops::Range;

use super::bar_codes::name_by_custom;
use super::country::{country_of, country_on};
use super::fields::{PageFields, gather_in_order};
use super::loose_numbers::loose_numbers;
use super::normalise;
use super::pages::PageView;
use super::remarks::remarks;
use super::roles::{asks_receiver_to_sign, says_received};
use super::signing_dates::name_dates;
use super::slope::Slope;
use super::spans::{Span, spans};
use super::split::{Cut, PageGuess, split};
use super::values::{self, DateContext, Reading};
use super::{
    Curves, Document, DocumentClass, FieldName, Fields, Mark, MarkKind, NotationKind, Role, Traits,
    Value, marks,
};
use crate::decision::profile::DateOrder;
use crate::document::{Confidence, Found, PageNumber};
use crate::reading::{Method, Page, Quality};

/// What is known about an upload before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context {
    /// In which order its dates are written, where the notice tells.
    pub date_order: Option<DateOrder>,
    /// The day it was received: no paper is younger.
    pub received_on: Option<jiff::civil::Date>,
}

/// A mark of less confidence signs nothing.
pub const SURE_MARK: f32 = 0.5;

/// Cuts the pages into documents and reads each.
#[must_use]
pub fn documents(
    pages: &[Page],
    views: &[PageView],
    context: Context,
    curves: &Curves,
) -> Vec<Document> {
    let spans: Vec<Vec<Span>> = pages
        .iter()
        .zip(views)
        .map(|(page, view)| spans(&page.words, &view.tags))
        .collect();
    let guesses: Vec<PageGuess> = pages
        .iter()
        .zip(views)
        .zip(&spans)
        .map(|((page, view), spans)| guess(page, view, spans))
        .collect();
    split(&guesses)
        .into_iter()
        .map(|cut| document(&cut, pages, views, &spans, context, curves))
        .collect()
}

fn guess(page: &Page, view: &PageView, spans: &[Span]) -> PageGuess {
    let mut identifiers = Vec::new();
    let mut page_of = None;
    for span in spans {
        match (span.field, values::read(span, &DateContext::default())) {
            (FieldName::PageKOfN, Reading::Sure(Value::PageOf(found), _)) => page_of = Some(found),
            (
                FieldName::ProNumber
                | FieldName::BolNumber
                | FieldName::LoadNumber
                | FieldName::InvoiceNo,
                Reading::Sure(Value::Text(id), _),
            ) => identifiers.push(id),
            _ => {}
        }
    }
    identifiers.extend(
        page.barcodes
            .iter()
            .map(|barcode| normalise::normalise_identifier(&barcode.text)),
    );
    PageGuess {
        classes: view.classes.clone(),
        first: view.first,
        page_of,
        identifiers,
    }
}

fn document(
    cut: &Cut,
    pages: &[Page],
    views: &[PageView],
    spans: &[Vec<Span>],
    context: Context,
    curves: &Curves,
) -> Document {
    let range = cut.pages.clone();
    let marks = marks_on(cut, pages, views, spans);
    let of_page = |index: usize| {
        let mut spans = spans[index].clone();
        let number = pages[index].number;
        let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.page == number).collect();
        name_dates(&mut spans, cut.class, &pages[index].words, &marks);
        PageFields {
            page: number,
            spans,
            barcodes: &pages[index].barcodes,
        }
    };
    let page_fields: Vec<PageFields<'_>> = range.clone().map(of_page).collect();
    let told = country_on(range.clone().map(|index| pages[index].words.as_slice()));
    let gathered = gather_in_order(&page_fields, context, told.as_deref(), curves);
    let (mut fields, mut open) = gathered.into_parts();
    let (long, short_numbers) = loose_on(range.clone(), pages, views);
    open.other_identifiers.extend(long);
    let remarked = |index: usize| remarks(&pages[index], &views[index].tags, &spans[index], &marks);
    let notations: Vec<_> = range.clone().flat_map(remarked).collect();
    let asks = |index: usize| asks_receiver_to_sign(&pages[index].words);
    let says = |kind| notations.iter().any(|notation| notation.kind == kind);
    let initialled = marks.iter().any(|mark| mark.kind == MarkKind::Initials);
    let class = signed_class(cut.class, &marks);
    name_by_custom(&mut fields, &mut open.other_identifiers, class);
    drop_names_of_signatures(&mut fields, &mut open, &marks);
    add_signatures(&mut fields, &marks, curves);
    let class_confidence = curves.class(class, cut.confidence);
    let document = Document {
        pages: range.clone().map(|index| pages[index].number).collect(),
        class,
        class_confidence,
        quality: worst(range.clone().map(|index| &pages[index])),
        traits: Traits {
            country: country_of(&fields).or(told),
            photo: class == DocumentClass::DeliveryPhoto,
            screenshot: range.clone().any(|index| is_screenshot(&pages[index])),
            leans: range.clone().map(|index| lean(&pages[index])).collect(),
            unattended: says(NotationKind::Unattended),
            place_to_sign: range.clone().any(asks),
            altered: says(NotationKind::Correction) && !initialled,
            short_numbers,
            ..open
        },
        fields,
        marks,
        notations,
        share: None,
    };
    if is_no_freight_paper(class, class_confidence) {
        only_numbers(document)
    } else {
        document
    }
}

fn lean(page: &Page) -> (PageNumber, f32) {
    (page.number, Slope::of(&page.words).of_page())
}

/// The document without what it says of a delivery, now or once its shipment is known.
fn only_numbers(mut document: Document) -> Document {
    let (fields, traits) = (&mut document.fields, &mut document.traits);
    fields.retain(|name, _| values::names_shipment(*name));
    traits.unsettled_dates.clear();
    traits.doubtful_dates.clear();
    traits.illegible_dates.clear();
    traits.other_dates.clear();
    traits.other_names.clear();
    traits.other_parties.clear();
    document.notations.clear();
    document
}

/// Is it surely a paper of no known kind? Then it is not believed to say when and what was delivered, or who signed for it.
fn is_no_freight_paper(class: DocumentClass, confidence: Confidence) -> bool {
    /// On 600 uploads of validation and test families 26 papers were surer, all of them of no known kind, and a photo was not.
    const SURELY: f32 = 0.95;
    class == DocumentClass::Other && confidence.get() >= SURELY
}

/// The loose numbers of a document's pages: those to look for, and those too short for that.
fn loose_on(
    range: Range<usize>,
    pages: &[Page],
    views: &[PageView],
) -> (Vec<Found<String>>, Vec<Found<String>>) {
    let (mut long, mut short) = (Vec::new(), Vec::new());
    for (page, view) in pages[range.clone()].iter().zip(&views[range]) {
        let (more, shorter) = loose_numbers(page, &view.tags);
        long.extend(more);
        short.extend(shorter);
    }
    (long, short)
}

/// The marks on a document's pages, each with whose it is.
fn marks_on(cut: &Cut, pages: &[Page], views: &[PageView], spans: &[Vec<Span>]) -> Vec<Mark> {
    let on_page = |index: usize| {
        let seen = marks::whole_stamps(&views[index].marks, &spans[index]);
        let mut marks =
            marks::attribute(pages[index].number, cut.class, &seen, &pages[index].words);
        for mark in &mut marks {
            let looks = views[index].mark_looks.iter();
            let mut own = looks.filter(|(bbox, _)| *bbox == mark.bbox);
            mark.looks = own.next().map(|(_, looks)| looks.clone());
        }
        marks
    };
    cut.pages.clone().flat_map(on_page).collect()
}

/// A name that the reader made of a signature is no name in print (domain.md §1.3, V6).
fn drop_names_of_signatures(fields: &mut Fields, open: &mut Traits, marks: &[Mark]) {
    let name = fields.get(&FieldName::ReceivedByName);
    if name.is_some_and(|name| is_signature_itself(&name.found, marks)) {
        fields.remove(&FieldName::ReceivedByName);
    }
    open.other_names
        .retain(|name| !is_signature_itself(name, marks));
}

/// Share of a name that the ink has to cover: names in print beside a signature share an edge with it. An assumption.
const WITHIN_INK: f32 = 0.6;

fn is_signature_itself<T>(name: &Found<T>, marks: &[Mark]) -> bool {
    marks.iter().any(|mark| {
        mark.kind == MarkKind::Ink
            && mark.page == name.page
            && mark.bbox.intersection(name.bbox) > WITHIN_INK * name.bbox.area()
    })
}

/// A picture whose top edge shows what only screens show: an address with a path, or a phone's signal and battery. A letterhead
/// names its site without a path.
fn is_screenshot(page: &Page) -> bool {
    let on_top = page.words.iter().filter(|word| word.bbox.bottom < 0.1);
    let shows = |text: &str| {
        let text = text.to_ascii_lowercase();
        let has_path = |rest: &str| rest.trim_end_matches('/').contains('/');
        let address = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        address.is_some_and(has_path)
            || text.starts_with("www.") && has_path(&text)
            || ["lte", "5g", "4g"].contains(&text.as_str())
    };
    page.method != Method::TextLayer && on_top.into_iter().any(|word| shows(&word.text))
}

/// A bill of lading that its consignee has marked is another class (domain.md §0.1).
fn signed_class(class: DocumentClass, marks: &[Mark]) -> DocumentClass {
    let signed = marks
        .iter()
        .any(|mark| mark.role == Some(Role::Consignee) && mark.confidence.get() >= SURE_MARK);
    match class {
        DocumentClass::BolUnsigned if signed => DocumentClass::BolConsigneeSigned,
        other => other,
    }
}

/// The surest mark of each role becomes that role's signature field; the text of stamps becomes a field too.
fn add_signatures(fields: &mut Fields, marks: &[Mark], curves: &Curves) {
    let names = [
        (Role::Consignee, FieldName::SignatureConsignee),
        (Role::Driver, FieldName::SignatureDriver),
        (Role::Shipper, FieldName::SignatureShipper),
    ];
    for (role, name) in names {
        let of_role = marks
            .iter()
            .filter(|mark| mark.role == Some(role) && mark.confidence.get() >= SURE_MARK);
        let best = of_role.max_by(|a, b| a.confidence.get().total_cmp(&b.confidence.get()));
        if let Some(mark) = best {
            let mut field = mark.as_field(Value::Flag(true));
            field.found.confidence = curves.confidence(name, mark.confidence.get());
            fields.insert(name, field);
        }
    }
    let stamp = marks
        .iter()
        .find_map(|mark| mark.text.as_ref().map(|text| (mark, text)))
        .filter(|(mark, text)| mark.role.is_some() || says_received(text));
    if let Some((mark, text)) = stamp {
        fields
            .entry(FieldName::StampText)
            .or_insert_with(|| mark.as_field(Value::Text(text.clone())));
    }
}

/// The score of the worst page that holds words, and all defects of the pages.
fn worst<'a>(pages: impl Iterator<Item = &'a Page>) -> Quality {
    let mut quality = Quality {
        score: Confidence::CERTAIN,
        defects: Vec::new(),
    };
    for page in pages {
        if !page.words.is_empty() && page.quality.score < quality.score {
            quality.score = page.quality.score;
        }
        quality.defects.extend(&page.quality.defects);
    }
    quality.defects.sort();
    quality.defects.dedup();
    quality
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, PageNumber};

    fn page(top: &str) -> Page {
        let word = crate::reading::Word {
            text: top.to_owned(),
            bbox: BBox::new(0.1, 0.02, 0.5, 0.04),
            confidence: Confidence::CERTAIN,
            source: crate::document::Source::Ocr,
            line: 0,
            second: None,
            others: Vec::new(),
        };
        Page::holding(vec![word])
    }

    #[test]
    fn an_address_with_a_path_shows_a_screen_and_a_letterheads_site_does_not() {
        for (top, screen) in [
            ("https://track.example/pod?pro=1", true),
            ("www.carrier.example/track", true),
            ("LTE", true),
            ("www.carrier.example", false),
            ("https://www.carrier.example/", false),
        ] {
            assert_eq!(is_screenshot(&page(top)), screen, "{top}");
        }
    }

    #[test]
    fn only_a_paper_that_is_surely_no_known_one_is_not_believed() {
        let sure = Confidence::new(0.99);
        assert!(is_no_freight_paper(DocumentClass::Other, sure));
        assert!(!is_no_freight_paper(
            DocumentClass::Other,
            Confidence::new(0.9)
        ));
        assert!(!is_no_freight_paper(DocumentClass::DeliveryReceipt, sure));
    }

    #[test]
    fn a_name_read_from_the_signature_is_dropped_and_one_beside_it_stays() {
        let ink = Mark {
            kind: MarkKind::Ink,
            role: Some(Role::Consignee),
            page: PageNumber::from_index(0),
            bbox: BBox::new(0.2, 0.8, 0.4, 0.84),
            confidence: Confidence::new(0.9),
            text: None,
            looks: None,
            row: None,
        };
        let left_after = |left: f32| {
            let mut name = ink.as_field(Value::Text("J. Davis".into()));
            name.found.bbox = BBox::new(left, 0.81, left + 0.15, 0.83);
            let mut fields = Fields::from([(FieldName::ReceivedByName, name)]);
            let lost = fields[&FieldName::ReceivedByName]
                .found
                .with("J. Davis".into());
            let mut open = Traits {
                other_names: vec![lost],
                ..Traits::default()
            };
            drop_names_of_signatures(&mut fields, &mut open, std::slice::from_ref(&ink));
            (fields.len(), open.other_names.len())
        };
        assert_eq!(left_after(0.22), (0, 0));
        assert_eq!(left_after(0.42), (1, 1));
    }
}
