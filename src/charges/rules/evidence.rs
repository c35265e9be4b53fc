//! Rules on evidence: was the service done at all. A paper may still come, so its absence (A01) weighs less than a
//! contradiction (A02).

use super::{Case, Finding, Line, Rule, detention};
use crate::charges::catalogue::{Accessorial, Proof, Site, TIME_SHEETS};
use crate::charges::stay::has_event;
use crate::document::Money;
use crate::shipments::{Shipment, Status, Stop, StopKind};

/// A stay of this length runs into the next working day: half of such stays bring a layover (domain.md §4.5).
const OVERNIGHT_MINUTES: u32 = 420;

/// A01: nothing in the pack, the events, the shipment or the authorisations shows that the charge was earned. Needs a charge
/// whose evidence Countersign can read; base charges and those proved by papers that it does not read are exempt. A contradiction (A02)
/// says more, and silences it.
pub(super) fn a01_no_evidence(line: &Line<'_>) -> Option<Finding> {
    let kind = line.kind?;
    if is_shown(line.case, kind)? || a02_contradicted(line).is_some() {
        return None;
    }
    let wanted = wanted(kind.proof)?;
    let billed = line.amount();
    Some(Finding::new(
        Rule::NoEvidence,
        format!("billed {billed}, but neither the papers nor the events show it: ask for {wanted}"),
    ))
}

/// Does anything show the charge; `None` where nothing that is read could.
fn is_shown(case: Case<'_>, kind: &Accessorial) -> Option<bool> {
    let (evidence, shipment) = (case.evidence, case.shipment);
    let shown = match kind.proof {
        Proof::Unread => return None,
        Proof::Words => false,
        Proof::Times => {
            let sheet = TIME_SHEETS
                .iter()
                .any(|class| evidence.papers.contains(class));
            sheet || evidence.has_times || !evidence.stays.is_empty()
        }
        Proof::Papers(classes) => classes.iter().any(|class| evidence.papers.contains(class)),
        Proof::Site(site) => shipment
            .stops
            .iter()
            .any(|stop| is_site(stop, site) == Some(true)),
        Proof::Appointment => {
            evidence.has_appointment_number || shipment.stops.iter().any(|stop| stop.appt.is_some())
        }
        Proof::Event(codes) => shipment.stops.iter().any(|stop| has_event(stop, codes)),
        Proof::Weekend => evidence.on_weekend()?,
        Proof::ExtraStop => extra_stops(shipment)? > 0,
        Proof::Overnight => evidence
            .stays
            .iter()
            .any(|stay| stay.minutes >= OVERNIGHT_MINUTES),
        Proof::Cancelled => is_cancelled(shipment),
    };
    let is_authorised = case.authorisation(kind.code).is_some();
    Some(shown || is_authorised || evidence.says(kind.words))
}

/// What to ask the carrier for.
fn wanted(proof: Proof) -> Option<&'static str> {
    match proof {
        Proof::Unread => None,
        Proof::Times => Some("the times in and out"),
        Proof::Papers(_) => Some("the receipt or slip"),
        Proof::Words => Some("the receiver's note of the service on the paper"),
        Proof::Site(_) => Some("what kind of site it is, or the receiver's note on the paper"),
        Proof::Appointment => Some("the appointment number"),
        Proof::Event(_) => Some("the status message or the written request"),
        Proof::Weekend => Some("the day of delivery"),
        Proof::ExtraStop => Some("the paper of the extra stop"),
        Proof::Overnight => Some("the times in and out, or the changed appointment"),
        Proof::Cancelled => Some("the cancellation"),
    }
}

/// Is the stop a site of this kind; `None` where the feed does not say, and for stops that the charge is not about.
pub(super) fn is_site(stop: &Stop, site: Site) -> Option<bool> {
    let flags = &stop.flags;
    match site {
        Site::NoDock => flags.dock.map(|dock| !dock),
        Site::Residence if stop.kind == StopKind::Delivery => flags.residential,
        Site::ResidentialPickup if stop.kind == StopKind::Pickup => flags.residential,
        Site::LimitedAccess => flags.limited_access,
        Site::Residence | Site::ResidentialPickup => None,
    }
}

/// Stops between the first and the last; `None` where the feed does not list the way.
fn extra_stops(shipment: &Shipment) -> Option<usize> {
    shipment.stops.len().checked_sub(2)
}

fn is_cancelled(shipment: &Shipment) -> bool {
    let called_off = |stop: &Stop| has_event(stop, &["CA", "cancelled"]);
    shipment.status() == Status::Cancelled || shipment.stops.iter().any(called_off)
}

