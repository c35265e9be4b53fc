//! What a worker is told of an upload.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::document::{ObjectRef, TraceParent};
use crate::intake::{Notice, NoticeHints};
use crate::shipments::matching::Hints;
use crate::storage::folder::FILE_BUCKET;

/// An upload that somebody told of.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where its bytes lie.
    pub object: ObjectRef,
    /// Whose shipments it belongs to, where that was said.
    pub tenant: Option<String>,
    /// What helps to find its shipment.
    pub hints: Hints,
    /// When it was received; when it was told of, where nobody said: no paper is younger.
    pub received_at: Timestamp,
    /// The trace that it was told of in.
    pub trace: Option<TraceParent>,
}

impl Arrival {
    /// A file of this machine.
    #[must_use]
    pub fn of_file(path: &Path) -> Self {
        let hints = Hints {
            file_name: path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned()),
            // When a file came into its folder, nobody can tell: it may be one of last year's.
            received_on: None,
            ..Hints::default()
        };
        Self {
            object: ObjectRef {
                bucket: FILE_BUCKET.to_owned(),
                key: path.display().to_string(),
                version: None,
                etag: None,
            },
            tenant: None,
            hints,
            received_at: Timestamp::now(),
            trace: None,
        }
    }

    /// An object that a notice told of.
    #[must_use]
    pub fn of_notice(notice: Notice, trace: Option<TraceParent>) -> Self {
        let NoticeHints {
            tenant,
            shipment_id,
            carrier_scac,
            received_at,
            ..
        } = notice.hints;
        let name = notice.object.key.rsplit('/').next();
        let hints = Hints {
            shipment_id,
            carrier_scac,
            file_name: name.map(str::to_owned),
            received_on: received_at.map(day),
        };
        Self {
            object: notice.object,
            tenant,
            hints,
            received_at: received_at.or(notice.at).unwrap_or_else(Timestamp::now),
            trace,
        }
    }

    /// The day it was received.
    pub(super) fn received_on(&self) -> Date {
        day(self.received_at)
    }
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(jiff::tz::TimeZone::UTC).date()
}
