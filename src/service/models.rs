//! What people decide about models is taken up while the worker works: the new ones are opened beside the old, and serve from the next upload on.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Service;
use crate::events::{Alarm, AlarmData};
use crate::fault::Fault;
use crate::ledger::{InForce, Part, TrialOf};
use crate::models::canary::withdrawn;
use crate::models::{Lineup, Refused, fetch};

/// How often the ledger is asked.
const PERIOD: Duration = Duration::from_secs(2);
/// By their last so many documents canaries are judged.
const JUDGED_BY: u32 = 2_000;
/// Every so many rounds canaries are judged.
const JUDGED: u64 = 15;

/// Goes on until the service stops.
pub(super) async fn follow(service: Arc<Service>) {
    let mut rounds = tokio::time::interval(PERIOD);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut known = Vec::new();
    for round in 0_u64.. {
        rounds.tick().await;
        if let Err(fault) = look(&service, &mut known).await {
            tracing::warn!(error = %fault, "which models serve is asked again later");
        }
        if round % JUDGED == 0
            && let Err(fault) = judge(&service, &known).await
        {
            tracing::warn!(error = %fault, "a canary is judged again later");
        }
    }
}

/// Ends the trials of canaries that do badly.
async fn judge(service: &Service, known: &[InForce]) -> Result<(), Fault> {
    for one in known {
        let on = one.challenger.as_ref();
        let Some(on) = on.filter(|on| on.part == Part::Canary) else {
            continue;
        };
        let of = TrialOf {
            task: one.task,
            champion: one.champion.clone(),
            challenger: on.model.clone(),
        };
        let records = service
            .ledger()
            .trial(&of, one.changed_at, JUDGED_BY)
            .await?;
        if let Some(reason) = withdrawn(&records) {
            tracing::error!(model = %on.model, reason, "a canary is withdrawn");
            let champions = service.worker.in_service().now().champions.clone();
            let taken =
                service
                    .ledger()
                    .withdraw(&on.model, &reason, champions.names(), Timestamp::now());
            service.tell("a canary is withdrawn", taken.await?.unwrap_or_default());
        }
    }
    Ok(())
}

async fn look(service: &Arc<Service>, known: &mut Vec<InForce>) -> Result<(), Fault> {
    let wanted = service.ledger().models_in_force().await?;
    if *known == wanted {
        return Ok(());
    }
    // Where the store is away, what is on this machine is taken up all the same.
    let fetched = fetch(&service.settings).await.unwrap_or_else(|fault| {
        tracing::warn!(error = %fault, "no models are fetched");
        Vec::new()
    });
    for (model, why) in fetched
        .iter()
        .filter_map(|(model, copied)| Some((model, copied.as_ref().err()?)))
    {
        tracing::warn!(%model, why, "a model is not fetched");
    }
    let refused = service.worker.take_up(wanted.clone()).await?;
    let lineup = service.worker.in_service().now();
    tell(&lineup);
    for one in &refused {
        alarm(service, one, &wanted, &lineup).await?;
    }
    *known = wanted;
    Ok(())
}

fn tell(lineup: &Lineup) {
    let trials = lineup.trials.iter();
    let trials: Vec<String> = trials.map(|trial| trial.on.model.to_string()).collect();
    let (serves, tried) = (lineup.champions.names().line(), trials.join(" "));
    tracing::info!(serves, tried, "models");
}

async fn alarm(
    service: &Service,
    refused: &Refused,
    wanted: &[InForce],
    lineup: &Lineup,
) -> Result<(), Fault> {
    let Refused {
        task,
        model,
        reason,
    } = refused;
    tracing::error!(%task, %model, reason, "a model is refused");
    let now = Timestamp::now();
    let since = wanted.iter().find(|one| one.task == *task);
    let alarm = AlarmData {
        task: task.to_string(),
        model: model.to_string(),
        alarm: Alarm::Refused,
        reason: reason.clone(),
        since: since.map_or(now, |one| one.changed_at),
        models: lineup.champions.names().clone(),
    };
    let told = service.ledger().tell_alarm(alarm, now).await?;
    service.tell("a model is refused", told);
    Ok(())
}
