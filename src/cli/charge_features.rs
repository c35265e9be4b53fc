//! `countersign charge-features`: computes for training what the charges model will see at work, with the worker's own code.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use ndarray::Array2;
use ndarray_npy::write_npy;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::charges::evidence::Evidence;
use crate::charges::features::{CHARGE_FEATURE_SCHEMA, charge_features, features_of};
use crate::charges::habits::{Counted, EVERYTHING, Habits, asked, counted};
use crate::charges::rules::{Case, Line};
use crate::charges::score::{findings_on, risk};
use crate::decision::Profiles;
use crate::document::{BBox, Confidence, Found, PageNumber, Source};
use crate::reading::Quality;
use crate::shipments::Shipment;
use crate::understanding::values::names_shipment;
use crate::understanding::{
    Document, DocumentClass, Field, FieldName, Notation, NotationKind, Traits, Value,
};

/// Computes model features of charges for training.
#[derive(Debug, Args)]
pub(super) struct ChargeFeaturesArgs {
    /// Folder with `shipments.jsonl`, `papers.jsonl` and `profiles.json`.
    history: PathBuf,
    /// Folder for `features.npy`, a row a billed accessorial, `lines.jsonl`, which line each is, and `names.json`.
    #[arg(long)]
    out: PathBuf,
}

/// What the papers of a shipment say, without what only pictures have.
#[derive(Deserialize)]
struct PapersOf {
    shipment: String,
    papers: Vec<TrainingPaper>,
}

#[derive(Deserialize)]
struct TrainingPaper {
    class: DocumentClass,
    fields: BTreeMap<FieldName, TrainingField>,
    #[serde(default)]
    notations: Vec<TrainingNotation>,
}

#[derive(Deserialize)]
struct TrainingField {
    value: serde_json::Value,
    #[serde(default)]
    raw: String,
    confidence: f32,
}

#[derive(Deserialize)]
struct TrainingNotation {
    #[serde(rename = "type")]
    kind: NotationKind,
    text: String,
}

/// Writes the features of all charges of a history.
pub(super) fn run(args: &ChargeFeaturesArgs) -> anyhow::Result<()> {
    let shipments: Vec<Shipment> = lines_of(&args.history.join("shipments.jsonl"))?;
    let papers: Vec<PapersOf> = lines_of(&args.history.join("papers.jsonl"))?;
    let papers: BTreeMap<String, Vec<TrainingPaper>> = papers
        .into_iter()
        .map(|one| (one.shipment, one.papers))
        .collect();
    let profiles = Profiles::load(&args.history.join("profiles.json"))?;
    let counts = counts(&shipments);
    std::fs::create_dir_all(&args.out)?;
    let mut lines = BufWriter::new(File::create(args.out.join("lines.jsonl"))?);
    let (mut rows, names) = (Vec::new(), charge_features());
    for shipment in &shipments {
        let papers = papers.get(&shipment.id).into_iter().flatten();
        let papers = papers.map(document).collect::<anyhow::Result<Vec<_>>>()?;
        let pack: Vec<&Document> = papers.iter().collect();
        let evidence = Evidence::gather(&pack, shipment);
        let profile = profiles.find(shipment.customer.profile_id.as_deref())?;
        let case = Case {
            evidence: &evidence,
            shipment,
            profile,
        };
        let habits = habits(&counts, shipment);
        for line in case.lines().filter(Line::is_accessorial) {
            let findings = findings_on(&line, &habits);
            rows.extend(features_of(&line, &findings, &habits));
            let (charge, found) = (line.charge(), findings.iter());
            let found: Vec<_> = found.map(|finding| finding.rule.code()).collect();
            let told = json!({"shipment": shipment.id, "invoice_no": charge.invoice_no, "line": charge.line,
                "code": line.code(), "amount": charge.amount, "risk": risk(&findings), "found": found});
            writeln!(lines, "{told}")?;
        }
    }
    let count = rows.len() / names.len();
    write_npy(
        args.out.join("features.npy"),
        &Array2::from_shape_vec((count, names.len()), rows)?,
    )?;
    let names: Vec<_> = names.iter().map(|feature| feature.name).collect();
    let told = json!({"schema": CHARGE_FEATURE_SCHEMA, "features": names});
    Ok(std::fs::write(
        args.out.join("names.json"),
        told.to_string(),
    )?)
}

type Counts = BTreeMap<String, BTreeMap<(i32, i32), u64>>;

fn counts(shipments: &[Shipment]) -> Counts {
    let mut counts = Counts::new();
    let all = shipments.iter().flat_map(|one| counted(one, EVERYTHING));
    for Counted { habit, month, step } in all {
        *counts
            .entry(habit)
            .or_default()
            .entry((month, step))
            .or_default() += 1;
    }
    counts
}

fn habits(counts: &Counts, shipment: &Shipment) -> Habits {
    let (asked, from, to) = asked(shipment);
    let mut habits = Habits::default();
    for habit in asked {
        let months = counts.get(&habit).into_iter().flatten();
        for ((month, step), count) in months {
            if (from..to).contains(month) {
                let counted = Counted {
                    habit: habit.clone(),
                    month: *month,
                    step: *step,
                };
                habits.add(counted, *count);
            }
        }
    }
    habits
}

fn lines_of<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let lines = BufReader::new(file).lines().enumerate();
    let parsed = lines.map(|(index, line)| {
        let parsed = serde_json::from_str(&line?);
        parsed.with_context(|| format!("{} line {}", path.display(), index + 1))
    });
    parsed.collect()
}

fn document(paper: &TrainingPaper) -> anyhow::Result<Document> {
    let fields = paper.fields.iter().map(|(name, field)| {
        let value = match field.value.as_str() {
            Some(text) if names_shipment(*name) => Value::Text(text.to_owned()),
            _ => serde_json::from_value(field.value.clone())?,
        };
        let found = Found {
            value,
            raw: field.raw.clone(),
            confidence: Confidence::new(field.confidence),
            page: PageNumber::from_index(0),
            bbox: BBox::PAGE,
            source: Source::Ocr,
            second: None,
        };
        let field = Field {
            found,
            unit: None,
            kind: None,
        };
        Ok((*name, field))
    });
    let notations = paper.notations.iter().map(|notation| Notation {
        kind: notation.kind,
        qty: None,
        unit: None,
        text: notation.text.clone(),
        page: PageNumber::from_index(0),
        bbox: BBox::PAGE,
    });
    Ok(Document {
        pages: vec![PageNumber::from_index(0)],
        class: paper.class,
        class_confidence: Confidence::CERTAIN,
        quality: Quality {
            score: Confidence::CERTAIN,
            defects: Vec::new(),
        },
        fields: fields.collect::<anyhow::Result<_>>()?,
        marks: Vec::new(),
        notations: notations.collect(),
        traits: Traits::default(),
        share: None,
    })
}
