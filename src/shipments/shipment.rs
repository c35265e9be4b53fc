//! The canonical shipment of domain.md §5.2, as a feed publishes it. Only `id` and `version` are required.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stop::{Stop, StopKind};
use crate::document::Money;

/// One version of a shipment.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Shipment {
    /// Its id in the feed.
    pub id: String,
    /// Grows with every change; an older version arriving late changes nothing.
    pub version: u64,
    /// Whose data it is.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// Free text of the feed: `in_transit`, `delivered`, `cancelled` …; see [`Shipment::status`].
    #[serde(default, rename = "status")]
    pub raw_status: Option<String>,
    /// How it travels: `TL`, `LTL`, `IM`, `DRAY`, `PARCEL`, `AIR`, `OCEAN`, `EU_ROAD`.
    #[serde(default)]
    pub mode: Option<String>,
    /// Trailer, container, seals.
    #[serde(default)]
    pub equipment: Equipment,
    /// Identifiers.
    #[serde(default)]
    pub refs: Vec<Reference>,
    /// Who carries it.
    #[serde(default)]
    pub carrier: Carrier,
    /// Who pays, and by which profile.
    #[serde(default)]
    pub customer: Customer,
    /// Shipper, consignee, bill-to, notify.
    #[serde(default)]
    pub parties: Parties,
    /// Where it goes, in order.
    #[serde(default)]
    pub stops: Vec<Stop>,
    /// Agreed rates.
    #[serde(default)]
    pub rates: Rates,
    /// Charges billed so far.
    #[serde(default)]
    pub billed: Vec<Charge>,
    /// What the feed itself requires beyond the profile.
    #[serde(default)]
    pub required: Required,
    /// Until when the paper has to be there.
    #[serde(default)]
    pub pod_due_at: Option<Timestamp>,
    /// Until when the invoice has to be out.
    #[serde(default)]
    pub invoice_due_at: Option<Timestamp>,
}

fn default_tenant() -> String {
    "default".to_owned()
}

/// Trailer, container and seals.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Equipment {
    /// `van`, `reefer`, `flatbed` …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Trailer number.
    pub trailer: Option<String>,
    /// ISO 6346 container number.
    pub container: Option<String>,
    /// Chassis number.
    pub chassis: Option<String>,
    /// Seal numbers.
    pub seals: Vec<String>,
}

/// An identifier of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// What kind.
    #[serde(rename = "type")]
    pub kind: ReferenceKind,
    /// As the feed writes it.
    pub value: String,
    /// The carrier that gave it, of a PRO.
    #[serde(default)]
    pub scac: Option<String>,
}

/// Kinds of identifiers (domain.md §5.2).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
#[expect(
    missing_docs,
    reason = "the names are the trade's own, described in domain.md §5.2"
)]
pub enum ReferenceKind {
    Pro,
    Bol,
    Mbol,
    Load,
    Po,
    So,
    Delivery,
    Pickup,
    Appt,
    Invoice,
    Awb,
    Cmr,
    Gsin,
    Sscc,
    /// Any other kind a feed may invent: kept, not matched on.
    #[serde(other)]
    Other,
}

/// Who carries it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Carrier {
    /// Standard carrier alpha code.
    pub scac: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// When it was tendered to the carrier.
    pub tendered_at: Option<Timestamp>,
}

/// Who pays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Customer {
    /// Customer id.
    pub id: Option<String>,
    /// Billing profile, by id.
    pub profile_id: Option<String>,
}

/// The parties of a shipment.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Parties {
    /// Who sends it.
    pub shipper: Option<ShipmentParty>,
    /// Who receives it.
    pub consignee: Option<ShipmentParty>,
    /// Who pays.
    pub bill_to: Option<ShipmentParty>,
    /// Who is told.
    pub notify: Option<ShipmentParty>,
}

/// A party as the feed writes it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ShipmentParty {
    /// Name.
    pub name: Option<String>,
    /// Street and number.
    #[serde(alias = "addr")]
    pub address: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Postal code.
    pub postal: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
}

/// Agreed rates.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rates {
    /// ISO 4217.
    pub currency: Option<String>,
    /// Agreed linehaul.
    pub linehaul: Option<Money>,
    /// Fuel surcharge table.
    pub fsc: Option<serde_json::Value>,
    /// Miles, where the feed gives them.
    pub miles: Option<f64>,
    /// Accessorials that somebody approved.
    pub accessorial_auth: Vec<Authorisation>,
}

