//! Tasks, and the inputs and outputs of graphs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ONLY_GRAPH;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Finds and reads lines of text.
    Text,
    /// Tells what kind of page it is.
    PageClass,
    /// Labels words as fields.
    Fields,
    /// Finds signatures, stamps and the like.
    Marks,
    /// Scores charges.
    Charges,
}

impl Task {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Text,
        Self::PageClass,
        Self::Fields,
        Self::Marks,
        Self::Charges,
    ];
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::PageClass => "page-class",
            Self::Fields => "fields",
            Self::Marks => "marks",
            Self::Charges => "charges",
        })
    }
}

/// The type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// 32-bit floating point.
    F32,
    /// 16-bit floating point.
    F16,
    /// 64-bit floating point.
    F64,
    /// 64-bit integers.
    I64,
    /// 32-bit integers.
    I32,
}

/// One dimension of a shape.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Dim {
    /// Always this size.
    Fixed(usize),
    /// Any size; the name is for people.
    Free(String),
}

/// An input or output of a graph.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// The graph it belongs to.
    #[serde(default = "only_graph")]
    pub graph: String,
    /// Its name in the graph.
    pub name: String,
    /// What it is in the contract of the task; none where that is its name.
    pub is: Option<String>,
    /// Its elements.
    pub dtype: Dtype,
    /// Its shape.
    pub shape: Vec<Dim>,
    /// The column of the last dimension that is meant; none for all.
    pub column: Option<usize>,
    /// What its entries stand for; empty where they stand for nothing.
    #[serde(default)]
    pub labels: Vec<String>,
}

impl Port {
    /// What it is in the contract of the task.
    #[must_use]
    pub fn is(&self) -> &str {
        self.is.as_deref().unwrap_or(&self.name)
    }

    pub(super) fn told(&self) -> String {
        let Self {
            name,
            dtype,
            shape,
            column,
            labels,
            ..
        } = self;
        let column = column.map(|column| format!(" column {column}"));
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!(" labels {}", labels.join(", "))
        };
        format!(
            "{name} {dtype:?} {shape:?}{}{labels}",
            column.unwrap_or_default()
        )
    }
}

pub(super) fn only_graph() -> String {
    ONLY_GRAPH.to_owned()
}
