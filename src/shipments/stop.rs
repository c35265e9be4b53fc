//! The stops of a shipment: where freight is picked up and delivered, and what happened there.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A pickup or a delivery.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Stop {
    /// Counted from 1 along the way.
    pub seq: u32,
    /// Pickup or delivery.
    pub kind: StopKind,
    /// Facility id.
    pub facility_id: Option<String>,
    /// Name of the site.
    pub name: Option<String>,
    /// Address of the site.
    pub address: Option<serde_json::Value>,
    /// IANA time zone of the site.
    pub tz: Option<String>,
    /// Appointment window.
    pub appt: Option<Appointment>,
    /// What happened there.
    pub events: Vec<StopEvent>,
    /// What was to be delivered.
    pub expected: Expected,
    /// What kind of site it is.
    pub flags: SiteFlags,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            seq: 1,
            kind: StopKind::Delivery,
            facility_id: None,
            name: None,
            address: None,
            tz: None,
            appt: None,
            events: Vec::new(),
            expected: Expected::default(),
            flags: SiteFlags::default(),
        }
    }
}

/// Pickup or delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    /// Freight is taken on.
    Pickup,
    /// Freight is handed over.
    Delivery,
}

/// An appointment window.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Appointment {
    /// From.
    pub from: Option<Timestamp>,
    /// To.
    pub to: Option<Timestamp>,
}

/// Something that happened at a stop.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StopEvent {
    /// Canonical name (domain.md §5.1, `arrived_delivery`) or X12 214 code (`X1`, `D1`, `CD`).
    pub code: String,
    /// Who told: `edi214`, `eld`, `geofence` …
    #[serde(default)]
    pub source: Option<String>,
    /// When it happened.
    pub at: Timestamp,
}

/// What was to be delivered.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Expected {
    /// Pieces.
    pub pieces: Option<u32>,
    /// Handling units.
    pub hu: Option<u32>,
    /// What kind of handling units.
    pub hu_type: Option<String>,
    /// Weight.
    pub weight: Option<f64>,
    /// Unit of the weight, `lb` or `kg`.
    pub uom: Option<String>,
}

/// What kind of site a stop is; `None` where the feed does not say.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SiteFlags {
    /// A home.
    pub residential: Option<bool>,
    /// Has a dock.
    pub dock: Option<bool>,
    /// School, church, prison, site …
    pub limited_access: Option<bool>,
    /// Grocery warehouse.
    pub grocery: Option<bool>,
}

impl Stop {
    /// Day and time at the site of the first event with one of `codes`.
    #[must_use]
    pub fn local(&self, codes: &[&str]) -> Option<(Date, Time)> {
        self.event(codes).map(|event| self.at_site(event.at))
    }

    /// When it was delivered by the carrier's own status messages (214 `D1` and its kin, domain.md §5.1).
    #[must_use]
    pub fn delivered_at(&self) -> Option<Timestamp> {
        self.event(&["D1", "delivered", "unloading_complete"])
            .map(|event| event.at)
    }

    /// The day of that, on the clock of the site.
    #[must_use]
    pub fn delivered_on(&self) -> Option<Date> {
        self.delivered_at().map(|at| self.at_site(at).0)
    }

    fn event(&self, codes: &[&str]) -> Option<&StopEvent> {
        let is_one = |event: &&StopEvent| {
            let mut codes = codes.iter();
            codes.any(|code| code.eq_ignore_ascii_case(&event.code))
        };
        self.events.iter().find(is_one)
    }

    /// A moment as the clock at the site shows it; UTC where the feed gives no zone.
    #[must_use]
    pub fn at_site(&self, at: Timestamp) -> (Date, Time) {
        let zone = self
            .tz
            .as_deref()
            .and_then(|name| jiff::tz::TimeZone::get(name).ok());
        let local = at
            .to_zoned(zone.unwrap_or(jiff::tz::TimeZone::UTC))
            .datetime();
        (local.date(), local.time())
    }
}
