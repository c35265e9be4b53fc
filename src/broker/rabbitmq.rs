//! A connection to RabbitMQ, and the topology made or found there.
//!
//! A connection that breaks is given up with all that came over it, and a new one made: what was not acknowledged is delivered again,
//! what was not confirmed is published again, and the ledger tells repeats from news.

use std::time::Duration;

use lapin::options::{
    BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions, QueueBindOptions,
    QueueDeclareOptions,
};
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};
use lapin::types::{AMQPValue, FieldTable};
use lapin::uri::AMQPUri;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, ErrorKind,
    ExchangeKind,
};
use serde_json::Value;

use super::topology::{DEAD, EXCHANGES, Queue, Topology};
use crate::fault::{Cause, Fault};

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(10);
/// How long the broker may take to confirm a message. One that is short of disk or memory takes for ever, and so does a connection that is
/// lost at the wrong moment.
const CONFIRMING: Duration = Duration::from_secs(30);
/// How long it may take to say good-bye.
const CLOSING: Duration = Duration::from_secs(2);
/// Persistent, in AMQP's words.
const PERSISTENT: u8 = 2;

/// Why the broker did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// It is not there, or went away.
    #[error("the broker is not reachable: {0}")]
    Unreachable(#[source] Cause),
    /// The URL is none, or the broker does not let us in, or not do what a worker does.
    #[error(
        "the broker refuses us: {0}; check rabbitmq.url, its user, password, virtual host and rights"
    )]
    Refused(#[source] Cause),
    /// There is a queue or exchange of that name that was made otherwise.
    #[error(
        "{name} is there, but not as Countersign needs it ({reason}); `countersign worker --topology` prints what it needs: delete {name} once it is empty, or make it so by hand"
    )]
    Mismatch {
        /// The queue or exchange.
        name: String,
        /// What the broker says.
        reason: String,
    },
    /// A queue or exchange is missing, and we may not make it.
    #[error(
        "{name} is missing and may not be made ({reason}); import what `countersign worker --topology` prints, or grant the right to configure it"
    )]
    NotAllowed {
        /// The queue or exchange.
        name: String,
        /// What the broker says.
        reason: String,
    },
    /// A message was not taken.
    #[error("the broker did not take a message for {0}")]
    NotTaken(String),
}

impl From<BrokerError> for Fault {
    fn from(error: BrokerError) -> Self {
        match error {
            BrokerError::Unreachable(_) | BrokerError::NotTaken(_) => Self::retry("broker", error),
            BrokerError::Refused(_)
            | BrokerError::Mismatch { .. }
            | BrokerError::NotAllowed { .. } => Self::fatal("broker", error),
        }
    }
}

impl From<lapin::Error> for BrokerError {
    /// What is refused once will be refused again; whatever else went wrong may pass.
    fn from(error: lapin::Error) -> Self {
        let never = [
            AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED),
            AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED),
        ];
        // A virtual host or user with too many connections says so in the same words; it has fewer of them later.
        let at_limit = error.to_string().contains("limit");
        match error.kind() {
            ErrorKind::ProtocolError(told) if never.contains(told.kind()) && !at_limit => {
                Self::Refused(error.into())
            }
            _ => Self::Unreachable(error.into()),
        }
    }
}

/// A connection.
#[derive(Debug)]
pub struct Broker {
    connection: Connection,
}

impl Broker {
    /// Connects to the broker at an `amqp:` or `amqps:` URL.
    ///
    /// # Errors
    /// [`BrokerError::Unreachable`], [`BrokerError::Refused`].
    pub async fn connect(url: &str, name: &str) -> Result<Self, BrokerError> {
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let url: AMQPUri = url
            .parse()
            .map_err(|why: String| BrokerError::Refused(why.into()))?;
        let connecting = Connection::connect_uri(url, properties);
        let connected = tokio::time::timeout(CONNECTING, connecting).await;
        let connected = connected.map_err(|late| BrokerError::Unreachable(late.into()))?;
        let connection = connected?;
        Ok(Self { connection })
    }

    /// A channel of its own.
    ///
    /// # Errors
    /// [`BrokerError::Unreachable`].
    pub async fn channel(&self) -> Result<Channel, BrokerError> {
        Ok(self.connection.create_channel().await?)
    }

    /// A channel on which what is published is confirmed.
    ///
    /// # Errors
    /// [`BrokerError::Unreachable`].
    pub async fn confirming(&self) -> Result<Channel, BrokerError> {
        let channel = self.channel().await?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        Ok(channel)
    }

