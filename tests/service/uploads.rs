//! What becomes of uploads.

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use serde_json::{Value, json};

use crate::papers;
use crate::running::Worker;
use crate::world::{PATIENCE, SHIPMENTS, UPLOADS, World, fixture, root, until};

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

fn s3_event(bucket: &str, records: &[(&str, &str, &str)]) -> Vec<u8> {
    let record = |(event, key, sequencer): &(&str, &str, &str)| {
        json!({"eventName": event, "eventTime": "2026-03-14T09:26:53.589Z",
            "s3": {"bucket": {"name": bucket}, "object": {"key": key, "sequencer": sequencer}}})
    };
    let records: Vec<Value> = records.iter().map(record).collect();
    json!({"Records": records}).to_string().into_bytes()
}

/// A notice from somebody whose span is part of a trace.
async fn notify_in_trace(world: &World, key: &str, trace: &str) {
    let traceparent = format!("00-{trace}-00f067aa0ba902b7-01");
    let mut headers = FieldTable::default();
    headers.insert(
        "traceparent".into(),
        AMQPValue::LongString(traceparent.into()),
    );
    let notice = json!({"bucket": world.name, "key": key}).to_string();
    let properties = BasicProperties::default().with_headers(headers);
    world
        .send_with(UPLOADS, notice.as_bytes(), properties)
        .await;
}

#[tokio::test]
async fn a_proof_of_delivery_is_matched_and_its_events_come_in_their_order() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    let feed = std::fs::read_to_string(root().join("fixtures/shipments.jsonl")).unwrap();
    for line in feed.lines() {
        world.send(SHIPMENTS, line.as_bytes()).await;
    }
    until("all shipments are stored", || async {
        world.ready(SHIPMENTS).await == 0 && world.count("SELECT COUNT(*) FROM shipments").await > 5
    })
    .await;
    world
        .upload(
            "in/clean delivery+ü.pdf",
            fixture("clean-delivery-receipt.pdf"),
        )
        .await;
    let [classified, validated] = world.events(2).await.try_into().unwrap();
    assert_eq!(classified["type"], "countersign.document.classified.v1");
    assert_eq!(
        validated["type"], "countersign.attachment.validated.v1",
        "{validated:#}"
    );
    let document = &validated["data"]["document"];
    assert_eq!(document["object"]["key"], "in/clean delivery+ü.pdf");
    assert!(document["object"]["etag"].is_string());
    // The cut-out lies in the store under a name that its content gives, and is no upload.
    let key = document["attachment"]["key"].as_str().unwrap();
    assert!(key.starts_with("countersign/") && key.ends_with(".pdf"));
    let stored = world
        .store
        .get_object()
        .bucket(&world.name)
        .key(key)
        .send()
        .await
        .unwrap();
    assert!(
        stored
            .body
            .collect()
            .await
            .unwrap()
            .into_bytes()
            .starts_with(b"%PDF")
    );
    world.notify(key).await;
    world.upload("in/after.pdf", papers::light(0)).await;
    let after = world.events(2).await;
    assert_eq!(
        after[0]["data"]["document"]["object"]["key"],
        "in/after.pdf"
    );
}

#[tokio::test]
async fn a_notice_that_comes_twice_gives_one_set_of_events() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    world.upload("a.pdf", papers::light(1)).await;
    let first = world.events(2).await;
    world.notify("a.pdf").await;
    world.upload("b.pdf", papers::light(2)).await;
    let next = world.events(2).await;
    assert_eq!(
        next[0]["data"]["document"]["object"]["key"],
        "b.pdf",
        "{:?}",
        kinds(&first)
    );
    assert_eq!(world.count("SELECT COUNT(*) FROM outbox").await, 4);
}

#[tokio::test]
async fn the_records_of_a_message_are_taken_in_the_order_of_their_sequencer() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    world.put("b c.pdf", papers::light(3)).await;
    let event = s3_event(
        &world.name,
        &[
            ("ObjectCreated:Put", "a.pdf", "02"),
            ("ObjectRemoved:Delete", "a.pdf", "03"),
            ("s3:ObjectCreated:Put", "b+c.pdf", "01"),
        ],
    );
    world.send(UPLOADS, &event).await;
    let events = world.events(3).await;
    // `a.pdf` is gone by the time it is asked for.
    let rejected = events
        .iter()
        .find(|event| event["type"] == "countersign.upload.rejected.v1")
        .unwrap();
    assert_eq!(rejected["data"]["reason"], "not_found");
    // A notice of an earlier change comes late: nothing is done for it.
    world
        .send(
            UPLOADS,
            &s3_event(&world.name, &[("ObjectCreated:Put", "a.pdf", "01")]),
        )
        .await;
    world
        .send(
            UPLOADS,
            &json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": world.name})
                .to_string()
                .into_bytes(),
        )
        .await;
    world.upload("d.pdf", papers::light(4)).await;
    assert_eq!(
        world.events(2).await[1]["data"]["document"]["object"]["key"],
        "d.pdf"
    );
    assert_eq!(
        world
            .count("SELECT COUNT(*) FROM audit WHERE act = 'object.removed'")
            .await,
        1
    );
}

