//! Counts, weights, amounts and page numbers.
//!
//! In: the text of a quantity field. Out: numbers with their units. Takes both ways of writing thousands and decimals
//! (`12,340.5` and `12.340,5`). Refuses what is no whole number as a count, and a count beyond 32 bits.

use rust_decimal::Decimal;

use super::numerals::{count_at, numeral, quantity_tokens, weight_unit};
use super::tokens::{Token, digits, fold, forced_digits, tokens};
use super::units::Unit;
use crate::document::Money;
use crate::understanding::PageOf;

/// A count with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub qty: u32,
    /// Of what; `None` where the text does not say.
    pub unit: Option<Unit>,
}

/// Unit of a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WeightUnit {
    /// Pounds.
    Pound,
    /// Kilograms.
    Kilogram,
}

impl WeightUnit {
    /// `lb` or `kg`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pound => "lb",
            Self::Kilogram => "kg",
        }
    }
}

/// A weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    /// In the unit beside it.
    pub value: f64,
    /// `None` where the text does not say.
    pub unit: Option<WeightUnit>,
}

/// All counts of a text, in order: `2 PLT / 96 CTN` gives both. Weights are no counts.
#[must_use]
pub fn read_counts(raw: &str) -> Vec<Count> {
    let tokens = quantity_tokens(raw);
    let mut counts = Vec::new();
    let mut unit_before = None;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let Some(found) = tokens.get(at..).and_then(count_at) else {
            if token.is_word() {
                unit_before = Unit::named(&fold(token.text));
            }
            at += 1;
            continue;
        };
        // `Pallets 2 Cartons 96`: where a unit stands in front, the one behind belongs to the next number.
        let behind = found.count.and_then(|count| count.unit);
        let in_front = unit_before.filter(|unit| Some(*unit) != behind);
        at += if in_front.is_some() {
            found.number_length
        } else {
            found.length
        };
        counts.extend(found.count.map(|count| Count {
            unit: in_front.or(count.unit),
            ..count
        }));
        unit_before = None;
    }
    counts
}

/// The first count of a text.
#[must_use]
pub fn read_count(raw: &str) -> Option<Count> {
    read_counts(raw).into_iter().next()
}

/// The first weight of a text: a number with a unit of weight behind it, else the first number.
#[must_use]
pub fn read_weight(raw: &str) -> Option<Weight> {
    let tokens = quantity_tokens(raw);
    let at = |start: usize| {
        let rest = tokens.get(start..)?;
        let number = numeral(rest)?;
        Some((
            number.value,
            rest.get(number.length..).and_then(weight_unit),
        ))
    };
    let numbers = || (0..tokens.len()).filter_map(at);
    let (value, unit) = numbers()
        .find(|(_, unit)| unit.is_some())
        .or_else(|| numbers().next())?;
    let in_front = || {
        (0..tokens.len())
            .filter_map(|start| tokens.get(start..).and_then(weight_unit))
            .next()
    };
    let (unit, factor) = unit.or_else(in_front).unzip();
    let value = value.checked_mul(factor.unwrap_or(Decimal::ONE))?;
    Some(Weight {
        value: f64::try_from(value).ok()?,
        unit,
    })
}

/// The first amount of money in a text, in whatever currency; one with cents before one without. A minus, brackets
/// around it, or `CR` behind it make it negative.
#[must_use]
pub fn read_money(raw: &str) -> Option<Money> {
    let whole = with_thousands(raw);
    let tokens = tokens(&whole);
    let at = |start: usize| Some((start, tokens.get(start..).and_then(numeral)?));
    let numbers = || (0..tokens.len()).filter_map(at);
    let with_cents = numbers().find(|(_, number)| number.value.scale() == 2);
    let (start, number) = with_cents.or_else(|| numbers().next())?;
    let is_negative = owes(&tokens, start) || is_credit(tokens.get(start + number.length..)?);
    Some(Money(if is_negative {
        -number.value
    } else {
        number.value
    }))
}

