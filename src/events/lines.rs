//! Events as JSON lines: to a writer (standard output) or to one file a day in a folder.
//!
//! In: committed events. Out: one line each, in order. A folder's files only ever grow by whole lines; a line that a
//! power cut tore is taken back before the next one is written, because its event was never confirmed.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Sink, StoredEvent};
use crate::fault::Fault;

/// Writes one event a line and flushes.
///
/// # Errors
/// What the writer says.
pub fn write_lines(writer: &mut impl Write, events: &[StoredEvent]) -> io::Result<()> {
    for event in events {
        writeln!(writer, "{}", event.json)?;
    }
    writer.flush()
}

/// A writer that events are handed to.
#[derive(Debug)]
pub struct Writer<W>(pub W);

impl<W: Write + Send> Sink for Writer<W> {
    async fn accept(&mut self, events: &[StoredEvent]) -> Result<(), Fault> {
        write_lines(&mut self.0, events).map_err(|source| Fault::retry("writing events", source))
    }
}

/// A folder with one file of JSON lines for each UTC day of commits.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder `<data>/events`, made where it is missing.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(data: &Path) -> io::Result<Self> {
        let folder = data.join("events");
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Sink for Folder {
    async fn accept(&mut self, events: &[StoredEvent]) -> Result<(), Fault> {
        let mut days: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
        for event in events {
            let day = event.time.strftime("%Y-%m-%d.jsonl").to_string();
            let lines = days.entry(self.0.join(day)).or_default();
            lines.extend_from_slice(event.json.as_bytes());
            lines.push(b'\n');
        }
        let append_all = move || {
            days.iter()
                .try_for_each(|(path, lines)| append(path, lines))
        };
        tokio::task::spawn_blocking(append_all)
            .await
            .map_err(|died| Fault::retry("writing events", died))?
            .map_err(|source| Fault::retry("writing events", source))
    }
}

/// Appends whole lines and returns once they survive a power cut. The lock keeps two processes from taking each other's
/// unfinished line for a torn one.
fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)?;
    file.lock()?;
    take_back_torn_line(&mut file)?;
    file.write_all(lines)?;
    file.sync_all()
}

/// Cuts the file after its last line break. Most files end in one, so the end is looked at first.
fn take_back_torn_line(file: &mut File) -> io::Result<()> {
    let mut end = file.metadata()?.len();
    let whole = end;
    while end > 0 {
        let mut last = [0];
        file.seek(SeekFrom::Start(end - 1))?;
        file.read_exact(&mut last)?;
        if last == *b"\n" {
            break;
        }
        end -= 1;
    }
    if end < whole {
        file.set_len(end)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::examples;

    fn stored(seconds: i64) -> StoredEvent {
        let event = examples::raised();
        StoredEvent {
            seq: seconds,
            id: event.id,
            kind: event.kind,
            subject: event.subject.clone(),
            time: examples::at(seconds),
            published: false,
            json: serde_json::to_string(&event).unwrap(),
        }
    }

    #[tokio::test]
    async fn a_writer_gets_one_event_a_line_and_nothing_else() {
        let mut writer = Writer(Vec::new());
        let events = [stored(0), stored(1)];
        writer.accept(&events).await.unwrap();
        let text = String::from_utf8(writer.0).unwrap();
        assert_eq!(text, format!("{}\n{}\n", events[0].json, events[1].json));
    }

    #[tokio::test]
    async fn a_folder_holds_one_growing_file_a_day() {
        let data = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(data.path()).unwrap();
        folder.accept(&[stored(0), stored(1)]).await.unwrap();
        folder.accept(&[stored(2), stored(86_400)]).await.unwrap();
        let lines = |name: &str| {
            let text = fs::read_to_string(data.path().join("events").join(name)).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(lines("2026-03-14.jsonl"), vec![stored(0).json; 3]);
        assert_eq!(lines("2026-03-15.jsonl"), vec![stored(0).json; 1]);
    }

    #[tokio::test]
    async fn a_torn_line_is_taken_back_before_the_next_is_written() {
        let data = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(data.path()).unwrap();
        let path = data.path().join("events/2026-03-14.jsonl");
        for (torn, kept) in [("{\"spec", ""), ("{}\n{\"spec", "{}\n"), ("{}\n", "{}\n")] {
            fs::write(&path, torn).unwrap();
            folder.accept(&[stored(0)]).await.unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(text, format!("{kept}{}\n", stored(0).json));
        }
    }
}
