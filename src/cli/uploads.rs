//! Files on their way through the worker: read on all slots at once, decided in their order.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Failure;
use crate::events::StoredEvent;
use crate::fault::Fault;
use crate::worker::{Arrival, Read, Worker};

/// Files, some of them being read.
pub(super) struct Uploads {
    worker: Arc<Worker>,
    files: std::vec::IntoIter<PathBuf>,
    waiting: VecDeque<(PathBuf, JoinHandle<Result<Read, Fault>>)>,
    slots: usize,
    stop: watch::Receiver<bool>,
}

impl Uploads {
    /// No file is begun once `stop` is true.
    pub(super) fn new(
        worker: &Arc<Worker>,
        files: Vec<PathBuf>,
        slots: usize,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            worker: Arc::clone(worker),
            files: files.into_iter(),
            waiting: VecDeque::new(),
            slots,
            stop,
        }
    }

    /// The next file and what became of it; a fault is one that this file met alone.
    ///
    /// # Errors
    /// When the worker cannot go on.
    pub(super) async fn next(
        &mut self,
    ) -> Result<Option<(PathBuf, Result<Vec<StoredEvent>, Fault>)>, Failure> {
        self.begin_more();
        let Some((path, reading)) = self.waiting.pop_front() else {
            return Ok(None);
        };
        let read = reading
            .await
            .map_err(|died| Failure::unexpected(died.to_string()))?;
        let events = match read {
            Ok(read) => self.worker.decide(read).await,
            Err(fault) => Err(fault),
        };
        match events {
            Err(fault @ Fault::Fatal { .. }) => Err(fault.into()),
            events => Ok(Some((path, events))),
        }
    }

    /// How many files were not begun.
    pub(super) fn left(&self) -> usize {
        self.files.len()
    }

    /// Two more than there are slots are in hand, so that none waits while an upload is decided.
    fn begin_more(&mut self) {
        while self.waiting.len() < self.slots + 2 && !*self.stop.borrow() {
            let Some(path) = self.files.next() else { break };
            let (worker, file) = (Arc::clone(&self.worker), path.clone());
            let reading = tokio::spawn(async move {
                match worker.read(Arrival::of_file(&file)).await {
                    // As where a model on trial failed on it, and was taken out of service.
                    Err(Fault::Retry { .. }) => worker.read(Arrival::of_file(&file)).await,
                    read => read,
                }
            });
            self.waiting.push_back((path, reading));
        }
    }
}

/// Turns true at the first Ctrl-C; a second one ends the program at once, as it would have without us.
pub(super) fn stop_on_ctrl_c() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() && stop.send(true).is_ok() {
            eprintln!("finishing what is in hand; press Ctrl-C again to stop at once");
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        }
    });
    stopped
}
