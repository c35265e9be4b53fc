//! The shares of a paper that covers several shipments: a master bill of lading, the manifest of a trip.
//!
//! In: a document and the shipments that the ledger knows. Out: a [`Share`] for each shipment that it covers, the document as if it
//! were about that one alone, to be matched like any other paper, with all that guards from wrong attaches.
//!
//! A paper that mentions another shipment's number does not cover it. Numbers that were surely read, each of one known shipment, are
//! taken for a list of what it covers where the shipments have a number in common that stands there, too, or where they stand below one
//! another ([`rows`]). What belongs to another row, or to another consignee, is in no share: no shipment is proven by a signature that
//! may be its neighbour's, be the neighbour known yet or not.

mod list;
mod receipt;
mod rows;

use std::collections::BTreeSet;

use self::list::List;
use super::circumstances::{days_between, expected_day, quantities};
use super::identifiers::crowds;
use super::paper::Paper;
use super::references::{Held, Kind};
use super::{Hints, Hit, Known, Weights, found};
use crate::document::Found;
use crate::shipments::own_numbers::{home_of, own_numbers};
use crate::shipments::sites::meet;
use crate::shipments::{ReferenceKind, Shipment};
use crate::understanding::values::names_shipment;
use crate::understanding::{Document, DocumentClass, Field, FieldName, Value};

const MASTER: Kind = Kind::Reference(ReferenceKind::Mbol);

/// What one shipment has in a paper.
#[derive(Debug, Clone)]
pub struct Share {
    /// Its id.
    pub shipment: String,
    /// The paper without what is about the others.
    pub document: Document,
}

/// The shares of a paper in the order in which they stand there. None of a paper that is about one shipment; a single one where it lists others
/// that are not known.
#[must_use]
pub fn shares(
    document: &Document,
    hints: &Hints,
    known: &[Known],
    weights: &Weights,
) -> Vec<Share> {
    if !may_cover_several(document.class) {
        return Vec::new();
    }
    let paper = Paper::new(document, hints, weights);
    let covered = Covered::by(&paper, known);
    let members = 0..covered.members.len();
    let share = |at: usize| Share {
        shipment: covered.members[at].shipment.id.clone(),
        document: covered.share(&paper, at),
    };
    members.map(share).collect()
}

/// An invoice, a statement or a claim lists many shipments and delivers none.
fn may_cover_several(class: DocumentClass) -> bool {
    matches!(
        class,
        DocumentClass::DeliveryReceipt
            | DocumentClass::BolConsigneeSigned
            | DocumentClass::BolUnsigned
            | DocumentClass::Epod
    )
}

/// A known shipment that is named.
#[derive(Clone)]
struct Member<'a> {
    shipment: &'a Shipment,
    /// Numbers that are its own among the known shipments, as places of readings.
    own: Vec<(usize, Kind)>,
    /// Numbers that it has in common with others, and that of the master bill.
    common: Vec<usize>,
}

/// The shipments that a paper covers.
struct Covered<'a> {
    members: Vec<Member<'a>>,
    /// The list that they stand in, where they do.
    list: Option<List>,
    /// One truck brought all of it to one place: one receipt is everybody's.
    together: bool,
}

impl<'a> Covered<'a> {
    fn by(paper: &Paper<'_>, known: &'a [Known]) -> Self {
        let found = found(paper, known);
        let named = named(paper, &found);
        let under_one = under_one_number(paper, &named).or_else(|| by_their_totals(paper, &named));
        let (mut members, list) = match under_one {
            Some(members) => {
                let list = List::of(paper, &members).filter(|list| list.holds_all(&members));
                (members, list)
            }
            None => match in_a_list(paper, &named) {
                Some((members, list)) => (members, Some(list)),
                None => (Vec::new(), None),
            },
        };
        members.sort_by(|a, b| {
            let ((page, top), (other, below)) = (a.place(paper), b.place(paper));
            let on_paper = page.cmp(&other).then(top.total_cmp(&below));
            on_paper.then_with(|| a.shipment.id.cmp(&b.shipment.id))
        });
        let is_all = list.as_ref().is_none_or(|list| list.len() == members.len());
        let mut pairs = members
            .windows(2)
            .map(|pair| (pair[0].shipment, pair[1].shipment));
        let together =
            is_all && pairs.all(|(one, other)| meet(one, other) && on_one_truck(one, other));
        Self {
            members,
            list,
            together,
        }
    }

