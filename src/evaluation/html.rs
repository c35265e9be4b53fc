//! The report as one HTML page: figures, charts, and the worst cases with the place that shows why. Stands alone: no script, no
//! other file. Its crops show names and signatures of the labelled paper.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::calibration::Calibration;
use super::crops::Crop;
use super::observed::Miss;
use super::report::{Report, Tally, is_billable};

const STYLE: &str = "body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1c2430}\
table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #e3e7ec}\
th:first-child,td:first-child{text-align:left}h2{margin-top:2.2rem}.charts,.cases{display:flex;flex-wrap:wrap;gap:1.2rem}\
.case{width:22rem;border:1px solid #d8dee6;border-radius:6px;padding:.7rem}.crop{position:relative}.crop img{width:100%;display:block}\
.crop i{position:absolute;border:2px solid #d33}svg{background:#f6f8fa}small{color:#5a6675}code{word-break:break-word}";

/// The page. `misses` are shown with the crops of the same index.
#[must_use]
pub fn page(report: &Report, misses: &[&Miss], crops: &[Option<Crop>]) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Countersign evaluation" } style { (STYLE) } }
            body {
                h1 { "How well Countersign reads this folder" }
                (shares(report))
                h2 { "Fields" }
                (tallies("", &report.headlines()))
                (tallies("field", &rows(&report.by_field)))
                h2 { "Fields by degradation (F1)" }
                (grid(&report.by_field_and_degradation, Tally::f1))
                h2 { "Fields, printed and by hand (recall)" }
                (grid(&report.by_field_and_hand, Tally::recall))
                h2 { "Classes" }
                (tallies("class", &rows(&report.classes)))
                h2 { "Confidence" }
                p { "Of what is said with 0.9, nine in ten should be right: dots should lie on the line. Their size is how often it was said." }
                div.charts {
                    (reliability("class", &report.class_calibration))
                    (reliability("fields", &report.field_calibration))
                    (reliability("shipment", &report.shipment_calibration))
                }
                h2 { "Worst cases" }
                p { "What would cost most first, then what it was surest of. All of them are in the JSON file." }
                div.cases { @for (miss, crop) in misses.iter().zip(crops) { (case(miss, crop.as_ref())) } }
            }
        }
    };
    markup.into_string()
}

/// At most `most` misses: papers attached or billed wrongly first, then what was wrong with the greatest confidence.
#[must_use]
pub fn worst(misses: &[Miss], most: usize) -> Vec<&Miss> {
    let mut misses: Vec<&Miss> = misses.iter().collect();
    misses.sort_by(|a, b| {
        let surest = || {
            b.confidence
                .unwrap_or(0.0)
                .total_cmp(&a.confidence.unwrap_or(0.0))
        };
        cost(a).cmp(&cost(b)).then_with(surest)
    });
    misses.truncate(most);
    misses
}

fn cost(miss: &Miss) -> u8 {
    let billed = |value: &Value| is_billable(value.as_str());
    match miss.what.as_str() {
        "shipment" if !miss.got.is_null() => 0,
        "state" if billed(&miss.got) && !billed(&miss.wanted) => 0,
        "rejected" | "split" | "class" | "state" => 1,
        _ => 2,
    }
}

fn shares(report: &Report) -> Markup {
    html! {
        table {
            @for (name, share) in report.shares() { tr { td { (name) } td { (number(share.get())) } td { small { (share.some) " of " (share.of) } } } }
            tr { td { "class, macro F1" } td { (number(report.class_macro_f1)) } td {} }
        }
    }
}

fn rows(tallies: &BTreeMap<String, Tally>) -> Vec<(&str, Tally)> {
    tallies
        .iter()
        .map(|(name, tally)| (name.as_str(), *tally))
        .collect()
}

fn tallies(head: &str, rows: &[(&str, Tally)]) -> Markup {
    html! {
        table {
            tr { th { (head) } th { "precision" } th { "recall" } th { "F1" } th {} th { "right" } th { "wrong" } th { "missed" } th { "extra" } }
            @for (name, tally) in rows {
                tr {
                    td { (name) } td { (number(tally.precision())) } td { (number(tally.recall())) } td { (number(tally.f1())) }
                    td { (bar(tally.f1())) }
                    td { (tally.right) } td { (tally.wrong) } td { (tally.missed) } td { (tally.extra) }
                }
            }
        }
    }
}

