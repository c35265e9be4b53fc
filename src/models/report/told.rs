//! A trial's report for people: as text, and as one HTML page that stands alone.

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, html};

use super::{InPublic, Report, Tally};

const STYLE: &str = "body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c2430}\
table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #e3e7ec}\
th:first-child,td:first-child{text-align:left}svg{background:#f6f8fa}";

/// The report as text.
#[must_use]
pub fn text(report: &Report) -> String {
    let Report {
        task,
        champion,
        challenger,
        uploads,
        ..
    } = report;
    if *uploads == 0 {
        return format!("no upload has been seen by both {champion} and {challenger} yet\n");
    }
    let mut text = format!("{task}: {challenger} beside {champion} on {uploads} uploads\n");
    for line in lines(report) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn lines(report: &Report) -> Vec<String> {
    let mut lines = vec![format!(
        "documents cut alike: {}; only by the champion {}, only by the challenger {}; uploads on which the challenger failed: {}",
        report.documents, report.only_champion, report.only_challenger, report.failed
    )];
    for (what, tally) in &report.agree {
        lines.push(format!("agree in {what}: {}", told(*tally)));
    }
    for (what, (one, other)) in &report.confidence {
        lines.push(format!(
            "mean confidence of {what}: {one:.3}, challenger {other:.3}"
        ));
    }
    for (who, told) in [
        ("champion", report.in_public[0]),
        ("canary", report.in_public[1]),
    ] {
        let InPublic {
            documents,
            billed,
            confidence,
        } = told;
        if documents > 0 {
            let (share, mean) = (
                100.0 * billed as f64 / documents as f64,
                confidence / documents as f64,
            );
            lines.push(format!(
                "told by the {who} alone: {documents} documents, {share:.1} % billable, mean confidence of classes {mean:.3}"
            ));
        }
    }
    lines.push(format!(
        "it would have billed {} more and {} less",
        report.billed_more, report.billed_less
    ));
    for (change, count) in &report.decisions {
        lines.push(format!("  {change}: {count}"));
    }
    let confirmed = report.confirmed;
    lines.push(format!(
        "of {} things that people said later the champion was right in {}, the challenger in {}",
        confirmed.said, confirmed.champion, confirmed.challenger
    ));
    if let Some([one, other]) = report.milliseconds {
        lines.push(format!(
            "milliseconds an upload, median / slowest in a hundred: {:.1} / {:.1}, challenger {:.1} / {:.1}",
            one.0, one.1, other.0, other.1
        ));
    }
    lines
}

fn told(tally: Tally) -> String {
    format!(
        "{} of {} ({:.1} %)",
        tally.hits,
        tally.of,
        100.0 * tally.share()
    )
}

/// The report as one HTML page.
#[must_use]
pub fn page(report: &Report) -> String {
    let title = format!("{} beside {}", report.challenger, report.champion);
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (title) } style { (STYLE) } }
            body {
                h1 { (title) }
                p { (report.uploads) " uploads, task " (report.task) }
                ul { @for line in lines(report) { li { (line) } } }
                h2 { "In what they agree" }
                (bars(report.agree.iter().map(|(what, tally)| ((*what).to_owned(), *tally))))
                h2 { "Fields" }
                (bars(report.fields.iter().map(|(what, tally)| (what.clone(), *tally))))
                h2 { "Decisions that differ" }
                table {
                    tr { th { "from → to" } th { "documents" } }
                    @for (change, count) in &report.decisions { tr { td { (change) } td { (count) } } }
                }
            }
        }
    };
    markup.into_string()
}

/// A bar for each share, with its name and numbers.
fn bars(tallies: impl Iterator<Item = (String, Tally)>) -> Markup {
    const ROW: usize = 22;
    let tallies: Vec<(String, Tally)> = tallies.collect();
    let height = tallies.len() * ROW + 4;
    let mut drawn = String::new();
    for (row, (name, tally)) in tallies.iter().enumerate() {
        let (top, base) = (row * ROW + 4, row * ROW + 16);
        let width = 300.0 * tally.share();
        let label = told(*tally);
        let name = html! { (name) }.into_string();
        // Writing into a string cannot fail.
        let _written = write!(
            drawn,
            "<text x='4' y='{base}' font-size='12'>{name}</text>\
             <rect x='180' y='{top}' width='{width:.1}' height='14' fill='#4c78a8'/>\
             <text x='490' y='{base}' font-size='12'>{label}</text>"
        );
    }
    html! { svg width="680" height=(height) viewBox=(format!("0 0 680 {height}")) { (maud::PreEscaped(drawn)) } }
}
