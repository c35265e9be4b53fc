//! What papers cover, and what each of their shipments gets of them.

use serde_json::json;

use super::*;
use crate::document::{BBox, Confidence, Found, PageNumber, Source};
use crate::shipments::matching::sample::{document, field, known, party, shipment, text};
use crate::understanding::{Mark, MarkKind, Role, UnsettledDate};

/// Good numbers of one carrier: nine digits, each in its own row.
const PROS: [&str; 3] = ["703377990", "481920364", "558102937"];

/// A shipment with this PRO among others of one trip, to a consignee of its own.
fn on_the_trip(at: usize, more: serde_json::Value) -> Shipment {
    let (name, postal) = [
        ("Acme Foods", "43215"),
        ("Birch Paper Mill", "45402"),
        ("Cedar Supply", "46204"),
    ][at];
    let mut told = json!({"parties": {"consignee": {"name": name, "postal": postal}}});
    for (key, value) in more.as_object().unwrap() {
        told[key] = value.clone();
    }
    shipment(&format!("S-{at}"), &[("PRO", PROS[at])], told)
}

fn numbered(value: &str, top: f32) -> Found<String> {
    Found {
        value: value.to_owned(),
        raw: value.to_owned(),
        confidence: Confidence::new(0.97),
        page: PageNumber::from_index(0),
        bbox: BBox::new(0.1, top, 0.25, top + 0.02),
        source: Source::TextLayer,
        second: None,
    }
}

/// A manifest with these numbers below one another, a tenth of the page apart.
fn manifest(numbers: &[&str]) -> Document {
    let mut paper = document([]);
    let rows = numbers.iter().zip([0.3, 0.4, 0.5, 0.6]);
    paper.traits.other_identifiers = rows.map(|(number, top)| numbered(number, top)).collect();
    paper
}

fn signed_at(top: f32) -> Mark {
    Mark {
        kind: MarkKind::Ink,
        role: Some(Role::Consignee),
        page: PageNumber::from_index(0),
        bbox: BBox::new(0.6, top, 0.8, top + 0.03),
        confidence: Confidence::new(0.95),
        text: None,
        looks: None,
        row: None,
    }
}

/// The consignee, at the head of the paper.
fn acme() -> Field {
    let mut acme = field(party("Acme Foods", "43215"), Source::Ocr, 0.95);
    acme.found.bbox = BBox::new(0.6, 0.1, 0.9, 0.15);
    acme
}

fn covered(paper: &Document, shipments: impl IntoIterator<Item = Shipment>) -> Vec<Share> {
    let known = known(shipments);
    shares(paper, &Hints::default(), &known, Weights::shipped())
}

fn ids(shares: &[Share]) -> Vec<&str> {
    shares.iter().map(|share| share.shipment.as_str()).collect()
}

fn trip() -> Vec<Shipment> {
    (0..3).map(|at| on_the_trip(at, json!({}))).collect()
}

#[test]
fn a_manifest_covers_the_shipments_of_its_rows_in_their_order() {
    let paper = manifest(&[PROS[2], PROS[0], PROS[1]]);
    let shares = covered(&paper, trip());
    assert_eq!(ids(&shares), ["S-2", "S-0", "S-1"]);
    for (share, number) in shares.iter().zip([PROS[2], PROS[0], PROS[1]]) {
        let fields = &share.document.fields;
        assert_eq!(fields[&FieldName::ProNumber].found.value, text(number));
        assert!(share.document.traits.other_identifiers.is_empty());
    }
    let mut invoice = paper.clone();
    invoice.class = DocumentClass::FreightInvoice;
    assert_eq!(ids(&covered(&invoice, trip())), [""; 0]);
}

#[test]
fn a_signature_counts_for_the_row_in_which_it_stands() {
    let mut paper = manifest(&PROS);
    paper.marks = vec![signed_at(0.395), signed_at(0.45), signed_at(0.85)];
    let shares = covered(&paper, trip());
    let signed = shares.iter().map(|share| share.document.marks.len());
    assert_eq!(signed.collect::<Vec<_>>(), [0, 1, 0]);
}

