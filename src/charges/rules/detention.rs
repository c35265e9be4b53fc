//! Rules on detention: the billed amount against the times on the papers and of the events.

use jiff::civil::DateTime;

use super::{Case, Finding, Line, Rule};
use crate::charges::catalogue::plain;
use crate::charges::detention::{Detention, DetentionTerms, detention_of, minutes_late};
use crate::charges::stay::{Stay, Witness};
use crate::decision::profile::DetentionStart;
use crate::document::Money;
use crate::shipments::StopKind;

/// Times on paper and events may differ by this many minutes: hands round to the quarter hour (domain.md §4.3, A05).
const CLOCKS_DIFFER_MINUTES: i64 = 20;

/// Free times that carriers take by mistake (domain.md §4.3, A04).
const OTHER_FREE_TIMES: [u32; 4] = [0, 60, 120, 180];

/// A stay and what it costs by the contract.
#[derive(Debug, Clone)]
pub(super) struct Wait<'a> {
    pub(super) stay: &'a Stay,
    pub(super) due: Detention,
}

/// The stays that a detention line can be about.
struct Waits<'a> {
    terms: DetentionTerms,
    side: Option<StopKind>,
    waits: Vec<Wait<'a>>,
}

impl<'a> Waits<'a> {
    /// `None` on other lines.
    fn of(line: &Line<'a>) -> Option<Self> {
        if !line.is("DET") {
            return None;
        }
        let mode = line.case.shipment.mode.as_deref();
        let terms = DetentionTerms::of(line.case.profile, mode, line.charge.rate);
        let side = side(line);
        let waits = waits(line.case, &terms)
            .into_iter()
            .filter(|wait| side.is_none_or(|side| wait.stay.at == side))
            .collect();
        Some(Self { terms, side, waits })
    }

    /// The one that costs most: what the line may be at best.
    fn longest(&self) -> Option<&Wait<'a>> {
        self.waits.iter().max_by_key(|wait| wait.due.amount)
    }

    fn most_at(&self, kind: StopKind) -> Money {
        let at_kind = self.waits.iter().filter(|wait| wait.stay.at == kind);
        at_kind
            .map(|wait| wait.due.amount)
            .max()
            .unwrap_or_default()
    }

    /// Does one stay, or loading and unloading together, give the billed amount.
    fn support(&self, line: &Line<'_>) -> bool {
        let loading = self.most_at(StopKind::Pickup).0;
        let both = loading.saturating_add(self.most_at(StopKind::Delivery).0);
        !line.case.exceeds(line.amount(), Money(both))
    }

    /// Is a stay known of every stop that the line can be about. Nobody reports the times of a pickup with a delivery: an
    /// unknown pickup counts only where the line names it.
    fn cover_every_stop(&self, line: &Line<'_>) -> bool {
        let kind = self.side.unwrap_or(StopKind::Delivery);
        let is_known = |seq| self.waits.iter().any(|wait| wait.stay.stop == Some(seq));
        let mut stops = line.case.shipment.stops.iter();
        stops.all(|stop| stop.kind != kind || is_known(stop.seq))
    }
}

/// What the longest known stay that a detention line can be about costs.
pub(super) fn due(line: &Line<'_>) -> Option<Money> {
    Some(Waits::of(line)?.longest()?.due.amount)
}

/// Minutes of that stay beyond the free time.
pub(super) fn minutes_over(line: &Line<'_>) -> Option<u32> {
    Some(Waits::of(line)?.longest()?.due.minutes_over)
}

/// What each known stay of the case costs.
pub(super) fn waits<'a>(case: Case<'a>, terms: &DetentionTerms) -> Vec<Wait<'a>> {
    let stays = case.evidence.stays.iter();
    stays
        .filter_map(|stay| {
            let due = detention_of(terms, stay)?;
            Some(Wait { stay, due })
        })
        .collect()
}

