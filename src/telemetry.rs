//! Telemetry: log lines, and the traces that they belong to.
//!
//! Every upload has a span, and every span an id, whether or not a collector takes them: log lines and events name the trace. Neither
//! holds what stands on a paper.

use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracerProvider, Tracer};
use tracing::Span;
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt as _};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use crate::document::TraceParent;
use crate::fault::{Cause, Fault};
use crate::settings::{LogFormat, LogLevel, Settings};

/// What `traceparent` headers are called.
const TRACEPARENT: &str = "traceparent";

/// Keeps traces going; dropping it sends what is left.
#[derive(Debug)]
pub struct Telemetry(SdkTracerProvider);

impl Telemetry {
    /// Starts logging to standard error (standard output belongs to results), and sending traces where the settings name a collector.
    ///
    /// # Errors
    /// [`Fault::Fatal`] for a collector's URL that is none.
    pub fn start(settings: &Settings) -> Result<Self, Fault> {
        let provider = provider(&settings.telemetry.otlp)
            .map_err(|error| Fault::fatal("setting up `telemetry.otlp`", error))?;
        let traces = traces(provider.tracer("countersign"));
        let lines = fmt::layer().with_writer(std::io::stderr);
        let lines = match settings.log_format {
            LogFormat::Text => lines.boxed(),
            LogFormat::Json => lines
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .boxed(),
        };
        let registry = tracing_subscriber::registry().with(traces);
        registry
            .with(lines.with_filter(lines_of(settings.log)))
            .init();
        Ok(Self(provider))
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::debug!(%error, "the last traces were not sent");
        }
    }
}

fn provider(otlp: &str) -> Result<SdkTracerProvider, Cause> {
    let resource = Resource::builder().with_service_name("countersign").build();
    let builder = SdkTracerProvider::builder().with_resource(resource);
    if otlp.is_empty() {
        return Ok(builder.build());
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", otlp.trim_end_matches('/')))
        .build()?;
    Ok(builder.with_batch_exporter(exporter).build())
}

/// Only spans of ours: those of the libraries beneath are many and say nothing about an upload.
fn traces(tracer: Tracer) -> impl tracing_subscriber::Layer<Registry> {
    let ours = tracing_subscriber::filter::filter_fn(|metadata| {
        metadata.is_span() && metadata.target().starts_with("countersign")
    });
    OpenTelemetryLayer::new(tracer).with_filter(ours)
}

/// The broker's client tells of every lost connection as an error, and so do we, once; the store's warns of each place where it found no region.
fn lines_of(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    Targets::new()
        .with_default(level)
        .with_target("lapin", LevelFilter::OFF)
        .with_target("aws_config", LevelFilter::ERROR)
}

/// Makes `span` a part of the trace that the sender began, if there is one, and says what its own children are to be told.
#[must_use]
pub fn continue_trace(span: &Span, sender: Option<&TraceParent>) -> Option<TraceParent> {
    let propagator = TraceContextPropagator::new();
    if let Some(sender) = sender {
        let carrier =
            std::collections::HashMap::from([(TRACEPARENT.to_owned(), sender.as_str().to_owned())]);
        // Fails where nobody collects spans, as in tests.
        drop(span.set_parent(propagator.extract(&carrier)));
    }
    let context = span.context();
    if !context.span().span_context().is_valid() {
        return sender.cloned();
    }
    let mut carrier = std::collections::HashMap::new();
    propagator.inject_context(&context, &mut carrier);
    TraceParent::parse(carrier.get(TRACEPARENT)?)
}
