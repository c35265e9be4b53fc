//! V5 and V6: did the consignee acknowledge the receipt, and does the paper carry what the profile requires.

use super::{Case, Finding, Place, Stop, Tested, says_something};
use crate::decision::{ExceptionCode, names};
use crate::shipments::{ReferenceKind, Shipment};
use crate::understanding::{DocumentClass, FieldName, Mark, MarkKind, Role};

/// Proof that the receipt was acknowledged in a way that the customer accepts.
#[derive(Debug, Clone)]
pub struct Acknowledged(());

/// Below this a mark may as well be a fold or a driver's signature; it never makes an acknowledgement.
const SURE_MARK: f32 = 0.50;

/// Words of a receiving stamp, which may stand anywhere on the page (domain.md §2.1, `stamp_text`).
const RECEIVING: [&str; 8] = [
    "RECEIVED",
    "RECEIVING",
    "RCVD",
    "REC'D",
    "EMPFANGEN",
    "ERHALTEN",
    "RECIBIDO",
    "REÇU",
];

/// V5: a signature, initials or an electronic signature of the consignee; a receiving stamp, a driver release, an unsigned ePOD
/// or a photo only where the profile takes it.
#[must_use]
pub fn v5_acknowledged(case: &Case<'_>) -> Tested<Acknowledged> {
    if let Some(mark) = consignee_mark(case) {
        return Tested::passed(Acknowledged(()), described(mark.kind));
    }
    match waiver(case) {
        Some(reason) => Tested::passed(Acknowledged(()), reason),
        None => unacknowledged(case),
    }
}

/// The surest mark by which the consignee acknowledged the receipt and that the customer accepts.
pub(super) fn consignee_mark<'a>(case: &Case<'a>) -> Option<&'a Mark> {
    let stamps = case.rules().accept_stamp_as_signature;
    let marks = case.document.marks.iter();
    marks
        .filter(|mark| mark.confidence.get() >= SURE_MARK)
        .filter(|mark| match mark.kind {
            MarkKind::Ink | MarkKind::Electronic | MarkKind::Initials => {
                mark.role == Some(Role::Consignee)
            }
            MarkKind::Stamp => stamps && is_receiving_stamp(mark),
        })
        .max_by(|a, b| a.confidence.get().total_cmp(&b.confidence.get()))
}

fn is_receiving_stamp(mark: &Mark) -> bool {
    let says_received = || {
        let text = mark.text.as_deref().unwrap_or_default().to_uppercase();
        RECEIVING.iter().any(|word| text.contains(word))
    };
    match mark.role {
        Some(Role::Consignee) => true,
        Some(Role::Driver | Role::Shipper) => false,
        None => says_received(),
    }
}

fn described(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Ink => "signed in the consignee zone",
        MarkKind::Electronic => "signed electronically by the consignee",
        MarkKind::Initials => "initialled in the consignee zone",
        MarkKind::Stamp => "a receiving stamp, which the profile accepts",
    }
}

