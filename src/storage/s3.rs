//! Uploads and cut-out documents in an S3-compatible store.
//!
//! In: bucket, key and version, or the bytes of a document. Out: bytes, or where the document lies. Bodies are taken piece by piece
//! and never beyond the cap; one that breaks off is taken up where it broke off. What is written carries its SHA-256, which the store
//! checks.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::tls;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Fetched, Location, StorageError, shelved};
use crate::document::ObjectRef;

/// How long a connection may take to come about.
const CONNECTING: Duration = Duration::from_secs(3);
/// How long a store may take to answer a request; the body of a download is watched by the client itself.
const ANSWERING: Duration = Duration::from_secs(20);
/// How often a request is tried before the upload goes back into the queue, which waits longer between tries.
const ATTEMPTS: u32 = 3;

/// Which store, and where cut-out documents go.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Settings {
    /// The bucket that uploads land in.
    pub bucket: String,
    /// URL of the store; empty for AWS itself.
    pub endpoint: String,
    /// Region; empty for what the environment says.
    pub region: String,
    /// The bucket's name stands in the path, not in the host.
    pub path_style: bool,
    /// The bucket that cut-out documents go to; empty for that of their upload.
    pub attachments_bucket: String,
    /// What their keys begin with.
    pub attachments_prefix: String,
}

/// A client of a store; clones share its connections.
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
    attachments_bucket: String,
    attachments_prefix: String,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its entity tag, without quotes.
    pub etag: Option<String>,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written.
    pub written: Timestamp,
}

impl S3 {
    /// A client with the credentials that the standard chain finds: environment, profile, web identity, container, instance.
    pub async fn open(settings: &S3Settings) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client());
        if !settings.region.is_empty() {
            loader = loader.region(Region::new(settings.region.clone()));
        }
        Self::with(&loader.load().await, settings, ANSWERING)
    }

    fn with(shared: &SdkConfig, settings: &S3Settings, answering: Duration) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECTING)
            .read_timeout(answering)
            .build();
        let mut config = aws_sdk_s3::config::Builder::from(shared)
            .force_path_style(settings.path_style)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
        if !settings.endpoint.is_empty() {
            config = config.endpoint_url(&settings.endpoint);
        }
        Self {
            client: Client::from_conf(config.build()),
            attachments_bucket: settings.attachments_bucket.clone(),
            attachments_prefix: settings.attachments_prefix.clone(),
        }
    }

    /// Is the object a cut-out document of ours? A store that tells of every object tells of those too.
    #[must_use]
    pub fn is_ours(&self, bucket: &str, key: &str) -> bool {
        let goes_there = self.attachments_bucket.is_empty() || self.attachments_bucket == bucket;
        goes_there && key.starts_with(&self.attachments_prefix)
    }

    pub(super) async fn fetch(
        &self,
        object: &ObjectRef,
        limit: u64,
    ) -> Result<Fetched, StorageError> {
        let name = name(&object.bucket, &object.key);
        let mut bytes = Vec::new();
        let mut etag: Option<String> = None;
        for _ in 0..ATTEMPTS {
            let answer = self.get(object, bytes.len(), etag.as_deref()).await;
            let mut answer = answer.map_err(|error| failed(&name, error))?;
            if answer.content_range.is_none() {
                // The store gave all of it, whatever was asked for.
                bytes.clear();
            }
            refuse_larger(
                &name,
                remaining(&answer).saturating_add(as_u64(bytes.len())),
                limit,
            )?;
            etag = answer.e_tag.take();
            match take(&mut answer.body, &mut bytes, limit).await {
                Ok(()) => {
                    refuse_larger(&name, as_u64(bytes.len()), limit)?;
                    let etag = etag.map(|etag| etag.trim_matches('"').to_owned());
                    return Ok(Fetched { bytes, etag });
                }
                // Without an entity tag what follows might be of another object.
                Err(broken) if etag.is_none() => return Err(unfinished(&name, broken)),
                Err(broken) => {
                    tracing::debug!(%name, taken = bytes.len(), %broken, "a download broke off")
                }
            }
        }
        Err(unfinished(&name, "the download broke off again and again"))
    }

    /// The object from a byte on, as long as it is still the one with this entity tag.
    async fn get(
        &self,
        object: &ObjectRef,
        from: usize,
        etag: Option<&str>,
    ) -> Result<GetObjectOutput, SdkError<aws_sdk_s3::operation::get_object::GetObjectError>> {
        let request = self
            .client
            .get_object()
            .bucket(&object.bucket)
            .key(&object.key)
            .set_version_id(object.version.clone());
        let request = match (from, etag) {
            (0, _) | (_, None) => request,
            (from, Some(etag)) => request.range(format!("bytes={from}-")).if_match(etag),
        };
        request.send().await
    }

    pub(super) async fn store(&self, bucket: &str, pdf: Vec<u8>) -> Result<Location, StorageError> {
        let (bucket, key) = self.place_of(bucket, &shelved(&pdf));
        self.put(&bucket, &key, "application/pdf", pdf).await?;
        Ok(Location { bucket, key })
    }

    pub(super) async fn keep(
        &self,
        bucket: &str,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<(), StorageError> {
        let (bucket, key) = self.place_of(bucket, name);
        self.put(&bucket, &key, "application/gzip", bytes).await
    }

    /// Bucket and key of what is kept beside the cut-out documents of a bucket.
    pub(super) fn place_of(&self, bucket: &str, name: &str) -> (String, String) {
        let bucket = if self.attachments_bucket.is_empty() {
            bucket
        } else {
            &self.attachments_bucket
        };
        let key = format!("{}{name}", self.attachments_prefix);
        (bucket.to_owned(), key)
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), StorageError> {
        let sha256 = BASE64_STANDARD.encode(Sha256::digest(&bytes));
        let request = self
            .client
            .put_object()
            .bucket(bucket)
            .key(key)
            .content_type(content_type)
            .checksum_sha256(sha256)
            .body(ByteStream::from(bytes));
        let sent = request.send().await;
        sent.map(drop)
            .map_err(|error| failed(&name(bucket, key), error))
    }

    /// Up to 1,000 objects of a bucket whose keys begin with `prefix` and come after `after`, in the order of their keys.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<Vec<Listed>, StorageError> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix)
            .set_start_after(after.map(str::to_owned));
        let page = request
            .send()
            .await
            .map_err(|error| failed(&name(bucket, prefix), error))?;
        let listed = page
            .contents
            .unwrap_or_default()
            .into_iter()
            .filter_map(|object| {
                Some(Listed {
                    key: object.key?,
                    etag: object.e_tag.map(|etag| etag.trim_matches('"').to_owned()),
                    size: object
                        .size
                        .and_then(|size| u64::try_from(size).ok())
                        .unwrap_or(0),
                    written: object
                        .last_modified
                        .and_then(|at| Timestamp::from_second(at.secs()).ok())
                        .unwrap_or_default(),
                })
            });
        Ok(listed.collect())
    }

    /// Asks the store for something small: does it answer, and does it know us?
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn check(&self, bucket: &str) -> Result<(), StorageError> {
        let asked = self
            .client
            .list_objects_v2()
            .bucket(bucket)
            .max_keys(1)
            .send()
            .await;
        asked.map(drop).map_err(|error| failed(bucket, error))
    }
}

fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::Ring,
        ))
        .build_https()
}

/// Appends the body to `bytes`, at most one piece beyond `limit`.
async fn take(body: &mut ByteStream, bytes: &mut Vec<u8>, limit: u64) -> Result<(), String> {
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| DisplayErrorContext(error).to_string())?;
        bytes.extend_from_slice(&piece);
        if as_u64(bytes.len()) > limit {
            return Ok(());
        }
    }
    Ok(())
}

fn remaining(answer: &GetObjectOutput) -> u64 {
    answer
        .content_length
        .and_then(|length| u64::try_from(length).ok())
        .unwrap_or(0)
}

fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn refuse_larger(name: &str, bytes: u64, limit: u64) -> Result<(), StorageError> {
    if bytes > limit {
        return Err(StorageError::TooLarge {
            name: name.to_owned(),
            limit,
        });
    }
    Ok(())
}

fn name(bucket: &str, key: &str) -> String {
    format!("s3://{bucket}/{key}")
}

fn unfinished(name: &str, why: impl Into<crate::fault::Cause>) -> StorageError {
    StorageError::Failed {
        name: name.to_owned(),
        source: why.into(),
    }
}

/// By what the store answered: its code, or where it gave none (to HEAD it gives no body), its status.
fn failed<E>(name: &str, error: SdkError<E>) -> StorageError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    match (error.code(), status) {
        (Some("NoSuchKey" | "NotFound" | "NoSuchVersion"), _) => {
            StorageError::NotFound(name.to_owned())
        }
        (Some("NoSuchBucket"), _) => unfinished(name, "there is no such bucket"),
        (_, Some(404)) => StorageError::NotFound(name.to_owned()),
        (_, Some(401 | 403)) => StorageError::AccessDenied(name.to_owned()),
        _ => unfinished(name, DisplayErrorContext(error).to_string()),
    }
}

#[cfg(test)]
mod tests;
