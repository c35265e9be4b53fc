//! The loop that hears of uploads and shipments, over one connection after another.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::health::Part;
use super::{Pause, Service, connect, shipments, uploads};
use crate::broker::rabbitmq::Broker;
use crate::broker::{SHIPMENTS, UPLOADS, dead};
use crate::fault::Fault;
use crate::intake::rabbitmq::{Message, Verdict, consume};

/// Uploads in hand beside those that the slots read: one is fetched and one committed meanwhile, so that no slot waits.
const BESIDE_SLOTS: usize = 2;
/// Messages with shipments in hand.
const SHIPMENTS_AT_ONCE: u16 = 8;
/// The longest message that is parsed, in bytes: a shipment may have 1 MiB, and a store's event tells of few objects.
const LARGEST: usize = 4 << 20;
/// How long a message may be worked on. Below the half hour after which RabbitMQ gives it to somebody else.
const LONGEST: Duration = Duration::from_secs(25 * 60);
/// How often the length of queues is asked for.
const LENGTHS: Duration = Duration::from_secs(10);

/// Goes on until the service stops.
pub(super) async fn run(service: Arc<Service>) {
    let mut pause = Pause::new();
    while !service.stopping.is_cancelled() {
        let ended = over_one_connection(&service).await;
        let Err(fault) = ended else { return };
        service.health.note(Part::Broker, Err(fault.to_string()));
        if matches!(fault, Fault::Fatal { .. }) {
            return service.fail(fault);
        }
        service.metrics.reconnect("intake");
        pause.over(&service.stopping).await;
    }
}

async fn over_one_connection(service: &Arc<Service>) -> Result<(), Fault> {
    let broker = connect(&service.settings, "countersign intake").await?;
    let ended = hear(service, &broker).await;
    if ended.is_ok() {
        // What is in hand needs the connection until it is settled.
        service.in_hand.close();
        service.in_hand.wait().await;
    }
    broker.close().await;
    ended
}

async fn hear(service: &Arc<Service>, broker: &Broker) -> Result<(), Fault> {
    service.health.note(Part::Broker, Ok(()));
    let (stop, in_hand) = (&service.stopping, &service.in_hand);
    let slots = u16::try_from(service.settings.slots + BESIDE_SLOTS).unwrap_or(u16::MAX);
    let uploads = consume(broker, UPLOADS, slots, stop, in_hand, |message| {
        handled(Arc::clone(service), UPLOADS, message)
    });
    let shipments = consume(
        broker,
        SHIPMENTS,
        SHIPMENTS_AT_ONCE,
        stop,
        in_hand,
        |message| handled(Arc::clone(service), SHIPMENTS, message),
    );
    tokio::select! {
        ended = async { tokio::try_join!(uploads, shipments) } => {
            ended?;
            Ok(())
        }
        fault = lengths(service, broker) => Err(fault),
    }
}

async fn handled(service: Arc<Service>, queue: &'static str, message: Message) -> Verdict {
    if let Some(sent) = message.sent_at.filter(|_| message.tries == 0) {
        service.metrics.age(queue, sent, Timestamp::now());
    }
    let verdict = in_time(&service, queue, message).await;
    let word = match &verdict {
        Verdict::Done => "done",
        Verdict::Busy => "busy",
        Verdict::Later { .. } => "later",
        Verdict::Dead { .. } => "dead",
        Verdict::Return => "returned",
    };
    service.metrics.message(queue, word);
    verdict
}

async fn in_time(service: &Arc<Service>, queue: &'static str, message: Message) -> Verdict {
    if message.body.len() > LARGEST {
        return Verdict::Dead {
            reason: "too_large",
            detail: format!("the message has more than {LARGEST} bytes"),
        };
    }
    let worked = async {
        match queue {
            UPLOADS => uploads::handle(service, message).await,
            _ => shipments::handle(service, &message.body).await,
        }
    };
    match tokio::time::timeout(LONGEST, worked).await {
        Ok(verdict) => verdict,
        Err(_) => Verdict::Later {
            reason: "overdue",
            detail: "it took too long; something around it hangs".to_owned(),
        },
    }
}

/// Asks for the length of queues again and again; a connection that does not answer is lost.
async fn lengths(service: &Service, broker: &Broker) -> Fault {
    let mut now_and_then = tokio::time::interval(LENGTHS);
    loop {
        now_and_then.tick().await;
        for queue in [
            UPLOADS.to_owned(),
            SHIPMENTS.to_owned(),
            dead(UPLOADS),
            dead(SHIPMENTS),
        ] {
            match tokio::time::timeout(LENGTHS, broker.depth(&queue)).await {
                Ok(Ok(length)) => service.metrics.waiting(&queue, length),
                Ok(Err(error)) => return error.into(),
                Err(late) => return Fault::retry("asking the broker", late),
            }
        }
    }
}
