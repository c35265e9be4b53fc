//! What people said of documents and exceptions, which decisions keep to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;
use sqlx::Row as _;

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
    /// The field holds this.
    Holds(FieldName, String),
    /// What was said of the field is taken back.
    SaysNothingOf(FieldName),
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

    /// Notes what a person says of a document. It is decided again afterwards.
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
        let (matter, subject, says) = match ruling {
            Ruling::Is(Belongs { shipment, stop }) => {
                let stop = stop.map(|stop| format!(" {stop}")).unwrap_or_default();
                (SHIPMENT.to_owned(), shipment.as_str(), format!("is{stop}"))
            }
            Ruling::IsNot(shipment) => {
                (SHIPMENT.to_owned(), shipment.as_str(), "is_not".to_owned())
            }
            Ruling::Holds(name, text) => (sql::as_word(name)?, "", text.clone()),
            Ruling::SaysNothingOf(name) => (sql::as_word(name)?, "", String::new()),
        };
        let mut tx = self.write().await?;
        if matches!(ruling, Ruling::Is(_)) {
            // It belongs to one shipment.
            sqlx::query(
                "DELETE FROM rulings WHERE document = $1 AND matter = $2 AND says <> 'is_not'",
            )
            .bind(document.to_string())
            .bind(SHIPMENT)
            .execute(&mut *tx)
            .await?;
        }
        sqlx::query("DELETE FROM rulings WHERE document = $1 AND matter = $2 AND subject = $3")
            .bind(document.to_string())
            .bind(matter.as_str())
            .bind(subject)
            .execute(&mut *tx)
            .await?;
        if !matches!(ruling, Ruling::SaysNothingOf(_)) {
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
        told.act(Entry::act_of(
            act,
            document,
            json!({"matter": matter, "subject": subject}),
        ));
        told.commit(&mut tx, now).await?;
        tx.commit().await?;
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
