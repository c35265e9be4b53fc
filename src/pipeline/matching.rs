//! From a document that was read to the shipment that it belongs to.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::decision::Profiles;
use crate::document::Confidence;
use crate::shipments::matching::{Hints, Known, Share, Weights, compare, shares};
use crate::shipments::{
    Agreement, Candidate, Match, MatchEvidence, Shipment, settle_consignee, settle_consignee_by,
    settle_labels,
};
use crate::understanding::normalise::{OrderHint, Window, order_in};
use crate::understanding::values::DateContext;
use crate::understanding::{Document, settle_dates};

/// What a person's word weighs, in log-odds: more than all that stands on paper.
const BY_A_PERSON: f64 = 20.0;

/// A document whose shipment was looked for.
#[derive(Debug)]
pub struct MatchedDocument {
    /// The document, its dates and numbers settled by the shipment.
    pub document: Document,
    /// Its shipment.
    pub matched: Match,
    /// The best of what was compared, for people who ask why.
    pub best: Vec<Candidate>,
}

/// Compares documents with shipments, with what is known beside them.
#[derive(Debug, Clone, Copy)]
pub struct Matcher<'a> {
    /// What the notice of the upload told.
    pub hints: &'a Hints,
    /// How customers read dates.
    pub profiles: &'a Profiles,
    /// The day the upload was received.
    pub received_on: Option<Date>,
    /// What evidence weighs.
    pub weights: &'a Weights,
}

impl Matcher<'_> {
    /// Finds the shipment of a document, tells which of its parties is the consignee, reads the dates that only the shipment or its
    /// profile can decide, and puts its numbers under the labels that the shipment knows them by.
    #[must_use]
    pub fn compare(&self, mut document: Document, known: &[Known]) -> MatchedDocument {
        settle_consignee_by(&mut document, known);
        let again = |document: &Document| compare(document, self.hints, known, self.weights);
        let (mut matched, mut best) = again(&document);
        let mut read = document.fields.clone();
        if let Match::Matched(candidate, _) | Match::Conflict(candidate) = &matched {
            settle_consignee(&mut document, &candidate.shipment);
            if document.fields != read {
                (matched, best) = again(&document);
                read.clone_from(&document.fields);
            }
        }
        if let Match::Matched(candidate, _) = &matched {
            let dates = dates_of(&candidate.shipment, self.profiles, self.received_on);
            settle_dates(&mut document, &dates, candidate.shipment.delivered_on());
            if document.fields != read {
                (matched, best) = again(&document);
            }
        }
        if let Match::Matched(candidate, _) = &matched {
            settle_labels(&mut document, &candidate.shipment);
        }
        MatchedDocument {
            document,
            matched,
            best,
        }
    }

    /// Of a paper that covers several shipments the share of each, in the order in which they stand on it, and the shipments that each is compared
    /// with. The first one stands for the paper; each of the others matches its shipment by itself, be it in conflict with it. None of a paper
    /// that is about one shipment.
    #[must_use]
    pub fn split(&self, document: &Document, known: &[Known]) -> Vec<(Share, Vec<Known>)> {
        let shares = shares(document, self.hints, known, self.weights);
        let beside: BTreeSet<String> = shares.iter().map(|share| share.shipment.clone()).collect();
        let shares = shares.into_iter().map(|share| {
            let known = known.iter().filter(|one| {
                let id = &one.shipment.id;
                *id == share.shipment || !beside.contains(id)
            });
            let known: Vec<Known> = known.cloned().collect();
            (share, known)
        });
        let (own, others): (Vec<_>, Vec<_>) = shares.partition(|(share, known)| {
            match self.compare(share.document.clone(), known).matched {
                // In conflict somebody has to look: the paper names it.
                Match::Matched(candidate, _) | Match::Conflict(candidate) => {
                    candidate.shipment.id == share.shipment
                }
                Match::Ambiguous(_) | Match::None(_) => false,
            }
        });
        if own.is_empty() {
            others.into_iter().take(1).collect()
        } else {
            own
        }
    }
}

