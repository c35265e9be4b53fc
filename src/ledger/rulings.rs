//! What people said of documents and exceptions, which decisions keep to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;
use sqlx::{AnyConnection, Row as _};

use super::audit::Entry;
use super::exceptions::{self, About};
use super::revisions::Act;
use super::told::Told;
use super::{Ledger, LedgerError, sql};
use crate::decision::ExceptionCode;
use crate::document::DocumentId;
use crate::understanding::FieldName;

/// The matter of a ruling about a document's shipment.
const SHIPMENT: &str = "shipment";

/// What people said of a document, the last word on each matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rulings {
    /// The shipment that it belongs to.
    pub is: Option<Belongs>,
    /// Shipments that it does not belong to.
    pub is_not: BTreeSet<String>,
    /// What fields hold, in that person's words.
    pub fields: BTreeMap<FieldName, String>,
}

/// What a document belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belongs {
    /// The shipment.
    pub shipment: String,
    /// Which of its deliveries, where that was said.
    pub stop: Option<u32>,
}

/// One ruling about a document.
#[derive(Debug, Clone)]
pub enum Ruling {
    /// It belongs to this shipment.
    Is(Belongs),
    /// It does not belong to this shipment.
    IsNot(String),
    /// What was said of its shipment is taken back.
    BelongsAsRead,
    /// The field holds this.
    Holds(FieldName, String),
    /// What was said of the field is taken back.
    SaysNothingOf(FieldName),
}

/// What is kept of a ruling: the shipment that it is about, and what it says.
fn says(ruling: &Ruling) -> Option<(&str, String)> {
    match ruling {
        Ruling::Is(Belongs { shipment, stop }) => {
            let stop = stop.map(|stop| format!(" {stop}")).unwrap_or_default();
            Some((shipment, format!("is{stop}")))
        }
        Ruling::IsNot(shipment) => Some((shipment, "is_not".to_owned())),
        Ruling::Holds(_, text) => Some(("", text.clone())),
        Ruling::BelongsAsRead | Ruling::SaysNothingOf(_) => None,
    }
}

/// Forgets what a ruling replaces: a document belongs to one shipment, and each matter has one last word.
async fn take_back(
    connection: &mut AnyConnection,
    document: DocumentId,
    matter: &str,
    ruling: &Ruling,
) -> Result<(), LedgerError> {
    let (which, subject) = match ruling {
        Ruling::Is(belongs) => (
            "(says <> 'is_not' OR subject = $3)",
            belongs.shipment.as_str(),
        ),
        Ruling::IsNot(shipment) => ("subject = $3", shipment.as_str()),
        Ruling::BelongsAsRead | Ruling::Holds(..) | Ruling::SaysNothingOf(_) => ("$3 = ''", ""),
    };
    let statement = format!("DELETE FROM rulings WHERE document = $1 AND matter = $2 AND {which}");
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(document.to_string())
        .bind(matter)
        .bind(subject)
        .execute(connection)
        .await?;
    Ok(())
}

impl Ledger {
    /// What people said of a document.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn rulings(&self, document: DocumentId) -> Result<Rulings, LedgerError> {
        let rows = sqlx::query(
            "SELECT matter, subject, says FROM rulings WHERE document = $1 ORDER BY at",
        )
        .bind(document.to_string())
        .fetch_all(&self.pool)
        .await?;
        let mut rulings = Rulings::default();
        for row in rows {
            let (matter, subject): (&str, String) =
                (row.try_get("matter")?, row.try_get("subject")?);
            let says: &str = row.try_get("says")?;
            match (matter, says) {
                (SHIPMENT, "is_not") => {
                    rulings.is_not.insert(subject);
                }
                (SHIPMENT, is) => {
                    let stop = is.strip_prefix("is ").and_then(|stop| stop.parse().ok());
                    rulings.is = Some(Belongs {
                        shipment: subject,
                        stop,
                    });
                }
                (_, text) => {
                    let text = text.to_owned();
                    rulings.fields.insert(sql::word(&row, "matter")?, text);
                }
            }
        }
        Ok(rulings)
    }

    /// Notes what a person says of a document. It is decided again afterwards: it is among [`Self::acts_to_follow`] until then.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was noted then.
    pub async fn rule(
        &self,
        document: DocumentId,
        ruling: &Ruling,
        act: &Act,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let matter = match ruling {
            Ruling::Is(_) | Ruling::IsNot(_) | Ruling::BelongsAsRead => SHIPMENT.to_owned(),
            Ruling::Holds(name, _) | Ruling::SaysNothingOf(name) => sql::as_word(name)?,
        };
        let mut tx = self.write().await?;
        // Whoever decides about it just now, without knowing of this, has to do so anew.
        sqlx::query("UPDATE documents SET revision = revision + 1, acted_at = $2 WHERE id = $1")
            .bind(document.to_string())
            .bind(now.as_millisecond())
            .execute(&mut *tx)
            .await?;
        take_back(&mut tx, document, &matter, ruling).await?;
        if let Some((subject, says)) = says(ruling) {
            sqlx::query(
                "INSERT INTO rulings (document, matter, subject, says, who, why, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(document.to_string())
            .bind(matter.as_str())
            .bind(subject)
            .bind(says)
            .bind(act.who.as_str())
            .bind(act.why.as_str())
            .bind(now.as_millisecond())
            .execute(&mut *tx)
            .await?;
        }
        let mut told = Told::default();
        // What a field holds may be somebody's name: the trail says which field, not what it holds.
        let (shipment, stop) = match ruling {
            Ruling::Is(belongs) => (Some(&belongs.shipment), belongs.stop),
            Ruling::IsNot(shipment) => (Some(shipment), None),
            Ruling::BelongsAsRead | Ruling::Holds(..) | Ruling::SaysNothingOf(_) => (None, None),
        };
        let detail = json!({"matter": matter, "shipment": shipment, "stop": stop});
        told.act(Entry::act_of(act, document, detail));
        told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The documents that somebody did something about until `until` and that no decision has followed since, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn acts_to_follow(
        &self,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<DocumentId>, LedgerError> {
        let rows = sqlx::query(
            "SELECT id FROM documents WHERE acted_at <= $1 AND superseded = 0 ORDER BY acted_at, id LIMIT $2",
        )
        .bind(until.as_millisecond())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| sql::word(row, "id")).collect()
    }

    /// Notes that what was done about a document until `until` has been followed by its decision.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn acts_followed(
        &self,
        document: DocumentId,
        until: Timestamp,
    ) -> Result<(), LedgerError> {
        sqlx::query("UPDATE documents SET acted_at = NULL WHERE id = $1 AND acted_at <= $2")
            .bind(document.to_string())
            .bind(until.as_millisecond())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The codes that people have ended for a shipment's stops, or for a document of no shipment.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn ended_by_people(
        &self,
        tenant: &str,
        shipment: Option<&str>,
        document: DocumentId,
    ) -> Result<Vec<(u32, ExceptionCode)>, LedgerError> {
        let mut connection = self.pool.acquire().await?;
        let about = About {
            tenant,
            shipment,
            stop: 0,
            document: Some(document),
        };
        exceptions::ended_by_people(&mut connection, &about).await
    }
}
