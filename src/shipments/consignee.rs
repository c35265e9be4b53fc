//! The consignee put right: a paper names several parties, and the shipment knows which of them the goods went to.
//!
//! In: a document and the shipment that it was matched to. Out: the document, its consignee the one of those read as parties
//! that is the shipment's. Nothing is invented: where none is, what was read stays and speaks against the shipment.

use super::Shipment;
use super::sites::{SiteAgreement, agreement, destinations};
use crate::document::Found;
use crate::understanding::{Document, Field, FieldName, Fields, Party, Value};

/// Puts another party of the paper into the consignee's place, if it and not the one read there is the shipment's: by name and place,
/// since to be named on a paper is not to have received its goods.
pub fn settle_consignee(document: &mut Document, shipment: &Shipment) {
    let sites = destinations(shipment);
    if agrees(document, shipment) {
        return;
    }
    let is_the_shipments = |other: &Party| agreement(other, &sites) == SiteAgreement::NameAndPostal;
    let others = &mut document.traits.other_parties;
    let at = others
        .iter()
        .position(|other| is_the_shipments(&other.value));
    let right = match at {
        Some(at) => Some(others.remove(at)),
        None => sender_if(&mut document.fields, is_the_shipments),
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
pub fn settle_consignee_by<'a>(
    document: &mut Document,
    shipments: impl Iterator<Item = &'a Shipment> + Clone,
) {
    if shipments.clone().any(|shipment| agrees(document, shipment)) {
        return;
    }
    for shipment in shipments {
        settle_consignee(document, shipment);
        if agrees(document, shipment) {
            return;
        }
    }
}

fn agrees(document: &Document, shipment: &Shipment) -> bool {
    let sites = destinations(shipment);
    consignee(document).is_some_and(|party| agreement(party, &sites) > SiteAgreement::Unknown)
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

    #[test]
    fn a_name_without_its_place_is_not_enough() {
        let (bank, mill) = ("Granite Savings Bank", "Northgate Paper Mill");
        let read = || party(bank, Some("10001"));
        assert_eq!(settled(read(), party(mill, None), mill), bank);
        assert_eq!(settled(read(), party(mill, Some("10002")), mill), bank);
    }
}
