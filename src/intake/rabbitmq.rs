//! Messages from a queue, and what becomes of each.
//!
//! In: a queue. Out: a [`Message`] for each delivery to whoever handles them, as many at once as there is room for. Each is acknowledged
//! only once its verdict is carried out: what has to wait lies in a wait queue by then, what nobody can use in the dead-letter queue, each
//! with the reason in its headers.

use std::future::Future;
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::Timestamp;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions,
};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{BasicProperties, Channel};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::broker::rabbitmq::{Broker, BrokerError, enqueue};
use crate::broker::{DEAD, WAITS, wait};
use crate::document::TraceParent;

/// How often a message was put off.
const TRIES: &str = "x-countersign-tries";
/// Why it was put off or given up, in a word.
const REASON: &str = "x-countersign-reason";
/// The same in a sentence.
const DETAIL: &str = "x-countersign-detail";
/// W3C trace context, where the sender has one.
const TRACE: &str = "traceparent";

/// Characters of a detail: it may quote a whole message.
const LONGEST_DETAIL: usize = 500;

/// A message that was put off so often, for a day in all, is given up.
const MOST_TRIES: usize = 28;

/// A message as it is handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its body.
    pub body: Vec<u8>,
    /// How often it was put off.
    pub tries: usize,
    /// The trace of the sender.
    pub trace: Option<TraceParent>,
    /// When it was sent, where the sender said so.
    pub sent_at: Option<Timestamp>,
}

/// What is to become of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All is done: forget it.
    Done,
    /// Somebody else works on it: look again soon.
    Busy,
    /// Something around it is down: try again, each time later.
    Later {
        /// In a word.
        reason: &'static str,
        /// In a sentence.
        detail: String,
    },
    /// Nobody can use it.
    Dead {
        /// In a word.
        reason: &'static str,
        /// In a sentence.
        detail: String,
    },
    /// It goes back as it came: the worker stops.
    Return,
}

