//! Remarks on the state of the freight: `2 ctn short`, `SLC`, `subject to count`.
//!
//! In: a line of text from the margin, a stamp or a remarks box, with the errors of a reader in handwriting. Out: what it
//! says in the vocabulary of domain.md §3.3, with numbers and units. Refuses printed boilerplate and the headers of forms.

use super::boilerplate::{is_boilerplate, ticked};
pub use super::notation_counts::Received;
use super::notation_counts::{Quantity, has_colon, quantities, received};
use super::notation_table::{Mention, Strength, mentions};
use super::phrases::{Piece, is_one_of, pieces};
use super::tokens::fold;
use super::units::Unit;
use crate::understanding::NotationKind;

/// A remark in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedNotation {
    /// What it says.
    pub kind: NotationKind,
    /// How many; of a temperature, the degrees. `None` where it does not say.
    pub qty: Option<u32>,
    /// Of what, as `ctn`, `plt`, `pcs`; `None` where it does not say: then pieces and handling units may both be meant.
    pub unit: Option<&'static str>,
    /// As written.
    pub text: String,
}

/// The remarks in a line, from left to right. `STC` alone gives both of its senses, `22 of 24 received` a shortage of 2.
#[must_use]
pub fn read_notations(text: &str) -> Vec<ParsedNotation> {
    let written = |part: &str| {
        let found = read_part(part);
        // Asked last: few lines of a form hold anything that reads like a remark.
        let printed = !found.is_empty() && is_boilerplate(part);
        if printed { Vec::new() } else { found }
    };
    text.lines().flat_map(ticked).flat_map(written).collect()
}

/// The same of a line that was surely written by hand: nobody writes the small print or the headers of a form. Readers lose the gaps
/// between written words (`5 PLTSHORT`): a word that may be two is two where the line says more then.
#[must_use]
pub fn read_handwritten_notations(text: &str) -> Vec<ParsedNotation> {
    let read = |text: &str| text.lines().flat_map(ticked).flat_map(read_part).collect();
    let mut line = text.to_owned();
    let mut found: Vec<ParsedNotation> = read(text);
    // From the end on, so that the places before stay where they are.
    for at in joints(text).into_iter().rev() {
        let mut parted = line.clone();
        parted.insert(at, ' ');
        let more: Vec<ParsedNotation> = read(&parted);
        if more.len() > found.len() {
            (line, found) = (parted, more);
        }
    }
    if found.is_empty() {
        found = text.lines().flat_map(ticked).flat_map(said_alone).collect();
    }
    found
}

/// A unit that was run into the next word has so many letters.
const JOINED_UNIT: usize = 3;

/// Where a word may be two: behind a unit, and before a capital that a small letter follows. Byte offsets.
fn joints(text: &str) -> Vec<usize> {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let joint = |near: &[(usize, char)]| match near {
        [(_, before), (at, here), (_, behind)] if before.is_alphabetic() => {
            let head = text.get(..*at)?.split_whitespace().next_back()?;
            let capital = here.is_uppercase() && behind.is_lowercase();
            let unit = here.is_alphabetic() && head.len() >= JOINED_UNIT && names_unit(head);
            (capital || unit).then_some(*at)
        }
        _ => None,
    };
    letters.windows(3).filter_map(joint).collect()
}

fn names_unit(word: &str) -> bool {
    Unit::named(&fold(word)).is_some()
}

/// A word that in print is the label of a box says by hand what it says.
fn said_alone(line: &str) -> Vec<ParsedNotation> {
    let pieces = pieces(line);
    let words = pieces.iter().filter(|piece| piece.is_word()).count();
    let is_alone = |mention: &Mention| {
        mention.strength == Strength::NotAlone
            && mention.end - mention.start == words
            && !has_colon(&pieces, mention.end)
    };
    let alone = mentions(&pieces).into_iter().filter(is_alone);
    alone
        .flat_map(|mention| notations_of(line, &pieces, mention, None))
        .collect()
}

/// How many were received, where a line of remarks says so.
#[must_use]
pub fn read_received(text: &str) -> Option<Received> {
    text.lines()
        .find_map(|line| received(&pieces(line)))
        .map(|(received, _)| received)
}

fn read_part(line: &str) -> Vec<ParsedNotation> {
    let pieces = pieces(line);
    let counted = counted_mentions(&pieces);
    let mut found: Vec<ParsedNotation> = Vec::new();
    for (mention, quantity) in &counted {
        for notation in notations_of(line, &pieces, *mention, *quantity) {
            merge(&mut found, notation);
        }
    }
    let explicit = found
        .iter()
        .any(|notation| matches!(notation.kind, NotationKind::Short | NotationKind::Over));
    if !explicit {
        found.extend(difference(line, &pieces));
    }
    found
}

/// The mentions of a line that are remarks, each with its number.
pub(super) fn counted_mentions(pieces: &[Piece]) -> Vec<(Mention, Option<Quantity>)> {
    let mentions = mentions(pieces);
    let taken = received(pieces).map(|(_, place)| place);
    let quantities = quantities(pieces, &mentions, taken);
    let counted = mentions.into_iter().zip(quantities);
    counted
        .filter(|(mention, quantity)| is_remark(pieces, *mention, *quantity))
        .collect()
}

