//! Parties: from the lines of an address block to a name and address, and how alike two names are.
//!
//! In: the lines of a block, without its label. Out: a [`Party`]. A block without a readable postal line keeps name and
//! street; an empty block is `None`.

use super::places::{Place, country_named, read_place};
use super::tokens::normalise_words;
use crate::understanding::Party;

/// The party in the lines of an address block: the first line is the name, the postal line gives town, state, postal code and
/// country, what stands between is the street.
#[must_use]
pub fn read_party(lines: &[String]) -> Option<Party> {
    let mut lines: Vec<&str> = lines
        .iter()
        .map(|line| line.trim_matches([' ', ',', ';', ':']))
        .filter(|line| !line.is_empty())
        .collect();
    let last_country = lines
        .last()
        .and_then(|line| country_named(line))
        .filter(|_| lines.len() > 1);
    if last_country.is_some() {
        lines.pop();
    }
    let postal_at = (0..lines.len())
        .rev()
        .find_map(|at| Some((at, read_place(lines.get(at)?)?)));
    let (end, place) = match postal_at {
        Some((at, place)) => (at, place),
        None => (lines.len(), Place::default()),
    };
    let mut above: Vec<&str> = lines.get(..end)?.to_vec();
    // One line for all: `ACME, 12 MAIN ST, DALLAS TX 75201`.
    above.extend(
        place
            .before
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty()),
    );
    let name = above.first()?.trim_end_matches([' ', ',']).to_owned();
    let street = above.get(1..).unwrap_or_default();
    Some(Party {
        name,
        address: (!street.is_empty()).then(|| street.join(", ")),
        city: place.city,
        state: place.state,
        postal: place.postal,
        country: last_country.map(str::to_owned).or(place.country),
    })
}

/// Legal forms and words that tell no two companies apart.
const FILLERS: &str = "inc llc llp lp corp corporation co company ltd limited plc gmbh ag kg mbh se ohg sa sas sarl srl sl spa bv nv \
    sp z o oo zoo spolka s a cv de the and und et y of c";

/// Abbreviations of the trade and what they stand for; longer ones first.
const FOLDED: &[(&str, &str)] = &[
    ("distribution center", "dc"),
    ("distribution centre", "dc"),
    ("distribution ctr", "dc"),
    ("dist center", "dc"),
    ("dist ctr", "dc"),
    ("distr ctr", "dc"),
    ("distr center", "dc"),
    ("fulfillment center", "fc"),
    ("fulfilment centre", "fc"),
    ("fulfillment ctr", "fc"),
    ("warehouse", "whse"),
    ("whs", "whse"),
    ("wh", "whse"),
    ("whouse", "whse"),
    ("lager", "whse"),
    ("entrepot", "whse"),
    ("magazyn", "whse"),
    ("almacen", "whse"),
    ("magazijn", "whse"),
    ("international", "intl"),
    ("manufacturing", "mfg"),
    ("distributors", "dist"),
    ("distribution", "dist"),
    ("distributing", "dist"),
    ("logistics", "log"),
    ("logistik", "log"),
    ("transportation", "transport"),
    ("trucking", "transport"),
    ("brothers", "bros"),
    ("supply", "sup"),
    ("wholesale", "whsl"),
    ("store", "str"),
    ("saint", "st"),
];

/// How alike two names of companies are, 0 to 1, whatever the order of their words; legal forms do not count, and
/// `DISTRIBUTION CENTER` is `DC`. Two sites of one company with other numbers are less alike. Above 0.8 the names are
/// those of one party (domain.md §1.3, V4).
#[must_use]
pub fn name_similarity(a: &str, b: &str) -> f32 {
    let (a, b) = (telling_words(a), telling_words(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let sorted = strsim::jaro_winkler(&a.join(" "), &b.join(" "));
    // Words count more than letters: one word more shifts all that follow.
    let mean = 0.3 * sorted + 0.7 * shared_words(&a, &b);
    let alike = if a == b { 1.0 } else { mean }
        * if other_numbers(&a, &b) {
            OTHER_SITE
        } else {
            1.0
        };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a likeness needs no more than 24 bits"
    )]
    let alike = alike as f32;
    alike
}

