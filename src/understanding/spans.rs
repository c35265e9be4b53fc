//! Spans: words that the `fields` model says belong to the same value, joined.
//!
//! In: the words of a page and the model's [`Tag`] of each. Out: [`Span`]s, which `fields` turns into values.

use super::FieldName;
use super::normalise::is_boilerplate;
use super::party_blocks::whole_parties;
use crate::document::{BBox, Confidence, Source};
use crate::reading::Word;

/// What the `fields` model says of one word.
#[derive(Debug, Clone, Copy)]
pub struct Tag {
    /// The likeliest field; `None` for a word that belongs to no value.
    pub field: Option<FieldName>,
    /// Its calibrated chance.
    pub chance: f32,
    /// Chance that a value begins with the word.
    pub begin: f32,
    /// Chance that the word is written by hand.
    pub hand: f32,
}

/// The words of one value.
#[derive(Debug, Clone)]
pub struct Span {
    /// The field it is a value of.
    pub field: FieldName,
    /// The text of each of its lines, words joined by one space.
    pub lines: Vec<String>,
    /// Where it stands.
    pub bbox: BBox,
    /// Mean chance of its tags.
    pub chance: f32,
    /// Mean confidence of its readers.
    pub read: Confidence,
    /// Who read it.
    pub source: Source,
    /// What the second reader made of the same words, where it was asked about all of them.
    pub second: Option<String>,
    /// What else its words may say, with the chance of each whole text.
    pub others: Vec<(String, f32)>,
}

impl Span {
    /// All lines, joined by one space.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join(" ")
    }
}

/// Texts of a span that are thought of: three doubtful numbers with three readings each.
const MOST_TEXTS: usize = 27;
/// Words of one line further apart than this many heights belong to different values.
const WIDEST_GAP: f32 = 2.2;
/// The same where the reader took them for two lines: words of one name stand half a height apart.
const WIDEST_BETWEEN_LINES: f32 = 1.0;
/// Lines of one block further apart than this many heights belong to different values.
pub(super) const WIDEST_LEADING: f32 = 1.6;

/// Joins tagged words into spans, in reading order.
#[must_use]
pub fn spans(words: &[Word], tags: &[Tag]) -> Vec<Span> {
    let tags = &whole_parties(words, tags);
    let mut open: Vec<(FieldName, Vec<usize>)> = Vec::new();
    for (index, (word, tag)) in words.iter().zip(tags).enumerate() {
        let Some(field) = tag.field else { continue };
        let joins = |rows: &[usize]| {
            rows.iter()
                .rev()
                .any(|&row| continues(&words[row], word, field, tag))
        };
        match open
            .iter_mut()
            .rev()
            .find(|(other, rows)| *other == field && joins(rows))
        {
            Some((_, rows)) => rows.push(index),
            None => open.push((field, vec![index])),
        }
    }
    open.into_iter()
        .map(|(field, rows)| (field, with_last_word(field, rows, words, tags)))
        .filter(|(field, rows)| !is_in_print(*field, rows, words))
        .map(|(field, rows)| span(field, &rows, words, tags))
        .collect()
}

/// A remark of which the model took all words of a line but the last has that word as well: "rec'd in full".
fn with_last_word(
    field: FieldName,
    mut rows: Vec<usize>,
    words: &[Word],
    tags: &[Tag],
) -> Vec<usize> {
    let last = rows.last().copied().unwrap_or_default();
    let on_line = |row: usize| words.get(row).is_some_and(|w| w.line == words[last].line);
    let is_its = on_line(last + 1)
        && !on_line(last + 2)
        && tags[last + 1].field.is_none()
        && continues(&words[last], &words[last + 1], field, &tags[last + 1]);
    if field == FieldName::ExceptionNotation && rows.len() > 1 && is_its {
        rows.push(last + 1);
    }
    rows
}

/// A word or two of a printed instruction are no remark: "note every exception before leaving the dock".
fn is_in_print(field: FieldName, rows: &[usize], words: &[Word]) -> bool {
    let line = rows.first().map(|row| words[*row].line);
    let whole: Vec<&str> = words
        .iter()
        .filter(|word| Some(word.line) == line)
        .map(|word| word.text.as_str())
        .collect();
    field == FieldName::ExceptionNotation
        && whole.len() > 2 * rows.len()
        && is_boilerplate(&whole.join(" "))
}

