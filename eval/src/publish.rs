//! `publish`: the tables of a run as one document that may be shown to everybody.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::report::{self, Condition, Report};

/// Write the tables of a run as one Markdown document.
///
/// Cases are left out, because they may quote data that may not be passed on. What stands beside the
/// document as `<name>_findings.md` is put in at the top.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder of a run.
    run: PathBuf,
    /// The document.
    document: PathBuf,
}

/// The part of a run's report.json that is needed.
#[derive(Deserialize)]
struct Index {
    conditions: Vec<Condition>,
    suites: Vec<String>,
}

/// Writes the document.
pub(crate) fn run(options: &Options) -> Result<()> {
    let path = options.run.join("report.json");
    let text = fs::read(&path).with_context(|| format!("there is no run in {}", options.run.display()))?;
    let index: Index =
        serde_json::from_slice(&text).with_context(|| format!("reading {}", path.display()))?;
    let document = &options.document;
    let name = document.file_stem().unwrap_or_default().to_string_lossy();
    let mut text = String::from("# How good Xiangyin is\n\n");
    for condition in &index.conditions {
        let _ = writeln!(text, "- {}: {}", condition.name, condition.value);
    }
    text.push('\n');
    if let Ok(findings) = fs::read_to_string(document.with_file_name(format!("{name}_findings.md"))) {
        text.push_str(&findings);
        text.push('\n');
    }
    for suite in &index.suites {
        let report = Report::read(&options.run.join(format!("{suite}.json")))?;
        let _ = write!(text, "## {}\n\n{}", report.title, report::head(&report));
        text.push_str(&report::tables(&report, "###"));
    }
    if let Some(folder) = document.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    fs::write(document, format!("{}\n", text.trim_end()))
        .with_context(|| format!("writing {}", document.display()))
}
