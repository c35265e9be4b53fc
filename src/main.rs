//! The `countersign` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A reader child is this program again; it must not do anything before its doors are closed.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == countersign::reading::child::ARGUMENT)
    {
        return countersign::reading::child::main();
    }
    countersign::cli::main()
}
