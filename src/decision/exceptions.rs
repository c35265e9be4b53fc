//! The exceptions of domain.md §5.4: codes, severities and owners.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{BBox, PageNumber};

/// Something that a person or another system must act on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exception {
    /// What it is.
    pub code: ExceptionCode,
    /// 1 blocks cash now … 4 information.
    pub severity: u8,
    /// Who acts first.
    pub owner: Owner,
    /// What was found and what to do, for a person. Holds neither names nor signatures.
    pub detail: String,
    /// The page of the upload that shows why.
    pub page: Option<PageNumber>,
    /// Where on that page.
    #[serde(rename = "box")]
    pub bbox: Option<BBox>,
}

/// Exception codes (domain.md §5.4).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(
    missing_docs,
    reason = "the names are the trade's own, described in domain.md §5.4"
)]
pub enum ExceptionCode {
    PodNotReceived,
    NotAPod,
    Illegible,
    SignatureMissing,
    NameMissing,
    DeliveryDateMissing,
    DateAmbiguous,
    DeliveryDateConflict,
    PageMissing,
    StopMissing,
    NoMatch,
    AmbiguousMatch,
    WrongShipment,
    ConsigneeMismatch,
    Short,
    Over,
    Damage,
    Temp,
    SealBroken,
    Refused,
    SubjectToCount,
    QtyUnreadable,
    AlteredSuspect,
    SignatureReused,
    RefMissing,
    SupportDocMissing,
    AccessorialUnsupported,
    AccessorialUnapproved,
    AccessorialOverContract,
    AccessorialDuplicate,
    AccessorialOutlier,
    AmountMismatch,
    PayeeMismatch,
    DuplicatePod,
    DuplicateDoc,
    ProfileMissing,
    ContractExpired,
    MissedRevenue,
    TechUnreadable,
}

/// Who acts on an exception first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the names are the trade's own, described in domain.md §5.4"
)]
pub enum Owner {
    Carrier,
    Billing,
    Dispatch,
    CustomerService,
    Compliance,
    BillingAdmin,
    System,
}

impl Exception {
    /// An exception with the severity and owner of its code. `place` shows why; `detail` says what to do and holds neither
    /// names nor signatures.
    #[must_use]
    pub fn new(
        code: ExceptionCode,
        detail: impl Into<String>,
        place: Option<(PageNumber, BBox)>,
    ) -> Self {
        Self {
            code,
            severity: code.severity(),
            owner: code.owner(),
            detail: detail.into(),
            page: place.map(|(page, _)| page),
            bbox: place.map(|(_, bbox)| bbox),
        }
    }
}

impl ExceptionCode {
    /// 1 blocks cash now … 4 information.
    #[must_use]
    pub fn severity(self) -> u8 {
        self.route().0
    }

    /// Who acts first.
    #[must_use]
    pub fn owner(self) -> Owner {
        self.route().1
    }

    /// Severity and first owner, as the table of domain.md §5.4 has them.
    fn route(self) -> (u8, Owner) {
        match self {
            Self::PodNotReceived => (1, Owner::Dispatch),
            Self::SignatureMissing => (1, Owner::Carrier),
            Self::NotAPod
            | Self::Illegible
            | Self::PageMissing
            | Self::StopMissing
            | Self::SupportDocMissing => (2, Owner::Carrier),
            Self::DeliveryDateMissing
            | Self::DateAmbiguous
            | Self::DeliveryDateConflict
            | Self::NoMatch
            | Self::AmbiguousMatch
            | Self::RefMissing
            | Self::AccessorialUnsupported
            | Self::AccessorialUnapproved
            | Self::AccessorialOverContract => (2, Owner::Billing),
            Self::AccessorialDuplicate | Self::AmountMismatch => (1, Owner::Billing),
            Self::NameMissing
            | Self::QtyUnreadable
            | Self::AccessorialOutlier
            | Self::MissedRevenue => (3, Owner::Billing),
            Self::WrongShipment | Self::ConsigneeMismatch | Self::Refused => (1, Owner::Dispatch),
            Self::Short | Self::Over | Self::Damage | Self::Temp | Self::SealBroken => {
                (2, Owner::CustomerService)
            }
            Self::SubjectToCount => (3, Owner::CustomerService),
            Self::AlteredSuspect | Self::SignatureReused | Self::PayeeMismatch => {
                (1, Owner::Compliance)
            }
            Self::DuplicatePod | Self::DuplicateDoc => (4, Owner::System),
            Self::ProfileMissing | Self::ContractExpired => (2, Owner::BillingAdmin),
            Self::TechUnreadable => (3, Owner::System),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_goes_to_its_owner_with_its_severity() {
        let exception = Exception::new(ExceptionCode::SignatureMissing, "ask for a copy", None);
        assert_eq!((exception.severity, exception.owner), (1, Owner::Carrier));
        assert_eq!((exception.page, exception.bbox), (None, None));
    }

    #[test]
    fn only_duplicates_are_mere_information() {
        let codes = crate::decision::names::all::<ExceptionCode>();
        let mere_information: Vec<_> = codes
            .iter()
            .filter_map(|name| crate::decision::names::parse::<ExceptionCode>(name))
            .filter(|code| code.severity() == 4)
            .collect();
        assert_eq!(codes.len(), 39);
        assert_eq!(
            mere_information,
            [ExceptionCode::DuplicatePod, ExceptionCode::DuplicateDoc]
        );
    }
}
