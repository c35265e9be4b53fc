//! Memory that models leave behind: the allocator keeps what was freed, in pieces, and would keep more with every swap.

#![expect(
    unsafe_code,
    reason = "mallopt and malloc_trim have no safe wrapper among the dependencies"
)]

/// What is at least so large, in bytes, is mapped on its own and goes back to the system as it is freed. glibc would raise this by itself, up
/// to 32 MiB, and weights and pages would leave holes among small things. With both settings the least memory of twenty swaps goes from 100 to
/// 102 MiB in a hundred swaps (`tests/swaps.rs`), without from 106 to 127. The price over 14 fixtures in two slots, means of three or four runs in
/// turns: 31.2 against 31.4 s of wall time, 1.8 against 1.2 s in the kernel. A quarter of this costs 33.8 s; the heaps alone cost nothing.
#[cfg(target_env = "gnu")]
const MAPPED_ON_ITS_OWN: libc::c_int = 1 << 20;

/// Heaps that threads share, for the same reason: each has holes of its own.
#[cfg(target_env = "gnu")]
const HEAPS: libc::c_int = 2;

/// Gives free memory back to the system when it is dropped. As the last field of what holds models it does so once these are gone.
#[derive(Debug)]
pub(super) struct GivenBack(());

impl GivenBack {
    pub(super) fn in_the_end() -> Self {
        #[cfg(target_env = "gnu")]
        // SAFETY: it changes where later allocations come from, none that exists.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_ON_ITS_OWN);
            libc::mallopt(libc::M_ARENA_MAX, HEAPS);
        }
        Self(())
    }
}

impl Drop for GivenBack {
    fn drop(&mut self) {
        #[cfg(target_env = "gnu")]
        // SAFETY: it changes nothing that anybody holds.
        unsafe {
            libc::malloc_trim(0);
        }
    }
}
