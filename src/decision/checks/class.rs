//! V1: may a paper of this class serve as proof of delivery (the `POD?` column of domain.md §1.1).

use super::receipt::consignee_mark;
use super::{Case, Finding, Stop, Tested};
use crate::decision::{ExceptionCode, names};
use crate::understanding::{DocumentClass, FieldName};

/// Proof that the document's class may serve as proof of delivery for this customer.
#[derive(Debug, Clone)]
pub struct Eligible(());

/// Below this the most likely class is more often wrong than right (the confidence is calibrated), so a person has to say.
const SURE_CLASS: f32 = 0.50;

/// What a class can be to a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A proof of delivery.
    Proof,
    /// A proof of delivery under a rule.
    ProofIf(Rule),
    /// Evidence beside a proof of delivery, never one itself.
    Support,
    /// Neither.
    Nothing,
}

/// When a paper serves as proof of delivery that does not always do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The customer takes bills of lading that the consignee signed.
    CustomerTakesBol,
    /// The customer takes packing lists, and the consignee signed this one.
    CustomerTakesSignedPackingList,
    /// The customer takes photos.
    CustomerTakesPhoto,
    /// The consignee signed it.
    Signed,
    /// It is drayage, whose last leg ends at a gate.
    Drayage,
}

/// The `POD?` column of domain.md §1.1: Y, C, S and N.
#[must_use]
pub fn standing(class: DocumentClass) -> Standing {
    use DocumentClass as Class;
    match class {
        Class::DeliveryReceipt | Class::Cmr | Class::Epod => Standing::Proof,
        Class::BolConsigneeSigned => Standing::ProofIf(Rule::CustomerTakesBol),
        Class::PackingList => Standing::ProofIf(Rule::CustomerTakesSignedPackingList),
        Class::DeliveryPhoto => Standing::ProofIf(Rule::CustomerTakesPhoto),
        Class::AirWaybill => Standing::ProofIf(Rule::Signed),
        Class::GateInterchange => Standing::ProofIf(Rule::Drayage),
        Class::BolUnsigned
        | Class::FreightInvoice
        | Class::RateConfirmation
        | Class::LumperReceipt
        | Class::ScaleTicket
        | Class::DetentionForm
        | Class::OsdReport
        | Class::PalletSlip
        | Class::WeightInspection
        | Class::TempLog => Standing::Support,
        Class::CommercialInvoice
        | Class::CustomsDoc
        | Class::OceanBolDo
        | Class::HazmatPaper
        | Class::ClaimOrCorrespondence
        | Class::CoverSheet
        | Class::TermsPage
        | Class::BlankPage
        | Class::Other => Standing::Nothing,
    }
}

/// V1: the class is eligible, and the customer takes it.
#[must_use]
pub fn v1_eligible(case: &Case<'_>) -> Tested<Eligible> {
    let class = case.document.class;
    let name = called(class);
    if case.document.class_confidence.get() < SURE_CLASS {
        let detail = format!("most likely {name}, but too unsure; say what it is");
        return not_a_pod(Stop::Review, detail, Vec::new());
    }
    match standing(class) {
        Standing::Proof => unless_screenshot(case, &name),
        Standing::ProofIf(rule) => by_rule(case, rule, &name),
        Standing::Support => supporting(case, &name),
        Standing::Nothing if class == DocumentClass::Other && may_be_freight(case) => {
            let detail = format!("{name}, but it names a shipment or is signed; say what it is");
            not_a_pod(Stop::Review, detail, Vec::new())
        }
        Standing::Nothing => {
            let detail = format!("{name} is no proof of delivery and bills nothing");
            not_a_pod(Stop::Reject, detail, Vec::new())
        }
    }
}

/// What names one of our shipments, or is signed at a receiver's place, may be a proof of a look that nobody has seen: its shipment may
/// be still to come.
fn may_be_freight(case: &Case<'_>) -> bool {
    case.shipment().is_some() || consignee_mark(case).is_some()
}

/// What people call a paper of this class, with its article.
fn called(class: DocumentClass) -> String {
    let name = match class {
        DocumentClass::BolConsigneeSigned => "a bill of lading that the consignee signed",
        DocumentClass::BolUnsigned => "a bill of lading",
        DocumentClass::Cmr => "a CMR consignment note",
        DocumentClass::Epod => "an electronic proof of delivery",
        DocumentClass::AirWaybill => "an air waybill",
        DocumentClass::OceanBolDo => "an ocean bill of lading or delivery order",
        DocumentClass::OsdReport => "an OS&D report",
        DocumentClass::CustomsDoc => "a customs document",
        DocumentClass::TempLog => "a temperature log",
        DocumentClass::ClaimOrCorrespondence => "a claim or letter",
        DocumentClass::TermsPage => "a page of terms",
        DocumentClass::Other => "a paper of no class we know",
        plain => return format!("a {}", names::name_of(&plain).replace('_', " ")),
    };
    name.to_owned()
}

fn unless_screenshot(case: &Case<'_>, name: &str) -> Tested<Eligible> {
    if case.document.traits.screenshot && !case.rules().accept_screenshot {
        return against_rules(case, &format!("a screenshot of {name}"));
    }
    Tested::passed(Eligible(()), format!("{name} serves as proof of delivery"))
}

fn by_rule(case: &Case<'_>, rule: Rule, name: &str) -> Tested<Eligible> {
    let rules = case.rules();
    let signed = || consignee_mark(case).is_some();
    // Is the paper itself what the rule asks for, and does the customer take it?
    let (fit, taken) = match rule {
        Rule::CustomerTakesBol => (true, rules.accept_bol_as_pod),
        Rule::CustomerTakesSignedPackingList => (signed(), rules.accept_signed_packing_list),
        Rule::CustomerTakesPhoto => (true, rules.accept_photo),
        Rule::Signed => (signed(), true),
        Rule::Drayage => (is_drayage(case), true),
    };
    match (fit, taken) {
        (true, true) => unless_screenshot(case, name),
        (true, false) => against_rules(case, name),
        (false, _) => supporting(case, name),
    }
}

