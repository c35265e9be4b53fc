//! What people do, what follows, and that it can be taken back.

use super::*;
use crate::clerk::ActError;
use crate::decision::Life;
use crate::ledger::{Act, Belongs, Ruling};

const PRO: &str = "123456782";

fn act() -> Act {
    Act {
        who: "pat".to_owned(),
        why: "the carrier called".to_owned(),
        what: "document.attached",
    }
}

fn to(shipment: &str) -> Belongs {
    Belongs {
        shipment: shipment.to_owned(),
        stop: None,
    }
}

async fn the_open_one(office: &Office) -> uuid::Uuid {
    office.open_exceptions().await[0].id
}

#[tokio::test]
async fn a_paper_is_attached_and_detached_by_hand() {
    let office = Office::open().await;
    office
        .shipments(&[shipment("S-1", 1, "987654326"), shipment("S-2", 1, PRO)])
        .await;
    let unreadable = PaperSays {
        pro: None,
        ..receipt(PRO)
    };
    assert_eq!(
        told(&office.paper("a.pdf", &unreadable).await),
        ["raised AMBIGUOUS_MATCH"]
    );
    let document = id_of("a.pdf");
    let events = office
        .clerk
        .attach(document, to("S-2"), &act())
        .await
        .unwrap();
    assert_eq!(
        told(&parsed(&events)),
        ["resolved AMBIGUOUS_MATCH", "validated S-2"]
    );
    let events = office.clerk.detach(document, None, &act()).await.unwrap();
    assert_eq!(
        told(&parsed(&events)),
        ["raised NO_MATCH"],
        "one is left, and nothing clear speaks for it"
    );
    let events = office
        .clerk
        .attach(document, to("S-2"), &act())
        .await
        .unwrap();
    assert_eq!(
        told(&parsed(&events)),
        ["resolved NO_MATCH", "validated S-2"]
    );
}

