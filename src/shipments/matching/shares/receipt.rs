//! Whose receipt it is where a paper covers shipments that do not all go to one place.

use super::field_of;
use super::rows::RowOf;
use crate::document::Found;
use crate::shipments::Shipment;
use crate::shipments::sites::{Destination, SiteAgreement, agreement, destinations, meet};
use crate::understanding::{
    Document, Field, FieldName, Fields, Mark, Party, Role, UnsettledDate, Value,
};

/// Drops what stands in the rows of other shipments.
pub(super) fn drop_what_is_of_others(document: &mut Document, rows: &RowOf<'_>) {
    document
        .notations
        .retain(|notation| !rows.is_of_another(notation.page, notation.bbox));
    document
        .fields
        .retain(|_, field| !rows.is_of_another(field.found.page, field.found.bbox));
    let traits = &mut document.traits;
    for dates in [
        &mut traits.unsettled_dates,
        &mut traits.doubtful_dates,
        &mut traits.illegible_dates,
    ] {
        dates.retain(|date| !rows.is_of_another(date.found.page, date.found.bbox));
    }
}

/// Puts what the row itself says of who received it and when before what stands elsewhere on the paper. A date is read once the shipment
/// tells how.
pub(super) fn take_from_own_row(document: &mut Document, rows: &RowOf<'_>) {
    let (fields, traits) = (&mut document.fields, &mut document.traits);
    let held = |fields: &Fields, name| {
        let field: Option<&Field> = fields.get(&name);
        field.is_some_and(|field| rows.is_in(field.found.page, field.found.bbox))
    };
    let mut parties = traits.other_parties.iter();
    let party = parties.find(|party| rows.is_in(party.page, party.bbox));
    if let Some(party) = party.filter(|_| !held(fields, FieldName::ShipTo)) {
        let value = Value::Party(party.value.clone());
        fields.insert(FieldName::ShipTo, field_of(party.with(value)));
    }
    let mut names = traits.other_names.iter();
    let name = names.find(|name| rows.is_in(name.page, name.bbox));
    if let Some(name) = name.filter(|_| !held(fields, FieldName::ReceivedByName)) {
        let value = Value::Text(name.value.clone());
        fields.insert(FieldName::ReceivedByName, field_of(name.with(value)));
    }
    let dates = traits.other_dates.iter();
    let dates = dates.filter(|date| rows.is_in(date.found.page, date.found.bbox));
    let dates: Vec<UnsettledDate> = dates.cloned().collect();
    if !dates.is_empty() && !held(fields, FieldName::DeliveryDate) {
        fields.remove(&FieldName::DeliveryDate);
        traits.unsettled_dates.extend(dates);
    }
}

/// Keeps the receipt of this shipment alone: what is signed in its row, or, where nobody signs in rows, at the foot of a paper that names its
/// consignee and none of the `others`.
pub(super) fn keep_own(
    document: &mut Document,
    shipment: &Shipment,
    others: &[&Shipment],
    rows: Option<&RowOf<'_>>,
) {
    let is_named = names_consignee_of(document, shipment);
    let is_only_one = is_named && !is_one_of_several(document, shipment, others, rows);
    if !is_named {
        document.fields.remove(&FieldName::ShipTo);
    }
    let by_row = |mark: &Mark| rows.is_some_and(|rows| rows.is_in_any(mark.page, mark.bbox));
    let signed_in_rows = document
        .marks
        .iter()
        .any(|mark| receives(mark) && by_row(mark));
    let is_own = |page, bbox| match rows {
        Some(rows) if signed_in_rows => rows.is_in(page, bbox),
        Some(_) | None => is_only_one,
    };
    document
        .marks
        .retain(|mark| !receives(mark) || is_own(mark.page, mark.bbox));
    document.fields.retain(|name, field| {
        let receipt = matches!(
            name,
            FieldName::SignatureConsignee | FieldName::ReceivedByName | FieldName::StampText
        );
        !receipt || is_own(field.found.page, field.found.bbox)
    });
    if let Some(rows) = rows.filter(|_| signed_in_rows) {
        drop_days_of_other_rows(document, rows);
    }
    // Words that waive the signature do not say whose.
    document.traits.unattended = false;
}

/// Makes the signatures in its row the receiver's; without `rows` those of all, which one receiver gave.
pub(super) fn sign(document: &mut Document, rows: Option<&RowOf<'_>>) {
    let is_own = |mark: &Mark| {
        let in_row = rows.is_none_or(|rows| rows.is_in(mark.page, mark.bbox));
        mark.by_row && in_row
    };
    for mark in document.marks.iter_mut().filter(|mark| is_own(mark)) {
        mark.role = Some(Role::Consignee);
    }
    let signed = document.marks.iter().filter(|mark| is_own(mark));
    let surest = signed.max_by(|a, b| a.confidence.get().total_cmp(&b.confidence.get()));
    if let Some(mark) = surest {
        let name = FieldName::SignatureConsignee;
        let fields = &mut document.fields;
        fields
            .entry(name)
            .or_insert_with(|| mark.as_field(Value::Flag(true)));
    }
}

fn names_consignee_of(document: &Document, shipment: &Shipment) -> bool {
    let consignee = document.fields.get(&FieldName::ShipTo);
    let party = consignee.and_then(|field| field.found.value.as_party());
    party.is_some_and(|party| agreement(party, &destinations(shipment)) >= SiteAgreement::NameOnly)
}

/// Drops dates of delivery below the head and outside the row: they are of rows whose numbers were not read.
fn drop_days_of_other_rows(document: &mut Document, rows: &RowOf<'_>) {
    let is_own = |page, bbox| rows.is_in(page, bbox) || rows.is_above(page, bbox);
    document.fields.retain(|name, field| {
        *name != FieldName::DeliveryDate || is_own(field.found.page, field.found.bbox)
    });
    let traits = &mut document.traits;
    for dates in [
        &mut traits.unsettled_dates,
        &mut traits.doubtful_dates,
        &mut traits.illegible_dates,
    ] {
        dates.retain(|date| is_own(date.found.page, date.found.bbox));
    }
}

/// Does the consignee stand in a row of the list, or another one on the paper, too? Then what is signed at the foot may be the other's.
fn is_one_of_several(
    document: &Document,
    shipment: &Shipment,
    others: &[&Shipment],
    rows: Option<&RowOf<'_>>,
) -> bool {
    let consignee = document.fields.get(&FieldName::ShipTo);
    let is_in_row = |field: &Field| {
        let found = &field.found;
        rows.is_some_and(|rows| rows.is_in_any(found.page, found.bbox))
    };
    let elsewhere = others.iter().filter(|other| !meet(shipment, other));
    let elsewhere: Vec<Destination> = elsewhere.flat_map(|other| destinations(other)).collect();
    let mut parties = document.traits.other_parties.iter();
    let is_elsewhere =
        |party: &Found<Party>| agreement(&party.value, &elsewhere) >= SiteAgreement::NameOnly;
    consignee.is_some_and(is_in_row) || parties.any(is_elsewhere)
}

fn receives(mark: &Mark) -> bool {
    !matches!(mark.role, Some(Role::Driver | Role::Shipper))
}
