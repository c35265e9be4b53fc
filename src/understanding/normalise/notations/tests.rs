//! What the vocabulary of domain.md §3.3 gives for lines as receivers write them.

use NotationKind as Kind;
use proptest::prelude::*;

use super::*;

type Told = (Kind, Option<u32>, Option<&'static str>);

fn told(line: &str) -> Vec<Told> {
    let notations = read_notations(line).into_iter();
    notations.map(|one| (one.kind, one.qty, one.unit)).collect()
}

fn check(vectors: &[(&str, &[Told])]) {
    for (line, expected) in vectors {
        assert_eq!(told(line), *expected, "{line}");
    }
}

#[test]
fn a_load_count_with_an_intact_seal_is_clean() {
    check(&[
        (
            "SLC, seal intact, 24 plt",
            &[
                (Kind::ShipperLoadCount, None, None),
                (Kind::SealOk, None, None),
            ],
        ),
        (
            "Shipper's load & count",
            &[(Kind::ShipperLoadCount, None, None)],
        ),
        (
            "SL&C  S/I",
            &[
                (Kind::ShipperLoadCount, None, None),
                (Kind::SealOk, None, None),
            ],
        ),
        ("driver count 24", &[(Kind::DriverCount, None, None)]),
    ]);
}

#[test]
fn numbers_go_with_their_remark_and_not_with_the_number_received() {
    let short_and_damage: &[Told] = &[(Kind::Short, Some(2), None), (Kind::Damage, Some(1), None)];
    check(&[
        ("rec'd 22 of 24 ctn – 2 short dmg 1", short_and_damage),
        ("2 short 1 dmg", short_and_damage),
        ("short 2 dmg 1", short_and_damage),
        (
            "Short: 2  Over: 0  Damaged: 1",
            &[
                (Kind::Short, Some(2), None),
                (Kind::Clean, None, None),
                (Kind::Damage, Some(1), None),
            ],
        ),
        (
            "wet, 3 short",
            &[(Kind::Damage, None, None), (Kind::Short, Some(3), None)],
        ),
        ("2 of 24 ctn short", &[(Kind::Short, Some(2), Some("ctn"))]),
    ]);
    let received = Received {
        qty: 22,
        expected: Some(24),
        unit: Some(Unit::Carton),
    };
    assert_eq!(
        read_received("rec'd 22 of 24 ctn – 2 short dmg 1"),
        Some(received)
    );
}

#[test]
fn a_shortage_without_a_unit_leaves_the_unit_open() {
    check(&[
        ("2 short", &[(Kind::Short, Some(2), None)]),
        ("2 ctn shrt", &[(Kind::Short, Some(2), Some("ctn"))]),
    ]);
}

#[test]
fn handwriting_is_read_through_its_errors() {
    check(&[
        ("2 ctn sh0rt", &[(Kind::Short, Some(2), Some("ctn"))]),
        ("1 PLT DMGD", &[(Kind::Damage, Some(1), Some("plt"))]),
        ("3 cs darnaged", &[(Kind::Damage, Some(3), Some("cs"))]),
        (
            "2 boxes were crushed & wet",
            &[(Kind::Damage, Some(2), Some("bx"))],
        ),
        ("l plt refusd", &[(Kind::Refused, Some(1), Some("plt"))]),
        ("1 plt refused", &[(Kind::Refused, Some(1), Some("plt"))]),
        ("REFUSED", &[(Kind::Refused, None, None)]),
        ("5hort 3cs", &[(Kind::Short, Some(3), Some("cs"))]),
    ]);
}

#[test]
fn by_hand_words_may_run_together_and_a_label_of_print_says_what_it_says() {
    let read = |text: &str| {
        let found = read_handwritten_notations(text).into_iter();
        found.map(|one| (one.kind, one.qty)).collect::<Vec<_>>()
    };
    assert_eq!(read("5 PLTSHORT"), [(NotationKind::Short, Some(5))]);
    assert_eq!(
        read("SHIPSubject to recount"),
        [(NotationKind::SubjectToCount, None)]
    );
    assert_eq!(read("short"), [(NotationKind::Short, None)]);
    assert_eq!(
        read("2 PLTSHORT 1 CTNDAMAGED"),
        [
            (NotationKind::Short, Some(2)),
            (NotationKind::Damage, Some(1))
        ]
    );
    assert_eq!(read("[ ] Shortage [ ] Damage"), [], "not ticked");
    assert_eq!(read("Shortage:"), [], "a label");
    assert_eq!(read("PLTS"), []);
    assert_eq!(read("Éclair"), []);
}

#[test]
fn what_came_tells_what_is_short_or_over() {
    check(&[
        ("22 of 24 rec'd", &[(Kind::Short, Some(2), None)]),
        ("rec 22/24 ctn", &[(Kind::Short, Some(2), Some("ctn"))]),
        (
            "received 25 of 24 pcs",
            &[(Kind::Over, Some(1), Some("pcs"))],
        ),
        ("rec'd 24 of 24", &[]),
        ("RECEIVED 3/14", &[]),
        ("RECEIVED 03/14/26", &[]),
        ("page 2 of 3 received", &[]),
    ]);
}

#[test]
fn every_kind_of_the_vocabulary_is_read() {
    check(&[
        ("subject to count", &[(Kind::SubjectToCount, None, None)]),
        ("pending count", &[(Kind::SubjectToCount, None, None)]),
        (
            "STC",
            &[
                (Kind::SaidToContain, None, None),
                (Kind::SubjectToCount, None, None),
            ],
        ),
        ("2 PLT STC 96 CTN", &[(Kind::SaidToContain, None, None)]),
        ("+2 ctn", &[(Kind::Over, Some(2), Some("ctn"))]),
        ("3 cs over", &[(Kind::Over, Some(3), Some("cs"))]),
        ("overage 1", &[(Kind::Over, Some(1), None)]),
        ("RTV", &[(Kind::Refused, None, None)]),
        ("returned to shipper", &[(Kind::Refused, None, None)]),
        ("wrong product", &[(Kind::WrongGoods, None, None)]),
        ("mis shipped", &[(Kind::WrongGoods, None, None)]),
        ("Shipper", &[]),
        ("Shipped 3/14", &[]),
        ("driver late", &[(Kind::ServiceFail, None, None)]),
        ("no appt", &[(Kind::ServiceFail, None, None)]),
        ("seal broken", &[(Kind::SealBroken, None, None)]),
        ("no seal", &[(Kind::SealBroken, None, None)]),
        ("Seal intact: N", &[(Kind::SealBroken, None, None)]),
        ("pulp 38F", &[(Kind::Temp, Some(38), None)]),
        ("temp is -10", &[(Kind::Temp, None, None)]),
        ("product thawed", &[(Kind::Temp, None, None)]),
        (
            "subject to concealed damage",
            &[(Kind::ConcealedReserve, None, None)],
        ),
        ("received in good condition", &[(Kind::Clean, None, None)]),
        ("all ok", &[(Kind::Clean, None, None)]),
        ("driver assist", &[(Kind::ServiceMark, None, None)]),
        ("D/A lumper", &[(Kind::ServiceMark, None, None)]),
        (
            "left at dock, no one on site",
            &[(Kind::Unattended, None, None)],
        ),
        ("C-19", &[(Kind::Unattended, None, None)]),
        ("void", &[(Kind::Correction, None, None)]),
    ]);
}

#[test]
fn remarks_are_read_in_five_more_languages() {
    check(&[
        ("2 Kartons fehlen", &[(Kind::Short, Some(2), Some("ctn"))]),
        (
            "1 Palette beschädigt",
            &[(Kind::Damage, Some(1), Some("plt"))],
        ),
        ("2 colis manquants", &[(Kind::Short, Some(2), Some("pkg"))]),
        (
            "3 cartons endommagés",
            &[(Kind::Damage, Some(3), Some("ctn"))],
        ),
        ("faltan 2 cajas", &[(Kind::Short, Some(2), Some("bx"))]),
        ("1 palet dañado", &[(Kind::Damage, Some(1), Some("plt"))]),
        ("brak 2 kartonów", &[(Kind::Short, Some(2), Some("ctn"))]),
        (
            "1 paleta uszkodzona",
            &[(Kind::Damage, Some(1), Some("plt"))],
        ),
        ("2 dozen beschadigd", &[(Kind::Damage, None, None)]),
        ("sous réserve", &[(Kind::Reservation, None, None)]),
        ("unter Vorbehalt", &[(Kind::Reservation, None, None)]),
        ("onder voorbehoud", &[(Kind::Reservation, None, None)]),
        ("salvo examen", &[(Kind::Reservation, None, None)]),
        ("Annahme verweigert", &[(Kind::Refused, None, None)]),
    ]);
}

#[test]
fn what_is_said_not_to_be_is_clean() {
    let clean: &[Told] = &[(Kind::Clean, None, None)];
    for line in [
        "No damage",
        "0 short",
        "not damaged",
        "no shortage or damage",
        "Damage: none",
        "without visible damage",
        "keine Schäden",
        "sans réserve",
        "bez uszkodzeń",
        "sin daños",
        "geen schade",
        "free of damage",
    ] {
        assert_eq!(told(line), clean, "{line}");
    }
}

#[test]
fn printed_words_are_no_remarks() {
    for line in [
        "Any shortage or damage must be noted on this receipt",
        "SHORT OVER DAMAGED",
        "Qty Ordered Shipped Short",
        "OVER / SHORT / DAMAGED",
        "[ ] Short [ ] Over [ ] Damaged",
        "☐ Refused ☐ Damaged",
        "Shortage:",
        "Damage ______",
        "STRAIGHT BILL OF LADING - SHORT FORM - NOT NEGOTIABLE",
        "Seal intact? Y / N",
        "24 short sleeve shirts",
        "wet wipes 40 ctn",
        "Réserves et observations du transporteur",
        "Vorbehalte und Bemerkungen der Frachtführer",
        "Call 800-555-1234 over the road",
        "+48 22 555 12 34",
        "see over",
        "Exceptions",
        "Freight counted: By driver/pallets said to contain",
    ] {
        assert_eq!(told(line), [], "{line}");
    }
}

#[test]
fn only_ticked_boxes_count() {
    check(&[
        ("[X] Damaged [ ] Refused", &[(Kind::Damage, None, None)]),
        (
            "Seal broken [x]  Refused [ ]",
            &[(Kind::SealBroken, None, None)],
        ),
    ]);
}

#[test]
fn the_text_is_as_written() {
    let texts: Vec<String> = read_notations("Rec'd: 2 ctn Short, DMG 1")
        .into_iter()
        .map(|one| one.text)
        .collect();
    assert_eq!(texts, ["2 ctn Short", "DMG 1"]);
}

proptest! {
    #[test]
    fn a_count_with_short_is_a_shortage(qty in 1_u32..5000, unit in "ctn|plt|pcs|cs|skd", after in any::<bool>()) {
        let line = if after { format!("short {qty} {unit}") } else { format!("{qty} {unit} short") };
        let expected = Unit::named(&unit).map(Unit::lower_code);
        prop_assert_eq!(told(&line), [(Kind::Short, Some(qty), expected)]);
    }

    #[test]
    fn the_text_of_a_remark_stands_in_the_line(line in "\\PC{0,60}") {
        for notation in read_notations(&line) {
            prop_assert!(line.contains(&notation.text));
        }
    }
}