/// Does `next` continue the value that `last` is part of?
fn continues(last: &Word, next: &Word, field: FieldName, tag: &Tag) -> bool {
    let height = last.bbox.height().max(next.bbox.height());
    let same_band = (last.bbox.centre().1 - next.bbox.centre().1).abs() < 0.6 * height;
    if same_band {
        // Heights are shares of the page's height, widths of its width: paper is about 1.3 times as high as wide.
        let gap = (next.bbox.left - last.bbox.right) / 1.3;
        let begins = tag.begin > 0.6 && !is_block(field);
        // Blocks stand side by side: the reader's lines tell columns apart.
        let widest = if is_block(field) && last.line != next.line {
            WIDEST_BETWEEN_LINES
        } else {
            WIDEST_GAP
        };
        return gap < widest * height && gap > -height && !begins;
    }
    let leading = next.bbox.top - last.bbox.bottom;
    let below = leading < WIDEST_LEADING * height && next.bbox.centre().1 > last.bbox.centre().1;
    let shared = next.bbox.left < last.bbox.right + 0.1 && next.bbox.right > last.bbox.left - 0.1;
    is_block(field) && below && shared
}

/// Fields whose values run over several lines.
fn is_block(field: FieldName) -> bool {
    matches!(
        field,
        FieldName::ShipFrom
            | FieldName::ShipTo
            | FieldName::ExceptionNotation
            | FieldName::StampText
    )
}

fn span(field: FieldName, rows: &[usize], words: &[Word], tags: &[Tag]) -> Span {
    let mean = |of: &dyn Fn(usize) -> f32| {
        let count = f32::from(u16::try_from(rows.len()).unwrap_or(u16::MAX));
        rows.iter().map(|&row| of(row)).sum::<f32>() / count
    };
    let hand = mean(&|row| tags[row].hand) > 0.5;
    let first = &words[rows[0]];
    let seconds: Option<Vec<&str>> = rows
        .iter()
        .map(|&row| {
            words[row]
                .second
                .as_ref()
                .map(|second| second.text.as_str())
        })
        .collect();
    Span {
        field,
        lines: lines(rows, words),
        bbox: rows
            .iter()
            .fold(first.bbox, |bbox, &row| bbox.union(words[row].bbox)),
        chance: mean(&|row| tags[row].chance),
        read: Confidence::new(mean(&|row| words[row].confidence.get())),
        source: if hand && first.source == Source::Ocr {
            Source::Handwriting
        } else {
            first.source
        },
        second: seconds.map(|texts| texts.join(" ")),
        others: others(rows, words),
    }
}

/// All that the words may say together, but for the likeliest text.
fn others(rows: &[usize], words: &[Word]) -> Vec<(String, f32)> {
    if rows.iter().all(|&row| words[row].others.is_empty()) {
        return Vec::new();
    }
    let mut texts = vec![(String::new(), 1.0)];
    for word in rows.iter().map(|&row| &words[row]) {
        let doubt: f32 = word.others.iter().map(|(_, chance)| chance).sum();
        let likeliest = (word.text.clone(), (1.0 - doubt).max(0.0));
        let options = || std::iter::once(&likeliest).chain(&word.others);
        let longer = texts.iter().flat_map(|(before, chance)| {
            let joined = move |(text, one): &(String, f32)| {
                let space = if before.is_empty() { "" } else { " " };
                (format!("{before}{space}{text}"), chance * one)
            };
            options().map(joined)
        });
        let mut longer: Vec<_> = longer.collect();
        longer.sort_by(|one, other| other.1.total_cmp(&one.1));
        longer.truncate(MOST_TEXTS);
        texts = longer;
    }
    let best: Vec<&str> = rows.iter().map(|&row| words[row].text.as_str()).collect();
    let best = best.join(" ");
    texts.retain(|(text, _)| *text != best);
    texts
}

