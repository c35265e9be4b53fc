//! Which number of a line belongs to which remark, and how many were received.

use super::notation_table::Mention;
use super::phrases::{Piece, contains_any, matches};
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
}

const OF: &str = "of|/|out|von|de|sur|z|van";
const RECEIVED: &str = "received|recd|rec|rcvd|rcv|recvd|recieved|erhalten|recu|recus|recibido|recibidos|otrzymano|ontvangen|counted|count|delivered";

/// How many were received, and the pieces that say it.
pub(super) fn received(pieces: &[Piece]) -> Option<(Received, Quantity)> {
    let word = (0..pieces.len()).find(|at| {
        pieces
            .get(*at..)
            .is_some_and(|rest| matches(RECEIVED, rest).is_some())
    })?;
    let gap = usize::from(
        pieces
            .get(word + 1)
            .is_some_and(|piece| matches!(piece.word.as_str(), ":" | "only")),
    );
    let behind = part_of_whole(pieces, word + 1 + gap).map(|found| (found, word));
    let before = || {
        (0..word)
            .find_map(|start| part_of_whole(pieces, start).filter(|(_, place)| place.end == word))
            .map(|found| (found, found.1.start))
    };
    let ((received, place), start) = behind.or_else(before)?;
    let is_page = contains_any("page|pages|pg", pieces);
    let end = place.end.max(word + 1);
    (!is_page).then_some((
        received,
        Quantity {
            start: start.min(place.start),
            end,
            ..place
        },
    ))
}

/// `22 of 24 ctn`, `22/24 ctn`, `22 ctn`. `3/14` may be a day: without a unit it counts only where it cannot be one.
fn part_of_whole(pieces: &[Piece], start: usize) -> Option<(Received, Quantity)> {
    let part = Quantity::at(pieces, start)?;
    let joint = matches(OF, pieces.get(part.end..)?).map(|length| {
        let extra = pieces
            .get(part.end + length)
            .is_some_and(|piece| piece.word == "of");
        part.end + length + usize::from(extra)
    });
    let whole = joint.and_then(|at| Quantity::at(pieces, at));
    let unit = whole.and_then(|whole| whole.unit).or(part.unit);
    let by_slash = pieces.get(part.end).is_some_and(|piece| piece.word == "/");
    let is_day = |a: u32, b: u32| (1..=12).contains(&a) && (1..=31).contains(&b);
    match whole {
        Some(whole)
            if by_slash
                && unit.is_none()
                && (is_day(part.qty, whole.qty) || is_day(whole.qty, part.qty)) =>
        {
            None
        }
        Some(whole) => {
            let received = Received {
                qty: part.qty,
                expected: Some(whole.qty),
                unit,
            };
            Some((
                received,
                Quantity {
                    unit,
                    end: whole.end,
                    ..part
                },
            ))
        }
        // `received 22 Mar` is a day.
        None => {
            let ends = pieces
                .get(part.end)
                .is_none_or(|piece| matches!(piece.word.as_str(), "," | ";"));
            let received = Received {
                qty: part.qty,
                expected: None,
                unit,
            };
            (unit.is_some() || ends).then_some((received, part))
        }
    }
}

/// The numbers that belong to the mentions, one for each; `taken` pieces belong to something else already. A number in
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
        let next = mentions.get(index + 1);
        let free = |quantity: &Quantity| !used.contains(&quantity.start);
        let quantity = counts_things(mention.kind)
            .then(|| nearest(pieces, *mention, next.copied(), &free))
            .flatten();
        used.extend(quantity.iter().map(|quantity| quantity.start));
        found.push(quantity);
    }
    found
}