    /// The paper as if it were about the member at this place alone.
    fn share(&self, paper: &Paper<'_>, at: usize) -> Document {
        let member = &self.members[at];
        let mut document = paper.document.clone();
        drop_numbers(&mut document, &self.numbers_of_others(paper, member));
        put_in_place(&mut document, member.shipment);
        // They are those of all together.
        for total in [
            FieldName::Pieces,
            FieldName::HandlingUnits,
            FieldName::PiecesReceived,
            FieldName::Weight,
        ] {
            document.fields.remove(&total);
        }
        let rows = self.list.as_ref().map(|list| list.rows_of(member));
        if let Some(rows) = &rows {
            receipt::drop_what_is_of_others(&mut document, rows);
            receipt::take_from_own_row(&mut document, member.shipment, rows);
        }
        if !self.together {
            let others = self.members.iter().map(|other| other.shipment);
            let others = others.filter(|other| other.id != member.shipment.id);
            let others: Vec<&Shipment> = others.collect();
            receipt::keep_own(&mut document, member.shipment, &others, rows.as_ref());
        }
        if let Some(rows) = &rows {
            receipt::sign(&mut document, rows);
        }
        document
    }

    /// The numbers of the other members, and those that stand in the list beside this one, be they known or not.
    fn numbers_of_others(&self, paper: &Paper<'_>, member: &Member<'_>) -> BTreeSet<String> {
        let others = self.members.iter();
        let others = others.filter(|other| other.shipment.id != member.shipment.id);
        let theirs = others.flat_map(|other| other.own.iter().map(|(at, _)| *at));
        let listed = self.list.iter().flat_map(List::numbers);
        let text = |at: usize| paper.readings[at].raw.clone();
        let mut numbers: BTreeSet<String> = theirs.chain(listed).map(text).collect();
        let own = member.own.iter().map(|(at, _)| *at);
        for at in own.chain(member.common.iter().copied()) {
            numbers.remove(&text(at));
        }
        numbers
    }
}

impl Member<'_> {
    /// The page and the height at which its first number stands; of one that is not named the top.
    fn place(&self, paper: &Paper<'_>) -> (u32, f32) {
        let own = self.own.iter().map(|(at, _)| paper.readings[*at].place);
        let places = own.map(|(page, bbox)| (page.index(), bbox.top));
        let first = places.min_by(|(page, a), (other, b)| page.cmp(other).then(a.total_cmp(b)));
        first.unwrap_or_default()
    }
}

fn drop_numbers(document: &mut Document, numbers: &BTreeSet<String>) {
    document.fields.retain(|name, field| {
        if !names_shipment(*name) {
            return true;
        }
        match &mut field.found.value {
            Value::Text(text) => !numbers.contains(text),
            Value::List(texts) => {
                texts.retain(|text| !numbers.contains(text));
                !texts.is_empty()
            }
            _ => true,
        }
    });
    let traits = &mut document.traits;
    for found in [&mut traits.other_identifiers, &mut traits.short_numbers] {
        found.retain(|found| !numbers.contains(&found.value));
    }
}

/// What stands in a list of such numbers needs no label of its own.
fn put_in_place(document: &mut Document, shipment: &Shipment) {
    let own = own_numbers(shipment);
    let fields = &mut document.fields;
    document.traits.other_identifiers.retain(|found| {
        let home = home_of(&found.value, &own).filter(|home| *home != FieldName::CustomerPo);
        let Some(home) = home.filter(|home| names_shipment(*home) && !fields.contains_key(home))
        else {
            return true;
        };
        let value = Value::Text(found.value.clone());
        fields.insert(home, field_of(found.with(value)));
        false
    });
}

fn field_of(found: Found<Value>) -> Field {
    Field {
        found,
        unit: None,
        kind: None,
    }
}

