//! Pictures drawn, blurred, darkened and cut, and what is said of them.

use super::*;
use crate::document::{BBox, Source};
use image::{Luma, imageops};

const WIDTH: u32 = 1000;
const HEIGHT: u32 = 1300;

/// A generator of the same numbers in every run.
struct Dice(u32);

impl Dice {
    fn roll(&mut self, below: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) % below
    }
}

/// White paper with lines of strokes like letters of 10 points at 200 dpi: 3 pixels thick, edges half gray.
fn page(ink: u8, paper: u8) -> GrayImage {
    let mut image = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([paper]));
    let mut dice = Dice(7);
    for line in (120..HEIGHT - 140).step_by(44) {
        for letter in (100..WIDTH - 120).step_by(17) {
            if dice.roll(6) > 0 {
                stroke(&mut image, (letter, line), (3, 20), ink, paper);
                stroke(
                    &mut image,
                    (letter, line + dice.roll(17)),
                    (11, 3),
                    ink,
                    paper,
                );
            }
        }
    }
    image
}

fn stroke(image: &mut GrayImage, at: (u32, u32), size: (u32, u32), ink: u8, paper: u8) {
    for y in 0..size.1 {
        for x in 0..size.0 + 2 {
            let edge = x == 0 || x == size.0 + 1;
            let value = if edge { ink.midpoint(paper) } else { ink };
            let pixel = image.get_pixel_mut(at.0 + x, at.1 + y);
            pixel.0 = [pixel.0[0].min(value)];
        }
    }
}

fn defects(image: &GrayImage) -> Vec<Defect> {
    assess(image, &[]).defects
}

fn words(count: u16, bbox: impl Fn(f32) -> BBox) -> Vec<Word> {
    let word = |index: u16| Word {
        text: "word".to_owned(),
        bbox: bbox(f32::from(index)),
        confidence: Confidence::CERTAIN,
        source: Source::Ocr,
        line: u32::from(index),
        second: None,
        others: Vec::new(),
    };
    (0..count).map(word).collect()
}

#[test]
fn a_page_of_sharp_rules_is_as_sharp_as_its_words() {
    let mut image = page(20, 250);
    fill(&mut image, [100, 300, 900, 1280], 250);
    for line in (320..1280).step_by(33) {
        fill(&mut image, [60, line, 960, line + 3], 10);
    }
    let of_line = |line: f32| BBox::new(0.1, 0.09 + 0.033 * line, 0.88, 0.11 + 0.033 * line);
    assert_eq!(assess(&image, &words(5, of_line)).defects, []);
    let blurred = imageops::blur(&image, 5.0);
    let defects = assess(&blurred, &words(5, of_line)).defects;
    assert!(defects.contains(&Defect::Blurry), "{defects:?}");
}

fn each_pixel(image: &GrayImage, change: impl Fn(u8) -> u8) -> GrayImage {
    let mut image = image.clone();
    image
        .pixels_mut()
        .for_each(|pixel| pixel.0 = [change(pixel.0[0])]);
    image
}

fn fill(image: &mut GrayImage, [left, top, right, bottom]: [u32; 4], value: u8) {
    for y in top..bottom {
        for x in left..right {
            image.put_pixel(x, y, Luma([value]));
        }
    }
}

#[test]
fn clean_scans_blank_pages_and_tiny_pictures_have_no_defect() {
    for image in [
        page(0, 255),
        page(40, 240),
        page(60, 215),
        GrayImage::from_pixel(WIDTH, HEIGHT, Luma([255])),
        GrayImage::from_pixel(WIDTH, HEIGHT, Luma([228])),
        GrayImage::from_pixel(8, 8, Luma([90])),
        GrayImage::new(0, 0),
    ] {
        let quality = assess(&image, &[]);
        assert_eq!(quality.defects, []);
        assert!(quality.score.get() > 0.9, "{:?}", quality.score);
    }
}

#[test]
fn a_blurred_page_is_blurry_and_a_soft_one_is_not() {
    let sharp = page(20, 250);
    assert_eq!(defects(&imageops::blur(&sharp, 1.0)), []);
    assert!(defects(&imageops::blur(&sharp, 3.5)).contains(&Defect::Blurry));
}

