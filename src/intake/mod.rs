//! Intake: hearing of uploads.
//!
//! In: messages from a queue, the listing of a bucket. Out: [`Notice`]s of objects that came or went. What is no notice is refused whole,
//! with a reason.

mod notice;
pub mod rabbitmq;
pub mod sweep;

pub use notice::{Change, Notice, NoticeError, NoticeHints, Sequencer, notices, schemas};
