//! Serving: a set of models that work together, opened as often as they are used at once.
//!
//! A set never changes. Another model makes another set, which shares with this one what did not change; this one goes when the last upload that
//! began with it has ended.

use std::sync::Arc;

use super::memory::GivenBack;
use super::pool::{Lent, Pool};
use crate::charges::ChargeModel;
use crate::inference::{InferenceError, Manifest, ModelName, ModelSet, Registry, Task};
use crate::reading::TextReader;
use crate::understanding::Accepted;
use crate::understanding::pages::PageModels;

/// A set of models, one a task.
#[derive(Debug)]
pub struct Serving {
    registry: Arc<Registry>,
    names: ModelSet,
    accepted: Accepted,
    charges: Option<Arc<ChargeModel>>,
    text: Arc<Pool<TextReader>>,
    pages: Arc<Pool<PageModels>>,
    /// The last to go.
    _memory: GivenBack,
}

impl Serving {
    /// The models of a registry; those that read are opened when they are asked for.
    ///
    /// # Errors
    /// A model is missing, or the one for charges cannot be opened.
    pub fn new(registry: Registry) -> Result<Self, InferenceError> {
        let registry = Arc::new(registry);
        let charges = registry.charges()?.map(ChargeModel::new).transpose()?;
        Ok(Self {
            names: registry.set()?,
            accepted: Accepted::of(registry.serving())?,
            charges: charges.map(Arc::new),
            text: Arc::new(Pool::new(&registry, |registry| {
                registry.text().and_then(TextReader::new)
            })),
            pages: Arc::new(Pool::new(&registry, PageModels::open)),
            registry,
            _memory: GivenBack::in_the_end(),
        })
    }

    /// The same with other models for some tasks.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with(&self, others: impl IntoIterator<Item = Manifest>) -> Result<Self, InferenceError> {
        let others: Vec<Manifest> = others.into_iter().collect();
        let changes = |tasks: &[Task]| others.iter().any(|other| tasks.contains(&other.task));
        let registry = others.iter().cloned();
        let registry = registry.fold(None::<Registry>, |registry, manifest| {
            Some(registry.as_ref().unwrap_or(&self.registry).with(manifest))
        });
        let mut set = match registry {
            Some(registry) => Self::new(registry)?,
            None => Self::new(self.registry.as_ref().clone())?,
        };
        if !changes(&[Task::Text]) {
            set.text = Arc::clone(&self.text);
        }
        if !changes(&[Task::PageClass, Task::Fields, Task::Marks]) {
            set.pages = Arc::clone(&self.pages);
        }
        Ok(set)
    }

    /// Opens what reads pages, for so many that read at once, and runs the golden examples of some tasks on this machine.
    ///
    /// # Errors
    /// A model cannot be opened, or computes here what it did not where it was made.
    pub fn warm_up(&self, readers: usize, of: &[Task]) -> Result<(), InferenceError> {
        for task in of {
            self.registry.model(*task)?.check_golden()?;
        }
        self.text.fill(readers)?;
        self.pages.fill(readers)
    }

    /// One that reads text.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn text(&self) -> Result<Lent<'_, TextReader>, InferenceError> {
        self.text.lend()
    }

    /// Ones that look at pages.
    ///
    /// # Errors
    /// They cannot be opened.
    pub fn pages(&self) -> Result<Lent<'_, PageModels>, InferenceError> {
        self.pages.lend()
    }

    /// The one that scores charges; `None` where rules alone do.
    #[must_use]
    pub fn charges(&self) -> Option<&Arc<ChargeModel>> {
        self.charges.as_ref()
    }

    /// Who they are, for events.
    #[must_use]
    pub fn names(&self) -> &ModelSet {
        &self.names
    }

    /// From which confidence on their values need nobody's look.
    #[must_use]
    pub fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    /// The one for a task.
    #[must_use]
    pub fn model_of(&self, task: Task) -> Option<ModelName> {
        let mut manifests = self.manifests();
        let manifest = manifests.find(|manifest| manifest.task == task);
        manifest.map(Manifest::model)
    }

    /// What each says of itself.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.registry.serving()
    }
}

#[cfg(test)]
impl Serving {
    /// Models of these names, none of which is there.
    pub(crate) fn named(names: ModelSet) -> Self {
        let native = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("native");
        let runtime =
            crate::inference::Runtime::load(&native.join("onnxruntime/libonnxruntime.so"));
        let registry = Registry::of(runtime.unwrap(), &native, std::collections::BTreeMap::new());
        let registry = Arc::new(registry);
        Self {
            names,
            accepted: Accepted::default(),
            charges: None,
            text: Arc::new(Pool::new(&registry, |registry| {
                registry.text().and_then(TextReader::new)
            })),
            pages: Arc::new(Pool::new(&registry, PageModels::open)),
            registry,
            _memory: GivenBack::in_the_end(),
        }
    }
}
