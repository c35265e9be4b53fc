//! Against a real S3 server, and against one that misbehaves.

use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::config::SharedCredentialsProvider;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::fault::{Fault, RejectReason};
use crate::services::Services;

const BUCKET: &str = "storage-tests";

fn client(endpoint: &str, key: &str, secret: &str) -> S3 {
    let shared = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .http_client(http_client())
        .sleep_impl(aws_smithy_async())
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            key, secret, None, None, "test",
        )))
        .build();
    let settings = S3Settings {
        endpoint: endpoint.to_owned(),
        path_style: true,
        attachments_prefix: "countersign/".to_owned(),
        ..S3Settings::default()
    };
    S3::with(&shared, &settings, Duration::from_millis(500))
}

fn aws_smithy_async() -> impl aws_sdk_s3::config::AsyncSleep + 'static {
    aws_sdk_s3::config::SharedAsyncSleep::new(Sleep)
}

#[derive(Debug)]
struct Sleep;

impl aws_sdk_s3::config::AsyncSleep for Sleep {
    fn sleep(&self, duration: Duration) -> aws_sdk_s3::config::Sleep {
        aws_sdk_s3::config::Sleep::new(tokio::time::sleep(duration))
    }
}

async fn real() -> S3 {
    let services = Services::running();
    let store = client(&services.s3, &services.s3_key, &services.s3_secret);
    // Made by whichever test comes first.
    drop(store.client.create_bucket().bucket(BUCKET).send().await);
    store
}

fn object(key: &str) -> ObjectRef {
    ObjectRef {
        bucket: BUCKET.to_owned(),
        key: key.to_owned(),
        version: None,
        etag: None,
    }
}

async fn put(store: &S3, key: &str, bytes: &'static [u8]) {
    let put = store
        .client
        .put_object()
        .bucket(BUCKET)
        .key(key)
        .body(ByteStream::from_static(bytes));
    put.send().await.unwrap();
}

#[tokio::test]
async fn an_object_of_exactly_the_limit_is_read_and_one_byte_more_is_refused() {
    let store = real().await;
    put(&store, "in/a b+ü 100%.pdf", b"12345").await;
    let object = object("in/a b+ü 100%.pdf");
    assert_eq!(store.fetch(&object, 5).await.unwrap().bytes, b"12345");
    let refused = store.fetch(&object, 4).await.unwrap_err();
    assert!(matches!(
        Fault::from(refused),
        Fault::Reject(RejectReason::TooLarge)
    ));
}

#[tokio::test]
async fn an_empty_object_is_read_as_nothing() {
    let store = real().await;
    put(&store, "in/empty.pdf", b"").await;
    assert_eq!(
        store.fetch(&object("in/empty.pdf"), 5).await.unwrap().bytes,
        b""
    );
}

#[tokio::test]
async fn what_is_not_there_is_rejected_and_what_is_denied_is_tried_again() {
    let store = real().await;
    let missing = store.fetch(&object("in/none.pdf"), 5).await.unwrap_err();
    assert!(matches!(
        Fault::from(missing),
        Fault::Reject(RejectReason::NotFound)
    ));
    put(&store, "in/secret.pdf", b"1").await;
    let services = Services::running();
    let stranger = client(&services.s3, "stranger", &services.s3_secret);
    let denied = stranger
        .fetch(&object("in/secret.pdf"), 5)
        .await
        .unwrap_err();
    assert!(matches!(denied, StorageError::AccessDenied(_)), "{denied}");
    assert!(matches!(Fault::from(denied), Fault::Retry { .. }));
    let no_bucket = ObjectRef {
        bucket: "no-such-bucket".to_owned(),
        ..object("a")
    };
    let elsewhere = store.fetch(&no_bucket, 5).await.unwrap_err();
    assert!(matches!(Fault::from(elsewhere), Fault::Retry { .. }));
}

#[tokio::test]
async fn the_same_document_is_stored_once_under_a_name_that_is_ours() {
    let store = real().await;
    let first = store.store(BUCKET, b"%PDF one".to_vec()).await.unwrap();
    let again = store.store(BUCKET, b"%PDF one".to_vec()).await.unwrap();
    assert_eq!(first, again);
    assert!(store.is_ours(BUCKET, &first.key) && !store.is_ours(BUCKET, "in/scan.pdf"));
    let read = store.fetch(&object(&first.key), 100).await.unwrap();
    assert_eq!(read.bytes, b"%PDF one");
}

