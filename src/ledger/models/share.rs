//! Shares: on how many uploads a model is tried.

use std::str::FromStr;

/// Of a thousand uploads so many; those that follow from an upload's name, so that an upload read again is treated alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(pub(super) u16);

/// A text that is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no share: write it as 5%, at least 0.1% and at most 100%")]
pub struct NoShare(String);

impl Share {
    /// Uploads of a thousand.
    #[must_use]
    pub fn per_mille(self) -> u16 {
        self.0
    }

    /// Is what has this number among those?
    #[must_use]
    pub fn takes(self, number: u64) -> bool {
        number % 1_000 < u64::from(self.0)
    }
}

impl FromStr for Share {
    type Err = NoShare;

    fn from_str(text: &str) -> Result<Self, NoShare> {
        let percent = text.trim().strip_suffix('%');
        let percent = percent.and_then(|number| number.trim().parse::<f64>().ok());
        let is = |taken: &u16| {
            percent.is_some_and(|percent| (percent * 10.0 - f64::from(*taken)).abs() < 1e-6)
        };
        let taken = (1_u16..=1_000).find(is);
        taken.map(Self).ok_or_else(|| NoShare(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_takes_that_many_of_a_thousand() {
        let share: Share = "12.5%".parse().unwrap();
        assert_eq!(
            (0..10_000).filter(|number| share.takes(*number)).count(),
            1_250
        );
        for wrong in ["", "5", "0%", "0.05%", "101%", "-1%", "NaN%"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }
}