#[test]
fn a_page_moved_sideways_is_blurry() {
    let sharp = page(20, 250);
    let mut moved = sharp.clone();
    for (x, y, pixel) in moved.enumerate_pixels_mut() {
        let along = (0..9).map(|by| u32::from(sharp.get_pixel((x + by).min(WIDTH - 1), y).0[0]));
        pixel.0 = [u8::try_from(along.sum::<u32>() / 9).unwrap()];
    }
    assert!(defects(&moved).contains(&Defect::Blurry));
}

#[test]
fn dark_and_faint_pages_are_told_apart() {
    assert_eq!(
        defects(&each_pixel(&page(0, 255), |v| v / 3)),
        [Defect::Dark]
    );
    assert_eq!(defects(&page(190, 245)), [Defect::Faint]);
}

#[test]
fn noise_and_specks_are_noisy_and_dotted_lines_are_not() {
    let mut dice = Dice(3);
    let mut grainy = page(20, 235);
    for pixel in grainy.pixels_mut() {
        // Four dice add up to nearly Gaussian noise, σ about 24.
        let noise = (0..4)
            .map(|_| i32::try_from(dice.roll(42)).unwrap())
            .sum::<i32>()
            - 82;
        pixel.0 = [u8::try_from((i32::from(pixel.0[0]) + noise).clamp(0, 255)).unwrap()];
    }
    assert!(defects(&grainy).contains(&Defect::Noisy));
    let mut speckled = page(0, 255);
    for _ in 0..6000 {
        speckled.put_pixel(dice.roll(WIDTH), dice.roll(HEIGHT), Luma([0]));
    }
    assert_eq!(defects(&speckled), [Defect::Noisy]);
    let mut dotted = page(0, 255);
    for y in (150..HEIGHT - 150).step_by(176) {
        (100..WIDTH - 100)
            .step_by(6)
            .for_each(|x| dotted.put_pixel(x, y, Luma([0])));
    }
    assert_eq!(defects(&dotted), []);
}

#[test]
fn small_words_and_words_at_the_edge_are_seen() {
    let image = page(0, 255);
    let line = |height: f32| {
        words(20, move |i| {
            BBox::new(0.1, i / 30.0 + 0.1, 0.3, i / 30.0 + 0.1 + height)
        })
    };
    assert_eq!(assess(&image, &line(0.020)).defects, []);
    assert_eq!(assess(&image, &line(0.006)).defects, [Defect::TextTooSmall]);
    let cut = words(3, |i| BBox::new(0.9, i / 30.0 + 0.1, 1.0, i / 30.0 + 0.12));
    assert_eq!(assess(&image, &cut).defects, [Defect::TextCutoff]);
}

#[test]
fn paper_that_leaves_a_photo_is_cut_off_and_paper_inside_is_not() {
    let mut whole = page(40, 210);
    for side in [
        [0, 0, 90, HEIGHT],
        [WIDTH - 90, 0, WIDTH, HEIGHT],
        [0, 0, WIDTH, 100],
        [0, HEIGHT - 100, WIDTH, HEIGHT],
    ] {
        fill(&mut whole, side, 50);
    }
    assert_eq!(defects(&whole), []);
    let cut = imageops::crop_imm(&whole, 0, 0, WIDTH, HEIGHT - 300).to_image();
    assert_eq!(defects(&cut), [Defect::DocumentCutoff]);
    let mut copied = page(0, 255);
    fill(&mut copied, [0, 0, 30, HEIGHT], 0);
    assert_eq!(defects(&copied), [], "the black border of a copy");
}

#[test]
fn a_white_patch_on_gray_paper_is_glare() {
    let mut image = page(40, 190);
    fill(&mut image, [400, 500, 620, 700], 255);
    assert_eq!(defects(&image), [Defect::Glare]);
}

#[test]
fn worse_pictures_score_less() {
    let sharp = page(20, 250);
    let scores: Vec<f32> = [0.5, 1.5, 2.5, 4.0]
        .map(|sigma| assess(&imageops::blur(&sharp, sigma), &[]).score.get())
        .to_vec();
    assert!(
        scores.is_sorted_by(|a, b| a >= b) && scores[0] > 0.9 && scores[3] < 0.5,
        "{scores:?}"
    );
}
