//! Later decisions about documents that the ledger holds: what ended and what is to be done now, all of it or nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::{AnyConnection, Row as _};
use uuid::Uuid;

use super::audit::Entry;
use super::documents::{self, OF_A_PACK, PACK, StoredDocument};
use super::exceptions::{self, About, Withdrawn};
use super::outcomes::{
    self, Attached, Conflict, DocumentOutcome, Finish, NewShare, Settled, attach,
};
use super::told::Told;
use super::uploads::State;
use super::{Ledger, LedgerError, sql};
use crate::decision::ExceptionCode;
use crate::document::DocumentId;
use crate::events::{
    Data, DocumentData, Event, Resolution, ResolvedData, ResolvedException, ScoredData,
};

/// A later decision about a document.
#[derive(Debug, Clone)]
pub struct Revision {
    /// What it was when it was decided again.
    pub before: StoredDocument,
    /// What came of it.
    pub outcome: DocumentOutcome,
}

/// A shipment and its papers, as they were when decisions were made on them.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Whose shipment.
    pub tenant: String,
    /// Its id.
    pub shipment: String,
    /// Its version.
    pub version: u64,
    /// Its papers, in the order of [`Ledger::papers_of`], each with how often it was decided.
    pub papers: Vec<(DocumentId, u32)>,
}

impl Pack {
    /// Has the shipment as many papers as are decided together, or more?
    #[must_use]
    pub fn is_full(&self) -> bool {
        u32::try_from(self.papers.len()).is_ok_and(|papers| papers >= PACK)
    }
}

/// Why a document was decided again.
#[derive(Debug, Clone)]
pub enum Because {
    /// Another paper arrived.
    Document,
    /// A shipment arrived, or a later version of it.
    Shipment,
    /// It has waited long enough, or what a person did is followed by another program.
    Time,
    /// Other models read its upload anew.
    Models,
    /// A person said something of it.
    Person(Act),
}

/// What a person did, for the audit trail.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// What, as `document.attached`.
    pub what: &'static str,
}

impl Ledger {
    /// Commits later decisions, all of them or none. One about a document that was decided again meanwhile, and one that rests on what
    /// has changed, is a conflict.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was committed then.
    pub async fn revise(
        &self,
        settled: &Settled,
        because: &Because,
        now: Timestamp,
    ) -> Result<Finish, LedgerError> {
        let mut tx = self.commit_in_turn().await?;
        if !still_stand(&mut tx, settled).await? {
            return Ok(Finish::Conflict(Conflict::PackChanged));
        }
        let mut told = Told::default();
        for revision in &settled.revisions {
            detach(&mut tx, revision).await?;
        }
        if !commit_all(&mut tx, settled, because, &mut told, now).await? {
            return Ok(Finish::Conflict(Conflict::PackChanged));
        }
        let events = told.commit(&mut tx, now).await?;
        tx.commit().await?;
        Ok(Finish::Done(events))
    }
}

