//! Stays: from when to when a truck stood at a site, by a paper or by stop events.
//!
//! In: a paper of the delivery, a stop with its events. Out: a [`Stay`]. Refused: an arrival without a departure.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

use crate::charges::clock::{self, Clock};
use crate::charges::evidence::Place;
use crate::shipments::{Stop, StopEvent, StopKind};
use crate::understanding::{Document, FieldName};

/// From when to when a truck stood at a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Stay {
    /// Where it loaded or unloaded.
    pub at: StopKind,
    /// Which stop of the shipment, where that is known.
    pub stop: Option<u32>,
    /// When it came, by the clock at the site.
    pub arrival: DateTime,
    /// How long it stayed.
    pub minutes: u32,
    /// When it was expected.
    pub appointment: Option<Window>,
    /// Who says so.
    pub witness: Witness,
    /// Where the paper says so; `None` for events and for papers of other uploads.
    pub place: Option<Place>,
}

/// Who says when a truck came and went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Witness {
    /// Times written on a paper.
    Paper,
    /// Stop events whose moments the clock at the site is known for: comparable with a paper.
    Events,
    /// Stop events of a site whose time zone is unknown: only their length is.
    EventsWithoutZone,
}

/// When a truck was expected, by the clock at the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From.
    pub from: DateTime,
    /// To.
    pub to: DateTime,
}

impl Stay {
    /// When it left, by the clock at the site.
    #[must_use]
    pub fn departure(&self) -> DateTime {
        self.arrival
            .saturating_add(SignedDuration::from_mins(i64::from(self.minutes)))
    }
}

/// The stay that stop events tell of: from the first arrival to the last departure. `None` without both, and where
/// a failed attempt makes it two stays.
pub(super) fn by_events(stop: &Stop) -> Option<Stay> {
    if has_event(stop, &["AH", "AP", "attempted", "not_completed"]) {
        return None;
    }
    let (arrived, left): (&[&str], [&[&str]; 2]) = match stop.kind {
        StopKind::Delivery => (
            &["X1", "arrived_delivery"],
            [
                &["CD", "departed_delivery"],
                &["D1", "unloading_complete", "delivered"],
            ],
        ),
        StopKind::Pickup => (
            &["X3", "arrived_pickup"],
            [&["AF", "departed_pickup"], &["CP", "loaded"]],
        ),
    };
    let arrival = moments(stop, arrived).into_iter().min()?;
    let departure = left
        .iter()
        .find_map(|codes| moments(stop, codes).into_iter().max())?;
    let minutes = u32::try_from(departure.duration_since(arrival).as_mins()).ok()?;
    let (day, time) = stop.at_site(arrival);
    let arrival = day.to_datetime(time);
    Some(Stay {
        at: stop.kind,
        stop: Some(stop.seq),
        arrival,
        minutes,
        appointment: appointment(stop).filter(|window| is_about(*window, arrival, minutes)),
        witness: if knows_its_zone(stop) {
            Witness::Events
        } else {
            Witness::EventsWithoutZone
        },
        place: None,
    })
}

/// Does the stop have an event with one of `codes`.
pub(super) fn has_event(stop: &Stop, codes: &[&str]) -> bool {
    stop.events.iter().any(|event| is_one_of(event, codes))
}

fn is_one_of(event: &StopEvent, codes: &[&str]) -> bool {
    codes
        .iter()
        .any(|code| code.eq_ignore_ascii_case(&event.code))
}

/// When events with one of `codes` happened; what a device in the truck saw counts before what somebody typed.
fn moments(stop: &Stop, codes: &[&str]) -> Vec<Timestamp> {
    let all = || stop.events.iter().filter(|event| is_one_of(event, codes));
    let seen: Vec<_> = all()
        .filter(|event| by_device(event))
        .map(|event| event.at)
        .collect();
    if seen.is_empty() {
        all().map(|event| event.at).collect()
    } else {
        seen
    }
}

fn by_device(event: &StopEvent) -> bool {
    let source = event
        .source
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    ["eld", "geofence", "gps", "telematics"]
        .iter()
        .any(|device| source.contains(device))
}

fn knows_its_zone(stop: &Stop) -> bool {
    stop.tz
        .as_deref()
        .is_some_and(|name| jiff::tz::TimeZone::get(name).is_ok())
}

/// When the truck was expected, by the clock at the site (UTC where its zone is unknown).
fn appointment(stop: &Stop) -> Option<Window> {
    let window = stop.appt.as_ref()?;
    let from = window.from.or(window.to)?;
    let to = window.to.or(window.from)?;
    let at_site = |at| {
        let (day, time) = stop.at_site(at);
        day.to_datetime(time)
    };
    Some(Window {
        from: at_site(from),
        to: at_site(to),
    })
}

/// Is the appointment for this stay: half a day off it is another day's, and was moved.
fn is_about(window: Window, arrival: DateTime, minutes: u32) -> bool {
    const HALF_A_DAY: i64 = 12 * 60;
    let early = window.from.duration_since(arrival).as_mins();
    let late = arrival.duration_since(window.to).as_mins();
    early <= i64::from(minutes) + HALF_A_DAY && late <= HALF_A_DAY
}

