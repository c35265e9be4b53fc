//! The server that tests run against, started by `scripts/services.sh`: a real one, on a private port of this machine.

use std::path::Path;

/// Where it listens.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Services {
    /// URL of an empty database whose user may make schemas.
    pub(crate) postgres: String,
}

impl Services {
    /// Those that run now.
    pub(crate) fn running() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".services/running.json");
        let text = std::fs::read_to_string(&path);
        let text = text.unwrap_or_else(|error| {
            panic!(
                "{}: {error}; start them: scripts/services.sh start",
                path.display()
            )
        });
        serde_json::from_str(&text).unwrap()
    }
}
