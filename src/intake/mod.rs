//! Intake: hearing of uploads.
//!
//! In: messages from a queue. Out: [`Notice`]s of objects that came or went. What is no notice is refused whole, with a reason.

mod notice;

pub use notice::{Change, Notice, NoticeError, NoticeHints, Sequencer, notices};
