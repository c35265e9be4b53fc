//! Documents as the ledger writes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LedgerError, sql};
use crate::understanding::{Document, Field, FieldName, Value};

/// A document beside its values that JSON does not tell apart. Values are written without their kind, as events show them,
/// so that a PRO number would come back as an amount, a bill of lading `20260314` as a date and a list as a party.
#[derive(Serialize, Deserialize)]
struct Encoded<D> {
    document: D,
    exact: BTreeMap<FieldName, Exact>,
    /// What another engine read of a field, and of the numbers under no label and the dates that are open, in their order. Older documents
    /// have none.
    #[serde(default)]
    seconds: BTreeMap<FieldName, String>,
    #[serde(default)]
    seconds_elsewhere: Vec<Option<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Exact {
    Text(String),
    List(Vec<String>),
}

impl Exact {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(Self::Text(text.clone())),
            Value::List(list) => Some(Self::List(list.clone())),
            Value::Flag(_)
            | Value::Count(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Money(_)
            | Value::Party(_)
            | Value::PageOf(_) => None,
        }
    }
}

pub(super) fn encode(document: &Document) -> Result<String, LedgerError> {
    let exact = document
        .fields
        .iter()
        .filter_map(|(name, field)| Some((*name, Exact::of(&field.found.value)?)))
        .collect();
    let second = |(name, field): (&FieldName, &Field)| Some((*name, field.found.second.clone()?));
    let open = document.traits.unsettled_dates.iter();
    let numbers = document.traits.other_identifiers.iter();
    let rows = document.traits.other_dates.iter().map(|date| &date.found);
    // What earlier programs did not keep comes last.
    let elsewhere = numbers.chain(open.map(|date| &date.found)).chain(rows);
    let elsewhere = elsewhere.chain(&document.traits.other_names);
    sql::json(&Encoded {
        document,
        exact,
        seconds: document.fields.iter().filter_map(second).collect(),
        seconds_elsewhere: elsewhere.map(|found| found.second.clone()).collect(),
    })
}

pub(super) fn decode(text: &str) -> Result<Document, LedgerError> {
    let Encoded {
        mut document,
        exact,
        seconds,
        seconds_elsewhere,
    } = sql::from_json::<Encoded<Document>>(text)?;
    for (name, value) in exact {
        if let Some(field) = document.fields.get_mut(&name) {
            field.found.value = match value {
                Exact::Text(text) => Value::Text(text),
                Exact::List(list) => Value::List(list),
            };
        }
    }
    for (name, second) in seconds {
        if let Some(field) = document.fields.get_mut(&name) {
            field.found.second = Some(second);
        }
    }
    let traits = &mut document.traits;
    let open = traits.unsettled_dates.iter_mut();
    let open = open.chain(&mut traits.other_dates);
    let numbers = traits.other_identifiers.iter_mut();
    let elsewhere = numbers.chain(open.map(|date| &mut date.found));
    let elsewhere = elsewhere.chain(&mut traits.other_names);
    for (found, second) in elsewhere.zip(seconds_elsewhere) {
        found.second = second;
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Found;
    use crate::events::examples;
    use crate::understanding::UnsettledDate;

    #[test]
    fn a_document_comes_back_with_the_kind_of_each_value() {
        let document = examples::document(examples::pages(0..2));
        let back = decode(&encode(&document).unwrap()).unwrap();
        assert_eq!(back.fields, document.fields);
        assert_eq!(back.pages, document.pages);
        assert_eq!(back.notations, document.notations);
    }

    #[test]
    fn a_document_comes_back_with_what_another_engine_read() {
        let mut document = examples::document(examples::pages(0..2));
        let field = document.fields.values_mut().next().unwrap();
        field.found.second = Some("7700123".to_owned());
        let number = |second: Option<&str>| Found {
            second: second.map(str::to_owned),
            ..field.found.with("7700128".to_owned())
        };
        document.traits.other_identifiers = vec![number(None), number(Some("7700123"))];
        document.traits.unsettled_dates = vec![UnsettledDate {
            field: FieldName::DeliveryDate,
            found: number(Some("3/4/26")),
            others: Vec::new(),
        }];
        let back = decode(&encode(&document).unwrap()).unwrap();
        assert_eq!(back.fields, document.fields);
        assert_eq!(
            back.traits.other_identifiers,
            document.traits.other_identifiers
        );
        assert_eq!(back.traits.unsettled_dates, document.traits.unsettled_dates);
    }
}
