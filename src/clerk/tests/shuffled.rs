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
/// pack with a supporting paper, repeats.
fn everything() -> Vec<Comes> {
    let (one, two, three, four) = ("123456782", "987654326", "555666773", "444555660");
    let shipped = |shipment| Comes::Shipment(Box::new(shipment));
    let elsewhere =
        json!({"parties": {"consignee": {"name": "Birch Paper Mill", "postal": "10001"}}});
    let required = json!({"required": {"docs": ["lumper_receipt"]}});
    let unsigned = |pro| PaperSays {
        signed: false,
        ..receipt(pro)
    };
    let lumper = PaperSays {
        class: DocumentClass::LumperReceipt,
        ..unsigned(three)
    };
    let at = |received, says| PaperSays { received, ..says };
    let shipments = [
        shipped(shipment("S-1", 1, "111222339")),
        shipped(shipment("S-1", 2, one)),
        shipped(shipment("S-2", 1, two)),
        shipped(changed("S-2", 2, two, json!({"status": "cancelled"}))),
        shipped(changed("S-3", 1, three, required)),
        shipped(shipment("S-4", 1, four)),
        shipped(changed("S-5", 1, four, elsewhere)),
        shipped(shipment("S-1", 2, one)),
    ];
    let papers = [
        (
            "poor.pdf",
            at(
                1,
                PaperSays {
                    quality: 0.4,
                    ..receipt(one)
                },
            ),
        ),
        ("good.pdf", at(5, receipt(one))),
        ("equal.pdf", at(7, receipt(one))),
        ("unsigned.pdf", at(3, unsigned(one))),
        ("good.pdf", at(5, receipt(one))),
        ("cancelled.pdf", receipt(two)),
        ("pod.pdf", receipt(three)),
        ("lumper.pdf", lumper),
        ("twin.pdf", receipt(four)),
        ("stray.pdf", receipt("222333448")),
        (
            "undated.pdf",
            at(
                9,
                PaperSays {
                    dated: false,
                    ..receipt(three)
                },
            ),
        ),
    ];
    let papers = papers.map(|(name, says)| Comes::Paper(name, says));
    shipments.into_iter().chain(papers).collect()
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
