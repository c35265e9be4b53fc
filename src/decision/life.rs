//! The life of an exception: its states, and by when somebody has to act (domain.md §5.4). Hours are business hours: Monday to Friday, from
//! nine to five on the clock of the desk that works on them.

use jiff::civil::{DateTime, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::ExceptionCode;

/// The hours in which a desk works.
const OPENS: Time = time(9, 0, 0, 0);
const CLOSES: Time = time(17, 0, 0, 0);
/// Hours of a working day.
const DAY: i64 = 8;

/// Where an exception stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Life {
    /// Nobody works on it.
    Open,
    /// Somebody does.
    Assigned,
    /// What was missing is there, or a person says that it is settled.
    Resolved,
    /// A person says that it does not matter.
    Waived,
    /// The same shortcoming stands under another exception now.
    Superseded,
}

impl Life {
    /// Does it still want somebody's work?
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Open | Self::Assigned => true,
            Self::Resolved | Self::Waived | Self::Superseded => false,
        }
    }
}

/// Business hours to the first action and to the resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sla {
    /// Until somebody has taken it on.
    pub first_action: u32,
    /// Until it has ended.
    pub resolution: u32,
}

impl ExceptionCode {
    /// Is it about the shipment and its bill, whichever of its papers shows it?
    #[must_use]
    pub fn is_about_the_shipment(self) -> bool {
        matches!(
            self,
            Self::PodNotReceived
                | Self::SupportDocMissing
                | Self::RefMissing
                | Self::AccessorialUnsupported
                | Self::AccessorialUnapproved
                | Self::AccessorialOverContract
                | Self::AccessorialDuplicate
                | Self::AccessorialOutlier
                | Self::AmountMismatch
                | Self::PayeeMismatch
                | Self::ContractExpired
                | Self::MissedRevenue
        )
    }

    /// How soon it has to be acted on; `None` for what the program settles itself.
    #[must_use]
    pub fn sla(self) -> Option<Sla> {
        let (first_action, resolution) = match self {
            Self::PodNotReceived | Self::SignatureMissing => (4, 48),
            Self::NotAPod | Self::DeliveryDateMissing | Self::DateAmbiguous => (4, 24),
            Self::DeliveryDateConflict | Self::RefMissing | Self::AmountMismatch => (4, 24),
            Self::Illegible | Self::WrongShipment | Self::ConsigneeMismatch => (2, 24),
            Self::NameMissing => (8, 48),
            Self::PageMissing | Self::StopMissing => (4, 48),
            Self::NoMatch | Self::AmbiguousMatch => (2, 8),
            Self::Short | Self::Over | Self::Damage | Self::Temp | Self::SealBroken => (4, 120),
            Self::Refused | Self::PayeeMismatch => (1, 24),
            Self::SubjectToCount | Self::MissedRevenue => (24, 72),
            Self::QtyUnreadable => (8, 24),
            Self::AlteredSuspect | Self::SignatureReused => (2, 48),
            Self::SupportDocMissing => (8, 72),
            Self::AccessorialUnsupported
            | Self::AccessorialUnapproved
            | Self::AccessorialOverContract
            | Self::AccessorialDuplicate
            | Self::AccessorialOutlier => (8, 72),
            Self::ProfileMissing | Self::ContractExpired => (8, 48),
            Self::TechUnreadable => (1, 8),
            Self::DuplicatePod | Self::DuplicateDoc => return None,
        };
        Some(Sla {
            first_action,
            resolution,
        })
    }
}

/// The moment that lies so many business hours after `from`. Outside of business hours the clock stands still.
#[must_use]
pub fn after_business_hours(from: Timestamp, hours: u32, zone: &TimeZone) -> Timestamp {
    let mut at = opening(zone.to_datetime(from));
    let mut left = i64::from(hours);
    let days = left / DAY;
    left %= DAY;
    for _ in 0..days {
        at = next_working_day(at);
    }
    let until_close = at.date().to_datetime(CLOSES).duration_since(at);
    let more = jiff::SignedDuration::from_hours(left);
    at = if more <= until_close {
        at.saturating_add(more)
    } else {
        let next = opening(at.date().to_datetime(CLOSES).saturating_add(1.second()));
        next.saturating_add(more - until_close)
    };
    zone.to_ambiguous_timestamp(at).compatible().unwrap_or(from)
}

/// The same moment in business hours, else the next opening of the desk.
fn opening(at: DateTime) -> DateTime {
    let mut day = at;
    if at.time() >= CLOSES {
        day = at.date().to_datetime(OPENS).saturating_add(1.day());
    } else if at.time() < OPENS {
        day = at.date().to_datetime(OPENS);
    }
    if is_working_day(day) {
        day
    } else {
        next_working_day(day.date().to_datetime(OPENS))
    }
}

/// The same time of the next day on which the desk works.
fn next_working_day(at: DateTime) -> DateTime {
    let mut next = at.saturating_add(1.day());
    while !is_working_day(next) {
        next = next.saturating_add(1.day());
    }
    next
}

fn is_working_day(at: DateTime) -> bool {
    !matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_clock_runs_in_business_hours_only() {
        let new_york = TimeZone::get("America/New_York").unwrap();
        for (from, hours, expected) in [
            // A Thursday.
            ("2026-11-26T10:00-05", 4, "2026-11-26T14:00-05"),
            ("2026-11-26T15:00-05", 4, "2026-11-27T11:00-05"),
            ("2026-11-26T16:00-05", 1, "2026-11-26T17:00-05"),
            ("2026-11-26T03:00-05", 2, "2026-11-26T11:00-05"),
            ("2026-11-27T16:00-05", 2, "2026-11-30T10:00-05"),
            ("2026-11-28T12:00-05", 8, "2026-12-01T09:00-05"),
            ("2026-11-26T10:00-05", 24, "2026-12-01T10:00-05"),
            ("2026-11-26T22:00-05", 0, "2026-11-27T09:00-05"),
            // Over the change to summer time.
            ("2026-03-06T16:00-05", 9, "2026-03-10T09:00-04"),
        ] {
            let from: Timestamp = from.parse().unwrap();
            let due = after_business_hours(from, hours, &new_york);
            let expected: Timestamp = expected.parse().unwrap();
            // A day that ends at five and one that begins at nine are the same business hour.
            let same = due == expected
                || opening(new_york.to_datetime(due)) == opening(new_york.to_datetime(expected));
            assert!(same, "{from} + {hours} h: {due}, not {expected}");
        }
    }

    #[test]
    fn first_action_never_comes_after_the_resolution() {
        for name in crate::decision::names::all::<ExceptionCode>() {
            let code: ExceptionCode = crate::decision::names::parse(&name).unwrap();
            let sla = code.sla();
            assert!(
                sla.is_none_or(|sla| sla.first_action <= sla.resolution),
                "{name}"
            );
            assert_eq!(sla.is_none(), code.severity() == 4, "{name}");
        }
    }

    proptest! {
        #[test]
        fn more_hours_are_never_due_sooner(start in 1_700_000_000_i64..1_900_000_000, hours in 0_u32..200) {
            let zone = TimeZone::get("Europe/Warsaw").unwrap();
            let from = Timestamp::from_second(start).unwrap();
            let due = after_business_hours(from, hours, &zone);
            prop_assert!(due >= from);
            prop_assert!(after_business_hours(from, hours + 1, &zone) >= due);
        }
    }
}
