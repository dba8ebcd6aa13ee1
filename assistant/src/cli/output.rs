//! The one place that writes to the terminal.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the command line's voice")]

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Prints a line of the result.
pub(super) fn line(text: impl std::fmt::Display) {
    println!("{text}");
}

/// Prints the result as JSON.
pub(super) fn json<T: Serialize>(value: &T) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Prints what went wrong.
pub(super) fn error(text: &str) {
    eprintln!("错误 error: {text}");
}

/// Prints what is being done, apart from the result.
pub(super) fn note(text: impl std::fmt::Display) {
    eprintln!("{text}");
}

/// A bar on the error channel; where that is no terminal, nothing is drawn.
pub(super) fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_prefix(what);
    bar
}

/// A bar that counts bytes.
pub(super) fn bytes(what: String) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = "{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_prefix(what);
    bar
}
