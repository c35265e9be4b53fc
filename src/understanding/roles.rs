//! Roles: which words on a page label a place to sign, and whose it is.
//!
//! In: the words of a page. Out: [`Label`]s, and for a box the role of the nearest one.

mod columns;
mod words;

pub(super) use self::columns::SignedColumn;
#[cfg(test)]
pub(super) use self::columns::tests::stops;
use self::words::{NAMELESS, NAMELESS_ON_SCREEN, RECEIVED_WORDS, ROLE_WORDS, SIGNING_WORDS};
use super::Role;
use crate::document::BBox;
use crate::reading::Word;

/// Words that label a place to sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Whose place it is.
    pub role: Role,
    /// Where the words stand.
    pub bbox: BBox,
    /// How clearly they ask for a signature, 0..1.
    pub weight: f32,
}

impl Label {
    /// Do the words ask for a signature, or do they only name who it is.
    #[must_use]
    pub fn asks_to_sign(&self) -> bool {
        self.weight >= 1.0
    }
}

/// Lines that label a place to sign. A line of more than nine words is prose, not a label.
#[must_use]
pub fn labels(words: &[Word]) -> Vec<Label> {
    let mut labels = Vec::new();
    for line in words.chunk_by(|a, b| a.line == b.line) {
        let texts: Vec<String> = line
            .iter()
            .map(|word| unglued(fold(&parted(&word.text))))
            .collect();
        let text = texts.join(" ");
        if line.len() > 9 && !text.contains("received in") {
            continue;
        }
        labels.extend(label(&text, &texts, line));
    }
    labels
}

/// Does a label ask the receiver to sign?
#[must_use]
pub fn asks_receiver_to_sign(words: &[Word]) -> bool {
    let mut labels = labels(words).into_iter();
    labels.any(|label| label.role == Role::Consignee && label.asks_to_sign())
}

/// Places to sign whose labels name nobody, as labels of `role`. Of a line that begins with an X, the X counts, and of one with a colon what
/// stands before that: a reader takes the ink behind it for words. A line whose caption below names somebody is his.
#[must_use]
pub fn nameless(words: &[Word], role: Role) -> Vec<Label> {
    asking(words, role, |text| NAMELESS.contains(&text))
}

/// The same on what was signed on a screen, where more words ask for a signature; without those that stand at the label of somebody else.
#[must_use]
pub fn nameless_on_screen(words: &[Word], role: Role) -> Vec<Label> {
    let named = labels(words);
    let asks = |text: &str| NAMELESS.contains(&text) || NAMELESS_ON_SCREEN.contains(&text);
    let mut places = asking(words, role, asks);
    places.retain(|place| {
        nearest(place.bbox, &named)
            .0
            .is_none_or(|named| named == role)
    });
    places
}

fn asking(words: &[Word], role: Role, is_asked: impl Fn(&str) -> bool) -> Vec<Label> {
    let lines = || words.chunk_by(|a, b| a.line == b.line);
    let captions: Vec<BBox> = lines()
        .filter(|line| !labels(line).is_empty())
        .filter_map(around)
        .collect();
    let asks = |line: &[Word]| {
        let colon = line.iter().position(|word| word.text.ends_with(':'));
        let colon = colon.filter(|_| labels(line).is_empty());
        let line = colon.map_or(line, |colon| &line[..=colon]);
        let texts: Vec<String> = line.iter().map(|word| fold(&word.text)).collect();
        let text = texts.join(" ");
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        if is_asked(text) {
            around(line)
        } else if texts.first().is_some_and(|first| first == "x") {
            around(&line[..1])
        } else {
            None
        }
    };
    lines()
        .filter_map(asks)
        .filter(|place| !captions.iter().any(|caption| is_caption(*caption, *place)))
        .map(|bbox| Label {
            role,
            bbox,
            weight: 0.8,
        })
        .collect()
}

fn around(words: &[Word]) -> Option<BBox> {
    words.iter().map(|word| word.bbox).reduce(BBox::union)
}

/// How far a caption may be indented against the line that it stands under, as a share of the page. Assumed.
const INDENT: f32 = 0.08;

/// Does a line with a label stand right under a place to sign? The label of a place of its own leaves more room.
fn is_caption(line: BBox, place: BBox) -> bool {
    let below = line.centre().1 > place.centre().1;
    let close = line.top < place.bottom + 0.5 * line.height();
    below && close && (line.left - place.left).abs() < INDENT
}

