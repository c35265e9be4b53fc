//! What each piece of evidence weighs, in log-odds: read from `models/shipment-match/VERSION/weights.toml`, where estimates from
//! labelled pairs stand (its `CARD.md` says how they came about). Rules that protect from wrong attaches are no weights: they stand in the
//! code.
//!
//! In: the folder of models. Out: [`Weights`]. Refused: a file that is missing, cut short, of another schema or with a weight that
//! speaks for what it should speak against.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use super::level::Level;

/// The form of the file that this program reads.
const SCHEMA: u32 = 1;

/// No evidence weighs more: e^20 is one in 500 million.
const HEAVIEST: f64 = 20.0;

/// Two shipments are never told apart with more than even odds when the answer is "ambiguous".
pub(super) const AMBIGUOUS_AT_MOST: f32 = 0.5;
/// How far an exact reading leads the same number with one look-alike character, where shipments with both exist.
/// Below the margin on purpose: one character read by one engine must not tell two shipments apart (an OCR slip of one in
/// 200 would already be ten times the wrong attaches that domain.md §6 allows).
pub(super) const LEAD_OVER_LOOK_ALIKE: f64 = 2.0;
/// Weights of freight agree within this share (domain.md §5.3).
pub(super) const WEIGHT_TOLERANCE: f64 = 0.02;
/// Days that make [`Level::OtherYear`].
pub(super) const RECYCLED_AFTER_DAYS: i64 = 180;
/// Days that a container counts as dated.
pub(super) const CONTAINER_DAYS: i64 = 3;

/// The weights that are in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    schema: u32,
    /// When a shipment is accepted.
    pub thresholds: Thresholds,
    /// From scores to probabilities.
    pub calibration: Calibration,
    /// What each level weighs.
    pub weights: BTreeMap<Level, f64>,
    /// What is left of a number's weight.
    pub shares: Shares,
}

/// When a shipment is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// From this score on…
    pub accept: f64,
    /// …when it leads the runner-up by this much.
    pub margin: f64,
}

/// The probability that the best candidate is the one is the logistic function of slope times its log-odds plus intercept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// How much the log-odds count.
    pub slope: f64,
    /// What is added.
    pub intercept: f64,
}

/// What is left of a number's weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// Under a label of another kind.
    pub mislabelled: f64,
    /// Anywhere on the page.
    pub anywhere: f64,
    /// When the reader was unsure.
    pub hardly_legible: f64,
}

