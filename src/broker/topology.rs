//! Topology: the exchanges and queues that Countersign needs at its broker, as plain data.
//!
//! ```text
//! countersign.uploads ──(cannot be processed now)──► countersign.uploads.wait.5s … ──(time is up)──► countersign.uploads
//!          │                                                                                         after the last wait: dead
//!          └──(no notice, or tried for a day)──► countersign.dead ──► countersign.uploads.dead
//! countersign.shipments ──(no shipment)────────► countersign.dead ──► countersign.shipments.dead
//! countersign.events (topic) ──► whatever consumers bind
//! ```
//! Every queue is a quorum queue that hands its dead letters on at least once, so that a broker that loses a node loses nothing.

use std::time::Duration;

use serde_json::{Map, Value, json};

/// Upload notices (contract.md §1.1).
pub const UPLOADS: &str = "countersign.uploads";
/// Shipments (contract.md §1.2).
pub const SHIPMENTS: &str = "countersign.shipments";
/// The topic exchange of outcome events (contract.md §2).
pub const EVENTS: &str = "countersign.events";
/// The exchange of dead letters; they are routed by the name of the queue that they come from.
pub const DEAD: &str = "countersign.dead";

/// How long a notice waits before its first, second, … next try; the last again and again.
pub const WAITS: [Duration; 5] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
];

/// A message that was delivered so often has killed its worker before the ledger could count. The ledger's own limit is far lower;
/// this one is for what the ledger never sees.
const DELIVERIES: u32 = 50;

/// The queue where a message of `queue` waits for so long.
#[must_use]
pub fn wait(queue: &str, delay: Duration) -> String {
    format!("{queue}.wait.{}s", delay.as_secs())
}

/// The queue of what `queue` could not get rid of.
#[must_use]
pub fn dead(queue: &str) -> String {
    format!("{queue}.dead")
}

/// What has to be at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// Queues, in an order in which they can be declared.
    pub queues: Vec<Queue>,
}

/// A durable quorum queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Exchange and routing key of its dead letters; `None` where they stay.
    pub dead_letters: Option<(String, String)>,
    /// How long a message stays.
    pub ttl: Option<Duration>,
    /// How often a message is delivered before it is a dead letter.
    pub deliveries: Option<u32>,
    /// With what key it is bound to the exchange [`DEAD`].
    pub dead_of: Option<&'static str>,
}

impl Topology {
    /// All that a worker needs.
    #[must_use]
    pub fn of_worker() -> Self {
        let queues = [UPLOADS, SHIPMENTS].into_iter().flat_map(|name| {
            let waits = WAITS
                .into_iter()
                .map(move |delay| Queue::waiting(name, delay));
            [Queue::dead(name), Queue::working(name)]
                .into_iter()
                .chain(waits)
        });
        Self {
            queues: queues.collect(),
        }
    }

    /// The same as `rabbitmqctl import_definitions` takes it.
    #[must_use]
    pub fn definitions(&self, vhost: &str) -> Value {
        let exchange = |(name, kind)| json!({"name": name, "vhost": vhost, "type": kind, "durable": true, "auto_delete": false, "internal": false, "arguments": {}});
        let queue = |queue: &Queue| json!({"name": queue.name, "vhost": vhost, "durable": true, "auto_delete": false, "arguments": queue.arguments()});
        let binding = |queue: &Queue| {
            let key = queue.dead_of?;
            Some(
                json!({"source": DEAD, "vhost": vhost, "destination": queue.name, "destination_type": "queue", "routing_key": key, "arguments": {}}),
            )
        };
        json!({
            "exchanges": EXCHANGES.map(exchange),
            "queues": self.queues.iter().map(queue).collect::<Vec<_>>(),
            "bindings": self.queues.iter().filter_map(binding).collect::<Vec<_>>(),
        })
    }
}

/// Names and kinds.
pub(super) const EXCHANGES: [(&str, &str); 2] = [(EVENTS, "topic"), (DEAD, "direct")];

impl Queue {
    fn working(name: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            dead_letters: Some((DEAD.to_owned(), name.to_owned())),
            ttl: None,
            deliveries: Some(DELIVERIES),
            dead_of: None,
        }
    }

    fn waiting(name: &str, delay: Duration) -> Self {
        Self {
            name: wait(name, delay),
            dead_letters: Some((String::new(), name.to_owned())),
            ttl: Some(delay),
            deliveries: None,
            dead_of: None,
        }
    }

    fn dead(name: &'static str) -> Self {
        Self {
            name: dead(name),
            dead_letters: None,
            ttl: None,
            deliveries: None,
            dead_of: Some(name),
        }
    }

    /// As `queue.declare` takes them.
    #[must_use]
    pub fn arguments(&self) -> Map<String, Value> {
        let mut arguments = Map::from_iter([("x-queue-type".to_owned(), json!("quorum"))]);
        if let Some((exchange, key)) = &self.dead_letters {
            arguments.extend([
                ("x-dead-letter-exchange".to_owned(), json!(exchange)),
                ("x-dead-letter-routing-key".to_owned(), json!(key)),
                // At most once, the default, drops a dead letter when the broker stops at the wrong moment.
                ("x-dead-letter-strategy".to_owned(), json!("at-least-once")),
                ("x-overflow".to_owned(), json!("reject-publish")),
            ]);
        }
        if let Some(ttl) = self.ttl {
            arguments.insert(
                "x-message-ttl".to_owned(),
                json!(u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX)),
            );
        }
        if let Some(deliveries) = self.deliveries {
            arguments.insert("x-delivery-limit".to_owned(), json!(deliveries));
        }
        arguments
    }
}
