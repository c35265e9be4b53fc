//! Marks: signatures, initials and stamps, and whose they are by the place where they stand.
//!
//! In: a page with its words. Out: [`Mark`]s. The network says that there is ink ([`MarksModel`]), the fields model whose it is
//! ([`Signer`]), and where that is in doubt the nearest signing label ([`attribute`]). A mark without a role acknowledges nothing.

mod patches;
mod seen;
mod strokes;

pub use self::seen::{MarksModel, Seen, Signer};
use super::cmr_boxes::CmrBoxes;
use super::roles::{self, Label, SignedColumn};
use super::slope::Slope;
use super::spans::Span;
use super::{DocumentClass, FieldName, Mark, MarkKind, Role};
use crate::document::{BBox, Confidence, PageNumber};
use crate::reading::Word;

/// Tells whose the marks of a page are, and adds electronic ones that the words give away (`/s/ name`).
#[must_use]
pub fn attribute(
    page: PageNumber,
    class: DocumentClass,
    seen: &[Seen],
    words: &[Word],
) -> Vec<Mark> {
    let typed: Vec<_> = typed_signatures(words).collect();
    if seen.is_empty() && typed.is_empty() {
        return Vec::new();
    }
    let places = Places::of(words, class);
    let mut marks: Vec<Mark> = seen
        .iter()
        .filter(|one| !is_number(one, words) && !is_printed_x(one, words))
        .filter_map(|one| mark(page, class, one, words, &places))
        .collect();
    if class == DocumentClass::Cmr {
        by_box(&mut marks, seen, &CmrBoxes::of(words));
    }
    marks.extend(typed.into_iter().map(|(bbox, confidence)| {
        let (role, chance) = roles::nearest(places.slope.level(bbox), &places.likely);
        let confidence = Confidence::new(confidence.get() * chance);
        Mark {
            kind: MarkKind::Electronic,
            role,
            page,
            bbox,
            confidence,
            text: None,
            looks: None,
            row: None,
        }
    }));
    marks
}

/// A stamp that the network is less sure of needs words that the `fields` model takes for a stamp's. Chosen for a network that was not
/// told of words: on 450 pages of validation families 56 of 100 stamps that it saw at this threshold were stamps, at 0.5 it was 31.
const SURE_STAMP: f32 = 0.9;
/// Words no further from a stamp's ink, in shares of the page, are the stamp's: a line of print, since on noisy paper the network
/// sees the line beside the one that is read.
const NEAR: f32 = 0.02;
/// What the words of a stamp count beside its ink, of one: less than the share of them that are right (models/fields/1/CARD.md), since
/// both models see the same paper. An assumption.
const WORDS: f32 = 0.8;

/// The marks, each stamp as large as the words that the `fields` model takes for its text: the ink of a stamp fades at its
/// edges, and its frame, if it has one, is thin. Stamps that only one of the two models sees, and not surely, are left out.
#[must_use]
pub fn whole_stamps(seen: &[Seen], spans: &[Span]) -> Vec<Seen> {
    let texts = spans
        .iter()
        .filter(|span| span.field == FieldName::StampText);
    let texts: Vec<&Span> = texts.collect();
    let whole = |one: &Seen| match one.kind {
        MarkKind::Stamp => whole_stamp(one, &texts),
        _ => Some(one.clone()),
    };
    seen.iter().filter_map(whole).collect()
}

fn whole_stamp(seen: &Seen, texts: &[&Span]) -> Option<Seen> {
    let own = texts
        .iter()
        .filter(|text| text.bbox.grown(NEAR, NEAR).intersection(seen.bbox) > 0.0);
    let own: Vec<&&Span> = own.collect();
    if own.is_empty() && seen.chance < SURE_STAMP {
        return None;
    }
    let said = own.iter().map(|text| text.chance).fold(0.0, f32::max);
    let bbox = own
        .iter()
        .fold(seen.bbox, |bbox, text| bbox.union(text.bbox));
    Some(Seen {
        bbox,
        chance: 1.0 - (1.0 - seen.chance) * (1.0 - WORDS * said),
        ..seen.clone()
    })
}

