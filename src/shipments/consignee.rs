//! The consignee put right: a paper names several parties, and the shipment knows which of them the goods went to.
//!
//! In: a document and the shipment that it was matched to. Out: the document, its consignee the one of those read as parties
//! that is the shipment's. Nothing is invented: where none is, what was read stays and speaks against the shipment.

use super::Shipment;
use super::matching::Known;
use super::sites::{
    Destination, SiteAgreement, agreement, best_agreement, destinations, has_another_role, place_of,
};
use crate::document::Found;
use crate::understanding::{Document, Field, FieldName, Fields, Party, Value};

/// Puts another party of the paper into the consignee's place, if it and not the one read there is the shipment's: by name and place,
/// since to be named on a paper is not to have received its goods.
pub fn settle_consignee(document: &mut Document, shipment: &Shipment) {
    settle(document, shipment, &destinations(shipment));
}

fn settle(document: &mut Document, shipment: &Shipment, sites: &[Destination]) {
    let read = consignee(document).cloned();
    if read
        .as_ref()
        .is_some_and(|party| agree(&place_of(party), sites))
    {
        return;
    }
    let is_the_shipments = |other: &Party| agreement(other, sites) == SiteAgreement::NameAndPostal;
    let others = &mut document.traits.other_parties;
    let at = others
        .iter()
        .position(|other| is_the_shipments(&other.value));
    let right = match at {
        Some(at) => Some(others.remove(at)),
        // Labels up the side are lost, and then the two are taken for one another. A stranger in the consignee's place stays there: he
        // may be where the freight went.
        None if read.is_none_or(|party| has_another_role(&party, shipment)) => {
            sender_if(&mut document.fields, is_the_shipments)
        }
        None => None,
    };
    let Some(right) = right else { return };
    let field = Field {
        found: right.with(Value::Party(right.value.clone())),
        unit: None,
        kind: None,
    };
    if let Some(displaced) = document.fields.insert(FieldName::ShipTo, field)
        && let Value::Party(party) = &displaced.found.value
    {
        others.push(displaced.found.with(party.clone()));
    }
}

/// Takes the party out of the sender's place, if it is that one.
fn sender_if(fields: &mut Fields, is_it: impl Fn(&Party) -> bool) -> Option<Found<Party>> {
    let found = &fields.get(&FieldName::ShipFrom)?.found;
    let Value::Party(party) = &found.value else {
        return None;
    };
    let sender = is_it(party).then(|| found.with(party.clone()))?;
    fields.remove(&FieldName::ShipFrom);
    Some(sender)
}

/// The same, of several shipments that may be the paper's: where none has the consignee that was read, one of them may have another
/// party of the paper.
pub fn settle_consignee_by(document: &mut Document, known: &[Known]) {
    let is_of = |document: &Document, known: &[Known]| {
        let place = consignee(document).map(place_of);
        let mut known = known.iter();
        place.is_some_and(|place| known.any(|one| agree(&place, &one.destinations)))
    };
    let others = &document.traits.other_parties;
    let nobody_else = others.is_empty() && !document.fields.contains_key(&FieldName::ShipFrom);
    if nobody_else || is_of(document, known) {
        return;
    }
    for one in known {
        settle(document, &one.shipment, &one.destinations);
        if is_of(document, std::slice::from_ref(one)) {
            return;
        }
    }
}

fn agree(place: &Destination, destinations: &[Destination]) -> bool {
    best_agreement(place, destinations) > SiteAgreement::Unknown
}

fn consignee(document: &Document) -> Option<&Party> {
    match &document.fields.get(&FieldName::ShipTo)?.found.value {
        Value::Party(party) => Some(party),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::matching::sample::{document, found, shipment};
    use super::*;
    use crate::document::Source;

    fn party(name: &str, postal: Option<&str>) -> Party {
        Party {
            name: name.to_owned(),
            postal: postal.map(str::to_owned),
            ..Party::default()
        }
    }

    /// Who is the consignee, when one party was read as such and another one beside it.
    fn settled(read: Party, other: Party, consignee: &str) -> String {
        let mut paper = document([(FieldName::ShipTo, Value::Party(read))]);
        paper.traits.other_parties = vec![found(other, Source::Ocr, 0.5)];
        let consignee = json!({"name": consignee, "postal": "43215"});
        let shipment = shipment("S", &[], json!({"parties": {"consignee": consignee}}));
        settle_consignee(&mut paper, &shipment);
        let Value::Party(party) = &paper.fields[&FieldName::ShipTo].found.value else {
            panic!("no party")
        };
        party.name.clone()
    }

    #[test]
    fn of_the_parties_on_the_paper_the_shipments_own_is_the_consignee() {
        let (bank, mill) = ("Granite Savings Bank", "Northgate Paper Mill");
        let at = |name| party(name, Some("43215"));
        let away = |name| party(name, Some("10001"));
        assert_eq!(settled(away(bank), at(mill), mill), mill);
        assert_eq!(settled(at(mill), away(bank), mill), mill);
        assert_eq!(
            settled(away(bank), at(mill), "Crescent Hardware"),
            bank,
            "none is the shipment's"
        );
    }

    /// Who is the consignee of a paper that names Birch Mills as its sender; the shipment goes from Acme to Birch.
    fn with_sender(read: Option<&str>) -> Option<String> {
        let birch = party("Birch Mills", Some("43215"));
        let mut paper = document([(FieldName::ShipFrom, Value::Party(birch))]);
        if let Some(name) = read {
            let to = document([(FieldName::ShipTo, Value::Party(party(name, Some("10001"))))]);
            paper.fields.extend(to.fields);
        }
        let told = |name, postal| json!({"name": name, "postal": postal});
        let parties = json!({"consignee": told("Birch Mills", "43215"), "shipper": told("Acme Foods", "10001")});
        let right = shipment("S", &[], json!({"parties": parties}));
        let other = shipment(
            "T",
            &[],
            json!({"parties": {"consignee": told("Delta Steel", "60601")}}),
        );
        settle_consignee_by(&mut paper, &[other.clone(), right.clone()].map(Known::from));
        consignee(&paper).map(|party| party.name.clone())
    }

    #[test]
    fn shipper_and_consignee_that_were_taken_for_one_another_change_places_and_a_stranger_stays() {
        let birch = Some("Birch Mills".to_owned());
        assert_eq!(with_sender(None), birch, "nobody was read as consignee");
        assert_eq!(with_sender(Some("Acme Foods")), birch);
        let stranger = with_sender(Some("Granite Savings Bank"));
        assert_eq!(stranger.as_deref(), Some("Granite Savings Bank"));
        let another = with_sender(Some("Delta Steel"));
        assert_eq!(
            another.as_deref(),
            Some("Delta Steel"),
            "T goes there, whatever its place"
        );
    }

    #[test]
    fn a_name_without_its_place_is_not_enough() {
        let (bank, mill) = ("Granite Savings Bank", "Northgate Paper Mill");
        let read = || party(bank, Some("10001"));
        assert_eq!(settled(read(), party(mill, None), mill), bank);
        assert_eq!(settled(read(), party(mill, Some("10002")), mill), bank);
    }
}
