//! Is the carrier on the paper the shipment's carrier?

use super::paper::Paper;
use crate::shipments::{ReferenceKind, Shipment};
use crate::understanding::FieldName;
use crate::understanding::normalise::{OTHER_NAME, SAME_NAME, name_similarity, name_words};

/// How the paper's carrier agrees with the shipment's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CarrierAgreement {
    Same,
    /// Paper or feed does not say, or not clearly.
    Unknown,
    /// Another, by this field of the paper.
    Other(&'static str),
}

/// Codes of one carrier, from domain.md §2.3 and the carriers' own pages; mergers make more.
const SAME_CARRIER: [[&str; 2]; 2] = [["XPOL", "CNWY"], ["FXFE", "FXNL"]];

/// Words that half of all carriers have in their names, as [`name_words`] gives them.
const TRADE: [&str; 14] = [
    "freight",
    "line",
    "lines",
    "express",
    "truck",
    "transport",
    "log",
    "motor",
    "system",
    "systems",
    "service",
    "services",
    "carrier",
    "carriers",
];

/// Compares the carrier's code, then its name. A told code can only agree: uploaders guess.
pub(super) fn carrier_agreement(paper: &Paper<'_>, shipment: &Shipment) -> CarrierAgreement {
    let codes = codes(shipment);
    let printed = paper.legible_text(FieldName::Scac);
    let printed = printed.map(|code| by_code(code, &codes));
    let name = by_name(paper, shipment);
    let told = paper.hints.carrier_scac.as_deref();
    let told = told.is_some_and(|code| by_code(code, &codes) == CarrierAgreement::Same);
    match (printed, name) {
        (Some(CarrierAgreement::Same), _) | (_, CarrierAgreement::Same) => CarrierAgreement::Same,
        (Some(other @ CarrierAgreement::Other(_)), _) => other,
        (Some(CarrierAgreement::Unknown) | None, _) if told => CarrierAgreement::Same,
        (Some(CarrierAgreement::Unknown) | None, name) => name,
    }
}

/// The codes of the shipment's carriers: its own and those that gave a PRO.
fn codes(shipment: &Shipment) -> Vec<&str> {
    let pros = shipment.refs.iter();
    let pros = pros.filter(|reference| reference.kind == ReferenceKind::Pro);
    let own = shipment.carrier.scac.as_deref().into_iter();
    own.chain(pros.filter_map(|reference| reference.scac.as_deref()))
        .collect()
}

fn by_code(printed: &str, codes: &[&str]) -> CarrierAgreement {
    let printed = printed.trim().to_ascii_uppercase();
    let same = |code: &&str| printed.eq_ignore_ascii_case(code) || are_one(&printed, code);
    let slip = |code: &&str| strsim::levenshtein(&printed, &code.to_ascii_uppercase()) <= 1;
    if codes.iter().any(same) {
        CarrierAgreement::Same
    } else if printed.len() < 2 || codes.is_empty() || codes.iter().any(slip) {
        CarrierAgreement::Unknown
    } else {
        CarrierAgreement::Other("scac")
    }
}

fn are_one(a: &str, b: &str) -> bool {
    let has = |pair: &[&str; 2], code: &str| pair.iter().any(|one| one.eq_ignore_ascii_case(code));
    SAME_CARRIER.iter().any(|pair| has(pair, a) && has(pair, b))
}

fn by_name(paper: &Paper<'_>, shipment: &Shipment) -> CarrierAgreement {
    let printed = paper.legible_text(FieldName::CarrierName);
    let Some((printed, own)) = printed.zip(shipment.carrier.name.as_deref()) else {
        return CarrierAgreement::Unknown;
    };
    let (telling, own_telling) = (telling_words(printed), telling_words(own));
    let alike = name_similarity(&telling.join(" "), &own_telling.join(" "));
    let share_a_word = telling.iter().any(|word| own_telling.contains(word));
    if name_similarity(printed, own) >= SAME_NAME || alike >= SAME_NAME {
        CarrierAgreement::Same
    } else if telling.is_empty() || own_telling.is_empty() || share_a_word || alike >= OTHER_NAME {
        CarrierAgreement::Unknown
    } else {
        CarrierAgreement::Other("carrier_name")
    }
}

fn telling_words(name: &str) -> Vec<String> {
    let mut words = name_words(name);
    words.retain(|word| !TRADE.contains(&word.as_str()));
    words
}