/// Where a bill of lading names the places of shipper and carrier and none of the receiver, "Sign here" is the receiver's.
#[must_use]
pub fn only_the_receivers_is_unnamed(labels: &[Label]) -> bool {
    let asked = |role| {
        let mut labels = labels.iter();
        labels.any(|label| label.role == role && label.asks_to_sign())
    };
    asked(Role::Shipper) && asked(Role::Driver) && !asked(Role::Consignee)
}

/// `CarrierAgent` as `Carrier Agent`: readers lose the spaces of small print.
fn parted(text: &str) -> String {
    let mut parted = String::with_capacity(text.len());
    for c in text.chars() {
        let ends_word = parted.chars().next_back().is_some_and(char::is_lowercase);
        if ends_word && c.is_uppercase() {
            parted.push(' ');
        }
        parted.push(c);
    }
    parted
}

/// Beginnings of the words that readers of small capitals run into the one before.
const GLUED: [&str; 5] = ["sign", "cert", "agent", "by", "per"];

/// `shippercertification` as `shipper certification`.
fn unglued(word: String) -> String {
    let terms = ROLE_WORDS.iter().flat_map(|(_, terms)| *terms);
    let rest = |term: &str| {
        let rest = word.strip_prefix(term).filter(|_| term.len() >= LONG - 1)?;
        let glued = GLUED.iter().any(|begin| rest.starts_with(begin));
        glued.then(|| format!("{term} {rest}"))
    };
    let parted = terms.filter_map(|term| rest(term)).next();
    parted.unwrap_or(word)
}

/// The label in a line: the role whose word stands first, and the box from there to the last word.
fn label(text: &str, texts: &[String], line: &[Word]) -> Option<Label> {
    let signing = |find: fn(&str, &str) -> Option<usize>| {
        let mut terms = SIGNING_WORDS.iter();
        terms.any(|term| find(text, term).is_some())
    };
    let asks = signing(position);
    let (at, role) = match first_role(text, position) {
        Some(found) => found,
        None if asks || signing(misread) => first_role(text, misread)?,
        None => return None,
    };
    let mut end = 0;
    let first_word = texts.iter().position(|text| {
        end += text.len() + 1;
        at < end
    })?;
    let words = line.get(first_word..)?;
    let bbox = words
        .iter()
        .skip(1)
        .fold(words.first()?.bbox, |bbox, word| bbox.union(word.bbox));
    Some(Label {
        role,
        bbox,
        weight: if asks { 1.0 } else { 0.9 },
    })
}

/// The role whose word stands first in the text, and where, in bytes.
fn first_role(text: &str, find: fn(&str, &str) -> Option<usize>) -> Option<(usize, Role)> {
    let roles = ROLE_WORDS.iter().filter_map(|(role, terms)| {
        let first = terms.iter().filter_map(|term| find(text, term)).min()?;
        Some((first, *role))
    });
    roles.min_by_key(|(at, _)| *at)
}

/// Shorter terms differ from other words in a letter or two (`driver`, `river`).
const LONG: usize = 7;
/// How like a term words have to be that stand for it: a letter in five may be wrong.
const ALIKE: f64 = 0.8;

/// Where words stand in the text that are a term with letters misread, in bytes.
fn misread(text: &str, term: &str) -> Option<usize> {
    if term.len() < LONG {
        return None;
    }
    let count = term.split(' ').count();
    let begins: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices(' ').map(|(at, _)| at + 1))
        .collect();
    let words = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        let end = rest.match_indices(' ').nth(count - 1).map(|(at, _)| at);
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    };
    let alike = |from: &usize| {
        let said = words(*from).trim_matches(|c: char| !c.is_alphanumeric());
        strsim::normalized_levenshtein(said, term) >= ALIKE
    };
    begins.into_iter().find(alike)
}

/// Where a term stands in the text as whole words, in bytes.
fn position(text: &str, term: &str) -> Option<usize> {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(term).map(|(at, _)| at).find(|&at| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text
            .get(at + term.len()..)
            .and_then(|rest| rest.chars().next());
        edge(before) && edge(after)
    })
}