#[tokio::test]
async fn what_is_no_notice_or_no_shipment_lies_in_the_dead_letter_queue_with_its_reason() {
    let world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    for (queue, reason) in [(UPLOADS, "no_notice"), (SHIPMENTS, "no_shipment")] {
        // The reason quotes what is wrong, which is longer than a header may be.
        let long = "x".repeat(300_000);
        let long = json!({"bucket": "b", "key": "k", "size": long, "id": "s", "version": long})
            .to_string();
        for body in [
            "hello",
            "{}",
            "",
            r#"{"bucket": "b", "key": "a\u0000b"}"#,
            &long,
        ] {
            // What the sender set for its own sending must not drop the message from where it is kept.
            let properties = BasicProperties::default().with_expiration("100".into());
            world.send_with(queue, body.as_bytes(), properties).await;
            let (kept, headers) = world.take(&format!("{queue}.dead")).await;
            assert_eq!(String::from_utf8(kept).unwrap(), body);
            assert_eq!(
                headers["x-countersign-reason"],
                AMQPValue::LongString(reason.into())
            );
            assert!(headers.contains_key("x-countersign-detail"));
        }
    }
}

#[tokio::test]
async fn a_poisoned_file_is_rejected_with_its_reason_and_stops_nobody() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    let poison = [
        ("empty.pdf", "empty"),
        ("encrypted.pdf", "encrypted"),
        ("truncated.pdf", "corrupt"),
        ("not-a-document.pdf", "unsupported_type"),
    ];
    for (name, _) in poison {
        world.upload(name, fixture(name)).await;
    }
    world.upload("good.pdf", papers::light(5)).await;
    let mut reasons = std::collections::BTreeMap::new();
    for event in world.events(poison.len() + 2).await {
        if event["type"] == "countersign.upload.rejected.v1" {
            reasons.insert(
                event["data"]["object"]["key"].as_str().unwrap().to_owned(),
                event["data"]["reason"].as_str().unwrap().to_owned(),
            );
        }
    }
    let expected = poison.map(|(name, reason)| (name.to_owned(), reason.to_owned()));
    assert_eq!(reasons, expected.into_iter().collect());
}

#[tokio::test]
async fn a_trace_goes_on_from_the_notice_to_the_events_and_the_log() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    world.put("a.pdf", papers::light(6)).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    notify_in_trace(&world, "a.pdf", trace).await;
    for event in world.events(2).await {
        let traceparent = event["traceparent"].as_str().unwrap();
        assert!(
            traceparent.starts_with(&format!("00-{trace}-"))
                && !traceparent.contains("00f067aa0ba902b7"),
            "{traceparent}"
        );
    }
    let lines: Vec<Value> = worker
        .said()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let finished = lines
        .iter()
        .find(|line| line["message"] == "an upload is finished")
        .unwrap();
    assert_eq!(finished["span"]["trace_id"], trace);
}

#[tokio::test]
async fn events_that_no_queue_is_bound_for_are_kept_and_go_out_once_one_is() {
    let mut world = World::without_consumer().await;
    let worker = world.worker();
    worker.until_ready().await;
    world.upload("a.pdf", papers::light(7)).await;
    until("the broker had no queue for them", || async {
        world
            .count("SELECT COUNT(*) FROM outbox WHERE returned_at IS NOT NULL")
            .await
            == 2
    })
    .await;
    let (_, metrics) = worker.get("/metrics").await.unwrap();
    assert!(
        metrics.contains("countersign_events_returned_total"),
        "{metrics}"
    );
    world.subscribe("#").await;
    let events = world.events(2).await;
    assert_eq!(events.len(), 2);
    until("nothing waits", || async {
        world
            .count("SELECT COUNT(*) FROM outbox WHERE published_at IS NULL")
            .await
            == 0
    })
    .await;
}

