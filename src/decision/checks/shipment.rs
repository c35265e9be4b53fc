//! V3 and V4: does the document belong to a shipment, and was the freight delivered to its consignee.

use super::site::{SAME_PARTY, Site, likeness, site_of_feed, site_of_paper, sites};
use super::{Case, Finding, Place, Stop, Tested, is_readable, place_of};
use crate::decision::{ExceptionCode, names};
use crate::shipments::{Agreement, Candidate, Match, Shipment, Status, StopOf};
use crate::understanding::FieldName;

/// Proof that the document belongs to one shipment, and clearly so.
#[derive(Debug, Clone)]
pub struct Attached(());

/// Weight from which one identifier alone is strong: a PRO with one repaired character (domain.md §5.3).
const STRONG_IDENTIFIER: f64 = 4.0;

/// V3: exactly one shipment fits.
#[must_use]
pub fn v3_attached(case: &Case<'_>) -> Tested<Attached> {
    match case.matched {
        Match::Matched(candidate, _) | Match::Conflict(candidate)
            if candidate.shipment.status() == Status::Cancelled =>
        {
            Tested::failed(called_off(candidate))
        }
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
        Match::None(nearest) => Tested::failed(unmatched(nearest.as_ref())),
    }
}

/// A person sees at a glance what the rules do not take for proof: that only the shipper's reference and the place agree, for example.
fn unmatched(nearest: Option<&Candidate>) -> Finding {
    let nearest = nearest.map_or_else(String::new, |candidate| {
        format!(" surely, {} comes nearest", candidate.shipment.id)
    });
    let detail = format!(
        "no shipment fits{nearest}; once its shipment is loaded it is decided again, or attach it by hand"
    );
    Finding::new(ExceptionCode::NoMatch, Stop::Review, detail, None)
}

/// Nothing is billed for freight that was not to be carried; that it was delivered all the same is for a person to settle.
fn called_off(candidate: &Candidate) -> Finding {
    let id = &candidate.shipment.id;
    let detail = format!(
        "shipment {id} was called off; ask dispatch whether it was delivered, or which shipment replaces it"
    );
    Finding::new(ExceptionCode::WrongShipment, Stop::Review, detail, None)
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
        Match::Matched(..) if case.stop == StopOf::Unclear => Tested::failed(unclear_stop(case)),
        Match::Matched(candidate, _) => of_candidate(case, candidate),
        Match::Conflict(candidate)
            if conflict_code(candidate) == ExceptionCode::ConsigneeMismatch =>
        {
            Tested::failed(conflict(case, candidate))
        }
        Match::Conflict(_) | Match::Ambiguous(_) | Match::None(_) => {
            Tested::passed((), "no shipment to compare the consignee with")
        }
    }
}

/// One of several deliveries, and nobody knows which is proven.
fn unclear_stop(case: &Case<'_>) -> Finding {
    let stops = case.shipment().map(|shipment| {
        let seqs = shipment.deliveries().map(|stop| stop.seq.to_string());
        seqs.collect::<Vec<_>>().join(", ")
    });
    let detail = format!(
        "nothing tells which of the deliveries {} it proves; attach it to one by hand",
        stops.unwrap_or_default()
    );
    Finding::new(ExceptionCode::StopMissing, Stop::Review, detail, None)
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
            if are_swapped(case, shipment, &written, &known) {
                return Tested::passed((), "both parties agree, read the other way round");
            }
            let likeness = best_likeness(&written, &known);
            // A block that lost its name may have lost half of its address too: alone it speaks against nobody.
            if !written.is_named() && likeness < SAME_PARTY {
                return without_consignee(candidate);
            }
            compared(shipment, likeness, place)
        }
    }
}

fn best_likeness(written: &Site, known: &[Site]) -> f32 {
    let each = known.iter().map(|site| likeness(written, site));
    each.fold(0.0, f32::max)
}

/// The shipment's shipper stands where the consignee was read, and its consignee where the shipper was: the reader took one
/// for the other.
fn are_swapped(case: &Case<'_>, shipment: &Shipment, written: &Site, known: &[Site]) -> bool {
    let shipper = shipment.parties.shipper.as_ref().map(site_of_feed);
    let from = case.field(FieldName::ShipFrom);
    let from = from.and_then(|field| site_of_paper(&field.found.value));
    shipper.is_some_and(|shipper| likeness(written, &shipper) >= SAME_PARTY)
        && from.is_some_and(|from| best_likeness(&from, known) >= SAME_PARTY)
        && best_likeness(written, known) < SAME_PARTY
}

fn compared(shipment: &Shipment, likeness: f32, place: Place) -> Tested {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::samples::{Sample, evidence};
    use crate::document::Confidence;
    use crate::shipments::ShipmentParty;
    use crate::understanding::{Party, Value};

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
        let nearest = match sample.matched.clone() {
            Match::Matched(candidate, _) => candidate,
            other => panic!("{other:?}"),
        };
        for (nearest, told) in [(None, false), (Some(nearest), true)] {
            sample.matched = Match::None(nearest);
            let tested = v3_attached(&sample.case());
            assert!(tested.proof.is_none());
            let detail = tested.outcome.detail;
            assert_eq!(detail.contains("comes nearest"), told, "{detail}");
        }
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
    fn a_badly_read_name_agrees_above_the_very_street_and_a_neighbour_does_not() {
        let mut sample = Sample::receipt();
        let known = sample.shipment().parties.consignee.as_mut().unwrap();
        known.name = Some("Castillo Seafood Ltd".to_owned());
        known.address = Some("4848 West Prospect Blvd".to_owned());
        let cases = [
            (
                "Ccsuillo Seafood Ltd",
                "4848 WEST PROSPECT BLVD, HMA AH",
                true,
            ),
            (
                "Ccsuillo Seafood Ltd",
                "4850 WEST PROSPECT BLVD, HMA AH",
                false,
            ),
            ("Zenith Steel", "4848 WEST PROSPECT BLVD, HMA AH", false),
            ("4848 West Prospect Blvd", "Savannah", true),
        ];
        for (name, address, right) in cases {
            let party = Party {
                name: name.to_owned(),
                address: Some(address.to_owned()),
                ..Party::default()
            };
            sample.set(FieldName::ShipTo, Value::Party(party));
            assert_eq!(is_right(&sample), right, "{name}, {address}");
        }
    }

    #[test]
    fn parties_that_were_taken_for_one_another_agree() {
        let mut sample = Sample::receipt();
        sample.shipment().parties.shipper = Some(ShipmentParty {
            name: Some("Zenith Steel".to_owned()),
            ..ShipmentParty::default()
        });
        sample.set(FieldName::ShipTo, consignee("Zenith Steel"));
        assert!(!is_right(&sample), "one alone says nothing");
        sample.set(FieldName::ShipFrom, consignee("Acme Foods"));
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
