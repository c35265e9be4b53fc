//! The consignee put right: a paper names several parties, and the shipment knows which of them the goods went to.
//!
//! In: a document and the shipment that it was matched to. Out: the document, its consignee the one of those read as parties
//! that is the shipment's. Nothing is invented: where none is, what was read stays and speaks against the shipment.

use super::Shipment;
use super::sites::{SiteAgreement, agreement, destinations};
use crate::understanding::{Document, Field, FieldName, Party, Value};

/// Changes places of the consignee and another party, if only the other one is the shipment's: by name and place, since to be named
/// on a paper is not to have received its goods.
pub fn settle_consignee(document: &mut Document, shipment: &Shipment) {
    let sites = destinations(shipment);
    let Some(field) = document.fields.get(&FieldName::ShipTo) else {
        return;
    };
    let Value::Party(party) = &field.found.value else {
        return;
    };
    if agreement(party, &sites) > SiteAgreement::Unknown {
        return;
    }
    let is_the_shipments = |other: &Party| agreement(other, &sites) == SiteAgreement::NameAndPostal;
    let others = &mut document.traits.other_parties;
    let Some(at) = others
        .iter()
        .position(|other| is_the_shipments(&other.value))
    else {
        return;
    };
    let displaced = field.found.with(party.clone());
    let right = std::mem::replace(&mut others[at], displaced);
    let found = right.with(Value::Party(right.value.clone()));
    let field = Field {
        found,
        unit: None,
        kind: None,
    };
    document.fields.insert(FieldName::ShipTo, field);
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
