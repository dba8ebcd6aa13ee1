//! Reads a file of any common format into an [`ImportedDocument`].
//!
//! A reader for each format (`markdown`, `plain`, `html`, `docx`, `xlsx`, `pdf`) yields lines with
//! their places; `clean` takes out what belongs to the web page or the broken line; `title`,
//! `facts` and `front_matter` say what the document is; `outline` finds its structure and
//! `passages` cuts it along that structure.
//!
//! ```
//! use knowledge::document::{Limits, import};
//!
//! let law = "居住证暂行条例\n第一条 为了促进新型城镇化，制定本条例。\n\
//!            第二条 公民离开常住户口所在地，到其他城市居住半年以上的，可以申领居住证。\n\
//!            第三条 居住证是持证人在居住地居住的证明。";
//! let document = import(law.as_bytes(), "居住证.txt", &Limits::default())?;
//! assert_eq!(document.metadata.title, "居住证暂行条例");
//! assert_eq!(document.passages[1].locator, "第二条");
//! # Ok::<(), knowledge::document::ImportError>(())
//! ```

mod answers;
mod clean;
mod contents;
mod dates;
mod decode;
mod docx;
mod edition_text;
mod entities;
mod error;
mod facts;
mod folder;
mod format;
mod front_matter;
mod furniture;
mod html;
mod html_tokens;
mod law;
mod line;
mod markdown;
mod marker;
mod numbering;
mod outline;
mod package;
mod passages;
mod pdf;
mod plain;
mod sentences;
mod spacing;
mod tables;
mod text;
mod title;
mod wrapping;
mod xlsx;
mod xml;

pub use error::ImportError;
pub use folder::{import_file, import_folder};

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

use crate::{ImportedDocument, Warning};
use edition_text::EditionText;
use format::Format;
use front_matter::FrontMatter;
use line::{Mark, Reading};
use outline::Kind;

/// What an import may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file in bytes; a larger one is refused before it is read.
    pub max_bytes: u64,
    /// Most bytes that a packed file (docx, xlsx, pdf) may unpack to.
    pub max_unpacked_bytes: u64,
    /// Most pages of a PDF that are read; a warning tells of the rest.
    pub max_pages: u32,
}

impl Default for Limits {
    /// 50 MB, 200 MB unpacked, 2,000 pages.
    fn default() -> Self {
        Self {
            max_bytes: 50 * 1024 * 1024,
            max_unpacked_bytes: 200 * 1024 * 1024,
            max_pages: 2_000,
        }
    }
}

/// Reads a document. Its format is told by the content first and by `file_name` second.
///
/// A failure inside a reader is an error of this file and nothing else.
pub fn import(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
) -> Result<ImportedDocument, ImportError> {
    if bytes.len() as u64 > limits.max_bytes {
        return Err(ImportError::TooLarge {
            bytes: bytes.len() as u64,
            limit: limits.max_bytes,
        });
    }
    catch_unwind(AssertUnwindSafe(|| read(bytes, file_name, limits))).unwrap_or_else(|panic| {
        let detail = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("panic");
        Err(ImportError::ReaderFailed {
            detail: detail.to_owned(),
        })
    })
}

fn read(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<ImportedDocument, ImportError> {
    let (front_matter, reading) = match format::detect(bytes, file_name, limits.max_unpacked_bytes)?
    {
        Format::Pdf => (FrontMatter::default(), pdf::read(bytes, limits)?),
        Format::Docx => (FrontMatter::default(), docx::read(bytes, limits)?),
        Format::Xlsx => (FrontMatter::default(), xlsx::read(bytes, limits)?),
        Format::Html => (FrontMatter::default(), html::read(bytes)?),
        format @ (Format::Markdown | Format::Plain) => text(bytes, format)?,
    };
    let mut document = assemble(front_matter, reading, file_name)?;
    document.source_sha256 = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(document)
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
    reading.lines = tables::gather_pasted(reading.lines, tables);
    Ok((front_matter, reading))
}

/// From the lines of a file to the document.
fn assemble(
    front_matter: FrontMatter,
    reading: Reading,
    file_name: &str,
) -> Result<ImportedDocument, ImportError> {
    let FrontMatter {
        mut metadata,
        questions,
        mut warnings,
    } = front_matter;
    warnings.extend(reading.warnings);

    let known = if metadata.title.is_empty() {
        title::in_lines(&reading.lines, None).unwrap_or_default()
    } else {
        metadata.title.clone()
    };
    let mut cleaned = clean::clean(reading.lines, &known);
    warnings.extend(cleaned.warnings());
    if cleaned.lines.is_empty() {
        return Err(ImportError::Empty);
    }
    if metadata.title.is_empty() {
        let outer = reading.outer_title.as_deref();
        metadata.title = title::in_lines(&cleaned.lines, outer)
            .or_else(|| outer.and_then(title::from_outer))
            .unwrap_or_else(|| title::from_file_name(file_name));
    }
    title::remove_repetitions(&mut cleaned.lines, &metadata.title);
    cleaned.notes.published_on = cleaned.notes.published_on.or(reading.published_on);
    facts::complete(&mut metadata, &cleaned.lines, &cleaned.notes);

    let sections = outline::sections(&cleaned.lines, &metadata.title);
    let edition = EditionText::new(cleaned.lines);
    let passages = passages::passages(&edition, &sections);
    if passages.is_empty() {
        warnings.push(Warning {
            code: "no_passages".to_owned(),
            message: "只读到标题，没有读到正文。请检查文件内容是不是图片。".to_owned(),
        });
    }
    let is_guide = !questions.is_empty()
        && sections.iter().any(|section| {
            section.kind == Kind::Text
                && section
                    .headings
                    .last()
                    .is_some_and(|h| h == answers::SHORT_ANSWER)
        });
    let answers = answers::prepared(&edition, &sections, &passages, &questions, is_guide);
    Ok(ImportedDocument {
        metadata,
        text: edition.text.into_text(),
        passages,
        answers,
        warnings,
        source_sha256: String::new(),
    })
}
