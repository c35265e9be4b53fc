//! V3 and V4: does the document belong to a shipment, and was the freight delivered to its consignee.

use super::{Case, Finding, Place, Stop, Tested, is_readable, place_of};
use crate::decision::{ExceptionCode, names};
use crate::shipments::{Agreement, Candidate, Match, Shipment, ShipmentParty, StopKind};
use crate::understanding::{FieldName, Party, Value};

/// Proof that the document belongs to one shipment, and clearly so.
#[derive(Debug, Clone)]
pub struct Attached(());

/// How alike two names or addresses have to be (domain.md §1.3, V4).
const SAME_PARTY: f64 = 0.80;

/// Weight from which one identifier alone is strong: a PRO with one repaired character (domain.md §5.3).
const STRONG_IDENTIFIER: f64 = 4.0;

/// V3: exactly one shipment fits.
#[must_use]
pub fn v3_attached(case: &Case<'_>) -> Tested<Attached> {
    match case.matched {
        Match::Matched(candidate, _) => {
            let confidence = candidate.confidence.get();
            let detail = format!("shipment {} ({confidence:.2})", candidate.shipment.id);
            Tested::passed(Attached(()), detail)
        }
        Match::Ambiguous(candidates) => {
            let list = candidates.iter().map(|candidate| {
                format!(
                    "{} ({:.2})",
                    candidate.shipment.id,
                    candidate.confidence.get()
                )
            });
            let list = list.collect::<Vec<_>>().join(", ");
            let detail = format!("fits several shipments: {list}; choose one");
            Tested::failed(Finding::new(
                ExceptionCode::AmbiguousMatch,
                Stop::Review,
                detail,
                None,
            ))
        }
        Match::Conflict(candidate) => Tested::failed(conflict(case, candidate)),
        Match::None => {
            let detail = "no shipment fits; load its shipment and process the paper again, or index it by hand";
            Tested::failed(Finding::new(
                ExceptionCode::NoMatch,
                Stop::Review,
                detail,
                None,
            ))
        }
    }
}

/// The paper names a shipment's number, but other things do not agree.
fn conflict(case: &Case<'_>, candidate: &Candidate) -> Finding {
    let fields = conflicting(candidate).collect::<Vec<_>>().join(", ");
    let id = &candidate.shipment.id;
    let detail = format!(
        "names shipment {id}, but these do not agree: {fields}; \
         look for a misdelivery or a reconsignment paper"
    );
    let place = conflicting(candidate).find_map(|field| place_of_name(case, field));
    Finding::new(conflict_code(candidate), Stop::Review, detail, place)
}

/// Another consignee may be a misdelivery, anything else is the wrong paper.
fn conflict_code(candidate: &Candidate) -> ExceptionCode {
    if conflicting(candidate).any(is_consignee) {
        ExceptionCode::ConsigneeMismatch
    } else {
        ExceptionCode::WrongShipment
    }
}

/// The fields that speak against the candidate.
fn conflicting(candidate: &Candidate) -> impl Iterator<Item = &str> {
    let evidence = candidate.evidence.iter();
    evidence
        .filter(|item| item.agreement == Agreement::Conflict)
        .map(|item| item.field.as_str())
}

fn is_consignee(evidence_field: &str) -> bool {
    evidence_field == names::name_of(&FieldName::ShipTo) || evidence_field.starts_with("consignee")
}

fn place_of_name(case: &Case<'_>, evidence_field: &str) -> Option<Place> {
    let name = names::parse(evidence_field)?;
    case.field(name).map(place_of)
}

/// V4: the paper's consignee is the shipment's, by name or address; a reconsigned shipment and a paper whose consignee cannot be
/// read pass where a strong identifier speaks for the shipment.
#[must_use]
pub fn v4_right_consignee(case: &Case<'_>) -> Tested {
    match case.matched {
        Match::Matched(candidate, _) => of_candidate(case, candidate),
        Match::Conflict(candidate)
            if conflict_code(candidate) == ExceptionCode::ConsigneeMismatch =>
        {
            Tested::failed(conflict(case, candidate))
        }
        Match::Conflict(_) | Match::Ambiguous(_) | Match::None => {
            Tested::passed((), "no shipment to compare the consignee with")
        }
    }
}

