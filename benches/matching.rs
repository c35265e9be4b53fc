//! Matching at scale: how fast shipments are stored and found, how large their index is, and which papers go astray.
//!
//! `cargo bench --bench matching` runs a small form. With arguments:
//!
//! ```text
//! cargo bench --bench matching -- [--ledger FILE-OR-URL] [--shipments N] [--papers N] [--seed N] [--loaded] [--json FILE]
//! ```
//!
//! With `--weights FILE` it estimates the weights of `models/shipment-match` from pairs labelled by the feed, and writes them there
//! (`make match-weights`).
//!
//! The ledger must be empty, unless `--loaded` says that it was filled so before. The seed of the papers is the feed's plus one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures and fails by panicking"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use countersign::clerk::{Asking, find_in_ledger};
use countersign::decision::Profiles;
use countersign::evaluation::made_up::{
    Damage, Estimate, Feed, Judged, Paper, Trial, calibration, judged, paper,
};
use countersign::ledger::Ledger;
use countersign::pipeline::{MatchedDocument, Matcher};
use countersign::shipments::Shipment;
use countersign::shipments::keys::shipment_keys;
use countersign::shipments::matching::{Calibration, Known, Weights, look};
use jiff::Timestamp;
use serde_json::json;

/// Shipments that are handed to the ledger at once, as a large message of the feed would.
const AT_ONCE: u64 = 20_000;

/// What the file of weights says about itself.
const HEAD: &str = "# What each piece of evidence for or against a shipment weighs, in log-odds. Made by `make match-weights`; see CARD.md.\n";

struct Arguments {
    ledger: Option<String>,
    shipments: u64,
    papers: u64,
    seed: u64,
    loaded: bool,
    json: Option<String>,
    weights: Option<String>,
}

impl Arguments {
    fn read() -> Self {
        let given: Vec<String> = std::env::args().collect();
        let value = |name: &str| {
            let at = given.iter().position(|one| one == name)?;
            given.get(at + 1).cloned()
        };
        let number = |name: &str, default: u64| {
            value(name).map_or(default, |text| text.parse().expect("a number"))
        };
        Self {
            ledger: value("--ledger"),
            shipments: number("--shipments", 20_000),
            papers: number("--papers", 2_000),
            seed: number("--seed", 1),
            loaded: given.iter().any(|one| one == "--loaded"),
            json: value("--json"),
            weights: value("--weights"),
        }
    }
}

fn main() {
    let arguments = Arguments::read();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run(&arguments));
}

async fn run(arguments: &Arguments) {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("ledger.sqlite");
    let location = arguments.ledger.clone();
    let location = location.unwrap_or_else(|| own.to_str().unwrap().to_owned());
    let ledger = Ledger::open(&location).await.unwrap();
    let feed = Feed {
        seed: arguments.seed,
        count: arguments.shipments,
        twins: 3,
    };
    if !arguments.loaded {
        load(&ledger, &feed).await;
    }
    size(&location).await;
    if let Some(path) = &arguments.weights {
        let weights = estimated(&ledger, &feed, arguments.papers).await;
        let text = toml::to_string(&weights).unwrap();
        std::fs::write(path, format!("{HEAD}{text}")).unwrap();
        return;
    }
    let mut told = Vec::new();
    for (name, damage, papers) in [
        ("usual", Damage::Usual, arguments.papers),
        ("one wrong", Damage::OneWrong, arguments.papers / 10),
        ("only wrong", Damage::OnlyWrong, arguments.papers / 10),
        ("none legible", Damage::NoneLegible, arguments.papers / 10),
        ("faded", Damage::Faded, arguments.papers / 10),
    ] {
        let trial = try_papers(&ledger, &feed, name, damage, papers).await;
        told.push(json!({"papers": name, "seed": arguments.seed, "shipments": feed.count, "trial": trial}));
    }
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_vec_pretty(&told).unwrap()).unwrap();
    }
}

async fn load(ledger: &Ledger, feed: &Feed) {
    let keys = |shipment: &Shipment| {
        let keys = shipment_keys(shipment).into_iter();
        keys.map(|key| key.as_str().to_owned()).collect::<Vec<_>>()
    };
    let (mut took, mut stored) = (Duration::ZERO, 0);
    for start in (0..feed.count).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let end = (start + AT_ONCE).min(feed.count);
        let some: Vec<Shipment> = (start..end).filter_map(|at| feed.shipment(at)).collect();
        let started = Instant::now();
        let new = ledger.store_shipments(&some, keys, Timestamp::now());
        stored += new.await.unwrap().new;
        took += started.elapsed();
        if end.is_multiple_of(500_000) {
            println!(
                "  {end}: {:.0} shipments/s so far",
                stored as f64 / took.as_secs_f64()
            );
        }
    }
    println!(
        "{stored} shipments stored in {took:.1?}: {:.0} a second",
        stored as f64 / took.as_secs_f64()
    );
}

