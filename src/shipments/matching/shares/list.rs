//! A list of numbers on a paper: of one shape, below one another.

use std::collections::BTreeSet;

use super::rows::{RowOf, Rows, in_one_column};
use super::{Member, Paper};
use crate::shipments::matching::paper::{Label, Reading};

/// Numbers that stand below one another, as places of readings, each in a row of its own.
pub(super) struct List {
    numbers: Vec<usize>,
    rows: Rows,
}

/// The lists in which a number of a known shipment stands.
pub(super) fn columns(paper: &Paper<'_>, named: &[Member<'_>]) -> Vec<List> {
    let own = named
        .iter()
        .flat_map(|one| one.own.iter().map(|(at, _)| *at));
    let columns: BTreeSet<Vec<usize>> = own.map(|at| column(paper, at)).collect();
    let columns = columns.into_iter();
    columns
        .filter_map(|numbers| List::in_rows(paper, numbers))
        .collect()
}

/// The numbers in the column of this one that look like it and stand under no other label. One that is read twice counts once.
fn column(paper: &Paper<'_>, at: usize) -> Vec<usize> {
    let own = &paper.readings[at];
    let is_listed = |reading: &Reading| {
        let label = reading.label == own.label
            || reading.label == Label::Elsewhere
            || own.label == Label::Elsewhere;
        let alike = reading.raw.chars().count() == own.raw.chars().count();
        label && alike && in_one_column(own.place, reading.place)
    };
    let mut known = BTreeSet::new();
    let readings = paper.readings.iter().enumerate();
    let listed = readings.filter(|(_, reading)| is_listed(reading));
    let listed = listed.filter(|(_, reading)| known.insert(reading.raw.as_str()));
    listed.map(|(at, _)| at).collect()
}

impl List {
    fn in_rows(paper: &Paper<'_>, numbers: Vec<usize>) -> Option<Self> {
        let places: Vec<_> = numbers.iter().map(|at| paper.readings[*at].place).collect();
        let rows = Rows::of(&places, &paper.document.traits.leans)?;
        Some(Self { numbers, rows })
    }

    /// The list of the members' first numbers, where they stand in one.
    pub(super) fn of(paper: &Paper<'_>, members: &[Member<'_>]) -> Option<Self> {
        let (first, _) = members.first()?.own.first()?;
        Self::in_rows(paper, column(paper, *first))
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.numbers.iter().copied()
    }

    /// The known shipments that have a number in it.
    pub(super) fn members<'a>(&self, named: &[Member<'a>]) -> Vec<Member<'a>> {
        let listed = named.iter().filter(|one| self.row_of(one).is_some());
        listed.cloned().collect()
    }

    pub(super) fn holds_all(&self, members: &[Member<'_>]) -> bool {
        members.iter().all(|one| self.row_of(one).is_some())
    }

    /// Its rows, as seen from that of a member.
    pub(super) fn rows_of(&self, member: &Member<'_>) -> RowOf<'_> {
        RowOf {
            rows: &self.rows,
            own: self.row_of(member).unwrap_or_default(),
        }
    }

    fn row_of(&self, member: &Member<'_>) -> Option<usize> {
        let is_own = |number: &usize| member.own.iter().any(|(at, _)| at == number);
        self.numbers.iter().position(is_own)
    }
}
