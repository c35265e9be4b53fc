//! Which number of a line belongs to which remark, and how many were received.

use super::notation_table::Mention;
use super::phrases::{Piece, is_one_of};
use super::units::Unit;
use crate::understanding::NotationKind;

/// How many were received, as a remark says: `rec'd 22 of 24 ctn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// How many came.
    pub qty: u32,
    /// Of how many, where it says so.
    pub expected: Option<u32>,
    /// Of what, where it says so.
    pub unit: Option<Unit>,
}

/// A number with its unit, and the pieces that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quantity {
    pub(super) qty: u32,
    pub(super) unit: Option<Unit>,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Quantity {
    /// The number that begins at a piece, with the unit behind it.
    fn at(pieces: &[Piece], start: usize) -> Option<Self> {
        let qty = pieces.get(start)?.qty?;
        let unit = pieces.get(start + 1).and_then(|piece| piece.unit);
        let end = start + 1 + usize::from(unit.is_some());
        Some(Self {
            qty,
            unit,
            start,
            end,
        })
    }

    /// The number that ends in front of a piece.
    fn before(pieces: &[Piece], end: usize) -> Option<Self> {
        let starts = [1, 2].into_iter().filter_map(|back| end.checked_sub(back));
        starts
            .filter_map(|start| Self::at(pieces, start))
            .find(|found| found.end == end)
    }
}

const OF: &str = "of / out von de sur z van";
const RECEIVED: &str = "received recd rec rcvd rcv recvd recieved erhalten recu recus recibido recibidos otrzymano ontvangen \
     counted count delivered";

fn is_at(list: &str, pieces: &[Piece], at: usize) -> bool {
    pieces.get(at).is_some_and(|piece| is_one_of(list, piece))
}

/// How many were received, and the pieces that say it.
pub(super) fn received(pieces: &[Piece]) -> Option<(Received, Quantity)> {
    // Pages are received too, but say nothing of freight.
    if pieces.iter().any(|piece| is_one_of("page pages pg", piece)) {
        return None;
    }
    let word = (0..pieces.len()).find(|at| is_at(RECEIVED, pieces, *at))?;
    let number = word + 1 + usize::from(is_at(": only", pieces, word + 1));
    let behind = || {
        part_of_whole(pieces, number)
            .filter(|found| !is_bare(found) || ends_at(pieces, found.1.end))
    };
    let in_front = || {
        let ending_here =
            |start| part_of_whole(pieces, start).filter(|(_, place)| place.end == word);
        (0..word).find_map(ending_here)
    };
    let (received, place) = behind().or_else(in_front)?;
    let (start, end) = (place.start.min(word), place.end.max(word + 1));
    Some((
        received,
        Quantity {
            start,
            end,
            ..place
        },
    ))
}

fn is_bare((received, _): &(Received, Quantity)) -> bool {
    received.expected.is_none()
}

/// In `received 22 Mar` and `received 2 ctn short` the number belongs to what follows.
fn ends_at(pieces: &[Piece], end: usize) -> bool {
    pieces
        .get(end)
        .is_none_or(|piece| piece.is_number() || is_one_of(", ;", piece))
}

/// `22 of 24 ctn`, `22/24 ctn`, `22 ctn`. `3/14` may be a day: without a unit it counts only where it cannot be one.
fn part_of_whole(pieces: &[Piece], start: usize) -> Option<(Received, Quantity)> {
    let part = Quantity::at(pieces, start)?;
    let joined = is_at(OF, pieces, part.end);
    let whole_at = part.end + 1 + usize::from(is_at("of", pieces, part.end + 1));
    let Some(whole) = Quantity::at(pieces, whole_at).filter(|_| joined) else {
        let received = Received {
            qty: part.qty,
            expected: None,
            unit: part.unit,
        };
        return Some((received, part));
    };
    let unit = whole.unit.or(part.unit);
    let by_slash = is_at("/", pieces, part.end);
    let may_be_day = is_day(part.qty, whole.qty) || is_day(whole.qty, part.qty);
    let received = Received {
        qty: part.qty,
        expected: Some(whole.qty),
        unit,
    };
    let counts = unit.is_some() || !by_slash || !may_be_day;
    counts.then_some((
        received,
        Quantity {
            unit,
            end: whole.end,
            ..part
        },
    ))
}