/// On a consignment note the box that ink stands in says whose it is; stamps that say what they are stay as they are.
fn by_box(marks: &mut [Mark], seen: &[Seen], boxes: &CmrBoxes) {
    for mark in marks.iter_mut().filter(|mark| mark.text.is_none()) {
        if let Some(role) = boxes.role(mark.bbox) {
            mark.role = Some(role);
            let ink = seen.iter().find(|one| one.bbox == mark.bbox);
            mark.confidence = ink.map_or(mark.confidence, |one| Confidence::new(one.chance));
        }
    }
}

fn mark(
    page: PageNumber,
    class: DocumentClass,
    seen: &Seen,
    words: &[Word],
    places: &Places,
) -> Option<Mark> {
    let inside = text_inside(seen.bbox, words);
    let column = places.column_of(seen);
    let (role, chance) = match seen.kind {
        _ if column.is_some() => (None, signed_by_receiver(seen)),
        MarkKind::Stamp => stamp_role(&inside, places.slope.level(seen.bbox), &places.likely)?,
        MarkKind::Ink | MarkKind::Initials | MarkKind::Electronic => whose(seen, places),
    };
    let kind = match (seen.kind, class) {
        (MarkKind::Ink, DocumentClass::Epod) => MarkKind::Electronic,
        (kind, _) => kind,
    };
    let text = (seen.kind == MarkKind::Stamp && !inside.is_empty()).then_some(inside);
    Some(Mark {
        kind,
        role,
        page,
        bbox: seen.bbox,
        confidence: Confidence::new(seen.chance * chance),
        text,
        looks: None,
        row: column.and_then(|column| column.number_beside(places.slope.level(seen.bbox))),
    })
}

/// With more than this chance ink signs nothing, whatever label is near. An assumption.
const SURELY_NOBODYS: f32 = 0.9;

/// A label that asks another one to sign, so near or nearer than any of the receiver's in reach, makes a receiver's signature doubtful:
/// it bills, and has to be sure. An assumption.
const SURELY_ANOTHERS: f32 = 0.75;
/// How sure a receiver's signature is at most that stands at such a label.
const DOUBTFUL: f32 = 0.45;

/// Below this chance of the model a label that is surer says whose ink is. An assumption.
const UNSURE: f32 = 0.7;

/// Where the model says that ink is nobody's, ink in a column that receivers sign is a signature if the marks model is so sure of it: the
/// former has seen no such columns, and takes half of the signatures there for nobody's. An assumption.
const SURE_INK: f32 = 0.85;

/// How likely ink in a column that receivers sign is a signature of one of them, beside that it is ink.
fn signed_by_receiver(seen: &Seen) -> f32 {
    match seen.signer {
        Some(Signer { role: None, chance })
            if chance > SURELY_NOBODYS && seen.chance < SURE_INK =>
        {
            DOUBTFUL
        }
        Some(_) | None => 1.0,
    }
}

/// Places to sign on a page, as they would stand if its lines were level.
struct Places {
    slope: Slope,
    /// Columns of a list that receivers sign, a row each: only who knows the rows knows whose a signature there is.
    columns: Vec<SignedColumn>,
    /// Whose labels name somebody.
    named: Vec<Label>,
    /// Those and, on what was signed on a screen and where a bill of lading names no place of the receiver, the ones that name nobody.
    likely: Vec<Label>,
    /// Those and all that name nobody: they may be the receiver's.
    possible: Vec<Label>,
}

