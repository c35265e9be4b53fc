//! What speaks for and against a shipment beside its numbers: consignee, carrier, dates, quantities, how it stands.

use jiff::civil::Date;

use super::carriers::{CarrierAgreement, carrier_agreement};
use super::paper::Paper;
use super::weights::{self, Level, Weights};
use super::{Evidence, Known};
use crate::shipments::numbers::{Number, in_file_name, plain};
use crate::shipments::sites::{self, SiteAgreement};
use crate::shipments::{Agreement, Expected, Shipment, Status};
use crate::understanding::FieldName;

/// What the circumstances say about one shipment.
#[derive(Default)]
pub(super) struct Circumstances {
    pub(super) evidence: Vec<Evidence>,
    /// The consignee agrees by name or by name and place.
    pub(super) same_site: bool,
    /// The consignee or the carrier is another.
    pub(super) contradicted: bool,
    /// Its trailer brought the paper, that day.
    pub(super) same_trailer: bool,
    /// It is so old that its numbers were given again.
    pub(super) recycled: bool,
    /// The upload notice names it.
    pub(super) hinted: bool,
    /// Nobody signs for a load that was called off: the paper is more likely that of the load tendered in its place, which has the
    /// shipper's same numbers and may not be told yet.
    pub(super) called_off: bool,
}

/// Weighs the circumstances of one shipment. `newest` is the day of the newest known shipment with the same number.
pub(super) fn circumstances(
    paper: &Paper<'_>,
    known: &Known,
    newest: Option<Date>,
) -> Circumstances {
    let shipment = &known.shipment;
    let mut circumstances = Circumstances::default();
    circumstances.add_site(paper, known);
    circumstances.add_carrier(paper, shipment);
    circumstances.add_days(paper, shipment, newest);
    circumstances.add_quantities(paper, shipment);
    circumstances.add_trailer(paper, shipment);
    circumstances.add_hints(paper, shipment);
    circumstances.add_standing(paper, shipment);
    circumstances
}

impl Circumstances {
    fn push(&mut self, weights: &Weights, field: &'static str, agreement: Agreement, level: Level) {
        self.evidence.push(Evidence {
            field,
            agreement,
            level,
            weight: weights.of(level),
        });
    }

    fn add_site(&mut self, paper: &Paper<'_>, known: &Known) {
        let (Some(consignee), Some(place)) = (paper.consignee(), &paper.place) else {
            return;
        };
        let agreement = match sites::best_agreement(place, &known.destinations) {
            SiteAgreement::Contradicts | SiteAgreement::OtherPlace
                if sites::swapped(consignee, paper.consignor(), &known.shipment) =>
            {
                SiteAgreement::Unknown
            }
            agreement => agreement,
        };
        let (agrees, level) = match agreement {
            SiteAgreement::NameAndPostal => (Agreement::Exact, Level::Site),
            SiteAgreement::NameOnly => (Agreement::Partial, Level::SiteName),
            SiteAgreement::PostalOnly => (Agreement::Partial, Level::SitePostal),
            SiteAgreement::Unknown => return,
            SiteAgreement::OtherPlace => (Agreement::Conflict, Level::OtherPlace),
            SiteAgreement::Contradicts => (Agreement::Conflict, Level::OtherConsignee),
        };
        self.same_site = agreement >= SiteAgreement::NameOnly;
        self.contradicted |= agreement == SiteAgreement::Contradicts;
        self.push(paper.weights, "ship_to", agrees, level);
    }

    fn add_carrier(&mut self, paper: &Paper<'_>, shipment: &Shipment) {
        if let CarrierAgreement::Other(field) = carrier_agreement(paper, shipment) {
            self.contradicted = true;
            self.push(
                paper.weights,
                field,
                Agreement::Conflict,
                Level::OtherCarrier,
            );
        }
    }

