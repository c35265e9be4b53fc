//! Notices as stores write them, and what is none.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn heard(body: &Value) -> Result<Vec<Notice>, NoticeError> {
    notices(body.to_string().as_bytes())
}

fn record(event: &str, key: &str, sequencer: &str) -> Value {
    json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1", "eventTime": "2026-03-14T09:26:53.589Z",
        "eventName": event, "userIdentity": {"principalId": "A1"}, "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": "C3D1", "x-amz-id-2": "FM"},
        "s3": {
            "s3SchemaVersion": "1.0", "configurationId": "uploads",
            "bucket": {"name": "pods", "ownerIdentity": {"principalId": "A1"}, "arn": "arn:aws:s3:::pods"},
            "object": {"key": key, "size": 1024, "eTag": "d41d8cd98f00b204e9800998ecf8427e", "versionId": "v1", "sequencer": sequencer},
        },
    })
}

#[test]
fn an_s3_event_tells_of_each_of_its_records() {
    let body = json!({"Records": [record("ObjectCreated:Put", "in/scan+1+%C3%A9.pdf", "0A"), record("ObjectRemoved:Delete", "in/was.pdf", "0B")]});
    let [created, removed] = heard(&body).unwrap().try_into().unwrap();
    assert_eq!(created.object.key, "in/scan 1 é.pdf");
    assert_eq!(
        (
            created.object.bucket.as_str(),
            created.object.version.as_deref(),
            created.size
        ),
        ("pods", Some("v1"), Some(1024))
    );
    assert_eq!(
        (created.change, removed.change),
        (Change::Created, Change::Removed)
    );
}

#[test]
fn minio_writes_its_prefix_before_the_names_of_events() {
    let body = json!({"EventName": "s3:ObjectCreated:Put", "Key": "pods/a.pdf", "Records": [record("s3:ObjectCreated:CompleteMultipartUpload", "a.pdf", "1")]});
    assert_eq!(heard(&body).unwrap()[0].change, Change::Created);
}

#[test]
fn the_test_event_and_other_events_give_no_notice() {
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-03-14T09:26:53.589Z", "Bucket": "pods", "RequestId": "5582", "HostId": "8c"});
    let tagged = json!({"Records": [record("ObjectTagging:Put", "a.pdf", "1")]});
    let none = json!({"Records": []});
    for body in [test, tagged, none] {
        assert_eq!(heard(&body), Ok(Vec::new()), "{body}");
    }
}

#[test]
fn a_cloud_event_may_carry_the_event_its_record_or_the_part_about_the_object() {
    let whole = record("ObjectCreated:Put", "in/a+b.pdf", "1");
    let datas = [
        json!({"Records": [whole.clone()]}),
        whole["s3"].clone(),
        whole,
    ];
    for data in datas {
        let body = json!({"specversion": "1.0", "type": "com.amazonaws.s3.ObjectCreated:Put", "id": "C3D1.FM", "source": "aws:s3.eu-central-1.pods",
            "subject": "in/a+b.pdf", "data": data});
        assert_eq!(heard(&body).unwrap()[0].object.key, "in/a b.pdf", "{body}");
    }
    let removed = json!({"specversion": "1.0", "type": "com.amazonaws.s3.objectremoved", "id": "1", "source": "s", "data": record("", "a.pdf", "1")["s3"]});
    assert_eq!(heard(&removed).unwrap()[0].change, Change::Removed);
}

#[test]
fn our_own_notice_takes_its_key_to_the_letter_and_carries_hints() {
    let body = json!({"bucket": "pods", "key": "in/a+b%20c.pdf", "etag": "\"abc\"", "hints": {"tenant": "acme", "shipment_id": "S-1", "received_at": "2026-03-14T10:00:00Z"}});
    let [notice] = heard(&body).unwrap().try_into().unwrap();
    assert_eq!(notice.object.key, "in/a+b%20c.pdf");
    assert_eq!(
        (notice.object.version, notice.object.etag.as_deref()),
        (None, Some("abc"))
    );
    assert_eq!(
        (
            notice.hints.tenant.as_deref(),
            notice.hints.shipment_id.as_deref()
        ),
        (Some("acme"), Some("S-1"))
    );
    assert!(notice.hints.received_at.is_some());
}