/// Hands the messages of `queue` to `handle`, at most `at_once` at a time, until `stop`. Those in hand then go on as tasks of `in_hand`, and
/// need the connection until they are through.
///
/// # Errors
/// [`BrokerError::Unreachable`] once the connection is lost; what is in hand goes on, and is delivered again.
pub async fn consume<F>(
    broker: &Broker,
    queue: &'static str,
    at_once: u16,
    stop: &CancellationToken,
    in_hand: &TaskTracker,
    handle: impl Fn(Message) -> F,
) -> Result<(), BrokerError>
where
    F: Future<Output = Verdict> + Send + 'static,
{
    let channel = broker.confirming().await?;
    channel
        .basic_qos(at_once, BasicQosOptions::default())
        .await?;
    let mut consumer = channel
        .basic_consume(
            queue.into(),
            ShortString::default(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await?;
    let (unsettled, mut failures) = mpsc::channel(1);
    loop {
        let next = tokio::select! {
            () = stop.cancelled() => break,
            Some(error) = failures.recv() => return Err(error),
            next = consumer.next() => next,
        };
        let gone = || BrokerError::Unreachable("the broker ended the delivery".into());
        let delivery = next.ok_or_else(gone)??;
        let handled = tokio::spawn(handle(message(&delivery)));
        let (channel, unsettled) = (channel.clone(), unsettled.clone());
        in_hand.spawn(async move {
            let verdict = handled.await.unwrap_or_else(|died| Verdict::Later {
                reason: "crashed",
                detail: died.to_string(),
            });
            if let Err(error) = settle(&channel, queue, delivery, verdict).await {
                tracing::warn!(queue, %error, "a message could not be settled");
                // It is delivered again over the next connection; this one would hold it back.
                drop(unsettled.try_send(error));
            }
        });
    }
    let cancelled = channel
        .basic_cancel(consumer.tag(), BasicCancelOptions::default())
        .await;
    Ok(cancelled?)
}

fn message(delivery: &Delivery) -> Message {
    let headers = delivery
        .properties
        .headers()
        .as_ref()
        .map(FieldTable::inner);
    let header = |name: &str| headers.and_then(|headers| headers.get(name));
    let tries = match header(TRIES) {
        Some(AMQPValue::LongLongInt(tries)) => usize::try_from(*tries).unwrap_or(0),
        _ => 0,
    };
    let trace = match header(TRACE) {
        Some(AMQPValue::LongString(text)) => TraceParent::parse(&text.to_string()),
        Some(AMQPValue::ShortString(text)) => TraceParent::parse(text.as_str()),
        _ => None,
    };
    let sent_at = delivery.properties.timestamp().and_then(|seconds| {
        let seconds = i64::try_from(seconds).ok()?;
        Timestamp::from_second(seconds).ok()
    });
    Message {
        body: delivery.data.clone(),
        tries,
        trace,
        sent_at,
    }
}

async fn settle(
    channel: &Channel,
    queue: &'static str,
    delivery: Delivery,
    verdict: Verdict,
) -> Result<(), BrokerError> {
    let tries = message(&delivery).tries;
    match verdict {
        Verdict::Done => {}
        Verdict::Busy => {
            let why = ("busy", "another worker has it in hand");
            put_off(channel, queue, &delivery, WAITS[0], tries, why).await?;
        }
        Verdict::Later { reason, detail } if tries >= MOST_TRIES => {
            give_up(channel, queue, &delivery, tries, (reason, &detail)).await?;
        }
        Verdict::Later { reason, detail } => {
            let why = (reason, detail.as_str());
            put_off(channel, queue, &delivery, delay(tries), tries + 1, why).await?;
        }
        Verdict::Dead { reason, detail } => {
            give_up(channel, queue, &delivery, tries, (reason, &detail)).await?;
        }
        Verdict::Return => {
            let requeue = BasicNackOptions {
                requeue: true,
                ..BasicNackOptions::default()
            };
            delivery.nack(requeue).await?;
            return Ok(());
        }
    }
    // `false` where its connection is gone: it is delivered again then.
    delivery.ack(BasicAckOptions::default()).await?;
    Ok(())
}

/// How long a message waits that was put off so often before.
fn delay(tries: usize) -> Duration {
    WAITS
        .get(tries)
        .or(WAITS.last())
        .copied()
        .unwrap_or_default()
}

async fn put_off(
    channel: &Channel,
    queue: &str,
    delivery: &Delivery,
    delay: Duration,
    tries: usize,
    why: (&str, &str),
) -> Result<(), BrokerError> {
    enqueue(
        channel,
        "",
        &wait(queue, delay),
        &delivery.data,
        labelled(delivery, tries, why),
    )
    .await
}

async fn give_up(
    channel: &Channel,
    queue: &str,
    delivery: &Delivery,
    tries: usize,
    why: (&str, &str),
) -> Result<(), BrokerError> {
    // The detail may quote the message; it stays with it.
    tracing::error!(
        queue,
        reason = why.0,
        "a message is given up; it lies in the dead-letter queue"
    );
    enqueue(
        channel,
        DEAD,
        queue,
        &delivery.data,
        labelled(delivery, tries, why),
    )
    .await
}

/// Properties that say why the message goes where it goes. Of the sender's, those that another sending cannot be spoilt by: an expiration
/// would drop it, a user id refuse it, and other headers may send it elsewhere or be larger than a frame.
fn labelled(delivery: &Delivery, tries: usize, (reason, detail): (&str, &str)) -> BasicProperties {
    let text = |text: &str| AMQPValue::LongString(text.into());
    let mut headers = FieldTable::default();
    headers.insert(
        TRIES.into(),
        AMQPValue::LongLongInt(i64::try_from(tries).unwrap_or(i64::MAX)),
    );
    headers.insert(REASON.into(), text(reason));
    let detail: String = detail.chars().take(LONGEST_DETAIL).collect();
    headers.insert(DETAIL.into(), text(&detail));
    if let Some(trace) = message(delivery).trace {
        headers.insert(TRACE.into(), text(trace.as_str()));
    }
    let sent = &delivery.properties;
    let mut properties = BasicProperties::default().with_headers(headers);
    if let Some(content_type) = sent.content_type() {
        properties = properties.with_content_type(content_type.clone());
    }
    if let Some(id) = sent.message_id() {
        properties = properties.with_message_id(id.clone());
    }
    if let Some(timestamp) = sent.timestamp() {
        properties = properties.with_timestamp(*timestamp);
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_try_waits_longer_until_the_longest_and_all_together_take_a_day() {
        let delays: Vec<Duration> = (0..MOST_TRIES).map(delay).collect();
        assert!(delays.is_sorted());
        assert_eq!(delays[0], WAITS[0]);
        let hours = delays.iter().sum::<Duration>().as_secs() / 3600;
        assert_eq!(hours, 24);
    }
}