/// Kinds whose number says how many (or, of a temperature, how many degrees).
fn counts_things(kind: NotationKind) -> bool {
    use NotationKind as Kind;
    match kind {
        Kind::Short | Kind::Over | Kind::Damage | Kind::Refused | Kind::WrongGoods | Kind::Temp => {
            true
        }
        Kind::ShipperLoadCount
        | Kind::DriverCount
        | Kind::SaidToContain
        | Kind::SubjectToCount
        | Kind::ServiceFail
        | Kind::SealOk
        | Kind::SealBroken
        | Kind::ConcealedReserve
        | Kind::Clean
        | Kind::ServiceMark
        | Kind::Unattended
        | Kind::Correction
        | Kind::Reservation => false,
    }
}

fn nearest(
    pieces: &[Piece],
    mention: Mention,
    next: Option<Mention>,
    free: &impl Fn(&Quantity) -> bool,
) -> Option<Quantity> {
    let inside = (mention.start..mention.end).find_map(|at| Quantity::at(pieces, at));
    let behind = || {
        let quantity = behind(pieces, mention.end).filter(free)?;
        // In `wet, 3 short` the number is that of `short`, unless `short` has another behind it.
        let belongs_to_next = next.is_some_and(|next| {
            in_front(pieces, next.start) == Some(quantity)
                && self::behind(pieces, next.end).is_none()
        });
        (!belongs_to_next || has_colon(pieces, mention.end)).then_some(quantity)
    };
    if inside.is_some() {
        return inside;
    }
    if has_colon(pieces, mention.end) {
        return behind();
    }
    in_front(pieces, mention.start).filter(free).or_else(behind)
}

pub(super) fn has_colon(pieces: &[Piece], at: usize) -> bool {
    pieces
        .get(at)
        .is_some_and(|piece| matches!(piece.word.as_str(), ":" | "="))
}

/// Words between a number and its remark: `2 ctn were damaged`, `2 plt corner crushed`.
const LINKS: &str = "are|is|was|were|arrived|recd|found|with|very|slightly|badly|corner|corners|top|bottom|side|sides|stretch|wrap|x|been|have|has|had|sind|war|waren|son|sont|est|zijn";

fn in_front(pieces: &[Piece], end: usize) -> Option<Quantity> {
    let mut end = end;
    // Two links at most: farther away, the number belongs to something else.
    for _ in 0..2 {
        let linked = end
            .checked_sub(1)
            .and_then(|at| pieces.get(at..end))
            .is_some_and(|link| matches(LINKS, link).is_some());
        end -= usize::from(linked);
    }
    let start = [1, 2]
        .into_iter()
        .filter_map(|back| end.checked_sub(back))
        .find_map(|start| Quantity::at(pieces, start).filter(|quantity| quantity.end == end))?;
    Some(
        part_before(pieces, start.start).map_or(start, |(at, qty)| Quantity {
            qty,
            start: at,
            ..start
        }),
    )
}

/// The part in `2 of 24 short`, `2 of the 24 short`: the part is short, not the whole.
fn part_before(pieces: &[Piece], whole: usize) -> Option<(usize, u32)> {
    let joint = format!("{OF} the|den|les|las|los|de?");
    [1, 2].into_iter().find_map(|length| {
        let start = whole.checked_sub(length)?;
        let joined = matches(&joint, pieces.get(start..whole)?) == Some(length);
        let part = start.checked_sub(1)?;
        joined
            .then(|| Some((part, pieces.get(part)?.qty?)))
            .flatten()
    })
}

fn behind(pieces: &[Piece], start: usize) -> Option<Quantity> {
    const LINKS_BEHIND: &str =
        "by|on|to|of|x|qty|about|approx|total|:|=|in|auf|sur|de|an|bei|op|na";
    let mut start = start;
    for _ in 0..2 {
        start += pieces
            .get(start..)
            .and_then(|rest| matches(LINKS_BEHIND, rest))
            .unwrap_or(0);
    }
    Quantity::at(pieces, start).or_else(|| {
        // `short ctn 2`
        let unit = pieces.get(start)?.unit?;
        let found = Quantity::at(pieces, start + 1).filter(|found| found.unit.is_none())?;
        Some(Quantity {
            unit: Some(unit),
            start,
            ..found
        })
    })
}
