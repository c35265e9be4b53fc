//! Reader children as processes: what they open, refuse, survive and cut.
//!
//! Needs `libpdfium.so` (from `COUNTERSIGN_NATIVE`, else `native/` in the repository) and Tesseract's English data.

#![allow(
    unreachable_pub,
    clippy::too_many_lines,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod cuts;
mod deaths;
mod pages;
mod samples;

use std::path::PathBuf;

use countersign::document::PageNumber;
use countersign::fault::{Fault, RejectReason};
use countersign::reading::{FileKind, Limits, RawPage, Reader, ReaderSettings};
use samples::*;

fn settings() -> ReaderSettings {
    let native = std::env::var_os("COUNTERSIGN_NATIVE").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/native")),
        PathBuf::from,
    );
    ReaderSettings {
        program: env!("CARGO_BIN_EXE_countersign").into(),
        pdfium: native.join("pdfium/libpdfium.so"),
        ..ReaderSettings::default()
    }
}

fn reader() -> Reader {
    Reader::spawn(&settings()).unwrap()
}

fn with_limits(limits: Limits) -> Reader {
    Reader::spawn(&ReaderSettings {
        limits,
        ..settings()
    })
    .unwrap()
}

fn number(page: u32) -> PageNumber {
    PageNumber::from_index(page - 1)
}

fn reason<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> RejectReason {
    match outcome {
        Err(Fault::Reject(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// Opens an upload and reads its first page.
fn first_page(reader: &mut Reader, bytes: &[u8]) -> Result<RawPage, Fault> {
    reader.open(bytes)?;
    reader.page(number(1))
}

#[test]
fn every_kind_of_file_is_opened_by_what_it_is() {
    let mut reader = reader();
    let picture = cornered(64, 96);
    for (bytes, kind, pages) in [
        (pdf(&[PdfPage::letter("")]), FileKind::Pdf, 1),
        (pdf(&vec![PdfPage::letter(""); 3]), FileKind::Pdf, 3),
        (
            include_bytes!("../data/fax.tif").to_vec(),
            FileKind::Tiff,
            2,
        ),
        (jpeg(&picture, 1), FileKind::Jpeg, 1),
        (png(&picture), FileKind::Png, 1),
        (
            encoded(&picture, image::ImageFormat::WebP),
            FileKind::WebP,
            1,
        ),
        (encoded(&picture, image::ImageFormat::Bmp), FileKind::Bmp, 1),
    ] {
        let opened = reader.open(&bytes).unwrap();
        assert_eq!((opened.kind, opened.pages), (kind, pages));
        assert!(reader.page(number(1)).is_ok(), "{kind:?}");
    }
}

#[test]
fn a_bad_file_is_refused_by_name_and_the_next_one_is_read() {
    let mut reader = with_limits(Limits {
        pages: 2,
        bytes: 1 << 20,
        ..Limits::default()
    });
    let whole = pdf(&[PdfPage::letter(&prose())]);
    let scan = jpeg(&scan(), 1);
    for (what, bytes, expected) in [
        ("no bytes", Vec::new(), RejectReason::Empty),
        ("no pages", pageless_pdf(), RejectReason::Empty),
        (
            "a zip archive",
            b"PK\x03\x04 pretends to be a pdf".to_vec(),
            RejectReason::UnsupportedType,
        ),
        (
            "a web page",
            b"<html><body>%PD".to_vec(),
            RejectReason::UnsupportedType,
        ),
        (
            "a password",
            include_bytes!("../data/encrypted.pdf").to_vec(),
            RejectReason::Encrypted,
        ),
        (
            "too many bytes",
            vec![b' '; (1 << 20) + 1],
            RejectReason::TooLarge,
        ),
        (
            "too many pages",
            pdf(&vec![PdfPage::letter(""); 3]),
            RejectReason::TooManyPages,
        ),
        (
            "too many pixels",
            png_header(20_000, 20_000),
            RejectReason::TooManyPixels,
        ),
        (
            "a header alone",
            b"%PDF-1.7\n".to_vec(),
            RejectReason::Corrupt,
        ),
        (
            "a header and no picture",
            png_header(200, 200),
            RejectReason::Corrupt,
        ),
        (
            "half a jpeg header",
            scan[..100].to_vec(),
            RejectReason::Corrupt,
        ),
        (
            "half a tiff",
            include_bytes!("../data/fax.tif")[..8].to_vec(),
            RejectReason::Corrupt,
        ),
    ] {
        assert_eq!(reason(first_page(&mut reader, &bytes)), expected, "{what}");
        // What was refused is not open.
        assert!(reader.page(number(1)).is_err(), "{what}");
        assert!(first_page(&mut reader, &whole).is_ok(), "after {what}");
    }
}

#[test]
fn a_pdf_that_only_forbids_printing_is_read() {
    let page = first_page(&mut reader(), include_bytes!("../data/owner_locked.pdf")).unwrap();
    assert!(page.text.unwrap().iter().any(|word| word.text == "receipt"));
}

#[test]
fn a_page_that_is_not_there_is_refused() {
    let mut reader = reader();
    reader.open(&pdf(&[PdfPage::letter("")])).unwrap();
    assert_eq!(reason(reader.page(number(2))), RejectReason::Corrupt);
}

#[test]
fn the_pixels_of_a_document_are_limited_as_a_whole() {
    let mut reader = with_limits(Limits {
        document_pixels: 3_000_000,
        ..Limits::default()
    });
    reader.open(&include_bytes!("../data/fax.tif")[..]).unwrap();
    assert!(reader.page(number(1)).is_ok());
    assert_eq!(reason(reader.page(number(2))), RejectReason::TooManyPixels);
}

#[test]
fn tesseract_reads_lines_and_pages() {
    let mut reader = reader();
    let page = first_page(
        &mut reader,
        // A page with a drawing on it is drawn large enough to be read.
        &pdf(&[PdfPage::letter(&format!(
            "{}200 200 m 220 260 240 150 260 210 c S\n",
            prose()
        ))]),
    )
    .unwrap();
    let large = image::imageops::resize(
        &page.image,
        1700,
        2200,
        image::imageops::FilterType::Triangle,
    );
    let words = reader.read_page(&large).unwrap();
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    assert!(
        text.join(" ").contains("good order and condition"),
        "{text:?}"
    );

    // The first line of the page, 700 points from the bottom.
    let line = image::imageops::crop_imm(&large, 190, 210, 800, 60).to_image();
    let blank = image::GrayImage::from_pixel(300, 40, image::Luma([255]));
    let readings = reader.read_lines(&[line, blank]).unwrap();
    assert_eq!(readings[0].text, "DELIVERY RECEIPT PRO 123-456782");
    assert_eq!(readings[0].words.len(), 4);
    assert!(readings[0].confidence.get() > 0.7);
    assert_eq!(
        (readings[1].text.as_str(), readings[1].words.len()),
        ("", 0)
    );
}
