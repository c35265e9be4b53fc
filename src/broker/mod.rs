//! The broker: RabbitMQ, and what Countersign needs there.

pub mod rabbitmq;
mod topology;

pub use topology::{DEAD, EVENTS, Queue, SHIPMENTS, Topology, UPLOADS, WAITS, dead, wait};
