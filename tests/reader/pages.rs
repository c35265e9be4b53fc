//! What a page is read as: text layer or scan, where things stand, how it is turned.

use countersign::document::{BBox, Source};
use countersign::reading::{Barcode, RawPage, Reader, Word};
use image::GrayImage;

use super::samples::*;
use super::{first_page, number, reader};

fn read(page: PdfPage) -> RawPage {
    first_page(&mut reader(), &pdf(&[page])).unwrap()
}

fn word<'a>(page: &'a RawPage, text: &str) -> &'a Word {
    let words = page.text.as_ref().expect("a text layer");
    words
        .iter()
        .find(|word| word.text == text)
        .unwrap_or_else(|| panic!("{text} in {words:?}"))
}

fn near(a: BBox, left: f32, top: f32) -> bool {
    (a.left - left).abs() < 0.02 && (a.top - top).abs() < 0.02
}

/// Gray value at a place given in shares of the picture.
fn shade(image: &GrayImage, x: f32, y: f32) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "inside the picture"
    )]
    let at = |share: f32, side: u32| (f64::from(share) * f64::from(side)) as u32;
    image
        .get_pixel(at(x, image.width()), at(y, image.height()))
        .0[0]
}

#[test]
fn a_text_layer_gives_words_with_boxes_and_lines() {
    let page = read(PdfPage::letter(&prose()));
    assert_eq!(page.image.dimensions(), (425, 550), "nothing but text");
    let pro = word(&page, "123-456782");
    assert_eq!(
        (pro.source, pro.confidence.get(), pro.line),
        (Source::TextLayer, 0.99, 0)
    );
    assert_eq!(word(&page, "Consignee").line, 1);
    let first = word(&page, "DELIVERY").bbox;
    assert!(
        near(first, 72.0 / 612.0, (792.0 - 711.0) / 792.0),
        "{first:?}"
    );
    assert!(page.drawings.is_empty() && page.barcodes.is_empty());
}

#[test]
fn boxes_follow_a_turned_and_cropped_page() {
    let page = read(PdfPage {
        turned: 90,
        crop: Some([50.0, 500.0, 450.0, 750.0]),
        ..PdfPage::letter(&prose())
    });
    // 400 × 250 points of the page, a quarter turned, are shown as 250 × 400.
    assert_eq!(page.image.dimensions(), (174, 278));
    let place = word(&page, "DELIVERY").bbox;
    assert!(
        near(place, 1.0 - (750.0 - 698.0) / 250.0, 22.0 / 400.0),
        "{place:?}"
    );
    let (_, middle) = place.centre();
    let ink = (0_u8..40).any(|i| {
        shade(
            &page.image,
            place.left + place.width() * f32::from(i) / 40.0,
            middle,
        ) < 200
    });
    assert!(ink, "the box lies on the word");
}

#[test]
fn a_scan_with_an_invisible_text_layer_is_read_anew() {
    let hidden = format!("q 612 0 0 792 0 0 cm /Im Do Q 3 Tr {}", prose());
    let page = read(PdfPage {
        picture: Some(scan()),
        ..PdfPage::letter(&hidden)
    });
    assert!(page.text.is_none());
    assert_eq!(page.drawings, [BBox::PAGE]);
    assert_eq!(page.image.dimensions(), (1700, 2200));
}

#[test]
fn a_scan_drawn_over_its_text_is_read_anew() {
    let covered = format!("{} q 612 0 0 792 0 0 cm /Im Do Q", prose());
    let page = read(PdfPage {
        picture: Some(scan()),
        ..PdfPage::letter(&covered)
    });
    assert!(page.text.is_none());
}

#[test]
fn text_on_a_light_background_picture_is_trusted() {
    let light = GrayImage::from_pixel(85, 110, image::Luma([235]));
    let above = format!("q 612 0 0 792 0 0 cm /Im Do Q {}{}", prose(), prose());
    let page = read(PdfPage {
        picture: Some(light),
        ..PdfPage::letter(&above)
    });
    assert!(page.text.is_some());
    assert!(
        page.drawings.is_empty(),
        "a background is no drawing: {:?}",
        page.drawings
    );
}

#[test]
fn a_blank_page_has_no_words_and_needs_no_ocr() {
    let page = read(PdfPage::letter(""));
    assert_eq!(page.text, Some(Vec::new()));
}

#[test]
fn a_text_layer_of_shifted_letters_is_read_anew() {
    let shifted: String = "received in good order and condition except as noted on this receipt by the consignee today"
        .chars()
        .map(|c| if c == ' ' { c } else { char::from(u8::try_from(c).unwrap() - 29) })
        .map(|c| if "()\\".contains(c) { '#' } else { c })
        .collect();
    assert!(
        read(PdfPage::letter(&show(&shifted, 20, 500)))
            .text
            .is_none()
    );
}

#[test]
fn a_drawn_signature_is_a_drawing_and_a_table_is_none() {
    let table: String = (0..12)
        .map(|i| format!("72 {} m 540 {} l S\n", 300 + 10 * i, 300 + 10 * i))
        .collect();
    let plain = read(PdfPage::letter(&format!("{}{table}", prose())));
    assert!(plain.drawings.is_empty(), "{:?}", plain.drawings);
    assert_eq!(plain.image.dimensions(), (425, 550));
    let signature = "200 200 m 220 260 240 150 260 210 c 280 240 300 180 320 205 c S\n";
    let signed = read(PdfPage::letter(&format!("{}{table}{signature}", prose())));
    let [drawing] = signed.drawings.as_slice() else {
        panic!("{:?}", signed.drawings)
    };
    assert_eq!(
        signed.image.dimensions(),
        (1275, 1650),
        "enough to read ink"
    );
    assert!((drawing.left - 200.0 / 612.0).abs() < 0.02, "{drawing:?}");
    assert!(drawing.top > 0.6 && drawing.bottom < 0.85, "{drawing:?}");
}

