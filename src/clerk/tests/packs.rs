//! Papers of one shipment, and shipments that come, change and are called off.

use super::*;

const PRO: &str = "123456782";

#[tokio::test]
async fn a_paper_waits_for_its_shipment_and_is_attached_when_it_comes() {
    let office = Office::open().await;
    assert_eq!(
        told(&office.paper("a.pdf", &receipt(PRO)).await),
        ["raised NO_MATCH"]
    );
    assert_eq!(
        told(&office.shipments(&[shipment("other", 1, "987654326")]).await),
        [""; 0]
    );
    let events = office.shipments(&[shipment("S-1", 1, PRO)]).await;
    assert_eq!(told(&events), ["resolved NO_MATCH", "validated S-1"]);
    assert_eq!(
        told(&office.shipments(&[shipment("S-1", 1, PRO)]).await),
        [""; 0],
        "twice"
    );
    assert!(office.open_exceptions().await.is_empty());
}

#[tokio::test]
async fn nobody_is_told_of_a_missing_shipment_before_the_time_is_over() {
    let office = Office::with(Profiles::default(), 15).await;
    assert_eq!(told(&office.paper("a.pdf", &receipt(PRO)).await), [""; 0]);
    assert_eq!(
        told(&office.paper("b.pdf", &receipt("987654326")).await),
        [""; 0]
    );
    assert!(office.open_exceptions().await.is_empty());
    // One shipment comes in time, the other does not.
    let events = office.shipments(&[shipment("S-1", 1, PRO)]).await;
    assert_eq!(told(&events), ["validated S-1"]);
    let later = Timestamp::now()
        .saturating_add(SignedDuration::from_mins(16))
        .unwrap();
    let early = office.clerk.end_patience(Timestamp::now()).await.unwrap();
    assert_eq!(early.len(), 0);
    let told_now = office.clerk.end_patience(later).await.unwrap();
    assert_eq!(told(&parsed(&told_now)), ["raised NO_MATCH"]);
    assert_eq!(office.stands("b.pdf").await, "- review NO_MATCH");
    let twice = office.clerk.end_patience(later).await.unwrap();
    assert_eq!(twice.len(), 0);
}

#[tokio::test]
async fn a_correction_supplies_what_the_shipment_lacked() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, "111222333")]).await;
    assert_eq!(
        told(&office.paper("a.pdf", &receipt(PRO)).await),
        ["raised NO_MATCH"]
    );
    let events = office.shipments(&[shipment("S-1", 2, PRO)]).await;
    assert_eq!(told(&events), ["resolved NO_MATCH", "validated S-1"]);
}

#[tokio::test]
async fn a_shipment_that_is_called_off_or_corrected_after_attachment_is_looked_at() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    office.paper("a.pdf", &receipt(PRO)).await;
    let cancelled = changed("S-1", 2, PRO, json!({"status": "cancelled"}));
    assert_eq!(
        told(&office.shipments(&[cancelled]).await),
        ["raised WRONG_SHIPMENT"]
    );
    assert_eq!(office.stands("a.pdf").await, "S-1 review WRONG_SHIPMENT");
    let events = office.shipments(&[shipment("S-1", 3, PRO)]).await;
    assert_eq!(told(&events), ["resolved WRONG_SHIPMENT", "validated S-1"]);
    let elsewhere =
        json!({"parties": {"consignee": {"name": "Birch Paper Mill", "postal": "10001"}}});
    let events = office.shipments(&[changed("S-1", 4, PRO, elsewhere)]).await;
    assert_eq!(told(&events), ["raised CONSIGNEE_MISMATCH"]);
    assert_eq!(
        office.stands("a.pdf").await,
        "S-1 review CONSIGNEE_MISMATCH"
    );
}

#[tokio::test]
async fn a_later_paper_supplies_what_was_missing() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    let unsigned = PaperSays {
        signed: false,
        ..receipt(PRO)
    };
    assert_eq!(
        told(&office.paper("a.pdf", &unsigned).await),
        ["raised SIGNATURE_MISSING"]
    );
    let signed = PaperSays {
        received: 2,
        ..receipt(PRO)
    };
    let mut events = told(&office.paper("b.pdf", &signed).await);
    events.sort();
    assert_eq!(
        events,
        [
            "raised DUPLICATE_POD",
            "resolved SIGNATURE_MISSING",
            "validated S-1"
        ]
    );
    assert_eq!(office.stands("a.pdf").await, "S-1 reject DUPLICATE_POD");
    assert_eq!(office.stands("b.pdf").await, "S-1 billable");
}

