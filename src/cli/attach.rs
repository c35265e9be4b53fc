//! `countersign attach` and `countersign detach`: a person says to which shipment a document belongs, or does not.

use std::process::ExitCode;

use clap::Args;
use uuid::Uuid;

use super::Failure;
use super::desk::{ActArgs, Desk};
use crate::document::DocumentId;
use crate::ledger::Belongs;
use crate::settings::Settings;

/// Attaches a document to a shipment, whatever stands on it; whether it proves the delivery is tested all the same.
#[derive(Debug, Args)]
pub(super) struct AttachArgs {
    /// The document's id, as events and reports name it.
    document: Uuid,
    /// The shipment's id in the feed.
    #[arg(required_unless_present = "as_read")]
    shipment: Option<String>,
    /// Take back what was said of its shipment: it belongs where its text says.
    #[arg(long, conflicts_with_all = ["shipment", "stop"])]
    as_read: bool,
    /// Which of its deliveries, by its place along the way, where it has several.
    #[arg(long)]
    stop: Option<u32>,
    #[command(flatten)]
    act: ActArgs,
}

/// Says that a document does not belong to a shipment; it looks for another one then.
#[derive(Debug, Args)]
pub(super) struct DetachArgs {
    /// The document's id, as events and reports name it.
    document: Uuid,
    /// The shipment that it does not belong to; without it the one that it is attached to.
    #[arg(long)]
    from: Option<String>,
    #[command(flatten)]
    act: ActArgs,
}

/// Runs the command: 1 where the act could not be done.
///
/// # Errors
/// [`Failure`].
pub(super) async fn attach(args: AttachArgs, settings: Settings) -> Result<ExitCode, Failure> {
    let desk = Desk::open(args.act, "document.attached", settings).await?;
    let document = DocumentId(args.document);
    match args.shipment {
        Some(shipment) => {
            let done = format!("document {document} is said to belong to shipment {shipment}");
            let to = Belongs {
                shipment,
                stop: args.stop,
            };
            let events = desk.clerk.attach(document, to, &desk.act).await;
            desk.tell(&done, events).await
        }
        None => {
            let done = format!("document {document} belongs where its text says");
            let events = desk.clerk.attach_as_read(document, &desk.act).await;
            desk.tell(&done, events).await
        }
    }
}

/// Runs the command: 1 where the act could not be done.
///
/// # Errors
/// [`Failure`].
pub(super) async fn detach(args: DetachArgs, settings: Settings) -> Result<ExitCode, Failure> {
    let desk = Desk::open(args.act, "document.detached", settings).await?;
    let done = format!("document {} is detached", args.document);
    let document = DocumentId(args.document);
    let events = desk.clerk.detach(document, args.from, &desk.act).await;
    desk.tell(&done, events).await
}