/// What is left of the likeness of two names with different numbers: `DC 6094` and `DC 7036` are two sites.
const OTHER_SITE: f64 = 0.75;

/// Two words are one, misread or shortened, from this Jaro-Winkler similarity on: `ACNE`/`ACME` 0.87, `APEX`/`ACME` 0.70.
const SAME_WORD: f64 = 0.86;

/// The words that tell names apart, sorted.
fn telling_words(name: &str) -> Vec<String> {
    let mut folded = format!(" {} ", normalise_words(name).join(" "));
    for (long, short) in FOLDED {
        folded = folded.replace(&format!(" {long} "), &format!(" {short} "));
    }
    let mut words: Vec<String> = folded.split_whitespace().map(str::to_owned).collect();
    let telling = |word: &String| !FILLERS.split(' ').any(|filler| filler == word);
    if words.iter().any(telling) {
        words.retain(telling);
    }
    words.sort();
    words
}

/// The share of letters in words that the other name has too, 0 to 1. The name that is found more wholly in the other
/// counts three times: `ACME FOODS` and `ACME FOODS DALLAS WAREHOUSE` are nearly one.
fn shared_words(a: &[String], b: &[String]) -> f64 {
    let share = |words: &[String], others: &[String]| {
        let best = |word: &String| {
            others
                .iter()
                .map(|other| strsim::jaro_winkler(word, other))
                .fold(0.0, f64::max)
        };
        let weighed = words.iter().map(|word| (best(word), length(word)));
        let shared: f64 = weighed
            .filter(|(best, _)| *best >= SAME_WORD)
            .map(|(best, length)| best * length)
            .sum();
        shared / letters(words)
    };
    let (one, other) = (share(a, b), share(b, a));
    (3.0 * one.max(other) + one.min(other)) / 4.0
}

fn letters(words: &[String]) -> f64 {
    words.iter().map(|word| length(word)).sum()
}

fn length(word: &str) -> f64 {
    f64::from(u16::try_from(word.chars().count()).unwrap_or(u16::MAX))
}