#[test]
fn a_drawing_within_a_form_stands_where_the_form_was_put() {
    let page = first_page(&mut reader(), &pdf_with_form()).unwrap();
    let [drawing] = page.drawings.as_slice() else {
        panic!("{:?}", page.drawings)
    };
    assert!((drawing.left - 300.0 / 612.0).abs() < 0.02, "{drawing:?}");
    assert!(
        (drawing.bottom - (792.0 - 100.0) / 792.0).abs() < 0.04,
        "{drawing:?}"
    );
}

#[test]
fn a_bar_code_drawn_as_thin_rectangles_or_strokes_is_found() {
    for drawn in [bars(PRO), stroked_bars(PRO)] {
        let found = only_bar_code(&drawn);
        assert_eq!(found.symbology, "Code128");
        assert!(
            near(found.bbox, 100.0 / 612.0, (792.0 - 440.0) / 792.0),
            "{:?}",
            found.bbox
        );
    }
}

#[test]
fn a_bar_code_that_lies_on_its_side_is_found() {
    for drawn in [bars(PRO), stroked_bars(PRO)] {
        only_bar_code(&format!("q 0 1 -1 0 700 100 cm {drawn} Q\n"));
    }
}

const PRO: &str = "PRO123456782";

/// The one bar code on a page that says [`PRO`] and holds text beside it.
fn only_bar_code(drawn: &str) -> Barcode {
    let page = read(PdfPage::letter(&format!("{}{drawn}", prose())));
    assert!(page.text.is_some());
    let [found] = page.barcodes.as_slice() else {
        panic!("{drawn} {:?}", page.barcodes)
    };
    assert_eq!(found.text, PRO);
    found.clone()
}

#[test]
fn a_photo_is_turned_as_its_exif_data_says() {
    let mut reader = reader();
    // Where the dark quarter of the stored picture stands when each orientation is shown.
    for (orientation, dark) in [
        (1, (0.25, 0.25)),
        (2, (0.75, 0.25)),
        (3, (0.75, 0.75)),
        (4, (0.25, 0.75)),
        (5, (0.25, 0.25)),
        (6, (0.75, 0.25)),
        (7, (0.75, 0.75)),
        (8, (0.25, 0.75)),
    ] {
        let page = first_page(&mut reader, &jpeg(&cornered(200, 100), orientation)).unwrap();
        let on_its_side = orientation > 4;
        assert_eq!(
            page.image.width() < page.image.height(),
            on_its_side,
            "{orientation}"
        );
        assert!(shade(&page.image, dark.0, dark.1) < 50, "{orientation}");
        assert!(
            shade(&page.image, 1.0 - dark.0, dark.1) > 200,
            "{orientation}"
        );
    }
}

#[test]
fn a_fax_is_read_page_by_page_with_square_dots() {
    let mut reader = reader();
    reader.open(include_bytes!("../data/fax.tif")).unwrap();
    for page in [1, 2, 1] {
        let page = reader.page(number(page)).unwrap();
        let (width, height) = page.image.dimensions();
        assert_eq!(width, 1728);
        assert!((2230..2245).contains(&height), "{height}");
        assert!(
            shade(&page.image, 0.1, 0.05) < 50,
            "the bar at the top left is black"
        );
        assert!(shade(&page.image, 0.9, 0.05) > 200, "the paper is white");
    }
    let title = title(&mut reader, 2).to_uppercase();
    assert!(title.starts_with("SE"), "{title}");
}

fn title(reader: &mut Reader, page: u32) -> String {
    let page = reader.page(number(page)).unwrap().image;
    let (width, height) = page.dimensions();
    let line = image::imageops::crop_imm(
        &page,
        width / 5,
        height * 47 / 100,
        width * 3 / 5,
        height / 8,
    );
    let small = image::imageops::resize(
        &line.to_image(),
        300,
        80,
        image::imageops::FilterType::Triangle,
    );
    reader.read_lines(&[small]).unwrap()[0].text.clone()
}

#[test]
fn a_colour_tiff_packed_as_jpeg_is_read() {
    let page = first_page(&mut reader(), include_bytes!("../data/jpeg.tif")).unwrap();
    assert!(shade(&page.image, 0.1, 0.1) < 100);
    assert!(shade(&page.image, 0.9, 0.9) > 240);
}

#[test]
fn what_is_transparent_shows_white_paper() {
    let mut clear = image::RgbaImage::from_pixel(40, 40, image::Rgba([0, 0, 0, 0]));
    clear.put_pixel(5, 5, image::Rgba([0, 0, 0, 255]));
    let mut png = std::io::Cursor::new(Vec::new());
    clear.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let page = first_page(&mut reader(), png.get_ref()).unwrap();
    assert_eq!(page.image.get_pixel(5, 5).0, [0]);
    assert_eq!(page.image.get_pixel(20, 20).0, [255]);
}