/// A dash between a digit and three more before the cents is a point that was misread: `3-263,38`.
fn with_thousands(raw: &str) -> String {
    let chars: Vec<char> = raw.chars().collect();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let is_point =
        |at: usize| is_digit(at.checked_sub(1)) && (1..=3).all(|by| is_digit(Some(at + by)));
    let meant = |(at, c): (usize, &char)| match (c, chars.get(at + 4)) {
        ('-' | '−', Some(',')) if is_point(at) => '.',
        ('-' | '−', Some('.')) if is_point(at) => ',',
        _ => *c,
    };
    chars.iter().enumerate().map(meant).collect()
}

/// `-12.00`, `-$12.00`, `(12.00`: the sign is glued to what follows; a dash between words is none.
fn owes(tokens: &[Token<'_>], start: usize) -> bool {
    let before = (0..start)
        .rev()
        .map_while(|at| Some((tokens.get(at)?.mark()?, tokens.get(at + 1)?.spaced)));
    before
        .into_iter()
        .any(|(mark, gap)| matches!(mark, '-' | '−' | '(') && !gap)
}

fn is_credit(behind: &[Token<'_>]) -> bool {
    let next = behind.first();
    next.is_some_and(|token| {
        fold(token.text) == "cr" || (token.mark() == Some('-') && !token.spaced)
    })
}

/// `Page 1 of 3`, `Seite 2 von 4`, `Blatt 1/2`; without such a word only where the text holds nothing else.
#[must_use]
pub fn read_page_of(raw: &str) -> Option<PageOf> {
    const PAGE: &[&str] = &[
        "page",
        "pages",
        "pg",
        "p",
        "sheet",
        "seite",
        "blatt",
        "hoja",
        "pagina",
        "pag",
        "strona",
        "str",
        "blad",
        "bladzijde",
        "feuillet",
    ];
    const OF: &[&str] = &["of", "0f", "/", "von", "de", "del", "sur", "z", "van"];
    let spread = spread(raw);
    let tokens = tokens(&spread);
    let label = tokens
        .iter()
        .position(|token| PAGE.contains(&fold(token.text).as_str()));
    let behind_label = tokens.get(label.map_or(0, |at| at + 1)..)?;
    let said = |token: &&Token<'_>| token.is_word() || token.text == "/";
    let rest: Vec<&Token<'_>> = behind_label.iter().filter(said).collect();
    let [page, joint, of, behind @ ..] = rest.as_slice() else {
        return None;
    };
    let number = |digits: String| {
        digits
            .parse()
            .ok()
            .filter(|number| (1..1000).contains(number))
    };
    let found = PageOf {
        page: forced_digits(page.text).and_then(number)?,
        of: digits(of.text).and_then(number)?,
    };
    let alone = label.is_some() || behind.is_empty();
    (OF.contains(&fold(joint.text).as_str()) && alone && found.page <= found.of).then_some(found)
}

/// `Page1of3` with spaces where letters and digits meet.
fn spread(raw: &str) -> String {
    let mut spread = String::with_capacity(raw.len() + 4);
    let mut before: Option<char> = None;
    for c in raw.chars() {
        if before.is_some_and(|b| {
            b.is_ascii_digit() && c.is_alphabetic() || b.is_alphabetic() && c.is_ascii_digit()
        }) {
            spread.push(' ');
        }
        spread.push(c);
        before = Some(c);
    }
    spread
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(qty: u32, unit: Unit) -> Count {
        Count {
            qty,
            unit: Some(unit),
        }
    }

    #[test]
    fn pieces_and_handling_units_are_two_counts() {
        let both = [count(2, Unit::Pallet), count(96, Unit::Carton)];
        for raw in [
            "2 PLT / 96 CTN",
            "2plt/96ctn",
            "Pallets 2 Cartons 96",
            "(2) pallets, 96 cartons",
            "2 Paletten 96 Kartons",
            "2 palettes / 96 cartons",
            "2 palety, 96 kartonów",
            "PLT: 2  CTN: 96",
            "2 x Paletten 96 CTN 12,340 lbs",
        ] {
            assert_eq!(read_counts(raw), both, "{raw}");
        }
    }

    #[test]
    fn counts_without_a_unit_have_none() {
        for (raw, qty) in [
            ("24", 24),
            ("1,234", 1234),
            ("1 234", 1234),
            ("1.234", 1234),
            ("2O", 20),
            ("qty 12.00", 12),
        ] {
            assert_eq!(read_count(raw), Some(Count { qty, unit: None }), "{raw}");
        }
    }

    #[test]
    fn what_is_no_whole_number_is_no_count() {
        for raw in ["", "none", "BOX", "12.5", "450 lbs", "99999999999", "-"] {
            assert_eq!(read_count(raw), None, "{raw}");
        }
    }

    #[test]
    fn weights_are_read_in_both_ways_of_writing_numbers() {
        let (lb, kg) = (Some(WeightUnit::Pound), Some(WeightUnit::Kilogram));
        for (raw, value, unit) in [
            ("12,340 lbs", 12_340.0, lb),
            ("12.340,5 kg", 12_340.5, kg),
            ("12340#", 12_340.0, lb),
            ("1 234", 1234.0, None),
            ("12,340.50 LB", 12_340.5, lb),
            ("12340lbs", 12_340.0, lb),
            ("1 234,5 kg", 1234.5, kg),
            ("0.250 t", 250.0, kg),
            ("Weight: 980", 980.0, None),
            ("KG 1.250", 1250.0, kg),
            ("24 PLT 18,500 LBS", 18_500.0, lb),
            ("1234.500 kg", 1234.5, kg),
            ("12,340Ibs", 12_340.0, lb),
            ("1'250 kg", 1250.0, kg),
        ] {
            assert_eq!(read_weight(raw), Some(Weight { value, unit }), "{raw}");
        }
        assert_eq!(read_weight("lbs"), None);
    }

    #[test]
    fn amounts_are_read_with_their_sign() {
        for (raw, amount) in [
            ("$1,234.50", "1234.50"),
            ("135.00", "135.00"),
            ("1.234,50 €", "1234.50"),
            ("USD 135", "135.00"),
            ("(12.00)", "-12.00"),
            ("-$12.00", "-12.00"),
            ("12.00-", "-12.00"),
            ("12.00 CR", "-12.00"),
            ("Total - 135.00", "135.00"),
            ("2 x 67.50", "67.50"),
            ("$135.0O", "135.00"),
            ("3-263,38 EUR", "3263.38"),
            ("$3-263.38", "3263.38"),
        ] {
            assert_eq!(
                read_money(raw).map(|money| money.to_string()).as_deref(),
                Some(amount),
                "{raw}"
            );
        }
        assert_eq!(read_money("free"), None);
    }

    #[test]
    fn pages_are_read_in_six_languages() {
        for (raw, page, of) in [
            ("Page 1 of 3", 1, 3),
            ("1/3", 1, 3),
            ("Seite 2 von 4", 2, 4),
            ("Blatt 1/2", 1, 2),
            ("strona 1 z 2", 1, 2),
            ("Pg. 2 of 2", 2, 2),
            ("Page: 2 / 3", 2, 3),
            ("page 1 sur 2", 1, 2),
            ("Hoja 1 de 2", 1, 2),
            ("BOL 77 Page1of3", 1, 3),
            ("Page I of 3", 1, 3),
            ("pagina 1 van 2 A", 1, 2),
        ] {
            assert_eq!(read_page_of(raw), Some(PageOf { page, of }), "{raw}");
        }
        for raw in [
            "",
            "Page 1",
            "3 of 2",
            "0/3",
            "1/3/26",
            "2 of 24 ctn",
            "Page of",
            "page 1 of 3000",
        ] {
            assert_eq!(read_page_of(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn a_count_with_its_unit_is_read_back(qty in 0_u32..1_000_000, code in "PLT|SKD|CTN|DRM|ROL|TOT|CS|PCS|BDL|BX|CRT") {
            let read = read_count(&format!("{qty} {code}"));
            prop_assert_eq!(read.map(|count| (count.qty, count.unit.map(Unit::code))), Some((qty, Some(code.as_str()))));
        }

        #[test]
        fn any_text_gives_sensible_values_or_none(raw in "\\PC{0,40}") {
            prop_assert!(read_counts(&raw).len() <= raw.len());
            prop_assert!(read_weight(&raw).is_none_or(|weight| weight.value >= 0.0));
            prop_assert!(read_page_of(&raw).is_none_or(|page| page.page <= page.of));
        }
    }
}
