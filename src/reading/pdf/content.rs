//! What lies on a PDF page beside its text: pictures, drawings, bars.

use pdfium_render::prelude::{
    PdfFormField, PdfMatrix, PdfPage, PdfPageAnnotation, PdfPageAnnotationCommon as _,
    PdfPageImageObject, PdfPageObject, PdfPageObjectCommon as _, PdfPageObjectsCommon as _,
    PdfPageTextRenderMode,
};

use super::bars::Bars;
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
/// A picture that covers this share of the page may be a background that text stands on.
const PICTURE: f32 = 0.05;

/// What a survey of a page's objects found.
#[derive(Debug, Default)]
pub(super) struct Content {
    pictures: Vec<BBox>,
    drawings: Vec<BBox>,
    /// Those drawings that may hold a bar code: filled ones and stamps.
    filled: Vec<BBox>,
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
        let drawn = self.foreground_pictures().chain(&self.drawings);
        BBox::merged(drawn.copied().collect(), BETWEEN_STROKES)
    }

    fn foreground_pictures(&self) -> impl Iterator<Item = &BBox> {
        let is_background = |bbox: &BBox| bbox.area() > super::layer::BACKGROUND_COVER;
        self.pictures
            .iter()
            .filter(move |bbox| !is_background(bbox))
    }

    /// Where bar codes may stand, with the white around them.
    pub(super) fn where_barcodes_may_be(&self) -> Vec<BBox> {
        let drawn = self.foreground_pictures().chain(&self.filled).copied();
        let places = BBox::merged(drawn.collect(), BETWEEN_STROKES);
        let places = places.into_iter().chain(self.bars.place());
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
                Kind::Drawing { filled } => {
                    content.drawings.push(place);
                    content.filled.extend(filled.then_some(place));
                }
                Kind::Filled { rectangles } => content.bars.add(place, rectangles),
                Kind::Rules => content.bars.add_stroke(place),
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
        let is_stamp = matches!(annotation, PdfPageAnnotation::Stamp(_));
        let is_pen = matches!(annotation, PdfPageAnnotation::Ink(_))
            || matches!(field, Some(PdfFormField::Signature(_)));
        if is_stamp || is_pen {
            content.drawings.push(place);
            content.filled.extend(is_stamp.then_some(place));
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
    fn a_pens_strokes_hold_no_bar_code_and_filled_shapes_may() {
        let logo = BBox::new(0.1, 0.1, 0.2, 0.15);
        let content = Content {
            drawings: vec![logo, BBox::new(0.5, 0.8, 0.7, 0.85)],
            filled: vec![logo],
            ..Content::default()
        };
        let places = content.where_barcodes_may_be();
        assert_eq!(places.len(), 1);
        assert!(places[0].intersection(logo) > 0.0);
    }
}
