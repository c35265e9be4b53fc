//! Tells a death by lack of memory from a crash: parsers in C and C++ abort, trap or fault when an allocation fails,
//! and the parent would see no difference.

#![expect(
    unsafe_code,
    reason = "signal handlers and the memory probe are system calls without a safe wrapper"
)]

use std::ffi::c_int;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Exit code of a child that died because its memory was used up. No other part of the child exits with it.
pub const OUT_OF_MEMORY_EXIT: i32 = 86;

/// Bytes that must still be free for a death to count as a crash.
static PROBE: AtomicUsize = AtomicUsize::new(0);

/// From now on a fatal signal ends this process with [`OUT_OF_MEMORY_EXIT`] where less than a quarter of `memory_mb` could
/// still be had, else as it always would.
pub(in crate::reading) fn name_memory_deaths(memory_mb: u64) {
    let quarter = usize::try_from(memory_mb << 18).unwrap_or(usize::MAX);
    PROBE.store(quarter, Ordering::Relaxed);
    for signal in [
        libc::SIGABRT,
        libc::SIGTRAP,
        libc::SIGILL,
        libc::SIGSEGV,
        libc::SIGBUS,
    ] {
        // SAFETY: the struct is plain data for which all zeros is valid; the handler only makes calls that are safe in a
        // signal handler; SA_ONSTACK uses the alternate stack that Rust's runtime set up for the main thread.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            let handler: extern "C" fn(c_int) = on_fatal_signal;
            action.sa_sigaction = handler as libc::sighandler_t;
            action.sa_flags = libc::SA_ONSTACK;
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

extern "C" fn on_fatal_signal(signal: c_int) {
    // SAFETY: mmap, _exit, signal and raise are async-signal-safe; the mapping is never touched.
    unsafe {
        let probe = libc::mmap(
            std::ptr::null_mut(),
            PROBE.load(Ordering::Relaxed),
            libc::PROT_NONE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        );
        if probe == libc::MAP_FAILED {
            libc::_exit(OUT_OF_MEMORY_EXIT);
        }
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}
