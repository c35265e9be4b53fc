//! Dates put right: what the paper leaves open, its shipment and profile decide.
//!
//! In: a document, and how its dates are to be read now that its shipment is known. Out: the document, with dates that could be
//! read in two orders, had no year, had doubtful digits or were damaged. Nothing is decided without a voice from beside the paper.

use jiff::civil::Date;

use super::damaged_dates::likeliest_day;
use super::normalise::agreed;
use super::values::{self, DateContext, Reading};
use super::{Document, Field, FieldName, UnsettledDate, Value};
use crate::document::{Confidence, Source};

/// Reads the undecided, the doubtful and the damaged dates of a document again, now that its shipment and profile are known.
/// `told` is the day on which the carrier says the freight came.
pub fn settle_dates(document: &mut Document, dates: &DateContext, told: Option<Date>) {
    settle_by_window(document, dates);
    if let Some(told) = told {
        mend_delivery_date(document, dates, told);
    }
}

/// How sure a damaged date is whose day stands out. An assumption; the calibration of the whole is measured.
const MENDED: f32 = 0.9;

/// Fills or replaces the delivery date where the writing is closest to one day around the carrier's message.
fn mend_delivery_date(document: &mut Document, dates: &DateContext, told: Date) {
    let name = FieldName::DeliveryDate;
    let pickup = document.fields.get(&FieldName::PickupDate);
    let pickup = pickup.and_then(|field| field.found.value.as_date());
    let mended = |date: &UnsettledDate| {
        let day = likeliest_day(&date.found.raw, told, dates.order.order)?;
        if pickup.is_some_and(|pickup| day < pickup) {
            return None;
        }
        let mut found = date.found.with(Value::Date(day));
        found.confidence = Confidence::new(MENDED);
        Some(Field {
            found,
            unit: None,
            kind: None,
        })
    };
    let Some(held) = document.fields.get_mut(&name) else {
        let unsettled = &mut document.traits.unsettled_dates;
        let at_home = |date: &&UnsettledDate| date.field == name;
        let ways = unsettled.iter().filter(at_home);
        let ways = ways.chain(&document.traits.illegible_dates);
        if let Some(field) = ways.into_iter().find_map(mended) {
            unsettled.retain(|date| date.field != name);
            document.fields.insert(name, field);
        }
        return;
    };
    let implausible = |day: Date| dates.delivered.is_some_and(|window| !window.holds(day));
    let by_hand = held.found.source == Source::Handwriting
        && !agreed(&held.found.raw, held.found.second.as_deref());
    if by_hand && held.found.value.as_date().is_some_and(implausible) {
        let written = UnsettledDate {
            field: name,
            found: held.found.with(held.found.raw.clone()),
            others: Vec::new(),
        };
        if let Some(field) = mended(&written) {
            *held = field;
        }
    }
}

fn settle_by_window(document: &mut Document, dates: &DateContext) {
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
        let field = settled(date, dates).filter(|_| dates.plausible(date.field).is_some());
        let held = document.fields.get_mut(&date.field);
        // The field may hold a surer date from elsewhere on the paper.
        let held = held.filter(|held| held.found.raw == date.found.raw);
        if let (Some(mut field), Some(held)) = (field, held) {
            field.found.second = held.found.second.take();
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
            second: None,
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
            share: None,
        }
    }

    /// The day that a field holding `held` says once deliveries and pickups are plausible between these days of March.
    fn settled_day(
        (name, held): (FieldName, &str),
        delivered: Option<(i8, i8)>,
        picked_up: Option<(i8, i8)>,
    ) -> Option<Date> {
        let mut document = paper(held);
        if let Some(field) = document.fields.remove(&FieldName::DeliveryDate) {
            document.fields.insert(name, field);
        }
        document.traits.doubtful_dates[0].field = name;
        let window = |(from, to)| Window {
            from: date(2026, 3, from),
            to: date(2026, 3, to),
        };
        let dates = DateContext {
            delivered: delivered.map(window),
            picked_up: picked_up.map(window),
            ..DateContext::default()
        };
        settle_dates(&mut document, &dates, None);
        document.fields[&name].found.value.as_date()
    }

    #[test]
    fn doubtful_digits_say_the_day_on_which_the_shipment_came_or_went() {
        let delivery = |days| {
            let field = (FieldName::DeliveryDate, "3/1/26");
            settled_day(field, Some(days), Some((20, 26)))
        };
        assert_eq!(delivery((9, 13)), Some(date(2026, 3, 11)));
        assert_eq!(delivery((1, 3)), Some(date(2026, 3, 1)));
        let pickup = |days| {
            let field = (FieldName::PickupDate, "3/1/26");
            settled_day(field, Some((20, 26)), Some(days))
        };
        assert_eq!(pickup((9, 13)), Some(date(2026, 3, 11)));
        assert_eq!(pickup((1, 3)), Some(date(2026, 3, 1)));
    }

    fn mended(raw: &str, illegible: bool, source: Source) -> Option<Date> {
        let mut document = paper("3/1/26");
        document.traits.doubtful_dates.clear();
        let mut held = document.fields.remove(&FieldName::DeliveryDate).unwrap();
        if illegible {
            document.traits.illegible_dates = vec![UnsettledDate {
                field: FieldName::DepartureTime,
                found: found(raw.to_owned(), raw),
                others: Vec::new(),
            }];
        } else {
            held.found.raw = raw.to_owned();
            held.found.source = source;
            document.fields.insert(FieldName::DeliveryDate, held);
        }
        let dates = DateContext {
            delivered: Some(Window {
                from: date(2026, 3, 8),
                to: date(2026, 3, 14),
            }),
            ..DateContext::default()
        };
        settle_dates(&mut document, &dates, Some(date(2026, 3, 11)));
        let held = document.fields.get(&FieldName::DeliveryDate)?;
        held.found.value.as_date()
    }

    #[test]
    fn a_damaged_date_is_the_day_around_the_message_that_it_is_closest_to() {
        let told = Some(date(2026, 3, 11));
        assert_eq!(mended("31126", true, Source::Handwriting), told);
        assert_eq!(mended("16:40", true, Source::Handwriting), None);
        assert_eq!(mended("3/11/2 6", false, Source::Handwriting), told);
    }

    #[test]
    fn a_printed_date_far_from_the_message_stays() {
        let printed = mended("3/11/2 6", false, Source::Ocr);
        assert_eq!(printed, Some(date(2026, 3, 1)));
    }

    #[test]
    fn without_a_shipment_the_likeliest_day_stays() {
        let field = (FieldName::DeliveryDate, "3/1/26");
        assert_eq!(settled_day(field, None, None), Some(date(2026, 3, 1)));
    }

    #[test]
    fn a_surer_date_from_elsewhere_on_the_paper_is_not_touched() {
        let field = (FieldName::DeliveryDate, "MAR 01 2026");
        let day = settled_day(field, Some((9, 13)), None);
        assert_eq!(day, Some(date(2026, 3, 1)));
    }
}
