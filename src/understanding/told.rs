//! Values that a person tells, beside the paper.

use super::values::{DateContext, read_told};
use super::{Field, FieldName};
use crate::document::{BBox, Confidence, Found, PageNumber, Source};

/// The field `name` as a person tells it, as `2026-03-14`; `None` where the text is nothing that it can hold. Nobody's word signs a paper
/// or changes the state of its freight: signatures and remarks cannot be told.
#[must_use]
pub fn told(name: FieldName, text: &str) -> Option<Field> {
    let (value, unit) = read_told(name, text, &DateContext::default())?;
    Some(Field {
        found: Found {
            value,
            raw: text.to_owned(),
            confidence: Confidence::CERTAIN,
            page: PageNumber::from_index(0),
            bbox: BBox::new(0.0, 0.0, 1.0, 1.0),
            source: Source::Hint,
            second: None,
        },
        unit,
        kind: None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::understanding::Value;

    #[test]
    fn a_person_tells_what_a_field_can_hold_and_no_signature() {
        let value = |name, text: &str| told(name, text).map(|field| field.found.value);
        let day = Value::Date(date(2026, 3, 14));
        assert_eq!(value(FieldName::DeliveryDate, "2026-03-14"), Some(day));
        assert_eq!(
            value(FieldName::DeliveryDate, "03/04/05"),
            None,
            "two ways to read it"
        );
        assert_eq!(value(FieldName::DeliveryDate, "tomorrow"), None);
        let name = Value::Text("J. Smith".to_owned());
        assert_eq!(value(FieldName::ReceivedByName, "J. Smith"), Some(name));
        assert_eq!(value(FieldName::SignatureConsignee, "J. Smith"), None);
    }
}
