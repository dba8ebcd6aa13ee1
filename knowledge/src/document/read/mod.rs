//! A reader for each format; all of them yield lines with their places.

pub(crate) mod decode;
mod docx;
mod entities;
mod format;
mod grid;
mod html;
mod markdown;
pub(super) mod package;
mod pasted_tables;
mod pdf;
mod plain;
mod tables;
mod xlsx;
mod xml;

use super::describe::front_matter::{self, FrontMatter};
use super::line::{Mark, Reading};
use super::{ImportError, Limits};
use format::Format;

/// Reads a file by the format that its content, or else its name, shows.
pub(crate) fn read(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
) -> Result<(FrontMatter, Reading), ImportError> {
    let reading = match format::detect(bytes, file_name, limits.max_unpacked_bytes)? {
        Format::Pdf => pdf::read(bytes, limits)?,
        Format::Docx => docx::read(bytes, limits)?,
        Format::Xlsx => xlsx::read(bytes, limits)?,
        Format::Html => html::read(bytes)?,
        format @ (Format::Markdown | Format::Plain) => return text(bytes, format),
    };
    Ok((FrontMatter::default(), reading))
}

/// Reads a text file with its front matter.
fn text(bytes: &[u8], format: Format) -> Result<(FrontMatter, Reading), ImportError> {
    let decoded = decode::decode(bytes, None)?;
    let (front_matter, body) = front_matter::read(decoded.text.text());
    let mut reading = match format {
        Format::Markdown => markdown::read(&decoded.text, body),
        _ => plain::read(&decoded.text, body),
    };
    reading.warnings.extend(decode::warning(decoded.broken));
    let tables = reading.lines.iter().filter_map(|line| match line.mark {
        Mark::Row { table, .. } => Some(table),
        _ => None,
    });
    let tables = tables.max().unwrap_or(0);
    reading.lines = pasted_tables::gather(&reading.lines, tables);
    Ok((front_matter, reading))
}
