//! Events to the topic exchange of a RabbitMQ broker.
//!
//! In: committed events. Out: which of them the broker has for good, and which it had no queue for. They go out in their order; which of
//! them arrived is known for each by itself.

use lapin::options::BasicPublishOptions;

use lapin::{BasicProperties, Channel, Confirmation, PublisherConfirm};

use super::StoredEvent;
use crate::broker::EVENTS;
use crate::broker::rabbitmq::{Broker, BrokerError};

/// Of events in their JSON form (CloudEvents, AMQP binding, structured mode).
const CONTENT_TYPE: &str = "application/cloudevents+json; charset=utf-8";
/// Persistent, in AMQP's words.
const PERSISTENT: u8 = 2;

/// What became of events that were handed to the broker.
#[derive(Debug, Default)]
pub struct Handed {
    /// The broker has them for good.
    pub confirmed: Vec<StoredEvent>,
    /// No queue is bound for them.
    pub returned: Vec<StoredEvent>,
    /// A queue that is bound for them takes no more.
    pub refused: Vec<StoredEvent>,
}

/// A channel to the exchange.
#[derive(Debug)]
pub struct Publisher {
    channel: Channel,
}

impl Publisher {
    /// Over a connection.
    ///
    /// # Errors
    /// [`BrokerError::Unreachable`].
    pub async fn open(broker: &Broker) -> Result<Self, BrokerError> {
        Ok(Self {
            channel: broker.confirming().await?,
        })
    }

    /// Publishes events and waits for the broker's word on each.
    ///
    /// # Errors
    /// [`BrokerError`]; those after it and those whose word is missing have to be published again.
    pub async fn publish(&self, events: Vec<StoredEvent>) -> Result<Handed, BrokerError> {
        let mut asked = Vec::with_capacity(events.len());
        for event in events {
            let confirm = self.send(&event).await?;
            asked.push((event, confirm));
        }
        let mut handed = Handed::default();
        for (event, confirm) in asked {
            match confirm.await? {
                Confirmation::Ack(None) => handed.confirmed.push(event),
                Confirmation::Ack(Some(_)) => handed.returned.push(event),
                Confirmation::Nack(_) | Confirmation::NotRequested => handed.refused.push(event),
            }
        }
        Ok(handed)
    }

    async fn send(&self, event: &StoredEvent) -> Result<PublisherConfirm, BrokerError> {
        let properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_content_type(CONTENT_TYPE.into())
            .with_message_id(event.id.to_string().into())
            .with_type(event.kind.name().into())
            .with_timestamp(u64::try_from(event.time.as_second()).unwrap_or(0));
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let key = event.kind.name();
        Ok(self
            .channel
            .basic_publish(
                EVENTS.into(),
                key.into(),
                options,
                event.json.as_bytes(),
                properties,
            )
            .await?)
    }
}
