//! A feed of made-up shipments, as hard to tell apart as real ones: numbers in sequence and given again, orders that thousands
//! share, chains with sites everywhere, twins, loads that were tendered twice.
//!
//! Each shipment follows from the seed and its place alone, so that millions of them need no memory.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde_json::json;

use super::dice::Dice;
use crate::shipments::{
    Appointment, Carrier, Customer, Equipment, Expected, Parties, Rates, Reference, ReferenceKind,
    Required, Shipment, ShipmentParty, Stop, StopEvent, StopKind,
};

/// A feed.
#[derive(Debug, Clone, Copy)]
pub struct Feed {
    /// Another seed gives other shipments.
    pub seed: u64,
    /// How many there are.
    pub count: u64,
    /// Percent that are the twin of the one before in all but their own numbers.
    pub twins: u64,
}

/// What a shipment and its papers both say.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) scac: &'static str,
    pub(super) pro: String,
    pub(super) bol: String,
    pub(super) load: String,
    pub(super) so: String,
    pub(super) po: String,
    pub(super) trailer: Option<String>,
    pub(super) name: String,
    pub(super) postal: String,
    pub(super) day: Date,
    pub(super) pieces: u32,
    pub(super) units: u32,
    pub(super) weight: f64,
    standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Delivered,
    Open,
    /// Called off; the next one carries its BOL and its load number.
    TenderedAgain,
}

/// Days that the open shipments of a feed span.
const DAYS: u64 = 60;
/// Shipments a site, on average; a few sites get hundreds a day and most get one a month.
const PER_SITE: u64 = 80;
/// Shippers, each with its own run of bills of lading.
const SHIPPERS: u64 = 40;
/// Carriers, by the shape of their PROs: with check digit and without.
const CARRIERS: [&str; 4] = ["XPOL", "ODFL", "EXLA", "SAIA"];
/// Days after which a carrier gives a PRO again.
const RECYCLED_AFTER: i64 = 400;

const FIRST: [&str; 30] = [
    "Acme",
    "Birch",
    "Harbor",
    "Lakeside",
    "Quarry",
    "Northgate",
    "Delta",
    "Old Town",
    "Summit",
    "Prairie",
    "Cascade",
    "Granite",
    "Redwood",
    "Bluewater",
    "Ironbridge",
    "Meadow",
    "Falcon",
    "Crescent",
    "Pioneer",
    "Juniper",
    "Keystone",
    "Liberty",
    "Magnolia",
    "Noble",
    "Orchard",
    "Pinecrest",
    "Riverside",
    "Sterling",
    "Tidewater",
    "Westfield",
];
const SECOND: [&str; 20] = [
    "Foods",
    "Paper Mill",
    "Tools",
    "Grocers",
    "Pump Works",
    "Bakery",
    "Stone Works",
    "Hardware",
    "Pharma",
    "Plastics",
    "Furniture",
    "Textiles",
    "Dairy",
    "Electric",
    "Chemicals",
    "Steel",
    "Lighting",
    "Motors",
    "Packaging",
    "Beverages",
];

impl Feed {
    /// The shipment at a place; `None` where the feed has not told it yet.
    #[must_use]
    pub fn shipment(&self, at: u64) -> Option<Shipment> {
        (!self.is_missing(at)).then(|| shipment(&self.facts(at), at))
    }

    /// Papers come before the feed tells their shipment in one case of twenty.
    #[must_use]
    pub fn is_missing(&self, at: u64) -> bool {
        Dice::new(self.seed, 1, at).percent(5)
    }

    /// The id of the shipment at a place.
    #[must_use]
    pub fn id(at: u64) -> String {
        format!("S{at:08}")
    }

    /// Is the shipment at this place one whose papers are drawn? Nobody signs for a load that was tendered again.
    #[must_use]
    pub fn has_papers(&self, at: u64) -> bool {
        self.standing(at) != Standing::TenderedAgain
    }

    pub(super) fn facts(&self, at: u64) -> Facts {
        let shared = self.twin_of(at);
        let mut dice = Dice::new(self.seed, 2, shared);
        let sites = (self.count / PER_SITE).max(8);
        // The square of chance: few sites are busy.
        let site = dice.below(sites) * dice.below(sites) / sites;
        let name = self.name(site);
        let day = dice.below(5) + shared * DAYS / self.count.max(1);
        let po = match dice.below(100) {
            0 => 4_500_000_000 + dice.below(20),
            _ => 4_510_000_000 + dice.below(self.count / 3 + 1),
        };
        let mut facts = Facts {
            scac: CARRIERS[0],
            pro: String::new(),
            bol: format!(
                "{}",
                88_120_400 + (at % SHIPPERS) * 10_000_000 + at / SHIPPERS
            ),
            load: format!("{}", 45_120_000 + at),
            so: format!("{}", 80_012_000 + shared),
            po: po.to_string(),
            trailer: dice
                .percent(50)
                .then(|| format!("{}", 53_000 + dice.below(20_000))),
            name,
            postal: format!("{:05}", 10_000 + site * 7 % 89_000),
            day: jiff::civil::date(2026, 1, 1)
                .saturating_add(i64::try_from(day).unwrap_or_default().days()),
            pieces: 12 * small(dice.below(40) + 1),
            units: small(dice.below(26)) + 1,
            weight: 100.0 * f64::from(small(dice.below(400)) + 2),
            standing: self.standing(at),
        };
        self.own_numbers(&mut facts, at);
        facts
    }