fn is_drayage(case: &Case<'_>) -> bool {
    let mode = case
        .shipment()
        .and_then(|shipment| shipment.mode.as_deref());
    mode.is_some_and(|mode| mode.eq_ignore_ascii_case("DRAY"))
}

/// Another customer would take it, this one does not.
fn against_rules(case: &Case<'_>, what: &str) -> Tested<Eligible> {
    let detail = format!(
        "the customer does not take {what} as proof of delivery; ask for the delivery receipt"
    );
    not_a_pod(Stop::CustomerPolicy, detail, awaited(case))
}

/// A paper of the shipment whose proof of delivery is still to come.
fn supporting(case: &Case<'_>, name: &str) -> Tested<Eligible> {
    if case.document.class == DocumentClass::BolUnsigned {
        return unsigned_bill_of_lading(case);
    }
    let missing = awaited(case);
    let detail = if missing.is_empty() {
        format!("{name} is a supporting paper; the proof of delivery is already there")
    } else {
        format!("{name} is no proof of delivery; ask for the copy that the consignee signed")
    };
    let proven = missing.is_empty();
    let tested = not_a_pod(Stop::Missing, detail, missing);
    if proven {
        tested.told_as_information()
    } else {
        tested
    }
}

/// The shipper's and the driver's signatures at origin prove no delivery. A mark that stands in the consignee's zone after all
/// contradicts the class, so a person has to look.
fn unsigned_bill_of_lading(case: &Case<'_>) -> Tested<Eligible> {
    if consignee_mark(case).is_some() {
        let detail = "a bill of lading of the origin, yet a mark stands where the consignee signs; \
                      look whether it is a receipt";
        return not_a_pod(Stop::Review, detail, Vec::new());
    }
    let mut missing = awaited(case);
    missing.push(names::name_of(&FieldName::SignatureConsignee));
    let detail = "a bill of lading without the consignee's signature is no proof of delivery; \
                  ask for the copy that the consignee signed";
    not_a_pod(Stop::Missing, detail, missing)
}

fn awaited(case: &Case<'_>) -> Vec<String> {
    let there = case.filing.accepted_pod.is_some();
    (!there).then(|| "pod".to_owned()).into_iter().collect()
}

fn not_a_pod(stop: Stop, detail: impl Into<String>, missing: Vec<String>) -> Tested<Eligible> {
    Tested::failed(Finding::new(ExceptionCode::NotAPod, stop, detail, None).missing(missing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::samples::Sample;

    fn is_eligible(sample: &Sample) -> bool {
        v1_eligible(&sample.case()).proof.is_some()
    }

    #[test]
    fn some_classes_always_serve_and_most_never_do() {
        for name in names::all::<DocumentClass>() {
            let class = names::parse(&name).unwrap();
            let sample = Sample::clean(class);
            match standing(class) {
                Standing::Proof => assert!(is_eligible(&sample), "{name}"),
                Standing::Support | Standing::Nothing => assert!(!is_eligible(&sample), "{name}"),
                Standing::ProofIf(_) => {}
            }
        }
    }

    #[test]
    fn people_are_told_the_class_in_words() {
        for name in names::all::<DocumentClass>() {
            let called = called(names::parse(&name).unwrap());
            assert!(
                called.starts_with("a ") || called.starts_with("an "),
                "{called}"
            );
            assert!(!called.contains('_'), "{called}");
        }
    }

    #[test]
    fn a_bill_of_lading_a_packing_list_and_a_photo_serve_where_the_customer_takes_them() {
        let cases: [(
            DocumentClass,
            fn(&mut crate::decision::Profile) -> &mut bool,
        ); 3] = [
            (DocumentClass::BolConsigneeSigned, |rules| {
                &mut rules.accept_bol_as_pod
            }),
            (DocumentClass::PackingList, |rules| {
                &mut rules.accept_signed_packing_list
            }),
            (DocumentClass::DeliveryPhoto, |rules| {
                &mut rules.accept_photo
            }),
        ];
        for (class, rule) in cases {
            let mut sample = Sample::clean(class);
            *rule(sample.rules()) = true;
            assert!(is_eligible(&sample), "{class:?}");
            *rule(sample.rules()) = false;
            assert!(!is_eligible(&sample), "{class:?}");
        }
    }

    #[test]
    fn a_packing_list_and_an_air_waybill_have_to_be_signed() {
        for class in [DocumentClass::PackingList, DocumentClass::AirWaybill] {
            let mut sample = Sample::clean(class);
            sample.rules().accept_signed_packing_list = true;
            assert!(is_eligible(&sample), "{class:?}");
            sample.document.marks.clear();
            assert!(!is_eligible(&sample), "{class:?}");
        }
    }

    #[test]
    fn a_gate_interchange_ends_drayage_and_nothing_else() {
        let mut sample = Sample::clean(DocumentClass::GateInterchange);
        assert!(!is_eligible(&sample));
        sample.shipment().mode = Some("DRAY".to_owned());
        assert!(is_eligible(&sample));
    }

    #[test]
    fn an_unsigned_bill_of_lading_with_a_consignee_mark_contradicts_itself() {
        let tested = v1_eligible(&Sample::clean(DocumentClass::BolUnsigned).case());
        assert_eq!(tested.outcome.findings[0].stop, Some(Stop::Review));
    }
}
