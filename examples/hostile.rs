use countersign::document::PageNumber;
use countersign::fault::Fault;
use countersign::reading::*;
use std::time::Instant;
fn walk(p: &std::path::Path, out: &mut Vec<std::path::PathBuf>) {
    if p.is_dir() {
        let mut v: Vec<_> = std::fs::read_dir(p)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        v.sort();
        for e in v {
            walk(&e, out);
        }
    } else {
        out.push(p.to_owned());
    }
}
fn hwm(id: Option<u32>) -> u64 {
    id.and_then(|id| std::fs::read_to_string(format!("/proc/{id}/status")).ok())
        .and_then(|s| {
            s.lines()
                .find(|l| l.starts_with("VmHWM"))
                .and_then(|l| l.split_whitespace().nth(1).and_then(|x| x.parse().ok()))
        })
        .unwrap_or(0)
        / 1024
}
fn main() {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let mut files = vec![];
    for a in std::env::args().skip(1) {
        walk(a.as_ref(), &mut files);
    }
    let s = ReaderSettings {
        program: "/tmp/children/out/countersign".into(),
        ..Default::default()
    };
    let mut r = Reader::spawn(&s).unwrap();
    for f in files {
        let bytes = std::fs::read(&f).unwrap();
        let t = Instant::now();
        let name = |e: &Fault| match e {
            Fault::Reject(x) => format!("{x:?}"),
            o => format!("FAULT {o}"),
        };
        let mut pages = 0;
        let mut info = String::new();
        let outcome = match r.open(&bytes) {
            Err(e) => name(&e),
            Ok(o) => {
                let mut out = format!("ok {:?} {}p", o.kind, o.pages);
                for i in 0..o.pages.min(20) {
                    match r.page(PageNumber::from_index(i)) {
                        Ok(p) => {
                            pages += 1;
                            if i < 2 {
                                info += &format!(
                                    "[{}x{} text={:?} draw={} bc={}{}] ",
                                    p.image.width(),
                                    p.image.height(),
                                    p.text.as_ref().map(Vec::len),
                                    p.drawings.len(),
                                    p.barcodes.len(),
                                    if p.photo_hint { " photo" } else { "" }
                                );
                            }
                        }
                        Err(e) => {
                            out = format!("page{} {}", i + 1, name(&e));
                            break;
                        }
                    }
                }
                if out.starts_with("ok") {
                    if let Err(e) = r.cut(&[PageNumber::from_index(0)]) {
                        out += &format!(" CUT {}", name(&e));
                    }
                }
                out
            }
        };
        println!(
            "{:.2}s\t{}MB\t{}\t{}\t{}pages\t{}",
            t.elapsed().as_secs_f64(),
            hwm(r.child_id()),
            outcome,
            f.display(),
            pages,
            info
        );
    }
}
