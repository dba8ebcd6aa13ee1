//! What a suite hands back: numbers for programs, a table for people.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

/// Result of one suite.
pub(crate) struct Report {
    json: serde_json::Value,
    markdown: String,
}

impl Report {
    /// Takes the numbers and their table.
    pub(crate) fn new(numbers: &impl Serialize, markdown: String) -> anyhow::Result<Self> {
        let json = serde_json::to_value(numbers)?;
        Ok(Self { json, markdown })
    }

    /// Writes `<name>.json` and `<name>.md`.
    pub(crate) fn write(&self, directory: &Path, name: &str) -> anyhow::Result<()> {
        let json = serde_json::to_string_pretty(&self.json)?;
        for (extension, text) in [("json", &json), ("md", &self.markdown)] {
            let path = directory.join(name).with_extension(extension);
            fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(())
    }
}

/// A Markdown table.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len()));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}
