//! `countersign worker` from the outside: the real program between a real broker, store and database, which `scripts/services.sh` started.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod clients;
mod faults;
#[path = "../homes/mod.rs"]
mod homes;
mod life;
mod lifecycle;
mod models;
mod papers;
mod proxy;
#[allow(dead_code, reason = "the benchmark uses more of it")]
mod running;
mod uploads;
#[allow(dead_code, reason = "the soak test uses more of it")]
mod world;
