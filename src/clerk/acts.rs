//! What people do by hand: every act is kept with who and why, can be taken back, and gives the events that follow from it.

use jiff::Timestamp;
use uuid::Uuid;

use super::Clerk;
use crate::decision::Life;
use crate::document::DocumentId;
use crate::events::StoredEvent;
use crate::fault::Fault;
use crate::ledger::{Act, Because, Belongs, ExceptionRecord, Ruling, StoredDocument};
use crate::shipments::Shipment;
use crate::understanding::{FieldName, told};

/// A value that a person tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplied {
    /// The field.
    pub field: FieldName,
    /// What it holds, as `2026-03-14`.
    pub text: String,
}

/// Why an act could not be done. Nothing was changed then, but for [`ActError::Fault`].
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// No such document, or other models have read its upload anew.
    #[error("the ledger knows no document {0}")]
    UnknownDocument(DocumentId),
    /// A document with the bytes of another one.
    #[error("document {0} repeats document {1}: say it of that one")]
    IsACopy(DocumentId, DocumentId),
    /// No such shipment of the document's tenant.
    #[error("tenant {tenant} has no shipment {shipment}; load it first")]
    UnknownShipment {
        /// Whose shipments the document looks for.
        tenant: String,
        /// The id that was given.
        shipment: String,
    },
    /// The shipment has no such delivery.
    #[error("shipment {shipment} has no delivery {stop}; it has {deliveries}")]
    UnknownStop {
        /// The shipment.
        shipment: String,
        /// The place along the way that was given.
        stop: u32,
        /// Those that there are.
        deliveries: String,
    },
    /// The document belongs to no shipment.
    #[error(
        "document {0} is attached to no shipment; name the shipment that it does not belong to"
    )]
    NotAttached(DocumentId),
    /// No such exception.
    #[error(
        "the ledger knows no exception {0}; `countersign exceptions list --all` shows them all"
    )]
    UnknownException(Uuid),
    /// It has ended.
    #[error("exception {0} is open no longer")]
    NotOpen(Uuid),
    /// No person has ended it.
    #[error("exception {0} was ended by no person; there is nothing to take back")]
    NotEnded(Uuid),
    /// It is about no document, or its field cannot be told.
    #[error("{0}")]
    CannotBeTold(String),
    /// The clerk does not know the customer's rules.
    #[error(
        "the billing profile `{0}` is not at hand: name the profiles that the workers use with --profiles"
    )]
    UnknownProfile(String),
    /// It could not be committed, or what follows from it could not: in that case a worker follows it ([`Clerk::follow_acts`]).
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<crate::ledger::LedgerError> for ActError {
    fn from(error: crate::ledger::LedgerError) -> Self {
        Self::Fault(error.into())
    }
}

