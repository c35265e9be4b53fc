//! A pack: the papers of one delivery. Which of them proves it?

use jiff::Timestamp;

use crate::document::DocumentId;
use crate::reading::Defect;
use crate::understanding::Document;

/// Below this quality a copy is a poor one. Half of the scale: with the few steps that follow, two scans of one paper seldom change places.
const POOR_COPY: f32 = 0.5;

/// A paper that proves the delivery by itself.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// Its id.
    pub id: DocumentId,
    /// The paper.
    pub document: &'a Document,
    /// When it was received.
    pub received_at: Timestamp,
}

/// The proof that counts: a good copy before a poor one, then the one that was received first. The order in which they are given does not
/// matter.
#[must_use]
pub fn best_proof(proofs: &[Proof<'_>]) -> Option<DocumentId> {
    let best = proofs.iter().min_by_key(|proof| rank(proof));
    best.map(|proof| proof.id)
}

/// Of two papers that say the same the one with the lower rank counts.
#[must_use]
pub fn rank(proof: &Proof<'_>) -> (bool, Timestamp, DocumentId) {
    (is_poor_copy(proof.document), proof.received_at, proof.id)
}

fn is_poor_copy(document: &Document) -> bool {
    let cut_off = [Defect::DocumentCutoff, Defect::TextCutoff];
    let quality = &document.quality;
    quality.score.get() < POOR_COPY
        || quality
            .defects
            .iter()
            .any(|defect| cut_off.contains(defect))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::samples::Sample;
    use crate::document::Confidence;

    fn paper(quality: f32) -> Document {
        let mut sample = Sample::receipt();
        sample.document.quality.score = Confidence::new(quality);
        sample.document
    }

    fn proof(document: &Document, number: u128, second: i64) -> Proof<'_> {
        Proof {
            id: DocumentId(uuid::Uuid::from_u128(number)),
            document,
            received_at: Timestamp::from_second(second).unwrap(),
        }
    }

    #[test]
    fn a_good_copy_counts_before_a_poor_one_and_the_first_before_the_second() {
        let (good, poor) = (paper(0.9), paper(0.3));
        let [first_poor, first, second] =
            [proof(&poor, 3, 1), proof(&good, 2, 5), proof(&good, 1, 9)];
        assert_eq!(best_proof(&[]), None);
        assert_eq!(best_proof(&[first_poor]), Some(first_poor.id));
        for order in [[first_poor, first, second], [second, first, first_poor]] {
            assert_eq!(best_proof(&order), Some(first.id));
        }
    }
}
