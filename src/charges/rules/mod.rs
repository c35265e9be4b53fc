//! The rules of domain.md §4.3 that the data at hand can decide.
//!
//! In: a [`Case`]: the evidence, the shipment and the profile. Out: [`Finding`]s on each billed line, and on what was not billed.
//! A rule that lacks its evidence is silent: it returns `None`, and its docstring says what it needs. A10 to A13 need the
//! history of other shipments and stand in `charges/unusual.rs` and `charges/patterns.rs`.

mod billing;
mod contract;
mod detention;
mod duplicates;
mod evidence;
mod fuel;
mod missed;
mod overlaps;

use rust_decimal::Decimal;

use crate::charges::catalogue::{Accessorial, find, of_code};
use crate::charges::evidence::{Evidence, Place};
use crate::decision::{ExceptionCode, Profile};
use crate::document::Money;
use crate::shipments::{Authorisation, Charge, Shipment};

/// A rule of domain.md §4.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A01: nothing shows that it was earned.
    NoEvidence,
    /// A02: the evidence shows that it was not.
    Contradicted,
    /// A03: more than the contract gives.
    OverContract,
    /// A04: the amount of another free time.
    WrongFreeTime,
    /// A05: the paper stretches the times.
    TimeInflation,
    /// A06: billed before.
    Duplicate,
    /// A07: two charges for the same work or hours.
    Overlap,
    /// A08: needs an approval that is not there.
    Unauthorised,
    /// A09: the contract does not know it.
    NotInContract,
    /// A10: far from what is usually billed.
    Outlier,
    /// A11: billed far more often than usual.
    FrequencyShift,
    /// A12: the price of a unit creeps up.
    Creep,
    /// A13: one of many amounts that look made up.
    Pattern,
    /// A14: fuel surcharge reckoned wrong.
    FuelSurcharge,
    /// A15: the words on the bill mean another charge.
    Miscoded,
    /// A16: billed too late.
    LateBill,
    /// A17: earned and not billed.
    MissedRevenue,
    /// A18: somebody else bills.
    Entity,
}

impl Rule {
    /// `A01` … `A18`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoEvidence => "A01",
            Self::Contradicted => "A02",
            Self::OverContract => "A03",
            Self::WrongFreeTime => "A04",
            Self::TimeInflation => "A05",
            Self::Duplicate => "A06",
            Self::Overlap => "A07",
            Self::Unauthorised => "A08",
            Self::NotInContract => "A09",
            Self::Outlier => "A10",
            Self::FrequencyShift => "A11",
            Self::Creep => "A12",
            Self::Pattern => "A13",
            Self::FuelSurcharge => "A14",
            Self::Miscoded => "A15",
            Self::LateBill => "A16",
            Self::MissedRevenue => "A17",
            Self::Entity => "A18",
        }
    }

    /// The exception that a finding on a charge raises (domain.md §4.4). A linehaul that is off is no accessorial.
    #[must_use]
    pub fn exception(self, charge: &str) -> ExceptionCode {
        match self {
            Self::OverContract if charge == "LH" => ExceptionCode::AmountMismatch,
            Self::NoEvidence | Self::Contradicted => ExceptionCode::AccessorialUnsupported,
            Self::OverContract
            | Self::WrongFreeTime
            | Self::TimeInflation
            | Self::FuelSurcharge => ExceptionCode::AccessorialOverContract,
            Self::Duplicate | Self::Overlap => ExceptionCode::AccessorialDuplicate,
            Self::Unauthorised | Self::NotInContract | Self::LateBill => {
                ExceptionCode::AccessorialUnapproved
            }
            Self::Outlier | Self::FrequencyShift | Self::Creep | Self::Pattern | Self::Miscoded => {
                ExceptionCode::AccessorialOutlier
            }
            Self::MissedRevenue => ExceptionCode::MissedRevenue,
            Self::Entity => ExceptionCode::PayeeMismatch,
        }
    }
}

/// How firmly a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Nothing known speaks for another explanation.
    Sure,
    /// There is a usual explanation that the data cannot rule out, or terms had to be assumed.
    Likely,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// What was found and what it should be, for an analyst.
    pub detail: String,
    /// The amount that the evidence gives, where it gives one.
    pub expected: Option<Money>,
    /// How firmly it stands.
    pub strength: Strength,
    /// Where on the document at hand it shows.
    pub place: Option<Place>,
}

impl Finding {
    fn new(rule: Rule, detail: String) -> Self {
        Self {
            rule,
            detail,
            expected: None,
            strength: Strength::Sure,
            place: None,
        }
    }

    fn expecting(self, expected: Money) -> Self {
        Self {
            expected: Some(expected),
            ..self
        }
    }

    fn likely_if(self, doubtful: bool) -> Self {
        let strength = if doubtful {
            Strength::Likely
        } else {
            self.strength
        };
        Self { strength, ..self }
    }

