//! Names of models: `fields@2` is version 2 of the model `fields`.

use std::fmt;
use std::str::FromStr;

/// A version of a model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelName {
    /// Its name, that of its folder.
    pub name: String,
    /// Its version, that of the folder below.
    pub version: u32,
}

/// A text that names no version of a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no version of a model: write it as fields@2")]
pub struct NoModelName(String);

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl FromStr for ModelName {
    type Err = NoModelName;

    fn from_str(text: &str) -> Result<Self, NoModelName> {
        let parts = text.split_once('@').and_then(|(name, version)| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let whole = !name.is_empty() && name.chars().all(plain);
            let written = version.bytes().all(|byte| byte.is_ascii_digit());
            (whole && written).then_some((name, version.parse().ok()?))
        });
        let (name, version) = parts.ok_or_else(|| NoModelName(text.to_owned()))?;
        Ok(Self {
            name: name.to_owned(),
            version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written_and_nothing_that_leaves_the_folder_is_one() {
        let name: ModelName = "page-class@12".parse().unwrap();
        assert_eq!((name.name.as_str(), name.version), ("page-class", 12));
        assert_eq!(name.to_string(), "page-class@12");
        for wrong in [
            "",
            "fields",
            "fields@",
            "@1",
            "fields@-1",
            "fields@1.5",
            "../fields@1",
            "a/b@1",
            "fields@+1",
        ] {
            assert!(wrong.parse::<ModelName>().is_err(), "{wrong}");
        }
    }
}
