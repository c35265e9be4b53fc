//! Values: from a span of words to a normalised value of its field.
//!
//! In: a [`Span`] and where dates stand in time and space. Out: a [`Reading`]. A span that cannot be read as what its field
//! holds gives none: a wrong value is worse than a missing one.

mod doubt;
mod identifiers;

pub use self::doubt::doubt;
use self::identifiers::identifier;
pub(super) use self::identifiers::is_telephone;
use super::decode::decode;
use super::normalise::{self, DateReading, OrderHint, WeightUnit, Window};
use super::spans::Span;
use super::{FieldName, Value};

/// What a span says.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// A value, with the unit that stands beside it.
    Sure(Value, Option<String>),
    /// A date that can be read in two orders, or that has no year.
    UndecidedDate,
    /// Nothing that its field can hold.
    Unreadable,
}

/// How dates are to be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct DateContext {
    /// The order that the country or the profile sets.
    pub order: OrderHint,
    /// When the freight can have been delivered; all dates but the pickup's lie there.
    pub delivered: Option<Window>,
    /// When it can have been picked up.
    pub picked_up: Option<Window>,
}

impl DateContext {
    /// When the date of a field can have been.
    #[must_use]
    pub fn plausible(&self, field: FieldName) -> Option<Window> {
        match field {
            FieldName::PickupDate => self.picked_up,
            _ => self.delivered,
        }
    }
}

/// What the fields of domain.md §2.1 hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Identifier,
    Date,
    Time,
    Count,
    Weight,
    Money,
    PageOf,
    Party,
    Text,
}

fn holds(field: FieldName) -> Holds {
    use FieldName as F;
    match field {
        F::ProNumber
        | F::BolNumber
        | F::MasterBol
        | F::LoadNumber
        | F::CustomerPo
        | F::ShipperRef => Holds::Identifier,
        F::AppointmentNumber
        | F::SealNumbers
        | F::TrailerNumber
        | F::ContainerNumber
        | F::InvoiceNo => Holds::Identifier,
        F::PickupDate | F::DeliveryDate => Holds::Date,
        F::ArrivalTime | F::DockIn | F::DockOut | F::DepartureTime => Holds::Time,
        F::Pieces | F::HandlingUnits | F::PiecesReceived => Holds::Count,
        F::Weight => Holds::Weight,
        F::Total => Holds::Money,
        F::PageKOfN => Holds::PageOf,
        F::ShipFrom | F::ShipTo => Holds::Party,
        F::Scac | F::CarrierName | F::ReceivedByName | F::ExceptionNotation | F::StampText => {
            Holds::Text
        }
        F::SignatureConsignee | F::SignatureDriver | F::SignatureShipper => Holds::Text,
    }
}

/// Is the field an identifier or a date, whose legibility decides whether the paper is legible (domain.md §1.3, V2)?
#[must_use]
pub fn is_key(field: FieldName) -> bool {
    matches!(holds(field), Holds::Identifier | Holds::Date)
}

/// Does the field hold a number that somebody gave: of papers, of loads, of equipment?
#[must_use]
pub fn is_identifier(field: FieldName) -> bool {
    holds(field) == Holds::Identifier
}

/// Does the field hold a number that a shipment goes by?
#[must_use]
pub fn names_shipment(field: FieldName) -> bool {
    let names_equipment = matches!(field, FieldName::SealNumbers | FieldName::TrailerNumber);
    is_identifier(field) && !names_equipment
}

/// Does the field hold a date?
#[must_use]
pub fn is_date(field: FieldName) -> bool {
    holds(field) == Holds::Date
}

/// Where the date of a delivery is written: in its own place, or in that for a time beside it.
#[must_use]
pub(super) fn may_be_delivery_date(field: FieldName) -> bool {
    field == FieldName::DeliveryDate || holds(field) == Holds::Time
}

/// May the paper name several of them?
#[must_use]
pub fn is_list(field: FieldName) -> bool {
    matches!(field, FieldName::CustomerPo | FieldName::SealNumbers)
}

/// Reads a span as what its field holds.
#[must_use]
pub fn read(span: &Span, dates: &DateContext) -> Reading {
    decoded(span, dates).0
}

/// Reads a span as what its field holds, and says how much of what its doubtful numbers may say speaks for that, 0..1.
#[must_use]
pub(super) fn decoded(span: &Span, dates: &DateContext) -> (Reading, f32) {
    let text = span.text();
    match holds(span.field) {
        Holds::Date | Holds::Time | Holds::Count => {
            decoded_text(span.field, &text, &span.others, dates)
        }
        Holds::Party => (
            sure(normalise::read_party(&span.lines).map(Value::Party)),
            1.0,
        ),
        _ => (read_text(span.field, &text, dates), 1.0),
    }
}

