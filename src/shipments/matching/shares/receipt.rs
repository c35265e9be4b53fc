//! Whose receipt it is where a paper covers shipments that do not all go to one place.

use super::field_of;
use super::rows::RowOf;
use crate::document::{BBox, Found, PageNumber};
use crate::shipments::Shipment;
use crate::shipments::sites::{Destination, SiteAgreement, agreement, destinations, meet};
use crate::understanding::{
    Document, DocumentClass, Field, FieldName, Fields, Mark, NotationKind, Party, Role, SURE_MARK,
    Traits, UnsettledDate, Value,
};

/// Drops what stands in the rows of other shipments.
pub(super) fn drop_what_is_of_others(document: &mut Document, rows: &RowOf<'_>) {
    document
        .notations
        .retain(|notation| !rows.is_of_another(notation.page, notation.bbox));
    document
        .fields
        .retain(|_, field| !rows.is_of_another(field.found.page, field.found.bbox));
    keep_dates(&mut document.traits, |page, bbox| {
        !rows.is_of_another(page, bbox)
    });
}

/// Keeps of the dates that are still to be settled those that stand in such places.
fn keep_dates(traits: &mut Traits, is_kept: impl Fn(PageNumber, BBox) -> bool) {
    for dates in [
        &mut traits.unsettled_dates,
        &mut traits.doubtful_dates,
        &mut traits.illegible_dates,
    ] {
        dates.retain(|date| is_kept(date.found.page, date.found.bbox));
    }
}

/// Puts what the row itself says of who received it and when before what stands elsewhere on the paper. A date is read once the shipment
/// tells how.
pub(super) fn take_from_own_row(document: &mut Document, shipment: &Shipment, rows: &RowOf<'_>) {
    let (fields, traits) = (&mut document.fields, &mut document.traits);
    let held = |fields: &Fields, name| {
        let field: Option<&Field> = fields.get(&name);
        field.is_some_and(|field| rows.is_in(field.found.page, field.found.bbox))
    };
    if !held(fields, FieldName::ShipTo)
        && let Some(party) = party_in_row(&traits.other_parties, shipment, rows)
    {
        let value = Value::Party(party.value.clone());
        fields.insert(FieldName::ShipTo, field_of(party.with(value)));
    }
    if !held(fields, FieldName::ReceivedByName)
        && let Some(name) = surest(in_row(&traits.other_names, rows))
    {
        let value = Value::Text(name.value.clone());
        fields.insert(FieldName::ReceivedByName, field_of(name.with(value)));
    }
    if !held(fields, FieldName::DeliveryDate) {
        let dates = traits.other_dates.iter();
        let dates = dates.filter(|date| rows.is_in(date.found.page, date.found.bbox));
        traits.unsettled_dates.extend(dates.cloned());
        put_own_day_first(document, rows);
    }
}

/// Where a day to be read stands in the row, no other one counts.
fn put_own_day_first(document: &mut Document, rows: &RowOf<'_>) {
    let day = FieldName::DeliveryDate;
    let is_own = |date: &UnsettledDate| rows.is_in(date.found.page, date.found.bbox);
    let open = &mut document.traits.unsettled_dates;
    if open.iter().any(|date| date.field == day && is_own(date)) {
        open.retain(|date| date.field != day || is_own(date));
        document.fields.remove(&day);
    }
}

/// The party in the row: the one that the shipment goes to, else the surest, which speaks against it.
fn party_in_row<'a>(
    parties: &'a [Found<Party>],
    shipment: &Shipment,
    rows: &RowOf<'_>,
) -> Option<&'a Found<Party>> {
    let sites = destinations(shipment);
    let agrees = |party: &&Found<Party>| agreement(&party.value, &sites) >= SiteAgreement::NameOnly;
    in_row(parties, rows)
        .find(agrees)
        .or_else(|| surest(in_row(parties, rows)))
}

fn in_row<'a, T>(found: &'a [Found<T>], rows: &RowOf<'_>) -> impl Iterator<Item = &'a Found<T>> {
    found.iter().filter(|one| rows.is_in(one.page, one.bbox))
}