/// Loading or unloading, where the carrier's own code or words tell.
fn side(line: &Line<'_>) -> Option<StopKind> {
    let raw = plain(line.charge.raw_code.as_deref()?);
    let names = |words: &[&str]| words.iter().any(|word| raw.contains(&format!(" {word} ")));
    if names(&["dtl", "loading", "pickup", "shipper"]) {
        Some(StopKind::Pickup)
    } else if names(&["dtu", "unloading", "delivery", "consignee", "receiver"]) {
        Some(StopKind::Delivery)
    } else {
        None
    }
}

/// `the times on the paper, 08:00 to 12:10 (appointment 08:30), give 105.00 by 120 min free …`
fn reckoning(wait: &Wait<'_>, terms: &DetentionTerms) -> String {
    let stay = wait.stay;
    let whose = match stay.witness {
        Witness::Paper => "the times on the paper",
        Witness::Events | Witness::EventsWithoutZone => "the stop events",
    };
    let appointment = stay
        .appointment
        .map(|window| format!(" (appointment {})", clock(window.from)))
        .unwrap_or_default();
    let (from, to) = (clock(stay.arrival), clock(stay.departure()));
    let due = wait.due.amount;
    format!("{whose}, {from} to {to}{appointment}, give {due} by {terms}")
}

fn clock(at: DateTime) -> String {
    at.strftime("%H:%M").to_string()
}

/// A02 on detention: the stay is within the free time, or the truck came too late for its appointment, which voids detention in
/// most contracts. Needs arrival and departure at every stop that the line can be about.
pub(super) fn within_free_time(line: &Line<'_>) -> Option<Finding> {
    let waits = Waits::of(line)?;
    let wait = waits.longest()?;
    let (billed, due) = (line.amount(), wait.due.amount);
    if due == Money::default() {
        let detail = format!("billed {billed}, {}", reckoning(wait, &waits.terms));
        return (!waits.support(line) && waits.cover_every_stop(line)).then(|| {
            Finding::new(Rule::Contradicted, detail)
                .expecting(due)
                .likely_if(is_assumed(&waits.terms))
                .at(wait.stay.place)
        });
    }
    let late = minutes_late(wait.stay.arrival, wait.stay.appointment)?;
    if waits.terms.start == DetentionStart::Arrival {
        return None;
    }
    let detail = format!(
        "billed {billed}, but the truck came {late} min after its appointment: see whether the contract voids detention then"
    );
    let finding = Finding::new(Rule::Contradicted, detail).at(wait.stay.place);
    Some(finding.likely_if(true))
}

/// Free time is what the amount hangs on; the usual increment and rate are taken in the carrier's favour or confirmed by
/// its bill.
fn is_assumed(terms: &DetentionTerms) -> bool {
    terms.assumed.contains(&"free time")
}

/// A03 on detention: more than the times and the contract give. Needs arrival and departure, or the billed rate per hour.
/// Silent where the amount has a better explanation (A02, A04).
pub(super) fn over_times(line: &Line<'_>) -> Option<Finding> {
    let waits = Waits::of(line)?;
    let Some(wait) = waits.longest() else {
        return over_rate(line);
    };
    let (billed, due) = (line.amount(), wait.due.amount);
    if due == Money::default() || waits.support(line) || a04_wrong_free_time(line).is_some() {
        return None;
    }
    let detail = format!("billed {billed}, {}", reckoning(wait, &waits.terms));
    Some(
        Finding::new(Rule::OverContract, detail)
            .expecting(due)
            .likely_if(!waits.terms.assumed.is_empty())
            .at(wait.stay.place),
    )
}

/// Hours times a rate above the contract's. A line with one flat amount tells no rate.
fn over_rate(line: &Line<'_>) -> Option<Finding> {
    let contract = line.case.profile.detention_rate_per_hour?;
    let rate = line.charge.rate.filter(|rate| *rate != line.amount())?;
    if rate <= contract {
        return None;
    }
    let share = contract.0.checked_div(rate.0)?;
    let expected = Money(line.amount().0.saturating_mul(share).round_dp(2));
    let billed = line.amount();
    let detail = format!(
        "billed {billed} at {rate}/h, the contract gives {contract}/h: {expected} for the same hours"
    );
    let finding = Finding::new(Rule::OverContract, detail).expecting(expected);
    line.case.exceeds(billed, expected).then_some(finding)
}

