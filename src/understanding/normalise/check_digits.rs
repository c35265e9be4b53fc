//! Check digits of the identifiers on freight papers (domain.md §2.3).
//!
//! In: an identifier as [`normalise_identifier`](super::normalise_identifier) writes it. Out: whether it is well formed.
//! A check digit never says whose identifier it is: random digits pass most schemes in one of ten cases.

/// What a check digit says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    /// Well formed.
    Passes,
    /// Misread, or no such identifier.
    Fails,
    /// No rule is known.
    Unknown,
}

/// A numbering scheme with a check digit: shape and rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// GS1 serial shipping container code, 18 digits.
    Sscc,
    /// GS1 trade item number of 8, 12, 13 or 14 digits, and the location number of 13.
    Gtin,
    /// VICS bill of lading number, the GS1 shipment number of 17 digits.
    VicsBol,
    /// PRO of XPO, 9 digits: the first eight modulo 7.
    XpoPro,
    /// PRO of YRC, 10 characters: digits 4 to 9 modulo 11, `X` for 10.
    YrcPro,
    /// PRO of Old Dominion, 11 digits: Luhn.
    OdflPro,
    /// DHL Express waybill, 10 or 11 digits: modulo 7.
    DhlExpress,
    /// TNT consignment, 9 digits: weighted modulo 11.
    Tnt,
    /// UPU S10 postal item, two letters, 9 digits, two letters: weighted modulo 11.
    S10,
    /// UPS `1Z` tracking number, 18 characters.
    Ups1z,
    /// UPS waybill or freight number, a letter and 10 digits.
    UpsFreight,
    /// FedEx Express, 12 digits.
    FedexExpress,
    /// FedEx 34 digit bar code.
    Fedex34,
    /// FedEx Ground, 15 digits.
    FedexGround,
    /// FedEx Ground bar code, 22 digits from `96`.
    Fedex96,
    /// Purolator, 12 digits: Luhn.
    Purolator,
    /// Air waybill, 11 digits: the serial modulo 7.
    Awb,
    /// ISO 6346 container number.
    Container,
    /// Vehicle identification number of a North American vehicle.
    Vin,
}

impl Scheme {
    /// Whether `value` has the shape of the scheme and the right check digit.
    #[must_use]
    pub fn passes(self, value: &str) -> bool {
        self.check(value).unwrap_or(false)
    }

    /// `None` where the value has another shape.
    fn check(self, value: &str) -> Option<bool> {
        match self {
            Self::Sscc => Some(gs1(&numeric(value, &[18])?)),
            Self::Gtin => Some(gs1(&numeric(value, &[8, 12, 13, 14])?)),
            Self::VicsBol => Some(gs1(&numeric(value, &[17])?)),
            Self::FedexGround => Some(gs1(&numeric(value, &[15])?)),
            Self::Fedex96 => Some(gs1(numeric(value.strip_prefix("96")?, &[20])?.get(5..)?)),
            Self::XpoPro => Some(modulo_7(&numeric(value, &[9])?)),
            Self::DhlExpress => Some(modulo_7(&numeric(value, &[10, 11])?)),
            Self::Awb => Some(modulo_7(numeric(value, &[11])?.get(3..)?)),
            Self::OdflPro => Some(luhn(&numeric(value, &[11])?)),
            Self::Purolator => Some(luhn(&numeric(value, &[12])?)),
            Self::YrcPro => yrc(value),
            Self::Tnt => Some(postal(&numeric(value, &[9])?)),
            Self::S10 => s10(value),
            Self::Ups1z => ups(value.strip_prefix("1Z")?, 16),
            Self::UpsFreight => {
                numeric(value.strip_prefix(['A', 'H', 'J', 'K', 'T', 'V'])?, &[10])?;
                ups(value.get(1..)?, 10)
            }
            Self::FedexExpress => Some(fedex(&numeric(value, &[12])?, [3, 1, 7])),
            Self::Fedex34 => Some(fedex(numeric(value, &[34])?.get(20..)?, [1, 7, 3])),
            Self::Container => container(value),
            Self::Vin => vin(value),
        }
    }
}

/// The digits of a value that has only digits, and as many as one of `lengths`.
fn numeric(value: &str, lengths: &[usize]) -> Option<Vec<u32>> {
    let digits: Option<Vec<u32>> = value.chars().map(|c| c.to_digit(10)).collect();
    digits.filter(|digits| lengths.contains(&digits.len()))
}

/// GS1 modulo 10: weights 3, 1, 3 … from the right of the body.
fn gs1(digits: &[u32]) -> bool {
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = digits.iter().rev().zip(weights).map(|(d, w)| d * w).sum();
    sum.is_multiple_of(10)
}

