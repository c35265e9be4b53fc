//! The constants of a manifest: numbers, lists, curves, and tables of those.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Constants by name.
pub(super) type Section = BTreeMap<String, Constant>;

/// One constant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Constant {
    Number(f32),
    Numbers(Vec<f32>),
    Points(Vec<(f32, f32)>),
    Table(Section),
}

impl Constant {
    pub(super) fn number(&self) -> Option<f32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Numbers(_) | Self::Points(_) | Self::Table(_) => None,
        }
    }

    pub(super) fn numbers(&self) -> Option<&[f32]> {
        match self {
            Self::Numbers(numbers) => Some(numbers),
            Self::Number(_) | Self::Points(_) | Self::Table(_) => None,
        }
    }

    pub(super) fn points(&self) -> Option<&[(f32, f32)]> {
        match self {
            Self::Points(points) => Some(points),
            Self::Number(_) | Self::Numbers(_) | Self::Table(_) => None,
        }
    }

    pub(super) fn table(&self) -> Option<&Section> {
        match self {
            Self::Table(table) => Some(table),
            Self::Number(_) | Self::Numbers(_) | Self::Points(_) => None,
        }
    }
}

/// The constant under a dotted name.
pub(super) fn find<'a>(section: &'a Section, key: &str) -> Option<&'a Constant> {
    match key.split_once('.') {
        None => section.get(key),
        Some((table, rest)) => match section.get(table)? {
            Constant::Table(inner) => find(inner, rest),
            Constant::Number(_) | Constant::Numbers(_) | Constant::Points(_) => None,
        },
    }
}

/// Puts a constant under a dotted name, unless something stands there.
pub(super) fn fill(section: &mut Section, key: &str, constant: Constant) {
    match key.split_once('.') {
        None => {
            section.entry(key.to_owned()).or_insert(constant);
        }
        Some((table, rest)) => {
            let table = section.entry(table.to_owned());
            let table = table.or_insert_with(|| Constant::Table(Section::new()));
            if let Constant::Table(inner) = table {
                fill(inner, rest, constant);
            }
        }
    }
}

/// All constants as text, by dotted name.
pub(super) fn facts(section: &Section, name: &str, told: &mut BTreeMap<String, String>) {
    for (key, constant) in section {
        let name = format!("{name}.{key}");
        match constant {
            Constant::Number(number) => {
                told.insert(name, number.to_string());
            }
            Constant::Numbers(numbers) => {
                told.insert(name, format!("{numbers:?}"));
            }
            Constant::Points(points) => {
                told.insert(name, format!("{points:?}"));
            }
            Constant::Table(table) => facts(table, &name, told),
        }
    }
}
