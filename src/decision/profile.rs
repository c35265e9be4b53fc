//! Billing profiles (contract.md §1.4): what a customer wants to see before it pays.
//!
//! In: JSON or TOML files, through [`Profiles::load`]. Out: a [`Profile`] by its id. Refuses unknown keys, wrong values
//! and ids given twice, by name.

mod load;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize};

pub use load::{MissingProfile, ProfileError, Profiles};

use crate::document::Money;
use crate::understanding::DocumentClass;

use super::names;

/// A billing profile. What a file leaves out is as in the built-in [`Profile::default`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Its id; shipments name it in `customer.profile_id`.
    pub id: String,
    /// Grows with every change.
    pub version: u32,
    /// Customer id.
    pub customer_id: Option<String>,
    /// Customer name.
    pub customer: Option<String>,
    /// `pod`, `<class>_if_charged`.
    pub required_docs: Vec<String>,
    /// Field names that must be on the paper.
    pub required_fields: Vec<String>,
    /// A receiving stamp stands for a signature.
    pub accept_stamp_as_signature: bool,
    /// An ePOD needs no drawn signature.
    pub accept_unsigned_epod: bool,
    /// "Driver release", "no contact" stand for a signature.
    pub accept_driver_release: bool,
    /// A bill of lading signed by the consignee serves as POD.
    pub accept_bol_as_pod: bool,
    /// A packing list signed by the consignee serves as POD.
    pub accept_signed_packing_list: bool,
    /// A photo of the freight serves as POD.
    pub accept_photo: bool,
    /// A screenshot serves as POD.
    pub accept_screenshot: bool,
    /// The customer wants the paper itself.
    pub original_paper_required: bool,
    /// What a shortage or damage does to billing.
    pub foul_policy: FoulPolicy,
    /// Free minutes by mode (`TL`, `LTL` …); `*` for every other.
    pub free_time: BTreeMap<String, u32>,
    /// Detention rate per hour.
    pub detention_rate_per_hour: Option<Money>,
    /// Detention is billed in steps of this many minutes.
    pub increment: Option<u32>,
    /// How steps are rounded.
    pub rounding: Rounding,
    /// When free time starts.
    pub detention_start: DetentionStart,
    /// Highest amount by accessorial code.
    pub caps: BTreeMap<String, Money>,
    /// Contract amount by accessorial code.
    pub accessorial_schedule: BTreeMap<String, Money>,
    /// Who has to approve, by accessorial code.
    pub accessorial_preapproval: BTreeMap<String, String>,
    /// Fuel surcharge.
    pub fsc: FuelSurcharge,
    /// How far an amount may be off.
    pub tolerance: Tolerance,
    /// Days from delivery until the POD has to be there.
    pub pod_due_days: Option<u32>,
    /// Days from delivery until the invoice has to be out.
    pub invoice_due_days: Option<u32>,
    /// References that the invoice must carry (`PO`, `BOL` …).
    pub ref_numbers_required: Vec<String>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// In which order the customer's papers write dates.
    pub date_order: Option<DateOrder>,
    /// Free text.
    pub note: Option<String>,
}

impl Default for Profile {
    /// The built-in profile `default`: a proof of delivery with a signature or a receiving stamp and a date.
    fn default() -> Self {
        Self {
            id: Self::DEFAULT_ID.to_owned(),
            version: 1,
            customer_id: None,
            customer: None,
            required_docs: vec![RequiredDoc::POD.to_owned()],
            required_fields: Vec::new(),
            accept_stamp_as_signature: true,
            accept_unsigned_epod: false,
            accept_driver_release: false,
            accept_bol_as_pod: true,
            accept_signed_packing_list: false,
            accept_photo: false,
            accept_screenshot: false,
            original_paper_required: false,
            foul_policy: FoulPolicy::default(),
            free_time: BTreeMap::new(),
            detention_rate_per_hour: None,
            increment: None,
            rounding: Rounding::default(),
            detention_start: DetentionStart::default(),
            caps: BTreeMap::new(),
            accessorial_schedule: BTreeMap::new(),
            accessorial_preapproval: BTreeMap::new(),
            fsc: FuelSurcharge::default(),
            tolerance: Tolerance::default(),
            pod_due_days: None,
            invoice_due_days: None,
            ref_numbers_required: Vec::new(),
            language: None,
            date_order: None,
            note: None,
        }
    }
}

impl Profile {
    /// The id of the built-in profile.
    pub const DEFAULT_ID: &'static str = "default";

    /// The built-in profile, for documents whose own profile is unknown.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Profile> = LazyLock::new(Profile::default);
        &BUILTIN
    }
}

/// An entry of `required_docs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredDoc {
    /// `pod`: the proof of delivery itself.
    Pod,
    /// `<class>_if_charged`: a paper of this class, once a charge that it supports is billed.
    IfCharged(DocumentClass),
}

impl RequiredDoc {
    /// How the proof of delivery is written in `required_docs`.
    pub const POD: &'static str = "pod";

    /// Reads `pod` or `<class>_if_charged`.
    #[must_use]
    pub fn parse(entry: &str) -> Option<Self> {
        if entry == Self::POD {
            return Some(Self::Pod);
        }
        let class = entry.strip_suffix("_if_charged")?;
        names::parse(class).map(Self::IfCharged)
    }
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
    #[serde(
        rename = "LTL_percent_of_linehaul",
        deserialize_with = "optional_number"
    )]
    pub ltl_percent_of_linehaul: Option<Decimal>,
}

/// `(index − peg) / mpg` per mile.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerMile {
    /// Price per gallon above which fuel is charged.
    #[serde(deserialize_with = "number")]
    pub peg: Decimal,
    /// Miles per gallon, above 0.
    #[serde(deserialize_with = "number")]
    pub mpg: Decimal,
}

/// How far an amount may be off: the larger of both counts (domain.md §3.1).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tolerance {
    /// Absolute.
    pub abs: Money,
    /// Percent of the expected amount.
    #[serde(deserialize_with = "number")]
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

/// Reads a number however it is written, `0.5` or `"0.5"`: `Decimal` by itself takes text only.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    Money::deserialize(deserializer).map(|Money(number)| number)
}

fn optional_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Decimal>, D::Error> {
    let number = Option::<Money>::deserialize(deserializer)?;
    Ok(number.map(|Money(number)| number))
}