/// A manifest whose third row is signed and says by whom, when and where; the first names its receiver, the head tells a day.
fn signed_by_row() -> Document {
    let in_row = |row: u8, left: f32| {
        let top = 0.3 + 0.1 * f32::from(row);
        BBox::new(left, top, left + 0.1, top + 0.02)
    };
    let mut paper = manifest(&PROS);
    let mut mark = signed_at(0.495);
    (mark.role, mark.row) = (None, Some(BBox::new(0.1, 0.5, 0.25, 0.52)));
    paper.marks = vec![mark];
    let mut name = field(text("M. Quist"), Source::Handwriting, 0.9);
    name.found.bbox = in_row(0, 0.45);
    let lost = |value: &str, left: f32| Found {
        value: value.to_owned(),
        raw: value.to_owned(),
        bbox: in_row(2, left),
        ..numbered("", 0.0)
    };
    paper.traits.other_names = vec![lost("T. Webb", 0.45)];
    let day = Value::Date(jiff::civil::date(2026, 3, 10));
    let mut date = field(day, Source::Ocr, 0.9);
    date.found.bbox = BBox::new(0.7, 0.05, 0.8, 0.07);
    paper.traits.other_dates = vec![UnsettledDate {
        field: FieldName::DeliveryDate,
        found: lost("3/11/26", 0.85),
        others: Vec::new(),
    }];
    let party = party("Cedar Supply", "46204").as_party().cloned();
    paper.traits.other_parties = vec![lost("", 0.3).with(party.unwrap())];
    paper.fields.extend([
        (FieldName::ReceivedByName, name),
        (FieldName::DeliveryDate, date),
        (FieldName::ShipTo, acme()),
    ]);
    paper
}

#[test]
fn a_row_has_its_own_signature_date_name_and_consignee() {
    let paper = signed_by_row();
    let shares = covered(&paper, trip());
    let held = |at: usize, name| {
        let field: Option<&Field> = shares[at].document.fields.get(&name);
        field.map(|field| &field.found)
    };
    let signers = |at: usize| {
        let marks = shares[at].document.marks.iter();
        marks.map(|mark| mark.role).collect::<Vec<_>>()
    };
    assert_eq!(signers(0), [], "another signed");
    assert_eq!(signers(2), [Some(Role::Consignee)]);
    let signed = held(2, FieldName::SignatureConsignee);
    assert_eq!(signed.map(|found| found.bbox), Some(paper.marks[0].bbox));
    let name = |at| held(at, FieldName::ReceivedByName).map(|found| found.value.clone());
    let names = [Some(text("M. Quist")), None, Some(text("T. Webb"))];
    assert_eq!([0, 1, 2].map(name), names);
    let day = |at| held(at, FieldName::DeliveryDate);
    assert!(day(1).is_some(), "that of the whole paper");
    assert!(day(2).is_none(), "to be read once the shipment tells how");
    let open = &shares[2].document.traits.unsettled_dates;
    assert_eq!(open[0].found.raw, "3/11/26");
    let consignee = held(2, FieldName::ShipTo).and_then(|found| found.value.as_party());
    assert_eq!(consignee.unwrap().name, "Cedar Supply");
}

#[test]
fn a_signature_beside_no_number_of_the_list_is_nobodys() {
    let signed = |row: Option<BBox>, top: f32| {
        let mut paper = signed_by_row();
        paper.marks[0].row = row;
        paper.marks[0].bbox = BBox::new(0.6, top, 0.8, top + 0.03);
        let shares = covered(&paper, trip());
        let signed = |share: &Share| {
            let marks = share.document.marks.iter();
            let mut roles = marks.map(|mark| mark.role);
            let fields = &share.document.fields;
            roles.any(|role| role == Some(Role::Consignee))
                || fields.contains_key(&FieldName::SignatureConsignee)
        };
        shares.iter().map(signed).collect::<Vec<_>>()
    };
    let number = |top: f32| Some(BBox::new(0.1, top, 0.25, top + 0.02));
    assert_eq!(signed(number(0.5), 0.495), [false, false, true]);
    assert_eq!(
        signed(number(0.4), 0.495),
        [false, true, false],
        "the number tells"
    );
    assert_eq!(
        signed(number(0.55), 0.495),
        [false, false, false],
        "not listed"
    );
    assert_eq!(
        signed(None, 0.495),
        [false, false, false],
        "its row is not clear"
    );
}

#[test]
fn goods_that_a_row_calls_refused_were_signed_for_by_nobody() {
    let mut paper = signed_by_row();
    paper.notations = vec![crate::understanding::Notation {
        kind: crate::understanding::NotationKind::Refused,
        qty: None,
        unit: None,
        text: "refused".to_owned(),
        page: PageNumber::from_index(0),
        bbox: BBox::new(0.6, 0.5, 0.7, 0.52),
    }];
    let shares = covered(&paper, trip());
    assert_eq!(shares[2].document.marks[0].role, None);
}

