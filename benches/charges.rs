//! Charges: how long it takes to score those of one document, by the rules and the model that is shipped.
//!
//! `cargo bench --bench charges`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures and fails by panicking"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use countersign::charges::habits::{Counted, EVERYTHING, Habits, asked, counted};
use countersign::charges::{ChargeModel, Terms, score_charges};
use countersign::decision::Profiles;
use countersign::evaluation::made_up::{Damage, Feed, paper};
use countersign::settings::Settings;
use countersign::shipments::Shipment;
use countersign::worker::open_registry;
use serde_json::json;

/// Documents that are scored, each with its shipment.
const DOCUMENTS: u64 = 3_000;

/// Lines that are billed beside line-haul and fuel.
const CODES: [&str; 6] = [
    "DETENTION",
    "LUMPER",
    "LIFTGATE",
    "RESIDENTIAL",
    "REDELIVERY",
    "LAYOVER",
];

/// A shipment with so many accessorials.
fn billed(mut shipment: Shipment, lines: usize) -> Shipment {
    let line = |at: usize, code: &str, amount: String| json!({"invoice_no": "INV-1", "line": at, "code": code, "amount": amount, "billed_at": "2026-03-16T17:00:00Z"});
    let codes = ["LINEHAUL", "FSC"]
        .iter()
        .chain(CODES.iter().take(lines))
        .enumerate();
    let lines: Vec<_> = codes
        .map(|(at, code)| line(at + 1, code, format!("{}.00", 95 + 40 * at)))
        .collect();
    shipment.billed = serde_json::from_value(lines.into()).unwrap();
    shipment
}

/// What was counted of all these, by habit.
type Counts = BTreeMap<String, Vec<Counted>>;

fn counts(feed: &Feed) -> Counts {
    let mut counts = Counts::new();
    let shipments = (0..DOCUMENTS).filter_map(|at| feed.shipment(at));
    for one in shipments.flat_map(|shipment| counted(&billed(shipment, CODES.len()), EVERYTHING)) {
        counts.entry(one.habit.clone()).or_default().push(one);
    }
    counts
}

/// As the ledger would give them, of the same months as the shipment's own: the feed is of a few weeks.
fn habits(counts: &Counts, shipment: &Shipment) -> Habits {
    let mut habits = Habits::default();
    let (asked, ..) = asked(shipment);
    for one in asked.iter().filter_map(|habit| counts.get(habit)).flatten() {
        habits.add(one.clone(), 1);
    }
    habits
}

fn main() {
    let settings = Settings::load(None).unwrap();
    let model = open_registry(&settings).unwrap().charges().unwrap();
    let model = ChargeModel::new(model.expect("a model for charges")).unwrap();
    let profiles = Profiles::default();
    let profile = profiles.find(None).unwrap();
    let feed = Feed {
        seed: 7,
        count: DOCUMENTS,
        twins: 3,
    };
    let counts = counts(&feed);
    for lines in [0, 1, CODES.len()] {
        let mut took: Vec<Duration> = Vec::new();
        for at in 0..DOCUMENTS {
            let Some(shipment) = feed.shipment(at) else {
                continue;
            };
            let shipment = billed(shipment, lines);
            let habits = habits(&counts, &shipment);
            let terms = Terms {
                profile,
                habits: &habits,
                model: Some(&model),
            };
            let document = paper(&feed, at, Damage::Usual, 8).document;
            let started = Instant::now();
            let scored = score_charges(&[&document], &shipment, &terms);
            took.push(started.elapsed());
            assert!(scored.accessorials.charges.len() >= lines);
        }
        took.sort();
        let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
        println!(
            "{lines} accessorials: {} documents, median {:.2?}, p99 {:.2?}, longest {:.2?}",
            took.len(),
            at(50),
            at(99),
            at(100)
        );
    }
}
