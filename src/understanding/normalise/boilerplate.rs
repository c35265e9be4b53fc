//! Printed words about shortages and damages that are no remark: conditions, instructions, headers, labels, boxes.

use super::notations::counted_mentions;
use std::sync::LazyLock;

use super::phrases::{Patterns, Piece, is_one_of, pieces};
use crate::understanding::NotationKind;

/// Phrases of conditions and instructions, in six languages; the last two are box 18 of the CMR.
const PRINTED: &str = "must|shall|should; any damage*|short*|loss|claim*|exception*|discrepanc*|overage*|over; \
     all damage*|shortage*|exceptions|claims; if|when|unless|whether; in case of; please; \
     report|reported|reporting; claim|claims for|must|shall|against|or|of; liab*; \
     loss or|and|of|,|/ _? damage*|delay; \
     note|list|describe|mark|record|check|inspect|examine any|all|for|the|damage*|short*|exceptions|freight; \
     every|any exception*; before leaving|signing|departure; see reverse|back; not? responsible|responsibility; prior to; at the? time of; \
     limitation; \
     subject to the|section|tariff*|terms|individually|classification*|conditions; \
     except as|where noted; hereby|herein|hereof|thereof; within # day|days|hours|business; \
     terms and conditions; by driver|shipper / pallets|pieces|driver|shipper; \
     freight counted; trailer loaded; in apparent good order ,? except; \
     bitte|etwaige|haftung*|reklamation*|anspruch|anspruche; muss|mussen|sind|ist _? zu; \
     veuillez|toute|toutes|reclamation*|responsabilite; doit|doivent|devra|devront; \
     en cas de|en caso de; debe|deben|debera|deberan|cualquier|reclamacion*|favor; \
     nalezy|prosimy|prosze|wszelkie|reklamacj*; w przypadku|razie; \
     dient|dienen|moet|moeten|eventuele|gelieve|aansprakelijk*; \
     reserv*|vorbehalt*|zastrzez*|voorbehoud _? and|et|und|i|y|en|e observ*|bemerk*|uwag*|opmerk*; \
     observations du|bemerkungen der|opmerkingen van|uwagi przewoznika|observaciones del";

static PRINTED_PATTERNS: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(PRINTED));

/// Words of column headers and of the labels of boxes.
const HEADER_WORDS: &str = "qty quantity pcs pieces ordered shipped received recd delivered short shortage shortages \
     over overage overages overs shorts damage damages damaged refused rejected accepted \
     total description item weight units o s d and or / , : remarks comments condition notes \
     exceptions exception osd count cartons pallets initials date temp seal none other type \
     reason code qte menge anzahl fehlmenge schaden ?";

/// Words that stand in sentences, not in remarks.
const SENTENCE_WORDS: &str = "the of or and is are be for by to any this that will not with in upon from as at on it \
     which der die das und oder ist sind von fur mit bei zu des dem den le la les et ou est \
     du par pour dans el los las y o es por para en i lub jest na w z przez het een van voor \
     door";

/// Fewest words of a printed sentence, and least share of sentence words in it, in tenths. Remarks by hand are shorter or leave these
/// words out; chosen on the sentences in the tests.
const SENTENCE_LENGTH: usize = 9;
const SENTENCE_TENTHS: usize = 3;

/// Whether a line is printed text of a form (a condition, an instruction, a header, an empty label) and no remark. A
/// number beside a shortage or damage makes it a remark.
#[must_use]
pub fn is_boilerplate(line: &str) -> bool {
    let pieces = pieces(line);
    let counted = counted_mentions(&pieces);
    let says_how_many = counted
        .iter()
        .any(|(mention, quantity)| quantity.is_some() && is_exception(mention.kind));
    !says_how_many
        && (PRINTED_PATTERNS.stand_in(&pieces)
            || is_sentence(&pieces)
            || is_header(&pieces)
            || is_empty_label(line, &pieces))
}

fn is_exception(kind: NotationKind) -> bool {
    matches!(
        kind,
        NotationKind::Short
            | NotationKind::Over
            | NotationKind::Damage
            | NotationKind::Refused
            | NotationKind::WrongGoods
    )
}

fn is_sentence(pieces: &[Piece]) -> bool {
    let words: Vec<&Piece> = pieces.iter().filter(|piece| piece.is_word()).collect();
    let linking = || {
        let words = words.iter();
        words.filter(|word| is_one_of(SENTENCE_WORDS, word)).count()
    };
    words.len() >= SENTENCE_LENGTH && linking() * 10 >= words.len() * SENTENCE_TENTHS
}

