//! A message of the shipments queue: stored, or given up with its reason.

use jiff::Timestamp;

use super::Service;
use crate::fault::Fault;
use crate::intake::rabbitmq::Verdict;
use crate::shipments::Shipment;
use crate::shipments::feed::read_message;
use crate::shipments::keys::shipment_keys;

/// Stores every shipment that can be read; the same or an older version changes nothing. A message with one that cannot is given up whole,
/// for a person to mend and send again.
pub(super) async fn handle(service: &Service, body: &[u8]) -> Verdict {
    let (shipments, bad_lines) = read_message(body);
    match store_and_wake(service, &shipments).await {
        Ok(()) => {}
        Err(_) if service.stopping.is_cancelled() => return Verdict::Return,
        Err(fault @ Fault::Fatal { .. }) => {
            service.fail(fault);
            return Verdict::Return;
        }
        Err(fault) => {
            return Verdict::Later {
                reason: "ledger",
                detail: fault.to_string(),
            };
        }
    }
    match bad_lines.first() {
        None if shipments.is_empty() => Verdict::Dead {
            reason: "no_shipment",
            detail: "the message is empty".to_owned(),
        },
        None => Verdict::Done,
        Some(bad) => Verdict::Dead {
            reason: "no_shipment",
            detail: format!("line {}: {}", bad.number, bad.reason),
        },
    }
}

/// Stores shipments, then decides again about the documents that they concern.
async fn store_and_wake(service: &Service, shipments: &[Shipment]) -> Result<(), Fault> {
    let keys = |shipment: &_| {
        let keys = shipment_keys(shipment).into_iter();
        keys.map(|key| key.as_str().to_owned()).collect::<Vec<_>>()
    };
    let (ledger, now) = (service.ledger(), Timestamp::now());
    ledger.store_shipments(shipments, keys, now).await?;
    let woken = service.worker.clerk().wake(shipments).await?;
    if !woken.is_empty() {
        service.tell("documents are decided again", woken);
    }
    Ok(())
}