/// What stands for a mark by the profile.
fn waiver(case: &Case<'_>) -> Option<&'static str> {
    let (rules, class) = (case.rules(), case.document.class);
    if rules.accept_driver_release && case.document.traits.unattended {
        return Some("left without a signature, which the profile accepts");
    }
    if rules.accept_unsigned_epod && class == DocumentClass::Epod {
        return Some("an electronic proof of delivery, which the profile accepts unsigned");
    }
    if rules.accept_photo && class == DocumentClass::DeliveryPhoto {
        return Some("a photo of the delivery, which the profile accepts");
    }
    None
}

fn unacknowledged(case: &Case<'_>) -> Tested<Acknowledged> {
    let (why, place) = why_unacknowledged(case);
    let detail =
        format!("{why}; ask the carrier for a signed copy or the consignee for a confirmation");
    let finding = Finding::new(
        ExceptionCode::SignatureMissing,
        Stop::Missing,
        detail,
        place,
    );
    Tested::failed(finding.missing([names::name_of(&FieldName::SignatureConsignee)]))
}

fn why_unacknowledged(case: &Case<'_>) -> (String, Option<Place>) {
    let marks = &case.document.marks;
    let place = |mark: &Mark| Some((mark.page, mark.bbox));
    let unsure =
        |mark: &&Mark| mark.role == Some(Role::Consignee) && mark.confidence.get() < SURE_MARK;
    if let Some(stamp) = marks
        .iter()
        .find(|mark| mark.kind == MarkKind::Stamp && is_receiving_stamp(mark))
    {
        let why = "a receiving stamp, which the profile does not accept for a signature".to_owned();
        return (why, place(stamp));
    }
    if let Some(mark) = marks.iter().find(unsure) {
        let why = format!(
            "a mark in the consignee zone, but too unsure ({:.2})",
            mark.confidence.get()
        );
        return (why, place(mark));
    }
    if case.document.traits.unattended {
        return (
            "left without a signature, which the profile does not accept".to_owned(),
            None,
        );
    }
    if case.document.class == DocumentClass::Cmr {
        return ("no mark of the consignee in box 24".to_owned(), None);
    }
    ("no mark in the consignee zone".to_owned(), None)
}

/// V6: the received-by name and every other field that the profile or the feed requires, and the references that the
/// invoice has to carry. Signature, date and quantities are the matter of V5, V7 and V9.
#[must_use]
pub fn v6_required_fields(case: &Case<'_>) -> Tested {
    let mut findings = Vec::new();
    let name_field = names::name_of(&FieldName::ReceivedByName);
    let (name, others): (Vec<_>, Vec<_>) = missing_fields(case)
        .into_iter()
        .filter(|field| !judged_elsewhere(field))
        .partition(|field| *field == name_field);
    if !name.is_empty() {
        let detail =
            "the profile requires the printed name of the receiver, and the paper has none";
        let finding = Finding::new(ExceptionCode::NameMissing, Stop::Missing, detail, None);
        findings.push(finding.missing(name));
    }
    let references = missing_references(case).into_iter();
    let more: Vec<_> = references.filter(|field| !others.contains(field)).collect();
    let others = [others, more].concat();
    if !others.is_empty() {
        let detail = format!(
            "required and not found: {}; add it from the shipment",
            others.join(", ")
        );
        let finding = Finding::new(ExceptionCode::RefMissing, Stop::Missing, detail, None);
        findings.push(finding.missing(others));
    }
    Tested::none_of(findings, "all required fields are there")
}

/// Names of the fields that the profile or the feed requires and the paper lacks. A name of the feed that Countersign does not
/// know counts as lacking: nobody has seen it on the paper.
pub(super) fn missing_fields(case: &Case<'_>) -> Vec<String> {
    let of_profile = case.rules().required_fields.iter();
    let of_feed = case
        .shipment()
        .into_iter()
        .flat_map(|shipment| &shipment.required.fields);
    let mut missing: Vec<String> = Vec::new();
    for name in of_profile.chain(of_feed) {
        let there = names::parse(name).is_some_and(|field| is_there(case, field));
        if !there && !missing.contains(name) {
            missing.push(name.clone());
        }
    }
    missing
}

fn is_there(case: &Case<'_>, field: FieldName) -> bool {
    let signed_by = |role| {
        let mut marks = case.document.marks.iter();
        marks.any(|mark| mark.role == Some(role) && mark.confidence.get() >= SURE_MARK)
    };
    case.field(field).is_some_and(says_something)
        || (field == FieldName::SignatureDriver && signed_by(Role::Driver))
        || (field == FieldName::SignatureShipper && signed_by(Role::Shipper))
}

fn judged_elsewhere(field: &str) -> bool {
    names::parse(field).is_some_and(|field: FieldName| {
        field == FieldName::SignatureConsignee
            || field == FieldName::DeliveryDate
            || is_quantity(field)
    })
}

/// Quantities are judged with the freight, in V9.
pub(super) fn is_quantity(field: FieldName) -> bool {
    matches!(
        field,
        FieldName::Pieces
            | FieldName::HandlingUnits
            | FieldName::PiecesReceived
            | FieldName::Weight
    )
}

/// The references that the profile wants on the invoice and that neither the shipment nor the paper can give.
fn missing_references(case: &Case<'_>) -> Vec<String> {
    let Some(shipment) = case.shipment() else {
        return Vec::new();
    };
    let required = case.rules().ref_numbers_required.iter();
    required
        .filter_map(|kind| names::parse(&kind.to_uppercase()).and_then(field_of))
        .filter(|(kind, field)| !is_referenced(shipment, *kind) && !is_there(case, *field))
        .map(|(_, field)| names::name_of(&field))
        .collect()
}

fn is_referenced(shipment: &Shipment, kind: ReferenceKind) -> bool {
    let mut refs = shipment.refs.iter();
    refs.any(|reference| reference.kind == kind && !reference.value.trim().is_empty())
}

/// The field that gives a reference of this kind; `None` for kinds that never stand on a delivery paper.
fn field_of(kind: ReferenceKind) -> Option<(ReferenceKind, FieldName)> {
    let field = match kind {
        ReferenceKind::Pro => FieldName::ProNumber,
        ReferenceKind::Bol => FieldName::BolNumber,
        ReferenceKind::Mbol => FieldName::MasterBol,
        ReferenceKind::Load => FieldName::LoadNumber,
        ReferenceKind::Po => FieldName::CustomerPo,
        ReferenceKind::So | ReferenceKind::Delivery => FieldName::ShipperRef,
        ReferenceKind::Appt => FieldName::AppointmentNumber,
        ReferenceKind::Pickup
        | ReferenceKind::Invoice
        | ReferenceKind::Awb
        | ReferenceKind::Cmr
        | ReferenceKind::Gsin
        | ReferenceKind::Sscc
        | ReferenceKind::Other => return None,
    };
    Some((kind, field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Profile;
    use crate::decision::samples::{Sample, mark};
    use crate::understanding::Value;

    fn is_acknowledged(sample: &Sample) -> bool {
        v5_acknowledged(&sample.case()).proof.is_some()
    }

    #[test]
    fn only_the_consignee_acknowledges_the_receipt() {
        let mut sample = Sample::receipt();
        let roles = [
            (Some(Role::Consignee), true),
            (Some(Role::Driver), false),
            (Some(Role::Shipper), false),
            (None, false),
        ];
        for kind in [
            MarkKind::Ink,
            MarkKind::Electronic,
            MarkKind::Initials,
            MarkKind::Stamp,
        ] {
            for (role, acknowledged) in roles {
                sample.document.marks = vec![mark(kind, role, 0.9)];
                assert_eq!(is_acknowledged(&sample), acknowledged, "{kind:?} {role:?}");
            }
        }
    }

    #[test]
    fn an_unsure_mark_acknowledges_nothing() {
        let mut sample = Sample::receipt();
        sample.document.marks = vec![mark(MarkKind::Ink, Some(Role::Consignee), 0.49)];
        let tested = v5_acknowledged(&sample.case());
        assert!(tested.proof.is_none() && tested.outcome.detail.contains("too unsure (0.49)"));
        sample.document.marks = vec![mark(MarkKind::Ink, Some(Role::Consignee), 0.5)];
        assert!(is_acknowledged(&sample));
    }

    #[test]
    fn what_stands_for_a_signature_is_up_to_the_profile() {
        let cases: [(DocumentClass, fn(&mut Profile) -> &mut bool); 3] = [
            (DocumentClass::DeliveryReceipt, |rules| {
                &mut rules.accept_driver_release
            }),
            (DocumentClass::Epod, |rules| &mut rules.accept_unsigned_epod),
            (DocumentClass::DeliveryPhoto, |rules| {
                &mut rules.accept_photo
            }),
        ];
        for (class, rule) in cases {
            let mut sample = Sample::clean(class);
            sample.document.marks.clear();
            sample.document.traits.unattended = class == DocumentClass::DeliveryReceipt;
            *rule(sample.rules()) = false;
            assert!(!is_acknowledged(&sample), "{class:?}");
            *rule(sample.rules()) = true;
            assert!(is_acknowledged(&sample), "{class:?}");
        }
    }

    #[test]
    fn a_printed_name_is_asked_for_where_the_profile_or_the_feed_requires_it() {
        let mut sample = Sample::receipt();
        assert!(v6_required_fields(&sample.case()).outcome.passed);
        sample.shipment().required.fields = vec!["received_by_name".to_owned()];
        let tested = v6_required_fields(&sample.case());
        assert_eq!(
            tested.outcome.findings[0].exception.code,
            ExceptionCode::NameMissing
        );
        sample.set(
            FieldName::ReceivedByName,
            Value::Text("A. Sample".to_owned()),
        );
        assert!(v6_required_fields(&sample.case()).outcome.passed);
    }

    #[test]
    fn a_field_that_only_the_feed_knows_counts_as_missing() {
        let mut sample = Sample::receipt();
        sample.shipment().required.fields = vec!["gl_code".to_owned()];
        let tested = v6_required_fields(&sample.case());
        assert_eq!(tested.outcome.findings[0].missing, ["gl_code"]);
    }

    #[test]
    fn a_reference_may_come_from_the_shipment_or_from_the_paper() {
        let mut sample = Sample::receipt();
        sample.rules().ref_numbers_required =
            vec!["PRO".to_owned(), "po".to_owned(), "GL".to_owned()];
        let tested = v6_required_fields(&sample.case());
        assert_eq!(tested.outcome.findings[0].missing, ["customer_po"]);
        sample.set(FieldName::CustomerPo, Value::List(vec!["4711".to_owned()]));
        assert!(v6_required_fields(&sample.case()).outcome.passed);
    }
}
