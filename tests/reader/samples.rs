//! Small uploads made for one test each.

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageFormat, Luma, RgbImage};
use pdf_writer::{Finish as _, Name, Pdf, Rect, Ref};
use std::io::Cursor;

/// How a page of a test PDF is made.
#[derive(Clone)]
pub struct PdfPage {
    pub content: String,
    pub media: [f32; 4],
    pub crop: Option<[f32; 4]>,
    pub turned: i32,
    /// Gray picture that the content may draw as `/Im`.
    pub picture: Option<GrayImage>,
}

impl PdfPage {
    pub fn letter(content: &str) -> Self {
        Self {
            content: content.to_owned(),
            media: [0.0, 0.0, 612.0, 792.0],
            crop: None,
            turned: 0,
            picture: None,
        }
    }
}

/// Content that shows `text` at a place, in points from the bottom left.
pub fn show(text: &str, x: u32, y: u32) -> String {
    format!("BT /F1 12 Tf {x} {y} Td ({text}) Tj ET\n")
}

/// Two dozen words of a delivery receipt.
pub fn prose() -> String {
    [
        ("DELIVERY RECEIPT PRO 123-456782", 700),
        ("Consignee Acme Foods 12 PLT 4,310 lbs of frozen goods", 660),
        ("Received in good order and condition except as noted", 620),
        ("Signature of the consignee and date of delivery", 580),
    ]
    .iter()
    .map(|(text, y)| show(text, 72, *y))
    .collect()
}

pub fn pdf(pages: &[PdfPage]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let mut next = Ref::new(1);
    let [catalog, tree, font] = [next.bump(), next.bump(), next.bump()];
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    let mut kids = Vec::new();
    for page in pages {
        let [id, content, picture] = [next.bump(), next.bump(), next.bump()];
        pdf.stream(content, page.content.as_bytes());
        if let Some(gray) = &page.picture {
            let mut image = pdf.image_xobject(picture, gray.as_raw());
            image.width(side(gray.width())).height(side(gray.height()));
            image
                .color_space_name(Name(b"DeviceGray"))
                .bits_per_component(8);
        }
        let mut dictionary = pdf.page(id);
        dictionary
            .parent(tree)
            .media_box(rect(page.media))
            .contents(content)
            .rotate(page.turned);
        if let Some(crop) = page.crop {
            dictionary.crop_box(rect(crop));
        }
        let mut resources = dictionary.resources();
        resources.fonts().pair(Name(b"F1"), font);
        resources.x_objects().pair(Name(b"Im"), picture);
        resources.finish();
        kids.push(id);
    }
    pdf.catalog(catalog).pages(tree);
    let count = i32::try_from(kids.len()).unwrap();
    pdf.pages(tree).kids(kids).count(count);
    pdf.finish()
}

/// A page on which PDFium works for minutes with little memory: the whole page is shaded 20,000 times.
pub fn endless_pdf() -> Vec<u8> {
    raw_pdf(
        &"/S sh ".repeat(20_000),
        "<</Shading<</S<</ShadingType 3/ColorSpace/DeviceRGB/Coords[300 300 0 300 300 900]/Extend[true true]\
         /Function<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1.7>>>>>>>>",
    )
}

/// A page whose form draws itself ten times through ten levels: it unfolds to more than any memory holds.
pub fn exploding_pdf() -> Vec<u8> {
    let mut objects = Vec::new();
    for level in 0..10 {
        let (content, resources) = match level {
            9 => ("0 0 m 9 9 l S ".repeat(10), String::new()),
            _ => (
                "/F Do ".repeat(10),
                format!("/Resources<</XObject<</F {} 0 R>>>>", level + 5),
            ),
        };
        objects.push(format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 99 99]{resources}/Length {}>>stream\n{content}\nendstream",
            content.len()
        ));
    }
    raw_pdf_with("/F Do", "<</XObject<</F 4 0 R>>>>", &objects, 4)
}

fn raw_pdf(content: &str, resources: &str) -> Vec<u8> {
    let stream = format!("<</Length {}>>stream\n{content}\nendstream", content.len());
    assemble(&page_object(4, resources), &[stream])
}

fn raw_pdf_with(content: &str, resources: &str, objects: &[String], first: usize) -> Vec<u8> {
    assert_eq!(first, 4, "objects are numbered from 4");
    let stream = format!("<</Length {}>>stream\n{content}\nendstream", content.len());
    let all = [objects, &[stream]].concat();
    assemble(&page_object(first + objects.len(), resources), &all)
}

fn page_object(content: usize, resources: &str) -> String {
    format!(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {content} 0 R/Resources{resources}>>"
    )
}