#[tokio::test]
async fn a_listing_goes_on_where_it_stopped() {
    let store = real().await;
    for key in ["list/1", "list/2", "list/3"] {
        put(&store, key, b"x").await;
    }
    let keys = |listed: Vec<Listed>| listed.into_iter().map(|one| one.key).collect::<Vec<_>>();
    assert_eq!(
        keys(store.list(BUCKET, "list/", None).await.unwrap()),
        ["list/1", "list/2", "list/3"]
    );
    assert_eq!(
        keys(store.list(BUCKET, "list/", Some("list/1")).await.unwrap()),
        ["list/2", "list/3"]
    );
}

/// A server that answers each request with the next of `answers`, and tells the requests' heads.
async fn answering(answers: Vec<Vec<u8>>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            heads.push(String::from_utf8(head).unwrap().to_lowercase());
            stream.write_all(&answer).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        heads
    });
    (endpoint, served)
}

fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n\r\n{body}").into_bytes()
}

#[tokio::test]
async fn a_download_that_breaks_off_is_taken_up_where_it_broke_off() {
    let (endpoint, served) = answering(vec![
        response("200 OK", "etag: \"e1\"\r\ncontent-length: 10", "01234"),
        response(
            "206 Partial Content",
            "etag: \"e1\"\r\ncontent-range: bytes 5-9/10\r\ncontent-length: 5",
            "56789",
        ),
    ])
    .await;
    let bytes = client(&endpoint, "k", "s")
        .fetch(&object("scan.pdf"), 10)
        .await
        .unwrap();
    assert_eq!(
        (bytes.bytes.as_slice(), bytes.etag.as_deref()),
        (b"0123456789".as_slice(), Some("e1"))
    );
    let heads = served.await.unwrap();
    assert!(
        heads[1].contains("range: bytes=5-") && heads[1].contains("if-match: \"e1\""),
        "{}",
        heads[1]
    );
}

#[tokio::test]
async fn a_store_with_a_fault_of_its_own_is_tried_again_and_then_given_back() {
    let broken = || response("500 Internal Server Error", "content-length: 0", "");
    let (endpoint, served) = answering(vec![
        broken(),
        broken(),
        response("200 OK", "content-length: 2", "ok"),
    ])
    .await;
    let store = client(&endpoint, "k", "s");
    assert_eq!(
        store.fetch(&object("scan.pdf"), 10).await.unwrap().bytes,
        b"ok"
    );
    served.await.unwrap();
    let away = store.fetch(&object("scan.pdf"), 10).await.unwrap_err();
    assert!(matches!(Fault::from(away), Fault::Retry { .. }));
}

#[tokio::test]
async fn a_body_beyond_the_cap_is_not_read_whatever_its_length_says() {
    let (endpoint, served) =
        answering(vec![response("200 OK", "content-length: 99999999999", "")]).await;
    let refused = client(&endpoint, "k", "s")
        .fetch(&object("scan.pdf"), 10)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, StorageError::TooLarge { limit: 10, .. }),
        "{refused}"
    );
    served.await.unwrap();
}

#[tokio::test]
async fn a_version_of_an_object_is_asked_for_by_its_id() {
    let (endpoint, served) = answering(vec![response("200 OK", "content-length: 2", "v1")]).await;
    let old = ObjectRef {
        version: Some("V.1".to_owned()),
        ..object("scan.pdf")
    };
    let fetched = client(&endpoint, "k", "s").fetch(&old, 10).await.unwrap();
    assert_eq!(fetched.bytes, b"v1");
    assert!(served.await.unwrap()[0].contains("versionid=v.1"));
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_given_up_and_tried_again_later() {
    // Connections come about, and nobody takes them.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let slow = client(&endpoint, "k", "s")
        .fetch(&object("scan.pdf"), 10)
        .await
        .unwrap_err();
    assert!(matches!(slow, StorageError::Failed { .. }), "{slow}");
    assert!(matches!(Fault::from(slow), Fault::Retry { .. }));
}
