//! `xiangyin config`: what is in force, and from where.

use std::process::ExitCode;

use anyhow::Result;

use super::{Call, output};

pub(super) fn run(call: &Call) -> Result<ExitCode> {
    let rows = call.settings.rows();
    if call.json {
        let rows: Vec<serde_json::Value> = rows
            .iter()
            .map(|(key, value, source)| {
                serde_json::json!({"key": key, "value": value, "source": source.to_string()})
            })
            .collect();
        output::json(&rows)?;
    } else {
        let width = rows.iter().map(|(key, ..)| key.len()).max().unwrap_or(0);
        for (key, value, source) in rows {
            output::line(format!("{key:width$} = {value}   # {source}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