/// The same of a document that a person says belongs to `shipment`: nothing is looked for.
#[must_use]
pub fn attach_document(
    mut document: Document,
    shipment: &Shipment,
    profiles: &Profiles,
    received_on: Option<Date>,
) -> MatchedDocument {
    settle_consignee(&mut document, shipment);
    let dates = dates_of(shipment, profiles, received_on);
    settle_dates(&mut document, &dates, shipment.delivered_on());
    settle_labels(&mut document, shipment);
    let candidate = Candidate {
        shipment: shipment.clone(),
        confidence: Confidence::CERTAIN,
        score: BY_A_PERSON,
        evidence: vec![MatchEvidence {
            field: "person".to_owned(),
            agreement: Agreement::Exact,
            weight: BY_A_PERSON,
        }],
    };
    MatchedDocument {
        document,
        matched: Match::Matched(candidate.clone(), None),
        best: vec![candidate],
    }
}

fn dates_of(shipment: &Shipment, profiles: &Profiles, received_on: Option<Date>) -> DateContext {
    let profile = profiles.find(shipment.customer.profile_id.as_deref()).ok();
    let country = shipment
        .parties
        .consignee
        .as_ref()
        .and_then(|party| party.country.as_deref());
    let order = profile
        .and_then(|profile| profile.date_order)
        .or_else(|| country.and_then(order_in));
    DateContext {
        order: OrderHint { order },
        delivered: delivered(shipment, received_on),
        picked_up: picked_up(shipment),
    }
}

/// Signers write the wrong day, and messages are sent the next one: by so many days both differ (domain.md §1.3, V7).
const OFF_DAYS: i64 = 3;
/// No load is longer on its way. An assumption.
const UNDER_WAY_DAYS: i64 = 60;

fn around(day: Date) -> Window {
    Window {
        from: day.saturating_sub(OFF_DAYS.days()),
        to: day.saturating_add(OFF_DAYS.days()),
    }
}

/// A pickup lies near the carrier's own message, else before the delivery.
fn picked_up(shipment: &Shipment) -> Option<Window> {
    let before = |day: Date| Window {
        from: day.saturating_sub(UNDER_WAY_DAYS.days()),
        to: day,
    };
    let told = shipment.picked_up_on().map(around);
    told.or_else(|| shipment.delivered_on().map(before))
}

/// A delivery lies near the carrier's own message, else between pickup and receipt.
fn delivered(shipment: &Shipment, received_on: Option<Date>) -> Option<Window> {
    if let Some(day) = shipment.delivered_on() {
        return Some(around(day));
    }
    Some(Window {
        from: shipment.picked_up_on()?,
        to: received_on?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_pickup_lies_near_its_own_message_and_a_delivery_near_its_own() {
        let shipment: Shipment = serde_json::from_value(serde_json::json!({
            "id": "S-1", "version": 1, "stops": [
                {"seq": 1, "kind": "pickup", "tz": "UTC", "events": [{"code": "AF", "at": "2026-03-02T09:00:00Z"}]},
                {"seq": 2, "kind": "delivery", "tz": "UTC", "events": [{"code": "D1", "at": "2026-03-14T09:00:00Z"}]},
            ],
        }))
        .unwrap();
        let dates = dates_of(&shipment, &Profiles::default(), Some(date(2026, 4, 1)));
        let march = |from, to| Window {
            from: date(2026, 3, from),
            to: date(2026, 3, to),
        };
        assert_eq!(dates.delivered, Some(march(11, 17)));
        let picked_up = dates.picked_up.unwrap();
        assert_eq!(picked_up.to, date(2026, 3, 5));
        assert!(picked_up.holds(date(2026, 3, 2)) && !picked_up.holds(date(2026, 3, 14)));
    }
}
