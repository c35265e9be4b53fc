//! `countersign audit`: proves that nobody has changed what was written down.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::desk::{LedgerArgs, ledger_says};
use super::{Failure, print};
use crate::ledger::Audit;
use crate::settings::Settings;

/// The trail of all that was decided and done.
#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Recomputes the seal of every entry: each covers the entry and the seal before it.
    Verify(LedgerArgs),
}

/// Runs the command: 1 for a broken trail.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: AuditArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    let AuditCommand::Verify(ledger) = args.command;
    let ledger = ledger.open(&mut settings).await?;
    match ledger_says(ledger.verify_audit().await)? {
        Audit::Intact { entries } => print(&format!("the trail is whole: {entries} entries\n")),
        Audit::Broken { seq } => {
            eprintln!(
                "the trail is broken: entry {seq} was changed or is missing; compare with a backup"
            );
            Ok(ExitCode::from(1))
        }
    }
}
