//! Where freight goes: do the consignee on the paper and a destination of the shipment agree?
//!
//! In: names and postal codes. Out: a [`SiteAgreement`]. A missing name or postal code never speaks against anybody.

use super::{Shipment, ShipmentParty, Stop};
use crate::shipments::numbers::plain;
use crate::understanding::Party;
use crate::understanding::normalise::{CompanyName, OTHER_NAME, SAME_NAME, name_similarity};

/// A place that a shipment goes to, or a paper.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Destination {
    pub(super) name: Option<CompanyName>,
    pub(super) postal: Option<String>,
}

/// How the consignee on the paper agrees with a shipment, worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SiteAgreement {
    /// Another company in another place.
    Contradicts,
    /// The same company in another place, as chains have them.
    OtherPlace,
    /// Too little stands there to tell.
    Unknown,
    /// The same postal code.
    PostalOnly,
    /// The same name; one side gives no postal code.
    NameOnly,
    /// The same name and postal code.
    NameAndPostal,
}

/// The consignee and every delivery stop of a shipment.
pub(super) fn destinations(shipment: &Shipment) -> Vec<Destination> {
    let consignee = shipment.parties.consignee.iter().map(destination);
    let stops = shipment.deliveries().map(stop_site);
    // A stop without a name and a postal code tells nothing, and must not outweigh a consignee that contradicts.
    let told = |place: &Destination| place.name.is_some() || place.postal.is_some();
    let mut found: Vec<Destination> = consignee.chain(stops).filter(told).collect();
    // Feeds mostly tell the place of a delivery twice.
    found.dedup();
    found
}

/// The place of a stop.
pub(super) fn stop_site(stop: &Stop) -> Destination {
    Destination {
        name: stop.name.as_deref().map(CompanyName::new),
        postal: stop.address.as_ref().and_then(postal_of_address),
    }
}

/// Is a party of the paper by its name the shipment's shipper, payer or who is told, and no stranger to it? Where labels are lost, the
/// lines of two parties run together, so that the postal code tells nothing.
pub(super) fn has_another_role(paper: &Party, shipment: &Shipment) -> bool {
    let parties = &shipment.parties;
    let others = [&parties.shipper, &parties.bill_to, &parties.notify];
    let mut names = others
        .into_iter()
        .flatten()
        .filter_map(|party| party.name.as_deref());
    names.any(|name| name_similarity(&paper.name, name) >= SAME_NAME)
}

fn destination(party: &ShipmentParty) -> Destination {
    Destination {
        name: party.name.as_deref().map(CompanyName::new),
        postal: party.postal.as_deref().and_then(postal),
    }
}

/// The place of a party of the paper.
pub(super) fn place_of(paper: &Party) -> Destination {
    Destination {
        name: Some(CompanyName::new(&paper.name)),
        postal: paper.postal.as_deref().and_then(postal),
    }
}

/// The best agreement of the paper's consignee with any destination.
pub(super) fn agreement(paper: &Party, destinations: &[Destination]) -> SiteAgreement {
    best_agreement(&place_of(paper), destinations)
}

/// The same, of the place of the paper's consignee.
pub(super) fn best_agreement(paper: &Destination, destinations: &[Destination]) -> SiteAgreement {
    let each = destinations.iter().map(|site| agrees(paper, site));
    each.max().unwrap_or(SiteAgreement::Unknown)
}

/// Were the parties taken for one another? Then the shipper stands as the consignee, and the consignee as the shipper; on
/// the paper of another shipment only one of them could.
pub(super) fn swapped(to: &Party, from: Option<&Party>, shipment: &Shipment) -> bool {
    let shipper = shipment.parties.shipper.iter().map(destination);
    let shipper: Vec<_> = shipper.collect();
    let is_named = |party: &Party, sites: &[Destination]| {
        agreement(party, sites) >= SiteAgreement::NameOnly && !sites.is_empty()
    };
    is_named(to, &shipper) && from.is_some_and(|from| is_named(from, &destinations(shipment)))
}

/// Do two shipments go to one place?
pub(super) fn meet(one: &Shipment, other: &Shipment) -> bool {
    let (here, there) = (destinations(one), destinations(other));
    let named = here.iter().filter(|site| site.name.is_some());
    let mut pairs = named.flat_map(|site| there.iter().map(move |other| (site, other)));
    pairs.any(|(site, other)| agrees(site, other) >= SiteAgreement::NameOnly)
}

