//! Models of all makers: those that keep their contract may serve, the others are refused by what is wrong with them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn bundles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bundles")
}

fn check(folder: &Path) -> (Output, serde_json::Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["models", "check", "--json"])
        .arg(folder)
        .output()
        .unwrap();
    let verdict = serde_json::from_slice(&output.stdout);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    (
        output,
        verdict.unwrap_or_else(|error| panic!("{error}: {words}")),
    )
}

#[test]
fn whatever_made_it_a_graph_that_keeps_its_contract_may_serve() {
    for (case, model) in [
        ("plain-charges", "charges/2"),
        ("plain-page-class", "page-class/2"),
        ("sklearn-charges", "charges/2"),
        ("sklearn-charges-fixed", "charges/2"),
        ("torch-fixed-batch", "page-class/2"),
        ("torch-fp16", "page-class/2"),
        ("torch-int8", "page-class/2"),
        ("torch-metadata", "page-class/2"),
        ("torch-renamed", "page-class/2"),
    ] {
        let (output, verdict) = check(&bundles().join(case).join(model));
        assert!(output.status.success(), "{case}: {verdict}");
        assert!(
            verdict["golden_off"].as_f64().unwrap() < 0.02,
            "{case}: {verdict}"
        );
        assert!(
            (20..1_500).contains(&verdict["peak_mb"].as_u64().unwrap()),
            "{case}: {verdict}"
        );
    }
}

#[test]
fn what_breaks_its_contract_is_refused_by_name_in_time_and_memory() {
    for (case, model, wanted) in [
        ("bad-custom-operator", "charges/2", "evil.example"),
        ("bad-unknown-operator", "charges/2", "failed"),
        ("bad-external-data", "charges/2", "outside.bin"),
        ("bad-external-absolute", "charges/2", "/etc/passwd"),
        ("bad-loop", "charges/2", "Loop"),
        ("bad-nested-if", "charges/2", "nested too deeply"),
        ("bad-memory", "charges/2", ""),
        ("bad-opset", "charges/2", "operator set is 99"),
        ("bad-slow", "charges/2", "longer than 30 seconds"),
        ("bad-truncated", "charges/2", "cut short"),
        ("bad-nan", "charges/2", "NaN"),
        ("bad-nan-unseen", "page-class/2", "no number"),
        ("bad-nan-unseen-charges", "charges/2", "no number"),
        ("bad-golden", "charges/2", "golden outputs allow"),
        ("bad-hash", "charges/2", "sha256"),
        ("bad-escape", "charges/2", "leaves the folder"),
        ("bad-schema", "charges/2", "schema 7"),
        ("bad-shape", "page-class/2", "class"),
        ("bad-shape-dynamic", "page-class/2", "26 are wanted"),
        ("bad-label", "page-class/2", "invoice_of_doom"),
        ("bad-missing-output", "page-class/2", "first_page"),
        ("bad-sign", "page-class/2", "calibration.temperature"),
    ] {
        let started = Instant::now();
        let (output, verdict) = check(&bundles().join(case).join(model));
        let took = started.elapsed();
        assert_eq!(output.status.code(), Some(1), "{case}: {verdict}");
        let reasons = verdict["mismatches"].to_string();
        assert!(reasons.contains(wanted), "{case}: {reasons}");
        // The child is killed after 30 seconds.
        assert!(took < Duration::from_secs(60), "{case} took {took:?}");
    }
}

#[test]
fn a_file_of_two_gigabytes_is_refused_without_being_read() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("charges/2");
    std::fs::create_dir_all(bundle.join("golden")).unwrap();
    let plain = bundles().join("plain-charges/charges/2");
    for file in ["manifest.toml", "golden/input.json", "golden/expected.json"] {
        std::fs::copy(plain.join(file), bundle.join(file)).unwrap();
    }
    let large = std::fs::File::create(bundle.join("model.onnx")).unwrap();
    large.set_len(2 << 30).unwrap();
    let (_, verdict) = check(&bundle);
    let reasons = verdict["mismatches"].to_string();
    assert!(reasons.contains("larger than 256 MiB"), "{reasons}");
    assert!(verdict["peak_mb"].as_u64().unwrap() < 600, "{verdict}");
}

#[test]
fn a_store_that_is_away_keeps_nobody_from_the_models_of_this_machine() {
    let output = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["models", "list"])
        .envs([
            ("COUNTERSIGN_REPOSITORY__S3", "s3://models/pod"),
            ("COUNTERSIGN_S3__ENDPOINT", "http://127.0.0.1:1"),
            ("AWS_ACCESS_KEY_ID", "nobody"),
            ("AWS_SECRET_ACCESS_KEY", "nothing"),
            ("AWS_REGION", "us-east-1"),
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("page-class@1"),
        "{said}"
    );
    let warned = String::from_utf8_lossy(&output.stderr);
    assert!(warned.contains("no models are fetched"), "{warned}");
}
