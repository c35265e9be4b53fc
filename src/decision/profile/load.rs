//! Reads profiles from files and hands them out by id.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use serde_json::Value;

use super::{FuelSurcharge, PerMile, Profile, RequiredDoc};
use crate::decision::names;
use crate::understanding::{DocumentClass, FieldName};

/// All profiles, by id; always holds `default`.
#[derive(Debug, Clone)]
pub struct Profiles {
    by_id: BTreeMap<String, Profile>,
}

/// A shipment names a profile that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no billing profile {id:?}; add it to the profiles or correct the shipment")]
pub struct MissingProfile {
    /// The id that the shipment names.
    pub id: String,
}

/// Why profiles cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The file or folder cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Neither JSON nor TOML.
    #[error("{} is no profile file; name it .json or .toml", file.display())]
    UnknownFormat {
        /// Which.
        file: PathBuf,
    },
    /// Not well-formed.
    #[error("{}: {reason}", file.display())]
    Malformed {
        /// Which.
        file: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A profile without an id.
    #[error("{}: profile {position} has no id; give it one", file.display())]
    NoId {
        /// In which file.
        file: PathBuf,
        /// Which profile of the file, counted from 1.
        position: usize,
    },
    /// A key that no profile has.
    #[error("{}: profile {profile:?} has the unknown key `{key}`; did you mean `{nearest}`?", file.display())]
    UnknownKey {
        /// In which file.
        file: PathBuf,
        /// In which profile.
        profile: String,
        /// The key, with the keys that lead to it: `fsc.TL.pegg`.
        key: String,
        /// The known key that looks most like it.
        nearest: String,
    },
    /// A value that its key cannot hold.
    #[error("{}: profile {profile:?}, key `{key}`: {reason}", file.display())]
    WrongValue {
        /// In which file.
        file: PathBuf,
        /// In which profile.
        profile: String,
        /// The key, with the keys that lead to it.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An id given twice.
    #[error("{}: the profile id {id:?} is given twice; give each profile its own id", file.display())]
    DuplicateId {
        /// In which file it stands the second time.
        file: PathBuf,
        /// The id.
        id: String,
    },
}

impl Default for Profiles {
    /// Only the built-in profile.
    fn default() -> Self {
        Self::of(BTreeMap::new())
    }
}

impl Profiles {
    /// Reads one file, or every `.json` and `.toml` file of a folder (not of the folders in it), in the order of their names.
    /// A profile with the id `default` takes the place of the built-in one.
    pub fn load(path: &Path) -> Result<Self, ProfileError> {
        let mut by_id = BTreeMap::new();
        for file in files(path)? {
            for profile in read(&file)? {
                let id = profile.id.clone();
                if by_id.insert(id.clone(), profile).is_some() {
                    return Err(ProfileError::DuplicateId { file, id });
                }
            }
        }
        Ok(Self::of(by_id))
    }

    /// The profile that a shipment names in `customer.profile_id`; `default` where it names none.
    pub fn find(&self, id: Option<&str>) -> Result<&Profile, MissingProfile> {
        let id = id.unwrap_or(Profile::DEFAULT_ID);
        self.by_id
            .get(id)
            .ok_or_else(|| MissingProfile { id: id.to_owned() })
    }

    fn of(mut by_id: BTreeMap<String, Profile>) -> Self {
        by_id.entry(Profile::DEFAULT_ID.to_owned()).or_default();
        Self { by_id }
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, ProfileError> {
    let unreadable = |source| ProfileError::Unreadable {
        file: path.to_owned(),
        source,
    };
    if !std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.is_file() && Format::of(&file).is_some() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

enum Format {
    Json,
    Toml,
}

impl Format {
    fn of(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }

    fn parse(&self, text: &str) -> Result<Value, String> {
        match self {
            Self::Json => serde_json::from_str(text).map_err(|error| error.to_string()),
            Self::Toml => toml::from_str(text).map_err(|error| error.to_string()),
        }
    }
}

fn read(file: &Path) -> Result<Vec<Profile>, ProfileError> {
    let file = file.to_owned();
    let Some(format) = Format::of(&file) else {
        return Err(ProfileError::UnknownFormat { file });
    };
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(source) => return Err(ProfileError::Unreadable { file, source }),
    };
    let content = match format.parse(&text) {
        Ok(content) => content,
        Err(reason) => return Err(ProfileError::Malformed { file, reason }),
    };
    listed(content)
        .iter()
        .enumerate()
        .map(|(index, written)| profile(&file, index + 1, written))
        .collect()
}

/// The profiles of a file: a list, a list under the single key `profile` or `profiles`, or the one that the file is.
fn listed(content: Value) -> Vec<Value> {
    if let Value::Array(list) = content {
        return list;
    }
    let lone = content.as_object().filter(|table| table.len() == 1);
    let list = lone.and_then(|table| table.get("profile").or_else(|| table.get("profiles")));
    match list.cloned() {
        Some(list) => listed(list),
        None => vec![content],
    }
}

fn profile(file: &Path, position: usize, written: &Value) -> Result<Profile, ProfileError> {
    let Some(id) = written.get("id").and_then(Value::as_str) else {
        let file = file.to_owned();
        return Err(ProfileError::NoId { file, position });
    };
    let wrong = |Wrong { key, kind }| match kind {
        WrongKind::Key { nearest } => ProfileError::UnknownKey {
            file: file.to_owned(),
            profile: id.to_owned(),
            key,
            nearest,
        },
        WrongKind::Value { reason } => ProfileError::WrongValue {
            file: file.to_owned(),
            profile: id.to_owned(),
            key,
            reason,
        },
    };
    parse(written)
        .and_then(|profile| sound(&profile).map(|()| profile))
        .map_err(wrong)
}

/// What is wrong with a profile, and where in it.
struct Wrong {
    key: String,
    kind: WrongKind,
}

enum WrongKind {
    Key { nearest: String },
    Value { reason: String },
}

impl Wrong {
    fn value(key: impl Into<String>, reason: impl ToString) -> Self {
        let reason = reason.to_string();
        Self {
            key: key.into(),
            kind: WrongKind::Value { reason },
        }
    }
}

fn parse(written: &Value) -> Result<Profile, Wrong> {
    let complete = complete();
    compare(&complete, &mut Vec::new(), written, &complete)?;
    serde_json::from_value(written.clone()).map_err(|error| Wrong::value("fsc.TL", error))
}

/// A profile in which every table that has fixed keys is there, to compare with: the type itself is the list of keys.
fn complete() -> Value {
    let one_mile = PerMile {
        peg: Decimal::ONE,
        mpg: Decimal::ONE,
    };
    let fsc = FuelSurcharge {
        tl: Some(one_mile),
        ..FuelSurcharge::default()
    };
    let profile = Profile {
        fsc,
        ..Profile::default()
    };
    serde_json::to_value(profile).unwrap_or_default()
}

/// Walks down what was written beside the complete profile. Every value is tried alone in the complete profile, so that an
/// error belongs to its key.
fn compare(
    root: &Value,
    path: &mut Vec<String>,
    written: &Value,
    known: &Value,
) -> Result<(), Wrong> {
    let (Value::Object(table), Value::Object(keys)) = (written, known) else {
        return try_alone(root, path, written);
    };
    let free_keys = keys.is_empty();
    for (key, value) in table {
        path.push(key.clone());
        match keys.get(key) {
            Some(inner) => compare(root, path, value, inner)?,
            None if free_keys => try_alone(root, path, value)?,
            None => {
                let nearest = names::nearest(key, keys.keys().map(String::as_str));
                let key = path.join(".");
                let kind = WrongKind::Key { nearest };
                return Err(Wrong { key, kind });
            }
        }
        path.pop();
    }
    Ok(())
}

fn try_alone(root: &Value, path: &[String], value: &Value) -> Result<(), Wrong> {
    let mut profile = root.clone();
    let place = path
        .iter()
        .fold(&mut profile, |table, key| &mut table[key.as_str()]);
    *place = value.clone();
    serde_json::from_value::<Profile>(profile)
        .map(drop)
        .map_err(|error| Wrong::value(path.join("."), error))
}

/// What the types alone cannot hold.
fn sound(profile: &Profile) -> Result<(), Wrong> {
    let fields = names::all::<FieldName>();
    for (index, name) in profile.required_fields.iter().enumerate() {
        if !fields.contains(name) {
            let nearest = names::nearest(name, fields.iter().map(String::as_str));
            let reason = format!("{name:?} is no field; did you mean {nearest:?}?");
            return Err(Wrong::value(format!("required_fields[{index}]"), reason));
        }
    }
    for (index, entry) in profile.required_docs.iter().enumerate() {
        if RequiredDoc::parse(entry).is_none() {
            let nearest = nearest_doc(entry);
            let reason = format!("{entry:?} is no required document; did you mean {nearest:?}?");
            return Err(Wrong::value(format!("required_docs[{index}]"), reason));
        }
    }
    let positive = "has to be above 0";
    if profile.increment == Some(0) {
        return Err(Wrong::value("increment", positive));
    }
    if profile
        .fsc
        .tl
        .as_ref()
        .is_some_and(|tl| tl.mpg <= Decimal::ZERO)
    {
        return Err(Wrong::value("fsc.TL.mpg", positive));
    }
    Ok(())
}

/// The entry that was most likely meant. The class counts, not the ending that all entries share.
fn nearest_doc(entry: &str) -> String {
    let class = entry.strip_suffix("_if_charged").unwrap_or(entry);
    let classes = names::all::<DocumentClass>();
    let known = classes.iter().map(String::as_str);
    let nearest = names::nearest(class, known.chain([RequiredDoc::POD]));
    if nearest == RequiredDoc::POD {
        nearest
    } else {
        format!("{nearest}_if_charged")
    }
}

#[cfg(test)]
mod tests;
