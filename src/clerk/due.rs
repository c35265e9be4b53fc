//! Proofs of delivery that are due: when, by the feed or the customer's profile, and what is told when one is overdue.

use std::collections::BTreeMap;

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
use crate::ledger::{AwaitedPod, Awaits};
use crate::shipments::{Shipment, Status, Stop};
use crate::understanding::Fields;

impl Clerk {
    /// Notes when the proofs of delivery of shipments are due.
    pub(super) async fn await_pods(
        &self,
        shipments: &[Shipment],
    ) -> Result<Vec<StoredEvent>, Fault> {
        let awaited: Vec<Awaits> = shipments
            .iter()
            .map(|shipment| self.awaits(shipment))
            .collect();
        let now = Timestamp::now();
        let champions = &self.in_service.now().champions;
        let told = self.ledger.await_pods(&awaited, champions.names(), now);
        Ok(told.await?)
    }

    /// Each delivery that was made, with when its proof is due.
    fn awaits(&self, shipment: &Shipment) -> Awaits {
        let stops: Vec<&Stop> = shipment.deliveries().collect();
        let due: BTreeMap<u32, Timestamp> = match stops.as_slice() {
            _ if shipment.status() == Status::Cancelled => BTreeMap::new(),
            [] => self
                .due(shipment, None)
                .map(|due| (0, due))
                .into_iter()
                .collect(),
            [only] => self
                .due(shipment, Some(only))
                .map(|due| (0, due))
                .into_iter()
                .collect(),
            several => {
                let each = several.iter();
                each.filter_map(|stop| Some((stop.seq, self.due(shipment, Some(stop))?)))
                    .collect()
            }
        };
        Awaits {
            tenant: shipment.tenant.clone(),
            shipment: shipment.id.clone(),
            version: shipment.version,
            due,
        }
    }

    /// When the feed says so, else so many days after the delivery as the customer's profile gives; never, where neither says anything.
    fn due(&self, shipment: &Shipment, stop: Option<&Stop>) -> Option<Timestamp> {
        let is_delivered = shipment.status() == Status::Delivered;
        let planned = || {
            let appointment = stop?.appt.as_ref()?;
            appointment.to.or(appointment.from)
        };
        let delivered = stop.and_then(Stop::delivered_at);
        let delivered = delivered.or_else(|| planned().filter(|_| is_delivered));
        if let Some(due) = shipment.pod_due_at {
            return (is_delivered || delivered.is_some()).then_some(due);
        }
        let delivered = delivered?;
        let profile = self.profiles.find(shipment.customer.profile_id.as_deref());
        let days = profile.ok()?.pod_due_days?;
        let days = SignedDuration::from_hours(24 * i64::from(days));
        delivered.saturating_add(days).ok()
    }

    /// Tells of proofs of delivery that are overdue, of one shipment (tenant and id) or of all, each once.
    ///
    /// # Errors
    /// [`Fault`]; those before it were told.
    pub async fn miss_pods(
        &self,
        of: Option<(&str, &str)>,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, Fault> {
        /// At a time; the rest follows soon.
        const SOME: u32 = 100;
        let mut told = Vec::new();
        for (awaited, shipment) in self.ledger.overdue_pods(of, now, SOME).await? {
            let data = self.overdue(&awaited, &shipment);
            let events = self
                .ledger
                .raise_overdue(&shipment, awaited.stop, data, now);
            told.extend(events.await?);
        }
        Ok(told)
    }

    fn overdue(&self, awaited: &AwaitedPod, shipment: &Shipment) -> OverdueData {
        let due = awaited.due_at;
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
            models: self.in_service.now().champions.names().clone(),
            revision: 1,
        }
    }
}