/// A PDF of a catalog, a page tree, a page and further objects, numbered from 1.
fn assemble(page: &str, objects: &[String]) -> Vec<u8> {
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    let tree = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
    let head = ["<</Type/Catalog/Pages 2 0 R>>", tree, page].map(str::to_owned);
    for (index, object) in head.iter().chain(objects).enumerate() {
        places.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
    }
    let start = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    places
        .iter()
        .for_each(|place| pdf.extend(format!("{place:010} 00000 n \n").bytes()));
    let size = places.len() + 1;
    pdf.extend(
        format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes(),
    );
    pdf
}

/// A page of text with a form that holds a curve, shrunk to half and put at (300, 100).
pub fn pdf_with_form() -> Vec<u8> {
    let curve = "0 0 m 20 60 40 -50 60 10 c S";
    let form = format!(
        "<</Type/XObject/Subtype/Form/BBox[-99 -99 99 99]/Length {}>>stream\n{curve}\nendstream",
        curve.len()
    );
    let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned();
    let content = format!("{} q .5 0 0 .5 300 100 cm /F Do Q", prose());
    let resources = "<</XObject<</F 4 0 R>>/Font<</F1 5 0 R>>>>";
    raw_pdf_with(&content, resources, &[form, font], 4)
}

/// The bars of a Code 128 as filled rectangles, their lower left corner at (100, 400).
pub fn bars(text: &str) -> String {
    let rectangle = |(left, width)| format!("{left} 400 {width} 40 re f\n");
    runs(text).into_iter().map(rectangle).collect()
}

/// The same, drawn with a pen as wide as the bar.
pub fn stroked_bars(text: &str) -> String {
    let stroke = |(left, width)| {
        let middle = left + width / 2;
        format!("{width} w {middle} 400 m {middle} 440 l S\n")
    };
    runs(text).into_iter().map(stroke).collect()
}

/// Left edge and width of each bar in points, the quiet zone left out; a module is two points wide.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let code = zxingcpp::create(zxingcpp::BarcodeFormat::Code128)
        .from_str(text)
        .unwrap();
    let drawn = code.to_image_with(&zxingcpp::write().scale(1)).unwrap();
    let width = usize::try_from(drawn.width()).unwrap();
    let pixels = drawn.data();
    let middle = &pixels[width * (pixels.len() / width / 2)..][..width];
    let dark = middle.iter().position(|pixel| *pixel == 0).unwrap();
    let mut bars = Vec::new();
    let mut x = dark;
    while x < width {
        let run = middle[x..]
            .iter()
            .take_while(|pixel| **pixel == middle[x])
            .count();
        if middle[x] == 0 {
            bars.push((100 + 2 * (x - dark), 2 * run));
        }
        x += run;
    }
    bars
}

/// A PDF that has no page.
pub fn pageless_pdf() -> Vec<u8> {
    pdf(&[])
}

/// A white picture whose top left quarter is black.
pub fn cornered(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        Luma([if x < width / 2 && y < height / 2 {
            0
        } else {
            255
        }])
    })
}

pub fn png(picture: &GrayImage) -> Vec<u8> {
    encoded(picture, ImageFormat::Png)
}

pub fn encoded(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG header that announces a picture of this size, with no data.
pub fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([8, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend(&chunk);
    png.extend(crc32(&chunk).to_be_bytes());
    png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// A JPEG with an EXIF orientation.
pub fn jpeg(picture: &GrayImage, orientation: u8) -> Vec<u8> {
    let mut plain = Vec::new();
    let rgb: RgbImage = image::DynamicImage::ImageLuma8(picture.clone()).into_rgb8();
    JpegEncoder::new_with_quality(&mut plain, 95)
        .encode_image(&rgb)
        .unwrap();
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0");
    // The value, then the offset of the next directory: there is none.
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let mut jpeg = plain[..2].to_vec();
    jpeg.extend([0xff, 0xe1]);
    jpeg.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    jpeg.extend(exif);
    jpeg.extend(&plain[2..]);
    jpeg
}

/// A page-sized picture of text-like marks, for scans within PDFs.
pub fn scan() -> GrayImage {
    GrayImage::from_fn(850, 1100, |x, y| {
        let mark = (y / 20) % 2 == 1 && (x / 9) % 2 == 0 && (80..770).contains(&x);
        Luma([if mark { 20 } else { 250 }])
    })
}

fn side(side: u32) -> i32 {
    i32::try_from(side).unwrap()
}

fn rect([left, bottom, right, top]: [f32; 4]) -> Rect {
    Rect::new(left, bottom, right, top)
}
