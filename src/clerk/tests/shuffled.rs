//! Uploads, shipments, corrections and repeats in any order give the same end.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::*;

/// Something that comes.
#[derive(Debug, Clone)]
enum Comes {
    Paper(&'static str, PaperSays),
    Shipment(Box<Shipment>),
}

/// A week at a busy office: poor and better copies, papers without a number, a twin with the same number, corrections, a cancellation, a
/// pack with a supporting paper, a delivery in two parts, repeats.
fn everything() -> Vec<Comes> {
    let shipments = shipments().map(|one| Comes::Shipment(Box::new(one)));
    let papers = papers().map(|(name, says)| Comes::Paper(name, says));
    shipments.into_iter().chain(papers).collect()
}

/// The numbers of the shipments.
const ONE: &str = "123456782";
const TWO: &str = "987654326";
const THREE: &str = "555666773";
const FOUR: &str = "444555660";
const DROPS: &str = "666777886";
const ORDERED: &str = "777888996";
const PARTS: &str = "888999108";
/// An order that one of them belongs to.
const ORDER: &str = "4500123456";

fn shipments() -> [Shipment; 12] {
    let elsewhere =
        json!({"parties": {"consignee": {"name": "Birch Paper Mill", "postal": "10001"}}});
    let stop = |seq, name, zip| {
        json!({"seq": seq, "kind": "delivery", "name": name, "address": {"zip": zip},
            "events": [{"code": "D1", "at": "2026-03-14T15:00:00Z"}]})
    };
    let drops = [
        stop(2, "Acme Foods", "43215"),
        stop(3, "Birch Mill", "45402"),
    ];
    let ordered = json!({"refs": [{"type": "PO", "value": ORDER}]});
    let lumper = json!({"required": {"docs": ["lumper_receipt"]}});
    [
        shipment("S-1", 1, "111222339"),
        shipment("S-1", 2, ONE),
        shipment("S-1", 2, ONE),
        shipment("S-2", 1, TWO),
        changed("S-2", 2, TWO, json!({"status": "cancelled"})),
        changed("S-3", 1, THREE, lumper),
        shipment("S-4", 1, FOUR),
        changed("S-5", 1, FOUR, elsewhere),
        changed("S-6", 1, DROPS, json!({"parties": {}, "stops": drops})),
        shipment("S-7", 1, ORDERED),
        changed("S-7", 2, ORDERED, ordered),
        shipment("S-8", 1, PARTS),
    ]
}

fn papers() -> [(&'static str, PaperSays); 16] {
    let at = |received, says| PaperSays { received, ..says };
    let unsigned = |says| PaperSays {
        signed: false,
        ..says
    };
    let poor = |says| PaperSays {
        quality: 0.4,
        ..says
    };
    let undated = |says| PaperSays {
        dated: false,
        ..says
    };
    let lumper = |says| PaperSays {
        class: DocumentClass::LumperReceipt,
        ..unsigned(says)
    };
    let to_birch = |says| PaperSays {
        consignee: ("Birch Mill", "45402"),
        ..says
    };
    let part = |received, day| PaperSays {
        part: Some((received, day)),
        ..receipt(PARTS)
    };
    let by_order = |says| PaperSays {
        order: Some(ORDER),
        ..says
    };
    [
        ("poor.pdf", at(1, poor(receipt(ONE)))),
        ("good.pdf", at(5, receipt(ONE))),
        ("equal.pdf", at(7, receipt(ONE))),
        ("unsigned.pdf", at(3, unsigned(receipt(ONE)))),
        ("good.pdf", at(5, receipt(ONE))),
        ("cancelled.pdf", receipt(TWO)),
        ("pod.pdf", receipt(THREE)),
        ("lumper.pdf", lumper(receipt(THREE))),
        ("undated.pdf", at(9, undated(receipt(THREE)))),
        ("twin.pdf", receipt(FOUR)),
        ("stray.pdf", receipt("222333448")),
        ("first drop.pdf", receipt(DROPS)),
        ("second drop.pdf", to_birch(receipt(DROPS))),
        ("ordered.pdf", by_order(receipt("333444559"))),
        ("rest.pdf", at(8, part(8, 14))),
        ("part.pdf", at(2, part(12, 13))),
    ]
}

async fn the_end_of(order: &[Comes]) -> Vec<String> {
    let office = Office::open().await;
    for one in order {
        match one {
            Comes::Paper(name, says) => drop(office.paper(name, says).await),
            Comes::Shipment(shipment) => {
                drop(office.shipments(std::slice::from_ref(shipment)).await)
            }
        }
    }
    let mut end = Vec::new();
    for one in everything() {
        if let Comes::Paper(name, _) = one {
            end.push(format!("{name}: {}", office.stands(name).await));
        }
    }
    for open in office.open_exceptions().await {
        end.push(format!("open {} of {:?}", word(&open.code), open.shipment));
    }
    end.sort();
    end.dedup();
    end
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn the_week_ends_as_a_clerk_would_have_it() {
    insta::assert_snapshot!(runtime().block_on(the_end_of(&everything())).join("\n"));
}

proptest! {
    #![proptest_config(Config { cases: 40, max_shrink_iters: 40, ..Config::default() })]
    #[test]
    fn whatever_the_order_the_end_is_the_same(order in Just(everything()).prop_shuffle()) {
        let runtime = runtime();
        let expected = runtime.block_on(the_end_of(&everything()));
        let end = runtime.block_on(the_end_of(&order));
        prop_assert_eq!(end, expected);
    }
}
