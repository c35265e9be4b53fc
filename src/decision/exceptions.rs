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
