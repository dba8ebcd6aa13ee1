//! `run`: suites one after the other, what was measured before taken over, one report of all.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::Serialize;

use crate::report::{self, Condition, Cost, FORMAT, Made, Report};
use crate::suites::{self, Setting, Suite};
use crate::{answers, machine};

/// Run suites and write their reports.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Which suites; all that the data allows if none is named.
    #[arg(value_parser = suites::named)]
    suites: Vec<&'static Suite>,
    #[command(flatten)]
    setting: Setting,
    /// At most this many questions of each set, drawn by the seed.
    #[arg(long)]
    limit: Option<usize>,
    /// Only these collections: leco, cjrc, cmrc, or a folder's name in DATA/collections.
    #[arg(long, value_delimiter = ',')]
    collections: Vec<String>,
    /// Folder for the results.
    #[arg(long)]
    out: PathBuf,
    /// Measure again what was measured with the same settings and program.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    product: answers::Options,
}

/// A suite that was not run, and why.
#[derive(Serialize)]
struct Skipped {
    suite: &'static str,
    why: String,
}

/// What report.json holds beside the suites' own files.
#[derive(Serialize)]
struct Index<'a> {
    format: u32,
    conditions: &'a [Condition],
    suites: Vec<&'a str>,
    skipped: &'a [Skipped],
}

/// Runs what was asked for and writes `<suite>.*` and `report.*`; a suite that fails is an error
/// once the others have run.
pub(crate) fn run(options: Options) -> Result<()> {
    let out = &options.out;
    fs::create_dir_all(out).with_context(|| format!("making {}", out.display()))?;
    let setting = Setting {
        collections: options.collections,
        limit: options.limit,
        product: options.product,
        out: out.clone(),
        ..options.setting
    };
    let chosen: Vec<&Suite> = match options.suites.as_slice() {
        [] => suites::ALL.iter().collect(),
        named => named.to_vec(),
    };
    let (mut skipped, mut failed) = (Vec::new(), Vec::new());
    for (number, suite) in chosen.iter().enumerate() {
        let name = suite.name;
        let place = format!("[{}/{}] {name}", number + 1, chosen.len());
        if let Some(why) = (suite.lacks)(&setting) {
            if !options.suites.is_empty() {
                bail!("{name}: {why}");
            }
            tell(&format!("{place}: skipped, {why}"));
            skipped.push(Skipped { suite: name, why });
            continue;
        }
        let made = made(&setting)?;
        if !options.again && stands(&out.join(format!("{name}.json")), &made) {
            tell(&format!("{place}: measured before; --again measures again"));
            continue;
        }
        tell(&format!("{place}: {}", suite.about));
        match measured(suite, &setting, made) {
            Ok(report) => report.write(out, name)?,
            Err(error) => {
                tell(&format!("{place}: failed: {error:#}"));
                failed.push(name);
            }
        }
    }
    write_all(out, &skipped)?;
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn measured(suite: &Suite, setting: &Setting, made: Made) -> Result<Report> {
    machine::forget_peak();
    let started = Instant::now();
    let mut report = (suite.run)(setting)?;
    if let Some(documents) = setting.documents {
        report.condition("documents", format!("those that answer and {documents} others"));
    }
    if let Some(limit) = setting.limit {
        report.condition("questions of a set", format!("{limit} at most"));
    }
    report.cost = Some(Cost {
        seconds: started.elapsed().as_secs_f64(),
        peak_memory_bytes: machine::peak_memory(),
    });
    report.made = Some(made);
    Ok(report)
}

/// Whether a report made by the same program with the same settings stands there.
fn stands(path: &Path, made: &Made) -> bool {
    let before = Report::read(path).ok().and_then(|report| report.made);
    before.is_some_and(|before| before.program == made.program && before.settings == made.settings)
}

/// What would make a report now.
fn made(setting: &Setting) -> Result<Made> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = std::env::current_exe()?;
    let product = program.with_file_name(format!("xiangyin{}", std::env::consts::EXE_SUFFIX));
    let paths = [
        program,
        product,
        here.join("data"),
        here.join("../knowledge/starter/guides"),
        setting.product.questions.clone(),
        setting.data.join("collections"),
    ];
    let newest = paths.iter().filter_map(|path| changed(path)).max().unwrap_or(SystemTime::UNIX_EPOCH);
    Ok(Made {
        at: Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        program: format!("{} of {}", env!("CARGO_PKG_VERSION"), Timestamp::try_from(newest)?),
        settings: serde_json::to_string(setting)?,
        load: machine::load(),
    })
}

/// When a file, or the newest in a folder and its folders, was changed.
fn changed(path: &Path) -> Option<SystemTime> {
    let own = fs::metadata(path).ok()?.modified().ok()?;
    let Ok(entries) = fs::read_dir(path) else {
        return Some(own);
    };
    entries.flatten().filter_map(|entry| changed(&entry.path())).chain([own]).max()
}

/// Writes the report of every suite that stands in the folder.
fn write_all(out: &Path, skipped: &[Skipped]) -> Result<()> {
    let (mut names, mut reports) = (Vec::new(), Vec::new());
    for suite in suites::ALL {
        let path = out.join(format!("{}.json", suite.name));
        if path.exists() {
            reports.push(Report::read(&path)?);
            names.push(suite.name);
        }
    }
    let mut conditions = machine::conditions();
    conditions.extend(skipped.iter().map(|skipped| Condition {
        name: format!("{} not run", skipped.suite),
        value: skipped.why.clone(),
    }));
    let index = Index {
        format: FORMAT,
        conditions: &conditions,
        suites: names,
        skipped,
    };
    let lead: Vec<String> =
        conditions.iter().map(|condition| format!("- {}: {}\n", condition.name, condition.value)).collect();
    let texts: Vec<String> = reports.iter().map(report::text).collect();
    let markdown = format!("{}\n{}", lead.concat(), texts.join("\n"));
    let html = report::page("How good Xiangyin is", &conditions, &reports);
    for (extension, text) in [("json", serde_json::to_string_pretty(&index)?), ("md", markdown), ("html", html)] {
        let path = out.join("report").with_extension(extension);
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    tell(&format!("all results: {}", out.join("report.html").display()));
    Ok(())
}

/// Tells whoever watches how far the run is.
fn tell(text: &str) {
    // Nobody watching is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{text}");
}
