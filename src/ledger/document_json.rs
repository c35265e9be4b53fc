//! Documents as the ledger writes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LedgerError, sql};
use crate::understanding::{Document, FieldName, Value};

/// A document beside its values that JSON does not tell apart. Values are written without their kind, as events show them,
/// so that a PRO number would come back as an amount, a bill of lading `20260314` as a date and a list as a party.
#[derive(Serialize, Deserialize)]
struct Encoded<D> {
    document: D,
    exact: BTreeMap<FieldName, Exact>,
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
    sql::json(&Encoded { document, exact })
}

pub(super) fn decode(text: &str) -> Result<Document, LedgerError> {
    let Encoded {
        mut document,
        exact,
    } = sql::from_json::<Encoded<Document>>(text)?;
    for (name, value) in exact {
        if let Some(field) = document.fields.get_mut(&name) {
            field.found.value = match value {
                Exact::Text(text) => Value::Text(text),
                Exact::List(list) => Value::List(list),
            };
        }
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::examples;

    #[test]
    fn a_document_comes_back_with_the_kind_of_each_value() {
        let document = examples::document(examples::pages(0..2));
        let back = decode(&encode(&document).unwrap()).unwrap();
        assert_eq!(back.fields, document.fields);
        assert_eq!(back.pages, document.pages);
        assert_eq!(back.notations, document.notations);
    }
}
