//! The numbers a shipment goes by, where on paper they may stand, and what each weighs there.

use super::carriers::{CarrierAgreement, carrier_agreement};
use super::circumstances::{days_between, expected_day};
use super::paper::{Label, Paper, Reading};
use super::weights::{self, Level};
use crate::document::Source;
use crate::shipments::numbers::Number;
use crate::shipments::{ReferenceKind, Shipment};
use crate::understanding::FieldName;

/// A number that a shipment goes by.
pub(super) struct Held<'a> {
    pub(super) kind: Kind,
    pub(super) number: Number,
    /// As the feed writes it, for check digits.
    pub(super) raw: &'a str,
    /// The carrier that gave it, of a PRO.
    pub(super) scac: Option<&'a str>,
}

/// What kind of number a shipment goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Reference(ReferenceKind),
    Container,
}

/// What one number weighs.
pub(super) struct Weight {
    /// What it shows.
    pub(super) level: Level,
    /// Log-odds, were it exactly the same.
    pub(super) log_odds: f64,
    /// Does it name one shipment (domain.md §0: a purchase order does not)?
    pub(super) names_one: bool,
    /// Does it stand under a label that fits?
    pub(super) in_place: bool,
}

/// Every number that `shipment` goes by.
pub(super) fn held(shipment: &Shipment) -> Vec<Held<'_>> {
    let references = shipment.refs.iter().filter_map(|reference| {
        let own = reference.scac.as_deref();
        let pro = reference.kind == ReferenceKind::Pro;
        Some(Held {
            kind: Kind::Reference(reference.kind),
            number: Number::read(&reference.value)?,
            raw: &reference.value,
            scac: own.or(shipment.carrier.scac.as_deref()).filter(|_| pro),
        })
    });
    let container = shipment.equipment.container.as_deref();
    let container = container.and_then(|raw| {
        Some(Held {
            kind: Kind::Container,
            number: Number::read(raw)?,
            raw,
            scac: None,
        })
    });
    references.chain(container).collect()
}

/// What a number of this kind weighs where `reading` stands; `None` where such a number cannot stand.
pub(super) fn weigh(
    paper: &Paper<'_>,
    shipment: &Shipment,
    reading: &Reading,
    kind: Kind,
) -> Option<Weight> {
    let place = place(reading, kind)?;
    let level = match kind {
        Kind::Container => container(paper, shipment),
        Kind::Reference(kind) => Level::of(kind)?,
    };
    let log_odds = match level {
        Level::Pro => pro(paper, shipment, reading),
        level => paper.weights.of(level),
    };
    let shares = paper.weights.shares;
    let place_share = match place {
        Place::Own => 1.0,
        Place::Other => shares.mislabelled,
        Place::Anywhere => shares.anywhere,
    };
    let legible = if reading.hardly_legible() {
        shares.hardly_legible
    } else {
        1.0
    };
    Some(Weight {
        level,
        log_odds: log_odds * place_share * legible,
        names_one: level.names_one(),
        in_place: place == Place::Own,
    })
}

/// A container names a shipment only near its delivery: containers travel on.
fn container(paper: &Paper<'_>, shipment: &Shipment) -> Level {
    let delivered = paper.date(FieldName::DeliveryDate);
    let apart = delivered.zip(expected_day(shipment));
    let near = apart.is_some_and(|(a, b)| days_between(a, b).abs() <= weights::CONTAINER_DAYS);
    if near {
        Level::Container
    } else {
        Level::ContainerUndated
    }
}

fn pro(paper: &Paper<'_>, shipment: &Shipment, reading: &Reading) -> f64 {
    let barcode = match reading.source {
        Source::Barcode => paper.weights.of(Level::BarcodeBonus),
        Source::Ocr | Source::TextLayer | Source::Handwriting | Source::Hint => 0.0,
    };
    let carrier = match carrier_agreement(paper, shipment) {
        CarrierAgreement::Unknown => paper.weights.of(Level::ProWithoutCarrier),
        CarrierAgreement::Same | CarrierAgreement::Other(_) => 0.0,
    };
    paper.weights.of(Level::Pro) + barcode + carrier
}

/// Does a number stand where its kind belongs?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Own,
    Other,
    Anywhere,
}

/// Numbers of so many characters may stand under any label: among 100,000 shipments a number of eight digits is that of
/// another one by chance once in a thousand, while forms and readers mistake labels far more often.
pub(in crate::shipments) const LONG: usize = 8;