fn bar(share: Option<f64>) -> Markup {
    let long = format!("{:.0}", share.unwrap_or(0.0) * 100.0);
    html! { svg width="100" height="10" { rect width=(long) height="10" fill="#3a7bd5" {} } }
}

fn grid(
    rows: &BTreeMap<String, BTreeMap<String, Tally>>,
    figure: fn(Tally) -> Option<f64>,
) -> Markup {
    let mut columns: Vec<&String> = rows.values().flat_map(BTreeMap::keys).collect();
    columns.sort_unstable();
    columns.dedup();
    html! {
        table {
            tr { th {} @for column in &columns { th { (column) } } }
            @for (name, row) in rows {
                tr { td { (name) } @for column in &columns { td { (number(row.get(*column).copied().and_then(figure))) } } }
            }
        }
    }
}

/// A reliability diagram: how sure it said to be against how often it was right.
fn reliability(name: &str, calibration: &Calibration) -> Markup {
    let all: usize = calibration.bins.iter().map(|bin| bin.count).sum();
    let dots = calibration
        .bins
        .iter()
        .filter(|bin| bin.count > 0)
        .map(|bin| {
            let count = bin.count as f64;
            let (said, right) = (bin.said / count, bin.right as f64 / count);
            let radius = 2.0 + 10.0 * (count / all.max(1) as f64).sqrt();
            (
                format!("{:.1}", 20.0 + 200.0 * said),
                format!("{:.1}", 220.0 - 200.0 * right),
                format!("{radius:.1}"),
            )
        });
    html! {
        figure {
            svg width="240" height="240" {
                line x1="20" y1="220" x2="220" y2="20" stroke="#9aa7b5" {}
                @for (x, y, radius) in dots { circle cx=(x) cy=(y) r=(radius) fill="#3a7bd5" fill-opacity="0.7" {} }
            }
            figcaption { (name) ": ECE " (number(calibration.error())) ", " (all) " judged" }
        }
    }
}

fn case(miss: &Miss, crop: Option<&Crop>) -> Markup {
    html! {
        div.case {
            b { (miss.what) } " " small { (whereabouts(miss)) }
            @if let Some(crop) = crop { (picture(crop)) }
            div { "label: " code { (shown(&miss.wanted)) } }
            div { "read: " code { (shown(&miss.got)) } @if let Some(sure) = miss.confidence { " " small { (number(Some(sure))) } } }
        }
    }
}

/// The file, and the page if it is about one.
fn whereabouts(miss: &Miss) -> String {
    match miss.place.map_or(miss.page, |(page, _)| page) {
        0 => miss.file.clone(),
        page => format!("{}, page {page}", miss.file),
    }
}

fn picture(crop: &Crop) -> Markup {
    let source = format!("data:image/png;base64,{}", STANDARD.encode(&crop.png));
    let percent = |share: f32| format!("{:.1}%", share * 100.0);
    html! {
        div.crop {
            img alt="" src=(source);
            @if let Some(place) = crop.place {
                i style=(format!("left:{};top:{};width:{};height:{}", percent(place.left), percent(place.top), percent(place.width()), percent(place.height()))) {}
            }
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn miss(what: &str, wanted: Value, got: Value, confidence: Option<f64>) -> Miss {
        Miss {
            file: "a<b.pdf".into(),
            page: 1,
            what: what.into(),
            wanted,
            got,
            confidence,
            place: None,
        }
    }

    #[test]
    fn a_paper_billed_wrongly_comes_before_any_field_and_the_surest_field_before_others() {
        let misses = [
            miss("pieces", 4.into(), 5.into(), Some(0.4)),
            miss("weight", 4.into(), 5.into(), Some(0.9)),
            miss("state", "hold_missing".into(), "billable".into(), None),
            miss("state", "billable".into(), "hold_missing".into(), None),
        ];
        let order: Vec<_> = worst(&misses, 3)
            .into_iter()
            .map(|one| one.got.clone())
            .collect();
        assert_eq!(
            order,
            [Value::from("billable"), "hold_missing".into(), 5.into()]
        );
        assert_eq!(worst(&misses, 3)[2].what, "weight");
    }

    #[test]
    fn what_papers_say_is_text_and_no_markup() {
        let misses = [miss("carrier_name", "<script>".into(), Value::Null, None)];
        let shown = case(&misses[0], None).into_string();
        assert!(
            shown.contains("&lt;script&gt;")
                && shown.contains("a&lt;b.pdf")
                && shown.contains("nothing"),
            "{shown}"
        );
    }
}