fn of_candidate(case: &Case<'_>, candidate: &Candidate) -> Tested {
    let shipment = &candidate.shipment;
    let known = sites(shipment);
    let written = case
        .field(FieldName::ShipTo)
        .filter(|field| is_readable(field.found.confidence))
        .and_then(|field| Some((site_of_paper(&field.found.value)?, place_of(field))));
    match written {
        _ if known.is_empty() => Tested::passed((), "the feed names no consignee"),
        None => without_consignee(candidate),
        Some((written, place)) => {
            let nearest = known.iter().map(|site| likeness(&written, site));
            compared(shipment, nearest.fold(0.0, f64::max), place)
        }
    }
}

fn compared(shipment: &Shipment, likeness: f64, place: Place) -> Tested {
    if likeness >= SAME_PARTY {
        return Tested::passed((), format!("the consignee agrees ({likeness:.2})"));
    }
    if is_reconsigned(shipment) {
        return Tested::passed((), "another consignee, and the shipment was reconsigned");
    }
    let detail = format!(
        "the paper's consignee is not the shipment's (likeness {likeness:.2}); \
         look for a misdelivery or a reconsignment paper"
    );
    Tested::failed(Finding::new(
        ExceptionCode::ConsigneeMismatch,
        Stop::Review,
        detail,
        Some(place),
    ))
}

fn without_consignee(candidate: &Candidate) -> Tested {
    let strong = candidate
        .evidence
        .iter()
        .any(|item| item.agreement != Agreement::Conflict && item.weight >= STRONG_IDENTIFIER);
    if strong {
        return Tested::passed(
            (),
            "no consignee could be read; the identifier is strong enough",
        );
    }
    let detail = "no consignee could be read, and no identifier is strong enough alone; \
                  compare the consignee with the shipment";
    Tested::failed(Finding::new(
        ExceptionCode::ConsigneeMismatch,
        Stop::Review,
        detail,
        None,
    ))
}

/// The carrier's own status messages say that the shipment goes elsewhere (214 `AI`, domain.md §5.1).
fn is_reconsigned(shipment: &Shipment) -> bool {
    let codes = ["AI", "reconsigned"];
    shipment
        .stops
        .iter()
        .any(|stop| stop.local(&codes).is_some())
}

/// Name and address of a place where freight is delivered.
#[derive(Debug, Default)]
struct Site {
    name: String,
    address: String,
}

fn site_of_paper(value: &Value) -> Option<Site> {
    let named = |name: &str| Site {
        name: name.to_owned(),
        ..Site::default()
    };
    value
        .as_party()
        .map(site_of_party)
        .or_else(|| value.texts().next().map(named))
}

fn site_of_party(party: &Party) -> Site {
    let parts = [&party.address, &party.city, &party.state, &party.postal];
    Site {
        name: party.name.clone(),
        address: joined(parts),
    }
}

/// The consignee and every delivery stop.
fn sites(shipment: &Shipment) -> Vec<Site> {
    let consignee = shipment.parties.consignee.iter().map(site_of_feed);
    let stops = shipment
        .stops
        .iter()
        .filter(|stop| stop.kind == StopKind::Delivery);
    let stops = stops.map(|stop| Site {
        name: stop.name.clone().unwrap_or_default(),
        address: stop
            .address
            .as_ref()
            .map(address_of_stop)
            .unwrap_or_default(),
    });
    consignee
        .chain(stops)
        .filter(|site| !site.name.is_empty() || !site.address.is_empty())
        .collect()
}

fn site_of_feed(party: &ShipmentParty) -> Site {
    Site {
        name: party.name.clone().unwrap_or_default(),
        address: joined([&party.address, &party.city, &party.state, &party.postal]),
    }
}

/// Feeds write a stop's address as one text or as a table.
fn address_of_stop(address: &serde_json::Value) -> String {
    if let Some(text) = address.as_str() {
        return text.to_owned();
    }
    serde_json::from_value(address.clone())
        .map(|party: ShipmentParty| site_of_feed(&party).address)
        .unwrap_or_default()
}

/// Street, town, state and postal code in one text; empty without a street, since many sites share a town.
fn joined(parts: [&Option<String>; 4]) -> String {
    if parts[0].is_none() {
        return String::new();
    }
    parts
        .into_iter()
        .flatten()
        .cloned()
        .collect::<Vec<_>>()
        .join(" ")
}

