//! What lies on a PDF page beside its text: pictures, drawings, bars.

use std::collections::HashMap;

use pdfium_render::prelude::{
    PdfFormField, PdfMatrix, PdfPage, PdfPageAnnotation, PdfPageAnnotationCommon as _,
    PdfPageImageObject, PdfPageObject, PdfPageObjectCommon as _, PdfPageObjectsCommon as _,
    PdfPageTextRenderMode,
};

use super::geometry::Geometry;
use super::path::{self, Kind};
use crate::document::BBox;
use crate::fault::RejectReason;

/// Objects looked at per page; a densely drawn form has a few thousand.
const MAX_OBJECTS: usize = 50_000;
/// Forms within forms that are followed.
const MAX_DEPTH: u8 = 5;
/// A picture that covers less of the page's width and height is a bullet or a line.
const SPECK: f32 = 0.008;
/// Strokes of one signature stand up to a hundredth of the page apart.
const BETWEEN_STROKES: f32 = 0.01;
/// White that a bar code needs around it, as a share of the page.
const QUIET_ZONE: f32 = 0.02;
/// Places that are drawn one by one; each drawing goes through all objects of the page.
const MOST_PLACES: usize = 8;
/// Filled rectangles of one row of a bar code; a table has fewer cells in a row.
const BARS_IN_A_ROW: usize = 20;
/// Small filled squares of a QR code; the smallest has some 200 dark modules in about 100 runs.
const MODULES: usize = 60;
/// Sides of a module or bar, as a share of the page's height: 6 points on a letter page.
const MODULE_SIDE: f32 = 0.0075;
/// A picture that covers this share of the page may be a background that text stands on.
const PICTURE: f32 = 0.05;

/// What a survey of a page's objects found.
#[derive(Debug, Default)]
pub(super) struct Content {
    pictures: Vec<BBox>,
    drawings: Vec<BBox>,
    bars: Bars,
    objects: usize,
    /// Text objects that are visible and lie above every large picture.
    pub(super) text_above_pictures: usize,
    /// Text stands in annotations or form fields, which no text layer holds.
    pub(super) text_in_annotations: bool,
}

impl Content {
    /// Surveys a page. Refuses pictures with more than `max_pixels` pixels.
    pub(super) fn of(
        page: &PdfPage<'_>,
        geometry: &Geometry,
        max_pixels: u64,
    ) -> Result<Self, RejectReason> {
        let mut content = Self::default();
        let survey = Survey {
            geometry,
            max_pixels,
        };
        for object in page.objects().iter() {
            survey.add(&object, PdfMatrix::IDENTITY, 0, &mut content)?;
        }
        for annotation in page.annotations().iter().take(MAX_OBJECTS) {
            survey.add_annotation(&annotation, &mut content);
        }
        Ok(content)
    }

    /// Whether the page shows nothing but its paper, its text and straight rules.
    pub(super) fn is_bare(&self) -> bool {
        self.pictures.is_empty() && self.drawings.is_empty()
    }

    /// Share of the page that pictures cover, on a grid of 1/32 of each side: a scan may come in strips.
    pub(super) fn picture_cover(&self) -> f32 {
        cover(&self.pictures)
    }

    /// Share of the page that pictures and drawings cover.
    pub(super) fn drawn_cover(&self) -> f32 {
        cover(&[self.pictures.as_slice(), &self.drawings].concat())
    }

    /// Boxes of pictures and drawings, the overlapping ones merged. A background picture is none.
    pub(super) fn drawings(&self) -> Vec<BBox> {
        let is_background = |bbox: &&BBox| bbox.area() > super::layer::BACKGROUND_COVER;
        let pictures = self.pictures.iter().filter(|bbox| !is_background(bbox));
        BBox::merged(
            pictures.chain(&self.drawings).copied().collect(),
            BETWEEN_STROKES,
        )
    }

    /// Where bar codes may stand, with the white around them.
    pub(super) fn where_barcodes_may_be(&self) -> Vec<BBox> {
        let places = self.drawings().into_iter().chain(self.bars.place());
        let places = places.map(|place| place.grown(QUIET_ZONE, QUIET_ZONE));
        let places = BBox::merged(places.collect(), 0.0);
        if places.len() > MOST_PLACES {
            return places.into_iter().reduce(BBox::union).into_iter().collect();
        }
        places
    }
}