#[tokio::test]
async fn a_person_cannot_name_what_is_not_there() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    office
        .paper(
            "a.pdf",
            &PaperSays {
                pro: None,
                dated: false,
                ..receipt(PRO)
            },
        )
        .await;
    let document = id_of("a.pdf");
    let refused = office.clerk.attach(document, to("S-9"), &act()).await;
    assert!(
        matches!(refused, Err(ActError::UnknownShipment { .. })),
        "{refused:?}"
    );
    let stop = Belongs {
        stop: Some(7),
        ..to("S-1")
    };
    let refused = office.clerk.attach(document, stop, &act()).await;
    assert!(
        matches!(refused, Err(ActError::UnknownStop { .. })),
        "{refused:?}"
    );
    let refused = office.clerk.attach(id_of("none"), to("S-1"), &act()).await;
    assert!(
        matches!(refused, Err(ActError::UnknownDocument(_))),
        "{refused:?}"
    );
    let refused = office.clerk.detach(document, None, &act()).await;
    assert!(
        matches!(refused, Err(ActError::NotAttached(_))),
        "{refused:?}"
    );
    let refused = office
        .clerk
        .end(uuid::Uuid::nil(), Life::Waived, &act())
        .await;
    assert!(
        matches!(refused, Err(ActError::UnknownException(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_missing_date_is_told_and_the_paper_is_billed() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    let undated = PaperSays {
        dated: false,
        ..receipt(PRO)
    };
    assert_eq!(
        told(&office.paper("a.pdf", &undated).await),
        ["raised DELIVERY_DATE_MISSING"]
    );
    let exception = the_open_one(&office).await;
    let date = |text: &str| Supplied {
        field: FieldName::DeliveryDate,
        text: text.to_owned(),
    };
    let refused = office
        .clerk
        .supply(exception, &[date("soon")], &act())
        .await;
    assert!(
        matches!(refused, Err(ActError::CannotBeTold(_))),
        "{refused:?}"
    );
    let events = office
        .clerk
        .supply(exception, &[date("2026-03-14")], &act())
        .await
        .unwrap();
    assert_eq!(
        told(&parsed(&events)),
        ["resolved DELIVERY_DATE_MISSING", "validated S-1"]
    );
    let field = [FieldName::DeliveryDate];
    let events = office
        .clerk
        .take_back(id_of("a.pdf"), &field, &act())
        .await
        .unwrap();
    assert_eq!(told(&parsed(&events)), ["raised DELIVERY_DATE_MISSING"]);
}

#[tokio::test]
async fn no_word_makes_an_unsigned_paper_billable() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    office
        .paper(
            "a.pdf",
            &PaperSays {
                signed: false,
                ..receipt(PRO)
            },
        )
        .await;
    let exception = the_open_one(&office).await;
    let told_signature = Supplied {
        field: FieldName::SignatureConsignee,
        text: "true".to_owned(),
    };
    assert!(
        office
            .clerk
            .supply(exception, &[told_signature], &act())
            .await
            .is_err()
    );
    let events = office
        .clerk
        .end(exception, Life::Waived, &act())
        .await
        .unwrap();
    assert_eq!(told(&parsed(&events))[0], "resolved SIGNATURE_MISSING");
    assert_eq!(office.stands("a.pdf").await, "S-1 hold_missing");
    assert!(office.open_exceptions().await.is_empty());
    let refused = office.clerk.end(exception, Life::Waived, &act()).await;
    assert!(matches!(refused, Err(ActError::NotOpen(_))), "{refused:?}");
    let events = office.clerk.reopen(exception, &act()).await.unwrap();
    assert_eq!(told(&parsed(&events)), ["raised SIGNATURE_MISSING"]);
    assert_eq!(the_open_one(&office).await, exception);
}

#[tokio::test]
async fn what_holds_a_paper_only_by_rule_can_be_waived() {
    let office = Office::open().await;
    let required = json!({"required": {"docs": ["temp_log"]}});
    office.shipments(&[changed("S-1", 1, PRO, required)]).await;
    assert_eq!(
        told(&office.paper("a.pdf", &receipt(PRO)).await),
        ["raised SUPPORT_DOC_MISSING"]
    );
    let exception = the_open_one(&office).await;
    let events = office
        .clerk
        .end(exception, Life::Waived, &act())
        .await
        .unwrap();
    assert_eq!(
        told(&parsed(&events)),
        ["resolved SUPPORT_DOC_MISSING", "validated S-1"]
    );
    let events = office.clerk.reopen(exception, &act()).await.unwrap();
    assert_eq!(told(&parsed(&events)), ["raised SUPPORT_DOC_MISSING"]);
}

#[tokio::test]
async fn a_missed_proof_is_waived_and_missed_again_when_that_is_taken_back() {
    let office = Office::open().await;
    let due = json!({"pod_due_at": "2026-03-16T00:00:00Z"});
    office.shipments(&[changed("S-1", 1, PRO, due)]).await;
    office
        .clerk
        .miss_pods(None, Timestamp::now())
        .await
        .unwrap();
    let exception = the_open_one(&office).await;
    let events = office
        .clerk
        .end(exception, Life::Waived, &act())
        .await
        .unwrap();
    assert_eq!(told(&parsed(&events)), ["resolved POD_NOT_RECEIVED"]);
    let events = office.clerk.reopen(exception, &act()).await.unwrap();
    assert_eq!(told(&parsed(&events)), ["raised POD_NOT_RECEIVED"]);
}

#[tokio::test]
async fn a_shipment_with_one_delivery_is_proven_once_whatever_stop_is_named() {
    let office = Office::open().await;
    let stops = json!({"stops": [{"seq": 1, "kind": "pickup"},
        {"seq": 2, "kind": "delivery", "events": [{"code": "D1", "at": "2026-03-14T15:00:00Z"}]}]});
    office.shipments(&[changed("S-1", 1, PRO, stops)]).await;
    office.paper("a.pdf", &receipt(PRO)).await;
    office.paper("b.pdf", &receipt("222333448")).await;
    let stop = |stop| Belongs {
        stop: Some(stop),
        ..to("S-1")
    };
    let refused = office.clerk.attach(id_of("b.pdf"), stop(0), &act()).await;
    assert!(
        matches!(refused, Err(ActError::UnknownStop { .. })),
        "{refused:?}"
    );
    let events = office.clerk.attach(id_of("b.pdf"), stop(2), &act()).await;
    let events = told(&parsed(&events.unwrap()));
    assert!(
        events.contains(&"raised DUPLICATE_POD".to_owned()),
        "{events:?}"
    );
}

#[tokio::test]
async fn that_a_second_proof_is_settled_makes_it_no_first_one() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    office.paper("a.pdf", &receipt(PRO)).await;
    let second = PaperSays {
        received: 2,
        ..receipt(PRO)
    };
    office.paper("b.pdf", &second).await;
    let wanted = Wanted {
        code: Some(ExceptionCode::DuplicatePod),
        ..Wanted::default()
    };
    let duplicate = office.clerk.ledger.exceptions(&wanted, 1).await.unwrap();
    let ended = office
        .clerk
        .end(duplicate[0].id, Life::Resolved, &act())
        .await;
    assert_eq!(told(&parsed(&ended.unwrap()))[0], "resolved DUPLICATE_POD");
    assert_eq!(office.stands("a.pdf").await, "S-1 billable");
    assert_eq!(office.stands("b.pdf").await, "S-1 reject");
}

#[tokio::test]
async fn what_does_not_matter_on_one_paper_matters_on_the_next() {
    let office = Office::open().await;
    let elsewhere = json!({"parties": {"consignee": {"name": "Acme Foods", "postal": "43215"}}, "required": {"fields": ["received_by_name"]}});
    office.shipments(&[changed("S-1", 1, PRO, elsewhere)]).await;
    let unsigned = PaperSays {
        signed: false,
        ..receipt(PRO)
    };
    office.paper("a.pdf", &unsigned).await;
    let open = office.open_exceptions().await;
    for one in &open {
        office
            .clerk
            .end(one.id, Life::Waived, &act())
            .await
            .unwrap();
    }
    office
        .paper(
            "b.pdf",
            &PaperSays {
                received: 2,
                ..unsigned
            },
        )
        .await;
    assert!(office.stands("b.pdf").await.contains("SIGNATURE_MISSING"));
}

#[tokio::test]
async fn what_a_person_did_is_followed_though_their_program_ended_at_once() {
    let office = Office::open().await;
    office
        .shipments(&[shipment("S-1", 1, "987654326"), shipment("S-2", 1, PRO)])
        .await;
    let unreadable = PaperSays {
        pro: None,
        ..receipt(PRO)
    };
    office.paper("a.pdf", &unreadable).await;
    let (document, ruling) = (id_of("a.pdf"), Ruling::Is(to("S-2")));
    let ledger = office.clerk.ledger();
    let (acted, minute) = (Timestamp::now(), jiff::SignedDuration::from_mins(1));
    ledger.rule(document, &ruling, &act(), acted).await.unwrap();
    let follow = async |now| told(&parsed(&office.clerk.follow_acts(now).await.unwrap()));
    assert!(follow(acted).await.is_empty(), "it may be under way");
    assert_eq!(
        follow(acted + minute).await,
        ["resolved AMBIGUOUS_MATCH", "validated S-2"]
    );
    let left = ledger.acts_to_follow(acted + minute, 10).await.unwrap();
    assert!(left.is_empty());

    office.clerk.detach(document, None, &act()).await.unwrap();
    let now = Timestamp::now() + minute;
    let left = ledger.acts_to_follow(now, 10).await.unwrap();
    assert!(left.is_empty(), "followed at once");
}

#[tokio::test]
async fn a_number_that_a_person_tells_finds_the_shipment() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    let unreadable = PaperSays {
        pro: Some("222333448"),
        ..receipt(PRO)
    };
    assert_eq!(
        told(&office.paper("a.pdf", &unreadable).await),
        ["raised NO_MATCH"]
    );
    let number = Supplied {
        field: FieldName::ProNumber,
        text: PRO.to_owned(),
    };
    let exception = the_open_one(&office).await;
    let events = office.clerk.supply(exception, &[number], &act()).await;
    assert_eq!(
        told(&parsed(&events.unwrap())),
        ["resolved NO_MATCH", "validated S-1"]
    );
}

#[tokio::test]
async fn a_clerk_without_the_customers_rules_does_nothing() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    office
        .paper(
            "a.pdf",
            &PaperSays {
                signed: false,
                ..receipt(PRO)
            },
        )
        .await;
    let ruled = json!({"customer": {"profile_id": "acme"}});
    let keys = |_: &Shipment| Vec::new();
    let stored = [changed("S-1", 2, PRO, ruled)];
    office
        .clerk
        .ledger
        .store_shipments(&stored, keys, at(2))
        .await
        .unwrap();
    let refused = office
        .clerk
        .end(the_open_one(&office).await, Life::Waived, &act())
        .await;
    assert!(
        matches!(refused, Err(ActError::UnknownProfile(_))),
        "{refused:?}"
    );
}
