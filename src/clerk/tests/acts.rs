//! What people do, what follows, and that it can be taken back.

use super::*;
use crate::clerk::ActError;
use crate::decision::Life;
use crate::ledger::{Act, Belongs};

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
    office.clerk.miss_pods(Timestamp::now()).await.unwrap();
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