/// What the index takes in PostgreSQL.
async fn size(location: &str) {
    use sqlx::{Connection as _, Row as _};
    if !location.starts_with("postgres") {
        return;
    }
    let mut connection = sqlx::AnyConnection::connect(location).await.unwrap();
    let analyse = sqlx::raw_sql("VACUUM ANALYZE shipment_keys, shipments");
    analyse.execute(&mut connection).await.unwrap();
    let row = sqlx::query(
        "SELECT pg_indexes_size('shipment_keys') AS tree, pg_relation_size('shipment_keys') AS heap,
           pg_total_relation_size('shipments') AS shipments, (SELECT COUNT(*) FROM shipment_keys) AS keys",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    let gigabytes = |name| row.get::<i64, _>(name) as f64 / 1e9;
    println!(
        "{} keys: index {:.2} GB, its table {:.2} GB; shipments with theirs {:.2} GB",
        row.get::<i64, _>("keys"),
        gigabytes("tree"),
        gigabytes("heap"),
        gigabytes("shipments")
    );
}

/// Places whose papers are drawn, spread over the whole feed; prime, so that nothing repeats in step.
fn places(feed: &Feed, papers: u64) -> impl Iterator<Item = u64> {
    let feed = *feed;
    let places = (0_u64..).map(move |at| (at * 7_919 + at / feed.count) % feed.count);
    places
        .filter(move |at| feed.has_papers(*at))
        .take(usize::try_from(papers).unwrap())
}

fn shipped() -> Weights {
    Weights::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/models"))).unwrap()
}

/// What a document is found to be, what it was compared with, and how long that took.
async fn find(
    ledger: &Ledger,
    weights: &Weights,
    paper: &Paper,
) -> (MatchedDocument, Vec<Known>, Duration) {
    let asking = Asking {
        tenant: "default",
        ruled_out: &BTreeSet::new(),
        matcher: Matcher {
            hints: &paper.hints,
            profiles: &Profiles::default(),
            received_on: paper.hints.received_on,
            weights,
        },
    };
    let started = Instant::now();
    let found = find_in_ledger(ledger, &asking, &paper.document).await;
    let took = started.elapsed();
    let found = found.unwrap();
    (found.matched, found.known, took)
}

async fn try_papers(
    ledger: &Ledger,
    feed: &Feed,
    name: &str,
    damage: Damage,
    papers: u64,
) -> Trial {
    let weights = shipped();
    let (mut trial, mut times, mut among) = (Trial::default(), Vec::new(), 0);
    for at in places(feed, papers) {
        let paper = paper(feed, at, damage, feed.seed + 1);
        let (found, known, took) = find(ledger, &weights, &paper).await;
        times.push(took);
        trial.add(feed, at, &found);
        among += usize::from(known.iter().any(|one| one.shipment.id == Feed::id(at)));
        if judged(at, &found) == Judged::Astray {
            astray(at, &paper.document, &found.matched);
        }
    }
    println!("{name}: its shipment was among those compared for {among} papers");
    report(name, &trial, times);
    trial
}

/// Weights from papers of all kinds, then their calibration from others.
async fn estimated(ledger: &Ledger, feed: &Feed, papers: u64) -> Weights {
    let kinds = [
        (Damage::Usual, papers),
        (Damage::OneWrong, papers / 5),
        (Damage::OnlyWrong, papers / 5),
        (Damage::NoneLegible, papers / 5),
    ];
    let before = shipped();
    let mut estimate = Estimate::default();
    for (damage, papers) in kinds {
        for at in places(feed, papers) {
            let paper = paper(feed, at, damage, feed.seed + 1);
            let (found, known, _) = find(ledger, &before, &paper).await;
            let seen = look(&found.document, &paper.hints, &known, &before);
            estimate.add(&Feed::id(at), &seen);
        }
    }
    let mut weights = estimate.weights(&before);
    weights.calibration = Calibration {
        slope: 1.0,
        intercept: 0.0,
    };
    let mut best = Vec::new();
    for (damage, papers) in kinds {
        for at in places(feed, papers) {
            let paper = paper(feed, at, damage, feed.seed + 2);
            let (found, ..) = find(ledger, &weights, &paper).await;
            if let Some(first) = found.best.first() {
                let chance = f64::from(first.confidence.get()).clamp(1e-7, 1.0 - 1e-7);
                best.push((
                    (chance / (1.0 - chance)).ln(),
                    first.shipment.id == Feed::id(at),
                ));
            }
        }
    }
    weights.calibration = calibration(&best);
    for (level, weight) in &weights.weights {
        println!(
            "{level:?}: ln(m/u) {:.2?}, before {:.2}, now {weight:.2}",
            estimate.log_ratio(*level),
            before.weights[level]
        );
    }
    println!("{:?} from {} papers", weights.calibration, best.len());
    weights
}

fn astray(
    at: u64,
    document: &countersign::understanding::Document,
    matched: &countersign::shipments::Match,
) {
    let countersign::shipments::Match::Matched(candidate, _) = matched else {
        return;
    };
    println!("  astray: {} to {}", Feed::id(at), candidate.shipment.id);
    for one in &candidate.evidence {
        println!("    {} {:?} {:+.1}", one.field, one.agreement, one.weight);
    }
    for (name, field) in &document.fields {
        println!(
            "    {name:?} {:?} {}",
            field.found.value,
            field.found.confidence.get()
        );
    }
}

fn report(name: &str, trial: &Trial, mut took: Vec<Duration>) {
    took.sort();
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    println!(
        "{name}: {} papers, {} with a told shipment; right first {:.2} %, attached {:.2} %, astray {}, ambiguous {}, conflict {}, none {}; \
         median {:.2?}, p99 {:.2?}, longest {:.2?}",
        trial.papers,
        trial.told,
        100.0 * trial.share_right_first(),
        100.0 * trial.share_attached(),
        trial.astray,
        trial.ambiguous,
        trial.conflict,
        trial.none,
        at(50),
        at(99),
        at(100)
    );
    for point in &trial.curve {
        println!(
            "    chance of error ≤ {:<6}: attached {:.2} %, astray {}; by probability alone {:.2} %, astray {}",
            point.chance_of_error,
            100.0 * f64::from(point.attached) / f64::from(trial.told.max(1)),
            point.astray,
            100.0 * f64::from(point.attached_by_probability_alone) / f64::from(trial.told.max(1)),
            point.astray_by_probability_alone
        );
    }
}
