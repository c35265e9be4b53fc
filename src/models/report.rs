//! The report of a trial: in what a challenger differs from the champion, and what it would have cost or gained.

mod told;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use self::told::{page, text};
use crate::ledger::{Compared, Part, Rulings, Sketch, TrialOf, TrialRecord};
use crate::understanding::told as read_told;

/// How the two compare.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The task.
    pub task: String,
    /// Who serves, `name@version`.
    pub champion: String,
    /// Who would like to.
    pub challenger: String,
    /// Uploads that both saw.
    pub uploads: usize,
    /// Uploads of which the challenger made nothing because it failed.
    pub failed: usize,
    /// What was told of uploads that only one of them read, champion and challenger: of a canary.
    pub in_public: [InPublic; 2],
    /// Documents that both cut alike.
    pub documents: usize,
    /// Documents that only the champion cut.
    pub only_champion: usize,
    /// Documents that only the challenger cut.
    pub only_challenger: usize,
    /// In how many of all pairs they agree: of classes, values, shipments, decisions.
    pub agree: BTreeMap<&'static str, Tally>,
    /// In how many values of each field they agree.
    pub fields: BTreeMap<String, Tally>,
    /// Mean confidence of classes and of values: champion, challenger.
    pub confidence: BTreeMap<&'static str, (f64, f64)>,
    /// Decisions that differ: from the champion's to the challenger's.
    pub decisions: BTreeMap<String, usize>,
    /// Documents that only the challenger would have billed.
    pub billed_more: usize,
    /// Documents that only the champion billed.
    pub billed_less: usize,
    /// Of what people said later: how often each was right.
    pub confirmed: Confirmed,
    /// Milliseconds for an upload, in the middle and of the slowest in a hundred: champion, challenger.
    pub milliseconds: Option<[(f64, f64); 2]>,
}

/// What was told of the uploads that one of them read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct InPublic {
    /// Documents.
    pub documents: usize,
    /// Those that can be billed.
    pub billed: usize,
    /// Sum of the confidences of their classes.
    pub confidence: f64,
}

impl InPublic {
    fn add(&mut self, sketch: &Sketch) {
        self.documents += 1;
        self.billed += usize::from(bills(sketch));
        self.confidence += f64::from(sketch.class_confidence);
    }
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Of these.
    pub of: usize,
    /// So many.
    pub hits: usize,
}

/// How often each was right in what people said later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Confirmed {
    /// Things said.
    pub said: usize,
    /// The champion was right.
    pub champion: usize,
    /// The challenger was right.
    pub challenger: usize,
}

impl Tally {
    fn add(&mut self, hit: bool) {
        self.of += 1;
        self.hits += usize::from(hit);
    }

    /// The share, 0..1; 1 of nothing.
    #[must_use]
    pub fn share(self) -> f64 {
        if self.of == 0 {
            1.0
        } else {
            self.hits as f64 / self.of as f64
        }
    }
}

/// Compares what was noted; `rulings` are what people said of the documents, in the order of the records.
#[must_use]
pub fn report(of: &TrialOf, records: &[TrialRecord], rulings: &[Rulings]) -> Report {
    let mut report = Report {
        task: of.task.to_string(),
        champion: of.champion.to_string(),
        challenger: of.challenger.to_string(),
        ..Report::default()
    };
    let (mut sums, mut times) = (Sums::default(), BTreeMap::new());
    let mut uploads = BTreeSet::new();
    for (record, rulings) in records.iter().zip(rulings) {
        let Compared {
            champion,
            challenger,
            failed,
            champion_ms,
            challenger_ms,
        } = &record.compared;
        uploads.insert(record.upload);
        if record.part == Part::Canary {
            let [one, other] = &mut report.in_public;
            champion.iter().for_each(|sketch| one.add(sketch));
            challenger.iter().for_each(|sketch| other.add(sketch));
            continue;
        }
        times.insert(
            record.upload,
            (*champion_ms, *challenger_ms, failed.is_some()),
        );
        if failed.is_some() {
            continue;
        }
        match (champion, challenger) {
            (Some(one), Some(other)) => report.compare(one, other, rulings, &mut sums),
            (Some(_), None) => report.only_champion += 1,
            (None, Some(_)) => report.only_challenger += 1,
            (None, None) => {}
        }
    }
    report.uploads = uploads.len();
    report.failed = times.values().filter(|(.., failed)| *failed).count();
    report.confidence = sums.means();
    // A replay asks nobody but the challenger.
    let champion = times.values().map(|(ms, ..)| *ms).filter(|ms| *ms > 0.0);
    let challenger = times
        .values()
        .filter(|(.., failed)| !failed)
        .map(|(_, ms, _)| *ms);
    report.milliseconds = middle_and_slow(champion.collect())
        .zip(middle_and_slow(challenger.collect()))
        .map(<[_; 2]>::from);
    report
}

impl Report {
    fn compare(&mut self, one: &Sketch, other: &Sketch, rulings: &Rulings, sums: &mut Sums) {
        self.documents += 1;
        sums.add(
            "class",
            f64::from(one.class_confidence),
            f64::from(other.class_confidence),
        );
        let mut agrees = |what, hit| self.agree.entry(what).or_default().add(hit);
        agrees("classes", one.class == other.class);
        agrees("shipments", one.shipment == other.shipment);
        agrees(
            "decisions",
            one.state == other.state && one.codes == other.codes,
        );
        if one.charges.is_some() || other.charges.is_some() {
            agrees("charge scores", near(one.charges, other.charges));
        }
        let names: BTreeSet<&String> = one.fields.keys().chain(other.fields.keys()).collect();
        for name in names {
            let (mine, theirs) = (one.fields.get(name), other.fields.get(name));
            let same = mine.map(|(value, _)| value) == theirs.map(|(value, _)| value);
            agrees("values", same);
            self.fields.entry(name.clone()).or_default().add(same);
            if let (Some((_, mine)), Some((_, theirs))) = (mine, theirs) {
                sums.add("values", f64::from(*mine), f64::from(*theirs));
            }
        }
        if one.state != other.state {
            let change = format!("{} → {}", one.state, other.state);
            *self.decisions.entry(change).or_default() += 1;
        }
        self.billed_more += usize::from(!bills(one) && bills(other));
        self.billed_less += usize::from(bills(one) && !bills(other));
        self.confirmed.add(one, other, rulings);
    }
}