struct Survey<'a> {
    geometry: &'a Geometry,
    max_pixels: u64,
}

impl Survey<'_> {
    fn add(
        &self,
        object: &PdfPageObject<'_>,
        matrix: PdfMatrix,
        depth: u8,
        content: &mut Content,
    ) -> Result<(), RejectReason> {
        content.objects += 1;
        if content.objects > MAX_OBJECTS {
            return Ok(());
        }
        let Some(place) = self.place(object, matrix) else {
            return Ok(());
        };
        match object {
            PdfPageObject::Image(image) => self.add_picture(image, place, content)?,
            PdfPageObject::Shading(_) => content.pictures.push(place),
            PdfPageObject::Path(shape) => match path::kind_of(shape) {
                Kind::Drawing => content.drawings.push(place),
                Kind::Filled { rectangles } => content.bars.add(place, rectangles),
                Kind::Rules => {}
            },
            PdfPageObject::Text(text) => {
                let mode = text.render_mode();
                let hidden = [
                    PdfPageTextRenderMode::Invisible,
                    PdfPageTextRenderMode::InvisibleClipping,
                ];
                content.text_above_pictures += usize::from(!hidden.contains(&mode));
            }
            PdfPageObject::XObjectForm(form) if depth < MAX_DEPTH => {
                let inner = form
                    .matrix()
                    .unwrap_or(PdfMatrix::IDENTITY)
                    .multiply(matrix);
                for object in form.iter() {
                    self.add(&object, inner, depth + 1, content)?;
                }
            }
            PdfPageObject::XObjectForm(_) | PdfPageObject::Unsupported(_) => {}
        }
        Ok(())
    }

    fn place(&self, object: &PdfPageObject<'_>, matrix: PdfMatrix) -> Option<BBox> {
        let bounds = object.bounds().ok()?.to_rect();
        let bounds = match matrix == PdfMatrix::IDENTITY {
            true => bounds,
            false => bounds.transform(matrix),
        };
        self.geometry.place(&bounds)
    }

    fn add_picture(
        &self,
        image: &PdfPageImageObject<'_>,
        place: BBox,
        content: &mut Content,
    ) -> Result<(), RejectReason> {
        if pixels(image).is_some_and(|pixels| pixels > self.max_pixels) {
            return Err(RejectReason::TooManyPixels);
        }
        if place.width() > SPECK && place.height() > SPECK {
            content.pictures.push(place);
        }
        if place.area() > PICTURE {
            content.text_above_pictures = 0;
        }
        Ok(())
    }

    fn add_annotation(&self, annotation: &PdfPageAnnotation<'_>, content: &mut Content) {
        let place = annotation
            .bounds()
            .ok()
            .and_then(|bounds| self.geometry.place(&bounds));
        let Some(place) = place.filter(|_| !annotation.is_hidden()) else {
            return;
        };
        let field = annotation.as_form_field();
        let is_drawn = matches!(
            annotation,
            PdfPageAnnotation::Ink(_) | PdfPageAnnotation::Stamp(_)
        );
        if is_drawn || matches!(field, Some(PdfFormField::Signature(_))) {
            content.drawings.push(place);
        }
        content.text_in_annotations |=
            matches!(annotation, PdfPageAnnotation::FreeText(_)) || field.is_some_and(has_text);
    }
}

fn has_text(field: &PdfFormField<'_>) -> bool {
    let value = match field {
        PdfFormField::Text(text) => text.value(),
        PdfFormField::ComboBox(combo) => combo.value(),
        PdfFormField::ListBox(list) => list.value(),
        PdfFormField::PushButton(_)
        | PdfFormField::Checkbox(_)
        | PdfFormField::RadioButton(_)
        | PdfFormField::Signature(_)
        | PdfFormField::Unknown(_) => None,
    };
    value.is_some_and(|value| !value.trim().is_empty())
}