/// A02: the evidence shows that the service was not done or not needed: detention within the free time, a liftgate at a dock, a
/// residential charge at a business, Saturday on a weekday, a truck not used on a delivered load, a stop that is not there. Needs
/// the times, the site's flags, the day of delivery or the stops; the receiver's own note on a paper silences it.
pub(super) fn a02_contradicted(line: &Line<'_>) -> Option<Finding> {
    let kind = line.kind?;
    if matches!(kind.proof, Proof::Times) {
        return detention::within_free_time(line);
    }
    if line.case.evidence.says(kind.words) {
        return None;
    }
    let fact = match kind.proof {
        Proof::Site(site) => other_site(line.case.shipment, site),
        Proof::Weekend => weekday(line.case),
        Proof::Cancelled => delivered(line.case),
        Proof::ExtraStop => no_extra_stop(line.case.shipment),
        Proof::Unread
        | Proof::Times
        | Proof::Papers(_)
        | Proof::Words
        | Proof::Appointment
        | Proof::Event(_)
        | Proof::Overnight => None,
    }?;
    let billed = line.amount();
    Some(
        Finding::new(
            Rule::Contradicted,
            format!("billed {billed}, but {fact}: it should not be paid"),
        )
        .expecting(Money::default()),
    )
}

/// Every site that the charge can be about is of another kind. A pickup of which nothing is known does not count: the charge
/// is about the delivery unless a pickup shows it.
fn other_site(shipment: &Shipment, site: Site) -> Option<String> {
    let kind = if site == Site::ResidentialPickup {
        StopKind::Pickup
    } else {
        StopKind::Delivery
    };
    let stops = || shipment.stops.iter();
    let (mut of_kind, any) = (
        stops().filter(|stop| stop.kind == kind).peekable(),
        stops().any(|stop| is_site(stop, site) == Some(true)),
    );
    of_kind.peek()?;
    if any || !of_kind.all(|stop| is_site(stop, site) == Some(false)) {
        return None;
    }
    Some(
        match site {
            Site::NoDock => "the site has a dock",
            Site::Residence | Site::ResidentialPickup => "the site is a business",
            Site::LimitedAccess => "the site is open to every truck",
        }
        .to_owned(),
    )
}

fn weekday(case: Case<'_>) -> Option<String> {
    if case.evidence.on_weekend()? {
        return None;
    }
    let day = case.evidence.delivered_on.first()?;
    Some(format!(
        "it was delivered on {}",
        day.strftime("%A %Y-%m-%d")
    ))
}

fn delivered(case: Case<'_>) -> Option<String> {
    let is_delivered = case.shipment.status() == Status::Delivered || case.evidence.is_signed_for;
    (is_delivered && !is_cancelled(case.shipment)).then(|| "the load was delivered".to_owned())
}

