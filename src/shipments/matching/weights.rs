//! What each piece of evidence weighs, in log-odds. Where no other source is named, the number is domain.md §5.3's.
//! All of them are assumptions to be fitted once there are decided matches to fit them to.

use crate::shipments::ReferenceKind;

/// A shipment is accepted from this score on.
pub(super) const ACCEPT: f64 = 6.0;
/// …when it leads the runner-up by this much.
pub(super) const MARGIN: f64 = 3.0;
/// The score of "none of them": a shipment that is just accepted is then right with probability 0.95, and so is one
/// that leads another by just the margin.
pub(super) const NONE_OF_THEM: f64 = ACCEPT - MARGIN;
/// From here on a candidate is worth a person's look.
pub(super) const SUPPORT: f64 = ACCEPT - MARGIN;
/// Two shipments are never told apart with more than even odds when the answer is "ambiguous".
pub(super) const AMBIGUOUS_AT_MOST: f32 = 0.5;

/// A PRO by bar code instead of by OCR weighs this much more (+9 against +7).
pub(super) const BARCODE_BONUS: f64 = 2.0;
/// A PRO without its carrier weighs this much less: PROs are unique per carrier only. Assumed.
pub(super) const PRO_WITHOUT_CARRIER: f64 = -1.0;
/// Share of the weight that is left after one repaired confusion: +4 of +7 for a PRO, and so for other identifiers.
pub(super) const REPAIRED: f64 = 4.0 / 7.0;
/// Share that is left after one wrong, missing or extra character that is no look-alike. Assumed.
pub(super) const ONE_OFF: f64 = 3.0 / 7.0;
/// Share that is left when the number stands under a label of another kind: of the PRO and BOL numbers of layouts that the
/// `fields` model never saw, a quarter goes by another label (`models/fields/1/CARD.md`), and ln 1/4 is −1.4 of a PRO's 7.
pub(super) const MISLABELLED: f64 = 0.75;
/// Share that is left when it stands anywhere on the page. Assumed.
pub(super) const ANYWHERE: f64 = 0.5;
/// Share that is left when the reader was unsure; domain.md §2.2 sends such values to a person.
pub(super) const HARDLY_LEGIBLE: f64 = 0.5;
/// How far an exact reading leads the same number with one look-alike character, where shipments with both exist.
/// Below [`MARGIN`] on purpose: one character read by one engine must not tell two shipments apart (an OCR slip of one in
/// 200 would already be ten times the wrong attaches that domain.md §6 allows).
pub(super) const LEAD_OVER_LOOK_ALIKE: f64 = 2.0;

/// Another PRO in the place of the PRO. Assumed.
pub(super) const OTHER_PRO: f64 = -2.0;
/// Another BOL, load number or container in its place. Assumed: papers carry several numbers by such names.
pub(super) const OTHER_NUMBER: f64 = -1.5;
/// None of the purchase orders. Assumed.
pub(super) const OTHER_PO: f64 = -1.0;

/// Consignee by name and postal code.
pub(super) const SITE: f64 = 2.5;
/// Consignee by name alone. Assumed.
pub(super) const SITE_NAME: f64 = 1.5;
/// Consignee by postal code alone.
pub(super) const SITE_POSTAL: f64 = 1.0;
/// The same name in another place, as chains have them. Assumed.
pub(super) const OTHER_PLACE: f64 = -1.0;
/// Another consignee in another place. Weighs as the wrong carrier does. Assumed.
pub(super) const OTHER_CONSIGNEE: f64 = -4.0;
/// Another carrier.
pub(super) const OTHER_CARRIER: f64 = -4.0;

/// Pieces, handling units or weight agree, each.
pub(super) const QUANTITY: f64 = 1.0;
/// …or do not. Assumed: papers carry counts of one stop and of all, and carriers weigh again.
pub(super) const OTHER_QUANTITY: f64 = -0.5;
/// Weights agree within this share.
pub(super) const WEIGHT_TOLERANCE: f64 = 0.02;
/// The trailer's number on the day.
pub(super) const TRAILER: f64 = 1.0;

/// The paper's delivery date is the day of the carrier's `D1`.
pub(super) const SAME_DAY: f64 = 1.5;
/// A day before or after, or the day that was planned.
pub(super) const NEXT_DAY: f64 = 0.7;
/// More than a week off, or before it was picked up.
pub(super) const OTHER_WEEK: f64 = -3.0;
/// Half a year off: a number that was given again. Assumed; carriers wait twelve months (domain.md §0).
pub(super) const OTHER_YEAR: f64 = -6.0;
/// Days that make [`OTHER_YEAR`].
pub(super) const RECYCLED_AFTER_DAYS: i64 = 180;

/// It already has an accepted proof of delivery.
pub(super) const ALREADY_ATTACHED: f64 = -2.0;
/// It is not delivered yet.
pub(super) const NOT_DELIVERED: f64 = -1.0;
/// It was called off.
pub(super) const CANCELLED: f64 = -3.0;

/// The file is named after it (domain.md §1.2).
pub(super) const FILE_NAME: f64 = 1.5;
/// The upload notice names the shipment. Not enough alone: drivers pick the wrong load. Assumed.
pub(super) const HINTED: f64 = 5.0;

/// An exact identifier of this kind under its own label. Orders, deliveries, pickups and invoices have no weight in
/// domain.md: rarer than a purchase order, yet they cover several shipments.
pub(super) fn exact(kind: ReferenceKind) -> f64 {
    match kind {
        ReferenceKind::Pro => 7.0,
        ReferenceKind::Gsin | ReferenceKind::Sscc => 8.0,
        ReferenceKind::Bol
        | ReferenceKind::Mbol
        | ReferenceKind::Load
        | ReferenceKind::Awb
        | ReferenceKind::Cmr => 6.0,
        ReferenceKind::So
        | ReferenceKind::Delivery
        | ReferenceKind::Pickup
        | ReferenceKind::Appt
        | ReferenceKind::Invoice => 3.0,
        ReferenceKind::Po => 2.0,
        ReferenceKind::Other => 0.0,
    }
}

/// A container within three days of the delivery.
pub(super) const CONTAINER: f64 = 5.0;
/// A container without a date: containers travel on. Assumed.
pub(super) const CONTAINER_UNDATED: f64 = 2.5;
/// Days that a container counts as dated.
pub(super) const CONTAINER_DAYS: i64 = 3;