fn bills(sketch: &Sketch) -> bool {
    sketch.state.starts_with("billable")
}

/// Scores that nobody would act on differently.
fn near(one: Option<f32>, other: Option<f32>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 0.1,
        (one, other) => one.is_none() && other.is_none(),
    }
}

impl Confirmed {
    fn add(&mut self, one: &Sketch, other: &Sketch, rulings: &Rulings) {
        let mut said = |right: &dyn Fn(&Sketch) -> bool| {
            self.said += 1;
            self.champion += usize::from(right(one));
            self.challenger += usize::from(right(other));
        };
        if let Some(is) = &rulings.is {
            said(&|sketch| sketch.shipment.as_ref() == Some(&is.shipment));
        }
        for is_not in &rulings.is_not {
            said(&|sketch| sketch.shipment.as_ref() != Some(is_not));
        }
        for (name, text) in &rulings.fields {
            let value = read_told(*name, text).map(|field| field.found.value);
            let Some(value) = value.and_then(|value| serde_json::to_string(&value).ok()) else {
                continue;
            };
            let name = crate::decision::name_of(name);
            said(&|sketch| {
                sketch
                    .fields
                    .get(&name)
                    .is_some_and(|(own, _)| *own == value)
            });
        }
    }
}

/// Sums of confidences.
#[derive(Default)]
struct Sums(BTreeMap<&'static str, (f64, f64, usize)>);

impl Sums {
    fn add(&mut self, what: &'static str, one: f64, other: f64) {
        let sum = self.0.entry(what).or_default();
        *sum = (sum.0 + one, sum.1 + other, sum.2 + 1);
    }

    fn means(&self) -> BTreeMap<&'static str, (f64, f64)> {
        let mean = |(what, (one, other, count)): (&&'static str, &(f64, f64, usize))| {
            let count = *count as f64;
            (*what, (one / count, other / count))
        };
        self.0.iter().map(mean).collect()
    }
}

/// The median and the 99th percentile.
fn middle_and_slow(mut times: Vec<f64>) -> Option<(f64, f64)> {
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        times
            .get((times.len() * percent / 100).min(times.len().checked_sub(1)?))
            .copied()
    };
    at(50).zip(at(99))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ledger::Belongs;
    use crate::understanding::FieldName;

    fn sketch(state: &str, pro: &str, shipment: Option<&str>) -> Sketch {
        Sketch {
            pages: vec![1],
            class: "delivery_receipt".to_owned(),
            class_confidence: 0.9,
            fields: BTreeMap::from([("pro_number".to_owned(), (format!("{pro:?}"), 0.8))]),
            shipment: shipment.map(str::to_owned),
            state: state.to_owned(),
            ..Sketch::default()
        }
    }

    fn record(number: u128, champion: Option<Sketch>, challenger: Option<Sketch>) -> TrialRecord {
        TrialRecord {
            upload: Uuid::from_u128(number),
            part: Part::Shadow,
            document: None,
            at: crate::events::examples::at(0),
            compared: Compared {
                champion,
                challenger,
                failed: None,
                champion_ms: 10.0,
                challenger_ms: 20.0,
            },
        }
    }

    fn of() -> TrialOf {
        TrialOf {
            task: crate::inference::Task::Fields,
            champion: "fields@1".parse().unwrap(),
            challenger: "fields@2".parse().unwrap(),
        }
    }

    #[test]
    fn it_says_what_would_have_been_billed_and_who_was_right_by_peoples_word() {
        let good = |state| Some(sketch(state, "123", Some("S-1")));
        let poor = Some(sketch("review", "128", None));
        let mut failed = record(4, None, None);
        failed.compared.failed = Some("NaN".to_owned());
        let records = [
            record(1, good("billable"), good("billable")),
            record(2, poor.clone(), good("billable")),
            record(3, good("billable"), None),
            failed,
        ];
        let said = Rulings {
            is: Some(Belongs {
                shipment: "S-1".to_owned(),
                stop: None,
            }),
            fields: BTreeMap::from([(FieldName::ProNumber, "123".to_owned())]),
            ..Rulings::default()
        };
        let none = Rulings::default();
        let rulings = [none.clone(), said, none.clone(), none];
        let report = report(&of(), &records, &rulings);
        assert_eq!((report.uploads, report.failed, report.documents), (4, 1, 2));
        assert_eq!(
            (report.billed_more, report.billed_less, report.only_champion),
            (1, 0, 1)
        );
        assert_eq!(report.decisions["review → billable"], 1);
        assert_eq!(report.agree["values"], Tally { of: 2, hits: 1 });
        assert_eq!(report.confirmed.said, report.confirmed.challenger);
        assert_eq!(report.confirmed.champion, 0);
        let told = text(&report);
        assert!(
            told.contains("would have billed 1 more and 0 less"),
            "{told}"
        );
        assert!(page(&report).contains("<svg"));
    }

    #[test]
    fn of_no_uploads_there_is_nothing_to_say() {
        let told = text(&report(&of(), &[], &[]));
        assert!(told.contains("no upload"), "{told}");
    }
}
