//! Sweeps: what no notice told of is enqueued all the same, since stores lose notices.
//!
//! In: a bucket. Out: a notice of our own in the queue for each object there that no notice told of. A sweep that is cut short goes on
//! where it stopped; an object that is enqueued twice gives one outcome.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::time::interval;

use crate::broker::UPLOADS;
use crate::broker::rabbitmq::Mailbox;
use crate::fault::Fault;
use crate::ledger::Ledger;
use crate::settings::SweepSettings;
use crate::storage::s3::{Listed, S3};

/// The lease of whoever sweeps.
const CHORE: &str = "sweep";

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
    /// Knows what was told of.
    pub ledger: &'a Ledger,
    /// Where notices go.
    pub mailbox: &'a Mailbox,
    /// What to sweep, and how fast.
    pub settings: &'a SweepSettings,
    /// The bucket.
    pub bucket: &'a str,
    /// Whoever sweeps: one at a time.
    pub holder: &'a str,
}

impl Sweep<'_> {
    /// Goes through the bucket to its end; `None` where somebody else is at it.
    ///
    /// # Errors
    /// [`Fault::Retry`] where store, ledger or broker fail; a sweep that is begun again goes on where this one stopped.
    pub async fn run(&self, now: Timestamp) -> Result<Option<Swept>, Fault> {
        let (bucket, prefix) = (self.bucket, self.settings.prefix.as_str());
        let mut swept = Swept::default();
        let mut after = self.ledger.sweep_position(bucket, prefix).await?;
        loop {
            if !self.is_ours().await? {
                return Ok(None);
            }
            let listed = self.store.list(bucket, prefix, after.as_deref()).await?;
            let Some(last) = listed.last() else { break };
            after = Some(last.key.clone());
            swept.listed += count(listed.len());
            let untold = self.untold(&listed, now).await?;
            // Few at a time, so that the lease is kept up.
            for some in untold.chunks(self.settings.in_five_seconds()) {
                if !self.is_ours().await? {
                    return Ok(None);
                }
                self.enqueue(some).await?;
            }
            swept.enqueued += count(untold.len());
            self.ledger
                .note_sweep(bucket, prefix, after.as_deref())
                .await?;
        }
        self.ledger.note_sweep(bucket, prefix, None).await?;
        self.ledger.leave_chore(CHORE, self.holder).await?;
        Ok(Some(swept))
    }

    async fn is_ours(&self) -> Result<bool, Fault> {
        let now = Timestamp::now();
        Ok(self.ledger.take_chore(CHORE, self.holder, now).await?)
    }

    /// Those that no notice told of, are not our own, and are old enough that their notice should have come.
    async fn untold<'l>(
        &self,
        listed: &'l [Listed],
        now: Timestamp,
    ) -> Result<Vec<&'l Listed>, Fault> {
        let age = SignedDuration::from_mins(i64::from(self.settings.age_minutes));
        let is_due = |object: &&Listed| {
            let is_folder = object.size == 0 && object.key.ends_with('/');
            object.written <= now - age
                && !is_folder
                && !self.store.is_ours(self.bucket, &object.key)
        };
        let due: Vec<&Listed> = listed.iter().filter(is_due).collect();
        let named: Vec<_> = due
            .iter()
            .map(|object| (object.key.as_str(), object.written))
            .collect();
        let untold = self.ledger.untold(self.bucket, &named).await?;
        let untold: HashSet<&str> = untold.into_iter().collect();
        let is_untold = |object: &&Listed| untold.contains(object.key.as_str());
        Ok(due.into_iter().filter(is_untold).collect())
    }

    async fn enqueue(&self, objects: &[&Listed]) -> Result<(), Fault> {
        let mut pace = interval(Duration::from_secs(1) / self.settings.per_second.max(1));
        for object in objects {
            pace.tick().await;
            let notice = json!({"bucket": self.bucket, "key": object.key, "etag": object.etag, "size": object.size});
            let body = notice.to_string();
            self.mailbox.put(UPLOADS, body.as_bytes()).await?;
        }
        Ok(())
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
