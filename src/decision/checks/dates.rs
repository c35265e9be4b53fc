//! V7: is there a delivery date that can be relied on.

use jiff::civil::Date;

use super::{Case, Finding, Place, Stop, Tested, is_readable, place_of};
use crate::decision::{ExceptionCode, names};
use crate::shipments::Stop as DeliveryStop;
use crate::understanding::FieldName;

/// Proof that the delivery date is on the paper, readable and possible.
#[derive(Debug, Clone)]
pub struct Dated(());

/// A date this many days off the carrier's own delivery message still agrees (domain.md §1.3).
const AGREES_DAYS: i64 = 1;

/// Up to this many days off it is merely noted.
const NOTED_DAYS: i64 = 3;

/// V7: the delivery date is there, readable or borne out by the carrier's delivery message, not before the pickup, not after the
/// upload, and at most three days off that message.
#[must_use]
pub fn v7_dated(case: &Case<'_>) -> Tested<Dated> {
    let written = case.field(FieldName::DeliveryDate);
    let Some((field, date)) = written.and_then(|field| Some((field, field.found.value.as_date()?)))
    else {
        return undated(case, "no delivery date on the paper".to_owned(), None);
    };
    let delivered_on = case.stop().and_then(DeliveryStop::delivered_on);
    let place = place_of(field);
    if !is_readable(field.found.confidence) && delivered_on != Some(date) {
        let confidence = field.found.confidence.get();
        let why = format!("the delivery date reads {date}, but too unsure ({confidence:.2})");
        return undated(case, why, Some(place));
    }
    let impossible = out_of_order(case, date).or_else(|| off_message(date, delivered_on));
    match impossible {
        Some(why) => conflicting(&why, place),
        None => Tested::passed(Dated(()), agreement(date, delivered_on)),
    }
}

fn undated(case: &Case<'_>, why: String, place: Option<Place>) -> Tested<Dated> {
    let missing = [names::name_of(&FieldName::DeliveryDate)];
    let mut unsettled = case.document.traits.unsettled_dates.iter();
    let ambiguous = unsettled.find(|date| date.field == FieldName::DeliveryDate);
    let finding = match ambiguous {
        Some(date) => {
            let detail = "a date can be read in two orders, day or month first, or has no year, and nothing \
                          decides; look at the paper";
            let place = Some((date.found.page, date.found.bbox));
            Finding::new(ExceptionCode::DateAmbiguous, Stop::Missing, detail, place)
        }
        None => {
            let detail = format!("{why}; take it from the delivery message if the profile permits");
            Finding::new(
                ExceptionCode::DeliveryDateMissing,
                Stop::Missing,
                detail,
                place,
            )
        }
    };
    Tested::failed(finding.missing(missing))
}

fn conflicting(why: &str, place: Place) -> Tested<Dated> {
    let detail = format!("{why}; look which date is right");
    let code = ExceptionCode::DeliveryDateConflict;
    Tested::failed(Finding::new(code, Stop::Review, detail, Some(place)))
}

/// Why the date cannot be, by pickup and upload.
fn out_of_order(case: &Case<'_>, date: Date) -> Option<String> {
    let pickup = picked_up_on(case).filter(|pickup| date < *pickup);
    let received = case.filing.received_on.filter(|received| date > *received);
    let early = pickup.map(|pickup| format!("delivered {date}, before the pickup {pickup}"));
    let late =
        || received.map(|received| format!("delivered {date}, after the paper came in {received}"));
    early.or_else(late)
}

/// Day of the pickup: by the paper where readable and not after the paper came in, else by the feed.
fn picked_up_on(case: &Case<'_>) -> Option<Date> {
    let received = case.filing.received_on;
    let on_paper = case
        .field(FieldName::PickupDate)
        .filter(|field| is_readable(field.found.confidence))
        .and_then(|field| field.found.value.as_date())
        .filter(|day| received.is_none_or(|received| *day <= received));
    on_paper.or_else(|| case.shipment()?.picked_up_on())
}

/// Why the date cannot be, by the carrier's delivery message.
fn off_message(date: Date, delivered_on: Option<Date>) -> Option<String> {
    let delivered_on = delivered_on?;
    let off = days_between(date, delivered_on);
    (off > NOTED_DAYS).then(|| {
        format!("delivered {date}, but the carrier's message says {delivered_on}, {off} days off")
    })
}

fn agreement(date: Date, delivered_on: Option<Date>) -> String {
    match delivered_on.map(|on| days_between(date, on)) {
        None => format!("delivered {date}"),
        Some(off) if off <= AGREES_DAYS => {
            format!("delivered {date}, as the carrier's message says")
        }
        Some(off) => format!("delivered {date}; note: {off} days off the carrier's message"),
    }
}

fn days_between(a: Date, b: Date) -> i64 {
    a.duration_since(b).abs().as_hours() / 24
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::decision::samples::{DELIVERED, Sample, codes};
    use crate::document::Confidence;
    use crate::understanding::Value;

    /// Picked up on 12 March, delivered on the 14th by the carrier's message, paper came in on the 18th.
    fn delivered(on: Date) -> Sample {
        let mut sample = Sample::receipt();
        sample.set(FieldName::DeliveryDate, Value::Date(on));
        sample.filing.received_on = Some(date(2026, 3, 18));
        sample
    }

    #[test]
    fn the_date_lies_between_pickup_and_upload_and_near_the_message() {
        let cases = [
            (11, false, "before the pickup"),
            (12, true, "2 days off"),
            (13, true, "as the carrier's message says"),
            (14, true, "as the carrier's message says"),
            (17, true, "3 days off"),
            (18, false, "4 days off"),
            (19, false, "after the paper came in"),
        ];
        for (day, dated, why) in cases {
            let tested = v7_dated(&delivered(date(2026, 3, day)).case());
            assert_eq!(tested.proof.is_some(), dated, "{day}");
            assert!(
                tested.outcome.detail.contains(why),
                "{}",
                tested.outcome.detail
            );
        }
    }

    #[test]
    fn an_unsure_date_counts_only_where_the_message_bears_it_out() {
        let mut sample = delivered(DELIVERED);
        let unsure = |sample: &mut Sample| {
            let field = sample
                .document
                .fields
                .get_mut(&FieldName::DeliveryDate)
                .unwrap();
            field.found.confidence = Confidence::new(0.4);
        };
        unsure(&mut sample);
        assert!(v7_dated(&sample.case()).proof.is_some());

        let mut sample = delivered(date(2026, 3, 15));
        unsure(&mut sample);
        assert_eq!(
            codes(&sample.verdict()),
            [ExceptionCode::DeliveryDateMissing]
        );
    }

    #[test]
    fn without_messages_the_paper_alone_decides() {
        let mut sample = delivered(date(2026, 3, 17));
        sample.shipment().stops.clear();
        assert!(v7_dated(&sample.case()).proof.is_some());
        sample.set(FieldName::PickupDate, Value::Date(date(2026, 3, 18)));
        assert!(v7_dated(&sample.case()).proof.is_none());
    }

    #[test]
    fn a_pickup_after_the_paper_came_in_is_misread_and_speaks_against_no_delivery() {
        let mut sample = delivered(DELIVERED);
        sample.set(FieldName::PickupDate, Value::Date(date(2029, 3, 12)));
        assert!(v7_dated(&sample.case()).proof.is_some());
    }
}
