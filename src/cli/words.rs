//! `countersign words`: what the readers make of files, for training: a noise model is only as good as what it is held against.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::Failure;
use crate::document::PageNumber;
use crate::fault::Fault;
use crate::reading::{Page, Quality, Reader, TextReader, Word, read_page};
use crate::settings::Settings;
use crate::storage::folder::{files_under, read_capped};
use crate::worker::open_registry;

/// Prints the words of every page as one JSON object a line.
#[derive(Debug, Args)]
pub(super) struct WordsArgs {
    /// Files, and folders of files.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// A page as training takes it: `countersign features` reads these lines.
#[derive(Debug, Serialize)]
struct ReadPage<'a> {
    file: &'a Path,
    page: PageNumber,
    quality: &'a Quality,
    words: &'a [Word],
}

/// Reads the files one after the other. A file that cannot be read is named on standard error.
pub(super) fn run(args: &WordsArgs, settings: &Settings) -> Result<(), Failure> {
    let registry = open_registry(settings)?;
    let text = registry.text().and_then(TextReader::new);
    let mut text = text.map_err(Failure::usage)?;
    let mut reader = Reader::spawn(&settings.reader)?;
    for file in files_under(&args.paths)? {
        match read(&file, settings, &mut reader, &mut text) {
            Ok(pages) => print(&file, &pages)?,
            Err(Fault::Reject(reason)) => eprintln!("{}: {reason}", file.display()),
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(())
}

fn read(
    file: &Path,
    settings: &Settings,
    reader: &mut Reader,
    text: &mut TextReader,
) -> Result<Vec<Page>, Fault> {
    let bytes = read_capped(file, settings.reader.limits.bytes)?;
    let opened = reader.open(&bytes)?;
    let pages = (0..opened.pages).map(PageNumber::from_index);
    pages.map(|page| read_page(reader, text, page)).collect()
}

fn print(file: &Path, pages: &[Page]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for page in pages {
        let line = serde_json::to_string(&ReadPage {
            file,
            page: page.number,
            quality: &page.quality,
            words: &page.words,
        });
        writeln!(out, "{}", line.map_err(Failure::unexpected)?)?;
    }
    Ok(())
}