#[tokio::test]
async fn a_sweep_enqueues_what_no_notice_told_of_and_nothing_else() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    world.upload("told.pdf", papers::light(8)).await;
    world.events(2).await;
    for number in 0..3 {
        world
            .put(&format!("untold/{number}.pdf"), papers::light(20 + number))
            .await;
    }
    let settings = world.settings.clone();
    let sweep = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"));
        let swept = command
            .args(["sweep", "--age-minutes", "0"])
            .envs(&settings)
            .output()
            .unwrap();
        assert!(
            swept.status.success(),
            "{}",
            String::from_utf8_lossy(&swept.stderr)
        );
        String::from_utf8(swept.stdout).unwrap()
    };
    // Four uploads, the cut-out of the first and what was read of it.
    assert_eq!(sweep(), "6 objects listed, 3 enqueued\n");
    let mut keys: Vec<String> = Vec::new();
    for event in world.events(6).await {
        keys.push(
            event["data"]["document"]["object"]["key"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys, ["untold/0.pdf", "untold/1.pdf", "untold/2.pdf"]);
    assert!(sweep().ends_with(" 0 enqueued\n"));
}

#[tokio::test]
async fn spans_of_the_senders_trace_go_to_a_collector() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let collector = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let otlp = format!("http://{}", collector.local_addr().unwrap());
    let (heard, mut requests) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = collector.accept().await {
            let mut request = vec![0; 1 << 16];
            let mut length = 0;
            // The client sends its spans in one go; what it waits for is the answer.
            while !request[..length].windows(6).any(|some| some == b"upload") {
                match stream.read(&mut request[length..]).await {
                    Ok(0) | Err(_) => break,
                    Ok(more) => length += more,
                }
            }
            request.truncate(length);
            heard.send(request).unwrap();
            drop(
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                    .await,
            );
        }
    });
    let mut world = World::new().await;
    let worker = Worker::start(&world, &[("COUNTERSIGN_TELEMETRY__OTLP", &otlp)]);
    worker.until_ready().await;
    world.put("a.pdf", papers::light(9)).await;
    notify_in_trace(&world, "a.pdf", "4bf92f3577b34da6a3ce929d0e0e4736").await;
    world.events(2).await;
    worker.signal("-TERM");
    let request = tokio::time::timeout(PATIENCE, requests.recv())
        .await
        .unwrap()
        .unwrap();
    assert!(request.starts_with(b"POST /v1/traces "));
    let trace = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes();
    assert!(request.windows(16).any(|some| some == trace));
}

#[tokio::test]
async fn a_worker_sweeps_by_itself() {
    let mut world = World::new().await;
    world.put("untold.pdf", papers::light(10)).await;
    let often = [
        ("COUNTERSIGN_SWEEP__MINUTES", "1"),
        ("COUNTERSIGN_SWEEP__AGE_MINUTES", "0"),
    ];
    let worker = Worker::start(&world, &often);
    worker.until_ready().await;
    let event = world.event().await;
    assert_eq!(event["data"]["document"]["object"]["key"], "untold.pdf");
}

#[tokio::test]
async fn an_older_version_of_a_shipment_that_comes_late_changes_nothing() {
    let world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    for version in [2, 1, 2] {
        world
            .send(
                SHIPMENTS,
                json!({"id": "S-1", "version": version})
                    .to_string()
                    .as_bytes(),
            )
            .await;
    }
    // One message may hold several, and one shipment several lines.
    world
        .send(
            SHIPMENTS,
            b"{\"id\": \"S-2\", \"version\": 1}\n{\"id\": \"S-3\", \"version\": 1}\n",
        )
        .await;
    world
        .send(SHIPMENTS, b"{\n  \"id\": \"S-4\",\n  \"version\": 1\n}")
        .await;
    until("all are stored", || async {
        world.count("SELECT COUNT(*) FROM shipments").await == 4
    })
    .await;
    assert_eq!(
        world
            .count("SELECT version FROM shipments WHERE id = 'S-1'")
            .await,
        2
    );
}

#[tokio::test]
async fn a_paper_that_comes_before_its_shipment_is_attached_once_that_arrives() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    world
        .upload("early.pdf", fixture("clean-delivery-receipt.pdf"))
        .await;
    let early = world.events(2).await;
    assert_eq!(
        early[1]["data"]["exceptions"][0]["code"], "NO_MATCH",
        "{:#}",
        early[1]
    );
    let feed = std::fs::read_to_string(root().join("fixtures/shipments.jsonl")).unwrap();
    world.send(SHIPMENTS, feed.as_bytes()).await;
    let [resolved, validated] = world.events(2).await.try_into().unwrap();
    assert_eq!(resolved["type"], "countersign.exception.resolved.v1");
    assert_eq!(resolved["data"]["exception"]["code"], "NO_MATCH");
    assert_eq!(validated["type"], "countersign.attachment.validated.v1");
    assert_eq!(validated["subject"], early[1]["subject"]);
    // The feed comes again, and nothing is told twice.
    world.send(SHIPMENTS, feed.as_bytes()).await;
    world.upload("after.pdf", papers::light(11)).await;
    assert_eq!(
        world.event().await["data"]["document"]["object"]["key"],
        "after.pdf"
    );
    assert_eq!(
        world
            .count("SELECT attempts FROM uploads WHERE object_key = 'early.pdf'")
            .await,
        1
    );
}