/// An approval of an accessorial.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Authorisation {
    /// Accessorial code (domain.md §4.1).
    pub code: String,
    /// Up to how much.
    #[serde(default)]
    pub limit: Option<Money>,
    /// By whom.
    #[serde(default)]
    pub approved_by: Option<String>,
    /// When.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// A billed line (contract.md §1.2).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Charge {
    /// Invoice number.
    #[serde(default)]
    pub invoice_no: String,
    /// Line of the invoice.
    #[serde(default)]
    pub line: u32,
    /// Accessorial code (domain.md §4.1).
    pub code: String,
    /// As the carrier wrote it.
    #[serde(default)]
    pub raw_code: Option<String>,
    /// Quantity.
    #[serde(default)]
    pub qty: Option<f64>,
    /// Rate. Kept to the last digit: rates have more decimals than amounts.
    #[serde(default, serialize_with = "to_the_last_digit")]
    pub rate: Option<Money>,
    /// Amount.
    pub amount: Money,
    /// When it was billed.
    #[serde(default)]
    pub billed_at: Option<Timestamp>,
}

fn to_the_last_digit<S: serde::Serializer>(
    rate: &Option<Money>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    rate.map(|rate| rate.0.to_string()).serialize(serializer)
}

/// What the feed itself requires.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Required {
    /// Documents, named as in profiles.
    pub docs: Vec<String>,
    /// Fields, by name.
    pub fields: Vec<String>,
}

/// Where a shipment stands, as far as matching and charges care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Delivered.
    Delivered,
    /// Called off.
    Cancelled,
    /// Under way, or unknown.
    Open,
}

impl Shipment {
    /// Where it stands, from the feed's free text and the stop events.
    #[must_use]
    pub fn status(&self) -> Status {
        let status = self
            .raw_status
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if status.starts_with("cancel") || status == "void" || status == "ca" {
            Status::Cancelled
        } else if status.starts_with("deliver") || status == "d1" || self.delivered_on().is_some() {
            Status::Delivered
        } else {
            Status::Open
        }
    }

    /// The last delivery stop.
    #[must_use]
    pub fn delivery_stop(&self) -> Option<&Stop> {
        self.deliveries().last()
    }

    /// The same with stops that can be told apart: where the feed numbers two of them alike, they are numbered along the way.
    #[must_use]
    pub fn with_distinct_stops(mut self) -> Self {
        let numbers: BTreeSet<u32> = self.stops.iter().map(|stop| stop.seq).collect();
        if numbers.len() < self.stops.len() || numbers.contains(&0) {
            for (stop, seq) in self.stops.iter_mut().zip(1..) {
                stop.seq = seq;
            }
        }
        self
    }

    /// The delivery stops, along the way.
    pub fn deliveries(&self) -> impl Iterator<Item = &Stop> {
        let stops = self.stops.iter();
        stops.filter(|stop| stop.kind == StopKind::Delivery)
    }

    /// The delivery stop with this place along the way; the last one where 0 says that there is but one.
    #[must_use]
    pub fn delivery(&self, seq: u32) -> Option<&Stop> {
        match seq {
            0 => self.delivery_stop(),
            seq => self.deliveries().find(|stop| stop.seq == seq),
        }
    }

    /// The first pickup stop.
    #[must_use]
    pub fn pickup_stop(&self) -> Option<&Stop> {
        self.stops.iter().find(|stop| stop.kind == StopKind::Pickup)
    }

    /// Local day of delivery by the carrier's own status messages (214 `D1` and its kin, domain.md §5.1).
    #[must_use]
    pub fn delivered_on(&self) -> Option<Date> {
        self.delivery_stop()?.delivered_on()
    }

    /// Local day of pickup by status messages, else by the appointment.
    #[must_use]
    pub fn picked_up_on(&self) -> Option<Date> {
        let stop = self.pickup_stop()?;
        let by_event = stop.local(&[
            "AF",
            "CP",
            "L1",
            "X8",
            "X3",
            "departed_pickup",
            "loaded",
            "arrived_pickup",
        ]);
        let by_appointment = || stop.appt.as_ref()?.from.map(|at| stop.at_site(at));
        by_event.or_else(by_appointment).map(|(date, _)| date)
    }
}
