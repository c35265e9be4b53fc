//! In what state the freight arrived, by what is written on the paper (domain.md §3.3).
//!
//! In: a document's remarks and counts. Out: a [`Condition`]. The worst remark decides:
//! - *refused*: anything not taken, all or a part; [`Condition::wholly_refused`] tells the two apart;
//! - *foul*: short, over, damaged, wrong goods, a broken seal; a temperature said to be out of range; a reservation with a
//!   count; fewer or more pieces received than the paper states;
//! - *qualified*: subject to count, concealed damage reserved, a general reservation, a temperature that may be in range;
//! - *clean*: everything else. Shipper load and count, said to contain and an intact seal are no exceptions.

use super::{Condition, ConditionState};
use crate::shipments::Expected;
use crate::understanding::{Document, Field, FieldName, Notation, NotationKind};

/// The state of the freight. `expected` stands in for totals that the paper does not state.
#[must_use]
pub fn condition(document: &Document, expected: Option<&Expected>) -> Condition {
    let mut notations = document.notations.clone();
    let counted =
        |notation: &Notation| matches!(notation.kind, NotationKind::Short | NotationKind::Over);
    if !notations.iter().any(counted) {
        notations.extend(Counts::of(document, expected).difference(document));
    }
    Condition::of(notations)
}

impl Condition {
    fn of(notations: Vec<Notation>) -> Self {
        let states = notations.iter().map(state);
        let state = states.max().unwrap_or(ConditionState::Clean);
        Self { state, notations }
    }

    /// The same where what is short came with another part of the delivery.
    #[must_use]
    pub fn made_up(self) -> Self {
        let mut notations = self.notations;
        notations.retain(|notation| notation.kind != NotationKind::Short);
        Self::of(notations)
    }

    /// Nothing was taken: a refusal without a count, or one that cannot be shown to be only a part.
    #[must_use]
    pub fn wholly_refused(&self, counts: &Counts) -> bool {
        self.notations
            .iter()
            .filter(|notation| notation.kind == NotationKind::Refused)
            .any(|notation| !counts.is_part(notation))
    }
}

fn state(notation: &Notation) -> ConditionState {
    match notation.kind {
        NotationKind::Refused => ConditionState::Refused,
        NotationKind::Short
        | NotationKind::Over
        | NotationKind::Damage
        | NotationKind::WrongGoods
        | NotationKind::SealBroken => ConditionState::Foul,
        NotationKind::Temp if says_out_of_range(&notation.text) => ConditionState::Foul,
        NotationKind::Reservation if notation.qty.is_some() => ConditionState::Foul,
        NotationKind::Temp
        | NotationKind::Reservation
        | NotationKind::SubjectToCount
        | NotationKind::ConcealedReserve => ConditionState::Qualified,
        NotationKind::ShipperLoadCount
        | NotationKind::DriverCount
        | NotationKind::SaidToContain
        | NotationKind::ServiceFail
        | NotationKind::SealOk
        | NotationKind::Clean
        | NotationKind::ServiceMark
        | NotationKind::Unattended
        | NotationKind::Correction => ConditionState::Clean,
    }
}

/// A bare reading ("pulp 36") may well be in range, which the feed does not tell; these words say that it is not.
fn says_out_of_range(text: &str) -> bool {
    const WORDS: [&str; 9] = [
        "warm",
        "thaw",
        "melt",
        "too ",
        "out of",
        "high",
        "hot",
        "abuse",
        "not frozen",
    ];
    let text = text.to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

/// What a count counts. Pieces are not handling units: 96 cartons on 2 pallets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Pieces,
    HandlingUnits,
}

/// Below this confidence a count proves nothing (domain.md §2.2).
const COUNTED: f32 = 0.60;

/// How many of how many pieces a paper shows as received; `None` where that is all of them, or not surely counted in pieces.
#[must_use]
pub fn part(document: &Document, expected: Option<&Expected>) -> Option<(u32, u32)> {
    let counts = Counts::of(document, expected);
    let total = counts.pieces?;
    let short = document.notations.iter();
    let mut short = short.filter(|notation| notation.kind == NotationKind::Short);
    let by_remark = short.next().map(|notation| {
        let in_pieces = counts.unit(notation.unit.as_deref()) != Some(Unit::HandlingUnits);
        let sure = in_pieces && !counts.is_unclear(notation) && short.next().is_none();
        total.checked_sub(notation.qty.filter(|_| sure)?)
    });
    let field = document.fields.get(&FieldName::PiecesReceived)?;
    let received = field.found.value.as_count()?;
    let in_pieces = match counts.unit(field.unit.as_deref()) {
        Some(unit) => unit == Unit::Pieces,
        // A small count may count pallets.
        None => counts.handling_units.is_none_or(|units| received > units),
    };
    let sure = in_pieces && field.found.confidence.get() >= COUNTED;
    let agrees = by_remark.is_none_or(|by_remark| by_remark == Some(received));
    (sure && agrees && (1..total).contains(&received)).then_some((received, total))
}

