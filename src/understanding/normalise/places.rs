//! Postal lines: town, state, postal code and country as the United States, Canada, the United Kingdom and the continent
//! write them.

use super::tokens::{fold, forced_digits};

/// What a postal line says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// What stands before the town on the same line: street, name.
    pub(super) before: String,
    pub(super) city: Option<String>,
    pub(super) state: Option<String>,
    pub(super) postal: Option<String>,
    pub(super) country: Option<String>,
}

const STATES: &str = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM \
    NY NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY";
const PROVINCES: &str = "AB BC MB NB NL NS NT NU ON PE QC SK YT";

/// Names and codes of countries, folded, by ISO 3166 alpha-2.
const COUNTRIES: &[(&str, &str)] = &[
    ("US", "us|usa|united states|united states of america|u s a"),
    ("CA", "canada|kanada"),
    ("MX", "mexico|mexiko|mexique"),
    (
        "GB",
        "gb|uk|united kingdom|great britain|england|scotland|wales|grossbritannien|royaume uni",
    ),
    (
        "DE",
        "de|germany|deutschland|allemagne|alemania|niemcy|duitsland",
    ),
    ("FR", "fr|france|frankreich|francia|francja|frankrijk"),
    ("ES", "es|spain|spanien|espana|espagne|hiszpania|spanje"),
    ("PL", "pl|poland|polska|polen|pologne|polonia"),
    (
        "NL",
        "nl|netherlands|the netherlands|nederland|niederlande|pays bas|holandia|paises bajos",
    ),
    ("BE", "be|belgium|belgie|belgique|belgien"),
    ("AT", "at|austria|osterreich|autriche"),
    ("CH", "ch|switzerland|schweiz|suisse"),
    ("IT", "it|italy|italia|italien|italie"),
    ("CZ", "cz|czech republic|czechia|cesko|tschechien|czechy"),
];

/// The country that a whole line or segment names.
pub(super) fn country_named(text: &str) -> Option<&'static str> {
    let folded = super::tokens::normalise_words(text).join(" ");
    let named = |names: &str| names.split('|').any(|name| name == folded);
    COUNTRIES
        .iter()
        .find(|(_, names)| named(names))
        .map(|(code, _)| *code)
}

/// The country whose states and postal codes a line ends in: `Dallas, TX 75201`, `Toronto ON M5V 2T6`. Other countries' codes are
/// five digits like any.
#[must_use]
pub fn american_country(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    american(&words)?.country
}

