//! Month names of six languages, and which country writes dates in which order.

use crate::decision::profile::DateOrder;

/// Names of each month, folded: English, German, French, Spanish, Polish (as name and as part of a date), Dutch, and the
/// abbreviations that are not the beginning of a name.
const MONTHS: [&str; 12] = [
    "january januar janner janvier enero styczen stycznia januari jaenner",
    "february februar feber fevrier febrero luty lutego februari",
    "march marz maerz mars marzo marzec marca maart mrz mrt",
    "april avril abril kwiecien kwietnia avr",
    "may mai mayo maj maja mei",
    "june juni juin junio czerwiec czerwca",
    "july juli juillet julio lipiec lipca",
    "august aout agosto sierpien sierpnia augustus",
    "september septembre septiembre setiembre wrzesien wrzesnia",
    "october oktober octobre octubre pazdziernik pazdziernika",
    "november novembre noviembre listopad listopada",
    "december dezember decembre diciembre grudzien grudnia",
];

/// English words that are also the beginning of a foreign month.
const NO_MONTHS: &[&str] = &["list", "lists", "set", "die", "mark", "marks"];

/// The month, 1 to 12, that a folded word names: in full, or by its first letters, three at least, if these name one
/// month only.
pub(super) fn month_named(word: &str) -> Option<i8> {
    if word.chars().count() < 3 || NO_MONTHS.contains(&word) {
        return None;
    }
    let mut months = (1..)
        .zip(MONTHS)
        .filter(|(_, names)| names.split(' ').any(|name| name.starts_with(word)));
    let (month, _) = months.next()?;
    months.next().is_none().then_some(month)
}

/// The order in which a country (ISO 3166 alpha-2) writes the parts of a numeric date. `None` for Canada, which uses all
/// three, and for anything that is no country code.
#[must_use]
pub fn order_in(country: &str) -> Option<DateOrder> {
    let code = country.trim().to_ascii_uppercase();
    let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    match code.as_str() {
        _ if !is_code => None,
        "CA" => None,
        "US" | "PH" | "PR" | "GU" | "VI" | "PW" | "FM" | "MH" => Some(DateOrder::Mdy),
        "HU" | "SE" | "LT" | "CN" | "JP" | "KR" | "TW" | "MN" | "IR" | "ZA" => Some(DateOrder::Ymd),
        _ => Some(DateOrder::Dmy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_in_six_languages() {
        for (word, month) in [
            ("mar", 3),
            ("marz", 3),
            ("mrt", 3),
            ("marca", 3),
            ("jan", 1),
            ("sty", 1),
            ("enero", 1),
            ("jun", 6),
            ("juin", 6),
            ("jul", 7),
            ("juillet", 7),
            ("dez", 12),
            ("dic", 12),
            ("gru", 12),
            ("sept", 9),
            ("okt", 10),
            ("aout", 8),
            ("ago", 8),
            ("mei", 5),
            ("maj", 5),
            ("lis", 11),
        ] {
            assert_eq!(month_named(word), Some(month), "{word}");
        }
    }

    #[test]
    fn words_that_name_no_month_or_two_are_none() {
        for word in ["jui", "ma", "pallet", "list", "marked", "decided", ""] {
            assert_eq!(month_named(word), None, "{word}");
        }
    }

    #[test]
    fn the_country_decides_the_order() {
        for (country, order) in [
            ("US", Some(DateOrder::Mdy)),
            ("pl", Some(DateOrder::Dmy)),
            ("SE", Some(DateOrder::Ymd)),
            ("CA", None),
            ("", None),
            ("Germany", None),
        ] {
            assert_eq!(order_in(country), order, "{country}");
        }
    }
}