/// The known shipments that a number which was surely read names.
fn named<'a>(
    paper: &Paper<'_>,
    found: &[(&'a Shipment, Vec<Held<'a>>, Vec<Hit>)],
) -> Vec<Member<'a>> {
    let crowds = crowds(paper, found);
    let members = found.iter().map(|(shipment, _, hits)| {
        let sure = hits
            .iter()
            .filter(|hit| hit.kind != Kind::Container && hit.is_sure(&paper.readings[hit.reading]));
        let (own, common): (Vec<&Hit>, Vec<&Hit>) =
            sure.partition(|hit| crowds[hit.reading].same == 1 && hit.kind != MASTER);
        Member {
            shipment,
            own: own.iter().map(|hit| (hit.reading, hit.kind)).collect(),
            common: common.iter().map(|hit| hit.reading).collect(),
        }
    });
    let is_named = |member: &Member<'_>| !member.own.is_empty() || !member.common.is_empty();
    members.filter(is_named).collect()
}

/// Those that share a number on the paper and are each named by one of their own.
fn under_one_number<'a>(paper: &Paper<'_>, named: &[Member<'a>]) -> Option<Vec<Member<'a>>> {
    let groups = (0..paper.readings.len()).map(|number| {
        let group = named.iter();
        let group = group.filter(|one| one.common.contains(&number) && !one.own.is_empty());
        group.cloned().collect::<Vec<_>>()
    });
    groups.filter(|group| group.len() > 1).max_by_key(Vec::len)
}

/// Those that share a number on the paper, where it names none of them: all of them, if they go to one place and the quantities on the paper
/// are theirs together.
fn by_their_totals<'a>(paper: &Paper<'_>, named: &[Member<'a>]) -> Option<Vec<Member<'a>>> {
    let groups = (0..paper.readings.len()).map(|number| {
        let group = named.iter().filter(|one| one.common.contains(&number));
        group.cloned().collect::<Vec<_>>()
    });
    let mut groups = groups.filter(|group| {
        group.len() > 1
            && group.iter().all(|one| one.own.is_empty())
            && group
                .windows(2)
                .all(|pair| meet(pair[0].shipment, pair[1].shipment))
            && adds_up(paper, group)
    });
    groups.next()
}

/// Those whose numbers stand below one another. Two numbers alone may be the old one of a shipment and its new one: there the quantities have
/// to be those of both together, on one truck.
fn in_a_list<'a>(paper: &Paper<'_>, named: &[Member<'a>]) -> Option<(Vec<Member<'a>>, List)> {
    let lists = list::columns(paper, named).into_iter().filter_map(|list| {
        let members = list.members(named);
        let together = members
            .windows(2)
            .all(|pair| on_one_truck(pair[0].shipment, pair[1].shipment));
        let is_list = match (list.len(), members.len()) {
            (0 | 1, _) | (_, 0) => false,
            (2, listed) => listed == 2 && together && adds_up(paper, &members),
            (_, _) => true,
        };
        is_list.then_some((members, list))
    });
    lists.max_by_key(|(members, list)| (members.len(), list.len()))
}

fn on_one_truck(one: &Shipment, other: &Shipment) -> bool {
    /// A trip delivers on the next morning, too.
    const DAYS: i64 = 1;
    let carriers = one.carrier.scac.as_ref().zip(other.carrier.scac.as_ref());
    let days = expected_day(one).zip(expected_day(other));
    carriers.is_some_and(|(a, b)| a == b)
        && days.is_some_and(|(a, b)| days_between(a, b).abs() <= DAYS)
}

/// Is a quantity on the paper that of all of them together?
fn adds_up(paper: &Paper<'_>, members: &[Member<'_>]) -> bool {
    let told = members.iter().map(|one| quantities(paper, one.shipment));
    let told: Vec<_> = told.collect();
    let mut kinds = 0..told.first().map_or(0, |kinds| kinds.len());
    kinds.any(|kind| {
        let each = told.iter().map(|one| &one[kind]);
        let sums = each.map(|one| (!one.stops.is_empty()).then(|| one.stops.iter().sum::<f64>()));
        let sum: Option<f64> = sums.sum();
        let on_paper = paper.quantity(told[0][kind].name);
        on_paper.zip(sum).is_some_and(|(paper, sum)| {
            (paper - sum).abs() <= told[0][kind].tolerance * sum.abs() && sum > 0.0
        })
    })
}

#[cfg(test)]
mod tests;
