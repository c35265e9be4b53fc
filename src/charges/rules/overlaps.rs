//! The rule on charges that pay twice for the same hours or the same work.

use super::{Finding, Line, Rule};
use crate::shipments::StopKind;

/// Charges that pay for the same hours or the same work; the second is the one to look at (domain.md §4.3, A07).
const OVERLAPS: [(&str, &str, &str); 4] = [
    ("DET", "LAY", "the same hours"),
    ("LUMPER", "DASSIST", "the same unloading"),
    ("REDEL", "STOP", "the same second call"),
    ("APPT", "NOTIFY", "the same call"),
];

/// A07: two charges for the same hours or work. Needs both on one shipment with at most one delivery: with more, each may have
/// its own stop. What a pickup adds is not known, so it stays likely only.
pub(super) fn a07_overlap(line: &Line<'_>) -> Option<Finding> {
    let (first, _, what) = OVERLAPS
        .iter()
        .find(|(first, second, _)| line.is(second) && line.case.has_line(first))?;
    let stops = line.case.shipment.stops.iter();
    let deliveries = stops.filter(|stop| stop.kind == StopKind::Delivery);
    if deliveries.count() > 1 {
        return None;
    }
    let detail = format!("billed {}, but {first} is billed for {what}", line.amount());
    Some(Finding::new(Rule::Overlap, detail).likely_if(true))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::charges::examples::{findings, one_delivery, profile, shipment};

    fn flagged(json: Json) -> Vec<bool> {
        let found = findings(a07_overlap, &[], &shipment(json), &profile(json!({})));
        found.iter().map(Option::is_some).collect()
    }

    #[test]
    fn two_charges_for_the_same_work_overlap_at_one_delivery_only() {
        for (first, second) in [
            ("DET", "LAY"),
            ("LUMPER", "DASSIST"),
            ("REDEL", "STOP"),
            ("APPT", "NOTIFY"),
        ] {
            let lines =
                json!([{"code": second, "amount": "75.00"}, {"code": first, "amount": "95.00"}]);
            assert_eq!(flagged(one_delivery(&lines)), [true, false], "{first}");
            let two = json!({"stops": [{"seq": 1}, {"seq": 2}], "billed": lines});
            assert_eq!(flagged(two), [false, false], "{first}");
        }
    }
}
