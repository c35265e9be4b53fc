//! Slots: the threads that read uploads, one reader child each, with the models that each upload brings.
//!
//! In: bytes. Out: what [`Slot::read`] makes of them. A slot is opened when its first upload comes, on the thread that keeps
//! it: a reader child dies with the thread that started it. A panic costs its upload and its slot, never the program.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use crate::fault::{Fault, RejectReason};
use crate::pipeline::{ReadUpload, Slot, ToRead};
use crate::settings::Settings;

/// What a slot is to do, and where the result goes.
enum Job {
    /// To be opened, if it is not.
    Open(oneshot::Sender<Result<(), Fault>>),
    /// To read an upload.
    Read {
        upload: ToRead,
        reply: oneshot::Sender<Result<ReadUpload, Fault>>,
    },
}

/// A handle to the slots; dropping it waits until their threads have finished what they have in hand and their reader children
/// are gone.
#[derive(Debug)]
pub struct Slots {
    /// Taken when the slots end, which tells the threads so.
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Slots {
    /// Starts `settings.slots` threads; each opens its slot when its first upload comes.
    #[must_use]
    pub fn start(settings: &Settings) -> Self {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        let start = |_| {
            let (settings, queue) = (settings.clone(), Arc::clone(&queue));
            thread::spawn(move || serve(&settings, &queue))
        };
        Self {
            jobs: Some(jobs),
            threads: (0..settings.slots).map(start).collect(),
        }
    }

    /// Opens the slots before their first uploads come.
    ///
    /// # Errors
    /// As [`Slot::open`].
    pub async fn warm_up(&self) -> Result<(), Fault> {
        let gone = || Fault::fatal("opening a slot", "the slot's thread has ended");
        let mut results = Vec::new();
        for _ in &self.threads {
            let (reply, result) = oneshot::channel();
            let jobs = self.jobs.as_ref().ok_or_else(gone)?;
            jobs.send(Job::Open(reply)).map_err(|_| gone())?;
            results.push(result);
        }
        for result in results {
            result.await.map_err(|_| gone())??;
        }
        Ok(())
    }

    /// Reads an upload on the next free slot.
    ///
    /// # Errors
    /// As [`Slot::read`] and [`Slot::open`].
    pub async fn read(&self, upload: ToRead) -> Result<ReadUpload, Fault> {
        let gone = || Fault::fatal("reading an upload", "the slot's thread has ended");
        let (reply, result) = oneshot::channel();
        let job = Job::Read { upload, reply };
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).map_err(|_| gone())?;
        result.await.map_err(|_| gone())?
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("the thread of a slot panicked");
            }
        }
    }
}

fn serve(settings: &Settings, queue: &Mutex<Receiver<Job>>) {
    let mut slot = None;
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let (upload, reply) = match job {
            Err(_) => return,
            Ok(Job::Open(reply)) => {
                let opened = opened(&mut slot, settings).map(drop);
                // Whoever asked may have stopped meanwhile.
                drop(reply.send(opened));
                continue;
            }
            Ok(Job::Read { upload, reply }) => (upload, reply),
        };
        // The program is ending: what nobody waits for is not begun.
        if reply.is_closed() {
            continue;
        }
        let work = || opened(&mut slot, settings)?.read(upload);
        let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
            tracing::error!("a stage panicked on an upload; its slot is opened anew");
            Err(RejectReason::ParserCrashed.into())
        });
        if matches!(result, Err(Fault::Reject(RejectReason::ParserCrashed))) {
            slot = None;
        }
        if reply.send(result).is_err() {
            tracing::warn!("nobody waits for an upload any more");
        }
    }
}

fn opened<'a>(slot: &'a mut Option<Slot>, settings: &Settings) -> Result<&'a mut Slot, Fault> {
    Ok(match slot {
        Some(slot) => slot,
        None => slot.insert(Slot::open(settings)?),
    })
}
