//! Stays: from when to when a truck stood at a site, by a paper or by stop events.
//!
//! In: the clock times of a paper, which have no zone, often no day and sometimes neither am nor pm; stop events with their
//! moments. Out: a [`Stay`]. Refused: times that a person would have to check, an arrival without a departure.

use jiff::civil::{Date, DateTime, Time, date};
use jiff::{SignedDuration, Timestamp};

use crate::charges::evidence::{LEGIBLE, Place};
use crate::shipments::{Stop, StopEvent, StopKind};
use crate::understanding::{Document, FieldName, Value};

const DAY: i64 = 24 * 60;

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
    let (day, time) = stop.at_site(arrival);
    Some(Stay {
        at: stop.kind,
        stop: Some(stop.seq),
        arrival: day.to_datetime(time),
        minutes: u32::try_from(departure.duration_since(arrival).as_mins()).ok()?,
        appointment: appointment(stop),
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
    let appointment = zoned.and_then(appointment);
    let near = zoned
        .and_then(by_events)
        .map(|stay| stay.arrival)
        .or(appointment.map(|window| window.from));
    let (minute, minutes) = shortest(arrival, departure, near);
    Some(Stay {
        at: StopKind::Delivery,
        stop: stop.map(|stop| stop.seq),
        arrival: on_calendar(day, minute, minutes, near),
        minutes: u32::try_from(minutes).ok()?,
        appointment,
        witness: Witness::Paper,
        place: document
            .fields
            .get(&FieldName::ArrivalTime)
            .map(|field| (field.found.page, field.found.bbox)),
    })
}

/// A time on a paper.
#[derive(Debug, Clone, Copy)]
struct Clock {
    /// Minute of the day as read.
    minute: i64,
    half: Half,
}

/// What a paper says about the half of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    /// am or pm.
    Written,
    /// Nothing: `1:10` may be at night or after lunch.
    Unknown,
    /// It counts to 24, and so do the other times of the same hand.
    TwentyFour,
}

impl Clock {
    fn read(document: &Document, name: FieldName) -> Option<Self> {
        let found = &document.fields.get(&name)?.found;
        match found.value {
            Value::Time(time) if found.confidence.get() >= LEGIBLE => {
                Some(Self::new(time, &found.raw))
            }
            _ => None,
        }
    }

    fn new(time: Time, raw: &str) -> Self {
        let raw = raw.to_lowercase();
        let tail: String = raw.chars().skip_while(|c| !c.is_ascii_digit()).collect();
        let military = tail.chars().take_while(char::is_ascii_digit).count() == 4;
        let half = if tail.contains(['a', 'p']) {
            Half::Written
        } else if !(1..=12).contains(&time.hour())
            || military
            || tail.starts_with('0')
            || tail.contains('h')
        {
            Half::TwentyFour
        } else {
            Half::Unknown
        };
        Self {
            minute: minute_of_day(time),
            half,
        }
    }

    fn readings(self, counts_to_24: bool) -> Vec<i64> {
        if self.half == Half::Unknown && !counts_to_24 {
            vec![self.minute, (self.minute + DAY / 2) % DAY]
        } else {
            vec![self.minute]
        }
    }
}

fn minute_of_day(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

/// Minute of the day of arrival, and length in minutes, of the shortest stay that both times can mean; the arrival nearest
/// to `near` where several are as short.
fn shortest(arrival: Clock, departure: Clock, near: Option<DateTime>) -> (i64, i64) {
    let counts_to_24 = [arrival, departure]
        .iter()
        .any(|clock| clock.half == Half::TwentyFour);
    let off = |minute: i64| {
        near.map_or((minute - arrival.minute).abs(), |near| {
            let around = (minute - minute_of_day(near.time())).rem_euclid(DAY);
            around.min(DAY - around)
        })
    };
    let departures = departure.readings(counts_to_24);
    arrival
        .readings(counts_to_24)
        .into_iter()
        .flat_map(|from| departures.iter().map(move |to| (from, length(from, *to))))
        .min_by_key(|(from, minutes)| (*minutes, off(*from)))
        .unwrap_or((arrival.minute, length(arrival.minute, departure.minute)))
}

/// Minutes from one time of the day to the next other time: past midnight where the second is not later.
fn length(from: i64, to: i64) -> i64 {
    match (to - from).rem_euclid(DAY) {
        0 => DAY,
        minutes => minutes,
    }
}

/// The day of the paper, or the day before where the stay runs past midnight and that is nearer to `near`. Without
/// a day the one nearest to `near`; without both any day, since nothing is there to compare with.
fn on_calendar(day: Option<Date>, minute: i64, minutes: i64, near: Option<DateTime>) -> DateTime {
    let days: &[i64] = match day {
        Some(_) if minute + minutes < DAY => &[0],
        Some(_) => &[0, -1],
        None => &[0, -1, 1],
    };
    let base = day
        .or(near.map(DateTime::date))
        .unwrap_or(date(2000, 1, 1))
        .to_datetime(Time::midnight());
    days.iter()
        .map(|days| base.saturating_add(SignedDuration::from_mins(days * DAY + minute)))
        .min_by_key(|arrival| near.map(|near| arrival.duration_since(near).abs()))
        .unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::charges::examples::{delivery_receipt, shipment, time};

    fn paper(arrival: &str, departure: &str) -> Document {
        delivery_receipt(vec![
            time(FieldName::ArrivalTime, arrival),
            time(FieldName::DepartureTime, departure),
        ])
    }

    fn minutes(arrival: &str, departure: &str) -> u32 {
        by_paper(&paper(arrival, departure), None, None)
            .unwrap()
            .minutes
    }

    #[test]
    fn times_without_am_and_pm_mean_the_shortest_stay() {
        for (arrival, departure, expected) in [
            ("11:40", "1:10", 90),
            ("11:40a", "1:10", 90),
            ("8:00", "12:10", 250),
            ("22:00", "2:10", 250),
            ("08:00", "12:10", 250),
            ("8:00", "16:10", 490),
            ("0800", "0930", 90),
            ("10:00 PM", "12:25 AM", 145),
            ("23:50", "00:25", 35),
            ("06:00", "18:00", 720),
            ("7:00", "7:00", 720),
        ] {
            assert_eq!(
                minutes(arrival, departure),
                expected,
                "{arrival} {departure}"
            );
        }
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
    fn a_time_that_is_hard_to_read_is_not_used() {
        let mut document = paper("08:00", "12:10");
        let field = document.fields.get_mut(&FieldName::ArrivalTime).unwrap();
        field.found.confidence = 0.4.into();
        assert_eq!(by_paper(&document, None, None), None);
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

    proptest! {
        #[test]
        fn a_stay_on_paper_lasts_at_most_a_day(from in 0..1440i64, to in 0..1440i64) {
            let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
            let minutes = i64::from(minutes(&clock(from), &clock(to)));
            prop_assert!((1..=DAY).contains(&minutes));
            prop_assert_eq!((from + minutes) % (DAY / 2), to % (DAY / 2));
        }
    }
}
