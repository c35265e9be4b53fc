//! Parties: from the lines of an address block to a name and address.
//!
//! In: the lines of a block, without its label. Out: a [`Party`]. A block without a readable postal line keeps name and
//! street; an empty block is `None`.

use super::places::{Place, country_named, ends_as_street, names_street, read_place};
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
    if let [whole] = above.as_slice()
        && let Some((name, street)) = part(whole)
    {
        above = vec![name, street];
    }
    let (name, street) = match above.first()? {
        // The name was lost: a street names nobody.
        first if is_street(first) || is_short_street(first) => (String::new(), above.as_slice()),
        first => {
            let name = first.trim_end_matches([' ', ',']).to_owned();
            (name, above.get(1..).unwrap_or_default())
        }
    };
    Some(Party {
        name,
        address: (!street.is_empty()).then(|| street.join(", ")),
        city: place.city,
        state: place.state,
        postal: place.postal,
        country: last_country.map(str::to_owned).or(place.country),
    })
}

/// Name and street that stand on one line, where a legal form ends the name or an American street begins.
fn part(line: &str) -> Option<(&str, &str)> {
    let starts = line.match_indices(' ').map(|(at, _)| at);
    let mut parts = starts.map(|at| (line.get(..at), line.get(at + 1..)));
    parts.find_map(|(name, rest)| {
        let (name, rest) = (name?.trim(), rest?.trim());
        let last = name.rsplit(' ').next()?;
        let is_named = name.chars().filter(|c| c.is_alphabetic()).count() >= 3;
        let american = is_street(rest) && rest.split(' ').any(names_street);
        let street = american || (is_legal_form(last) && has_house_number(rest));
        (is_named && street).then_some((name, rest))
    })
}

/// Ends of companies' names. Those of two letters are words, too, unless they are written as `KG` or `B.V.`.
const LEGAL_FORMS: [&str; 23] = [
    "inc", "llc", "llp", "corp", "co", "ltd", "limited", "ltee", "plc", "gmbh", "ag", "kg", "ohg",
    "sa", "sas", "sarl", "srl", "sl", "slu", "bv", "nv", "vof", "oo",
];

fn is_legal_form(word: &str) -> bool {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
    let as_form = letters.len() > 2 || word.contains('.') || !letters.contains(char::is_lowercase);
    let known = LEGAL_FORMS.contains(&letters.to_lowercase().as_str());
    known && as_form && !word.contains('/')
}

/// What a customer's sites are called behind its name, before a number that is no house's.
const SITES: [&str; 12] = [
    "dist",
    "distribution",
    "dc",
    "ctr",
    "center",
    "centre",
    "whse",
    "warehouse",
    "store",
    "plant",
    "dock",
    "unit",
];

/// A word with a digit, and one of letters beside it: `Industrieweg 89`, `93 Mill Lane`; not the number of a site.
fn has_house_number(line: &str) -> bool {
    let number = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    let site = |word: &str| SITES.contains(&word.trim_end_matches('.').to_lowercase().as_str());
    let words = || line.split_whitespace();
    words().any(number) && words().any(letters) && !line.contains('#') && !words().any(site)
}

/// A house number of any length and the name of a street: `86 Dock Road`, but not `84 Lumber`.
fn is_short_street(line: &str) -> bool {
    let (number, rest) = line.split_once(' ').unwrap_or((line, ""));
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && ends_as_street(rest)
}

/// A number of three digits or more and words after it, as streets are written in America and no company calls itself.
fn is_street(line: &str) -> bool {
    let (number, rest) = line.split_once(' ').unwrap_or((line, ""));
    let is_number = number.len() >= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && rest.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_block_that_lost_its_name_has_none() {
        let lost = party("12010 West Jefferson Ave\nChicago, IL 60610");
        assert_eq!(
            (lost.name.as_str(), lost.address.as_deref()),
            ("", Some("12010 West Jefferson Ave"))
        );
        assert_eq!(
            party("84 Lumber\n12 Main St\nDallas, TX 75201").name,
            "84 Lumber"
        );
    }

    #[test]
    fn a_name_and_a_street_on_one_line_are_parted() {
        for (line, name, street) in [
            (
                "Belnor Machines N.V. Nijverheidsstraat 183",
                "Belnor Machines N.V.",
                Some("Nijverheidsstraat 183"),
            ),
            (
                "Silver Tire PLC N3 Trading Estate Way",
                "Silver Tire PLC",
                Some("N3 Trading Estate Way"),
            ),
            (
                "ZENTRA SYSTEMS 10869 S. Airport St",
                "ZENTRA SYSTEMS",
                Some("10869 S. Airport St"),
            ),
            (
                "United Lighting LLC Dist Ctr #2633",
                "United Lighting LLC Dist Ctr #2633",
                None,
            ),
            ("84 Lumber", "84 Lumber", None),
            ("Studio 54 Inc", "Studio 54 Inc", None),
            ("Area 419 LLC", "Area 419 LLC", None),
            ("Route 128 Logistics LLC", "Route 128 Logistics LLC", None),
            (
                "Acme Foods c/o XPO Dock 12",
                "Acme Foods c/o XPO Dock 12",
                None,
            ),
            (
                "Pioneer Ag Supply 4 Corners",
                "Pioneer Ag Supply 4 Corners",
                None,
            ),
            (
                "United Lighting LLC Dist Ctr 2633",
                "United Lighting LLC Dist Ctr 2633",
                None,
            ),
        ] {
            let found = party(&format!("{line}\n3542 DW Utrecht"));
            assert_eq!(
                (found.name.as_str(), found.address.as_deref()),
                (name, street),
                "{line}"
            );
        }
        let street = party("ZENTRA SYSTEMS\n10869 S. Airport St");
        assert_eq!(
            (street.address.as_deref(), street.postal),
            (Some("10869 S. Airport St"), None)
        );
        let sicily = party("Agrumi Srl\nVia Etnea 5\n95131 Catania CT");
        assert_eq!(sicily.postal.as_deref(), Some("95131"));
        let lost = party("86 Dock Road\nDaventry NN11 8RA");
        assert_eq!(
            (lost.name.as_str(), lost.address.as_deref()),
            ("", Some("86 Dock Road"))
        );
    }

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

    proptest! {
        #[test]
        fn any_lines_give_a_party_with_a_name_or_none(lines in prop::collection::vec("\\PC{0,30}", 0..5)) {
            prop_assert!(read_party(&lines).is_none_or(|party| !party.name.is_empty() || party.address.is_some()));
        }
    }
}
