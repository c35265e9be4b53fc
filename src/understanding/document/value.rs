//! Normalised values, and how they are written down and read back.

use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::Money;

/// A normalised value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// Is it there.
    Flag(bool),
    /// A whole number.
    Count(u32),
    /// A measure; the unit stands beside it.
    Number(f64),
    /// A calendar date, ISO 8601. Read back only as it is written: `20260314` is an identifier.
    Date(
        #[serde(deserialize_with = "as_written::date")]
        #[schemars(with = "String")]
        Date,
    ),
    /// Local time on a 24 hour clock, `HH:MM`.
    Time(
        #[serde(with = "hours_minutes")]
        #[schemars(with = "String")]
        Time,
    ),
    /// An amount. Read back only as it is written, with two places: `123456782` is an identifier.
    Money(#[serde(deserialize_with = "as_written::money")] Money),
    /// Several identifiers. Stands before the structures, which could be read from a list too.
    List(Vec<String>),
    /// Page k of n.
    PageOf(PageOf),
    /// A party with its address.
    Party(Party),
    /// Any other text.
    Text(String),
}

impl Value {
    /// The date, where it is one.
    #[must_use]
    pub fn as_date(&self) -> Option<Date> {
        if let Self::Date(date) = self {
            Some(*date)
        } else {
            None
        }
    }

    /// The whole number, where it is one.
    #[must_use]
    pub fn as_count(&self) -> Option<u32> {
        if let Self::Count(count) = self {
            Some(*count)
        } else {
            None
        }
    }

    /// The party, where it is one.
    #[must_use]
    pub fn as_party(&self) -> Option<&Party> {
        if let Self::Party(party) = self {
            Some(party)
        } else {
            None
        }
    }

    /// Its texts: one, several or none.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let texts = match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::List(list) => list.as_slice(),
            Self::Flag(_)
            | Self::Count(_)
            | Self::Number(_)
            | Self::Date(_)
            | Self::Time(_)
            | Self::Money(_)
            | Self::Party(_)
            | Self::PageOf(_) => &[],
        };
        texts.iter().map(String::as_str)
    }
}

/// Name and address of a consignor or consignee.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Party {
    /// Name, the first line.
    pub name: String,
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal: Option<String>,
    /// ISO 3166 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// "Page 2 of 3".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PageOf {
    /// Which.
    pub page: u32,
    /// Of how many.
    pub of: u32,
}

/// Reads dates and amounts back only in the form in which they are written, so that a text of digits stays a text.
mod as_written {
    use jiff::civil::Date;
    use rust_decimal::Decimal;
    use serde::{Deserialize as _, Deserializer, de::Error as _};

    use crate::document::Money;

    pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        let date = text.parse::<Date>().ok();
        date.filter(|date| date.to_string() == text)
            .ok_or_else(|| D::Error::custom("no date"))
    }

    pub(super) fn money<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        let text = String::deserialize(deserializer)?;
        let money = Decimal::from_str_exact(&text).ok().map(Money);
        money
            .filter(|money| money.to_string() == text)
            .ok_or_else(|| D::Error::custom("no amount"))
    }
}

mod hours_minutes {
    use jiff::civil::Time;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&time.strftime("%H:%M"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Time, D::Error> {
        let text = String::deserialize(deserializer)?;
        Time::strptime("%H:%M", &text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_parked_document_come_back_as_they_were() {
        let day: Date = "2026-03-14".parse().unwrap();
        for value in [
            Value::Text("123456782".to_owned()),
            Value::Text("20260314".to_owned()),
            Value::Text("07209562763".to_owned()),
            Value::Text("4500.1".to_owned()),
            Value::Date(day),
            Value::Money(Money("135.00".parse().unwrap())),
            Value::Time("09:30".parse().unwrap()),
            Value::Count(96),
            Value::Number(1830.5),
            Value::List(vec!["4500123456".to_owned()]),
            Value::Party(Party::default()),
            Value::Flag(true),
        ] {
            let written = serde_json::to_string(&value).unwrap();
            let read: Value = serde_json::from_str(&written).unwrap();
            assert_eq!(read, value, "{written}");
        }
    }
}
