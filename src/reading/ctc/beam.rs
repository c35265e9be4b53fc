//! What else an unsure word may say: the likeliest texts over all steps of its scores, not only the best character of each.
//!
//! In: the likeliest characters of each step. Out: texts with their chances. Prefix beam search (Hannun et al. 2014, without a
//! language model): the same text reached over different blanks and runs counts once.

use std::collections::BTreeMap;

use ndarray::ArrayView1;

/// Characters of a step that are looked at, and how likely they have to be. Assumptions, as are the two below.
const MOST_CHARACTERS: usize = 4;
const FAINTEST: f32 = 0.02;
/// Texts that are followed, and texts that are given.
const BEAM: usize = 12;
const GIVEN: usize = 6;

/// The likeliest characters of one step.
#[derive(Debug, Clone, Default)]
pub(in crate::reading) struct Step {
    blank: f32,
    characters: Vec<(char, f32)>,
}

impl Step {
    /// From the scores of the blank and of each character of `alphabet`.
    pub(in crate::reading) fn of(scores: ArrayView1<'_, f32>, alphabet: &[char]) -> Self {
        let blank = scores.first().copied().unwrap_or(0.0);
        let scored = alphabet.iter().copied().zip(scores.iter().skip(1).copied());
        let mut characters: Vec<(char, f32)> =
            scored.filter(|(_, score)| *score >= FAINTEST).collect();
        characters.sort_by(|one, other| other.1.total_cmp(&one.1));
        characters.truncate(MOST_CHARACTERS);
        Self { blank, characters }
    }
}

/// Chances of a text whose last step was a blank, and whose last step was its last character.
#[derive(Debug, Clone, Copy, Default)]
struct Chances {
    blank: f32,
    character: f32,
}

impl Chances {
    fn all(self) -> f32 {
        self.blank + self.character
    }
}

/// The likeliest texts of the steps with their chances, which sum to 1, the likeliest first.
pub(in crate::reading) fn texts(steps: &[Step]) -> Vec<(String, f32)> {
    let start = Chances {
        blank: 1.0,
        character: 0.0,
    };
    let mut beam = vec![(String::new(), start)];
    for step in steps {
        beam = best(followed(&beam, step), BEAM);
    }
    let all: f32 = beam.iter().map(|(_, chances)| chances.all()).sum();
    beam.truncate(GIVEN);
    let shares = beam
        .into_iter()
        .map(|(text, chances)| (text, chances.all() / all.max(f32::MIN_POSITIVE)));
    shares.collect()
}

fn followed(beam: &[(String, Chances)], step: &Step) -> BTreeMap<String, Chances> {
    let mut next: BTreeMap<String, Chances> = BTreeMap::new();
    for (text, chances) in beam {
        next.entry(text.clone()).or_default().blank += chances.all() * step.blank;
        for (character, score) in &step.characters {
            let again = text.ends_with(*character);
            if again {
                next.entry(text.clone()).or_default().character += chances.character * score;
            }
            // The same character twice needs a blank between.
            let before = if again { chances.blank } else { chances.all() };
            let longer = format!("{text}{character}");
            next.entry(longer).or_default().character += before * score;
        }
    }
    next
}

fn best(texts: BTreeMap<String, Chances>, most: usize) -> Vec<(String, Chances)> {
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by(|one, other| other.1.all().total_cmp(&one.1.all()));
    texts.truncate(most);
    // Long words would run out of numbers: only the shares count.
    let highest = texts
        .first()
        .map_or(1.0, |(_, chances)| chances.all())
        .max(f32::MIN_POSITIVE);
    for (_, chances) in &mut texts {
        chances.blank /= highest;
        chances.character /= highest;
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(blank: f32, characters: &[(char, f32)]) -> Step {
        Step {
            blank,
            characters: characters.to_vec(),
        }
    }

    #[test]
    fn a_doubtful_digit_gives_both_texts_with_their_chances() {
        let steps = [
            step(0.0, &[('3', 1.0)]),
            step(0.1, &[('1', 0.5), ('7', 0.4)]),
            step(1.0, &[]),
        ];
        let found = texts(&steps);
        assert_eq!(found[0].0, "31");
        assert_eq!(found[1].0, "37");
        assert!(
            (found[0].1 - 0.5).abs() < 1e-4 && (found[1].1 - 0.4).abs() < 1e-4,
            "{found:?}"
        );
    }

    #[test]
    fn a_text_that_many_paths_reach_beats_the_one_best_path() {
        // Best characters: blank, blank. Yet "a" is reached over three paths: 0.24 + 0.24 + 0.16 against 0.36.
        let steps = [step(0.6, &[('a', 0.4)]), step(0.6, &[('a', 0.4)])];
        let found = texts(&steps);
        assert_eq!(found[0].0, "a");
        assert!((found[0].1 - 0.64).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn equal_characters_are_two_only_with_a_blank_between() {
        let apart = [
            step(0.0, &[('1', 1.0)]),
            step(1.0, &[]),
            step(0.0, &[('1', 1.0)]),
        ];
        assert_eq!(texts(&apart)[0].0, "11");
        let run = [step(0.0, &[('1', 1.0)]), step(0.0, &[('1', 1.0)])];
        assert_eq!(texts(&run)[0].0, "1");
    }

    #[test]
    fn nothing_reads_as_nothing() {
        assert_eq!(texts(&[]), [(String::new(), 1.0)]);
    }
}
