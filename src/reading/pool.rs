//! A reader: one warm child, replaced when it dies, overruns or grows old. Each slot owns one.
//!
//! In: the bytes of an upload. Out: its pages, the text of lines, cut-out documents. Refuses what
//! [`RejectReason`] names; whatever an upload does to the child, the same reader serves the next one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use image::GrayImage;

use super::Word;
use super::limits::ReaderSettings;
use super::process::Process;
use super::protocol::{LineReading, Opened, RawPage, Reply, Request, Size};
use crate::document::PageNumber;
use crate::fault::{Fault, RejectReason};

/// How many children this program has started.
static STARTED: AtomicU64 = AtomicU64::new(0);

/// How many reader children this program has started; beyond one a slot, others died or grew old.
#[must_use]
pub fn children_started() -> u64 {
    STARTED.load(Ordering::Relaxed)
}

/// Lines that Tesseract reads per request; at 0.05 to 0.1 s a line, far from the deadline of one request.
const LINES_PER_REQUEST: usize = 16;

/// One warm, sandboxed reader child. May be moved between threads, but the thread that started the child must live for as
/// long as an upload is open: the kernel ties the child's life to it.
#[derive(Debug)]
pub struct Reader {
    settings: ReaderSettings,
    /// `None` after a death, until the next upload is opened.
    process: Option<Process>,
    /// Uploads that this child has opened.
    documents: u32,
    /// Time left for parsing the open upload, or why there is none.
    open: Result<Duration, RejectReason>,
}

impl Reader {
    /// Starts a reader child and waits until it is warm (about 0.4 s). [`Fault::Fatal`] where the settings are wrong or the
    /// kernel cannot lock the child in.
    pub fn spawn(settings: &ReaderSettings) -> Result<Self, Fault> {
        Ok(Self {
            process: Some(start(settings)?),
            settings: settings.clone(),
            documents: 0,
            open: Err(RejectReason::Empty),
        })
    }

    /// Opens an upload and closes the one before. [`Fault::Reject`] where it is empty, too large, of no known type, encrypted,
    /// damaged beyond opening or has too many pages.
    pub fn open(&mut self, bytes: &[u8]) -> Result<Opened, Fault> {
        let opened = self.try_open(bytes);
        if let Err(Fault::Reject(reason)) = &opened {
            self.open = Err(*reason);
        }
        opened
    }

    fn try_open(&mut self, bytes: &[u8]) -> Result<Opened, Fault> {
        let limits = &self.settings.limits;
        if bytes.is_empty() {
            return Err(RejectReason::Empty.into());
        }
        if bytes.len() as u64 > limits.bytes {
            return Err(RejectReason::TooLarge.into());
        }
        self.open = Ok(seconds(limits.document_seconds));
        self.replace_worn_child()?;
        self.documents += 1;
        match self.parse(&Request::Open, &[bytes])? {
            (Reply::Opened(opened), _) if opened.pages > 0 => Ok(opened),
            _ => Err(self.distrust()),
        }
    }

    /// Draws a page of the open upload, with its text layer, drawings and bar codes.
    pub fn page(&mut self, number: PageNumber) -> Result<RawPage, Fault> {
        let (reply, blob) = self.parse(&Request::Page(number), &[])?;
        if let Reply::Page {
            size,
            text,
            drawings,
            barcodes,
        } = reply
            && let Some(image) = GrayImage::from_raw(size.0, size.1, blob)
            && size.pixels() > 0
        {
            return Ok(RawPage {
                image,
                text,
                drawings,
                barcodes,
            });
        }
        Err(self.distrust())
    }

