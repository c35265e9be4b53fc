//! Which of a shipment's deliveries is a paper about?
//!
//! In: a document and the shipment that it belongs to. Out: a [`StopOf`]. Nothing is guessed: a paper whose consignee and day fit several
//! stops is about none of them for sure.

use super::sites::{Destination, SiteAgreement, agreement, stop_site};
use super::{Shipment, Stop};
use crate::understanding::{Document, FieldName};

/// Which delivery a paper is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopOf {
    /// The shipment has but one.
    Only,
    /// That at this place along the way.
    At(u32),
    /// One of several, and nothing tells which.
    Unclear,
}

impl StopOf {
    /// Its place along the way; 0 where there is but one, or nobody knows.
    #[must_use]
    pub fn seq(self) -> u32 {
        match self {
            Self::At(seq) => seq,
            Self::Only | Self::Unclear => 0,
        }
    }
}

/// Tells by the consignee, then by the day of delivery.
#[must_use]
pub fn which_stop(document: &Document, shipment: &Shipment) -> StopOf {
    let stops: Vec<&Stop> = shipment.deliveries().collect();
    if stops.len() < 2 {
        return StopOf::Only;
    }
    let by_site = best_by(&stops, |stop| site_agreement(document, stop));
    let of = if by_site.is_empty() { &stops } else { &by_site };
    match of.as_slice() {
        [one] => StopOf::At(one.seq),
        several => match best_by(several, |stop| same_day(document, stop)).as_slice() {
            [one] => StopOf::At(one.seq),
            _ => StopOf::Unclear,
        },
    }
}

/// The stops that agree best; none where none agrees.
fn best_by<'a>(
    stops: &[&'a Stop],
    agrees: impl Fn(&Stop) -> Option<SiteAgreement>,
) -> Vec<&'a Stop> {
    let Some(best) = stops.iter().filter_map(|stop| agrees(stop)).max() else {
        return Vec::new();
    };
    let best_ones = stops.iter().filter(|stop| agrees(stop) == Some(best));
    best_ones.copied().collect()
}

fn site_agreement(document: &Document, stop: &Stop) -> Option<SiteAgreement> {
    let consignee = document.fields.get(&FieldName::ShipTo)?;
    let site: [Destination; 1] = [stop_site(stop)];
    let agreement = agreement(consignee.found.value.as_party()?, &site);
    (agreement > SiteAgreement::Unknown).then_some(agreement)
}

fn same_day(document: &Document, stop: &Stop) -> Option<SiteAgreement> {
    let written = document.fields.get(&FieldName::DeliveryDate)?;
    let told = stop.delivered_on()?;
    (written.found.value.as_date()? == told).then_some(SiteAgreement::NameAndPostal)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::matching::sample::{date, document, party, shipment};
    use super::*;

    fn three_drops() -> Shipment {
        let stop = |seq, name, zip, day| {
            json!({"seq": seq, "kind": "delivery", "name": name, "address": {"zip": zip},
                "events": [{"code": "D1", "at": format!("2026-03-{day}T15:00:00Z")}]})
        };
        let stops = [
            stop(2, "Acme Foods", "43215", 14),
            stop(3, "Acme Foods", "45402", 15),
            stop(4, "Birch Mill", "45402", 15),
        ];
        shipment("S", &[], json!({"stops": stops, "parties": {}}))
    }

    #[test]
    fn a_paper_is_about_the_stop_of_its_consignee_or_else_of_its_day() {
        let shipment = three_drops();
        let told = |name, zip, day: Option<&str>| {
            let mut fields = vec![(FieldName::ShipTo, party(name, zip))];
            fields.extend(day.map(|day| (FieldName::DeliveryDate, date(day))));
            which_stop(&document(fields), &shipment)
        };
        assert_eq!(told("Acme Foods", "43215", None), StopOf::At(2));
        assert_eq!(told("ACME FOODS INC", "45402", None), StopOf::At(3));
        assert_eq!(told("Acme Foods", "", None), StopOf::Unclear);
        assert_eq!(told("Acme Foods", "", Some("2026-03-15")), StopOf::At(3));
        assert_eq!(
            told("Unknown Co", "99999", Some("2026-03-14")),
            StopOf::At(2)
        );
        assert_eq!(
            told("Unknown Co", "99999", Some("2026-03-15")),
            StopOf::Unclear
        );
    }

    #[test]
    fn a_shipment_with_one_delivery_needs_no_telling() {
        let shipment = shipment("S", &[], json!({}));
        assert_eq!(which_stop(&document([]), &shipment), StopOf::Only);
    }
}
