//! The doors of a reader child: once closed, it can compute and answer, and nothing else.
//!
//! In: the memory that the child may use. Out: what the kernel enforces. Refuses to go on where Landlock or seccomp is
//! missing, unless the settings allow it.

mod memory;
mod self_test;

use std::collections::BTreeMap;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope,
};
use rlimit::Resource;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use serde::{Deserialize, Serialize};

pub use memory::OUT_OF_MEMORY_EXIT;
pub(super) use memory::name_memory_deaths;
pub use self_test::probe_sandbox;
pub(super) use self_test::self_test;

/// How far the kernel locks a reader child in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxReport {
    /// No files, no network, no signals to others.
    pub landlock: Enforcement,
    /// Only the system calls that parsing needs.
    pub seccomp: Enforcement,
    /// What the self test could do although it must not; empty unless a test was asked for and failed.
    pub open_doors: Vec<String>,
}

impl SandboxReport {
    /// Whether both locks hold and no door was found open.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.landlock != Enforcement::Missing
            && self.seccomp != Enforcement::Missing
            && self.open_doors.is_empty()
    }
}

/// How much of a lock the kernel knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// All of it.
    Full,
    /// An older part of it; for Landlock files, but not network or signals (seccomp denies those as well).
    Partial,
    /// Nothing.
    Missing,
}

/// Closes the doors of this process for good: limits, Landlock, seccomp, in this order because each closes the way to
/// the one before. Says what the kernel enforces; the caller decides whether that is enough.
pub(super) fn close_doors(memory_mb: u64) -> Result<SandboxReport, String> {
    limit_resources(memory_mb).map_err(|error| format!("setting resource limits: {error}"))?;
    let landlock = restrict_files_and_network(&[]).unwrap_or(Enforcement::Missing);
    let seccomp = match restrict_system_calls() {
        Ok(()) => Enforcement::Full,
        Err(_) => Enforcement::Missing,
    };
    Ok(SandboxReport {
        landlock,
        seccomp,
        open_doors: Vec::new(),
    })
}

/// Takes limits upon this process for good, for work that still opens files: `memory_mb` of address space, no network, and of the file system only
/// the folders in `readable`, to read. Where the kernel lacks Landlock the limit on memory stands alone.
///
/// # Errors
/// A limit could not be set.
pub fn limit_to(readable: &[&Path], memory_mb: u64) -> Result<(), String> {
    let memory = memory_mb << 20;
    let limited = Resource::AS
        .set(memory, memory)
        .and_then(|()| Resource::FSIZE.set(0, 0))
        .and_then(|()| Resource::CORE.set(0, 0));
    limited.map_err(|error| format!("setting resource limits: {error}"))?;
    name_memory_deaths(memory_mb);
    // An older kernel without Landlock: memory and time are limited all the same.
    drop(restrict_files_and_network(readable));
    Ok(())
}

/// File descriptors that a child needs: three standard streams and the socket; the rest is spare.
const OPEN_FILES: u64 = 16;

fn limit_resources(memory_mb: u64) -> std::io::Result<()> {
    let memory = memory_mb << 20;
    Resource::AS.set(memory, memory)?;
    Resource::FSIZE.set(0, 0)?;
    Resource::CORE.set(0, 0)?;
    Resource::NOFILE.set(OPEN_FILES, OPEN_FILES)?;
    Resource::NPROC.set(0, 0)
}

/// Denies all that the newest Landlock known here can deny, but reading what lies in some folders; an older kernel denies what it knows.
fn restrict_files_and_network(readable: &[&Path]) -> Result<Enforcement, landlock::RulesetError> {
    let read = AccessFs::from_read(ABI::V6);
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V6))?
        .handle_access(AccessNet::from_all(ABI::V6))?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?
        .create()?
        .add_rules(landlock::path_beneath_rules(readable, read))?
        .restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Enforcement::Full,
        RulesetStatus::PartiallyEnforced => Enforcement::Partial,
        RulesetStatus::NotEnforced => Enforcement::Missing,
    })
}

/// System calls that a parser needs whatever their arguments: memory, time, its own socket, its own signals.
const HARMLESS_CALLS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_recvmsg,
    libc::SYS_sendmsg,
    libc::SYS_ppoll,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_rseq,
    libc::SYS_set_robust_list,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_sysinfo,
    libc::SYS_getrusage,
    libc::SYS_uname,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
];

/// Everything but the list fails with EPERM, so that a library that tries a forbidden extra goes on without it.
fn restrict_system_calls() -> Result<(), Box<dyn std::error::Error>> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = HARMLESS_CALLS
        .iter()
        .map(|call| (*call, Vec::new()))
        .collect();
    let not_executable = only_if(2, SeccompCmpOp::MaskedEq(bits(libc::PROT_EXEC)), 0)?;
    rules.insert(libc::SYS_mmap, not_executable.clone());
    rules.insert(libc::SYS_mprotect, not_executable);
    // Reading a limit is harmless, setting one is not: the third argument is the new limit.
    rules.insert(libc::SYS_prlimit64, only_if(2, SeccompCmpOp::Eq, 0)?);
    // abort() and raise() send a signal to this very process.
    let own_id = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, only_if(0, SeccompCmpOp::Eq, own_id)?);
    let filter: BpfProgram = SeccompFilter::new(
        rules,
        SeccompAction::Errno(bits(libc::EPERM).try_into()?),
        SeccompAction::Allow,
        TargetArch::try_from(std::env::consts::ARCH)?,
    )?
    .try_into()?;
    Ok(seccompiler::apply_filter_all_threads(&filter)?)
}

fn only_if(
    argument: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, operator, value)?;
    Ok(vec![SeccompRule::new(vec![condition])?])
}

fn bits(flags: i32) -> u64 {
    u64::from(flags.unsigned_abs())
}