fn is_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// The numbers that belong to the mentions, one for each; the pieces of `taken` belong to something else already. A number in
/// front of a remark comes before one behind it, unless a colon stands between.
pub(super) fn quantities(
    pieces: &[Piece],
    mentions: &[Mention],
    taken: Option<Quantity>,
) -> Vec<Option<Quantity>> {
    let mut used: Vec<usize> =
        taken.map_or_else(Vec::new, |taken| (taken.start..taken.end).collect());
    let mut found = Vec::new();
    for (index, mention) in mentions.iter().enumerate() {
        let free = |quantity: &Quantity| !used.contains(&quantity.start);
        let next = mentions.get(index + 1).copied();
        let quantity = if counts_things(mention.kind) {
            nearest(pieces, *mention, next, &free)
        } else {
            None
        };
        used.extend(quantity.iter().map(|quantity| quantity.start));
        found.push(quantity);
    }
    found
}

/// Kinds whose number says how many (or, of a temperature, how many degrees).
fn counts_things(kind: NotationKind) -> bool {
    use NotationKind as Kind;
    matches!(
        kind,
        Kind::Short | Kind::Over | Kind::Damage | Kind::Refused | Kind::WrongGoods | Kind::Temp
    )
}

fn nearest(
    pieces: &[Piece],
    mention: Mention,
    next: Option<Mention>,
    free: &impl Fn(&Quantity) -> bool,
) -> Option<Quantity> {
    let inside = (mention.start..mention.end).find_map(|at| Quantity::at(pieces, at));
    let in_front = || in_front(pieces, mention.start).filter(free);
    let behind = || behind(pieces, mention.end).filter(free);
    if inside.is_some() {
        inside
    } else if has_colon(pieces, mention.end) {
        behind()
    } else {
        in_front().or_else(|| behind().filter(|quantity| !belongs_to(pieces, next, *quantity)))
    }
}

/// In `wet, 3 short` the number is that of `short`, unless `short` has another behind it.
fn belongs_to(pieces: &[Piece], next: Option<Mention>, quantity: Quantity) -> bool {
    next.is_some_and(|next| {
        in_front(pieces, next.start) == Some(quantity) && behind(pieces, next.end).is_none()
    })
}

pub(super) fn has_colon(pieces: &[Piece], at: usize) -> bool {
    is_at(": =", pieces, at)
}

fn in_front(pieces: &[Piece], end: usize) -> Option<Quantity> {
    // `2 ctn were damaged`, `2 plt corner crushed`.
    const LINKS: &str = "are is was were arrived recd found with very slightly badly corner corners top bottom side sides stretch \
         wrap x been have has had sind war waren son sont est zijn";
    // Two links at most: farther away, the number belongs to something else.
    let links = (1..=2)
        .take_while(|back| {
            end.checked_sub(*back)
                .is_some_and(|at| is_at(LINKS, pieces, at))
        })
        .count();
    let nearest = Quantity::before(pieces, end - links)?;
    let part = part_before(pieces, nearest.start);
    Some(part.map_or(nearest, |(start, qty)| Quantity {
        qty,
        start,
        ..nearest
    }))
}

/// The part in `2 of 24 short`, `2 of the 24 short`: the part is short, not the whole.
fn part_before(pieces: &[Piece], whole: usize) -> Option<(usize, u32)> {
    let article = whole
        .checked_sub(1)
        .filter(|at| is_at("the den les las los", pieces, *at));
    let joint = article
        .unwrap_or(whole)
        .checked_sub(1)
        .filter(|at| is_at(OF, pieces, *at))?;
    let part = joint.checked_sub(1)?;
    Some((part, pieces.get(part)?.qty?))
}

fn behind(pieces: &[Piece], start: usize) -> Option<Quantity> {
    // `short by 2 ctn`, `damage to 2 plt`, `short: total 2`.
    const LINKS: &str = "by on to of x qty about approx total : = in auf sur de an bei op na";
    let links = (0..2)
        .take_while(|ahead| is_at(LINKS, pieces, start + ahead))
        .count();
    let start = start + links;
    Quantity::at(pieces, start).or_else(|| {
        // `short ctn 2`
        let unit = pieces.get(start)?.unit?;
        let number = Quantity::at(pieces, start + 1).filter(|number| number.unit.is_none())?;
        Some(Quantity {
            unit: Some(unit),
            start,
            ..number
        })
    })
}