impl Clerk {
    /// Attaches a document to a shipment, and to one of its deliveries where it has several, whatever the paper says. The tests that make
    /// a proof of delivery valid are applied all the same.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn attach(
        &self,
        document: DocumentId,
        to: Belongs,
        act: &Act,
    ) -> Result<Vec<StoredEvent>, ActError> {
        let stored = self.original(document).await?;
        let tenant = stored.asks.tenant;
        let shipment = self.ledger.shipment(&tenant, &to.shipment).await?;
        let Some(shipment) = shipment else {
            let shipment = to.shipment;
            return Err(ActError::UnknownShipment { tenant, shipment });
        };
        let is_there = |seq: u32| shipment.deliveries().any(|stop| stop.seq == seq);
        if let Some(stop) = to.stop.filter(|stop| !is_there(*stop)) {
            let deliveries = shipment.deliveries().map(|stop| stop.seq.to_string());
            return Err(ActError::UnknownStop {
                shipment: to.shipment,
                stop,
                deliveries: deliveries.collect::<Vec<_>>().join(", "),
            });
        }
        self.check_profile(&shipment)?;
        self.rule(document, &Ruling::Is(to), act).await
    }

    /// Takes back what was said of a document's shipment: it belongs where its text says.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn attach_as_read(
        &self,
        document: DocumentId,
        act: &Act,
    ) -> Result<Vec<StoredEvent>, ActError> {
        self.original(document).await?;
        self.rule(document, &Ruling::BelongsAsRead, act).await
    }

    /// Says that a document does not belong to a shipment: to the one that it is attached to, where none is named.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn detach(
        &self,
        document: DocumentId,
        from: Option<String>,
        act: &Act,
    ) -> Result<Vec<StoredEvent>, ActError> {
        let stored = self.original(document).await?;
        let from = from.or(stored.shipment.map(|(_, shipment)| shipment));
        let from = from.ok_or(ActError::NotAttached(document))?;
        self.rule(document, &Ruling::IsNot(from), act).await
    }

    /// Gives an exception to somebody to work on.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn assign(&self, exception: Uuid, to: &str, act: &Act) -> Result<(), ActError> {
        self.known(exception).await?;
        let now = Timestamp::now();
        if self.ledger.assign(exception, to, act, now).await? {
            Ok(())
        } else {
            Err(ActError::NotOpen(exception))
        }
    }

    /// Ends an exception: its shortcoming was settled elsewhere ([`Life::Resolved`]), or does not matter ([`Life::Waived`]). Its document is
    /// decided again without it; what no word replaces, such as a signature, is missing all the same.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn end(
        &self,
        exception: Uuid,
        life: Life,
        act: &Act,
    ) -> Result<Vec<StoredEvent>, ActError> {
        let record = self.known(exception).await?;
        let (champions, now) = (self.in_service.now().champions.clone(), Timestamp::now());
        let ended = self
            .ledger
            .end_exception(exception, life, act, champions.names(), now);
        let mut events = ended.await?;
        if events.is_empty() {
            return Err(ActError::NotOpen(exception));
        }
        events.extend(self.decide_again_about(&record, act).await?);
        Ok(events)
    }

    /// Tells values that the document of an exception lacks, or shows wrongly. It is decided again with them, which ends the exception where
    /// they are what was missing.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn supply(
        &self,
        exception: Uuid,
        values: &[Supplied],
        act: &Act,
    ) -> Result<Vec<StoredEvent>, ActError> {
        let record = self.known(exception).await?;
        if !record.state.is_open() {
            return Err(ActError::NotOpen(exception));
        }
        let Some(document) = record.document else {
            let why = "a paper is what is missing here; no value replaces it";
            return Err(ActError::CannotBeTold(why.to_owned()));
        };
        self.original(document).await?;
        for Supplied { field, text } in values {
            if told(*field, text).is_none() {
                let name = serde_json::to_value(field).unwrap_or_default();
                let name = name.as_str().unwrap_or_default();
                let why = format!(
                    "{name} cannot be told as `{text}`; dates are written 2026-03-14, and nobody's word is a signature"
                );
                return Err(ActError::CannotBeTold(why));
            }
        }
        let mut events = Vec::new();
        for Supplied { field, text } in values {
            let ruling = Ruling::Holds(*field, text.clone());
            self.ledger
                .rule(document, &ruling, act, Timestamp::now())
                .await?;
        }
        events.extend(self.decide_again_about(&record, act).await?);
        Ok(events)
    }

    /// Takes back that a person ended an exception: what still raises it raises it again.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn reopen(&self, exception: Uuid, act: &Act) -> Result<Vec<StoredEvent>, ActError> {
        let record = self.known(exception).await?;
        let now = Timestamp::now();
        if !self.ledger.reopen_exception(exception, act, now).await? {
            return Err(ActError::NotEnded(exception));
        }
        let mut events = self.decide_again_about(&record, act).await?;
        if let Some(shipment) = record.shipment.as_deref() {
            let of = Some((record.tenant.as_str(), shipment));
            events.extend(self.miss_pods(of, now).await?);
        }
        Ok(events)
    }

    /// Takes back what was said of a document's fields.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn take_back(
        &self,
        document: DocumentId,
        fields: &[FieldName],
        act: &Act,
    ) -> Result<Vec<StoredEvent>, ActError> {
        let mut events = Vec::new();
        self.original(document).await?;
        for field in fields {
            events.extend(
                self.rule(document, &Ruling::SaysNothingOf(*field), act)
                    .await?,
            );
        }
        Ok(events)
    }

    /// A person without the customer's rules would undo what a worker with them has decided.
    fn check_profile(&self, shipment: &Shipment) -> Result<(), ActError> {
        let named = self.profiles.find(shipment.customer.profile_id.as_deref());
        named
            .map(|_| ())
            .map_err(|missing| ActError::UnknownProfile(missing.id))
    }

    async fn check_profile_of(&self, shipment: Option<(&str, &str)>) -> Result<(), ActError> {
        let Some((tenant, id)) = shipment else {
            return Ok(());
        };
        match self.ledger.shipment(tenant, id).await? {
            Some(shipment) => self.check_profile(&shipment),
            None => Ok(()),
        }
    }

    async fn rule(
        &self,
        document: DocumentId,
        ruling: &Ruling,
        act: &Act,
    ) -> Result<Vec<StoredEvent>, ActError> {
        self.ledger
            .rule(document, ruling, act, Timestamp::now())
            .await?;
        Ok(self.follow(document, act).await?)
    }

    /// Decides again about a document that somebody did something about.
    async fn follow(&self, document: DocumentId, act: &Act) -> Result<Vec<StoredEvent>, Fault> {
        let (because, now) = (Because::Person(act.clone()), Timestamp::now());
        let events = self.decide_again(document, &because).await?;
        self.ledger.acts_followed(document, now).await?;
        Ok(events)
    }

    async fn decide_again_about(
        &self,
        record: &ExceptionRecord,
        act: &Act,
    ) -> Result<Vec<StoredEvent>, ActError> {
        match record.document {
            Some(document) => Ok(self.follow(document, act).await?),
            None => Ok(Vec::new()),
        }
    }

    async fn original(&self, document: DocumentId) -> Result<StoredDocument, ActError> {
        let stored = self.ledger.document(document).await?;
        let stored = stored.ok_or(ActError::UnknownDocument(document))?;
        let shipment = stored.shipment.as_ref();
        let shipment = shipment.map(|(tenant, id)| (tenant.as_str(), id.as_str()));
        self.check_profile_of(shipment).await?;
        match stored.copy_of {
            Some(original) => Err(ActError::IsACopy(document, original)),
            None => Ok(stored),
        }
    }

    async fn known(&self, exception: Uuid) -> Result<ExceptionRecord, ActError> {
        let record = self.ledger.exception(exception).await?;
        let record = record.ok_or(ActError::UnknownException(exception))?;
        let shipment = record.shipment.as_deref();
        let shipment = shipment.map(|id| (record.tenant.as_str(), id));
        self.check_profile_of(shipment).await?;
        Ok(record)
    }
}
