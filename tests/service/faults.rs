//! One fault at a time, each with the way that is expected out of it.

use lapin::types::AMQPValue;

use crate::papers;
use crate::proxy::{Proxy, authority};
use crate::running::Worker;
use crate::world::{UPLOADS, World, until};

const AMQP: &str = "COUNTERSIGN_RABBITMQ__URL";
const LEDGER: &str = "COUNTERSIGN_LEDGER";
const STORE: &str = "COUNTERSIGN_S3__ENDPOINT";

/// A worker that reaches one of its neighbours over a way that can be cut.
async fn over(world: &World, neighbour: &str) -> (Proxy, String) {
    let url = &world.settings[neighbour];
    let proxy = Proxy::to(&authority(url)).await;
    let url = proxy.url(url);
    (proxy, url)
}

async fn is_away(worker: &Worker, part: &str) {
    until(part, || async {
        worker
            .get("/health/ready")
            .await
            .is_some_and(|(status, body)| {
                let told: serde_json::Value = serde_json::from_str(&body).unwrap();
                status == 503 && told["parts"][part] != "ok"
            })
    })
    .await;
    assert_eq!(worker.get("/health/live").await.unwrap().0, 200);
}

#[tokio::test]
async fn neighbours_that_are_away_at_the_start_are_waited_for() {
    let mut world = World::new().await;
    for neighbour in [AMQP, LEDGER, STORE] {
        let (proxy, url) = over(&world, neighbour).await;
        proxy.cut();
        let worker = Worker::start(&world, &[(neighbour, &url)]);
        until("health is served", || async {
            worker.get("/health/ready").await.is_some()
        })
        .await;
        assert!(!worker.is_ready().await);
        proxy.mend();
        worker.until_ready().await;
        world
            .upload(&format!("{neighbour}.pdf"), papers::light(neighbour.len()))
            .await;
        world.events(2).await;
    }
}

#[tokio::test]
async fn a_broker_that_goes_away_and_comes_back_needs_no_restart_of_ours() {
    let mut world = World::new().await;
    let (proxy, url) = over(&world, AMQP).await;
    let worker = Worker::start(&world, &[(AMQP, &url)]);
    worker.until_ready().await;
    world.upload("before.pdf", papers::light(40)).await;
    world.events(2).await;
    for number in 0..3 {
        // Some are in hand, some committed and not published, some published and not acknowledged.
        for more in 0..5 {
            world
                .upload(
                    &format!("{number}-{more}.pdf"),
                    papers::light(50 + number * 5 + more),
                )
                .await;
        }
        proxy.cut();
        is_away(&worker, "broker").await;
        proxy.mend();
        worker.until_ready().await;
    }
    until("all is told", || async {
        world
            .count("SELECT COUNT(*) FROM outbox WHERE published_at IS NOT NULL")
            .await
            == 32
            && world.ready(UPLOADS).await == 0
    })
    .await;
    let mut ids = std::collections::BTreeSet::new();
    while let Some(event) = world.event_at_hand().await {
        ids.insert(event["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 30, "each event came at least once");
    assert_eq!(
        world
            .count("SELECT COUNT(*) FROM uploads WHERE state = 'done'")
            .await,
        16
    );
}

#[tokio::test]
async fn a_store_or_ledger_that_goes_away_holds_uploads_back_until_it_is_there_again() {
    let mut world = World::new().await;
    for (neighbour, part) in [(STORE, "store"), (LEDGER, "ledger")] {
        let (proxy, url) = over(&world, neighbour).await;
        let worker = Worker::start(&world, &[(neighbour, &url)]);
        worker.until_ready().await;
        proxy.cut();
        is_away(&worker, part).await;
        world
            .upload(&format!("{part}.pdf"), papers::light(70 + part.len()))
            .await;
        proxy.mend();
        world.events(2).await;
    }
    assert_eq!(world.count("SELECT MAX(attempts) FROM uploads").await, 1);
}

#[tokio::test]
async fn what_the_store_denies_waits_with_the_reason_and_is_read_once_it_is_granted() {
    let mut world = World::new().await;
    let denied = [("AWS_ACCESS_KEY_ID", "stranger")];
    let worker = Worker::start(&world, &denied);
    until("the store says no", || async {
        worker
            .get("/health/ready")
            .await
            .is_some_and(|(_, body)| body.contains("may not be accessed"))
    })
    .await;
    drop(worker);
    let worker = world.worker();
    worker.until_ready().await;
    let bucket = format!("no-{}", world.name);
    let notice = serde_json::json!({"bucket": bucket, "key": "a.pdf"}).to_string();
    world.send(UPLOADS, notice.as_bytes()).await;
    let (_, headers) = world.take("countersign.uploads.wait.5s").await;
    assert_eq!(
        headers["x-countersign-reason"],
        AMQPValue::LongString("storage".into())
    );
    assert_eq!(headers["x-countersign-tries"], AMQPValue::LongLongInt(1));
    world.upload("b.pdf", papers::light(80)).await;
    world.events(2).await;
}

#[tokio::test]
async fn an_upload_waits_for_a_ledger_that_somebody_locks() {
    use sqlx::{Connection as _, Executor as _};
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    let mut other = sqlx::AnyConnection::connect(&world.settings[LEDGER])
        .await
        .unwrap();
    let mut holding = other.begin().await.unwrap();
    holding
        .execute("LOCK TABLE uploads IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    world.upload("a.pdf", papers::light(81)).await;
    let (body, headers) = world.take("countersign.uploads.wait.5s").await;
    assert_eq!(
        headers["x-countersign-reason"],
        AMQPValue::LongString("ledger".into())
    );
    holding.rollback().await.unwrap();
    world.send(UPLOADS, &body).await;
    world.events(2).await;
}

#[tokio::test]
async fn a_consumers_full_queue_keeps_its_events_and_holds_nobody_else_up() {
    let mut world = World::new().await;
    world.bind_full_queue("full").await;
    let worker = world.worker();
    worker.until_ready().await;
    world.upload("a.pdf", papers::light(82)).await;
    // They reach the consumer who has room, and stay until the other has, too.
    let first = world.events(2).await;
    world.upload("b.pdf", papers::light(83)).await;
    let second = world.events(2).await;
    assert_ne!(first[0]["id"], second[0]["id"]);
    let waiting = "SELECT COUNT(*) FROM outbox WHERE published_at IS NULL";
    assert_eq!(world.count(waiting).await, 4);
    assert!(worker.is_ready().await, "{}", worker.said());
    world.delete_queue("full").await;
    until("all are published", || async {
        world.count(waiting).await == 0
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_could_not_be_given_back_runs_out() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    // As if the ledger had gone away between an upload's fault and the giving back of its lease.
    world
        .change(
            "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
             CREATE TRIGGER hold BEFORE DELETE ON leases FOR EACH ROW EXECUTE FUNCTION hold()",
        )
        .await;
    world.upload("a.pdf", papers::light(84)).await;
    world.events(2).await;
    world.change("DROP TRIGGER hold ON leases").await;
    world.notify("a.pdf").await;
    until(
        "the lease has run out, and the second notice is settled",
        || async {
            world.waiting().await == 0
                && world
                    .count("SELECT COUNT(*) FROM leases WHERE name <> 'outbox'")
                    .await
                    == 0
        },
    )
    .await;
}
