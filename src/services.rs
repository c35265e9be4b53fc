//! The servers that tests run against, started by `scripts/services.sh`: real ones, on private ports of this machine.

use std::path::Path;

/// Where they listen.
#[derive(Debug, serde::Deserialize)]
#[allow(dead_code, reason = "no test needs all of them")]
pub(crate) struct Services {
    /// URL of an empty database whose user may make schemas.
    pub(crate) postgres: String,
    /// URL of a broker without queues of ours.
    pub(crate) rabbitmq: String,
    /// Endpoint of the S3 server.
    pub(crate) s3: String,
    /// The key of its user, who may do everything.
    pub(crate) s3_key: String,
    /// And the secret.
    pub(crate) s3_secret: String,
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
