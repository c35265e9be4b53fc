//! V9: was the freight taken, whole and sound. A shortage or damage is a claim, not an invalid proof of delivery.

use super::receipt::{is_quantity, missing_fields};
use super::{Case, Finding, Stop, Tested};
use crate::decision::profile::FoulPolicy;
use crate::decision::{Condition, ConditionState, ExceptionCode, names};
use crate::understanding::{DocumentClass, FieldName, Notation, NotationKind};

/// That the freight was taken at all: there is no value for a refused delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Nothing to claim.
    Sound,
    /// Taken, with a claim to be filed.
    WithClaim,
}

/// How the freight was taken; `None` where all of it was refused.
#[must_use]
pub fn taken(case: &Case<'_>, condition: &Condition) -> Option<Taken> {
    match condition.state {
        ConditionState::Clean | ConditionState::Qualified => Some(Taken::Sound),
        ConditionState::Foul => Some(Taken::WithClaim),
        ConditionState::Refused => {
            let wholly = condition.wholly_refused(&case.counts());
            (!wholly).then_some(Taken::WithClaim)
        }
    }
}

/// V9: the required quantities are there, and no remark claims a shortage, an overage, a damage or a refusal.
#[must_use]
pub fn v9_freight(case: &Case<'_>, condition: &Condition) -> Tested {
    let remarks = remarks(case, condition);
    let missing = missing_quantities(case);
    match condition.state {
        ConditionState::Clean | ConditionState::Qualified => {
            let state = names::name_of(&condition.state);
            Tested::none_of(missing, format!("the receipt is {state}")).and(remarks)
        }
        ConditionState::Foul | ConditionState::Refused => {
            Tested::none_of([remarks, missing].concat(), "nothing was claimed")
        }
    }
}

fn missing_quantities(case: &Case<'_>) -> Vec<Finding> {
    let is_quantity =
        |name: &String| names::parse(name).is_some_and(|field: FieldName| is_quantity(field));
    let missing: Vec<_> = missing_fields(case)
        .into_iter()
        .filter(is_quantity)
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let detail = format!(
        "required and not found: {}; read them from the paper",
        missing.join(", ")
    );
    vec![Finding::new(ExceptionCode::QtyUnreadable, Stop::Missing, detail, None).missing(missing)]
}

/// What the remarks on the freight ask somebody to do.
fn remarks(case: &Case<'_>, condition: &Condition) -> Vec<Finding> {
    let stop = stop(case, condition);
    let mut findings: Vec<_> = condition
        .notations
        .iter()
        .filter_map(|notation| remark(notation, stop))
        .collect();
    findings.sort_by_key(|finding| finding.exception.severity);
    if let Some(notation) = case.counts().unclear(&condition.notations) {
        let detail = "a count without a unit may mean pieces or handling units; ask which";
        let place = Some((notation.page, notation.bbox));
        findings.push(Finding::new(
            ExceptionCode::QtyUnreadable,
            None,
            detail,
            place,
        ));
    }
    findings
}

/// What a claim does to billing.
fn stop(case: &Case<'_>, condition: &Condition) -> Option<Stop> {
    match taken(case, condition) {
        None => Some(Stop::Review),
        Some(Taken::Sound) => None,
        Some(Taken::WithClaim) => match case.rules().foul_policy {
            FoulPolicy::Bill | FoulPolicy::ShortPay => None,
            FoulPolicy::HoldUntilOsd => {
                let claimed = case.filing.companions.contains(&DocumentClass::OsdReport);
                (!claimed).then_some(Stop::CustomerPolicy)
            }
        },
    }
}

fn remark(notation: &Notation, stop: Option<Stop>) -> Option<Finding> {
    let (code, what) = claim(notation)?;
    let todo = if code == ExceptionCode::Refused {
        "decide: return, redeliver, donate or dump"
    } else if code == ExceptionCode::SubjectToCount {
        "get the final count"
    } else {
        "open a claim file and tell the customer within 24 hours"
    };
    let place = Some((notation.page, notation.bbox));
    Some(Finding::new(code, stop, format!("{what}; {todo}"), place))
}

