//! The example clients: an uploader and a billing consumer in Python.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::papers;
use crate::world::{World, root};

/// An example, run by the Python that `scripts/setup.sh tests` made.
fn client(world: &World, name: &str) -> Command {
    let mut command = Command::new(root().join(".venv/bin/python"));
    command.arg(root().join("docker/examples").join(name));
    command.envs(
        world
            .settings
            .iter()
            .filter(|(key, _)| key.starts_with("AWS_")),
    );
    command
        .env("BROKER_URL", &world.amqp)
        .env("STORE_URL", &world.settings["COUNTERSIGN_S3__ENDPOINT"]);
    command
        .env("BUCKET", &world.name)
        .env("BILLING_DB", world.folder.path().join("billing.sqlite"));
    command
}

#[tokio::test]
async fn papers_go_from_the_uploader_to_billing_which_acts_once_on_each_event() {
    let world = World::without_consumer().await;
    let worker = world.worker();
    worker.until_ready().await;
    let listen = |until: &str| {
        let mut billing = client(&world, "billing.py")
            .args(["--until", until])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(billing.stdout.take().unwrap()).lines();
        assert_eq!(said.next().unwrap().unwrap(), "listening");
        (billing, said)
    };
    let (mut billing, said) = listen("5");
    let paper = |name: &str, bytes: Vec<u8>| -> PathBuf {
        let path = world.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let papers = [
        paper("stock.pdf", papers::light(90)),
        paper("broken.pdf", b"no document".to_vec()),
    ];
    let clean = root().join("fixtures/uploads/clean-delivery-receipt.pdf");
    let uploader = |papers: &[&PathBuf]| {
        let ran = client(&world, "uploader.py")
            .args(papers)
            .arg("--shipments")
            .arg(root().join("fixtures/shipments.jsonl"))
            .output()
            .unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    };
    // Shipments first: a paper that comes before its shipment is held.
    uploader(&[]);
    crate::world::until("all shipments are stored", || async {
        world.ready(crate::world::SHIPMENTS).await == 0
    })
    .await;
    uploader(&[&papers[0], &papers[1], &clean]);
    let lines: Vec<String> = said.map(Result::unwrap).collect();
    assert!(billing.wait().unwrap().success());
    let acts = |what: &str| lines.iter().filter(|line| line.starts_with(what)).count();
    assert_eq!(
        (
            acts("bill\t"),
            acts("hold: "),
            acts("ask for a new scan: unsupported_type")
        ),
        (1, 1, 1),
        "{lines:?}"
    );
    // The broker delivers all of it again, and billing acts on none.
    world.publish_again().await;
    let (mut again, said) = listen("3");
    let lines: Vec<String> = said.map(Result::unwrap).collect();
    assert!(again.wait().unwrap().success());
    assert_eq!(lines, ["3 events, 3 of them repeats"]);
}