/// Both have numbers, and no number in common.
fn other_numbers(a: &[String], b: &[String]) -> bool {
    let is_number = |word: &&String| word.bytes().all(|b| b.is_ascii_digit());
    let numbers = |words: &[String]| {
        words
            .iter()
            .filter(is_number)
            .map(|word| word.trim_start_matches('0').to_owned())
            .collect::<Vec<_>>()
    };
    let (a, b) = (numbers(a), numbers(b));
    !a.is_empty() && !b.is_empty() && !a.iter().any(|number| b.contains(number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn party(block: &str) -> Party {
        let lines: Vec<String> = block.lines().map(str::to_owned).collect();
        read_party(&lines).unwrap_or_default()
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn postal_lines_are_read_in_the_forms_of_eight_countries() {
        for (block, city, state, postal, country) in [
            (
                "ACME\n12 MAIN ST\nDALLAS, TX 75201-1234",
                "DALLAS",
                Some("TX"),
                "75201-1234",
                Some("US"),
            ),
            (
                "ACME\n12 MAIN ST\nDALLAS TX 7520l",
                "DALLAS",
                Some("TX"),
                "75201",
                Some("US"),
            ),
            (
                "ACME\n1 King St W\nToronto ON M5V 2T6",
                "Toronto",
                Some("ON"),
                "M5V 2T6",
                Some("CA"),
            ),
            (
                "ACME\n1 King St W\nToronto, ON m5v2t6\nCanada",
                "Toronto",
                Some("ON"),
                "M5V 2T6",
                Some("CA"),
            ),
            (
                "ACME Ltd\n10 High Road\nLondon SW1A 1AA\nUnited Kingdom",
                "London",
                None,
                "SW1A 1AA",
                Some("GB"),
            ),
            (
                "ACME GmbH\nHauptstr. 5\nD-80331 München",
                "München",
                None,
                "80331",
                Some("DE"),
            ),
            (
                "ACME GmbH\nHauptstr. 5\n80331 München\nGermany",
                "München",
                None,
                "80331",
                Some("DE"),
            ),
            (
                "ACME SARL\n5 rue du Port\n75001 Paris, France",
                "Paris",
                None,
                "75001",
                Some("FR"),
            ),
            (
                "ACME SL\nCalle Mayor 1\n28001 Madrid",
                "Madrid",
                None,
                "28001",
                None,
            ),
            (
                "ACME Sp. z o.o.\nul. Prosta 1\n00-950 Warszawa",
                "Warszawa",
                None,
                "00-950",
                Some("PL"),
            ),
            (
                "ACME BV\nDamrak 1\n1012 AB Amsterdam",
                "Amsterdam",
                None,
                "1012 AB",
                Some("NL"),
            ),
        ] {
            let found = party(block);
            let read = (
                found.city.as_deref(),
                found.state.as_deref(),
                found.postal.as_deref(),
                found.country.as_deref(),
            );
            assert_eq!(read, (Some(city), state, Some(postal), country), "{block}");
            assert!(found.name.starts_with("ACME"));
            assert_eq!(found.address.as_deref(), block.lines().nth(1), "{block}");
        }
    }

    #[test]
    fn one_line_holds_a_whole_address() {
        let expected = Party {
            name: "ACME FOODS".to_owned(),
            address: Some("12 MAIN ST".to_owned()),
            city: Some("DALLAS".to_owned()),
            state: Some("TX".to_owned()),
            postal: Some("75201".to_owned()),
            country: Some("US".to_owned()),
        };
        assert_eq!(party("ACME FOODS, 12 MAIN ST, DALLAS, TX 75201"), expected);
        assert_eq!(
            party("ACME FOODS\n12 MAIN ST DALLAS TX 75201 USA"),
            expected
        );
    }

    #[test]
    fn a_block_without_a_postal_line_keeps_what_it_has() {
        let found = party("ACME FOODS\nDock 4");
        assert_eq!(
            (found.name.as_str(), found.address.as_deref(), found.postal),
            ("ACME FOODS", Some("Dock 4"), None)
        );
        assert_eq!(read_party(&[String::new(), " , ".to_owned()]), None);
    }

    #[test]
    fn one_company_under_two_spellings_is_one() {
        for (a, b) in [
            ("ACME Foods, Inc.", "ACME FOODS"),
            ("Foods Acme", "ACME FOODS"),
            ("Acme Distribution Center", "ACME DC"),
            ("ACME WHSE 12", "Acme Warehouse #12"),
            ("ACNE FOODS", "ACME FOODS"),
            ("ACME FOODS DALLAS DC", "ACME FOODS"),
            ("Müller Logistik GmbH & Co. KG", "MUELLER LOGISTICS"),
            ("Spedycja Polska Sp. z o.o.", "SPEDYCJA POLSKA"),
        ] {
            assert!(
                name_similarity(a, b) >= 0.8,
                "{a} | {b}: {}",
                name_similarity(a, b)
            );
        }
    }

    #[test]
    fn two_companies_are_two() {
        for (a, b) in [
            ("ACME FOODS", "APEX FOODS"),
            ("ACME DC 6094", "ACME DC 7036"),
            ("GREENFIELD GROCERS", "GREENVILLE HARDWARE"),
            ("NORTH STAR LLC", "SOUTH BAY LLC"),
            ("", "ACME"),
            ("Lakeside Hardware", "Riverside Hardware"),
        ] {
            assert!(
                name_similarity(a, b) < 0.8,
                "{a} | {b}: {}",
                name_similarity(a, b)
            );
        }
    }

    proptest! {
        #[test]
        fn likeness_is_symmetrical_and_whole_with_itself(a in "[A-Z]{2,8}( [A-Z0-9]{1,8}){0,3}", b in "[A-Z]{2,8}( [A-Z0-9]{1,8}){0,3}") {
            let (one, other) = (name_similarity(&a, &b), name_similarity(&b, &a));
            prop_assert!((one - other).abs() < 1e-4);
            prop_assert!((0.0..=1.0).contains(&one));
            prop_assert!(name_similarity(&a, &a) > 0.999);
        }

        #[test]
        fn any_lines_give_a_party_with_a_name_or_none(lines in prop::collection::vec("\\PC{0,30}", 0..5)) {
            prop_assert!(read_party(&lines).is_none_or(|party| !party.name.is_empty()));
        }
    }
}
