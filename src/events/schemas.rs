//! The JSON Schemas (2020-12) of the events' `data`, generated from the types. The committed copies in
//! `src/events/schemas/` are what `dataschema` names; a test holds that they agree with the types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::alarm::AlarmData;
use super::data::{ClassifiedData, DocumentData, RaisedData, RejectedData, ResolvedData};
use super::envelope::EventType;
use super::scored::ScoredData;

/// The schema of each event type's `data`.
#[must_use]
pub fn schemas() -> BTreeMap<EventType, Value> {
    EventType::ALL
        .into_iter()
        .map(|kind| (kind, schema(kind)))
        .collect()
}

fn schema(kind: EventType) -> Value {
    let mut schema = match kind {
        EventType::DocumentClassified => generate::<ClassifiedData>(),
        EventType::AttachmentValidated => generate::<DocumentData>(),
        EventType::ExceptionRaised => generate::<RaisedData>(),
        EventType::ExceptionResolved => generate::<ResolvedData>(),
        EventType::ChargesScored => generate::<ScoredData>(),
        EventType::UploadRejected => generate::<RejectedData>(),
        EventType::ModelAlarm => generate::<AlarmData>(),
    };
    schema.insert("$id".to_owned(), Value::String(kind.dataschema()));
    schema.insert("title".to_owned(), Value::String(kind.name().to_owned()));
    schema.to_value()
}

fn generate<T: JsonSchema>() -> schemars::Schema {
    // Events are written by us and read by others: what counts is what the types write.
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use serde_json::json;

    use super::*;
    use crate::events::examples;

    fn committed(kind: EventType) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("src/events/schemas/{kind}.json"))
    }

    #[test]
    fn the_committed_schemas_are_those_of_the_types() {
        let update = std::env::var_os("COUNTERSIGN_UPDATE_SCHEMAS").is_some();
        for (kind, schema) in schemas() {
            let path = committed(kind);
            let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
            if update {
                fs::write(&path, &text).unwrap();
            }
            assert_eq!(
                fs::read_to_string(&path).unwrap_or_default(),
                text,
                "{} differs from the types; run `COUNTERSIGN_UPDATE_SCHEMAS=1 cargo test --release schemas` and commit it",
                path.display()
            );
        }
    }

    #[test]
    fn every_example_event_is_valid_by_the_schema_it_names() {
        let schemas = schemas();
        for event in examples::events() {
            let schema = &schemas[&event.kind];
            let json = serde_json::to_value(&event).unwrap();
            assert_eq!(json["dataschema"], schema["$id"]);
            if let Err(error) = jsonschema::draft202012::validate(schema, &json["data"]) {
                panic!("{}: {error} at {}", event.kind, error.instance_path());
            }
        }
    }

    #[test]
    fn every_event_type_has_an_example() {
        let seen: Vec<_> = examples::events().iter().map(|event| event.kind).collect();
        assert!(EventType::ALL.iter().all(|kind| seen.contains(kind)));
    }

    #[test]
    fn an_event_that_breaks_the_contract_is_invalid() {
        let broken = [
            ("/document/sha256", json!("abc")),
            ("/document/pages", json!([0])),
            ("/document/class", json!("love_letter")),
            ("/document/class_confidence", json!(1.5)),
            ("/document/quality/defects", json!(["torn"])),
            ("/document/object/bucket", json!(null)),
            ("/shipment/evidence/0/agreement", json!("perhaps")),
            ("/fields/pro_number/box", json!([0.1, 0.2, 0.3])),
            ("/fields/pro_number/source", json!("guess")),
            ("/decision/state", json!("BILLABLE")),
            ("/decision/missing", json!("signature_consignee")),
            ("/condition/state", json!("dirty")),
            ("/exceptions", json!([{"code": "SIGNATURE_MISSING"}])),
            ("/accessorials/charges/0/amount", json!(135.0)),
            ("/priority", json!(-1)),
            ("/models", json!({})),
        ];
        let schema = &schemas()[&EventType::AttachmentValidated];
        let event = serde_json::to_value(examples::validated()).unwrap();
        for (place, value) in broken {
            let mut data = event["data"].clone();
            *data.pointer_mut(place).expect(place) = value;
            assert!(
                !jsonschema::draft202012::is_valid(schema, &data),
                "{place} was not held to the contract"
            );
        }
    }

    #[test]
    fn every_part_that_the_contract_names_is_required() {
        let schema = &schemas()[&EventType::ExceptionRaised];
        let event = serde_json::to_value(examples::raised()).unwrap();
        let parts = [
            "document",
            "shipment",
            "fields",
            "condition",
            "decision",
            "exceptions",
            "accessorials",
            "priority",
            "models",
        ];
        for part in parts {
            let mut data = event["data"].clone();
            data.as_object_mut().unwrap().shift_remove(part).unwrap();
            assert!(!jsonschema::draft202012::is_valid(schema, &data), "{part}");
        }
    }

    #[test]
    fn a_field_that_a_later_version_adds_is_no_breach() {
        let schema = &schemas()[&EventType::AttachmentValidated];
        let mut data = serde_json::to_value(examples::validated()).unwrap()["data"].clone();
        data["fields"]["gate_code"] = data["fields"]["pro_number"].clone();
        data["new"] = json!(1);
        assert!(jsonschema::draft202012::is_valid(schema, &data));
    }
}
