//! Pages: what the models say of each page by itself.
//!
//! In: a page with its words and picture. Out: a [`PageView`]: class chances, tagged words, marks seen. Names of inputs, labels,
//! thresholds and calibration come from the models' manifests.

use ndarray::{Array2, Array3, ArrayD, Axis, Ix1, Ix2};

use super::features::{SCHEMA, WordFeatures};
use super::looks::Looks;
use super::marks::{MarksModel, Seen, Signer};
use super::picture::thumbnail;
use super::spans::Tag;
use super::wordless::without_forms;
use super::{Curves, DocumentClass, FieldName, MarkKind, Role};
use crate::document::BBox;
use crate::inference::{InferenceError, Model, Registry};
use crate::reading::Page;

/// The models of one slot that look at pages.
#[derive(Debug)]
pub struct PageModels {
    page_class: Model,
    fields: Model,
    marks: MarksModel,
    classes: Vec<DocumentClass>,
    tags: Vec<Option<FieldName>>,
    curves: Curves,
}

/// What the models say of one page.
#[derive(Debug, Clone)]
pub struct PageView {
    /// Chance of each class.
    pub classes: Vec<(DocumentClass, f32)>,
    /// Chance that a document begins here.
    pub first: f32,
    /// One tag a word.
    pub tags: Vec<Tag>,
    /// Ink and stamps.
    pub marks: Vec<Seen>,
    /// What its marks in ink look like, by where they are.
    pub mark_looks: Vec<(BBox, Looks)>,
}

impl PageModels {
    /// Opens the newest models of `registry`.
    ///
    /// # Errors
    /// When a model is missing or refused, or was trained on other features or labels than this program knows.
    pub fn open(registry: &Registry) -> Result<Self, InferenceError> {
        let (page_class, fields) = (registry.page_class()?, registry.fields()?);
        for model in [&page_class, &fields] {
            let schema = model.manifest().number("preprocessing.feature_schema")?;
            if (schema - SCHEMA).abs() > f32::EPSILON {
                return Err(unknown(
                    model,
                    format!("it takes features of schema {schema}, this program makes {SCHEMA}"),
                ));
            }
        }
        let classes = labelled(&page_class, "class", class_of)?;
        let tags = labelled(&fields, "field", tag_of)?;
        if let Some(lost) = signature_that_is_lost(&tags) {
            let reason = format!(
                "it cannot tell {lost:?}, so that every paper would seem unsigned; export it again with `make -C models/training fields`"
            );
            return Err(unknown(&fields, reason));
        }
        let marks = registry.marks()?;
        Ok(Self {
            curves: Curves::of([&page_class, &fields, &marks])?,
            page_class,
            fields,
            marks: MarksModel::new(marks)?,
            classes,
            tags,
        })
    }

    /// How often values are right that the models are so sure of.
    #[must_use]
    pub fn curves(&self) -> &Curves {
        &self.curves
    }

    /// Looks at one page.
    ///
    /// # Errors
    /// When a model cannot be run.
    pub fn view(&mut self, page: &Page) -> Result<PageView, InferenceError> {
        let features = WordFeatures::of(&page.words);
        let (classes, first) = self.classify(page, &features)?;
        let classes = without_forms(classes, page);
        let tags = self.tag(&features)?;
        let mut marks = self.marks.see(page, &tags)?;
        let mut tags = self.signers(page, &mut marks)?.unwrap_or(tags);
        for tag in &mut tags {
            // No word that can be read is a signature.
            tag.field = tag.field.filter(|field| signer(*field).is_none());
        }
        let ink = marks.iter().filter(|mark| mark.kind != MarkKind::Stamp);
        let looks = ink.filter_map(|mark| Some((mark.bbox, Looks::of(&page.image, mark.bbox)?)));
        Ok(PageView {
            classes,
            first,
            tags,
            mark_looks: looks.collect(),
            marks,
        })
    }

