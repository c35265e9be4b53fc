//! `countersign lines`: the lines of text that the worker finds on pictures of pages, for training the recogniser.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use image::GrayImage;
use serde::Serialize;

use super::Failure;
use crate::reading::{TextLine, TextReader};
use crate::settings::Settings;
use crate::worker::open_registry;

/// Cuts the lines of text out of pictures of upright pages.
#[derive(Debug, Args)]
pub(super) struct LinesArgs {
    /// Pictures, in a format that the `image` crate reads.
    #[arg(required = true)]
    pictures: Vec<PathBuf>,
    /// Folder for `strips.bin`, the pictures of the lines one behind the other, a byte a pixel, and `lines.jsonl`.
    #[arg(long)]
    out: PathBuf,
}

/// A line of `lines.jsonl`: where its strip starts in `strips.bin`, the strip's size, and where it lies on the page, in pixels.
#[derive(Debug, Serialize)]
struct FoundLine<'a> {
    file: &'a Path,
    start: usize,
    size: (u32, u32),
    centre: (f32, f32),
    length: f32,
    height: f32,
    angle: f32,
}

/// Looks at the pictures one after the other.
pub(super) fn run(args: &LinesArgs, settings: &Settings) -> Result<(), Failure> {
    let registry = open_registry(settings)?;
    let text = registry.text().and_then(TextReader::new);
    let mut text = text.map_err(Failure::usage)?;
    std::fs::create_dir_all(&args.out)?;
    let mut strips = BufWriter::new(File::create(args.out.join("strips.bin"))?);
    let mut lines = BufWriter::new(File::create(args.out.join("lines.jsonl"))?);
    let mut start = 0;
    for file in &args.pictures {
        let page = opened(file)?;
        for line in text.lines(&page).map_err(Failure::unexpected)? {
            let told = serde_json::to_string(&told(file, start, &line));
            writeln!(lines, "{}", told.map_err(Failure::unexpected)?)?;
            strips.write_all(line.picture.as_raw())?;
            start += line.picture.as_raw().len();
        }
    }
    strips.flush()?;
    Ok(lines.flush()?)
}

fn opened(file: &Path) -> Result<GrayImage, Failure> {
    let picture = image::open(file);
    let named = |error| Failure::usage(format!("{}: {error}", file.display()));
    Ok(picture.map_err(named)?.into_luma8())
}

fn told<'a>(file: &'a Path, start: usize, line: &TextLine) -> FoundLine<'a> {
    FoundLine {
        file,
        start,
        size: line.picture.dimensions(),
        centre: line.centre,
        length: line.length,
        height: line.height,
        angle: line.angle,
    }
}