/// Does the text of a stamp say that freight was taken in?
#[must_use]
pub fn says_received(text: &str) -> bool {
    let text = text
        .split_whitespace()
        .map(fold)
        .collect::<Vec<_>>()
        .join(" ");
    RECEIVED_WORDS.iter().any(|term| text.contains(term)) || text.split(' ').any(is_misread)
}

/// A long word that differs in a letter from one of the list: stamps are pale and smeared.
fn is_misread(word: &str) -> bool {
    let long = RECEIVED_WORDS
        .iter()
        .filter(|term| term.len() >= 8 && **term != "accepted");
    let mut long = long.filter(|_| word.len() >= 7);
    long.any(|term| strsim::normalized_levenshtein(word, term) >= 0.85)
}

/// Lower case without accents.
fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'á' | 'â' | 'ä' | 'ą' => 'a',
        'è' | 'é' | 'ê' | 'ë' | 'ę' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' | 'ć' => 'c',
        'ł' => 'l',
        'ń' | 'ñ' => 'n',
        'ś' => 's',
        'ź' | 'ż' => 'z',
        '’' => '\'',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
}

/// Whose place a box stands in, and how sure that is: near, clear labels count most, and a second role nearly as near takes
/// certainty away.
#[must_use]
pub fn nearest(bbox: BBox, labels: &[Label]) -> (Option<Role>, f32) {
    let mut best = [
        (Role::Consignee, 0.0_f32),
        (Role::Driver, 0.0),
        (Role::Shipper, 0.0),
    ];
    for label in labels {
        let score = label.weight * (1.0 - distance(bbox, label.bbox) / FARTHEST).max(0.0);
        for (role, kept) in &mut best {
            if *role == label.role {
                *kept = kept.max(score);
            }
        }
    }
    best.sort_by(|a, b| b.1.total_cmp(&a.1));
    let [(role, first), (_, second), _] = best;
    if first <= 0.0 {
        return (None, 1.0);
    }
    // Twice as near as any other role is certain; as near as another is a coin's toss.
    let clear = ((first - second) / first * 2.0).clamp(0.0, 1.0);
    (
        Some(role),
        (0.5 + 0.5 * clear) * (0.6 + 0.4 * first).min(1.0),
    )
}

// The figures below, in page heights where nothing else is said, were searched for on 825 signatures and initials of the
// generator's training families (no consignment notes, whose boxes are numbered): 716 get their role, 2 others are taken for
// the consignee's. On 221 of families that the search never saw it is 194 and 3. The rules before gave 612 and 16.

/// A label further away says nothing.
const FARTHEST: f32 = 0.09;
/// How far down its box a mark stands on its line, as a share of its height: ink hangs below the line.
const BASELINE: f32 = 0.7;
/// A label whose middle is no further from that line stands beside the mark.
const BESIDE: f32 = 0.02;
/// What the way along the line counts, to a label on the left and on the right: a line may be long.
const LEFT: f32 = 0.2;
const RIGHT: f32 = 0.5;
/// What a label beside counts for standing off the line.
const OFF_LINE: f32 = 1.5;
/// What the way across counts to a label above or below.
const ACROSS: f32 = 0.75;
/// What a label above counts as further away, and one below: lines to sign on stand so close that the label of the line above is
/// often as near as the mark's own.
const ABOVE: f32 = 0.04;
const BELOW: f32 = 0.02;

/// Distance from a mark to a label: beside the line that the mark stands on, or above it, or as a caption below it.
fn distance(mark: BBox, label: BBox) -> f32 {
    // Widths are shares of the page's width: paper is about 1.3 times as high as wide.
    let gap = (label.left - mark.right).max(mark.left - label.right);
    let across = gap.max(0.0) / 1.3;
    let (line, middle) = (mark.top + BASELINE * mark.height(), label.centre().1);
    let stacked = if middle < line {
        ABOVE + (mark.top - label.bottom).max(0.0)
    } else {
        BELOW + (label.top - mark.bottom).max(0.0)
    };
    let stacked = stacked + ACROSS * across;
    let off = (middle - line).abs();
    if off >= BESIDE {
        return stacked;
    }
    let along = if label.left > mark.right { RIGHT } else { LEFT };
    stacked.min(along * across + OFF_LINE * off)
}

#[cfg(test)]
mod tests;