/// A04: the amount is what the same times give from another start or with another free time. Needs arrival and departure.
pub(super) fn a04_wrong_free_time(line: &Line<'_>) -> Option<Finding> {
    let waits = Waits::of(line)?;
    let wait = waits.longest()?;
    let (billed, due) = (line.amount(), wait.due.amount);
    if due == Money::default() || waits.support(line) {
        return None;
    }
    let (mistake, _) = other_terms(&waits.terms).into_iter().find(|(_, terms)| {
        detention_of(terms, wait.stay).is_some_and(|other| line.case.agrees(billed, other.amount))
    })?;
    let reckoning = reckoning(wait, &waits.terms);
    let detail = format!("billed {billed}, which is what {mistake} would give; {reckoning}");
    Some(
        Finding::new(Rule::WrongFreeTime, detail)
            .expecting(due)
            .likely_if(is_assumed(&waits.terms))
            .at(wait.stay.place),
    )
}

/// The terms with one mistake each, and its name.
fn other_terms(terms: &DetentionTerms) -> Vec<(String, DetentionTerms)> {
    let from_arrival = DetentionTerms {
        start: DetentionStart::Arrival,
        ..terms.clone()
    };
    let starts = (terms.start != DetentionStart::Arrival)
        .then(|| ("free time from arrival".to_owned(), from_arrival));
    let free_times = OTHER_FREE_TIMES
        .into_iter()
        .filter(|minutes| *minutes != terms.free_minutes)
        .map(|free_minutes| {
            let other = DetentionTerms {
                free_minutes,
                ..terms.clone()
            };
            (format!("{free_minutes} min of free time"), other)
        });
    starts.into_iter().chain(free_times).collect()
}

/// A05: the paper has the truck come earlier or leave later than the stop events by more than 20 minutes, and the events give
/// less than was billed. Needs both, at the same stop, and its time zone.
pub(super) fn a05_time_inflation(line: &Line<'_>) -> Option<Finding> {
    let waits = Waits::of(line)?;
    let by = |witness| {
        waits
            .waits
            .iter()
            .filter(move |wait| wait.stay.witness == witness)
    };
    let (paper, events) = by(Witness::Paper).find_map(|paper| {
        let same_stop = |wait: &&Wait<'_>| wait.stay.stop == paper.stay.stop;
        let events = by(Witness::Events).find(same_stop)?;
        is_stretched(paper.stay, events.stay).then_some((paper, events))
    })?;
    let (billed, due) = (line.amount(), events.due.amount);
    if !line.case.exceeds(billed, due) {
        return None;
    }
    let (from, to) = (clock(paper.stay.arrival), clock(paper.stay.departure()));
    let detail = format!(
        "billed {billed} by the paper's {from} to {to}, but {}",
        reckoning(events, &waits.terms)
    );
    let finding = Finding::new(Rule::TimeInflation, detail).expecting(due);
    Some(finding.at(paper.stay.place))
}

fn is_stretched(paper: &Stay, events: &Stay) -> bool {
    let earlier = events.arrival.duration_since(paper.arrival).as_mins();
    let later = paper
        .departure()
        .duration_since(events.departure())
        .as_mins();
    earlier.max(later) > CLOCKS_DIFFER_MINUTES
}

/// Is detention over its free time at any pickup by events: then a second line may be about that one.
pub(super) fn pickups_over(line: &Line<'_>) -> usize {
    let Some(waits) = Waits::of(line) else {
        return 0;
    };
    let at_pickup = waits
        .waits
        .iter()
        .filter(|wait| wait.stay.at == StopKind::Pickup);
    at_pickup
        .filter(|wait| wait.due.amount > Money::default())
        .count()
}
