//! The AsyncAPI 3 document of all channels: what goes into the broker's queues and what comes out of its exchange.
//!
//! Made of the types and the topology. The committed copy, `docs/asyncapi.json`, is what other programs' tools read; a test holds that it
//! agrees.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::envelope::EventType;
use crate::broker::{EVENTS, Queue, SHIPMENTS, Topology, UPLOADS};
use crate::intake;
use crate::shipments::Shipment;

/// Of the AMQP bindings that the document uses.
const BINDING: &str = "0.4.0";

/// The document.
#[must_use]
pub fn asyncapi() -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    for queue in Topology::of_worker().queues {
        if let Some((name, message)) = message_of(&queue) {
            channels.insert(name.to_owned(), queue_channel(&queue, name, message));
            operations.insert(format!("take.{name}"), operation("receive", name));
        }
    }
    for kind in EventType::ALL {
        channels.insert(kind.name().to_owned(), event_channel(kind));
        operations.insert(format!("tell.{kind}"), operation("send", kind.name()));
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {"title": "Countersign", "version": env!("CARGO_PKG_VERSION"), "license": {"name": "Apache-2.0"},
            "description": "Takes notices of uploaded delivery papers and shipments; tells what became of each paper."},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages(), "schemas": schemas()},
    })
}

/// The channel and message of a queue that other programs send to.
fn message_of(queue: &Queue) -> Option<(&'static str, &'static str)> {
    let messages = [(UPLOADS, "uploadNotice"), (SHIPMENTS, "shipment")];
    messages.into_iter().find(|(name, _)| *name == queue.name)
}

fn queue_channel(queue: &Queue, name: &str, message: &str) -> Value {
    json!({
        "address": name,
        "messages": {message: {"$ref": format!("#/components/messages/{message}")}},
        "bindings": {"amqp": {"is": "queue", "bindingVersion": BINDING,
            "queue": {"name": name, "durable": true, "exclusive": false, "autoDelete": false}}},
        "x-arguments": queue.arguments(),
    })
}

fn event_channel(kind: EventType) -> Value {
    json!({
        "address": kind.name(),
        "messages": {kind.name(): {"$ref": format!("#/components/messages/{kind}")}},
        "bindings": {"amqp": {"is": "routingKey", "bindingVersion": BINDING,
            "exchange": {"name": EVENTS, "type": "topic", "durable": true, "autoDelete": false}}},
    })
}

fn operation(action: &str, channel: &str) -> Value {
    let bindings = if action == "send" {
        json!({"amqp": {"deliveryMode": 2, "mandatory": true, "timestamp": true, "bindingVersion": BINDING}})
    } else {
        json!({"amqp": {"ack": true, "bindingVersion": BINDING}})
    };
    json!({"action": action, "channel": {"$ref": format!("#/channels/{channel}")}, "bindings": bindings})
}

fn messages() -> Map<String, Value> {
    let mut messages = Map::new();
    let plain = |payload: Value, summary: &str| {
        json!({"contentType": "application/json", "summary": summary, "payload": payload,
            "headers": {"type": "object", "properties": {"traceparent": {"type": "string", "description": "W3C Trace Context; goes on to the events."}}}})
    };
    let shapes = ["s3Event", "ownNotice", "s3CloudEvent"].map(reference);
    messages.insert(
        "uploadNotice".to_owned(),
        plain(
            json!({"anyOf": shapes}),
            "Objects of the store came or went.",
        ),
    );
    messages.insert(
        "shipment".to_owned(),
        plain(reference("shipment"), "One version of a shipment."),
    );
    for kind in EventType::ALL {
        let event = json!({"name": kind.name(), "contentType": "application/cloudevents+json; charset=utf-8",
            "payload": reference(kind.name()), "bindings": {"amqp": {"messageType": kind.name(), "bindingVersion": BINDING}}});
        messages.insert(kind.name().to_owned(), event);
    }
    messages
}

fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let [s3_event, own_notice] = intake::schemas(&mut generator());
    let shipment = generator().into_root_schema_for::<Shipment>();
    for (name, schema) in [
        ("s3Event", s3_event),
        ("ownNotice", own_notice),
        ("shipment", shipment),
    ] {
        add(&mut schemas, name, schema);
    }
    schemas.insert("s3CloudEvent".to_owned(), s3_cloud_event());
    for kind in EventType::ALL {
        schemas.insert(kind.name().to_owned(), envelope(kind));
    }
    schemas
}

/// Refers to definitions where this document keeps them.
fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    settings.into_generator()
}

/// Adds a schema and, beside it, the definitions that it brings along.
fn add(schemas: &mut Map<String, Value>, name: &str, mut schema: Schema) {
    let brought = schema.remove("components");
    if let Some(Value::Object(definitions)) =
        brought.and_then(|mut own| own.get_mut("schemas").map(Value::take))
    {
        schemas.extend(definitions);
    }
    schemas.insert(name.to_owned(), schema.to_value());
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn s3_cloud_event() -> Value {
    json!({
        "type": "object", "required": ["specversion", "type", "data"],
        "properties": {"specversion": {"const": "1.0"}, "type": {"type": "string", "pattern": r"^com\.amazonaws\.s3\."}, "data": {"type": "object"}},
    })
}

/// A CloudEvent whose `data` has the schema that lies beside the source.
fn envelope(kind: EventType) -> Value {
    json!({
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid", "description": "The same upload, type, subject and models give the same id: drop repeats by it."},
            "source": {"const": "countersign"},
            "type": {"const": kind.name()},
            "subject": {"type": "string"},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"const": kind.dataschema()},
            "traceparent": {"type": "string"},
            "data": {"$ref": format!("../src/events/schemas/{kind}.json")},
        },
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::events::examples;

    #[test]
    fn the_committed_document_is_that_of_the_types() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/asyncapi.json");
        let text = serde_json::to_string_pretty(&asyncapi()).unwrap() + "\n";
        if std::env::var_os("COUNTERSIGN_UPDATE_SCHEMAS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(&path).unwrap_or_default(),
            text,
            "docs/asyncapi.json differs; run `COUNTERSIGN_UPDATE_SCHEMAS=1 cargo test --release asyncapi` and commit it"
        );
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(values) => values.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = asyncapi();
        let mut found = Vec::new();
        references(&document, &mut found);
        for reference in found {
            let leads = match reference.strip_prefix('#') {
                Some(inside) => document.pointer(inside).is_some(),
                None => Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("docs")
                    .join(reference)
                    .exists(),
            };
            assert!(leads, "{reference}");
        }
    }

    #[test]
    fn events_are_as_the_document_says() {
        for event in examples::events() {
            let mut schema = envelope(event.kind);
            schema["properties"]["data"] = json!({"type": "object"});
            let event = serde_json::to_value(&event).unwrap();
            assert!(
                jsonschema::draft202012::is_valid(&schema, &event),
                "{event}"
            );
        }
    }

    #[test]
    fn notices_and_shipments_are_as_the_document_says() {
        let valid = |schema: &Value, value: Value| {
            if let Err(error) = jsonschema::draft202012::validate(schema, &value) {
                panic!("{error} at {}: {value}", error.instance_path());
            }
        };
        let [s3, own] = intake::schemas(&mut generator()).map(Schema::to_value);
        let shipment = generator().into_root_schema_for::<Shipment>().to_value();
        valid(
            &s3,
            json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": {"key": "k", "size": 1}}}]}),
        );
        valid(
            &own,
            json!({"bucket": "b", "key": "k", "hints": {"tenant": "t", "received_at": "2026-03-14T09:26:53Z"}}),
        );
        let feed = include_str!("../../fixtures/shipments.jsonl");
        for line in feed.lines() {
            valid(&shipment, serde_json::from_str(line).unwrap());
        }
    }
}
