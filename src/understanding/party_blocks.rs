//! Parties made whole: a name and an address are one party's, line by line and block by block.
//!
//! In: the words of a page and the model's tags. Out: the tags, those of a line and of a block of lines agreeing on whose they are.

use std::ops::Range;

use super::FieldName;
use super::spans::{Tag, WIDEST_LEADING};
use crate::reading::Word;

/// The tags with parties made whole.
pub(super) fn whole_parties(words: &[Word], tags: &[Tag]) -> Vec<Tag> {
    let mut tags = tags.to_vec();
    let lines = whole_lines(words, &mut tags);
    for block in blocks(words, &tags, lines) {
        settle_block(&mut tags, &block);
    }
    tags
}

fn is_party(field: Option<FieldName>) -> bool {
    matches!(field, Some(FieldName::ShipFrom | FieldName::ShipTo))
}

/// A word that the model is so sure belongs to no name stays out of one. An assumption: on a receipt that
/// was looked at, labels in print had 0.96, words torn from a name 0.78 to 0.94.
const SURELY_NONE: f32 = 0.95;

/// The lines of parties, each made whole: where half of the words from its first one on are tagged so, the rest is a part that the
/// model was unsure of ("& Sons", "Whse #4102").
fn whole_lines(words: &[Word], tags: &mut [Tag]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < tags.len().min(words.len()) {
        let field = tags[start].field;
        if !is_party(field) {
            start += 1;
            continue;
        }
        let stands_beside = |at: &usize| {
            words[*at].line == words[start].line && is_beside(&words[at - 1], &words[*at])
        };
        let end = (start + 1..words.len().min(tags.len()))
            .take_while(stands_beside)
            .last()
            .unwrap_or(start)
            + 1;
        let line = &mut tags[start..end];
        let own = line.iter().filter(|tag| is_party(tag.field)).count();
        let unsure = |tag: &&mut Tag| tag.field.is_none() && tag.chance < SURELY_NONE;
        if 2 * own >= end - start {
            for tag in line.iter_mut().filter(unsure) {
                tag.field = field;
            }
        }
        lines.push(start..end);
        start = end;
    }
    lines
}

/// Is the gap between two words of a line no wider than a letter or two?
fn is_beside(last: &Word, next: &Word) -> bool {
    let height = last.bbox.height().max(next.bbox.height());
    let gap = (next.bbox.left - last.bbox.right) / 1.3;
    gap < height && gap > -height
}

/// Lines of a block begin within this share of the page's width.
const ALIGNED: f32 = 0.02;
/// From this chance that a value begins with its first word on a line is the first of a block.
const BEGINS: f32 = 0.5;

/// The lines that stand below each other, block by block.
fn blocks(words: &[Word], tags: &[Tag], lines: Vec<Range<usize>>) -> Vec<Vec<Range<usize>>> {
    let mut blocks: Vec<Vec<Range<usize>>> = Vec::new();
    for line in lines {
        let first = &words[line.start];
        let is_below = |block: &&mut Vec<Range<usize>>| {
            block.last().is_some_and(|last| {
                let above = words[last.start].bbox;
                let gap = first.bbox.top - above.bottom;
                (first.bbox.left - above.left).abs() < ALIGNED
                    && first.bbox.centre().1 > above.bottom
                    && gap < WIDEST_LEADING * above.height()
            })
        };
        let begins = tags[line.start].begin > BEGINS;
        match blocks.iter_mut().rev().find(is_below).filter(|_| !begins) {
            Some(block) => block.push(line),
            None => blocks.push(vec![line]),
        }
    }
    blocks
}

/// A block of which some words are said to be the sender's and some the receiver's is whose the surer words say.
fn settle_block(tags: &mut [Tag], block: &[Range<usize>]) {
    let rows = || block.iter().flat_map(Clone::clone);
    let votes = |field| -> f32 {
        let own = rows().filter(|row| tags[*row].field == Some(field));
        own.map(|row| tags[row].chance).sum()
    };
    let (from, to) = (votes(FieldName::ShipFrom), votes(FieldName::ShipTo));
    if from <= 0.0 || to <= 0.0 {
        return;
    }
    let field = if from > to {
        FieldName::ShipFrom
    } else {
        FieldName::ShipTo
    };
    let share = from.max(to) / (from + to);
    for row in rows()
        .filter(|row| is_party(tags[*row].field))
        .collect::<Vec<_>>()
    {
        tags[row].field = Some(field);
        tags[row].chance = share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BBox, Confidence, Source};

    /// A line of words from `left` on, each with its field, chance and chance to begin.
    fn line(number: u32, left: f32, texts: &[(&str, FieldName, f32, f32)]) -> Vec<(Word, Tag)> {
        let top = 0.1 + 0.015 * f32::from(u16::try_from(number).unwrap());
        let mut at = left;
        let word = |(text, field, chance, begin): &(&str, FieldName, f32, f32)| {
            let bbox = BBox::new(at, top, at + 0.05, top + 0.012);
            at += 0.055;
            let word = Word {
                text: (*text).to_owned(),
                bbox,
                confidence: Confidence::new(0.9),
                source: Source::Ocr,
                line: number,
                second: None,
                others: Vec::new(),
            };
            let tag = Tag {
                field: Some(*field),
                chance: *chance,
                begin: *begin,
                hand: 0.0,
            };
            (word, tag)
        };
        texts.iter().map(word).collect()
    }

    #[test]
    fn a_block_is_one_partys_and_the_one_that_begins_below_it_another() {
        use FieldName::{ShipFrom, ShipTo};
        let rows = [
            line(
                0,
                0.1,
                &[("LOPEZ", ShipTo, 0.9, 0.9), ("BAKERY", ShipTo, 0.8, 0.1)],
            ),
            line(
                1,
                0.1,
                &[("10261", ShipFrom, 0.6, 0.1), ("West", ShipFrom, 0.6, 0.0)],
            ),
            line(2, 0.1, &[("Nashville,", ShipTo, 0.9, 0.0)]),
            line(
                3,
                0.1,
                &[("Patel", ShipFrom, 0.9, 0.9), ("Inc", ShipFrom, 0.9, 0.0)],
            ),
        ];
        let (words, tags): (Vec<Word>, Vec<Tag>) = rows.into_iter().flatten().unzip();
        let whole = whole_parties(&words, &tags);
        let fields: Vec<_> = whole.iter().filter_map(|tag| tag.field).collect();
        let wanted = [ShipTo, ShipTo, ShipTo, ShipTo, ShipTo, ShipFrom, ShipFrom];
        assert_eq!(fields, wanted);
    }
}
