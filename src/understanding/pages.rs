//! Pages: what the models say of each page by itself.
//!
//! In: a page with its words and picture. Out: a [`PageView`]: class chances, tagged words, marks seen.

use super::features::WordFeatures;
use super::looks::Looks;
use super::manifests::by_rows;
use super::marks::{MarksModel, Seen, Signer};
use super::page_class::PageClassModel;
use super::spans::Tag;
use super::terms_pages::by_headline;
use super::word_tags::FieldsModel;
use super::wordless::without_forms;
use super::{Curves, DocumentClass, FieldName, MarkKind, Role};
use crate::document::BBox;
use crate::inference::{InferenceError, Registry};
use crate::reading::Page;

/// The models of one slot that look at pages.
#[derive(Debug)]
pub struct PageModels {
    page_class: PageClassModel,
    fields: FieldsModel,
    marks: MarksModel,
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
    /// Opens the models of `registry`.
    ///
    /// # Errors
    /// When a model is missing or refused, or was trained on other features or labels than this program knows.
    pub fn open(registry: &Registry) -> Result<Self, InferenceError> {
        let (page_class, fields) = (registry.page_class()?, registry.fields()?);
        let marks = registry.marks()?;
        Ok(Self {
            curves: Curves::of([&page_class, &fields, &marks])?,
            page_class: PageClassModel::new(page_class)?,
            fields: FieldsModel::new(fields)?,
            marks: MarksModel::new(marks)?,
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
        let (classes, first) = self.page_class.classify(page, &features)?;
        let classes = by_rows(by_headline(without_forms(classes, page), page), page);
        let tags = self.fields.tag(&features)?;
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
        let mut tags = self
            .fields
            .tag(&WordFeatures::with_ink(&page.words, &boxes))?;
        let signed = tags.split_off(tags.len().saturating_sub(ink.len()));
        for (mark, tag) in ink.into_iter().zip(signed) {
            let role = tag.field.and_then(signer);
            let chance = tag.chance;
            mark.signer = Some(Signer { role, chance });
        }
        Ok(Some(tags))
    }
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
