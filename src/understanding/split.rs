//! Splitting: where documents begin and end in an upload.
//!
//! In: what each page looks like by itself ([`PageGuess`]). Out: runs of pages with one class each. The best segmentation of
//! the whole upload wins, not the best guess page by page: blank backs and terms pages stay with the document before them.

use std::ops::Range;

use super::{DocumentClass, PageOf};
use crate::document::Confidence;

/// What one page looks like by itself.
#[derive(Debug, Clone)]
pub struct PageGuess {
    /// Chance of each class, summing to 1; absent classes have none.
    pub classes: Vec<(DocumentClass, f32)>,
    /// Chance that a document begins here.
    pub first: f32,
    /// "Page k of n", where it is printed.
    pub page_of: Option<PageOf>,
    /// Identifiers of the whole paper (PRO, BOL, load, invoice), normalised.
    pub identifiers: Vec<String>,
}

/// A document of the upload: its pages (0-based) and its class.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// 0-based pages.
    pub pages: Range<usize>,
    /// What it is.
    pub class: DocumentClass,
    /// How sure that is: the class's chance on the page it begins on.
    pub confidence: Confidence,
}

/// No guess counts as certain: a page that a model is sure of may still be cut against it when all else says so.
const LEAST_CHANCE: f32 = 1e-3;
/// Chance that a blank or terms page begins a document of its own: only when it is the first of the upload.
const LOOSE_BACK: f32 = 0.02;
/// Chance that a page printed "k of n" with k > 1, in its place behind an earlier one of the n, begins a document.
const NEXT_OF: f32 = 0.03;
/// Chance that a page without a number begins a document while pages of the n before it are to come. An assumption.
const STILL_TO_COME: f32 = 0.3;
/// Chance that a page begins a document when it shares no identifier with a page before that has some.
const OTHER_IDENTIFIERS: f32 = 0.85;

/// Cuts the upload into documents; every page belongs to exactly one.
#[must_use]
pub fn split(pages: &[PageGuess]) -> Vec<Cut> {
    let mut best: Vec<Vec<Step>> = Vec::with_capacity(pages.len());
    for (index, page) in pages.iter().enumerate() {
        let column = match best.last() {
            None => page
                .classes
                .iter()
                .map(|_| None)
                .zip(page.classes.iter())
                .map(Step::begin)
                .collect(),
            Some(before) => column(before, &pages[..index], page),
        };
        best.push(column);
    }
    trace(&best)
}

/// The best way to be inside a document of `class` at one page.
#[derive(Debug, Clone)]
struct Step {
    class: DocumentClass,
    score: f32,
    chance: f32,
    /// Where the document began: the step before it (index into the column before), `None` at the first page.
    from: Option<usize>,
    begins: bool,
}

impl Step {
    fn begin((from, (class, chance)): (Option<usize>, &(DocumentClass, f32))) -> Self {
        Self {
            class: *class,
            score: log(*chance),
            chance: *chance,
            from,
            begins: true,
        }
    }
}

fn column(before: &[Step], earlier: &[PageGuess], page: &PageGuess) -> Vec<Step> {
    let first = chance_of_beginning(earlier, page);
    let Some((best, _)) = before
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.score.total_cmp(&b.1.score))
    else {
        return Vec::new();
    };
    let begin = |(class, chance): &(DocumentClass, f32)| {
        let mut step = Step::begin((Some(best), &(*class, *chance)));
        step.score +=
            before[best].score + log(first) + log(if is_back(*class) { LOOSE_BACK } else { 1.0 });
        step
    };
    let go_on = |(index, step): (usize, &Step)| Step {
        score: step.score + log(1.0 - first) + log(fits(step.class, page)),
        from: Some(index),
        begins: false,
        ..step.clone()
    };
    let mut steps: Vec<Step> = page.classes.iter().map(begin).collect();
    for step in before.iter().enumerate().map(go_on) {
        match steps.iter_mut().find(|other| other.class == step.class) {
            Some(other) if other.score < step.score => *other = step,
            Some(_) => {}
            None => steps.push(step),
        }
    }
    steps
}

/// Chance that a page could stand inside a document of `class`: it looks so, or is its blank back or its terms.
fn fits(class: DocumentClass, page: &PageGuess) -> f32 {
    let alone = matches!(
        class,
        DocumentClass::CoverSheet | DocumentClass::DeliveryPhoto
    );
    let looks = |wanted: &dyn Fn(DocumentClass) -> bool| -> f32 {
        page.classes
            .iter()
            .filter(|(other, _)| wanted(*other))
            .map(|(_, chance)| chance)
            .sum()
    };
    let back = looks(&|other| is_back(other) && !alone);
    looks(&|other| other == class) + back
}

fn is_back(class: DocumentClass) -> bool {
    matches!(class, DocumentClass::BlankPage | DocumentClass::TermsPage)
}

fn chance_of_beginning(earlier: &[PageGuess], page: &PageGuess) -> f32 {
    let printed = printed_chance(earlier, page);
    let Some(previous) = earlier.last() else {
        return 1.0;
    };
    let both_named = !previous.identifiers.is_empty() && !page.identifiers.is_empty();
    let shared = page
        .identifiers
        .iter()
        .any(|id| previous.identifiers.contains(id));
    let named = both_named.then_some(if shared {
        1.0 - OTHER_IDENTIFIERS
    } else {
        OTHER_IDENTIFIERS
    });
    let odds = [Some(page.first), printed, named]
        .into_iter()
        .flatten()
        .map(logit)
        .sum::<f32>();
    1.0 / (1.0 + (-odds).exp())
}

