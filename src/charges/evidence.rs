//! Evidence: what the papers and the stop events of a shipment tell about its charges.
//!
//! In: the pack (all papers known for the shipment) and the shipment. Out: [`Evidence`], nothing judged yet. Refused: values
//! read with so little confidence that a person would have to check them.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use crate::charges::catalogue::{plain, says};
use crate::charges::stay::{self, Stay};
use crate::document::{BBox, Money, PageNumber};
use crate::shipments::{ReferenceKind, Shipment, Stop, StopKind};
use crate::understanding::{Document, DocumentClass, Field, FieldName, Role, Value};

/// Confidence below which a value goes to a person and decides nothing (domain.md §2.2).
pub(super) const LEGIBLE: f32 = 0.6;

/// Where on the upload something stands.
pub type Place = (PageNumber, BBox);

/// What the pack and the shipment tell.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// When trucks came and went, on paper and by events.
    pub stays: Vec<Stay>,
    /// A paper gives any time at the site.
    pub has_times: bool,
    /// What was paid for unloading; one receipt scanned twice counts once.
    pub receipts: Vec<Receipt>,
    /// The classes of the papers.
    pub papers: BTreeSet<DocumentClass>,
    /// Remarks, marks and stamps in plain words.
    pub remarks: Vec<String>,
    /// Days of delivery, on papers and by events.
    pub delivered_on: BTreeSet<Date>,
    /// Freight invoices.
    pub invoices: Vec<InvoicePaper>,
    /// A paper gives an appointment number.
    pub has_appointment_number: bool,
    /// A paper of the delivery bears the consignee's mark.
    pub is_signed_for: bool,
}

/// A receipt for unloading.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// What was paid.
    pub total: Money,
    /// Its own number.
    pub number: Option<String>,
    /// The identifiers of the load on it.
    pub names: Vec<(ReferenceKind, String)>,
    /// Where the total stands; `None` on papers of other uploads.
    pub place: Option<Place>,
}

/// A freight invoice on paper.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoicePaper {
    /// Its number.
    pub number: Option<String>,
    /// The carrier's code.
    pub scac: Option<String>,
    /// Where the carrier's code stands; `None` on papers of other uploads.
    pub place: Option<Place>,
}

impl Evidence {
    /// Gathers what `pack` and `shipment` tell. The document at hand comes first in the pack: only it has places, since pages of
    /// other uploads are counted on their own.
    #[must_use]
    pub fn gather(pack: &[&Document], shipment: &Shipment) -> Self {
        let mut evidence = Self {
            stays: shipment.stops.iter().filter_map(stay::by_events).collect(),
            delivered_on: shipment.delivered_on().into_iter().collect(),
            ..Self::default()
        };
        for (index, document) in pack.iter().enumerate() {
            evidence.add(document, index == 0, shipment);
        }
        evidence
    }

    fn add(&mut self, document: &Document, is_at_hand: bool, shipment: &Shipment) {
        self.papers.insert(document.class);
        self.remarks.extend(remarks(document));
        self.has_times |= TIMES.iter().any(|name| document.fields.contains_key(name));
        self.has_appointment_number |= document.fields.contains_key(&FieldName::AppointmentNumber);
        let shown = |place: Option<Place>| place.filter(|_| is_at_hand);
        if is_of_the_delivery(document.class) {
            let day = delivery_day(document);
            let stay = stay::by_paper(document, only_delivery(shipment), day);
            self.stays.extend(stay.map(|stay| Stay {
                place: shown(stay.place),
                ..stay
            }));
            self.delivered_on.extend(day);
            self.is_signed_for |= has_consignee_mark(document);
        }
        if document.class == DocumentClass::LumperReceipt {
            self.add_receipt(document, shown);
        }
        if document.class == DocumentClass::FreightInvoice {
            self.invoices.push(InvoicePaper {
                number: text(document, FieldName::InvoiceNo),
                scac: text(document, FieldName::Scac),
                place: shown(place(document, FieldName::Scac)),
            });
        }
    }

    fn add_receipt(&mut self, document: &Document, shown: impl Fn(Option<Place>) -> Option<Place>) {
        let Some(Value::Money(total)) = legible(document, FieldName::Total).map(value) else {
            return;
        };
        let number = text(document, FieldName::InvoiceNo);
        let is_known = self.receipts.iter().any(|known| {
            known.total == *total
                && (known.number == number || known.number.is_none() || number.is_none())
        });
        if !is_known {
            self.receipts.push(Receipt {
                total: *total,
                number,
                names: load_identifiers(document),
                place: shown(place(document, FieldName::Total)),
            });
        }
    }

    /// Does a remark on any paper say one of these phrases.
    #[must_use]
    pub fn says(&self, phrases: &[&str]) -> bool {
        self.remarks.iter().any(|remark| says(remark, phrases))
    }

    /// Was it delivered on a Saturday or Sunday; `None` where no day is known.
    #[must_use]
    pub fn on_weekend(&self) -> Option<bool> {
        let is_weekend = |day: &Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        (!self.delivered_on.is_empty()).then(|| self.delivered_on.iter().any(is_weekend))
    }
}

/// The delivery stop, where there is only one: what papers say can only be about it.
fn only_delivery(shipment: &Shipment) -> Option<&Stop> {
    let mut deliveries = shipment
        .stops
        .iter()
        .filter(|stop| stop.kind == StopKind::Delivery);
    deliveries.next().filter(|_| deliveries.next().is_none())
}

/// Fields that show when a truck was at a site.
const TIMES: [FieldName; 4] = [
    FieldName::ArrivalTime,
    FieldName::DockIn,
    FieldName::DockOut,
    FieldName::DepartureTime,
];

