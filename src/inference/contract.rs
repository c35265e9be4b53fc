//! Contracts: what every model of a task takes and gives, whatever its graph calls it and whoever made it.
//!
//! A graph keeps its contract where each of its inputs is one of the contract's and it gives all of the contract's outputs. Types may be
//! narrower or wider, one page may come as a batch of one, and rows that have nothing to do with each other in pieces of a fixed size.

use super::manifest::{Dim, Dtype, Port, Task};

/// Hashed character n-grams of a word, as page-class and fields take them.
pub const GRAMS: usize = 16;
/// Ids of n-grams are below this.
pub const GRAM_BUCKETS: usize = 16_384;
/// Numbers that say what a word looks like.
pub const SHAPE: usize = 28;
/// Numbers that say where a word stands.
pub const PLACE: usize = 4;
/// Neighbours of a word.
pub const NEIGHBOURS: usize = 11;
/// Height and width of a page's thumbnail.
pub const THUMBNAIL: (usize, usize) = (128, 96);
/// Layers of the map of words that marks are found with.
pub const WORD_LAYERS: usize = 8;
/// Features of a charge.
pub const CHARGE_FEATURES: usize = 70;

/// A dimension of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// This many.
    Is(usize),
    /// Any number of rows that have nothing to do with each other.
    Rows,
    /// Any number; the same wherever the name is.
    Any(&'static str),
    /// What the model itself wants, always the same.
    Own,
}

/// What the numbers of an input are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Values {
    /// Real numbers from the first to the second.
    Real(f32, f32),
    /// Whole numbers below this.
    Below(usize),
    /// Whole numbers, at most the size of the dimension.
    UpTo(&'static str),
}

/// An input of the contract.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// What it is.
    pub is: &'static str,
    /// Its numbers.
    pub values: Values,
    /// Its shape.
    pub shape: &'static [Size],
}

/// An output of the contract, of real numbers.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// What it is.
    pub is: &'static str,
    /// Its shape.
    pub shape: &'static [Size],
    /// Has to say what the entries of one dimension stand for.
    pub labelled: bool,
}

/// What one graph takes and gives.
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    /// The graph's name in manifests.
    pub graph: &'static str,
    /// What it may take.
    pub inputs: &'static [Input],
    /// What it gives, in the order in which a session does.
    pub outputs: &'static [Output],
}

const fn input(is: &'static str, values: Values, shape: &'static [Size]) -> Input {
    Input { is, values, shape }
}

const fn output(is: &'static str, shape: &'static [Size]) -> Output {
    Output {
        is,
        shape,
        labelled: false,
    }
}

const fn labelled(is: &'static str, shape: &'static [Size]) -> Output {
    Output {
        is,
        shape,
        labelled: true,
    }
}

use Size::{Any, Is, Own, Rows};
use Values::{Below, Real, UpTo};

const WORDS: Size = Any("words");
const GRAMS_OF_WORDS: Input = input("grams", Below(GRAM_BUCKETS), &[WORDS, Is(GRAMS)]);
const SHAPE_OF_WORDS: Input = input("shape", Real(0.0, 1.0), &[WORDS, Is(SHAPE)]);
const PLACE_OF_WORDS: Input = input("place", Real(0.0, 1.0), &[WORDS, Is(PLACE)]);

const TEXT: &[Contract] = &[
    Contract {
        graph: "detection",
        inputs: &[input(
            "picture",
            Real(-3.0, 3.0),
            &[Rows, Is(3), Any("height"), Any("width")],
        )],
        outputs: &[output("map", &[Rows, Is(1), Any("height"), Any("width")])],
    },
    Contract {
        graph: "recognition",
        inputs: &[input(
            "picture",
            Real(-1.0, 1.0),
            &[Rows, Is(3), Own, Any("width")],
        )],
        outputs: &[labelled("letters", &[Rows, Any("steps"), Own])],
    },
];

const PAGE_CLASS: &[Contract] = &[Contract {
    graph: "model",
    inputs: &[
        GRAMS_OF_WORDS,
        SHAPE_OF_WORDS,
        PLACE_OF_WORDS,
        input(
            "thumbnail",
            Real(0.0, 255.0),
            &[Is(1), Is(THUMBNAIL.0), Is(THUMBNAIL.1)],
        ),
    ],
    outputs: &[labelled("class", &[Own]), output("first_page", &[Is(1)])],
}];

const FIELDS: &[Contract] = &[Contract {
    graph: "model",
    inputs: &[
        GRAMS_OF_WORDS,
        SHAPE_OF_WORDS,
        PLACE_OF_WORDS,
        input("neighbours", UpTo("words"), &[WORDS, Is(NEIGHBOURS)]),
        input("offsets", Real(-1.0, 1.0), &[WORDS, Is(2 * NEIGHBOURS)]),
    ],
    outputs: &[
        labelled("field", &[WORDS, Own]),
        output("begin", &[WORDS]),
        output("hand", &[WORDS]),
    ],
}];