/// Pixels of a picture as stored. JPEG 2000 is left out, because PDFium would decode it to tell.
fn pixels(image: &PdfPageImageObject<'_>) -> Option<u64> {
    if image
        .filters()
        .iter()
        .any(|filter| filter.name() == "JPXDecode")
    {
        return None;
    }
    let width = u64::try_from(image.width().ok()?).ok()?;
    let height = u64::try_from(image.height().ok()?).ok()?;
    Some(width * height)
}

/// Filled rectangles that may be the bars or modules of a code.
#[derive(Debug, Default)]
struct Bars {
    rows: HashMap<(u8, i32, i32), (usize, BBox)>,
    modules: usize,
    around_modules: Option<BBox>,
    many: Vec<BBox>,
}

impl Bars {
    fn add(&mut self, place: BBox, rectangles: usize) {
        if rectangles >= BARS_IN_A_ROW {
            self.many.push(place);
        }
        let (thin, flat) = (place.width() < MODULE_SIDE, place.height() < MODULE_SIDE);
        if thin && flat {
            self.modules += rectangles;
            self.around_modules = Some(
                self.around_modules
                    .map_or(place, |around| around.union(place)),
            );
        } else if thin {
            self.count((0, grid(place.top), grid(place.bottom)), place);
        } else if flat {
            self.count((1, grid(place.left), grid(place.right)), place);
        }
    }

    fn count(&mut self, row: (u8, i32, i32), place: BBox) {
        let (count, around) = self.rows.entry(row).or_insert((0, place));
        *count += 1;
        *around = around.union(place);
    }

    fn place(&self) -> Option<BBox> {
        let rows = self
            .rows
            .values()
            .filter(|(count, _)| *count >= BARS_IN_A_ROW)
            .map(|(_, around)| *around);
        let modules = self.around_modules.filter(|_| self.modules >= MODULES);
        rows.chain(modules)
            .chain(self.many.iter().copied())
            .reduce(BBox::union)
    }
}

/// Edges that differ by less than a thousandth of the page are the same.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a share between 0 and 1 times 1000"
)]
fn grid(edge: f32) -> i32 {
    (edge * 1000.0).round() as i32
}

fn cover(boxes: &[BBox]) -> f32 {
    const CELLS: u8 = 32;
    let middle = |cell: u8| (f32::from(cell) + 0.5) / f32::from(CELLS);
    let covered = (0..CELLS)
        .flat_map(|row| (0..CELLS).map(move |column| (middle(column), middle(row))))
        .filter(|(x, y)| {
            boxes
                .iter()
                .any(|b| b.left <= *x && *x <= b.right && b.top <= *y && *y <= b.bottom)
        })
        .count();
    let covered = u16::try_from(covered).unwrap_or(u16::MAX);
    f32::from(covered) / (f32::from(CELLS) * f32::from(CELLS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_of_a_scan_cover_the_page_together() {
        let strips: Vec<BBox> = (0_u8..10)
            .map(|i| BBox::new(0.0, f32::from(i) / 10.0, 1.0, f32::from(i + 1) / 10.0))
            .collect();
        assert!(cover(&strips) > 0.99);
        assert!((cover(&strips[..5]) - 0.5).abs() < 0.05);
    }

    #[test]
    fn a_row_of_bars_is_a_code_and_a_table_is_none() {
        let mut code = Bars::default();
        let mut table = Bars::default();
        for i in 0_u8..30 {
            let left = 0.2 + 0.005 * f32::from(i);
            code.add(BBox::new(left, 0.5, left + 0.002, 0.55), 1);
            let top = 0.03 * f32::from(i);
            table.add(
                BBox::new(0.1, top, 0.1 + 0.01 * f32::from(i) + 0.05, top + 0.001),
                1,
            );
        }
        assert!(
            code.place()
                .is_some_and(|place| place.left >= 0.19 && place.right <= 0.4)
        );
        assert_eq!(table.place(), None);
    }

    #[test]
    fn many_small_squares_are_a_code() {
        let mut bars = Bars::default();
        for i in 0_u8..100 {
            let (x, y) = (0.004 * f32::from(i % 10), 0.004 * f32::from(i / 10));
            bars.add(BBox::new(x, y, x + 0.004, y + 0.004), 1);
        }
        assert!(bars.place().is_some());
    }
}