    fn add_days(&mut self, paper: &Paper<'_>, shipment: &Shipment, newest: Option<Date>) {
        let day = expected_day(shipment);
        let is_old = |around: Date| {
            let days = day.map(|day| days_between(around, day).abs());
            days.is_some_and(|days| days > weights::RECYCLED_AFTER_DAYS)
        };
        // A date that was hardly read speaks for no other year.
        let hardly_read = |day: &Date| is_old(*day) && !paper.is_sure(FieldName::DeliveryDate);
        let delivered = paper.date(FieldName::DeliveryDate);
        let (delivered, around) = match delivered.filter(hardly_read) {
            Some(_) => (None, paper.hints.received_on),
            None => (delivered, paper.around()),
        };
        if around.or(newest).is_some_and(is_old) {
            self.recycled = true;
            self.push(
                paper.weights,
                "delivery_date",
                Agreement::Conflict,
                Level::OtherYear,
            );
        } else if let Some(delivered) = delivered {
            self.add_delivery_day(paper, delivered, shipment);
        } else if let Some(picked_up) = paper.date(FieldName::PickupDate) {
            self.add_pickup_day(paper, picked_up, shipment);
        }
    }

    fn add_delivery_day(&mut self, paper: &Paper<'_>, delivered: Date, shipment: &Shipment) {
        let after = |day: Option<Date>| day.map(|day| days_between(delivered, day));
        let after_told = after(shipment.delivered_on());
        let after_planned = after(appointment_day(shipment));
        let too_early = after(shipment.picked_up_on()).is_some_and(|days| days < -1);
        let (agreement, level) = match (after_told, after_planned) {
            _ if too_early => (Agreement::Conflict, Level::OtherWeek),
            (Some(0), _) => (Agreement::Exact, Level::SameDay),
            (Some(-1 | 1), _) | (None, Some(-1..=1)) => (Agreement::Partial, Level::NextDay),
            (Some(-7..=7), _) | (None, _) => return,
            (Some(_), _) => (Agreement::Conflict, Level::OtherWeek),
        };
        self.push(paper.weights, "delivery_date", agreement, level);
    }

    fn add_pickup_day(&mut self, paper: &Paper<'_>, picked_up: Date, shipment: &Shipment) {
        let after = shipment.picked_up_on();
        match after.map(|day| days_between(picked_up, day)) {
            Some(-1..=1) => self.push(
                paper.weights,
                "pickup_date",
                Agreement::Partial,
                Level::NextDay,
            ),
            Some(-7..=7) | None => {}
            Some(_) => self.push(
                paper.weights,
                "pickup_date",
                Agreement::Conflict,
                Level::OtherWeek,
            ),
        }
    }

    /// Compares quantities with those of each delivery stop and of all of them together.
    fn add_quantities(&mut self, paper: &Paper<'_>, shipment: &Shipment) {
        for told in quantities(paper, shipment) {
            let (agreement, level) = match paper.quantity(told.name) {
                None => continue,
                Some(_) if told.stops.is_empty() => continue,
                Some(quantity) if agrees(quantity, &told.stops, told.tolerance) => {
                    (Agreement::Exact, told.same)
                }
                Some(_) => (Agreement::Conflict, Level::OtherQuantity),
            };
            self.push(paper.weights, told.field, agreement, level);
        }
    }

    /// Trailers come and go: the number counts only on the day.
    fn add_trailer(&mut self, paper: &Paper<'_>, shipment: &Shipment) {
        let trailers = paper
            .text(FieldName::TrailerNumber)
            .zip(shipment.equipment.trailer.as_deref());
        let same = trailers.is_some_and(|(a, b)| !plain(a).is_empty() && plain(a) == plain(b));
        let delivered = paper.date(FieldName::DeliveryDate);
        let days = match delivered {
            Some(delivered) => Some(delivered).zip(expected_day(shipment)),
            None => paper
                .date(FieldName::PickupDate)
                .zip(shipment.picked_up_on()),
        };
        let near = days.is_some_and(|(a, b)| days_between(a, b).abs() <= 1);
        if same && near {
            self.same_trailer = true;
            self.push(
                paper.weights,
                "trailer_number",
                Agreement::Exact,
                Level::Trailer,
            );
        }
    }

    fn add_hints(&mut self, paper: &Paper<'_>, shipment: &Shipment) {
        self.hinted = paper.hints.shipment_id.as_deref() == Some(&shipment.id);
        if self.hinted {
            self.push(
                paper.weights,
                "shipment_id",
                Agreement::Exact,
                Level::Hinted,
            );
        }
        let file_name = paper.hints.file_name.as_deref();
        if file_name.is_some_and(|name| is_named_after(name, shipment)) {
            self.push(
                paper.weights,
                "file_name",
                Agreement::Partial,
                Level::FileName,
            );
        }
    }