/// What the printed numbers of pages say: that of the page, and the last one before it.
fn printed_chance(earlier: &[PageGuess], page: &PageGuess) -> Option<f32> {
    let numbered = earlier.iter().rev().zip(1_u32..);
    let mut numbered = numbered.filter_map(|(guess, back)| Some((guess.page_of?, back)));
    let expected = numbered.next().map(|(before, back)| PageOf {
        page: before.page.saturating_add(back),
        of: before.of,
    });
    match (expected, page.page_of) {
        (Some(expected), Some(here)) if here == expected => Some(NEXT_OF),
        (_, Some(here)) => (here.page == 1).then_some(0.97),
        (Some(expected), None) => (expected.page <= expected.of).then_some(STILL_TO_COME),
        (None, None) => None,
    }
}

fn logit(chance: f32) -> f32 {
    let chance = chance.clamp(LEAST_CHANCE, 1.0 - LEAST_CHANCE);
    (chance / (1.0 - chance)).ln()
}

fn log(chance: f32) -> f32 {
    chance.max(LEAST_CHANCE).ln()
}

/// Follows the best last step back to the front.
fn trace(best: &[Vec<Step>]) -> Vec<Cut> {
    let Some(last) = best.last() else {
        return Vec::new();
    };
    let mut at = last
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.score.total_cmp(&b.1.score))
        .map(|(index, _)| index);
    let mut cuts = Vec::new();
    let mut end = best.len();
    for index in (0..best.len()).rev() {
        let Some(step) = at.and_then(|row| best[index].get(row)) else {
            break;
        };
        if step.begins {
            let confidence = Confidence::new(step.chance);
            cuts.push(Cut {
                pages: index..end,
                class: step.class,
                confidence,
            });
            end = index;
        }
        at = step.from;
    }
    cuts.reverse();
    cuts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use DocumentClass::{
        BlankPage, BolUnsigned, CoverSheet, DeliveryReceipt, LumperReceipt, TermsPage,
    };

    fn page(class: DocumentClass, chance: f32, first: f32) -> PageGuess {
        let other = if class == LumperReceipt {
            BolUnsigned
        } else {
            LumperReceipt
        };
        PageGuess {
            classes: vec![(class, chance), (other, 1.0 - chance)],
            first,
            page_of: None,
            identifiers: Vec::new(),
        }
    }

    fn classes(pages: &[PageGuess]) -> Vec<(Range<usize>, DocumentClass)> {
        split(pages)
            .into_iter()
            .map(|cut| (cut.pages, cut.class))
            .collect()
    }

    #[test]
    fn a_batch_is_cut_at_its_cover_and_blank_backs_stay_with_their_document() {
        let batch = [
            page(CoverSheet, 0.99, 0.99),
            page(DeliveryReceipt, 0.95, 0.95),
            page(BlankPage, 0.98, 0.3),
            page(BolUnsigned, 0.9, 0.9),
            page(BolUnsigned, 0.8, 0.2),
            page(TermsPage, 0.9, 0.2),
            page(LumperReceipt, 0.95, 0.95),
        ];
        let expected = [
            (0..1, CoverSheet),
            (1..3, DeliveryReceipt),
            (3..6, BolUnsigned),
            (6..7, LumperReceipt),
        ];
        assert_eq!(classes(&batch), expected);
    }

    #[test]
    fn two_documents_of_one_class_are_cut_where_the_identifier_changes() {
        let mut first = page(DeliveryReceipt, 0.95, 0.9);
        first.identifiers = vec!["123456782".into()];
        let mut second = page(DeliveryReceipt, 0.95, 0.6);
        second.identifiers = vec!["600123451".into()];
        assert_eq!(classes(&[first, second]).len(), 2);
    }

    #[test]
    fn page_two_of_two_continues_even_when_it_looks_like_another_class() {
        let mut first = page(BolUnsigned, 0.95, 0.9);
        first.page_of = Some(PageOf { page: 1, of: 2 });
        let mut second = page(LumperReceipt, 0.6, 0.5);
        second.page_of = Some(PageOf { page: 2, of: 2 });
        assert_eq!(classes(&[first, second]), [(0..2, BolUnsigned)]);
    }

    #[test]
    fn page_three_of_three_belongs_to_page_one_though_the_page_between_has_no_number() {
        let numbered = |page_number, chance, first| {
            let mut page = page(BolUnsigned, chance, first);
            page.page_of = Some(PageOf {
                page: page_number,
                of: 3,
            });
            page
        };
        let between = page(BolUnsigned, 0.6, 0.6);
        let whole = [numbered(1, 0.95, 0.9), between, numbered(3, 0.9, 0.8)];
        assert_eq!(classes(&whole), [(0..3, BolUnsigned)]);
        let [first, between, _] = whole;
        let others = [first, between, numbered(1, 0.9, 0.8)];
        assert_eq!(classes(&others).len(), 2);
    }

    #[test]
    fn a_lone_blank_page_is_a_document_of_its_own() {
        assert_eq!(classes(&[page(BlankPage, 0.99, 0.5)]), [(0..1, BlankPage)]);
        assert!(split(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn every_page_belongs_to_exactly_one_document(guesses in proptest::collection::vec((0_usize..6, 0.0_f32..1.0, 0.0_f32..1.0), 1..12)) {
            let all = [BlankPage, BolUnsigned, CoverSheet, DeliveryReceipt, LumperReceipt, TermsPage];
            let pages: Vec<PageGuess> = guesses.iter().map(|(class, chance, first)| page(all[*class], *chance, *first)).collect();
            let cuts = split(&pages);
            let covered: Vec<usize> = cuts.iter().flat_map(|cut| cut.pages.clone()).collect();
            prop_assert_eq!(covered, (0..pages.len()).collect::<Vec<_>>());
        }
    }
}