    fn at(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }
}

/// Everything that a rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What papers and events tell.
    pub evidence: &'a Evidence,
    /// The shipment.
    pub shipment: &'a Shipment,
    /// The contract.
    pub profile: &'a Profile,
}

impl<'a> Case<'a> {
    /// The billed lines, in the feed's order.
    pub fn lines(self) -> impl Iterator<Item = Line<'a>> {
        let billed = self.shipment.billed.iter().enumerate();
        billed.map(move |(index, charge)| Line::new(self, index, charge))
    }

    fn has_line(self, code: &str) -> bool {
        self.lines().any(|line| line.is(code) && !line.is_credit())
    }

    fn authorisation(self, code: &str) -> Option<&'a Authorisation> {
        let granted = &self.shipment.rates.accessorial_auth;
        granted
            .iter()
            .find(|granted| granted.code.trim().eq_ignore_ascii_case(code))
    }

    /// Is `billed` above `expected` by more than the tolerance of the contract.
    fn exceeds(self, billed: Money, expected: Money) -> bool {
        billed.0.saturating_sub(expected.0) > self.tolerance(expected)
    }

    /// Are both the same within the tolerance of the contract.
    fn agrees(self, billed: Money, expected: Money) -> bool {
        !self.exceeds(billed, expected) && !self.exceeds(expected, billed)
    }

    /// The larger of the absolute and the relative tolerance (domain.md §3.1).
    fn tolerance(self, expected: Money) -> Decimal {
        let tolerance = &self.profile.tolerance;
        let relative = expected.0.abs().saturating_mul(tolerance.pct) / Decimal::ONE_HUNDRED;
        relative.max(tolerance.abs.0)
    }
}

/// A billed line in its case.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    case: Case<'a>,
    index: usize,
    charge: &'a Charge,
    code: String,
    kind: Option<&'static Accessorial>,
}

impl<'a> Line<'a> {
    fn new(case: Case<'a>, index: usize, charge: &'a Charge) -> Self {
        Self {
            case,
            index,
            charge,
            code: charge.code.trim().to_ascii_uppercase(),
            kind: find(&charge.code),
        }
    }

    /// The billed line as the feed gives it.
    #[must_use]
    pub fn charge(&self) -> &'a Charge {
        self.charge
    }

    /// Its accessorial code, upper case.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What speaks against it; nothing against a credit.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        if self.is_credit() {
            return Vec::new();
        }
        RULES.iter().filter_map(|rule| rule(self)).collect()
    }

    /// The case that it stands in.
    #[must_use]
    pub fn case(&self) -> Case<'a> {
        self.case
    }

    /// Is it a charge beside linehaul, fuel and discount?
    #[must_use]
    pub fn is_accessorial(&self) -> bool {
        !matches!(self.code(), "LH" | "FSC" | "DSC") && !self.is_credit()
    }

    /// What the evidence and the contract give for it, where they give an amount.
    #[must_use]
    pub fn expected(&self) -> Option<Money> {
        match self.code() {
            "DET" => detention::due(self),
            "LUMPER" => contract::nearest_receipt(self).map(|receipt| receipt.total),
            _ => contract::scheduled(self),
        }
    }

    /// Minutes beyond the free time, of detention whose times are known.
    #[must_use]
    pub fn minutes_over(&self) -> Option<u32> {
        detention::minutes_over(self)
    }

    /// Did anybody approve it?
    #[must_use]
    pub fn is_authorised(&self) -> bool {
        self.case.authorisation(&self.code).is_some()
    }

    /// Does the contract ask for an approval?
    #[must_use]
    pub fn needs_approval(&self) -> bool {
        of_code(&self.case.profile.accessorial_preapproval, &self.code).is_some()
    }

    fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// Does it give money back?
    #[must_use]
    pub fn is_credit(&self) -> bool {
        self.charge.amount.0 <= Decimal::ZERO
    }

    fn amount(&self) -> Money {
        self.charge.amount
    }
}

/// Evidence that was found but not billed: A17.
#[must_use]
pub fn missed(case: Case<'_>) -> Vec<Finding> {
    missed::a17_missed_revenue(case)
}

/// One rule on one line.
type OnLine = fn(&Line<'_>) -> Option<Finding>;

const RULES: &[OnLine] = &[
    evidence::a01_no_evidence,
    evidence::a02_contradicted,
    contract::a03_over_contract,
    detention::a04_wrong_free_time,
    detention::a05_time_inflation,
    duplicates::a06_duplicate,
    overlaps::a07_overlap,
    contract::a08_unauthorised,
    contract::a09_not_in_contract,
    fuel::a14_fuel_surcharge,
    billing::a15_miscoded,
    billing::a16_late_bill,
    billing::a18_entity,
];