/// Reads a line as a postal line; `None` where it holds no postal code of a known form.
pub(super) fn read_place(line: &str) -> Option<Place> {
    let (line, country) = without_country(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    let place = american(&words)
        .or_else(|| british(&words))
        .or_else(|| continental(&words))?;
    let country = country.map(str::to_owned).or(place.country);
    Some(Place { country, ..place })
}

/// The line without the country at its end: `…, USA`.
fn without_country(line: &str) -> (&str, Option<&'static str>) {
    let line = line.trim_matches([' ', ',', '.', ';']);
    let cut = line
        .rsplit_once([',', ' '])
        .map(|(rest, last)| (rest, country_named(last)));
    match cut {
        // Two letters behind a space are a state: `Dover DE`.
        Some((rest, Some(country))) if rest.chars().any(|c| c.is_ascii_digit()) => {
            (rest.trim_end_matches([' ', ',']), Some(country))
        }
        _ => (line, None),
    }
}

/// `Dallas, TX 75201-1234`, `Toronto ON M5V 2T6`.
fn american(words: &[&str]) -> Option<Place> {
    let zip = |words: &[&str]| Some((zip_code(words.last()?)?, words.len() - 1, STATES, "US"));
    let canadian = |words: &[&str]| {
        let (postal, length) = canadian_code(words)?;
        Some((postal, words.len() - length, PROVINCES, "CA"))
    };
    let (postal, end, states, country) = canadian(words).or_else(|| zip(words))?;
    let state = words
        .get(end.checked_sub(1)?)?
        .trim_matches([',', '.'])
        .to_ascii_uppercase();
    let known = states.split(' ').any(|known| known == state);
    let (before, city) = split_city(words.get(..end - 1)?);
    let place = Place {
        before,
        city,
        state: Some(state),
        postal: Some(postal),
        country: Some(country.to_owned()),
    };
    known.then_some(place)
}

fn zip_code(word: &str) -> Option<String> {
    let word = word.trim_matches([',', '.']);
    let (zip, plus) = word.split_once('-').unwrap_or((word, ""));
    let (zip, plus) = (forced_digits(zip)?, forced_digits(plus)?);
    match (zip.len(), plus.len()) {
        (5, 0) => Some(zip),
        (5, 4) => Some(format!("{zip}-{plus}")),
        _ => None,
    }
}

/// The Canadian postal code at the end, in one word or two, and how many.
fn canadian_code(words: &[&str]) -> Option<(String, usize)> {
    (1..=2).find_map(|length| {
        let code: String = words
            .get(words.len().checked_sub(length)?..)?
            .concat()
            .to_ascii_uppercase();
        let shaped = shape(&code) == "A9A9A9";
        shaped.then(|| Some((format!("{} {}", code.get(..3)?, code.get(3..)?), length)))?
    })
}

/// Letters as `A`, digits as `9`, anything else as it is.
fn shape(text: &str) -> String {
    let sign = |c: char| match c {
        'A'..='Z' => 'A',
        '0'..='9' => '9',
        other => other,
    };
    text.chars().map(sign).collect()
}

/// `London SW1A 1AA`.
fn british(words: &[&str]) -> Option<Place> {
    let [before @ .., outward, inward] = words else {
        return None;
    };
    let [outward, inward] =
        [outward, inward].map(|part| part.trim_matches(',').to_ascii_uppercase());
    let area = ["A9", "A99", "AA9", "AA99", "A9A", "AA9A"].contains(&shape(&outward).as_str());
    let (before, city) = split_city(before);
    let place = Place {
        before,
        city,
        state: None,
        postal: Some(format!("{outward} {inward}")),
        country: Some("GB".to_owned()),
    };
    (area && shape(&inward) == "9AA").then_some(place)
}

/// `D-80331 München`, `75001 Paris`, `00-950 Warszawa`, `1012 AB Amsterdam`: the code stands in front of the town.
fn continental(words: &[&str]) -> Option<Place> {
    (0..words.len()).find_map(|at| {
        let (postal, country, length) = continental_code(words.get(at..)?)?;
        let city = words.get(at + length..)?.join(" ");
        let city = city.split(',').next().unwrap_or_default().trim().to_owned();
        // `10869 S. Airport St` is no code and town, but an American street; `95131 Catania CT` is Italian.
        let province = |word: &str| ["CT", "AV"].contains(&word);
        let is_street = ends_as_street(&city) && !city.rsplit(' ').next().is_some_and(province);
        let is_town = city.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !is_street;
        let before = words
            .get(..at)?
            .join(" ")
            .trim_matches([' ', ','])
            .to_owned();
        is_town.then_some(Place {
            before,
            city: Some(city),
            state: None,
            postal: Some(postal),
            country,
        })
    })
}

/// The code at the beginning of the words, the country that its form tells, and how many words it takes.
fn continental_code(words: &[&str]) -> Option<(String, Option<String>, usize)> {
    let first = words.first()?.trim_matches(',');
    let prefixed = first
        .split_once('-')
        .filter(|(prefix, _)| (1..=2).contains(&prefix.len()));
    let of_prefix = prefixed.and_then(|(prefix, _)| country_of_plate(prefix));
    let code = if of_prefix.is_some() {
        prefixed.map_or(first, |(_, code)| code)
    } else {
        first
    };
    let letters = words
        .get(1)
        .map(|word| word.trim_matches(','))
        .filter(|word| shape(word) == "AA");
    match (shape(code).as_str(), letters, of_prefix) {
        ("99-999", ..) => Some((code.to_owned(), Some("PL".to_owned()), 1)),
        ("9999", Some(letters), _) => Some((format!("{code} {letters}"), Some("NL".to_owned()), 2)),
        ("99999", _, country) => Some((code.to_owned(), country.map(str::to_owned), 1)),
        ("9999", None, Some(country)) => Some((code.to_owned(), Some(country.to_owned()), 1)),
        _ => None,
    }
}

/// The country of the letters before a code, those of number plates or of ISO.
fn country_of_plate(prefix: &str) -> Option<&'static str> {
    match fold(prefix).as_str() {
        "d" | "de" => Some("DE"),
        "f" | "fr" => Some("FR"),
        "e" | "es" => Some("ES"),
        "pl" => Some("PL"),
        "nl" => Some("NL"),
        "b" | "be" => Some("BE"),
        "a" | "at" => Some("AT"),
        "ch" => Some("CH"),
        "i" | "it" => Some("IT"),
        "cz" => Some("CZ"),
        _ => None,
    }
}

/// Endings of streets and what stands behind them: before a town on the same line.
const STREETS: &str = "st street ave avenue av rd road blvd boulevard dr drive ln lane way pkwy parkway hwy highway ct court \
    pl place cir circle ter terrace trl trail loop plaza sq square pike row";

/// Is it a word for a street?
pub(super) fn names_street(word: &str) -> bool {
    let word = fold(word.trim_matches(['.', ',']));
    STREETS.split(' ').any(|street| street == word)
}

/// Does a line end in a word for a street?
pub(super) fn ends_as_street(line: &str) -> bool {
    line.rsplit(' ').next().is_some_and(names_street)
}

/// Cuts a town from what stands before it: at the last comma, else behind the street.
fn split_city(words: &[&str]) -> (String, Option<String>) {
    let line = words.join(" ");
    let line = line.trim_matches([' ', ',']);
    let (before, city) = match line.rsplit_once(',') {
        Some((before, city)) => (before.to_owned(), city.to_owned()),
        None => behind_street(line),
    };
    let city = city.trim().to_owned();
    (
        before.trim_matches([' ', ',']).to_owned(),
        Some(city).filter(|city| !city.is_empty()),
    )
}

fn behind_street(line: &str) -> (String, String) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_street = |word: &&str| names_street(word);
    let has_number = words
        .iter()
        .any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let street = words.iter().rposition(is_street).filter(|_| has_number);
    let Some(mut end) = street.map(|at| at + 1) else {
        return (String::new(), line.to_owned());
    };
    // A suite or dock number belongs to the street.
    let unit = words.get(end).is_some_and(|word| {
        ["ste", "suite", "unit", "dock", "bldg", "#"]
            .contains(&fold(word.trim_matches('.')).as_str())
    });
    end += if unit { 2 } else { 0 };
    let join = |part: Option<&[&str]>| part.unwrap_or_default().join(" ");
    (join(words.get(..end)), join(words.get(end..)))
}
