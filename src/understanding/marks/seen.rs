//! Seeing marks: the `marks` model over a page's picture.
//!
//! In: a page. Out: what the network takes for ink and stamps, with boxes. Only what lies near something drawn is looked
//! at: all of a scan, and of a born-digital page its pictures and drawings.

use image::imageops;
use ndarray::{Array2, Array3, Array4, Axis, Ix4, s};

use super::patches::{FEWEST, Patch, patches};
use super::strokes::{has_ink, is_hole, rejoined, signatures};
use crate::document::BBox;
use crate::inference::{InferenceError, Model};
use crate::reading::{Page, Word};
use crate::understanding::answers::{labelled, takes_schema, unknown, unlike};
use crate::understanding::page_class::picture;
use crate::understanding::picture::{CELL, MarksPicture, Part};
use crate::understanding::spans::Tag;
use crate::understanding::word_map::{WORD_MAP_SCHEMA, WordMap, nearest_cells};
use crate::understanding::{MarkKind, Role, roles};

/// The `marks` model of one slot.
#[derive(Debug)]
pub struct MarksModel {
    model: Model,
    kinds: Vec<Option<MarkKind>>,
    thresholds: Vec<f32>,
}

impl MarksModel {
    /// Takes an opened model.
    ///
    /// # Errors
    /// When it gives kinds of marks that this program does not know, or no threshold for one, or was trained on another word map.
    pub fn new(model: Model) -> Result<Self, InferenceError> {
        takes_schema(&model, "preprocessing.word_map_schema", WORD_MAP_SCHEMA)?;
        let kinds = labelled(&model, "chances", kind_of)?;
        let labels = model.manifest().labels("chances")?;
        let threshold = |label: &String| model.manifest().number(&format!("thresholds.{label}"));
        let thresholds = labels.iter().map(threshold).collect::<Result<_, _>>()?;
        Ok(Self {
            model,
            kinds,
            thresholds,
        })
    }

    /// The marks that it sees on a page whose words have these tags.
    ///
    /// # Errors
    /// When the model cannot be run.
    pub fn see(&mut self, page: &Page, tags: &[Tag]) -> Result<Vec<Seen>, InferenceError> {
        if page.drawings.is_empty() {
            return Ok(Vec::new());
        }
        let picture = MarksPicture::of(&page.image);
        let fields: Vec<_> = tags.iter().map(|tag| tag.field).collect();
        let words = WordMap::of(&page.words, &fields, &picture);
        let chances = self.chances(&picture, &words, &page.drawings)?;
        let print = print(&page.words, chances.dim(), picture.filled);
        let signed = self.signed(&chances, &print, picture.filled);
        let mut found = rejoined(signed, &page.image);
        found.extend(self.stamps(&chances, picture.filled));
        let is_one = |mark: &Seen| has_ink(mark, &page.image) && !is_hole(mark, &page.image);
        found.retain(|mark| on_drawing(mark, page) && is_one(mark));
        let mut places = roles::labels(&page.words);
        places.extend(roles::nameless(&page.words, Role::Consignee));
        let signed = found.into_iter();
        Ok(signed
            .flat_map(|mark| signatures(mark, &page.image, &places))
            .collect())
    }

    fn layer(&self, kind: MarkKind) -> Option<usize> {
        self.kinds.iter().position(|known| *known == Some(kind))
    }

    /// Signatures and initials: the same pen in the same places, so that only the whole patch tells which of the two it is.
    fn signed(&self, chances: &Array3<f32>, print: &Array2<bool>, filled: (f32, f32)) -> Vec<Seen> {
        let layers = [MarkKind::Ink, MarkKind::Initials].map(|kind| self.layer(kind));
        let [Some(ink), Some(initials)] = layers else {
            return Vec::new();
        };
        let of = |layer| chances.index_axis(Axis(0), layer);
        let mut either = of(ink).to_owned();
        either.zip_mut_with(&of(initials), |chance, other| *chance = chance.max(*other));
        let patches = patches(either.view(), SEEN).into_iter();
        let lines = patches.flat_map(|patch| patch.lines(either.view()));
        let mark = |patch: Patch| {
            let patch = patch.without(print);
            let (kind, layer) = if patch.mean(of(initials)) > patch.mean(of(ink)) {
                (MarkKind::Initials, initials)
            } else {
                (MarkKind::Ink, ink)
            };
            let chance = patch.mean(either.view());
            let sure = chance >= self.thresholds[layer] && patch.0.len() >= FEWEST;
            sure.then(|| Seen {
                kind,
                bbox: patch.bbox(either.dim(), filled),
                chance,
                signer: None,
            })
        };
        lines.filter_map(mark).collect()
    }

    /// Stamps; a few cells of one are enough, since its words have to be found as well.
    fn stamps(&self, chances: &Array3<f32>, filled: (f32, f32)) -> Vec<Seen> {
        let Some(layer) = self.layer(MarkKind::Stamp) else {
            return Vec::new();
        };
        let cells = chances.index_axis(Axis(0), layer);
        let patches = patches(cells, SEEN_OF_STAMP).into_iter();
        let large = patches.filter(|patch| patch.0.len() >= FEWEST_OF_STAMP);
        let marks = large.map(|patch| Seen {
            kind: MarkKind::Stamp,
            bbox: patch.bbox(cells.dim(), filled),
            chance: patch.mean(cells),
            signer: None,
        });
        marks
            .filter(|mark| mark.chance >= self.thresholds[layer])
            .collect()
    }

