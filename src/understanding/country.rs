//! The country whose customs a paper follows: which of day and month comes first depends on it.
//!
//! In: the fields of a document, the words of its pages. Out: the country of its consignee, or of the addresses on it.

use std::collections::BTreeSet;

use super::normalise;
use super::{FieldName, Fields, Party, Value};
use crate::reading::Word;

/// The country of the consignee, else of the shipper.
pub(super) fn country_of(fields: &Fields) -> Option<String> {
    let of = |name| match fields.get(&name).map(|field| &field.found.value) {
        Some(Value::Party(Party { country, .. })) => country.clone(),
        _ => None,
    };
    of(FieldName::ShipTo).or_else(|| of(FieldName::ShipFrom))
}

/// Does an address follow a custom by which the day comes before the month, though its country is not told? Five digits before the place are
/// a postal code of Germany, France, Spain, Italy …; in the United States they stand behind place and state.
pub(super) fn writes_day_first(fields: &Fields) -> bool {
    let addressed = [FieldName::ShipTo, FieldName::ShipFrom];
    let field = addressed.iter().find_map(|name| fields.get(name));
    let Some((field, party)) = field.and_then(|field| Some((field, field.found.value.as_party()?)))
    else {
        return false;
    };
    let Party {
        country: None,
        state: None,
        address: Some(_),
        postal: Some(postal),
        city: Some(city),
        ..
    } = party
    else {
        return false;
    };
    postal.len() == 5
        && field
            .found
            .raw
            .trim_end()
            .ends_with(&format!("{postal} {city}"))
}

/// The country of the North American addresses on a document, where all are of one: a receipt names its place and no consignee.
pub(super) fn country_on<'a>(pages: impl Iterator<Item = &'a [Word]>) -> Option<String> {
    let lines = pages.flat_map(|words| words.chunk_by(|a, b| a.line == b.line));
    let texts = lines.map(|line| {
        let words = line.iter().map(|word| word.text.as_str());
        words.collect::<Vec<_>>().join(" ")
    });
    let countries: BTreeSet<String> = texts
        .filter_map(|text| normalise::american_country(&text))
        .collect();
    let mut countries = countries.into_iter();
    countries.next().filter(|_| countries.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Confidence, Found, PageNumber, Source};
    use crate::understanding::Field;

    fn words(texts: &[&str]) -> Vec<Word> {
        let lines = texts.iter().zip(0_u32..);
        let words = lines.flat_map(|(text, line)| {
            text.split(' ').map(move |text| Word {
                text: text.to_owned(),
                bbox: BBox::PAGE,
                confidence: Confidence::CERTAIN,
                source: Source::Ocr,
                line,
                second: None,
                others: Vec::new(),
            })
        });
        words.collect()
    }

    #[test]
    fn a_postal_code_before_its_place_puts_the_day_first_and_one_behind_it_says_nothing() {
        let first = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            let party = normalise::read_party(&lines).unwrap();
            let found = Found {
                value: Value::Party(party),
                raw: lines.join(" "),
                confidence: Confidence::CERTAIN,
                page: PageNumber::from_index(0),
                bbox: BBox::PAGE,
                source: Source::Ocr,
                second: None,
            };
            let field = Field {
                found,
                unit: None,
                kind: None,
            };
            writes_day_first(&Fields::from([(FieldName::ShipTo, field)]))
        };
        let street = "Avda. de la Paz 162";
        assert!(first(&["Envases Muñoz S.A.", street, "28052 Madrid"]));
        assert!(!first(&["Acme Foods", "12 Main St", "Dallas, TX 75201"]));
        assert!(first(&["Madrid Envases S.A.", street, "28052 Madrid"]));
        assert!(!first(&["Acme Foods", "12010 Broadway", "Dallas, TX"]));
        assert!(!first(&["Acme Foods"]));
    }

    #[test]
    fn a_paper_without_a_consignee_is_of_the_country_of_its_addresses() {
        let country = |texts: &[&str]| country_on(std::iter::once(words(texts).as_slice()));
        let receipt = ["6036 S. Industrial Blvd", "Houston, TX 77005-4289"];
        assert_eq!(country(&receipt).as_deref(), Some("US"));
        assert_eq!(country(&["Dallas, TX 75201", "Toronto ON M5V 2T6"]), None);
        assert_eq!(country(&["90451 Nürnberg", "Pieces 12345"]), None);
    }
}