/// Why there are no weights to match by.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// No file.
    #[error("{path} cannot be read: {source}; it is part of the program: put the folder back, or make one with `make match-weights`", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Cut short, or otherwise not as it should be.
    #[error("{path} is no file of weights: {reason}; put the one back that belongs to this program", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Weights {
    /// The newest version in the folder of models.
    ///
    /// # Errors
    /// [`WeightsError`].
    pub fn load(models: &Path) -> Result<Self, WeightsError> {
        let folder = models.join("shipment-match");
        let versions = std::fs::read_dir(&folder).map_err(|source| WeightsError::Unreadable {
            path: folder.clone(),
            source,
        })?;
        let versions = versions.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let version: u32 = versions.max().unwrap_or(1);
        let path = folder.join(version.to_string()).join("weights.toml");
        let text = std::fs::read_to_string(&path);
        match text {
            Ok(text) => {
                Self::read(&text).map_err(|reason| WeightsError::Malformed { path, reason })
            }
            Err(source) => Err(WeightsError::Unreadable { path, source }),
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Form {
            schema: u32,
        }
        let form: Form = toml::from_str(text).map_err(|error| error.to_string())?;
        if form.schema != SCHEMA {
            return Err(format!(
                "it has schema {}, this program reads {SCHEMA}",
                form.schema
            ));
        }
        let weights: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        weights.check()?;
        Ok(weights)
    }

    fn check(&self) -> Result<(), String> {
        for level in Level::ALL {
            let name = serde_json::to_string(&level).unwrap_or_default();
            let Some(weight) = self.weights.get(&level) else {
                return Err(format!("it has no weight for {name}"));
            };
            if !weight.is_finite()
                || weight.abs() > HEAVIEST
                || level.is_against() == (*weight > 0.0)
            {
                return Err(format!("{name} cannot weigh {weight}"));
            }
        }
        let Shares {
            mislabelled,
            anywhere,
            hardly_legible,
        } = self.shares;
        let shares = [mislabelled, anywhere, hardly_legible];
        if shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
            return Err(format!("shares are from 0 to 1, not {shares:?}"));
        }
        let Thresholds { accept, margin } = self.thresholds;
        let positive = [accept, margin, self.calibration.slope];
        if positive
            .iter()
            .any(|number| !number.is_finite() || *number <= 0.0)
            || accept < margin
        {
            return Err(
                "thresholds and slope are above 0, and the margin is not above what is accepted"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// What a level weighs.
    pub(super) fn of(&self, level: Level) -> f64 {
        self.weights.get(&level).copied().unwrap_or_default()
    }

    /// The score of "none of them": a shipment that is just accepted leads it by the margin.
    pub(super) fn none_of_them(&self) -> f64 {
        self.thresholds.accept - self.thresholds.margin
    }

    /// From here on a candidate is worth a person's look.
    pub(super) fn support(&self) -> f64 {
        self.none_of_them()
    }

    /// The probability that the best candidate is the one, of which the scores alone say `odds`.
    pub(super) fn calibrated(&self, log_odds: f64) -> f64 {
        let Calibration { slope, intercept } = self.calibration;
        1.0 / (1.0 + (-(slope * log_odds + intercept)).exp())
    }

    /// Those that the program ships.
    #[cfg(test)]
    pub(crate) fn shipped() -> &'static Self {
        use std::sync::LazyLock;
        static SHIPPED: LazyLock<Weights> = LazyLock::new(|| {
            let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
            Weights::load(&models).unwrap()
        });
        &SHIPPED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> String {
        toml::to_string(Weights::shipped()).unwrap()
    }

    #[test]
    fn a_file_that_is_missing_cut_short_or_of_another_schema_is_refused_by_name() {
        let models = tempfile::tempdir().unwrap();
        let refused = || Weights::load(models.path()).unwrap_err().to_string();
        assert!(
            refused().contains("shipment-match cannot be read"),
            "{}",
            refused()
        );
        let folder = models.path().join("shipment-match/2");
        std::fs::create_dir_all(&folder).unwrap();
        assert!(
            refused().contains("2/weights.toml cannot be read"),
            "{}",
            refused()
        );
        let file = folder.join("weights.toml");
        let whole = shipped();
        for (text, reason) in [
            (
                whole.chars().take(whole.len() / 2).collect(),
                "is no file of weights",
            ),
            (whole.replace("schema = 1", "schema = 7"), "it has schema 7"),
            (
                whole.replace("cancelled = -", "cancelled = "),
                "cannot weigh",
            ),
            (whole.replace("\nsite = ", "\nsight = "), "sight"),
            (whole.replace("anywhere = 0", "anywhere = 7"), "from 0 to 1"),
        ] {
            std::fs::write(&file, text).unwrap();
            assert!(refused().contains(reason), "{reason}: {}", refused());
        }
        std::fs::write(&file, whole).unwrap();
        assert_eq!(Weights::load(models.path()).unwrap(), *Weights::shipped());
    }

    #[test]
    fn the_newest_version_is_in_force() {
        let models = tempfile::tempdir().unwrap();
        for (version, accept) in [("9", "9.5"), ("10", "10.5")] {
            let folder = models.path().join("shipment-match").join(version);
            std::fs::create_dir_all(&folder).unwrap();
            let mut weights = Weights::shipped().clone();
            weights.thresholds.accept = accept.parse().unwrap();
            let text = toml::to_string(&weights).unwrap();
            std::fs::write(folder.join("weights.toml"), text).unwrap();
        }
        let accept = Weights::load(models.path()).unwrap().thresholds.accept;
        assert!((accept - 10.5).abs() < 1e-9);
    }
}
