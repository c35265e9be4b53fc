use countersign::document::PageNumber;
use countersign::reading::*;
use std::time::Instant;
fn main() {
    let s = ReaderSettings {
        program: "/tmp/children/out/countersign".into(),
        ..Default::default()
    };
    let t = Instant::now();
    let mut r = Reader::spawn(&s).unwrap();
    println!(
        "spawn {:?}, resident {} MB",
        t.elapsed(),
        r.resident_bytes() >> 20
    );
    for f in std::env::args().skip(1) {
        let b = std::fs::read(&f).unwrap();
        for _ in 0..2 {
            let t = Instant::now();
            let o = r.open(&b).unwrap();
            let to = t.elapsed();
            let t = Instant::now();
            let mut w = 0;
            for i in 0..o.pages {
                let p = r.page(PageNumber::from_index(i)).unwrap();
                w += p.text.map_or(0, |t| t.len());
            }
            let e = t.elapsed();
            println!(
                "{f}: open {to:?}, {} pages {} words in {e:?}: {:.1} pages/s; resident {} MB",
                o.pages,
                w,
                f64::from(o.pages) / e.as_secs_f64(),
                r.resident_bytes() >> 20
            );
        }
    }
}