/// The exception that a remark raises and what it says; `None` for a remark that asks nobody to act. Wrong goods are more than
/// was ordered; a reservation with a count says that so many are in doubt.
fn claim(notation: &Notation) -> Option<(ExceptionCode, String)> {
    let counted = |what: &str| match (notation.qty, notation.unit.as_deref()) {
        (Some(qty), Some(unit)) => format!("{qty} {unit} {what}"),
        (Some(qty), None) => format!("{qty} {what}"),
        (None, _) => format!("some {what}"),
    };
    let claim = match notation.kind {
        NotationKind::Short => (ExceptionCode::Short, counted("short")),
        NotationKind::Over => (ExceptionCode::Over, counted("over")),
        NotationKind::WrongGoods => (ExceptionCode::Over, counted("wrong goods")),
        NotationKind::Damage => (ExceptionCode::Damage, counted("damaged")),
        NotationKind::Refused => (ExceptionCode::Refused, counted("refused")),
        NotationKind::SealBroken => (
            ExceptionCode::SealBroken,
            "seal broken or missing".to_owned(),
        ),
        NotationKind::Temp => (
            ExceptionCode::Temp,
            "a remark on the temperature".to_owned(),
        ),
        NotationKind::SubjectToCount => (
            ExceptionCode::SubjectToCount,
            "received subject to count".to_owned(),
        ),
        NotationKind::Reservation if notation.qty.is_some() => {
            (ExceptionCode::Short, counted("taken under reservation"))
        }
        NotationKind::Reservation
        | NotationKind::ConcealedReserve
        | NotationKind::ShipperLoadCount
        | NotationKind::DriverCount
        | NotationKind::SaidToContain
        | NotationKind::ServiceFail
        | NotationKind::SealOk
        | NotationKind::Clean
        | NotationKind::ServiceMark
        | NotationKind::Unattended
        | NotationKind::Correction => return None,
    };
    Some(claim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::condition::condition;
    use crate::decision::samples::{Sample, codes};
    use crate::understanding::Value;

    fn test(sample: &Sample) -> Tested {
        let case = sample.case();
        v9_freight(&case, &condition(case.document, case.expected()))
    }

    #[test]
    fn every_claim_has_its_exception() {
        let cases = [
            (NotationKind::Short, None, ExceptionCode::Short),
            (NotationKind::Over, None, ExceptionCode::Over),
            (NotationKind::WrongGoods, None, ExceptionCode::Over),
            (NotationKind::Damage, Some(3), ExceptionCode::Damage),
            (NotationKind::SealBroken, None, ExceptionCode::SealBroken),
            (NotationKind::Refused, None, ExceptionCode::Refused),
            (NotationKind::Reservation, Some(2), ExceptionCode::Short),
        ];
        for (kind, qty, code) in cases {
            let mut sample = Sample::receipt();
            sample.remark(kind, qty, None);
            let tested = test(&sample);
            assert!(!tested.outcome.passed, "{kind:?}");
            assert_eq!(tested.outcome.findings[0].exception.code, code);
        }
    }

    #[test]
    fn a_remark_that_claims_nothing_asks_nobody_to_act() {
        let kinds = [
            NotationKind::ShipperLoadCount,
            NotationKind::SaidToContain,
            NotationKind::Clean,
            NotationKind::ServiceMark,
            NotationKind::ConcealedReserve,
        ];
        for kind in kinds {
            let mut sample = Sample::receipt();
            sample.remark(kind, None, None);
            let tested = test(&sample);
            assert!(
                tested.outcome.passed && tested.outcome.findings.is_empty(),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_part_refused_is_billed_as_a_claim_and_the_whole_is_not() {
        let mut sample = Sample::receipt();
        sample.set(FieldName::Pieces, Value::Count(96));
        sample.remark(NotationKind::Refused, Some(4), Some("ctn"));
        assert_eq!(
            sample.verdict().decision.state,
            crate::decision::State::BillableWithOsd
        );
        sample.document.notations[0].qty = Some(96);
        assert_eq!(
            sample.verdict().decision.state,
            crate::decision::State::Review
        );
    }

    #[test]
    fn a_required_quantity_that_cannot_be_read_is_missing() {
        let mut sample = Sample::receipt();
        sample.rules().required_fields = vec!["pieces".to_owned()];
        let verdict = sample.verdict();
        assert_eq!(codes(&verdict), [ExceptionCode::QtyUnreadable]);
        assert_eq!(verdict.decision.missing, ["pieces"]);
        sample.set(FieldName::Pieces, Value::Count(1));
        assert!(test(&sample).outcome.passed);
    }

    #[test]
    fn the_gravest_remark_leads() {
        let mut sample = Sample::receipt();
        sample.remark(NotationKind::SubjectToCount, None, None);
        sample.remark(NotationKind::Damage, None, None);
        let expected = [ExceptionCode::Damage, ExceptionCode::SubjectToCount];
        assert_eq!(codes(&sample.verdict()), expected);
    }
}
