//! Names as the contract writes them: from a name to its value and back, all names there are, and the nearest one.

use schemars::JsonSchema;
use serde::de::value::{Error, StrDeserializer};
use serde::{Serialize, de::DeserializeOwned};

/// The value with this name, as `lumper_receipt` or `delivery_date`.
pub(super) fn parse<T: DeserializeOwned>(name: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<Error>::new(name)).ok()
}

/// The name of a value, as the contract writes it.
#[must_use]
pub fn name_of<T: Serialize>(value: &T) -> String {
    let name = serde_json::to_value(value).ok();
    name.as_ref()
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// All names of a type whose names stand alone in its schema, without docs of their own; in the order of declaration.
pub(super) fn all<T: JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T);
    let names = schema.get("enum").and_then(serde_json::Value::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

/// Which of `known` looks most like `name`; empty only where nothing is known.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let likeness = |other: &str| strsim::jaro_winkler(name, other);
    known
        .into_iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understanding::{DocumentClass, FieldName};

    #[test]
    fn every_name_leads_to_its_value_and_back() {
        for name in all::<FieldName>() {
            let field: FieldName = parse(&name).unwrap();
            assert_eq!(name_of(&field), name);
        }
        assert_eq!(all::<FieldName>().len(), 33);
        assert_eq!(all::<DocumentClass>().len(), 27);
        assert_eq!(parse("page_k_of_n"), Some(FieldName::PageKOfN));
    }

    #[test]
    fn a_typing_error_leads_to_the_name_that_was_meant() {
        let fields = all::<FieldName>();
        let known = || fields.iter().map(String::as_str);
        assert_eq!(nearest("recieved_by_name", known()), "received_by_name");
        assert_eq!(nearest("po_number", known()), "pro_number");
        assert_eq!(nearest("x", []), "");
    }
}
