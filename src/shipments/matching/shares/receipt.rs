//! Whose receipt it is where a paper covers shipments that do not all go to one place.

use super::rows::RowOf;
use crate::shipments::Shipment;
use crate::shipments::sites::{SiteAgreement, agreement, destinations};
use crate::understanding::{Document, FieldName, Mark, Role};

/// Drops what stands in the rows of other shipments.
pub(super) fn drop_what_is_of_others(document: &mut Document, rows: &RowOf<'_>) {
    document
        .notations
        .retain(|notation| !rows.is_of_another(notation.page, notation.bbox));
    document
        .fields
        .retain(|_, field| !rows.is_of_another(field.found.page, field.found.bbox));
}

/// Keeps the receipt of this shipment alone: what is signed in its row, or, where nobody signs in rows, at the foot of a paper that names its
/// consignee.
pub(super) fn keep_own(document: &mut Document, shipment: &Shipment, rows: Option<&RowOf<'_>>) {
    let is_named = names_consignee_of(document, shipment);
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
        Some(_) | None => is_named,
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
    // Words that waive the signature do not say whose.
    document.traits.unattended = false;
}

fn names_consignee_of(document: &Document, shipment: &Shipment) -> bool {
    let consignee = document.fields.get(&FieldName::ShipTo);
    let party = consignee.and_then(|field| field.found.value.as_party());
    party.is_some_and(|party| agreement(party, &destinations(shipment)) >= SiteAgreement::NameOnly)
}

fn receives(mark: &Mark) -> bool {
    !matches!(mark.role, Some(Role::Driver | Role::Shipper))
}