/// How alike two sites are, 0..1: the better of name and address.
fn likeness(a: &Site, b: &Site) -> f64 {
    let (name_a, name_b) = (words(&a.name), words(&b.name));
    let by_letters = alike(&name_a, &name_b).max(alike(&words(&a.address), &words(&b.address)));
    if contains(&name_a, &name_b) || contains(&name_b, &name_a) {
        return by_letters.max(SAME_PARTY);
    }
    by_letters
}

/// How alike two texts are by their letters, 0..1, whatever the order of their words.
fn alike(a: &[String], b: &[String]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    strsim::normalized_damerau_levenshtein(&a.join(" "), &b.join(" "))
}

/// Is `short` the same name as `long`, only shorter ("Acme Foods" and "Acme Foods Distribution Center 12")?
fn contains(long: &[String], short: &[String]) -> bool {
    /// A shorter lone word ("FOODS") occurs in too many names.
    const TELLING: usize = 6;
    let telling = short.len() > 1 || short.iter().any(|word| word.chars().count() >= TELLING);
    telling && short.iter().all(|word| long.contains(word))
}

/// Upper-case words in order of the alphabet, without legal forms.
fn words(text: &str) -> Vec<String> {
    const LEGAL_FORMS: [&str; 13] = [
        "INC", "LLC", "LTD", "CO", "CORP", "COMPANY", "GMBH", "AG", "SA", "BV", "SPZOO", "SARL",
        "PLC",
    ];
    let mut words: Vec<_> = text
        .to_uppercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty() && !LEGAL_FORMS.contains(word))
        .map(str::to_owned)
        .collect();
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::samples::{Sample, evidence};
    use crate::document::Confidence;

    fn consignee(name: &str) -> Value {
        Value::Party(Party {
            name: name.to_owned(),
            ..Party::default()
        })
    }

    fn is_right(sample: &Sample) -> bool {
        v4_right_consignee(&sample.case()).outcome.passed
    }

    #[test]
    fn a_clear_match_is_attached_and_an_unclear_one_is_not() {
        let mut sample = Sample::receipt();
        assert!(v3_attached(&sample.case()).proof.is_some());
        sample.matched = Match::None;
        assert!(v3_attached(&sample.case()).proof.is_none());
    }

    #[test]
    fn the_consignee_agrees_by_name_however_it_is_written() {
        let same = [
            "Acme Foods",
            "ACME FOODS, INC.",
            "Acrne Foods",
            "Acme Foods Distribution Center 12",
            "Foods Acme",
        ];
        let others = [
            "Zenith Steel",
            "Acme Steel Works",
            "Foods",
            "City Foods Market",
        ];
        let mut sample = Sample::receipt();
        for (names, right) in [(&same[..], true), (&others[..], false)] {
            for name in names {
                sample.set(FieldName::ShipTo, consignee(name));
                assert_eq!(is_right(&sample), right, "{name}");
            }
        }
    }

    #[test]
    fn the_consignee_agrees_by_address_too() {
        let mut sample = Sample::receipt();
        let address = "123 Main St, Springfield IL 62701";
        let stop = sample.shipment().stops.last_mut().unwrap();
        stop.address = Some(
            serde_json::json!({"addr": "123 MAIN ST", "city": "SPRINGFIELD", "state": "IL", "postal": "62701"}),
        );
        let party = Party {
            name: "Receiving Dock 4".to_owned(),
            address: Some(address.to_owned()),
            ..Party::default()
        };
        sample.set(FieldName::ShipTo, Value::Party(party));
        assert!(is_right(&sample));
    }

    #[test]
    fn a_reconsigned_shipment_may_arrive_elsewhere() {
        let mut sample = Sample::receipt();
        sample.set(FieldName::ShipTo, consignee("Zenith Steel"));
        assert!(!is_right(&sample));
        let mut reconsigned = sample.shipment().stops[1].events[0].clone();
        reconsigned.code = "AI".to_owned();
        sample.shipment().stops[1].events.push(reconsigned);
        assert!(is_right(&sample));
    }

    #[test]
    fn a_consignee_that_cannot_be_read_needs_a_strong_identifier() {
        let mut sample = Sample::receipt();
        let written = sample.document.fields.get_mut(&FieldName::ShipTo).unwrap();
        written.found.value = consignee("Zxqv");
        written.found.confidence = Confidence::new(0.3);
        assert!(is_right(&sample));

        if let Match::Matched(candidate, _) = &mut sample.matched {
            candidate.evidence = vec![evidence("customer_po", Agreement::Exact, 2.0)];
        }
        assert!(!is_right(&sample));
    }
}
