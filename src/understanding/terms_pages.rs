//! Terms pages: a page that is headed as one. Their small print is read badly, and the `page-class` model takes what is left of it for forms.
//!
//! In: a page and the chances of its classes. Out: the chances, all but sure of a terms page where a headline of conditions stands above all
//! else.

use std::collections::BTreeMap;

use super::DocumentClass;
use super::normalise::normalise_words;
use super::page_class::at_least;
use super::roles::asks_receiver_to_sign;
use crate::reading::{Page, Word};

/// Chance that a page so headed is a terms page: an assumption.
const HEADED: f32 = 0.95;
/// The headline is among so many lines at the top: stray marks and the edge of a table may be read above it.
const TOP: usize = 3;
/// Words of a headline, at most.
const LONGEST: usize = 9;
/// A word of less confidence is a guess, and what a line with one says is not known.
const READ: f32 = 0.6;

/// Words of which all of a headline are, in six languages, folded.
const WORDS: [&str; 38] = [
    "terms",
    "term",
    "conditions",
    "condition",
    "and",
    "of",
    "carriage",
    "contract",
    "standard",
    "general",
    "uniform",
    "bill",
    "lading",
    "straight",
    "service",
    "services",
    "transport",
    "transportation",
    "sale",
    "purchase",
    "the",
    "trading",
    "allgemeine",
    "geschaftsbedingungen",
    "bedingungen",
    "agb",
    "generales",
    "de",
    "transporte",
    "condiciones",
    "ogolne",
    "warunki",
    "umowy",
    "algemene",
    "voorwaarden",
    "vervoersvoorwaarden",
    "beforderungsbedingungen",
    "vente",
];

/// Pairs of words of which a headline holds one; a single word says it by itself.
const TELLING: [&[&str]; 8] = [
    &["terms", "conditions"],
    &["conditions", "carriage"],
    &["geschaftsbedingungen"],
    &["beforderungsbedingungen"],
    &["conditions", "generales"],
    &["condiciones", "generales"],
    &["ogolne", "warunki"],
    &["algemene", "voorwaarden"],
];

/// The chances of a page's classes, where it is headed as a terms page.
pub(super) fn by_headline(
    classes: Vec<(DocumentClass, f32)>,
    page: &Page,
) -> Vec<(DocumentClass, f32)> {
    let is_form = !page.barcodes.is_empty() || asks_receiver_to_sign(&page.words);
    if is_form || !is_headed(&page.words) {
        return classes;
    }
    at_least(HEADED, DocumentClass::TermsPage, classes)
}

fn is_headed(words: &[Word]) -> bool {
    first_lines(words).any(|line| is_headline(&line))
}

/// The texts of those of the topmost lines that can be read.
fn first_lines(words: &[Word]) -> impl Iterator<Item = String> {
    let mut lines: BTreeMap<u32, Vec<&Word>> = BTreeMap::new();
    for word in words {
        lines.entry(word.line).or_default().push(word);
    }
    let top = |line: &[&Word]| line.iter().map(|word| word.bbox.top).fold(1.0, f32::min);
    let mut lines: Vec<_> = lines.into_values().collect();
    lines.sort_by(|one, other| top(one).total_cmp(&top(other)));
    let lines = lines.into_iter().take(TOP);
    let read = lines.filter(|line| line.iter().all(|word| word.confidence.get() >= READ));
    read.map(|line| {
        let words: Vec<&str> = line.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    })
}

/// Nothing but conditions: no label with a colon, no end of a sentence that begins above.
fn is_headline(line: &str) -> bool {
    let words = normalise_words(line);
    if line.contains(':') || line.starts_with(char::is_lowercase) {
        return false;
    }
    let holds = |all: &&[&str]| all.iter().all(|word| words.iter().any(|own| own == word));
    words.len() <= LONGEST
        && words.iter().all(|word| WORDS.contains(&word.as_str()))
        && TELLING.iter().any(holds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Confidence, Source};

    #[test]
    fn a_headline_stands_above_all_but_stray_marks() {
        let title = (0.05, "Standard Terms and Conditions");
        let small = [
            (0.1, "No agent has authority to waive"),
            (0.12, "Carrier shall keep"),
        ];
        let lines = |lines: &[(f32, &str)]| -> Vec<Word> {
            let numbered = (0..).zip(lines);
            let read = |text: &str| if text == "reverse" { 0.4 } else { 0.9 };
            let word = |line, top, text: &str| Word {
                text: text.to_owned(),
                bbox: BBox::new(0.1, top, 0.2, top + 0.01),
                confidence: Confidence::new(read(text)),
                source: Source::Ocr,
                line,
                second: None,
                others: Vec::new(),
            };
            let words = numbered.flat_map(|(line, (top, text))| {
                text.split(' ').map(move |text| word(line, *top, text))
            });
            words.collect()
        };
        assert!(is_headed(&lines(&[small[0], title, small[1]])));
        assert!(is_headed(&lines(&[(0.01, "ARY"), title, small[0]])));
        let form = [
            (0.1, "BILL OF LADING"),
            (0.2, "Ship from"),
            (0.3, "ACME"),
            (0.9, title.1),
        ];
        assert!(!is_headed(&lines(&form)));
        let pointing = (0.05, "Terms and Conditions on reverse");
        assert!(
            !is_headed(&lines(&[pointing, small[0]])),
            "though the end is badly read"
        );
    }

    #[test]
    fn headlines_of_conditions_are_told_from_what_points_to_them() {
        for line in [
            "TERMS AND CONDITIONS",
            "Terms & Conditions of Carriage",
            "Uniform Straight Bill of Lading Terms and Conditions",
            "ALLGEMEINE GESCHÄFTSBEDINGUNGEN",
            "CONDITIONS GÉNÉRALES DE TRANSPORT",
            "OGÓLNE WARUNKI",
        ] {
            assert!(is_headline(line), "{line}");
        }
        for line in [
            "Terms: Net 30",
            "Terms and conditions on reverse",
            "Subject to the terms and conditions of the tariff",
            "UNIFORM STRAIGHT BILL OF LADING",
            "CONDITION OF FREIGHT",
            "Contract Terms",
            "Terms/Conditions:",
            "terms and conditions of carriage",
            "",
        ] {
            assert!(!is_headline(line), "{line}");
        }
    }
}
