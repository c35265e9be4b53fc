//! Proofs of delivery that are due: when, by the feed or the customer's profile, and what is told when one is overdue.

use jiff::{SignedDuration, Timestamp};

use super::Clerk;
use crate::charges::Accessorials;
use crate::decision::{
    Condition, ConditionState, Decision, Exception, ExceptionCode, ProfileRef, State, Verdict,
    priority,
};
use crate::document::Confidence;
use crate::events::{OverdueData, ShipmentPart, StoredEvent};
use crate::fault::Fault;
use crate::ledger::AwaitedPod;
use crate::shipments::{Shipment, Status, Stop};
use crate::understanding::Fields;

impl Clerk {
    /// Notes when the proofs of delivery of shipments are due.
    pub(super) async fn await_pods(&self, shipments: &[Shipment]) -> Result<(), Fault> {
        let awaited = shipments.iter().flat_map(|shipment| self.awaited(shipment));
        let awaited: Vec<AwaitedPod> = awaited.collect();
        Ok(self.ledger.await_pods(&awaited).await?)
    }

    /// Each delivery of a shipment, with when its proof is due; never, of one that was not made or is not to be made.
    fn awaited(&self, shipment: &Shipment) -> Vec<AwaitedPod> {
        let cancelled = shipment.status() == Status::Cancelled;
        let stops: Vec<&Stop> = shipment.deliveries().collect();
        let one = |stop: u32, at: &Stop| AwaitedPod {
            tenant: shipment.tenant.clone(),
            shipment: shipment.id.clone(),
            stop,
            due_at: self.due(shipment, at).filter(|_| !cancelled),
        };
        match stops.as_slice() {
            [only] => vec![one(0, only)],
            several => {
                // It may have had one delivery before.
                let only = AwaitedPod {
                    tenant: shipment.tenant.clone(),
                    shipment: shipment.id.clone(),
                    stop: 0,
                    due_at: None,
                };
                let each = several.iter().map(|stop| one(stop.seq, stop));
                each.chain([only]).collect()
            }
        }
    }

    /// When the feed says so, else so many days after the delivery as the customer's profile gives; never, where neither says anything.
    fn due(&self, shipment: &Shipment, stop: &Stop) -> Option<Timestamp> {
        let is_delivered = shipment.status() == Status::Delivered;
        let planned = || stop.appt.as_ref().and_then(|appt| appt.to.or(appt.from));
        let delivered = stop
            .delivered_at()
            .or_else(|| planned().filter(|_| is_delivered));
        if let Some(due) = shipment.pod_due_at {
            return (is_delivered || delivered.is_some()).then_some(due);
        }
        let delivered = delivered?;
        let profile = self.profiles.find(shipment.customer.profile_id.as_deref());
        let days = profile.ok()?.pod_due_days?;
        let days = SignedDuration::from_hours(24 * i64::from(days));
        delivered.saturating_add(days).ok()
    }

    /// Tells of proofs of delivery that are overdue, each once.
    ///
    /// # Errors
    /// [`Fault`]; those before it were told.
    pub async fn miss_pods(&self, now: Timestamp) -> Result<Vec<StoredEvent>, Fault> {
        /// At a time; the rest follows soon.
        const SOME: u32 = 100;
        let mut told = Vec::new();
        for (awaited, shipment) in self.ledger.overdue_pods(now, SOME).await? {
            let data = self.overdue(&awaited, &shipment);
            let events = self
                .ledger
                .raise_overdue(&shipment, awaited.stop, data, now);
            told.extend(events.await?);
        }
        Ok(told)
    }

    fn overdue(&self, awaited: &AwaitedPod, shipment: &Shipment) -> OverdueData {
        let due = awaited.due_at.map(|at| at.to_string()).unwrap_or_default();
        let which = match awaited.stop {
            0 => String::new(),
            stop => format!(" of delivery {stop}"),
        };
        let detail =
            format!("the proof{which} was due at {due} and has not come; ask the carrier for it");
        let profile = self.profiles.find(shipment.customer.profile_id.as_deref());
        let verdict = Verdict {
            decision: Decision {
                state: State::HoldMissing,
                missing: vec!["pod".to_owned()],
                checks: Vec::new(),
                profile: ProfileRef {
                    id: profile
                        .as_ref()
                        .map_or_else(|missing| missing.id.clone(), |one| one.id.clone()),
                    version: profile.as_ref().map_or(0, |one| one.version),
                },
            },
            condition: Condition {
                state: ConditionState::Clean,
                notations: Vec::new(),
            },
            exceptions: vec![Exception::new(ExceptionCode::PodNotReceived, detail, None)],
        };
        OverdueData {
            document: (),
            shipment: ShipmentPart::awaiting(shipment, awaited.stop),
            fields: Fields::new(),
            condition: (),
            priority: Confidence::from_f64(priority(&verdict, Some(shipment), None)),
            decision: verdict.decision,
            exceptions: verdict.exceptions,
            accessorials: Accessorials::default(),
            models: self.models.clone(),
            revision: 1,
        }
    }
}
