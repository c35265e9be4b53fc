//! The shipment feed: one JSON object a line (contract.md §1.2).
//!
//! In: lines. Out: [`Shipment`]s, and every line that cannot be read, with its number and why. Refused: lines above
//! [`LONGEST_LINE`], bytes that are no UTF-8, JSON that is no shipment. One bad line never costs the others.

use std::collections::HashMap;
use std::io::{self, BufRead, Read as _};

use serde_json::{Map, Value, error::Category};

use super::Shipment;
use crate::document::holds_nul;

/// The longest line that is read, in bytes: a shipment with a hundred stops and charges has 60 KiB.
pub const LONGEST_LINE: usize = 1 << 20;

/// The longest id and tenant, in bytes; both stand in indices.
const LONGEST_NAME: usize = 255;

/// Why a line is no shipment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// More than [`LONGEST_LINE`] bytes.
    #[error("the line has more than {LONGEST_LINE} bytes: write one shipment a line")]
    TooLong,
    /// No UTF-8.
    #[error("the line is no UTF-8 text")]
    NotUtf8,
    /// No JSON.
    #[error("the line is no JSON: {0}")]
    NotJson(String),
    /// JSON, but no object.
    #[error("the line is no JSON object: write one shipment a line, without brackets around them")]
    NotAnObject,
    /// More bytes than an index takes.
    #[error("`{0}` has more than {LONGEST_NAME} bytes")]
    TooLongName(&'static str),
    /// A text holds the character NUL, which databases do not keep.
    #[error("`{0}` holds the character NUL")]
    HoldsNul(String),
    /// A required key is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A key holds something else than it should.
    #[error("`{path}`: {problem}")]
    WrongValue {
        /// The key, as `stops[0].appt.from`.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// A line of a feed that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, counted from 1; blank lines count.
    pub number: usize,
    /// Why, for a person.
    pub reason: String,
}

/// Reads one line. Line ends, white space and a byte order mark around the object do not matter.
///
/// # Errors
/// A [`LineError`] that names what to change.
pub fn read_line(line: &str) -> Result<Shipment, LineError> {
    if line.len() > LONGEST_LINE {
        return Err(LineError::TooLong);
    }
    let line = line.trim_start_matches('\u{feff}').trim();
    let object = parse(line)?;
    let is_missing = |key: &&str| object.get(*key).is_none_or(Value::is_null);
    if let Some(key) = ["id", "version"].into_iter().find(is_missing) {
        return Err(LineError::Missing(key));
    }
    if let Some(key) = object
        .iter()
        .find_map(|(key, value)| holds_nul(value).then_some(key))
    {
        return Err(LineError::HoldsNul(key.clone()));
    }
    let shipment: Shipment =
        serde_json::from_str(line).map_err(|error| wrong_value(line, &error))?;
    if shipment.id.trim().is_empty() {
        return Err(LineError::Missing("id"));
    }
    for (key, name) in [("id", &shipment.id), ("tenant", &shipment.tenant)] {
        if name.len() > LONGEST_NAME {
            return Err(LineError::TooLongName(key));
        }
    }
    Ok(shipment.with_distinct_stops())
}

/// Reads a message of the shipments queue: one shipment, on however many lines, or one a line.
pub fn read_message(body: &[u8]) -> (Vec<Shipment>, Vec<BadLine>) {
    let whole = std::str::from_utf8(body)
        .ok()
        .and_then(|text| read_line(text).ok());
    match whole {
        Some(shipment) => (vec![shipment], Vec::new()),
        None => read_lines(body),
    }
}

/// Reads a whole feed: the shipments in their order, and the lines that are none. Blank lines are skipped. A reader
/// that fails ends the feed with a bad line.
pub fn read_lines(mut reader: impl BufRead) -> (Vec<Shipment>, Vec<BadLine>) {
    let (mut shipments, mut bad) = (Vec::new(), Vec::new());
    for number in 1.. {
        match next_line(&mut reader) {
            Ok(None) => break,
            Ok(Some(line)) => match line.and_then(|line| read_unless_blank(&line)) {
                Ok(shipment) => shipments.extend(shipment),
                Err(error) => bad.push(BadLine {
                    number,
                    reason: error.to_string(),
                }),
            },
            Err(error) => {
                let reason = format!("the feed cannot be read further: {error}");
                bad.push(BadLine { number, reason });
                break;
            }
        }
    }
    (shipments, bad)
}

fn read_unless_blank(line: &str) -> Result<Option<Shipment>, LineError> {
    let is_blank = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
    if line.chars().all(is_blank) {
        return Ok(None);
    }
    read_line(line).map(Some)
}

/// The newest version of every shipment, in the order in which the shipments first appear. Of two lines with the same
/// version the first counts, as in the ledger.
#[must_use]
pub fn latest(shipments: Vec<Shipment>) -> Vec<Shipment> {
    let mut newest: Vec<Shipment> = Vec::new();
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    for shipment in shipments {
        let key = (shipment.tenant.clone(), shipment.id.clone());
        let place = *places.entry(key).or_insert(newest.len());
        match newest.get_mut(place) {
            None => newest.push(shipment),
            Some(older) if older.version < shipment.version => *older = shipment,
            Some(_) => {}
        }
    }
    newest
}

/// The next line without holding more than [`LONGEST_LINE`] of it; `None` at the end.
fn next_line(reader: &mut impl BufRead) -> io::Result<Option<Result<String, LineError>>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX) + 1;
    if reader.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.len() > LONGEST_LINE && bytes.last() != Some(&b'\n') {
        skip_line(reader)?;
        return Ok(Some(Err(LineError::TooLong)));
    }
    if bytes.last() == Some(&b'\n') {
        bytes.truncate(bytes.len() - 1);
    }
    Ok(Some(
        String::from_utf8(bytes).map_err(|_| LineError::NotUtf8),
    ))
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let (read, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(read);
        if ended {
            return Ok(());
        }
    }
}