/// Most words in a line that holds nothing but a remark, as the hand of a receiver writes it.
const TERSE_WORDS: usize = 5;

fn is_remark(pieces: &[Piece], mention: Mention, quantity: Option<Quantity>) -> bool {
    let words = pieces
        .iter()
        .filter(|piece| piece.is_word() && piece.unit.is_none())
        .count();
    match mention.strength {
        _ if quantity.is_some() => true,
        // `Shortage:` with nothing behind it is a label.
        Strength::NotAlone | Strength::Counted | Strength::Terse
            if has_colon(pieces, mention.end) =>
        {
            false
        }
        Strength::Always => true,
        Strength::Terse => words <= TERSE_WORDS,
        Strength::NotAlone => {
            pieces.iter().filter(|piece| piece.is_word()).count() > mention.end - mention.start
        }
        Strength::Counted | Strength::Never => false,
    }
}

fn notations_of(
    line: &str,
    pieces: &[Piece],
    mention: Mention,
    quantity: Option<Quantity>,
) -> Vec<ParsedNotation> {
    let start = quantity.map_or(mention.start, |quantity| quantity.start.min(mention.start));
    let end = quantity.map_or(mention.end, |quantity| quantity.end.max(mention.end));
    let text = excerpt(line, pieces, start, end);
    let told = |kind| ParsedNotation {
        kind,
        qty: quantity.map(|q| q.qty),
        unit: quantity.and_then(|q| q.unit).map(Unit::lower_code),
        text: text.clone(),
    };
    let behind = pieces.get(mention.end..).unwrap_or_default();
    match mention.kind {
        // `Shortage: 0`, `damage: none` say that there is none.
        NotationKind::Short | NotationKind::Over | NotationKind::Damage
            if is_none(quantity, behind) =>
        {
            vec![ParsedNotation {
                qty: None,
                unit: None,
                ..told(NotationKind::Clean)
            }]
        }
        NotationKind::SealOk => seal_answer(behind).map(told).into_iter().collect(),
        NotationKind::SaidToContain if is_bare_stc(pieces, mention) => {
            vec![
                told(NotationKind::SaidToContain),
                told(NotationKind::SubjectToCount),
            ]
        }
        NotationKind::Temp if is_below_zero(line, pieces, quantity) => {
            vec![ParsedNotation {
                qty: None,
                ..told(NotationKind::Temp)
            }]
        }
        kind => vec![told(kind)],
    }
}

fn is_none(quantity: Option<Quantity>, behind: &[Piece]) -> bool {
    let answered = || match behind {
        [colon, answer, ..] => {
            colon.word == ":" && is_one_of("none no nil na keine aucun ninguno brak geen", answer)
        }
        _ => false,
    };
    quantity.map_or_else(answered, |quantity| quantity.qty == 0)
}

/// `STC` in front of a number is said to contain; alone it is as often subject to count.
fn is_bare_stc(pieces: &[Piece], mention: Mention) -> bool {
    let counts = pieces.get(mention.end).is_some_and(Piece::is_number);
    mention.end - mention.start == 1 && !counts
}

/// The answer to `seal intact`: a form may print the question and both answers.
fn seal_answer(behind: &[Piece]) -> Option<NotationKind> {
    let said = |answers: &str| behind.iter().take(4).any(|piece| is_one_of(answers, piece));
    match (said("y yes ja oui si tak"), said("n no nein non nie nee")) {
        (true, true) => None,
        (false, true) => Some(NotationKind::SealBroken),
        (true | false, false) => Some(NotationKind::SealOk),
    }
}

fn is_below_zero(line: &str, pieces: &[Piece], quantity: Option<Quantity>) -> bool {
    let start = quantity
        .and_then(|quantity| pieces.get(quantity.start))
        .map(|piece| piece.start);
    start
        .and_then(|start| line.get(..start))
        .is_some_and(|before| before.ends_with(['-', '−', '–']))
}

/// Adds a remark; one without a number that repeats another says nothing new.
fn merge(found: &mut Vec<ParsedNotation>, new: ParsedNotation) {
    let same = found
        .iter_mut()
        .find(|known| known.kind == new.kind && (known.qty.is_none() || new.qty.is_none()));
    match same {
        Some(known) if known.qty.is_none() && new.qty.is_some() => *known = new,
        Some(_) => {}
        None => found.push(new),
    }
}

/// The shortage or overage in `22 of 24 received`.
fn difference(line: &str, pieces: &[Piece]) -> Option<ParsedNotation> {
    let (received, place) = received(pieces)?;
    let expected = received.expected?;
    let kind = match received.qty.cmp(&expected) {
        std::cmp::Ordering::Less => NotationKind::Short,
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Greater => NotationKind::Over,
    };
    let text = excerpt(line, pieces, place.start, place.end);
    Some(ParsedNotation {
        kind,
        qty: Some(received.qty.abs_diff(expected)),
        unit: received.unit.map(Unit::lower_code),
        text,
    })
}

fn excerpt(line: &str, pieces: &[Piece], start: usize, end: usize) -> String {
    let first = pieces.get(start).map_or(0, |piece| piece.start);
    let last = end
        .checked_sub(1)
        .and_then(|at| pieces.get(at))
        .map_or(line.len(), |piece| piece.end);
    line.get(first..last).unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests;
