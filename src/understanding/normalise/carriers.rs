//! PRO numbers by carrier: shape and check digit (domain.md §2.3).

use super::check_digits::{CheckResult, Scheme};
use super::identifiers::normalise_identifier;

/// How a carrier numbers its freight bills.
struct ProRule {
    /// Codes of the carrier; mergers left some with two.
    scacs: &'static [&'static str],
    /// How many digits a number may have. Without a check digit rule this is no more than a hint.
    lengths: &'static [usize],
    /// Other characters that may stand for the first and the last digit.
    ends: (&'static str, &'static str),
    /// The check digit, where the carrier's rule is known.
    scheme: Option<Scheme>,
}

const fn shape(scac: &'static [&'static str], lengths: &'static [usize]) -> ProRule {
    ProRule {
        scacs: scac,
        lengths,
        ends: ("", ""),
        scheme: None,
    }
}

const RULES: &[ProRule] = &[
    ProRule {
        scheme: Some(Scheme::XpoPro),
        ..shape(&["XPOL", "CNWY"], &[9])
    },
    ProRule {
        scheme: Some(Scheme::YrcPro),
        ends: ("", "X"),
        ..shape(&["RDWY"], &[10])
    },
    ProRule {
        scheme: Some(Scheme::OdflPro),
        ..shape(&["ODFL"], &[11])
    },
    shape(&["EXLA"], &[10]),
    shape(&["FXFE"], &[9, 10]),
    ProRule {
        ends: ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", ""),
        ..shape(&["RLCA"], &[9, 10])
    },
    shape(&["UPGF"], &[9]),
    shape(&["SAIA"], &[11]),
    shape(&["ABFS"], &[9]),
    shape(&["SEFL"], &[9]),
    shape(&["AVRT"], &[10]),
    shape(&["DAFG"], &[9]),
];

impl ProRule {
    fn of(scac: &str) -> Option<&'static Self> {
        let named = |code: &&str| code.eq_ignore_ascii_case(scac.trim());
        RULES.iter().find(|rule| rule.scacs.iter().any(named))
    }

    fn fits(&self, value: &str) -> bool {
        let last = value.chars().count().saturating_sub(1);
        let allowed = |(place, c): (usize, char)| {
            c.is_ascii_digit()
                || (place == 0 && self.ends.0.contains(c))
                || (place == last && self.ends.1.contains(c))
        };
        self.lengths.contains(&(last + 1)) && value.chars().enumerate().all(allowed)
    }
}

/// What the carrier's check digit says of a PRO: `Unknown` for a carrier without a known rule and where no
/// carrier is known, for a check digit does not tell whose number it is. A number of another shape than that of a
/// carrier with a rule fails.
#[must_use]
pub fn check_pro(scac: Option<&str>, value: &str) -> CheckResult {
    let value = normalise_identifier(value);
    match scac.and_then(ProRule::of).and_then(|rule| rule.scheme) {
        None => CheckResult::Unknown,
        Some(scheme) if scheme.passes(&value) => CheckResult::Passes,
        Some(_) => CheckResult::Fails,
    }
}

/// What the check digit of an air waybill's number says: the serial behind the airline's prefix, modulo 7. `Unknown` for a number that
/// is not written as one (`020-1234 5675`).
#[must_use]
pub fn check_waybill(value: &str) -> CheckResult {
    let value = value.trim();
    let parted = value
        .get(3..4)
        .is_some_and(|mark| mark == "-" || mark == " ");
    let digits = normalise_identifier(value);
    let shaped = parted && digits.len() == 11 && digits.bytes().all(|byte| byte.is_ascii_digit());
    match shaped {
        false => CheckResult::Unknown,
        true if Scheme::Awb.passes(&digits) => CheckResult::Passes,
        true => CheckResult::Fails,
    }
}

/// Whether a normalised PRO looks like those of the carrier; `None` where the carrier's numbers are not known.
#[must_use]
pub fn fits_pro_shape(scac: &str, value: &str) -> Option<bool> {
    ProRule::of(scac).map(|rule| rule.fits(value))
}

/// Codes of the carriers whose check digit a normalised PRO has: evidence, where the paper names no carrier or another.
#[must_use]
pub fn carriers_whose_check_passes(value: &str) -> Vec<&'static str> {
    let passing = RULES
        .iter()
        .filter(|rule| rule.scheme.is_some_and(|scheme| scheme.passes(value)));
    passing.flat_map(|rule| rule.scacs).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_written_as_an_air_waybills_has_its_check_digit() {
        assert_eq!(check_waybill("020-1234 5675"), CheckResult::Passes);
        assert_eq!(check_waybill("176-87654324"), CheckResult::Passes);
        assert_eq!(check_waybill("176-87654325"), CheckResult::Fails);
        assert_eq!(check_waybill("17687654324"), CheckResult::Unknown);
    }

    #[test]
    fn the_check_digit_is_that_of_the_carrier() {
        for (scac, value, expected) in [
            (Some("XPOL"), "123456782", CheckResult::Passes),
            (Some("cnwy "), "600123451", CheckResult::Passes),
            (Some("XPOL"), "123456789", CheckResult::Fails),
            (Some("XPOL"), "123-456782", CheckResult::Passes),
            (Some("XPOL"), "12345678", CheckResult::Fails),
            (Some("RDWY"), "828561881X", CheckResult::Passes),
            (Some("RDWY"), "828561881K", CheckResult::Fails),
            (Some("ODFL"), "07209562763", CheckResult::Passes),
            (Some("ODFL"), "07209562773", CheckResult::Fails),
            (Some("EXLA"), "07209562763", CheckResult::Unknown),
            (Some("ZZZZ"), "07209562763", CheckResult::Unknown),
            (None, "123456782", CheckResult::Unknown),
        ] {
            assert_eq!(check_pro(scac, value), expected, "{scac:?} {value}");
        }
    }

    #[test]
    fn a_valid_number_of_another_carrier_is_told_by_shape_and_check() {
        assert_eq!(fits_pro_shape("EXLA", "07209562763"), Some(false));
        assert_eq!(carriers_whose_check_passes("07209562763"), ["ODFL"]);
    }

    #[test]
    fn shapes_allow_the_letters_that_the_carrier_uses() {
        for (scac, value, fits) in [
            ("RLCA", "I123456789", Some(true)),
            ("RLCA", "12I456789", Some(false)),
            ("RDWY", "828561881X", Some(true)),
            ("XPOL", "828561881", Some(true)),
            ("FXFE", "", Some(false)),
            ("ZZZZ", "1", None),
        ] {
            assert_eq!(fits_pro_shape(scac, value), fits, "{scac} {value}");
        }
    }
}