fn parse(line: &str) -> Result<Map<String, Value>, LineError> {
    match serde_json::from_str(line) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_),
        ) => Err(LineError::NotAnObject),
        Err(error) => Err(LineError::NotJson(error.to_string())),
    }
}

fn wrong_value(line: &str, error: &serde_json::Error) -> LineError {
    let message = error.to_string();
    let problem = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(problem, _)| problem);
    // Serde stumbles over a missing key at the end of the object that lacks it.
    let of_object = problem.starts_with("missing field");
    match error.classify() {
        Category::Data => LineError::WrongValue {
            path: super::json_path::at(line, error.column(), of_object),
            problem: problem.to_owned(),
        },
        Category::Io | Category::Syntax | Category::Eof => LineError::NotJson(message),
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = r#"{"id":"A1","version":3,"tenant":"t"}"#;

    fn reason(line: &str) -> String {
        read_line(line).unwrap_err().to_string()
    }

    #[test]
    fn a_bad_line_is_named_by_key_and_reason() {
        for (line, expected) in [
            (r#"{"version":1}"#, "`id` is missing"),
            (r#"{"id":"","version":1}"#, "`id` is missing"),
            (r#"{"id":"1"}"#, "`version` is missing"),
            (r#"{"id":"1","version":null}"#, "`version` is missing"),
            (
                r#"{"id":1,"version":1}"#,
                "`id`: invalid type: integer `1`, expected a string",
            ),
            (
                r#"{"id":"1","version":"7"}"#,
                "`version`: invalid type: string \"7\", expected u64",
            ),
            (
                r#"{"id":"1","version":1,"refs":[{"type":"PO","value":"5"},{"type":"PO","value":5}]}"#,
                "`refs[1].value`: invalid type: integer `5`, expected a string",
            ),
            (
                r#"{"id":"1","version":1,"refs":[{"type":"PO"}],"mode":"TL"}"#,
                "`refs[0]`: missing field `value`",
            ),
            (
                r#"{"id":"1","version":1,"stops":[{"seq":1,"expected":{"pieces":"a, \"b\""}}]}"#,
                "`stops[0].expected.pieces`: invalid type: string \"a, \\\"b\\\"\", expected u32",
            ),
            (
                "[]",
                "the line is no JSON object: write one shipment a line, without brackets around them",
            ),
        ] {
            assert_eq!(reason(line), expected, "{line}");
        }
        assert!(reason("{\"id\":").starts_with("the line is no JSON: EOF"));
        let bad_day = r#"{"id":"1","version":1,"pod_due_at":"tomorrow"}"#;
        assert!(
            reason(bad_day).starts_with("`pod_due_at`: "),
            "{}",
            reason(bad_day)
        );
        let bad_amount = r#"{"id":"1","version":1,"billed":[{"code":"DET","amount":"much"}]}"#;
        assert!(
            reason(bad_amount).starts_with("`billed[0]"),
            "{}",
            reason(bad_amount)
        );
    }

    #[test]
    fn the_rest_of_a_feed_with_bad_lines_loads() {
        let feed = format!("\u{feff}{GOOD}\r\n\r\n  \n{{\"id\":\"2\"}}\n{GOOD}");
        let (shipments, bad) = read_lines(feed.as_bytes());
        assert_eq!(shipments.len(), 2);
        assert_eq!(shipments[0].tenant, "t");
        let bad: Vec<_> = bad
            .iter()
            .map(|line| (line.number, line.reason.as_str()))
            .collect();
        assert_eq!(bad, [(4, "`version` is missing")]);
    }

    #[test]
    fn a_line_that_is_too_long_is_refused_and_skipped() {
        let long = format!("{{\"id\":\"{}\"}}", "x".repeat(3 * LONGEST_LINE));
        let feed = format!("{long}\n{GOOD}\n{long}");
        let (shipments, bad) = read_lines(BufReader::new(feed.as_bytes()));
        assert_eq!(shipments.len(), 1);
        assert_eq!(
            bad.iter().map(|line| line.number).collect::<Vec<_>>(),
            [1, 3]
        );
        assert_eq!(bad[0].reason, LineError::TooLong.to_string());
        let most = format!("{GOOD}{}", " ".repeat(LONGEST_LINE - GOOD.len()));
        assert_eq!(
            read_lines(format!("{most}\n").as_bytes()).0.len(),
            1,
            "the limit itself is allowed"
        );
    }

    #[test]
    fn bytes_that_are_no_text_cost_one_line() {
        let (shipments, bad) = read_lines([b"\xff\xfe\n", GOOD.as_bytes()].concat().as_slice());
        assert_eq!((shipments.len(), bad.len()), (1, 1));
        assert_eq!(bad[0].reason, LineError::NotUtf8.to_string());
    }

    #[test]
    fn an_older_version_arriving_late_changes_nothing() {
        let line = |id: &str, tenant: &str, version: u64, status: &str| {
            let line = format!(
                r#"{{"id":"{id}","tenant":"{tenant}","version":{version},"status":"{status}"}}"#
            );
            read_line(&line).unwrap()
        };
        let newest = latest(vec![
            line("1", "a", 2, "delivered"),
            line("2", "a", 1, "open"),
            line("1", "a", 1, "late"),
            line("1", "b", 1, "other tenant"),
            line("2", "a", 5, "newer"),
            line("2", "a", 5, "again"),
        ]);
        let statuses: Vec<_> = newest
            .iter()
            .filter_map(|one| one.raw_status.as_deref())
            .collect();
        assert_eq!(statuses, ["delivered", "newer", "other tenant"]);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_feed(lines in prop::collection::vec("\\PC{0,60}", 0..6)) {
            let feed = lines.join("\n") + "\n" + GOOD;
            let (shipments, bad) = read_lines(feed.as_bytes());
            prop_assert_eq!(shipments.len(), 1);
            prop_assert!(bad.len() <= lines.len());
        }
    }
}
