//! Billing profiles (contract.md §1.4): what a customer wants to see before it pays.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::document::Money;

/// A billing profile. Unknown keys are refused by name.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its id; shipments name it in `customer.profile_id`.
    pub id: String,
    /// Grows with every change.
    #[serde(default = "first_version")]
    pub version: u32,
    /// Customer id.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// Customer name.
    #[serde(default)]
    pub customer: Option<String>,
    /// `pod`, `<class>_if_charged`.
    #[serde(default = "pod_only")]
    pub required_docs: Vec<String>,
    /// Field names that must be on the paper.
    #[serde(default)]
    pub required_fields: Vec<String>,
    /// A receiving stamp stands for a signature.
    #[serde(default = "yes")]
    pub accept_stamp_as_signature: bool,
    /// An ePOD needs no drawn signature.
    #[serde(default)]
    pub accept_unsigned_epod: bool,
    /// "Driver release", "no contact" stand for a signature.
    #[serde(default)]
    pub accept_driver_release: bool,
    /// A bill of lading signed by the consignee serves as POD.
    #[serde(default = "yes")]
    pub accept_bol_as_pod: bool,
    /// A packing list signed by the consignee serves as POD.
    #[serde(default)]
    pub accept_signed_packing_list: bool,
    /// A photo of the freight serves as POD.
    #[serde(default)]
    pub accept_photo: bool,
    /// A screenshot serves as POD.
    #[serde(default)]
    pub accept_screenshot: bool,
    /// The customer wants the paper itself.
    #[serde(default)]
    pub original_paper_required: bool,
    /// What a shortage or damage does to billing.
    #[serde(default)]
    pub foul_policy: FoulPolicy,
    /// Free minutes by mode (`TL`, `LTL` …); `*` for every other.
    #[serde(default)]
    pub free_time: BTreeMap<String, u32>,
    /// Detention rate per hour.
    #[serde(default)]
    pub detention_rate_per_hour: Option<Money>,
    /// Detention is billed in steps of this many minutes.
    #[serde(default)]
    pub increment: Option<u32>,
    /// How steps are rounded.
    #[serde(default)]
    pub rounding: Rounding,
    /// When free time starts.
    #[serde(default)]
    pub detention_start: DetentionStart,
    /// Highest amount by accessorial code.
    #[serde(default)]
    pub caps: BTreeMap<String, Money>,
    /// Contract amount by accessorial code.
    #[serde(default)]
    pub accessorial_schedule: BTreeMap<String, Money>,
    /// Who has to approve, by accessorial code.
    #[serde(default)]
    pub accessorial_preapproval: BTreeMap<String, String>,
    /// Fuel surcharge.
    #[serde(default)]
    pub fsc: FuelSurcharge,
    /// How far an amount may be off.
    #[serde(default)]
    pub tolerance: Tolerance,
    /// Days from delivery until the POD has to be there.
    #[serde(default)]
    pub pod_due_days: Option<u32>,
    /// Days from delivery until the invoice has to be out.
    #[serde(default)]
    pub invoice_due_days: Option<u32>,
    /// References that the invoice must carry (`PO`, `BOL` …).
    #[serde(default)]
    pub ref_numbers_required: Vec<String>,
    /// ISO 639-1.
    #[serde(default)]
    pub language: Option<String>,
    /// In which order the customer's papers write dates.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    /// Free text.
    #[serde(default)]
    pub note: Option<String>,
}

fn first_version() -> u32 {
    1
}

fn yes() -> bool {
    true
}

fn pod_only() -> Vec<String> {
    vec!["pod".to_owned()]
}

/// What a shortage or damage does to billing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoulPolicy {
    /// Bill, and open a claim file.
    #[default]
    Bill,
    /// Hold until the claim file is there.
    HoldUntilOsd,
    /// Bill short.
    ShortPay,
}

/// How detention steps are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// A step begun is a step billed.
    #[default]
    Up,
    /// To the nearest.
    Nearest,
    /// Only full steps.
    Down,
}

/// When free time starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetentionStart {
    /// At the later of arrival and appointment.
    #[default]
    Later,
    /// At arrival.
    Arrival,
    /// At the appointment.
    Appt,
}

/// In which order a numeric date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DateOrder {
    /// Month, day, year.
    Mdy,
    /// Day, month, year.
    Dmy,
    /// Year, month, day.
    Ymd,
}

/// Fuel surcharge terms.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FuelSurcharge {
    /// Truckload: per mile.
    #[serde(rename = "TL")]
    pub tl: Option<PerMile>,
    /// Less than truckload: percent of the discounted linehaul.
    #[serde(rename = "LTL_percent_of_linehaul")]
    pub ltl_percent_of_linehaul: Option<Decimal>,
}

/// `(index − peg) / mpg` per mile.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerMile {
    /// Price per gallon above which fuel is charged.
    pub peg: Decimal,
    /// Miles per gallon.
    pub mpg: Decimal,
}

/// How far an amount may be off: the larger of both counts (domain.md §3.1).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Absolute.
    pub abs: Money,
    /// Percent of the expected amount.
    pub pct: Decimal,
}

impl Default for Tolerance {
    /// One dollar or 0.5 percent (domain.md §3.1).
    fn default() -> Self {
        Self {
            abs: Money(Decimal::ONE),
            pct: Decimal::new(5, 1),
        }
    }
}
