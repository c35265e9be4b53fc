//! The `countersign` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A child is this program again; it must not do anything before its doors are closed.
    let first = std::env::args_os().nth(1);
    match first.as_deref().and_then(std::ffi::OsStr::to_str) {
        Some(countersign::reading::child::ARGUMENT) => countersign::reading::child::main(),
        Some(countersign::models::check::child::ARGUMENT) => {
            countersign::models::check::child::main()
        }
        _ => countersign::cli::main(),
    }
}