    /// (kinds, rows, columns): the chances of each cell, 0 where the model did not look.
    fn chances(
        &mut self,
        picture: &MarksPicture,
        words: &WordMap,
        drawings: &[BBox],
    ) -> Result<Array3<f32>, InferenceError> {
        let cells = |pixels: u32| pixels as usize / CELL;
        let (width, height) = picture.image.dimensions();
        let mut chances = Array3::zeros((self.kinds.len(), cells(height), cells(width)));
        for part in picture.parts(drawings) {
            let [rows, columns] = [(part.top, part.bottom), (part.left, part.right)]
                .map(|(from, to)| cells(from)..cells(to));
            let planes = words.planes(rows.clone(), columns.clone());
            let mut place = chances.slice_mut(s![.., rows, columns]);
            let seen = self.run(picture, part, planes)?;
            if seen.dim() != place.dim() {
                return Err(unknown(
                    &self.model,
                    format!(
                        "it gives {:?} cells for {:?}, not {:?}",
                        seen.dim(),
                        part,
                        place.dim()
                    ),
                ));
            }
            place.assign(&seen);
        }
        Ok(chances)
    }

    fn run(
        &mut self,
        page: &MarksPicture,
        part: Part,
        words: Array4<f32>,
    ) -> Result<Array3<f32>, InferenceError> {
        let size = (part.right - part.left, part.bottom - part.top);
        let view = imageops::crop_imm(&page.image, part.left, part.top, size.0, size.1);
        let outputs = self.model.run(&[
            ("page", picture(&view.to_image()).into()),
            ("words", words.into()),
        ])?;
        let [chances] = <[_; 1]>::try_from(outputs).map_err(|_| unlike(&self.model))?;
        let chances = chances
            .into_dimensionality::<Ix4>()
            .map_err(|error| unknown(&self.model, error.to_string()))?;
        Ok(chances.index_axis_move(ndarray::Axis(0), 0))
    }
}

/// The cells of a grid of (kinds, rows, columns) whose middle lies in a word that was surely read.
fn print(
    words: &[Word],
    (_, rows, columns): (usize, usize, usize),
    filled: (f32, f32),
) -> Array2<bool> {
    let mut print = Array2::from_elem((rows, columns), false);
    for word in words.iter().filter(|word| is_readable(word)) {
        let down = nearest_cells(word.bbox.top * filled.1, word.bbox.bottom * filled.1, rows);
        let across = nearest_cells(
            word.bbox.left * filled.0,
            word.bbox.right * filled.0,
            columns,
        );
        print.slice_mut(s![down, across]).fill(true);
    }
    print
}

/// Readers make short words, and none surely, of a scribble.
fn is_readable(word: &Word) -> bool {
    let letters = word.text.chars().filter(|c| c.is_alphanumeric()).count();
    letters >= LETTERS && word.confidence.get() >= READ
}

/// The kind of mark a label stands for; hand-made checks are seen so that they are not taken for signatures.
fn kind_of(label: &str) -> Option<Option<MarkKind>> {
    match label {
        "signature" => Some(Some(MarkKind::Ink)),
        "initials" => Some(Some(MarkKind::Initials)),
        "stamp" => Some(Some(MarkKind::Stamp)),
        "check" => Some(None),
        _ => None,
    }
}

/// A born-digital page has ink only where it has drawings.
fn on_drawing(mark: &Seen, page: &Page) -> bool {
    page.drawings
        .iter()
        .any(|drawing| drawing.intersection(mark.bbox) > 0.2 * mark.bbox.area())
}

/// A mark as the network sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What it is.
    pub kind: MarkKind,
    /// Where.
    pub bbox: BBox,
    /// Mean chance of its cells.
    pub chance: f32,
    /// Whose it is by the `fields` model, where that was asked.
    pub signer: Option<Signer>,
}

/// Whose a mark is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signer {
    /// Who signed; `None` for ink that signs nothing.
    pub role: Option<Role>,
    /// How sure that is, 0..1.
    pub chance: f32,
}

// The figures below were tried on the 761 pages of the validation families, which have 446 signatures and initials: at a mean chance of
// 0.85, 91 of 100 are found, and 88 of 100 marks are signatures; with lines left together it is 90 and 91, but then two signers are one.

/// A cell of less chance belongs to no signature.
const SEEN: f32 = 0.5;
/// A cell of less chance belongs to no stamp: lower, since the worker asks for a stamp's words too before it believes one.
const SEEN_OF_STAMP: f32 = 0.3;
/// Words of fewer letters and digits, or less surely read, cut nothing off a patch. Both are assumptions.
const LETTERS: usize = 3;
/// See [`LETTERS`].
const READ: f32 = 0.9;
/// A stamp of fewer cells is a speck.
const FEWEST_OF_STAMP: usize = 3;