const MARKS: &[Contract] = &[Contract {
    graph: "model",
    inputs: &[
        input(
            "page",
            Real(0.0, 255.0),
            &[Is(1), Any("height"), Any("width")],
        ),
        input(
            "words",
            Real(0.0, 1.0),
            &[Is(1), Is(WORD_LAYERS), Any("rows"), Any("columns")],
        ),
    ],
    outputs: &[labelled(
        "chances",
        &[Is(1), Own, Any("rows"), Any("columns")],
    )],
}];

const CHARGES: &[Contract] = &[Contract {
    graph: "model",
    inputs: &[input(
        "features",
        Real(-3.0, 3.0),
        &[Rows, Is(CHARGE_FEATURES)],
    )],
    outputs: &[output("anomalous", &[Rows]), output("disputed", &[Rows])],
}];

impl Task {
    /// What models for it take and give, graph by graph.
    #[must_use]
    pub fn contracts(self) -> &'static [Contract] {
        match self {
            Self::Text => TEXT,
            Self::PageClass => PAGE_CLASS,
            Self::Fields => FIELDS,
            Self::Marks => MARKS,
            Self::Charges => CHARGES,
        }
    }
}

/// How a graph's port holds what the contract names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Fit {
    /// A dimension of one page stands before the contract's.
    pub(super) batch: bool,
    /// Rows are taken in pieces of this many.
    pub(super) rows: Option<usize>,
}

impl Contract {
    /// The input that a port is, and how it holds it.
    pub(super) fn input(&self, port: &Port) -> Result<(&'static str, Fit), String> {
        let found = self.inputs.iter().find(|input| input.is == port.is());
        let input = found.ok_or_else(|| {
            let known: Vec<_> = self.inputs.iter().map(|input| input.is).collect();
            format!(
                "its input {} is none that this program gives: {}; say with `is` which it is",
                port.name,
                known.join(", ")
            )
        })?;
        let whole = !matches!(input.values, Real(..));
        if whole != matches!(port.dtype, Dtype::I64 | Dtype::I32) {
            let wanted = if whole {
                "i64 or i32"
            } else {
                "f32, f16 or f64"
            };
            return Err(format!(
                "its input {} is {:?}, {} is {wanted}",
                port.name, port.dtype, input.is
            ));
        }
        Ok((input.is, fit(port, &port.shape, input.shape)?))
    }
}

impl Output {
    /// How a port holds this output.
    pub(super) fn fit(&self, port: &Port) -> Result<Fit, String> {
        if self.labelled && port.labels.is_empty() {
            return Err(format!("its output {} has no labels", port.name));
        }
        match (port.column, port.shape.split_last()) {
            (None, _) => fit(port, &port.shape, self.shape),
            (Some(column), Some((last, rest))) => {
                if matches!(last, Dim::Fixed(size) if column >= *size) {
                    return Err(format!(
                        "its output {} has no column {column}, counted from 0",
                        port.name
                    ));
                }
                fit(port, rest, self.shape)
            }
            (Some(_), None) => Err(format!("its output {} has no columns", port.name)),
        }
    }
}

fn fit(port: &Port, shape: &[Dim], wanted: &[Size]) -> Result<Fit, String> {
    let unlike = || {
        format!(
            "{} is of shape {}, this program wants {}",
            port.name,
            written(&port.shape),
            Size::written(wanted)
        )
    };
    let (batch, dims) = match shape.split_first() {
        Some((Dim::Free(_) | Dim::Fixed(1), rest)) if rest.len() == wanted.len() => (true, rest),
        _ => (false, shape),
    };
    let like = dims.len() == wanted.len()
        && dims
            .iter()
            .zip(wanted)
            .all(|(dim, size)| match (dim, size) {
                (Dim::Fixed(size), Is(wanted)) => size == wanted,
                (Dim::Fixed(_), Rows | Own) | (Dim::Free(_), Rows | Any(_) | Is(_)) => true,
                (Dim::Fixed(_), Any(_)) | (Dim::Free(_), Own) => false,
            });
    if !like {
        return Err(unlike());
    }
    let rows = match (dims.first(), wanted.first()) {
        (Some(Dim::Fixed(rows)), Some(Rows)) => Some(*rows),
        _ => None,
    };
    if rows == Some(0) {
        return Err(unlike());
    }
    Ok(Fit { batch, rows })
}

fn written(shape: &[Dim]) -> String {
    let dims = shape.iter().map(|dim| match dim {
        Dim::Fixed(size) => size.to_string(),
        Dim::Free(name) => name.clone(),
    });
    format!("[{}]", dims.collect::<Vec<_>>().join(", "))
}

impl Size {
    fn written(shape: &[Self]) -> String {
        let sizes = shape.iter().map(|size| match size {
            Is(size) => size.to_string(),
            Rows => "any number".to_owned(),
            Any(name) => format!("any number of {name}"),
            Own => "its own".to_owned(),
        });
        format!("[{}]", sizes.collect::<Vec<_>>().join(", "))
    }
}
