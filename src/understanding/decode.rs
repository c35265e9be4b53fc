//! Decoding: of all that a doubtful number may say, what its field can hold.
//!
//! In: the likeliest text, the others with their chances, and how to read one of them. Out: the likeliest value and its share of all values that the
//! texts can be read as. "3/1I/26" is no date and "3/11/26" is one, so the second is what was written.

use super::values::Reading;

/// Reads each text. `prior` weighs values by what is known beside the paper, 0..1.
pub(super) fn decode(
    likeliest: &str,
    others: &[(String, f32)],
    read: impl Fn(&str) -> Reading,
    prior: impl Fn(&Reading) -> f32,
) -> (Reading, f32) {
    if others.is_empty() {
        return (read(likeliest), 1.0);
    }
    let doubt: f32 = others.iter().map(|(_, chance)| chance).sum();
    let mut values = vec![(read(likeliest), (1.0 - doubt).max(0.0))];
    for (text, chance) in others {
        let reading = read(text);
        match values.iter_mut().find(|(value, _)| *value == reading) {
            Some((_, sum)) => *sum += chance,
            None => values.push((reading, *chance)),
        }
    }
    values.retain(|(value, _)| *value != Reading::Unreadable);
    for (value, chance) in &mut values {
        *chance *= prior(value);
    }
    let all: f32 = values.iter().map(|(_, chance)| chance).sum();
    let best = values.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or((Reading::Unreadable, 0.0), |(value, chance)| {
        (value, chance / all.max(f32::MIN_POSITIVE))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::*;

    fn decoded(
        text: &str,
        others: &[(&str, f32)],
        prior: impl Fn(&Reading) -> f32,
    ) -> (Reading, f32) {
        let others: Vec<_> = others
            .iter()
            .map(|(text, chance)| ((*text).to_owned(), *chance))
            .collect();
        decode(text, &others, count, prior)
    }

    fn count(text: &str) -> Reading {
        text.parse().map_or(Reading::Unreadable, |count| {
            Reading::Sure(Value::Count(count), None)
        })
    }

    fn sure(count: u32) -> Reading {
        Reading::Sure(Value::Count(count), None)
    }

    #[test]
    fn a_text_that_the_field_cannot_hold_gives_way_to_one_that_it_can() {
        let others = [("12", 0.3), ("17", 0.1), ("lZ", 0.1)];
        let (reading, share) = decoded("1Z", &others, |_| 1.0);
        assert_eq!(reading, sure(12));
        assert!((share - 0.75).abs() < 1e-5);
    }

    #[test]
    fn what_is_known_beside_the_paper_decides_between_likely_texts() {
        let known = |reading: &Reading| if *reading == sure(11) { 1.0 } else { 0.1 };
        assert_eq!(decoded("71", &[("11", 0.4)], |_| 1.0).0, sure(71));
        assert_eq!(decoded("71", &[("11", 0.4)], known).0, sure(11));
    }

    #[test]
    fn where_nothing_can_be_read_nothing_is() {
        let found = decoded("xx", &[("xy", 0.3)], |_| 1.0);
        assert_eq!(found, (Reading::Unreadable, 0.0));
        assert_eq!(decoded("12", &[], |_| 1.0), (sure(12), 1.0));
    }
}