fn no_extra_stop(shipment: &Shipment) -> Option<String> {
    (extra_stops(shipment)? == 0)
        .then(|| "the shipment has no stop between the first and the last".to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::charges::examples::{
        delivery_receipt, field, found, lumper_receipt, money, one_delivery, profile,
        receipt_with_times, remark, shipment, sixty_an_hour,
    };
    use crate::charges::rules::Strength;
    use crate::understanding::{Document, FieldName, Value};

    fn billed(code: &str) -> Json {
        json!([{"invoice_no": "1001", "line": 2, "code": code, "amount": "95.00"}])
    }

    fn at_site(code: &str, flags: &Json) -> Shipment {
        let mut json = one_delivery(&billed(code));
        json["stops"][1]["flags"] = flags.clone();
        shipment(json)
    }

    fn rule(
        rule: fn(&Line<'_>) -> Option<Finding>,
        pack: &[&Document],
        shipment: &Shipment,
    ) -> bool {
        found(rule, pack, shipment, &profile(json!({}))).is_some()
    }

    #[test]
    fn a_charge_that_nothing_shows_lacks_evidence() {
        let receipt = delivery_receipt(vec![]);
        for code in ["DET", "LUMPER", "LIFT", "INSIDE_D", "REDEL", "LAY"] {
            let shipment = at_site(code, &json!({}));
            assert!(rule(a01_no_evidence, &[&receipt], &shipment), "{code}");
        }
    }

    #[test]
    fn base_charges_and_charges_that_no_readable_paper_proves_need_no_evidence() {
        for code in ["LH", "FSC", "DSC", "TOLL", "HAZ", "MISC", "SOMETHING_NEW"] {
            assert!(
                !rule(a01_no_evidence, &[], &at_site(code, &json!({}))),
                "{code}"
            );
        }
    }

    #[test]
    fn what_shows_a_charge_silences_the_lack_of_evidence() {
        let times = receipt_with_times("08:00", "12:10");
        let lumper = lumper_receipt("95.00", "R-1");
        let mut note = delivery_receipt(vec![]);
        note.notations
            .push(remark("inside delivery, driver assist"));
        for (code, paper) in [
            ("DET", &times),
            ("LUMPER", &lumper),
            ("INSIDE_D", &note),
            ("DASSIST", &note),
        ] {
            assert!(
                !rule(a01_no_evidence, &[paper], &at_site(code, &json!({}))),
                "{code}"
            );
        }
        assert!(!rule(
            a01_no_evidence,
            &[],
            &at_site("LIFT", &json!({"dock": false}))
        ));
        assert!(!rule(a01_no_evidence, &[], &at_site("APPT", &json!({}))));
        let mut approved = one_delivery(&billed("RECON"));
        approved["rates"] = json!({"accessorial_auth": [{"code": "recon"}]});
        assert!(!rule(a01_no_evidence, &[], &shipment(approved)));
    }

    #[test]
    fn a_liftgate_at_a_dock_is_contradicted_unless_the_receiver_noted_it() {
        let dock = at_site("LIFT", &json!({"dock": true}));
        assert!(rule(a02_contradicted, &[], &dock));
        assert!(!rule(
            a02_contradicted,
            &[],
            &at_site("LIFT", &json!({"dock": false}))
        ));
        assert!(!rule(a02_contradicted, &[], &at_site("LIFT", &json!({}))));
        let mut note = delivery_receipt(vec![]);
        note.notations.push(remark("liftgate used"));
        assert!(!rule(a02_contradicted, &[&note], &dock));
    }

    #[test]
    fn a_residential_charge_at_a_business_is_contradicted() {
        assert!(rule(
            a02_contradicted,
            &[],
            &at_site("RES", &json!({"residential": false}))
        ));
        assert!(!rule(
            a02_contradicted,
            &[],
            &at_site("RES", &json!({"residential": true}))
        ));
        assert!(!rule(
            a02_contradicted,
            &[],
            &at_site("REP", &json!({"residential": false}))
        ));
    }

    #[test]
    fn a_saturday_charge_on_a_weekday_is_contradicted() {
        let on = |day, text| {
            delivery_receipt(vec![field(FieldName::DeliveryDate, Value::Date(day), text)])
        };
        let (friday, saturday) = (
            on(date(2026, 3, 13), "03/13/26"),
            on(date(2026, 3, 14), "03/14/26"),
        );
        let shipment = at_site("SAT", &json!({}));
        assert!(rule(a02_contradicted, &[&friday], &shipment));
        assert!(!rule(a02_contradicted, &[&saturday], &shipment));
        assert!(!rule(a02_contradicted, &[], &shipment));
    }

    #[test]
    fn a_truck_not_used_on_a_delivered_load_is_contradicted() {
        let mut json = one_delivery(&billed("TONU"));
        assert!(rule(a02_contradicted, &[], &shipment(json.clone())));
        json["status"] = json!("cancelled");
        assert!(!rule(a02_contradicted, &[], &shipment(json.clone())));
        assert!(!rule(a01_no_evidence, &[], &shipment(json)));
    }

    #[test]
    fn a_stop_charge_needs_a_stop_between_the_first_and_the_last() {
        let mut json = one_delivery(&billed("STOP"));
        assert!(rule(a02_contradicted, &[], &shipment(json.clone())));
        json["stops"] = json!([{"seq": 1}, {"seq": 2}, {"seq": 3}]);
        assert!(!rule(a02_contradicted, &[], &shipment(json.clone())));
        json["stops"] = json!([]);
        assert!(!rule(a02_contradicted, &[], &shipment(json)));
    }

    #[test]
    fn detention_within_the_free_time_is_contradicted_and_detention_beyond_it_is_not() {
        let shipment = shipment(one_delivery(&billed("DET")));
        let detain =
            |paper: &Document| found(a02_contradicted, &[paper], &shipment, &sixty_an_hour());
        let finding = detain(&receipt_with_times("08:00", "10:20")).unwrap();
        assert_eq!(finding.expected, Some(money("0")));
        assert!(finding.place.is_some());
        assert_eq!(detain(&receipt_with_times("08:00", "12:10")), None);
        let late = detain(&receipt_with_times("09:10", "12:40")).unwrap();
        assert_eq!(late.strength, Strength::Likely);
    }
}