/// Is everything that was decided on as it was?
pub(super) async fn still_stand(
    connection: &mut AnyConnection,
    settled: &Settled,
) -> Result<bool, LedgerError> {
    for pack in &settled.packs {
        if !is_same(&mut *connection, pack).await? {
            return Ok(false);
        }
    }
    let again = settled.revisions.iter().chain(&settled.scored);
    let again = again.chain(&settled.replaced);
    let before = again.map(|revision| &revision.before);
    for before in before.chain(settled.shares.iter().map(|share| &share.of)) {
        let row = sqlx::query(
            "SELECT revision FROM documents WHERE id = $1 AND upload = $2 AND superseded = 0",
        )
        .bind(before.id.to_string())
        .bind(before.upload.to_string())
        .fetch_optional(&mut *connection)
        .await?;
        let known = row.map(|row| row.try_get::<i64, _>("revision"));
        if known.transpose()? != Some(i64::from(before.revision)) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn is_same(connection: &mut AnyConnection, pack: &Pack) -> Result<bool, LedgerError> {
    let version = sqlx::query("SELECT version FROM shipments WHERE tenant = $1 AND id = $2")
        .bind(pack.tenant.as_str())
        .bind(pack.shipment.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    let version = version.map(|row| row.try_get::<i64, _>("version"));
    if version.transpose()? != Some(sql::signed(pack.version)) {
        return Ok(false);
    }
    let statement = format!("SELECT d.id, d.revision FROM documents d WHERE {OF_A_PACK}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(pack.tenant.as_str())
        .bind(pack.shipment.as_str())
        .bind(i64::from(PACK))
        .fetch_all(connection)
        .await?;
    let papers = rows
        .iter()
        .map(|row| Ok((sql::word(row, "id")?, documents::number(row, "revision")?)))
        .collect::<Result<Vec<_>, LedgerError>>()?;
    Ok(papers == pack.papers)
}

/// Frees the place of a document that is decided again, for itself or a better one.
pub(super) async fn detach(
    connection: &mut AnyConnection,
    revision: &Revision,
) -> Result<(), LedgerError> {
    let document = revision.before.id.to_string();
    for statement in [
        "UPDATE awaited_pods SET settled = 0 WHERE (tenant, shipment, stop) IN
           (SELECT tenant, shipment, stop FROM attachments WHERE document = $1 AND pod = 1)",
        "DELETE FROM attachments WHERE document = $1",
    ] {
        sqlx::query(statement)
            .bind(document.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Commits the later decisions, and the shares that papers got by them. False where another document proves the same delivery already.
pub(super) async fn commit_all(
    connection: &mut AnyConnection,
    settled: &Settled,
    because: &Because,
    told: &mut Told,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    for revision in &settled.revisions {
        if !commit(connection, revision, because, told, now).await? {
            return Ok(false);
        }
    }
    for NewShare { of, outcome } in &settled.shares {
        let (origin, state) = ((of.upload, &of.origin), State::Done);
        if !outcomes::commit(connection, origin, outcome, state, told, now).await? {
            return Ok(false);
        }
    }
    for revision in &settled.scored {
        tell_scores(connection, revision, told, now).await?;
    }
    Ok(true)
}

/// Tells of charges that arrived or changed after a document was decided, whose decision stands.
async fn tell_scores(
    connection: &mut AnyConnection,
    Revision { before, outcome }: &Revision,
    told: &mut Told,
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query("UPDATE documents SET scored = $2 WHERE id = $1")
        .bind(before.id.to_string())
        .bind(outcome.scored.as_str())
        .execute(&mut *connection)
        .await?;
    if let Some(scored) = ScoredData::new(&before.origin, &outcome.decided) {
        told.act(Entry::charges_scored(&scored));
        let event = Event::new(Data::Scored(Box::new(scored)), now);
        told.tell(Some(before.upload), event);
    }
    Ok(())
}

/// Commits one later decision. False where another document proves the same delivery already.
async fn commit(
    connection: &mut AnyConnection,
    revision: &Revision,
    because: &Because,
    told: &mut Told,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let Revision { before, outcome } = revision;
    let mut data = DocumentData::new(&before.origin, &outcome.decided);
    data.revision = before.revision + 1;
    documents::store(connection, before.upload, outcome, &data, now).await?;
    told.act(Entry::document_decided_again(&data, because));
    if outcome.parked_until.is_some() {
        return Ok(true);
    }
    let about = About::document(&data, &outcome.asks.tenant, outcome.stop());
    let kept = exceptions::raise(connection, &about, &data.exceptions, data.priority, now).await?;
    let upload = Some(before.upload);
    end_others(connection, upload, &data, &kept, because, told, now).await?;
    let attached = attach(connection, before.id, outcome, told, now).await?;
    let data = Box::new(data);
    let decided = match attached {
        Attached::Taken => return Ok(false),
        Attached::To => Data::Validated(data),
        Attached::No => Data::Raised(data),
    };
    told.tell(Some(before.upload), Event::new(decided, now));
    Ok(true)
}

/// Tells of documents that other models do not cut out of their upload any longer.
pub(super) async fn commit_replaced(
    connection: &mut AnyConnection,
    replaced: &[Revision],
    told: &mut Told,
    now: Timestamp,
) -> Result<(), LedgerError> {
    for revision in replaced {
        commit(connection, revision, &Because::Models, told, now).await?;
        documents::leave_behind(connection, revision.before.id).await?;
    }
    Ok(())
}

/// Ends the exceptions of a document that it does not raise any longer.
pub(super) async fn end_others(
    connection: &mut AnyConnection,
    upload: Option<Uuid>,
    data: &DocumentData,
    kept: &BTreeMap<ExceptionCode, Uuid>,
    because: &Because,
    told: &mut Told,
    now: Timestamp,
) -> Result<(), LedgerError> {
    for one in exceptions::withdraw(connection, data.document.id, kept, now).await? {
        told.tell(upload, ended(data, &one, because, now));
    }
    Ok(())
}

fn ended(data: &DocumentData, one: &Withdrawn, because: &Because, now: Timestamp) -> Event {
    let (how, detail) = match (because, &data.shipment) {
        (Because::Person(_), _) => (Resolution::Person, "a person settled it".to_owned()),
        (Because::Models, _) => (
            Resolution::Document,
            "other models read the upload anew and do not find it".to_owned(),
        ),
        (Because::Document, _) => (
            Resolution::Document,
            "another paper of the shipment supplied what was missing".to_owned(),
        ),
        (Because::Shipment | Because::Time, Some(shipment)) => (
            Resolution::Shipment,
            format!(
                "version {} of shipment {} settled it",
                shipment.version, shipment.id
            ),
        ),
        (Because::Shipment | Because::Time, None) => (
            Resolution::Shipment,
            "shipments that arrived changed what is known".to_owned(),
        ),
    };
    let exception = ResolvedException {
        id: one.id,
        code: one.code,
        how,
        detail,
    };
    let resolved = ResolvedData::new(data, exception);
    Event::new(Data::Resolved(Box::new(resolved)), now)
}