fn lines(rows: &[usize], words: &[Word]) -> Vec<String> {
    let mut lines: Vec<(f32, String)> = Vec::new();
    for &row in rows {
        let (_, middle) = words[row].bbox.centre();
        let height = words[row].bbox.height();
        match lines.last_mut() {
            Some((at, line)) if (*at - middle).abs() < 0.6 * height => {
                line.push(' ');
                line.push_str(&words[row].text);
            }
            _ => lines.push((middle, words[row].text.clone())),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, left: f32, top: f32) -> Word {
        let width = 0.01 * f32::from(u8::try_from(text.len()).unwrap());
        Word {
            text: text.to_owned(),
            bbox: BBox::new(left, top, left + width, top + 0.012),
            confidence: Confidence::new(0.9),
            source: Source::Ocr,
            line: 0,
            second: None,
            others: Vec::new(),
        }
    }

    fn tag(field: FieldName, begin: f32) -> Tag {
        Tag {
            field: Some(field),
            chance: 0.9,
            begin,
            hand: 0.1,
        }
    }

    #[test]
    fn an_address_keeps_its_lines_although_the_next_column_stands_between_them() {
        let words = [
            word("ACME", 0.1, 0.2),
            word("Widgets", 0.6, 0.2),
            word("Main", 0.1, 0.215),
            word("St", 0.15, 0.215),
            word("Dock", 0.6, 0.215),
        ];
        let tags = [
            FieldName::ShipFrom,
            FieldName::ShipTo,
            FieldName::ShipFrom,
            FieldName::ShipFrom,
            FieldName::ShipTo,
        ]
        .map(|field| tag(field, 0.0));
        let found = spans(&words, &tags);
        assert_eq!(found[0].lines, ["ACME", "Main St"]);
        assert_eq!(found[1].lines, ["Widgets", "Dock"]);
    }

    #[test]
    fn a_name_takes_the_words_that_the_model_was_unsure_of_but_not_its_neighbour() {
        let words = [
            word("VELTER", 0.1, 0.2),
            word("BAKERY", 0.17, 0.2),
            word("&", 0.24, 0.2),
            word("SONS", 0.26, 0.2),
            word("Terms", 0.5, 0.2),
        ];
        let unsure = |chance| Tag {
            field: None,
            chance,
            begin: 0.0,
            hand: 0.0,
        };
        let named = tag(FieldName::ShipTo, 0.0);
        let found = spans(
            &words,
            &[named, named, unsure(0.7), unsure(0.8), unsure(0.7)],
        );
        assert_eq!(found[0].lines, ["VELTER BAKERY & SONS"]);
        let sure = spans(
            &words,
            &[named, named, unsure(0.99), unsure(0.99), unsure(0.7)],
        );
        assert_eq!(sure[0].lines, ["VELTER BAKERY"]);
    }

    #[test]
    fn two_parties_side_by_side_are_two_although_the_model_takes_them_for_one() {
        let mut right = word("Patel", 0.16, 0.2);
        let left = word("GRANITE", 0.1, 0.2);
        // A gap as wide as a line is high: a column for the reader, who gave it another line.
        right.bbox = BBox::new(0.19, 0.2, 0.24, 0.212);
        right.line = 1;
        let tags = [tag(FieldName::ShipFrom, 0.0), tag(FieldName::ShipFrom, 0.0)];
        assert_eq!(spans(&[left.clone(), right.clone()], &tags).len(), 2);
        right.line = left.line;
        assert_eq!(spans(&[left, right], &tags).len(), 1);
    }

    #[test]
    fn two_purchase_orders_side_by_side_are_two_values() {
        let words = [word("4500123", 0.1, 0.2), word("4500124", 0.18, 0.2)];
        let found = spans(
            &words,
            &[
                tag(FieldName::CustomerPo, 0.9),
                tag(FieldName::CustomerPo, 0.9),
            ],
        );
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_else_doubtful_numbers_may_say_is_said_of_the_whole_text() {
        let mut day = word("3/1", 0.1, 0.2);
        day.others = vec![("3/11".into(), 0.3)];
        let mut year = word("26", 0.14, 0.2);
        year.others = vec![("25".into(), 0.1)];
        let date = [
            tag(FieldName::DeliveryDate, 0.9),
            tag(FieldName::DeliveryDate, 0.1),
        ];
        let found = spans(&[day, year], &date);
        let others: Vec<&str> = found[0]
            .others
            .iter()
            .map(|(text, _)| text.as_str())
            .collect();
        assert_eq!(others, ["3/11 26", "3/1 25", "3/11 25"]);
        assert!((found[0].others[0].1 - 0.27).abs() < 1e-5);
    }

    #[test]
    fn a_remark_keeps_its_last_word_and_a_word_of_an_instruction_is_none() {
        let line = |texts: &[&str], tagged: &[bool]| {
            let mut left = 0.1;
            let mut next = |text: &&str| {
                let word = word(text, left, 0.5);
                left = word.bbox.right + 0.01;
                word
            };
            let words: Vec<Word> = texts.iter().map(&mut next).collect();
            let tags: Vec<Tag> = tagged
                .iter()
                .map(|tagged| Tag {
                    field: tagged.then_some(FieldName::ExceptionNotation),
                    ..tag(FieldName::ExceptionNotation, 0.1)
                })
                .collect();
            let found = spans(&words, &tags);
            found.iter().map(Span::text).collect::<Vec<_>>()
        };
        assert_eq!(
            line(&["rec'd", "in", "full"], &[true, true, false]),
            ["rec'd in full"]
        );
        let instruction = [
            "note",
            "every",
            "exception",
            "before",
            "leaving",
            "the",
            "dock",
        ];
        let tagged = [false, false, false, false, false, false, true];
        assert!(line(&instruction, &tagged).is_empty());
    }

    #[test]
    fn words_without_a_field_are_no_span() {
        let none = Tag {
            field: None,
            chance: 0.9,
            begin: 0.0,
            hand: 0.0,
        };
        assert!(spans(&[word("hello", 0.1, 0.1)], &[none]).is_empty());
    }
}
