//! `countersign dataset export`: documents that were confirmed, as training data.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::desk::{LedgerArgs, ledger_says};
use super::features::{self, FeaturesArgs};
use super::{Failure, print};
use crate::decision::{State, name_of};
use crate::ledger::{Chosen, Ledger, Rulings, StoredDocument, StoredUpload};
use crate::reading::{Page, Word};
use crate::settings::Settings;
use crate::understanding::{DocumentClass, FieldName, told};
use crate::worker::{Rereader, open_champions, open_storage};

/// Documents that were confirmed, as training data.
#[derive(Debug, Args)]
pub(super) struct DatasetArgs {
    #[command(subcommand)]
    command: DatasetCommand,
}

#[derive(Debug, Subcommand)]
enum DatasetCommand {
    /// Writes pages.jsonl (a page a line), images/ and features/: what people ruled about, and what was billed.
    Export(ExportArgs),
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// Folder to write to; it must not be there.
    #[arg(long)]
    out: PathBuf,
    /// Neither words nor pictures of pages: only classes and the features that models see.
    #[arg(long)]
    features_only: bool,
    /// Those decided since this day.
    #[arg(long)]
    since: Option<Date>,
    /// At most so many uploads, the last ones first.
    #[arg(long, default_value_t = 10_000)]
    limit: u32,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Who says that a document is what it was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum ConfirmedBy {
    /// A person said something of it.
    Person,
    /// It was billed.
    Decision,
}

/// A line of pages.jsonl.
#[derive(Debug, Serialize)]
struct ExportedPage {
    document: String,
    page: u32,
    first: bool,
    class: DocumentClass,
    confirmed_by: ConfirmedBy,
    state: String,
    received: Date,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    says: Option<Says>,
}

/// What a page says.
#[derive(Debug, Serialize)]
struct Says {
    words: Vec<LabelledWord>,
    image: String,
}

#[derive(Debug, Serialize)]
struct LabelledWord {
    #[serde(flatten)]
    word: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<FieldName>,
}

/// Runs the command: 1 where an upload could not be exported.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(args: DatasetArgs, mut settings: Settings) -> Result<ExitCode, Failure> {
    let DatasetCommand::Export(args) = args.command;
    let ledger = args.ledger.open(&mut settings).await?;
    if args.out.exists() {
        return Err(Failure::usage(format!(
            "{} is there already",
            args.out.display()
        )));
    }
    let since = args.since.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    let chosen = Chosen {
        since: since.map(|day| day.timestamp()),
        documents: Vec::new(),
        most: args.limit,
    };
    let uploads = ledger_says(ledger.stored_uploads(&chosen).await)?;
    let champions = open_champions(&settings, &ledger).await?;
    let storage = open_storage(&settings).await;
    let mut reader = Rereader::open(&settings, storage, &champions)?;
    // What a page says lies here while its features are computed.
    let full = if args.features_only {
        args.out.join(".full")
    } else {
        args.out.clone()
    };
    std::fs::create_dir_all(full.join("images"))?;
    let mut pages = Vec::new();
    let mut failed = 0;
    let bar = super::progress_bar(uploads.len());
    for stored in &uploads {
        bar.inc(1);
        match exported(&ledger, stored, &mut reader, &full).await {
            Ok(exported) => pages.extend(exported),
            Err(failure) => {
                failed += 1;
                let key = &stored.upload.origin.object.key;
                bar.suspend(|| eprintln!("{key}: not exported: {}", failure.reason));
            }
        }
    }
    write(&full.join("pages.jsonl"), &pages)?;
    compute_features(&full.join("pages.jsonl"), &args.out.join("features"))?;
    if args.features_only {
        pages.iter_mut().for_each(|page| page.says = None);
        write(&args.out.join("pages.jsonl"), &pages)?;
        std::fs::remove_dir_all(&full)?;
    }
    let documents = pages.iter().filter(|page| page.first).count();
    let place = args.out.display();
    print(&format!(
        "{documents} documents, {} pages: {place}\n",
        pages.len()
    ))?;
    Ok(ExitCode::from(u8::from(failed > 0)))
}

fn compute_features(pages: &Path, out: &Path) -> Result<(), Failure> {
    let args = FeaturesArgs {
        pages: pages.to_owned(),
        out: out.to_owned(),
        marks: false,
    };
    features::run(&args).map_err(|error| Failure::unexpected(format!("{error:#}")))
}

fn write(path: &Path, pages: &[ExportedPage]) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(path)?);
    for page in pages {
        serde_json::to_writer(&mut file, page).map_err(Failure::unexpected)?;
        file.write_all(b"\n")?;
    }
    Ok(file.flush()?)
}

/// The pages of an upload's documents that were confirmed.
async fn exported(
    ledger: &Ledger,
    stored: &StoredUpload,
    reader: &mut Rereader<'_>,
    folder: &Path,
) -> Result<Vec<ExportedPage>, Failure> {
    let mut confirmed = Vec::new();
    for document in &stored.documents {
        let rulings = ledger_says(ledger.rulings(document.id).await)?;
        if let Some(by) = confirmed_by(document, &rulings) {
            confirmed.push((document, rulings, by));
        }
    }
    if confirmed.is_empty() {
        return Ok(Vec::new());
    }
    let mut pages = reader.read(stored).await?;
    let mut exported = Vec::new();
    for (document, rulings, by) in confirmed {
        for number in &document.document.pages {
            let Some(place) = pages.iter().position(|page| page.number == *number) else {
                continue;
            };
            let page = pages.swap_remove(place);
            let image = format!("images/{}-{}.png", document.id, number.index() + 1);
            page.image
                .save(folder.join(&image))
                .map_err(Failure::unexpected)?;
            exported.push(ExportedPage {
                document: document.id.to_string(),
                page: number.index() + 1,
                first: document.document.pages.first() == Some(number),
                class: document.document.class,
                confirmed_by: by,
                state: name_of(&document.state),
                received: document.asks.received_at.to_zoned(TimeZone::UTC).date(),
                says: Some(Says {
                    words: labelled(page, document, &rulings),
                    image,
                }),
            });
        }
    }
    Ok(exported)
}

fn confirmed_by(document: &StoredDocument, rulings: &Rulings) -> Option<ConfirmedBy> {
    let billed = matches!(document.state, State::Billable | State::BillableWithOsd);
    if *rulings != Rulings::default() {
        Some(ConfirmedBy::Person)
    } else {
        billed.then_some(ConfirmedBy::Decision)
    }
}

/// The words of a page with the fields that they stand for; a field that a person told otherwise labels nothing.
fn labelled(page: Page, document: &StoredDocument, rulings: &Rulings) -> Vec<LabelledWord> {
    let said = |name: &FieldName| {
        let text = rulings.fields.get(name)?;
        told(*name, text).map(|field| field.found.value)
    };
    let fields = document.document.fields.iter().filter(|(name, field)| {
        let stands = said(name).is_none_or(|said| said == field.found.value);
        stands && field.found.page == page.number
    });
    let fields: Vec<_> = fields
        .map(|(name, field)| (*name, field.found.bbox))
        .collect();
    let words = page.words.into_iter().map(|word| {
        let (x, y) = word.bbox.centre();
        let of = fields.iter().find(|(_, place)| {
            (place.left..=place.right).contains(&x) && (place.top..=place.bottom).contains(&y)
        });
        let field = of.map(|(name, _)| *name);
        LabelledWord { word, field }
    });
    words.collect()
}
