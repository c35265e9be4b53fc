//! Documents cut out of uploads.

use countersign::reading::RawPage;
use image::GrayImage;

use super::samples::*;
use super::{first_page, number, reader};

fn holds(pdf: &[u8], part: &[u8]) -> bool {
    pdf.windows(part.len()).any(|window| window == part)
}

/// Mean difference of two pictures, the second one scaled to the first.
fn difference(a: &GrayImage, b: &GrayImage) -> f64 {
    let b = image::imageops::resize(
        b,
        a.width(),
        a.height(),
        image::imageops::FilterType::Triangle,
    );
    let sum: u64 = a
        .pixels()
        .zip(b.pixels())
        .map(|(a, b)| u64::from(a.0[0].abs_diff(b.0[0])))
        .sum();
    f64::from(u32::try_from(sum).unwrap()) / f64::from(a.width() * a.height())
}

fn words(page: &RawPage) -> Vec<&str> {
    page.text
        .as_ref()
        .unwrap()
        .iter()
        .map(|word| word.text.as_str())
        .collect()
}

#[test]
fn pages_of_a_pdf_are_copied_with_their_content() {
    let mut reader = reader();
    let pages: Vec<PdfPage> = ["ONE", "TWO", "THREE"]
        .iter()
        .map(|name| {
            PdfPage::letter(&format!(
                "{}{}",
                prose(),
                show(&format!("PAGE {name}"), 72, 100)
            ))
        })
        .collect();
    reader.open(&pdf(&pages)).unwrap();
    let cut = reader.cut(&[number(3), number(1)]).unwrap();
    assert!(!holds(&cut, b"/Image"), "pages are copied, not drawn anew");
    assert_eq!(reader.open(&cut).unwrap().pages, 2);
    assert!(words(&reader.page(number(1)).unwrap()).contains(&"THREE"));
    assert!(words(&reader.page(number(2)).unwrap()).contains(&"ONE"));
}

#[test]
fn cutting_does_not_depend_on_what_was_read_before() {
    let mut reader = reader();
    let bytes = pdf(&vec![PdfPage::letter(&prose()); 2]);
    reader.open(&bytes).unwrap();
    let fresh = reader.cut(&[number(2)]).unwrap();
    reader.page(number(1)).unwrap();
    reader.page(number(2)).unwrap();
    assert_eq!(reader.cut(&[number(2)]).unwrap(), fresh);
}

#[test]
fn another_reader_cuts_the_same_bytes_so_that_a_document_is_stored_once() {
    let bytes = pdf(&vec![PdfPage::letter(&prose()); 2]);
    let cut = || {
        let mut reader = reader();
        reader.open(&bytes).unwrap();
        reader.cut(&[number(1)]).unwrap()
    };
    let (first, second) = (cut(), cut());
    assert!(holds(&first, b"/ID["), "an identifier that could differ");
    assert!(!holds(&first, b"/CreationDate"));
    assert_eq!(first, second);
}

#[test]
fn jpeg_data_is_embedded_as_it_is_and_shown_upright() {
    let mut reader = reader();
    for orientation in 1..=8 {
        let jpeg = jpeg(&cornered(400, 200), orientation);
        let shown = first_page(&mut reader, &jpeg).unwrap().image;
        let cut = reader.cut(&[number(1)]).unwrap();
        assert!(holds(&cut, &jpeg), "{orientation}");
        let shown_in_cut = first_page(&mut reader, &cut).unwrap().image;
        assert!(difference(&shown, &shown_in_cut) < 3.0, "{orientation}");
    }
}

#[test]
fn a_fax_is_cut_with_one_bit_per_pixel() {
    let mut reader = reader();
    reader.open(include_bytes!("../data/fax.tif")).unwrap();
    let shown = reader.page(number(2)).unwrap().image;
    let cut = reader.cut(&[number(2)]).unwrap();
    assert!(holds(&cut, b"/BitsPerComponent 1"));
    assert!(cut.len() < 20_000, "{}", cut.len());
    assert_eq!(reader.open(&cut).unwrap().pages, 1);
    let shown_in_cut = reader.page(number(1)).unwrap().image;
    assert!(difference(&shown, &shown_in_cut) < 3.0);
}

#[test]
fn gray_pictures_are_cut_in_gray_and_coloured_ones_in_colour() {
    let mut reader = reader();
    let gray = GrayImage::from_fn(90, 60, |x, _| image::Luma([u8::try_from(x).unwrap()]));
    reader.open(&png(&gray)).unwrap();
    let cut = reader.cut(&[number(1)]).unwrap();
    assert!(holds(&cut, b"/DeviceGray") && holds(&cut, b"/BitsPerComponent 8"));
    reader.open(include_bytes!("../data/jpeg.tif")).unwrap();
    assert!(holds(&reader.cut(&[number(1)]).unwrap(), b"/DeviceRGB"));
}
