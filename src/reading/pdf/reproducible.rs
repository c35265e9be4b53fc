//! Takes out of a saved PDF what differs between two savings of the same pages, so that equal cut-outs have equal names.
//!
//! In: the bytes as PDFium saves a new file. Out: the same, with no date of creation and an identifier made of its content.

use crate::document::Sha256;

/// What follows the date of creation in the information that PDFium writes about a file.
const AFTER_DATE: &[u8] = b"/Creator(PDFium)/Producer(PDFium)";
const DATE: &[u8] = b"/CreationDate(";
/// What precedes the two equal identifiers of a new file, 32 hex digits each, `<…><…>`.
const IDENTIFIERS: &[u8] = b"/ID[";
const DIGITS: usize = 32;

/// Overwrites in place, so that the offsets in the file stay right. What is not where PDFium writes it is left as it is.
pub(super) fn make_reproducible(pdf: &mut [u8]) {
    if let Some(end) = find(pdf, AFTER_DATE) {
        let start = end.saturating_sub(2 * DIGITS);
        if let Some(date) = find(&pdf[start..end], DATE) {
            pdf[start + date..end].fill(b' ');
        }
    }
    let last = pdf
        .windows(IDENTIFIERS.len())
        .rposition(|bytes| bytes == IDENTIFIERS);
    let Some(start) = last.map(|at| at + IDENTIFIERS.len()) else {
        return;
    };
    let digits = [start + 1, start + DIGITS + 3].map(|from| from..from + DIGITS);
    if pdf.len() < digits[1].end {
        return;
    }
    for place in digits.clone() {
        pdf[place].fill(b'0');
    }
    let identifier = Sha256::of(pdf);
    for place in digits {
        pdf[place].copy_from_slice(&identifier.as_str().as_bytes()[..DIGITS]);
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(date: &str, identifier: char, content: &str) -> Vec<u8> {
        let id = identifier.to_string().repeat(DIGITS);
        format!(
            "%PDF-1.7\n<</CreationDate(D:{date}+00'00')/Creator(PDFium)/Producer(PDFium)>>\n\
             {content}\ntrailer <</Size 9/ID[<{id}><{id}>]>>\n%%EOF\n"
        )
        .into_bytes()
    }

    fn reproducible(mut pdf: Vec<u8>) -> Vec<u8> {
        make_reproducible(&mut pdf);
        pdf
    }

    #[test]
    fn two_savings_of_the_same_pages_are_equal_and_of_others_are_not() {
        let first = reproducible(saved("20260101000000", 'A', "pages"));
        assert_eq!(
            first,
            reproducible(saved("20261123225525", 'B', "pages")),
            "{}",
            String::from_utf8_lossy(&first)
        );
        assert_eq!(first.len(), saved("20260101000000", 'A', "pages").len());
        let other = reproducible(saved("20260101000000", 'A', "paged"));
        let id = |pdf: &[u8]| pdf[pdf.len() - 80..].to_vec();
        assert_ne!(id(&first), id(&other));
    }

    #[test]
    fn what_pdfium_did_not_write_is_left_alone() {
        for pdf in ["", "/ID[<AB>]", "/Creator(PDFium)/Producer(PDFium)"] {
            assert_eq!(reproducible(pdf.into()), pdf.as_bytes());
        }
    }
}