#[tokio::test]
async fn the_paper_that_a_charge_needs_completes_the_pack() {
    let rules = json!({"id": "acme", "required_docs": ["pod", "lumper_receipt_if_charged"]});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acme.json");
    std::fs::write(&path, rules.to_string()).unwrap();
    let office = Office::with(Profiles::load(&path).unwrap(), 0).await;
    let billed = json!({"customer": {"profile_id": "acme"}, "billed": [{"code": "LUMPER", "amount": "85.00"}]});
    office.shipments(&[changed("S-1", 1, PRO, billed)]).await;
    let raised = told(&office.paper("a.pdf", &receipt(PRO)).await);
    assert!(
        raised[0].starts_with("raised SUPPORT_DOC_MISSING"),
        "{raised:?}"
    );
    let lumper = PaperSays {
        class: DocumentClass::LumperReceipt,
        signed: false,
        ..receipt(PRO)
    };
    let events = told(&office.paper("l.pdf", &lumper).await);
    assert!(
        events.contains(&"resolved SUPPORT_DOC_MISSING".to_owned()),
        "{events:?}"
    );
    assert!(events.contains(&"validated S-1".to_owned()), "{events:?}");
}

#[tokio::test]
async fn a_better_copy_supersedes_a_poor_one_and_an_equal_one_does_not() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    let poor = PaperSays {
        quality: 0.4,
        ..receipt(PRO)
    };
    assert_eq!(told(&office.paper("a.pdf", &poor).await), ["validated S-1"]);
    let better = PaperSays {
        received: 2,
        ..receipt(PRO)
    };
    let events = told(&office.paper("b.pdf", &better).await);
    assert_eq!(events, ["validated S-1", "raised DUPLICATE_POD"]);
    let equal = PaperSays {
        received: 3,
        ..receipt(PRO)
    };
    assert_eq!(
        told(&office.paper("c.pdf", &equal).await),
        ["raised DUPLICATE_POD"]
    );
    assert_eq!(office.stands("b.pdf").await, "S-1 billable");
}

#[tokio::test]
async fn the_same_bytes_under_another_name_change_nothing() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    let unsigned = PaperSays {
        signed: false,
        bytes: Some("same"),
        ..receipt(PRO)
    };
    office.paper("a.pdf", &unsigned).await;
    assert_eq!(
        told(&office.paper("b.pdf", &unsigned).await),
        ["raised DUPLICATE_DOC"]
    );
    let open: Vec<ExceptionCode> = office
        .open_exceptions()
        .await
        .iter()
        .map(|one| one.code)
        .collect();
    assert_eq!(open, [ExceptionCode::SignatureMissing]);
}

#[tokio::test]
async fn each_stop_of_a_shipment_has_its_own_proof() {
    let office = Office::open().await;
    let stop = |seq, name, zip| {
        json!({"seq": seq, "kind": "delivery", "name": name, "address": {"zip": zip},
            "events": [{"code": "D1", "at": "2026-03-14T15:00:00Z"}]})
    };
    let stops = json!({"parties": {}, "stops": [stop(2, "Acme Foods", "43215"), stop(3, "Birch Mill", "45402")]});
    office.shipments(&[changed("S-1", 1, PRO, stops)]).await;
    let first = office.paper("a.pdf", &receipt(PRO)).await;
    assert_eq!(told(&first), ["validated S-1"]);
    assert_eq!(first[1]["data"]["shipment"]["stop"], 2);
    let second = PaperSays {
        consignee: ("Birch Mill", "45402"),
        ..receipt(PRO)
    };
    assert_eq!(
        told(&office.paper("b.pdf", &second).await),
        ["validated S-1"]
    );
    assert_eq!(office.stands("b.pdf").await, "S-1/3 billable");
    let nowhere = PaperSays {
        consignee: ("", ""),
        ..receipt(PRO)
    };
    assert_eq!(
        told(&office.paper("c.pdf", &nowhere).await),
        ["raised STOP_MISSING"]
    );
}

#[tokio::test]
async fn a_proof_that_does_not_come_is_missed_once_and_its_arrival_ends_that() {
    let office = Office::open().await;
    let due = json!({"pod_due_at": "2026-03-16T00:00:00Z"});
    office.shipments(&[changed("S-1", 1, PRO, due)]).await;
    let miss = async |time: &str| {
        let missed = office
            .clerk
            .miss_pods(None, time.parse().unwrap())
            .await
            .unwrap();
        told(&parsed(&missed))
    };
    assert_eq!(miss("2026-03-15T00:00:00Z").await, [""; 0]);
    assert_eq!(
        miss("2026-03-16T00:00:00Z").await,
        ["raised POD_NOT_RECEIVED"]
    );
    assert_eq!(miss("2026-03-17T00:00:00Z").await, [""; 0]);
    let mut events = told(&office.paper("a.pdf", &receipt(PRO)).await);
    events.sort();
    assert_eq!(events, ["resolved POD_NOT_RECEIVED", "validated S-1"]);
    assert!(office.open_exceptions().await.is_empty());
}

