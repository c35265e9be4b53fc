//! The `page-class` model: what kind of page it is, and whether a document begins here.

use ndarray::{Array2, Array3};

use super::DocumentClass;
use super::answers::{cooled, labelled, takes_schema, unlike, vector};
use super::features::{SCHEMA, WordFeatures};
use super::picture::thumbnail;
use crate::inference::{InferenceError, Model};
use crate::reading::Page;

/// The model of one slot.
#[derive(Debug)]
pub struct PageClassModel {
    model: Model,
    classes: Vec<DocumentClass>,
    heat: f32,
}

impl PageClassModel {
    /// Takes an opened model.
    ///
    /// # Errors
    /// When it was trained on other features or classes than this program knows, or lacks a constant.
    pub fn new(model: Model) -> Result<Self, InferenceError> {
        takes_schema(&model, "preprocessing.feature_schema", SCHEMA)?;
        Ok(Self {
            classes: labelled(&model, "class", class_of)?,
            heat: model.manifest().number("calibration.temperature")?,
            model,
        })
    }

    /// The chance of each class, and that a document begins on this page.
    ///
    /// # Errors
    /// When the model cannot be run.
    pub(super) fn classify(
        &mut self,
        page: &Page,
        features: &WordFeatures,
    ) -> Result<(Vec<(DocumentClass, f32)>, f32), InferenceError> {
        // The model needs one row at least: a word of zeros stands for "no words".
        let rows = features.grams.nrows().max(1);
        let outputs = self.model.run(&[
            ("grams", padded(&features.grams, rows).into()),
            ("shape", padded(&features.shape, rows).into()),
            ("place", padded(&features.place, rows).into()),
            ("thumbnail", picture(&thumbnail(&page.image)).into()),
        ])?;
        let [class, first] = <[_; 2]>::try_from(outputs).map_err(|_| unlike(&self.model))?;
        let chances = cooled(&vector(&self.model, class)?, self.heat);
        let first = vector(&self.model, first)?;
        let first = first.first().copied().unwrap_or(0.0);
        Ok((self.classes.iter().copied().zip(chances).collect(), first))
    }
}

/// The chances with this one for a class, and the others less in proportion, where the class had a smaller one.
pub(super) fn at_least(
    least: f32,
    class: DocumentClass,
    chances: Vec<(DocumentClass, f32)>,
) -> Vec<(DocumentClass, f32)> {
    let known = chances.iter().find(|(known, _)| *known == class);
    let Some((_, before)) = known.filter(|(_, chance)| *chance < least) else {
        return chances;
    };
    let others = (1.0 - least) / (1.0 - before).max(f32::MIN_POSITIVE);
    let chance = |(known, chance)| {
        if known == class {
            (known, least)
        } else {
            (known, chance * others)
        }
    };
    chances.into_iter().map(chance).collect()
}

/// The class a label stands for. A bill of lading counts as unsigned until its marks say otherwise.
fn class_of(label: &str) -> Option<DocumentClass> {
    let name = if label == "bol" {
        "bol_unsigned"
    } else {
        label
    };
    serde_json::from_value(name.into()).ok()
}

fn padded<T: Clone + Default>(array: &Array2<T>, rows: usize) -> Array2<T> {
    let mut padded = Array2::from_elem((rows, array.ncols()), T::default());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_of_the_trained_model_is_known() {
        assert_eq!(class_of("bol"), Some(DocumentClass::BolUnsigned));
        assert_eq!(
            class_of("lumper_receipt"),
            Some(DocumentClass::LumperReceipt)
        );
        assert_eq!(class_of("zebra"), None);
    }
}