    /// Makes what is missing. What is there has to be as it would have been made.
    ///
    /// # Errors
    /// [`BrokerError::Mismatch`] and [`BrokerError::NotAllowed`], naming the queue or exchange.
    pub async fn declare(&self, topology: &Topology) -> Result<(), BrokerError> {
        for (name, kind) in EXCHANGES {
            let kind = if kind == "topic" {
                ExchangeKind::Topic
            } else {
                ExchangeKind::Direct
            };
            let options = ExchangeDeclareOptions {
                durable: true,
                ..ExchangeDeclareOptions::default()
            };
            // The broker closes the channel of whoever asks for something impossible.
            let channel = self.channel().await?;
            let made = channel
                .exchange_declare(name.into(), kind.clone(), options, FieldTable::default())
                .await;
            if let Err(error) = made {
                let passive = ExchangeDeclareOptions {
                    passive: true,
                    ..options
                };
                let found = self
                    .channel()
                    .await?
                    .exchange_declare(name.into(), kind, passive, FieldTable::default())
                    .await;
                explain(name, error, found.is_ok())?;
            }
        }
        for queue in &topology.queues {
            self.declare_queue(queue).await?;
        }
        Ok(())
    }

    async fn declare_queue(&self, queue: &Queue) -> Result<(), BrokerError> {
        let name = queue.name.as_str();
        let channel = self.channel().await?;
        let options = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        if let Err(error) = channel
            .queue_declare(name.into(), options, table(queue))
            .await
        {
            let passive = QueueDeclareOptions {
                passive: true,
                ..options
            };
            let found = self
                .channel()
                .await?
                .queue_declare(name.into(), passive, FieldTable::default())
                .await;
            explain(name, error, found.is_ok())?;
        } else if let Some(key) = queue.dead_of {
            let bound = channel
                .queue_bind(
                    name.into(),
                    DEAD.into(),
                    key.into(),
                    QueueBindOptions::default(),
                    FieldTable::default(),
                )
                .await;
            if let Err(error) = bound {
                explain(name, error, false)?;
            }
        }
        Ok(())
    }

    /// A way to put messages into queues.
    ///
    /// # Errors
    /// [`BrokerError::Unreachable`].
    pub async fn mailbox(&self) -> Result<Mailbox, BrokerError> {
        Ok(Mailbox(self.confirming().await?))
    }

    /// How many messages are ready in a queue.
    ///
    /// # Errors
    /// [`BrokerError::Unreachable`], also where there is no such queue.
    pub async fn depth(&self, queue: &str) -> Result<u32, BrokerError> {
        let passive = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let found = self
            .channel()
            .await?
            .queue_declare(queue.into(), passive, FieldTable::default())
            .await?;
        Ok(found.message_count())
    }

    /// Is it still up?
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.connection.status().connected()
    }

    /// Says good-bye; what was not acknowledged goes back to its queues.
    pub async fn close(&self) {
        let closed = tokio::time::timeout(CLOSING, self.connection.close(200, "bye".into()));
        // It may be gone already.
        drop(closed.await);
    }
}

/// A way to put messages into queues.
#[derive(Debug)]
pub struct Mailbox(Channel);

impl Mailbox {
    /// Puts a JSON message into a queue, and returns once the broker has it for good.
    ///
    /// # Errors
    /// As [`enqueue`].
    pub async fn put(&self, queue: &str, body: &[u8]) -> Result<(), BrokerError> {
        let properties = BasicProperties::default().with_content_type("application/json".into());
        enqueue(&self.0, "", queue, body, properties).await
    }
}

/// Publishes to a queue and waits until the broker has the message for good.
///
/// # Errors
/// [`BrokerError::NotTaken`] where there is no such queue or it is full, [`BrokerError::Unreachable`].
pub async fn enqueue(
    channel: &Channel,
    exchange: &str,
    key: &str,
    body: &[u8],
    properties: BasicProperties,
) -> Result<(), BrokerError> {
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let properties = properties.with_delivery_mode(PERSISTENT);
    let confirmed = async {
        let sent = channel.basic_publish(exchange.into(), key.into(), options, body, properties);
        sent.await?.await
    };
    let confirmed = tokio::time::timeout(CONFIRMING, confirmed).await;
    match confirmed.map_err(|late| BrokerError::Unreachable(late.into()))?? {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(_)) | Confirmation::Nack(_) | Confirmation::NotRequested => {
            Err(BrokerError::NotTaken(key.to_owned()))
        }
    }
}

fn table(queue: &Queue) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in queue.arguments() {
        let value = match value {
            Value::Number(number) => AMQPValue::LongLongInt(number.as_i64().unwrap_or(i64::MAX)),
            Value::String(text) => AMQPValue::LongString(text.into()),
            other => AMQPValue::LongString(other.to_string().into()),
        };
        table.insert(name.into(), value);
    }
    table
}

/// What it means that something could not be made: it is there and otherwise, or it is not there; to be there and out of our rights is
/// all that is needed.
fn explain(name: &str, error: lapin::Error, is_there: bool) -> Result<(), BrokerError> {
    let reason = error.to_string();
    match (
        is_there,
        reason.contains("PRECONDITION_FAILED"),
        reason.contains("ACCESS_REFUSED"),
    ) {
        (_, true, _) => Err(BrokerError::Mismatch {
            name: name.to_owned(),
            reason,
        }),
        (true, _, true) => Ok(()),
        (false, _, true) => Err(not_allowed(name, &error)),
        _ => Err(error.into()),
    }
}

fn not_allowed(name: &str, error: &lapin::Error) -> BrokerError {
    BrokerError::NotAllowed {
        name: name.to_owned(),
        reason: error.to_string(),
    }
}