    fn add_standing(&mut self, paper: &Paper<'_>, shipment: &Shipment) {
        self.called_off = shipment.status() == Status::Cancelled;
        match shipment.status() {
            Status::Delivered => {}
            Status::Open => self.push(
                paper.weights,
                "status",
                Agreement::Conflict,
                Level::NotDelivered,
            ),
            Status::Cancelled => self.push(
                paper.weights,
                "status",
                Agreement::Conflict,
                Level::Cancelled,
            ),
        }
    }
}

fn is_named_after(file_name: &str, shipment: &Shipment) -> bool {
    let own = shipment.refs.iter();
    let own: Vec<_> = own
        .filter_map(|reference| Number::read(&reference.value))
        .collect();
    in_file_name(file_name)
        .iter()
        .any(|number| own.contains(number))
}

/// The weight of a stop in the unit of the paper; where either gives none, they are the same.
fn in_unit(stop: &Expected, unit: Option<&str>) -> Option<f64> {
    /// Kilograms in an international pound.
    const POUND: f64 = 0.453_592_37;
    let metric = |unit: &str| unit.to_ascii_lowercase().starts_with("kg");
    let weight = stop.weight?;
    let units = stop.uom.as_deref().map(metric).zip(unit.map(metric));
    Some(match units {
        Some((true, false)) => weight / POUND,
        Some((false, true)) => weight * POUND,
        Some((true, true) | (false, false)) | None => weight,
    })
}

/// A quantity that a feed tells.
pub(super) struct Quantity {
    pub(super) name: FieldName,
    field: &'static str,
    same: Level,
    /// Of each delivery stop that tells it.
    pub(super) stops: Vec<f64>,
    /// Within which share the paper's agrees.
    pub(super) tolerance: f64,
}

/// The quantities of a shipment, its weight in the paper's unit.
pub(super) fn quantities(paper: &Paper<'_>, shipment: &Shipment) -> [Quantity; 3] {
    let expected: Vec<_> = shipment.deliveries().map(|stop| &stop.expected).collect();
    let unit = paper.field(FieldName::Weight);
    let unit = unit.and_then(|field| field.unit.as_deref());
    let pieces = expected.iter().filter_map(|stop| stop.pieces);
    let units = expected.iter().filter_map(|stop| stop.hu);
    let weights = expected.iter().filter_map(|stop| in_unit(stop, unit));
    [
        Quantity {
            name: FieldName::Pieces,
            field: "pieces",
            same: Level::Pieces,
            stops: pieces.map(f64::from).collect(),
            tolerance: 0.0,
        },
        Quantity {
            name: FieldName::HandlingUnits,
            field: "handling_units",
            same: Level::HandlingUnits,
            stops: units.map(f64::from).collect(),
            tolerance: 0.0,
        },
        Quantity {
            name: FieldName::Weight,
            field: "weight",
            same: Level::Weight,
            stops: weights.collect(),
            tolerance: weights::WEIGHT_TOLERANCE,
        },
    ]
}

/// Is it that of one stop, or of all together?
fn agrees(quantity: f64, stops: &[f64], tolerance: f64) -> bool {
    let total: f64 = stops.iter().sum();
    let mut expected = stops.iter().chain([&total]);
    expected.any(|expected| (quantity - expected).abs() <= expected * tolerance + 1e-6)
}

/// The day a shipment is delivered: as the carrier told it, else as planned, else its pickup.
pub(in crate::shipments) fn expected_day(shipment: &Shipment) -> Option<Date> {
    let planned = || appointment_day(shipment);
    let delivered = shipment.delivered_on().or_else(planned);
    delivered.or_else(|| shipment.picked_up_on())
}

fn appointment_day(shipment: &Shipment) -> Option<Date> {
    let stop = shipment.delivery_stop()?;
    let appointment = stop.appt.as_ref()?;
    let at = appointment.from.or(appointment.to)?;
    Some(stop.at_site(at).0)
}

/// Days from `earlier` to `later`; negative the other way round.
pub(super) fn days_between(later: Date, earlier: Date) -> i64 {
    later.duration_since(earlier).as_hours() / 24
}
