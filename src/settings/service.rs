//! Settings of `countersign worker` and `countersign sweep`.

use std::fmt;
use std::net::SocketAddr;

use jiff::tz::TimeZone;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize, Serializer};

use super::{Settings, SettingsError};

/// Where more models are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositorySettings {
    /// A prefix of the object store, as `s3://BUCKET/PREFIX`; empty for none.
    pub s3: String,
    /// Keep what was read beside the cut-out documents.
    pub keep_readings: bool,
}

/// A URL that may hold a password: printed without it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// The whole URL, for whoever connects.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Was none set?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn starts_with_one_of(&self, schemes: &[&str]) -> bool {
        schemes.iter().any(|scheme| self.0.starts_with(scheme))
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query may hold a password, too.
        let url = self.0.split('?').next().unwrap_or_default();
        let Some((scheme, rest)) = url.split_once("://") else {
            return f.write_str(url);
        };
        // The last one: a password that was not escaped may hold others.
        match rest.rsplit_once('@') {
            None => f.write_str(url),
            Some((user, host)) => {
                let user = user.split(':').next().unwrap_or_default();
                write!(f, "{scheme}://{user}:***@{host}")
            }
        }
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The broker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RabbitMqSettings {
    /// An `amqp:` or `amqps:` URL.
    pub url: SecretUrl,
}

impl RabbitMqSettings {
    /// The virtual host that the URL names: its path, or `/` where it has none.
    #[must_use]
    pub fn vhost(&self) -> String {
        let authority_and_path = self.url.0.split_once("://").map_or("", |(_, rest)| rest);
        let path = authority_and_path
            .rsplit_once('@')
            .map_or(authority_and_path, |(_, rest)| rest);
        let path = path.split('?').next().unwrap_or_default();
        match path.split_once('/') {
            None => "/".to_owned(),
            Some((_, vhost)) => percent_decode_str(vhost).decode_utf8_lossy().into_owned(),
        }
    }
}

/// The life of a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerSettings {
    /// Where health and metrics are served.
    pub http: SocketAddr,
    /// How long to go on with what is in hand once told to stop.
    pub drain_seconds: u32,
}

/// What people look at, and when they are told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionSettings {
    /// How long a document waits silently for its shipment.
    pub no_match_minutes: u32,
    /// Where the desk works.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub time_zone: TimeZone,
}

/// Looking for what no notice told of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepSettings {
    /// Minutes between sweeps; 0 for none.
    pub minutes: u32,
    /// What the keys begin with.
    pub prefix: String,
    /// Objects enqueued a second, at most.
    pub per_second: u32,
    /// Younger objects are left to their notices.
    pub age_minutes: u32,
}

impl SweepSettings {
    /// How many objects are enqueued in five seconds, at most.
    #[must_use]
    pub fn in_five_seconds(&self) -> usize {
        usize::try_from(self.per_second)
            .unwrap_or(usize::MAX)
            .saturating_mul(5)
            .max(1)
    }
}

/// Traces.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetrySettings {
    /// Base URL of a collector; empty for none.
    pub otlp: String,
}

impl Settings {
    /// Can a worker start with these? What is missing or cannot be is named before anything is connected to.
    ///
    /// # Errors
    /// [`SettingsError::Wrong`].
    pub fn check_for_worker(&self) -> Result<(), SettingsError> {
        let wrong = |text: &str| Err(SettingsError::Wrong(text.to_owned()));
        if !self
            .rabbitmq
            .url
            .starts_with_one_of(&["amqp://", "amqps://"])
        {
            return wrong(
                "`rabbitmq.url` must be an amqp:// or amqps:// URL: the broker that tells of uploads",
            );
        }
        if self.s3.bucket.is_empty() {
            return wrong("`s3.bucket` must name the bucket that uploads land in");
        }
        if self.ledger.is_empty() {
            return wrong(
                "`ledger` must name the database that all workers share, as postgres://USER:PASSWORD@HOST/DATABASE",
            );
        }
        let apart =
            !self.s3.attachments_bucket.is_empty() && self.s3.attachments_bucket != self.s3.bucket;
        if self.s3.attachments_prefix.is_empty() && !apart {
            return wrong(
                "`s3.attachments_prefix` must tell cut-out documents from uploads, or `s3.attachments_bucket` be another bucket",
            );
        }
        let starts_so = |url: &str, schemes: &[&str]| {
            url.is_empty() || schemes.iter().any(|scheme| url.starts_with(scheme))
        };
        if !starts_so(&self.s3.endpoint, &["http://", "https://"]) {
            return wrong("`s3.endpoint` must be an http:// or https:// URL, or empty for AWS");
        }
        if !starts_so(&self.telemetry.otlp, &["http://"]) {
            return wrong(
                "`telemetry.otlp` must be an http:// URL (a collector beside the worker), or empty for no traces",
            );
        }
        if self.sweep.per_second == 0 {
            return wrong(
                "`sweep.per_second` must be at least 1; `sweep.minutes` = 0 turns sweeps off",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        format!("{:?}", SecretUrl(url.to_owned()))
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        assert_eq!(
            shown("amqp://worker:p@ss:w/rd@broker:5672/%2f"),
            "amqp://worker:***@broker:5672/%2f"
        );
        assert_eq!(
            shown("postgres://u:secret@db/ledger"),
            "postgres://u:***@db/ledger"
        );
        assert_eq!(
            shown("postgres://db/ledger?password=secret"),
            "postgres://db/ledger"
        );
        assert_eq!(shown("amqp://broker"), "amqp://broker");
        assert_eq!(shown(""), "");
    }

    #[test]
    fn what_a_worker_lacks_is_named() {
        let with = |rabbitmq: &str, bucket: &str, endpoint: &str| {
            let mut settings = Settings::resolve(None, std::iter::empty()).unwrap();
            settings.rabbitmq.url = SecretUrl(rabbitmq.to_owned());
            settings.ledger = SecretUrl("postgres://database/ledger".to_owned());
            settings.s3.bucket = bucket.to_owned();
            settings.s3.endpoint = endpoint.to_owned();
            settings
                .check_for_worker()
                .map_err(|error| error.to_string())
        };
        assert_eq!(with("amqps://broker", "uploads", ""), Ok(()));
        assert!(
            with("", "uploads", "")
                .unwrap_err()
                .contains("rabbitmq.url")
        );
        assert!(
            with("http://broker", "uploads", "")
                .unwrap_err()
                .contains("rabbitmq.url")
        );
        assert!(
            with("amqp://broker", "", "")
                .unwrap_err()
                .contains("s3.bucket")
        );
        assert!(
            with("amqp://broker", "uploads", "store:9000")
                .unwrap_err()
                .contains("s3.endpoint")
        );
    }
}