/// The same of a text and what else it may say.
pub(super) fn decoded_text(
    field: FieldName,
    text: &str,
    others: &[(String, f32)],
    dates: &DateContext,
) -> (Reading, f32) {
    let read = |text: &str| read_text(field, text, dates);
    let plausible = dates.plausible(field);
    decode(text, others, read, |reading| prior(reading, plausible))
}

/// A day outside the plausible ones, or one that these do not settle, is a misreading nineteen times in twenty: an assumption, to
/// be measured on real paper.
fn prior(reading: &Reading, plausible: Option<Window>) -> f32 {
    let Some(window) = plausible else {
        return 1.0;
    };
    match reading {
        Reading::Sure(Value::Date(day), _) if window.holds(*day) => 1.0,
        Reading::Sure(Value::Date(_), _) | Reading::UndecidedDate => 0.05,
        Reading::Sure(..) | Reading::Unreadable => 1.0,
    }
}

fn read_text(field: FieldName, text: &str, dates: &DateContext) -> Reading {
    match holds(field) {
        Holds::Identifier => sure(identifier(text, is_list(field))),
        Holds::Date => date(text, dates.order, dates.plausible(field)),
        Holds::Time => sure(normalise::read_time(text).map(|reading| Value::Time(reading.time))),
        Holds::Count => match normalise::read_count(text) {
            Some(count) if count.qty > 0 || may_be_none(field) => Reading::Sure(
                Value::Count(count.qty),
                count.unit.map(|unit| unit.to_string()),
            ),
            Some(_) | None => Reading::Unreadable,
        },
        Holds::Weight => match normalise::read_weight(text) {
            Some(weight) if weight.value > 0.0 => {
                Reading::Sure(Value::Number(weight.value), weight.unit.map(unit_of_weight))
            }
            Some(_) | None => Reading::Unreadable,
        },
        Holds::Money => sure(normalise::read_money(text).map(Value::Money)),
        Holds::PageOf => sure(normalise::read_page_of(text).map(Value::PageOf)),
        Holds::Party => sure(normalise::read_party(&[text.to_owned()]).map(Value::Party)),
        Holds::Text => plain_text(field, text),
    }
}

/// Nothing may have been received; no freight is no pieces.
fn may_be_none(field: FieldName) -> bool {
    field == FieldName::PiecesReceived
}

/// A text that a person tells for a field, and the unit beside it; `None` where it is nothing that the field can hold, a signature, or
/// a remark, whose meaning is judged with the paper.
pub(super) fn read_told(
    field: FieldName,
    text: &str,
    dates: &DateContext,
) -> Option<(Value, Option<String>)> {
    use FieldName as F;
    let is_mark = matches!(
        field,
        F::SignatureConsignee | F::SignatureDriver | F::SignatureShipper
    );
    if is_mark || matches!(field, F::ExceptionNotation | F::StampText) {
        return None;
    }
    match read_text(field, text, dates) {
        Reading::Sure(value, unit) => Some((value, unit)),
        Reading::UndecidedDate | Reading::Unreadable => None,
    }
}

fn sure(value: Option<Value>) -> Reading {
    value.map_or(Reading::Unreadable, |value| Reading::Sure(value, None))
}

fn unit_of_weight(unit: WeightUnit) -> String {
    match unit {
        WeightUnit::Pound => "lb".to_owned(),
        WeightUnit::Kilogram => "kg".to_owned(),
    }
}

fn date(text: &str, order: OrderHint, plausible: Option<Window>) -> Reading {
    match normalise::read_date(text, order, plausible) {
        DateReading::Sure(date) => Reading::Sure(Value::Date(date), None),
        DateReading::Ambiguous { .. } | DateReading::WithoutYear => Reading::UndecidedDate,
        DateReading::None => Reading::Unreadable,
    }
}

