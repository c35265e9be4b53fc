//! What understanding hands on: documents cut out of the upload, each with its class, fields and marks.

mod value;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use value::*;

use super::looks::Looks;
use crate::document::{BBox, Confidence, Found, PageNumber, Source};
use crate::reading::Quality;

/// A document cut out of an upload, understood but not yet matched to a shipment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    /// The pages of the upload that make it up, in order.
    pub pages: Vec<PageNumber>,
    /// What it is.
    pub class: DocumentClass,
    /// How sure that is.
    pub class_confidence: Confidence,
    /// The quality of its worst page that holds words; all defects of its pages.
    pub quality: Quality,
    /// What it says.
    pub fields: Fields,
    /// Signatures, initials and stamps, told apart by place.
    pub marks: Vec<Mark>,
    /// Remarks on the state of the freight.
    pub notations: Vec<Notation>,
    /// Facts about the document that are no field.
    pub traits: Traits,
    /// Of a paper that covers several shipments: the shipment that this is the share of. `None` of a whole paper.
    #[serde(default)]
    pub share: Option<String>,
}

/// Facts that later stages ask for and that are no field of the paper.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Traits {
    /// The country whose customs the paper follows, ISO 3166 alpha-2, where it shows.
    pub country: Option<String>,
    /// Mean confidence of the words in identifier and date fields, 0..1; `None` where no such field was found.
    pub key_confidence: Option<Confidence>,
    /// A photo (of freight, a dock, a door), not a picture of paper.
    pub photo: bool,
    /// A picture of a screen.
    pub screenshot: bool,
    /// How far the lines of each page fall on their way to the right, in page heights for its width: a page that leans has its rows askew.
    #[serde(default)]
    pub leans: Vec<(PageNumber, f32)>,
    /// Words that waive the signature: driver release, no contact, left at dock, signature on file.
    pub unattended: bool,
    /// The receiver's place to sign was read: what is missing there is not lost with the edge of the page.
    #[serde(default)]
    pub place_to_sign: bool,
    /// A date or a quantity was written over and nobody put initials beside it.
    pub altered: bool,
    /// Dates that can be read in two orders or have no year, and that nothing decides.
    pub unsettled_dates: Vec<UnsettledDate>,
    /// Dates that were read and are doubtful: the shipment may tell which of their readings is right.
    #[serde(default)]
    pub doubtful_dates: Vec<UnsettledDate>,
    /// What stands in a place for the delivery date or for a time and can be read as neither: the shipment may tell what it says.
    #[serde(default)]
    pub illegible_dates: Vec<UnsettledDate>,
    /// Dates of delivery that lost to a surer one: on a list that receivers sign, those of other rows.
    #[serde(default)]
    pub other_dates: Vec<UnsettledDate>,
    /// The same of names of receivers.
    #[serde(default)]
    pub other_names: Vec<Found<String>>,
    /// Parties beside shipper and consignee that were read as one of them, less surely.
    #[serde(default)]
    pub other_parties: Vec<Found<Party>>,
    /// Identifiers of any kind found in bar codes or words, for matching beyond the named fields.
    pub other_identifiers: Vec<Found<String>>,
    /// Numbers without a label that are too short to look for, and those that two words make together: the shipment may go by one.
    #[serde(default)]
    pub short_numbers: Vec<Found<String>>,
}

/// A date that can be read in two orders, that has no year, or whose digits are doubtful.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnsettledDate {
    /// The field it is a value of.
    pub field: FieldName,
    /// The date as written.
    pub found: Found<String>,
    /// What else it may say, with the chance of each text.
    #[serde(default)]
    pub others: Vec<(String, f32)>,
}

/// The classes of domain.md §1.1.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the names are the trade's own, described in domain.md §1.1"
)]
pub enum DocumentClass {
    DeliveryReceipt,
    BolConsigneeSigned,
    BolUnsigned,
    PackingList,
    CommercialInvoice,
    FreightInvoice,
    RateConfirmation,
    LumperReceipt,
    ScaleTicket,
    DetentionForm,
    GateInterchange,
    OsdReport,
    PalletSlip,
    CustomsDoc,
    Cmr,
    AirWaybill,
    OceanBolDo,
    Epod,
    DeliveryPhoto,
    WeightInspection,
    TempLog,
    HazmatPaper,
    ClaimOrCorrespondence,
    CoverSheet,
    TermsPage,
    BlankPage,
    Other,
}

