//! What manifests may say, and what is refused.

use super::*;

/// The smallest ONNX file: a graph without anything.
const SMALLEST: &str = "\x3a\0";

const GOOD: &str = r#"
    schema = 1
    task = "marks"
    name = "marks"
    version = 2
    licence = "Apache-2.0"
    [files]
    "model.onnx" = "7648eb81c4e9fef7b51879c6fcd6fb4b8863eea0cb2a978c508711dc52c80041"
    [[inputs]]
    name = "image"
    dtype = "f32"
    shape = ["N", 1, 8, 8]
    [[outputs]]
    name = "heat"
    dtype = "f32"
    shape = ["N", 2, 2, 2]
    labels = ["signature", "stamp"]
    [preprocessing]
    mean = [0.5, 1]
    [thresholds]
    signature = 0.25
    by_role = { driver = 0.5 }
    [calibration]
    signature = [[0, 0.1], [1, 0.9]]
"#;

fn load(manifest: &str, weights: &str) -> Result<Manifest, InferenceError> {
    let models = tempfile::tempdir().unwrap();
    let folder = models.path().join("marks/2");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("manifest.toml"), manifest).unwrap();
    std::fs::write(folder.join("model.onnx"), weights).unwrap();
    Manifest::load(&folder, Path::new("/nowhere"))
}

#[test]
fn a_good_manifest_gives_its_constants_by_dotted_name() {
    let manifest = load(GOOD, SMALLEST).unwrap();
    assert_eq!(manifest.id(), "marks@2");
    assert_eq!(manifest.numbers("preprocessing.mean").unwrap(), [0.5, 1.0]);
    assert_eq!(manifest.number("thresholds.signature").unwrap(), 0.25);
    assert_eq!(manifest.number("thresholds.by_role.driver").unwrap(), 0.5);
    let points = manifest.points("calibration.signature").unwrap();
    assert_eq!(points, [(0.0, 0.1), (1.0, 0.9)]);
    assert_eq!(manifest.labels("heat").unwrap(), ["signature", "stamp"]);
    assert!(manifest.graphs["model"].ends_with("marks/2/model.onnx"));
}

#[test]
fn a_constant_that_is_not_there_is_named() {
    let manifest = load(GOOD, SMALLEST).unwrap();
    for (error, wanted) in [
        (
            manifest.number("thresholds.stamp").unwrap_err(),
            "thresholds.stamp",
        ),
        (manifest.number("preprocessing.mean").unwrap_err(), "number"),
        (manifest.numbers("mean").unwrap_err(), "list of numbers"),
        (manifest.labels("image").unwrap_err(), "output with labels"),
    ] {
        assert!(error.to_string().contains(wanted), "{error}");
    }
}

#[test]
fn weights_that_are_not_the_ones_hashed_are_refused() {
    let error = load(GOOD, "y").unwrap_err();
    assert!(
        matches!(error, InferenceError::FileChanged { .. }),
        "{error}"
    );
}

#[test]
fn a_bad_manifest_is_refused_by_what_is_wrong_with_it() {
    for (from, to, wanted) in [
        ("licence =", "license =", "license"),
        ("task = \"marks\"", "task = \"guess\"", "guess"),
        ("dtype = \"f32\"", "dtype = \"f8\"", "f8"),
        ("schema = 1", "schema = 2", "schema is 2"),
        ("version = 2", "version = 3", "marks/3"),
        ("name = \"marks\"", "name = \"mark\"", "mark/2"),
        ("\"model.onnx\" =", "\"other.onnx\" =", "model.onnx"),
        (
            "\"model.onnx\" =",
            "\"../model.onnx\" =",
            "leaves the folder",
        ),
        ("\"stamp\"]", "\"signature\"]", "twice"),
        ("\"stamp\"]", "\"stamp\", \"tick\"]", "3 labels"),
        (
            "name = \"heat\"",
            "name = \"heat\"\ngraph = \"other\"",
            "graph",
        ),
        (
            "name = \"image\"",
            "name = \"image\"\nlayout = \"NCHW\"",
            "layout",
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let error = load(&GOOD.replace(from, to), SMALLEST).unwrap_err();
        assert!(matches!(error, InferenceError::Malformed { .. }), "{error}");
        assert!(error.to_string().contains(wanted), "{error}");
    }
}