    fn classify(
        &mut self,
        page: &Page,
        features: &WordFeatures,
    ) -> Result<(Vec<(DocumentClass, f32)>, f32), InferenceError> {
        // The model needs one row at least: a word of zeros stands for "no words".
        let rows = features.grams.nrows().max(1);
        let padded = |array: &Array2<f32>| padded(array, rows);
        let mut grams = Array2::zeros((rows, features.grams.ncols()));
        grams
            .slice_mut(ndarray::s![..features.grams.nrows(), ..])
            .assign(&features.grams);
        let outputs = self.page_class.run(&[
            ("grams", grams.into()),
            ("shape", padded(&features.shape).into()),
            ("place", padded(&features.place).into()),
            ("thumbnail", picture(&thumbnail(&page.image)).into()),
        ])?;
        let [class, first] = two(
            &self.page_class,
            outputs.into_iter().map(crate::inference::Tensor::into_f32),
        )?;
        let chances = vector(&self.page_class, class)?;
        let heat = self
            .page_class
            .manifest()
            .number("calibration.temperature")?;
        let chances = cooled(&chances, heat);
        let first = vector(&self.page_class, first)?
            .first()
            .copied()
            .unwrap_or(0.0);
        Ok((self.classes.iter().copied().zip(chances).collect(), first))
    }

    /// Tells whose the ink is, and tags the words once more in sight of it; `None` where nobody signed.
    fn signers(
        &mut self,
        page: &Page,
        marks: &mut [Seen],
    ) -> Result<Option<Vec<Tag>>, InferenceError> {
        let ink = marks.iter_mut().filter(|mark| mark.kind != MarkKind::Stamp);
        let ink: Vec<&mut Seen> = ink.collect();
        if ink.is_empty() {
            return Ok(None);
        }
        let boxes: Vec<BBox> = ink.iter().map(|mark| mark.bbox).collect();
        let mut tags = self.tag(&WordFeatures::with_ink(&page.words, &boxes))?;
        let signed = tags.split_off(tags.len().saturating_sub(ink.len()));
        for (mark, tag) in ink.into_iter().zip(signed) {
            let role = tag.field.and_then(signer);
            let chance = tag.chance;
            mark.signer = Some(Signer { role, chance });
        }
        Ok(Some(tags))
    }

    fn tag(&mut self, features: &WordFeatures) -> Result<Vec<Tag>, InferenceError> {
        if features.grams.nrows() == 0 {
            return Ok(Vec::new());
        }
        let outputs = self.fields.run(&[
            ("grams", features.grams.clone().into()),
            ("shape", features.shape.clone().into()),
            ("place", features.place.clone().into()),
            ("neighbours", features.neighbours.clone().into()),
            ("offsets", features.offsets.clone().into()),
        ])?;
        let outputs: Vec<ArrayD<f32>> = outputs
            .into_iter()
            .map(crate::inference::Tensor::into_f32)
            .collect();
        let [field, begin, hand] = <[ArrayD<f32>; 3]>::try_from(outputs).map_err(|outputs| {
            unknown(
                &self.fields,
                format!("it gives {} outputs, not three", outputs.len()),
            )
        })?;
        let field = field
            .into_dimensionality::<Ix2>()
            .map_err(|error| unknown(&self.fields, error.to_string()))?;
        let (begin, hand) = (vector(&self.fields, begin)?, vector(&self.fields, hand)?);
        let heat = self.fields.manifest().number("calibration.temperature")?;
        let accept = self.fields.manifest().number("thresholds.accept")?;
        let rows = field.axis_iter(Axis(0)).zip(begin).zip(hand);
        Ok(rows
            .map(|((chances, begin), hand)| {
                self.best_tag(&chances.to_vec(), heat, accept, begin, hand)
            })
            .collect())
    }

    fn best_tag(&self, chances: &[f32], heat: f32, accept: f32, begin: f32, hand: f32) -> Tag {
        let best = cooled(chances, heat)
            .into_iter()
            .zip(&self.tags)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let (chance, field) = best.map_or((0.0, None), |(chance, field)| (chance, *field));
        Tag {
            field: field.filter(|_| chance >= accept),
            chance,
            begin,
            hand,
        }
    }
}

/// The first signature that a model with these labels cannot tell.
fn signature_that_is_lost(tags: &[Option<FieldName>]) -> Option<FieldName> {
    let signatures = [
        FieldName::SignatureConsignee,
        FieldName::SignatureDriver,
        FieldName::SignatureShipper,
    ];
    signatures
        .into_iter()
        .find(|field| !tags.contains(&Some(*field)))
}

