//! Detention: what waiting at a site costs by the contract (domain.md §4.2).
//!
//! In: the terms, when the truck came, was expected and left. Out: the amount, with the minutes it follows from. Refused:
//! a departure before the arrival.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::charges::catalogue::of_code;
use crate::charges::stay::{Stay, Window};
use crate::decision::Profile;
use crate::decision::profile::{DetentionStart, Rounding};
use crate::document::Money;

/// Free minutes where the profile gives none: the usual two hours of truckload (domain.md §4.1).
const USUAL_FREE_MINUTES: u32 = 120;
/// Dollars an hour where the profile gives none: typical for a van (domain.md §4.1).
const USUAL_RATE: Decimal = Decimal::from_parts(60, 0, 0, false, 0);
/// Minutes a step where the profile gives none: the finer of the two that dominate (domain.md §4.1), which charges the least.
const USUAL_INCREMENT: u32 = 15;
/// A truck that comes later than this after its appointment is late: the longer of the usual graces (domain.md §4.2).
const GRACE_MINUTES: i64 = 30;

/// What the contract says about waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetentionTerms {
    /// Minutes that cost nothing.
    pub free_minutes: u32,
    /// Rate per hour.
    pub rate_per_hour: Money,
    /// Minutes a step.
    pub increment: u32,
    /// How steps are rounded.
    pub rounding: Rounding,
    /// When free time starts.
    pub start: DetentionStart,
    /// Highest amount of one stay.
    pub cap: Option<Money>,
    /// What the profile does not give and is therefore assumed.
    pub assumed: Vec<&'static str>,
}

impl DetentionTerms {
    /// The terms of `profile` for a shipment's mode. What it does not give is as usual in the trade, and
    /// [`assumed`](Self::assumed) names it. A billed rate above the usual one stands then, since no contract speaks
    /// against it; one below may be the rate of a shorter step.
    #[must_use]
    pub fn of(profile: &Profile, mode: Option<&str>, billed_rate: Option<Money>) -> Self {
        let mut assumed = Vec::new();
        let mut or_usual = |given: Option<u32>, usual: u32, name| {
            given.unwrap_or_else(|| {
                assumed.push(name);
                usual
            })
        };
        let free_minutes = or_usual(free_time(profile, mode), USUAL_FREE_MINUTES, "free time");
        let increment = or_usual(profile.increment, USUAL_INCREMENT, "increment");
        let rate_per_hour = profile.detention_rate_per_hour.unwrap_or_else(|| {
            assumed.push("rate");
            billed_rate.unwrap_or_default().max(Money(USUAL_RATE))
        });
        Self {
            free_minutes,
            rate_per_hour,
            increment: increment.max(1),
            rounding: profile.rounding,
            start: profile.detention_start,
            cap: of_code(&profile.caps, "DET").copied(),
            assumed,
        }
    }

    fn steps(&self, minutes: u32) -> u32 {
        match self.rounding {
            Rounding::Up => minutes.div_ceil(self.increment),
            Rounding::Nearest => minutes.saturating_add(self.increment / 2) / self.increment,
            Rounding::Down => minutes / self.increment,
        }
    }

    fn amount(&self, minutes: u32) -> Money {
        let amount = Decimal::from(minutes)
            .saturating_mul(self.rate_per_hour.0)
            .checked_div(Decimal::from(60))
            .unwrap_or_default()
            .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        let amount = Money(amount);
        self.cap.map_or(amount, |cap| amount.min(cap))
    }
}

/// Free minutes for a mode; `*` stands for every mode that the profile does not name.
fn free_time(profile: &Profile, mode: Option<&str>) -> Option<u32> {
    let named = |name: &str| {
        profile
            .free_time
            .iter()
            .find(|(mode, _)| mode.eq_ignore_ascii_case(name))
            .map(|(_, minutes)| *minutes)
    };
    mode.and_then(named).or_else(|| named("*"))
}

impl fmt::Display for DetentionTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = match self.start {
            DetentionStart::Later => "the later of arrival and appointment",
            DetentionStart::Arrival => "arrival",
            DetentionStart::Appt => "the appointment",
        };
        write!(
            f,
            "{} min free from {start}, {}/h in steps of {} min",
            self.free_minutes, self.rate_per_hour, self.increment
        )?;
        if self.assumed.is_empty() {
            return Ok(());
        }
        let assumed = self.assumed.join(", ");
        write!(f, "; the profile gives no {assumed}: assumed as usual")
    }
}

/// What a stay costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detention {
    /// The amount.
    pub amount: Money,
    /// Minutes beyond the free time.
    pub minutes_over: u32,
    /// Minutes that are charged, in whole steps; more than the cap pays for where it bites.
    pub minutes_charged: u32,
    /// When free time started.
    pub start: DateTime,
}

/// What waiting from `arrival` to `departure` costs; `None` for a departure before the arrival. Without an appointment free
/// time starts at arrival.
#[must_use]
pub fn detention_amount(
    terms: &DetentionTerms,
    arrival: DateTime,
    appointment: Option<DateTime>,
    departure: DateTime,
) -> Option<Detention> {
    if departure < arrival {
        return None;
    }
    let appointment = appointment.unwrap_or(arrival);
    let start = match terms.start {
        DetentionStart::Later => arrival.max(appointment),
        DetentionStart::Arrival => arrival,
        DetentionStart::Appt => appointment,
    };
    let waited = departure.duration_since(start).as_mins();
    let over = waited.saturating_sub(i64::from(terms.free_minutes)).max(0);
    let minutes_over = u32::try_from(over).ok()?;
    let minutes_charged = terms.steps(minutes_over).saturating_mul(terms.increment);
    Some(Detention {
        amount: terms.amount(minutes_charged),
        minutes_over,
        minutes_charged,
        start,
    })
}