    fn own_numbers(&self, facts: &mut Facts, at: u64) {
        let again = |at: u64| self.standing(at) == Standing::TenderedAgain;
        if at > 0 && again(at - 1) {
            // Tendered again: the shipper's numbers stay.
            let before = at - 1;
            facts.bol = format!(
                "{}",
                88_120_400 + (before % SHIPPERS) * 10_000_000 + before / SHIPPERS
            );
            facts.load = format!("{}", 45_120_000 + before);
        }
        let is_old = Dice::new(self.seed, 4, at).percent(3);
        let of = if is_old {
            (at + self.count / 3 + 1) % self.count.max(1)
        } else {
            at
        };
        (facts.scac, facts.pro) = pro(of);
        if is_old {
            facts.day = facts.day.saturating_sub(RECYCLED_AFTER.days());
            facts.standing = Standing::Delivered;
        }
    }

    /// The first of the twins that the shipment at this place belongs to.
    fn twin_of(&self, at: u64) -> u64 {
        let is_twin = |at: &u64| {
            let again = *at > 0 && self.standing(at - 1) == Standing::TenderedAgain;
            *at > 0 && (again || Dice::new(self.seed, 3, *at).percent(self.twins))
        };
        let twins = (0..=at).rev().take_while(is_twin).count();
        at - u64::try_from(twins).unwrap_or_default()
    }

    fn standing(&self, at: u64) -> Standing {
        match Dice::new(self.seed, 5, at).below(100) {
            0 => Standing::TenderedAgain,
            1..20 => Standing::Open,
            _ => Standing::Delivered,
        }
    }

    /// A chain has a hundred sites in a feed of millions; every tenth site tells its number.
    fn name(&self, site: u64) -> String {
        let mut dice = Dice::new(self.seed, 6, site % 600);
        let name = format!(
            "{} {}",
            dice.one_of(&FIRST).unwrap_or_default(),
            dice.one_of(&SECOND).unwrap_or_default()
        );
        match site % 10 {
            0 => format!("{name} DC {}", site % 97),
            _ => name,
        }
    }
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The carrier of a place and its PRO: each carrier counts up, with gaps, since it has other customers, too.
fn pro(at: u64) -> (&'static str, String) {
    let run = at / 4 * 3;
    match at % 4 {
        0 => (
            CARRIERS[0],
            format!("{}{}", 40_012_340 + run, (40_012_340 + run) % 7),
        ),
        1 => (
            CARRIERS[1],
            format!("{}{}", 7_770_000_000 + run, luhn(7_770_000_000 + run)),
        ),
        2 => (CARRIERS[2], format!("{}", 1_450_200_100 + run)),
        _ => (CARRIERS[3], format!("{}", 10_450_200_100 + run)),
    }
}

fn luhn(body: u64) -> u64 {
    let digits = body.to_string().into_bytes();
    let digit = |(place, digit): (usize, &u8)| {
        let digit = u64::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
        digit / 10 + digit % 10
    };
    let sum: u64 = digits.iter().rev().enumerate().map(digit).sum();
    (10 - sum % 10) % 10
}

fn reference(kind: ReferenceKind, value: &str) -> Reference {
    Reference {
        kind,
        value: value.to_owned(),
        scac: None,
    }
}

fn shipment(facts: &Facts, at: u64) -> Shipment {
    let status = match facts.standing {
        Standing::Delivered => "delivered",
        Standing::Open => "in_transit",
        Standing::TenderedAgain => "cancelled",
    };
    Shipment {
        id: Feed::id(at),
        version: 1,
        tenant: "default".to_owned(),
        raw_status: Some(status.to_owned()),
        mode: Some("LTL".to_owned()),
        equipment: Equipment {
            trailer: facts.trailer.clone(),
            ..Equipment::default()
        },
        refs: vec![
            reference(ReferenceKind::Pro, &facts.pro),
            reference(ReferenceKind::Bol, &facts.bol),
            reference(ReferenceKind::Load, &facts.load),
            reference(ReferenceKind::So, &facts.so),
            reference(ReferenceKind::Po, &facts.po),
        ],
        carrier: Carrier {
            scac: Some(facts.scac.to_owned()),
            ..Carrier::default()
        },
        customer: Customer::default(),
        parties: Parties {
            consignee: Some(ShipmentParty {
                name: Some(facts.name.clone()),
                postal: Some(facts.postal.clone()),
                ..ShipmentParty::default()
            }),
            ..Parties::default()
        },
        stops: vec![stop(facts)],
        rates: Rates::default(),
        billed: Vec::new(),
        required: Required::default(),
        pod_due_at: None,
        invoice_due_at: None,
    }
}

fn stop(facts: &Facts) -> Stop {
    let noon = facts.day.at(15, 0, 0, 0).in_tz("UTC");
    let noon = noon.map_or(Timestamp::UNIX_EPOCH, |noon| noon.timestamp());
    let told = facts.standing == Standing::Delivered;
    let told = told.then(|| StopEvent {
        code: "D1".to_owned(),
        source: Some("edi214".to_owned()),
        at: noon,
    });
    Stop {
        kind: StopKind::Delivery,
        name: Some(facts.name.clone()),
        address: Some(json!({"postal": facts.postal})),
        tz: Some("America/New_York".to_owned()),
        appt: Some(Appointment {
            from: Some(noon),
            to: Some(noon),
        }),
        events: told.into_iter().collect(),
        expected: Expected {
            pieces: Some(facts.pieces),
            hu: Some(facts.units),
            weight: Some(facts.weight),
            uom: Some("lb".to_owned()),
            ..Expected::default()
        },
        ..Stop::default()
    }
}
