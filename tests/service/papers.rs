//! Papers that are read quickly.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str};

/// A page with a few lines of text, different for each number.
pub(crate) fn light(number: usize) -> Vec<u8> {
    let [catalog, pages, page, font, content] = [1, 2, 3, 4, 5].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut one = pdf.page(page);
    one.media_box(Rect::new(0.0, 0.0, 300.0, 200.0))
        .parent(pages)
        .contents(content);
    one.resources().fonts().pair(Name(b"F"), font);
    one.finish();
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    let mut text = Content::new();
    text.begin_text()
        .set_font(Name(b"F"), 12.0)
        .next_line(20.0, 150.0);
    text.show(Str(format!("Stock list no. {number}").as_bytes()));
    text.next_line(0.0, -20.0).show(Str(b"of the depot"));
    text.end_text();
    pdf.stream(content, &text.finish());
    pdf.finish()
}