/// What a stay costs by these terms.
#[must_use]
pub fn detention_of(terms: &DetentionTerms, stay: &Stay) -> Option<Detention> {
    let appointment = stay.appointment.map(|window| window.from);
    detention_amount(terms, stay.arrival, appointment, stay.departure())
}

/// By how many minutes the truck missed its appointment; `None` in time, within the grace, or without an appointment. Most
/// contracts void detention then, or double the free time.
#[must_use]
pub fn minutes_late(arrival: DateTime, appointment: Option<Window>) -> Option<i64> {
    let late: SignedDuration = arrival.duration_since(appointment?.to);
    (late.as_mins() > GRACE_MINUTES).then(|| late.as_mins())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::charges::examples::{money, profile};
    use serde_json::json;

    fn terms() -> DetentionTerms {
        DetentionTerms {
            free_minutes: 120,
            rate_per_hour: money("60"),
            increment: 15,
            rounding: Rounding::Up,
            start: DetentionStart::Later,
            cap: None,
            assumed: Vec::new(),
        }
    }

    fn at(hour: i8, minute: i8) -> DateTime {
        date(2026, 3, 14).at(hour, minute, 0, 0)
    }

    fn amount(terms: &DetentionTerms, arrival: DateTime, departure: DateTime) -> String {
        let detention = detention_amount(terms, arrival, Some(at(8, 30)), departure);
        detention.unwrap().amount.to_string()
    }

    #[test]
    fn the_vectors_of_the_domain_reference_come_out_to_the_cent() {
        let (base, eight, out) = (terms(), at(8, 0), at(12, 10));
        let with = |change: fn(&mut DetentionTerms)| {
            let mut terms = terms();
            change(&mut terms);
            terms
        };
        let down = with(|terms| terms.rounding = Rounding::Down);
        let nearest = with(|terms| terms.rounding = Rounding::Nearest);
        let from_arrival = with(|terms| terms.start = DetentionStart::Arrival);
        let hourly = with(|terms| terms.increment = 60);
        for (name, terms, arrival, departure, expected) in [
            ("later, 15 up", &base, eight, out, "105.00"),
            ("15 down", &down, eight, out, "90.00"),
            ("15 nearest", &nearest, eight, out, "105.00"),
            ("from arrival", &from_arrival, eight, out, "135.00"),
            ("60 up", &hourly, eight, out, "120.00"),
            ("late, not voided", &base, at(9, 10), out, "60.00"),
        ] {
            assert_eq!(amount(terms, arrival, departure), expected, "{name}");
        }
    }

    #[test]
    fn waiting_past_midnight_and_up_to_the_cap_is_charged_right() {
        let mut night = terms();
        night.increment = 30;
        night.rate_per_hour = money("75");
        let departure = date(2026, 3, 15).at(2, 10, 0, 0);
        let detention = detention_amount(&night, at(22, 0), None, departure).unwrap();
        assert_eq!(detention.amount, money("187.50"));

        let mut capped = terms();
        capped.cap = Some(money("400"));
        let detention = detention_amount(&capped, at(6, 0), None, at(18, 0)).unwrap();
        assert_eq!(detention.amount, money("400.00"));
        assert_eq!(detention.minutes_charged, 600);
    }

    #[test]
    fn a_departure_before_the_arrival_is_refused() {
        assert_eq!(detention_amount(&terms(), at(9, 0), None, at(8, 0)), None);
    }

    #[test]
    fn a_truck_is_late_only_beyond_the_grace() {
        let window = Some(Window {
            from: at(8, 0),
            to: at(8, 30),
        });
        assert_eq!(minutes_late(at(9, 0), window), None);
        assert_eq!(minutes_late(at(9, 10), window), Some(40));
        assert_eq!(minutes_late(at(9, 10), None), None);
    }

    #[test]
    fn what_the_profile_does_not_give_is_assumed_and_named() {
        let given = profile(
            json!({"id": "p", "free_time": {"LTL": 30, "*": 90}, "increment": 30,
            "detention_rate_per_hour": "75", "caps": {"DET": "350"}}),
        );
        let terms = DetentionTerms::of(&given, Some("ltl"), None);
        assert_eq!((terms.free_minutes, terms.cap), (30, Some(money("350"))));
        assert!(terms.assumed.is_empty());
        assert_eq!(
            DetentionTerms::of(&given, Some("TL"), None).free_minutes,
            90
        );

        let terms = DetentionTerms::of(&profile(json!({"id": "p"})), None, None);
        assert_eq!(
            (terms.free_minutes, terms.rate_per_hour),
            (120, money("60"))
        );
        assert!(terms.to_string().contains("no free time, increment, rate"));
        let billed = DetentionTerms::of(&profile(json!({"id": "p"})), None, Some(money("80")));
        assert_eq!(billed.rate_per_hour, money("80"));
    }

    proptest! {
        #[test]
        fn staying_longer_never_costs_less(
            stay in 0..3000i64, longer in 0..600i64, increment in 1..90u32, free in 0..240u32, rounding in 0..3u8,
        ) {
            let rounding = [Rounding::Up, Rounding::Nearest, Rounding::Down][usize::from(rounding)];
            let terms = DetentionTerms { increment, rounding, free_minutes: free, cap: Some(money("400")), ..terms() };
            let cost = |minutes| {
                let departure = at(8, 0).saturating_add(SignedDuration::from_mins(minutes));
                detention_amount(&terms, at(8, 0), Some(at(8, 30)), departure).unwrap().amount
            };
            prop_assert!(cost(stay) <= cost(stay + longer));
            prop_assert!(cost(stay) <= money("400"));
        }
    }
}
