//! What a document says about its shipment, ready to be compared.

use jiff::civil::Date;

use super::Hints;
use super::weights::Weights;
use crate::document::{BBox, Found, PageNumber, Source};
use crate::shipments::numbers::Number;
use crate::shipments::sites::{Destination, place_of};
use crate::understanding::normalise::{agreed, normalise_identifier};
use crate::understanding::{Document, Field, FieldName, Party, Value};

/// What a document says about its shipment.
pub(super) struct Paper<'a> {
    pub(super) document: &'a Document,
    pub(super) hints: &'a Hints,
    pub(super) weights: &'a Weights,
    pub(super) readings: Vec<Reading>,
    /// Where the consignee is.
    pub(super) place: Option<Destination>,
}

/// An identifier on the paper.
#[derive(Debug)]
pub(in crate::shipments) struct Reading {
    /// Where it stood.
    pub(in crate::shipments) label: Label,
    /// As printed, for check digits.
    pub(super) raw: String,
    pub(in crate::shipments) number: Number,
    pub(super) source: Source,
    /// 0..1.
    pub(super) confidence: f32,
    /// Two unlike engines read the same.
    pub(in crate::shipments) agreed: bool,
    /// What the other engine read, if the number stands alone.
    second: Option<Number>,
    /// Where it stands.
    pub(super) place: (PageNumber, BBox),
}

/// By what label an identifier stood on the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::shipments) enum Label {
    Pro,
    Bol,
    MasterBol,
    Load,
    ShipperRef,
    Po,
    Appointment,
    Invoice,
    Container,
    /// Seen on the page, under no label that was understood.
    Elsewhere,
}

const LABELS: [(FieldName, Label); 9] = [
    (FieldName::ProNumber, Label::Pro),
    (FieldName::BolNumber, Label::Bol),
    (FieldName::MasterBol, Label::MasterBol),
    (FieldName::LoadNumber, Label::Load),
    (FieldName::ShipperRef, Label::ShipperRef),
    (FieldName::CustomerPo, Label::Po),
    (FieldName::AppointmentNumber, Label::Appointment),
    (FieldName::InvoiceNo, Label::Invoice),
    (FieldName::ContainerNumber, Label::Container),
];

/// Below this confidence a value is for a person to read (domain.md §2.2).
const LEGIBLE: f32 = 0.60;
/// From here on OCR alone is believed where nothing speaks against it (domain.md §2.2).
const SURE: f32 = 0.90;

impl<'a> Paper<'a> {
    pub(super) fn new(document: &'a Document, hints: &'a Hints, weights: &'a Weights) -> Self {
        let mut paper = Self {
            document,
            hints,
            weights,
            readings: readings(document),
            place: None,
        };
        paper.place = paper.consignee().map(place_of);
        paper
    }

    pub(super) fn field(&self, name: FieldName) -> Option<&'a Field> {
        self.document.fields.get(&name)
    }

    /// The text of a field.
    pub(super) fn text(&self, name: FieldName) -> Option<&'a str> {
        self.field(name)?.found.value.texts().next()
    }

    /// The text of a field that is legible enough to speak against a shipment.
    pub(super) fn legible_text(&self, name: FieldName) -> Option<&'a str> {
        let found = &self.field(name)?.found;
        found
            .value
            .texts()
            .next()
            .filter(|_| found.confidence.get() >= LEGIBLE)
    }

    pub(super) fn consignee(&self) -> Option<&'a Party> {
        self.field(FieldName::ShipTo)?.found.value.as_party()
    }

    pub(super) fn consignor(&self) -> Option<&'a Party> {
        self.field(FieldName::ShipFrom)?.found.value.as_party()
    }

    pub(super) fn date(&self, name: FieldName) -> Option<Date> {
        self.field(name)?.found.value.as_date()
    }

    /// Is a field so legible that it is believed where nothing speaks against it?
    pub(super) fn is_sure(&self, name: FieldName) -> bool {
        let field = self.field(name);
        field.is_some_and(|field| field.found.confidence.get() >= SURE)
    }

    /// A count or a measure.
    pub(super) fn quantity(&self, name: FieldName) -> Option<f64> {
        let value = &self.field(name)?.found.value;
        if let Value::Number(number) = value {
            Some(*number)
        } else {
            value.as_count().map(f64::from)
        }
    }

    /// A day near the delivery: written on the paper, or when the upload was received.
    pub(super) fn around(&self) -> Option<Date> {
        let delivered = self.date(FieldName::DeliveryDate);
        let picked_up = || self.date(FieldName::PickupDate);
        delivered.or_else(picked_up).or(self.hints.received_on)
    }
}

impl Reading {
    /// Could one character be wrong? Bar codes carry their own check.
    pub(in crate::shipments) fn by_eye(&self) -> bool {
        match self.source {
            Source::Ocr | Source::Handwriting => true,
            Source::Barcode | Source::TextLayer | Source::Hint => false,
        }
    }

    /// Do two unlike engines read the same, or at least what tells this number from `other`?
    pub(super) fn agreed_against(&self, other: &Number) -> bool {
        let bears_out = |second: &Number| self.number.is_borne_out(second, other);
        self.agreed || self.second.as_ref().is_some_and(bears_out)
    }

    /// Did the other engine read `number`?
    pub(super) fn is_second(&self, number: &Number) -> bool {
        let second = self.second.as_ref();
        second.is_some_and(|second| second.folded() == number.folded())
    }

    pub(super) fn hardly_legible(&self) -> bool {
        self.by_eye() && self.confidence < LEGIBLE
    }

    /// Could any character be wrong, not only one that looks like another?
    pub(in crate::shipments) fn doubtful(&self) -> bool {
        self.by_eye() && (self.confidence < SURE || self.source == Source::Handwriting)
    }
}

impl Label {
    /// The name of the field in the events.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Pro => "pro_number",
            Self::Bol => "bol_number",
            Self::MasterBol => "master_bol",
            Self::Load => "load_number",
            Self::ShipperRef => "shipper_ref",
            Self::Po => "customer_po",
            Self::Appointment => "appointment_number",
            Self::Invoice => "invoice_no",
            Self::Container => "container_number",
            Self::Elsewhere => "other_identifiers",
        }
    }
}

/// Every identifier on the paper.
pub(in crate::shipments) fn readings(document: &Document) -> Vec<Reading> {
    let labelled = LABELS.iter().filter_map(|(name, label)| {
        let found = &document.fields.get(name)?.found;
        let reading = |text| reading(*label, text, found);
        Some(found.value.texts().filter_map(reading))
    });
    let elsewhere = document.traits.other_identifiers.iter();
    let elsewhere = elsewhere.filter_map(|found| reading(Label::Elsewhere, &found.value, found));
    labelled.flatten().chain(elsewhere).collect()
}

fn reading<T>(label: Label, text: &str, found: &Found<T>) -> Option<Reading> {
    let alone = normalise_identifier(&found.raw) == normalise_identifier(text);
    let second = found.second.as_deref();
    Some(Reading {
        label,
        raw: text.to_owned(),
        number: Number::read(text)?,
        source: found.source,
        confidence: found.confidence.get(),
        agreed: agreed(&found.raw, second),
        second: second.filter(|_| alone).and_then(Number::read),
        place: (found.page, found.bbox),
    })
}
