//! Starting, being looked at, stopping.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;

use crate::papers;
use crate::running::Worker;
use crate::world::{UPLOADS, World, fixture, services, until};

/// Runs a worker that is expected to end by itself.
fn run(world: &World, arguments: &[&str], more: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command
        .args(arguments)
        .envs(&world.settings)
        .env("COUNTERSIGN_WORKER__HTTP", "127.0.0.1:0");
    command.envs(more.iter().copied()).output().unwrap()
}

fn refusal(world: &World, more: &[(&str, &str)]) -> String {
    let refused = run(world, &["worker"], more);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(
        !said.contains("countersign-test") && !said.contains("wrong-secret"),
        "{said}"
    );
    said
}

#[tokio::test]
async fn wrong_settings_are_refused_at_once_by_name() {
    let world = World::new().await;
    let amqp = world.amqp.replace("guest:guest", "guest:wrong-secret");
    let ledger = world.settings["COUNTERSIGN_LEDGER"].replace("countersign-test", "wrong-secret");
    let wrong = [
        ("COUNTERSIGN_RABBITMQ__URL", "", "rabbitmq.url"),
        ("COUNTERSIGN_RABBITMQ__URL", &amqp, "rabbitmq.url"),
        ("COUNTERSIGN_S3__BUCKET", "", "s3.bucket"),
        (
            "COUNTERSIGN_S3__ATTACHMENTS_PREFIX",
            "",
            "attachments_prefix",
        ),
        ("COUNTERSIGN_LEDGER", "", "ledger"),
        ("COUNTERSIGN_S3__ENDPOINT", "localhost", "s3.endpoint"),
        ("COUNTERSIGN_WORKER__HTTP", "everywhere", "worker"),
        ("COUNTERSIGN_WORKER__HTTP", "192.0.2.1:80", "worker.http"),
        ("COUNTERSIGN_SWEEP__PER_SECOND", "0", "sweep.per_second"),
        ("COUNTERSIGN_LEDGER", &ledger, "ledger"),
        ("COUNTERSIGN_HOME", "/nowhere", "/nowhere"),
    ];
    for (key, value, named) in wrong {
        let said = refusal(&world, &[(key, value)]);
        assert!(said.contains(named), "{key}={value}: {said}");
    }
}

#[tokio::test]
async fn a_ledger_that_a_newer_program_wrote_is_refused() {
    let world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    drop(worker);
    world.count("WITH newer AS (INSERT INTO steps (step) VALUES (998), (999) RETURNING step) SELECT COUNT(*) FROM newer").await;
    assert!(refusal(&world, &[]).contains("a newer countersign wrote it"));
}

#[tokio::test]
async fn a_queue_that_was_made_otherwise_is_explained_and_left_alone() {
    let world = World::new().await;
    let durable = QueueDeclareOptions {
        durable: true,
        ..Default::default()
    };
    world
        .channel
        .queue_declare(UPLOADS.into(), durable, FieldTable::default())
        .await
        .unwrap();
    world.notify("a.pdf").await;
    let said = refusal(&world, &[]);
    assert!(
        said.contains(UPLOADS) && said.contains("--topology") && said.contains("inequivalent arg"),
        "{said}"
    );
    assert_eq!(world.ready(UPLOADS).await, 1);
}

#[tokio::test]
async fn what_topology_prints_can_be_imported_and_is_enough_for_a_worker_without_rights_to_make_it()
{
    let mut world = World::new().await;
    let user = format!("u{}", world.name);
    services(&["rabbitmqctl", "add_user", &user, "plain"]);
    services(&[
        "rabbitmqctl",
        "set_permissions",
        "-p",
        &world.name,
        &user,
        "^$",
        ".*",
        ".*",
    ]);
    let amqp = world.amqp.replace("guest:guest", &format!("{user}:plain"));
    let limited = [("COUNTERSIGN_RABBITMQ__URL", amqp.as_str())];
    let said = refusal(&world, &limited);
    assert!(
        said.contains("may not be made") && said.contains("--topology"),
        "{said}"
    );
    let printed = run(&world, &["worker", "--topology"], &[]);
    assert!(printed.status.success());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&printed.stdout).unwrap();
    services(&[
        "rabbitmqctl",
        "import_definitions",
        file.path().to_str().unwrap(),
    ]);
    let worker = Worker::start(&world, &limited);
    worker.until_ready().await;
    world.upload("a.pdf", papers::light(30)).await;
    world.events(2).await;
}

