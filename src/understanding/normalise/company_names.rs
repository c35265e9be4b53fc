//! Names of companies: the words that tell them apart, and how alike two names are.

use super::tokens::normalise_words;

/// From this likeness on two names are those of one party (domain.md §1.3, V4).
pub const SAME_NAME: f32 = 0.80;

/// Below this two names are different companies: random pairs of consignee names score 0.1 to 0.4.
pub const OTHER_NAME: f32 = 0.50;

/// Legal forms and words that tell no two companies apart.
const FILLERS: [&str; 46] = [
    "inc",
    "llc",
    "llp",
    "lp",
    "corp",
    "corporation",
    "co",
    "company",
    "ltd",
    "limited",
    "plc",
    "gmbh",
    "ag",
    "kg",
    "mbh",
    "se",
    "ohg",
    "sa",
    "sas",
    "sarl",
    "srl",
    "sl",
    "spa",
    "bv",
    "nv",
    "sp",
    "z",
    "o",
    "oo",
    "zoo",
    "spolka",
    "s",
    "a",
    "cv",
    "de",
    "the",
    "and",
    "und",
    "et",
    "y",
    "of",
    "c",
    "receiving",
    "dock",
    "attn",
    "dba",
];

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

/// The name of a company, ready to be compared with many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyName {
    /// The words that tell it apart, in lower case and sorted; none if the name has no letter or digit.
    words: Vec<String>,
    /// All words, run together.
    closed: String,
}

impl CompanyName {
    /// Takes a name apart.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let all = normalise_words(name);
        let closed = all.iter().map(|word| unconfused(word)).collect();
        let mut words: Vec<String> = abbreviated(&all).map(unconfused).collect();
        let telling = |word: &String| !FILLERS.contains(&word.as_str());
        if words.iter().any(telling) {
            words.retain(telling);
        }
        words.sort();
        Self { words, closed }
    }

    /// The words that tell it apart, in lower case and sorted; none if the name has no letter or digit.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// How alike the two are: [`name_similarity`].
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f32 {
        let (a, b) = (&self.words, &other.words);
        if a.is_empty() || b.is_empty() {
            return 0.0;
        }
        let alike = if a == b { 1.0 } else { self.likeness(other) };
        let alike = alike * if other_numbers(a, b) { OTHER_SITE } else { 1.0 };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a likeness needs no more than 24 bits"
        )]
        let alike = alike as f32;
        alike
    }

    fn likeness(&self, other: &Self) -> f64 {
        let (a, b) = (&self.words, &other.words);
        let without_gaps = alike_without_gaps(&self.closed, &other.closed);
        let sorted = strsim::jaro_winkler(&a.join(" "), &b.join(" "));
        // Words count more than letters: one word more shifts all that follow.
        (0.3 * sorted + 0.7 * shared_words(a, b)).max(without_gaps)
    }
}

/// How alike two names of companies are, 0 to 1, whatever the order of their words; legal forms do not count, and
/// `DISTRIBUTION CENTER` is `DC`. Two sites of one company with other numbers are less alike. See [`SAME_NAME`] and
/// [`OTHER_NAME`].
#[must_use]
pub fn name_similarity(a: &str, b: &str) -> f32 {
    CompanyName::new(a).similarity(&CompanyName::new(b))
}

/// Names that differ in less than a letter in ten once their gaps are closed are one: `PANLULIGHTINGLLC`.
const RUN_TOGETHER: f64 = 0.9;

/// How alike two names are letter by letter, 0 below [`RUN_TOGETHER`]: readers lose the narrow gaps of small print.
fn alike_without_gaps(a: &str, b: &str) -> f64 {
    let digits = |name: &str| {
        name.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let alike = strsim::normalized_levenshtein(a, b);
    if alike < RUN_TOGETHER || digits(a) != digits(b) {
        0.0
    } else {
        alike
    }
}

/// What is left of the likeness of two names with different numbers: `DC 6094` and `DC 7036` are two sites.
const OTHER_SITE: f64 = 0.75;

/// Two words are one, misread or shortened, from this Jaro-Winkler similarity on: `ACNE`/`ACME` 0.87, `APEX`/`ACME` 0.70.
const SAME_WORD: f64 = 0.86;

/// Does a text name a company? A legal form alone (`KG`) names none.
#[must_use]
pub fn names_company(text: &str) -> bool {
    let words = CompanyName::new(text).words;
    words.iter().any(|word| !FILLERS.contains(&word.as_str()))
}

/// The words that tell names apart, in lower case and sorted; none if the name has no letter or digit.
#[must_use]
pub fn name_words(name: &str) -> Vec<String> {
    CompanyName::new(name).words
}

/// The words, those that the trade abbreviates in their short form.
fn abbreviated(words: &[String]) -> impl Iterator<Item = &str> {
    let mut rest = words;
    std::iter::from_fn(move || {
        let (first, others) = rest.split_first()?;
        let second = others.first().map(String::as_str);
        let stands_for = |(long, _): &&(&str, &str)| {
            long.strip_prefix(first.as_str()).is_some_and(|more| {
                more.is_empty() || more.strip_prefix(' ') == second && second.is_some()
            })
        };
        let folded = FOLDED.iter().find(stands_for);
        let taken = folded.map_or(1, |(long, _)| 1 + usize::from(long.contains(' ')));
        rest = rest.get(taken..).unwrap_or_default();
        Some(folded.map_or(first.as_str(), |(_, short)| short))
    })
}

/// A word as readers confuse it: `F00DS` is `foods`, `ACRNE` is `acme`. Numbers stay as they are.
fn unconfused(word: &str) -> String {
    if !word.chars().any(char::is_alphabetic) {
        return word.to_owned();
    }
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'l',
        '5' => 's',
        '8' => 'b',
        other => other,
    };
    let letters: String = word.chars().map(letter).collect();
    match letters.contains("rn") {
        true => letters.replace("rn", "m"),
        false => letters,
    }
}

/// A shorter lone word (`FOODS`) occurs in too many names to stand for one.
const TELLING: usize = 6;

/// The share of letters in words that the other name has too, 0 to 1. The name that is found more wholly in the other
/// counts three times, `ACME FOODS` and `ACME FOODS DALLAS WAREHOUSE` are nearly one; unless it is a lone short word.
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
    let is_lone = |words: &[String]| matches!(words, [word] if word.chars().count() < TELLING);
    if is_lone(a) || is_lone(b) {
        return f64::midpoint(one, other);
    }
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
            ("ACME F00DS", "Acme Foods"),
            ("Acrne Foods", "Acme Foods"),
            ("Acme Foods DC 12 Receiving", "Acme Foods"),
            ("O'Neill Brothers", "ONEILL BROTHERS"),
            ("PANLULIGHTINGLLC", "Panlu Lighting LLC"),
            ("TERCASSAFURNITURE", "TERCASSA FURNITURE"),
        ] {
            assert!(
                name_similarity(a, b) >= 0.8,
                "{a} | {b}: {}",
                name_similarity(a, b)
            );
        }
    }

    #[test]
    fn a_legal_form_alone_names_no_company() {
        assert!(names_company("Logistik Marolris AG") && names_company("A. Co Trucking"));
        assert!(!names_company("KG") && !names_company("Co. Ltd.") && !names_company(""));
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
            ("Harbor Supply", "Lakeside Tools Ltd"),
            ("Foods", "Acme Foods"),
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
    }
}
