//! One reader child as its parent sees it: started, asked, and buried with a reason.
//!
//! In: requests with a deadline. Out: replies, or the reason why there will be none.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rlimit::Resource;

use super::child;
use super::limits::ReaderSettings;
use super::protocol::{Reply, Request, receive, send};
use super::sandbox::OUT_OF_MEMORY_EXIT;
use crate::fault::{Fault, RejectReason};

/// How long a child may take to load its engines: 0.4 s on an idle machine, far longer on one that is out of breath.
const START: Duration = Duration::from_secs(60);

/// A running reader child. Dropping it kills the child.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    socket: UnixStream,
    /// Ends when the child does, with the last of what it wrote to standard error.
    last_words: Option<JoinHandle<Vec<u8>>>,
}

impl Process {
    /// Starts a child and waits until its engines are loaded and its doors closed.
    pub(super) fn spawn(settings: &ReaderSettings) -> Result<Self, Fault> {
        const WHAT: &str = "starting a reader child";
        let mut process = Self::run(settings).map_err(|error| Fault::retry(WHAT, error))?;
        let request = Request::Start(Box::new(settings.clone()));
        match process.ask(&request, &[], START) {
            Ok((Reply::Ready(_), _)) => Ok(process),
            Ok((Reply::Unable(why), _)) => Err(Fault::fatal(WHAT, why)),
            Ok(_) => Err(Fault::fatal(WHAT, "the child speaks another language")),
            Err(reason) => Err(Fault::fatal(WHAT, reason)),
        }
    }

    fn run(settings: &ReaderSettings) -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        let mut child = Command::new(&settings.program)
            .arg(child::ARGUMENT)
            .env_clear()
            // Must be set before the program starts: Tesseract's OpenMP threads spin and cost five to ten times as much.
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            // A pipe, never a file: a write to a file beyond RLIMIT_FSIZE would kill the child with another signal.
            .stderr(Stdio::piped())
            // Ctrl-C reaches all of a terminal's foreground group; a child that died of it would look like a crashed parser.
            .process_group(0)
            .spawn()?;
        let last_words = child.stderr.take().map(drain).transpose()?;
        Ok(Self {
            child,
            socket,
            last_words,
        })
    }

    /// Sends a request and waits for the reply. An error is final: the child is dead, for the reason given.
    pub(super) fn ask(
        &mut self,
        request: &Request,
        blob: &[&[u8]],
        within: Duration,
    ) -> Result<(Reply, Vec<u8>), RejectReason> {
        self.allow_cpu(within);
        let mut wire = DeadlineStream {
            socket: &self.socket,
            until: Instant::now() + within,
        };
        send(&mut wire, request, blob)
            .and_then(|()| receive(&mut wire))
            .map_err(|error| self.bury(&error))
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the child still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Bytes of the child in memory; 0 when it is gone.
    pub(super) fn resident_bytes(&self) -> u64 {
        const PAGE: u64 = 4096;
        let statm = self.proc_file("statm").unwrap_or_default();
        let pages = statm.split_whitespace().nth(1);
        pages.and_then(|pages| pages.parse().ok()).unwrap_or(0) * PAGE
    }

    /// Ends the child even if the parent, whose deadline it overran, cannot: its CPU time is limited as well.
    fn allow_cpu(&self, within: Duration) {
        let (Ok(id), Some(used)) = (i32::try_from(self.id()), self.cpu_seconds()) else {
            return;
        };
        let soft = used + within.as_secs() + 2;
        let limit = Some((soft, rlimit::INFINITY));
        if let Err(error) = rlimit::prlimit(id, Resource::CPU, limit, None) {
            tracing::debug!(%error, "the CPU time of a reader child could not be limited");
        }
    }

    /// CPU seconds that the child has used so far, from /proc/ID/stat (utime and stime, in ticks of 10 ms).
    fn cpu_seconds(&self) -> Option<u64> {
        const TICKS_PER_SECOND: u64 = 100;
        let stat = self.proc_file("stat")?;
        // The second field, the program's name in brackets, may hold spaces.
        let (_, fields) = stat.rsplit_once(')')?;
        let mut times = fields.split_whitespace().skip(11);
        let user: u64 = times.next()?.parse().ok()?;
        let system: u64 = times.next()?.parse().ok()?;
        Some((user + system) / TICKS_PER_SECOND)
    }

    fn proc_file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.id())).ok()
    }

    /// Ends the child after a failed exchange and says why there will be no reply.
    fn bury(&mut self, error: &io::Error) -> RejectReason {
        let status = self.end();
        let last_words = self.last_words.take().and_then(|thread| thread.join().ok());
        let last_words = String::from_utf8_lossy(last_words.as_deref().unwrap_or_default());
        tracing::debug!(%error, ?status, %last_words, "a reader child died");
        let is = |kinds: &[io::ErrorKind]| kinds.contains(&error.kind());
        if is(&[io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut]) {
            return RejectReason::TimedOut;
        }
        match status {
            Some(status) if !is(&[io::ErrorKind::InvalidData]) => reason_of(status, &last_words),
            _ => RejectReason::ParserCrashed,
        }
    }

    /// A child that is already ending keeps the status that it ends with.
    fn end(&mut self) -> Option<ExitStatus> {
        if let Err(error) = self.child.kill() {
            tracing::debug!(%error, "a reader child could not be killed");
        }
        self.child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Reads standard error to its end, so that the child never blocks on it, and keeps the last of it.
fn drain(mut stderr: impl Read + Send + 'static) -> io::Result<JoinHandle<Vec<u8>>> {
    const KEPT: usize = 4096;
    std::thread::Builder::new()
        .name("reader-stderr".to_owned())
        .spawn(move || {
            let mut kept = Vec::new();
            let mut chunk = [0; KEPT];
            while let Ok(length @ 1..) = stderr.read(&mut chunk) {
                kept.extend_from_slice(chunk.get(..length).unwrap_or_default());
                let surplus = kept.len().saturating_sub(KEPT);
                kept.drain(..surplus);
            }
            kept
        })
}

/// Why a child died by itself. SIGKILL, which the parent did not send, is the kernel out of memory; the two phrases are
/// what Rust and C++ say when an allocation too large for what is left fails.
fn reason_of(status: ExitStatus, last_words: &str) -> RejectReason {
    let spoke_of_memory = ["memory allocation of", "std::bad_alloc"]
        .iter()
        .any(|phrase| last_words.contains(phrase));
    match (status.signal(), status.code()) {
        (Some(libc::SIGXCPU), _) => RejectReason::TimedOut,
        (Some(libc::SIGKILL), _) | (_, Some(OUT_OF_MEMORY_EXIT)) => RejectReason::OutOfMemory,
        _ if spoke_of_memory => RejectReason::OutOfMemory,
        _ => RejectReason::ParserCrashed,
    }
}

/// The socket with one deadline for a whole exchange, however many reads and writes it takes.
struct DeadlineStream<'a> {
    socket: &'a UnixStream,
    until: Instant,
}