#[tokio::test]
async fn health_and_metrics_tell_how_it_is() {
    let mut world = World::new().await;
    let worker = world.worker();
    worker.until_ready().await;
    world.upload("a.pdf", papers::light(31)).await;
    world.events(2).await;
    assert_eq!(worker.get("/health/live").await.unwrap().0, 200);
    let (_, metrics) = worker.get("/metrics").await.unwrap();
    for name in [
        "countersign_queue_age_seconds",
        "countersign_stage_seconds_bucket",
        "countersign_outcomes_total",
        "countersign_attempts_total",
        "countersign_outbox_age_seconds",
        "countersign_reader_children_started",
        "process_resident_memory_bytes",
    ] {
        assert!(metrics.contains(name), "{name} is missing in\n{metrics}");
    }
    let mut promtool = Command::new("promtool");
    let mut check = promtool
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    check
        .stdin
        .take()
        .unwrap()
        .write_all(metrics.as_bytes())
        .unwrap();
    let checked = check.wait_with_output().unwrap();
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    let missing = worker.get("/elsewhere").await.unwrap();
    assert_eq!(missing.0, 404);
}

#[tokio::test]
async fn a_worker_told_to_stop_finishes_what_is_in_hand_and_takes_no_more() {
    let mut world = World::new().await;
    let mut worker = world.worker();
    worker.until_ready().await;
    for number in 0..40 {
        world
            .upload(&format!("{number}.pdf"), papers::light(100 + number))
            .await;
    }
    let first = world.event().await;
    assert_eq!(first["type"], "countersign.document.classified.v1");
    worker.signal("-TERM");
    assert_eq!(worker.ended().await, Some(0), "{}", worker.said());
    assert_eq!(
        world
            .count("SELECT COUNT(*) FROM uploads WHERE state = 'started'")
            .await,
        0
    );
    assert_eq!(
        world
            .count("SELECT COUNT(*) FROM outbox WHERE published_at IS NULL")
            .await,
        0
    );
    assert_eq!(world.count("SELECT COUNT(*) FROM leases").await, 0);
    let done = world
        .count("SELECT COUNT(*) FROM uploads WHERE state = 'done'")
        .await;
    assert_eq!(i64::from(world.ready(UPLOADS).await), 40 - done);
    let next = world.worker();
    next.until_ready().await;
    world.events(79).await;
}

#[tokio::test]
async fn what_takes_longer_than_the_deadline_goes_back_as_if_it_had_not_been_begun() {
    let mut world = World::new().await;
    let mut worker = Worker::start(&world, &[("COUNTERSIGN_WORKER__DRAIN_SECONDS", "0")]);
    worker.until_ready().await;
    world.upload("long.pdf", fixture("batch.pdf")).await;
    until("work was begun", || async {
        world
            .count("SELECT COUNT(*) FROM uploads WHERE attempts = 1")
            .await
            == 1
    })
    .await;
    worker.signal("-TERM");
    assert_eq!(worker.ended().await, Some(0), "{}", worker.said());
    assert_eq!(world.ready(UPLOADS).await, 1);
    assert_eq!(
        world
            .count("SELECT COUNT(*) FROM uploads WHERE attempts = 0")
            .await,
        1
    );
    assert_eq!(world.count("SELECT COUNT(*) FROM leases").await, 0);
    let next = world.worker();
    next.until_ready().await;
    assert_eq!(
        world.event().await["type"],
        "countersign.document.classified.v1"
    );
}

#[tokio::test]
async fn what_a_killed_worker_had_in_hand_is_taken_over() {
    let mut world = World::new().await;
    let mut killed = world.worker();
    killed.until_ready().await;
    world.upload("long.pdf", fixture("batch.pdf")).await;
    until("work was begun", || async {
        world
            .count("SELECT COUNT(*) FROM leases WHERE holder <> ''")
            .await
            >= 2
    })
    .await;
    let other = world.worker();
    other.until_ready().await;
    killed.signal("-KILL");
    assert_eq!(killed.ended().await, None);
    assert_eq!(
        world.event().await["type"],
        "countersign.document.classified.v1"
    );
    assert_eq!(world.count("SELECT attempts FROM uploads").await, 2);
}

#[tokio::test]
async fn an_upload_that_ended_worker_after_worker_is_rejected_and_a_suspect_is_cleared() {
    let mut world = World::new().await;
    for (ended, paper, expected) in [
        (2, "batch.pdf", "countersign.document.classified.v1"),
        (
            5,
            "clean-delivery-receipt.pdf",
            "countersign.upload.rejected.v1",
        ),
    ] {
        let mut killed = world.worker();
        killed.until_ready().await;
        world.upload(paper, fixture(paper)).await;
        let begun = "SELECT COUNT(*) FROM uploads WHERE state = 'started' AND attempts = 1";
        until("work was begun", || async { world.count(begun).await == 1 }).await;
        killed.signal("-KILL");
        assert_eq!(killed.ended().await, None);
        // As if this had happened so often, and the last lease had run out.
        world
            .change(&format!(
                "UPDATE uploads SET attempts = {ended} WHERE state = 'started'"
            ))
            .await;
        world.change("DELETE FROM leases").await;
        let worker = world.worker();
        worker.until_ready().await;
        assert_eq!(world.event().await["type"], expected);
        while world.event_at_hand().await.is_some() {}
    }
    assert_eq!(
        world
            .count("SELECT attempts FROM uploads WHERE state = 'done'")
            .await,
        2
    );
}
