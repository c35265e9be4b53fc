//! Drift: how unlike what comes is to what was there when a model was made.

/// Population stability index from which on two mixes are unlike: the trade's rule of thumb calls 0.1 a change and 0.25 a great one.
pub const UNLIKE: f64 = 0.25;

/// What a kind that nobody saw counts as, so that it is not infinitely unlike.
const UNSEEN: f64 = 0.5;
/// Of so many things shares are taken to be the shares.
const OF_SHARES: f64 = 1_000.0;

/// The population stability index of two mixes, each given as counts or as shares of the same kinds: the sum of (b − a) · ln(b / a) over the
/// shares. 0 where they are alike.
#[must_use]
pub fn psi(expected: &[f64], found: &[f64]) -> f64 {
    let (expected, found) = (shares(expected), shares(found));
    let terms = expected.iter().zip(&found);
    terms.map(|(a, b)| (b - a) * (b / a).ln()).sum()
}

fn shares(counts: &[f64]) -> Vec<f64> {
    let all: f64 = counts.iter().sum();
    let scale = if all > 1.5 { 1.0 } else { OF_SHARES };
    let seen = counts.iter().map(|count| (count * scale).max(UNSEEN));
    let seen: Vec<f64> = seen.collect();
    let all: f64 = seen.iter().sum();
    seen.into_iter().map(|count| count / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixes_that_are_alike_have_none_and_it_grows_as_they_part() {
        assert!(psi(&[30.0, 50.0, 20.0], &[3_000.0, 5_000.0, 2_000.0]).abs() < 1e-9);
        // (0.6 − 0.5) ln 1.2 + (0.4 − 0.5) ln 0.8
        assert!((psi(&[0.5, 0.5], &[600.0, 400.0]) - 0.040_546_5).abs() < 1e-4);
        let little = psi(&[50.0, 50.0], &[55.0, 45.0]);
        let much = psi(&[50.0, 50.0], &[95.0, 5.0]);
        assert!(little < 0.1 && much > UNLIKE, "{little} {much}");
        assert!(psi(&[100.0, 0.0], &[0.0, 100.0]).is_finite());
    }
}
