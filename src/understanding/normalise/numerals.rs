//! Numbers inside a line: grouped or not, with decimals or not, with a unit glued to them or not.

use rust_decimal::Decimal;

use super::quantities::{Count, WeightUnit};
use super::tokens::{Token, digits, fold, tokens};
use super::units::Unit;

/// A number and how many tokens it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numeral {
    pub(super) value: Decimal,
    pub(super) length: usize,
}

/// The tokens of a line, with a unit cut from the number it is glued to: `24plt`, `12,340lbs`.
pub(super) fn quantity_tokens(line: &str) -> Vec<Token<'_>> {
    tokens(line)
        .into_iter()
        .flat_map(cut_unit)
        .flatten()
        .collect()
}

fn cut_unit(token: Token<'_>) -> [Option<Token<'_>>; 2] {
    let end = token.text.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    match token.text.split_at_checked(end) {
        Some((number, unit)) if end > 0 && is_unit(unit) => {
            let unit = Token {
                text: unit,
                start: token.start + end,
                spaced: false,
            };
            [
                Some(Token {
                    text: number,
                    ..token
                }),
                Some(unit),
            ]
        }
        _ => [Some(token), None],
    }
}

fn is_unit(word: &str) -> bool {
    let folded = fold(word);
    Unit::named(&folded).is_some() || weight_named(&folded).is_some()
}

/// The number that the tokens begin with.
pub(super) fn numeral(tokens: &[Token<'_>]) -> Option<Numeral> {
    let first = digits(tokens.first()?.text)?;
    let mut by_space = first.len() <= 3 && !first.starts_with('0');
    let mut groups = vec![(' ', first)];
    let mut length = 1;
    while let Some((mark, group, taken)) = next_group(tokens.get(length..)?, by_space) {
        by_space &= mark == ' ';
        groups.push((mark, group));
        length += taken;
    }
    let value = joined(&groups)?.parse().ok()?;
    Some(Numeral { value, length })
}

/// The next group of digits of a number: behind a mark, or, three digits long, behind a space.
fn next_group(tokens: &[Token<'_>], by_space: bool) -> Option<(char, String, usize)> {
    match tokens {
        [group, ..] if by_space && group.spaced && group.text.len() == 3 => {
            let plain = group.text.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| (' ', group.text.to_owned(), 1))
        }
        [mark, group, ..] if !mark.spaced && !group.spaced => {
            let mark = mark
                .mark()
                .filter(|c| matches!(c, ',' | '.' | '\'' | '’'))?;
            Some((mark, digits(group.text)?, 2))
        }
        _ => None,
    }
}

/// The groups as a plain decimal number. Groups of three are thousands, unless the mark before the last is another than
/// those before it (`12.340,500`), or the first group cannot be one of thousands (`0.250`, `1234.500`).
fn joined(groups: &[(char, String)]) -> Option<String> {
    let ((_, first), rest) = groups.split_first()?;
    let Some(((last_mark, last), inner)) = rest.split_last() else {
        return Some(first.clone());
    };
    let other_mark = inner.iter().any(|(mark, _)| mark != last_mark);
    let no_thousands = first == "0" || first.len() > 3;
    let is_decimal = last.len() != 3 || no_thousands || other_mark;
    let may_end_whole = matches!(last_mark, '.' | ',');
    let inner_fits =
        inner.is_empty() || (!no_thousands && inner.iter().all(|(_, group)| group.len() == 3));
    if !inner_fits || (is_decimal && !may_end_whole) {
        return None;
    }
    let whole: String = groups
        .iter()
        .take(groups.len() - 1)
        .map(|(_, group)| group.as_str())
        .collect();
    Some(if is_decimal {
        format!("{whole}.{last}")
    } else {
        format!("{whole}{last}")
    })
}

/// A count in a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountAt {
    /// `None` where the number is a weight or no whole number.
    pub(super) count: Option<Count>,
    /// Tokens of the number.
    pub(super) number_length: usize,
    /// Tokens of the number and the unit behind it.
    pub(super) length: usize,
}

/// The number at the beginning of the tokens, with the unit behind it.
pub(super) fn count_at(tokens: &[Token<'_>]) -> Option<CountAt> {
    let Numeral {
        value,
        length: number_length,
    } = numeral(tokens)?;
    let behind = tokens.get(number_length..).unwrap_or_default();
    if weight_unit(behind).is_some() {
        return Some(CountAt {
            count: None,
            number_length,
            length: number_length + 1,
        });
    }
    let gap = behind
        .iter()
        .take_while(|token| matches!(token.text, ")" | "x" | "*"))
        .count();
    let unit = behind
        .get(gap)
        .and_then(|token| Unit::named(&fold(token.text)));
    let whole = Some(value).filter(|value| value.fract().is_zero());
    let qty = whole.and_then(|value| u32::try_from(value).ok());
    let length = if unit.is_some() {
        number_length + gap + 1
    } else {
        number_length
    };
    Some(CountAt {
        count: qty.map(|qty| Count { qty, unit }),
        number_length,
        length,
    })
}

/// The unit of weight that the tokens begin with, and how many of it a written one is.
pub(super) fn weight_unit(tokens: &[Token<'_>]) -> Option<(WeightUnit, Decimal)> {
    weight_named(&fold(tokens.first()?.text))
}

/// A tonne is 1000 kg. `ib` is how readers see `lb`.
fn weight_named(word: &str) -> Option<(WeightUnit, Decimal)> {
    match word {
        "lb" | "lbs" | "ib" | "ibs" | "1bs" | "pound" | "pounds" | "#" => {
            Some((WeightUnit::Pound, Decimal::ONE))
        }
        "kg" | "kgs" | "kgm" | "kilo" | "kilos" | "kilogram" | "kilogramm" => {
            Some((WeightUnit::Kilogram, Decimal::ONE))
        }
        "t" | "to" | "mt" | "tonne" | "tonnes" | "tonnen" => {
            Some((WeightUnit::Kilogram, Decimal::ONE_THOUSAND))
        }
        _ => None,
    }
}
