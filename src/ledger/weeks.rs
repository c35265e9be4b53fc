//! Weeks: what came, how sure its class was and how much of it was billed straight through, by class, carrier and customer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use sqlx::{AnyConnection, Row as _};

use super::outcomes::{DocumentOutcome, Serves};
use super::{Ledger, LedgerError, sql};
use crate::decision::name_of;
use crate::shipments::Match;

/// What documents are counted by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Class of the document.
    Class,
    /// Code of the carrier.
    Carrier,
    /// Id of the customer.
    Customer,
}

/// What was counted of one name in one week.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counted {
    /// Documents.
    pub documents: u64,
    /// Those billed without anybody's hand.
    pub straight: u64,
    /// Sum of the confidences of their classes.
    pub confidence: f64,
}

/// Confidences are kept in thousandths.
const THOUSANDTHS: f64 = 1_000.0;

impl Ledger {
    /// What was counted in the week of this time (from Monday, in UTC), by kind and name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn week(
        &self,
        of: Timestamp,
    ) -> Result<BTreeMap<(By, String), Counted>, LedgerError> {
        let rows = sqlx::query(
            "SELECT kind, name, documents, straight, confidence FROM weeks WHERE week = $1",
        )
        .bind(monday(of))
        .fetch_all(&self.pool)
        .await?;
        let counted = rows.iter().map(|row| {
            let number = |column| {
                let number: i64 = row.try_get(column)?;
                u64::try_from(number).map_err(LedgerError::corrupt)
            };
            let counted = Counted {
                documents: number("documents")?,
                straight: number("straight")?,
                confidence: number("confidence")? as f64 / THOUSANDTHS,
            };
            Ok(((sql::word(row, "kind")?, row.try_get("name")?), counted))
        });
        counted.collect()
    }
}

/// Counts documents that were decided for the first time.
pub(super) async fn count(
    connection: &mut AnyConnection,
    documents: &[DocumentOutcome],
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut counted: BTreeMap<(By, String), Counted> = BTreeMap::new();
    for outcome in documents {
        let decided = &outcome.decided;
        let is_straight = outcome.serves == Serves::AsPod && decided.billable_with().is_some();
        let confidence = f64::from(decided.document.class_confidence.get());
        let shipment = match &decided.matched {
            Match::Matched(candidate, _) => Some(&candidate.shipment),
            Match::Ambiguous(_) | Match::Conflict(_) | Match::None(_) => None,
        };
        let carrier = shipment.and_then(|shipment| shipment.carrier.scac.clone());
        let customer = shipment.and_then(|shipment| shipment.customer.id.clone());
        let names = [
            (By::Class, Some(name_of(&decided.document.class))),
            (By::Carrier, carrier),
            (By::Customer, customer),
        ];
        for (by, name) in names.into_iter().filter_map(|(by, name)| Some((by, name?))) {
            let counted = counted.entry((by, name)).or_default();
            counted.documents += 1;
            counted.straight += u64::from(is_straight);
            counted.confidence += confidence;
        }
    }
    for ((by, name), counted) in counted {
        add(connection, by, &name, counted, now).await?;
    }
    Ok(())
}

async fn add(
    connection: &mut AnyConnection,
    by: By,
    name: &str,
    counted: Counted,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO weeks (week, kind, name, documents, straight, confidence) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (week, kind, name) DO UPDATE SET documents = weeks.documents + excluded.documents,
           straight = weeks.straight + excluded.straight, confidence = weeks.confidence + excluded.confidence",
    )
    .bind(monday(now))
    .bind(sql::as_word(&by)?)
    .bind(name)
    .bind(whole(counted.documents))
    .bind(whole(counted.straight))
    .bind(thousandths(counted.confidence))
    .execute(connection)
    .await?;
    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a sum of chances of at most 300 documents"
)]
fn thousandths(confidence: f64) -> i64 {
    (confidence * THOUSANDTHS).round() as i64
}

/// The week's Monday, as days since 1970.
fn monday(at: Timestamp) -> i64 {
    const DAY: i64 = 86_400;
    let day = at.to_zoned(TimeZone::UTC).date();
    let since_monday = i64::from(Weekday::Monday.until(day.weekday()));
    at.as_second().div_euclid(DAY) - since_monday
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let monday_of = |text| monday(at(text));
        // 1970-01-05 was a Monday.
        assert_eq!(monday_of("1970-01-05T00:00:00Z"), 4);
        assert_eq!(monday_of("1970-01-11T23:59:59Z"), 4);
        assert_eq!(monday_of("1970-01-12T00:00:00Z"), 11);
        assert_eq!(monday_of("1969-12-31T12:00:00Z"), -3);
    }
}