/// The fields of domain.md §2.1 that Countersign extracts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the names are the trade's own, described in domain.md §2.1"
)]
pub enum FieldName {
    ProNumber,
    BolNumber,
    MasterBol,
    LoadNumber,
    CustomerPo,
    ShipperRef,
    AppointmentNumber,
    Scac,
    CarrierName,
    ShipFrom,
    ShipTo,
    PickupDate,
    DeliveryDate,
    ArrivalTime,
    DockIn,
    DockOut,
    DepartureTime,
    ReceivedByName,
    Pieces,
    HandlingUnits,
    PiecesReceived,
    Weight,
    SealNumbers,
    TrailerNumber,
    ContainerNumber,
    #[serde(rename = "page_k_of_n")]
    PageKOfN,
    InvoiceNo,
    Total,
    ExceptionNotation,
    StampText,
    SignatureConsignee,
    SignatureDriver,
    SignatureShipper,
}

/// The fields found, at most one value each (lists hold their repeats).
pub type Fields = BTreeMap<FieldName, Field>;

/// A field's value with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// Value and evidence.
    #[serde(flatten)]
    pub found: Found<Value>,
    /// Unit of a quantity: `lb`, `kg`, or a handling unit as `PLT`, `CTN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What kind of signature it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MarkKind>,
}

/// A signature, initials or a stamp.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// What it is.
    pub kind: MarkKind,
    /// Whose it is, by the zone it stands in; `None` where the place does not tell.
    pub role: Option<Role>,
    /// The page of the upload.
    pub page: PageNumber,
    /// Where on that page.
    pub bbox: BBox,
    /// How sure that it is there and of this kind and role.
    pub confidence: Confidence,
    /// The words inside, of a stamp.
    pub text: Option<String>,
    /// What it looks like, of ink.
    #[serde(default)]
    pub looks: Option<Looks>,
    /// Where the number stands beside it, of ink in a column that receivers sign, a row each: it is the receiver's of what the number names.
    #[serde(default)]
    pub row: Option<BBox>,
}

impl Mark {
    /// The mark as the field of its signer (`value` a flag), or its words as that of a stamp's text.
    #[must_use]
    pub fn as_field(&self, value: Value) -> Field {
        let (raw, kind) = match &value {
            Value::Text(text) => (text.clone(), None),
            _ => (String::new(), Some(self.kind)),
        };
        let by_hand = kind.is_some_and(|kind| kind != MarkKind::Stamp);
        let found = Found {
            value,
            raw,
            confidence: self.confidence,
            page: self.page,
            bbox: self.bbox,
            source: if by_hand {
                Source::Handwriting
            } else {
                Source::Ocr
            },
            second: None,
        };
        Field {
            found,
            unit: None,
            kind,
        }
    }
}

/// Kinds of marks (the `kind` of a signature in contract.md §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// A signature in ink.
    Ink,
    /// A rubber stamp.
    Stamp,
    /// Drawn on a screen, or typed as `/s/`.
    Electronic,
    /// Two or three letters.
    Initials,
}

/// Whose mark it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Who received the freight.
    Consignee,
    /// Who carried it.
    Driver,
    /// Who sent it.
    Shipper,
}

/// A remark on the state of the freight, parsed as domain.md §3.3 has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Notation {
    /// What it says.
    #[serde(rename = "type")]
    pub kind: NotationKind,
    /// How many, where it says so.
    pub qty: Option<u32>,
    /// Of what, as `ctn`, `plt`, `pcs`; `None` where it does not say (pieces and handling units may both be meant).
    pub unit: Option<String>,
    /// As written.
    pub text: String,
    /// The page of the upload.
    pub page: PageNumber,
    /// Where on that page.
    #[serde(rename = "box")]
    pub bbox: BBox,
}

/// The vocabulary of domain.md §3.3.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(
    missing_docs,
    reason = "the names are the trade's own, described in domain.md §3.3"
)]
pub enum NotationKind {
    ShipperLoadCount,
    DriverCount,
    SaidToContain,
    SubjectToCount,
    Short,
    Over,
    Damage,
    Refused,
    WrongGoods,
    ServiceFail,
    SealOk,
    SealBroken,
    Temp,
    ConcealedReserve,
    Clean,
    ServiceMark,
    Unattended,
    Correction,
    Reservation,
}
