//! Memory that models leave behind: the allocator keeps what was freed, in pieces, and would keep more with every swap.

#![expect(
    unsafe_code,
    reason = "malloc_trim has no safe wrapper among the dependencies"
)]

/// Gives free memory back to the system when it is dropped. As the last field of what holds models it does so once these are gone.
#[derive(Debug)]
pub(super) struct GivenBack;

impl Drop for GivenBack {
    fn drop(&mut self) {
        #[cfg(target_env = "gnu")]
        // SAFETY: it changes nothing that anybody holds.
        unsafe {
            libc::malloc_trim(0);
        }
    }
}