fn plain_text(field: FieldName, text: &str) -> Reading {
    let text = if field == FieldName::ReceivedByName {
        name_behind_label(text)
    } else {
        text
    };
    let text = text.trim_matches(|c: char| c.is_whitespace() || ":_-.,;".contains(c));
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let value = if field == FieldName::Scac {
        text.to_ascii_uppercase()
    } else {
        text.to_owned()
    };
    let fits = match field {
        FieldName::Scac => {
            let is_label = ["CODE", "SCAC"].contains(&value.as_str());
            (2..=4).contains(&letters) && value.chars().count() == letters && !is_label
        }
        FieldName::CarrierName => letters >= 2 && normalise::names_company(text),
        _ => letters >= 2,
    };
    if fits {
        Reading::Sure(Value::Text(value), None)
    } else {
        Reading::Unreadable
    }
}

/// A name without the label that a reader ran into it: `NAME):Juan Hernandez`.
fn name_behind_label(text: &str) -> &str {
    let behind = text.rfind([':', ')']).and_then(|at| text.get(at + 1..));
    let is_name = |rest: &&str| rest.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    behind.filter(is_name).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Confidence, Source};

    /// A span that one reader read, surely.
    pub(super) fn span(field: FieldName, text: &str) -> Span {
        Span {
            field,
            lines: text.split('\n').map(str::to_owned).collect(),
            bbox: BBox::PAGE,
            chance: 0.9,
            read: Confidence::new(0.9),
            source: Source::Ocr,
            second: None,
            others: Vec::new(),
        }
    }

    #[test]
    fn each_field_is_read_as_what_it_holds() {
        let read = |field, text| read(&span(field, text), &DateContext::default());
        assert_eq!(
            read(FieldName::ProNumber, "123-456782"),
            Reading::Sure(Value::Text("123456782".into()), None)
        );
        assert_eq!(
            read(FieldName::Scac, "odfl"),
            Reading::Sure(Value::Text("ODFL".into()), None)
        );
        assert_eq!(read(FieldName::Scac, "12"), Reading::Unreadable);
        assert_eq!(read(FieldName::Scac, "CODE"), Reading::Unreadable);
        assert_eq!(read(FieldName::ProNumber, "PRO"), Reading::Unreadable);
        let telephone = read(FieldName::ProNumber, "1 (776) 792-5351");
        assert_eq!(telephone, Reading::Unreadable);
        assert_eq!(
            read(FieldName::ShipperRef, "800 123 4567"),
            Reading::Sure(Value::Text("8001234567".into()), None)
        );
        assert_eq!(read(FieldName::Pieces, "none"), Reading::Unreadable);
        let orders = Value::List(vec!["4500123".into(), "4500124".into()]);
        assert_eq!(
            read(FieldName::CustomerPo, "4500-123,4500124"),
            Reading::Sure(orders, None)
        );
    }

    #[test]
    fn a_name_is_read_without_its_label() {
        let read = read(
            &span(FieldName::ReceivedByName, "NAME):Juan Hernandez"),
            &DateContext::default(),
        );
        assert_eq!(
            read,
            Reading::Sure(Value::Text("Juan Hernandez".into()), None)
        );
    }

    #[test]
    fn a_date_that_can_be_read_in_two_orders_is_not_guessed() {
        assert_eq!(
            read(
                &span(FieldName::DeliveryDate, "04/05/2025"),
                &DateContext::default()
            ),
            Reading::UndecidedDate
        );
    }

    #[test]
    fn a_doubtful_date_is_read_as_the_day_that_is_plausible() {
        let mut written = span(FieldName::DeliveryDate, "3/71/26");
        written.others = vec![("3/11/26".into(), 0.2), ("3/17/26".into(), 0.2)];
        let window = |from: i8, to: i8| Window {
            from: jiff::civil::date(2026, 3, from),
            to: jiff::civil::date(2026, 3, to),
        };
        for (plausible, day) in [(window(9, 13), 11), (window(15, 19), 17)] {
            let dates = DateContext {
                delivered: Some(plausible),
                ..DateContext::default()
            };
            let wanted = Value::Date(jiff::civil::date(2026, 3, day));
            let (reading, share) = decoded(&written, &dates);
            assert_eq!(reading, Reading::Sure(wanted, None));
            assert!(share > 0.9, "{share}");
        }
    }

    #[test]
    fn no_freight_has_no_pieces_and_no_weight_but_none_of_it_may_be_received() {
        let holds = |field, text| {
            let reading = read(&span(field, text), &DateContext::default());
            matches!(reading, Reading::Sure(..))
        };
        assert!(!holds(FieldName::Pieces, "0") && !holds(FieldName::Weight, "0"));
        assert!(holds(FieldName::Pieces, "1") && holds(FieldName::Weight, "1"));
        assert!(holds(FieldName::PiecesReceived, "0"));
    }
}
