//! Tries the doors: a child that closed them attempts what it must not be able to do and reports what it could.

#![expect(
    unsafe_code,
    reason = "sending a signal to the parent has no safe wrapper"
)]

use std::io;
use std::net::{TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{SandboxReport, close_doors};
use crate::fault::Fault;
use crate::reading::child;

/// Memory of the self test, in MiB.
const MEMORY_MB: u64 = 512;

/// Runs `program` as a reader child that only tries its doors. Fails where the program cannot be run.
pub fn probe_sandbox(program: &Path) -> Result<SandboxReport, Fault> {
    const WHAT: &str = "testing the sandbox of reader children";
    let output = Command::new(program)
        .args([child::ARGUMENT, child::SELF_TEST])
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Fault::fatal(WHAT, error))?;
    serde_json::from_slice(&output.stdout).map_err(|error| Fault::fatal(WHAT, error))
}

/// Closes the doors of this process and tries them.
pub(in crate::reading) fn self_test() -> Result<SandboxReport, String> {
    let mut report = close_doors(MEMORY_MB)?;
    report.open_doors = attempts()
        .into_iter()
        .filter(|(_, outcome)| !is_denied(outcome))
        .map(|(what, _)| what.to_owned())
        .collect();
    Ok(report)
}

fn attempts() -> Vec<(&'static str, io::Result<()>)> {
    vec![
        ("read a file", std::fs::read("/etc/hostname").map(drop)),
        ("list a folder", std::fs::read_dir("/").map(drop)),
        (
            "write a file",
            std::fs::write("/tmp/countersign-self-test", "x"),
        ),
        (
            "connect over TCP",
            TcpStream::connect("127.0.0.1:9").map(drop),
        ),
        (
            "open a UDP socket",
            UdpSocket::bind("127.0.0.1:0").map(drop),
        ),
        (
            "run a program",
            Command::new("/bin/true").status().map(drop),
        ),
        (
            "start a thread",
            std::thread::Builder::new().spawn(|| ()).map(drop),
        ),
        ("signal the parent", signal_parent()),
        ("exceed its memory", exceed_memory()),
    ]
}

fn signal_parent() -> io::Result<()> {
    // SAFETY: signal 0 only asks whether a signal could be sent.
    match unsafe { libc::kill(libc::getppid(), 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn exceed_memory() -> io::Result<()> {
    let bytes = usize::try_from(MEMORY_MB << 20).map_err(io::Error::other)?;
    let mut memory: Vec<u8> = Vec::new();
    memory
        .try_reserve_exact(bytes)
        .map_err(|_| io::ErrorKind::OutOfMemory.into())
}

/// A refused connection or a missing file would mean that the kernel let the attempt through.
fn is_denied(outcome: &io::Result<()>) -> bool {
    outcome.as_ref().is_err_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::OutOfMemory
        )
    })
}