/// `SHORT OVER DAMAGED`, `Qty Short`, `O/S/D`, or the lone name of a box: header words only, no number.
fn is_header(pieces: &[Piece]) -> bool {
    // Alone, these name a box; `damaged` and `refused` alone are remarks.
    const NAMES: &str = "short over shortage shortages overage overages damage damages exceptions shorts \
         overs";
    const KINDS: [&str; 4] = [
        "short shortage shortages shorts s",
        "over overage overages overs o",
        "damage damages damaged d",
        "refused rejected",
    ];
    const COLUMNS: &str =
        "qty quantity description item ordered shipped weight total reason code type initials";
    let only_header_words = pieces.iter().all(|piece| is_one_of(HEADER_WORDS, piece));
    let has = |list: &str| pieces.iter().any(|piece| is_one_of(list, piece));
    let kinds = KINDS.iter().filter(|kind| has(kind)).count();
    let is_name = pieces.len() == 1 && has(NAMES);
    only_header_words && (kinds >= 2 || has(COLUMNS) || is_name)
}

/// `Shortage:`, `Damage ____`, `Exceptions / Remarks:` with nothing written.
fn is_empty_label(line: &str, pieces: &[Piece]) -> bool {
    let numbers = pieces.iter().any(Piece::is_number);
    let ends_open = line.trim_end().ends_with([':', '_']) || line.trim_end().ends_with("....");
    !numbers && (ends_open || line.contains("___"))
}

/// The parts of a line that count where it holds boxes to tick: all of it without boxes; else the words of ticked boxes,
/// and words that belong to no box.
pub(super) fn ticked(line: &str) -> Vec<&str> {
    const BOXES: &[(&str, bool)] = &[
        ("[ ]", false),
        ("[]", false),
        ("( )", false),
        ("☐", false),
        ("□", false),
        ("[x]", true),
        ("[X]", true),
        ("(x)", true),
        ("(X)", true),
        ("☒", true),
        ("☑", true),
        ("[✓]", true),
        ("✓", true),
    ];
    let first_box = |text: &str| {
        // Most lines have no box: one look for all first characters is quicker than one for each box.
        text.find(['[', '(', '☐', '□', '☒', '☑', '✓'])?;
        BOXES
            .iter()
            .filter_map(|(mark, on)| Some((text.find(mark)?, mark.len(), *on)))
            .min()
    };
    let mut parts = Vec::new();
    let mut rest = line;
    let mut kept = true;
    // Where the line ends in a box, each box stands behind its words.
    let behind = BOXES
        .iter()
        .any(|(mark, _)| line.trim_end().ends_with(mark));
    while let Some((at, length, on)) = first_box(rest) {
        let (before, after) = (
            rest.get(..at).unwrap_or_default(),
            rest.get(at + length..).unwrap_or_default(),
        );
        if if behind { on } else { kept } {
            parts.push(before);
        }
        kept = on;
        rest = after;
    }
    if kept && !behind || parts.is_empty() && rest == line {
        parts.push(rest);
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_instructions_headers_and_empty_labels_are_boilerplate() {
        for line in [
            "Any shortage or damage must be noted at time of delivery",
            "Claims for loss or damage shall be filed within nine months",
            "If freight is refused please call",
            "Report damages to 800-555-1234",
            "SHORT   OVER   DAMAGED",
            "O S & D",
            "Shortage",
            "Damages:",
            "Comments / Exceptions: ________",
            "the property described below, in apparent good order, except as noted",
            "RECEIVED, subject to the classifications and tariffs in effect",
            "Etwaige Schäden sind sofort zu melden",
            "Toute réserve doit être confirmée",
            "Wszelkie uszkodzenia należy zgłosić",
            "Eventuele schade dient te worden gemeld",
            "Cualquier daño debe anotarse",
            "Carrier's reservations and observations on taking over the goods",
            "the carrier is not liable for damage to the freight that is found by the consignee",
        ] {
            assert!(is_boilerplate(line), "{line}");
        }
    }

    #[test]
    fn what_a_receiver_writes_is_none() {
        for line in [
            "2 ctn short",
            "damaged",
            "REFUSED",
            "1 plt wet, claim to follow",
            "SLC",
            "subject to count",
            "received 22 of 24",
            "corner crushed",
            "2 of the 24 cartons were wet and one was crushed",
            "Short 2",
            "no damage",
            "sous réserve de contrôle",
            "unter Vorbehalt",
            "Damage: 1 ctn",
        ] {
            assert!(!is_boilerplate(line), "{line}");
        }
    }

    #[test]
    fn words_of_empty_boxes_are_left_out() {
        for (line, parts) in [
            ("[ ] Short [x] Over [ ] Damaged", vec![" Over "]),
            ("Short [ ] Over [x] Damaged [ ]", vec![" Over "]),
            ("2 ctn short", vec!["2 ctn short"]),
            ("Remarks ☐ clean ☑ short", vec!["Remarks ", " short"]),
            ("", vec![]),
        ] {
            assert_eq!(ticked(line), parts, "{line}");
        }
    }
}