impl Places {
    fn of(words: &[Word], class: DocumentClass) -> Self {
        let slope = Slope::of(words);
        let columns = SignedColumn::of(words, &slope);
        let words = slope.level_words(words);
        let named = roles::labels(&words);
        let nameless = roles::nameless(&words, Role::Consignee);
        let possible: Vec<Label> = named.iter().cloned().chain(nameless).collect();
        let likely = match class {
            DocumentClass::BolUnsigned | DocumentClass::BolConsigneeSigned
                if roles::only_the_receivers_is_unnamed(&named) =>
            {
                possible.clone()
            }
            DocumentClass::Epod => {
                let on_screen = roles::nameless_on_screen(&words, Role::Consignee);
                named.iter().cloned().chain(on_screen).collect()
            }
            _ => named.clone(),
        };
        Self {
            slope,
            columns,
            named,
            likely,
            possible,
        }
    }

    /// The column that receivers sign in which ink stands that is not surely the driver's or the shipper's.
    fn column_of(&self, seen: &Seen) -> Option<&SignedColumn> {
        let others = seen.signer.is_some_and(|signer| {
            matches!(signer.role, Some(Role::Driver | Role::Shipper)) && signer.chance >= UNSURE
        });
        if seen.kind == MarkKind::Stamp || others {
            return None;
        }
        let ink = self.slope.level(seen.bbox);
        self.columns.iter().find(|column| column.holds(ink))
    }
}

/// Whose ink is: by the model that sees the page, where it is in doubt by the nearest label.
fn whose(seen: &Seen, places: &Places) -> (Option<Role>, f32) {
    let ink = places.slope.level(seen.bbox);
    match seen.signer {
        Some(Signer { role, chance }) if role == Some(Role::Consignee) => {
            let anothers =
                is_anothers(ink, &places.possible) || covers_anothers(ink, &places.named);
            let sure = match roles::nearest(ink, &places.likely) {
                _ if anothers => chance.min(DOUBTFUL),
                (labelled, sure) if labelled == role => chance.max(sure),
                _ => chance,
            };
            (role, sure)
        }
        Some(Signer { role, chance }) if role.is_some() || chance > SURELY_NOBODYS => {
            let (labelled, sure) = roles::nearest(ink, &places.named);
            let by_label = chance < UNSURE && sure > chance && labelled.is_some();
            if by_label {
                (labelled, sure)
            } else {
                (role, chance)
            }
        }
        Some(_) | None => roles::nearest(ink, &places.likely),
    }
}

/// Does ink stand in a place that asks another than the receiver to sign?
fn is_anothers(ink: BBox, places: &[Label]) -> bool {
    let (role, sure) = roles::nearest(ink, places);
    let receivers = places.iter().filter(|place| place.role == Role::Consignee);
    let receivers: Vec<Label> = receivers.cloned().collect();
    let out_of_reach = roles::nearest(ink, &receivers).0.is_none();
    role.is_some_and(|role| role != Role::Consignee) && (out_of_reach || sure >= SURELY_ANOTHERS)
}

/// Does ink run over the places of all three signers, and stand in the middle of another's than the receiver's? Of one that runs over two
/// places the model that sees the page knows better whose it is.
fn covers_anothers(ink: BBox, places: &[Label]) -> bool {
    let beside = |place: &&Label| {
        let height = place.bbox.centre().1;
        place.bbox.right < ink.centre().0 && height > ink.top && height < ink.bottom
    };
    let apart = |place: &Label| (place.bbox.centre().1 - ink.centre().1).abs();
    let nearest = |role: Role, column: Option<f32>| {
        let its = places
            .iter()
            .filter(|place| place.role == role)
            .filter(beside);
        let in_column = its
            .filter(|place| column.is_none_or(|left| (place.bbox.left - left).abs() < ONE_COLUMN));
        in_column.min_by(|one, other| apart(one).total_cmp(&apart(other)))
    };
    let Some(receivers) = nearest(Role::Consignee, None) else {
        return false;
    };
    let column = Some(receivers.bbox.left);
    match [Role::Driver, Role::Shipper].map(|role| nearest(role, column)) {
        [Some(drivers), Some(shippers)] => {
            apart(drivers).min(apart(shippers)) < apart(receivers) / 2.0
        }
        _ => false,
    }
}

/// Labels below each other begin so near to one another, as a share of the page's width. An assumption.
const ONE_COLUMN: f32 = 0.08;