/// The stay that a paper of the delivery tells of. `stop` is the one it can only be about; the appointment and the events
/// there say which half of the day a time without am or pm means. `None` without arrival and departure: a dock
/// time is no sign-in time (domain.md §0.9), though the end of unloading stands for a departure that is not written.
pub(super) fn by_paper(
    document: &Document,
    stop: Option<&Stop>,
    day: Option<Date>,
) -> Option<Stay> {
    let arrival = Clock::read(document, FieldName::ArrivalTime)?;
    let departure = Clock::read(document, FieldName::DepartureTime)
        .or_else(|| Clock::read(document, FieldName::DockOut))?;
    let zoned = stop.filter(|stop| knows_its_zone(stop));
    let seen = zoned.and_then(by_events).map(|stay| stay.arrival);
    let expected = zoned.and_then(appointment);
    let near = seen.or(expected.map(|window| window.from));
    let (minute, minutes) = clock::shortest(arrival, departure, near);
    // The day belongs to the signature; the times beside it may be those of the day before. Events know better.
    let day = day.filter(|_| seen.is_none());
    let arrival = clock::on_calendar(day, minute, minutes, near);
    let minutes = u32::try_from(minutes).ok()?;
    Some(Stay {
        at: StopKind::Delivery,
        stop: stop.map(|stop| stop.seq),
        arrival,
        minutes,
        appointment: expected.filter(|window| is_about(*window, arrival, minutes)),
        witness: Witness::Paper,
        place: document
            .fields
            .get(&FieldName::ArrivalTime)
            .map(|field| (field.found.page, field.found.bbox)),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::charges::examples::{delivery_receipt, shipment, time};

    fn paper(arrival: &str, departure: &str) -> Document {
        delivery_receipt(vec![
            time(FieldName::ArrivalTime, arrival),
            time(FieldName::DepartureTime, departure),
        ])
    }

    #[test]
    fn the_events_tell_which_half_of_the_day_a_paper_means() {
        let shipment = shipment(
            serde_json::json!({"stops": [{"seq": 1, "kind": "delivery", "tz": "America/Chicago",
            "events": [{"code": "X1", "at": "2026-03-14T20:05:00-05:00"}, {"code": "CD", "at": "2026-03-14T23:00:00-05:00"}]}]}),
        );
        let stay = by_paper(&paper("8:00", "11:10"), shipment.stops.first(), None).unwrap();
        assert_eq!(stay.arrival, date(2026, 3, 14).at(20, 0, 0, 0));
        assert_eq!(stay.departure(), date(2026, 3, 14).at(23, 10, 0, 0));
    }

    #[test]
    fn a_stay_past_midnight_ends_on_the_next_day() {
        let day = Some(date(2026, 3, 14));
        let stay = by_paper(&paper("22:00", "02:10"), None, day).unwrap();
        assert_eq!(stay.departure(), date(2026, 3, 15).at(2, 10, 0, 0));
    }

    #[test]
    fn an_appointment_of_another_day_was_moved_and_does_not_count() {
        let expected = |from: &str| {
            let shipment = shipment(
                serde_json::json!({"stops": [{"seq": 1, "tz": "America/Chicago", "appt": {"from": from}}]}),
            );
            let day = Some(date(2026, 3, 14));
            let stay = by_paper(&paper("08:00", "12:10"), shipment.stops.first(), day);
            stay.unwrap().appointment
        };
        assert!(expected("2026-03-14T08:30:00-05:00").is_some());
        assert!(expected("2026-03-14T22:00:00-05:00").is_some());
        assert_eq!(expected("2026-03-16T08:30:00-05:00"), None);
        assert_eq!(expected("2026-03-12T08:30:00-05:00"), None);
    }

    #[test]
    fn a_dock_time_is_no_arrival_but_the_end_of_unloading_stands_for_a_departure() {
        let dock = delivery_receipt(vec![
            time(FieldName::DockIn, "09:00"),
            time(FieldName::DepartureTime, "12:00"),
        ]);
        assert_eq!(by_paper(&dock, None, None), None);
        let unloaded = delivery_receipt(vec![
            time(FieldName::ArrivalTime, "09:00"),
            time(FieldName::DockOut, "12:00"),
        ]);
        assert_eq!(by_paper(&unloaded, None, None).unwrap().minutes, 180);
    }

    #[test]
    fn what_a_device_saw_counts_before_what_somebody_typed() {
        let shipment = shipment(
            serde_json::json!({"stops": [{"seq": 1, "kind": "delivery", "tz": "America/Chicago", "events": [
            {"code": "X1", "source": "edi214", "at": "2026-03-14T07:00:00-05:00"},
            {"code": "arrived_delivery", "source": "geofence", "at": "2026-03-14T08:00:00-05:00"},
            {"code": "D1", "at": "2026-03-14T09:00:00-05:00"}, {"code": "CD", "at": "2026-03-14T09:30:00-05:00"}]}]}),
        );
        let stay = by_events(shipment.stops.first().unwrap()).unwrap();
        assert_eq!(stay.arrival, date(2026, 3, 14).at(8, 0, 0, 0));
        assert_eq!(stay.minutes, 90);
    }
}
