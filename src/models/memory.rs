//! Memory that models leave behind: the allocator keeps what was freed, in pieces, and would keep more with every swap.

#![expect(
    unsafe_code,
    reason = "mallopt and malloc_trim have no safe wrapper among the dependencies"
)]

/// What is at least so large is mapped on its own and goes back to the system as it is freed. glibc would raise this by itself, up to
/// 32 MiB, and weights and pages would leave holes among small things. Measured over 100 swaps, the least of
/// twenty (`tests/swaps.rs`): 106 to 127 MiB without, 103 to 103 MiB with it; reading the fixtures takes one second in a hundred longer in the kernel.
#[cfg(target_env = "gnu")]
const MAPPED_ON_ITS_OWN: libc::c_int = 1 << 20;

/// Gives free memory back to the system when it is dropped. As the last field of what holds models it does so once these are gone.
#[derive(Debug)]
pub(super) struct GivenBack(());

impl GivenBack {
    pub(super) fn in_the_end() -> Self {
        #[cfg(target_env = "gnu")]
        // SAFETY: it changes where later allocations come from, none that exists.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_ON_ITS_OWN);
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
