//! The report for a terminal.

use std::collections::BTreeMap;
use std::fmt;

use super::report::{Report, Share, Tally};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, one) in self.shares() {
            share(f, name, one)?;
        }
        figure(f, "class, macro F1", self.class_macro_f1)?;
        figure(f, "ECE of class", self.class_calibration.error())?;
        figure(f, "ECE of fields", self.field_calibration.error())?;
        figure(f, "ECE of shipment", self.shipment_calibration.error())?;
        head(f, "fields")?;
        for (name, one) in self.headlines() {
            tally(f, name, one)?;
        }
        table(f, "degradation", &self.by_degradation)?;
        table(f, "field", &self.by_field)?;
        table(f, "class", &self.classes)
    }
}

fn share(f: &mut fmt::Formatter<'_>, name: &str, share: Share) -> fmt::Result {
    let Some(value) = share.get() else {
        return Ok(());
    };
    writeln!(f, "{name:32} {value:6.4}  {} of {}", share.some, share.of)
}

fn figure(f: &mut fmt::Formatter<'_>, name: &str, value: Option<f64>) -> fmt::Result {
    match value {
        Some(value) => writeln!(f, "{name:32} {value:6.4}"),
        None => Ok(()),
    }
}

fn head(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    writeln!(
        f,
        "\n{name:32} {:>9} {:>9} {:>9} {:>6} {:>6} {:>6} {:>6}",
        "precision", "recall", "F1", "right", "wrong", "missed", "extra"
    )
}

fn table(f: &mut fmt::Formatter<'_>, name: &str, rows: &BTreeMap<String, Tally>) -> fmt::Result {
    head(f, name)?;
    rows.iter().try_for_each(|(name, one)| tally(f, name, *one))
}

fn tally(f: &mut fmt::Formatter<'_>, name: &str, one: Tally) -> fmt::Result {
    let cell =
        |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
    writeln!(
        f,
        "{name:32} {:>9} {:>9} {:>9} {:>6} {:>6} {:>6} {:>6}",
        cell(one.precision()),
        cell(one.recall()),
        cell(one.f1()),
        one.right,
        one.wrong,
        one.missed,
        one.extra
    )
}
