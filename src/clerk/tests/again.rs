//! The same paper again.

use super::*;

const PRO: &str = "123456782";

/// What is written on a paper by some hand.
fn with_ink(read: &mut ReadDocument, hand: u32) {
    let page = image::GrayImage::from_fn(850, 1100, |x, y| {
        let wave = (x * hand % 23) + (x / 9 * hand % 17);
        let on = x > 340 && x < 500 && y.abs_diff(500 + wave) < 3;
        image::Luma([if on { 30 } else { 250 }])
    });
    let place = BBox::new(0.39, 0.45, 0.6, 0.5);
    for mark in &mut read.document.marks {
        mark.looks = crate::understanding::Looks::of(&page, place);
    }
}

impl Office {
    async fn signed_by(&self, name: &str, paper: &PaperSays, hand: u32) -> Vec<Json> {
        let origin = examples::origin(name, name.as_bytes());
        let begun = self
            .clerk
            .ledger
            .begin_upload(&origin, "default", 4, at(1))
            .await;
        let Begun::New(upload) = begun.unwrap() else {
            panic!("{name} is new");
        };
        let mut read = paper.read();
        with_ink(&mut read, hand);
        self.file(&upload, paper, vec![read], None).await
    }
}

#[tokio::test]
async fn a_paper_that_comes_again_is_a_duplicate_and_one_signed_anew_is_a_second_proof() {
    let office = Office::open().await;
    office.shipments(&[shipment("S-1", 1, PRO)]).await;
    let later = |received| PaperSays {
        received,
        ..receipt(PRO)
    };
    office.signed_by("scan.pdf", &later(1), 3).await;
    let again = office.signed_by("photo.jpg", &later(2), 3).await;
    assert_eq!(told(&again), ["raised DUPLICATE_DOC"]);
    let copy = office.signed_by("copy.pdf", &later(3), 7).await;
    assert_eq!(told(&copy), ["raised DUPLICATE_POD"]);
    assert_eq!(office.stands("scan.pdf").await, "S-1 billable");
    assert_eq!(office.stands("photo.jpg").await, "S-1 reject DUPLICATE_DOC");
}

#[tokio::test]
async fn a_paper_that_waits_and_comes_again_is_asked_for_once() {
    for order in [["scan.pdf", "photo.jpg"], ["photo.jpg", "scan.pdf"]] {
        let office = Office::open().await;
        let received = |name: &str| PaperSays {
            received: if name == "scan.pdf" { 1 } else { 2 },
            ..receipt(PRO)
        };
        for name in order {
            office.signed_by(name, &received(name), 3).await;
        }
        assert_eq!(office.stands("scan.pdf").await, "- review NO_MATCH");
        assert_eq!(office.stands("photo.jpg").await, "- reject DUPLICATE_DOC");
        // Another paper for the same number is another matter.
        office
            .signed_by("other.pdf", &received("other.pdf"), 7)
            .await;
        assert_eq!(office.stands("other.pdf").await, "- review NO_MATCH");
        office.shipments(&[shipment("S-1", 1, PRO)]).await;
        assert_eq!(office.stands("scan.pdf").await, "S-1 billable");
        assert_eq!(office.stands("photo.jpg").await, "S-1 reject DUPLICATE_DOC");
        assert_eq!(office.stands("other.pdf").await, "S-1 reject DUPLICATE_POD");
    }
}
