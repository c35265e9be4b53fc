//! Models that are swapped again and again leave nothing behind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and this one tells what it measured"
)]

use std::path::Path;
use std::sync::Arc;

use countersign::decision::Profiles;
use countersign::inference::Task;
use countersign::ledger::InForce;
use countersign::models::take_up;
use countersign::settings::Settings;
use countersign::worker::{Arrival, Worker};

/// Swaps between models that were swapped in before anything is measured: the first ones make the pools that later ones use.
const BEFORE: usize = 10;
const SWAPS: usize = 100;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shipped models, and a second version of one that looks at pages and of the one that reads.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(root().join("native"), home.path().join("native")).unwrap();
    let models = home.path().join("models");
    for name in [
        "text",
        "page-class",
        "fields",
        "marks",
        "charges",
        "shipment-match",
    ] {
        std::fs::create_dir_all(models.join(name)).unwrap();
        for version in std::fs::read_dir(root().join("models").join(name)).unwrap() {
            let version = version.unwrap();
            let to = models.join(name).join(version.file_name());
            std::os::unix::fs::symlink(version.path(), to).unwrap();
        }
    }
    let again = |name: &str, from: &Path, was: &str| {
        let to = models.join(name).join("9");
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name() != "manifest.toml" {
                std::os::unix::fs::symlink(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
        let manifest = std::fs::read_to_string(from.join("manifest.toml")).unwrap();
        assert!(manifest.contains(was));
        std::fs::write(
            to.join("manifest.toml"),
            manifest.replace(was, "version = 9"),
        )
        .unwrap();
    };
    again("text", &root().join("models/text/2"), "version = 2");
    let torch = root().join("fixtures/bundles/torch-renamed/page-class/2");
    again("page-class", &torch, "version = 2");
    home
}

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

#[tokio::test]
async fn a_hundred_swaps_leave_no_memory_behind() {
    let (home, data) = (home(), tempfile::tempdir().unwrap());
    let mut settings = Settings::load(None).unwrap();
    settings.home = home.path().to_owned();
    settings.data = data.path().to_owned();
    settings.slots = 1;
    settings.reader.program = env!("CARGO_BIN_EXE_countersign").into();
    let worker = Arc::new(
        Worker::on_files(settings.clone(), Profiles::default())
            .await
            .unwrap(),
    );
    worker.warm_up().await.unwrap();
    let paper = std::fs::read(root().join("fixtures/uploads/clean-delivery-receipt.pdf")).unwrap();
    let wanted = |swap: usize| -> Vec<InForce> {
        let versions = [("text", Task::Text, 2), ("page-class", Task::PageClass, 1)];
        let each = versions.map(|(name, task, own)| InForce {
            task,
            champion: format!("{name}@{}", if swap.is_multiple_of(2) { 9 } else { own })
                .parse()
                .unwrap(),
            before: None,
            challenger: None,
            changed_at: jiff::Timestamp::now(),
        });
        each.into()
    };
    let mut start = 0.0;
    for swap in 0..BEFORE + SWAPS {
        let now = worker.in_service().now();
        let (lineup, refused) = take_up(&settings, &now, &wanted(swap)).unwrap();
        drop(now);
        assert!(refused.is_empty(), "{refused:?}");
        worker.in_service().change_to(lineup);
        // Each set reads a paper, of other bytes every time.
        let path = data.path().join(format!("{swap}.pdf"));
        let unlike = [paper.as_slice(), format!("\n% {swap}\n").as_bytes()].concat();
        std::fs::write(&path, unlike).unwrap();
        let read = worker.read(Arrival::of_file(&path)).await.unwrap();
        worker.decide(read).await.unwrap();
        if swap + 1 == BEFORE {
            start = resident_mib();
        }
    }
    let end = resident_mib();
    println!("resident: {start:.0} MiB after {BEFORE} swaps, {end:.0} MiB after {SWAPS} more");
    assert!(end < start * 1.05, "{start:.0} MiB grew to {end:.0} MiB");
}
