//! Homes for the program: the shipped models, and more of them.

use std::path::Path;

/// A folder with `models/` and `native/`; gone when dropped.
pub(crate) struct Home {
    pub(crate) folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tempfile::tempdir().unwrap();
        let native = folder.path().join("native");
        std::os::unix::fs::symlink(root.join("native"), native).unwrap();
        for name in [
            "text",
            "page-class",
            "fields",
            "marks",
            "charges",
            "shipment-match",
        ] {
            copy(
                &root.join("models").join(name),
                &folder.path().join("models").join(name),
            );
        }
        Self { folder }
    }

    /// Adds a `page-class` of the fixtures' bundles, as this version.
    pub(crate) fn add(&self, case: &str, version: u32) {
        let bundles = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bundles");
        self.put(
            &bundles.join(case).join("page-class/2"),
            "page-class",
            2,
            version,
        );
    }

    /// Adds a model that is there once more, as another version.
    #[allow(dead_code, reason = "not every test uses it")]
    pub(crate) fn again(&self, name: &str, version: u32, other: u32) {
        let from = self.folder.path().join(format!("models/{name}/{version}"));
        self.put(&from, name, version, other);
    }

    fn put(&self, from: &Path, name: &str, version: u32, other: u32) {
        let to = self.folder.path().join(format!("models/{name}/{other}"));
        copy(from, &to);
        let manifest = to.join("manifest.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let (was, is) = (
            format!("version = {version}\n"),
            format!("version = {other}\n"),
        );
        assert!(text.contains(&was), "{text}");
        std::fs::write(&manifest, text.replacen(&was, &is, 1)).unwrap();
    }

    pub(crate) fn path(&self) -> String {
        self.folder.path().display().to_string()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}