#[test]
fn what_is_no_notice_is_refused_with_the_reason() {
    let cases = [
        (json!([1]), "no JSON object"),
        (json!({"hello": "world"}), "no S3 event"),
        (json!({"bucket": "pods"}), "no S3 event"),
        (
            json!({"specversion": "1.0", "type": "com.example.other", "data": {}}),
            "no S3 event",
        ),
        (
            json!({"Records": [{"eventName": "ObjectCreated:Put"}]}),
            "missing field `s3`",
        ),
        (
            json!({"Records": [record("ObjectCreated:Put", "%FF.pdf", "1")]}),
            "not UTF-8",
        ),
        (
            json!({"bucket": "pods", "key": "a", "size": "big"}),
            "our own notice",
        ),
        (
            json!({"bucket": "pods", "key": "a", "hints": {"received_at": "yesterday"}}),
            "our own notice",
        ),
    ];
    for (body, reason) in cases {
        let error = heard(&body).unwrap_err().to_string();
        assert!(error.contains(reason), "{body}: {error}");
    }
    assert!(matches!(notices(b"\xff\xfe"), Err(NoticeError::NotJson(_))));
    assert!(matches!(notices(b""), Err(NoticeError::NotJson(_))));
}

#[test]
fn changes_of_one_key_are_told_in_their_order() {
    let body = json!({"Records": [
        record("ObjectRemoved:Delete", "a", "0055AED6DCD90281E5"), record("ObjectCreated:Put", "b", "00"), record("ObjectCreated:Put", "a", "0055AED6DCD90281E4")]});
    let order: Vec<_> = heard(&body)
        .unwrap()
        .into_iter()
        .map(|notice| (notice.object.key, notice.change))
        .collect();
    let position = |change| {
        order
            .iter()
            .position(|one| *one == ("a".to_owned(), change))
    };
    assert!(
        position(Change::Created) < position(Change::Removed),
        "{order:?}"
    );
}

proptest! {
    #[test]
    fn no_message_stops_the_parser(body in prop::collection::vec(any::<u8>(), 0..400)) {
        drop(notices(&body));
    }

    #[test]
    fn any_key_comes_back_from_an_s3_event(key in "\\PC{1,60}") {
        let encoded: String = percent_encoding::utf8_percent_encode(&key, percent_encoding::NON_ALPHANUMERIC).to_string().replace("%20", "+");
        let body = json!({"Records": [record("ObjectCreated:Put", &encoded, "1")]});
        prop_assert_eq!(&heard(&body).unwrap()[0].object.key, &key);
    }

    #[test]
    fn a_shorter_sequencer_is_filled_up_with_zeros(digits in "[0-9A-F]{1,16}", more in "[0-9A-F]{1,8}") {
        let short = Sequencer::new(&digits);
        let (padded, longer) = (format!("{digits}000"), format!("{digits}{more}"));
        prop_assert_eq!(&short, &Sequencer::new(&padded));
        prop_assert!(short <= Sequencer::new(&longer));
        prop_assert_eq!(Sequencer::new(&digits.to_lowercase()), short);
    }
}

#[test]
fn names_that_no_store_has_and_no_database_keeps_are_refused() {
    let long = "x".repeat(LONGEST_KEY + 1);
    let bodies = [
        json!({"bucket": "b", "key": long}),
        json!({"bucket": "b", "key": "k", "version": "a\0b"}),
        json!({"bucket": "b", "key": "k", "hints": {"tenant": "\0"}}),
        json!({"Records": [record("ObjectCreated:Put", "a%00b", "1")]}),
        json!({"Records": [record("ObjectCreated:Put", "a", "\0")]}),
    ];
    for body in bodies {
        assert!(
            matches!(heard(&body), Err(NoticeError::Malformed { .. })),
            "{body}"
        );
    }
    assert!(heard(&json!({"bucket": "b", "key": "x".repeat(LONGEST_KEY)})).is_ok());
}
