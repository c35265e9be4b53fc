//! Sweeps: what no notice told of is enqueued all the same, since stores lose notices.
//!
//! In: a bucket. Out: a notice of our own in the queue for each object there that gave no outcome yet. A sweep that is cut short goes on
//! where it stopped; an object that is enqueued twice gives one outcome.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use crate::broker::UPLOADS;
use crate::broker::rabbitmq::Mailbox;
use crate::fault::Fault;
use crate::ledger::Ledger;
use crate::settings::SweepSettings;
use crate::storage::s3::{Listed, S3};

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Objects that were listed.
    pub listed: u64,
    /// Objects that were enqueued.
    pub enqueued: u64,
}

/// A sweep of one bucket.
#[derive(Debug)]
pub struct Sweep<'a> {
    /// The store.
    pub store: &'a S3,
    /// Knows what was processed.
    pub ledger: &'a Ledger,
    /// Where notices go.
    pub mailbox: &'a Mailbox,
    /// What to sweep, and how fast.
    pub settings: &'a SweepSettings,
    /// The bucket.
    pub bucket: &'a str,
}

impl Sweep<'_> {
    /// Goes through the bucket to its end.
    ///
    /// # Errors
    /// [`Fault::Retry`] where store, ledger or broker fail; a sweep that is begun again goes on where this one stopped.
    pub async fn run(&self, now: Timestamp) -> Result<Swept, Fault> {
        let (bucket, prefix) = (self.bucket, self.settings.prefix.as_str());
        let mut swept = Swept::default();
        let mut after = self.ledger.sweep_position(bucket, prefix).await?;
        let mut pace = interval(Duration::from_secs(1) / self.settings.per_second.max(1));
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let listed = self.store.list(bucket, prefix, after.as_deref()).await?;
            let Some(last) = listed.last() else { break };
            after = Some(last.key.clone());
            swept.listed += u64::try_from(listed.len()).unwrap_or(0);
            for object in self.missed(&listed, now).await? {
                pace.tick().await;
                self.enqueue(object).await?;
                swept.enqueued += 1;
            }
            self.ledger
                .note_sweep(bucket, prefix, after.as_deref())
                .await?;
        }
        self.ledger.note_sweep(bucket, prefix, None).await?;
        Ok(swept)
    }

    /// Those that gave no outcome, are not our own, and are old enough that their notice should have come.
    async fn missed<'l>(
        &self,
        listed: &'l [Listed],
        now: Timestamp,
    ) -> Result<Vec<&'l Listed>, Fault> {
        let age = SignedDuration::from_mins(i64::from(self.settings.age_minutes));
        let newest = (now - age).as_second();
        let is_due = |object: &&Listed| {
            let is_folder = object.size == 0 && object.key.ends_with('/');
            object.written <= newest && !is_folder && !self.store.is_ours(self.bucket, &object.key)
        };
        let due: Vec<&Listed> = listed.iter().filter(is_due).collect();
        let named: Vec<_> = due
            .iter()
            .map(|object| (object.key.as_str(), object.etag.as_deref()))
            .collect();
        let new = self.ledger.unprocessed(self.bucket, &named).await?;
        let mut new = new.into_iter().peekable();
        // Both are in the order of the listing.
        let mut is_new = |object: &&Listed| new.next_if(|key| *key == object.key).is_some();
        Ok(due.into_iter().filter(|object| is_new(object)).collect())
    }

    async fn enqueue(&self, object: &Listed) -> Result<(), Fault> {
        let notice = json!({"bucket": self.bucket, "key": object.key, "etag": object.etag, "size": object.size});
        let body = notice.to_string();
        Ok(self.mailbox.put(UPLOADS, body.as_bytes()).await?)
    }
}
