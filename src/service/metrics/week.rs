//! What Prometheus is told of this week.

use prometheus::{Gauge, GaugeVec};

use super::{Made, Metrics};
use crate::service::drift;

/// What came this week.
#[derive(Debug)]
pub(super) struct Week {
    class_psi: Gauge,
    class_confidence: Gauge,
    straight_through: GaugeVec,
    classes: GaugeVec,
}

impl Week {
    pub(super) fn made(made: &Made<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            class_psi: made.float(
                "week_class_psi",
                "How unlike this week's classes are to those that page-class was made for (population stability index).",
            )?,
            class_confidence: made
                .float("week_class_confidence", "Mean confidence of this week's classes.")?,
            straight_through: made.floats(
                "week_straight_through",
                "Share of this week's documents that were billed without anybody's hand, by carrier and by customer.",
                &["by", "name"],
            )?,
            classes: made.floats(
                "week_documents",
                "This week's documents, by class.",
                &["class"],
            )?,
        })
    }
}

impl Metrics {
    /// What came this week. Where nothing came, what is not known is told as nothing.
    pub(in crate::service) fn week(&self, week: &drift::Week) {
        let told = &self.week;
        told.class_psi.set(week.class_psi.unwrap_or(f64::NAN));
        told.class_confidence
            .set(week.class_confidence.unwrap_or(f64::NAN));
        told.straight_through.reset();
        for ((by, name), share) in &week.straight_through {
            told.straight_through
                .with_label_values(&[by, name.as_str()])
                .set(*share);
        }
        told.classes.reset();
        for (class, documents) in &week.classes {
            told.classes
                .with_label_values(&[class])
                .set(*documents as f64);
        }
    }
}
