//! Calibration: of what is said with confidence 0.9, nine in ten should be right.

use serde::Serialize;

/// Width of a bin is one tenth.
const BINS: usize = 10;

/// How confidence and truth go together.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Calibration {
    /// Ten bins of confidence from 0 to 1.
    pub bins: [Bin; BINS],
}

/// What was said with a confidence of one bin.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Bin {
    /// How many values.
    pub count: usize,
    /// How many of them were right.
    pub right: usize,
    /// Sum of their confidences.
    pub said: f64,
}

impl Calibration {
    pub(super) fn add(&mut self, confidence: f64, right: bool) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of ten, clamped to the bins"
        )]
        let bin = ((confidence * BINS as f64).max(0.0) as usize).min(BINS - 1);
        if let Some(bin) = self.bins.get_mut(bin) {
            bin.count += 1;
            bin.right += usize::from(right);
            bin.said += confidence;
        }
    }

    /// Expected calibration error: how far confidence and share of right values lie apart, weighted by the bins' counts.
    /// `None` when nothing was judged.
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        let all: usize = self.bins.iter().map(|bin| bin.count).sum();
        let apart = |bin: &Bin| (bin.said - bin.right as f64).abs();
        (all > 0).then(|| self.bins.iter().map(apart).sum::<f64>() / all as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_of_ten_right_at_nine_tenths_is_no_error_and_at_one_a_tenth() {
        for (confidence, wanted) in [(0.9, 0.0), (1.0, 0.1)] {
            let mut calibration = Calibration::default();
            (0..10).for_each(|i| calibration.add(confidence, i > 0));
            assert!((calibration.error().unwrap() - wanted).abs() < 1e-9);
        }
        assert_eq!(Calibration::default().error(), None);
    }
}
