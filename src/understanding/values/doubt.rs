//! Doubt: how much more or less likely a value is wrong than its words say by themselves.
//!
//! In: a span, what was read of it, and what is known of carrier and days. Out: a factor on the chance that it is wrong.

use super::{DateContext, is_date};
use crate::understanding::normalise::{self, CheckResult, agreed, check_pro};
use crate::understanding::spans::Span;
use crate::understanding::{FieldName, Value};

/// How much the paper's own evidence speaks for a value beyond the words' confidence: a factor on the chance that it is wrong.
///
/// A check digit that passes leaves a tenth of the doubt (a random string passes one in ten, domain.md §0.6); one that fails
/// doubles it; an unlike engine that reads the same leaves a fifth, one that reads otherwise doubles it (reading.md §3: 151 of
/// 151 identifiers on which both agreed were right).
#[must_use]
pub fn doubt(span: &Span, value: &Value, scac: Option<&str>, dates: &DateContext) -> f32 {
    let mut doubt = 1.0;
    if let (FieldName::ProNumber, Value::Text(pro)) = (span.field, value) {
        doubt *= match check_pro(scac, pro) {
            CheckResult::Passes => 0.1,
            CheckResult::Fails => 2.0,
            CheckResult::Unknown => 1.0,
        };
    }
    if span.second.is_some() {
        doubt *= if agreed(&span.text(), span.second.as_deref()) {
            0.2
        } else {
            2.0
        };
    }
    if lacks_a_part(span, value) || is_implausible(span.field, value, dates) {
        doubt *= LACKING;
    }
    doubt
}

/// What lacks a part of itself, and a day that cannot have been, is wrong many times as often as it seems: of twelve times without minutes on
/// 300 uploads of validation families all had minutes on the paper.
const LACKING: f32 = 10.0;

/// A delivery or pickup outside the days on which it can have been.
fn is_implausible(field: FieldName, value: &Value, dates: &DateContext) -> bool {
    let window = dates.plausible(field).filter(|_| is_date(field));
    let day = window.zip(value.as_date());
    day.is_some_and(|(window, day)| !window.holds(day))
}

/// An hour without minutes, or an address without a name.
fn lacks_a_part(span: &Span, value: &Value) -> bool {
    match value {
        Value::Time(_) => {
            normalise::read_time(&span.text()).is_some_and(|reading| !reading.to_the_minute)
        }
        Value::Party(party) => !party.name.contains(char::is_alphabetic),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::span;
    use super::*;
    use crate::understanding::normalise::Window;
    use crate::understanding::values::{Reading, read};

    #[test]
    fn agreement_of_two_readers_leaves_less_doubt_than_one_reader() {
        let mut agreed = span(FieldName::BolNumber, "B123456");
        let value = Value::Text("B123456".into());
        agreed.second = Some("B-123456".into());
        let alone = span(FieldName::BolNumber, "B123456");
        let doubt = |span: &Span| doubt(span, &value, None, &DateContext::default());
        assert!(doubt(&agreed) < doubt(&alone));
        agreed.second = Some("8123456".into());
        assert!(doubt(&agreed) > doubt(&alone));
    }

    #[test]
    fn what_lacks_a_part_and_a_day_that_cannot_have_been_are_doubted() {
        let window = Window {
            from: jiff::civil::date(2026, 3, 1),
            to: jiff::civil::date(2026, 3, 31),
        };
        let dates = DateContext {
            delivered: Some(window),
            ..DateContext::default()
        };
        let doubted = |field, text| {
            let span = span(field, text);
            match read(&span, &dates) {
                Reading::Sure(value, _) => doubt(&span, &value, None, &dates) > 1.0,
                Reading::UndecidedDate | Reading::Unreadable => panic!("{text} is not read"),
            }
        };
        assert!(doubted(FieldName::ArrivalTime, "14h"));
        assert!(!doubted(FieldName::ArrivalTime, "14h 30"));
        assert!(doubted(
            FieldName::ShipTo,
            "12010 West Jefferson Ave\nChicago, IL 60610"
        ));
        assert!(!doubted(
            FieldName::ShipTo,
            "ACME\n12010 West Jefferson Ave\nChicago, IL 60610"
        ));
        assert!(doubted(FieldName::DeliveryDate, "14 March 2029"));
        assert!(!doubted(FieldName::DeliveryDate, "14 March 2026"));
    }
}