    /// Reads pictures of single lines with Tesseract; one reading per picture, in the same order.
    pub fn read_lines(&mut self, lines: &[GrayImage]) -> Result<Vec<LineReading>, Fault> {
        let mut readings = Vec::with_capacity(lines.len());
        for some in lines.chunks(LINES_PER_REQUEST) {
            let sizes = some.iter().map(Size::of).collect();
            let pixels: Vec<&[u8]> = some.iter().map(|line| line.as_raw().as_slice()).collect();
            match self.read(&Request::ReadLines(sizes), &pixels)? {
                (Reply::Lines(some_readings), _) if some_readings.len() == some.len() => {
                    readings.extend(some_readings);
                }
                _ => return Err(self.distrust()),
            }
        }
        Ok(readings)
    }

    /// Reads a whole upright page with Tesseract, in reading order; the engine of last resort.
    pub fn read_page(&mut self, image: &GrayImage) -> Result<Vec<Word>, Fault> {
        match self.read(&Request::ReadPage(Size::of(image)), &[image.as_raw()])? {
            (Reply::Words(words), _) => Ok(words),
            _ => Err(self.distrust()),
        }
    }

    /// Cuts pages out of the open upload as a PDF, without loss: PDF pages keep their content, JPEG data stays as it is, other
    /// pictures are packed without loss.
    pub fn cut(&mut self, pages: &[PageNumber]) -> Result<Vec<u8>, Fault> {
        match self.parse(&Request::Cut(pages.to_vec()), &[])? {
            (Reply::Cut, pdf) => Ok(pdf),
            _ => Err(self.distrust()),
        }
    }

    /// Memory that the child holds now, in bytes; 0 between a death and the next upload.
    #[must_use]
    pub fn resident_bytes(&self) -> u64 {
        self.process.as_ref().map_or(0, Process::resident_bytes)
    }

    /// Process id of the child, while there is one.
    #[must_use]
    pub fn child_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// A request that runs parsers on the upload: its time counts against the document's.
    fn parse(&mut self, request: &Request, blob: &[&[u8]]) -> Result<(Reply, Vec<u8>), Fault> {
        let left = self.open?;
        let start = Instant::now();
        let within = left.min(seconds(self.settings.limits.page_seconds));
        let reply = self.ask(request, blob, within);
        self.open = self.open.map(|_| left.saturating_sub(start.elapsed()));
        reply
    }

    /// A request that reads a picture which was drawn here, of bounded size.
    fn read(&mut self, request: &Request, blob: &[&[u8]]) -> Result<(Reply, Vec<u8>), Fault> {
        let within = seconds(self.settings.limits.page_seconds);
        self.ask(request, blob, within)
    }

    fn ask(
        &mut self,
        request: &Request,
        blob: &[&[u8]],
        within: Duration,
    ) -> Result<(Reply, Vec<u8>), Fault> {
        let Some(process) = self.process.as_mut() else {
            let reason = self.open.err().unwrap_or(RejectReason::ParserCrashed);
            return Err(reason.into());
        };
        match process.ask(request, blob, within) {
            Ok((Reply::Refused(reason), _)) => Err(reason.into()),
            Ok(reply) => Ok(reply),
            Err(reason) => Err(self.lose(reason)),
        }
    }

    /// The child answered with something else than was asked for: the upload has taken it over.
    fn distrust(&mut self) -> Fault {
        self.lose(RejectReason::ParserCrashed)
    }

    fn lose(&mut self, reason: RejectReason) -> Fault {
        self.process = None;
        self.open = Err(reason);
        reason.into()
    }

    fn replace_worn_child(&mut self) -> Result<(), Fault> {
        let limits = &self.settings.limits;
        let fit = self.documents < limits.recycle_documents
            && self.resident_bytes() < limits.recycle_resident_mb << 20
            && self.process.as_mut().is_some_and(Process::is_alive);
        if !fit {
            self.process = None;
            self.process = Some(start(&self.settings)?);
            self.documents = 0;
        }
        Ok(())
    }
}

fn start(settings: &ReaderSettings) -> Result<Process, Fault> {
    STARTED.fetch_add(1, Ordering::Relaxed);
    Process::spawn(settings)
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(count.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_can_be_moved_to_the_thread_of_its_slot() {
        fn is_send<T: Send>() {}
        is_send::<Reader>();
    }
}
