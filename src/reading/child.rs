//! The reader child: loads its engines, closes the doors, then answers one request after the other until the parent
//! hangs up. Everything that parses hostile bytes runs here.
//!
//! In: requests on standard input, which is a socket. Out: replies on the same socket.

#![expect(
    unsafe_code,
    reason = "prctl and close_range have no safe wrapper among the dependencies"
)]

use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use image::GrayImage;

use super::engines::Engines;
use super::limits::{Limits, ReaderSettings};
use super::protocol::{FileKind, MAX_BLOB, Opened, RawPage, Reply, Request, Size, receive, send};
use super::sandbox::{self, SandboxReport};
use super::upload::Upload;
use crate::document::PageNumber;
use crate::fault::RejectReason;

/// First argument that makes this program a reader child.
pub const ARGUMENT: &str = "reader-child";
/// Second argument that makes a reader child try its doors and print what it found.
pub(super) const SELF_TEST: &str = "--self-test-sandbox";

/// Runs this process as a reader child. `main` calls it when the first argument is [`ARGUMENT`].
#[must_use]
pub fn main() -> ExitCode {
    let outcome = if std::env::args().nth(2).as_deref() == Some(SELF_TEST) {
        print_self_test()
    } else {
        serve()
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The parent keeps the last words of a child for its debug log.
            drop(writeln!(io::stderr(), "{error}"));
            ExitCode::FAILURE
        }
    }
}

fn print_self_test() -> Result<(), String> {
    let report = sandbox::self_test()?;
    let report = serde_json::to_string(&report).map_err(|error| error.to_string())?;
    writeln!(io::stdout(), "{report}").map_err(|error| error.to_string())
}

fn serve() -> Result<(), String> {
    let mut socket = take_socket().map_err(|error| format!("taking over the socket: {error}"))?;
    let Ok((Request::Start(settings), _)) = receive(&mut socket) else {
        return Err("a reader child is started by its parent, never by hand".to_owned());
    };
    let (engines, report) = match get_ready(&settings) {
        Ok(ready) => ready,
        Err(why) => {
            return send(&mut socket, &Reply::Unable(why), &[]).map_err(|error| error.to_string());
        }
    };
    let mut child = Child {
        engines,
        limits: settings.limits,
        upload: None,
    };
    let mut reply = (Reply::Ready(report), Vec::new());
    loop {
        send(&mut socket, &reply.0, &[&reply.1]).map_err(|error| error.to_string())?;
        let Ok((request, blob)) = receive(&mut socket) else {
            return Ok(()); // The parent hung up.
        };
        reply = child
            .answer(request, blob)
            .unwrap_or_else(|reason| (Reply::Refused(reason), Vec::new()));
    }
}

/// Takes the socket from standard input, lets go of every other file, and dies with the parent.
fn take_socket() -> io::Result<UnixStream> {
    // SAFETY: both calls only change this process; nothing but the standard streams is open yet.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0);
    }
    io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map(UnixStream::from)
}

/// Loads and warms the engines, which still need files, then closes the doors.
fn get_ready(settings: &ReaderSettings) -> Result<(Engines, SandboxReport), String> {
    let mut engines = Engines::load(settings)?;
    engines.warm_up()?;
    let memory_mb = settings.limits.reader_memory_mb;
    sandbox::name_memory_deaths(memory_mb);
    let report = sandbox::close_doors(memory_mb)?;
    if report.is_closed() || settings.allow_unsandboxed {
        Ok((engines, report))
    } else {
        Err(format!(
            "this kernel cannot lock a reader child in (Landlock {:?}, seccomp {:?}): use a kernel with both, \
             or set reader.allow_unsandboxed = true to parse uploads without protection",
            report.landlock, report.seccomp
        ))
    }
}

struct Child {
    engines: Engines,
    limits: Limits,
    upload: Option<Upload>,
}

type Answer = Result<(Reply, Vec<u8>), RejectReason>;

impl Child {
    fn answer(&mut self, request: Request, blob: Vec<u8>) -> Answer {
        match request {
            Request::Open => self.open(blob),
            Request::Page(number) => self.page(number),
            Request::ReadLines(sizes) => self.read_lines(&sizes, &blob),
            Request::ReadPage(size) => self.read_page(size, blob),
            Request::Cut(pages) => self.cut(&pages),
            // The parent starts a child once; a second start would be a fault of the parent.
            Request::Start(_) => Err(RejectReason::ParserCrashed),
        }
    }

    fn open(&mut self, bytes: Vec<u8>) -> Answer {
        self.upload = None;
        let kind = FileKind::of(&bytes).ok_or(RejectReason::UnsupportedType)?;
        let upload = Upload::open(bytes, kind, &self.engines, &self.limits)?;
        let pages = upload.pages();
        self.upload = Some(upload);
        Ok((Reply::Opened(Opened { pages, kind }), Vec::new()))
    }

    fn page(&mut self, number: PageNumber) -> Answer {
        let upload = self.upload.as_mut().ok_or(RejectReason::Empty)?;
        let RawPage {
            image,
            text,
            drawings,
            barcodes,
        } = upload.page(number, &self.engines)?;
        let reply = Reply::Page {
            size: Size::of(&image),
            text,
            drawings,
            barcodes,
        };
        Ok((reply, image.into_raw()))
    }

    fn read_lines(&mut self, sizes: &[Size], pixels: &[u8]) -> Answer {
        let mut rest = pixels;
        let mut readings = Vec::with_capacity(sizes.len());
        for size in sizes {
            let length = usize::try_from(size.pixels()).map_err(|_| RejectReason::TooManyPixels)?;
            let (line, after) = rest
                .split_at_checked(length)
                .ok_or(RejectReason::ParserCrashed)?;
            readings.push(self.engines.tesseract.line(&gray(*size, line.to_vec())?));
            rest = after;
        }
        Ok((Reply::Lines(readings), Vec::new()))
    }

    fn read_page(&mut self, size: Size, pixels: Vec<u8>) -> Answer {
        let words = self.engines.tesseract.page(&gray(size, pixels)?);
        Ok((Reply::Words(words), Vec::new()))
    }

    fn cut(&mut self, pages: &[PageNumber]) -> Answer {
        let upload = self.upload.as_mut().ok_or(RejectReason::Empty)?;
        let pdf = upload.cut(pages, &self.engines)?;
        if pdf.len() as u64 > MAX_BLOB {
            return Err(RejectReason::OutOfMemory);
        }
        Ok((Reply::Cut, pdf))
    }
}

fn gray(size: Size, pixels: Vec<u8>) -> Result<GrayImage, RejectReason> {
    GrayImage::from_raw(size.0, size.1, pixels).ok_or(RejectReason::ParserCrashed)
}