#[test]
fn each_row_of_one_receiver_is_signed_for_itself() {
    let there = json!({"parties": {"consignee": {"name": "ACME FOODS INC", "postal": "43215"}}});
    let shipments = (0..3).map(|at| on_the_trip(at, there.clone()));
    let shares = covered(&signed_by_row(), shipments);
    let signed = shares.iter().map(|share| {
        let mut marks = share.document.marks.iter();
        marks.any(|mark| mark.role == Some(Role::Consignee))
    });
    assert_eq!(signed.collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn a_row_that_names_another_consignee_keeps_it() {
    let mut paper = signed_by_row();
    let delta = party("Delta Produce", "43604").as_party().cloned();
    let own = &mut paper.traits.other_parties[0];
    *own = own.with(delta.unwrap());
    let shares = covered(&paper, trip());
    let consignee = &shares[2].document.fields[&FieldName::ShipTo].found.value;
    assert_eq!(consignee.as_party().unwrap().name, "Delta Produce");
}

#[test]
fn a_day_below_the_head_is_that_of_its_row_alone() {
    let mut paper = signed_by_row();
    let day = paper.fields.get_mut(&FieldName::DeliveryDate).unwrap();
    day.found.bbox = BBox::new(0.85, 0.69, 0.95, 0.71);
    paper.traits.other_dates.clear();
    let shares = covered(&paper, trip());
    let dated = |share: &Share| share.document.fields.contains_key(&FieldName::DeliveryDate);
    assert!(
        !shares.iter().any(dated),
        "of a row whose number was not read"
    );
}

#[test]
fn one_signature_counts_for_all_that_one_consignee_received() {
    let mut paper = manifest(&PROS);
    paper.marks = vec![signed_at(0.85)];
    paper.fields.insert(FieldName::ShipTo, acme());
    let there = json!({"parties": {"consignee": {"name": "ACME FOODS INC", "postal": "43215"}}});
    let shipments = (0..3).map(|at| on_the_trip(at, there.clone()));
    let shares = covered(&paper, shipments);
    assert_eq!(shares.len(), 3);
    for share in &shares {
        assert_eq!(share.document.marks.len(), 1);
        assert!(share.document.fields.contains_key(&FieldName::ShipTo));
    }
}

#[test]
fn a_signature_at_the_foot_is_nobodys_where_the_list_names_shipments_that_nobody_knows() {
    let mut paper = manifest(&PROS);
    paper.marks = vec![signed_at(0.85)];
    let marks = |paper: &Document| {
        let shares = covered(paper, [on_the_trip(0, json!({}))]);
        assert_eq!(ids(&shares), ["S-0"]);
        shares[0].document.marks.len()
    };
    assert_eq!(marks(&paper), 0, "it may be another consignee's");
    paper.fields.insert(FieldName::ShipTo, acme());
    assert_eq!(marks(&paper), 1, "the paper says whose it is");
    paper.marks.push(signed_at(0.495));
    assert_eq!(marks(&paper), 0, "they sign in rows");
    paper.marks.push(signed_at(0.295));
    assert_eq!(marks(&paper), 1);
}

#[test]
fn a_signature_at_the_foot_is_nobodys_where_the_paper_names_several_consignees() {
    let mut paper = manifest(&PROS);
    paper.marks = vec![signed_at(0.85)];
    let mut in_row = acme();
    in_row.found.bbox = BBox::new(0.3, 0.3, 0.5, 0.32);
    paper.fields.insert(FieldName::ShipTo, in_row);
    let signed = |paper: &Document| {
        let shares = covered(paper, trip());
        let marks = shares.iter().map(|share| share.document.marks.len());
        marks.collect::<Vec<_>>()
    };
    assert_eq!(signed(&paper), [0, 0, 0], "rows name consignees");
    paper.fields.insert(FieldName::ShipTo, acme());
    assert_eq!(signed(&paper), [1, 0, 0]);
    let birch = party("Birch Paper Mill", "45402").as_party().cloned();
    let birch = numbered("", 0.15).with(birch.unwrap());
    paper.traits.other_parties.push(birch);
    assert_eq!(signed(&paper), [0, 0, 0], "the head names two");
    let unknown = party("Elm Lumber", "43604").as_party().cloned();
    let in_row = numbered("", 0.4).with(unknown.unwrap());
    paper.traits.other_parties = vec![in_row];
    assert_eq!(
        signed(&paper),
        [0, 0, 0],
        "a row names one, be it known or not"
    );
}

#[test]
fn numbers_in_several_places_of_the_page_are_no_list() {
    let mut scattered = manifest(&PROS);
    scattered.traits.other_identifiers[1].bbox = BBox::new(0.7, 0.4, 0.85, 0.42);
    scattered.traits.other_identifiers[2].bbox = BBox::new(0.4, 0.5, 0.55, 0.52);
    assert_eq!(ids(&covered(&scattered, trip())), [""; 0]);
    let side_by_side = |at: f32| BBox::new(0.2 * at, 0.4, 0.2 * at + 0.15, 0.42);
    let mut row = manifest(&PROS);
    for (found, at) in row.traits.other_identifiers.iter_mut().zip([1.0, 2.0, 3.0]) {
        found.bbox = side_by_side(at);
    }
    assert_eq!(ids(&covered(&row, trip())), [""; 0]);
}

#[test]
fn a_receipt_is_not_everybodys_where_other_trucks_came_on_other_days() {
    let mut paper = manifest(&PROS);
    paper.marks = vec![signed_at(0.85)];
    let there = json!({"parties": {"consignee": {"name": "Acme Foods", "postal": "43215"}}});
    let mut later = there.clone();
    later["stops"] = json!([{"seq": 1, "kind": "delivery", "events": [{"code": "D1", "at": "2026-03-18T14:00:00Z"}]}]);
    let shipments = [&there, &later, &there].into_iter().enumerate();
    let shipments = shipments.map(|(at, told)| on_the_trip(at, told.clone()));
    let shares = covered(&paper, shipments);
    assert_eq!(shares.len(), 3);
    assert!(shares.iter().all(|share| share.document.marks.is_empty()));
}

#[test]
fn of_two_numbers_alone_the_quantities_have_to_be_those_of_both() {
    let mut paper = manifest(&PROS[..2]);
    let pieces = |count: u32| field(Value::Count(count), Source::Ocr, 0.95);
    let [first, second, _]: [Shipment; 3] = trip().try_into().unwrap();
    let both = || [first.clone(), second.clone()];
    assert_eq!(ids(&covered(&paper, both())), [""; 0], "none told");
    paper.fields.insert(FieldName::Pieces, pieces(96));
    assert_eq!(ids(&covered(&paper, both())), [""; 0], "those of one");
    paper.fields.insert(FieldName::Pieces, pieces(192));
    let shares = covered(&paper, both());
    assert_eq!(ids(&shares), ["S-0", "S-1"]);
    let total = |share: &Share| share.document.fields.contains_key(&FieldName::Pieces);
    assert!(!shares.iter().any(total), "a total is no share's");
}

fn under_master(at: usize, own: &str) -> Shipment {
    let refs = [("MBOL", "MB7781234"), ("BOL", own)];
    shipment(&format!("S-{at}"), &refs, json!({}))
}

#[test]
fn a_master_bill_covers_the_bills_that_it_names() {
    let mut paper = document([(FieldName::MasterBol, text("MB7781234"))]);
    let bills = ["B4410021", "B4410022", "B4410023"];
    paper.traits.other_identifiers = vec![numbered(bills[0], 0.3), numbered(bills[2], 0.3)];
    let under = || (0..3).map(|at| under_master(at, bills[at]));
    assert_eq!(ids(&covered(&paper, under())), ["S-0", "S-2"]);
    // The bill of one of them names the master, too.
    paper.traits.other_identifiers.truncate(1);
    assert_eq!(ids(&covered(&paper, under())), [""; 0]);
    let strangers = under().map(|mut one| {
        one.refs
            .retain(|reference| reference.kind != ReferenceKind::Mbol);
        one
    });
    assert_eq!(ids(&covered(&paper, strangers)), [""; 0]);
}

#[test]
fn a_master_bill_that_names_no_other_covers_all_whose_quantities_add_up_to_its_own() {
    let under = || (0..2).map(|at| under_master(at, ["B4410021", "B4410022"][at]));
    let paper = |pieces| {
        document([
            (FieldName::MasterBol, text("MB7781234")),
            (FieldName::Pieces, Value::Count(pieces)),
        ])
    };
    assert_eq!(ids(&covered(&paper(192), under())), ["S-0", "S-1"]);
    assert_eq!(ids(&covered(&paper(96), under())), [""; 0]);
}

#[test]
fn a_number_that_was_hardly_read_names_nothing() {
    let mut paper = manifest(&PROS);
    for found in &mut paper.traits.other_identifiers {
        found.source = Source::Ocr;
        found.confidence = Confidence::new(0.7);
    }
    // No rule says what check digit their numbers have.
    let trip = (0..3).map(|at| on_the_trip(at, json!({"carrier": {"scac": "ZZZZ"}})));
    assert_eq!(ids(&covered(&paper, trip)), [""; 0]);
}
