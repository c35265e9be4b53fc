//! The numbers that a shipment goes by, under the fields that papers show them in.
//!
//! In: a shipment. Out: its [`Own`] numbers, and which of them a text on paper is.

use super::numbers::{Likeness, Number};
use super::{ReferenceKind, Shipment};
use crate::understanding::FieldName;
use crate::understanding::normalise::normalise_identifier;

/// A number that the shipment goes by.
pub(super) struct Own {
    pub(super) number: Number,
    pub(super) name: FieldName,
    /// As fields hold it.
    pub(super) value: String,
}

/// The references and the equipment that papers name in fields of their own.
pub(super) fn own_numbers(shipment: &Shipment) -> Vec<Own> {
    let named = |kind| match kind {
        ReferenceKind::Pro | ReferenceKind::Awb => Some(FieldName::ProNumber),
        ReferenceKind::Bol | ReferenceKind::Cmr => Some(FieldName::BolNumber),
        ReferenceKind::Mbol => Some(FieldName::MasterBol),
        ReferenceKind::Load => Some(FieldName::LoadNumber),
        ReferenceKind::So => Some(FieldName::ShipperRef),
        ReferenceKind::Po => Some(FieldName::CustomerPo),
        ReferenceKind::Appt => Some(FieldName::AppointmentNumber),
        ReferenceKind::Invoice => Some(FieldName::InvoiceNo),
        ReferenceKind::Delivery
        | ReferenceKind::Pickup
        | ReferenceKind::Gsin
        | ReferenceKind::Sscc
        | ReferenceKind::Other => None,
    };
    let equipment = &shipment.equipment;
    let trailer = equipment
        .trailer
        .iter()
        .map(|value| (FieldName::TrailerNumber, value));
    let container = equipment
        .container
        .iter()
        .map(|value| (FieldName::ContainerNumber, value));
    let seals = equipment
        .seals
        .iter()
        .map(|value| (FieldName::SealNumbers, value));
    let references = shipment.refs.iter();
    let references =
        references.filter_map(|reference| Some((named(reference.kind)?, &reference.value)));
    let all = references.chain(trailer).chain(container).chain(seals);
    all.filter_map(|(name, value)| {
        Some(Own {
            number: Number::read(value)?,
            name,
            value: normalise_identifier(value),
        })
    })
    .collect()
}

/// The one number of the shipment that a text differs from in characters that look alike.
pub(super) fn misread(text: &str, name: FieldName, own: &[Own]) -> Option<String> {
    let number = Number::read(text)?;
    let likeness = |own: &&Own| own.number.likeness(&number) == Some(Likeness::Confused);
    let mut like = own.iter().filter(|own| own.name == name).filter(likeness);
    match (like.next(), like.next()) {
        (Some(only), None) if !is_at_home(text, name, own) => Some(only.value.clone()),
        _ => None,
    }
}

/// The field that a text belongs in: that of the first of the numbers that it is.
pub(super) fn home_of(text: &str, own: &[Own]) -> Option<FieldName> {
    let number = Number::read(text)?;
    let mut homes = own.iter().filter(|own| own.number == number);
    homes.next().map(|own| own.name)
}

/// Is a text one of the numbers of a field?
pub(super) fn is_at_home(text: &str, name: FieldName, own: &[Own]) -> bool {
    let is_home = |number| {
        own.iter()
            .any(|own| own.number == number && own.name == name)
    };
    Number::read(text).is_some_and(is_home)
}
