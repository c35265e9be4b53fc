//! A closer look: numbers that were read badly on their line are read again alone.
//!
//! In: lines and what the recogniser made of them. Out: which stretches of them to read again, and the lines with what was read
//! better. A stamp over small print makes one line with it for the detector, and one scale fits only one of the two.

use super::ctc::{self, Letter, Reading};
use super::line::Line;

/// A number of less confidence is read again. An assumption.
const BADLY_READ: f32 = 0.6;
/// A shorter number is a count or a scribble.
const FEWEST_DIGITS: usize = 4;
/// Alone it has to be read with so much certainty. An assumption.
const CLEAR: f32 = 0.9;

/// Part of a line, 0..1 of its length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    /// Which of the lines.
    pub(super) line: usize,
    start: f32,
    end: f32,
}

/// The parts worth reading again, each with the line that it is alone.
pub(super) fn worth_it(read: &[(Line, Reading)]) -> Vec<(Part, Line)> {
    let parts = read
        .iter()
        .enumerate()
        .flat_map(|(index, (line, reading))| {
            let groups = ctc::groups(&reading.letters, line);
            let words = groups.into_iter().flatten();
            let badly = words.filter(|word| word.confidence < BADLY_READ);
            let numbers = badly.filter(|word| digits(&word.text) >= FEWEST_DIGITS);
            numbers.map(move |word| {
                let part = Part {
                    line: index,
                    start: word.start,
                    end: word.end,
                };
                (part, line.between(word.start, word.end))
            })
        });
    parts.collect()
}

fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// Puts what was read alone into its line, where it was read better.
pub(super) fn put(reading: &mut Reading, part: Part, again: &Reading) {
    let within = |letter: &&Letter| (part.start..=part.end).contains(&letter.at);
    let before: Vec<Letter> = reading.letters.iter().filter(within).copied().collect();
    let certainty = ctc::certainty(&again.letters);
    if certainty < CLEAR || certainty <= ctc::certainty(&before) {
        return;
    }
    reading.letters.retain(|letter| !within(&letter));
    let length = part.end - part.start;
    let placed = again.letters.iter().map(|letter| Letter {
        at: part.start + letter.at * length,
        ..*letter
    });
    reading.letters.extend(placed);
    let by_place = |one: &Letter, other: &Letter| one.at.total_cmp(&other.at);
    reading.letters.sort_by(by_place);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str, confidence: f32) -> Vec<Letter> {
        let count = text.chars().count() as f32;
        let letter = |(index, letter): (usize, char)| Letter {
            letter,
            at: (index as f32 + 0.5) / count,
            confidence,
        };
        text.chars().enumerate().map(letter).collect()
    }

    fn reading(text: &str, confidence: f32) -> Reading {
        Reading {
            letters: letters(text, confidence),
            steps: Vec::new(),
        }
    }

    fn text(reading: &Reading) -> String {
        reading.letters.iter().map(|letter| letter.letter).collect()
    }

    const LINE: Line = Line {
        centre: (200.0, 50.0),
        length: 400.0,
        height: 30.0,
        angle: 0.0,
    };

    #[test]
    fn a_number_that_was_read_badly_is_read_again_and_its_neighbours_are_not() {
        let mut line = reading("stated 03/1272025 on", 0.99);
        for letter in &mut line.letters[7..17] {
            letter.confidence = 0.4;
        }
        let parts = worth_it(&[(LINE, line.clone())]);
        assert_eq!(parts.len(), 1);
        let (part, alone) = parts[0];
        assert!((alone.length - 200.0).abs() < 30.0, "{alone:?}");
        put(&mut line, part, &reading("03/12/2025", 0.99));
        assert_eq!(text(&line), "stated 03/12/2025 on");
    }

    #[test]
    fn what_is_no_clearer_alone_stays_as_it_was() {
        let mut line = reading("1234567", 0.5);
        let (part, _) = worth_it(&[(LINE, line.clone())])[0];
        put(&mut line, part, &reading("7654321", 0.8));
        assert_eq!(text(&line), "1234567");
        assert!(worth_it(&[(LINE, reading("1234567", 0.9))]).is_empty());
        assert!(worth_it(&[(LINE, reading("scribble", 0.4))]).is_empty());
    }
}