/// Luhn: every second digit from the right counts twice, as the sum of its digits.
fn luhn(digits: &[u32]) -> bool {
    let doubled = |d: u32| if d > 4 { 2 * d - 9 } else { 2 * d };
    let weigh = |(place, d): (usize, &u32)| if place % 2 == 1 { doubled(*d) } else { *d };
    let sum: u32 = digits.iter().rev().enumerate().map(weigh).sum();
    sum.is_multiple_of(10)
}

/// The last digit is the number before it modulo 7.
fn modulo_7(digits: &[u32]) -> bool {
    digits.split_last().is_some_and(|(check, body)| {
        body.iter().fold(0, |rest, digit| (rest * 10 + digit) % 7) == *check
    })
}

/// YRC: `PPPNNNNNNC`, the prefix is not covered.
fn yrc(value: &str) -> Option<bool> {
    let (body, check) = value.split_at_checked(9)?;
    let body = numeric(body, &[9])?;
    let check = match check {
        "X" => 10,
        digit => *numeric(digit, &[1])?.first()?,
    };
    let number = body.get(3..)?.iter().fold(0, |sum, digit| sum * 10 + digit);
    Some((11 - number % 11) % 11 == check)
}

/// TNT and UPU: eight weighted digits, then the check digit.
fn postal(digits: &[u32]) -> bool {
    const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    let expected = match sum % 11 {
        0 => 5,
        1 => 0,
        rest => 11 - rest,
    };
    digits.last() == Some(&expected)
}

fn s10(value: &str) -> Option<bool> {
    let letters = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    let framed = value.len() == 13 && letters(value.get(..2)?) && letters(value.get(11..)?);
    let digits = numeric(value.get(2..11)?, &[9])?;
    framed.then(|| postal(&digits))
}

/// UPS: places count 1, 2, 1, 2 … from the left; a letter counts as its ASCII code less 3, modulo 10.
fn ups(value: &str, length: usize) -> Option<bool> {
    let ordinal = |c: char| match c {
        '0'..='9' => c.to_digit(10),
        'A'..='Z' => Some((u32::from(c) - 3) % 10),
        _ => None,
    };
    let values: Vec<u32> = value.chars().map(ordinal).collect::<Option<_>>()?;
    let (check, body) = values.split_last()?;
    let shaped = values.len() == length && value.ends_with(|c: char| c.is_ascii_digit());
    let sum: u32 = body
        .iter()
        .zip([1, 2].into_iter().cycle())
        .map(|(d, w)| d * w)
        .sum();
    shaped.then_some((10 - sum % 10) % 10 == *check)
}

/// FedEx: repeated weights from the left, modulo 11, then modulo 10.
fn fedex(digits: &[u32], weights: [u32; 3]) -> bool {
    digits.split_last().is_some_and(|(check, body)| {
        let sum: u32 = body
            .iter()
            .zip(weights.into_iter().cycle())
            .map(|(d, w)| d * w)
            .sum();
        sum % 11 % 10 == *check
    })
}

/// ISO 6346: letters count 10 to 38 without multiples of 11, the place i counts 2^i, modulo 11, then modulo 10.
fn container(value: &str) -> Option<bool> {
    let (owner, number) = value.split_at_checked(4)?;
    let number = numeric(number, &[7])?;
    let letter = |c: char| {
        c.is_ascii_uppercase()
            .then(|| u32::from(c) - u32::from('A') + 10)
    };
    let skipping = |plain: u32| plain + plain.div_ceil(10) - 1;
    let owner: Vec<u32> = owner.chars().map(letter).collect::<Option<_>>()?;
    if !value
        .get(3..4)
        .is_some_and(|kind| matches!(kind, "U" | "J" | "Z"))
    {
        return None;
    }
    let (check, serial) = number.split_last()?;
    let places = owner
        .into_iter()
        .map(skipping)
        .chain(serial.iter().copied());
    let sum: u32 = places.zip(0_u32..).map(|(v, place)| v << place).sum();
    Some(sum % 11 % 10 == *check)
}

