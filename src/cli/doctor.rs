//! `countersign doctor`: says what is missing or wrong on this machine, and how to mend it.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::Failure;
use crate::decision::Profiles;
use crate::inference::{InferenceError, Registry, Task};
use crate::ledger::InForce;
use crate::models::Repository;
use crate::reading::{Reader, probe_sandbox};
use crate::settings::Settings;
use crate::shipments::matching::Weights;
use crate::worker::{look_at_ledger, open_registry};

/// One thing that was looked at: what, and what was found, or what is wrong and how to mend it.
type Finding = (&'static str, Result<String, String>);

/// Runs the command: 1 when something is wrong.
///
/// # Errors
/// [`Failure`] when the result cannot be printed.
pub(super) async fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let mut findings = vec![
        ("PDFium", file(&settings.reader.pdfium, "run `make native`")),
        (
            "ONNX Runtime",
            file(&settings.onnx_runtime(), "run `make native`"),
        ),
        ("language data", language(settings)),
        ("sandbox", sandboxed(settings)),
        ("reader child", reader(settings)),
        ("profiles", profiles(settings)),
        ("data folder", writable(&settings.data)),
    ];
    let serving = serving(settings).await;
    findings.push(("ledger", serving.as_deref().map(told).map_err(Clone::clone)));
    findings.extend(models(settings, &serving.unwrap_or_default()));
    let mut out = std::io::stdout().lock();
    for (what, found) in &findings {
        match found {
            Ok(found) => writeln!(out, "✔ {what:<14} {found}")?,
            Err(wrong) => writeln!(out, "✖ {what:<14} {wrong}")?,
        }
    }
    let wrong = findings.iter().filter(|(_, found)| found.is_err()).count();
    writeln!(
        out,
        "{}",
        if wrong == 0 {
            "all is well".to_owned()
        } else {
            format!("{wrong} to mend")
        }
    )?;
    Ok(if wrong == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn file(path: &Path, remedy: &str) -> Result<String, String> {
    if path.is_file() {
        Ok(path.display().to_string())
    } else {
        Err(format!("{} is missing: {remedy}", path.display()))
    }
}

fn language(settings: &Settings) -> Result<String, String> {
    let name = format!("{}.traineddata", settings.reader.language);
    let package = settings.reader.language.replace('_', "-");
    file(
        &settings.reader.tessdata.join(name),
        &format!("apt-get install tesseract-ocr-{package}, or set reader.tessdata"),
    )
}

fn sandboxed(settings: &Settings) -> Result<String, String> {
    let report = probe_sandbox(&settings.reader.program).map_err(|fault| fault.to_string())?;
    if report.is_closed() {
        Ok("Landlock and seccomp close every door of a reader child".to_owned())
    } else {
        let doors = report.open_doors.join(", ");
        Err(format!(
            "Landlock {:?}, seccomp {:?}; open: {doors}. Use a kernel of 6.2 or newer with both, or set reader.allow_unsandboxed = true at your own risk",
            report.landlock, report.seccomp
        ))
    }
}

fn reader(settings: &Settings) -> Result<String, String> {
    let reader = Reader::spawn(&settings.reader).map_err(|fault| fault.to_string())?;
    Ok(format!(
        "starts, {} MB resident",
        reader.resident_bytes() >> 20
    ))
}

fn profiles(settings: &Settings) -> Result<String, String> {
    if settings.profiles.as_os_str().is_empty() {
        return Ok("only the built-in `default`".to_owned());
    }
    Profiles::load(&settings.profiles)
        .map(|_| settings.profiles.display().to_string())
        .map_err(|error| error.to_string())
}

fn writable(folder: &Path) -> Result<String, String> {
    let probe = folder.join(".countersign-doctor");
    let tried = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&probe, b""))
        .and_then(|()| std::fs::remove_file(&probe));
    tried
        .map(|()| format!("{} is writable", folder.display()))
        .map_err(|error| {
            format!(
                "{} is not writable ({error}): change its owner, or set `data`",
                folder.display()
            )
        })
}

/// What the ledger says of models; nothing where it is to be made or brought up to date, which is no doctor's work.
async fn serving(settings: &Settings) -> Result<Vec<InForce>, String> {
    let ledger = look_at_ledger(settings).await;
    let Some(ledger) = ledger.map_err(|fault| fault.to_string())? else {
        return Ok(Vec::new());
    };
    let serving = ledger.models_in_force().await;
    serving.map_err(|error| error.to_string())
}

fn told(serving: &[InForce]) -> String {
    match serving.len() {
        0 => "says of no model that it serves yet: the newest will".to_owned(),
        _ => "says which models serve".to_owned(),
    }
}

/// Every model, those that serve by the ledger or else the newest: its files' hashes, its graph against its manifest, and its golden example.
fn models(settings: &Settings, serving: &[InForce]) -> Vec<Finding> {
    let mut registry = match open_registry(settings) {
        Ok(registry) => registry,
        Err(fault) => return vec![("models", Err(fault.to_string()))],
    };
    let mut findings = Vec::new();
    for one in serving {
        match Repository::of(settings).manifest(&one.champion) {
            Ok(manifest) => registry = registry.with(manifest),
            Err(error) => {
                let (champion, task) = (&one.champion, one.task);
                let remedy = format!("{champion} serves {task}: put it back, or promote another");
                findings.push(("models", Err(format!("{error}. {remedy}"))));
            }
        }
    }
    let tasks = [
        ("text model", Task::Text),
        ("class model", Task::PageClass),
        ("fields model", Task::Fields),
        ("marks model", Task::Marks),
        ("charges model", Task::Charges),
    ];
    findings.extend(tasks.map(|(what, task)| {
        let checked = model(&registry, task);
        (what, checked.map_err(|error| error.to_string()))
    }));
    let weights = Weights::load(&settings.models());
    let weights = weights.map(|_| "what evidence for a shipment weighs is there".to_owned());
    findings.push(("matching", weights.map_err(|error| error.to_string())));
    findings
}

fn model(registry: &Registry, task: Task) -> Result<String, InferenceError> {
    let mut model = registry.model(task)?;
    let id = model.manifest().id();
    Ok(match model.check_golden()? {
        Some(off) => {
            format!("{id}: files and graph as the manifest says, golden example off by {off:.1e}")
        }
        None => format!("{id}: files and graph as the manifest says"),
    })
}