/// Share of a mark that numbers have to cover for it to be one. Boxes of words are up to 1.85 times as high as letters
/// (models/training/train/noise.py), so that they cover what they say whole. An assumption.
const COVERED: f32 = 0.6;

/// A number of less confidence may be what a reader made of a scribble: `510` was read with 0.44. Numbers by hand that were read rightly
/// have 0.98 on average, wrongly 0.80.
const READ: f32 = 0.6;

/// Above this chance of a signer ink signs, whatever it reads as: initials were read as `906`. An assumption.
const SURELY_SIGNED: f32 = 0.98;

/// Ink that reads as a number is a date or a count by hand, and signs nothing.
fn is_number(seen: &Seen, words: &[Word]) -> bool {
    let digits = |word: &Word| word.text.chars().filter(char::is_ascii_digit).count();
    let numbers = words
        .iter()
        .filter(|word| digits(word) >= 3 && word.confidence.get() >= READ);
    let covered: f32 = numbers.map(|word| word.bbox.intersection(seen.bbox)).sum();
    let signed = |signer: Signer| signer.role.is_some() && signer.chance > SURELY_SIGNED;
    let signed = seen.signer.is_some_and(signed);
    !signed && seen.kind != MarkKind::Stamp && covered > COVERED * seen.bbox.area()
}

/// An X of so many times the height of the page's words is written: on 600 uploads of other families, printed ones had 0.6 to 1.6 times
/// that height, and written ones from 1.7 on.
const WRITTEN_X: f32 = 1.65;
/// Ink that is more times as wide or as high as the X that it covers holds more than that.
const HARDLY_MORE: (f32, f32) = (3.5, 2.0);

/// Ink that is the X printed where a line to sign begins.
fn is_printed_x(seen: &Seen, words: &[Word]) -> bool {
    let mut heights: Vec<f32> = words.iter().map(|word| word.bbox.height()).collect();
    heights.sort_by(f32::total_cmp);
    let usual = heights.get(heights.len() / 2).copied().unwrap_or_default();
    let is_it = |word: &Word| {
        let x = word.bbox;
        let (width, height) = (HARDLY_MORE.0 * x.width(), HARDLY_MORE.1 * x.height());
        word.text.eq_ignore_ascii_case("x")
            && x.height() < WRITTEN_X * usual
            && x.intersection(seen.bbox) > 0.3 * x.area()
            && seen.bbox.width() < width
            && seen.bbox.height() < height
    };
    seen.kind != MarkKind::Stamp && words.iter().any(is_it)
}

/// A stamp that says "received" is the consignee's wherever it stands; one that says something else ("PAID", "COPY") is
/// nobody's; one that cannot be read belongs to the nearest label, which counts less.
fn stamp_role(text: &str, bbox: BBox, labels: &[Label]) -> Option<(Option<Role>, f32)> {
    let (role, chance) = roles::nearest(bbox, labels);
    if roles::says_received(text) {
        return Some((Some(Role::Consignee), 1.0));
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters >= 4 {
        Some((None, chance))
    } else {
        Some((role, chance * 0.6))
    }
}

fn text_inside(bbox: BBox, words: &[Word]) -> String {
    let inside = words
        .iter()
        .filter(|word| word.bbox.intersection(bbox) > 0.5 * word.bbox.area());
    inside
        .map(|word| word.text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Signatures typed as `/s/ name`: the box from the sign to the end of its line.
fn typed_signatures(words: &[Word]) -> impl Iterator<Item = (BBox, Confidence)> {
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.text.to_ascii_lowercase().starts_with("/s/"))
        .filter_map(|(index, word)| {
            let rest = words
                .get(index + 1..)?
                .iter()
                .take_while(|next| next.line == word.line);
            let mut named = word.text.chars().count() > 4;
            let bbox = rest.fold(word.bbox, |bbox, next| {
                named = true;
                bbox.union(next.bbox)
            });
            named.then_some((bbox, word.confidence))
        })
}

#[cfg(test)]
mod tests;