/// Where a kind of number may stand. A bar code without a label says itself what it is.
fn place(reading: &Reading, kind: Kind) -> Option<Place> {
    let (own, other) = kinds_under(reading.label);
    let elsewhere = reading.label == Label::Elsewhere;
    let itself = elsewhere && reading.source == Source::Barcode;
    let mislabelled = kind != Kind::Container && reading.number.text().len() >= LONG;
    if own.contains(&kind) || itself && other.contains(&kind) {
        Some(Place::Own)
    } else if elsewhere {
        other.contains(&kind).then_some(Place::Anywhere)
    } else {
        (other.contains(&kind) || mislabelled).then_some(Place::Other)
    }
}

const PRO: Kind = Kind::Reference(ReferenceKind::Pro);
const BOL: Kind = Kind::Reference(ReferenceKind::Bol);
const MBOL: Kind = Kind::Reference(ReferenceKind::Mbol);
const LOAD: Kind = Kind::Reference(ReferenceKind::Load);
const PO: Kind = Kind::Reference(ReferenceKind::Po);
const SO: Kind = Kind::Reference(ReferenceKind::So);
const DELIVERY: Kind = Kind::Reference(ReferenceKind::Delivery);
const PICKUP: Kind = Kind::Reference(ReferenceKind::Pickup);
const APPT: Kind = Kind::Reference(ReferenceKind::Appt);
const INVOICE: Kind = Kind::Reference(ReferenceKind::Invoice);
const AWB: Kind = Kind::Reference(ReferenceKind::Awb);
const CMR: Kind = Kind::Reference(ReferenceKind::Cmr);
const GSIN: Kind = Kind::Reference(ReferenceKind::Gsin);
const SSCC: Kind = Kind::Reference(ReferenceKind::Sscc);

/// The kinds that a label means, and the kinds that stand under it all the same: shippers print a load number as
/// "BOL / SID", carriers invoice under the PRO, waybill numbers of all sorts stand where the PRO belongs.
fn kinds_under(label: Label) -> (&'static [Kind], &'static [Kind]) {
    match label {
        Label::Pro => (&[PRO, AWB, CMR], &[BOL, LOAD, INVOICE]),
        Label::Bol => (&[BOL, MBOL, GSIN, LOAD, AWB, CMR], &[PRO, SO, DELIVERY]),
        Label::MasterBol => (&[MBOL, BOL, GSIN], &[LOAD]),
        Label::Load => (&[LOAD, BOL, PICKUP], &[PRO, MBOL, SO]),
        Label::ShipperRef => (&[SO, DELIVERY, BOL], &[LOAD, PICKUP]),
        Label::Po => (&[PO], &[]),
        Label::Appointment => (&[APPT], &[PICKUP]),
        Label::Invoice => (&[INVOICE, PRO], &[LOAD]),
        Label::Container => (&[Kind::Container], &[]),
        Label::Elsewhere => (
            &[],
            &[
                PRO,
                BOL,
                MBOL,
                LOAD,
                PO,
                SO,
                DELIVERY,
                PICKUP,
                APPT,
                INVOICE,
                AWB,
                CMR,
                GSIN,
                SSCC,
                Kind::Container,
            ],
        ),
    }
}

/// A place that belongs to a kind of number, and what another number there shows.
pub(super) struct OwnPlace {
    pub(super) label: Label,
    pub(super) kinds: &'static [Kind],
    pub(super) other_number: Level,
}

/// Where a shipment's own numbers stand.
pub(super) const OWN_PLACES: [OwnPlace; 5] = [
    own_place(Label::Pro, &[PRO], Level::OtherPro),
    own_place(Label::Bol, &[BOL, GSIN], Level::OtherNumber),
    own_place(Label::Load, &[LOAD], Level::OtherNumber),
    own_place(Label::Container, &[Kind::Container], Level::OtherNumber),
    own_place(Label::Po, &[PO], Level::OtherOrder),
];

/// What a shipper calls a shipment: several may share it, yet one that goes by another is none of them.
pub(super) const SHIPPERS_OWN: &[Kind] = &[SO, DELIVERY];

const fn own_place(label: Label, kinds: &'static [Kind], other_number: Level) -> OwnPlace {
    OwnPlace {
        label,
        kinds,
        other_number,
    }
}