fn agrees(paper: &Destination, site: &Destination) -> SiteAgreement {
    let legible = |name: &&CompanyName| !name.words().is_empty();
    let names = paper.name.as_ref().filter(legible);
    let names = names.zip(site.name.as_ref().filter(legible));
    let alike = names.map(|(paper, site)| paper.similarity(site));
    let same_postal = paper.postal.as_ref().zip(site.postal.as_ref());
    let same_postal = same_postal.map(|(a, b)| a == b);
    match (alike, same_postal) {
        (Some(alike), Some(true)) if alike >= SAME_NAME => SiteAgreement::NameAndPostal,
        (Some(alike), None) if alike >= SAME_NAME => SiteAgreement::NameOnly,
        (Some(alike), Some(false)) if alike >= SAME_NAME => SiteAgreement::OtherPlace,
        (Some(alike), Some(false)) if alike < OTHER_NAME => SiteAgreement::Contradicts,
        (Some(_) | None, Some(true)) => SiteAgreement::PostalOnly,
        (Some(_) | None, Some(false) | None) => SiteAgreement::Unknown,
    }
}

/// A postal code ready to be compared: the first five digits of a US code, else its letters and digits.
pub(super) fn postal(raw: &str) -> Option<String> {
    let code = plain(raw);
    let us = matches!(code.len(), 5 | 9) && code.bytes().all(|byte| byte.is_ascii_digit());
    let code = if us { code.get(..5)?.to_owned() } else { code };
    (code.len() >= 4).then_some(code)
}

/// The postal code in a stop's address: a key of an object, or the last code in a line of text.
fn postal_of_address(address: &serde_json::Value) -> Option<String> {
    if let Some(line) = address.as_str() {
        let words = line.split([' ', ',']).rev();
        let mut codes = words.filter(|word| word.bytes().filter(u8::is_ascii_digit).count() >= 4);
        return codes.next().and_then(postal);
    }
    let keys = ["postal", "postal_code", "zip", "postcode"];
    let code = keys.iter().find_map(|key| address.get(key)?.as_str())?;
    postal(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(name: &str, postal: &str) -> Party {
        Party {
            name: name.to_owned(),
            postal: Some(postal.to_owned()).filter(|postal| !postal.is_empty()),
            ..Party::default()
        }
    }

    #[test]
    fn only_another_name_in_another_place_contradicts() {
        use SiteAgreement::{
            Contradicts, NameAndPostal, NameOnly, OtherPlace, PostalOnly, Unknown,
        };
        let shipment: Shipment = serde_json::from_str(
            r#"{"id":"1","version":1,"parties":{"consignee":{"name":"Acme Foods","postal":"43215-1234"}}}"#,
        )
        .unwrap();
        let destinations = destinations(&shipment);
        for (name, postal, expected) in [
            ("ACME FOODS INC", "43215", NameAndPostal),
            ("ACME FOODS INC", "", NameOnly),
            ("", "43215", PostalOnly),
            ("Birch Paper Mill", "43215", PostalOnly),
            ("Acme Foods", "90210", OtherPlace),
            ("Birch Paper Mill", "90210", Contradicts),
            ("Birch Paper Mill", "", Unknown),
            ("", "", Unknown),
        ] {
            assert_eq!(
                agreement(&party(name, postal), &destinations),
                expected,
                "{name} {postal}"
            );
        }
    }

    #[test]
    fn a_stop_is_a_destination_whatever_its_address_looks_like() {
        for address in [
            r#""12 Mill Rd, Dayton, OH 45402""#,
            r#"{"street":"12 Mill Rd","zip":"45402-0001"}"#,
        ] {
            let shipment = format!(
                r#"{{"id":"1","version":1,"stops":[{{"name":"Acme Foods","address":{address}}}]}}"#
            );
            let shipment: Shipment = serde_json::from_str(&shipment).unwrap();
            assert_eq!(
                agreement(&party("Acme Foods", "45402"), &destinations(&shipment)),
                SiteAgreement::NameAndPostal,
                "{address}"
            );
        }
    }
}
