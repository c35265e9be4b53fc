//! Health and metrics over HTTP.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::health::Health;
use super::metrics::Metrics;
use crate::fault::Fault;

/// The text format of Prometheus.
const METRICS_TYPE: &str = "text/plain; version=0.0.4";

#[derive(Debug, Clone)]
struct Shown {
    health: Arc<Health>,
    metrics: Arc<Metrics>,
}

/// Serves `/health/live`, `/health/ready` and `/metrics`.
///
/// # Errors
/// [`Fault::Fatal`] where the address is taken or not ours.
pub(super) async fn serve(
    address: SocketAddr,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
) -> Result<JoinHandle<()>, Fault> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let error = anyhow::anyhow!("{address}: {error}; set worker.http to a free address");
        Fault::fatal("serving health and metrics", error)
    })?;
    let router = Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(measured))
        .with_state(Shown { health, metrics });
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "health and metrics are served no longer");
        }
    }))
}

async fn live(State(shown): State<Shown>) -> impl IntoResponse {
    if shown.health.lives() {
        (StatusCode::OK, "alive\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "stands still\n")
    }
}

async fn ready(State(shown): State<Shown>) -> impl IntoResponse {
    let (ready, told) = shown.health.readiness();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        told.to_string(),
    )
}

async fn measured(State(shown): State<Shown>) -> impl IntoResponse {
    let text = shown.metrics.text(&shown.health);
    ([(header::CONTENT_TYPE, METRICS_TYPE)], text)
}
