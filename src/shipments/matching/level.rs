//! The levels of agreement and contradiction between a paper and a shipment, each of which has its weight.

use serde::{Deserialize, Serialize};

use crate::shipments::ReferenceKind;

/// What can be seen when a paper is compared with a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The same PRO, in its place.
    Pro,
    /// The same bill of lading, load, waybill or consignment note.
    Bol,
    /// The same number of a unit: SSCC, GSIN.
    Unit,
    /// The same sales order, delivery, pickup, appointment or invoice: several shipments may share it.
    Reference,
    /// The same purchase order.
    Order,
    /// The same container within three days of the delivery.
    Container,
    /// The same container at no known time.
    ContainerUndated,
    /// A PRO by bar code: how much more that weighs.
    BarcodeBonus,
    /// A PRO on a paper that does not tell its carrier: how much less that weighs.
    ProWithoutCarrier,
    /// A PRO with one look-alike character. Other numbers in proportion.
    Repaired,
    /// A PRO with one wrong, missing or extra character. Other numbers in proportion.
    OneOff,
    /// Another PRO in its place.
    OtherPro,
    /// Another BOL, load number or container in its place.
    OtherNumber,
    /// None of the purchase orders.
    OtherOrder,
    /// The consignee by name and postal code.
    Site,
    /// The consignee by name alone.
    SiteName,
    /// The consignee by postal code alone.
    SitePostal,
    /// The same name in another place, as chains have them.
    OtherPlace,
    /// Another consignee in another place.
    OtherConsignee,
    /// Another carrier.
    OtherCarrier,
    /// The same pieces.
    Pieces,
    /// The same handling units.
    HandlingUnits,
    /// The same weight.
    Weight,
    /// Other pieces, handling units or weight.
    OtherQuantity,
    /// The trailer on the day.
    Trailer,
    /// The day on which the carrier says it was delivered.
    SameDay,
    /// A day beside it, or the day that was planned.
    NextDay,
    /// More than a week off, or before it was picked up.
    OtherWeek,
    /// Half a year off: a number that was given again.
    OtherYear,
    /// It is not delivered yet.
    NotDelivered,
    /// It was called off.
    Cancelled,
    /// The file is named after it.
    FileName,
    /// The upload notice names it.
    Hinted,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 33] = [
        Self::Pro,
        Self::Bol,
        Self::Unit,
        Self::Reference,
        Self::Order,
        Self::Container,
        Self::ContainerUndated,
        Self::BarcodeBonus,
        Self::ProWithoutCarrier,
        Self::Repaired,
        Self::OneOff,
        Self::OtherPro,
        Self::OtherNumber,
        Self::OtherOrder,
        Self::Site,
        Self::SiteName,
        Self::SitePostal,
        Self::OtherPlace,
        Self::OtherConsignee,
        Self::OtherCarrier,
        Self::Pieces,
        Self::HandlingUnits,
        Self::Weight,
        Self::OtherQuantity,
        Self::Trailer,
        Self::SameDay,
        Self::NextDay,
        Self::OtherWeek,
        Self::OtherYear,
        Self::NotDelivered,
        Self::Cancelled,
        Self::FileName,
        Self::Hinted,
    ];

    /// What an exact number of this kind shows; `None` for kinds that nothing is made of.
    pub(super) fn of(kind: ReferenceKind) -> Option<Self> {
        match kind {
            ReferenceKind::Pro => Some(Self::Pro),
            ReferenceKind::Gsin | ReferenceKind::Sscc => Some(Self::Unit),
            ReferenceKind::Bol
            | ReferenceKind::Mbol
            | ReferenceKind::Load
            | ReferenceKind::Awb
            | ReferenceKind::Cmr => Some(Self::Bol),
            ReferenceKind::So
            | ReferenceKind::Delivery
            | ReferenceKind::Pickup
            | ReferenceKind::Appt
            | ReferenceKind::Invoice => Some(Self::Reference),
            ReferenceKind::Po => Some(Self::Order),
            ReferenceKind::Other => None,
        }
    }

    /// Does it name one shipment (domain.md §0: a purchase order does not)?
    pub(super) fn names_one(self) -> bool {
        matches!(self, Self::Pro | Self::Bol | Self::Unit | Self::Container)
    }

    /// Does the paper, or what was told of it, name the shipment by a number, if only nearly?
    pub(super) fn names_it(self) -> bool {
        matches!(
            self,
            Self::Pro
                | Self::Bol
                | Self::Unit
                | Self::Reference
                | Self::Order
                | Self::Container
                | Self::ContainerUndated
                | Self::Repaired
                | Self::OneOff
                | Self::FileName
                | Self::Hinted
        )
    }

    /// Does it speak against a shipment, or for less of what speaks for it?
    #[must_use]
    pub fn is_against(self) -> bool {
        matches!(
            self,
            Self::ProWithoutCarrier
                | Self::OtherPro
                | Self::OtherNumber
                | Self::OtherOrder
                | Self::OtherPlace
                | Self::OtherConsignee
                | Self::OtherCarrier
                | Self::OtherQuantity
                | Self::OtherWeek
                | Self::OtherYear
                | Self::NotDelivered
                | Self::Cancelled
        )
    }
}