#[tokio::test]
async fn of_more_papers_than_are_decided_together_none_stops_the_others() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    let mut events = Vec::new();
    for number in 0..55 {
        let paper = PaperSays {
            received: number,
            ..receipt(PRO)
        };
        events.extend(office.paper(&format!("{number}.pdf"), &paper).await);
    }
    let accepted = "S-1 billable";
    let mut billable = 0;
    for number in 0..55 {
        billable += usize::from(office.stands(&format!("{number}.pdf")).await == accepted);
    }
    assert_eq!(billable, 1);
    assert!(
        office
            .shipments(&[shipment("S-1", 2, PRO)])
            .await
            .is_empty(),
        "nothing flips"
    );
}

#[tokio::test]
async fn a_paper_whose_number_is_unknown_is_found_by_its_orders_too() {
    let office = Office::open().await;
    let by_order = PaperSays {
        order: Some("4500123456"),
        ..receipt("222333448")
    };
    assert_eq!(
        told(&office.paper("a.pdf", &by_order).await),
        ["raised NO_MATCH"]
    );
    let ordered = json!({"refs": [{"type": "PO", "value": "4500123456"}]});
    let first = office
        .shipments(&[changed("S-1", 1, PRO, ordered.clone())])
        .await;
    let late = Office::open().await;
    late.shipments(&[changed("S-1", 1, PRO, ordered)]).await;
    late.paper("a.pdf", &by_order).await;
    assert_eq!(
        office.stands("a.pdf").await,
        late.stands("a.pdf").await,
        "{first:?}"
    );
}

/// A signed receipt for so many of twenty pieces, of this day of March.
fn part(received: u32, day: i8) -> PaperSays {
    PaperSays {
        received: day.into(),
        part: Some((received, day)),
        ..receipt(PRO)
    }
}

#[tokio::test]
async fn the_rest_of_a_delivery_makes_up_what_its_first_part_was_short_of() {
    let papers = [("a.pdf", part(12, 13)), ("b.pdf", part(8, 14))];
    for order in [[0, 1], [1, 0]] {
        let office = Office::open().await;
        office.shipments(&[shipment("S-1", 1, PRO)]).await;
        let (name, paper) = &papers[order[0]];
        assert_eq!(told(&office.paper(name, paper).await), ["validated S-1"]);
        assert_eq!(
            office.stands(name).await,
            "S-1 billable_with_osd SHORT",
            "as long as the rest is not there"
        );
        let (name, paper) = &papers[order[1]];
        let events = office.paper(name, paper).await;
        assert!(told(&events).contains(&"resolved SHORT".to_owned()));
        assert_eq!(office.stands("a.pdf").await, "S-1 billable");
        assert_eq!(office.stands("b.pdf").await, "S-1 reject DUPLICATE_POD");
        let open = office.open_exceptions().await;
        assert!(open.iter().all(|one| one.code != ExceptionCode::Short));
    }
}

#[tokio::test]
async fn parts_that_are_not_whole_of_one_day_or_unsigned_make_up_for_nothing() {
    let unsigned = PaperSays {
        signed: false,
        ..part(8, 14)
    };
    // Two papers of one day may tell of one shortage, whatever their counts add up to.
    let same_day = PaperSays {
        received: 14,
        ..part(8, 13)
    };
    for other in [part(5, 14), part(12, 14), unsigned, same_day] {
        let office = Office::open().await;
        office.shipments(&[shipment("S-1", 1, PRO)]).await;
        office.paper("a.pdf", &part(12, 13)).await;
        office.paper("b.pdf", &other).await;
        assert_eq!(office.stands("a.pdf").await, "S-1 billable_with_osd SHORT");
        let second = office.stands("b.pdf").await;
        assert_eq!(second, "S-1 review SHORT+DUPLICATE_POD", "{other:?}");
    }
}

#[tokio::test]
async fn a_delivery_in_three_parts_is_whole_once_the_last_is_there() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    for (name, received, day) in [("a.pdf", 12, 12), ("b.pdf", 5, 13)] {
        office.paper(name, &part(received, day)).await;
    }
    assert_eq!(office.stands("a.pdf").await, "S-1 billable_with_osd SHORT");
    office.paper("c.pdf", &part(3, 14)).await;
    assert_eq!(office.stands("a.pdf").await, "S-1 billable");
    for name in ["b.pdf", "c.pdf"] {
        assert_eq!(office.stands(name).await, "S-1 reject DUPLICATE_POD");
    }
}