fn surest<'a, T: 'a>(found: impl Iterator<Item = &'a Found<T>>) -> Option<&'a Found<T>> {
    found.max_by(|a, b| a.confidence.get().total_cmp(&b.confidence.get()))
}

/// Keeps the receipt of this shipment alone: what is signed in its row, or, where nobody signs in rows, at the foot of a paper that names its
/// consignee and no other one.
pub(super) fn keep_own(
    document: &mut Document,
    shipment: &Shipment,
    others: &[&Shipment],
    rows: Option<&RowOf<'_>>,
) {
    let is_named = names_consignee_of(document, shipment);
    let is_only_one = is_named && !names_several(document, shipment, others, rows);
    let in_own_row = |field: &Field| {
        let found = &field.found;
        rows.is_some_and(|rows| rows.is_in(found.page, found.bbox))
    };
    // One that stands in the row and is another's speaks against the shipment.
    document
        .fields
        .retain(|name, field| *name != FieldName::ShipTo || is_named || in_own_row(field));
    let by_row = |mark: &Mark| {
        let in_row = rows.is_some_and(|rows| rows.is_in_any(mark.page, mark.bbox));
        mark.row.is_some() || in_row
    };
    let signed_in_rows = document
        .marks
        .iter()
        .any(|mark| receives(mark) && by_row(mark));
    let is_own = |page, bbox| match rows {
        Some(rows) if signed_in_rows => rows.is_in(page, bbox),
        Some(_) | None => is_only_one && !signed_in_rows,
    };
    let is_own_mark = |mark: &Mark| match mark.row {
        Some(number) => rows.is_some_and(|rows| rows.is_in_line(mark.page, number)),
        None => is_own(mark.page, mark.bbox),
    };
    document
        .marks
        .retain(|mark| !receives(mark) || is_own_mark(mark));
    document.fields.retain(|name, field| {
        let receipt = matches!(
            name,
            FieldName::SignatureConsignee | FieldName::ReceivedByName | FieldName::StampText
        );
        !receipt || is_own(field.found.page, field.found.bbox)
    });
    if let Some(rows) = rows.filter(|_| signed_in_rows) {
        drop_times_of_other_rows(document, rows);
    }
    // Words that waive the signature do not say whose.
    document.traits.unattended = false;
}

/// Makes the signature beside the row's number the receiver's, unless the row says that nobody took the goods.
pub(super) fn sign(document: &mut Document, rows: &RowOf<'_>) {
    let untaken = document.notations.iter().any(|notation| {
        let says = matches!(
            notation.kind,
            NotationKind::Refused | NotationKind::Unattended
        );
        says && rows.is_in(notation.page, notation.bbox)
    });
    let is_own = |mark: &Mark| {
        let number = mark.row.filter(|_| !untaken);
        number.is_some_and(|number| rows.is_in_line(mark.page, number))
    };
    for mark in document.marks.iter_mut().filter(|mark| is_own(mark)) {
        mark.role = Some(Role::Consignee);
    }
    let signed = document.marks.iter().filter(|mark| is_own(mark));
    let signed = signed.filter(|mark| mark.confidence.get() >= SURE_MARK);
    let surest = signed.max_by(|a, b| a.confidence.get().total_cmp(&b.confidence.get()));
    let Some(mark) = surest else {
        return;
    };
    let field = mark.as_field(Value::Flag(true));
    document.fields.insert(FieldName::SignatureConsignee, field);
    if document.class == DocumentClass::BolUnsigned {
        document.class = DocumentClass::BolConsigneeSigned;
    }
}

fn names_consignee_of(document: &Document, shipment: &Shipment) -> bool {
    let consignee = document.fields.get(&FieldName::ShipTo);
    let party = consignee.and_then(|field| field.found.value.as_party());
    party.is_some_and(|party| agreement(party, &destinations(shipment)) >= SiteAgreement::NameOnly)
}

/// Drops days and times of delivery below the head and outside the row: they are of rows whose numbers were not read.
fn drop_times_of_other_rows(document: &mut Document, rows: &RowOf<'_>) {
    let is_own = |page, bbox| rows.is_in(page, bbox) || rows.is_above(page, bbox);
    document.fields.retain(|name, field| {
        let tells_when = matches!(
            name,
            FieldName::DeliveryDate
                | FieldName::ArrivalTime
                | FieldName::DockIn
                | FieldName::DockOut
                | FieldName::DepartureTime
        );
        !tells_when || is_own(field.found.page, field.found.bbox)
    });
    keep_dates(&mut document.traits, is_own);
}

/// Does a consignee stand in a row of the list, or another one on the paper, too? Then what is signed at the foot may be the other's.
fn names_several(
    document: &Document,
    shipment: &Shipment,
    others: &[&Shipment],
    rows: Option<&RowOf<'_>>,
) -> bool {
    let in_rows = |page, bbox| rows.is_some_and(|rows| rows.is_in_any(page, bbox));
    let consignee = document.fields.get(&FieldName::ShipTo);
    let is_in_row = |field: &Field| in_rows(field.found.page, field.found.bbox);
    let elsewhere = others.iter().filter(|other| !meet(shipment, other));
    let elsewhere: Vec<Destination> = elsewhere.flat_map(|other| destinations(other)).collect();
    let is_anothers = |party: &Found<Party>| {
        let agrees = agreement(&party.value, &elsewhere) >= SiteAgreement::NameOnly;
        agrees || in_rows(party.page, party.bbox)
    };
    let mut parties = document.traits.other_parties.iter();
    consignee.is_some_and(is_in_row) || parties.any(is_anothers)
}

fn receives(mark: &Mark) -> bool {
    !matches!(mark.role, Some(Role::Driver | Role::Shipper))
}
