//! Shipments whose numbers are a character apart.

use serde_json::json;

use super::sample::{document, field, shipment, text};
use super::tests::{ACME, consignee, find, outcome};
use crate::document::Source;
use crate::understanding::FieldName;

#[test]
fn one_look_alike_character_does_not_tell_two_shipments_apart() {
    let loads = || {
        ["7700123", "7700128", "7700145"].map(|load| shipment(load, &[("LOAD", load)], json!({})))
    };
    let by_eye = document([(FieldName::LoadNumber, text("7700128")), consignee(ACME)]);
    assert_eq!(outcome(&find(&by_eye, loads())), "?7700123,7700128");
    let mut by_machine = by_eye;
    by_machine.fields.insert(
        FieldName::LoadNumber,
        field(text("7700128"), Source::Barcode, 1.0),
    );
    assert_eq!(outcome(&find(&by_machine, loads())), "=7700128");
}

#[test]
fn two_engines_that_read_the_same_tell_two_shipments_apart() {
    let loads = || ["7700123", "7700128"].map(|load| shipment(load, &[("LOAD", load)], json!({})));
    let mut paper = document([(FieldName::LoadNumber, text("7700128")), consignee(ACME)]);
    assert_eq!(outcome(&find(&paper, loads())), "?7700123,7700128");
    for (second, expected) in [
        ("7700128", "=7700128"),
        ("7709128", "=7700128"), // They differ, but not in what tells the two apart.
        ("7700123", "?7700123,7700128"),
        ("7700126", "?7700123,7700128"),
    ] {
        let field = paper.fields.get_mut(&FieldName::LoadNumber).unwrap();
        field.found.raw = "7700128".to_owned();
        field.found.second = Some(second.to_owned());
        assert_eq!(outcome(&find(&paper, loads())), expected, "{second}");
    }
}

#[test]
fn a_number_that_another_engine_reads_as_a_neighbours_tells_no_two_shipments_apart() {
    let loads = || ["7700128", "7709128"].map(|load| shipment(load, &[("LOAD", load)], json!({})));
    let mut paper = document([(FieldName::LoadNumber, text("7700128")), consignee(ACME)]);
    assert_eq!(outcome(&find(&paper, loads())), "=7700128", "no look-alike");
    let field = paper.fields.get_mut(&FieldName::LoadNumber).unwrap();
    field.found.raw = "7700128".to_owned();
    field.found.second = Some("7709128".to_owned());
    assert_eq!(outcome(&find(&paper, loads())), "?7700128,7709128");
}

#[test]
fn the_check_digit_of_an_air_waybill_tells_two_shipments_apart() {
    let waybills = ["176-87654324", "176-87654824"];
    let flown = || waybills.map(|number| shipment(number, &[("AWB", number)], json!({})));
    let paper = document([
        (FieldName::ProNumber, text("176-87654324")),
        consignee(ACME),
    ]);
    assert_eq!(outcome(&find(&paper, flown())), "=176-87654324");
}
