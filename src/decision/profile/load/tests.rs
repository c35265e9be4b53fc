//! Profiles as files hold them, right and wrong.

use super::*;
use crate::decision::profile::FoulPolicy;

fn load(files: &[(&str, &str)]) -> Result<Profiles, ProfileError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    Profiles::load(folder.path())
}

fn message(name: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    let message = Profiles::load(&file).unwrap_err().to_string();
    assert!(message.contains(name), "names the file: {message}");
    message
}

#[test]
fn without_files_there_is_the_built_in_profile() {
    let profiles = Profiles::default();
    let default = profiles.find(None).unwrap();
    assert_eq!((default.id.as_str(), default.version), ("default", 1));
    assert!(default.accept_stamp_as_signature && default.accept_bol_as_pod);
    assert!(!default.accept_driver_release && !default.accept_unsigned_epod);
    assert_eq!(default.required_docs, ["pod"]);
}

#[test]
fn a_named_profile_that_is_not_there_is_named() {
    let missing = Profiles::default().find(Some("acme")).unwrap_err();
    assert_eq!(missing.id, "acme");
}

#[test]
fn all_keys_of_the_contract_are_read_from_json() {
    let text = r#"{"id": "acme", "version": 3, "customer_id": "c", "customer": "Acme", "required_docs": ["pod", "lumper_receipt_if_charged"],
        "required_fields": ["received_by_name"], "accept_stamp_as_signature": false, "accept_unsigned_epod": true,
        "accept_driver_release": true, "accept_bol_as_pod": false, "accept_signed_packing_list": true, "accept_photo": true,
        "accept_screenshot": true, "original_paper_required": true, "foul_policy": "hold_until_osd", "free_time": {"TL": 120},
        "detention_rate_per_hour": 60, "increment": 15, "rounding": "down", "detention_start": "appt", "caps": {"DET": "400.00"},
        "accessorial_schedule": {"LIFT": 95.5}, "accessorial_preapproval": {"LUMPER": "dispatch"},
        "fsc": {"TL": {"peg": 1.25, "mpg": 6.5}, "LTL_percent_of_linehaul": 28.4}, "tolerance": {"abs": 1, "pct": 0.5},
        "pod_due_days": 2, "invoice_due_days": 5, "ref_numbers_required": ["PO"], "language": "en", "date_order": "MDY", "note": "free"}"#;
    let profiles = load(&[("acme.json", text)]).unwrap();
    let acme = profiles.find(Some("acme")).unwrap();
    assert_eq!(
        (acme.version, acme.foul_policy),
        (3, FoulPolicy::HoldUntilOsd)
    );
    assert_eq!(acme.tolerance.pct.to_string(), "0.5");
    assert_eq!(
        acme.fsc.ltl_percent_of_linehaul.unwrap().to_string(),
        "28.4"
    );
    assert_eq!(acme.caps["DET"].to_string(), "400.00");
}

#[test]
fn one_or_several_profiles_are_read_from_each_shape_of_file() {
    let files = [
        (
            "a.toml",
            "[[profile]]\nid = \"a1\"\n[[profile]]\nid = \"a2\"\n[profile.tolerance]\npct = 0.25\n",
        ),
        ("b.toml", "id = \"b\"\nnote = \"one table\"\n"),
        ("c.json", r#"[{"id": "c1"}, {"id": "c2"}]"#),
        ("d.json", r#"{"profiles": [{"id": "d"}]}"#),
        ("e.json", r#"{"id": "e"}"#),
        ("README.md", "no profile"),
    ];
    let profiles = load(&files).unwrap();
    for id in ["a1", "a2", "b", "c1", "c2", "d", "e", "default"] {
        assert!(profiles.find(Some(id)).is_ok(), "{id}");
    }
    let tolerance = &profiles.find(Some("a2")).unwrap().tolerance;
    assert_eq!(
        (tolerance.abs.to_string(), tolerance.pct.to_string()),
        ("1.00".into(), "0.25".into())
    );
}

#[test]
fn a_file_may_replace_the_built_in_profile() {
    let text = r#"{"id": "default", "version": 7, "accept_stamp_as_signature": false}"#;
    let profiles = load(&[("x.json", text)]).unwrap();
    assert_eq!(profiles.find(None).unwrap().version, 7);
}

fn refused(text: &str, what: &str, advice: &str) {
    let message = message("wrong.json", text);
    assert!(
        message.contains(what) && message.contains(advice),
        "{text} gave: {message}"
    );
}

#[test]
fn an_unknown_name_is_refused_with_what_was_meant() {
    let cases = [
        (r#""foul_polcy": "bill""#, "`foul_polcy`", "`foul_policy`"),
        (
            r#""fsc": {"TL": {"pegg": 1, "mpg": 6}}"#,
            "`fsc.TL.pegg`",
            "`peg`",
        ),
        (
            r#""tolerance": {"percent": 1}"#,
            "`tolerance.percent`",
            "`pct`",
        ),
        (
            r#""required_docs": ["pod", "lumper_if_charged"]"#,
            "`required_docs[1]`",
            "\"lumper_receipt_if_charged\"",
        ),
        (
            r#""required_docs": ["cmr"]"#,
            "`required_docs[0]`",
            "\"cmr_if_charged\"",
        ),
        (
            r#""required_fields": ["recieved_by"]"#,
            "`required_fields[0]`",
            "\"received_by_name\"",
        ),
    ];
    for (entry, what, advice) in cases {
        refused(&format!(r#"{{"id": "a", {entry}}}"#), what, advice);
    }
}

#[test]
fn a_wrong_value_is_refused_with_the_way_to_its_key() {
    let cases = [
        (r#""fsc": {"TL": {"peg": 1}}"#, "`fsc.TL`", "mpg"),
        (
            r#""fsc": {"TL": {"peg": 1, "mpg": 0}}"#,
            "`fsc.TL.mpg`",
            "above 0",
        ),
        (r#""foul_policy": "pay""#, "`foul_policy`", "hold_until_osd"),
        (r#""caps": {"DET": "lots"}"#, "`caps.DET`", "lots"),
        (r#""free_time": {"TL": -5}"#, "`free_time.TL`", "-5"),
        (r#""accept_photo": "yes""#, "`accept_photo`", "boolean"),
        (r#""increment": 0"#, "`increment`", "above 0"),
    ];
    for (entry, what, advice) in cases {
        refused(&format!(r#"{{"id": "a", {entry}}}"#), what, advice);
    }
}

#[test]
fn every_profile_has_an_id_of_its_own() {
    refused(r#"[{"id": "a"}, {"version": 2}]"#, "profile 2", "no id");
    refused(r#"[{"id": "a"}, {"id": "a"}]"#, "\"a\"", "twice");
    refused("{", "line 1", "EOF");
}

#[test]
fn files_that_hold_no_profiles_are_refused_by_name() {
    assert!(message("profiles.yaml", "id: a").contains(".json or .toml"));
    assert!(message("broken.toml", "id = ").contains("line 1"));
    let nowhere = Profiles::load(Path::new("no/such/folder")).unwrap_err();
    assert!(nowhere.to_string().contains("no/such/folder"));
}