/// How much the paper states, the feed where the paper is silent, and how much was received.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pieces: Option<u32>,
    handling_units: Option<u32>,
    /// Unit of the handling units, lower case.
    packed_as: Option<String>,
    received: Option<u32>,
}

impl Counts {
    /// The counts of a document.
    #[must_use]
    pub fn of(document: &Document, expected: Option<&Expected>) -> Self {
        let field = |name| document.fields.get(&name);
        let count = |name| field(name)?.found.value.as_count();
        let packed_as = field(FieldName::HandlingUnits).and_then(|field| field.unit.as_deref());
        Self {
            pieces: count(FieldName::Pieces).or_else(|| expected?.pieces),
            handling_units: count(FieldName::HandlingUnits).or_else(|| expected?.hu),
            packed_as: packed_as.map(str::to_lowercase),
            received: count(FieldName::PiecesReceived),
        }
    }

    /// A remark of a shortage or damage whose count may mean pieces or handling units, and nothing tells which.
    #[must_use]
    pub fn unclear<'a>(&self, notations: &'a [Notation]) -> Option<&'a Notation> {
        notations.iter().find(|notation| {
            let counted = matches!(
                notation.kind,
                NotationKind::Short | NotationKind::Damage | NotationKind::Refused
            );
            counted && self.is_unclear(notation)
        })
    }

    fn is_unclear(&self, notation: &Notation) -> bool {
        let (Some(pieces), Some(units)) = (self.pieces, self.handling_units) else {
            return false;
        };
        let Some(qty) = notation.qty.filter(|_| notation.unit.is_none()) else {
            return false;
        };
        let leaves = |total: u32| Some(total.saturating_sub(qty)) == self.received;
        let told_by_count = notation.kind == NotationKind::Short && leaves(pieces) != leaves(units);
        pieces != units && qty <= units.min(pieces) && !told_by_count
    }

    /// Is the remark about less than everything? Unsure counts as no.
    fn is_part(&self, notation: &Notation) -> bool {
        let totals = match self.unit(notation.unit.as_deref()) {
            Some(Unit::Pieces) => [self.pieces, None],
            Some(Unit::HandlingUnits) => [self.handling_units, None],
            None => [self.pieces, self.handling_units],
        };
        let mut known = totals.into_iter().flatten().peekable();
        let some_known = known.peek().is_some();
        notation
            .qty
            .is_some_and(|qty| some_known && known.all(|total| qty < total))
    }

    fn unit(&self, written: Option<&str>) -> Option<Unit> {
        let written = written?.to_lowercase();
        let as_packed = self.packed_as.as_deref() == Some(&written);
        let pallets = ["pl", "pal", "sk"]
            .iter()
            .any(|word| written.starts_with(word));
        Some(if as_packed || pallets {
            Unit::HandlingUnits
        } else {
            Unit::Pieces
        })
    }

    /// The remark that the count of what was received makes, though nobody wrote it.
    fn difference(&self, document: &Document) -> Option<Notation> {
        let field = document.fields.get(&FieldName::PiecesReceived)?;
        let received = self.received?;
        let total = self.total_of(received, field.unit.as_deref())?;
        let kind = match received.cmp(&total) {
            std::cmp::Ordering::Less => NotationKind::Short,
            std::cmp::Ordering::Equal => return None,
            std::cmp::Ordering::Greater => NotationKind::Over,
        };
        let qty = received.abs_diff(total);
        Some(Notation {
            kind,
            qty: (!self.may_be_units(received, field)).then_some(qty),
            unit: field.unit.as_deref().map(str::to_lowercase),
            text: field.found.raw.clone(),
            page: field.found.page,
            bbox: field.found.bbox,
        })
    }

    /// A small count without a unit may count pallets, so that nobody knows how many pieces are short.
    fn may_be_units(&self, received: u32, field: &Field) -> bool {
        field.unit.is_none() && self.handling_units.is_some_and(|units| received < units)
    }

    /// What a count of received things is to be compared with: the total of its unit; without a unit, the one it equals, else
    /// pieces.
    fn total_of(&self, received: u32, unit: Option<&str>) -> Option<u32> {
        match self.unit(unit) {
            Some(Unit::Pieces) => self.pieces,
            Some(Unit::HandlingUnits) => self.handling_units,
            None if self.handling_units == Some(received) => self.handling_units,
            None => self.pieces.or(self.handling_units),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::samples::{Sample, field, notation};
    use crate::understanding::Value;

    fn state_of(notations: Vec<Notation>) -> ConditionState {
        let mut document = Sample::receipt().document;
        document.notations = notations;
        condition(&document, None).state
    }

    fn counted(fields: &[(FieldName, u32, Option<&str>)]) -> Document {
        let mut document = Sample::receipt().document;
        for (name, count, unit) in fields {
            let mut count = field(Value::Count(*count));
            count.unit = unit.map(str::to_owned);
            document.fields.insert(*name, count);
        }
        document
    }

    #[test]
    fn a_part_is_surely_counted_in_pieces_and_is_not_all_of_them() {
        use FieldName::{HandlingUnits, Pieces, PiecesReceived};
        let shown = |received, unit| {
            let counts = [
                (Pieces, 96, None),
                (HandlingUnits, 2, None),
                (PiecesReceived, received, unit),
            ];
            part(&counted(&counts), None)
        };
        assert_eq!(shown(40, None), Some((40, 96)));
        assert_eq!(shown(2, None), None, "both pallets");
        assert_eq!(shown(2, Some("ctn")), Some((2, 96)));
        assert_eq!(shown(96, None), None);
        let mut document = counted(&[(Pieces, 96, None), (PiecesReceived, 40, None)]);
        document.notations = vec![notation(NotationKind::Short, Some(40), None)];
        assert_eq!(part(&document, None), None, "40 were short, not received");
    }

    #[test]
    fn the_worst_remark_decides() {
        let remark = |kind| notation(kind, None, None);
        use ConditionState as State;
        use NotationKind as Kind;
        let cases: [(&[Kind], State); 8] = [
            (&[], State::Clean),
            (
                &[
                    Kind::ShipperLoadCount,
                    Kind::SaidToContain,
                    Kind::SealOk,
                    Kind::Clean,
                ],
                State::Clean,
            ),
            (&[Kind::SubjectToCount, Kind::Clean], State::Qualified),
            (&[Kind::ConcealedReserve], State::Qualified),
            (&[Kind::Reservation], State::Qualified),
            (
                &[Kind::Clean, Kind::Damage, Kind::SubjectToCount],
                State::Foul,
            ),
            (&[Kind::SealBroken], State::Foul),
            (&[Kind::Short, Kind::Refused], State::Refused),
        ];
        for (kinds, state) in cases {
            assert_eq!(
                state_of(kinds.iter().copied().map(remark).collect()),
                state,
                "{kinds:?}"
            );
        }
    }

    #[test]
    fn a_reservation_with_a_count_is_foul() {
        assert_eq!(
            state_of(vec![notation(NotationKind::Reservation, Some(3), None)]),
            ConditionState::Foul
        );
    }

    #[test]
    fn a_temperature_is_foul_only_where_it_is_said_to_be_wrong() {
        for (text, state) in [
            ("pulp 36", ConditionState::Qualified),
            ("product warm", ConditionState::Foul),
            ("temp out of range 51F", ConditionState::Foul),
        ] {
            let mut remark = notation(NotationKind::Temp, None, None);
            remark.text = text.to_owned();
            assert_eq!(state_of(vec![remark]), state, "{text}");
        }
    }

    #[test]
    fn fewer_received_than_stated_is_short_though_nobody_wrote_it() {
        let pieces = |count| (FieldName::Pieces, count, None);
        let received = |count, unit| (FieldName::PiecesReceived, count, unit);
        let units = |count| (FieldName::HandlingUnits, count, Some("PLT"));
        let cases = [
            (
                vec![pieces(24), received(22, None)],
                Some((NotationKind::Short, Some(2))),
            ),
            (vec![pieces(24), received(24, None)], None),
            (
                vec![pieces(24), received(25, None)],
                Some((NotationKind::Over, Some(1))),
            ),
            (vec![received(22, None)], None),
            (vec![pieces(96), units(2), received(2, None)], None),
            (
                vec![pieces(96), units(2), received(1, Some("plt"))],
                Some((NotationKind::Short, Some(1))),
            ),
            (
                vec![pieces(96), units(2), received(1, None)],
                Some((NotationKind::Short, None)),
            ),
        ];
        for (fields, expected) in cases {
            let notations = condition(&counted(&fields), None).notations;
            let found = notations
                .first()
                .map(|notation| (notation.kind, notation.qty));
            assert_eq!(found, expected, "{fields:?}");
        }
    }

    #[test]
    fn the_feed_stands_in_for_a_total_that_the_paper_lacks() {
        let document = counted(&[(FieldName::PiecesReceived, 22, None)]);
        let expected = Expected {
            pieces: Some(24),
            ..Expected::default()
        };
        assert_eq!(
            condition(&document, Some(&expected)).state,
            ConditionState::Foul
        );
    }

    #[test]
    fn a_refusal_is_whole_unless_it_is_surely_a_part() {
        let cases = [
            (None, None, true),
            (Some(4), Some("ctn"), false),
            (Some(96), Some("ctn"), true),
            (Some(1), Some("plt"), false),
            (Some(2), Some("plt"), true),
            (Some(1), None, false),
            (Some(2), None, true),
        ];
        let mut document = counted(&[
            (FieldName::Pieces, 96, None),
            (FieldName::HandlingUnits, 2, Some("PLT")),
        ]);
        for (qty, unit, wholly) in cases {
            document.notations = vec![notation(NotationKind::Refused, qty, unit)];
            let refused = condition(&document, None).wholly_refused(&Counts::of(&document, None));
            assert_eq!(refused, wholly, "{qty:?} {unit:?}");
        }
        document.fields.clear();
        document.notations = vec![notation(NotationKind::Refused, Some(4), Some("ctn"))];
        assert!(
            condition(&document, None).wholly_refused(&Counts::of(&document, None)),
            "of how many?"
        );
    }
}