/// Is it a paper that is filled in at the delivery. Times on an unsigned bill of lading are those of the pickup.
fn is_of_the_delivery(class: DocumentClass) -> bool {
    matches!(
        class,
        DocumentClass::DeliveryReceipt
            | DocumentClass::BolConsigneeSigned
            | DocumentClass::DetentionForm
            | DocumentClass::Cmr
            | DocumentClass::Epod
    )
}

fn remarks(document: &Document) -> impl Iterator<Item = String> {
    let notations = document.notations.iter().map(|notation| &notation.text);
    let stamps = document.marks.iter().filter_map(|mark| mark.text.as_ref());
    let fields = [FieldName::ExceptionNotation, FieldName::StampText]
        .into_iter()
        .filter_map(|name| document.fields.get(&name).map(|field| &field.found.raw));
    notations
        .chain(stamps)
        .chain(fields)
        .map(|text| plain(text))
}

fn has_consignee_mark(document: &Document) -> bool {
    document
        .marks
        .iter()
        .any(|mark| mark.role == Some(Role::Consignee))
        || matches!(
            legible(document, FieldName::SignatureConsignee).map(value),
            Some(Value::Flag(true))
        )
}

/// The day of delivery on a paper, unless it could be read as two days.
fn delivery_day(document: &Document) -> Option<Date> {
    let field = legible(document, FieldName::DeliveryDate)?;
    let is_ambiguous = document
        .traits
        .unsettled_dates
        .iter()
        .any(|date| date.found.raw == field.found.raw);
    if let Value::Date(day) = field.found.value {
        return (!is_ambiguous).then_some(day);
    }
    None
}

fn load_identifiers(document: &Document) -> Vec<(ReferenceKind, String)> {
    [
        (ReferenceKind::Load, FieldName::LoadNumber),
        (ReferenceKind::Bol, FieldName::BolNumber),
        (ReferenceKind::Pro, FieldName::ProNumber),
    ]
    .into_iter()
    .filter_map(|(kind, name)| Some((kind, text(document, name)?)))
    .collect()
}

fn legible(document: &Document, name: FieldName) -> Option<&Field> {
    let field = document.fields.get(&name)?;
    (field.found.confidence.get() >= LEGIBLE).then_some(field)
}

fn value(field: &Field) -> &Value {
    &field.found.value
}

/// A field's text; as written where its value is no text (digits only may come back from the ledger as a number).
fn text(document: &Document, name: FieldName) -> Option<String> {
    let found = &legible(document, name)?.found;
    if let Value::Text(text) = &found.value {
        return Some(text.clone());
    }
    Some(found.raw.clone())
}

fn place(document: &Document, name: FieldName) -> Option<Place> {
    let found = &document.fields.get(&name)?.found;
    Some((found.page, found.bbox))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charges::examples::{
        delivery_receipt, field, lumper_receipt, paper, remark, shipment, time,
    };
    use jiff::civil::date;
    use serde_json::json;

    #[test]
    fn a_receipt_scanned_twice_counts_once_and_two_receipts_count_twice() {
        let (first, second) = (
            lumper_receipt("195.00", "R-1"),
            lumper_receipt("195.00", "R-2"),
        );
        let evidence = Evidence::gather(&[&first, &second, &first], &shipment(json!({})));
        assert_eq!(evidence.receipts.len(), 2);
    }

    #[test]
    fn only_the_document_at_hand_has_places() {
        let (receipt, lumper) = (
            delivery_receipt(vec![
                time(FieldName::ArrivalTime, "08:00"),
                time(FieldName::DepartureTime, "12:10"),
            ]),
            lumper_receipt("195.00", "R-1"),
        );
        let evidence = Evidence::gather(&[&receipt, &lumper], &shipment(json!({})));
        assert!(evidence.stays.iter().all(|stay| stay.place.is_some()));
        assert!(
            evidence
                .receipts
                .iter()
                .all(|receipt| receipt.place.is_none())
        );
    }

    #[test]
    fn times_on_an_unsigned_bill_of_lading_tell_nothing_about_the_delivery() {
        let bill = paper(
            DocumentClass::BolUnsigned,
            vec![
                time(FieldName::ArrivalTime, "08:00"),
                time(FieldName::DepartureTime, "12:10"),
            ],
        );
        let evidence = Evidence::gather(&[&bill], &shipment(json!({})));
        assert!(evidence.stays.is_empty());
        assert!(evidence.has_times);
    }

    #[test]
    fn a_remark_is_found_by_whole_words() {
        let mut document = delivery_receipt(vec![]);
        document.notations.push(remark("LIFT-GATE used, D/A"));
        let evidence = Evidence::gather(&[&document], &shipment(json!({})));
        assert!(evidence.says(&["lift gate"]));
        assert!(evidence.says(&["d a"]));
        assert!(!evidence.says(&["gate use"]));
    }

    #[test]
    fn a_date_that_can_be_read_two_ways_is_no_day_of_delivery() {
        let mut document = delivery_receipt(vec![field(
            FieldName::DeliveryDate,
            Value::Date(date(2025, 4, 5)),
            "04/05/2025",
        )]);
        let on_weekend =
            |document: &Document| Evidence::gather(&[document], &shipment(json!({}))).on_weekend();
        assert_eq!(on_weekend(&document), Some(true));
        let found = document.fields[&FieldName::DeliveryDate].found.clone();
        let found = crate::document::Found {
            value: found.raw.clone(),
            raw: found.raw.clone(),
            confidence: found.confidence,
            page: found.page,
            bbox: found.bbox,
            source: found.source,
            second: None,
        };
        let field = FieldName::DeliveryDate;
        document.traits.unsettled_dates = vec![crate::understanding::UnsettledDate {
            field,
            found,
            others: Vec::new(),
        }];
        assert_eq!(on_weekend(&document), None);
    }
}
