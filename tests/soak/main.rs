//! A worker's hard day: two workers, which are killed again and again, between servers that are restarted or away, with notices that come
//! twice and out of order and with poisoned files. Afterwards every upload has its outcome, once.
//!
//! A test program of its own: it restarts the servers that other tests need.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]
#![allow(dead_code, reason = "the surroundings are those of other tests, too")]

#[path = "../service/papers.rs"]
mod papers;
#[path = "../service/running.rs"]
mod running;
#[path = "../service/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use running::Worker;
use world::{UPLOADS, World, services, until};

/// Uploads in all; one in a hundred is no document.
const ALL: usize = 2_000;

fn is_poison(number: usize) -> bool {
    number % 100 == 7
}

fn key(number: usize) -> String {
    format!("in/{number:04}.pdf")
}

fn notice(bucket: &str, number: usize, sequencer: &str) -> Vec<u8> {
    let record = json!({"eventName": "ObjectCreated:Put", "s3": {
        "bucket": {"name": bucket}, "object": {"key": key(number), "sequencer": sequencer}}});
    json!({"Records": [record]}).to_string().into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_upload_of_a_hard_day_has_one_outcome() {
    let mut world = World::new().await;
    world.stop_listening().await;
    put_all(&world).await;
    let over = Arc::new(AtomicBool::new(false));
    let killer = tokio::spawn(kill_now_and_then(world.settings.clone(), Arc::clone(&over)));
    let trouble = tokio::spawn(trouble());
    tell_of_all(&mut world).await;
    eprintln!("all notices are sent");
    trouble.await.unwrap();
    world.reconnect().await;
    until_all_are_finished(&world).await;
    over.store(true, Ordering::Relaxed);
    killer.await.unwrap();
    let (seen, repeats) = outcomes(&mut world).await;
    for number in 0..ALL {
        let kinds: Vec<&str> = seen
            .get(&key(number))
            .into_iter()
            .flatten()
            .map(|(kind, _)| kind.as_str())
            .collect();
        let expected: &[&str] = if is_poison(number) {
            &["countersign.upload.rejected.v1"]
        } else {
            &[
                "countersign.document.classified.v1",
                "countersign.exception.raised.v1",
            ]
        };
        assert_eq!(kinds, expected, "{}", key(number));
    }
    nothing_is_left(&world).await;
    eprintln!("{repeats} events came more than once");
}

async fn put_all(world: &World) {
    let puts = (0..ALL).map(|number| {
        let paper = if is_poison(number) {
            format!("no document, number {number}").into_bytes()
        } else {
            papers::light(number)
        };
        async move { world.put(&key(number), paper).await }
    });
    futures_util::stream::iter(puts)
        .buffer_unordered(16)
        .collect::<Vec<()>>()
        .await;
}

/// One in ten comes twice; one in twenty comes late, after a notice of a later change of the same object.
async fn tell_of_all(world: &mut World) {
    for number in 0..ALL {
        let mut notices = vec![notice(&world.name, number, "02")];
        if number % 10 == 3 {
            notices.push(notice(&world.name, number, "02"));
        }
        if number % 20 == 5 {
            notices.push(notice(&world.name, number, "01"));
        }
        for notice in notices {
            while !world.try_send(UPLOADS, &notice).await {
                tokio::time::sleep(Duration::from_millis(500)).await;
                world.try_reconnect().await;
            }
        }
    }
}

/// Two workers, of which one is killed every few seconds, the other the next time.
async fn kill_now_and_then(settings: BTreeMap<String, String>, over: Arc<AtomicBool>) {
    let folder = tempfile::tempdir().unwrap();
    let start = || Worker::with(&settings, folder.path(), &[]);
    let mut workers = [start(), start()];
    let mut kills = 0;
    while !over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_secs(4)).await;
        workers[kills % 2] = start();
        kills += 1;
    }
    eprintln!("{kills} workers were killed");
}

/// The broker is restarted twice, the database once, and the store is away for twenty seconds.
async fn trouble() {
    let wait = |seconds| tokio::time::sleep(Duration::from_secs(seconds));
    let run = |arguments: &'static [&'static str]| {
        tokio::task::spawn_blocking(move || services(arguments))
    };
    wait(8).await;
    run(&["restart", "rabbitmq"]).await.unwrap();
    wait(6).await;
    run(&["down", "s3"]).await.unwrap();
    wait(20).await;
    run(&["up", "s3"]).await.unwrap();
    wait(6).await;
    run(&["restart", "postgres"]).await.unwrap();
    wait(6).await;
    run(&["restart", "rabbitmq"]).await.unwrap();
}

async fn until_all_are_finished(world: &World) {
    let finished = || async {
        world
            .count("SELECT COUNT(*) FROM uploads WHERE state <> 'started'")
            .await
            == i64::try_from(ALL).unwrap()
            && world
                .count("SELECT COUNT(*) FROM outbox WHERE published_at IS NULL")
                .await
                == 0
            && world.waiting().await == 0
    };
    for _ in 0..4 {
        if tokio::time::timeout(Duration::from_secs(80), until("all are finished", finished))
            .await
            .is_ok()
        {
            return;
        }
    }
    panic!("not all uploads are finished");
}

/// Types and ids of the events of each upload, in the order in which they came first, and how many came again.
async fn outcomes(world: &mut World) -> (BTreeMap<String, Vec<(String, String)>>, usize) {
    let mut seen: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let (mut ids, mut repeats) = (BTreeSet::new(), 0);
    world.listen().await;
    while let Some(event) = world.event_at_hand().await {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let data = &event["data"];
        let object = data.get("object").unwrap_or(&data["document"]["object"]);
        if ids.insert(text(&event["id"])) {
            seen.entry(text(&object["key"]))
                .or_default()
                .push((text(&event["type"]), text(&event["id"])));
        } else {
            repeats += 1;
        }
    }
    (seen, repeats)
}

async fn nothing_is_left(world: &World) {
    assert_eq!(world.ready("countersign.uploads.dead").await, 0);
    let poisoned = i64::try_from((0..ALL).filter(|number| is_poison(*number)).count()).unwrap();
    let all = i64::try_from(ALL).unwrap();
    let good = all - poisoned;
    let audited = [
        (
            "SELECT COUNT(*) FROM audit WHERE act = 'upload.finished'",
            good,
        ),
        (
            "SELECT COUNT(*) FROM audit WHERE act = 'document.decided'",
            good,
        ),
        (
            "SELECT COUNT(*) FROM audit WHERE act = 'upload.rejected'",
            poisoned,
        ),
        ("SELECT MAX(seq) - COUNT(*) FROM audit", 0),
        ("SELECT COUNT(*) FROM outbox", 2 * good + poisoned),
    ];
    for (statement, expected) in audited {
        assert_eq!(world.count(statement).await, expected, "{statement}");
    }
}