impl DeadlineStream<'_> {
    fn left(&self) -> io::Result<Option<Duration>> {
        match self.until.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Ok(Some(left)),
            _ => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Read for DeadlineStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(self.left()?)?;
        self.socket.read(buffer)
    }
}

impl Write for DeadlineStream<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(self.left()?)?;
        self.socket.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_die_has_its_reason() {
        let by_signal = |signal| ExitStatus::from_raw(signal);
        let by_code = |code: i32| ExitStatus::from_raw(code << 8);
        for (status, last_words, reason) in [
            (by_signal(libc::SIGSEGV), "", RejectReason::ParserCrashed),
            (
                by_signal(libc::SIGABRT),
                "double free",
                RejectReason::ParserCrashed,
            ),
            (
                by_signal(libc::SIGABRT),
                "terminate called after throwing an instance of 'std::bad_alloc'",
                RejectReason::OutOfMemory,
            ),
            (
                by_signal(libc::SIGABRT),
                "memory allocation of 4294967296 bytes failed",
                RejectReason::OutOfMemory,
            ),
            (by_signal(libc::SIGKILL), "", RejectReason::OutOfMemory),
            (by_signal(libc::SIGXCPU), "", RejectReason::TimedOut),
            (by_code(OUT_OF_MEMORY_EXIT), "", RejectReason::OutOfMemory),
            (
                by_code(101),
                "thread 'main' panicked",
                RejectReason::ParserCrashed,
            ),
        ] {
            assert_eq!(
                reason_of(status, last_words),
                reason,
                "{status} {last_words}"
            );
        }
    }
}
