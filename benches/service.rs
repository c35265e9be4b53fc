//! What the service costs beside reading: uploads a second, added time, memory. `make bench` runs it against the tests' servers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures and fails by panicking"
)]
#![allow(dead_code, reason = "the surroundings are those of the tests")]

#[path = "../tests/service/papers.rs"]
mod papers;
#[path = "../tests/service/running.rs"]
mod running;
#[path = "../tests/service/world.rs"]
mod world;

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use serde_json::json;

use running::Worker;
use world::{UPLOADS, World};

/// Uploads whose bytes are known: fetched, matched, decided, committed and told, but not read.
const TRIVIAL: usize = 3_000;
/// Uploads that are read, one at a time.
const ONE_BY_ONE: usize = 200;
/// Notices over which memory is watched, and how many of them warm the worker up.
const NOTICES: usize = 20_000;
const WARM: usize = 2_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        added_time().await;
        uploads_a_second().await;
        memory().await;
    });
}

async fn a_worker() -> (World, Worker) {
    let mut world = World::new().await;
    world
        .settings
        .insert("COUNTERSIGN_SLOTS".to_owned(), "2".to_owned());
    world
        .settings
        .insert("COUNTERSIGN_LOG".to_owned(), "warn".to_owned());
    let worker = world.worker();
    worker.until_ready().await;
    world.upload("first.pdf", papers::light(0)).await;
    world.events(2).await;
    (world, worker)
}

/// From the notice to the last event of an upload, without the time that its reading and understanding took.
async fn added_time() {
    let (mut world, _worker) = a_worker().await;
    let mut whole = Vec::new();
    for number in 0..ONE_BY_ONE {
        let key = format!("{number}.pdf");
        world.put(&key, papers::light(1 + number)).await;
        let started = Instant::now();
        world.notify(&key).await;
        world.events(2).await;
        whole.push(started.elapsed());
    }
    let reading = world
        .count("SELECT CAST(SUM(took_us) AS BIGINT) FROM findings WHERE stage IN ('reading', 'understanding', 'cutting')")
        .await;
    let reading = Duration::from_micros(u64::try_from(reading).unwrap())
        / u32::try_from(ONE_BY_ONE + 1).unwrap();
    whole.sort();
    let median = whole[ONE_BY_ONE / 2];
    println!(
        "one by one: median {median:.1?} from notice to last event, of which reading {reading:.1?}: {:.1?} added",
        median.saturating_sub(reading)
    );
}

async fn put_known(world: &World, count: usize) {
    let puts = (0..count).map(|number| async move {
        world
            .put(&format!("{number:05}.pdf"), papers::light(0))
            .await
    });
    futures_util::stream::iter(puts)
        .buffer_unordered(32)
        .collect::<Vec<()>>()
        .await;
}

async fn tell(world: &World, numbers: std::ops::Range<usize>) {
    let sends = numbers.map(|number| async move {
        let notice = json!({"bucket": world.name, "key": format!("{number:05}.pdf")});
        world.send(UPLOADS, notice.to_string().as_bytes()).await;
    });
    futures_util::stream::iter(sends)
        .buffer_unordered(100)
        .collect::<Vec<()>>()
        .await;
}

async fn uploads_a_second() {
    let (mut world, _worker) = a_worker().await;
    put_known(&world, TRIVIAL).await;
    let started = Instant::now();
    tell(&world, 0..TRIVIAL).await;
    world.events(2 * TRIVIAL).await;
    let took = started.elapsed();
    println!(
        "{TRIVIAL} uploads of known bytes in {took:.1?}: {:.0} a second from notice to confirmed event",
        TRIVIAL as f64 / took.as_secs_f64()
    );
}

async fn memory() {
    let (mut world, worker) = a_worker().await;
    put_known(&world, NOTICES).await;
    tell(&world, 0..WARM).await;
    world.events(2 * WARM).await;
    let warm = worker.resident_kib();
    tell(&world, WARM..NOTICES).await;
    world.events(2 * (NOTICES - WARM)).await;
    let end = worker.resident_kib();
    let change = 100.0 * (end as f64 / warm as f64 - 1.0);
    println!(
        "resident memory of the parent: {warm} KiB after {WARM} notices, {end} KiB after {NOTICES}: {change:+.1} %"
    );
}
