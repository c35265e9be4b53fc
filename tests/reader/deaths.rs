//! What an upload may do to a reader child, and what it cannot do.

use countersign::fault::{Fault, RejectReason};
use countersign::reading::{Limits, Reader, ReaderSettings, probe_sandbox};

use super::samples::*;
use super::{first_page, number, reader, reason, settings, with_limits};

/// A reader and the process id of its child.
fn reader_with_id() -> (Reader, u32) {
    let reader = reader();
    let id = reader.child_id().unwrap();
    (reader, id)
}

fn status(id: u32, key: &str) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    line.split_whitespace().nth(1).map(str::to_owned)
}

fn is_well(reader: &mut Reader) -> bool {
    first_page(reader, &pdf(&[PdfPage::letter(&prose())])).is_ok_and(|page| page.text.is_some())
}

#[test]
fn the_doors_are_closed() {
    let report = probe_sandbox(&settings().program).unwrap();
    assert_eq!(report.open_doors, Vec::<String>::new());
    assert!(report.is_closed());
    let (_reader, id) = reader_with_id();
    assert_eq!(status(id, "Seccomp:").as_deref(), Some("2"));
    assert_eq!(status(id, "NoNewPrivs:").as_deref(), Some("1"));
    assert_eq!(
        std::fs::read_dir(format!("/proc/{id}/fd")).unwrap().count(),
        4
    );
}

#[test]
fn a_child_killed_by_a_fault_is_a_crash_and_is_replaced() {
    let (mut reader, id) = reader_with_id();
    reader.open(&pdf(&[PdfPage::letter("")])).unwrap();
    signal(id, "SEGV");
    assert_eq!(reason(reader.page(number(1))), RejectReason::ParserCrashed);
    assert_eq!(
        reason(reader.page(number(1))),
        RejectReason::ParserCrashed,
        "the upload stays lost"
    );
    assert_eq!(reader.resident_bytes(), 0);
    assert!(is_well(&mut reader));
    assert!(reader.resident_bytes() > 10 << 20);
}

#[test]
fn a_child_that_died_between_two_uploads_is_replaced_unseen() {
    let (mut reader, id) = reader_with_id();
    signal(id, "KILL");
    assert!(is_well(&mut reader));
}

fn signal(id: u32, name: &str) {
    let killed = std::process::Command::new("kill")
        .args([format!("-{name}"), id.to_string()])
        .status();
    assert!(killed.unwrap().success());
    // A signal is delivered at once, but the process ends in its own time.
    while status(id, "State").is_some_and(|state| state != "Z") {
        std::thread::yield_now();
    }
}

#[test]
fn a_page_that_takes_too_long_is_given_up() {
    let mut reader = with_limits(Limits {
        page_seconds: 1,
        ..Limits::default()
    });
    let start = std::time::Instant::now();
    assert_eq!(
        reason(first_page(&mut reader, &endless_pdf())),
        RejectReason::TimedOut
    );
    assert!(start.elapsed().as_secs() < 10);
    assert!(is_well(&mut reader));
}

#[test]
fn a_document_that_takes_too_long_is_given_up() {
    let limits = Limits {
        page_seconds: 20,
        document_seconds: 1,
        ..Limits::default()
    };
    let mut reader = with_limits(limits);
    assert_eq!(
        reason(first_page(&mut reader, &endless_pdf())),
        RejectReason::TimedOut
    );
    assert!(is_well(&mut reader));
}

#[test]
fn a_page_that_needs_too_much_memory_is_given_up_by_name() {
    let mut reader = with_limits(Limits {
        reader_memory_mb: 600,
        ..Limits::default()
    });
    // On a slow machine the deadline may come before the memory is gone.
    let given_up = reason(first_page(&mut reader, &exploding_pdf()));
    let by_name = [RejectReason::OutOfMemory, RejectReason::TimedOut];
    assert!(by_name.contains(&given_up), "{given_up:?}");
    assert!(is_well(&mut reader));
}

#[test]
fn a_child_is_replaced_after_its_share_of_uploads() {
    let mut reader = with_limits(Limits {
        recycle_documents: 2,
        ..Limits::default()
    });
    let first = reader.child_id();
    assert!(is_well(&mut reader) && is_well(&mut reader));
    assert_eq!(reader.child_id(), first);
    assert!(is_well(&mut reader));
    assert_ne!(reader.child_id(), first);
}

#[test]
fn wrong_settings_are_fatal_and_say_what_is_wrong() {
    for (wrong, hint) in [
        (
            ReaderSettings {
                pdfium: "/nonexistent/libpdfium.so".into(),
                ..settings()
            },
            "libpdfium.so",
        ),
        (
            ReaderSettings {
                language: "xyz".to_owned(),
                ..settings()
            },
            "xyz.traineddata",
        ),
    ] {
        match Reader::spawn(&wrong) {
            Err(fault @ Fault::Fatal { .. }) => {
                assert!(fault.to_string().contains(hint), "{fault}")
            }
            other => panic!("{other:?}"),
        }
    }
}
