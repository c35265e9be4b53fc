//! Check digits of PROs.
//!
//! TODO(merge): this file goes when `understanding::normalise::check_pro` is there; it has the same meaning, and takes
//! the value as `plain` writes it.

use super::numbers::plain;

/// Whether a PRO's check digit is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckResult {
    /// It is.
    Passes,
    /// It is not: misread, or not this carrier's.
    Fails,
    /// The carrier has no public rule, or it is not known who carries.
    Unknown,
}

/// Checks a PRO by the rule of its carrier (domain.md §2.3: XPO, YRC, Old Dominion).
pub(super) fn check_pro(scac: Option<&str>, value: &str) -> CheckResult {
    let value = plain(value);
    let passes = match scac {
        Some("XPOL" | "CNWY") => xpo(&value),
        Some("RDWY") => yrc(&value),
        Some("ODFL") => value.len() == 11 && luhn(&value),
        Some(_) | None => return CheckResult::Unknown,
    };
    if passes {
        CheckResult::Passes
    } else {
        CheckResult::Fails
    }
}

fn xpo(value: &str) -> bool {
    let number = value.parse::<u32>().ok().filter(|_| value.len() == 9);
    number.is_some_and(|number| number / 10 % 7 == number % 10)
}

fn yrc(value: &str) -> bool {
    let check = value.get(9..).filter(|_| value.len() == 10);
    let body = value.get(3..9).and_then(|body| body.parse::<u32>().ok());
    body.zip(check).is_some_and(|(body, check)| {
        let expected = (11 - body % 11) % 11;
        check == "X" && expected == 10 || check == expected.to_string()
    })
}

fn luhn(value: &str) -> bool {
    let digits = value.chars().rev().map(|digit| digit.to_digit(10));
    let doubled = digits.enumerate().map(|(place, digit)| {
        let digit = digit? * if place % 2 == 1 { 2 } else { 1 };
        Some(digit / 10 + digit % 10)
    });
    doubled
        .sum::<Option<u32>>()
        .is_some_and(|sum| sum.is_multiple_of(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_follow_the_rule_of_the_carrier() {
        use CheckResult::{Fails, Passes, Unknown};
        for (scac, value, expected) in [
            (Some("XPOL"), "123-456782", Passes),
            (Some("CNWY"), "600123451", Passes),
            (Some("XPOL"), "123-456789", Fails),
            (Some("RDWY"), "828-561881-X", Passes),
            (Some("RDWY"), "828-561881-K", Fails),
            (Some("RDWY"), "111-003542-0", Passes),
            (Some("ODFL"), "07209562763", Passes),
            (Some("ODFL"), "07209562773", Fails),
            (Some("EXLA"), "07209562763", Unknown),
            (None, "123456782", Unknown),
        ] {
            assert_eq!(check_pro(scac, value), expected, "{scac:?} {value}");
        }
    }
}
