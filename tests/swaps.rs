//! Models that are swapped again and again leave nothing behind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and this one tells what it measured"
)]

mod homes;

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
/// Between the two measurements.
const SWAPS: usize = 100;
/// A measurement is the least over so many swaps, in which both models change and papers are read at each of their turns.
const WINDOW: usize = 20;
/// A paper is read after every so many swaps: reading takes longer than swapping.
const READ: usize = 5;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
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
    let (home, data) = (homes::Home::new(), tempfile::tempdir().unwrap());
    home.again("text", 2, 9);
    home.add("torch-renamed", 9);
    let mut settings = Settings::load(None).unwrap();
    settings.home = home.path().into();
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
    // One of the two is another with every swap.
    let wanted = |swap: usize| -> Vec<InForce> {
        let versions = [
            ("text", Task::Text, 2, swap / 2),
            ("page-class", Task::PageClass, 1, swap.div_ceil(2)),
        ];
        let each = versions.map(|(name, task, own, turn)| {
            let version = if turn.is_multiple_of(2) { 9 } else { own };
            InForce {
                task,
                champion: format!("{name}@{version}").parse().unwrap(),
                before: None,
                challenger: None,
                changed_at: jiff::Timestamp::now(),
            }
        });
        each.into()
    };
    let mut resident = Vec::new();
    for swap in 0..BEFORE + SWAPS + WINDOW {
        let now = worker.in_service().now();
        let (lineup, refused) = take_up(&settings, &now, &wanted(swap)).unwrap();
        drop(now);
        assert!(refused.is_empty(), "{refused:?}");
        worker.in_service().change_to(lineup);
        if swap.is_multiple_of(READ) {
            // Of other bytes every time.
            let path = data.path().join(format!("{swap}.pdf"));
            let unlike = [paper.as_slice(), format!("\n% {swap}\n").as_bytes()].concat();
            std::fs::write(&path, unlike).unwrap();
            let read = worker.read(Arrival::of_file(&path)).await.unwrap();
            worker.decide(read).await.unwrap();
        }
        resident.push(resident_mib());
    }
    // It goes up and down by a model's size and a paper's pages; what is left behind lies under all of it.
    let start = least(&resident[BEFORE..BEFORE + WINDOW]);
    let end = least(&resident[BEFORE + SWAPS..]);
    println!("resident: {start:.0} MiB at first, {end:.0} MiB {SWAPS} swaps later");
    assert!(
        end < start * 1.05,
        "{start:.0} MiB grew to {end:.0} MiB: {resident:.0?}"
    );
}

fn least(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::INFINITY, f64::min)
}
