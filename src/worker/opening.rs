//! What settings name, opened: the ledger, and the models that serve.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::fault::Fault;
use crate::inference::{Registry, Runtime};
use crate::ledger::Ledger;
use crate::models::{Repository, Serving, champions, fetch};
use crate::settings::Settings;

/// Opens the ledger that the settings name; without a name the one in the data folder, which is made where it is missing.
///
/// # Errors
/// [`Fault::Fatal`] when the folder cannot be made or the ledger not opened, [`Fault::Retry`] for a server that does not answer.
pub async fn open_ledger(settings: &Settings) -> Result<Ledger, Fault> {
    if !settings.ledger.is_empty() {
        return Ok(Ledger::open(settings.ledger.reveal()).await?);
    }
    std::fs::create_dir_all(&settings.data).map_err(|error| {
        let folder = settings.data.display();
        let error = anyhow::anyhow!("{folder}: {error}; set `data` to one that can be written");
        Fault::fatal("making the data folder", error)
    })?;
    Ok(Ledger::open(&file_of(settings).display().to_string()).await?)
}

/// Opens the ledger that the settings name, to look at it; `None` where there is none, or where it is to be brought up to date first.
///
/// # Errors
/// As [`open_ledger`].
pub async fn look_at_ledger(settings: &Settings) -> Result<Option<Ledger>, Fault> {
    if !settings.ledger.is_empty() {
        return Ok(Ledger::look(settings.ledger.reveal()).await?);
    }
    Ok(Ledger::look(&file_of(settings).display().to_string()).await?)
}

fn file_of(settings: &Settings) -> PathBuf {
    settings.data.join("ledger.sqlite")
}

/// Opens the models that serve, as the ledger has it.
///
/// # Errors
/// [`Fault::Fatal`] when the library or a model is missing or refused, [`Fault::Retry`] for a ledger that does not answer.
pub async fn open_champions(settings: &Settings, ledger: &Ledger) -> Result<Serving, Fault> {
    // Where the store is away, those that were fetched before are there.
    if let Err(fault) = fetch(settings).await {
        tracing::warn!(error = %fault, "no models are fetched");
    }
    let champions = champions(
        settings,
        ledger,
        &Repository::of(settings),
        Timestamp::now(),
    )
    .await?;
    let opened = Runtime::load(&settings.onnx_runtime()).and_then(|runtime| {
        let runtime = runtime.with_threads(settings.threads);
        Serving::new(Registry::of(runtime, &settings.models(), champions))
    });
    opened.map_err(|error| Fault::fatal("opening the models", error))
}

/// Loads ONNX Runtime and lists the newest models, for tools that have no ledger.
///
/// # Errors
/// [`Fault::Fatal`] when the library or a model is missing or refused.
pub fn open_registry(settings: &Settings) -> Result<Registry, Fault> {
    let opened = Runtime::load(&settings.onnx_runtime()).and_then(|runtime| {
        let runtime = runtime.with_threads(settings.threads);
        Registry::open(runtime, &settings.models(), &settings.native())
    });
    opened.map_err(|error| Fault::fatal("opening the models", error))
}