/// Who signs in a field.
fn signer(field: FieldName) -> Option<Role> {
    match field {
        FieldName::SignatureConsignee => Some(Role::Consignee),
        FieldName::SignatureDriver => Some(Role::Driver),
        FieldName::SignatureShipper => Some(Role::Shipper),
        _ => None,
    }
}

/// The class a label of the page-class model stands for. A bill of lading counts as unsigned until its marks say otherwise.
fn class_of(label: &str) -> Option<DocumentClass> {
    let name = if label == "bol" {
        "bol_unsigned"
    } else {
        label
    };
    serde_json::from_value(name.into()).ok()
}

fn tag_of(label: &str) -> Option<Option<FieldName>> {
    if label == "none" {
        Some(None)
    } else {
        serde_json::from_value(label.into()).ok().map(Some)
    }
}

/// The labels of a model's output, each as this program knows it.
pub(super) fn labelled<T>(
    model: &Model,
    output: &str,
    known: fn(&str) -> Option<T>,
) -> Result<Vec<T>, InferenceError> {
    let labels = model.manifest().labels(output)?;
    let one = |label: &String| {
        known(label).ok_or_else(|| {
            unknown(
                model,
                format!("this program does not know its label {label:?}"),
            )
        })
    };
    labels.iter().map(one).collect()
}

pub(super) fn unknown(model: &Model, reason: String) -> InferenceError {
    InferenceError::Mismatch {
        model: model.manifest().id(),
        graph: "model".to_owned(),
        reason,
    }
}

fn two(
    model: &Model,
    outputs: impl Iterator<Item = ArrayD<f32>>,
) -> Result<[ArrayD<f32>; 2], InferenceError> {
    let outputs: Vec<_> = outputs.collect();
    let count = outputs.len();
    outputs
        .try_into()
        .map_err(|_| unknown(model, format!("it gives {count} outputs, not two")))
}

fn vector(model: &Model, array: ArrayD<f32>) -> Result<Vec<f32>, InferenceError> {
    let array = array
        .into_dimensionality::<Ix1>()
        .map_err(|error| unknown(model, error.to_string()))?;
    Ok(array.to_vec())
}

fn padded(array: &Array2<f32>, rows: usize) -> Array2<f32> {
    let mut padded = Array2::zeros((rows, array.ncols()));
    padded
        .slice_mut(ndarray::s![..array.nrows(), ..])
        .assign(array);
    padded
}

/// (1, height, width) gray 0..255.
pub(super) fn picture(image: &image::GrayImage) -> Array3<f32> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    Array3::from_shape_fn((1, height, width), |(_, row, column)| {
        f32::from(image.as_raw()[row * width + column])
    })
}

/// Temperature scaling of chances: `p^(1/T)`, made to sum to 1 again.
fn cooled(chances: &[f32], heat: f32) -> Vec<f32> {
    let powers: Vec<f32> = chances
        .iter()
        .map(|chance| chance.max(1e-9).powf(1.0 / heat))
        .collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hot_model_is_made_less_sure() {
        let cooled = cooled(&[0.9, 0.1], 2.0);
        assert!(cooled[0] < 0.9 && cooled[0] > 0.5);
        assert!((cooled.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_fields_model_that_cannot_tell_who_signed_is_refused() {
        let all = [
            None,
            Some(FieldName::SignatureConsignee),
            Some(FieldName::SignatureDriver),
            Some(FieldName::SignatureShipper),
        ];
        assert_eq!(signature_that_is_lost(&all), None);
        let lost = Some(FieldName::SignatureShipper);
        assert_eq!(signature_that_is_lost(&all[..3]), lost);
    }

    #[test]
    fn every_label_of_the_trained_models_is_known() {
        assert_eq!(class_of("bol"), Some(DocumentClass::BolUnsigned));
        assert_eq!(
            class_of("lumper_receipt"),
            Some(DocumentClass::LumperReceipt)
        );
        assert_eq!(class_of("zebra"), None);
        assert_eq!(tag_of("none"), Some(None));
        assert_eq!(tag_of("page_k_of_n"), Some(Some(FieldName::PageKOfN)));
    }
}
