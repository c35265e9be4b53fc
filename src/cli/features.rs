//! `countersign features`: computes for training what the models will see at work, with the worker's own code.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use image::GrayImage;
use ndarray::{Array1, Array2, Array3, ArrayView2, Axis, concatenate};
use ndarray_npy::write_npy;
use serde::Deserialize;

use crate::document::{BBox, Confidence, Source};
use crate::reading::Word;
use crate::understanding::FieldName;
use crate::understanding::features::WordFeatures;
use crate::understanding::picture::{CELL, MARKS, MarksPicture, THUMBNAIL, thumbnail};
use crate::understanding::word_map::WordMap;

/// Computes model features of pages for training.
#[derive(Debug, Args)]
pub(super) struct FeaturesArgs {
    /// Pages, one JSON object a line: `words` of `text`, `box`, `line`, `confidence`, `field`; `ink`, boxes of what was signed, whose
    /// rows follow those of the words; `image`, a path beside the file.
    pub(super) pages: PathBuf,
    /// Folder for the `.npy` files.
    #[arg(long)]
    pub(super) out: PathBuf,
    /// Also write the pictures that the `marks` model sees, and what it is told of their words.
    #[arg(long)]
    pub(super) marks: bool,
}

#[derive(Deserialize)]
struct TrainingPage {
    words: Vec<TrainingWord>,
    #[serde(default)]
    ink: Vec<BBox>,
    #[serde(default)]
    image: Option<PathBuf>,
}

#[derive(Deserialize)]
struct TrainingWord {
    text: String,
    #[serde(rename = "box")]
    bbox: BBox,
    #[serde(default)]
    line: u32,
    #[serde(default)]
    confidence: Option<f32>,
    #[serde(default)]
    field: Option<FieldName>,
}

impl From<TrainingWord> for Word {
    fn from(word: TrainingWord) -> Self {
        Self {
            text: word.text,
            bbox: word.bbox,
            confidence: Confidence::new(word.confidence.unwrap_or(0.97)),
            source: Source::Ocr,
            line: word.line,
            second: None,
            others: Vec::new(),
        }
    }
}

/// Writes `grams`, `shape`, `place`, `neighbours`, `offsets` (rows of all pages below each other), `starts` (first row of each
/// page, and the end), and where pages name a picture `thumbnails`, `marks`, `marks_words` and `marks_filled`.
pub(super) fn run(args: &FeaturesArgs) -> anyhow::Result<()> {
    let file =
        File::open(&args.pages).with_context(|| format!("cannot open {}", args.pages.display()))?;
    let folder = args.pages.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(&args.out)?;
    let mut words = Vec::new();
    let mut pictures = Pictures::default();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let page: TrainingPage =
            serde_json::from_str(&line?).with_context(|| format!("line {}", index + 1))?;
        let fields: Vec<_> = page.words.iter().map(|word| word.field).collect();
        let read: Vec<Word> = page.words.into_iter().map(Word::from).collect();
        if let Some(image) = &page.image {
            let image = opened(&folder.join(image))?;
            pictures.add(&image);
            if args.marks {
                pictures.add_marks(&image, &read, &fields);
            }
        }
        words.push(WordFeatures::with_ink(&read, &page.ink));
    }
    write_words(&args.out, &words)?;
    pictures.write(&args.out)
}

fn write_words(out: &Path, pages: &[WordFeatures]) -> anyhow::Result<()> {
    let mut starts = vec![0_i64];
    for page in pages {
        let rows = i64::try_from(page.grams.nrows())?;
        starts.push(starts.last().copied().unwrap_or(0) + rows);
    }
    write_npy(out.join("starts.npy"), &Array1::from_vec(starts))?;
    let small = |array: &Array2<i64>| array.mapv(|id| i16::try_from(id).unwrap_or(0));
    let grams: Vec<_> = pages.iter().map(|page| small(&page.grams)).collect();
    write_npy(out.join("grams.npy"), &stacked(&grams)?)?;
    let neighbours: Vec<_> = pages.iter().map(|page| small(&page.neighbours)).collect();
    write_npy(out.join("neighbours.npy"), &stacked(&neighbours)?)?;
    for (name, of) in [
        (
            "shape.npy",
            (|page| &page.shape) as fn(&WordFeatures) -> &Array2<f32>,
        ),
        ("place.npy", |page| &page.place),
        ("offsets.npy", |page| &page.offsets),
    ] {
        let arrays: Vec<_> = pages.iter().map(|page| of(page).clone()).collect();
        write_npy(out.join(name), &stacked(&arrays)?)?;
    }
    Ok(())
}

fn stacked<T: Clone>(arrays: &[Array2<T>]) -> anyhow::Result<Array2<T>> {
    let views: Vec<ArrayView2<'_, T>> = arrays.iter().map(|array| array.view()).collect();
    Ok(concatenate(Axis(0), &views)?)
}

fn opened(path: &Path) -> anyhow::Result<GrayImage> {
    let image = image::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(image.into_luma8())
}

#[derive(Default)]
struct Pictures {
    thumbnails: Vec<u8>,
    marks: Vec<u8>,
    words: Vec<u8>,
    filled: Vec<f32>,
    count: usize,
}

impl Pictures {
    fn add(&mut self, image: &GrayImage) {
        self.thumbnails.extend_from_slice(thumbnail(image).as_raw());
        self.count += 1;
    }

    /// A lying page is stored upright so that all rows have one shape; training turns it back.
    fn add_marks(&mut self, image: &GrayImage, words: &[Word], fields: &[Option<FieldName>]) {
        let picture = MarksPicture::of(image);
        let map = WordMap::of(words, fields, &picture);
        let lying = picture.image.width() > picture.image.height();
        let (stored, mut bits) = if lying {
            let turned = image::imageops::rotate90(&picture.image);
            (turned, map.bits().t().to_owned())
        } else {
            (picture.image, map.bits().clone())
        };
        if lying {
            bits.invert_axis(Axis(1));
        }
        self.marks.extend_from_slice(stored.as_raw());
        self.words.extend(bits.iter());
        self.filled
            .extend([picture.filled.0, picture.filled.1, f32::from(lying)]);
    }

    fn write(self, out: &Path) -> anyhow::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let (width, height) = (THUMBNAIL.0 as usize, THUMBNAIL.1 as usize);
        let thumbnails = Array3::from_shape_vec((self.count, height, width), self.thumbnails)?;
        write_npy(out.join("thumbnails.npy"), &thumbnails)?;
        if !self.filled.is_empty() {
            let (width, height) = (MARKS.0 as usize, MARKS.1 as usize);
            let pixels = Array3::from_shape_vec((self.count, height, width), self.marks)?;
            write_npy(out.join("marks.npy"), &pixels)?;
            let cells = (self.count, height / CELL, width / CELL);
            let words = Array3::from_shape_vec(cells, self.words)?;
            write_npy(out.join("marks_words.npy"), &words)?;
            write_npy(
                out.join("marks_filled.npy"),
                &Array2::from_shape_vec((self.count, 3), self.filled)?,
            )?;
        }
        Ok(())
    }
}
