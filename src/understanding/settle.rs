//! Dates put right: what the paper leaves open, its shipment and profile decide.
//!
//! In: a document, and how its dates are to be read now that its shipment is known. Out: the document, with dates that could be
//! read in two orders, had no year or had doubtful digits. Nothing is decided without a voice from beside the paper.

use super::values::{self, DateContext, Reading};
use super::{Document, Field, UnsettledDate, Value};
use crate::document::Confidence;

/// Reads the undecided and the doubtful dates of a document again, now that its shipment and profile are known.
pub fn settle_dates(document: &mut Document, dates: &DateContext) {
    let unsettled = std::mem::take(&mut document.traits.unsettled_dates);
    for date in unsettled {
        match settled(&date, dates) {
            Some(field) => {
                document.fields.entry(date.field).or_insert(field);
            }
            None => document.traits.unsettled_dates.push(date),
        }
    }
    for date in &document.traits.doubtful_dates {
        let field = settled(date, dates).filter(|_| dates.plausible.is_some());
        let held = document.fields.get_mut(&date.field);
        // The field may hold a surer date from elsewhere on the paper.
        let held = held.filter(|held| held.found.raw == date.found.raw);
        if let (Some(field), Some(held)) = (field, held) {
            *held = field;
        }
    }
}

/// The date that is read with what the shipment tells.
fn settled(date: &UnsettledDate, dates: &DateContext) -> Option<Field> {
    let text = &date.found.raw;
    let (reading, share) = values::decoded_text(date.field, text, &date.others, dates);
    let Reading::Sure(value @ Value::Date(_), unit) = reading else {
        return None;
    };
    let mut found = date.found.with(value);
    if !date.others.is_empty() {
        found.confidence = Confidence::new(found.confidence.get().max(share));
    }
    Some(Field {
        found,
        unit,
        kind: None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;
    use crate::document::{BBox, Found, PageNumber, Source};
    use crate::understanding::normalise::Window;
    use crate::understanding::{DocumentClass, FieldName, Fields, Traits};

    fn found<T>(value: T, raw: &str) -> Found<T> {
        Found {
            value,
            raw: raw.to_owned(),
            confidence: Confidence::new(0.5),
            page: PageNumber::from_index(0),
            bbox: BBox::PAGE,
            source: Source::Handwriting,
            agreed: false,
        }
    }

    /// A paper whose date was read as the 1st and may also say the 11th.
    fn paper(held: &str) -> Document {
        let field = Field {
            found: found(Value::Date(date(2026, 3, 1)), held),
            unit: None,
            kind: None,
        };
        let doubtful = UnsettledDate {
            field: FieldName::DeliveryDate,
            found: found("3/1/26".to_owned(), "3/1/26"),
            others: vec![("3/11/26".to_owned(), 0.3)],
        };
        Document {
            pages: vec![PageNumber::from_index(0)],
            class: DocumentClass::DeliveryReceipt,
            class_confidence: Confidence::CERTAIN,
            quality: crate::reading::Quality {
                score: Confidence::CERTAIN,
                defects: Vec::new(),
            },
            fields: Fields::from([(FieldName::DeliveryDate, field)]),
            marks: Vec::new(),
            notations: Vec::new(),
            traits: Traits {
                doubtful_dates: vec![doubtful],
                ..Traits::default()
            },
        }
    }

    fn settled_day(held: &str, plausible: Option<(i8, i8)>) -> Option<Date> {
        let mut document = paper(held);
        let day = |day| date(2026, 3, day);
        let plausible = plausible.map(|(from, to)| Window {
            from: day(from),
            to: day(to),
        });
        let dates = DateContext {
            plausible,
            ..DateContext::default()
        };
        settle_dates(&mut document, &dates);
        document.fields[&FieldName::DeliveryDate]
            .found
            .value
            .as_date()
    }

    #[test]
    fn doubtful_digits_say_the_day_on_which_the_shipment_came() {
        assert_eq!(
            settled_day("3/1/26", Some((9, 13))),
            Some(date(2026, 3, 11))
        );
        assert_eq!(settled_day("3/1/26", Some((1, 3))), Some(date(2026, 3, 1)));
    }

    #[test]
    fn without_a_shipment_the_likeliest_day_stays() {
        assert_eq!(settled_day("3/1/26", None), Some(date(2026, 3, 1)));
    }

    #[test]
    fn a_surer_date_from_elsewhere_on_the_paper_is_not_touched() {
        assert_eq!(
            settled_day("MAR 01 2026", Some((9, 13))),
            Some(date(2026, 3, 1))
        );
    }
}
