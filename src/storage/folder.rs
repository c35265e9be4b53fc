//! Uploads and cut-out documents in a folder.
//!
//! In: a path or the bytes of a document. Out: bytes, or where the document lies. Both calls block; async callers wrap
//! them. Uploads come from strangers: a pipe or a device under an upload's name must neither be read nor block the reader.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Location, StorageError, shelved};

/// The bucket name of local files.
pub const FILE_BUCKET: &str = "file";

/// Reads a plain file of at most `limit` bytes; symbolic links to plain files are followed.
///
/// # Errors
/// [`StorageError`]; a file of exactly `limit` bytes is read.
pub fn read_capped(path: &Path, limit: u64) -> Result<Vec<u8>, StorageError> {
    let failed = |source| unread(path, source);
    // Asked before opening, because opening some devices already does something.
    refuse_special(path, &fs::metadata(path).map_err(failed)?)?;
    let file = OpenOptions::new()
        .read(true)
        // Should a pipe have taken the name meanwhile, opening it must not wait for a writer.
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
        .map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    refuse_special(path, &metadata)?;
    let mut bytes = Vec::new();
    if metadata.len() <= limit {
        bytes.reserve_exact(usize::try_from(metadata.len()).unwrap_or(0));
        // One byte more than allowed shows that the file grew past the limit while it was read.
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    }
    let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if metadata.len().max(read) > limit {
        return Err(StorageError::TooLarge {
            name: named(path),
            limit,
        });
    }
    Ok(bytes)
}

fn refuse_special(path: &Path, metadata: &fs::Metadata) -> Result<(), StorageError> {
    if metadata.is_file() {
        Ok(())
    } else {
        Err(StorageError::NotAFile(named(path)))
    }
}

/// The files under `paths`, folders searched through, in the order of their names. Hidden ones and links to folders below
/// them are passed over: a link may lead back up.
///
/// # Errors
/// When a folder cannot be listed.
pub fn files_under(paths: &[PathBuf]) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside = fs::read_dir(path)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()?;
            let links_on = |path: &Path| path.is_symlink() && path.is_dir();
            inside.retain(|path| !is_hidden(path) && !links_on(path));
            inside.sort();
            files.extend(files_under(&inside)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Stores a cut-out document (PDF) below `<data>/attachments/`. The same bytes lie at the same place, once. When this returns, the
/// file survives a power cut.
///
/// # Errors
/// [`StorageError`], with the file that failed.
pub fn store_attachment(data: &Path, pdf: &[u8]) -> Result<Location, StorageError> {
    let path = data.join("attachments").join(shelved(pdf));
    let key = path
        .to_str()
        .ok_or_else(|| StorageError::NotUtf8(named(&path)))?
        .to_owned();
    keep(&path, pdf)?;
    Ok(Location {
        bucket: FILE_BUCKET.to_owned(),
        key,
    })
}

/// Writes a file, unless it is there; folders are made.
///
/// # Errors
/// [`StorageError`].
pub(super) fn keep(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let folder = path.parent().unwrap_or(path);
    if !path.exists() {
        fs::create_dir_all(folder).map_err(|source| unstored(folder, source))?;
        write_whole(folder, path, bytes)?;
    }
    Ok(())
}

/// Writes beside the final name, then renames: the final name never shows half a file.
fn write_whole(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let temporary = temporary_name(folder);
    let written = File::create_new(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path))
        .and_then(|()| File::open(folder)?.sync_all());
    written.map_err(|source| {
        // Best effort: what failed is told below, and a leftover harms nobody.
        drop(fs::remove_file(&temporary));
        unstored(path, source)
    })
}

/// A name that no other slot and no other process uses.
fn temporary_name(folder: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    folder.join(format!(".{}-{number}.part", std::process::id()))
}

fn unread(path: &Path, source: std::io::Error) -> StorageError {
    if source.kind() == ErrorKind::NotFound {
        StorageError::NotFound(named(path))
    } else {
        unstored(path, source)
    }
}

/// Never `NotFound`: a missing data folder says nothing about the upload.
fn unstored(path: &Path, source: std::io::Error) -> StorageError {
    let name = named(path);
    if source.kind() == ErrorKind::PermissionDenied {
        StorageError::AccessDenied(name)
    } else {
        StorageError::Failed {
            name,
            source: source.into(),
        }
    }
}

fn named(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::fault::{Fault, RejectReason};

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_refused() {
        let folder = folder();
        let path = folder.path().join("scan.pdf");
        fs::write(&path, b"12345").unwrap();
        assert_eq!(read_capped(&path, 5).unwrap(), b"12345");
        let refused = read_capped(&path, 4).unwrap_err();
        assert!(matches!(refused, StorageError::TooLarge { limit: 4, .. }));
        assert!(matches!(
            Fault::from(refused),
            Fault::Reject(RejectReason::TooLarge)
        ));
    }

    #[test]
    fn a_missing_file_is_rejected_as_not_found() {
        let missing = read_capped(&folder().path().join("gone.pdf"), 10).unwrap_err();
        assert!(matches!(
            Fault::from(missing),
            Fault::Reject(RejectReason::NotFound)
        ));
    }

    #[test]
    fn pipes_devices_and_folders_are_refused_without_blocking() {
        let folder = folder();
        let pipe = folder.path().join("scan.pdf");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        for special in [pipe.as_path(), Path::new("/dev/zero"), folder.path()] {
            let refused = read_capped(special, 10);
            assert!(
                matches!(refused, Err(StorageError::NotAFile(_))),
                "{special:?}"
            );
        }
    }

    #[test]
    fn an_empty_file_is_read_as_nothing() {
        let folder = folder();
        let path = folder.path().join("empty.pdf");
        fs::write(&path, b"").unwrap();
        assert_eq!(read_capped(&path, 10).unwrap(), b"");
    }

    #[test]
    fn the_same_document_is_stored_once_and_no_part_is_left_behind() {
        let folder = folder();
        let first = store_attachment(folder.path(), b"%PDF one").unwrap();
        let again = store_attachment(folder.path(), b"%PDF one").unwrap();
        let other = store_attachment(folder.path(), b"%PDF two").unwrap();
        assert_eq!(first, again);
        assert_ne!(first, other);
        assert_eq!(first.bucket, "file");
        assert_eq!(fs::read(&first.key).unwrap(), b"%PDF one");
        let shelf = Path::new(&first.key).parent().unwrap();
        let names = fs::read_dir(shelf).unwrap().map(|e| e.unwrap().file_name());
        assert!(
            names
                .into_iter()
                .all(|n| !n.to_string_lossy().contains("part"))
        );
    }
}
