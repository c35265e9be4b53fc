//! When a value that was read is the labelled one.

use serde_json::Value;
use strsim::normalized_levenshtein;

/// Names and remarks that share so much of their letters are the same: a letter in five may be misread.
const ALIKE: f64 = 0.8;
/// Counts and weights differ by less than this through rounding alone.
const ROUNDING: f64 = 0.005;

/// Whether two normalised values of a field are the same: identifiers to the letter, numbers by value, parties by name, names and
/// remarks by most of their letters, lists without their order.
pub(super) fn same(field: &str, wanted: &Value, got: &Value) -> bool {
    match (wanted, got) {
        (Value::Array(wanted), Value::Array(got)) => {
            let among =
                |one: &Value, all: &[Value]| all.iter().any(|other| same(field, one, other));
            wanted.len() == got.len() && wanted.iter().all(|one| among(one, got))
        }
        // A label may write a page as people do: "1/2".
        (Value::String(wanted), Value::Object(got)) if field == "page_k_of_n" => {
            let part = |key: &str| got.get(key).map(plain).unwrap_or_default();
            *wanted == format!("{}/{}", part("page"), part("of"))
        }
        (Value::Object(wanted), Value::Object(got)) => {
            let name = |party: &serde_json::Map<String, Value>| party.get("name").map(plain);
            match (name(wanted), name(got)) {
                (Some(wanted), Some(got)) => alike(&wanted, &got),
                (wanted, got) => wanted == got,
            }
        }
        (Value::Bool(wanted), Value::Bool(got)) => wanted == got,
        _ => match (number(wanted), number(got)) {
            (Some(wanted), Some(got)) if is_amount(field) => (wanted - got).abs() < ROUNDING,
            _ if is_text(field) => alike(&plain(wanted), &plain(got)),
            _ => plain(wanted) == plain(got),
        },
    }
}

fn alike(wanted: &str, got: &str) -> bool {
    normalized_levenshtein(wanted, got) >= ALIKE
}

fn is_text(field: &str) -> bool {
    [
        "carrier_name",
        "received_by_name",
        "exception_notation",
        "stamp_text",
    ]
    .contains(&field)
}

fn is_amount(field: &str) -> bool {
    [
        "pieces",
        "pieces_received",
        "handling_units",
        "weight",
        "total",
    ]
    .contains(&field)
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// Letters and digits in upper case.
fn plain(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_identifier_is_right_to_the_letter() {
        assert!(same("pro_number", &json!("123456782"), &json!("123456782")));
        assert!(same("bol_number", &json!("AB-12"), &json!("AB12")));
        assert!(!same(
            "pro_number",
            &json!("123456782"),
            &json!("123456783")
        ));
        assert!(!same("pro_number", &json!("0123"), &json!("123")));
    }

    #[test]
    fn a_page_is_the_same_as_people_write_it() {
        let got = json!({"page": 1, "of": 2});
        assert!(same("page_k_of_n", &json!("1/2"), &got));
        assert!(!same("page_k_of_n", &json!("2/2"), &got));
    }

    #[test]
    fn numbers_are_the_same_however_they_are_written() {
        assert!(same("weight", &json!(27248), &json!(27248.0)));
        assert!(same("total", &json!("210.00"), &json!("210")));
        assert!(!same("pieces", &json!(10), &json!(16)));
    }

    #[test]
    fn a_name_may_have_a_misread_letter_and_a_list_another_order() {
        assert!(same(
            "received_by_name",
            &json!("SAM CARTER"),
            &json!("Sam Canter")
        ));
        assert!(!same(
            "received_by_name",
            &json!("SAM CARTER"),
            &json!("Jo Lee")
        ));
        assert!(same(
            "customer_po",
            &json!(["A1", "B2"]),
            &json!(["B2", "A1"])
        ));
        assert!(!same("customer_po", &json!(["A1", "B2"]), &json!(["A1"])));
    }

    #[test]
    fn a_party_is_known_by_its_name() {
        let got = json!({"name": "Acme Foods Inc", "city": "Reno"});
        assert!(same("ship_to", &json!({"name": "ACME FOODS INC."}), &got));
        assert!(!same("ship_to", &json!({"name": "Zenith Tools"}), &got));
    }
}
