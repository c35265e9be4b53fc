//! Models are swapped, tried and taken out of service while the worker works.

use std::process::Command;

use serde_json::Value;

use crate::homes::Home;
use crate::papers;
use crate::running::Worker;
use crate::world::{World, fixture, until};

/// `countersign models …` in the worker's surroundings.
fn models(world: &World, home: &Home, arguments: &[&str]) -> (bool, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .arg("models")
        .args(arguments)
        .envs(&world.settings)
        .env("COUNTERSIGN_HOME", home.path())
        .output()
        .unwrap();
    let said = if ran.status.success() {
        ran.stdout
    } else {
        ran.stderr
    };
    (ran.status.success(), String::from_utf8(said).unwrap())
}

fn act<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--by", "ada", "--why", "a test"]].concat()
}

/// Who classified the next document.
async fn classifier(world: &mut World) -> String {
    loop {
        let event = world.event().await;
        if event["type"] == "countersign.document.classified.v1" {
            return text(&event["data"]["models"]["classifier"]);
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Uploads papers until one is read by `model`; each gets its outcome on the way.
async fn until_read_by(world: &mut World, model: &str, first: usize) {
    for number in first..first + 200 {
        world
            .upload(&format!("{number}.pdf"), papers::light(number))
            .await;
        if classifier(world).await == model {
            return;
        }
    }
    panic!("{model} never served");
}

#[tokio::test]
async fn a_promoted_model_serves_the_next_uploads_without_a_restart_and_is_rolled_back() {
    let (mut world, home) = (World::new().await, Home::new());
    let worker = Worker::start(&world, &[("COUNTERSIGN_HOME", &home.path())]);
    worker.until_ready().await;
    until_read_by(&mut world, "page-class@1", 0).await;
    home.add("torch-renamed", 2);
    let (promoted, said) = models(&world, &home, &act(&["promote", "page-class@2"]));
    assert!(promoted, "{said}");
    until_read_by(&mut world, "page-class@2", 1_000).await;
    let (back, said) = models(&world, &home, &act(&["rollback", "page-class"]));
    assert!(back && said.starts_with("page-class@1 serves"), "{said}");
    until_read_by(&mut world, "page-class@1", 2_000).await;
    let (_, listed) = models(&world, &home, &["list"]);
    assert!(
        listed.contains("page-class@1  page-class  serves"),
        "{listed}"
    );
}

#[tokio::test]
async fn what_a_worker_cannot_load_raises_an_alarm_and_the_old_one_serves_on() {
    let (mut world, home) = (World::new().await, Home::new());
    let elsewhere = Home::new();
    let worker = Worker::start(&world, &[("COUNTERSIGN_HOME", &home.path())]);
    worker.until_ready().await;
    home.add("bad-missing-output", 2);
    let (promoted, said) = models(&world, &home, &act(&["promote", "page-class@2"]));
    assert!(!promoted && said.contains("first_page"), "{said}");
    // Somebody's machine has another one of this name, which is good.
    elsewhere.add("torch-renamed", 2);
    let (promoted, said) = models(&world, &elsewhere, &act(&["promote", "page-class@2"]));
    assert!(promoted, "{said}");
    let alarm = world.event().await;
    assert_eq!(alarm["type"], "countersign.model.alarm.v1", "{alarm}");
    assert_eq!(alarm["data"]["alarm"], "refused");
    assert!(
        text(&alarm["data"]["reason"]).contains("first_page"),
        "{alarm}"
    );
    assert_eq!(alarm["data"]["models"]["classifier"], "page-class@1");
    until_read_by(&mut world, "page-class@1", 0).await;
}

#[tokio::test]
async fn a_challenger_in_the_shadow_is_compared_and_heard_by_nobody() {
    let (mut world, home) = (World::new().await, Home::new());
    home.add("torch-renamed", 2);
    let worker = Worker::start(&world, &[("COUNTERSIGN_HOME", &home.path())]);
    // A version that lies there serves nobody, unless the ledger sees the task for the first time.
    worker.until_ready().await;
    until_read_by(&mut world, "page-class@2", 0).await;
    let shadow = act(&["shadow", "page-class@1", "--share", "100%"]);
    let (put, said) = models(&world, &home, &shadow);
    assert!(put, "{said}");
    let seen = || async {
        let (_, report) = models(&world, &home, &["report", "page-class", "--json"]);
        let report: Value = serde_json::from_str(&report).unwrap();
        report["uploads"].as_u64() > Some(0) && report["agree"]["classes"]["of"].as_u64() > Some(0)
    };
    let mut number = 1_000;
    while !seen().await {
        let paper = if number == 1_000 {
            fixture("clean-delivery-receipt.pdf")
        } else {
            papers::light(number)
        };
        world.upload(&format!("{number}.pdf"), paper).await;
        number += 1;
        assert!(number < 1_200, "nothing was compared");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for _ in 1_000..number {
        assert_eq!(classifier(&mut world).await, "page-class@2");
    }
}

#[tokio::test]
async fn a_canary_that_fails_at_work_is_withdrawn_and_its_upload_read_by_the_champion() {
    let (mut world, home) = (World::new().await, Home::new());
    let worker = Worker::start(&world, &[("COUNTERSIGN_HOME", &home.path())]);
    worker.until_ready().await;
    home.add("bad-late-nan", 2);
    let canary = act(&["canary", "page-class@2", "--share", "100%"]);
    let (put, said) = models(&world, &home, &canary);
    assert!(put, "the check cannot see this one's fault: {said}");
    until_read_by(&mut world, "page-class@2", 0).await;
    world
        .upload("clean.pdf", fixture("clean-delivery-receipt.pdf"))
        .await;
    let alarm = alarm(&mut world).await;
    assert_eq!(alarm["data"]["alarm"], "withdrawn", "{alarm}");
    assert_eq!(classifier(&mut world).await, "page-class@1");
    let ended = || async { models(&world, &home, &["list"]).1.contains("canary") };
    assert!(!ended().await);
    until("the worker is ready", || worker.is_ready()).await;
}

/// The next alarm, past whatever else is told.
async fn alarm(world: &mut World) -> Value {
    loop {
        let event = world.event().await;
        if event["type"] == "countersign.model.alarm.v1" {
            return event;
        }
    }
}

/// What comes from now on has been tried before: so many attempts with the one that begins.
async fn begins_with_attempts(world: &World, attempts: u32) {
    world
        .change(&format!(
            "CREATE FUNCTION begin_late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.attempts = {attempts}; RETURN NEW; END';
             CREATE TRIGGER begin_late BEFORE INSERT ON uploads FOR EACH ROW EXECUTE FUNCTION begin_late()"
        ))
        .await;
}

#[tokio::test]
async fn a_canary_in_whose_hands_workers_end_is_withdrawn() {
    let (mut world, home) = (World::new().await, Home::new());
    let worker = Worker::start(&world, &[("COUNTERSIGN_HOME", &home.path())]);
    worker.until_ready().await;
    home.add("torch-renamed", 2);
    let canary = act(&["canary", "page-class@2", "--share", "100%"]);
    let (put, said) = models(&world, &home, &canary);
    assert!(put, "{said}");
    until_read_by(&mut world, "page-class@2", 0).await;
    while world.event_at_hand().await.is_some() {}
    // As if workers had ended twice on what comes now.
    begins_with_attempts(&world, 3).await;
    world.upload("suspect.pdf", papers::light(1_000)).await;
    assert_eq!(classifier(&mut world).await, "page-class@1");
    let withdrawn =
        "SELECT COUNT(*) FROM outbox WHERE event LIKE '%withdrawn%ended again and again%'";
    assert_eq!(world.count(withdrawn).await, 1);
}

#[tokio::test]
async fn a_canary_that_bills_less_is_withdrawn_by_a_running_worker() {
    let (mut world, home) = (World::new().await, Home::new());
    let worker = Worker::start(&world, &[("COUNTERSIGN_HOME", &home.path())]);
    worker.until_ready().await;
    home.add("torch-renamed", 2);
    let canary = act(&["canary", "page-class@2", "--share", "1%"]);
    let (put, said) = models(&world, &home, &canary);
    assert!(put, "{said}");
    // As if sixty documents of each had been told of since: the champion's can be billed, the canary's cannot.
    let sketch = r#"{"pages": [1], "class": "delivery_receipt", "class_confidence": 0.9, "fields": {}, "codes": [],
        "shipment": null, "charges": null, "state": "STATE"}"#;
    let each = format!(
        r#"CASE number % 2 WHEN 0
            THEN '{{"champion": {}, "challenger": null, "failed": null, "champion_ms": 9, "challenger_ms": 0}}'
            ELSE '{{"champion": null, "challenger": {}, "failed": null, "champion_ms": 0, "challenger_ms": 9}}' END"#,
        sketch.replace("STATE", "billable"),
        sketch.replace("STATE", "review"),
    );
    world
        .change(&format!(
            "INSERT INTO trials (task, champion, challenger, upload, place, part, at, compared)
             SELECT 'page-class', 'page-class@1', 'page-class@2', gen_random_uuid()::text, 0, 'canary',
               changed_at + 1000, {each} FROM models_in_force, generate_series(1, 120) number WHERE task = 'page-class'"
        ))
        .await;
    let alarm = alarm(&mut world).await;
    assert_eq!(alarm["data"]["alarm"], "withdrawn", "{alarm}");
    let reason = text(&alarm["data"]["reason"]);
    assert!(reason.contains("0 % of its documents can be billed, 100 %"));
    let (_, listed) = models(&world, &home, &["list"]);
    assert!(!listed.contains("canary"), "{listed}");
}

/// Was anything noted in a trial for this task?
fn is_tried(world: &World, home: &Home, task: &str) -> bool {
    let (_, report) = models(world, home, &["report", task, "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    report["uploads"].as_u64() > Some(0)
}

#[tokio::test]
async fn an_upload_that_a_challenger_beside_spoils_is_read_without_it() {
    let (mut world, home) = (World::new().await, Home::new());
    // A challenger for text has each page drawn once more, which the allowance of this worker is too small for.
    let settings = [
        ("COUNTERSIGN_HOME", home.path()),
        (
            "COUNTERSIGN_READER__LIMITS__DOCUMENT_PIXELS",
            "30000000".to_owned(),
        ),
    ];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let worker = Worker::start(&world, &settings);
    worker.until_ready().await;
    home.again("text", 2, 9);
    let shadow = act(&["shadow", "text@9", "--share", "100%"]);
    let (put, said) = models(&world, &home, &shadow);
    assert!(put, "{said}");
    let mut number = 0;
    while !is_tried(&world, &home, "text") {
        world
            .upload(&format!("{number}.pdf"), papers::light(number))
            .await;
        classifier(&mut world).await;
        number += 1;
    }
    while world.event_at_hand().await.is_some() {}
    world.upload("batch.pdf", fixture("batch.pdf")).await;
    let event = world.event().await;
    assert_eq!(
        event["type"], "countersign.document.classified.v1",
        "{event}"
    );
    until("the worker says so", || async {
        worker.said().contains("without the challenger")
    })
    .await;
}

#[tokio::test]
async fn a_page_that_the_only_champion_cannot_look_at_raises_an_alarm_and_stops_nobody() {
    let (mut world, home) = (World::new().await, Home::new());
    // The newest serves from the start, so that none has served before it.
    home.add("bad-late-nan", 2);
    let worker = Worker::start(&world, &[("COUNTERSIGN_HOME", &home.path())]);
    worker.until_ready().await;
    // As if the upload had failed four times by now.
    begins_with_attempts(&world, 5).await;
    world
        .upload("clean.pdf", fixture("clean-delivery-receipt.pdf"))
        .await;
    // What concerns another subject may come before what was committed first.
    let mut told = [world.event().await, world.event().await];
    told.sort_by_key(|event| text(&event["type"]));
    let [alarm, rejected] = &told;
    assert_eq!(alarm["data"]["alarm"], "failing", "{alarm}");
    assert_eq!(alarm["data"]["model"], "page-class@2");
    assert_eq!(
        rejected["type"], "countersign.upload.rejected.v1",
        "{rejected}"
    );
    assert_eq!(rejected["data"]["reason"], "parser_crashed");
    world.change("DROP TRIGGER begin_late ON uploads").await;
    until_read_by(&mut world, "page-class@2", 0).await;
    assert!(worker.is_ready().await);
}

#[tokio::test]
async fn models_below_a_prefix_of_the_store_serve_once_their_manifest_is_there() {
    let mut world = World::new().await;
    let (home, more) = (Home::new(), Home::new());
    more.add("torch-renamed", 2);
    let prefix = format!("s3://{}/models", world.name);
    let data = world.folder.path().join("data").display().to_string();
    world
        .settings
        .insert("COUNTERSIGN_REPOSITORY__S3".to_owned(), prefix);
    world.settings.insert("COUNTERSIGN_DATA".to_owned(), data);
    let worker = Worker::start(&world, &[("COUNTERSIGN_HOME", &home.path())]);
    worker.until_ready().await;
    let files = [
        "model.onnx",
        "golden/input.json",
        "golden/expected.json",
        "manifest.toml",
    ];
    for file in files {
        let (_, listed) = models(&world, &home, &["list"]);
        assert!(!listed.contains("page-class@2"), "before {file}: {listed}");
        let bytes = std::fs::read(more.folder.path().join("models/page-class/2").join(file));
        world
            .put(&format!("models/page-class/2/{file}"), bytes.unwrap())
            .await;
    }
    let (promoted, said) = models(&world, &home, &act(&["promote", "page-class@2"]));
    assert!(promoted, "{said}");
    until_read_by(&mut world, "page-class@2", 0).await;
}
