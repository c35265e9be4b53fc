//! `countersign explain`: what happened to a document, from the ledger.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use uuid::Uuid;

use super::Failure;
use super::report::{self, Style, Tally};
use crate::document::DocumentId;
use crate::ledger::Explanation;
use crate::settings::Settings;
use crate::worker::open_ledger;

/// Tells what each stage found about a document, and how long it took.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The document's id, as events and reports name it.
    document: Uuid,
    /// Where the ledger is kept.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Runs the command: 1 for a document that the ledger does not know.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: ExplainArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    settings.data = args.data.unwrap_or(settings.data);
    if settings.ledger.is_empty() && !settings.data.join("ledger.sqlite").exists() {
        return Err(Failure::usage(format!(
            "there is no ledger in {}: name its folder with --data",
            settings.data.display()
        )));
    }
    let ledger = open_ledger(&settings).await?;
    let found = ledger
        .explain(DocumentId(args.document))
        .await
        .map_err(crate::fault::Fault::from)?;
    let Some(explanation) = found else {
        eprintln!("the ledger knows no document {}", args.document);
        return Ok(ExitCode::from(1));
    };
    std::io::stdout().write_all(told(&explanation).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn told(explanation: &Explanation) -> String {
    let upload = &explanation.upload;
    let mut text = format!(
        "document {} of {}/{}\nread by {}, attempt {}, begun {}\n\nstages\n",
        explanation.document.id,
        upload.object.bucket,
        upload.object.key,
        upload.models.line(),
        upload.attempts,
        upload.started_at,
    );
    for finding in &explanation.findings {
        let took = finding.took.as_secs_f64() * 1e3;
        text.push_str(&format!(
            "  {:<14} {took:>9.1} ms  {}\n",
            finding.stage, finding.found
        ));
    }
    let events: Vec<_> = explanation
        .events
        .iter()
        .filter_map(|event| serde_json::from_str(&event.json).ok())
        .collect();
    text.push_str("\noutcome\n");
    text.push_str(&report::upload(
        &upload.object.key,
        &events,
        Style { colour: false },
        &mut Tally::default(),
    ));
    text.push_str("\nchecks\n");
    for check in events
        .iter()
        .filter_map(|event: &serde_json::Value| event["data"]["decision"]["checks"].as_array())
        .flatten()
    {
        let sign = if check["passed"] == true {
            "✔"
        } else {
            "✖"
        };
        let (id, detail) = (
            check["id"].as_str().unwrap_or_default(),
            check["detail"].as_str().unwrap_or_default(),
        );
        text.push_str(&format!("  {sign} {id:<4} {detail}\n"));
    }
    text.push_str("\naudit\n");
    for entry in &explanation.audit {
        text.push_str(&format!(
            "  {}  {}  {}  {}\n",
            entry.at, entry.who, entry.act, entry.detail
        ));
    }
    text
}