/// North American vehicles: weighted letters and digits modulo 11, `X` for 10, at the ninth place.
fn vin(value: &str) -> Option<bool> {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let ordinal = |c: char| match c {
        '0'..='9' => c.to_digit(10),
        'A'..='H' => Some(u32::from(c) - u32::from('A') + 1),
        'J'..='N' => Some(u32::from(c) - u32::from('J') + 1),
        'P' => Some(7),
        'R' => Some(9),
        'S'..='Z' => Some(u32::from(c) - u32::from('S') + 2),
        _ => None,
    };
    let values: Vec<u32> = value.chars().map(ordinal).collect::<Option<_>>()?;
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(v, w)| v * w).sum();
    let check = match value.get(8..9)? {
        "X" => 10,
        digit => *numeric(digit, &[1])?.first()?,
    };
    (values.len() == 17).then_some(sum % 11 == check)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::understanding::normalise::normalise_identifier;

    const VALID: &[(Scheme, &[&str])] = &[
        (Scheme::Sscc, &["106141412345678908", "000123450000000027"]),
        (
            Scheme::Gtin,
            &[
                "96385074",
                "036000291452",
                "4006381333931",
                "10614141000415",
                "0614141000005",
            ],
        ),
        (Scheme::VicsBol, &["06141410000123452", "12345670000001234"]),
        (Scheme::XpoPro, &["123-456782", "600123451", "999999991"]),
        (
            Scheme::YrcPro,
            &["100-340397-9", "828-561881-X", "111-003542-0"],
        ),
        (
            Scheme::OdflPro,
            &["07209562763", "77767553207", "78045768393", "80003280379"],
        ),
        (
            Scheme::DhlExpress,
            &["3318810025", "8487135506", "1099255990", "73891051146"],
        ),
        (Scheme::Tnt, &["183928252", "480253470"]),
        (Scheme::S10, &["RB123456785GB", "RA 47312482 9 DE"]),
        (
            Scheme::Ups1z,
            &[
                "1Z5R89390357567127",
                "1Z879E930346834440",
                "1Z410E7W0392751591",
                "1ZXX3150YW44070023",
                "1Z999AA10123456784",
            ],
        ),
        (
            Scheme::UpsFreight,
            &["K1506235620", "J4603636537", "V0490119172"],
        ),
        (
            Scheme::FedexExpress,
            &[
                "986578788855",
                "477179081230",
                "799531274483",
                "012345678983",
            ],
        ),
        (Scheme::Fedex34, &["1001921334250001000300779017972697"]),
        (Scheme::FedexGround, &["041441760228964", "568283610012734"]),
        (Scheme::Fedex96, &["9611020987654312345672"]),
        (Scheme::Purolator, &["320595463938"]),
        (
            Scheme::Awb,
            &["020-12345675", "176-87654324", "001-40000015"],
        ),
        (
            Scheme::Container,
            &[
                "CSQU3054383",
                "MSKU6011672",
                "TOLU4734787",
                "HLXU2008419",
                "TESU1000050",
            ],
        ),
        (
            Scheme::Vin,
            &[
                "1M8GDM9AXKP042788",
                "11111111111111111",
                "1HGCM82633A004352",
            ],
        ),
    ];

    #[test]
    fn every_known_number_passes() {
        for (scheme, numbers) in VALID {
            for number in *numbers {
                assert!(
                    scheme.passes(&normalise_identifier(number)),
                    "{scheme:?} {number}"
                );
            }
        }
    }

    #[test]
    fn a_wrong_last_digit_fails() {
        for (scheme, numbers) in VALID {
            for number in *numbers {
                // A seven is replaced by an eight, any other digit by the next: no blind spot of any scheme.
                let mut near = normalise_identifier(number);
                let at = if *scheme == Scheme::S10 {
                    10
                } else {
                    near.len() - 1
                };
                let next = match near.as_bytes()[at] {
                    b'9' => '0',
                    b'X' => '1',
                    digit => char::from(digit + 1),
                };
                near.replace_range(at..=at, &next.to_string());
                assert!(!scheme.passes(&near), "{scheme:?} {near}");
            }
        }
    }

    #[test]
    fn known_misreadings_fail() {
        for (scheme, number) in [
            (Scheme::OdflPro, "07209562773"),
            (Scheme::XpoPro, "123456789"),
            (Scheme::Ups1z, "1Z12345E0205271688"),
            (Scheme::Container, "CSQX3054383"),
            (Scheme::Vin, "IM8GDM9AXKP042788"),
            (Scheme::S10, "R1123456785GB"),
            (Scheme::Sscc, "10614141234567890"),
        ] {
            assert!(!scheme.passes(number), "{scheme:?} {number}");
        }
    }

    proptest! {
        #[test]
        fn gs1_finds_every_single_wrong_digit(body in "[0-9]{17}", place in 0_usize..18, by in 1_u32..10) {
            let digits = numeric(&body, &[17]).unwrap();
            let mut whole = (0..10).map(|c| [digits.clone(), vec![c]].concat()).find(|n| gs1(n)).unwrap();
            whole[place] = (whole[place] + by) % 10;
            prop_assert!(!gs1(&whole));
        }

        #[test]
        fn no_short_text_passes(text in "\\PC{0,40}") {
            for (scheme, _) in VALID {
                prop_assert!(!scheme.passes(&text) || text.len() >= 8);
            }
        }
    }
}
